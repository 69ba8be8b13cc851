//! Clusters and their instances.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fictional::{AUDITED_GROUP, KMS_KEY};
use crate::world::random::Random;

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
    /// `ClusterCreateTime`, in milliseconds since 1970; where this and the next are unset: long ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// The same, counted back from the time of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_since_created: Option<f64>,
    /// `IAMDatabaseAuthenticationEnabled`.
    pub iam_authentication: bool,
    /// `PendingModifiedValues.IAMDatabaseAuthenticationEnabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_iam_authentication: Option<bool>,
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
            created: None,
            hours_since_created: None,
            iam_authentication: false,
            pending_iam_authentication: None,
            members: Vec::new(),
            exports: Vec::new(),
            pending_exports: PendingExports::default(),
            kms_key_id: None,
            tags: BTreeMap::new(),
        }
    }
}

impl Cluster {
    /// A Neptune cluster as AWS makes it where nothing is asked: default parameter group, nothing exported, no IAM authentication, no
    /// instances.
    pub fn new(identifier: impl Into<String>) -> Self {
        Self { identifier: identifier.into(), ..Self::default() }
    }

    /// A Neptune cluster with an intact audit trail up to the export: group `audited`, two instances in sync, IAM authentication.
    pub fn healthy(identifier: impl Into<String>) -> Self {
        let identifier = identifier.into();
        Self {
            parameter_group: AUDITED_GROUP.into(),
            members: vec![Member::new(format!("{identifier}-writer"), true), Member::new(format!("{identifier}-reader"), false)],
            exports: vec!["audit".into()],
            iam_authentication: true,
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

    /// `ClusterCreateTime` at a time; both in milliseconds since 1970.
    pub(crate) fn created_at(&self, now: i64) -> Option<i64> {
        self.created.or_else(|| Some(now - (self.hours_since_created? * 3_600_000.0) as i64))
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

/// The `DbClusterResourceId` of a cluster that was not given one.
pub fn resource_id(account: &str, identifier: &str) -> String {
    format!("cluster-{}", Random::from_name(&format!("{account}/{identifier}")).letters(26))
}
