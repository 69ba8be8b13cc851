//! What the programs say of every cluster, each in its own form.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::asked::INVENTORY;

/// A cluster, by Region and name.
pub(super) type Place = (String, String);

/// What a tool says: which clusters there are, and which are broken.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) seen: BTreeSet<Place>,
    pub(super) broken: BTreeSet<Place>,
}

pub(super) fn json(path: &Path) -> Result<Value> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))
}

fn list<'a>(value: &'a Value, what: &str) -> Result<&'a Vec<Value>> {
    value.as_array().with_context(|| format!("there is no list of {what}"))
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field].as_str().with_context(|| format!("there is no `{field}` in {value}"))
}

/// The command's report.
pub(super) fn judged(report: &Value) -> Result<Said> {
    ensure!(list(&report["errors"], "errors")?.is_empty(), "it could not look everywhere: {}", report["errors"]);
    let mut said = Said::default();
    for result in list(&report["results"], "results")? {
        let place = (text(result, "region")?.to_owned(), text(result, "cluster")?.to_owned());
        if text(result, "verdict")? == "NON_COMPLIANT" {
            said.broken.insert(place.clone());
        }
        said.seen.insert(place);
    }
    Ok(said)
}

/// Prowler's findings: one for each check of each cluster or log group.
pub(super) fn found(findings: &Value) -> Result<Said> {
    let mut said = Said::default();
    for finding in list(findings, "findings")? {
        let resource = &finding["resources"][0];
        let name = text(resource, "name")?;
        let place = (text(resource, "region")?.to_owned(), cluster_of(name).to_owned());
        if text(finding, "status_code")? == "FAIL" {
            said.broken.insert(place.clone());
        }
        // Prowler has no idea of what a log group belongs to.
        if cluster_of(name) == name {
            said.seen.insert(place);
        }
    }
    Ok(said)
}

/// Cloud Custodian's matches in one Region, in a folder for each policy: what a policy other than the inventory matches is broken.
pub(super) fn matched(said: &mut Said, region: &str, folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let places = if entry.file_name() == INVENTORY { &mut said.seen } else { &mut said.broken };
        for resource in list(&json(&entry.path().join("resources.json"))?, "resources")? {
            let name = text(resource, "DBClusterIdentifier").or_else(|_| text(resource, "logGroupName"))?;
            places.insert((region.to_owned(), cluster_of(name).to_owned()));
        }
    }
    Ok(())
}

/// The cluster whose audit log a log group is for; any other name as it is.
fn cluster_of(name: &str) -> &str {
    name.strip_prefix("/aws/neptune/").and_then(|rest| rest.strip_suffix("/audit")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(seen: &[&str], broken: &[&str]) -> Said {
        let [seen, broken] = [seen, broken].map(|names| names.iter().map(|&name| ("eu-west-1".to_owned(), name.to_owned())).collect());
        Said { seen, broken }
    }

    #[test]
    fn the_command_says_which_clusters_are_not_compliant_and_nothing_where_it_could_not_look() {
        let result = |cluster: &str, verdict: &str| json!({"region": "eu-west-1", "cluster": cluster, "verdict": verdict});
        let results = [result("whole", "COMPLIANT"), result("broken", "NON_COMPLIANT"), result("going", "NOT_APPLICABLE")];
        assert_eq!(judged(&json!({"results": results, "errors": []})).unwrap(), said(&["whole", "broken", "going"], &["broken"]));
        assert!(judged(&json!({"results": results, "errors": [{"message": "denied"}]})).is_err());
    }

    #[test]
    fn a_cluster_is_broken_for_prowler_when_it_or_its_log_group_fails_a_check() {
        let finding = |name: &str, status: &str| json!({"status_code": status, "resources": [{"region": "eu-west-1", "name": name}]});
        let findings = json!([
            finding("whole", "PASS"),
            finding("broken", "FAIL"),
            finding("broken", "PASS"),
            finding("unkept", "PASS"),
            finding("/aws/neptune/unkept/audit", "FAIL"),
            finding("/aws/neptune/whole/audit", "PASS"),
        ]);
        assert_eq!(found(&findings).unwrap(), said(&["whole", "broken", "unkept"], &["broken", "unkept"]));
        assert!(found(&json!([{"status_code": "PASS", "resources": []}])).is_err());
    }

    #[test]
    fn a_cluster_is_broken_for_custodian_when_a_policy_matches_it_or_its_log_group() {
        let folder = tempfile::tempdir().unwrap();
        let cluster = |name: &str| json!({"DBClusterIdentifier": name});
        let policies = [
            ("exported", vec![cluster("broken")]),
            (INVENTORY, vec![cluster("broken"), cluster("unkept"), cluster("whole")]),
            ("kept", vec![json!({"logGroupName": "/aws/neptune/unkept/audit"})]),
            ("nothing", vec![]),
        ];
        for (policy, resources) in policies {
            fs::create_dir(folder.path().join(policy)).unwrap();
            fs::write(folder.path().join(policy).join("resources.json"), json!(resources).to_string()).unwrap();
        }
        let mut matches = Said::default();
        matched(&mut matches, "eu-west-1", folder.path()).unwrap();
        assert_eq!(matches, said(&["broken", "unkept", "whole"], &["broken", "unkept"]));
    }
}
