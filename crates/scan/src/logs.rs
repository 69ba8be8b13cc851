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
use crate::paging::Tokens;

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
        let mut tokens = Tokens::new(DESCRIBE_LOG_GROUPS, on());
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new(DESCRIBE_LOG_GROUPS, on(), &error))?;
            let next = tokens.follow(page.next_token());
            let groups = page.log_groups.unwrap_or_default().into_iter();
            let named = groups.filter_map(|group| {
                let class = group.log_group_class.filter(|class| !class.as_str().is_empty());
                let facts = LogGroup {
                    // Only a log group without a number keeps its events for ever: one that makes no sense meets no minimum.
                    retention_days: group.retention_in_days.map(|days| u32::try_from(days).unwrap_or(0)),
                    retention_policy: group.retention_policy_name.filter(|policy| !policy.is_empty()),
                    encrypted: group.kms_key_id.is_some_and(|key| !key.is_empty()),
                    // A class that this version of the SDK does not know is told by its name all the same.
                    class: class.map_or_else(|| STANDARD.to_owned(), |class| class.as_str().to_owned()),
                    deletion_protected: group.deletion_protection_enabled.unwrap_or(false),
                    metric_filters: group.metric_filter_count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
                };
                Some((group.log_group_name?, facts))
            });
            if !take(named.collect()) {
                return Ok(());
            }
            next?;
        }
        Ok(())
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
        let mut tokens = Tokens::new(DESCRIBE_FILTERS, on());
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if is_missing(&error) => return Ok(Fact::NoLogGroup),
                Err(error) if is_of_another_class(&error) => return Ok(Fact::Found(Subscriptions::NotSupported)),
                Err(error) => return Err(CallError::new(DESCRIBE_FILTERS, on(), &error)),
            };
            let next = tokens.follow(page.next_token());
            found.extend(page.subscription_filters.unwrap_or_default().into_iter().filter_map(|filter| {
                Some(SubscriptionFilter {
                    destination: filter.destination_arn.filter(|destination| !destination.is_empty())?,
                    pattern: filter.filter_pattern.unwrap_or_default(),
                    field_selection: filter.field_selection_criteria,
                })
            }));
            next?;
        }
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
        let (mut tokens, mut token) = (Tokens::new(DESCRIBE_POLICIES, on), None);
        loop {
            let request = self.client.describe_account_policies().policy_type(PolicyType::SubscriptionFilterPolicy);
            let page = request.set_next_token(token).send().await;
            let page = page.map_err(|error| CallError::new(DESCRIBE_POLICIES, on, &error))?;
            found.extend(page.account_policies.unwrap_or_default().into_iter().filter_map(read_policy));
            tokens.follow(page.next_token.as_deref())?;
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
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
        let mut tokens = Tokens::new(DESCRIBE_STREAMS, on());
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if is_missing(&error) => return Ok(Fact::NoLogGroup),
                Err(error) => return Err(CallError::new(DESCRIBE_STREAMS, on(), &error)),
            };
            let next = tokens.follow(page.next_token());
            let newest = page.log_streams().iter().filter_map(newest_of).max();
            if newest.is_some() {
                return Ok(Fact::Found(newest));
            }
            next?;
        }
        Ok(Fact::Found(None))
    }
}

fn newest_of(stream: &LogStream) -> Option<SystemTime> {
    let milliseconds = stream.last_event_timestamp().max(stream.last_ingestion_time())?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(milliseconds).ok()?))
}

fn read_policy(policy: Described) -> Option<AccountPolicy> {
    if policy.policy_type.is_some_and(|policy_type| policy_type != PolicyType::SubscriptionFilterPolicy) {
        return None;
    }
    let criteria = policy.selection_criteria.unwrap_or_default();
    account_policy(policy.policy_name.unwrap_or_default(), &policy.policy_document.unwrap_or_default(), &criteria)
}

/// A subscription filter policy of an account, if it sends somewhere, as far as it says so: from its name, its document in JSON and its
/// selection criteria. Whatever is not in the form that CloudWatch Logs documents limits it: then it does not count.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html>
pub fn account_policy(name: String, document: &str, criteria: &str) -> Option<AccountPolicy> {
    let document: Value = serde_json::from_str(document).ok()?;
    let destination = field(&document, "DestinationArn").filter(|destination| destination.starts_with("arn:"))?;
    let selection = match field(&document, "FieldSelectionCriteria") {
        None => Selection::parse(criteria),
        Some(fields) => Selection::NotUnderstood(fields),
    };
    let pattern = field(&document, "FilterPattern").unwrap_or_default();
    Some(AccountPolicy { name, destination, pattern, selection })
}

/// What a field of a document says, in whatever case its name is written: a text, or JSON for anything that should have been one. `None`
/// where it says nothing.
fn field(document: &Value, name: &str) -> Option<String> {
    let (_, value) = document.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (!text.trim().is_empty()).then_some(text)
}

/// Log groups of some classes have no subscription filters, and CloudWatch Logs does not even look for them.
/// <https://github.com/turbot/steampipe-plugin-aws/issues/2758>
fn is_of_another_class<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let error = error.as_service_error();
    error.and_then(ProvideErrorMetadata::code) == Some("ValidationException")
        && error.and_then(ProvideErrorMetadata::message).is_some_and(|message| {
            let message = message.to_ascii_lowercase();
            message.contains("log class") || message.contains("log group class")
        })
}

fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("ResourceNotFoundException")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRAL: &str = "arn:aws:logs:eu-west-1:444455556666:destination:central";

    fn policy(document: &str) -> Option<AccountPolicy> {
        read_policy(Described::builder().policy_name("one").policy_document(document).build())
    }

    #[test]
    fn a_policy_that_sends_nowhere_that_can_be_read_is_none() {
        for document in ["", "nonsense", "[]", "{}", r#"{"DestinationArn":""}"#, r#"{"DestinationArn":["arn:aws:logs:x"]}"#] {
            assert_eq!(policy(document), None, "`*` would fit a blank destination: {document}");
        }
        let other = Described::builder().policy_type(PolicyType::DataProtectionPolicy);
        assert_eq!(read_policy(other.policy_document(format!(r#"{{"DestinationArn":"{CENTRAL}"}}"#)).build()), None);
    }

    #[test]
    fn a_pattern_in_any_form_is_a_pattern() {
        for (pattern, expected) in
            [("\"\"", ""), ("\" \"", ""), ("null", ""), ("\"ERROR\"", "ERROR"), ("[\"ERROR\"]", "[\"ERROR\"]"), ("5", "5")]
        {
            for name in ["FilterPattern", "filterPattern"] {
                let policy = policy(&format!(r#"{{"DestinationArn":"{CENTRAL}","{name}":{pattern}}}"#));
                assert_eq!(policy.expect("a policy").pattern, expected, "{name} {pattern}");
            }
        }
    }

    #[test]
    fn blank_field_selection_criteria_select_nothing_and_others_are_not_understood() {
        let selection = |criteria: &str| {
            policy(&format!(r#"{{"DestinationArn":"{CENTRAL}","FieldSelectionCriteria":{criteria}}}"#)).expect("a policy").selection
        };
        for blank in ["\"\"", "\" \"", "null"] {
            assert_eq!(selection(blank), Selection::Everything, "{blank}");
        }
        assert_eq!(selection("\"@aws.region = x\""), Selection::NotUnderstood("@aws.region = x".to_owned()));
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
