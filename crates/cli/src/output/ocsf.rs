//! OCSF: a Compliance Finding (class 2003 of version 1.5) for each cluster, and for each place that could not be looked at.
//!
//! <https://schema.ocsf.io/1.5.0/classes/compliance_finding>

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format as Form;
use serde_json::{Value, json};

use crate::partition::Partition;
use crate::report::{Judged, LinkState, NotLooked, Place, Report, Standing, State};

const CLASS: u32 = 2003;
/// A finding was created: this program knows nothing of earlier ones.
const CREATE: u32 = 1;

/// `severity_id`, and the word for it.
type Severity = (u32, &'static str);
const INFORMATIONAL: Severity = (1, "Informational");
const MEDIUM: Severity = (3, "Medium");
const HIGH: Severity = (4, "High");

/// `status_id` of a finding, and the word for it.
type Status = (u32, &'static str);
const NEW: Status = (1, "New");
const SUPPRESSED: Status = (3, "Suppressed");
const RESOLVED: Status = (4, "Resolved");
const OTHER: Status = (99, "Not applicable");

/// `status_id` of a compliance check.
const PASS: u32 = 1;
/// "The check did not yield a result due to missing information."
const WARNING: u32 = 2;
const FAIL: u32 = 3;
const NEITHER: u32 = 99;

/// The findings, as an array in JSON.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    let of_clusters = report.results.iter().map(|judged| of_cluster(report, judged));
    let findings: Vec<Value> = of_clusters.chain(report.errors.iter().map(|error| not_looked(report, error))).collect();
    let mut text = serde_json::to_string_pretty(&findings)?;
    text.push('\n');
    Ok(text)
}

/// What differs from finding to finding.
struct Finding<'a> {
    uid: String,
    title: String,
    message: String,
    account: Option<&'a str>,
    region: Option<&'a str>,
    severity: Severity,
    status: Status,
    compliance: u32,
    codes: &'a [&'static str],
    checks: Vec<Value>,
    remedies: Vec<String>,
    resource: Value,
    unmapped: Value,
}

fn of_cluster(report: &Report, judged: &Judged) -> Value {
    let (severity, status, compliance) = match judged.standing() {
        Standing::Fine => (INFORMATIONAL, RESOLVED, PASS),
        Standing::Broken => (HIGH, NEW, FAIL),
        Standing::Suppressed => (HIGH, SUPPRESSED, FAIL),
        Standing::Undecided => (MEDIUM, NEW, WARNING),
        Standing::NotApplicable => (INFORMATIONAL, OTHER, NEITHER),
    };
    let name = judged.place.name();
    let (account, region, uid, resource) = match &judged.place {
        Place::Live { account, region, cluster, resource_id, arn } => {
            let uid = arn.as_deref().unwrap_or(resource_id);
            let owner = json!({ "account": of_account(account), "name": account, "type": "Unknown", "type_id": 0, "uid": account });
            let resource = json!({
                "uid": uid, "name": cluster, "type": "AWS::RDS::DBCluster", "region": region, "cloud_partition": Partition::of(region).name,
                "owner": owner, "labels": [], "data": { "resourceId": resource_id },
            });
            (Some(account.as_str()), Some(region.as_str()), format!("{account}/{region}/{resource_id}"), resource)
        }
        Place::Declared { file, address, .. } => (None, None, format!("{file}/{address}"), json!({ "uid": address, "name": address })),
    };
    let asked = judged.links.iter().filter(|link| link.state != State::NotAsked);
    finding(
        report,
        Finding {
            uid: format!("neptune-audit/{uid}"),
            title: format!("Audit trail of Neptune cluster {name}"),
            message: judged.message.clone(),
            account,
            region,
            severity,
            status,
            compliance,
            codes: &judged.codes,
            checks: asked.map(check).collect(),
            remedies: judged.broken_links().into_iter().filter_map(|link| link.remedy.clone()).collect(),
            resource,
            unmapped: json!({ "verdict": judged.verdict, "codes": judged.codes, "suppressed": judged.suppressed, "parameters": report.parameters }),
        },
    )
}

