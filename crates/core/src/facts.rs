//! What AWS says of one cluster: plain data, no judgement, no type of the SDK.

use std::fmt;
use std::time::SystemTime;

use crate::selection::Selection;

/// The engine name of a Neptune cluster.
pub const NEPTUNE: &str = "neptune";

/// A log that a Neptune cluster can export to CloudWatch Logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogType {
    /// Who queried the graph, and when.
    Audit,
    /// Queries that took longer than `neptune_slow_query_log_threshold`.
    SlowQuery,
}

impl LogType {
    /// Every log type.
    pub const ALL: [Self; 2] = [Self::Audit, Self::SlowQuery];

    /// By the name that Neptune's exports use.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|log_type| log_type.as_str() == name)
    }

    /// The name that Neptune's exports and the log group use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::SlowQuery => "slowquery",
        }
    }

    /// The log group that Neptune writes this log of a cluster to.
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/cloudwatch-logs.html>
    pub fn log_group(self, cluster_identifier: &str) -> String {
        format!("{LOG_GROUP_PREFIX}{cluster_identifier}/{self}")
    }
}

impl fmt::Display for LogType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the names of all log groups of Neptune clusters begin with.
pub const LOG_GROUP_PREFIX: &str = "/aws/neptune/";

/// A DB cluster, as `DescribeDBClusters` tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// `DBClusterIdentifier`: its name.
    pub identifier: String,
    /// `DbClusterResourceId`: its identity.
    pub resource_id: String,
    /// `DBClusterArn`.
    pub arn: Option<String>,
    /// `Engine`: Neptune's calls tell of Aurora and DocumentDB clusters too.
    pub engine: String,
    /// `Status`: `available` most of the time; a free text, so that only what is known is looked for.
    pub status: String,
    /// `ClusterCreateTime`.
    pub created_at: Option<SystemTime>,
    /// `DBClusterParameterGroup`: the name of its DB cluster parameter group.
    pub parameter_group: String,
    /// `IAMDatabaseAuthenticationEnabled`: whether requests must be signed, so that each has a caller.
    pub iam_authentication: bool,
    /// `PendingModifiedValues.IAMDatabaseAuthenticationEnabled`: whether that is about to be turned on.
    pub iam_authentication_pending: bool,
    /// `DBClusterMembers`: its instances.
    pub members: Vec<Member>,
    /// `EnabledCloudwatchLogsExports`: the logs it exports.
    pub exported: Vec<String>,
    /// `PendingCloudwatchLogsExports.LogTypesToEnable`: the logs it is about to export.
    pub export_pending: Vec<String>,
}

impl Cluster {
    /// Whether the rule applies to it.
    pub fn is_neptune(&self) -> bool {
        self.engine == NEPTUNE
    }

    /// Whether it will be gone soon, so that nothing is worth saying about it.
    pub fn is_being_deleted(&self) -> bool {
        self.status == "deleting"
    }

    /// Whether nobody can query it at present, so that it logs nothing either.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html#Aurora.Status>
    pub fn takes_no_queries(&self) -> bool {
        ["creating", "starting", "stopping", "stopped"].contains(&self.status.as_str())
    }
}

/// An instance of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// `DBInstanceIdentifier`: its name.
    pub identifier: String,
    /// `DBClusterParameterGroupStatus`: `in-sync` when every static parameter of the group is in effect on it.
    pub parameter_group_status: String,
}

impl Member {
    /// Whether every static parameter of the group is in effect on it. A status that nobody knows says that it is not.
    pub fn is_in_sync(&self) -> bool {
        self.parameter_group_status == "in-sync"
    }
}

/// The parameters of a DB cluster parameter group that turn logs on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogParameters {
    /// `neptune_enable_audit_log`.
    pub audit: Parameter,
    /// `neptune_enable_slow_query_log`.
    pub slow_query: Parameter,
}

impl LogParameters {
    /// The one that turns a log on.
    pub fn of(&self, log_type: LogType) -> &Parameter {
        match log_type {
            LogType::Audit => &self.audit,
            LogType::SlowQuery => &self.slow_query,
        }
    }

    /// The same, to fill in.
    pub fn of_mut(&mut self, log_type: LogType) -> &mut Parameter {
        match log_type {
            LogType::Audit => &mut self.audit,
            LogType::SlowQuery => &mut self.slow_query,
        }
    }
}

/// A parameter of a DB cluster parameter group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// `ParameterValue`; `None` is the default, which is off for the parameters that turn logs on.
    pub value: Option<String>,
    /// `ApplyMethod`: `immediate` or `pending-reboot`.
    pub apply_method: Option<String>,
}

impl Parameter {
    /// With a value, and nothing said of how it is applied.
    pub fn set_to(value: &str) -> Self {
        Self { value: Some(value.to_owned()), apply_method: None }
    }
}

/// The one class of log groups that has subscription and metric filters.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html>
pub const STANDARD: &str = "STANDARD";

/// What a log group is, and how it keeps its events.
#[derive(Clone, Debug, PartialEq)]
pub struct LogGroup {
    /// Days until an event expires; `None` is never.
    pub retention_days: Option<u32>,
    /// The policy of the account that decides on them, by its name; `None` where the log group itself does.
    pub retention_policy: Option<String>,
    /// Whether a KMS key of the customer's protects it.
    pub encrypted: bool,
    /// `logGroupClass`: fixed when the log group was created.
    pub class: String,
    /// Whether it is protected from deletion.
    pub deletion_protected: bool,
    /// How many metric filters it has.
    pub metric_filters: u32,
}

