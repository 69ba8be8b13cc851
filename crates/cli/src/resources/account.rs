//! The account's subscription filter policies as facts of the decision.

use neptune_audit_core::facts::{self, LogType};
use neptune_audit_core::forecast::{Assumption, Unknown};
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::selection::Selection;
use serde_json::Value as Json;

use super::case::{Case, shown};
use super::declared::{AccountPolicy, Attached};
use super::log_group::witness;
use super::value::Value;

/// Takes the policies in: those that count for certain, and those that may.
pub(super) fn take(case: &mut Case, declared: &[Attached<AccountPolicy>], identifier: &Value<String>, required: &Requirements) {
    let (mut certain, mut doubtful, mut name) = (Vec::new(), Vec::new(), None);
    for attached in declared {
        let policy = &attached.thing;
        let sensitive = policy.name.is_sensitive() || policy.document.is_sensitive() || policy.selection.is_sensitive();
        for log_type in LogType::ALL {
            case.hide(log_type, "forwarded", sensitive);
        }
        let (read, unknown) = read(policy, identifier, required);
        match unknown {
            None if !attached.perhaps => certain.push(read),
            unknown => {
                name.get_or_insert_with(|| unknown.unwrap_or_else(|| attached.address.clone()));
                doubtful.push(read);
            }
        }
    }
    case.facts.account_policies = Some(certain.clone());
    if let Some(name) = name {
        let all = [certain.clone(), doubtful].concat();
        let alternatives = [certain, all].map(|policies| vec![Assumption::AccountPolicies(policies)]);
        case.unknown.push(Unknown::one_of(name, alternatives.into()));
    }
}

/// A policy, and what is not known of it: that is taken to be as good as it can be.
fn read(policy: &AccountPolicy, identifier: &Value<String>, required: &Requirements) -> (facts::AccountPolicy, Option<String>) {
    let mut unknown = policy.document.unknown().or(policy.selection.unknown()).map(str::to_owned);
    let fields: Option<Json> = policy.document.get().map(|document| serde_json::from_str(document).unwrap_or_default());
    let text = |name: &str| fields.as_ref().map(|fields| fields.get(name).and_then(Json::as_str).unwrap_or_default().to_owned());
    let of_fields =
        fields.as_ref().and_then(|fields| fields.get("FieldSelectionCriteria").or_else(|| fields.get("fieldSelectionCriteria")));
    let selection = match of_fields {
        None => Selection::parse(policy.selection.get().and_then(Option::as_deref).unwrap_or_default()),
        Some(fields) => Selection::NotUnderstood(fields.to_string()),
    };
    let selection = match selection {
        Selection::Except(names) => excluded(names, identifier).map(Selection::Except).unwrap_or_else(|name| {
            unknown = Some(name);
            Selection::Everything
        }),
        other => other,
    };
    let destination = text("DestinationArn").or_else(|| witness(required)).unwrap_or_default();
    let read =
        facts::AccountPolicy { name: shown(&policy.name), destination, pattern: text("FilterPattern").unwrap_or_default(), selection };
    (read, unknown)
}

/// The names of excluded log groups, as the decision will ask for them: a cluster whose identifier is not shown has another there.
fn excluded(names: Vec<String>, identifier: &Value<String>) -> Result<Vec<String>, String> {
    match identifier {
        Value::Known(_) => Ok(names),
        Value::Sensitive(known) => {
            let hidden = |name: String| {
                let log_type = LogType::ALL.into_iter().find(|log_type| log_type.log_group(known) == name);
                log_type.map_or(name, |log_type| log_type.log_group(&shown(identifier)))
            };
            Ok(names.into_iter().map(hidden).collect())
        }
        Value::Unknown(name) if names.iter().any(|name| name.starts_with(facts::LOG_GROUP_PREFIX)) => Err(name.clone()),
        Value::Unknown(_) => Ok(names),
    }
}
