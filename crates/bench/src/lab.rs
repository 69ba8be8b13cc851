//! One event through one function, timed where Lambda would time it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use emulator::{Answer, Call, Emulator, Invocation};
use serde_json::Value;

use crate::events::Events;
use crate::figures::{FLOOR, RDKLIB, RULE};
use crate::process::{Process, Subject};
use crate::share::Means;

/// Longer than any schedule takes here.
const DEADLINE: Duration = Duration::from_secs(300);

/// What is compared: this function, the Python rule, and a function that does nothing; and what it is compared with.
pub struct Lab {
    pub subjects: [Subject; 3],
    /// This function in another order: it asks for its first event before it makes anything ready.
    pub late: Subject,
    pub events: Events,
    pub means: Means,
    pub neptune_audit: PathBuf,
    /// What judges plans beside the command, and the repository with the plans and policies.
    pub rego: PathBuf,
    pub checkov: PathBuf,
    pub root: PathBuf,
    /// A tenth of the runs.
    pub quick: bool,
}

impl Lab {
    /// The two that answer the question.
    pub const RULES: [usize; 2] = [RULE, RDKLIB];

    /// How many times something is measured.
    pub fn runs(&self, full: usize) -> usize {
        if self.quick { full.div_ceil(10) } else { full }
    }

    /// All three, another one first in each round: what ran before leaves the caches of the machine in some state.
    pub fn turns(round: usize) -> [usize; 3] {
        let mut turns = [RULE, RDKLIB, FLOOR];
        turns.rotate_left(round % 3);
        turns
    }
}

/// How one event went.
pub struct Run {
    /// From taking the event to answering it.
    pub duration: Duration,
    /// On a CPU, until the function was ready for the next event.
    pub cpu: Duration,
    pub calls: Vec<Call>,
}

/// Sends an event to a function that waits for one, and holds what it puts against what must be put: `clusters` compliant ones.
/// Without a number nothing is expected.
pub async fn send(process: &mut Process, emulator: &Emulator, event: &Value, clusters: Option<usize>) -> Result<Run> {
    emulator.reset_calls();
    emulator.reset_puts();
    let cpu_before = process.cpu()?;
    let sent = Instant::now();
    let answer = emulator.invoke(event, Invocation { deadline: DEADLINE, ..Invocation::default() }).await;
    process.polls(emulator, sent).await?;
    let cpu = process.cpu()?.saturating_sub(cpu_before);
    ensure!(matches!(answer, Answer::Response(_)), "the function failed: {answer:?}");
    let steps = emulator.steps();
    let at = |name: &str| steps.iter().rev().find(|step| step.step == name).map(|step| step.at);
    let (Some(taken), Some(answered)) = (at("delivered"), at("response")) else { anyhow::bail!("no event was taken and answered") };
    if let Some(expected) = clusters {
        let put = emulator.put_evaluations();
        let compliant = put.iter().filter(|(_, evaluation)| evaluation["ComplianceType"] == "COMPLIANT").count();
        ensure!(compliant == expected && put.len() == expected, "{compliant} of {} compliant: {expected} expected; {answer:?}", put.len());
    }
    Ok(Run { duration: answered - taken, cpu, calls: emulator.calls() })
}

pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
