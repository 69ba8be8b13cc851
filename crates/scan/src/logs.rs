//! CloudWatch Logs: log groups, their subscription filters and their newest events.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatchlogs::types::{AccountPolicy as Described, LogStream, OrderBy, PolicyType};
use neptune_audit_core::facts::{AccountPolicy, Fact, LogGroup, STANDARD, SubscriptionFilter, Subscriptions};
use neptune_audit_core::selection::Selection;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::error::CallError;
use crate::paging::{has_more, whole};

/// The permission to read log groups.
pub const DESCRIBE_LOG_GROUPS: &str = "logs:DescribeLogGroups";
const DESCRIBE_FILTERS: &str = "logs:DescribeSubscriptionFilters";
const DESCRIBE_STREAMS: &str = "logs:DescribeLogStreams";
const DESCRIBE_POLICIES: &str = "logs:DescribeAccountPolicies";

/// The most that each of the three calls gives at once.
const PAGE_SIZE: i32 = 50;

/// Reads log groups.
#[derive(Clone, Debug)]
pub struct Logs {
    client: Client,
    reads: Arc<Semaphore>,
}

impl Logs {
    pub(crate) fn new(client: Client, reads: Arc<Semaphore>) -> Self {
        Self { client, reads }
    }

    /// Hands over every log group whose name begins with `prefix`, page by page, until `take` has seen enough.
    ///
    /// # Errors
    /// When the listing breaks off: the pages before that were handed over.
    pub async fn log_groups(&self, prefix: &str, mut take: impl FnMut(Vec<(String, LogGroup)>) -> bool) -> Result<(), CallError> {
        let on = || format!("log groups `{prefix}…`");
        let request = self.client.describe_log_groups().log_group_name_prefix(prefix);
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).send();
        let mut more = false;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new(DESCRIBE_LOG_GROUPS, on(), &error))?;
            more = has_more(page.next_token());
            let groups = page.log_groups.unwrap_or_default().into_iter();
            let named = groups.filter_map(|group| {
                let facts = LogGroup {
                    retention_days: group.retention_in_days.and_then(|days| u32::try_from(days).ok()),
                    retention_policy: group.retention_policy_name.filter(|policy| !policy.is_empty()),
                    encrypted: group.kms_key_id.is_some_and(|key| !key.is_empty()),
                    // A class that this version of the SDK does not know is told by its name all the same.
                    class: group.log_group_class.map_or_else(|| STANDARD.to_owned(), |class| class.as_str().to_owned()),
                    deletion_protected: group.deletion_protection_enabled.unwrap_or(false),
                    metric_filters: group.metric_filter_count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
                };
                Some((group.log_group_name?, facts))
            });
            if !take(named.collect()) {
                return Ok(());
            }
        }
        whole(more, DESCRIBE_LOG_GROUPS, on())
    }

    /// Where the subscription filters of a log group send its events.
    ///
    /// # Errors
    /// When AWS does not answer or refuses.
    pub async fn subscriptions(&self, log_group: &str) -> Result<Fact<Subscriptions>, CallError> {
        let _permit = self.reads.acquire().await;
        let on = || format!("log group `{log_group}`");
        let request = self.client.describe_subscription_filters().log_group_name(log_group);
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).send();
        let mut found = Vec::new();
        let mut more = false;
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if is_missing(&error) => return Ok(Fact::NoLogGroup),
                Err(error) if is_of_another_class(&error) => return Ok(Fact::Found(Subscriptions::NotSupported)),
                Err(error) => return Err(CallError::new(DESCRIBE_FILTERS, on(), &error)),
            };
            more = has_more(page.next_token());
            found.extend(page.subscription_filters.unwrap_or_default().into_iter().filter_map(|filter| {
                Some(SubscriptionFilter {
                    destination: filter.destination_arn?,
                    pattern: filter.filter_pattern.unwrap_or_default(),
                    field_selection: filter.field_selection_criteria,
                })
            }));
        }
        whole(more, DESCRIBE_FILTERS, on())?;
        Ok(Fact::Found(Subscriptions::Filters(found)))
    }

    /// The account's subscription filter policies.
    ///
    /// # Errors
    /// When AWS does not answer or refuses.
    pub async fn account_policies(&self) -> Result<Vec<AccountPolicy>, CallError> {
        let _permit = self.reads.acquire().await;
        let on = "the account's subscription filter policies";
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = self.client.describe_account_policies().policy_type(PolicyType::SubscriptionFilterPolicy);
            let page = request.set_next_token(token.clone()).send().await;
            let page = page.map_err(|error| CallError::new(DESCRIBE_POLICIES, on, &error))?;
            found.extend(page.account_policies.unwrap_or_default().into_iter().filter_map(read_policy));
            match page.next_token.filter(|next| has_more(Some(next))) {
                None => return Ok(found),
                Some(next) => {
                    whole(token.as_ref() == Some(&next), DESCRIBE_POLICIES, on)?;
                    token = Some(next);
                }
            }
        }
    }

    /// The time of the newest event of a log group, by when it happened or when it came, whichever is later. CloudWatch Logs brings
    /// both up to date within an hour, typically.
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html>
    ///
    /// # Errors
    /// When AWS does not answer or refuses.
    pub async fn newest_event(&self, log_group: &str) -> Result<Fact<Option<SystemTime>>, CallError> {
        let _permit = self.reads.acquire().await;
        let on = || format!("log group `{log_group}`");
        // The stream with the newest event comes first. Those without a time may come before it all the same, and a page may be empty:
        // https://github.com/cloud-custodian/cloud-custodian/issues/6069
        let request = self.client.describe_log_streams().log_group_name(log_group).order_by(OrderBy::LastEventTime).descending(true);
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).send();
        let mut more = false;
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if is_missing(&error) => return Ok(Fact::NoLogGroup),
                Err(error) => return Err(CallError::new(DESCRIBE_STREAMS, on(), &error)),
            };
            more = has_more(page.next_token());
            let newest = page.log_streams().iter().filter_map(newest_of).max();
            if newest.is_some() {
                return Ok(Fact::Found(newest));
            }
        }
        whole(more, DESCRIBE_STREAMS, on())?;
        Ok(Fact::Found(None))
    }
}

