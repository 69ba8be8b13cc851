//! Schedules over small and large accounts.

use std::time::Duration;

use anyhow::Result;
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};

use crate::chain;
use crate::figures::{Block, Figure, Goal, RULE, Report, Section, Unit};
use crate::lab::{Lab, Run, megabytes, milliseconds, send};
use crate::process::{Endpoint, Process, Subject};
use crate::statistics::Sample;
use crate::warm::LATENCIES;

/// Clusters of the account.
const SIZES: [usize; 3] = [40, 1_000, LARGEST];
const LARGEST: usize = 10_000;
/// Each is a chain of pages; the longest one is what a schedule cannot be faster than.
const LISTINGS: [&str; 2] = ["rds:DescribeDBClusters", "logs:DescribeLogGroups"];

/// A section for each size; this function's time is held against that of its longest chain of pages.
pub async fn measure(lab: &Lab) -> Result<Report> {
    let rounds = lab.runs(3);
    let event = || lab.events.schedule(HOME_ACCOUNT);
    let (mut sections, mut goals) = (Vec::new(), Vec::new());
    for (number, clusters) in SIZES.into_iter().enumerate() {
        let emulator = Emulator::start(Fleet::healthy(clusters)).await;
        let endpoint = Endpoint::tls(&emulator).await?;
        // From the second schedule on there are recorded results to read; the first one is not the rule.
        once(&lab.subjects[RULE], &emulator, &endpoint, &event()?, clusters).await?;
        let (mut figures, mut cpu_and_more) = (Vec::new(), Vec::new());
        for latency in LATENCIES {
            emulator.set_latency(Duration::from_millis(latency));
            let mut values: [[Vec<f64>; 3]; 5] = Default::default();
            for round in 0..rounds {
                // The Python rule takes half a minute for the largest: once is enough.
                let in_turn = Lab::RULES.into_iter().filter(|&subject| subject == RULE || clusters < LARGEST || round == 0);
                for subject in in_turn {
                    let (run, cpu, memory) = once(&lab.subjects[subject], &emulator, &endpoint, &event()?, clusters).await?;
                    let pages = LISTINGS.map(|listing| chain::of_action(&run.calls, listing)).into_iter().max().unwrap_or_default();
                    let ratio = run.duration.as_secs_f64() / pages.as_secs_f64();
                    let measured = [milliseconds(run.duration), cpu, memory, run.calls.len() as f64, ratio];
                    for (figure, value) in measured.into_iter().enumerate() {
                        values[figure][subject].push(value);
                    }
                }
            }
            let [time, cpu, memory, calls, ratio] = values.map(|of| of.map(|values| (!values.is_empty()).then(|| Sample::new(values))));
            figures.push(Figure::new(format!("time at {latency} ms per call"), Unit::Milliseconds, time));
            if let (Some(ratio), true) = (&ratio[RULE], clusters == LARGEST && latency > 0) {
                let what = format!("schedule over 10,000 clusters ÷ its longest chain of pages, at {latency} ms per call");
                goals.push(Goal::new(what, 1.2, ratio.median()));
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
            note: format!("A cold process for each of {rounds} runs, in turn (of the Python rule one, for {LARGEST} clusters); every cluster has a recorded result. CPU, memory and calls are those at 50 ms per call."),
            figures,
        });
    }
    let memory = |section: &Section| section.figures.iter().find(|figure| figure.what == "peak memory")?.median(RULE);
    let (small, large) = (sections.first().and_then(memory), sections.last().and_then(memory));
    let ratio = large.unwrap_or(f64::NAN) / small.unwrap_or(f64::NAN);
    goals.push(Goal::new("peak memory for 10,000 clusters ÷ for 40", 1.2, ratio));
    Ok(Report { blocks: sections.into_iter().map(Block::Section).collect(), goals })
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
