//! One healthy cluster, one break for each test: every row of the table of links.

use emulator::{AccountPolicy, ErrorAnswer, Fault, FaultKind, LogGroup, LogStream, Member, ParameterGroup, SubscriptionFilter};
use serde_json::{Value, json};

use crate::stage::{CAPTURED_SECONDS, codes, resource_id, stage};

fn strict() -> Value {
    json!({
        "minimumRetentionDays": "90",
        "maximumRetentionDays": "400",
        "logGroupEncrypted": "true",
        "forwardingDestination": "arn:aws:logs:*:444455556666:destination:central-*",
        "maximumSilenceHours": "24",
    })
}

fn assert_broken(evaluation: &Value, expected: &[&str], mentions: &[&str]) {
    assert_eq!(evaluation["ComplianceType"], "NON_COMPLIANT", "{evaluation}");
    assert_eq!(codes(evaluation), expected, "{evaluation}");
    let annotation = evaluation["Annotation"].as_str().unwrap();
    for mention in mentions {
        assert!(annotation.contains(mention), "`{mention}` is missing: {annotation}");
    }
}

#[tokio::test]
async fn a_healthy_cluster_is_compliant_and_the_annotation_says_what_holds() {
    let stage = stage(|_| ()).await;
    assert_eq!(
        stage.judge(json!({})).await,
        json!({
            "ComplianceResourceType": "AWS::RDS::DBCluster",
            "ComplianceResourceId": resource_id("c-0001"),
            "ComplianceType": "COMPLIANT",
            "Annotation": "audit: neptune_enable_audit_log=1 in audited, 2 instances in sync, callers named (IAM), \
                exported to /aws/neptune/c-0001/audit, kept 365 days; not asked: retention, encryption, forwarding, flow",
            "OrderingTimestamp": CAPTURED_SECONDS,
        })
    );
}

#[tokio::test]
async fn a_healthy_cluster_meets_the_strictest_rule() {
    let stage = stage(|_| ()).await;
    let evaluation = stage.judge(strict()).await;
    assert_eq!(evaluation["ComplianceType"], "COMPLIANT", "{evaluation}");
    let annotation = evaluation["Annotation"].as_str().unwrap();
    for evidence in ["365 days", "KMS key", "last 24 hours", "forwarded to arn:aws:logs:eu-west-1:444455556666:destination:"] {
        assert!(annotation.contains(evidence), "{annotation}");
    }
}

#[tokio::test]
async fn generated_breaks_when_the_parameter_is_zero() {
    let stage = stage(|fleet| fleet.group("audited").parameters = [("neptune_enable_audit_log".into(), "0".into())].into()).await;
    let evaluation = stage.judge(json!({})).await;
    assert_broken(&evaluation, &["PARAMETER_OFF"], &["neptune_enable_audit_log is 0", "audited", "reboot"]);
}

#[tokio::test]
async fn generated_breaks_when_the_parameter_has_no_value() {
    let stage = stage(|fleet| fleet.group("audited").parameters.clear()).await;
    assert_broken(&stage.judge(json!({})).await, &["PARAMETER_OFF"], &["not set"]);
}

#[tokio::test]
async fn generated_breaks_on_a_default_group_and_says_that_it_cannot_be_edited() {
    let stage = stage(|fleet| fleet.cluster("c-0001").parameter_group = "default.neptune1.3".into()).await;
    assert_broken(&stage.judge(json!({})).await, &["PARAMETER_OFF"], &["default.neptune1.3", "cannot be edited"]);
}

#[tokio::test]
async fn generated_finds_the_parameter_on_a_later_page() {
    let stage = stage(|fleet| fleet.group("audited").extra_parameters = 250).await;
    assert_eq!(stage.judge(json!({})).await["ComplianceType"], "COMPLIANT");
    assert_eq!(stage.emulator.count("rds:DescribeDBClusterParameters"), 3);
}

