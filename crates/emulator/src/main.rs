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

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use emulator::{Answer, Call, Emulator, Fleet, Function, Invocation};
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

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
        Command::Serve { fleet, port, latency_ms, tls_authority } => serve(fleet, port, latency_ms, tls_authority).await,
        Command::Invoke { event, function, fleet, timeout, log } => invoke(event, function, fleet, Duration::from_secs(timeout), log).await,
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("emulator: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn read(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}

fn fleet(path: Option<PathBuf>) -> Result<Fleet, Failure> {
    match path {
        None => Ok(Fleet::healthy(3)),
        Some(path) => Fleet::from_json(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()).into()),
    }
}

async fn serve(path: Option<PathBuf>, port: u16, latency_ms: u64, tls_authority: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let emulator = Emulator::start_on(address, fleet(path)?).await.map_err(|error| format!("cannot serve on {address}: {error}"))?;
    emulator.set_latency(Duration::from_millis(latency_ms));
    // The endpoint stands alone on the first line, that of TLS on the second, for programs.
    println!("{}", emulator.endpoint());
    if let Some(path) = tls_authority {
        let tls = emulator.start_tls().await?;
        std::fs::write(&path, tls.certificate_authority).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        println!("{}", tls.endpoint);
    }
    eprintln!(
        "AWS endpoint and Lambda Runtime API in one; stop with Ctrl-C. Any credentials do:\n\n  \
         AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any \\\n    \
         aws neptune describe-db-clusters --endpoint-url {} --region {}\n\n\
         control: {}/_emulator/calls (also puts, evaluations, fleet, faults, steps, invoke)",
        emulator.endpoint(),
        emulator.region(),
        emulator.endpoint(),
    );
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}

async fn invoke(event: PathBuf, binary: PathBuf, path: Option<PathBuf>, deadline: Duration, show_log: bool) -> Result<ExitCode, Failure> {
    let event = read(&event)?;
    let emulator = Emulator::start(fleet(path)?).await;
    let mut function = Function::spawn(&binary, &emulator, [("RUST_BACKTRACE", "1")])?;
    let function_arn = function_arn(&emulator.fleet());
    let invocation = Invocation { deadline, function_arn, ..Invocation::default() };
    let answer = tokio::select! {
        answer = emulator.invoke(event, invocation) => answer,
        status = function.wait() => {
            for line in function.log() {
                eprintln!("  {line}");
            }
            return Err(format!("the function ended without an answer: {}", status?).into());
        }
    };
    show_answer(&answer, deadline);
    show_puts(&emulator);
    show_calls(&emulator.calls());
    if show_log {
        println!("\nlog");
        for line in function.log() {
            println!("  {line}");
        }
    }
    Ok(if matches!(answer, Answer::Response(_)) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn function_arn(fleet: &Fleet) -> String {
    let (partition, region, account) = (fleet.partition(), &fleet.region, &fleet.home_account);
    format!("arn:{partition}:lambda:{region}:{account}:function:neptune-audit-rule")
}

fn show_answer(answer: &Answer, deadline: Duration) {
    match answer {
        Answer::Response(value) => println!("answer\n  {value}"),
        Answer::Error { error_type, error_message } => println!("error answer\n  {error_type}: {error_message}"),
        Answer::InitError { error_type, error_message } => {
            println!("the function could not start\n  {error_type}: {error_message}");
        }
        Answer::None => println!("no answer within {} s", deadline.as_secs()),
    }
}

fn show_puts(emulator: &Emulator) {
    println!("\nAWS Config received");
    let names = cluster_names(&emulator.fleet());
    let puts = emulator.puts();
    if puts.is_empty() {
        println!("  nothing");
    }
    for put in puts {
        let evaluations = put.body["Evaluations"].as_array().cloned().unwrap_or_default();
        let test = if put.body["TestMode"] == true { " (test mode: not recorded)" } else { "" };
        println!("  account {}: {} evaluation(s){test}", put.account, evaluations.len());
        for evaluation in evaluations {
            let text = |name: &str| evaluation[name].as_str().unwrap_or("-").to_owned();
            let id = text("ComplianceResourceId");
            let name = names.get(&id).map(String::as_str).unwrap_or("no cluster of this fleet");
            println!("    {:<14}  {name} ({id})", text("ComplianceType"));
            println!("    {:<14}  {}", "", text("Annotation"));
        }
    }
}

fn cluster_names(fleet: &Fleet) -> HashMap<String, String> {
    let clusters = fleet.accounts.values().flat_map(|account| &account.clusters);
    clusters.map(|cluster| (cluster.resource_id.clone(), cluster.identifier.clone())).collect()
}

fn show_calls(calls: &[Call]) {
    println!("\nAWS calls");
    for call in calls {
        let outcome = match (&call.error_code, call.status) {
            (Some(code), _) => code.clone(),
            (None, Some(status)) => status.to_string(),
            (None, None) => "under way".to_owned(),
        };
        let took = call.ended_ms.map_or("-".to_owned(), |ended| format!("{:.1}", ended - call.started_ms));
        println!("  {:>8.1} ms  {:>6} ms  {:<38} {:<10} {}", call.started_ms, took, call.action, outcome, about(call));
    }
}

/// The parameters of a call in a few words; never a result token.
fn about(call: &Call) -> String {
    let Some(parameters) = call.parameters.as_object() else {
        return String::new();
    };
    let shown = |value: &Value| match value {
        Value::String(text) => text.chars().take(60).collect(),
        Value::Array(entries) if entries.len() > 3 => format!("[{} entries]", entries.len()),
        other => other.to_string().chars().take(60).collect(),
    };
    parameters
        .iter()
        .filter(|(name, _)| !["ResultToken", "Marker", "NextToken", "nextToken"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={}", shown(value)))
        .collect::<Vec<_>>()
        .join(" ")
}
