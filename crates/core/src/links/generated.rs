//! *Generated*: the engine writes the log, because the cluster's DB cluster parameter group tells it to.
//!
//! <https://docs.aws.amazon.com/neptune/latest/userguide/auditing-enable.html>,
//! <https://docs.aws.amazon.com/neptune/latest/userguide/slow-query-logs.html>

use super::outcome::Outcome;
use super::question::Question;
use crate::facts::LogType;
use crate::finding::Code;
use crate::remedy::{Remedy, Setting};

/// The groups that come with each engine family: nobody can edit them.
const DEFAULT_GROUP_PREFIX: &str = "default.";

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let cluster = &question.facts.cluster;
    let group = cluster.parameter_group.clone();
    let name = parameter(question.log_type);
    if is_on(question) {
        return Outcome::Holds(format!("{name}={} in {group}", value(question).unwrap_or_default()));
    }
    let found = match value(question) {
        Some(value) => format!("{name} is {value} in parameter group {group}"),
        None => format!("{name} is not set, so off, in parameter group {group}"),
    };
    let setting = match question.log_type {
        LogType::Audit => Setting { name, value: "1", reboot: true },
        LogType::SlowQuery => Setting { name, value: "info or debug", reboot: false },
    };
    if group.starts_with(DEFAULT_GROUP_PREFIX) {
        let remedy = Remedy::ReplaceParameterGroup { cluster: cluster.identifier.clone(), setting };
        return Outcome::broken(Code::ParameterOff, format!("{found}, which cannot be edited"), remedy);
    }
    Outcome::broken(Code::ParameterOff, found, Remedy::SetParameter { group, setting })
}

/// Whether the parameter group asks for the log; whether the instances have heard is the next link's question.
pub(super) fn is_on(question: &Question<'_>) -> bool {
    match question.log_type {
        LogType::Audit => value(question) == Some("1"),
        LogType::SlowQuery => matches!(value(question), Some("info" | "debug")),
    }
}

/// The parameter that turns a log on.
pub fn parameter(log_type: LogType) -> &'static str {
    match log_type {
        LogType::Audit => "neptune_enable_audit_log",
        LogType::SlowQuery => "neptune_enable_slow_query_log",
    }
}

fn value<'a>(question: &Question<'a>) -> Option<&'a str> {
    question.facts.parameters.of(question.log_type).value.as_deref()
}

/// The values that stand for all that the parameter can be: one that turns the log off, one that turns it on.
pub fn values(log_type: LogType) -> [Option<String>; 2] {
    match log_type {
        LogType::Audit => [Some("0".to_owned()), Some("1".to_owned())],
        LogType::SlowQuery => [Some("disable".to_owned()), Some("info".to_owned())],
    }
}
