//! What an event asks the rule to look at.

use crate::not_applicable::NotApplicable;
use crate::resource::Resource;

/// What an event asks the rule to look at.
#[derive(Debug, PartialEq)]
pub enum Subject {
    /// A resource that the event alone shows to be none of the rule's business.
    NotApplicable {
        /// As AWS Config recorded it.
        resource: Resource,
        /// Why the rule does not apply.
        reason: NotApplicable,
    },
    /// One cluster that may be Neptune's.
    Cluster {
        /// `DbClusterResourceId`: unique for ever, never given to another cluster.
        resource_id: String,
        /// `DBClusterIdentifier`: the name, which another cluster may have by now.
        identifier: String,
    },
    /// Every Neptune cluster of the account and Region.
    EveryCluster {
        /// The rule whose recorded results are looked through for clusters that are gone, where the event names it.
        rule_name: Option<String>,
    },
}
