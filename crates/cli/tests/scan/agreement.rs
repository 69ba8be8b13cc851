//! For any fleet the function and the command say the same, word for word: both through the wire, each as its own program.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use emulator::{
    AccountPolicy, Answer, Cluster, Fleet, Function, Invocation, LogGroup, LogStream, Member, ParameterGroup, PendingExports,
    SubscriptionFilter,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::stage::{HERE, HOME, Run, Stage};

const CENTRAL: &str = "arn:aws:logs:eu-west-1:444455556666:destination:central";
const CASES: u32 = 24;

/// The function's program: beside this test's in the folder of the workspace's builds. An older one says what the rule said then, so whoever
/// tests this crate alone builds the function too.
fn function() -> PathBuf {
    let command = PathBuf::from(env!("CARGO_BIN_EXE_neptune-audit"));
    let path = std::env::var_os("FUNCTION").map_or_else(|| command.with_file_name("neptune-audit-rule"), PathBuf::from);
    assert!(path.exists(), "{} is missing: `cargo build -p neptune-audit-rule` makes it, and so does `make build`", path.display());
    path
}

fn any_log_group() -> impl Strategy<Value = LogGroup> {
    let kept = (select(&[None, Some(1), Some(90), Some(3653)]), proptest::option::weighted(0.1, Just("company-policy".to_owned())));
    let filter =
        (select(&[CENTRAL, "arn:aws:lambda:eu-west-1:111122223333:function:elsewhere"]), select(&["", " ", "ERROR"]), any::<bool>());
    let hours = select(&[None, Some(1.0), Some(30.0)]);
    (
        kept,
        any::<[bool; 2]>(),
        0..2_u32,
        select(&["STANDARD", "STANDARD", "STANDARD", "INFREQUENT_ACCESS"]),
        proptest::option::of(filter),
        hours,
    )
        .prop_map(|((retention_in_days, retention_policy), [encrypted, deletion_protection], metric_filters, class, filter, hours)| {
            LogGroup {
                retention_in_days,
                retention_policy: retention_policy.filter(|_| retention_in_days.is_some()),
                kms_key_id: encrypted.then(|| "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".into()),
                deletion_protection,
                metric_filters: if class == "STANDARD" { metric_filters } else { 0 },
                subscription_filters: filter
                    .filter(|_| class == "STANDARD")
                    .map(|(to, pattern, part)| SubscriptionFilter {
                        pattern: pattern.into(),
                        field_selection_criteria: part.then(|| "@aws.account = \"111122223333\"".into()),
                        ..SubscriptionFilter::of_everything("filter", to)
                    })
                    .into_iter()
                    .collect(),
                class: class.into(),
                streams: vec![LogStream { name: "stream".into(), hours_since_last_event: hours, ..LogStream::default() }],
                ..LogGroup::default()
            }
        })
}

