//! What AWS Config sends, turned once into what it means: past this module nobody sees JSON, a message type or a status string.

use std::fmt;

use aws_sdk_config::primitives::{DateTime, DateTimeFormat};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::RuleError;
use crate::facts::NEPTUNE;
use crate::parameters::Parameters;
use crate::verdict::NotApplicable;

/// The type under which AWS Config records clusters of Neptune, Aurora and DocumentDB alike.
pub const DB_CLUSTER: &str = "AWS::RDS::DBCluster";

/// The token of a dry run: AWS Config checks the evaluations and stores nothing.
const TEST_MODE_TOKEN: &str = "TESTMODE";

/// One request of AWS Config, understood.
#[derive(Debug)]
pub struct Invocation {
    /// The account that owns the rule: read from, and reported to.
    pub account: AccountId,
    /// The partition of [`Invocation::account`] (`aws`, `aws-us-gov`, …), where the event tells.
    pub partition: Option<String>,
    /// What the rule is asked to require.
    pub parameters: Parameters,
    /// What ties the evaluations to this event.
    pub result_token: ResultToken,
    /// The time AWS Config orders the results of one resource by.
    pub ordering_timestamp: DateTime,
    /// What the event is about.
    pub subject: Subject,
}

/// What an event asks the rule to look at.
#[derive(Debug, PartialEq)]
pub enum Subject {
    /// A resource that the event alone shows to be none of the rule's business.
    NotApplicable {
        /// As AWS Config recorded it.
        resource: Resource,
        /// Why the rule does not apply.
        reason: NotApplicable,
    },
    /// One cluster that may be Neptune's.
    Cluster {
        /// `DbClusterResourceId`: unique for ever, never given to another cluster.
        resource_id: String,
        /// `DBClusterIdentifier`: the name, which another cluster may have by now.
        identifier: String,
    },
    /// Every Neptune cluster of the account and Region.
    EveryCluster {
        /// The rule whose recorded results are looked through for clusters that are gone.
        rule_name: String,
    },
}

/// A resource as AWS Config names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// For example `AWS::RDS::DBCluster`.
    pub resource_type: String,
    /// For example `cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ`.
    pub resource_id: String,
}

impl Resource {
    /// A DB cluster, by its `DbClusterResourceId`.
    pub fn db_cluster(resource_id: impl Into<String>) -> Self {
        Self { resource_type: DB_CLUSTER.to_owned(), resource_id: resource_id.into() }
    }
}

/// Twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// `None` for anything but twelve digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The secret that lets its bearer report results: passed through, never shown.
#[derive(Clone)]
pub struct ResultToken(String);

impl ResultToken {
    /// For the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether AWS Config must check the evaluations without storing them.
    pub fn is_test_mode(&self) -> bool {
        self.0 == TEST_MODE_TOKEN
    }
}

impl fmt::Debug for ResultToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResultToken(…)")
    }
}

impl Invocation {
    /// Reads the payload of an invocation.
    ///
    /// # Errors
    /// [`RuleError::InvalidEvent`] names the field, [`RuleError::UnsupportedMessageType`] the message type,
    /// [`RuleError::InvalidParameter`] the rule parameter.
    pub fn parse(payload: &str) -> Result<Self, RuleError> {
        let event: RuleEvent = parse("", payload)?;
        let account = AccountId::parse(&event.account_id)
            .ok_or_else(|| RuleError::invalid_event("accountId", format!("`{}` is not twelve digits", event.account_id)))?;
        if event.result_token.trim().is_empty() {
            return Err(RuleError::invalid_event("resultToken", "is blank"));
        }
        let parameters = Parameters::parse(event.rule_parameters.as_deref().unwrap_or_default())?;
        let (subject, ordering_timestamp) = understand(&event)?;
        Ok(Self {
            account,
            partition: event.execution_role_arn.as_deref().and_then(partition).map(str::to_owned),
            parameters,
            result_token: ResultToken(event.result_token),
            ordering_timestamp,
            subject,
        })
    }
}

/// The second part of an ARN.
pub(crate) fn partition(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').next().filter(|partition| !partition.is_empty())
}

