//! A cold function and its first event.

use anyhow::Result;
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};

use crate::figures::{Block, FLOOR, Figure, Goal, RDKLIB, RULE, Report, Section, Unit};
use crate::lab::{Lab, megabytes, milliseconds, send};
use crate::process::{Endpoint, Process, Subject};
use crate::statistics::Sample;

/// In the order of the table.
const FIGURES: [(&str, Unit); 4] = [
    ("cold start (exec to the first poll)", Unit::Milliseconds),
    ("first event (taken to answered)", Unit::Milliseconds),
    ("CPU until the first event is answered", Unit::Milliseconds),
    ("peak memory", Unit::Megabytes),
];

/// Over plain HTTP and over TLS, all subjects in turn.
pub async fn measure(lab: &Lab) -> Result<Report> {
    let runs = lab.runs(31);
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let http = Endpoint::http(&emulator);
    let tls = Endpoint::tls(&emulator).await?;
    let event = lab.events.change(HOME_ACCOUNT, "c-0001")?;
    let over_tls = section(lab, &emulator, &tls, &event, runs, "start-tls", "A cold function and one change event, over TLS").await?;
    let over_http = section(lab, &emulator, &http, &event, runs, "start-http", "The same over plain HTTP").await?;
    let of = |figure: usize, subject, to| over_tls.figures[figure].ratio(subject, to).unwrap_or(f64::NAN);
    let goals = vec![
        Goal::new("cold start ÷ an empty function", 1.5, of(0, RULE, FLOOR)),
        Goal::new("cold start ÷ rdklib", 1.0 / 60.0, of(0, RULE, RDKLIB)),
        Goal::new("CPU until the first event is answered over TLS ÷ rdklib", 1.0 / 60.0, of(2, RULE, RDKLIB)),
        Goal::new("peak memory after it ÷ rdklib", 1.0 / 6.0, of(3, RULE, RDKLIB)),
    ];
    Ok(Report { blocks: vec![Block::Section(over_tls), Block::Section(over_http)], goals })
}

async fn section(
    lab: &Lab,
    emulator: &Emulator,
    endpoint: &Endpoint,
    event: &serde_json::Value,
    runs: usize,
    name: &'static str,
    title: &str,
) -> Result<Section> {
    let mut values: [[Vec<f64>; 3]; 4] = Default::default();
    // The first round fills the caches of the machine.
    for round in 0..=runs {
        for subject in Lab::turns(round) {
            let clusters = (subject != FLOOR).then_some(1);
            let measured = once(&lab.subjects[subject], emulator, endpoint, event, clusters).await?;
            for (figure, value) in measured.into_iter().enumerate() {
                if round > 0 {
                    values[figure][subject].push(value);
                }
            }
        }
    }
    let figures = FIGURES.iter().zip(values).map(|(&(what, unit), values)| Figure::new(what, unit, values.map(|v| Some(Sample::new(v)))));
    Ok(Section {
        name,
        title: title.to_owned(),
        note: format!(
            "Latency of AWS: none. {runs} runs of each in turn: median, and between what half of the runs were. The empty function answers without calling AWS."
        ),
        figures: figures.collect(),
    })
}

async fn once(
    subject: &Subject,
    emulator: &Emulator,
    endpoint: &Endpoint,
    event: &serde_json::Value,
    clusters: Option<usize>,
) -> Result<[f64; 4]> {
    let mut process = Process::start(subject, emulator, endpoint)?;
    let started = process.started;
    let cold = process.polls(emulator, started).await? - started;
    let first = send(&mut process, emulator, event, clusters).await?;
    let memory = process.peak_memory()?;
    Ok([milliseconds(cold), milliseconds(first.duration), milliseconds(process.cpu()?), megabytes(memory)])
}
