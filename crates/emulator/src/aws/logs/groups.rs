//! Log groups.

use serde_json::{Map, Value, json};

use super::ask::{INVALID, answer, check_listing, page, text};
use crate::aws::answer::{Answer, Refusal};
use crate::aws::timestamps::LONG_AGO;
use crate::aws::validation::check_members;
use crate::world::World;
use crate::world::fleet::{Account, LogGroup};
use crate::world::index::Index;

pub(crate) fn arn(world: &World, account: &str, group: &str) -> String {
    format!("arn:{}:logs:{}:{account}:log-group:{group}", world.fleet.partition(), world.fleet.region)
}

pub(crate) fn describe(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("logGroupNamePrefix", Value::is_string),
            ("logGroupNamePattern", Value::is_string),
            ("logGroupClass", Value::is_string),
            ("limit", Value::is_i64),
            ("nextToken", Value::is_string),
        ],
    )?;
    let limit = check_listing(ask)?;
    let prefix = text(ask, "logGroupNamePrefix").unwrap_or_default();
    let pattern = text(ask, "logGroupNamePattern").unwrap_or_default().to_lowercase();
    if !prefix.is_empty() && !pattern.is_empty() {
        return Err(Refusal::bad(INVALID, "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let nothing = (Account::default(), Index::default());
    let (facts, index) = world.account(account).unwrap_or((&nothing.0, &nothing.1));
    let name = |position: &usize| facts.log_groups[*position].name.as_str();
    // Names are sorted: those with the prefix stand together.
    let first = index.log_groups.partition_point(|position| name(position) < prefix);
    let with_prefix = index.log_groups[first..].partition_point(|position| name(position).starts_with(prefix));
    let mut found = index.log_groups[first..first + with_prefix].to_vec();
    if !pattern.is_empty() {
        found.retain(|position| name(position).to_lowercase().contains(&pattern));
    }
    let class = text(ask, "logGroupClass").unwrap_or_default();
    if !class.is_empty() {
        found.retain(|position| facts.log_groups[*position].class == class);
    }
    let (page, token) = page(world, ask, &format!("log groups {prefix} {pattern} {class}"), limit, &found)?;
    let entries = page.iter().map(|position| log_group(world, account, &facts.log_groups[*position])).collect();
    Ok(answer("logGroups", entries, token))
}

fn log_group(world: &World, account: &str, group: &LogGroup) -> Value {
    let arn = arn(world, account, &group.name);
    let mut entry = json!({
        "logGroupName": group.name,
        "creationTime": LONG_AGO,
        "metricFilterCount": group.metric_filters,
        "arn": format!("{arn}:*"),
        "storedBytes": 0,
        "logGroupClass": group.class,
        "deletionProtectionEnabled": group.deletion_protection,
        "logGroupArn": arn,
    });
    if let Some(days) = group.retention_in_days {
        entry["retentionInDays"] = days.into();
    }
    if let Some(policy) = &group.retention_policy {
        entry["retentionPolicyName"] = policy.as_str().into();
    }
    if let Some(key) = &group.kms_key_id {
        entry["kmsKeyId"] = key.as_str().into();
    }
    entry
}

pub(crate) fn find<'a>(world: &'a World, account: &str, name: &str) -> Result<&'a LogGroup, Refusal> {
    let position = |facts: &Account, index: &Index| {
        let sorted = &index.log_groups;
        sorted.binary_search_by(|position| facts.log_groups[*position].name.as_str().cmp(name)).ok().map(|place| sorted[place])
    };
    world.account(account).and_then(|(facts, index)| facts.log_groups.get(position(facts, index)?)).ok_or_else(no_log_group)
}

pub(crate) fn no_log_group() -> Refusal {
    Refusal::bad("ResourceNotFoundException", "The specified log group does not exist.")
}