/// The fields of a rule's event that decide something. AWS sends more, and may add to them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "the event of a custom AWS Config rule")]
struct RuleEvent {
    account_id: String,
    config_rule_name: Option<String>,
    event_left_scope: Option<bool>,
    execution_role_arn: Option<String>,
    invoking_event: String,
    result_token: String,
    rule_parameters: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with a `messageType`")]
struct Message {
    message_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with a `configurationItem`")]
struct Change {
    configuration_item: ConfigurationItem,
}

/// An item of more than 256 KB arrives as a summary, which is the item without its configuration.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with a `configurationItemSummary`")]
struct OversizedChange {
    configuration_item_summary: ConfigurationItem,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with a `notificationCreationTime`")]
struct Notification {
    notification_creation_time: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a configuration item")]
struct ConfigurationItem {
    #[serde(rename = "ARN", alias = "arn")]
    arn: Option<String>,
    /// Its shape differs from one resource type to the next and is written down nowhere for Neptune: looked into, never relied on.
    #[serde(default)]
    configuration: Value,
    configuration_item_capture_time: String,
    configuration_item_status: String,
    resource_id: String,
    resource_name: Option<String>,
    resource_type: String,
}

/// What the invoking event is about, and when AWS Config says it happened.
fn understand(event: &RuleEvent) -> Result<(Subject, DateTime), RuleError> {
    const FIELD: &str = "invokingEvent";
    let left_scope = event.event_left_scope.unwrap_or(false);
    let message: Message = parse(FIELD, &event.invoking_event)?;
    match message.message_type.as_str() {
        "ConfigurationItemChangeNotification" => {
            let change: Change = parse(FIELD, &event.invoking_event)?;
            change.configuration_item.understand("invokingEvent.configurationItem", left_scope)
        }
        "OversizedConfigurationItemChangeNotification" => {
            let change: OversizedChange = parse(FIELD, &event.invoking_event)?;
            change.configuration_item_summary.understand("invokingEvent.configurationItemSummary", left_scope)
        }
        "ScheduledNotification" | "ConfigurationSnapshotDeliveryCompleted" => {
            let notification: Notification = parse(FIELD, &event.invoking_event)?;
            let rule_name = event
                .config_rule_name
                .clone()
                .filter(|name| !name.trim().is_empty())
                .ok_or_else(|| RuleError::invalid_event("configRuleName", "is missing"))?;
            let at = time("invokingEvent.notificationCreationTime", &notification.notification_creation_time)?;
            Ok((Subject::EveryCluster { rule_name }, at))
        }
        _ => Err(RuleError::UnsupportedMessageType(message.message_type)),
    }
}

impl ConfigurationItem {
    fn understand(self, field: &str, left_scope: bool) -> Result<(Subject, DateTime), RuleError> {
        if self.resource_id.trim().is_empty() {
            return Err(RuleError::invalid_event(format!("{field}.resourceId"), "is blank"));
        }
        let at = time(&format!("{field}.configurationItemCaptureTime"), &self.configuration_item_capture_time)?;
        let subject = match self.not_applicable(left_scope) {
            Some(reason) => {
                Subject::NotApplicable { resource: Resource { resource_type: self.resource_type, resource_id: self.resource_id }, reason }
            }
            None => Subject::Cluster {
                identifier: self.identifier().ok_or_else(|| {
                    RuleError::invalid_event(
                        field,
                        "names no cluster: no `resourceName`, no identifier in `configuration`, no `ARN` of a cluster",
                    )
                })?,
                resource_id: self.resource_id,
            },
        };
        Ok((subject, at))
    }

    /// Why nothing needs to be read, if so. The status and the scope are both looked at: deletions arrive with either or both.
    fn not_applicable(&self, left_scope: bool) -> Option<NotApplicable> {
        if !matches!(self.configuration_item_status.as_str(), "OK" | "ResourceDiscovered") {
            return Some(NotApplicable::Status(self.configuration_item_status.clone()));
        }
        if left_scope {
            return Some(NotApplicable::LeftScope);
        }
        if self.resource_type != DB_CLUSTER {
            return Some(NotApplicable::ResourceType(self.resource_type.clone()));
        }
        match self.configured("engine") {
            Some(engine) if engine != NEPTUNE => Some(NotApplicable::Engine(engine.to_owned())),
            _ => None,
        }
    }

