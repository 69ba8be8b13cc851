//! What each event leads to, and that the facts come from Neptune and never from the event.

use emulator::{Answer, Cluster, Fault, FaultKind};
use serde_json::{Value, json};

use crate::stage::{CAPTURED_SECONDS, HOME, TOKEN, change, change_of, item, resource_id, schedule, schedule_at, stage};

fn not_applicable(put: &[Value], resource_type: &str, resource_id: &str) {
    assert_eq!(put.len(), 1, "{put:?}");
    let annotation = put[0]["Annotation"].as_str().unwrap();
    assert!(!annotation.is_empty());
    assert_eq!(
        put[0],
        json!({
            "ComplianceResourceType": resource_type,
            "ComplianceResourceId": resource_id,
            "ComplianceType": "NOT_APPLICABLE",
            "Annotation": annotation,
            "OrderingTimestamp": CAPTURED_SECONDS,
        })
    );
}

#[tokio::test]
async fn the_whole_body_of_put_evaluations_is_as_aws_config_takes_it() {
    let stage = stage(|_| ()).await;
    let evaluation = stage.judge(json!({})).await;
    let puts = stage.emulator.puts();
    assert_eq!(puts.len(), 1);
    assert_eq!(puts[0].account, HOME);
    assert_eq!(puts[0].body, json!({ "ResultToken": TOKEN, "TestMode": false, "Evaluations": [evaluation] }));
}

#[tokio::test]
async fn a_stale_item_never_decides() {
    let stage = stage(|_| ()).await;
    let mut stale = item("c-0001");
    stale["configuration"] =
        json!({ "engine": "neptune", "enabledCloudwatchLogsExports": [], "dbclusterParameterGroup": "default.neptune1.3" });
    assert_eq!(stage.put_for(change_of(&stale, json!({}))).await[0]["ComplianceType"], "COMPLIANT");
    stage.emulator.update(|fleet| fleet.cluster("c-0001").exports.clear());
    stale["configuration"]["enabledCloudwatchLogsExports"] = json!(["audit"]);
    assert_eq!(stage.put_for(change_of(&stale, json!({}))).await[0]["ComplianceType"], "NON_COMPLIANT");
}

#[tokio::test]
async fn what_needs_no_read_gets_none() {
    let stage = stage(|_| ()).await;
    let mut other_type = item("c-0001");
    other_type["resourceType"] = json!("AWS::RDS::DBInstance");
    other_type["resourceId"] = json!("db-EXAMPLE");
    let mut aurora = item("c-0001");
    aurora["configuration"]["engine"] = json!("aurora-mysql");
    let mut events = vec![
        (change_of(&other_type, json!({})), "AWS::RDS::DBInstance", "db-EXAMPLE".to_owned()),
        (change_of(&aurora, json!({})), "AWS::RDS::DBCluster", resource_id("c-0001")),
    ];
    for status in ["ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded"] {
        let mut gone = item("c-0001");
        gone["configurationItemStatus"] = json!(status);
        events.push((change_of(&gone, json!({})), "AWS::RDS::DBCluster", resource_id("c-0001")));
    }
    let mut left = change("c-0001", json!({}));
    left["eventLeftScope"] = json!(true);
    events.push((left, "AWS::RDS::DBCluster", resource_id("c-0001")));
    for (event, resource_type, resource_id) in events {
        stage.emulator.reset_calls();
        not_applicable(&stage.put_for(event.clone()).await, resource_type, &resource_id);
        assert_eq!(stage.actions(), ["config:PutEvaluations"], "{event}");
    }
}

#[tokio::test]
async fn a_discovered_resource_is_evaluated() {
    let stage = stage(|_| ()).await;
    let mut discovered = item("c-0001");
    discovered["configurationItemStatus"] = json!("ResourceDiscovered");
    assert_eq!(stage.put_for(change_of(&discovered, json!({}))).await[0]["ComplianceType"], "COMPLIANT");
}

#[tokio::test]
async fn the_cluster_is_found_by_whatever_names_it() {
    let stage = stage(|_| ()).await;
    let mut nameless = item("c-0001");
    nameless["resourceName"] = json!(null);
    assert_eq!(stage.put_for(change_of(&nameless, json!({}))).await[0]["ComplianceType"], "COMPLIANT");
    nameless["configuration"] = json!(null);
    assert_eq!(stage.put_for(change_of(&nameless, json!({}))).await[0]["ComplianceType"], "COMPLIANT");
}

#[tokio::test]
async fn an_oversized_item_is_evaluated_from_its_summary() {
    let stage = stage(|_| ()).await;
    let mut summary = item("c-0001");
    summary.as_object_mut().unwrap().remove("configuration");
    summary["changeType"] = json!("UPDATE");
    let invoking_event = json!({
        "configurationItemSummary": summary,
        "s3DeliverySummary": { "s3BucketLocation": null, "errorCode": null, "errorMessage": null },
        "notificationCreationTime": "2026-11-20T08:12:46.525Z",
        "messageType": "OversizedConfigurationItemChangeNotification",
        "recordVersion": "1.0",
    });
    let event = crate::stage::event(&invoking_event, &json!({}));
    assert_eq!(stage.put_for(event).await[0]["ComplianceType"], "COMPLIANT");
    let mut deleted = invoking_event;
    deleted["configurationItemSummary"]["configurationItemStatus"] = json!("ResourceDeleted");
    not_applicable(&stage.put_for(crate::stage::event(&deleted, &json!({}))).await, "AWS::RDS::DBCluster", &resource_id("c-0001"));
}

