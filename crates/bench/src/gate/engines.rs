//! The engines: how each is asked about plans, and what it answers of each cluster.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::truth::{Verdict, Verdicts, worst};

/// Checkov's own look at Neptune's logs.
const OWN: &str = "CKV_AWS_101";
/// The policies of this repository that are the trail itself.
const POLICIES: [&str; 2] = ["CKV2_NEPTUNE_GENERATED", "CKV2_NEPTUNE_EXPORTED"];
/// What the policies in Rego say of every link.
const RULE: &str = "data.neptune_audit.terraform.answers";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Command,
    Rego,
    Checkov,
}

/// An engine that is there.
pub struct Engine {
    pub kind: Kind,
    pub program: PathBuf,
    /// The folder `policies` of the repository.
    pub policies: PathBuf,
}

/// Who answers, and what: an engine with two sets of policies answers twice.
pub type Answers = Vec<(&'static str, Verdicts)>;

impl Kind {
    pub const ALL: [Self; 3] = [Self::Command, Self::Rego, Self::Checkov];

    pub fn name(self) -> &'static str {
        match self {
            Self::Command => "`neptune-audit plan`",
            Self::Rego => "`policies/rego` in regorus",
            Self::Checkov => "checkov",
        }
    }
}

impl Engine {
    /// How it is asked about these plans, all of one folder: one run for all of them.
    pub fn arguments(&self, folder: &Path, plans: &[PathBuf]) -> Vec<OsString> {
        let plans = plans.iter().map(|plan| plan.clone().into_os_string());
        let fixed = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        match self.kind {
            Kind::Command => fixed(&["plan", "--format", "json"]).into_iter().chain(plans).collect(),
            Kind::Rego => [self.policies.join("rego").into(), RULE.into()].into_iter().chain(plans).collect(),
            Kind::Checkov => {
                let mut arguments = fixed(&["--skip-download", "--compact", "--soft-fail", "--output", "json"]);
                arguments.extend(fixed(&["--framework", "terraform_plan", "--check", &[OWN, POLICIES[0], POLICIES[1]].join(",")]));
                arguments.extend(["--external-checks-dir".into(), self.policies.join("checkov/terraform").into()]);
                arguments.extend(["--directory".into(), folder.into()]);
                arguments
            }
        }
    }

    pub fn answers(&self, printed: &[u8]) -> Result<Answers> {
        let printed: Value = serde_json::from_slice(printed).with_context(|| format!("{} printed no JSON", self.kind.name()))?;
        match self.kind {
            Kind::Command => Ok(vec![(self.kind.name(), command(&printed)?)]),
            Kind::Rego => Ok(vec![(self.kind.name(), rego(&printed)?)]),
            Kind::Checkov => checkov(&printed),
        }
    }
}

fn command(printed: &Value) -> Result<Verdicts> {
    let results = printed["results"].as_array().context("the command printed no results")?;
    let row = |result: &Value| {
        let verdict = Verdict::parse(result["verdict"].as_str()?)?;
        Some(((file(result["file"].as_str()?), result["address"].as_str()?.to_owned()), verdict))
    };
    Ok(results.iter().filter_map(row).collect())
}

/// `{plan: {address: [[log type, link, state, code, why], …]}}`
fn rego(printed: &Value) -> Result<Verdicts> {
    let mut verdicts = Verdicts::new();
    for (plan, addresses) in printed.as_object().context("regorus printed no plans")? {
        for (address, links) in addresses.as_object().with_context(|| format!("regorus has no answers for {plan}"))? {
            let states = links.as_array().into_iter().flatten().map(|link| link[2].as_str().and_then(Verdict::parse));
            let states: Option<Vec<_>> = states.collect();
            let verdict = states.and_then(worst).with_context(|| format!("regorus has an odd answer for {address}"))?;
            verdicts.insert((file(plan), address.clone()), verdict);
        }
    }
    Ok(verdicts)
}

