//! For any fleet, page size, order of answers and faults: each cluster is put exactly as the pure decision says, or the error names it.

use std::time::{Duration, SystemTime};

use emulator::{Answer, Cluster, Fault, FaultKind, Fleet, LogGroup, LogStream, Member, ParameterGroup, SubscriptionFilter};
use neptune_audit_rule::event::Resource;
use neptune_audit_rule::facts::{self, ClusterFacts, Fact, LogParameters, LogType};
use neptune_audit_rule::links;
use neptune_audit_rule::parameters::Parameters;
use neptune_audit_rule::report::Evaluation;
use neptune_audit_rule::verdict::decide;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::stage::{CALLS, OTHER, Stage, schedule};

const GROUPS: [&str; 5] = ["audited", "half", "off", "default.neptune1.3", "lost"];
const CENTRAL: &str = "arn:aws:logs:eu-west-1:444455556666:destination:central";

/// A log group: retention, key, destination of its filter, hours since its newest event.
type Log = Option<(Option<u32>, bool, Option<&'static str>, Option<f64>)>;

fn any_log() -> impl Strategy<Value = Log> {
    let retention = prop_oneof![Just(None), Just(Some(1)), Just(Some(90)), Just(Some(3653))];
    let destination = select(&[None, Some(CENTRAL), Some("arn:aws:lambda:eu-west-1:111122223333:function:elsewhere")]);
    let hours = select(&[None, Some(1.0), Some(50.0)]);
    proptest::option::weighted(0.8, (retention, any::<bool>(), destination, hours))
}

fn any_cluster() -> impl Strategy<Value = (Cluster, Log, Log)> {
    let statuses = proptest::collection::vec(select(&["in-sync", "in-sync", "in-sync", "pending-reboot", "applying"]), 0..4);
    let exports = proptest::sample::subsequence(vec!["audit", "slowquery"], 0..=2);
    let engine = select(&["neptune", "neptune", "neptune", "neptune", "aurora-mysql", "docdb"]);
    (select(&GROUPS), statuses, exports.clone(), exports, engine, any_log(), any_log()).prop_map(
        |(group, statuses, exports, pending, engine, audit, slow_query)| {
            let mut cluster = Cluster::new("").on_group(group).exporting(&exports);
            cluster.engine = engine.into();
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

fn log_group(name: &str, (retention, encrypted, destination, hours): (Option<u32>, bool, Option<&str>, Option<f64>)) -> LogGroup {
    LogGroup {
        name: name.into(),
        retention_in_days: retention,
        kms_key_id: encrypted.then(|| "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".into()),
        subscription_filters: destination.map(|to| SubscriptionFilter::of_everything("filter", to)).into_iter().collect(),
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
    )
        .prop_map(|(a, b, c, d, e, f, g)| Value::Object([a, b, c, d, e, f, g].into_iter().flatten().collect()))
}

fn any_faults() -> impl Strategy<Value = Vec<Fault>> {
    let action = select(&CALLS[..7]);
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

/// What the pure decision makes of a cluster of the fleet, as PutEvaluations would carry it.
fn expected(fleet: &mut Fleet, cluster: &Cluster, required: &Parameters) -> Option<Value> {
    let value = |name: &str| {
        Some(fleet.accounts.get("111122223333")?.parameter_groups.get(&cluster.parameter_group)?.parameters.get(name)?.clone())
    };
    let known = cluster.parameter_group.starts_with("default.")
        || fleet.accounts["111122223333"].parameter_groups.contains_key(&cluster.parameter_group);
    if !known {
        return None;
    }
    let parameters = LogParameters { audit: value("neptune_enable_audit_log"), slow_query: value("neptune_enable_slow_query_log") };
    let members = cluster.members.iter().map(|member| facts::Member {
        identifier: member.identifier.clone(),
        parameter_group_status: member.parameter_group_status.clone(),
    });
    let read = facts::Cluster {
        identifier: cluster.identifier.clone(),
        resource_id: cluster.resource_id.clone(),
        engine: cluster.engine.clone(),
        parameter_group: cluster.parameter_group.clone(),
        members: members.collect(),
        exported: cluster.exports.clone(),
        export_pending: cluster.pending_exports.enable.clone(),
    };
    let mut facts = ClusterFacts::new(read, parameters, SystemTime::now());
    for log_type in [LogType::Audit, LogType::SlowQuery] {
        let name = log_type.log_group(&cluster.identifier);
        let group = fleet.home().log_groups.iter().find(|group| group.name == name).cloned();
        if required.asks_for_log_group() {
            facts.log_group_mut(log_type).group = group.as_ref().map_or(Fact::NoLogGroup, |group| {
                Fact::Found(facts::LogGroup { retention_days: group.retention_in_days, encrypted: group.kms_key_id.is_some() })
            });
        }
        if links::undecided(&facts, log_type, required) {
            let destinations = |group: &LogGroup| group.subscription_filters.iter().map(|filter| filter.destination_arn.clone()).collect();
            let age = |group: &LogGroup| group.streams[0].hours_since_last_event.map(|hours| Duration::from_secs_f64(hours * 3600.0));
            let newest = |group: &LogGroup| age(group).map(|age| facts.read_at - age);
            let newest_event = group.as_ref().map_or(Fact::NoLogGroup, |group| Fact::Found(newest(group)));
            let log_facts = facts.log_group_mut(log_type);
            log_facts.destinations = group.as_ref().map_or(Fact::NoLogGroup, |group| Fact::Found(destinations(group)));
            log_facts.newest_event = newest_event;
        }
    }
    let verdict = decide(&facts, required).expect("everything asked for is known");
    let at = aws_sdk_config::primitives::DateTime::from_millis(1_795_176_000_373);
    let evaluation = Evaluation::new(Resource::db_cluster(&cluster.resource_id), None, &verdict, at);
    Some(json!({
        "ComplianceResourceType": "AWS::RDS::DBCluster",
        "ComplianceResourceId": cluster.resource_id,
        "ComplianceType": evaluation.compliance.as_str(),
        "Annotation": evaluation.annotation,
        "OrderingTimestamp": 1_795_176_000.373,
    }))
}

async fn holds(mut fleet: Fleet, parameters: Value, faults: Vec<Fault>) -> Result<(), TestCaseError> {
    let required = Parameters::parse(&parameters.to_string()).expect("good parameters");
    let stage = Stage::new(fleet.clone()).await;
    for fault in faults {
        stage.emulator.inject(fault);
    }
    let answer = stage.send(schedule(parameters)).await;
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
        prop_assert_eq!(Some(evaluation.clone()), expected(&mut fleet, cluster, &required));
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
