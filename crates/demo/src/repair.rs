//! Runs the remediation runbook on clusters of the emulator, through `crates/demo/repair.mjs`.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::{Instant, timeout_at};

use crate::stage::Stage;

/// What the simulator needs: its packages, and a Python with boto3 for the runbook's scripts.
const NEEDED: [&str; 2] = ["tests/remediation/node_modules", ".venv/bin/python"];

/// A run takes a second or two; the simulator itself waits for a virtual day, which takes it minutes.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a run of the runbook did.
#[derive(Deserialize)]
pub(crate) struct Repair {
    /// `DbClusterResourceId`.
    pub(crate) cluster: String,
    pub(crate) succeeded: bool,
    #[serde(default)]
    pub(crate) error: String,
    changes: Vec<String>,
    /// What it says is left to do.
    left: Vec<String>,
}

/// One line for each change, and for each thing that is left.
impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.left.iter().map(|left| format!("left: {left}"));
        let lines: Vec<_> = self.changes.iter().cloned().chain(left).collect();
        f.write_str(&lines.join("\n"))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Step { step: String },
    Done(Repair),
}

/// Repairs these clusters, one after the other.
pub(crate) async fn run(stage: &Stage, clusters: impl Iterator<Item = &str>) -> Result<Vec<Repair>> {
    for path in NEEDED {
        ensure!(
            Path::new(path).exists(),
            "{path} is not there: `make venv` and `npm ci --prefix tests/remediation` install what the runbook needs"
        );
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let mut child = Command::new("node")
        .arg("crates/demo/repair.mjs")
        .arg(stage.endpoint())
        .args(clusters)
        .env("PATH", format!(".venv/bin:{path}"))
        .env("AWS_ENDPOINT_URL", stage.endpoint())
        .env("AWS_REGION", stage.region())
        .env("AWS_DEFAULT_REGION", stage.region())
        .env("AWS_ACCESS_KEY_ID", "fictional")
        .env("AWS_SECRET_ACCESS_KEY", "fictional")
        .env("NODE_NO_WARNINGS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot run node, which the simulator of the runbook needs")?;
    let output = child.stdout.take().context("node has no output")?;
    let mut lines = BufReader::new(output).lines();
    let mut repairs = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while let Some(line) =
        timeout_at(deadline, lines.next_line()).await.context("the runbook takes too long: what is it waiting for?")??
    {
        match serde_json::from_str(&line).with_context(|| format!("crates/demo/repair.mjs wrote `{line}`"))? {
            Line::Step { step } => stage.progress(&format!("the runbook: {step}")),
            Line::Done(repair) => repairs.push(repair),
        }
    }
    stage.progress("");
    let status = child.wait().await?;
    ensure!(status.success(), "crates/demo/repair.mjs ended with {status}");
    Ok(repairs)
}