fn newest_of(stream: &LogStream) -> Option<SystemTime> {
    let milliseconds = stream.last_event_timestamp().max(stream.last_ingestion_time())?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(milliseconds).ok()?))
}

/// `None` for a policy that names no destination. What else cannot be read of it is handed on as it is written, and then does not count.
fn read_policy(policy: Described) -> Option<AccountPolicy> {
    let fields: Value = serde_json::from_str(policy.policy_document.as_deref().unwrap_or_default()).unwrap_or_default();
    let destination = fields.get("DestinationArn").and_then(Value::as_str).filter(|destination| !destination.trim().is_empty())?.to_owned();
    let pattern = match fields.get("FilterPattern") {
        None => String::new(),
        Some(Value::String(pattern)) => pattern.clone(),
        Some(other) => other.to_string(),
    };
    let selection = match fields.get("FieldSelectionCriteria").or_else(|| fields.get("fieldSelectionCriteria")) {
        None => Selection::parse(policy.selection_criteria.as_deref().unwrap_or_default()),
        Some(fields) => Selection::NotUnderstood(fields.to_string()),
    };
    Some(AccountPolicy { name: policy.policy_name.unwrap_or_default(), destination, pattern, selection })
}

/// Log groups of some classes have no subscription filters, and CloudWatch Logs does not even look for them.
/// <https://github.com/turbot/steampipe-plugin-aws/issues/2758>
fn is_of_another_class<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let error = error.as_service_error();
    error.and_then(ProvideErrorMetadata::code) == Some("ValidationException")
        && error.and_then(ProvideErrorMetadata::message).is_some_and(|message| message.contains("log class"))
}

fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("ResourceNotFoundException")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(document: &str, criteria: Option<&str>) -> Option<AccountPolicy> {
        let described =
            Described::builder().policy_name("one").policy_document(document).set_selection_criteria(criteria.map(str::to_owned));
        read_policy(described.build())
    }

    /// Any destination may be asked for with a star, and a blank one would fit it.
    #[test]
    fn a_policy_without_a_destination_is_none() {
        for document in ["", "not json", "{}", "[]", "null", r#"{"DestinationArn":""}"#, r#"{"DestinationArn":["arn:aws:logs:x"]}"#] {
            assert_eq!(policy(document, None), None, "{document}");
        }
    }

    #[test]
    fn what_is_not_understood_of_a_policy_is_handed_on_as_it_is_written() {
        let whole = AccountPolicy {
            name: "one".to_owned(),
            destination: "arn:x".to_owned(),
            pattern: String::new(),
            selection: Selection::Everything,
        };
        assert_eq!(policy(r#"{"DestinationArn":"arn:x"}"#, None), Some(whole.clone()));
        assert_eq!(policy(r#"{"DestinationArn":"arn:x","FilterPattern":""}"#, Some(" ")), Some(whole.clone()));
        for (written, pattern) in [("\"ERROR\"", "ERROR"), ("{\"a\":1}", "{\"a\":1}"), ("null", "null")] {
            let document = format!(r#"{{"DestinationArn":"arn:x","FilterPattern":{written}}}"#);
            assert_eq!(policy(&document, None), Some(AccountPolicy { pattern: pattern.to_owned(), ..whole.clone() }), "{written}");
        }
        for name in ["FieldSelectionCriteria", "fieldSelectionCriteria"] {
            let document = format!(r#"{{"DestinationArn":"arn:x","{name}":"@aws.region = \"x\""}}"#);
            let found = policy(&document, None).expect("a policy");
            assert!(matches!(found.selection, Selection::NotUnderstood(criteria) if criteria.contains("@aws.region")), "{name}");
        }
        let excluding = policy(r#"{"DestinationArn":"arn:x"}"#, Some("LogGroupName NOT IN [a]"));
        assert_eq!(excluding.map(|policy| policy.selection), Some(Selection::Except(vec!["a".to_owned()])));
    }

    #[test]
    fn the_time_of_a_stream_is_the_later_of_its_two_and_none_without_either() {
        let at = |milliseconds| Some(SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds));
        for (happened, came, newest) in [
            (None, None, None),
            (Some(5), None, at(5)),
            (None, Some(7), at(7)),
            (Some(5), Some(7), at(7)),
            (Some(9), Some(7), at(9)),
            (Some(-1), None, None),
        ] {
            let stream = LogStream::builder().set_last_event_timestamp(happened).set_last_ingestion_time(came).build();
            assert_eq!(newest_of(&stream), newest, "{happened:?} {came:?}");
        }
    }
}
