//! The facts that the emulator serves: accounts, clusters, parameter groups, log groups, roles and recorded results.
//!
//! A [`Fleet`] is plain data. It comes from a JSON file (see `crates/emulator/examples/fleet.json`) or from [`Fleet::healthy`],
//! whose clusters have an intact audit trail: a test takes it and breaks one thing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::world::limits::RateLimit;
use crate::world::scope::Scope;

mod account;
mod account_policy;
mod cluster;
mod fictional;
mod log_group;
mod organization;
mod parameter_group;

pub(crate) use account::{ACCOUNT_STATES, ENABLED_BY_DEFAULT, REGION_STATUSES};
pub use account::{Account, Recorded, Role};
pub use account_policy::AccountPolicy;
pub(crate) use account_policy::POLICY_TYPES;
pub use cluster::{Cluster, Member, PendingExports, resource_id};
pub use fictional::{AUDITED_GROUP, DESTINATION, HOME_ACCOUNT, KMS_KEY, OTHER_ACCOUNT, REGION};
pub use log_group::{LogGroup, LogStream, SubscriptionFilter};
pub(crate) use log_group::{RETENTION_DAYS, STANDARD};
pub use organization::{Organization, ShownState};
pub use parameter_group::ParameterGroup;

/// Everything the emulator knows about AWS.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fleet {
    /// The account of every access key that the emulator did not hand out itself.
    pub home_account: String,
    /// The Region of what stands in an account itself; `regions` of an account has the others.
    pub region: String,
    /// The accounts by id.
    pub accounts: BTreeMap<String, Account>,
    /// The organization of the accounts; unset: there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Organization>,
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
            organization: None,
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

    /// What an account has in a Region; made if it is not there.
    pub fn in_region(&mut self, account: &str, region: &str) -> &mut Account {
        let at_home = self.region == region;
        let account = self.account(account);
        if at_home { account } else { account.regions.entry(region.to_owned()).or_default() }
    }

    pub(crate) fn facts(&self, scope: &Scope) -> Option<&Account> {
        let account = self.accounts.get(&scope.account)?;
        if self.region == scope.region { Some(account) } else { account.regions.get(&scope.region) }
    }

    pub(crate) fn facts_mut(&mut self, scope: &Scope) -> Option<&mut Account> {
        let account = self.accounts.get_mut(&scope.account)?;
        if self.region == scope.region { Some(account) } else { account.regions.get_mut(&scope.region) }
    }

    /// The same, made if it is not there.
    pub(crate) fn facts_or_new(&mut self, scope: &Scope) -> &mut Account {
        self.in_region(&scope.account, &scope.region)
    }

    /// Each account in each of its Regions.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = (Scope, &Account)> {
        self.accounts.iter().flat_map(|(id, account)| {
            let others = account.regions.iter().map(move |(region, facts)| (Scope::new(id, region), facts));
            std::iter::once((Scope::new(id, &self.region), account)).chain(others)
        })
    }

    /// Every Region that the fleet knows.
    pub(crate) fn regions(&self) -> BTreeSet<&str> {
        let named = self.accounts.values().flat_map(|account| account.regions.keys().chain(account.region_status.keys()));
        named.chain([&self.region]).map(String::as_str).collect()
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
        partition_of(&self.region)
    }

    pub(crate) fn derive_resource_ids(&mut self) {
        for (id, account) in &mut self.accounts {
            for (region, facts) in &mut account.regions {
                derive_resource_ids(&format!("{id}/{region}"), facts);
            }
            derive_resource_ids(id, account);
        }
    }
}

fn derive_resource_ids(place: &str, facts: &mut Account) {
    for cluster in facts.clusters.iter_mut().filter(|cluster| cluster.resource_id.is_empty()) {
        cluster.resource_id = resource_id(place, &cluster.identifier);
    }
}

pub(crate) fn partition_of(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
