//! Runs the real function on a made-up fleet, and shows what AWS Config would receive.
//!
//! No AWS account and no network: the emulator stands in for AWS and for the Lambda Runtime API. Without arguments it plays
//! every scene and exits 0 only if each verdict is the expected one; with events as arguments it sends just those.
//!
//! In reading order: `scenes` is the story, `scene` one event of it about every cluster, `stage` runs emulator and function,
//! `expected` knows what must come out, `review` compares, `beside` runs the command
//! beside the rule, `repair` runs the runbook, `showing` and `screen` print,
//! `table` and `wrapping` keep words whole.

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

mod beside;
mod expected;
mod repair;
mod review;
mod scene;
mod scenes;
mod screen;
mod showing;
mod stage;
mod table;
mod wrapping;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use emulator::interruption;

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
    /// Ends with a repair of the broken clusters by the remediation runbook. It needs node and the project's `.venv`, and is skipped
    /// where they are missing.
    #[arg(long, conflicts_with = "events")]
    repair: bool,
    /// Prints what the function logged, at the end.
    #[arg(long)]
    log: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(Arguments::parse()).await.unwrap_or_else(|error| {
        screen::failure(&error);
        ExitCode::FAILURE
    })
}

/// Succeeds if everything came out as expected.
async fn run(arguments: Arguments) -> Result<ExitCode> {
    // Before anything is started, so that everything is stopped.
    let interrupted = interruption()?;
    let mut stage = Stage::set(&arguments.function, &arguments.fleet, arguments.event_folder).await?;
    let played = tokio::select! {
        played = play(&mut stage, &arguments.events, arguments.repair) => played,
        interruption = interrupted => {
            stage.end();
            return Ok(interruption.exit_code().into());
        }
    };
    let log = stage.end();
    if arguments.log {
        screen::log(&log);
    }
    Ok(if played? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn play(stage: &mut Stage, events: &[PathBuf], with_repair: bool) -> Result<bool> {
    if events.is_empty() { scenes::play_all(stage, with_repair).await } else { scenes::send(stage, events).await }
}
