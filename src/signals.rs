//! What the function tells whoever runs it: a line of JSON for each evaluation, and one for the invocation that is also its metrics.
//!
//! The result token, credentials and the event itself are never among it.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_config::primitives::{DateTime, DateTimeFormat};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::account::AccountId;
use crate::error::{RuleError, Warning};
use crate::evaluation::{Compliance, Evaluation};
use crate::event::{Invocation, Subject};

/// The CloudWatch namespace of the metrics.
const NAMESPACE: &str = "NeptuneAuditRule";

/// What an invocation came to: its answer, and the source of its metrics.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// The account that was reported to.
    pub account_id: Option<String>,
    /// Whether every cluster was asked for, not one.
    pub schedule: bool,
    /// Evaluations put as COMPLIANT.
    pub compliant: u64,
    /// Evaluations put as NON_COMPLIANT.
    pub non_compliant: u64,
    /// Evaluations put as NOT_APPLICABLE.
    pub not_applicable: u64,
    /// Results that were recorded already, and not put again.
    pub unchanged: u64,
    /// What somebody should know, though everything was reported.
    pub warnings: u64,
    /// Codes in the evaluations that were put.
    pub broken_links: u64,
    /// Requests sent to AWS, retries included.
    pub api_calls: u64,
}

impl Tally {
    /// Notes what the invocation is about.
    pub fn begin(&mut self, invocation: &Invocation) {
        self.account_id = Some(invocation.account.to_string());
        self.schedule = matches!(invocation.subject, Subject::EveryCluster { .. });
    }

    /// Notes evaluations that were put.
    pub fn count(&mut self, evaluations: &[Evaluation]) {
        for evaluation in evaluations {
            match evaluation.compliance {
                Compliance::Compliant => self.compliant += 1,
                Compliance::NonCompliant => self.non_compliant += 1,
                Compliance::NotApplicable => self.not_applicable += 1,
            }
            self.broken_links += evaluation.codes.iter().flat_map(|(_, codes)| codes).map(|_| 1).sum::<u64>();
        }
    }

    /// Notes the requests that were sent.
    pub fn count_calls(&mut self, calls: u64) {
        self.api_calls = calls;
    }
}

/// Logs an evaluation that AWS Config took.
pub fn evaluated(account: &AccountId, request_id: &str, evaluation: &Evaluation) {
    let Evaluation { resource, name, compliance, text, codes, .. } = evaluation;
    let compliance = compliance.as_str();
    let codes = codes.iter().map(|(log_type, codes)| {
        let codes: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
        (log_type.as_str().to_owned(), json!(codes))
    });
    log(&json!({
        "timestamp": now(),
        "level": "INFO",
        "message": format!("{} is {compliance}: {text}", name.as_ref().unwrap_or(&resource.resource_id)),
        "requestId": request_id,
        "accountId": account.to_string(),
        "cluster": name,
        "resourceType": resource.resource_type,
        "resourceId": resource.resource_id,
        "compliance": compliance,
        "codes": codes.collect::<Map<_, _>>(),
    }));
}

/// Logs what somebody should know, though everything was reported.
pub fn warn(account: &AccountId, request_id: &str, warning: &Warning) {
    log(&json!({
        "timestamp": now(),
        "level": "WARN",
        "message": warning.to_string(),
        "requestId": request_id,
        "accountId": account.to_string(),
    }));
}

/// Logs the end of an invocation, in CloudWatch's embedded metric format.
///
/// The metrics have no dimensions: each combination of values would be a metric to pay for. What tells invocations apart is in the
/// other fields of the line, for CloudWatch Logs Insights. Clusters are counted on schedules alone, where the counts are of all of them.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
pub fn finish(tally: &Tally, request_id: &str, duration: Duration, error: Option<&RuleError>) {
    let clusters = ["Compliant", "NonCompliant", "NotApplicable", "Unchanged", "BrokenLinks"];
    let clusters = clusters.iter().filter(|_| tally.schedule).map(|name| metric(name, "Count"));
    let always = [metric("ApiCalls", "Count"), metric("Errors", "Count"), metric("Warnings", "Count"), metric("Duration", "Milliseconds")];
    let milliseconds = duration.as_secs_f64() * 1000.0;
    let summary = format!(
        "{} COMPLIANT, {} NON_COMPLIANT, {} NOT_APPLICABLE, {} unchanged; {} calls in {milliseconds:.0} ms",
        tally.compliant, tally.non_compliant, tally.not_applicable, tally.unchanged, tally.api_calls
    );
    log(&json!({
        "_aws": {
            "Timestamp": SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| u64::try_from(since.as_millis()).ok()),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [[]],
                "Metrics": clusters.chain(always).collect::<Vec<_>>(),
            }],
        },
        "timestamp": now(),
        "level": if error.is_some() { "ERROR" } else { "INFO" },
        "message": error.map_or(summary, RuleError::to_string),
        "errorType": error.map(RuleError::error_type),
        "requestId": request_id,
        "accountId": tally.account_id,
        "schedule": tally.schedule,
        "Compliant": tally.compliant,
        "NonCompliant": tally.non_compliant,
        "NotApplicable": tally.not_applicable,
        "Unchanged": tally.unchanged,
        "BrokenLinks": tally.broken_links,
        "ApiCalls": tally.api_calls,
        "Errors": u8::from(error.is_some()),
        "Warnings": tally.warnings,
        "Duration": milliseconds,
    }));
}

fn metric(name: &str, unit: &str) -> Value {
    json!({ "Name": name, "Unit": unit })
}

fn now() -> Option<String> {
    DateTime::from(SystemTime::now()).fmt(DateTimeFormat::DateTime).ok()
}

/// One line, readable alone, written at once. A log that cannot be written is no reason to fail.
fn log(line: &Value) {
    let Ok(mut line) = serde_json::to_vec(line) else { return };
    line.push(b'\n');
    let _ = std::io::stdout().lock().write_all(&line);
}
