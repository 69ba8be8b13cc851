//! *Kept*: the log group keeps its events as long as is asked, and no longer.

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::finding::Code;
use crate::remedy::Remedy;
use crate::requirements::Requirements;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let (minimum, maximum) = (question.required.minimum_retention_days, question.required.maximum_retention_days);
    if minimum.is_none() && maximum.is_none() {
        return Outcome::NotAsked;
    }
    let log_type = question.log_type;
    question.with_log_group(Read::LogGroup, &question.facts.log_group(question.log_type).group, |group| {
        let kept = match group.retention_days {
            Some(1) => "kept for 1 day".to_owned(),
            Some(days) => format!("kept for {days} days"),
            None => "kept for ever".to_owned(),
        };
        match (minimum, maximum, group.retention_days) {
            (Some(least), _, Some(days)) if days < least => Outcome::broken(
                Code::RetentionTooShort,
                format!("the {log_type} log is {kept}, at least {least} are wanted"),
                Remedy::RaiseRetention { log_group: question.log_group(), days: least },
            ),
            // Never to expire is longer than any maximum.
            (_, Some(most), days) if days.is_none_or(|days| days > most) => Outcome::broken(
                Code::RetentionTooLong,
                format!("the {log_type} log is {kept}, at most {most} days are wanted"),
                Remedy::LowerRetention { log_group: question.log_group(), days: most },
            ),
            _ => Outcome::Holds(kept),
        }
    })
}

/// The values that stand for all that a retention can be: never to expire, and both sides of each bound.
pub fn retentions(required: &Requirements) -> Vec<Option<u32>> {
    let minimum = required.minimum_retention_days.into_iter().flat_map(|least| [least.saturating_sub(1), least]);
    let maximum = required.maximum_retention_days.into_iter().flat_map(|most| [most, most.saturating_add(1)]);
    let mut days: Vec<_> = minimum.chain(maximum).filter(|days| *days > 0).map(Some).chain([None]).collect();
    days.dedup();
    days
}
