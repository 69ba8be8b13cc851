//! Where something stands in the JSON of a fleet, and the checks that look at one value or one list.

use std::collections::HashSet;

use super::error::FleetError;

/// What a value must look like: the test, and the words for it.
pub(crate) type Form = (fn(&str) -> bool, &'static str);

/// `accounts.111122223333.clusters[0] (orders)`.
#[derive(Clone, Default)]
pub(crate) struct Place(String);

impl Place {
    /// A field, or an entry of a map.
    pub(crate) fn field(&self, name: &str) -> Self {
        if self.0.is_empty() { Self(name.to_owned()) } else { Self(format!("{}.{name}", self.0)) }
    }

    /// An entry of a list, which may have a name.
    pub(crate) fn entry(&self, position: usize, name: &str) -> Self {
        if name.is_empty() { Self(format!("{}[{position}]", self.0)) } else { Self(format!("{}[{position}] ({name})", self.0)) }
    }

    pub(crate) fn refuse(&self, problem: impl Into<String>) -> FleetError {
        FleetError::Value { at: self.0.clone(), problem: problem.into() }
    }

    /// The value has the form.
    pub(crate) fn check(&self, value: &str, (fits, words): Form) -> Result<(), FleetError> {
        if fits(value) { Ok(()) } else { Err(self.refuse(format!("`{value}` is not {words}"))) }
    }

    /// The value, where there is one, has the form.
    pub(crate) fn check_some(&self, value: Option<&String>, form: Form) -> Result<(), FleetError> {
        value.map_or(Ok(()), |value| self.check(value, form))
    }

    /// The value is one of these.
    pub(crate) fn one_of(&self, value: &str, allowed: &[&str]) -> Result<(), FleetError> {
        if allowed.contains(&value) { Ok(()) } else { Err(self.refuse(format!("`{value}` is not one of {}", allowed.join(", ")))) }
    }

    /// No name comes twice.
    pub(crate) fn distinct<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<(), FleetError> {
        let mut seen = HashSet::new();
        match names.into_iter().find(|name| !seen.insert(*name)) {
            None => Ok(()),
            Some(twice) => Err(self.refuse(format!("`{twice}` is there twice"))),
        }
    }

    /// At most one of two fields that say the same in two ways.
    pub(crate) fn either(&self, one: (&str, bool), other: (&str, bool)) -> Result<(), FleetError> {
        if one.1 && other.1 { Err(self.refuse(format!("`{}` and `{}` exclude each other", one.0, other.0))) } else { Ok(()) }
    }
}
