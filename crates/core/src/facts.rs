//! What AWS says of one cluster: plain data, no judgement, no type of the SDK.

use std::fmt;
use std::time::SystemTime;

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
    /// `Engine`: Neptune's calls tell of Aurora and DocumentDB clusters too.
    pub engine: String,
    /// `DBClusterParameterGroup`: the name of its DB cluster parameter group.
    pub parameter_group: String,
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
}

/// An instance of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// `DBInstanceIdentifier`: its name.
    pub identifier: String,
    /// `DBClusterParameterGroupStatus`: `in-sync` when every static parameter of the group is in effect on it.
    pub parameter_group_status: String,
}

/// The parameters of a DB cluster parameter group that turn logs on; `None` is the default, which is off for both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogParameters {
    /// `neptune_enable_audit_log`.
    pub audit: Option<String>,
    /// `neptune_enable_slow_query_log`.
    pub slow_query: Option<String>,
}

/// How a log group keeps its events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogGroup {
    /// Days until an event expires; `None` is never.
    pub retention_days: Option<u32>,
    /// Whether a KMS key of the customer's protects it.
    pub encrypted: bool,
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

/// The log group of one log type of a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogGroupFacts {
    /// How it keeps its events.
    pub group: Fact<LogGroup>,
    /// The ARNs that its subscription filters send to.
    pub destinations: Fact<Vec<String>>,
    /// The time of its newest event; `None` where it never had one.
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
    /// When the facts were read: ages are counted from here.
    pub read_at: SystemTime,
}

impl ClusterFacts {
    /// With nothing known of the log groups yet.
    pub fn new(cluster: Cluster, parameters: LogParameters, read_at: SystemTime) -> Self {
        Self { cluster, parameters, audit_log_group: LogGroupFacts::default(), slow_query_log_group: LogGroupFacts::default(), read_at }
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
