//! The checks that the JSON services make before they look at what a request means.

use serde_json::{Map, Value};

use super::answer::Refusal;

/// Collects what the service's own validation finds, as it reports it: everything at once.
#[derive(Default)]
pub(crate) struct Violations(Vec<String>);

impl Violations {
    pub(crate) fn at(&mut self, member: &str, value: impl std::fmt::Display, rule: &str) {
        self.0.push(format!("Value '{value}' at '{member}' failed to satisfy constraint: {rule}"));
    }

    pub(crate) fn missing(&mut self, member: &str) {
        self.0.push(format!("Value null at '{member}' failed to satisfy constraint: Member must not be null"));
    }

    /// A string between two lengths, in characters.
    pub(crate) fn length(&mut self, member: &str, value: &str, least: usize, most: usize) {
        let length = value.chars().count();
        if length < least {
            self.at(member, value, &format!("Member must have length greater than or equal to {least}"));
        }
        if length > most {
            self.at(member, value, &format!("Member must have length less than or equal to {most}"));
        }
    }

    pub(crate) fn into_result(self, code: &str) -> Result<(), Refusal> {
        match self.0.len() {
            0 => Ok(()),
            1 => Err(Refusal::bad(code, format!("1 validation error detected: {}", self.0.join("; ")))),
            number => Err(Refusal::bad(code, format!("{number} validation errors detected: {}", self.0.join("; ")))),
        }
    }
}

/// A member that a request may have, and the test of its JSON type.
pub(crate) type KnownMember<'a> = (&'a str, fn(&Value) -> bool);

/// Refuses members that the request does not have, and members of another type. AWS ignores the former without a
/// word; here they are a mistake of the caller that a test must see.
pub(crate) fn check_members(parameters: &Map<String, Value>, members: &[KnownMember<'_>]) -> Result<(), Refusal> {
    for (name, value) in parameters {
        match members.iter().find(|(known, _)| known == name) {
            None => {
                return Err(Refusal::bad("ValidationException", format!("Unknown member `{name}`")));
            }
            Some((_, is_right)) if !value.is_null() && !is_right(value) => {
                return Err(Refusal::bad("SerializationException", format!("`{name}` is of the wrong type")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
