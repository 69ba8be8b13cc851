//! One process under mixed events for a long time: each is answered, no verdict is wrong, and memory does not grow.
//!
//! What is right is written down in [`cases`], by hand: nothing here knows how the rule decides.

mod cases;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use emulator::{Answer, Emulator, Invocation};

use self::cases::{Case, Expected, cases, fleet};
use crate::events::Events;
use crate::lab::megabytes;
use crate::process::{Endpoint, Process, Subject};
use crate::statistics::Sample;
use crate::tables::table;

/// Between two events: a soak is long, not fast.
const PAUSE: Duration = Duration::from_millis(10);
/// The part of the time after which memory must not grow, and the part at the end in which it is looked at.
const WARM_UP: f64 = 0.1;
/// A page here and there is not growth.
const SLACK: f64 = 1.02;
/// Bytes that each event leaves behind, whatever a function does: `lambda_runtime` puts the event's trace id into the environment, and glibc
/// keeps every value that an environment variable ever had.
const LEFT_BEHIND: f64 = 170.0;

/// What became of one kind of event.
#[derive(Default)]
struct Tally {
    events: usize,
    longest: Duration,
}

/// Runs for so many minutes, and prints what happened.
pub async fn run(subject: &Subject, events: &Path, minutes: f64, seed: u64) -> Result<ExitCode> {
    let emulator = Emulator::start(fleet()).await;
    let endpoint = Endpoint::tls(&emulator).await?;
    let cases = cases(&Events::read(events)?)?;
    let mut process = Process::start(subject, &emulator, &endpoint)?;
    let since = process.started;
    process.polls(&emulator, since).await?;
    let length = Duration::from_secs_f64(minutes * 60.0);
    let began = Instant::now();
    let mut dice = Dice(seed.wrapping_add(1));
    let (mut tallies, mut memory) = (BTreeMap::<&str, Tally>::new(), Vec::new());
    let mut number = 0;
    while began.elapsed() < length {
        // Each kind once, then as chance has it.
        let case = cases.get(number).unwrap_or_else(|| dice.pick(&cases));
        number += 1;
        let sent = Instant::now();
        once(&emulator, case).await.with_context(|| format!("event {number}: {}", case.name))?;
        ensure!(process.is_alive()?, "event {number}: {}: the process is gone", case.name);
        let tally = tallies.entry(case.name).or_default();
        tally.events += 1;
        tally.longest = tally.longest.max(sent.elapsed());
        memory.push(Moment {
            time: began.elapsed().as_secs_f64() / length.as_secs_f64(),
            events: number as f64,
            bytes: process.resident()? as f64,
        });
        tokio::time::sleep(PAUSE).await;
    }
    let rows = tallies
        .iter()
        .map(|(name, tally)| vec![(*name).to_owned(), tally.events.to_string(), format!("{:.1} s", tally.longest.as_secs_f64())]);
    println!("{}", table(&["event".into(), "sent".into(), "longest".into()], rows));
    let (Some(before), Some(after)) =
        (median_between(&memory, WARM_UP, 2.0 * WARM_UP), median_between(&memory, 1.0 - WARM_UP, f64::INFINITY))
    else {
        bail!("too short to tell whether memory grows")
    };
    println!(
        "{number} events in {minutes} minutes, each answered, no wrong verdict. Resident memory {:.2} MB in the second tenth of the time, {:.2} MB in \
         the last, {:.2} MB at most: {:.0} bytes an event.",
        megabytes(before.bytes as u64),
        megabytes(after.bytes as u64),
        megabytes(process.peak_memory()?),
        (after.bytes - before.bytes) / (after.events - before.events)
    );
    if after.bytes > before.bytes * SLACK + (after.events - before.events) * LEFT_BEHIND {
        println!("Memory grows.");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Sends one event, and holds the answer and all that was put against what is right.
async fn once(emulator: &Emulator, case: &Case) -> Result<()> {
    emulator.reset_calls();
    emulator.reset_puts();
    emulator.clear_faults();
    emulator.update(|fleet| fleet.accounts.values_mut().for_each(|account| account.recorded.clear()));
    emulator.update(|fleet| fleet.home().recorded.extend(case.recorded.iter().cloned()));
    for fault in &case.faults {
        emulator.inject(fault.clone());
    }
    let answer = emulator.invoke(case.event.clone(), Invocation { deadline: case.deadline, ..Invocation::default() }).await;
    let put: BTreeMap<_, _> = emulator
        .put_evaluations()
        .into_iter()
        .map(|(account, evaluation)| {
            let text = |field: &str| evaluation[field].as_str().unwrap_or_default().to_owned();
            ((account, text("ComplianceResourceId")), (text("ComplianceType"), text("Annotation")))
        })
        .collect();
    for (resource, (compliance, annotation)) in &put {
        let Some(right) = case.verdicts.get(resource) else { bail!("{resource:?} was put: {compliance} {annotation}") };
        let (right, word) = right;
        ensure!(compliance == right && annotation.contains(word), "{resource:?}: {compliance} {annotation}, not {right} {word}");
    }
    match (&case.expected, &answer) {
        (Expected::Everything, Answer::Response(_)) => {
            ensure!(put.len() == case.verdicts.len(), "{} of {} were put", put.len(), case.verdicts.len());
        }
        (Expected::Error { kind, at_least }, Answer::Error { error_type, .. }) => {
            ensure!(kind == error_type && put.len() >= *at_least, "{} put, {answer:?}", put.len());
        }
        _ => bail!("{answer:?}"),
    }
    Ok(())
}

/// What was so at some time, as a part of the whole.
struct Moment {
    time: f64,
    events: f64,
    bytes: f64,
}

/// The medians of what was measured in a part of the time.
fn median_between(moments: &[Moment], from: f64, to: f64) -> Option<Moment> {
    let within: Vec<_> = moments.iter().filter(|moment| (from..to).contains(&moment.time)).collect();
    let median = |of: fn(&Moment) -> f64| within.iter().map(|moment| of(moment)).collect::<Sample>().median();
    (!within.is_empty()).then(|| Moment { time: from, events: median(|moment| moment.events), bytes: median(|moment| moment.bytes) })
}

/// Chance that can be repeated: xorshift, <https://www.jstatsoft.org/article/view/v008i14>.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// By weight.
    fn pick<'a>(&mut self, cases: &'a [Case]) -> &'a Case {
        let total: u64 = cases.iter().map(|case| case.weight).sum();
        let mut left = self.throw() % total;
        for case in cases {
            if left < case.weight {
                return case;
            }
            left -= case.weight;
        }
        &cases[0]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_event_comes_up() {
        let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
        let cases = cases(&Events::read(&events).unwrap()).unwrap();
        let mut dice = Dice(2);
        let seen: BTreeSet<_> = (0..20_000).map(|_| dice.pick(&cases).name).collect();
        assert_eq!(seen, cases.iter().map(|case| case.name).collect());
    }
}
