//! What AWS Config sends, turned once into what it means: past this module nobody sees JSON, a message type or a status string.

mod item;
mod json;
mod subject;
mod token;

use aws_sdk_config::primitives::DateTime;
use serde::Deserialize;

use crate::account::{AccountId, partition};
use crate::error::RuleError;
use crate::parameters::Parameters;
use item::ConfigurationItem;
use json::{parse, time};

pub use subject::Subject;
pub use token::ResultToken;

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
        let (subject, ordering_timestamp) = subject(&event)?;
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

/// What the invoking event is about, and when AWS Config says it happened.
fn subject(event: &RuleEvent) -> Result<(Subject, DateTime), RuleError> {
    const FIELD: &str = "invokingEvent";
    let left_scope = event.event_left_scope.unwrap_or(false);
    let message: Message = parse(FIELD, &event.invoking_event)?;
    match message.message_type.as_str() {
        "ConfigurationItemChangeNotification" => {
            let change: Change = parse(FIELD, &event.invoking_event)?;
            change.configuration_item.subject("invokingEvent.configurationItem", left_scope)
        }
        "OversizedConfigurationItemChangeNotification" => {
            let change: OversizedChange = parse(FIELD, &event.invoking_event)?;
            change.configuration_item_summary.subject("invokingEvent.configurationItemSummary", left_scope)
        }
        "ScheduledNotification" | "ConfigurationSnapshotDeliveryCompleted" => {
            let notification: Notification = parse(FIELD, &event.invoking_event)?;
            let rule_name = event.config_rule_name.clone().filter(|name| !name.trim().is_empty());
            let at = time("invokingEvent.notificationCreationTime", &notification.notification_creation_time)?;
            Ok((Subject::EveryCluster { rule_name }, at))
        }
        _ => Err(RuleError::UnsupportedMessageType(message.message_type)),
    }
}

#[cfg(test)]
mod tests;
