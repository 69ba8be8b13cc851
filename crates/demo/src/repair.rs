//! Runs the remediation runbook on clusters of the emulator, through `crates/demo/repair.mjs`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::{Instant, timeout_at};

use crate::stage::Stage;

/// What the simulator needs: its packages, and a Python with boto3 for the runbook's scripts.
const NEEDED: [&str; 2] = ["tests/remediation/node_modules", ".venv/bin/python"];

/// What is missing for a repair, in words.
pub(crate) fn missing() -> Option<String> {
    if !folders().any(|folder| folder.join("node").is_file()) {
        return Some("there is no node on the PATH".to_owned());
    }
    NEEDED.iter().find(|path| !Path::new(path).exists()).map(|path| format!("{path} is not there"))
}

/// Where programs are looked for: the project's own come first.
fn folders() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let others: Vec<_> = std::env::split_paths(&path).collect();
    std::iter::once(PathBuf::from(".venv/bin")).chain(others)
}

/// Ends a process and all that it started. Without it, a script of the runbook would go on by itself.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // It is over already where everything went well.
            let _ = killpg(leader, Signal::SIGKILL);
        }
    }
}

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
    let mut child = Command::new("node")
        .arg("crates/demo/repair.mjs")
        .arg(stage.endpoint())
        .args(clusters)
        .env("PATH", std::env::join_paths(folders())?)
        .env("AWS_ENDPOINT_URL", stage.endpoint())
        .env("AWS_REGION", stage.region())
        .env("AWS_DEFAULT_REGION", stage.region())
        .env("AWS_ACCESS_KEY_ID", "fictional")
        .env("AWS_SECRET_ACCESS_KEY", "fictional")
        .env("NODE_NO_WARNINGS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .context("cannot run node, which the simulator of the runbook needs")?;
    let _group = Group(child.id().and_then(|id| id.try_into().ok()).map(Pid::from_raw));
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
