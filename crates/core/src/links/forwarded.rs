//! *Forwarded*: a subscription filter sends the log to where it is collected.

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::finding::Code;
use crate::remedy::Remedy;
use crate::requirements::Requirements;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let Some(wanted) = &question.required.forwarding_destination else {
        return Outcome::NotAsked;
    };
    question.with_log_group(
        Read::Destinations,
        &question.facts.log_group(question.log_type).destinations,
        |destinations| match destinations.iter().find(|destination| wanted.matches(destination)) {
            Some(destination) => Outcome::Holds(format!("forwarded to {destination}")),
            None => {
                let found = match destinations.as_slice() {
                    [] => "no subscription filter".to_owned(),
                    others => format!("subscription filters only to {}", others.join(", ")),
                };
                let remedy = Remedy::Forward { log_group: question.log_group(), destination: wanted.as_str().to_owned() };
                Outcome::broken(Code::NotForwarded, format!("the {} log group has {found}", question.log_type), remedy)
            }
        },
    )
}

/// The values that stand for all that the destinations can be: none that is wanted, and one that is.
pub fn destinations(required: &Requirements) -> Vec<Vec<String>> {
    let wanted = required.forwarding_destination.iter().map(|wanted| vec![wanted.as_str().replace('*', "")]);
    std::iter::once(Vec::new()).chain(wanted).collect()
}
