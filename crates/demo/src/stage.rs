//! The emulator with its fleet, the function's process, and one event at a time between them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use emulator::{Answer, Cluster, Emulator, Fault, Fleet, Function, Invocation};
use indicatif::ProgressBar;
use serde_json::Value;

/// How much of the function's log says why something failed.
const LOG_LINES: usize = 5;

/// A line of the log may arrive after the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The function's last lines may arrive after its end.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Everything that a scene needs.
pub(crate) struct Stage {
    emulator: Emulator,
    function: Function,
    /// The function's program.
    program: PathBuf,
    fleet: Fleet,
    event_folder: PathBuf,
    progress: ProgressBar,
}

/// What came of one event.
pub(crate) struct Outcome {
    /// What the function answered.
    pub(crate) answer: Answer,
    /// What AWS Config received.
    pub(crate) evaluations: Vec<Evaluation>,
    /// How often each AWS call was made.
    pub(crate) calls: BTreeMap<String, usize>,
    /// From the event to the answer.
    pub(crate) took: Duration,
}

/// One result that AWS Config received.
pub(crate) struct Evaluation {
    pub(crate) account: String,
    pub(crate) resource_id: String,
    pub(crate) compliance: String,
    pub(crate) annotation: String,
}

impl Stage {
    /// Starts the emulator and the function.
    pub(crate) async fn set(function: &Path, fleet: &Path, event_folder: PathBuf) -> Result<Self> {
        if !function.is_file() {
            bail!(
                "there is no function at {}: build it with `cargo build --release`, or say where it is with `--function`",
                function.display()
            );
        }
        let json = read(fleet)?;
        let fleet = Fleet::from_json(&json).with_context(|| format!("{} is not a fleet", fleet.display()))?;
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(Duration::from_millis(100));
        let emulator = Emulator::start(fleet.clone()).await;
        let program = function.to_owned();
        let function = Function::spawn(&program, &emulator, [("RUST_LOG", "info")])?;
        Ok(Self { emulator, function, program, fleet, event_folder, progress })
    }

    /// The same function in another Region, on a fleet as it is now. It ends when it is dropped.
    pub(crate) async fn elsewhere(&self, region: &str) -> Result<Self> {
        let fleet = self.emulator.fleet();
        let emulator = Emulator::start(fleet.clone()).await;
        let function = Function::spawn(&self.program, &emulator, [("AWS_REGION", region), ("RUST_LOG", "info")])?;
        let (program, event_folder, progress) = (self.program.clone(), self.event_folder.clone(), self.progress.clone());
        Ok(Self { emulator, function, program, fleet, event_folder, progress })
    }

    /// The command, which is built beside the function.
    pub(crate) fn command(&self) -> PathBuf {
        self.program.with_file_name("neptune-audit")
    }

    /// The fleet as it was before anything happened.
    pub(crate) fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    pub(crate) fn event_folder(&self) -> &Path {
        &self.event_folder
    }

    /// Everything back to the beginning; the function stays warm.
    pub(crate) fn reset(&self) {
        self.emulator.clear_faults();
        self.emulator.update(|fleet| *fleet = self.fleet.clone());
    }

    /// Changes what AWS would say.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Fleet)) {
        self.emulator.update(change);
    }

    pub(crate) fn clear_faults(&self) {
        self.emulator.clear_faults();
    }

    /// How many lines the function has logged.
    pub(crate) fn log_length(&self) -> usize {
        self.function.log().len()
    }

    /// The first warning after so many lines of the log.
    pub(crate) async fn warning(&self, logged: usize) -> Option<String> {
        let warning = |line: &String| {
            let line: Value = serde_json::from_str(line).ok()?;
            (line["level"] == "WARN").then(|| line["message"].as_str().unwrap_or_default().to_owned())
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.function.log().iter().skip(logged).find_map(warning);
            if found.is_some() || Instant::now() > deadline {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) fn inject(&self, fault: Fault) {
        self.emulator.inject(fault);
    }

    /// Sends an event of the event folder.
    pub(crate) async fn send(&mut self, event: &str) -> Result<Outcome> {
        self.send_file(&self.event_folder.join(event)).await
    }

    /// Sends an event and waits for what comes of it.
    pub(crate) async fn send_file(&mut self, path: &Path) -> Result<Outcome> {
        let event = read(path)?;
        self.progress(&format!("sending {}", path.display()));
        self.emulator.reset_calls();
        self.emulator.reset_puts();
        let started = Instant::now();
        let answer = tokio::select! {
            answer = self.emulator.invoke(event, Invocation::default()) => answer,
            ended = self.function.wait() => return Err(self.failure(&format!("the function ended by itself ({})", ended?)).await),
        };
        let took = started.elapsed();
        self.progress("");
        match &answer {
            Answer::None => return Err(self.failure(&format!("the function did not answer {}", path.display())).await),
            Answer::InitError { error_type, error_message } => bail!("the function could not start: {error_type}: {error_message}"),
            Answer::Response(_) | Answer::Error { .. } => {}
        }
        let mut calls = BTreeMap::new();
        for call in self.emulator.calls() {
            *calls.entry(call.action).or_default() += 1;
        }
        let evaluations = self.emulator.put_evaluations().into_iter().map(Evaluation::new).collect();
        Ok(Outcome { answer, evaluations, calls, took })
    }

    /// For `AWS_ENDPOINT_URL`.
    pub(crate) fn endpoint(&self) -> String {
        self.emulator.endpoint()
    }

    pub(crate) fn region(&self) -> &str {
        &self.fleet.region
    }

    /// Says what is being waited for.
    pub(crate) fn progress(&self, message: &str) {
        self.progress.set_message(message.to_owned());
    }

    /// Prints while the progress is out of the way.
    pub(crate) fn print(&self, print: impl FnOnce()) {
        self.progress.suspend(print);
    }

    /// Clears the progress; what the function logged.
    pub(crate) fn end(&self) -> Vec<String> {
        self.progress.finish_and_clear();
        self.function.log()
    }

    /// What went wrong, with the end of the function's log.
    async fn failure(&self, what: &str) -> anyhow::Error {
        tokio::time::sleep(LAST_WORDS).await;
        let log = self.function.log();
        let end = log.iter().skip(log.len().saturating_sub(LOG_LINES)).map(|line| format!("\n  {line}"));
        anyhow!("{what}; the end of its log:{}", end.collect::<String>())
    }

    /// The clusters of an account, as they were before anything happened.
    pub(crate) fn clusters(&self, account: &str) -> &[Cluster] {
        self.fleet.accounts.get(account).map(|account| account.clusters.as_slice()).unwrap_or_default()
    }

    /// Which cluster of its account was judged.
    pub(crate) fn place_of(&self, evaluation: &Evaluation) -> Option<usize> {
        self.clusters(&evaluation.account).iter().position(|cluster| cluster.resource_id == evaluation.resource_id)
    }
}

impl Evaluation {
    fn new((account, body): (String, Value)) -> Self {
        let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
        Self { account, resource_id: text("ComplianceResourceId"), compliance: text("ComplianceType"), annotation: text("Annotation") }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}: run the demo from the top of the repository", path.display()))
}
