//! The links of the audit trail, one file each: what the facts about a cluster mean.
//!
//! A link is a function of a [`Question`]. A new one costs its file, a line in [`LINKS`] and a field of the facts.

mod exported;
mod flowing;
mod forwarded;
mod generated;
mod in_effect;
mod kept;
mod protected;

use std::fmt;

use crate::facts::{ClusterFacts, Fact, LogType};
use crate::parameters::Parameters;

/// The trail from the engine to the reader, in the order in which a log event travels it.
const LINKS: [fn(&Question<'_>) -> Link; 7] =
    [generated::check, in_effect::check, exported::check, kept::check, protected::check, forwarded::check, flowing::check];

/// What every link is asked: does this hold for one log of one cluster?
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What AWS says of the cluster.
    pub facts: &'a ClusterFacts,
    /// The log whose trail is followed.
    pub log_type: LogType,
    /// What is required.
    pub required: &'a Parameters,
}

/// What a link answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// No parameter asks, or the link does not exist for this log type.
    NotAsked,
    /// Asked, but the fact it rests on was not read.
    Unread,
    /// It holds; the evidence, for an auditor.
    Holds(String),
    /// It is broken.
    Broken(Finding),
}

/// A broken link: a code for programs, a sentence for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Fixed for ever: programs rely on it.
    pub code: Code,
    /// What was found, and what to do.
    pub detail: String,
}

/// The name of a way in which a link can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(&'static str);

impl Code {
    /// As it stands in an annotation.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Link {
    fn broken(code: Code, detail: impl Into<String>) -> Self {
        Self::Broken(Finding { code, detail: detail.into() })
    }
}

/// Asks every link about one log of one cluster.
pub fn follow<'a>(facts: &'a ClusterFacts, log_type: LogType, required: &'a Parameters) -> impl Iterator<Item = Link> {
    let question = Question { facts, log_type, required };
    LINKS.iter().map(move |link| link(&question))
}

/// Whether a verdict on this log waits for facts that were not read. Where a link is broken already it does not: reads cost calls.
pub fn undecided(facts: &ClusterFacts, log_type: LogType, required: &Parameters) -> bool {
    let mut unread = false;
    for link in follow(facts, log_type, required) {
        match link {
            Link::Broken(_) => return false,
            Link::Unread => unread = true,
            Link::NotAsked | Link::Holds(_) => {}
        }
    }
    unread
}

const LOG_GROUP_MISSING: Code = Code("LOG_GROUP_MISSING");

/// For the links that rest on the log group: judges what was found in it. Without a log group each of them is broken in the same way.
fn with_log_group<T>(question: &Question<'_>, fact: &Fact<T>, judge: impl FnOnce(&T) -> Link) -> Link {
    match fact {
        Fact::NotRead => Link::Unread,
        Fact::NoLogGroup => {
            let name = question.log_type.log_group(&question.facts.cluster.identifier);
            Link::broken(
                LOG_GROUP_MISSING,
                format!("there is no log group {name}: create it as wanted, or repair what keeps Neptune from doing so"),
            )
        }
        Fact::Found(found) => judge(found),
    }
}

#[cfg(test)]
pub(crate) mod tests;
