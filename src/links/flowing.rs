//! *Flowing*: events still arrive. The only link that proves the others.

use std::time::{Duration, SystemTime};

use super::{Code, Link, Question, with_log_group};

const SILENT: Code = Code("SILENT");

pub(super) fn check(question: &Question<'_>) -> Link {
    let Some(hours) = question.required.maximum_silence_hours else {
        return Link::NotAsked;
    };
    let log_type = question.log_type;
    let limit = Duration::from_secs(u64::from(hours) * 3600);
    with_log_group(question, &question.facts.log_group(question.log_type).newest_event, |newest| {
        // An event from the future (a clock is off) is young.
        let age = |at: &SystemTime| question.facts.read_at.duration_since(*at).unwrap_or_default();
        match newest {
            Some(at) if age(at) < limit => Link::Holds(format!("an event in the last {hours} hours")),
            Some(_) => Link::broken(
                SILENT,
                format!(
                    "the {log_type} log group got no event in the last {hours} hours: find out whether the cluster logs, or nobody queries it"
                ),
            ),
            None => Link::broken(
                SILENT,
                format!("the {log_type} log group never got an event: find out whether the cluster logs, or nobody queries it"),
            ),
        }
    })
}
