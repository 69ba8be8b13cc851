//! Schedules with the smallest function's share of a CPU, where computing is what is waited for.

use std::time::Duration;

use anyhow::Result;
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};

use crate::billed::{Bench, Billed, Function, per_million};
use crate::figures::{Block, Figure, RDKLIB, RULE, Report, Section, Unit};
use crate::lab::Lab;
use crate::prices::SOURCES;
use crate::process::Endpoint;
use crate::statistics::Sample;

const SIZES: [usize; 3] = [40, 400, 1_000];
const LATENCY: Duration = Duration::from_millis(5);
const SMALLEST: Function = Function { megabytes: 128, boosted: true };

/// A section; what is beside the point of a schedule, its init, is billed with it.
pub async fn measure(lab: &Lab) -> Result<Report> {
    let rounds = lab.runs(3);
    let mut figures = Vec::new();
    for clusters in SIZES {
        let emulator = Emulator::start(Fleet::healthy(clusters)).await;
        let endpoint = Endpoint::tls(&emulator).await?;
        let bench = Bench { means: &lab.means, emulator: &emulator, endpoint: &endpoint, clusters };
        let event = || lab.events.schedule(HOME_ACCOUNT);
        // From the second schedule on there are recorded results to read.
        bench.cold(&lab.subjects[RULE], Function { megabytes: 1_769, ..SMALLEST }, &event()?, true).await?;
        emulator.set_latency(LATENCY);
        let mut values: [Vec<f64>; 3] = Default::default();
        for _ in 0..rounds {
            for subject in Lab::RULES {
                values[subject].push(bench.cold(&lab.subjects[subject], SMALLEST, &event()?, true).await.map(Billed::total)?);
            }
        }
        let samples = values.map(|values| (!values.is_empty()).then(|| Sample::new(values)));
        figures.push(Figure::new(format!("{clusters} clusters"), Unit::Milliseconds, samples));
    }
    let dollars = |figure: &Figure, subject| per_million(figure.median(subject).unwrap_or(f64::NAN), SMALLEST.megabytes);
    let costs: Vec<_> = figures
        .iter()
        .map(|figure| format!("{} {:.2} $ (rdklib {:.2} $)", figure.what, dollars(figure, RULE), dollars(figure, RDKLIB)))
        .collect();
    let section = Section {
        name: "thrift",
        title: "A schedule at 128 MB, as billed".into(),
        note: format!(
            "A cold process for each of {rounds} runs, in turn, over TLS at {} ms per call; a whole CPU for init. {} A million such schedules \
             cost, at Lambda: {}. {SOURCES}",
            LATENCY.as_millis(),
            lab.means.describe(),
            costs.join(", ")
        ),
        figures,
    };
    Ok(Report { blocks: vec![Block::Section(section)], goals: Vec::new() })
}
