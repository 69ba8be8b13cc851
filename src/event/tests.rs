use proptest::prelude::*;
use serde_json::{Value, json};

use aws_sdk_config::primitives::DateTime;

use super::{Invocation, Subject};
use crate::not_applicable::NotApplicable;

fn item() -> Value {
    json!({
        "ARN": "arn:aws:rds:eu-west-1:111122223333:cluster:in-the-arn",
        "configuration": { "dbclusterIdentifier": "in-the-configuration", "engine": "neptune" },
        "configurationItemCaptureTime": "2026-11-20T08:12:44.907Z",
        "configurationItemStatus": "OK",
        "resourceId": "cluster-GRAPH",
        "resourceName": "graph",
        "resourceType": "AWS::RDS::DBCluster",
    })
}

fn event(invoking_event: &Value) -> Value {
    json!({
        "accountId": "111122223333",
        "configRuleName": "neptune-audit",
        "eventLeftScope": false,
        "executionRoleArn": "arn:aws-us-gov:iam::111122223333:role/config",
        "invokingEvent": invoking_event.to_string(),
        "resultToken": "a-secret-token",
        "ruleParameters": "{}",
    })
}

fn changed(item: &Value) -> Value {
    event(&json!({ "messageType": "ConfigurationItemChangeNotification", "configurationItem": item }))
}

fn with(mut value: Value, field: &str, new: Value) -> Value {
    value[field] = new;
    value
}

fn subject(event: &Value) -> Subject {
    Invocation::parse(&event.to_string()).expect("a good event").subject
}

