//! The healthy cluster and the strictest requirements, for tests: each breaks one thing.

use std::time::{Duration, SystemTime};

use crate::exemption::ExemptTag;
use crate::facts::{
    Cluster, ClusterFacts, Fact, LogGroup, LogGroupFacts, LogParameters, LogType, Member, NEPTUNE, Parameter, SubscriptionFilter,
    Subscriptions,
};
use crate::pattern::Pattern;
use crate::requirements::Requirements;

const HOUR: Duration = Duration::from_secs(3600);

/// A cluster whose trails are whole in every respect: each test breaks one thing.
pub fn healthy() -> ClusterFacts {
    let read_at = SystemTime::UNIX_EPOCH + 500_000 * HOUR;
    let log_group = LogGroupFacts {
        group: Fact::Found(healthy_log_group()),
        subscriptions: Fact::Found(Subscriptions::Filters(vec![to("arn:aws:logs:eu-west-1:444455556666:destination:central")])),
        newest_event: Fact::Found(Some(read_at - HOUR)),
    };
    ClusterFacts {
        cluster: Cluster {
            identifier: "graph".to_owned(),
            resource_id: "cluster-GRAPH".to_owned(),
            arn: Some("arn:aws:rds:eu-west-1:111122223333:cluster:graph".to_owned()),
            engine: NEPTUNE.to_owned(),
            status: "available".to_owned(),
            created_at: Some(read_at - 24 * 365 * HOUR),
            iam_authentication: true,
            iam_authentication_pending: false,
            parameter_group: "audited".to_owned(),
            members: ["one", "two"].map(|name| Member { identifier: name.to_owned(), parameter_group_status: "in-sync".to_owned() }).into(),
            exported: vec!["audit".to_owned(), "slowquery".to_owned()],
            export_pending: Vec::new(),
        },
        parameters: LogParameters { audit: Parameter::set_to("1"), slow_query: Parameter::set_to("info") },
        audit_log_group: log_group.clone(),
        slow_query_log_group: log_group,
        account_policies: Some(Vec::new()),
        tags: Some(Vec::new()),
        read_at,
    }
}

/// The log group of each log of the healthy cluster.
pub fn healthy_log_group() -> LogGroup {
    LogGroup { retention_days: Some(365), encrypted: true, deletion_protected: true, metric_filters: 1, ..LogGroup::default() }
}

/// A subscription filter that sends everything there.
pub fn to(destination: &str) -> SubscriptionFilter {
    SubscriptionFilter { destination: destination.to_owned(), pattern: String::new(), field_selection: None }
}

/// Everything that can be asked for.
pub fn strictest() -> Requirements {
    Requirements {
        log_types: vec![LogType::Audit, LogType::SlowQuery],
        minimum_retention_days: Some(90),
        maximum_retention_days: Some(365),
        iam_authentication: true,
        log_group_encrypted: true,
        log_group_deletion_protected: true,
        log_group_metric_filter: true,
        forwarding_destination: Some(Pattern::new("arn:aws:logs:*:destination:central")),
        maximum_silence_hours: Some(2),
        exempt_tag: ExemptTag::parse("audit=exempt"),
        ..Requirements::default()
    }
}
