//! CloudWatch Logs: log groups, their subscription filters and their newest events.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatchlogs::types::OrderBy;
use neptune_audit_core::facts::{Fact, LogGroup};
use tokio::sync::Semaphore;

use crate::error::CallError;
use crate::paging::{has_more, whole};

/// The permission to read log groups.
pub const DESCRIBE_LOG_GROUPS: &str = "logs:DescribeLogGroups";
const DESCRIBE_FILTERS: &str = "logs:DescribeSubscriptionFilters";
const DESCRIBE_STREAMS: &str = "logs:DescribeLogStreams";

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
                    encrypted: group.kms_key_id.is_some_and(|key| !key.is_empty()),
                };
                Some((group.log_group_name?, facts))
            });
            if !take(named.collect()) {
                return Ok(());
            }
        }
        whole(more, DESCRIBE_LOG_GROUPS, on())
    }

    /// The ARNs that the subscription filters of a log group send to.
    ///
    /// # Errors
    /// When AWS does not answer or refuses.
    pub async fn destinations(&self, log_group: &str) -> Result<Fact<Vec<String>>, CallError> {
        let _permit = self.reads.acquire().await;
        let on = || format!("log group `{log_group}`");
        let request = self.client.describe_subscription_filters().log_group_name(log_group);
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).send();
        let mut destinations = Vec::new();
        let mut more = false;
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if is_missing(&error) => return Ok(Fact::NoLogGroup),
                Err(error) => return Err(CallError::new(DESCRIBE_FILTERS, on(), &error)),
            };
            more = has_more(page.next_token());
            let filters = page.subscription_filters.unwrap_or_default().into_iter();
            destinations.extend(filters.filter_map(|filter| filter.destination_arn));
        }
        whole(more, DESCRIBE_FILTERS, on())?;
        Ok(Fact::Found(destinations))
    }

    /// The time of the newest event of a log group. CloudWatch Logs brings it up to date within an hour of the event, typically.
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html>
    ///
    /// # Errors
    /// When AWS does not answer or refuses.
    pub async fn newest_event(&self, log_group: &str) -> Result<Fact<Option<SystemTime>>, CallError> {
        let _permit = self.reads.acquire().await;
        let request = self.client.describe_log_streams().log_group_name(log_group);
        // The stream with the newest event comes first, so that the first page will do.
        let answer = request.order_by(OrderBy::LastEventTime).descending(true).limit(PAGE_SIZE).send().await;
        match answer {
            Ok(page) => {
                let newest = page.log_streams().iter().filter_map(|stream| stream.last_event_timestamp()).max();
                let after_epoch = newest.and_then(|milliseconds| u64::try_from(milliseconds).ok());
                Ok(Fact::Found(after_epoch.map(|milliseconds| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds))))
            }
            Err(error) if is_missing(&error) => Ok(Fact::NoLogGroup),
            Err(error) => Err(CallError::new(DESCRIBE_STREAMS, format!("log group `{log_group}`"), &error)),
        }
    }
}

fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("ResourceNotFoundException")
}
