//! The facts that the emulator serves: accounts, clusters, parameter groups, log groups, roles and recorded results.
//!
//! A [`Fleet`] is plain data. It comes from a JSON file (see `crates/emulator/examples/fleet.json`) or from [`Fleet::healthy`],
//! whose clusters have an intact audit trail: a test takes it and breaks one thing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::world::limits::RateLimit;

mod account;
mod account_policy;
mod cluster;
mod fictional;
mod log_group;
mod parameter_group;

pub use account::{Account, Recorded, Role};
pub use account_policy::AccountPolicy;
pub(crate) use account_policy::POLICY_TYPES;
pub use cluster::{Cluster, Member, PendingExports, resource_id};
pub use fictional::{AUDITED_GROUP, DESTINATION, HOME_ACCOUNT, KMS_KEY, OTHER_ACCOUNT, REGION};
pub use log_group::{LogGroup, LogStream, SubscriptionFilter};
pub(crate) use log_group::{RETENTION_DAYS, STANDARD};
pub use parameter_group::ParameterGroup;

/// Everything the emulator knows about AWS.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fleet {
    /// The account of every access key that the emulator did not hand out itself.
    pub home_account: String,
    /// The one Region that is emulated; requests signed for another are refused.
    pub region: String,
    /// The accounts by id.
    pub accounts: BTreeMap<String, Account>,
    /// At most so many entries on a page of any listing, below what the caller asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<usize>,
    /// Lists clusters in an order shuffled by this seed, instead of by identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shuffle: Option<u64>,
    /// Lifetime of the credentials that AssumeRole answers; unset: what the caller asks for, an hour by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_seconds: Option<u64>,
    /// The request rates of each account, by action; `*` stands for any run of characters. More calls are throttled.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, RateLimit>,
    /// How long a rebooting instance is away, by the emulator's clock.
    pub reboot_seconds: u64,
    /// The rule to which evaluations belong whose result token did not come with an event.
    pub rule_name: String,
    /// Result tokens that PutEvaluations refuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invalid_result_tokens: Vec<String>,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            home_account: HOME_ACCOUNT.into(),
            region: REGION.into(),
            accounts: BTreeMap::new(),
            page_size: None,
            shuffle: None,
            session_seconds: None,
            limits: BTreeMap::new(),
            reboot_seconds: 20,
            rule_name: "neptune-audit".into(),
            invalid_result_tokens: Vec::new(),
        }
    }
}

impl Fleet {
    /// `n` Neptune clusters `c-0001`, `c-0002`, … in the home account, each with an intact audit trail.
    pub fn healthy(n: usize) -> Self {
        let clusters: Vec<_> = (1..=n).map(|number| Cluster::healthy(format!("c-{number:04}"))).collect();
        let log_groups = clusters.iter().map(|cluster| LogGroup::healthy(&cluster.identifier)).collect();
        let account = Account {
            clusters,
            log_groups,
            parameter_groups: [(AUDITED_GROUP.to_owned(), ParameterGroup::new(&[("neptune_enable_audit_log", "1")]))].into(),
            ..Account::default()
        };
        let mut fleet = Self { accounts: [(HOME_ACCOUNT.to_owned(), account)].into(), ..Self::default() };
        fleet.derive_resource_ids();
        fleet
    }

    /// The home account; made if it is not there.
    pub fn home(&mut self) -> &mut Account {
        self.accounts.entry(self.home_account.clone()).or_default()
    }

    /// An account; made if it is not there.
    pub fn account(&mut self, id: &str) -> &mut Account {
        self.accounts.entry(id.to_owned()).or_default()
    }

    /// A cluster of the home account. Panics where there is none: a test that names it wrongly must fail.
    pub fn cluster(&mut self, identifier: &str) -> &mut Cluster {
        self.home().cluster(identifier)
    }

    /// A parameter group of the home account, made if it is not there.
    pub fn group(&mut self, name: &str) -> &mut ParameterGroup {
        self.home().parameter_groups.entry(name.to_owned()).or_default()
    }

    /// The audit log group of a cluster of the home account. Panics where there is none.
    pub fn audit_log(&mut self, cluster: &str) -> &mut LogGroup {
        self.home().log_group(&format!("/aws/neptune/{cluster}/audit"))
    }

    /// `aws`, `aws-cn` or `aws-us-gov`, by the Region.
    pub fn partition(&self) -> &'static str {
        match &self.region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    pub(crate) fn derive_resource_ids(&mut self) {
        for (account, facts) in &mut self.accounts {
            for cluster in facts.clusters.iter_mut().filter(|cluster| cluster.resource_id.is_empty()) {
                cluster.resource_id = resource_id(account, &cluster.identifier);
            }
        }
    }
}
