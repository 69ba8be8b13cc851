//! The links summed up: what is said of a cluster, each with its reasons. "Could not look" is no verdict.

use std::fmt;

use crate::exemption::Exemption;
use crate::facts::{ClusterFacts, LogType};
use crate::finding::{Code, Finding};
use crate::links::{LINKS, Link, Outcome, Question, Read};
use crate::requirements::Requirements;

/// What is said of one cluster, with every link of the trail of each required log.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Every link that is asked for holds, for each log type.
    Compliant(Vec<Trail>),
    /// At least one link is broken.
    NonCompliant(Vec<Trail>),
    /// It is not held against the requirements. The trails are those of a cluster that a tag exempts, which has something broken.
    Exempt(Exemption, Vec<Trail>),
}

impl Verdict {
    /// The trails that it sums up, one for each required log type, in their order; none for a cluster that was not looked at.
    pub fn trails(&self) -> &[Trail] {
        match self {
            Self::Compliant(trails) | Self::NonCompliant(trails) | Self::Exempt(_, trails) => trails,
        }
    }

    /// The codes that it reports, each once, in the order of the links: none unless it is NON_COMPLIANT.
    pub fn codes(&self) -> Vec<Code> {
        let trails: &[Trail] = if let Self::NonCompliant(trails) = self { trails } else { &[] };
        let mut codes: Vec<_> = trails.iter().flat_map(Trail::findings).map(|finding| finding.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
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
        let mut broken_before = false;
        let links = LINKS.into_iter().map(|link| {
            let outcome = match link.check(&Question { facts, log_type, required, broken_before }) {
                Outcome::Unread(_) if broken_before => Outcome::NotAsked(None),
                outcome => outcome,
            };
            broken_before |= matches!(outcome, Outcome::Broken(_));
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

    /// What was found to hold, one statement for each link that was asked for, and what was noticed beside.
    pub fn evidence(&self) -> impl Iterator<Item = &str> {
        self.links.iter().filter_map(|(_, outcome)| match outcome {
            Outcome::Holds(statement) | Outcome::NotAsked(Some(statement)) => Some(statement.as_str()),
            Outcome::NotAsked(None) | Outcome::Unread(_) | Outcome::Broken(_) => None,
        })
    }

    /// Whether a link is broken.
    pub fn is_broken(&self) -> bool {
        self.links.iter().any(|(_, outcome)| matches!(outcome, Outcome::Broken(_)))
    }

    fn unread(&self) -> impl Iterator<Item = Read> {
        self.links.iter().filter_map(|(_, outcome)| match outcome {
            Outcome::Unread(read) => Some(*read),
            Outcome::NotAsked(_) | Outcome::Holds(_) | Outcome::Broken(_) => None,
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
    consider(facts, required).map_err(|_| Unread)
}

/// The reads that could still change the verdict, each once.
pub fn missing(facts: &ClusterFacts, required: &Requirements) -> Vec<Read> {
    consider(facts, required).err().unwrap_or_default()
}

/// The verdict, or what has to be read first.
fn consider(facts: &ClusterFacts, required: &Requirements) -> Result<Verdict, Vec<Read>> {
    if facts.cluster.is_being_deleted() {
        return Ok(Verdict::Exempt(Exemption::BeingDeleted, Vec::new()));
    }
    let trails: Vec<_> = required.log_types.iter().map(|&log_type| Trail::follow(facts, log_type, required)).collect();
    let broken = trails.iter().any(Trail::is_broken);
    let mut reads = Vec::new();
    for read in trails.iter().flat_map(Trail::unread) {
        if !reads.contains(&read) {
            reads.push(read);
        }
    }
    match (&required.exempt_tag, &facts.tags) {
        (Some(_), None) if broken => reads.push(Read::Tags),
        (Some(exempt), Some(tags)) if broken => {
            if let Some(tag) = tags.iter().find(|tag| exempt.matches(tag)) {
                return Ok(Verdict::Exempt(Exemption::Tagged(tag.clone()), trails));
            }
        }
        _ => {}
    }
    match (reads.is_empty(), broken) {
        (false, _) => Err(reads),
        (true, true) => Ok(Verdict::NonCompliant(trails)),
        (true, false) => Ok(Verdict::Compliant(trails)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_read_is_no_verdict_and_says_so() {
        assert_eq!(Unread.to_string(), "a fact that is required was not read");
    }
}
