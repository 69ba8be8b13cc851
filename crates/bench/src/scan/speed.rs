//! Healthy clusters, many in one Region and some in many: how long a look at them takes, and how many calls.

use std::time::Duration;

use anyhow::{Result, ensure};
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};

use super::asked::Asked;
use super::tools::{Look, Tool};
use crate::chain;
use crate::figures::{Block, Goal, Report};
use crate::lab::Lab;
use crate::process::Endpoint;
use crate::statistics::Sample;
use crate::tables;

/// Wherever AWS is, so that each is asked in its own right.
const REGIONS: [&str; 8] =
    ["eu-west-1", "eu-central-1", "eu-north-1", "us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "sa-east-1"];

/// The listing with the most pages: 50 log groups on each.
const LOG_GROUPS: &str = "logs:DescribeLogGroups";

/// A fleet, and how long its calls take.
struct Case {
    what: &'static str,
    clusters: usize,
    regions: &'static [&'static str],
    latency: Duration,
}

const MANY: Case = Case {
    what: "1,000 clusters in one Region, 50 ms per call",
    clusters: 1_000,
    regions: &["eu-west-1"],
    latency: Duration::from_millis(50),
};
const ONE_REGION: Case =
    Case { what: "40 clusters in one Region, 100 ms per call", clusters: 40, latency: Duration::from_millis(100), ..MANY };
const EIGHT_REGIONS: Case = Case { what: "40 clusters in each of eight Regions, 100 ms per call", regions: &REGIONS, ..ONE_REGION };

/// A case with its emulator, and what came of every tool's runs, those of the command first.
struct Stage {
    case: Case,
    emulator: Emulator,
    endpoint: Endpoint,
    looks: Vec<Vec<Look>>,
}

impl Stage {
    async fn open(case: Case) -> Result<Self> {
        let mut fleet = Fleet::healthy(case.clusters);
        let home = fleet.home().clone();
        for region in &case.regions[1..] {
            *fleet.in_region(HOME_ACCOUNT, region) = home.clone();
        }
        let emulator = Emulator::start(fleet).await;
        emulator.set_latency(case.latency);
        let endpoint = Endpoint::tls(&emulator).await?;
        Ok(Self { case, emulator, endpoint, looks: vec![Vec::new()] })
    }

    fn look(&self, tool: &Tool) -> Result<Look> {
        tool.look(&Asked::by_default(), &self.emulator, &self.endpoint, self.case.regions)
    }

    fn clusters(&self) -> usize {
        self.case.clusters * self.case.regions.len()
    }
}

/// The command in turn in every case, then each of the others once: a run of theirs takes long, and differs little.
pub(super) async fn measure(lab: &Lab, command: &Tool, others: &[Tool]) -> Result<Report> {
    let mut stages = [Stage::open(MANY).await?, Stage::open(ONE_REGION).await?, Stage::open(EIGHT_REGIONS).await?];
    let rounds = lab.runs(7);
    for round in 0..=rounds {
        for stage in &mut stages {
            let look = stage.look(command)?;
            let (seen, broken) = (look.said.seen.len(), look.said.broken.len());
            ensure!(seen == stage.clusters() && broken == 0, "{seen} clusters seen, {broken} of them broken: {}", stage.case.what);
            // A first round fills the caches of the machine.
            if round > 0 {
                stage.looks[0].push(look);
            }
        }
    }
    for stage in &mut stages {
        for tool in others {
            stage.looks.push(vec![stage.look(tool)?]);
        }
    }
    let [many, one, eight] = &stages;
    let goals = vec![
        Goal::new(
            "scan of 1,000 clusters ÷ its longest chain of pages and its start, at 50 ms per call",
            1.2,
            over_pages(&many.looks[0]).median(),
        ),
        Goal::new(
            "scan of eight Regions ÷ scan of one, 40 clusters in each, at 100 ms per call",
            1.2,
            time(&eight.looks[0]).median() / time(&one.looks[0]).median(),
        ),
    ];
    let names: Vec<_> = [command].into_iter().chain(others).map(|tool| tool.name).collect();
    let tables: Vec<_> = stages.iter().map(|stage| table(stage, &names)).collect();
    let note = "Every trail is whole. Over TLS, each run a process of its own, with its start and its output.";
    let text = format!(
        "### A look at many clusters\n\n{note} Of the command's {rounds} runs, in turn, the median; the others run once.\n\n{}",
        tables.join("\n")
    );
    Ok(Report { blocks: vec![Block::Text(text)], goals })
}

fn time(looks: &[Look]) -> Sample {
    looks.iter().map(|look| look.took.as_secs_f64()).collect()
}

/// How many times as long as what no scan can do without.
fn over_pages(looks: &[Look]) -> Sample {
    looks.iter().map(|look| look.took.as_secs_f64() / (look.start + chain::of_action(&look.calls, LOG_GROUPS)).as_secs_f64()).collect()
}

fn table(stage: &Stage, names: &[&str]) -> String {
    let header = [stage.case.what, "time", "until its first call", "AWS calls", "clusters seen"].map(str::to_owned);
    let rows = stage.looks.iter().zip(names).filter_map(|(looks, name)| {
        let last = looks.last()?;
        let start = looks.iter().map(|look| look.start.as_secs_f64()).collect();
        let seen = format!("{} of {}", last.said.seen.len(), stage.clusters());
        Some(vec![(*name).to_owned(), seconds(&time(looks)), seconds(&start), last.calls.len().to_string(), seen])
    });
    tables::table(&header, rows)
}

/// The median, and between what half of the runs were.
fn seconds(sample: &Sample) -> String {
    let (low, high) = sample.quartiles();
    if sample.runs() == 1 { format!("{:.1} s", sample.median()) } else { format!("{:.3} s ({low:.3}–{high:.3})", sample.median()) }
}
