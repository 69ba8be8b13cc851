//! The emulator as a program: `serve` for experiments and for tests in other languages, `invoke` for one event.

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

mod program;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::program::serve::Settings;
use crate::program::{invoke, serve};

/// A local stand-in for the AWS endpoints and the Lambda Runtime API that neptune-audit-rule talks to.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until interrupted.
    Serve {
        /// The fleet, as JSON; otherwise three healthy clusters.
        #[arg(long)]
        fleet: Option<PathBuf>,
        /// The port on the loopback interface; 0: any free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Let every AWS call take at least so many milliseconds.
        #[arg(long, default_value_t = 0)]
        latency_ms: u64,
        /// The function's binary, which is attached and started again whenever it ends.
        #[arg(long)]
        function: Option<PathBuf>,
        /// Serve TLS too, and write the certificate authority to trust to this file.
        #[arg(long)]
        tls_authority: Option<PathBuf>,
    },
    /// Send one event to the function's binary, and show what came of it.
    Invoke {
        /// The event, as JSON.
        event: PathBuf,
        /// The function's binary.
        #[arg(long)]
        function: PathBuf,
        /// The fleet, as JSON; otherwise three healthy clusters.
        #[arg(long)]
        fleet: Option<PathBuf>,
        /// The function's timeout in seconds.
        #[arg(long, default_value_t = 60)]
        timeout: u64,
        /// Show the function's log too.
        #[arg(long)]
        log: bool,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve { fleet, port, latency_ms, function, tls_authority } => {
            serve::run(Settings { fleet, port, latency: Duration::from_millis(latency_ms), tls_authority, function }).await
        }
        Command::Invoke { event, function, fleet, timeout, log } => {
            invoke::run(event, function, fleet, Duration::from_secs(timeout), log).await
        }
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("emulator: {failure}");
            ExitCode::FAILURE
        }
    }
}
