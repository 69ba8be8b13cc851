//! Change events for a function that is warm, and the round trips that they cannot do without.

use std::time::Duration;

use anyhow::Result;
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};

use crate::chain;
use crate::events::Events;
use crate::figures::{Figure, RULE, Section, Unit};
use crate::lab::{Lab, milliseconds, send};
use crate::process::{Endpoint, Process};
use crate::statistics::Sample;

/// Milliseconds per AWS call.
pub const LATENCIES: [u64; 3] = [0, 5, 50];
/// Events before those that count: connections are open afterwards.
const DISCARDED: usize = 2;
const EVENTS: usize = 10;

/// The section, and the median of this function's time ÷ the time of its own round trips, by latency.
pub async fn measure(lab: &Lab, events: &Events, rounds: usize) -> Result<(Section, Vec<(u64, f64)>)> {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let endpoint = Endpoint::tls(&emulator).await?;
    let event = events.change(HOME_ACCOUNT, "c-0001")?;
    let (mut figures, mut to_chain) = (Vec::new(), Vec::new());
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
        if let Some(ratio) = &ratio[RULE] {
            to_chain.push((latency, ratio.median()));
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
    Ok((section, to_chain))
}
