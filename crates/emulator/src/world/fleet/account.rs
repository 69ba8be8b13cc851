//! One account: what it has in Neptune and CloudWatch Logs, who may enter it, and what AWS Config recorded of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account_policy::AccountPolicy;
use super::cluster::Cluster;
use super::log_group::LogGroup;
use super::parameter_group::ParameterGroup;

/// One AWS account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Clusters of every engine that the Neptune endpoint lists.
    pub clusters: Vec<Cluster>,
    /// DB cluster parameter groups by name, beside the default ones, which always exist.
    pub parameter_groups: BTreeMap<String, ParameterGroup>,
    /// CloudWatch log groups.
    pub log_groups: Vec<LogGroup>,
    /// Policies of CloudWatch Logs for the whole account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account_policies: Vec<AccountPolicy>,
    /// IAM roles that can be assumed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Results recorded by AWS Config; PutEvaluations adds to them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recorded: Vec<Recorded>,
    /// The only actions that callers of this account may use; `*` stands for any run of characters. Unset: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// Actions that callers of this account may not use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<String>,
}

impl Account {
    /// A cluster. Panics where there is none: a test that names it wrongly must fail.
    pub fn cluster(&mut self, identifier: &str) -> &mut Cluster {
        self.clusters
            .iter_mut()
            .find(|cluster| cluster.identifier == identifier)
            .unwrap_or_else(|| panic!("the fleet has no cluster `{identifier}`"))
    }

    /// A log group. Panics where there is none: a test that names it wrongly must fail.
    pub fn log_group(&mut self, name: &str) -> &mut LogGroup {
        self.log_groups.iter_mut().find(|group| group.name == name).unwrap_or_else(|| panic!("the fleet has no log group `{name}`"))
    }
}

/// An IAM role that can be assumed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Role {
    /// The name, with its path where it has one (`audit/neptune-reader`).
    pub name: String,
    /// The accounts whose identities may assume it.
    pub trusts: Vec<String>,
}

/// A result as AWS Config keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recorded {
    /// `ConfigRuleName`.
    pub rule: String,
    /// `ResourceType`.
    pub resource_type: String,
    /// `ResourceId`.
    pub resource_id: String,
    /// `ComplianceType`.
    pub compliance: String,
    /// `Annotation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<String>,
    /// `OrderingTimestamp`, in seconds since 1970; 0: older than any other.
    pub ordering_timestamp: f64,
    /// `ResultRecordedTime`, in seconds since 1970.
    pub recorded_at: f64,
    /// `ConfigRuleInvokedTime`, in seconds since 1970.
    pub invoked_at: f64,
}
