//! The programs that look at live clusters: what each is told, and what it says of every cluster.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use emulator::{Call, Emulator};
use serde_json::Value;

use crate::process::Endpoint;

/// Whether a cluster passes, by Region and name; what is not in it was not seen.
pub(super) type Passes = BTreeMap<(String, String), bool>;

/// One of them.
pub(super) struct Tool {
    pub(super) name: &'static str,
    program: PathBuf,
    /// Its arguments, for these Regions; the folder is its home.
    arguments: fn(&[&str], &Path) -> Result<Vec<OsString>>,
    /// What it said, from the files in that folder.
    read: fn(&[&str], &Path) -> Result<Passes>,
}

/// What came of one run.
pub(super) struct Look {
    pub(super) took: Duration,
    /// Until its first call.
    pub(super) start: Duration,
    pub(super) calls: Vec<Call>,
    pub(super) passes: Passes,
}

/// Standard output, as a file in the folder.
const PRINTED: &str = "printed";
const COMPLAINTS: &str = "complaints";

impl Tool {
    /// This repository's command, with its defaults: is the audit log generated, in effect, exported, and is its log group there?
    pub(super) fn command(program: PathBuf) -> Self {
        Self {
            name: "neptune-audit scan",
            program,
            arguments: |regions, _| Ok(words(&["scan", "--quiet", "--format", "json"], "--region", regions)),
            read: |_, folder| judged(&json(&folder.join(PRINTED))?),
        }
    }

    /// Its one check of Neptune's logs.
    pub(super) fn prowler(program: PathBuf) -> Self {
        const TOLD: [&str; 10] = [
            "aws",
            "--checks",
            "neptune_cluster_integration_cloudwatch_logs",
            "--no-banner",
            "--output-formats",
            "json-ocsf",
            "--output-filename",
            "findings",
            "--output-directory",
            ".",
        ];
        Self {
            name: "Prowler",
            program,
            arguments: |regions, _| Ok(words(&TOLD, "--region", regions)),
            read: |_, folder| found(&json(&folder.join("findings.ocsf.json"))?),
        }
    }

    /// The policies of `docs/other-tools.md` that ask what the command asks by default, and one more that lists what it sees.
    pub(super) fn custodian(program: PathBuf) -> Self {
        const TOLD: [&str; 8] =
            ["run", "--policies", "neptune-audit-log-not-*", "--policies", INVENTORY, "--output-dir", "found", "policies.yml"];
        Self {
            name: "Cloud Custodian",
            program,
            arguments: |regions, folder| {
                fs::write(folder.join("policies.yml"), policies())?;
                Ok(words(&TOLD, "--region", regions))
            },
            read: |regions, folder| {
                let mut passes = Passes::new();
                for region in regions {
                    // With one Region it makes no folder for it.
                    let of_region = if regions.len() == 1 { folder.join("found") } else { folder.join("found").join(region) };
                    passes.extend(matched(region, &of_region)?);
                }
                Ok(passes)
            },
        }
    }

    /// Whether it is installed.
    pub(super) fn is_there(&self) -> bool {
        self.program.exists()
    }

    /// Lets it look at these Regions of the emulator's home account.
    pub(super) fn look(&self, emulator: &Emulator, endpoint: &Endpoint, regions: &[&str]) -> Result<Look> {
        let home = tempfile::tempdir()?;
        let folder = home.path();
        let mut command = Command::new(&self.program);
        command
            .args((self.arguments)(regions, folder)?)
            .current_dir(folder)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "en_US.UTF-8")
            .env("HOME", folder)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .env("AWS_DEFAULT_REGION", emulator.region())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(endpoint.environment())
            .stdin(Stdio::null())
            .stdout(File::create(folder.join(PRINTED))?)
            .stderr(File::create(folder.join(COMPLAINTS))?);
        emulator.reset_calls();
        let started = Instant::now();
        let status = command.status().with_context(|| format!("cannot run {}", self.program.display()))?;
        let took = started.elapsed();
        let calls = emulator.calls();
        let passes = (self.read)(regions, folder).with_context(|| {
            let complaints = fs::read_to_string(folder.join(COMPLAINTS)).unwrap_or_default();
            format!("{} ended with {status}: {complaints}", self.name)
        })?;
        let first = calls.iter().map(|call| call.started).min().with_context(|| format!("{} did not call AWS", self.name))?;
        Ok(Look { took, start: first - started, calls, passes })
    }
}

fn words(told: &[&str], flag: &str, values: &[&str]) -> Vec<OsString> {
    let values = values.iter().flat_map(|value| [flag, value]);
    told.iter().copied().chain(values).map(OsString::from).collect()
}

