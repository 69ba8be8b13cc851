//! Finds things in one account without looking through all of them.

use std::collections::{BTreeMap, HashMap};

use super::fleet::Account;
use super::random::Random;

/// Where things are in one account. Positions are those in the account's lists.
#[derive(Default)]
pub(crate) struct Index {
    /// Clusters in the order in which they are listed.
    pub(crate) clusters: Vec<usize>,
    /// Places in `clusters`, by identifier.
    pub(crate) cluster_places: HashMap<String, usize>,
    /// Instances: the positions of their cluster, and of the member in it.
    pub(crate) instances: BTreeMap<String, (usize, usize)>,
    /// Log groups in the order of their names.
    pub(crate) log_groups: Vec<usize>,
    /// Recorded results by rule, resource type and resource id.
    pub(crate) recorded: HashMap<(String, String, String), usize>,
}

impl Index {
    pub(crate) fn of(account: &Account, shuffle: Option<u64>) -> Self {
        let mut clusters: Vec<_> = (0..account.clusters.len()).collect();
        clusters.sort_by(|one, other| account.clusters[*one].identifier.cmp(&account.clusters[*other].identifier));
        if let Some(seed) = shuffle {
            Random::seeded(seed).shuffle(&mut clusters);
        }
        let mut log_groups: Vec<_> = (0..account.log_groups.len()).collect();
        log_groups.sort_by(|one, other| account.log_groups[*one].name.cmp(&account.log_groups[*other].name));
        Self {
            cluster_places: clusters
                .iter()
                .enumerate()
                .map(|(place, position)| (account.clusters[*position].identifier.clone(), place))
                .collect(),
            clusters,
            instances: account
                .clusters
                .iter()
                .enumerate()
                .flat_map(|(position, cluster)| {
                    let members = cluster.members.iter().enumerate();
                    members.map(move |(number, member)| (member.identifier.clone(), (position, number)))
                })
                .collect(),
            log_groups,
            recorded: account
                .recorded
                .iter()
                .enumerate()
                .map(|(position, result)| ((result.rule.clone(), result.resource_type.clone(), result.resource_id.clone()), position))
                .collect(),
        }
    }
}
