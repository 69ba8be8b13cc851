//! The clusters of the demo, of which it is written down what is right: who lets one pass that logs nothing.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use emulator::{Cluster, Emulator, Fleet};

use super::tools::{Passes, Tool};
use crate::figures::{Block, Goal, Report};
use crate::process::Endpoint;
use crate::tables;

/// What is right for a cluster, and its fate in words. The fleet says both, in tags.
#[derive(Debug)]
struct Right {
    whole: bool,
    fate: String,
}

/// What a tool got wrong, as the fates of the clusters.
#[derive(Debug, Default, PartialEq)]
struct Wrong<'a> {
    passed: Vec<&'a str>,
    failed: Vec<&'a str>,
    unseen: Vec<&'a str>,
}

/// Every tool looks once: nothing here depends on the time.
pub(super) async fn measure<'a>(tools: impl Iterator<Item = &'a Tool>) -> Result<Report> {
    let fleet = Fleet::from_json(include_bytes!("../../../demo/fleet.json"))?;
    let home = fleet.accounts.get(&fleet.home_account).context("the fleet has no home account")?;
    let rights =
        home.clusters.iter().filter_map(|cluster| right(cluster, &fleet.region).transpose()).collect::<Result<BTreeMap<_, _>>>()?;
    let emulator = Emulator::start(fleet.clone()).await;
    let endpoint = Endpoint::tls(&emulator).await?;
    let (mut rows, mut lists, mut goals) = (Vec::new(), String::new(), Vec::new());
    for tool in tools {
        let look = tool.look(&emulator, &endpoint, &[&fleet.region])?;
        let wrong = compare(&rights, &look.passes);
        let counts = [&wrong.passed, &wrong.failed, &wrong.unseen].map(|fates| fates.len().to_string());
        rows.push([vec![tool.name.to_owned()], counts.into(), vec![look.calls.len().to_string()]].concat());
        if !wrong.passed.is_empty() {
            lists += &format!("\nPassed by {}, though no audit log arrives: {}.\n", tool.name, wrong.passed.join("; "));
        }
        if goals.is_empty() {
            let mistakes = wrong.passed.len() + wrong.failed.len() + wrong.unseen.len();
            goals.push(Goal { unit: "clusters", ..Goal::new(format!("misjudged by {}", tool.name), 0.0, mistakes as f64) });
        }
    }
    let broken = rights.values().filter(|right| !right.whole).count();
    let header = ["", "false passes", "false failures", "not seen", "AWS calls"].map(str::to_owned);
    let text = format!(
        "### Who is right\n\nThe {} Neptune clusters of the demo's account and Region that are not being deleted, {broken} of them with a broken trail. Asked \
         is what the rule asks by default.\n\n{}{lists}",
        rights.len(),
        tables::table(&header, rows)
    );
    Ok(Report { blocks: vec![Block::Text(text)], goals })
}

/// By Region and name; nothing of a cluster that the rule does not judge.
fn right(cluster: &Cluster, region: &str) -> Result<Option<((String, String), Right)>> {
    let tag = |name: &str| cluster.tags.get(name).with_context(|| format!("the cluster `{}` has no tag `{name}`", cluster.identifier));
    let whole = match tag("expected")?.split(' ').next() {
        Some("COMPLIANT") => true,
        Some("NON_COMPLIANT") => false,
        _ => return Ok(None),
    };
    Ok(Some(((region.to_owned(), cluster.identifier.clone()), Right { whole, fate: tag("fate")?.clone() })))
}

fn compare<'a>(rights: &'a BTreeMap<(String, String), Right>, passes: &Passes) -> Wrong<'a> {
    let mut wrong = Wrong::default();
    for (place, right) in rights {
        match passes.get(place) {
            None => wrong.unseen.push(right.fate.as_str()),
            Some(true) if !right.whole => wrong.passed.push(right.fate.as_str()),
            Some(false) if right.whole => wrong.failed.push(right.fate.as_str()),
            Some(_) => {}
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_can_be_passed_or_failed_wrongly_or_not_be_seen() {
        let place = |name: &str| ("eu-west-1".to_owned(), name.to_owned());
        let rights = [("a", true), ("b", false), ("c", true), ("d", false), ("e", false)]
            .map(|(name, whole)| (place(name), Right { whole, fate: format!("fate of {name}") }));
        let passes = [("a", true), ("b", false), ("c", false), ("d", true), ("z", true)].map(|(name, pass)| (place(name), pass));
        let wrong = Wrong { passed: vec!["fate of d"], failed: vec!["fate of c"], unseen: vec!["fate of e"] };
        assert_eq!(compare(&rights.into(), &passes.into()), wrong);
    }

    #[test]
    fn what_is_right_is_written_in_tags_and_of_other_engines_nothing_is() {
        let tagged = |expected: &str| {
            let mut cluster = Cluster::new("graph");
            cluster.tags = [("expected", expected), ("fate", "export off")].map(|(key, value)| (key.into(), value.into())).into();
            right(&cluster, "eu-west-1").unwrap().map(|(_, right)| right.whole)
        };
        assert_eq!([tagged("COMPLIANT"), tagged("NON_COMPLIANT EXPORT_OFF")], [Some(true), Some(false)]);
        assert_eq!([tagged("none"), tagged("NOT_APPLICABLE")], [None, None]);
        assert!(right(&Cluster::new("graph"), "eu-west-1").is_err());
    }
}
