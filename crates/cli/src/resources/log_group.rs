//! A declared log group as facts of the decision.

use neptune_audit_core::facts::{self, LogType};
use neptune_audit_core::forecast::{Assumption, Unknown};
use neptune_audit_core::requirements::Requirements;

use super::case::Case;
use super::{LogGroup, Value};

/// What is known of it, and what is not.
pub(super) fn assume(case: &mut Case, group: &LogGroup, log_type: LogType, required: &Requirements) -> (Vec<Assumption>, Vec<Unknown>) {
    let mut unknown = Vec::new();
    let mut hide = |link: &'static str, hides: bool| {
        if hides {
            case.hidden.push((log_type, link));
        }
    };
    hide("kept", group.retention_days.is_sensitive());
    if let Value::Unknown(name) = &group.retention_days {
        unknown.push(Unknown::retention(name, log_type, required));
    }
    if let Value::Unknown(name) = &group.encrypted {
        unknown.push(Unknown::encrypted(name, log_type));
    }
    if required.log_group_encrypted {
        case.basis = group.basis.and(case.basis);
    }
    let facts = facts::LogGroup {
        retention_days: group.retention_days.get().copied().flatten(),
        encrypted: group.encrypted.get().copied().unwrap_or_default(),
    };
    (vec![Assumption::LogGroup(log_type, Some(facts))], unknown)
}

/// What a log group that nobody declares may be: as Neptune makes it, short-lived, or as it is wanted.
pub(super) fn undeclared(log_type: LogType, required: &Requirements) -> Vec<Vec<Assumption>> {
    let group = |retention_days, encrypted| vec![Assumption::LogGroup(log_type, Some(facts::LogGroup { retention_days, encrypted }))];
    let wanted = required.minimum_retention_days.or(required.maximum_retention_days);
    vec![group(None, false), group(Some(1), false), group(wanted, true)]
}
