//! What every link is asked, and what those that rest on the log group have in common.

use super::outcome::{Outcome, Read};
use crate::facts::{ClusterFacts, Fact, LogType};
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
}

impl Question<'_> {
    /// The name of the log group that this log goes to.
    pub(super) fn log_group(&self) -> String {
        self.log_type.log_group(&self.facts.cluster.identifier)
    }

    /// Judges what was found in the log group. Without a log group each link that rests on it is broken in the same way.
    pub(super) fn with_log_group<T>(&self, read: fn(LogType) -> Read, fact: &Fact<T>, judge: impl FnOnce(&T) -> Outcome) -> Outcome {
        match fact {
            Fact::NotRead => Outcome::Unread(read(self.log_type)),
            Fact::NoLogGroup => {
                let name = self.log_group();
                Outcome::broken(Code::LogGroupMissing, format!("there is no log group {name}"), Remedy::CreateLogGroup(name))
            }
            Fact::Found(found) => judge(found),
        }
    }
}
