//! *Kept*: the log group exists, and keeps its events as long as is asked, and no longer.

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::facts::{Fact, LogGroup};
use crate::finding::Code;
use crate::remedy::{Remedy, RetentionOwner};
use crate::requirements::Requirements;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let required = question.required;
    if !required.bounds_retention() && !required.log_group_required {
        return Outcome::NotAsked(None);
    }
    if !required.bounds_retention() && question.log_group().group == Fact::NoLogGroup && !question.log_group_should_exist() {
        return Outcome::Holds("no log group yet".to_owned());
    }
    question.with_log_group(Read::LogGroup, &question.log_group().group, |group| judge(question, group))
}

fn judge(question: &Question<'_>, group: &LogGroup) -> Outcome {
    let required = question.required;
    let kept = match group.retention_days {
        Some(1) => "kept 1 day".to_owned(),
        Some(days) => format!("kept {days} days"),
        None => "never expires".to_owned(),
    };
    let log_group = question.log_group_name();
    let owner = match &group.retention_policy {
        Some(policy) => RetentionOwner::AccountPolicy(policy.clone()),
        None => RetentionOwner::LogGroup(log_group.clone()),
    };
    match (required.minimum_retention_days, required.maximum_retention_days, group.retention_days) {
        (Some(days), _, Some(found)) if found < days => Outcome::broken(
            Code::RetentionTooShort,
            format!("events in {log_group} are {kept}, at least {days} are wanted"),
            Remedy::RaiseRetention { owner, days },
        ),
        // Never to expire is longer than any maximum.
        (_, Some(days), found) if found.is_none_or(|found| found > days) => Outcome::broken(
            Code::RetentionTooLong,
            match found {
                Some(_) => format!("events in {log_group} are {kept}, at most {days} are wanted"),
                None => format!("events in {log_group} never expire, at most {days} days are wanted"),
            },
            Remedy::LowerRetention { owner, days },
        ),
        _ => Outcome::Holds(kept),
    }
}

/// The values that stand for all that a retention can be: never to expire, and both sides of each bound.
pub fn retentions(required: &Requirements) -> Vec<Option<u32>> {
    let minimum = required.minimum_retention_days.into_iter().flat_map(|least| [least.saturating_sub(1), least]);
    let maximum = required.maximum_retention_days.into_iter().flat_map(|most| [most, most.saturating_add(1)]);
    let mut days: Vec<_> = minimum.chain(maximum).filter(|days| *days > 0).map(Some).chain([None]).collect();
    days.dedup();
    days
}
