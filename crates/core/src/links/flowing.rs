//! *Flowing*: events still arrive. The only link that proves the others.

use std::time::Duration;

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::finding::Code;
use crate::remedy::Remedy;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let Some(hours) = question.required.maximum_silence_hours else {
        return Outcome::NotAsked(None);
    };
    let limit = Duration::from_secs(u64::from(hours) * 3600);
    let facts = question.facts;
    let cluster = &facts.cluster;
    if cluster.takes_no_queries() {
        return Outcome::Holds(format!("{}, so no event is asked for", cluster.status));
    }
    // An event from the future, or a cluster made in it (a clock is off), is young.
    let is_young = |at| facts.read_at.duration_since(at).unwrap_or_default() < limit;
    if cluster.created_at.is_some_and(is_young) {
        return Outcome::Holds(format!("created in the last {}, so no event is asked for", count(hours)));
    }
    question.with_log_group(Read::NewestEvent, &question.log_group().newest_event, |newest| {
        let log_group = question.log_group_name();
        let found = match newest {
            Some(at) if is_young(*at) => return Outcome::Holds(format!("event in the last {}", count(hours))),
            // Its age would make another annotation, and another evaluation to pay for, of each schedule.
            Some(_) => format!("the newest event in log group {log_group} is older than {}", count(hours)),
            None => format!("log group {log_group} holds no event"),
        };
        let cluster = cluster.identifier.clone();
        let remedy = match facts.cluster.members.is_empty() {
            true => Remedy::AddInstance { cluster },
            false => Remedy::FindOutWhySilent { cluster },
        };
        Outcome::broken(Code::Silent, found, remedy)
    })
}

fn count(hours: u32) -> String {
    if hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") }
}
