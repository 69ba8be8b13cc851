//! Texts that came by already.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Texts that came by already, as fingerprints: the texts would be memory, for thousands of them. Two different ones are taken for the
/// same once in 2⁶⁴ times.
#[derive(Debug, Default)]
pub struct Seen {
    fingerprints: RandomState,
    seen: HashSet<u64>,
}

impl Seen {
    /// Notes a text, and whether it is new.
    pub fn insert(&mut self, text: &str) -> bool {
        self.seen.insert(self.fingerprints.hash_one(text))
    }

    /// Whether a text was noted.
    pub fn contains(&self, text: &str) -> bool {
        self.seen.contains(&self.fingerprints.hash_one(text))
    }
}
