//! Large plans: copies of what Terraform made of one cluster and its parameter group, log group and filter, among resources of another kind.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::truth::{Verdict, Verdicts};

/// What is copied, of the plan `cases`. The names are known after the apply: who is whose is told by references alone.
const COPIED: [&str; 4] = [
    "aws_neptune_cluster_parameter_group.gen",
    "aws_neptune_cluster.gen",
    "aws_cloudwatch_log_group.prefix",
    "aws_cloudwatch_log_subscription_filter.prefix",
];

/// Where a plan has something of a resource: what will be, what changes, how it is configured.
const PLACES: [&str; 3] = ["/planned_values/root_module/resources", "/resource_changes", "/configuration/root_module/resources"];

/// A plan, and what is true of it.
pub struct Estate {
    pub text: String,
    pub clusters: usize,
    pub truth: Verdicts,
}

/// A plan of so many resources, with so many of another kind beside each cluster and what belongs to it.
pub fn estate(name: &str, cases: &Value, resources: usize, others: usize) -> Result<Estate> {
    let clusters = resources / (COPIED.len() + others);
    let mut listed: [Vec<String>; 3] = Default::default();
    let mut truth = Verdicts::new();
    for number in 0..clusters {
        let verdict = verdict(number);
        truth.insert((name.to_owned(), format!("aws_neptune_cluster.s{number}")), verdict);
        for address in COPIED {
            for (place, listed) in PLACES.iter().zip(&mut listed) {
                listed.push(copy(cases, place, address, number, verdict)?);
            }
        }
        for other in 0..others {
            for (resource, listed) in policy(&format!("s{number}_{other}")).iter().zip(&mut listed) {
                listed.push(resource.to_string());
            }
        }
    }
    let [planned, changes, configuration] = listed.map(|resources| resources.join(","));
    // As `terraform show -json` begins: checkov knows a plan by its version.
    let text = format!(
        "{{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.8\",\"planned_values\":{{\"root_module\":{{\"resources\":[{planned}]}}}},\
         \"resource_changes\":[{changes}],\"configuration\":{{\"root_module\":{{\"resources\":[{configuration}]}}}},\
         \"complete\":true,\"errored\":false}}"
    );
    Ok(Estate { text, clusters, truth })
}

/// Of every tenth cluster nobody can tell, and every fourth of the others has its log off.
fn verdict(number: usize) -> Verdict {
    match number {
        _ if number % 10 == 9 => Verdict::Undecided,
        _ if number % 4 == 3 => Verdict::Fail,
        _ => Verdict::Pass,
    }
}

/// One resource of the plan under another name.
fn copy(cases: &Value, place: &str, address: &str, number: usize, verdict: Verdict) -> Result<String> {
    let resources = cases.pointer(place).and_then(Value::as_array).with_context(|| format!("the plan has no {place}"))?;
    let found = resources.iter().find(|resource| resource["address"] == address).with_context(|| format!("{address} is not in {place}"))?;
    let mut resource = found.clone();
    if let Some(expressions) = resource.get_mut("expressions").and_then(Value::as_object_mut) {
        // The key is not copied.
        expressions.remove("kms_key_id");
        if let Some(group) = expressions.get_mut("neptune_cluster_parameter_group_name").filter(|_| verdict == Verdict::Undecided) {
            group["references"] = json!(["local.group"]);
        }
    }
    let mut text = resource.to_string();
    for name in ["gen", "prefix"] {
        for (before, after) in [(".", "\""), (".", "."), ("\"", "\"")] {
            text = text.replace(&format!("{before}{name}{after}"), &format!("{before}s{number}{after}"));
        }
    }
    if verdict == Verdict::Pass {
        text = text.replace("\"value\":\"0\"", "\"value\":\"1\"").replace("\"constant_value\":\"0\"", "\"constant_value\":\"1\"");
    }
    Ok(text)
}

/// An IAM policy, as it stands in the three places: much of a large plan is documents.
fn policy(name: &str) -> [Value; 3] {
    let statement = |number: usize| {
        json!({"Sid": format!("S{number}"), "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
            "Resource": [format!("arn:aws:s3:::bucket-{number}/*")]})
    };
    let document = json!({"Version": "2012-10-17", "Statement": (0..6).map(statement).collect::<Vec<_>>()}).to_string();
    let (kind, address) = ("aws_iam_policy", format!("aws_iam_policy.{name}"));
    let provider = "registry.terraform.io/hashicorp/aws";
    let values = json!({"description": null, "name": name, "path": "/", "policy": document, "tags": null});
    [
        json!({"address": address, "mode": "managed", "type": kind, "name": name, "provider_name": provider, "schema_version": 0,
            "values": values, "sensitive_values": {}}),
        json!({"address": address, "mode": "managed", "type": kind, "name": name, "provider_name": provider, "change": {
            "actions": ["create"], "before": null, "after": values, "after_unknown": {"arn": true, "id": true},
            "before_sensitive": false, "after_sensitive": {}}}),
        json!({"address": address, "mode": "managed", "type": kind, "name": name, "provider_config_key": "aws", "schema_version": 0,
            "expressions": {"name": {"constant_value": name}, "policy": {}}}),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn cases() -> Value {
        let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/fixtures/plans/cases/plan.json");
        serde_json::from_str(&std::fs::read_to_string(plan).unwrap()).unwrap()
    }

    #[test]
    fn a_plan_has_as_many_resources_as_were_asked_for_and_each_once() {
        let estate = estate("large.json", &cases(), 400, 6).unwrap();
        assert_eq!((estate.clusters, estate.truth.len()), (40, 40));
        let plan: Value = serde_json::from_str(&estate.text).unwrap();
        for place in PLACES {
            let resources = plan.pointer(place).unwrap().as_array().unwrap();
            let addresses: std::collections::BTreeSet<_> = resources.iter().map(|resource| resource["address"].as_str().unwrap()).collect();
            assert_eq!((resources.len(), addresses.len()), (400, 400), "{place}");
        }
        for old in ["\"gen\"", ".gen", "\"prefix\"", ".prefix"] {
            assert!(!estate.text.contains(old), "{old} was not replaced");
        }
    }

    #[test]
    fn some_clusters_pass_some_fail_and_of_some_nobody_can_tell() {
        let truth = estate("large.json", &cases(), 80, 0).unwrap().truth;
        let count = |wanted| truth.values().filter(|verdict| **verdict == wanted).count();
        assert_eq!([Verdict::Pass, Verdict::Fail, Verdict::Undecided].map(count), [14, 4, 2]);
    }
}
