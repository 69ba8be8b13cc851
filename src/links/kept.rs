//! *Kept*: the log group keeps its events as long as is asked, and no longer.

use super::{Code, Link, Question, with_log_group};

const RETENTION_TOO_SHORT: Code = Code("RETENTION_TOO_SHORT");
const RETENTION_TOO_LONG: Code = Code("RETENTION_TOO_LONG");

pub(super) fn check(question: &Question<'_>) -> Link {
    let (minimum, maximum) = (question.required.minimum_retention_days, question.required.maximum_retention_days);
    if minimum.is_none() && maximum.is_none() {
        return Link::NotAsked;
    }
    let log_type = question.log_type;
    with_log_group(question, &question.facts.log_group(question.log_type).group, |group| {
        let kept = match group.retention_days {
            Some(1) => "kept for 1 day".to_owned(),
            Some(days) => format!("kept for {days} days"),
            None => "kept for ever".to_owned(),
        };
        match (minimum, maximum, group.retention_days) {
            (Some(least), _, Some(days)) if days < least => Link::broken(
                RETENTION_TOO_SHORT,
                format!("the {log_type} log is {kept}, at least {least} are wanted: raise the retention of its log group"),
            ),
            // Never to expire is longer than any maximum.
            (_, Some(most), days) if days.is_none_or(|days| days > most) => Link::broken(
                RETENTION_TOO_LONG,
                format!("the {log_type} log is {kept}, at most {most} days are wanted: lower the retention of its log group"),
            ),
            _ => Link::Holds(kept),
        }
    })
}
