//! Subscription filters of log groups.

use serde_json::{Map, Value, json};

use super::ask::{answer, check_listing, page, required, text};
use super::groups::find;
use crate::aws::answer::{Answer, Refusal};
use crate::aws::timestamps::LONG_AGO;
use crate::aws::validation::check_members;
use crate::world::World;
use crate::world::fleet::SubscriptionFilter;

pub(crate) fn describe(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("logGroupName", Value::is_string),
            ("filterNamePrefix", Value::is_string),
            ("limit", Value::is_i64),
            ("nextToken", Value::is_string),
        ],
    )?;
    let limit = check_listing(ask)?;
    let name = required(ask, "logGroupName")?;
    let group = find(world, account, name)?;
    if !group.has_filters() {
        // As steampipe met it: https://github.com/turbot/steampipe-plugin-aws/issues/2758.
        return Err(Refusal::bad("ValidationException", "This operation is only supported on the Standard log class."));
    }
    let prefix = text(ask, "filterNamePrefix").unwrap_or_default();
    let mut found: Vec<_> = group.subscription_filters.iter().filter(|filter| filter.name.starts_with(prefix)).collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let (page, token) = page(world, ask, &format!("filters {name} {prefix}"), limit, &found)?;
    let entries = page.iter().map(|filter| subscription_filter(name, filter)).collect();
    Ok(answer("subscriptionFilters", entries, token))
}

fn subscription_filter(group: &str, filter: &SubscriptionFilter) -> Value {
    let mut entry = json!({
        "filterName": filter.name,
        "logGroupName": group,
        "filterPattern": filter.pattern,
        "destinationArn": filter.destination_arn,
        "distribution": "ByLogStream",
        "applyOnTransformedLogs": false,
        "creationTime": LONG_AGO,
    });
    if let Some(criteria) = &filter.field_selection_criteria {
        entry["fieldSelectionCriteria"] = criteria.as_str().into();
    }
    entry
}
