//! The account's subscription filter policies as facts of the decision.

use neptune_audit_core::facts::{self, LogType};
use neptune_audit_core::forecast::{Assumption, Unknown};
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::selection::Selection;
use neptune_audit_scan::logs::account_policy;

use super::case::{Case, shown};
use super::declared::{AccountPolicy, Attached};
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
        let Some((read, unknown)) = read(policy, identifier, required) else { continue };
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

/// A policy, and what is not known of it: that is taken to be as good as it can be. `None` where it is known to send nothing anywhere.
fn read(policy: &AccountPolicy, identifier: &Value<String>, required: &Requirements) -> Option<(facts::AccountPolicy, Option<String>)> {
    let mut unknown = policy.document.unknown().or(policy.selection.unknown()).map(str::to_owned);
    let name = shown(&policy.name);
    let criteria = policy.selection.get().and_then(Option::as_deref).unwrap_or_default();
    let mut read = match policy.document.get() {
        Some(document) => account_policy(name, document, criteria)?,
        None => facts::AccountPolicy {
            name,
            destination: required.wanted_destination().unwrap_or_default(),
            pattern: String::new(),
            selection: Selection::parse(criteria),
        },
    };
    if let Selection::Except(names) = read.selection {
        read.selection = excluded(names, identifier).map(Selection::Except).unwrap_or_else(|name| {
            unknown = Some(name);
            Selection::Everything
        });
    }
    Some((read, unknown))
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
