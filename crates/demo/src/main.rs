//! Runs the real function on a made-up fleet, and shows what AWS Config would receive.
//!
//! No AWS account and no network: the emulator stands in for AWS and for the Lambda Runtime API. Without arguments it plays
//! every scene and exits 0 only if each verdict is the expected one; with events as arguments it sends just those.
//!
//! In reading order: `scenes` is the story, `scene` one event of it about every cluster, `stage` runs emulator and function,
//! `expected` knows what must come out, `review` compares, `repair` runs the runbook, `screen` prints.

#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a tool of this repository, which no user runs: it may stop with a panic, and it prints"
)]

mod expected;
mod repair;
mod review;
mod scene;
mod scenes;
mod screen;
mod stage;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::stage::Stage;

/// Shows what neptune-audit-rule reports about a fleet in which each cluster has another fate.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Events to send; without any, the whole demo is played.
    events: Vec<PathBuf>,
    /// The function's binary.
    #[arg(long, default_value = "target/release/neptune-audit-rule")]
    function: PathBuf,
    /// The fleet that stands in for AWS.
    #[arg(long, default_value = "crates/demo/fleet.json")]
    fleet: PathBuf,
    /// The folder of the events that the demo sends.
    #[arg(long, default_value = "events")]
    event_folder: PathBuf,
    /// Ends with a repair of the broken clusters by the remediation runbook, which needs node and the project's `.venv`.
    #[arg(long, conflicts_with = "events")]
    repair: bool,
    /// Prints what the function logged, at the end.
    #[arg(long)]
    log: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            screen::failure(&error);
            ExitCode::FAILURE
        }
    }
}

/// Whether everything came out as expected.
async fn run(arguments: Arguments) -> Result<bool> {
    let mut stage = Stage::set(&arguments.function, &arguments.fleet, arguments.event_folder).await?;
    let played = if arguments.events.is_empty() {
        scenes::play_all(&mut stage, arguments.repair).await
    } else {
        scenes::send(&mut stage, &arguments.events).await
    };
    let log = stage.end();
    if arguments.log {
        screen::log(&log);
    }
    played
}
