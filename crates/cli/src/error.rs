//! What ends a run without a report: one sentence, and an exit code.

use std::fmt;

use crate::exit;

/// A run that could not be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// The exit code.
    pub exit: u8,
    /// What is wrong, and what to type instead.
    pub message: String,
}

impl Failure {
    /// Wrong usage, or input that cannot be read.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: exit::USAGE, message: message.into() }
    }

    /// Nothing at all could be looked at.
    pub fn not_looked(message: impl Into<String>) -> Self {
        Self { exit: exit::NOT_LOOKED, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
