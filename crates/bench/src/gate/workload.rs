//! What is asked about: the plans of the tests, and large ones.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::engines::Kind;
use super::estate::estate;
use super::truth::{Verdicts, known};

/// The resources of the large plans.
pub const RESOURCES: [usize; 2] = [2_000, 20_000];
/// Of another kind, beside a cluster and the three that belong to it.
pub const OTHERS: usize = 96;
/// How often each is asked.
pub const RUNS: usize = 3;

/// Plans in a folder, about which an engine is asked in one run.
pub struct Workload {
    pub what: String,
    pub folder: tempfile::TempDir,
    pub plans: Vec<PathBuf>,
    pub bytes: usize,
    pub truth: Verdicts,
    /// Who is asked.
    pub kinds: Vec<Kind>,
    /// How often those are asked that take seconds.
    pub slow_runs: usize,
}

/// The plans of the tests, then the large ones; each is made when it is its turn.
pub fn workloads(root: &Path) -> Result<impl Iterator<Item = Result<Workload>>> {
    let (plans, truth) = known(root)?;
    let cases = plans.iter().find(|plan| plan.name == "cases.json").context("no plan `cases`")?.document.clone();
    let what = format!("the {} plans of the tests", plans.len());
    let texts = plans.into_iter().map(|plan| (plan.name, recognizable(plan.document).to_string())).collect();
    let first = written(what, texts, truth, &Kind::ALL, RUNS);
    let large = [(OTHERS, &Kind::ALL[..]), (0, &[Kind::Command][..])]
        .into_iter()
        .flat_map(|(others, kinds)| RESOURCES.map(|resources| (resources, others, kinds)));
    let large = large.map(move |(resources, others, kinds)| {
        let name = "estate.json";
        let estate = estate(name, &cases, resources, others)?;
        let what = format!("{} resources, {} clusters", thousands(resources), thousands(estate.clusters));
        let slow_runs = if resources == RESOURCES[0] { RUNS } else { 1 };
        written(what, vec![(name.to_owned(), estate.text)], estate.truth, kinds, slow_runs)
    });
    Ok(std::iter::once(first).chain(large))
}

/// The plans of the tests are kept without Terraform's version, by which checkov knows a plan.
fn recognizable(mut plan: Value) -> Value {
    if plan["terraform_version"].is_null() {
        plan["terraform_version"] = json!("1.9.8");
    }
    plan
}

fn written(what: String, texts: Vec<(String, String)>, truth: Verdicts, kinds: &[Kind], slow_runs: usize) -> Result<Workload> {
    let folder = tempfile::tempdir()?;
    let bytes = texts.iter().map(|(_, text)| text.len()).sum();
    let write = |(name, text): (String, String)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    };
    let plans = texts.into_iter().map(write).collect::<Result<Vec<_>>>()?;
    Ok(Workload { what, folder, plans, bytes, truth, kinds: kinds.to_vec(), slow_runs })
}

fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_number_is_parted() {
        assert_eq!([20, 2_000, 20_050].map(thousands), ["20", "2,000", "20,050"]);
    }

    #[test]
    fn a_plan_has_a_version_by_which_it_is_known() {
        assert_eq!(recognizable(json!({"terraform_version": "1.2.3"})), json!({"terraform_version": "1.2.3"}));
        assert!(recognizable(json!({}))["terraform_version"].is_string());
    }
}
