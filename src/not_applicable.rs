//! Why the rule does not apply to a resource.

use std::fmt;

use neptune_audit_core::exemption::Exemption;

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
    /// A cluster of this name that the decision does not hold against the requirements.
    Exempt(String, Exemption),
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
            Self::Exempt(identifier, exemption) => write!(f, "the cluster {identifier} is not judged: {exemption}"),
            Self::NotListed => f.write_str("there is no longer a Neptune cluster with this resource id"),
        }
    }
}
