//! An organization of a thousand accounts and one central function: all schedules at once and a burst of changes, through the
//! concurrency that the function is given, under API limits that throttle.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use emulator::fleet::{AUDITED_GROUP, HOME_ACCOUNT};
use emulator::{Account, Answer, Cluster, Emulator, Fleet, Invocation, LogGroup, ParameterGroup, RateLimit, Role};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::billed::stretched;
use crate::events::{Events, with_parameters};
use crate::figures::{Block, RULE, Report};
use crate::lab::{Lab, milliseconds};
use crate::prices::{PER_EVALUATION, PER_GB_SECOND, PER_REQUEST, SOURCES};
use crate::process::{Endpoint, Process, Subject};
use crate::share::of_a_cpu;
use crate::statistics::Sample;
use crate::tables;

const ACCOUNTS: usize = 1_000;
/// Changes outside the account that everybody works in.
const CHANGES: usize = 1_500;
/// The account in which all clusters change within a minute, because a template did.
const BUSY_CLUSTERS: usize = 120;
pub const ROLE: &str = "NeptuneAuditRead";
const LATENCY: Duration = Duration::from_millis(20);
/// The function's timeout.
const DEADLINE: Duration = Duration::from_secs(60);
const CONCURRENCIES: [usize; 3] = [10, 25, 50];
/// Lambda tries an asynchronous event that failed twice more.
const TRIES: usize = 3;

/// Assumed: AWS publishes no rates for these but that of STS (600 a second for an account and Region).
const LIMITS: [(&str, f64, f64); 4] =
    [("rds:Describe*", 10.0, 20.0), ("logs:Describe*", 10.0, 20.0), ("config:*", 10.0, 20.0), ("sts:AssumeRole", 600.0, 600.0)];

const MEGABYTES: u64 = 128;
/// A month: one schedule a day, and so many changes of each cluster.
const SCHEDULES_A_MONTH: f64 = 30.0;
const CHANGES_A_MONTH: f64 = 4.0;

/// What came of all events with one concurrency.
struct Outcome {
    concurrency: usize,
    took: Duration,
    calls: usize,
    throttled: usize,
    /// Events that failed at the first, second and third try.
    failed: [usize; TRIES],
    /// Of each invocation, by trigger.
    durations: BTreeMap<&'static str, Sample>,
    cpu: Duration,
    invocations: usize,
}

/// One event on its way.
#[derive(Clone)]
struct Event {
    trigger: &'static str,
    payload: Value,
}

/// Simulates, and says what came of it.
pub async fn measure(lab: &Lab) -> Result<Report> {
    let fleet = organization(ACCOUNTS);
    let clusters: usize = fleet.accounts.values().map(|account| account.clusters.len()).sum();
    let events = all_events(&fleet, &lab.events)?;
    let mut outcomes = Vec::new();
    for &concurrency in if lab.quick { &CONCURRENCIES[..1] } else { &CONCURRENCIES } {
        outcomes.push(run(&lab.subjects[RULE], fleet.clone(), &events, concurrency).await?);
    }
    let blocks = vec![Block::Text(describe(clusters, events.len(), &outcomes))];
    Ok(Report { blocks, goals: Vec::new() })
}

/// Accounts with one to five clusters, each fiftieth with 40, the first with very many; all with a role that trusts the function's account.
pub fn organization(accounts: usize) -> Fleet {
    let mut fleet = Fleet { limits: limits(), ..Fleet::default() };
    for number in 1..=accounts {
        let clusters = match number {
            1 => BUSY_CLUSTERS,
            _ if number % 50 == 0 => 40,
            _ => 1 + number * 7 % 5,
        };
        let account = Account {
            clusters: (1..=clusters).map(|cluster| Cluster::healthy(format!("graph-{cluster}"))).collect(),
            log_groups: (1..=clusters).map(|cluster| LogGroup::healthy(&format!("graph-{cluster}"))).collect(),
            parameter_groups: [(AUDITED_GROUP.to_owned(), ParameterGroup::new(&[("neptune_enable_audit_log", "1")]))].into(),
            roles: vec![Role { name: ROLE.into(), trusts: vec![HOME_ACCOUNT.into()] }],
            ..Account::default()
        };
        fleet.accounts.insert(format!("{number:012}"), account);
    }
    fleet
}

