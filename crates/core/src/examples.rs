//! The healthy cluster and the strictest requirements, for tests: each breaks one thing.

use std::time::{Duration, SystemTime};

use crate::facts::{Cluster, ClusterFacts, Fact, LogGroup, LogGroupFacts, LogParameters, LogType, Member, NEPTUNE};
use crate::pattern::Pattern;
use crate::requirements::Requirements;

const HOUR: Duration = Duration::from_secs(3600);

/// A cluster whose trails are whole in every respect: each test breaks one thing.
pub fn healthy() -> ClusterFacts {
    let read_at = SystemTime::UNIX_EPOCH + 500_000 * HOUR;
    let log_group = LogGroupFacts {
        group: Fact::Found(LogGroup { retention_days: Some(365), encrypted: true }),
        destinations: Fact::Found(vec!["arn:aws:logs:eu-west-1:444455556666:destination:central".to_owned()]),
        newest_event: Fact::Found(Some(read_at - HOUR)),
    };
    ClusterFacts {
        cluster: Cluster {
            identifier: "graph".to_owned(),
            resource_id: "cluster-GRAPH".to_owned(),
            engine: NEPTUNE.to_owned(),
            parameter_group: "audited".to_owned(),
            members: ["one", "two"].map(|name| Member { identifier: name.to_owned(), parameter_group_status: "in-sync".to_owned() }).into(),
            exported: vec!["audit".to_owned(), "slowquery".to_owned()],
            export_pending: Vec::new(),
        },
        parameters: LogParameters { audit: Some("1".to_owned()), slow_query: Some("info".to_owned()) },
        audit_log_group: log_group.clone(),
        slow_query_log_group: log_group,
        read_at,
    }
}

/// Everything that can be asked for.
pub fn strictest() -> Requirements {
    Requirements {
        log_types: vec![LogType::Audit, LogType::SlowQuery],
        minimum_retention_days: Some(90),
        maximum_retention_days: Some(365),
        log_group_encrypted: true,
        forwarding_destination: Some(Pattern::new("arn:aws:logs:*:destination:central")),
        maximum_silence_hours: Some(2),
        ..Requirements::default()
    }
}
