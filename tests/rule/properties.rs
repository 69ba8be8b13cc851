//! For any fleet, page size, order of answers and faults: each cluster is put exactly as the pure decision says, or the error names it.

use std::time::{Duration, SystemTime};

use emulator::{Answer, Cluster, Fault, FaultKind, Fleet, LogGroup, LogStream, Member, ParameterGroup, SubscriptionFilter};
use neptune_audit_core::facts::{self, ClusterFacts, Fact, LogParameters, LogType, Subscriptions};
use neptune_audit_core::links::Read;
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::{decide, missing};
use neptune_audit_rule::evaluation::Evaluation;
use neptune_audit_rule::parameters::Parameters;
use neptune_audit_rule::resource::Resource;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::stage::{CALLS, OTHER, Stage, schedule_at};

const GROUPS: [&str; 5] = ["audited", "half", "off", "default.neptune1.3", "lost"];
const CENTRAL: &str = "arn:aws:logs:eu-west-1:444455556666:destination:central";

/// A log group: retention, what protects it, its filter, hours since its newest event.
type LogOf = (Option<u32>, (bool, bool, u32, &'static str), Option<(&'static str, &'static str)>, Option<f64>);
type Log = Option<LogOf>;

fn any_log() -> impl Strategy<Value = Log> {
    let retention = prop_oneof![Just(None), Just(Some(1)), Just(Some(90)), Just(Some(3653))];
    let protections = (any::<bool>(), any::<bool>(), 0..2_u32, select(&["STANDARD", "STANDARD", "STANDARD", "INFREQUENT_ACCESS"]));
    let filter = select(&[
        None,
        Some((CENTRAL, "")),
        Some((CENTRAL, "ERROR")),
        Some(("arn:aws:lambda:eu-west-1:111122223333:function:elsewhere", "")),
    ]);
    let hours = select(&[None, Some(1.0), Some(50.0)]);
    proptest::option::weighted(0.8, (retention, protections, filter, hours))
}

fn any_cluster() -> impl Strategy<Value = (Cluster, Log, Log)> {
    let statuses = proptest::collection::vec(select(&["in-sync", "in-sync", "in-sync", "pending-reboot", "applying"]), 0..4);
    let exports = proptest::sample::subsequence(vec!["audit", "slowquery"], 0..=2);
    let engine = select(&["neptune", "neptune", "neptune", "neptune", "aurora-mysql", "docdb"]);
    let status = select(&["available", "available", "available", "modifying", "stopped", "creating", "deleting"]);
    let life = (status, select(&[None, Some(1.0), Some(30.0)]), any::<bool>(), any::<bool>());
    (select(&GROUPS), statuses, exports.clone(), exports, engine, any_log(), any_log(), life).prop_map(
        |(group, statuses, exports, pending, engine, audit, slow_query, (status, hours, iam_authentication, exempt))| {
            let mut cluster = Cluster::new("").on_group(group).exporting(&exports);
            cluster.engine = engine.into();
            cluster.status = status.into();
            cluster.hours_since_created = hours;
            cluster.iam_authentication = iam_authentication;
            cluster.tags = exempt.then(|| ("audit".to_owned(), "exempt".to_owned())).into_iter().collect();
            cluster.pending_exports.enable = pending.into_iter().map(str::to_owned).collect();
            for (number, status) in statuses.into_iter().enumerate() {
                let member = Member::new(format!("instance-{number}"), number == 0);
                cluster.members.push(Member { parameter_group_status: status.into(), ..member });
            }
            (cluster, audit, slow_query)
        },
    )
}

fn any_fleet() -> impl Strategy<Value = Fleet> {
    let page_size = proptest::option::of(select(&[1_usize, 7, 20]));
    (proptest::collection::vec(any_cluster(), 0..30), page_size, any::<Option<u64>>()).prop_map(|(clusters, page_size, shuffle)| {
        let mut fleet = Fleet { page_size, shuffle, ..Fleet::healthy(0) };
        let home = fleet.home();
        for (name, parameters) in [
            ("audited", &[("neptune_enable_audit_log", "1"), ("neptune_enable_slow_query_log", "debug")][..]),
            ("half", &[("neptune_enable_audit_log", "1")]),
            ("off", &[("neptune_enable_audit_log", "0"), ("neptune_enable_slow_query_log", "disable")]),
        ] {
            home.parameter_groups.insert(name.into(), ParameterGroup::new(parameters));
        }
        for (number, (mut cluster, audit, slow_query)) in clusters.into_iter().enumerate() {
            cluster.identifier = format!("c-{number:04}");
            cluster.resource_id = format!("cluster-HOME{number:04}");
            for (log_type, log) in [("audit", audit), ("slowquery", slow_query)] {
                home.log_groups.extend(log.map(|log| log_group(&format!("/aws/neptune/{}/{log_type}", cluster.identifier), log)));
            }
            home.clusters.push(cluster);
        }
        // The same names elsewhere, all broken: they must never be seen.
        let elsewhere = (0..30).map(|number| Cluster::new(format!("c-{number:04}"))).collect();
        fleet.account(OTHER).clusters = elsewhere;
        fleet
    })
}

fn log_group(name: &str, (retention, (encrypted, deletion_protection, metric_filters, class), filter, hours): LogOf) -> LogGroup {
    let standard = class == "STANDARD";
    LogGroup {
        name: name.into(),
        retention_in_days: retention,
        kms_key_id: encrypted.then(|| "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".into()),
        class: class.into(),
        deletion_protection,
        metric_filters: if standard { metric_filters } else { 0 },
        subscription_filters: filter
            .filter(|_| standard)
            .map(|(to, pattern)| SubscriptionFilter { pattern: pattern.into(), ..SubscriptionFilter::of_everything("filter", to) })
            .into_iter()
            .collect(),
        streams: vec![LogStream { name: "stream".into(), hours_since_last_event: hours, ..LogStream::default() }],
        ..LogGroup::default()
    }
}

fn any_parameters() -> impl Strategy<Value = Value> {
    let optional = |name: &'static str, values: &'static [&'static str]| {
        proptest::option::of(select(values)).prop_map(move |value| value.map(|value| (name.to_owned(), json!(value))))
    };
    (
        optional("logTypes", &["audit", "slowquery", "audit,slowquery"]),
        optional("pendingReboot", &["COMPLIANT", "NON_COMPLIANT"]),
        optional("minimumRetentionDays", &["30"]),
        optional("maximumRetentionDays", &["365"]),
        optional("logGroupEncrypted", &["true"]),
        optional("forwardingDestination", &["*:destination:central"]),
        optional("maximumSilenceHours", &["24"]),
        (
            optional("iamAuthentication", &["true"]),
            optional("logGroupRequired", &["false"]),
            optional("logGroupDeletionProtected", &["true"]),
            optional("logGroupMetricFilter", &["true"]),
            optional("exemptTag", &["audit", "audit=exempt", "audit=other"]),
        ),
    )
        .prop_map(|(a, b, c, d, e, f, g, (h, i, j, k, l))| {
            Value::Object([a, b, c, d, e, f, g, h, i, j, k, l].into_iter().flatten().collect())
        })
}

fn any_faults() -> impl Strategy<Value = Vec<Fault>> {
    let action = select(&CALLS[..9]);
    let passing = (select(&[0, 1, 2, 3]), 0_u32..3).prop_map(|(kind, after)| {
        let kind = [FaultKind::Throttle, FaultKind::Status(503), FaultKind::Reset, FaultKind::Deny][kind].clone();
        (kind, after, Some(1))
    });
    let lasting =
        (any::<bool>(), 0_u32..3).prop_map(|(cut_off, after)| (if cut_off { FaultKind::Malformed } else { FaultKind::Deny }, after, None));
    let fault = (action, prop_oneof![passing, lasting]).prop_map(|(action, (kind, after, times))| Fault {
        action: action.into(),
        kind,
        after,
        times,
        ..Fault::default()
    });
    proptest::collection::vec(fault, 0..3)
}

fn subscriptions(group: &LogGroup) -> Subscriptions {
    if group.class != "STANDARD" {
        return Subscriptions::NotSupported;
    }
    let filters = group.subscription_filters.iter().map(|filter| facts::SubscriptionFilter {
        destination: filter.destination_arn.clone(),
        pattern: filter.pattern.clone(),
        field_selection: None,
    });
    Subscriptions::Filters(filters.collect())
}

/// What is read of a log group that no parameter asks for, once CloudWatch Logs says that its class has no filters.
fn class_only(group: Option<&LogGroup>) -> Fact<facts::LogGroup> {
    match group {
        Some(group) if group.class != "STANDARD" => {
            Fact::Found(facts::LogGroup { class: group.class.clone(), ..facts::LogGroup::default() })
        }
        _ => Fact::NotRead,
    }
}

/// What the pure decision makes of a cluster of the fleet, as PutEvaluations would carry it.
fn expected(fleet: &mut Fleet, cluster: &Cluster, required: &Requirements) -> Option<Value> {
    let value = |name: &str| {
        Some(fleet.accounts.get("111122223333")?.parameter_groups.get(&cluster.parameter_group)?.parameters.get(name)?.clone())
    };
    let known = cluster.status == "deleting"
        || cluster.parameter_group.starts_with("default.")
        || fleet.accounts["111122223333"].parameter_groups.contains_key(&cluster.parameter_group);
    if !known {
        return None;
    }
    let parameter = |name| facts::Parameter { value: value(name), apply_method: None };
    let parameters = LogParameters { audit: parameter("neptune_enable_audit_log"), slow_query: parameter("neptune_enable_slow_query_log") };
    let members = cluster.members.iter().map(|member| facts::Member {
        identifier: member.identifier.clone(),
        parameter_group_status: member.parameter_group_status.clone(),
    });
    let read = facts::Cluster {
        identifier: cluster.identifier.clone(),
        resource_id: cluster.resource_id.clone(),
        arn: None,
        engine: cluster.engine.clone(),
        status: cluster.status.clone(),
        created_at: cluster.hours_since_created.map(|hours| SystemTime::now() - Duration::from_secs_f64(hours * 3600.0)),
        iam_authentication: cluster.iam_authentication,
        iam_authentication_pending: false,
        parameter_group: cluster.parameter_group.clone(),
        members: members.collect(),
        exported: cluster.exports.clone(),
        export_pending: cluster.pending_exports.enable.clone(),
    };
    let mut facts = ClusterFacts::new(read, parameters, SystemTime::now());
    for log_type in [LogType::Audit, LogType::SlowQuery] {
        let name = log_type.log_group(&cluster.identifier);
        let group = fleet.home().log_groups.iter().find(|group| group.name == name).cloned();
        let read = |group: &LogGroup| facts::LogGroup {
            retention_days: group.retention_in_days,
            retention_policy: None,
            encrypted: group.kms_key_id.is_some(),
            class: group.class.clone(),
            deletion_protected: group.deletion_protection,
            metric_filters: group.metric_filters,
        };
        if required.asks_for_log_group() {
            facts.log_group_mut(log_type).group = group.as_ref().map_or(Fact::NoLogGroup, |group| Fact::Found(read(group)));
        }
    }
    facts.account_policies = Some(Vec::new());
    facts.tags = Some(cluster.tags.iter().map(|(key, value)| facts::Tag { key: key.clone(), value: value.clone() }).collect());
    for log_type in [LogType::Audit, LogType::SlowQuery] {
        let name = log_type.log_group(&cluster.identifier);
        let group = fleet.home().log_groups.iter().find(|group| group.name == name).cloned();
        // What the function leaves unasked is not in the verdict either.
        let asked = missing(&facts, required);
        if asked.iter().any(|read| matches!(read, Read::Subscriptions(of) | Read::NewestEvent(of) if *of == log_type)) {
            let age = |group: &LogGroup| group.streams[0].hours_since_last_event.map(|hours| Duration::from_secs_f64(hours * 3600.0));
            let newest = |group: &LogGroup| age(group).map(|age| facts.read_at - age);
            let newest_event = group.as_ref().map_or(Fact::NoLogGroup, |group| Fact::Found(newest(group)));
            let subscriptions = group.as_ref().map_or(Fact::NoLogGroup, |group| Fact::Found(subscriptions(group)));
            let log_facts = facts.log_group_mut(log_type);
            log_facts.subscriptions = subscriptions;
            log_facts.newest_event = newest_event;
            if log_facts.group == Fact::NotRead {
                log_facts.group = class_only(group.as_ref());
            }
        }
    }
    let verdict = decide(&facts, required).expect("everything asked for is known");
    let at = aws_sdk_config::primitives::DateTime::from_millis(1_795_176_000_373);
    let evaluation = Evaluation::judged(Resource::db_cluster(&cluster.resource_id), &cluster.identifier, &verdict, required, at);
    Some(json!({
        "ComplianceResourceType": "AWS::RDS::DBCluster",
        "ComplianceResourceId": cluster.resource_id,
        "ComplianceType": evaluation.compliance.as_str(),
        "Annotation": evaluation.annotation,
        "OrderingTimestamp": 1_795_176_000.373,
    }))
}

async fn holds(mut fleet: Fleet, given: Value, faults: Vec<Fault>) -> Result<(), TestCaseError> {
    let parameters = Parameters::parse(&given.to_string()).expect("good parameters");
    let stage = Stage::new(fleet.clone()).await;
    for fault in faults {
        stage.emulator.inject(fault);
    }
    let answer = stage.send(schedule_at(1_795_176_000, given)).await;
    let message = match &answer {
        Answer::Response(_) => "",
        Answer::Error { error_message, .. } => error_message,
        other => return Err(TestCaseError::fail(format!("no answer: {other:?}"))),
    };
    let put = stage.emulator.put_evaluations();
    prop_assert!(put.iter().all(|(account, _)| account == "111122223333"));
    let ours: Vec<_> = fleet.home().clusters.iter().filter(|cluster| cluster.engine == "neptune").cloned().collect();
    for (_, evaluation) in &put {
        let cluster = ours.iter().find(|cluster| evaluation["ComplianceResourceId"] == json!(cluster.resource_id));
        let cluster = cluster.ok_or_else(|| TestCaseError::fail(format!("not a Neptune cluster of this account: {evaluation}")))?;
        prop_assert_eq!(Some(evaluation.clone()), expected(&mut fleet, cluster, &parameters.required));
    }
    let listed_in_part = message.contains("the listing of clusters broke off");
    for cluster in ours {
        let was_put = put.iter().any(|(_, evaluation)| evaluation["ComplianceResourceId"] == json!(cluster.resource_id));
        let named = message.contains(&cluster.identifier) || message.contains(&cluster.resource_id);
        prop_assert!(was_put || named || listed_in_part, "{} is missing: {answer:?}", cluster.identifier);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn each_cluster_is_put_as_the_pure_decision_says_or_named_in_the_error(
        fleet in any_fleet(),
        parameters in any_parameters(),
        faults in any_faults(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(holds(fleet, parameters, faults))?;
    }
}
