//! *Kept*: the log group exists, and keeps its events as long as is asked, and no longer.

use std::time::Duration;

use super::in_effect::is_in_sync;
use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::facts::{Fact, LogGroup, LogType};
use crate::finding::Code;
use crate::remedy::{Remedy, RetentionOwner};
use crate::requirements::Requirements;

/// Neptune makes the log group when it writes the first line. A cluster that is older than this had the time to.
const TIME_FOR_THE_FIRST_LINE: Duration = Duration::from_secs(24 * 3600);

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let required = question.required;
    if !required.bounds_retention() && !required.log_group_required {
        return Outcome::NotAsked(None);
    }
    if !required.bounds_retention() && question.log_group().group == Fact::NoLogGroup && !should_exist(question) {
        return Outcome::Holds("no log group yet".to_owned());
    }
    question.with_log_group(Read::LogGroup, &question.log_group().group, |group| judge(question, group))
}

/// Whether a log group that nothing but `logGroupRequired` asks for would be there if the trail were whole.
fn should_exist(question: &Question<'_>) -> bool {
    let cluster = &question.facts.cluster;
    // Of a cluster whose age AWS does not tell, nothing excuses the log group.
    let age = cluster.created_at.map(|created_at| question.facts.read_at.duration_since(created_at).unwrap_or_default());
    question.log_type == LogType::Audit
        && !question.broken_before
        && cluster.members.iter().any(is_in_sync)
        && age.is_none_or(|age| age >= TIME_FOR_THE_FIRST_LINE)
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
