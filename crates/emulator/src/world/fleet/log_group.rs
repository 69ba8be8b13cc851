//! CloudWatch log groups, their subscription filters and their streams.

use serde::{Deserialize, Serialize};

use super::fictional::{DESTINATION, KMS_KEY};

/// The class of a log group that says nothing else, and the only one with subscription and metric filters.
pub(crate) const STANDARD: &str = "STANDARD";

/// The days that PutRetentionPolicy takes, from its API reference.
pub(crate) const RETENTION_DAYS: &[u32] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// A CloudWatch log group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogGroup {
    /// `logGroupName`.
    pub name: String,
    /// `logGroupClass`: `STANDARD`, or one without subscription and metric filters.
    pub class: String,
    /// `retentionInDays`, the one in effect; unset: never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_in_days: Option<u32>,
    /// `retentionPolicyName`: the account's policy that decides the retention. PutRetentionPolicy has no effect then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_policy: Option<String>,
    /// What PutRetentionPolicy asked for, where an account's policy decides. AWS keeps it, and shows it to nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_retention_in_days: Option<u32>,
    /// `kmsKeyId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// `deletionProtectionEnabled`.
    pub deletion_protection: bool,
    /// `metricFilterCount`.
    pub metric_filters: u32,
    /// The subscription filters, at most two on AWS.
    pub subscription_filters: Vec<SubscriptionFilter>,
    /// The streams.
    pub streams: Vec<LogStream>,
    /// Lists the streams without an event before all others where the newest event is asked for. AWS does not say where it has them.
    pub eventless_streams_first: bool,
    /// So many pages of streams are empty, each with a token for the next, before the first stream is listed.
    pub empty_pages: usize,
}

impl Default for LogGroup {
    fn default() -> Self {
        Self {
            name: String::new(),
            class: STANDARD.into(),
            retention_in_days: None,
            retention_policy: None,
            saved_retention_in_days: None,
            kms_key_id: None,
            deletion_protection: false,
            metric_filters: 0,
            subscription_filters: Vec::new(),
            streams: Vec::new(),
            eventless_streams_first: false,
            empty_pages: 0,
        }
    }
}

impl LogGroup {
    /// A log group as AWS makes it for a first event: never expiring, not encrypted with a key of the account, watched by nobody.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The audit log group of a cluster with everything right: a year, a key, protected from deletion, a metric filter, everything
    /// forwarded, an event ten minutes ago.
    pub fn healthy(cluster: &str) -> Self {
        Self {
            retention_in_days: Some(365),
            kms_key_id: Some(KMS_KEY.into()),
            deletion_protection: true,
            metric_filters: 1,
            subscription_filters: vec![SubscriptionFilter::of_everything("central-audit", DESTINATION)],
            streams: vec![LogStream {
                name: format!("{cluster}-writer.audit.log.0"),
                hours_since_last_event: Some(1.0 / 6.0),
                ..LogStream::default()
            }],
            ..Self::new(format!("/aws/neptune/{cluster}/audit"))
        }
    }

    /// Whether its class has subscription and metric filters.
    pub(crate) fn has_filters(&self) -> bool {
        self.class == STANDARD
    }
}

/// A subscription filter of a log group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SubscriptionFilter {
    /// `filterName`.
    pub name: String,
    /// `destinationArn`.
    pub destination_arn: String,
    /// `filterPattern`; blank: everything.
    pub pattern: String,
    /// `fieldSelectionCriteria`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_selection_criteria: Option<String>,
}

impl SubscriptionFilter {
    /// A filter that sends everything to a destination.
    pub fn of_everything(name: impl Into<String>, destination_arn: impl Into<String>) -> Self {
        Self { name: name.into(), destination_arn: destination_arn.into(), ..Self::default() }
    }
}

/// A log stream. Without any of the times it never had an event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogStream {
    /// `logStreamName`.
    pub name: String,
    /// `lastEventTimestamp`, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event: Option<i64>,
    /// The same, counted back from the time of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_since_last_event: Option<f64>,
    /// `lastIngestionTime`, in milliseconds since 1970; where this and the next are unset: when the last event was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ingestion: Option<i64>,
    /// The same, counted back from the time of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_since_last_ingestion: Option<f64>,
}

impl LogStream {
    /// `lastEventTimestamp` at a time; both in milliseconds since 1970.
    pub(crate) fn last_event_at(&self, now: i64) -> Option<i64> {
        self.last_event.or_else(|| hours_before(now, self.hours_since_last_event?))
    }

    /// `lastIngestionTime` at a time.
    pub(crate) fn last_ingestion_at(&self, now: i64) -> Option<i64> {
        let own = self.last_ingestion.or_else(|| hours_before(now, self.hours_since_last_ingestion?));
        own.or_else(|| self.last_event_at(now))
    }
}

fn hours_before(now: i64, hours: f64) -> Option<i64> {
    Some(now - (hours * 3_600_000.0) as i64)
}
