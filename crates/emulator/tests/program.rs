//! The emulator as a program: what a person sees, and what a script relies on.

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

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use ureq::Agent;

/// `examples/echo.rs`, which `cargo test` builds beside the tests.
fn echo() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows itself");
    let echo = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps").join("examples/echo");
    assert!(echo.exists(), "{} is missing: cargo build -p emulator --examples", echo.display());
    echo
}

fn emulator() -> Command {
    Command::new(env!("CARGO_BIN_EXE_emulator"))
}

fn invoke(event: &str, name: &str) -> Output {
    let path = std::env::temp_dir().join(format!("emulator-{}-{name}", std::process::id()));
    std::fs::write(&path, event).expect("the event is written");
    let output = emulator().arg("invoke").arg(&path).arg("--function").arg(echo()).arg("--log").output().expect("it runs");
    std::fs::remove_file(path).expect("the event is removed");
    output
}

#[test]
fn an_answer_is_shown_with_what_was_put_and_called() {
    let output = invoke(r#"{"number": 1}"#, "answer");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    for part in ["answer\n  {\"number\":1}", "AWS Config received\n  nothing", "AWS calls", "started in eu-west-1"] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}

#[test]
fn an_error_answer_is_a_failure() {
    let output = invoke("no json", "error");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("NotJson: "));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = emulator().args(["invoke", "/nowhere/event.json", "--function", "x"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/event.json"));
}

#[test]
fn the_first_line_of_serve_is_the_endpoint() -> Result<(), Box<dyn std::error::Error>> {
    let mut child = emulator().arg("serve").stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("stdout is piped")?).read_line(&mut line)?;
    let calls = ureq::get(format!("{}/_emulator/calls", line.trim())).call()?.body_mut().read_to_string();
    child.kill()?;
    child.wait()?;
    assert_eq!(calls?, "[]");
    Ok(())
}

/// `emulator serve` with the echoing function attached. It is killed when this is dropped.
struct Serving {
    child: Child,
    endpoint: String,
    told: BufReader<std::process::ChildStderr>,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut child = emulator().arg("serve").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut endpoint = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut endpoint).expect("the endpoint");
        let told = BufReader::new(child.stderr.take().expect("piped"));
        Self { child, endpoint: endpoint.trim().to_owned(), told }
    }

    fn attached() -> Self {
        Self::start(&["--function", echo().to_str().expect("a plain path")])
    }

    /// Reads what it tells until a line has this text, and gives that line.
    fn hears(&mut self, text: &str) -> String {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(self.told.read_line(&mut line).expect("a line") > 0, "it never said `{text}`");
        }
        line.trim().to_owned()
    }

    fn post(&self, path: &str, body: &str) -> (u16, String) {
        let client: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = client.post(format!("{}/_emulator/{path}", self.endpoint)).send(body).expect("an answer");
        (answer.status().as_u16(), answer.body_mut().read_to_string().expect("a whole answer"))
    }

    fn invoke(&self, event: &Value) -> (u16, Value) {
        let (status, answer) = self.post("invoke", &event.to_string());
        (status, serde_json::from_str(&answer).expect("JSON"))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_invocation_without_a_function_is_told_so() {
    let serving = Serving::start(&[]);
    let (status, answer) = serving.invoke(&json!({}));
    assert_eq!((status, &answer["error"]["error_type"]), (503, &json!("NoFunction")));
    assert!(answer["error"]["error_message"].as_str().unwrap().contains("--function"), "{answer}");
    let (status, said) = serving.post("judge", "");
    assert!(status == 503 && said.contains("AWS_LAMBDA_RUNTIME_API"), "{status} {said}");
}

#[test]
fn an_attached_function_is_started_again_when_it_ends() {
    let serving = Serving::attached();
    assert_eq!(serving.invoke(&json!({"number": 1})), (200, json!({"response": {"number": 1}})));
    let (status, answer) = serving.invoke(&json!({"exit": 3}));
    assert_eq!((status, &answer["error"]["error_type"]), (200, &json!("Runtime.ExitError")));
    assert!(answer["error"]["error_message"].as_str().unwrap().contains("exit status: 3"), "{answer}");
    assert_eq!(serving.invoke(&json!({"number": 2})), (200, json!({"response": {"number": 2}})));
}

#[test]
fn three_lines_break_a_cluster_judge_and_repair() {
    let mut serving = Serving::attached();
    for (word, part) in [("break", "DisableLogTypes"), ("judge", "_emulator/judge"), ("repair", "EnableLogTypes")] {
        let line = serving.hears(word);
        assert!(line.contains(part) && line.contains(&serving.endpoint) && line.contains("curl"), "{line}");
    }
}

#[test]
fn judging_asks_the_function_and_tells_what_was_put() {
    let serving = Serving::attached();
    let (status, said) = serving.post("judge", r#"{"minimumRetentionDays": "90"}"#);
    assert_eq!((status, said.as_str()), (200, "AWS Config received no results\n"));
    assert_eq!(serving.post("judge", "no JSON").0, 400);
}

#[test]
fn a_function_that_cannot_be_run_is_named_at_once() {
    let output = emulator().args(["serve", "--function", "/nowhere/bootstrap"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/bootstrap"));
}

#[cfg(unix)]
#[test]
fn no_child_is_left_behind() {
    let signal = |name: &str, process: &str| {
        let sent = Command::new("kill").args(["-s", name, process]).stderr(Stdio::null()).status();
        sent.expect("kill runs").success()
    };
    for name in ["INT", "TERM", "HUP"] {
        let mut serving = Serving::attached();
        let child = serving.hears("process").rsplit(' ').next().expect("a process id").to_owned();
        assert_eq!(serving.invoke(&json!(1)).0, 200);
        assert!(signal("0", &child), "the function runs");
        assert!(signal(name, &serving.child.id().to_string()));
        assert!(serving.child.wait().expect("it ends").success(), "{name}");
        assert!(!signal("0", &child), "the function is left behind after {name}");
    }
}
