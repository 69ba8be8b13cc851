//! The command `neptune-audit scan` beside the rule: two accounts, two Regions, and both must say the same of every cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use emulator::fleet::resource_id;
use serde_json::Value;
use tokio::process::Command;

use crate::expected::Verdict;
use crate::review::{Review, or_nothing};
use crate::scene::{ASSUMED_ROLE, DEFAULT_RULE};
use crate::screen;
use crate::stage::Stage;
use crate::table::{Cell, Table};

const THERE: &str = "us-east-1";
const ROLE: &str = "audit/neptune-audit-rule-reader";
/// So many clusters of each account are in the other Region too, under the same names.
const IN_BOTH: usize = 5;

/// Account, Region, resource id.
type Place = (String, String, String);

/// Judges by events in each account and Region, and by one scan of all.
pub(crate) async fn scanned(stage: &mut Stage, review: &mut Review) -> Result<()> {
    let title = "A scan of two accounts and two Regions, beside the rule";
    if !stage.command().is_file() {
        stage.print(|| {
            screen::heading(title, "");
            screen::note(&format!("Skipped, because there is no {}: `make build` makes it.", stage.command().display()));
        });
        return Ok(());
    }
    stage.reset();
    settle(stage);
    let here = stage.region().to_owned();
    let mut by_rule = by_events(stage, &here).await?;
    by_rule.extend(by_events(&mut stage.elsewhere(THERE).await?, THERE).await?);
    let (by_scan, names, took) = scan(stage, &here).await?;

    let known: BTreeSet<&Place> = by_rule.keys().chain(by_scan.keys()).collect();
    let mut places: Vec<&Place> = known.into_iter().collect();
    places.sort_by_key(|place| (&place.0, &place.1, names.get(*place)));
    let mut table = Table::dense(["Account", "Region", "Cluster", "The rule", "The scan"]);
    for place in places {
        let (rule, scan) = (by_rule.get(place), by_scan.get(place));
        let name = names.get(place).map_or(place.2.as_str(), String::as_str);
        review.check(rule == scan, || format!("{title}: {name}: the rule says {}, the scan {}", said(rule), said(scan)));
        let shown = |verdict: Option<&Verdict>| {
            verdict.map_or_else(|| Cell::new("nothing"), |verdict| screen::verdict(&verdict.compliance, verdict))
        };
        table.add_row([Cell::new(&place.0), Cell::new(&place.1), Cell::new(name), shown(rule), shown(scan)]);
    }
    stage.print(|| {
        screen::heading(
            title,
            "neptune-audit scan deploys nothing and decides with the rule's code: an event for each account and Region, and one scan.",
        );
        screen::show(&table);
        screen::note(&format!("{} clusters in one scan of {}", by_scan.len(), screen::milliseconds(took)));
    });
    review.check(by_scan.len() > 2 * IN_BOTH, || format!("{title}: the scan found {} clusters", by_scan.len()));
    Ok(())
}

fn said(verdict: Option<&Verdict>) -> String {
    or_nothing(&verdict.cloned())
}

/// Gives each account some of its clusters in the other Region.
fn settle(stage: &Stage) {
    stage.update(|fleet| {
        for account in [DEFAULT_RULE.account, ASSUMED_ROLE.account] {
            let known = fleet.account(account).clone();
            let place = fleet.in_region(account, THERE);
            place.parameter_groups = known.parameter_groups;
            place.log_groups = known.log_groups;
            place.clusters = known.clusters.into_iter().take(IN_BOTH).collect();
            for cluster in &mut place.clusters {
                cluster.resource_id = resource_id(&format!("{account}/{THERE}"), &cluster.identifier);
            }
        }
    });
}

/// What the rule says in a Region, of both accounts. What is recorded of clusters that are gone, a scan knows nothing of.
async fn by_events(stage: &mut Stage, region: &str) -> Result<BTreeMap<Place, Verdict>> {
    let mut said = BTreeMap::new();
    for scene in [DEFAULT_RULE, ASSUMED_ROLE] {
        stage.update(|fleet| fleet.account(scene.account).recorded.clear());
        let outcome = stage.send(scene.event).await?;
        said.extend(outcome.evaluations.iter().map(|evaluation| {
            let place = (evaluation.account.clone(), region.to_owned(), evaluation.resource_id.clone());
            (place, Verdict::of(evaluation))
        }));
    }
    Ok(said)
}

/// What the command says, with the names of the clusters, and how long it took.
async fn scan(stage: &Stage, here: &str) -> Result<(BTreeMap<Place, Verdict>, BTreeMap<Place, String>, Duration)> {
    let started = Instant::now();
    let accounts = [DEFAULT_RULE.account, ASSUMED_ROLE.account].join(",");
    let mut command = Command::new(stage.command());
    command.args(["scan", "--format", "json", "--account", &accounts, "--role-name", ROLE, "--region", &format!("{here},{THERE}")]);
    command.env_clear().env("AWS_ENDPOINT_URL", stage.endpoint()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", "AKIADEMO").env("AWS_SECRET_ACCESS_KEY", "fictional");
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.context("the command did not start")?;
    let took = started.elapsed();
    let report: Value = match serde_json::from_slice(&output.stdout) {
        Ok(report) => report,
        Err(_) => bail!("the command printed no report: {}", String::from_utf8_lossy(&output.stderr)),
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (mut said, mut names) = (BTreeMap::new(), BTreeMap::new());
    for result in report["results"].as_array().into_iter().flatten() {
        let place = (text(&result["account"]), text(&result["region"]), text(&result["resourceId"]));
        let codes = result["codes"].as_array().into_iter().flatten().map(text).collect();
        names.insert(place.clone(), text(&result["cluster"]));
        said.insert(place, Verdict { compliance: text(&result["verdict"]), codes });
    }
    Ok((said, names, took))
}
