//! CloudWatch log groups, their subscription filters and their streams.

use serde::{Deserialize, Serialize};

use super::fictional::{DESTINATION, KMS_KEY};

/// A CloudWatch log group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogGroup {
    /// `logGroupName`.
    pub name: String,
    /// `retentionInDays`; unset: never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_in_days: Option<u32>,
    /// `kmsKeyId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// The subscription filters, at most two on AWS.
    pub subscription_filters: Vec<SubscriptionFilter>,
    /// The streams.
    pub streams: Vec<LogStream>,
}

impl LogGroup {
    /// A log group as AWS makes it for a first event: never expiring, not encrypted with a key of the account.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The audit log group of a cluster with everything right: a year, a key, a filter, an event ten minutes ago.
    pub fn healthy(cluster: &str) -> Self {
        Self {
            name: format!("/aws/neptune/{cluster}/audit"),
            retention_in_days: Some(365),
            kms_key_id: Some(KMS_KEY.into()),
            subscription_filters: vec![SubscriptionFilter {
                name: "central-audit".into(),
                destination_arn: DESTINATION.into(),
                pattern: String::new(),
            }],
            streams: vec![LogStream {
                name: format!("{cluster}-writer.audit.log.0"),
                last_event: None,
                hours_since_last_event: Some(1.0 / 6.0),
            }],
        }
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
    /// `filterPattern`.
    pub pattern: String,
}

/// A log stream. Without either time it never had an event.
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
}
