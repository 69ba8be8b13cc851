//! The facts that the emulator serves: accounts, clusters, parameter groups, log groups, roles and recorded results.
//!
//! A [`Fleet`] is plain data. It comes from a JSON file (see `crates/emulator/examples/fleet.json`) or from [`Fleet::healthy`],
//! whose clusters have an intact audit trail: a test takes it and breaks one thing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::RateLimit;
use crate::random::Random;

/// The account whose function runs, unless the fleet says otherwise.
pub const HOME_ACCOUNT: &str = "111122223333";
/// The other fictional account of examples and tests.
pub const OTHER_ACCOUNT: &str = "444455556666";
/// The Region, unless the fleet says otherwise.
pub const REGION: &str = "eu-west-1";
/// The parameter group of the clusters that [`Fleet::healthy`] makes.
pub const AUDITED_GROUP: &str = "audited";
/// The KMS key of the clusters and log groups that [`Fleet::healthy`] makes.
pub const KMS_KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// Where the subscription filters that [`Fleet::healthy`] makes send to.
pub const DESTINATION: &str = "arn:aws:logs:eu-west-1:444455556666:destination:central-audit";

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

/// A DB cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cluster {
    /// `DBClusterIdentifier`, in lower case as AWS keeps it; the one field without a useful default.
    pub identifier: String,
    /// `DbClusterResourceId`; derived from account and identifier where it is empty.
    pub resource_id: String,
    /// `neptune`, or another engine that the endpoint lists (`aurora-mysql`, `docdb`).
    pub engine: String,
    /// `EngineVersion`.
    pub engine_version: String,
    /// `DBClusterParameterGroup`.
    pub parameter_group: String,
    /// `Status`.
    pub status: String,
    /// `DBClusterMembers`.
    pub members: Vec<Member>,
    /// `EnabledCloudwatchLogsExports`.
    pub exports: Vec<String>,
    /// `PendingModifiedValues.PendingCloudwatchLogsExports`.
    #[serde(skip_serializing_if = "PendingExports::is_empty")]
    pub pending_exports: PendingExports,
    /// `KmsKeyId`; unset: `StorageEncrypted` is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Tags by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            identifier: String::new(),
            resource_id: String::new(),
            engine: "neptune".into(),
            engine_version: "1.3.4.0".into(),
            parameter_group: "default.neptune1.3".into(),
            status: "available".into(),
            members: Vec::new(),
            exports: Vec::new(),
            pending_exports: PendingExports::default(),
            kms_key_id: None,
            tags: BTreeMap::new(),
        }
    }
}

impl Cluster {
    /// A Neptune cluster as the console would make it: default parameter group, nothing exported, no instances.
    pub fn new(identifier: impl Into<String>) -> Self {
        Self { identifier: identifier.into(), ..Self::default() }
    }

    /// A Neptune cluster with an intact audit trail up to the export: group `audited`, two instances in sync.
    pub fn healthy(identifier: impl Into<String>) -> Self {
        let identifier = identifier.into();
        Self {
            parameter_group: AUDITED_GROUP.into(),
            members: vec![Member::new(format!("{identifier}-writer"), true), Member::new(format!("{identifier}-reader"), false)],
            exports: vec!["audit".into()],
            kms_key_id: Some(KMS_KEY.into()),
            identifier,
            ..Self::default()
        }
    }

    /// The same with another engine.
    #[must_use]
    pub fn engine(self, engine: &str, version: &str) -> Self {
        Self { engine: engine.into(), engine_version: version.into(), ..self }
    }

    /// The same on another parameter group.
    #[must_use]
    pub fn on_group(self, group: &str) -> Self {
        Self { parameter_group: group.into(), ..self }
    }

    /// The same with these log types exported, and no others.
    #[must_use]
    pub fn exporting(self, exports: &[&str]) -> Self {
        Self { exports: exports.iter().map(|export| (*export).into()).collect(), ..self }
    }

    /// The same with one more member.
    #[must_use]
    pub fn with_member(mut self, member: Member) -> Self {
        self.members.push(member);
        self
    }

    /// Sets the `DBClusterParameterGroupStatus` of one member.
    pub fn set_member_status(&mut self, member: &str, status: &str) {
        for found in self.members.iter_mut().filter(|found| found.identifier == member) {
            found.parameter_group_status = status.into();
        }
    }
}

