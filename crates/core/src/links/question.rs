//! What every link is asked, and what those that rest on the log group have in common.

use super::outcome::{Outcome, Read};
use crate::facts::{ClusterFacts, Fact, LogGroupFacts, LogType};
use crate::finding::Code;
use crate::remedy::Remedy;
use crate::requirements::Requirements;

/// What every link is asked: does this hold for one log of one cluster?
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What AWS says of the cluster.
    pub facts: &'a ClusterFacts,
    /// The log whose trail is followed.
    pub log_type: LogType,
    /// What is required.
    pub required: &'a Requirements,
    /// Whether a link before this one is broken: then some advice would be pointless.
    pub broken_before: bool,
}

impl Question<'_> {
    /// What is known of the log group that this log goes to.
    pub(super) fn log_group(&self) -> &LogGroupFacts {
        self.facts.log_group(self.log_type)
    }

    /// Its name.
    pub(super) fn log_group_name(&self) -> String {
        self.log_type.log_group(&self.facts.cluster.identifier)
    }

    /// Judges what was found in the log group. Without a log group each link that rests on it is broken in the same way.
    pub(super) fn with_log_group<T>(&self, read: fn(LogType) -> Read, fact: &Fact<T>, judge: impl FnOnce(&T) -> Outcome) -> Outcome {
        match fact {
            _ if self.log_group().group == Fact::NoLogGroup => self.without_log_group(),
            Fact::NotRead => Outcome::Unread(read(self.log_type)),
            Fact::NoLogGroup => self.without_log_group(),
            Fact::Found(found) => judge(found),
        }
    }

    /// That there is no log group.
    pub(super) fn without_log_group(&self) -> Outcome {
        let log_group = self.log_group_name();
        let found = format!("there is no log group {log_group}");
        let remedy = Remedy::CreateLogGroup { log_group, comes_by_itself: self.broken_before };
        Outcome::broken(Code::LogGroupMissing, found, remedy)
    }
}