/// Its own check, and the policies: a cluster of which only one of two policies says something has no answer, unless it fails.
fn checkov(printed: &Value) -> Result<Answers> {
    let mut checks: BTreeMap<(String, String), BTreeMap<String, Verdict>> = BTreeMap::new();
    for (name, verdict) in [("passed_checks", Verdict::Pass), ("failed_checks", Verdict::Fail)] {
        let Some(found) = printed["results"][name].as_array() else { bail!("checkov judged nothing: {printed}") };
        for check in found {
            let text = |field: &str| check[field].as_str().with_context(|| format!("a check of checkov has no {field}"));
            let cluster = (file(text("file_path")?), text("resource")?.to_owned());
            checks.entry(cluster).or_default().insert(text("check_id")?.to_owned(), verdict);
        }
    }
    let of = |ids: &[&str]| -> Verdicts {
        let verdict = |found: &BTreeMap<String, Verdict>| {
            let said: Vec<_> = ids.iter().filter_map(|id| found.get(*id).copied()).collect();
            worst(said.iter().copied()).filter(|verdict| *verdict == Verdict::Fail || said.len() == ids.len())
        };
        checks.iter().filter_map(|(cluster, found)| Some((cluster.clone(), verdict(found)?))).collect()
    };
    Ok(vec![("checkov, its own check `CKV_AWS_101`", of(&[OWN])), ("checkov with `policies/checkov`", of(&POLICIES))])
}

/// The name of a file, of which one engine says the whole path and another less.
fn file(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(address: &str) -> (String, String) {
        ("plan.json".to_owned(), address.to_owned())
    }

    #[test]
    fn the_command_gives_a_verdict_a_cluster() {
        let row = |address: &str, verdict: &str| json!({"file": "/tmp/x/plan.json", "address": address, "verdict": verdict});
        let printed = json!({"results": [row("a", "PASS"), row("b", "UNDECIDED"), row("c", "NOT_APPLICABLE")]});
        assert_eq!(command(&printed).unwrap(), Verdicts::from([(key("a"), Verdict::Pass), (key("b"), Verdict::Undecided)]));
        assert!(command(&json!({})).is_err());
    }

    #[test]
    fn of_the_links_in_rego_the_worst_counts() {
        let link = |link: &str, state: &str| json!(["audit", link, state, "CODE", "why"]);
        let printed = json!({"/tmp/x/plan.json": {
            "a": [link("exported", "holds"), link("generated", "holds")],
            "b": [link("exported", "undecided"), link("generated", "broken")],
        }});
        assert_eq!(rego(&printed).unwrap(), Verdicts::from([(key("a"), Verdict::Pass), (key("b"), Verdict::Fail)]));
        for odd in [
            json!({"plan.json": {"a": []}}),
            json!({"plan.json": {"a": [link("exported", "perhaps")]}}),
            json!({"plan.json": "<undefined>"}),
        ] {
            assert!(rego(&odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn checkov_passes_only_where_both_policies_do() {
        let check = |id: &str, resource: &str| json!({"check_id": id, "file_path": "/plan.json", "resource": resource});
        let printed = json!({"results": {
            "passed_checks": [check(OWN, "a"), check(POLICIES[0], "a"), check(POLICIES[1], "a"), check(POLICIES[1], "b"), check(POLICIES[1], "c")],
            "failed_checks": [check(OWN, "b"), check(POLICIES[0], "c")],
        }});
        let answers = checkov(&printed).unwrap();
        assert_eq!(answers[0].1, Verdicts::from([(key("a"), Verdict::Pass), (key("b"), Verdict::Fail)]));
        assert_eq!(answers[1].1, Verdicts::from([(key("a"), Verdict::Pass), (key("c"), Verdict::Fail)]));
        // What it prints where it has found no plan.
        assert!(checkov(&json!({"passed": 0, "failed": 0})).is_err());
    }
}