#[tokio::test]
async fn generated_accepts_info_and_debug_for_slow_queries_and_nothing_else() {
    for (value, compliance) in [("info", "COMPLIANT"), ("debug", "COMPLIANT"), ("disable", "NON_COMPLIANT"), ("1", "NON_COMPLIANT")] {
        let stage = stage(|fleet| {
            fleet.cluster("c-0001").exports = vec!["slowquery".into()];
            *fleet.group("audited") = ParameterGroup::new(&[("neptune_enable_slow_query_log", value)]);
        })
        .await;
        let evaluation = stage.judge(json!({ "logTypes": "slowquery" })).await;
        assert_eq!(evaluation["ComplianceType"], compliance, "{value}: {evaluation}");
    }
}

#[tokio::test]
async fn in_effect_breaks_when_one_reader_waits_for_a_reboot() {
    let stage = stage(|fleet| fleet.cluster("c-0001").set_member_status("c-0001-reader", "pending-reboot")).await;
    let evaluation = stage.judge(json!({})).await;
    assert_broken(&evaluation, &["NOT_IN_EFFECT"], &["c-0001-reader (pending-reboot)", "reboot"]);
    assert!(!evaluation["Annotation"].as_str().unwrap().contains("c-0001-writer"), "{evaluation}");
}

#[tokio::test]
async fn in_effect_breaks_at_a_status_that_nobody_knows() {
    for status in ["applying", "failed-to-apply", "pending-database-upgrade", "something-new", "In-Sync"] {
        let stage = stage(|fleet| fleet.cluster("c-0001").set_member_status("c-0001-writer", status)).await;
        assert_broken(&stage.judge(json!({})).await, &["NOT_IN_EFFECT"], &[status, "may take a reboot"]);
    }
}

#[tokio::test]
async fn in_effect_holds_without_instances() {
    let stage = stage(|fleet| fleet.cluster("c-0001").members.clear()).await;
    let evaluation = stage.judge(json!({})).await;
    assert_eq!(evaluation["ComplianceType"], "COMPLIANT");
    assert!(evaluation["Annotation"].as_str().unwrap().contains("no instances"), "{evaluation}");
}

#[tokio::test]
async fn in_effect_is_not_asked_where_the_parameter_is_off() {
    let stage = stage(|fleet| {
        fleet.group("audited").parameters.clear();
        fleet.cluster("c-0001").set_member_status("c-0001-reader", "pending-reboot");
    })
    .await;
    assert_broken(&stage.judge(json!({})).await, &["PARAMETER_OFF"], &[]);
}

#[tokio::test]
async fn in_effect_is_not_asked_of_slow_queries_whose_parameter_is_dynamic() {
    let stage = stage(|fleet| {
        let cluster = fleet.cluster("c-0001");
        cluster.exports = vec!["slowquery".into()];
        cluster.set_member_status("c-0001-reader", "pending-reboot");
        *fleet.group("audited") = ParameterGroup::new(&[("neptune_enable_slow_query_log", "info")]);
    })
    .await;
    assert_eq!(stage.judge(json!({ "logTypes": "slowquery" })).await["ComplianceType"], "COMPLIANT");
}

#[tokio::test]
async fn a_pending_reboot_can_be_accepted_and_the_annotation_still_names_the_instance() {
    let stage = stage(|fleet| fleet.cluster("c-0001").set_member_status("c-0001-reader", "pending-reboot")).await;
    let evaluation = stage.judge(json!({ "pendingReboot": "COMPLIANT" })).await;
    assert_eq!(evaluation["ComplianceType"], "COMPLIANT");
    assert!(evaluation["Annotation"].as_str().unwrap().contains("c-0001-reader"), "{evaluation}");
}

#[tokio::test]
async fn accepting_a_pending_reboot_accepts_no_other_status() {
    let stage = stage(|fleet| {
        let cluster = fleet.cluster("c-0001");
        cluster.set_member_status("c-0001-reader", "pending-reboot");
        cluster.members.push(Member { parameter_group_status: "failed-to-apply".into(), ..Member::new("c-0001-third", false) });
    })
    .await;
    let evaluation = stage.judge(json!({ "pendingReboot": "COMPLIANT" })).await;
    assert_broken(&evaluation, &["NOT_IN_EFFECT"], &["c-0001-third (failed-to-apply)"]);
}

#[tokio::test]
async fn exported_breaks_when_the_export_is_off() {
    let stage = stage(|fleet| fleet.cluster("c-0001").exports.clear()).await;
    assert_broken(&stage.judge(json!({})).await, &["EXPORT_OFF"], &["not exported"]);
}

