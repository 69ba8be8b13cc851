//! How cost grows, with the clusters of an account and with the accounts of an organization: one table.

use std::time::Duration;

use anyhow::Result;
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};
use serde_json::{Value, json};

use crate::billed::stretched;
use crate::events::with_parameters;
use crate::figures::{Block, RULE, Report};
use crate::lab::{Lab, megabytes, milliseconds, send};
use crate::organization::{ROLE, organization};
use crate::prices::{PER_EVALUATION, PER_GB_SECOND, PER_REQUEST, SOURCES};
use crate::process::{Endpoint, Process, Subject};
use crate::tables;

const CLUSTERS: [usize; 4] = [1, 40, 400, 10_000];
const ACCOUNTS: [usize; 3] = [1, 100, 1_000];
/// About what a call takes within a Region.
const LATENCY: Duration = Duration::from_millis(20);
const MEMORY: u64 = 128;
const DAYS: f64 = 30.0;

/// What a day's schedules took.
struct Day {
    what: String,
    clusters: usize,
    calls: usize,
    cpu: Duration,
    memory: u64,
    /// Milliseconds, all invocations together.
    billed: f64,
    invocations: usize,
}

/// The table.
pub async fn measure(lab: &Lab) -> Result<Report> {
    let mut days = Vec::new();
    for clusters in CLUSTERS {
        let events = || Ok(vec![(lab.events.schedule(HOME_ACCOUNT)?, clusters)]);
        days.push(
            day(
                &lab.subjects[RULE],
                Fleet::healthy(clusters),
                events,
                format!("{clusters} {}, 1 account", if clusters == 1 { "cluster" } else { "clusters" }),
            )
            .await?,
        );
    }
    let parameters = json!({ "executionRoleName": ROLE });
    for accounts in ACCOUNTS {
        let fleet = Fleet { limits: std::collections::BTreeMap::new(), ..organization(accounts) };
        let sizes = fleet.accounts.iter().filter(|(id, _)| *id != HOME_ACCOUNT);
        let sizes: Vec<_> = sizes.map(|(id, account)| (id.clone(), account.clusters.len())).collect();
        let event = |(id, clusters): &(String, usize)| Ok((with_parameters(lab.events.schedule(id)?, &parameters), *clusters));
        let events = || sizes.iter().map(event).collect();
        let clusters: usize = sizes.iter().map(|(_, clusters)| clusters).sum();
        let what = format!("{accounts} {}, {clusters} clusters, one function", if accounts == 1 { "account" } else { "accounts" });
        days.push(day(&lab.subjects[RULE], fleet, events, what).await?);
    }
    Ok(Report { blocks: vec![Block::Text(describe(&days))], goals: Vec::new() })
}

/// One process takes a schedule of each account, one after the other. The day before it has left recorded results.
async fn day(subject: &Subject, fleet: Fleet, events: impl Fn() -> Result<Vec<(Value, usize)>>, what: String) -> Result<Day> {
    let emulator = Emulator::start(fleet).await;
    let endpoint = Endpoint::tls(&emulator).await?;
    let mut before = Process::start(subject, &emulator, &endpoint)?;
    let since = before.started;
    before.polls(&emulator, since).await?;
    for (event, clusters) in events()? {
        send(&mut before, &emulator, &event, Some(clusters)).await?;
    }
    before.terminate()?;
    emulator.set_latency(LATENCY);
    let mut process = Process::start(subject, &emulator, &endpoint)?;
    let since = process.started;
    let init = process.polls(&emulator, since).await? - since;
    let (mut calls, mut billed) = (0, milliseconds(init));
    let events = events()?;
    for (event, clusters) in &events {
        let run = send(&mut process, &emulator, event, Some(*clusters)).await?;
        calls += run.calls.len();
        billed += stretched(run.duration, run.cpu, MEMORY).ceil();
    }
    let (cpu, memory) = (process.cpu()?, process.peak_memory()?);
    let clusters = events.iter().map(|(_, clusters)| clusters).sum();
    Ok(Day { what, clusters, calls, cpu, memory, billed, invocations: events.len() })
}

fn describe(days: &[Day]) -> String {
    let header = ["a schedule a day", "AWS calls", "CPU", "peak memory", "billed", "Lambda, a month", "AWS Config, a month"];
    let rows = days.iter().map(|day| {
        let lambda = day.invocations as f64 * PER_REQUEST + day.billed / 1000.0 * MEMORY as f64 / 1024.0 * PER_GB_SECOND;
        vec![
            day.what.clone(),
            day.calls.to_string(),
            format!("{:.0} ms", milliseconds(day.cpu)),
            format!("{:.1} MB", megabytes(day.memory)),
            format!("{:.1} s", day.billed / 1000.0),
            format!("{:.5} $", lambda * DAYS),
            format!("{:.2} $", day.clusters as f64 * DAYS * PER_EVALUATION),
        ]
    });
    format!(
        "### How cost grows\n\nA day: one schedule of each account, taken by one process over TLS at {} ms per call; every cluster has a recorded \
         result. Calls, CPU, memory and billed time are of one day. Billed: {MEMORY} MB, CPU time stretched to that share of a CPU. AWS Config: every result put, \
         0.001 $ each, without its discount for volume; with `reportUnchanged` = `false` only results that changed cost anything. {SOURCES}\n\n{}",
        LATENCY.as_millis(),
        tables::table(&header.map(str::to_owned), rows)
    )
}
