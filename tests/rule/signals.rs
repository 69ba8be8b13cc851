//! What the function logs and answers.

use std::time::{Duration, Instant};

use aws_sdk_config::primitives::{DateTime, DateTimeFormat};
use emulator::{Answer, FailingEvaluations, Fault, FaultKind, Fleet};
use serde_json::{Value, json};

use crate::stage::{Stage, TOKEN, change, change_of, error, in_other, item, recorded, resource_id, schedule, stage};

async fn lines(stage: &Stage) -> Vec<Value> {
    // The log is read from a pipe: the answer may be there before the last line.
    for _ in 0..200 {
        let log = stage.function.log();
        if log.iter().any(|line| line.contains("CloudWatchMetrics")) {
            return log.iter().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))).collect();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no metrics: {:?}", stage.function.log());
}

fn summary(answer: Answer) -> Value {
    match answer {
        Answer::Response(summary) => summary,
        other => panic!("not a response: {other:?}"),
    }
}

#[tokio::test]
async fn each_evaluation_is_one_line_that_is_readable_alone() {
    let stage = stage(|fleet| fleet.cluster("c-0001").exports.clear()).await;
    stage.judge(json!({})).await;
    let lines = lines(&stage).await;
    let line = lines.iter().find(|line| line["compliance"] == "NON_COMPLIANT").unwrap();
    assert_eq!(line["cluster"], "c-0001");
    assert_eq!(line["codes"], json!({ "audit": ["EXPORT_OFF"] }));
    assert_eq!(line["accountId"], "111122223333");
    assert!(line["message"].as_str().unwrap().starts_with("c-0001 is NON_COMPLIANT: audit: EXPORT_OFF"), "{line}");
}

#[tokio::test]
async fn a_line_has_the_whole_text_and_the_codes_of_each_log_where_the_annotation_is_cut() {
    let stage = stage(|fleet| {
        fleet.cluster("c-0001").exports.clear();
        fleet.group("audited").parameters.clear();
        fleet.audit_log("c-0001").retention_in_days = Some(1);
    })
    .await;
    let parameters = json!({ "logTypes": "audit,slowquery", "minimumRetentionDays": 90 });
    let annotation = stage.judge(parameters).await["Annotation"].as_str().unwrap().to_owned();
    assert!(annotation.ends_with("..."), "{annotation}");
    let lines = lines(&stage).await;
    let line = lines.iter().find(|line| line["compliance"] == "NON_COMPLIANT").unwrap();
    let message = line["message"].as_str().unwrap();
    assert!(message.contains(annotation.trim_end_matches("...")) && message.len() > annotation.len() + 100, "{message}");
    assert_eq!(
        line["codes"],
        json!({
            "audit": ["PARAMETER_OFF", "EXPORT_OFF", "RETENTION_TOO_SHORT"],
            "slowquery": ["PARAMETER_OFF", "EXPORT_OFF", "LOG_GROUP_MISSING"],
        })
    );
}