fn limits() -> BTreeMap<String, RateLimit> {
    LIMITS.iter().map(|&(action, per_second, burst)| (action.to_owned(), RateLimit { per_second, burst })).collect()
}

/// Every account's schedule, each cluster of the busy account and clusters all over the organization, mixed.
fn all_events(fleet: &Fleet, events: &Events) -> Result<Vec<Event>> {
    let parameters = json!({ "executionRoleName": ROLE });
    let mut all = Vec::new();
    let accounts: Vec<_> = fleet.accounts.keys().filter(|id| *id != HOME_ACCOUNT).collect();
    for account in &accounts {
        all.push(Event { trigger: "schedule", payload: with_parameters(events.schedule(account)?, &parameters) });
    }
    let busy = (1..=BUSY_CLUSTERS).map(|cluster| (accounts[0], cluster));
    let elsewhere = (0..CHANGES).map(|number| (accounts[1 + number * 13 % (accounts.len() - 1)], 1));
    for (account, cluster) in busy.chain(elsewhere) {
        let event = events.change(account, &format!("graph-{cluster}"))?;
        all.push(Event { trigger: "change", payload: with_parameters(event, &parameters) });
    }
    // Schedules and changes arrive mixed, the changes of the busy account close together.
    let (schedules, changes) = all.split_at(accounts.len());
    let mut mixed = Vec::with_capacity(all.len());
    let (mut schedules, mut changes) = (schedules.iter(), changes.iter());
    loop {
        let some: Vec<_> = schedules.by_ref().take(2).chain(changes.by_ref().take(3)).cloned().collect();
        if some.is_empty() {
            return Ok(mixed);
        }
        mixed.extend(some);
    }
}

async fn run(subject: &Subject, fleet: Fleet, events: &[Event], concurrency: usize) -> Result<Outcome> {
    let emulator = Arc::new(Emulator::start(fleet).await);
    emulator.set_latency(LATENCY);
    let endpoint = Endpoint::http(&emulator);
    let started = Instant::now();
    let processes = (0..concurrency).map(|_| Process::start(subject, &emulator, &endpoint)).collect::<Result<Vec<_>>>()?;
    let mut left = events.to_vec();
    let mut failed = [0; TRIES];
    let mut durations: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for failures in &mut failed {
        let mut again = Vec::new();
        for (event, duration, answer) in send_all(&emulator, left, concurrency).await? {
            durations.entry(event.trigger).or_default().push(milliseconds(duration));
            match answer {
                Answer::Response(_) => {}
                Answer::Error { .. } => again.push(event),
                Answer::InitError { .. } | Answer::None => anyhow::bail!("an event was not answered: {answer:?}"),
            }
        }
        *failures = again.len();
        left = again;
    }
    let took = started.elapsed();
    let cpu = processes.iter().map(Process::cpu).sum::<Result<Duration>>()?;
    let calls = emulator.calls();
    let throttled = calls.iter().filter(|call| call.error_code.as_deref().is_some_and(|code| code.contains("Throttling"))).count();
    let put: std::collections::BTreeSet<_> =
        emulator.evaluations().into_iter().map(|(account, result)| (account, result.resource_id)).collect();
    let clusters: usize = emulator.fleet().accounts.values().map(|account| account.clusters.len()).sum();
    ensure!(!left.is_empty() || put.len() == clusters, "{} of {clusters} clusters have a result", put.len());
    let invocations = durations.values().map(Vec::len).sum();
    let durations = durations.into_iter().map(|(trigger, values)| (trigger, Sample::new(values))).collect();
    Ok(Outcome { concurrency, took, calls: calls.len(), throttled, failed, durations, cpu, invocations })
}

/// Sends events as fast as functions take them.
async fn send_all(emulator: &Arc<Emulator>, events: Vec<Event>, concurrency: usize) -> Result<Vec<(Event, Duration, Answer)>> {
    let places = Arc::new(Semaphore::new(concurrency));
    let mut sent = tokio::task::JoinSet::new();
    for event in events {
        let place = Arc::clone(&places).acquire_owned().await?;
        let emulator = Arc::clone(emulator);
        sent.spawn(async move {
            let started = Instant::now();
            let answer = emulator.invoke(&event.payload, Invocation { deadline: DEADLINE, ..Invocation::default() }).await;
            drop(place);
            (event, started.elapsed(), answer)
        });
    }
    Ok(sent.join_all().await)
}

