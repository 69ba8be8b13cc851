//! *Flowing*: events still arrive. The only link that proves the others.

use std::time::{Duration, SystemTime};

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::finding::Code;
use crate::remedy::Remedy;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let Some(hours) = question.required.maximum_silence_hours else {
        return Outcome::NotAsked;
    };
    let log_type = question.log_type;
    let limit = Duration::from_secs(u64::from(hours) * 3600);
    question.with_log_group(Read::NewestEvent, &question.facts.log_group(question.log_type).newest_event, |newest| {
        // An event from the future (a clock is off) is young.
        let age = |at: &SystemTime| question.facts.read_at.duration_since(*at).unwrap_or_default();
        let silent = |found| Outcome::broken(Code::Silent, found, Remedy::FindOutWhySilent { log_group: question.log_group() });
        match newest {
            Some(at) if age(at) < limit => Outcome::Holds(format!("an event in the last {hours} hours")),
            Some(_) => silent(format!("the {log_type} log group got no event in the last {hours} hours")),
            None => silent(format!("the {log_type} log group never got an event")),
        }
    })
}
