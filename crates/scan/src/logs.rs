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
            found.extend(page.account_policies.unwrap_or_default().into_iter().map(read_policy));
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

/// What cannot be read of a policy is blank, or not understood: then it does not count.
fn read_policy(policy: Described) -> AccountPolicy {
    let document = policy.policy_document.unwrap_or_default();
    let fields: Value = serde_json::from_str(&document).unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let selection = match fields.get("FieldSelectionCriteria").or_else(|| fields.get("fieldSelectionCriteria")) {
        None => Selection::parse(policy.selection_criteria.as_deref().unwrap_or_default()),
        Some(fields) => Selection::NotUnderstood(fields.to_string()),
    };
    AccountPolicy {
        name: policy.policy_name.unwrap_or_default(),
        destination: text("DestinationArn"),
        pattern: text("FilterPattern"),
        selection,
    }
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