fn reason(event: &Value) -> NotApplicable {
    match subject(event) {
        Subject::NotApplicable { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

fn identifier(item: &Value) -> String {
    match subject(&changed(item)) {
        Subject::Cluster { identifier, resource_id } => {
            assert_eq!(resource_id, "cluster-GRAPH");
            identifier
        }
        other => panic!("{other:?}"),
    }
}

fn refused(event: &Value) -> String {
    Invocation::parse(&event.to_string()).expect_err("must be refused").to_string()
}

#[test]
fn a_change_is_about_its_cluster_at_its_capture_time() {
    let invocation = Invocation::parse(&changed(&item()).to_string()).expect("a good event");
    assert_eq!(invocation.account.to_string(), "111122223333");
    assert_eq!(invocation.partition.as_deref(), Some("aws-us-gov"));
    assert_eq!(invocation.ordering_timestamp, DateTime::from_millis(1_795_162_364_907));
    assert_eq!(identifier(&item()), "graph");
}

#[test]
fn the_identifier_is_looked_for_in_the_name_the_configuration_and_the_arn() {
    for blank in [json!(null), json!(""), json!(" ")] {
        let unnamed = with(item(), "resourceName", blank);
        assert_eq!(identifier(&unnamed), "in-the-configuration");
        assert_eq!(identifier(&with(unnamed.clone(), "configuration", json!({ "dBClusterIdentifier": "other-casing" }))), "other-casing");
        assert_eq!(identifier(&with(unnamed.clone(), "configuration", json!(null))), "in-the-arn");
        let in_configuration = json!({ "dbclusterArn": "arn:aws:rds:eu-west-1:111122223333:cluster:in-the-other-arn" });
        let last = with(with(unnamed, "ARN", json!(null)), "configuration", in_configuration);
        assert_eq!(identifier(&last), "in-the-other-arn");
    }
}

#[test]
fn an_item_without_any_identifier_is_refused() {
    let nameless = with(
        with(with(item(), "resourceName", json!(null)), "configuration", json!({})),
        "ARN",
        json!("arn:aws:rds:eu-west-1:111122223333:db:x"),
    );
    assert!(refused(&changed(&nameless)).contains("configurationItem"));
}

#[test]
fn what_needs_no_read_is_known_from_the_event() {
    for status in ["ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded", "Anything"] {
        assert_eq!(reason(&changed(&with(item(), "configurationItemStatus", json!(status)))), NotApplicable::Status(status.to_owned()));
    }
    assert_eq!(reason(&with(changed(&item()), "eventLeftScope", json!(true))), NotApplicable::LeftScope);
    assert_eq!(
        reason(&changed(&with(item(), "resourceType", json!("AWS::RDS::DBInstance")))),
        NotApplicable::ResourceType("AWS::RDS::DBInstance".to_owned())
    );
    assert_eq!(reason(&changed(&with(item(), "configuration", json!({ "engine": "docdb" })))), NotApplicable::Engine("docdb".to_owned()));
}

#[test]
fn discovered_is_evaluated_and_an_engine_that_is_not_told_is_read() {
    assert_eq!(identifier(&with(item(), "configurationItemStatus", json!("ResourceDiscovered"))), "graph");
    for configuration in [json!(null), json!({}), json!("{}"), json!([]), json!({ "engine": null }), json!({ "engine": { "value": "x" } })]
    {
        assert_eq!(identifier(&with(item(), "configuration", configuration)), "graph");
    }
}

#[test]
fn a_schedule_is_about_every_cluster_at_its_creation_time() {
    for message_type in ["ScheduledNotification", "ConfigurationSnapshotDeliveryCompleted"] {
        let event = event(&json!({ "messageType": message_type, "notificationCreationTime": "2026-11-20T12:00:00+01:00" }));
        let invocation = Invocation::parse(&event.to_string()).expect("a good event");
        assert_eq!(invocation.subject, Subject::EveryCluster { rule_name: Some("neptune-audit".to_owned()) });
        assert_eq!(invocation.ordering_timestamp, DateTime::from_secs(1_795_172_400));
    }
}

#[test]
fn a_schedule_may_leave_out_the_rules_name() {
    let schedule = json!({ "messageType": "ScheduledNotification", "notificationCreationTime": "2026-11-20T12:00:00Z" });
    for blank in [json!(null), json!(" ")] {
        assert_eq!(subject(&with(event(&schedule), "configRuleName", blank)), Subject::EveryCluster { rule_name: None });
    }
}

#[test]
fn an_unknown_message_type_is_refused_by_its_name() {
    assert!(refused(&event(&json!({ "messageType": "Surprise" }))).contains("`Surprise`"));
}

#[test]
fn every_missing_or_wrong_field_is_named() {
    for field in ["accountId", "invokingEvent", "resultToken"] {
        let mut event = changed(&item());
        event.as_object_mut().expect("an object").remove(field);
        assert!(refused(&event).contains(field), "{}", refused(&event));
        assert!(refused(&with(changed(&item()), field, json!([1]))).contains(field));
        assert!(refused(&with(changed(&item()), field, json!(""))).contains(field));
    }
    for field in ["configurationItemCaptureTime", "configurationItemStatus", "resourceId", "resourceType"] {
        let mut broken = item();
        broken.as_object_mut().expect("an object").remove(field);
        assert!(refused(&changed(&broken)).contains(field));
        let message = refused(&changed(&with(item(), field, json!(7))));
        assert!(message.contains(&format!("invokingEvent.configurationItem.{field}")), "{message}");
    }
    assert!(refused(&with(changed(&item()), "eventLeftScope", json!("false"))).contains("eventLeftScope"));
    assert!(
        refused(&event(&json!({ "messageType": "ScheduledNotification", "notificationCreationTime": "noon" })))
            .contains("notificationCreationTime")
    );
}

#[test]
fn no_error_quotes_the_result_token() {
    let event = changed(&item()).to_string();
    let wrapped = Value::from(event.clone()).to_string();
    let twice = event.replace("\"ruleParameters\"", "\"resultToken\":\"a-secret-token\",\"ruleParameters\"");
    for payload in [wrapped, twice, event.replacen('}', "", 1), event + "x"] {
        let message = Invocation::parse(&payload).expect_err("must be refused").to_string();
        assert!(!message.contains("a-secret-token"), "{message}");
    }
}

#[test]
fn an_event_that_is_cut_off_is_an_error_about_what_contains_the_end() {
    let cut = [
        (r#"{"invokingEvent":"nope""#, "`event`: EOF"),
        (
            r#"{"invokingEvent":"{\"messageType\":\"ScheduledNotification\"","resultToken":"t","accountId":"111122223333"}"#,
            "`invokingEvent`: EOF",
        ),
    ];
    for (payload, expected) in cut {
        let message = Invocation::parse(payload).expect_err("must be refused").to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn the_result_token_is_hidden_from_debugging_too() {
    let invocation = Invocation::parse(&changed(&item()).to_string()).expect("a good event");
    assert_eq!(format!("{:?}", invocation.result_token), "ResultToken(…)");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(100_000);
    assert!(Invocation::parse(&deep).is_err());
    let event = changed(&item()).to_string().replace("\"{}\"", &Value::from(format!("{{\"logTypes\":{deep}")).to_string());
    assert!(Invocation::parse(&event).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,8}", inner, 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_payload_panics(payload in ".{0,300}") {
        let _ = Invocation::parse(&payload);
    }

    #[test]
    fn no_field_panics(
        outer in proptest::sample::select(&["accountId", "invokingEvent", "resultToken", "eventLeftScope", "ruleParameters", "x"]),
        inner in proptest::sample::select(&["ARN", "configuration", "configurationItemCaptureTime", "resourceId", "resourceName", "x"]),
        value in any_json(),
    ) {
        let _ = Invocation::parse(&with(changed(&item()), outer, value.clone()).to_string());
        let _ = Invocation::parse(&changed(&with(item(), inner, value.clone())).to_string());
        let _ = Invocation::parse(&event(&value).to_string());
    }
}
