//! One healthy cluster, one break for each test: every row of the table of links.

use emulator::{LogGroup, Member, ParameterGroup, SubscriptionFilter};
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
            "Annotation": "audit: neptune_enable_audit_log=1 in audited, in sync on 2 instances, exported to CloudWatch Logs",
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
    for evidence in ["365 days", "KMS key", "forwarded to arn:aws:logs:eu-west-1:444455556666:destination:"] {
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
        let old = emulator::LogStream { hours_since_last_event: Some(1000.0), ..streams[0].clone() };
        for number in 0..120 {
            streams.push(emulator::LogStream { name: format!("old-{number}"), ..old.clone() });
        }
    })
    .await;
    assert_eq!(stage.judge(strict()).await["ComplianceType"], "COMPLIANT");
    assert_eq!(stage.emulator.count("logs:DescribeLogStreams"), 1);
}
