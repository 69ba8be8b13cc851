//! `invoke`: one event to the function's binary, and what came of it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use emulator::{Answer, Call, Emulator, Fleet, Function, Invocation, interruption};
use serde_json::Value;

use super::files::{Failure, fleet, read};

pub async fn run(event: PathBuf, binary: PathBuf, path: Option<PathBuf>, deadline: Duration, show_log: bool) -> Result<ExitCode, Failure> {
    let event = read(&event)?;
    let emulator = Emulator::start(fleet(path.as_deref())?).await;
    let interrupted = interruption()?;
    let mut function = Function::spawn(&binary, &emulator, [("RUST_BACKTRACE", "1")])?;
    let function_arn = function_arn(&emulator.fleet());
    let invocation = Invocation { deadline, function_arn, ..Invocation::default() };
    let answer = tokio::select! {
        answer = emulator.invoke(event, invocation) => answer,
        interruption = interrupted => return Ok(interruption.exit_code().into()),
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