#[tokio::test]
async fn a_cluster_that_is_gone_is_not_applicable() {
    let stage = stage(|fleet| fleet.home().clusters.clear()).await;
    not_applicable(&stage.put_for(change("c-0001", json!({}))).await, "AWS::RDS::DBCluster", &resource_id("c-0001"));
}

#[tokio::test]
async fn a_name_that_belongs_to_another_cluster_by_now_is_not_that_cluster() {
    let stage = stage(|fleet| fleet.cluster("c-0001").resource_id = "cluster-ANOTHERANOTHERANOTHERANOTH".into()).await;
    not_applicable(&stage.put_for(change("c-0001", json!({}))).await, "AWS::RDS::DBCluster", &resource_id("c-0001"));
}

#[tokio::test]
async fn an_engine_that_only_neptune_tells_is_looked_at() {
    let stage = stage(|fleet| fleet.cluster("c-0001").engine = "aurora-postgresql".into()).await;
    let mut bare = item("c-0001");
    bare["configuration"] = json!(null);
    not_applicable(&stage.put_for(change_of(&bare, json!({}))).await, "AWS::RDS::DBCluster", &resource_id("c-0001"));
}

#[tokio::test]
async fn a_schedule_reports_every_neptune_cluster_and_no_other() {
    let stage = stage(|fleet| {
        fleet.home().clusters.push(Cluster::healthy("graph-2").exporting(&[]));
        fleet.home().clusters.push(Cluster::healthy("aurora").engine("aurora-mysql", "8.0.mysql_aurora.3.08.0"));
        fleet.home().clusters.push(Cluster::healthy("documents").engine("docdb", "5.0.0"));
    })
    .await;
    for (seconds, message_type) in [(1_795_176_000, "ScheduledNotification"), (1_795_176_060, "ConfigurationSnapshotDeliveryCompleted")] {
        let mut event = schedule_at(seconds, json!({}));
        event["invokingEvent"] = json!(event["invokingEvent"].as_str().unwrap().replace("ScheduledNotification", message_type));
        let mut put = stage.put_for(event).await;
        put.sort_by_key(|evaluation| evaluation["ComplianceType"].to_string());
        let told: Vec<_> =
            put.iter().map(|evaluation| (evaluation["ComplianceResourceId"].clone(), evaluation["ComplianceType"].clone())).collect();
        let expected = [(json!(resource_id("c-0001")), json!("COMPLIANT")), (json!(resource_id("graph-2")), json!("NON_COMPLIANT"))];
        assert_eq!(told, expected, "{message_type}");
        assert!(put.iter().all(|evaluation| evaluation["ComplianceResourceType"] == "AWS::RDS::DBCluster"));
        assert!(put.iter().all(|evaluation| evaluation["OrderingTimestamp"] == json!(f64::from(u32::try_from(seconds).unwrap()) + 0.373)));
    }
}

#[tokio::test]
async fn an_empty_account_still_gets_its_put() {
    let stage = stage(|fleet| fleet.home().clusters.clear()).await;
    assert_eq!(stage.put_for(schedule(json!({}))).await, [Value::Null; 0]);
    assert_eq!(stage.emulator.puts().len(), 1);
    assert_eq!(stage.emulator.puts()[0].body, json!({ "ResultToken": TOKEN, "TestMode": false, "Evaluations": [] }));
}

#[tokio::test]
async fn the_token_testmode_sets_test_mode() {
    let stage = stage(|_| ()).await;
    let mut event = change("c-0001", json!({}));
    event["resultToken"] = json!("TESTMODE");
    stage.put_for(event).await;
    let body = &stage.emulator.puts()[0].body;
    assert_eq!((&body["TestMode"], &body["ResultToken"]), (&json!(true), &json!("TESTMODE")));
}

#[tokio::test]
async fn a_dry_run_of_a_schedule_can_do_without_what_is_recorded() {
    const ACTION: &str = "config:GetComplianceDetailsByConfigRule";
    let stage = stage(|_| ()).await;
    for fault in [Fault::new(ACTION, FaultKind::Deny), Fault::error(ACTION, 400, "NoSuchConfigRuleException", "There is no such rule.")] {
        stage.emulator.clear_faults();
        stage.emulator.inject(fault);
        for report_unchanged in [true, false] {
            let mut event = schedule(json!({ "reportUnchanged": report_unchanged }));
            event["resultToken"] = json!("TESTMODE");
            stage.emulator.reset_puts();
            let answer = stage.send(event).await;
            assert!(matches!(&answer, Answer::Response(tally) if tally["warnings"] == 0), "{answer:?}");
            assert_eq!(stage.put().len(), 1);
        }
    }
}