#[tokio::test]
async fn exporting_another_log_is_not_exporting_the_audit_log() {
    let stage = stage(|fleet| fleet.cluster("c-0001").exports = vec!["slowquery".into()]).await;
    assert_broken(&stage.judge(json!({})).await, &["EXPORT_OFF"], &[]);
}

#[tokio::test]
async fn exported_is_pending_while_it_is_being_turned_on() {
    let stage = stage(|fleet| {
        let cluster = fleet.cluster("c-0001");
        cluster.exports.clear();
        cluster.pending_exports.enable = vec!["audit".into()];
    })
    .await;
    assert_broken(&stage.judge(json!({})).await, &["EXPORT_PENDING"], &[]);
}

#[tokio::test]
async fn an_export_that_is_pending_for_another_log_is_off() {
    let stage = stage(|fleet| {
        let cluster = fleet.cluster("c-0001");
        cluster.exports.clear();
        cluster.pending_exports.enable = vec!["slowquery".into()];
        cluster.pending_exports.disable = vec!["audit".into()];
    })
    .await;
    assert_broken(&stage.judge(json!({})).await, &["EXPORT_OFF"], &[]);
}

#[tokio::test]
async fn every_broken_link_is_reported_not_the_first() {
    let stage = stage(|fleet| {
        fleet.cluster("c-0001").exports.clear();
        fleet.group("audited").parameters.clear();
        let group = fleet.audit_log("c-0001");
        group.retention_in_days = Some(1);
        group.kms_key_id = None;
    })
    .await;
    let evaluation = stage.judge(strict()).await;
    assert_broken(&evaluation, &["PARAMETER_OFF", "EXPORT_OFF", "RETENTION_TOO_SHORT", "NOT_ENCRYPTED"], &[]);
}

#[tokio::test]
async fn both_log_types_are_judged_and_the_codes_of_both_come_first() {
    let stage = stage(|_| ()).await;
    let evaluation = stage.judge(json!({ "logTypes": "audit, slowquery" })).await;
    assert_broken(
        &evaluation,
        &["PARAMETER_OFF", "EXPORT_OFF"],
        &["slowquery: PARAMETER_OFF, EXPORT_OFF. ", "neptune_enable_slow_query_log"],
    );
}

#[tokio::test]
async fn kept_breaks_without_a_log_group_and_one_code_stands_for_all_four_links() {
    let stage = stage(|fleet| fleet.home().log_groups.clear()).await;
    let evaluation = stage.judge(strict()).await;
    assert_broken(&evaluation, &["LOG_GROUP_MISSING"], &["/aws/neptune/c-0001/audit"]);
}

#[tokio::test]
async fn a_log_group_with_a_longer_name_is_another_one() {
    let stage = stage(|fleet| {
        let other = LogGroup { name: "/aws/neptune/c-0001/audit-old".into(), ..LogGroup::healthy("c-0001") };
        fleet.home().log_groups = vec![other];
    })
    .await;
    for parameters in
        [strict(), json!({ "maximumSilenceHours": 1 }), json!({ "forwardingDestination": "*" }), json!({ "logGroupEncrypted": true })]
    {
        assert_broken(&stage.judge(parameters).await, &["LOG_GROUP_MISSING"], &[]);
    }
}

#[tokio::test]
async fn kept_is_bounded_on_both_sides_bounds_included() {
    let cases = [
        (Some(89), &["RETENTION_TOO_SHORT"][..]),
        (Some(90), &[]),
        (Some(400), &[]),
        (Some(401), &["RETENTION_TOO_LONG"]),
        (None, &["RETENTION_TOO_LONG"]),
    ];
    for (retention, expected) in cases {
        let stage = stage(|fleet| fleet.audit_log("c-0001").retention_in_days = retention).await;
        let evaluation = stage.judge(strict()).await;
        assert_eq!(codes(&evaluation), expected, "{retention:?}: {evaluation}");
    }
}

#[tokio::test]
async fn never_expiring_meets_a_minimum() {
    let stage = stage(|fleet| fleet.audit_log("c-0001").retention_in_days = None).await;
    let evaluation = stage.judge(json!({ "minimumRetentionDays": 3653 })).await;
    assert_eq!(evaluation["ComplianceType"], "COMPLIANT", "{evaluation}");
}

