//! A function as small as can be: answers each event with itself, and what is not JSON with an error.
//!
//! It logs its process id and where it is at the start, and a line for each event. With `FAIL_TO_START` set it reports an init error and
//! ends; at the event `{"exit": 3}` it ends with that code, and without an answer.

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

use ureq::Agent;

fn main() {
    let client: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let base = format!("http://{}/2018-06-01/runtime", std::env::var("AWS_LAMBDA_RUNTIME_API").expect("Lambda sets it"));
    println!("process {}", std::process::id());
    println!("started in {}", std::env::var("AWS_REGION").expect("Lambda sets it"));
    if std::env::var_os("FAIL_TO_START").is_some() {
        let failure = r#"{"errorType": "Broken", "errorMessage": "told to fail"}"#;
        client.post(format!("{base}/init/error")).send(failure).expect("the Runtime API answers");
        return;
    }
    loop {
        let mut next = client.get(format!("{base}/invocation/next")).call().expect("the Runtime API answers");
        let id = next.headers()["lambda-runtime-aws-request-id"].to_str().expect("a plain id").to_owned();
        let event = next.body_mut().read_to_vec().expect("a whole event");
        eprintln!("event {id}");
        let (path, body) = match serde_json::from_slice::<serde_json::Value>(&event) {
            Ok(json) if json["exit"].is_i64() => {
                std::process::exit(json["exit"].as_i64().and_then(|code| code.try_into().ok()).expect("an exit code"));
            }
            Ok(json) => ("response", json),
            Err(error) => ("error", serde_json::json!({"errorType": "NotJson", "errorMessage": error.to_string()})),
        };
        client.post(format!("{base}/invocation/{id}/{path}")).send(body.to_string()).expect("the Runtime API answers");
    }
}
