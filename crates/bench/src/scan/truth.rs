//! The clusters of the demo, of which it is written down what is right: who lets one pass that logs nothing.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use emulator::{Cluster, Emulator, Fleet};

use super::asked::Asked;
use super::said::{Place, Said};
use super::tools::Tool;
use crate::figures::{Block, Report};
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
    unseen: usize,
}

/// Every tool looks once for each question: nothing here depends on the time.
pub(super) async fn measure(tools: &[&Tool]) -> Result<Report> {
    let fleet = Fleet::from_json(include_bytes!("../../../demo/fleet.json"))?;
    let emulator = Emulator::start(fleet.clone()).await;
    let endpoint = Endpoint::tls(&emulator).await?;
    let mut text =
        "### Who is right\n\nThe Neptune clusters of the demo's account and Region. What is right is written down beside each of them.\n"
            .to_owned();
    for (what, tag, asked) in [
        ("Asked is what the rule asks by default", "expected", Asked::by_default()),
        ("Asked is what the demo's strict rule asks", "expected:strict", Asked::strictly()?),
    ] {
        let rights = rights(&fleet, tag)?;
        let broken = rights.values().filter(|right| !right.whole).count();
        let (mut rows, mut mistakes) = (Vec::new(), String::new());
        for tool in tools {
            let look = tool.look(&asked, &emulator, &endpoint, &[&fleet.region])?;
            let wrong = compare(&rights, &look.said);
            let counts = [wrong.passed.len(), wrong.failed.len(), wrong.unseen, look.calls.len()];
            rows.push([vec![tool.name.to_owned()], counts.map(|count| count.to_string()).to_vec()].concat());
            for (how, fates) in [("passes", &wrong.passed), ("fails", &wrong.failed)] {
                if !fates.is_empty() {
                    mistakes += &format!("\n{} {how} wrongly: *{}*.\n", tool.name, fates.join("*, *"));
                }
            }
        }
        let header = ["", "false passes", "false failures", "not seen", "AWS calls"].map(str::to_owned);
        let table = tables::table(&header, rows);
        text += &format!("\n{what}: {broken} of {} clusters have a broken trail.\n\n{table}{mistakes}", rights.len());
    }
    Ok(Report { blocks: vec![Block::Text(text)], goals: Vec::new() })
}

/// What is right for every cluster that the rule judges.
fn rights(fleet: &Fleet, tag: &str) -> Result<BTreeMap<Place, Right>> {
    let home = fleet.accounts.get(&fleet.home_account).context("the fleet has no home account")?;
    let mut rights = BTreeMap::new();
    for cluster in &home.clusters {
        if let Some(right) = right(cluster, tag)? {
            rights.insert((fleet.region.clone(), cluster.identifier.clone()), right);
        }
    }
    Ok(rights)
}

fn right(cluster: &Cluster, expected: &str) -> Result<Option<Right>> {
    let tag = |name: &str| cluster.tags.get(name).with_context(|| format!("the cluster `{}` has no tag `{name}`", cluster.identifier));
    let whole = match tag(expected)?.split(' ').next() {
        Some("COMPLIANT") => true,
        Some("NON_COMPLIANT") => false,
        _ => return Ok(None),
    };
    Ok(Some(Right { whole, fate: tag("fate")?.clone() }))
}

fn compare<'a>(rights: &'a BTreeMap<Place, Right>, said: &Said) -> Wrong<'a> {
    let mut wrong = Wrong::default();
    for (place, Right { whole, fate }) in rights {
        match (said.seen.contains(place), said.broken.contains(place)) {
            (false, _) => wrong.unseen += 1,
            (true, false) if !whole => wrong.passed.push(fate),
            (true, true) if *whole => wrong.failed.push(fate),
            (true, _) => {}
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
        let said = Said { seen: ["a", "b", "c", "d", "z"].map(place).into(), broken: ["b", "c"].map(place).into() };
        let wrong = Wrong { passed: vec!["fate of d"], failed: vec!["fate of c"], unseen: 1 };
        assert_eq!(compare(&rights.into(), &said), wrong);
    }

    #[test]
    fn what_is_right_is_written_in_tags_and_of_other_engines_nothing_is() {
        let tagged = |expected: &str| {
            let mut cluster = Cluster::new("graph");
            cluster.tags = [("expected", expected), ("fate", "export off")].map(|(key, value)| (key.into(), value.into())).into();
            right(&cluster, "expected").unwrap().map(|right| right.whole)
        };
        assert_eq!([tagged("COMPLIANT"), tagged("NON_COMPLIANT EXPORT_OFF")], [Some(true), Some(false)]);
        assert_eq!([tagged("none"), tagged("NOT_APPLICABLE")], [None, None]);
        assert!(right(&Cluster::new("graph"), "expected").is_err());
    }
}
