//! Change events for a function that is warm, and the round trips that they cannot do without.

use std::time::Duration;

use anyhow::Result;
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};

use crate::chain;
use crate::figures::{Block, Figure, Goal, RULE, Report, Section, Unit};
use crate::lab::{Lab, milliseconds, send};
use crate::process::{Endpoint, Process};
use crate::statistics::Sample;

/// Milliseconds per AWS call.
pub const LATENCIES: [u64; 3] = [0, 5, 50];
/// Events before those that count: connections are open afterwards.
const DISCARDED: usize = 2;
const EVENTS: usize = 10;

/// A section, and this function's time held against the time of its own round trips.
pub async fn measure(lab: &Lab) -> Result<Report> {
    let rounds = lab.runs(5);
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let endpoint = Endpoint::tls(&emulator).await?;
    let event = lab.events.change(HOME_ACCOUNT, "c-0001")?;
    let (mut figures, mut goals) = (Vec::new(), Vec::new());
    for latency in LATENCIES {
        emulator.set_latency(Duration::from_millis(latency));
        let mut values: [[Vec<f64>; 3]; 4] = Default::default();
        for _ in 0..rounds {
            for subject in Lab::RULES {
                let mut process = Process::start(&lab.subjects[subject], &emulator, &endpoint)?;
                let started = process.started;
                process.polls(&emulator, started).await?;
                for number in 0..DISCARDED + EVENTS {
                    let run = send(&mut process, &emulator, &event, Some(1)).await?;
                    if number < DISCARDED {
                        continue;
                    }
                    let ratio = run.duration.as_secs_f64() / chain::longest(&run.calls).as_secs_f64();
                    let measured = [milliseconds(run.duration), milliseconds(run.cpu), run.calls.len() as f64, ratio];
                    for (figure, value) in measured.into_iter().enumerate() {
                        values[figure][subject].push(value);
                    }
                }
            }
        }
        let [time, cpu, calls, ratio] = values.map(|of| of.map(|values| (!values.is_empty()).then(|| Sample::new(values))));
        figures.push(Figure::new(format!("time at {latency} ms per call"), Unit::Milliseconds, time));
        if let (Some(ratio), true) = (&ratio[RULE], latency > 0) {
            goals.push(Goal::new(format!("warm change event ÷ its own round trips, at {latency} ms per call"), 1.15, ratio.median()));
        }
        if latency == 0 {
            figures.push(Figure::new("CPU", Unit::Milliseconds, cpu));
            figures.push(Figure::new("AWS calls", Unit::Count, calls));
        }
    }
    let section = Section {
        name: "warm",
        title: "A change event for a warm function, over TLS".into(),
        note: format!("{rounds} processes of each in turn, {EVENTS} events in each."),
        figures,
    };
    Ok(Report { blocks: vec![Block::Section(section)], goals })
}
