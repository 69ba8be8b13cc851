//! The links summed up: what is said of a cluster, each with its reasons. "Could not look" is no verdict.

use std::fmt;

use crate::facts::{ClusterFacts, LogType};
use crate::finding::Finding;
use crate::links::{LINKS, Link, Outcome, Question, Read};
use crate::requirements::Requirements;

/// What is said of one cluster, with every link of the trail of each required log.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Every link that is asked for holds, for each log type.
    Compliant(Vec<Trail>),
    /// At least one link is broken.
    NonCompliant(Vec<Trail>),
}

impl Verdict {
    /// The trails that it sums up, one for each required log type, in their order.
    pub fn trails(&self) -> &[Trail] {
        match self {
            Self::Compliant(trails) | Self::NonCompliant(trails) => trails,
        }
    }
}

/// What every link says of one log.
#[derive(Clone, Debug, PartialEq)]
pub struct Trail {
    /// The log whose trail it is.
    pub log_type: LogType,
    /// What each link answers, in the order of the trail.
    pub links: Vec<(Link, Outcome)>,
}

impl Trail {
    /// Asks every link about one log of one cluster. What was not read is not asked where a link before it is broken: reads cost calls.
    fn follow(facts: &ClusterFacts, log_type: LogType, required: &Requirements) -> Self {
        let question = Question { facts, log_type, required };
        let mut broken = false;
        let links = LINKS.into_iter().map(|link| {
            let outcome = match link.check(&question) {
                Outcome::Unread(_) if broken => Outcome::NotAsked,
                outcome => outcome,
            };
            broken |= matches!(outcome, Outcome::Broken(_));
            (link, outcome)
        });
        Self { log_type, links: links.collect() }
    }

    /// What is broken, each code once: one missing log group breaks several links in the same way.
    pub fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = Vec::new();
        for (_, outcome) in &self.links {
            if let Outcome::Broken(finding) = outcome
                && findings.iter().all(|known| known.code != finding.code)
            {
                findings.push(finding);
            }
        }
        findings
    }

    /// What was found to hold, one statement for each link that was asked for.
    pub fn evidence(&self) -> impl Iterator<Item = &str> {
        self.links.iter().filter_map(|(_, outcome)| match outcome {
            Outcome::Holds(statement) => Some(statement.as_str()),
            Outcome::NotAsked | Outcome::Unread(_) | Outcome::Broken(_) => None,
        })
    }

    /// Whether a link is broken.
    pub fn is_broken(&self) -> bool {
        self.links.iter().any(|(_, outcome)| matches!(outcome, Outcome::Broken(_)))
    }

    fn unread(&self) -> impl Iterator<Item = Read> {
        self.links.iter().filter_map(|(_, outcome)| match outcome {
            Outcome::Unread(read) => Some(*read),
            Outcome::NotAsked | Outcome::Holds(_) | Outcome::Broken(_) => None,
        })
    }
}

/// A link was asked for whose fact nobody read: no verdict may rest on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread;

impl std::error::Error for Unread {}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fact that is required was not read")
    }
}

/// Judges a cluster by the facts about it.
///
/// # Errors
/// [`Unread`] while [`missing`] names a read.
pub fn decide(facts: &ClusterFacts, required: &Requirements) -> Result<Verdict, Unread> {
    let trails = follow(facts, required);
    if trails.iter().any(|trail| trail.unread().next().is_some()) {
        return Err(Unread);
    }
    Ok(if trails.iter().any(Trail::is_broken) { Verdict::NonCompliant(trails) } else { Verdict::Compliant(trails) })
}

/// The reads that could still change the verdict, each once.
pub fn missing(facts: &ClusterFacts, required: &Requirements) -> Vec<Read> {
    let mut reads = Vec::new();
    for read in follow(facts, required).iter().flat_map(Trail::unread) {
        if !reads.contains(&read) {
            reads.push(read);
        }
    }
    reads
}

fn follow(facts: &ClusterFacts, required: &Requirements) -> Vec<Trail> {
    required.log_types.iter().map(|&log_type| Trail::follow(facts, log_type, required)).collect()
}