fn check(link: &LinkState) -> Value {
    let (status, severity) = match link.state {
        State::Broken => (FAIL, HIGH),
        State::Undecided => (WARNING, MEDIUM),
        State::Holds | State::NotAsked => (PASS, INFORMATIONAL),
    };
    json!({
        "uid": link.code.unwrap_or(link.link), "name": format!("{}: {}", link.log_type, link.link), "desc": link.detail,
        "status_id": status, "severity_id": severity.0, "severity": severity.1,
    })
}

fn not_looked(report: &Report, error: &NotLooked) -> Value {
    let place: Vec<&str> = [&error.account, &error.region, &error.cluster].into_iter().flatten().map(String::as_str).collect();
    let place = place.join("/");
    let kind = if error.cluster.is_some() { "AWS::RDS::DBCluster" } else { "AWS::::Account" };
    finding(
        report,
        Finding {
            uid: format!("neptune-audit/{place}"),
            title: format!("Could not look at {}", if place.is_empty() { "everything" } else { &place }),
            message: error.message.clone(),
            account: error.account.as_deref(),
            region: error.region.as_deref(),
            severity: MEDIUM,
            status: NEW,
            compliance: WARNING,
            codes: &[],
            checks: Vec::new(),
            remedies: error.permission.iter().map(|permission| format!("allow `{permission}`, or see why the call failed")).collect(),
            resource: json!({ "uid": place, "name": error.cluster.as_deref().unwrap_or(&place), "type": kind, "region": error.region }),
            unmapped: json!({ "permission": error.permission, "parameters": report.parameters }),
        },
    )
}

fn finding(report: &Report, finding: Finding<'_>) -> Value {
    let time = DateTime::from_str(&report.started_at, Form::DateTime).ok().and_then(|time| time.to_millis().ok()).unwrap_or_default();
    let remediation = (!finding.remedies.is_empty()).then(|| json!({ "desc": finding.remedies.join("; ") }));
    let mut value = json!({
        "activity_id": CREATE, "activity_name": "Create",
        "category_uid": 2, "category_name": "Findings",
        "class_uid": CLASS, "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + CREATE, "type_name": "Compliance Finding: Create",
        "time": time, "time_dt": report.started_at,
        "severity_id": finding.severity.0, "severity": finding.severity.1,
        "status_id": finding.status.0, "status": finding.status.1, "status_code": status_code(&finding),
        "status_detail": finding.message, "message": finding.message,
        "metadata": {
            "version": "1.5.0", "event_code": "neptune_audit_trail", "profiles": ["cloud", "datetime"],
            "product": { "name": report.tool.name, "uid": report.tool.name, "vendor_name": report.tool.name, "version": report.tool.version },
        },
        "finding_info": {
            "uid": finding.uid, "title": finding.title, "desc": finding.message, "types": ["Audit trail"],
            "created_time": time, "created_time_dt": report.started_at,
        },
        "compliance": {
            "control": "neptune_audit_trail", "standards": [], "requirements": finding.codes, "status_id": finding.compliance,
            "checks": finding.checks,
        },
        "cloud": { "provider": "AWS", "account": finding.account.map(of_account), "region": finding.region },
        "resources": [finding.resource],
        "unmapped": finding.unmapped,
    });
    if let (Some(remediation), Some(fields)) = (remediation, value.as_object_mut()) {
        fields.insert("remediation".to_owned(), remediation);
    }
    without_nulls(value)
}

/// The codes, or that nothing is wrong.
fn status_code(finding: &Finding<'_>) -> String {
    match finding.compliance {
        PASS => "PASS".to_owned(),
        FAIL => finding.codes.join(","),
        WARNING => "NOT_DECIDED".to_owned(),
        _ => "NOT_APPLICABLE".to_owned(),
    }
}

fn of_account(account: &str) -> Value {
    json!({ "uid": account, "name": account, "type": "AWS Account", "type_id": 10 })
}

/// OCSF knows fields that are absent, not fields that are null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
