//! A malformed event, in any form, is an error answer with a stable type; nothing is put, and the process serves the next event.

use serde_json::{Value, json};

use crate::stage::{TOKEN, change, error, event, stage};

fn without(mut event: Value, field: &str) -> String {
    event.as_object_mut().unwrap().remove(field);
    event.to_string()
}

fn with(mut event: Value, field: &str, value: Value) -> String {
    event[field] = value;
    event.to_string()
}

#[tokio::test]
async fn every_malformed_event_is_an_error_and_the_next_event_is_served() {
    let stage = stage(|_| ()).await;
    let good = change("c-0001", json!({}));
    let truncated = good.to_string()[..200].to_owned();
    let nested = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    let cases: Vec<(String, &str, &str)> = vec![
        (String::new(), "InvalidEvent", "event"),
        ("not JSON".into(), "InvalidEvent", "event"),
        (truncated, "InvalidEvent", ""),
        ("null".into(), "InvalidEvent", "event"),
        ("[]".into(), "InvalidEvent", "event"),
        ("\"text\"".into(), "InvalidEvent", "event"),
        ("{}".into(), "InvalidEvent", "accountId"),
        (nested.clone(), "InvalidEvent", "event"),
        (Value::from(good.to_string()).to_string(), "InvalidEvent", "event"),
        (format!("{good} and more"), "InvalidEvent", "event"),
        (without(good.clone(), "invokingEvent"), "InvalidEvent", "invokingEvent"),
        (without(good.clone(), "resultToken"), "InvalidEvent", "resultToken"),
        (without(good.clone(), "accountId"), "InvalidEvent", "accountId"),
        (with(good.clone(), "accountId", json!("1111")), "InvalidEvent", "accountId"),
        (with(good.clone(), "accountId", json!(111_122_223_333_u64)), "InvalidEvent", "accountId"),
        (with(good.clone(), "resultToken", json!("")), "InvalidEvent", "resultToken"),
        (with(good.clone(), "eventLeftScope", json!("no")), "InvalidEvent", "eventLeftScope"),
        (with(good.clone(), "invokingEvent", json!({})), "InvalidEvent", "invokingEvent"),
        (with(good.clone(), "invokingEvent", json!("{")), "InvalidEvent", "invokingEvent"),
        (with(good.clone(), "invokingEvent", json!(nested)), "InvalidEvent", "invokingEvent"),
        (with(good.clone(), "invokingEvent", json!("{\"messageType\": 5}")), "InvalidEvent", "invokingEvent.messageType"),
        (event(&json!({ "messageType": "Surprise" }), &json!({})).to_string(), "UnsupportedMessageType", "Surprise"),
        (
            event(&json!({ "messageType": "ConfigurationItemChangeNotification" }), &json!({})).to_string(),
            "InvalidEvent",
            "configurationItem",
        ),
        (
            event(&json!({ "messageType": "ConfigurationItemChangeNotification", "configurationItem": null }), &json!({})).to_string(),
            "InvalidEvent",
            "configurationItem",
        ),
        (event(&json!({ "messageType": "ScheduledNotification" }), &json!({})).to_string(), "InvalidEvent", "notificationCreationTime"),
        (with(good.clone(), "ruleParameters", json!("[]")), "InvalidEvent", "ruleParameters"),
        (with(good.clone(), "ruleParameters", json!("{")), "InvalidEvent", "ruleParameters"),
        (with(good.clone(), "ruleParameters", json!({})), "InvalidEvent", "ruleParameters"),
        (change("c-0001", json!({ "logTypes": "everything" })).to_string(), "InvalidParameter", "logTypes"),
        (change("c-0001", json!({ "logTipes": "audit" })).to_string(), "InvalidParameter", "logTipes"),
        (change("c-0001", json!({ "maximumRetentionDays": 0 })).to_string(), "InvalidParameter", "maximumRetentionDays"),
    ];
    for (payload, expected_type, named) in cases {
        let shown = payload.chars().take(120).collect::<String>();
        let (error_type, message) = error(stage.send(payload).await);
        assert_eq!(error_type, expected_type, "{shown}: {message}");
        assert!(message.contains(named), "`{named}` is missing: {message}");
        assert!(!message.contains(TOKEN), "{message}");
    }
    let not_text: &[u8] = &[0xff, 0xfe, 0x00, b'{'];
    assert_eq!(error(stage.send(not_text).await).0, "InvalidEvent");
    assert_eq!(stage.actions(), [""; 0], "nothing is read or put for a malformed event");
    assert_eq!(stage.judge(json!({})).await["ComplianceType"], "COMPLIANT");
    assert!(!stage.function.log().iter().any(|line| line.contains(TOKEN)));
}
