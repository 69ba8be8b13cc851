//! *Forwarded*: a subscription filter sends the log to where it is collected.

use super::{Code, Link, Question, with_log_group};

const NOT_FORWARDED: Code = Code("NOT_FORWARDED");

pub(super) fn check(question: &Question<'_>) -> Link {
    let Some(wanted) = &question.required.forwarding_destination else {
        return Link::NotAsked;
    };
    with_log_group(question, &question.facts.log_group(question.log_type).destinations, |destinations| {
        match destinations.iter().find(|destination| wanted.matches(destination)) {
            Some(destination) => Link::Holds(format!("forwarded to {destination}")),
            None => {
                let found = match destinations.as_slice() {
                    [] => "no subscription filter".to_owned(),
                    others => format!("subscription filters only to {}", others.join(", ")),
                };
                Link::broken(
                    NOT_FORWARDED,
                    format!("the {} log group has {found}: add one that sends to {}", question.log_type, wanted.as_str()),
                )
            }
        }
    })
}
