//! What every link is asked, and what those that rest on the log group have in common.

use std::time::Duration;

use super::outcome::{Outcome, Read};
use crate::facts::{ClusterFacts, Fact, LogGroupFacts, LogType, Member};
use crate::finding::Code;
use crate::remedy::Remedy;
use crate::requirements::Requirements;

/// Neptune makes the log group when it writes the first line. A cluster that is older than this had the time to.
const TIME_FOR_THE_FIRST_LINE: Duration = Duration::from_secs(24 * 3600);

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

    /// Whether Neptune would have made the log group by now, with nothing known that excuses it: it does so when it writes the first line.
    pub(super) fn log_group_should_exist(&self) -> bool {
        let cluster = &self.facts.cluster;
        // Of a cluster whose age AWS does not tell, nothing excuses the log group.
        let age = cluster.created_at.map(|created_at| self.facts.read_at.duration_since(created_at).unwrap_or_default());
        self.log_type == LogType::Audit
            && !self.broken_before
            && cluster.members.iter().any(Member::is_in_sync)
            && age.is_none_or(|age| age >= TIME_FOR_THE_FIRST_LINE)
    }

    /// That there is no log group.
    pub(super) fn without_log_group(&self) -> Outcome {
        let log_group = self.log_group_name();
        let found = format!("there is no log group {log_group}");
        let remedy = Remedy::CreateLogGroup { log_group, comes_by_itself: !self.log_group_should_exist() };
        Outcome::broken(Code::LogGroupMissing, found, remedy)
    }
}
