//! Schedules over small and large accounts.

use std::time::Duration;

use anyhow::Result;
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};

use crate::chain;
use crate::events::Events;
use crate::figures::{Figure, RULE, Section, Unit};
use crate::lab::{Lab, Run, megabytes, milliseconds, send};
use crate::process::{Endpoint, Process, Subject};
use crate::statistics::Sample;
use crate::warm::LATENCIES;

/// Clusters of the account.
pub const SIZES: [usize; 3] = [40, 1_000, 10_000];
const LISTING: &str = "rds:DescribeDBClusters";

/// A section for each size, and this function's time ÷ the time of its chain of pages, by size and latency.
pub async fn measure(lab: &Lab, events: &Events, rounds: usize) -> Result<(Vec<Section>, Vec<(usize, u64, f64)>)> {
    let event = events.schedule(HOME_ACCOUNT)?;
    let (mut sections, mut to_pages) = (Vec::new(), Vec::new());
    for (number, clusters) in SIZES.into_iter().enumerate() {
        let emulator = Emulator::start(Fleet::healthy(clusters)).await;
        let endpoint = Endpoint::tls(&emulator).await?;
        // From the second schedule on there are recorded results to read; the first one is not the rule.
        once(&lab.subjects[RULE], &emulator, &endpoint, &event, clusters).await?;
        let (mut figures, mut cpu_and_more) = (Vec::new(), Vec::new());
        for latency in LATENCIES {
            emulator.set_latency(Duration::from_millis(latency));
            let mut values: [[Vec<f64>; 3]; 5] = Default::default();
            for _ in 0..rounds {
                for subject in Lab::RULES {
                    let (run, cpu, memory) = once(&lab.subjects[subject], &emulator, &endpoint, &event, clusters).await?;
                    let ratio = run.duration.as_secs_f64() / chain::of_action(&run.calls, LISTING).as_secs_f64();
                    let measured = [milliseconds(run.duration), cpu, memory, run.calls.len() as f64, ratio];
                    for (figure, value) in measured.into_iter().enumerate() {
                        values[figure][subject].push(value);
                    }
                }
            }
            let [time, cpu, memory, calls, ratio] = values.map(|of| of.map(|values| (!values.is_empty()).then(|| Sample::new(values))));
            figures.push(Figure::new(format!("time at {latency} ms per call"), Unit::Milliseconds, time));
            if let Some(ratio) = &ratio[RULE] {
                to_pages.push((clusters, latency, ratio.median()));
            }
            // The memory that matters is that of the slowest calls: more is under way at once.
            cpu_and_more = vec![
                Figure::new("CPU, with the start", Unit::Milliseconds, cpu),
                Figure::new("peak memory", Unit::Megabytes, memory),
                Figure::new("AWS calls", Unit::Count, calls),
            ];
        }
        figures.append(&mut cpu_and_more);
        sections.push(Section {
            name: ["schedule-40", "schedule-1000", "schedule-10000"][number],
            title: format!("A schedule over {clusters} clusters, over TLS"),
            note: format!("A cold process for each of {rounds} runs, in turn; every cluster has a recorded result. CPU, memory and calls are those at 50 ms per call."),
            figures,
        });
    }
    Ok((sections, to_pages))
}

async fn once(
    subject: &Subject,
    emulator: &Emulator,
    endpoint: &Endpoint,
    event: &serde_json::Value,
    clusters: usize,
) -> Result<(Run, f64, f64)> {
    let mut process = Process::start(subject, emulator, endpoint)?;
    let started = process.started;
    process.polls(emulator, started).await?;
    let run = send(&mut process, emulator, event, Some(clusters)).await?;
    let (cpu, memory) = (milliseconds(process.cpu()?), megabytes(process.peak_memory()?));
    Ok((run, cpu, memory))
}
