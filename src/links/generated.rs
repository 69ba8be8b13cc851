//! *Generated*: the engine writes the log, because the cluster's DB cluster parameter group tells it to.
//!
//! <https://docs.aws.amazon.com/neptune/latest/userguide/auditing-enable.html>,
//! <https://docs.aws.amazon.com/neptune/latest/userguide/slow-query-logs.html>

use super::{Code, Link, Question};
use crate::facts::LogType;

const PARAMETER_OFF: Code = Code("PARAMETER_OFF");

/// The groups that come with each engine family: nobody can edit them.
const DEFAULT_GROUP_PREFIX: &str = "default.";

pub(super) fn check(question: &Question<'_>) -> Link {
    let group = &question.facts.cluster.parameter_group;
    let parameter = parameter(question.log_type);
    if is_on(question) {
        return Link::Holds(format!("{parameter}={} in {group}", value(question).unwrap_or_default()));
    }
    let found = match value(question) {
        Some(value) => format!("{parameter} is {value}"),
        None => format!("{parameter} is not set, so off,"),
    };
    let (wanted, then) = match question.log_type {
        LogType::Audit => ("1", " and reboot each instance"),
        LogType::SlowQuery => ("info or debug", ""),
    };
    let remedy = if group.starts_with(DEFAULT_GROUP_PREFIX) {
        format!("in {group}, which cannot be edited: attach another parameter group that sets it to {wanted}{then}")
    } else {
        format!("in parameter group {group}: set it to {wanted}{then}")
    };
    Link::broken(PARAMETER_OFF, format!("{found} {remedy}"))
}

/// Whether the parameter group asks for the log; whether the instances have heard is the next link's question.
pub(super) fn is_on(question: &Question<'_>) -> bool {
    match question.log_type {
        LogType::Audit => value(question) == Some("1"),
        LogType::SlowQuery => matches!(value(question), Some("info" | "debug")),
    }
}

fn parameter(log_type: LogType) -> &'static str {
    match log_type {
        LogType::Audit => "neptune_enable_audit_log",
        LogType::SlowQuery => "neptune_enable_slow_query_log",
    }
}

fn value<'a>(question: &Question<'a>) -> Option<&'a str> {
    let parameters = &question.facts.parameters;
    match question.log_type {
        LogType::Audit => parameters.audit.as_deref(),
        LogType::SlowQuery => parameters.slow_query.as_deref(),
    }
}
