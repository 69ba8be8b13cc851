//! What the function logs and answers.

use serde_json::{Value, json};

use crate::stage::{Stage, TOKEN, change, error, schedule, stage};

async fn lines(stage: &Stage) -> Vec<Value> {
    // The log is read from a pipe: the answer may be there before the last line.
    for _ in 0..200 {
        let log = stage.function.log();
        if log.iter().any(|line| line.contains("CloudWatchMetrics")) {
            return log.iter().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))).collect();
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("no metrics: {:?}", stage.function.log());
}

#[tokio::test]
async fn each_evaluation_is_one_line_that_is_readable_alone() {
    let stage = stage(|fleet| fleet.cluster("c-0001").exports.clear()).await;
    stage.judge(json!({})).await;
    let lines = lines(&stage).await;
    let line = lines.iter().find(|line| line["compliance"] == "NON_COMPLIANT").unwrap();
    assert_eq!(line["cluster"], "c-0001");
    assert_eq!(line["codes"], json!(["EXPORT_OFF"]));
    assert_eq!(line["accountId"], "111122223333");
    assert!(line["message"].as_str().unwrap().starts_with("c-0001 is NON_COMPLIANT: audit: EXPORT_OFF"), "{line}");
}

#[tokio::test]
async fn the_last_line_is_in_the_embedded_metric_format() {
    let stage = Stage::new(emulator::Fleet::healthy(2)).await;
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
    assert_eq!((&line["Compliant"], &line["ApiCalls"], &line["Errors"]), (&json!(2), &json!(4), &json!(0)));
}

#[tokio::test]
async fn the_answer_is_a_summary_for_a_person() {
    let stage = stage(|_| ()).await;
    let answer = stage.send(change("c-0001", json!({}))).await;
    let emulator::Answer::Response(summary) = answer else { panic!("{answer:?}") };
    let expected = json!({
        "accountId": "111122223333", "schedule": false, "compliant": 1, "nonCompliant": 0, "notApplicable": 0, "unchanged": 0,
        "brokenLinks": 0, "apiCalls": 3,
    });
    assert_eq!(summary, expected);
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