fn any_cluster() -> impl Strategy<Value = (Cluster, Vec<(&'static str, LogGroup)>)> {
    let statuses = proptest::collection::vec(select(&["in-sync", "in-sync", "in-sync", "pending-reboot", "applying"]), 0..4);
    let exports = || subsequence(vec!["audit", "slowquery"], 0..=2);
    let what = (
        select(&["audited", "audited", "half", "off", "default.neptune1.3", "lost"]),
        select(&["available", "available", "available", "stopped", "creating", "deleting"]),
        select(&["neptune", "neptune", "neptune", "docdb"]),
        select(&[None, Some(2.0), Some(30.0)]),
        (any::<bool>(), select(&[None, None, Some(true), Some(false)])),
        select(&[None, Some("no"), Some("yes")]),
    );
    let logs = (proptest::option::weighted(0.8, any_log_group()), proptest::option::of(any_log_group()));
    (what, statuses, exports(), exports(), logs).prop_map(|(what, statuses, exported, pending, (audit, slow_query))| {
        let (group, status, engine, hours_since_created, (iam_authentication, pending_iam_authentication), tag) = what;
        let members = statuses.into_iter().enumerate().map(|(number, status)| {
            let member = Member::new(format!("instance-{number}"), number == 0);
            Member { parameter_group_status: status.into(), ..member }
        });
        let cluster = Cluster {
            engine: engine.into(),
            status: status.into(),
            hours_since_created,
            iam_authentication,
            pending_iam_authentication,
            members: members.collect(),
            pending_exports: PendingExports { enable: pending.into_iter().map(str::to_owned).collect(), disable: Vec::new() },
            tags: tag.map(|value| ("audited".to_owned(), value.to_owned())).into_iter().collect(),
            ..Cluster::new("").on_group(group).exporting(&exported)
        };
        let logs = [("audit", audit), ("slowquery", slow_query)];
        (cluster, logs.into_iter().filter_map(|(log_type, log)| Some((log_type, log?))).collect())
    })
}

fn any_fleet() -> impl Strategy<Value = Fleet> {
    let page_size = proptest::option::of(select(&[1_usize, 7, 20]));
    let policy = proptest::option::of((
        select(&["", "ERROR"]),
        select(&[None, Some("LogGroupName NOT IN [\"/aws/neptune/c-0001/audit\"]"), Some("LogGroupName LIKE 'x'")]),
    ));
    (proptest::collection::vec(any_cluster(), 0..12), page_size, any::<Option<u64>>(), policy).prop_map(
        |(clusters, page_size, shuffle, policy)| {
            let mut fleet = Fleet { page_size, shuffle, ..Fleet::healthy(0) };
            let home = fleet.home();
            for (name, parameters) in [
                ("audited", &[("neptune_enable_audit_log", "1"), ("neptune_enable_slow_query_log", "debug")][..]),
                ("half", &[("neptune_enable_audit_log", "1")]),
                ("off", &[("neptune_enable_audit_log", "0"), ("neptune_enable_slow_query_log", "disable")]),
            ] {
                home.parameter_groups.insert(name.into(), ParameterGroup::new(parameters));
            }
            home.account_policies.extend(policy.map(|(pattern, criteria)| {
                let policy = AccountPolicy::forwarding("everything", CENTRAL, pattern);
                criteria.map_or(policy.clone(), |criteria| policy.selecting(criteria))
            }));
            for (number, (cluster, logs)) in clusters.into_iter().enumerate() {
                let identifier = format!("c-{number:04}");
                for (log_type, log) in logs {
                    home.log_groups.push(LogGroup { name: format!("/aws/neptune/{identifier}/{log_type}"), ..log });
                }
                home.clusters.push(Cluster { resource_id: format!("cluster-HOME{number:04}"), identifier, ..cluster });
            }
            fleet
        },
    )
}

/// Rule parameters, as AWS Config passes them.
fn any_parameters() -> impl Strategy<Value = BTreeMap<&'static str, &'static str>> {
    let optional = |name: &'static str, values: &'static [&'static str]| {
        proptest::option::of(select(values)).prop_map(move |value| value.map(|value| (name, value)))
    };
    let first = (
        optional("logTypes", &["audit", "slowquery", "audit,slowquery"]),
        optional("pendingReboot", &["COMPLIANT", "NON_COMPLIANT"]),
        optional("iamAuthentication", &["true"]),
        optional("logGroupRequired", &["true", "false"]),
        optional("minimumRetentionDays", &["30"]),
        optional("maximumRetentionDays", &["365"]),
    );
    let second = (
        optional("logGroupEncrypted", &["true"]),
        optional("logGroupDeletionProtected", &["true"]),
        optional("logGroupMetricFilter", &["true"]),
        optional("forwardingDestination", &["*:destination:central"]),
        optional("maximumSilenceHours", &["24"]),
        optional("exemptTag", &["audited=no", "audited"]),
    );
    (first, second)
        .prop_map(|((a, b, c, d, e, f), (g, h, i, j, k, l))| [a, b, c, d, e, f, g, h, i, j, k, l].into_iter().flatten().collect())
}

/// The parameters as flags.
fn flags(parameters: &BTreeMap<&str, &str>) -> Vec<String> {
    let kebab = |name: &str| {
        name.chars()
            .map(|letter| if letter.is_ascii_uppercase() { format!("-{}", letter.to_ascii_lowercase()) } else { letter.to_string() })
            .collect::<String>()
    };
    parameters.iter().map(|(name, value)| format!("--{}={value}", kebab(name))).collect()
}

/// What the function puts for each cluster, by resource id: outcome and annotation.
async fn put(stage: &Stage, parameters: &BTreeMap<&str, &str>) -> (BTreeMap<String, (String, String)>, Answer) {
    let function = Function::spawn(function(), &stage.emulator, [("RUST_LOG", "info")]).expect("the function starts");
    let notification = json!({
        "awsAccountId": HOME, "notificationCreationTime": "2026-11-20T12:00:00.373Z", "messageType": "ScheduledNotification", "recordVersion": "1.0",
    });
    let event = json!({
        "version": "1.0", "invokingEvent": notification.to_string(), "ruleParameters": json!(parameters).to_string(),
        "resultToken": "a-token", "eventLeftScope": false, "configRuleName": "neptune-audit", "accountId": HOME,
        "executionRoleArn": "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        "configRuleArn": "arn:aws:config:eu-west-1:111122223333:config-rule/config-rule-k7m2qd", "configRuleId": "config-rule-k7m2qd",
    });
    let answer = stage.emulator.invoke(event, Invocation { deadline: Duration::from_secs(120), ..Invocation::default() }).await;
    drop(function);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let put = stage
        .emulator
        .put_evaluations()
        .into_iter()
        .map(|(_, put)| (text(&put["ComplianceResourceId"]), (text(&put["ComplianceType"]), text(&put["Annotation"]))));
    (put.collect(), answer)
}

/// The codes at the head of an annotation: `audit: EXPORT_OFF, SILENT; slowquery: EXPORT_OFF. To do: …`.
fn codes(annotation: &str) -> Vec<String> {
    let head = annotation.split(". To do:").next().unwrap_or_default();
    let mut codes = Vec::new();
    for code in head.split(';').flat_map(|trail| trail.split(": ").nth(1).unwrap_or_default().split(", ")) {
        if !codes.contains(&code.to_owned()) {
            codes.push(code.to_owned());
        }
    }
    codes
}

async fn agree(fleet: Fleet, parameters: &BTreeMap<&str, &str>) -> Result<(), TestCaseError> {
    let stage = Stage::new(fleet).await;
    let run = stage.json(&flags(parameters).iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (put, answer) = put(&stage, parameters).await;
    let report = run.json();
    let results = report["results"].as_array().unwrap();
    prop_assert_eq!(put.len(), results.len(), "{:?}\n{:?}", put, run);
    for result in results {
        let (verdict, annotation) = &put[result["resourceId"].as_str().unwrap()];
        let message = result["message"].as_str().unwrap();
        prop_assert_eq!(verdict.as_str(), result["verdict"].as_str().unwrap());
        if verdict == "NON_COMPLIANT" {
            let found: Vec<String> = result["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
            let (mut said, mut sorted) = (codes(annotation), found.clone());
            said.sort();
            sorted.sort();
            prop_assert_eq!(said, sorted, "{}", annotation);
            prop_assert!(message.starts_with(annotation.trim_end_matches("...")), "{}\n{}", annotation, message);
        } else {
            prop_assert_eq!(&result["codes"], &json!([]));
        }
    }
    // What one cannot look at, the other cannot either.
    let unreadable: Vec<&str> = report["errors"].as_array().unwrap().iter().filter_map(|error| error["cluster"].as_str()).collect();
    match answer {
        Answer::Response(_) => prop_assert!(unreadable.is_empty(), "{:?}", unreadable),
        other => prop_assert!(
            !unreadable.is_empty() && unreadable.iter().all(|cluster| format!("{other:?}").contains(cluster)),
            "{:?} {:?}",
            unreadable,
            other
        ),
    }
    exits(&run, results, &unreadable)
}

fn exits(run: &Run, results: &[Value], unreadable: &[&str]) -> Result<(), TestCaseError> {
    let any = |verdict: &str| results.iter().any(|result| result["verdict"] == verdict);
    let expected = match () {
        () if !unreadable.is_empty() => 3,
        () if any("NON_COMPLIANT") => 1,
        () if any("COMPLIANT") => 0,
        () => 5,
    };
    prop_assert_eq!(run.exit, expected, "in {}", HERE);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_function_and_the_command_agree((fleet, parameters) in (any_fleet(), any_parameters())) {
        tokio::runtime::Runtime::new().unwrap().block_on(agree(fleet, &parameters))?;
    }
}