#[tokio::test]
async fn protected_breaks_without_a_key() {
    let stage = stage(|fleet| fleet.audit_log("c-0001").kms_key_id = None).await;
    assert_broken(&stage.judge(strict()).await, &["NOT_ENCRYPTED"], &["KMS key"]);
    assert_eq!(stage.judge(json!({ "logGroupEncrypted": "false" })).await["ComplianceType"], "COMPLIANT");
}

#[tokio::test]
async fn forwarded_breaks_without_a_filter_or_with_one_to_another_place() {
    let elsewhere = SubscriptionFilter::of_everything("elsewhere", "arn:aws:lambda:eu-west-1:111122223333:function:elsewhere");
    for filters in [vec![], vec![elsewhere]] {
        let stage = stage(|fleet| fleet.audit_log("c-0001").subscription_filters = filters).await;
        assert_broken(&stage.judge(strict()).await, &["NOT_FORWARDED"], &["central-*"]);
    }
}

#[tokio::test]
async fn flowing_breaks_when_the_newest_event_is_as_old_as_the_asked_hours() {
    for (hours, expected) in [(Some(23.9), &[][..]), (Some(24.1), &["SILENT"]), (None, &["SILENT"])] {
        let stage = stage(|fleet| fleet.audit_log("c-0001").streams[0].hours_since_last_event = hours).await;
        let evaluation = stage.judge(strict()).await;
        assert_eq!(codes(&evaluation), expected, "{hours:?}: {evaluation}");
    }
}

#[tokio::test]
async fn flowing_looks_at_the_newest_stream_of_many() {
    let stage = stage(|fleet| {
        let streams = &mut fleet.audit_log("c-0001").streams;
        let old = LogStream { hours_since_last_event: Some(1000.0), ..streams[0].clone() };
        for number in 0..120 {
            streams.push(LogStream { name: format!("old-{number}"), ..old.clone() });
        }
    })
    .await;
    assert_eq!(stage.judge(strict()).await["ComplianceType"], "COMPLIANT");
    assert_eq!(stage.emulator.count("logs:DescribeLogStreams"), 1);
}

#[tokio::test]
async fn in_effect_waits_for_the_reboot_of_a_slow_query_parameter_that_is_deferred() {
    for (method, expected) in [("pending-reboot", &["NOT_IN_EFFECT"][..]), ("immediate", &[])] {
        let stage = stage(|fleet| {
            let cluster = fleet.cluster("c-0001");
            cluster.exports = vec!["slowquery".into()];
            cluster.set_member_status("c-0001-reader", "pending-reboot");
            let mut group = ParameterGroup::new(&[("neptune_enable_slow_query_log", "info")]);
            group.apply_methods.insert("neptune_enable_slow_query_log".into(), method.into());
            *fleet.group("audited") = group;
        })
        .await;
        assert_eq!(codes(&stage.judge(json!({ "logTypes": "slowquery" })).await), expected, "{method}");
    }
}

#[tokio::test]
async fn attributed_breaks_without_iam_authentication_and_says_what_is_pending() {
    let asked = || json!({ "iamAuthentication": "true" });
    for (pending, mentions) in
        [(None, "no IAM authentication"), (Some(true), "pending, so still off"), (Some(false), "no IAM authentication")]
    {
        let stage = stage(|fleet| {
            let cluster = fleet.cluster("c-0001");
            cluster.iam_authentication = false;
            cluster.pending_iam_authentication = pending;
        })
        .await;
        assert_broken(&stage.judge(asked()).await, &["CALLER_UNKNOWN"], &[mentions, "cluster c-0001"]);
        let unasked = stage.judge(json!({})).await;
        assert_eq!(unasked["ComplianceType"], "COMPLIANT");
        assert!(unasked["Annotation"].as_str().unwrap().contains("callers not named"), "{unasked}");
    }
    let stage = stage(|_| ()).await;
    assert!(stage.judge(asked()).await["Annotation"].as_str().unwrap().contains("callers named (IAM)"));
}