    fn identifier(&self) -> Option<String> {
        let named = self.resource_name.as_deref().filter(|name| !name.trim().is_empty());
        named
            .or_else(|| self.configured("dbclusteridentifier"))
            .or_else(|| self.arn.as_deref().and_then(cluster_in_arn))
            .or_else(|| self.configured("dbclusterarn").and_then(cluster_in_arn))
            .map(str::to_owned)
    }

    /// A string of the configuration, by its key in lower case: the same key is `dbclusterIdentifier` in one resource type and
    /// `dBClusterIdentifier` in another.
    fn configured(&self, lower_case_key: &str) -> Option<&str> {
        let fields = self.configuration.as_object()?;
        let (_, value) = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(lower_case_key))?;
        value.as_str().filter(|text| !text.trim().is_empty())
    }
}

/// The identifier in `arn:aws:rds:eu-west-1:111122223333:cluster:IDENTIFIER`.
fn cluster_in_arn(arn: &str) -> Option<&str> {
    let resource = arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    resource.strip_prefix("cluster:").filter(|identifier| !identifier.is_empty())
}

fn time(field: &str, text: &str) -> Result<DateTime, RuleError> {
    DateTime::from_str(text, DateTimeFormat::DateTimeWithOffset)
        .map_err(|_| RuleError::invalid_event(field, format!("`{text}` is not an ISO 8601 date and time")))
}

/// Parses JSON and says where in the event it could not.
fn parse<T: DeserializeOwned>(prefix: &str, json: &str) -> Result<T, RuleError> {
    let whole = if prefix.is_empty() { "event" } else { prefix };
    if !json.trim_start().starts_with('{') {
        return Err(RuleError::invalid_event(whole, "is not an object in JSON"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        // `?` stands for what is not known of the path, because the text ends there.
        let path = error.path().to_string();
        let field = match (prefix, path.trim_end_matches(".?")) {
            (_, "." | "?") => whole.to_owned(),
            ("", path) => path.to_owned(),
            (prefix, path) => format!("{prefix}.{path}"),
        };
        RuleError::invalid_event(field, without_value(&error.into_inner().to_string()))
    })?;
    deserializer.end().map_err(|error| RuleError::invalid_event(whole, error))?;
    Ok(parsed)
}

/// serde quotes the value it did not expect. Here that may be the whole event, and the result token with it.
fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

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
            assert_eq!(
                identifier(&with(unnamed.clone(), "configuration", json!({ "dBClusterIdentifier": "other-casing" }))),
                "other-casing"
            );
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
        assert_eq!(
            reason(&changed(&with(item(), "configuration", json!({ "engine": "docdb" })))),
            NotApplicable::Engine("docdb".to_owned())
        );
    }

    #[test]
    fn discovered_is_evaluated_and_an_engine_that_is_not_told_is_read() {
        assert_eq!(identifier(&with(item(), "configurationItemStatus", json!("ResourceDiscovered"))), "graph");
        for configuration in
            [json!(null), json!({}), json!("{}"), json!([]), json!({ "engine": null }), json!({ "engine": { "value": "x" } })]
        {
            assert_eq!(identifier(&with(item(), "configuration", configuration)), "graph");
        }
    }

    #[test]
    fn a_schedule_is_about_every_cluster_at_its_creation_time() {
        for message_type in ["ScheduledNotification", "ConfigurationSnapshotDeliveryCompleted"] {
            let event = event(&json!({ "messageType": message_type, "notificationCreationTime": "2026-11-20T12:00:00+01:00" }));
            let invocation = Invocation::parse(&event.to_string()).expect("a good event");
            assert_eq!(invocation.subject, Subject::EveryCluster { rule_name: "neptune-audit".to_owned() });
            assert_eq!(invocation.ordering_timestamp, DateTime::from_secs(1_795_172_400));
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
        let schedule = json!({ "messageType": "ScheduledNotification", "notificationCreationTime": "2026-11-20T12:00:00Z" });
        assert!(refused(&with(event(&schedule), "configRuleName", json!(null))).contains("configRuleName"));
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
}
