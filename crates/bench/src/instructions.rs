//! Instructions that were run, counted by valgrind: the same on a busy machine and an idle one, or nearly.

use std::path::Path;

use anyhow::{Context, Result};
use emulator::fleet::HOME_ACCOUNT;
use emulator::{Emulator, Fleet};

use crate::figures::{Block, FLOOR, Figure, Goal, RULE, Report, Section, Unit};
use crate::lab::{Lab, send};
use crate::process::{Endpoint, Process};
use crate::statistics::Sample;

/// Warm events: enough that the first ones do not count for much.
const WARM: usize = 5;

/// Only a word about it where valgrind is not installed.
pub async fn measure(lab: &Lab) -> Result<Report> {
    if !Path::new("/usr/bin/valgrind").exists() {
        let text = "Instructions were not counted: valgrind is not installed.\n".to_owned();
        return Ok(Report { blocks: vec![Block::Text(text)], goals: Vec::new() });
    }
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let endpoint = Endpoint::tls(&emulator).await?;
    let event = lab.events.change(HOME_ACCOUNT, "c-0001")?;
    let mut values = [[None; 3]; 3];
    for subject in [RULE, FLOOR] {
        let clusters = (subject == RULE).then_some(1);
        let mut counts = [0.0; 3];
        for (count, sent) in counts.iter_mut().zip([0, 1, 1 + WARM]) {
            let output = tempfile::NamedTempFile::new()?;
            let mut option = std::ffi::OsString::from("--callgrind-out-file=");
            option.push(output.path());
            let counted = lab.subjects[subject].under("/usr/bin/valgrind", ["--tool=callgrind".into(), option]);
            let mut process = Process::start(&counted, &emulator, &endpoint)?;
            let started = process.started;
            process.polls(&emulator, started).await?;
            for _ in 0..sent {
                send(&mut process, &emulator, &event, clusters).await?;
            }
            process.terminate()?;
            *count = total(output.path())? / 1e6;
        }
        let [start, first, warm] = counts;
        values[0][subject] = Some(start);
        values[1][subject] = Some(first - start);
        values[2][subject] = Some((warm - first) / WARM as f64);
    }
    let names = ["start, to the first poll", "first event", "warm event"];
    let figures = names.iter().zip(values).map(|(name, values)| {
        Figure::new(*name, Unit::MillionInstructions, values.map(|value| value.map(|value| Sample::new(vec![value]))))
    });
    let first = values[1][RULE].unwrap_or(f64::NAN);
    let goal = Goal { unit: "million", ..Goal::new("instructions of the first event, outside init", 9.0, first) };
    let section = Section {
        name: "instructions",
        title: "Instructions, over TLS".into(),
        note: "Counted by callgrind, loading and linking the program included.".into(),
        figures: figures.collect(),
    };
    Ok(Report { blocks: vec![Block::Section(section)], goals: vec![goal] })
}

/// `summary: 12345` or `totals: 12345`.
fn total(path: &Path) -> Result<f64> {
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix("totals:").or_else(|| line.strip_prefix("summary:")));
    Ok(line.context("callgrind wrote no total")?.trim().parse()?)
}
