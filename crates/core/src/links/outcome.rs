//! What a link answers, and what would have to be read for an answer.

use crate::facts::LogType;
use crate::finding::{Code, Finding};
use crate::remedy::Remedy;

/// What a link answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// No parameter asks, the link does not exist for this log type, or a broken one before it makes the answer not worth a call. What
    /// was noticed all the same is worth telling an auditor.
    NotAsked(Option<String>),
    /// Asked, but the fact it rests on was not read.
    Unread(Read),
    /// It holds; the evidence, for an auditor.
    Holds(String),
    /// It is broken.
    Broken(Finding),
}

impl Outcome {
    pub(super) fn broken(code: Code, found: impl Into<String>, remedy: Remedy) -> Self {
        Self::Broken(Finding { code, found: found.into(), remedy })
    }
}

/// A fact that was not read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Read {
    /// The log group of a log type: whether there is one, and how it keeps its events.
    LogGroup(LogType),
    /// Where that log group's own filters send its events.
    Subscriptions(LogType),
    /// When the newest event came to that log group.
    NewestEvent(LogType),
    /// Where the account's policies send the events of its log groups.
    AccountPolicies,
    /// The tags of the cluster.
    Tags,
}
