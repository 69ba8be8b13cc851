//! The healthy cluster and the strictest requirements, for tests: each breaks one thing.

use std::time::{Duration, SystemTime};

use crate::exemption::ExemptTag;
use crate::facts::{
    Cluster, ClusterFacts, Fact, LogGroup, LogGroupFacts, LogParameters, LogType, Member, NEPTUNE, Parameter, SubscriptionFilter,
    Subscriptions,
};
use crate::finding::Code;
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
            parameter_group: "graph-audited".to_owned(),
            members: ["graph-1", "graph-2"]
                .map(|name| Member { identifier: name.to_owned(), parameter_group_status: "in-sync".to_owned() })
                .into(),
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

/// A change to the healthy cluster.
pub type Break = fn(&mut ClusterFacts);

/// For each code, a change to the healthy cluster that breaks the audit log's trail in this way and no other.
pub const BREAKS: [(Code, Break); Code::ALL.len()] = [
    (Code::ParameterOff, |facts| facts.parameters.audit.value = Some("0".to_owned())),
    (Code::NotInEffect, |facts| {
        if let Some(member) = facts.cluster.members.last_mut() {
            member.parameter_group_status = "pending-reboot".to_owned();
        }
    }),
    (Code::CallerUnknown, |facts| facts.cluster.iam_authentication = false),
    (Code::ExportOff, |facts| facts.cluster.exported = vec!["slowquery".to_owned()]),
    (Code::ExportPending, |facts| {
        facts.cluster.exported = vec!["slowquery".to_owned()];
        facts.cluster.export_pending = vec!["audit".to_owned()];
    }),
    (Code::LogGroupMissing, |facts| facts.audit_log_group = LogGroupFacts::missing()),
    (Code::RetentionTooShort, |facts| change_group(facts, |group| group.retention_days = Some(89))),
    (Code::RetentionTooLong, |facts| change_group(facts, |group| group.retention_days = Some(366))),
    (Code::NotEncrypted, |facts| change_group(facts, |group| group.encrypted = false)),
    (Code::Deletable, |facts| change_group(facts, |group| group.deletion_protected = false)),
    (Code::NotWatched, |facts| change_group(facts, |group| group.metric_filters = 0)),
    (Code::NotForwarded, |facts| facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(Vec::new()))),
    (Code::Silent, |facts| facts.audit_log_group.newest_event = Fact::Found(None)),
];

fn change_group(facts: &mut ClusterFacts, change: fn(&mut LogGroup)) {
    if let Some(group) = facts.audit_log_group.group.found_mut() {
        change(group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_about_the_healthy_cluster_comes_from_the_future() {
        let facts = healthy();
        assert!(facts.read_at > SystemTime::UNIX_EPOCH && facts.cluster.created_at.is_some_and(|at| at < facts.read_at));
        for log_type in LogType::ALL {
            let newest = &facts.log_group(log_type).newest_event;
            assert!(matches!(newest, Fact::Found(Some(at)) if *at < facts.read_at), "{newest:?}");
        }
    }
}
