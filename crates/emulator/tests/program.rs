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
use std::process::{Command, Output, Stdio};

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
