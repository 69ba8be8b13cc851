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
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let field = match (prefix, path.as_str()) {
            ("", ".") => "event".to_owned(),
            (prefix, ".") => prefix.to_owned(),
            ("", path) => path.to_owned(),
            (prefix, path) => format!("{prefix}.{path}"),
        };
        RuleError::invalid_event(field, without_value(&error.into_inner().to_string()))
    })?;
    deserializer.end().map_err(|error| RuleError::invalid_event(if prefix.is_empty() { "event" } else { prefix }, error))?;
    Ok(parsed)
}

/// serde quotes the value it did not expect. Here that may be the whole event, and the result token with it.
fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => message.to_owned(),
    }
}