fn describe(clusters: usize, events: usize, outcomes: &[Outcome]) -> String {
    let header =
        ["concurrency", "all done after", "events a second", "AWS calls", "throttled", "failed at the first try", "second", "third"];
    let rows = outcomes.iter().map(|outcome| {
        vec![
            outcome.concurrency.to_string(),
            format!("{:.1} s", outcome.took.as_secs_f64()),
            format!("{:.0}", events as f64 / outcome.took.as_secs_f64()),
            outcome.calls.to_string(),
            format!("{} ({:.1} %)", outcome.throttled, 100.0 * outcome.throttled as f64 / outcome.calls as f64),
            outcome.failed[0].to_string(),
            outcome.failed[1].to_string(),
            outcome.failed[2].to_string(),
        ]
    });
    let limits: Vec<_> = LIMITS.iter().map(|(action, rate, burst)| format!("{action} {rate} a second, {burst} at once")).collect();
    format!(
        "### An organization: {ACCOUNTS} accounts, one central function\n\n\
         {clusters} clusters; {events} events at once: every account's schedule, {BUSY_CLUSTERS} changes in one account, {CHANGES} elsewhere. \
         {} ms per AWS call. Assumed limits of each account: {}. Failed events are sent again at once, where Lambda waits a minute and then two.\n\n{}\n{}",
        LATENCY.as_millis(),
        limits.join("; "),
        tables::table(&header.map(str::to_owned), rows),
        outcomes.first().and_then(|outcome| costs(clusters, outcome)).unwrap_or_default(),
    )
}

/// What a month of such an organization costs, by the least concurrency.
fn costs(clusters: usize, outcome: &Outcome) -> Option<String> {
    let cpu = outcome.cpu / u32::try_from(outcome.invocations).ok()?;
    let billed = |trigger: &str| {
        let measured = Duration::from_secs_f64(outcome.durations.get(trigger)?.median() / 1000.0);
        Some(stretched(measured, cpu, MEGABYTES).ceil())
    };
    let (schedule, change) = (billed("schedule")?, billed("change")?);
    let schedules = ACCOUNTS as f64 * SCHEDULES_A_MONTH;
    let changes = clusters as f64 * CHANGES_A_MONTH;
    let gb_seconds = (schedules * schedule + changes * change) / 1000.0 * MEGABYTES as f64 / 1024.0;
    let lambda = (schedules + changes) * PER_REQUEST + gb_seconds * PER_GB_SECOND;
    let every = (clusters as f64 * SCHEDULES_A_MONTH + changes) * PER_EVALUATION;
    let changed = changes * PER_EVALUATION;
    let row = |what: &str, value: String| vec![what.to_owned(), value];
    let rows = [
        row("a schedule, billed", format!("{schedule:.0} ms")),
        row("a change, billed", format!("{change:.0} ms")),
        row("Lambda", format!("{lambda:.2} $")),
        row("AWS Config, every result put (`reportUnchanged` = `true`)", format!("{every:.2} $")),
        row("AWS Config, at most one result for each change (`reportUnchanged` = `false`)", format!("{changed:.2} $")),
    ];
    Some(format!(
        "A month with one schedule a day and {CHANGES_A_MONTH} changes of each cluster, at {MEGABYTES} MB. CPU time is stretched to the function's \
         share of a CPU ({:.3}); AWS Config without its discount for volume and without recording items. {SOURCES}\n\n{}",
        of_a_cpu(MEGABYTES),
        tables::table(&["a month".to_owned(), String::new()], rows)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_clusters_and_a_role() {
        let fleet = organization(ACCOUNTS);
        let accounts: Vec<_> = fleet.accounts.iter().filter(|(id, _)| *id != HOME_ACCOUNT).collect();
        assert_eq!(accounts.len(), ACCOUNTS);
        assert!(accounts.iter().all(|(_, account)| !account.clusters.is_empty() && account.roles.len() == 1));
        assert_eq!(accounts[0].1.clusters.len(), BUSY_CLUSTERS);
    }
}