#[tokio::test]
async fn every_line_names_its_invocation() {
    let stage = Stage::new(Fleet::healthy(2)).await;
    stage.emulator.inject(Fault::new("config:GetComplianceDetailsByConfigRule", FaultKind::Deny));
    stage.put_for(schedule(json!({}))).await;
    let lines = lines(&stage).await;
    assert_eq!(lines.iter().map(|line| line["level"].as_str().unwrap()).collect::<Vec<_>>(), ["INFO", "INFO", "WARN", "INFO"]);
    let ids: Vec<_> = lines.iter().map(|line| line["requestId"].as_str().unwrap()).collect();
    assert!(!ids[0].is_empty() && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let last = lines.last().unwrap();
    assert_eq!((&last["Warnings"], &last["Errors"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn the_last_line_is_in_the_embedded_metric_format() {
    let stage = Stage::new(Fleet::healthy(2)).await;
    stage.put_for(schedule(json!({}))).await;
    let lines = lines(&stage).await;
    let line = lines.last().unwrap();
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "NeptuneAuditRule");
    assert_eq!(directive["Dimensions"], json!([[]]));
    for metric in directive["Metrics"].as_array().unwrap() {
        let name = metric["Name"].as_str().unwrap();
        assert!(line[name].is_number(), "{name}: {line}");
    }
    assert_eq!((&line["Compliant"], &line["ApiCalls"], &line["Errors"]), (&json!(2), &json!(5), &json!(0)));
}

#[tokio::test]
async fn what_was_taken_of_a_batch_is_logged_and_counted_where_the_rest_was_not() {
    let stage = Stage::new(Fleet::healthy(3)).await;
    let failing = FailingEvaluations { resource_ids: vec![resource_id("c-0002")], ..FailingEvaluations::default() };
    stage.emulator.inject(Fault::new("config:PutEvaluations", FaultKind::FailEvaluations(failing)));
    error(stage.send(schedule(json!({}))).await);
    let lines = lines(&stage).await;
    let mut told: Vec<_> = lines.iter().filter(|line| line["compliance"] == "COMPLIANT").map(|line| &line["cluster"]).collect();
    told.sort_by_key(|cluster| cluster.as_str());
    assert_eq!(told, [&json!("c-0001"), &json!("c-0003")]);
    let last = lines.last().unwrap();
    assert_eq!((&last["Compliant"], &last["Errors"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn the_calls_of_an_account_that_cannot_be_opened_are_counted() {
    let stage = Stage::new(Fleet::healthy(1)).await;
    error(stage.send(in_other(schedule(json!({ "executionRoleName": "NeptuneReader" })))).await);
    assert_eq!(stage.actions(), ["sts:AssumeRole"]);
    assert_eq!(lines(&stage).await.last().unwrap()["ApiCalls"], 1);
}

#[tokio::test]
async fn the_answer_is_a_summary_for_a_person() {
    let stage = stage(|_| ()).await;
    let expected = json!({
        "accountId": "111122223333", "schedule": false, "compliant": 1, "nonCompliant": 0, "notApplicable": 0, "unchanged": 0,
        "warnings": 0, "brokenLinks": 0, "apiCalls": 4,
    });
    assert_eq!(summary(stage.send(change("c-0001", json!({}))).await), expected);
}

#[tokio::test]
async fn the_answer_of_a_schedule_counts_each_outcome() {
    let stage = Stage::new(Fleet::healthy(5)).await;
    stage.emulator.update(|fleet| {
        for cluster in ["c-0001", "c-0002"] {
            fleet.cluster(cluster).exports.clear();
            fleet.cluster(cluster).set_member_status(&format!("{cluster}-reader"), "pending-reboot");
        }
        let gone = |id: &str| recorded("AWS::RDS::DBCluster", id, "COMPLIANT");
        fleet.home().recorded = ["cluster-GONE", "cluster-GONE-TOO"].map(gone).into();
    });
    let changes_only = || schedule(json!({ "reportUnchanged": false }));
    let expected = json!({
        "accountId": "111122223333", "schedule": true, "compliant": 3, "nonCompliant": 2, "notApplicable": 2, "unchanged": 0,
        "warnings": 0, "brokenLinks": 4, "apiCalls": 5,
    });
    assert_eq!(summary(stage.send(changes_only()).await), expected);
    let expected = json!({
        "accountId": "111122223333", "schedule": true, "compliant": 0, "nonCompliant": 0, "notApplicable": 0, "unchanged": 5,
        "warnings": 0, "brokenLinks": 0, "apiCalls": 5,
    });
    assert_eq!(summary(stage.send(changes_only()).await), expected);
}

#[tokio::test]
async fn every_line_says_when_and_the_last_one_how_long() {
    let stage = stage(|_| ()).await;
    stage.emulator.set_latency(Duration::from_millis(50));
    let sent = Instant::now();
    stage.judge(json!({})).await;
    let waited = sent.elapsed();
    let lines = lines(&stage).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in &lines {
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(DateTime::from_str(timestamp, DateTimeFormat::DateTime).is_ok(), "{timestamp}");
    }
    let milliseconds = lines[1]["Duration"].as_f64().unwrap();
    assert!((150.0..=waited.as_secs_f64() * 1000.0).contains(&milliseconds), "three calls, one after the other: {milliseconds} ms");
}

#[tokio::test]
async fn what_aws_quotes_of_a_refused_put_never_shows_the_result_token() {
    let stage = stage(|_| ()).await;
    let mut other_type = item("c-0001");
    other_type["resourceType"] = json!(TOKEN.repeat(10));
    let (_, message) = error(stage.send(change_of(&other_type, json!({}))).await);
    assert!(message.contains("ValidationException") && message.contains("complianceResourceType"), "{message}");
    assert!(!message.contains(TOKEN), "{message}");
    lines(&stage).await;
    assert!(!stage.function.log().join("\n").contains(TOKEN));
}

#[tokio::test]
async fn a_failure_is_logged_once_with_its_type_and_no_secret() {
    let stage = stage(|fleet| fleet.invalid_result_tokens = vec![TOKEN.into()]).await;
    let (error_type, message) = error(stage.send(change("c-0001", json!({}))).await);
    assert_eq!(error_type, "EvaluationsNotReported");
    assert!(!message.contains(TOKEN), "{message}");
    let lines = lines(&stage).await;
    let failures: Vec<_> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0]["errorType"], "EvaluationsNotReported");
    let log = stage.function.log().join("\n");
    for secret in [TOKEN, "not-a-secret", "not-a-token", "configurationItemDiff"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