/// An instance of a cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Member {
    /// `DBInstanceIdentifier`.
    pub identifier: String,
    /// `IsClusterWriter`.
    pub writer: bool,
    /// `DBClusterParameterGroupStatus`.
    pub parameter_group_status: String,
    /// `DBInstanceStatus`.
    pub status: String,
}

impl Default for Member {
    fn default() -> Self {
        Self { identifier: String::new(), writer: false, parameter_group_status: "in-sync".into(), status: "available".into() }
    }
}

impl Member {
    /// An instance whose parameter group is in sync.
    pub fn new(identifier: impl Into<String>, writer: bool) -> Self {
        Self { identifier: identifier.into(), writer, ..Self::default() }
    }
}

/// Log exports that were asked for and are not in place yet.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PendingExports {
    /// `LogTypesToEnable`.
    pub enable: Vec<String>,
    /// `LogTypesToDisable`.
    pub disable: Vec<String>,
}

impl PendingExports {
    pub(crate) fn is_empty(&self) -> bool {
        self.enable.is_empty() && self.disable.is_empty()
    }
}

/// A DB cluster parameter group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParameterGroup {
    /// `DBParameterGroupFamily`.
    pub family: String,
    /// `Description`.
    pub description: String,
    /// The parameters that somebody set. The others are listed without a value.
    pub parameters: BTreeMap<String, String>,
    /// Lists so many further parameters before the real ones, so that the listing takes more than one page.
    pub extra_parameters: usize,
    /// Lists the parameters that nobody set with their engine defaults, instead of without a value.
    pub show_defaults: bool,
    /// When the group was made, in milliseconds since 1970; 0: long ago.
    pub created: i64,
    /// Tags by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Default for ParameterGroup {
    fn default() -> Self {
        Self {
            family: "neptune1.3".into(),
            description: "audited graphs".into(),
            parameters: BTreeMap::new(),
            extra_parameters: 0,
            show_defaults: false,
            created: 0,
            tags: BTreeMap::new(),
        }
    }
}

impl ParameterGroup {
    /// A group of the family `neptune1.3` with these parameters set.
    pub fn new(parameters: &[(&str, &str)]) -> Self {
        Self { parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(), ..Self::default() }
    }
}

/// A CloudWatch log group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogGroup {
    /// `logGroupName`.
    pub name: String,
    /// `retentionInDays`; unset: never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_in_days: Option<u32>,
    /// `kmsKeyId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// The subscription filters, at most two on AWS.
    pub subscription_filters: Vec<SubscriptionFilter>,
    /// The streams.
    pub streams: Vec<LogStream>,
}

impl LogGroup {
    /// A log group as AWS makes it for a first event: never expiring, not encrypted with a key of the account.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The audit log group of a cluster with everything right: a year, a key, a filter, an event ten minutes ago.
    pub fn healthy(cluster: &str) -> Self {
        Self {
            name: format!("/aws/neptune/{cluster}/audit"),
            retention_in_days: Some(365),
            kms_key_id: Some(KMS_KEY.into()),
            subscription_filters: vec![SubscriptionFilter {
                name: "central-audit".into(),
                destination_arn: DESTINATION.into(),
                pattern: String::new(),
            }],
            streams: vec![LogStream {
                name: format!("{cluster}-writer.audit.log.0"),
                last_event: None,
                hours_since_last_event: Some(1.0 / 6.0),
            }],
        }
    }
}

/// A subscription filter of a log group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SubscriptionFilter {
    /// `filterName`.
    pub name: String,
    /// `destinationArn`.
    pub destination_arn: String,
    /// `filterPattern`.
    pub pattern: String,
}

/// A log stream. Without either time it never had an event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogStream {
    /// `logStreamName`.
    pub name: String,
    /// `lastEventTimestamp`, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event: Option<i64>,
    /// The same, counted back from the time of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_since_last_event: Option<f64>,
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

    /// Reads a fleet from JSON and fills in what it leaves out.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        let mut fleet: Self = serde_json::from_slice(json)?;
        fleet.derive_resource_ids();
        Ok(fleet)
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

/// The `DbClusterResourceId` of a cluster that was not given one.
pub fn resource_id(account: &str, identifier: &str) -> String {
    format!("cluster-{}", Random::from_name(&format!("{account}/{identifier}")).letters(26))
}
