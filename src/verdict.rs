//! The three outcomes that AWS Config knows, each with its reasons. "Could not look" is none of them.

use std::fmt;

use crate::facts::{ClusterFacts, LogType};
use crate::links::{self, Finding, Link};
use crate::parameters::Parameters;

/// What the rule says of one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Every link that is asked for holds, for each log type.
    Compliant(Vec<Evidence>),
    /// At least one link is broken.
    NonCompliant(Vec<BrokenTrail>),
    /// The question makes no sense for this resource.
    NotApplicable(NotApplicable),
}

/// What was found to hold for one log type.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The log whose trail is whole.
    pub log_type: LogType,
    /// One statement for each link that was asked for.
    pub statements: Vec<String>,
}

/// What is broken for one log type.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokenTrail {
    /// The log whose trail is broken.
    pub log_type: LogType,
    /// At least one, each code once.
    pub findings: Vec<Finding>,
}

/// Why the rule does not apply to a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum NotApplicable {
    /// The configuration item has a status other than `OK` and `ResourceDiscovered`.
    Status(String),
    /// The resource left the rule's scope.
    LeftScope,
    /// Not a DB cluster.
    ResourceType(String),
    /// A DB cluster of another engine.
    Engine(String),
    /// There is no cluster of that name.
    Gone(String),
    /// The name belongs to another cluster by now.
    NameTaken(String),
    /// A result is recorded for a cluster that is not among the account's Neptune clusters any more.
    NotListed,
}

impl fmt::Display for NotApplicable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "AWS Config says that the resource is not there to be judged: {status}"),
            Self::LeftScope => f.write_str("the resource is no longer in the scope of this rule"),
            Self::ResourceType(resource_type) => write!(f, "{resource_type} is not a DB cluster: this rule judges Amazon Neptune clusters"),
            Self::Engine(engine) => write!(f, "the engine of this cluster is {engine}: this rule judges Amazon Neptune clusters"),
            Self::Gone(identifier) => write!(f, "the cluster {identifier} no longer exists"),
            Self::NameTaken(identifier) => write!(f, "the cluster no longer exists: the name {identifier} belongs to another one now"),
            Self::NotListed => f.write_str("there is no longer a Neptune cluster with this resource id"),
        }
    }
}

/// A link was asked for whose fact nobody read: no verdict may rest on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread;

/// Judges a cluster by the facts about it.
///
/// # Errors
/// [`Unread`] when nothing is known to be broken and something that was asked for was not read.
pub fn decide(facts: &ClusterFacts, required: &Parameters) -> Result<Verdict, Unread> {
    let mut whole = Vec::new();
    let mut broken = Vec::new();
    for &log_type in &required.log_types {
        match follow(facts, log_type, required)? {
            Trail::Whole(evidence) => whole.push(evidence),
            Trail::Broken(trail) => broken.push(trail),
        }
    }
    Ok(if broken.is_empty() { Verdict::Compliant(whole) } else { Verdict::NonCompliant(broken) })
}

enum Trail {
    Whole(Evidence),
    Broken(BrokenTrail),
}

fn follow(facts: &ClusterFacts, log_type: LogType, required: &Parameters) -> Result<Trail, Unread> {
    let mut statements = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut unread = false;
    for link in links::follow(facts, log_type, required) {
        match link {
            Link::NotAsked => {}
            Link::Unread => unread = true,
            Link::Holds(statement) => statements.push(statement),
            // One missing log group breaks several links in the same way.
            Link::Broken(finding) if findings.iter().any(|known| known.code == finding.code) => {}
            Link::Broken(finding) => findings.push(finding),
        }
    }
    match (findings.is_empty(), unread) {
        (false, _) => Ok(Trail::Broken(BrokenTrail { log_type, findings })),
        (true, true) => Err(Unread),
        (true, false) => Ok(Trail::Whole(Evidence { log_type, statements })),
    }
}
