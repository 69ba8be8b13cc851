//! The record of what was asked: each AWS call, and each accepted PutEvaluations.

use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

/// One request to an AWS endpoint. A retry is a call of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// `rds`, `config`, `logs` or `sts`.
    pub service: &'static str,
    /// As IAM names it: `rds:DescribeDBClusters`.
    pub action: String,
    /// The account of the access key that signed the request; empty where the credentials were refused.
    pub account: String,
    /// The access key that signed the request.
    pub access_key: String,
    /// The request: the JSON body, or the form in the same shape (its scalars are strings).
    pub parameters: Value,
    /// When the request was there.
    #[serde(skip)]
    pub started: Instant,
    /// When its answer was ready, or the client gone.
    #[serde(skip)]
    pub ended: Option<Instant>,
    /// `started`, in milliseconds since the emulator's start.
    pub started_ms: f64,
    /// `ended`, in milliseconds since the emulator's start.
    pub ended_ms: Option<f64>,
    /// The HTTP status of the answer; none where no answer was sent.
    pub status: Option<u16>,
    /// The error code of a refusal; `Reset`, `Abandoned` where no answer was sent.
    pub error_code: Option<String>,
}

/// One accepted PutEvaluations.
#[derive(Clone, Debug, Serialize)]
pub struct Put {
    /// The account it was put to.
    pub account: String,
    /// The body exactly as received.
    pub body: Value,
}

/// The largest number of calls of one action (`*`: of all) that were under way at the same time.
pub(crate) fn max_concurrent(calls: &[Call], action: &str) -> usize {
    let mut edges: Vec<(Instant, i32)> = Vec::new();
    for call in calls.iter().filter(|call| action == "*" || call.action == action) {
        edges.push((call.started, 1));
        if let Some(ended) = call.ended {
            edges.push((ended, -1));
        }
    }
    // At the same instant an end comes before a start: touching calls do not overlap.
    edges.sort();
    let (mut open, mut most) = (0, 0);
    for (_, step) in edges {
        open += step;
        most = most.max(open);
    }
    most.try_into().unwrap_or(0)
}