#[tokio::test]
async fn kept_breaks_without_a_log_group_by_default_where_the_cluster_had_every_chance_to_make_it() {
    let missing = |change: fn(&mut emulator::Cluster)| async move {
        let stage = stage(|fleet| {
            fleet.home().log_groups.clear();
            change(fleet.cluster("c-0001"));
        })
        .await;
        (stage.judge(json!({})).await, stage.judge(json!({ "logGroupRequired": false })).await)
    };
    let (asked, unasked) = missing(|_| ()).await;
    assert_broken(&asked, &["LOG_GROUP_MISSING"], &["/aws/neptune/c-0001/audit"]);
    assert_eq!(unasked["ComplianceType"], "COMPLIANT", "{unasked}");
    let excuses: [fn(&mut emulator::Cluster); 2] = [|cluster| cluster.hours_since_created = Some(23.9), |cluster| cluster.members.clear()];
    for excuse in excuses {
        let (asked, _) = missing(excuse).await;
        assert_eq!(asked["ComplianceType"], "COMPLIANT", "{asked}");
        assert!(asked["Annotation"].as_str().unwrap().contains("no log group yet"), "{asked}");
    }
    let (old, _) = missing(|cluster| cluster.hours_since_created = Some(24.1)).await;
    assert_broken(&old, &["LOG_GROUP_MISSING"], &[]);
    let (off, _) = missing(|cluster| cluster.exports.clear()).await;
    assert_broken(&off, &["EXPORT_OFF"], &[]);
}

#[tokio::test]
async fn kept_by_a_policy_of_the_account_is_mended_at_the_policy() {
    let stage = stage(|fleet| {
        let group = fleet.audit_log("c-0001");
        group.retention_in_days = Some(1);
        group.retention_policy = Some("keep-a-day".into());
    })
    .await;
    assert_broken(&stage.judge(strict()).await, &["RETENTION_TOO_SHORT"], &["the account's retention policy keep-a-day"]);
}

#[tokio::test]
async fn guarded_breaks_without_deletion_protection() {
    let stage = stage(|fleet| fleet.audit_log("c-0001").deletion_protection = false).await;
    assert_broken(&stage.judge(json!({ "logGroupDeletionProtected": true })).await, &["DELETABLE"], &["deletion protection"]);
    assert_eq!(stage.judge(json!({})).await["ComplianceType"], "COMPLIANT");
}

#[tokio::test]
async fn watched_breaks_without_a_metric_filter() {
    let stage = stage(|fleet| fleet.audit_log("c-0001").metric_filters = 0).await;
    assert_broken(&stage.judge(json!({ "logGroupMetricFilter": "true" })).await, &["NOT_WATCHED"], &["metric filter"]);
    assert_eq!(stage.judge(json!({})).await["ComplianceType"], "COMPLIANT");
}

#[tokio::test]
async fn forwarded_breaks_where_a_filter_sends_a_part_and_says_which() {
    let stage = stage(|fleet| fleet.audit_log("c-0001").subscription_filters[0].pattern = "ERROR".into()).await;
    assert_broken(&stage.judge(strict()).await, &["NOT_FORWARDED"], &["`ERROR`"]);
    stage.emulator.update(|fleet| {
        let filter = &mut fleet.audit_log("c-0001").subscription_filters[0];
        filter.pattern = "  ".into();
        filter.field_selection_criteria = Some("@aws.account IN [\"111122223333\"]".into());
    });
    assert_broken(&stage.judge(strict()).await, &["NOT_FORWARDED"], &["field selection criteria"]);
    stage.emulator.update(|fleet| fleet.audit_log("c-0001").subscription_filters[0].field_selection_criteria = None);
    assert_eq!(stage.judge(strict()).await["ComplianceType"], "COMPLIANT");
}