fn json(path: &Path) -> Result<Value> {
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
fn judged(report: &Value) -> Result<Passes> {
    ensure!(list(&report["errors"], "errors")?.is_empty(), "it could not look everywhere: {}", report["errors"]);
    let results = list(&report["results"], "results")?.iter();
    let passes =
        results.map(|result| Ok((place(text(result, "region")?, text(result, "cluster")?), text(result, "verdict")? == "COMPLIANT")));
    passes.collect()
}

/// Prowler's findings: a cluster passes every check, or fails.
fn found(findings: &Value) -> Result<Passes> {
    let mut passes = Passes::new();
    for finding in list(findings, "findings")? {
        let resource = &finding["resources"][0];
        let pass = passes.entry(place(text(resource, "region")?, text(resource, "name")?)).or_insert(true);
        *pass &= text(finding, "status_code")? == "PASS";
    }
    Ok(passes)
}

/// The policy that matches every cluster.
const INVENTORY: &str = "neptune-clusters";

/// Cloud Custodian's matches of one Region, in a folder for each policy: what a policy other than the inventory matches is broken.
fn matched(region: &str, folder: &Path) -> Result<Passes> {
    let mut passes = Passes::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let resources = json(&entry.path().join("resources.json"))?;
        let pass = entry.file_name() == INVENTORY;
        for cluster in list(&resources, "resources")? {
            *passes.entry(place(region, text(cluster, "DBClusterIdentifier")?)).or_insert(true) &= pass;
        }
    }
    Ok(passes)
}

fn place(region: &str, name: &str) -> (String, String) {
    (region.to_owned(), name.to_owned())
}

/// The policies of the page, and the inventory.
fn policies() -> String {
    let page = include_str!("../../../../docs/other-tools.md");
    let (_, after) = page.split_once("```yaml\n").expect("the page has Cloud Custodian's policies");
    let (policies, _) = after.split_once("```").expect("the policies end");
    format!("{policies}\n  - name: {INVENTORY}\n    resource: aws.rds-cluster\n    filters:\n      - Engine: neptune\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn passes<const N: usize>(clusters: [(&str, bool); N]) -> Passes {
        clusters.map(|(name, pass)| (place("eu-west-1", name), pass)).into()
    }

    #[test]
    fn the_command_passes_what_is_compliant_and_nothing_where_it_could_not_look() {
        let result = |cluster: &str, verdict: &str| json!({"region": "eu-west-1", "cluster": cluster, "verdict": verdict});
        let results = [result("whole", "COMPLIANT"), result("broken", "NON_COMPLIANT")];
        let report = json!({"results": results, "errors": []});
        assert_eq!(judged(&report).unwrap(), passes([("whole", true), ("broken", false)]));
        assert!(judged(&json!({"results": results, "errors": [{"message": "denied"}]})).is_err());
    }

    #[test]
    fn a_cluster_passes_prowler_when_it_passes_each_check() {
        let finding = |name: &str, status: &str| json!({"status_code": status, "resources": [{"region": "eu-west-1", "name": name}]});
        let findings = json!([finding("whole", "PASS"), finding("broken", "PASS"), finding("broken", "FAIL"), finding("whole", "PASS")]);
        assert_eq!(found(&findings).unwrap(), passes([("whole", true), ("broken", false)]));
        assert!(found(&json!([{"status_code": "PASS", "resources": []}])).is_err());
    }

    #[test]
    fn a_cluster_passes_custodian_when_only_the_inventory_has_it() {
        let folder = tempfile::tempdir().unwrap();
        for (policy, names) in [("first", &["broken"][..]), (INVENTORY, &["broken", "whole"]), ("zero", &[])] {
            let resources: Vec<_> = names.iter().map(|name| json!({"DBClusterIdentifier": name})).collect();
            fs::create_dir(folder.path().join(policy)).unwrap();
            fs::write(folder.path().join(policy).join("resources.json"), json!(resources).to_string()).unwrap();
        }
        assert_eq!(matched("eu-west-1", folder.path()).unwrap(), passes([("broken", false), ("whole", true)]));
    }

    #[test]
    fn the_policies_are_those_of_the_page_and_the_inventory() {
        let policies = policies();
        assert!(policies.starts_with("policies:\n") && policies.contains("name: neptune-audit-log-not-in-effect\n"), "{policies}");
        assert!(policies.contains(&format!("  - name: {INVENTORY}\n")) && !policies.contains("```"), "{policies}");
    }
}
