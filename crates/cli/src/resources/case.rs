//! The facts of a decision as they are put together: what is known, what is not, and what each unknown may be.

use neptune_audit_core::facts::{ClusterFacts, LogType};
use neptune_audit_core::forecast::{Assumption, Unknown};

use super::declared::Attached;
use super::value::Value;
use crate::report::Basis;

/// Stands for a name that is not known yet, within another.
pub(super) const NOT_KNOWN: &str = "…";
/// Stands for a value that is shown to nobody.
pub(super) const NOT_SHOWN: &str = "(not shown)";

/// All that a forecast needs.
pub(super) struct Case {
    pub(super) facts: ClusterFacts,
    pub(super) unknown: Vec<Unknown>,
    pub(super) basis: Basis,
    pub(super) hidden: Vec<(LogType, &'static str)>,
}

impl Case {
    /// Remembers that the answer of a link quotes what is shown to nobody.
    pub(super) fn hide(&mut self, log_type: LogType, link: &'static str, hides: bool) {
        if hides {
            self.hidden.push((log_type, link));
        }
    }

    /// What is attached by reference makes the forecast rest on a reference.
    pub(super) fn rest_on<T>(&mut self, attached: &[Attached<T>]) {
        self.basis = attached.iter().fold(self.basis, |basis, one| basis.and(one.basis));
    }

    /// Takes one of several things, each of which is some assumptions and some unknown values.
    pub(super) fn take_one_of(&mut self, each: Vec<(Vec<Assumption>, Vec<Unknown>)>, through: &str) {
        if let [(assumptions, unknown)] = each.as_slice() {
            assumptions.iter().for_each(|assumption| assumption.apply(&mut self.facts));
            self.unknown.extend(unknown.iter().cloned());
            return;
        }
        let mut alternatives: Vec<Vec<Assumption>> = Vec::new();
        for (assumptions, unknown) in each {
            for alternative in product(assumptions, &unknown) {
                if !alternatives.contains(&alternative) {
                    alternatives.push(alternative);
                }
            }
        }
        self.unknown.push(Unknown::one_of(through, alternatives));
    }
}

/// Every combination of what the unknown values may be, with what is known before each.
fn product(known: Vec<Assumption>, unknown: &[Unknown]) -> Vec<Vec<Assumption>> {
    unknown.iter().fold(vec![known], |combinations, unknown| {
        let with = |combination: &Vec<Assumption>| {
            let combination = combination.clone();
            unknown.alternatives.iter().map(move |alternative| [combination.as_slice(), alternative].concat()).collect::<Vec<_>>()
        };
        combinations.iter().flat_map(with).collect()
    })
}

/// A name as it may be shown.
pub(super) fn shown(name: &Value<String>) -> String {
    match name {
        Value::Known(name) => name.clone(),
        Value::Sensitive(_) => NOT_SHOWN.to_owned(),
        Value::Unknown(_) => NOT_KNOWN.to_owned(),
    }
}