#[tokio::test]
async fn forwarded_holds_by_a_policy_of_the_account_that_sends_everything_of_the_log_group() {
    let destination = "arn:aws:logs:eu-west-1:444455556666:destination:central-audit";
    let cases = [
        ("", None, true),
        ("", Some(r#"LogGroupName NOT IN ["/other"]"#), true),
        ("", Some(r#"LogGroupName NOT IN ["/aws/neptune/c-0001/audit"]"#), false),
        ("", Some("LogGroupName NOT IN [/other /aws/neptune/c-0001/audit]"), false),
        ("", Some("LogGroupClass = STANDARD"), false),
        ("", Some(r#"LogGroupName NOT IN ["/aws/neptune/*"]"#), false),
        ("", Some(r#"LogGroupName NOT IN ["/other";"/aws/neptune/c-0001/audit"]"#), false),
        ("ERROR", None, false),
    ];
    for (pattern, criteria, holds) in cases {
        let stage = stage(|fleet| {
            fleet.audit_log("c-0001").subscription_filters.clear();
            fleet.home().account_policies = vec![AccountPolicy {
                name: "to-central".into(),
                document: json!({ "DestinationArn": destination, "FilterPattern": pattern }).to_string(),
                selection_criteria: criteria.map(str::to_owned),
                ..AccountPolicy::default()
            }];
        })
        .await;
        let evaluation = stage.judge(strict()).await;
        if holds {
            assert_eq!(evaluation["ComplianceType"], "COMPLIANT", "{criteria:?}: {evaluation}");
        } else {
            assert_broken(&evaluation, &["NOT_FORWARDED"], &[]);
        }
    }
}

#[tokio::test]
async fn forwarded_does_not_hold_by_a_policy_that_cannot_be_read_even_where_any_destination_will_do() {
    let destination = "arn:aws:logs:eu-west-1:444455556666:destination:central-audit";
    for document in [
        "nonsense".to_owned(),
        "{}".to_owned(),
        json!({ "DestinationArn": destination, "FilterPattern": ["ERROR"] }).to_string(),
        json!({ "DestinationArn": destination, "filterPattern": "ERROR" }).to_string(),
    ] {
        let stage = stage(|fleet| {
            fleet.audit_log("c-0001").subscription_filters.clear();
            fleet.home().account_policies =
                vec![AccountPolicy { name: "odd".into(), document: document.clone(), ..AccountPolicy::default() }];
        })
        .await;
        let evaluation = stage.judge(json!({ "forwardingDestination": "*" })).await;
        assert_eq!(codes(&evaluation), ["NOT_FORWARDED"], "{document}: {evaluation}");
    }
}

#[tokio::test]
async fn forwarded_looks_at_every_page_of_filters_and_of_policies() {
    let central = "arn:aws:logs:eu-west-1:444455556666:destination:central-audit";
    let elsewhere = "arn:aws:lambda:eu-west-1:111122223333:function:elsewhere";
    let policy = |name: &str, destination: &str| AccountPolicy {
        name: name.into(),
        document: json!({ "DestinationArn": destination, "FilterPattern": "" }).to_string(),
        ..AccountPolicy::default()
    };
    for by_filter in [true, false] {
        let stage = stage(|fleet| {
            fleet.page_size = Some(1);
            let second = if by_filter { central } else { elsewhere };
            fleet.audit_log("c-0001").subscription_filters = [("1", elsewhere), ("2", second), ("3", elsewhere)]
                .map(|(name, destination)| SubscriptionFilter::of_everything(name, destination))
                .into();
            fleet.home().account_policies = vec![policy("1", elsewhere), policy("2", central), policy("3", elsewhere)];
        })
        .await;
        let parameters = json!({ "forwardingDestination": "arn:aws:logs:*:central-*" });
        assert_eq!(stage.judge(parameters.clone()).await["ComplianceType"], "COMPLIANT");
        assert_eq!(stage.emulator.count("logs:DescribeSubscriptionFilters"), 3);
        assert_eq!(stage.emulator.count("logs:DescribeAccountPolicies"), if by_filter { 0 } else { 3 });

        let action = if by_filter { "logs:DescribeSubscriptionFilters" } else { "logs:DescribeAccountPolicies" };
        stage.emulator.inject(Fault::new(action, FaultKind::Circle).after(1));
        let (_, message) = crate::stage::error(stage.send(crate::stage::change("c-0001", parameters)).await);
        assert!(message.contains(action) && message.contains("a page that was read already"), "{message}");
    }
}

#[tokio::test]
async fn watched_breaks_for_a_log_group_of_a_class_without_filters_and_does_not_advise_to_add_one() {
    let stage = stage(|fleet| {
        let group = fleet.audit_log("c-0001");
        group.class = "INFREQUENT_ACCESS".into();
        group.metric_filters = 0;
        group.subscription_filters.clear();
    })
    .await;
    let evaluation = stage.judge(json!({ "logGroupMetricFilter": true })).await;
    assert_broken(&evaluation, &["NOT_WATCHED"], &["INFREQUENT_ACCESS", "class STANDARD"]);
    assert!(!evaluation["Annotation"].as_str().unwrap().contains("add a metric filter"), "{evaluation}");
}

#[tokio::test]
async fn a_log_group_that_is_deleted_between_two_calls_is_missing() {
    let gone = ("ResourceNotFoundException", "The specified log group does not exist.");
    for (action, parameters) in [
        ("logs:DescribeSubscriptionFilters", json!({ "forwardingDestination": "*" })),
        ("logs:DescribeLogStreams", json!({ "maximumSilenceHours": 4 })),
    ] {
        let stage = stage(|_| ()).await;
        stage.emulator.inject(Fault::error(action, 400, gone.0, gone.1));
        assert_broken(&stage.judge(parameters).await, &["LOG_GROUP_MISSING"], &["/aws/neptune/c-0001/audit"]);
        assert_eq!(stage.emulator.count(action), 1);
    }
}

#[tokio::test]
async fn forwarded_breaks_for_a_log_group_of_a_class_without_filters_and_names_it() {
    let stage = stage(|fleet| {
        let group = fleet.audit_log("c-0001");
        group.class = "INFREQUENT_ACCESS".into();
        group.metric_filters = 0;
        group.subscription_filters.clear();
    })
    .await;
    for required in [true, false] {
        stage.emulator.reset_calls();
        let parameters = json!({ "forwardingDestination": "*", "logGroupRequired": required });
        assert_broken(&stage.judge(parameters).await, &["NOT_FORWARDED"], &["INFREQUENT_ACCESS"]);
        assert_eq!(stage.emulator.count("logs:DescribeSubscriptionFilters"), usize::from(!required), "a class that is known needs no call");
    }
}

#[tokio::test]
async fn a_refusal_that_speaks_of_the_class_is_understood_in_whatever_words() {
    let stage = stage(|fleet| fleet.audit_log("c-0001").class = "INFREQUENT_ACCESS".into()).await;
    for message in ["This operation is only supported on the Standard Log Class.", "Not supported for log group class INFREQUENT_ACCESS"] {
        let answer = ErrorAnswer { status: 400, code: "ValidationException".into(), message: message.into() };
        stage.emulator.clear_faults();
        stage.emulator.inject(Fault::new("logs:DescribeSubscriptionFilters", FaultKind::Error(answer)));
        let evaluation = stage.judge(json!({ "forwardingDestination": "*", "logGroupRequired": false })).await;
        assert_broken(&evaluation, &["NOT_FORWARDED"], &["INFREQUENT_ACCESS"]);
    }
}

#[tokio::test]
async fn a_refusal_that_speaks_of_anything_but_the_class_is_no_verdict() {
    let stage = stage(|_| ()).await;
    let answer = ErrorAnswer { status: 400, code: "ValidationException".into(), message: "something else is wrong".into() };
    stage.emulator.inject(Fault::new("logs:DescribeSubscriptionFilters", FaultKind::Error(answer)));
    let (error_type, message) = crate::stage::error(stage.send(crate::stage::change("c-0001", strict())).await);
    assert_eq!(error_type, "AwsCallFailed");
    assert!(message.contains("something else is wrong"), "{message}");
}

#[tokio::test]
async fn flowing_reads_on_while_pages_have_no_time() {
    let fresh = |name: &str| LogStream { name: name.into(), hours_since_last_event: Some(1.0 / 60.0), ..LogStream::default() };
    for empty_pages in [0, 1] {
        let stage = stage(|fleet| {
            let group = fleet.audit_log("c-0001");
            group.streams = (0..50).map(|number| LogStream { name: format!("empty-{number}"), ..LogStream::default() }).collect();
            group.streams.push(fresh("fresh"));
            group.eventless_streams_first = true;
            group.empty_pages = empty_pages;
        })
        .await;
        assert_eq!(stage.judge(json!({ "maximumSilenceHours": 4 })).await["ComplianceType"], "COMPLIANT");
        assert_eq!(stage.emulator.count("logs:DescribeLogStreams"), 2 + empty_pages);
    }
}

#[tokio::test]
async fn flowing_takes_the_later_of_when_an_event_happened_and_when_it_came() {
    let stage = stage(|fleet| {
        let stream = &mut fleet.audit_log("c-0001").streams[0];
        stream.hours_since_last_event = Some(5.5);
        stream.hours_since_last_ingestion = Some(1.0 / 60.0);
    })
    .await;
    assert_eq!(stage.judge(json!({ "maximumSilenceHours": 4 })).await["ComplianceType"], "COMPLIANT");
    stage.emulator.update(|fleet| fleet.audit_log("c-0001").streams[0].hours_since_last_ingestion = Some(5.5));
    assert_broken(&stage.judge(json!({ "maximumSilenceHours": 4 })).await, &["SILENT"], &["older than 4 hours"]);
}

#[tokio::test]
async fn flowing_says_that_a_log_group_holds_no_event_and_not_that_it_never_got_one() {
    let stage = stage(|fleet| fleet.audit_log("c-0001").streams.clear()).await;
    let evaluation = stage.judge(json!({ "maximumSilenceHours": 4 })).await;
    assert_broken(&evaluation, &["SILENT"], &["holds no event"]);
    assert!(!evaluation["Annotation"].as_str().unwrap().contains("never"), "{evaluation}");
}

#[tokio::test]
async fn flowing_asks_no_event_of_a_cluster_that_takes_no_queries_or_is_young() {
    let quiet = || json!({ "maximumSilenceHours": 4 });
    for status in ["creating", "starting", "stopping", "stopped"] {
        let stage = stage(|fleet| {
            fleet.cluster("c-0001").status = status.into();
            fleet.audit_log("c-0001").streams.clear();
        })
        .await;
        let evaluation = stage.judge(quiet()).await;
        assert_eq!(evaluation["ComplianceType"], "COMPLIANT", "{evaluation}");
        assert!(evaluation["Annotation"].as_str().unwrap().contains(status), "{evaluation}");
    }
    for (hours, expected) in [(3.9, &[][..]), (4.1, &["SILENT"])] {
        let stage = stage(|fleet| {
            fleet.cluster("c-0001").hours_since_created = Some(hours);
            fleet.audit_log("c-0001").streams.clear();
        })
        .await;
        assert_eq!(codes(&stage.judge(quiet()).await), expected, "{hours}");
    }
    let stage = stage(|fleet| {
        fleet.cluster("c-0001").status = "stopped".into();
        fleet.home().log_groups.clear();
    })
    .await;
    let alone = json!({ "maximumSilenceHours": 4, "logGroupRequired": false });
    assert_eq!(stage.judge(alone).await["ComplianceType"], "COMPLIANT", "flowing alone asks for no log group of such a cluster");
}

#[tokio::test]
async fn an_exempt_tag_makes_a_broken_cluster_not_applicable_and_leaves_a_healthy_one_alone() {
    let stage = stage(|fleet| {
        let cluster = fleet.cluster("c-0001");
        cluster.exports.clear();
        cluster.tags.insert("audit".into(), "exempt=yes".into());
    })
    .await;
    for (tag, compliance) in
        [("audit", "NOT_APPLICABLE"), ("audit=exempt=yes", "NOT_APPLICABLE"), ("audit=no", "NON_COMPLIANT"), ("other", "NON_COMPLIANT")]
    {
        let evaluation = stage.judge(json!({ "exemptTag": tag })).await;
        assert_eq!(evaluation["ComplianceType"], compliance, "{evaluation}");
        let put = stage.put_for(crate::stage::schedule(json!({ "exemptTag": tag }))).await;
        assert_eq!(put[0]["ComplianceType"], compliance, "{put:?}");
        assert_eq!(evaluation["Annotation"].as_str().unwrap().contains("audit=exempt=yes"), compliance == "NOT_APPLICABLE", "{evaluation}");
    }
    stage.emulator.update(|fleet| fleet.cluster("c-0001").exports = vec!["audit".into()]);
    assert_eq!(stage.judge(json!({ "exemptTag": "audit" })).await["ComplianceType"], "COMPLIANT");
}