impl Default for LogGroup {
    /// As CloudWatch Logs makes one where nothing else is said.
    fn default() -> Self {
        Self {
            retention_days: None,
            retention_policy: None,
            encrypted: false,
            class: STANDARD.to_owned(),
            deletion_protected: false,
            metric_filters: 0,
        }
    }
}

/// Where a log group sends its events by filters of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Subscriptions {
    /// Through these, if any.
    Filters(Vec<SubscriptionFilter>),
    /// Nowhere: CloudWatch Logs says that log groups of this class have no such filters.
    NotSupported,
}

/// A subscription filter.
#[derive(Clone, Debug, PartialEq)]
pub struct SubscriptionFilter {
    /// `destinationArn`.
    pub destination: String,
    /// `filterPattern`: a blank one lets every event through.
    pub pattern: String,
    /// `fieldSelectionCriteria`, where there are some: then not every event is sent.
    pub field_selection: Option<String>,
}

/// A subscription filter policy of the account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountPolicy {
    /// `policyName`.
    pub name: String,
    /// `DestinationArn` of its document.
    pub destination: String,
    /// `FilterPattern` of its document.
    pub pattern: String,
    /// Which log groups it is for.
    pub selection: Selection,
}

/// A tag of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value, which may be blank.
    pub value: String,
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value.as_str() {
            "" => f.write_str(&self.key),
            value => write!(f, "{}={value}", self.key),
        }
    }
}

/// Something about a log group. Reads cost calls, so not everything is always read, and a group may not be there.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fact<T> {
    /// Nobody has looked.
    #[default]
    NotRead,
    /// There is no such log group.
    NoLogGroup,
    /// As found.
    Found(T),
}

impl<T> Fact<T> {
    /// What was found, to change it.
    pub fn found_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Found(found) => Some(found),
            Self::NotRead | Self::NoLogGroup => None,
        }
    }
}

/// The log group of one log type of a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogGroupFacts {
    /// How it keeps its events.
    pub group: Fact<LogGroup>,
    /// Where its own subscription filters send its events.
    pub subscriptions: Fact<Subscriptions>,
    /// The time of its newest event; `None` where it holds none.
    pub newest_event: Fact<Option<SystemTime>>,
}

/// All that a verdict on one cluster rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterFacts {
    /// The cluster itself.
    pub cluster: Cluster,
    /// From its parameter group.
    pub parameters: LogParameters,
    /// The log group of the audit log.
    pub audit_log_group: LogGroupFacts,
    /// The log group of the slow-query log.
    pub slow_query_log_group: LogGroupFacts,
    /// The account's subscription filter policies; `None` where nobody has looked.
    pub account_policies: Option<Vec<AccountPolicy>>,
    /// The cluster's tags; `None` where nobody has looked.
    pub tags: Option<Vec<Tag>>,
    /// When the facts were read: ages are counted from here.
    pub read_at: SystemTime,
}

impl LogGroupFacts {
    /// What is known of a log group that is not there.
    pub fn missing() -> Self {
        Self { group: Fact::NoLogGroup, subscriptions: Fact::NoLogGroup, newest_event: Fact::NoLogGroup }
    }
}

impl ClusterFacts {
    /// With nothing known of the log groups yet.
    pub fn new(cluster: Cluster, parameters: LogParameters, read_at: SystemTime) -> Self {
        Self {
            cluster,
            parameters,
            audit_log_group: LogGroupFacts::default(),
            slow_query_log_group: LogGroupFacts::default(),
            account_policies: None,
            tags: None,
            read_at,
        }
    }

    /// The facts about the log group of one log type.
    pub fn log_group(&self, log_type: LogType) -> &LogGroupFacts {
        match log_type {
            LogType::Audit => &self.audit_log_group,
            LogType::SlowQuery => &self.slow_query_log_group,
        }
    }

    /// The same, to fill in.
    pub fn log_group_mut(&mut self, log_type: LogType) -> &mut LogGroupFacts {
        match log_type {
            LogType::Audit => &mut self.audit_log_group,
            LogType::SlowQuery => &mut self.slow_query_log_group,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::healthy;

    #[test]
    fn a_log_type_is_known_by_its_name_alone() {
        for log_type in LogType::ALL {
            assert_eq!(LogType::parse(log_type.as_str()), Some(log_type));
        }
        for name in ["", "Audit", "error", "slow_query"] {
            assert_eq!(LogType::parse(name), None, "{name}");
        }
    }

    #[test]
    fn only_the_engine_neptune_is_neptune() {
        for (engine, is_neptune) in [("neptune", true), ("docdb", false), ("aurora-mysql", false), ("Neptune", false), ("", false)] {
            let cluster = Cluster { engine: engine.to_owned(), ..healthy().cluster };
            assert_eq!(cluster.is_neptune(), is_neptune, "{engine}");
        }
    }

    #[test]
    fn the_facts_of_each_log_are_read_where_they_were_noted() {
        for (log_type, other) in [(LogType::Audit, LogType::SlowQuery), (LogType::SlowQuery, LogType::Audit)] {
            let mut facts = healthy();
            *facts.log_group_mut(log_type) = LogGroupFacts::missing();
            facts.parameters.of_mut(log_type).value = None;
            assert_eq!(*facts.log_group(log_type), LogGroupFacts::missing());
            assert_eq!(facts.parameters.of(log_type).value, None);
            assert_eq!(facts.log_group(other), healthy().log_group(other));
            assert_eq!(facts.parameters.of(other), healthy().parameters.of(other));
        }
    }
}
