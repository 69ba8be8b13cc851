//! Engines are asked in turn.

use std::time::Duration;

use anyhow::{Context, Result};

use super::engines::{Answers, Engine, Kind};
use super::watch::{Watched, watch};
use super::workload::{RUNS, Workload};
use crate::lab::Lab;

/// How long an engine may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How an engine went.
pub struct Outcome {
    pub kind: Kind,
    /// Those that ended in time.
    pub runs: Vec<Watched>,
    /// Of the last; none where it did not end, or failed.
    pub answers: Option<Answers>,
}

/// What was asked, and how each engine went.
pub struct Comparison {
    pub workload: Workload,
    pub outcomes: Vec<Outcome>,
}

/// Every engine in turn, another one first in each round. One that did not end in time is not asked again.
pub fn ask(lab: &Lab, workload: &Workload, engines: &[&Engine]) -> Result<Vec<Outcome>> {
    let mut outcomes: Vec<_> = engines.iter().map(|engine| Outcome { kind: engine.kind, runs: Vec::new(), answers: None }).collect();
    let mut given_up = vec![false; engines.len()];
    for round in 0..lab.runs(RUNS) {
        for turn in 0..engines.len() {
            let place = (turn + round) % engines.len();
            let engine = engines[place];
            if given_up[place] || engine.kind != Kind::Command && round >= workload.slow_runs {
                continue;
            }
            let arguments = engine.arguments(workload.folder.path(), &workload.plans);
            match watch(&engine.program, &arguments, workload.folder.path(), PATIENCE)? {
                Some(watched) => {
                    let answers = engine.answers(&watched.printed).with_context(|| format!("{:?} about {}", engine.kind, workload.what));
                    if let Err(error) = &answers {
                        eprintln!("gate: {error:#}");
                        given_up[place] = true;
                    }
                    outcomes[place].answers = answers.ok();
                    outcomes[place].runs.push(watched);
                }
                None => given_up[place] = true,
            }
        }
    }
    Ok(outcomes)
}
