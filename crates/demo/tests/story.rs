//! The demo as a person runs it: its exit code, what it says when something is wrong, and its colours.

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

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The function beside the demo in the target folder, or the one that `NEPTUNE_AUDIT_RULE` names.
fn function() -> PathBuf {
    let beside = || Path::new(env!("CARGO_BIN_EXE_demo")).with_file_name("neptune-audit-rule");
    let path = std::env::var_os("NEPTUNE_AUDIT_RULE").map_or_else(beside, PathBuf::from);
    assert!(path.is_file(), "{} is not there: run `cargo build --workspace`", path.display());
    path
}

fn demo(arguments: &[&str], environment: &[(&str, &str)]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        .current_dir(top())
        .arg("--function")
        .arg(function())
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].map(String::from_utf8_lossy).concat();
    (output, text)
}

#[test]
fn every_outcome_is_as_expected() {
    let (output, text) = demo(&[], &[]);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("outcomes are as expected"), "{text}");
}

#[test]
fn one_unexpected_verdict_fails_the_demo_and_is_named() {
    let fleet = fs::read_to_string(top().join("crates/demo/fleet.json")).unwrap();
    let wrong = fleet.replacen("\"expected\": \"NON_COMPLIANT EXPORT_PENDING\"", "\"expected\": \"COMPLIANT\"", 1);
    assert_ne!(fleet, wrong);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong-fleet.json");
    fs::write(&path, wrong).unwrap();
    let (output, text) = demo(&["--fleet", path.to_str().unwrap()], &[]);
    assert!(!output.status.success());
    assert!(text.contains("recommendations: expected COMPLIANT, AWS Config received NON_COMPLIANT EXPORT_PENDING"), "{text}");
}

#[test]
fn a_missing_code_is_as_bad_as_a_wrong_verdict() {
    let fleet = fs::read_to_string(top().join("crates/demo/fleet.json")).unwrap();
    let wrong = fleet.replacen("NON_COMPLIANT PARAMETER_OFF EXPORT_OFF", "NON_COMPLIANT PARAMETER_OFF", 1);
    assert_ne!(fleet, wrong);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("missing-code-fleet.json");
    fs::write(&path, wrong).unwrap();
    assert!(!demo(&["--fleet", path.to_str().unwrap()], &[]).0.status.success());
}

#[test]
fn colours_appear_only_where_they_are_wanted() {
    let event = ["events/changed.json"];
    assert!(!demo(&event, &[]).1.contains('\u{1b}'));
    assert!(demo(&event, &[("CLICOLOR_FORCE", "1")]).1.contains('\u{1b}'));
    assert!(!demo(&event, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).1.contains('\u{1b}'));
}

#[test]
fn an_event_as_argument_is_sent_and_its_error_is_the_exit_code() {
    let (output, text) = demo(&["events/changed.json"], &[]);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("COMPLIANT"), "{text}");
    let (output, text) = demo(&["events/unknown-parameter.json"], &[]);
    assert!(!output.status.success(), "{text}");
    assert!(text.contains("minimumRetentionDay"), "{text}");
}

#[test]
fn a_missing_function_is_told_with_the_command_that_builds_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_demo")).args(["--function", "nowhere"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cargo build --release"));
}

#[test]
fn a_repair_without_its_tools_is_skipped_with_a_sentence() {
    // From a folder that has neither node_modules nor .venv.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without-tools");
    fs::create_dir_all(&folder).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        .current_dir(&folder)
        .arg("--function")
        .arg(function().canonicalize().unwrap())
        .arg("--fleet")
        .arg(top().join("crates/demo/fleet.json"))
        .arg("--event-folder")
        .arg(top().join("events"))
        .arg("--repair")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("Skipped, because") && text.contains("outcomes are as expected"), "{text}");
}

#[test]
fn a_page_of_any_width_has_whole_words_and_no_line_beyond_it() {
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let event = ["events/scheduled-strict-rule.json"];
    let (_, whole) = demo(&event, &[("COLUMNS", "2000")]);
    for width in [40, 80, 120, 200] {
        let (output, text) = demo(&event, &[("COLUMNS", &width.to_string())]);
        assert!(output.status.success(), "{text}");
        for line in text.lines().filter(|line| words(line).len() > 1) {
            assert!(line.trim_end().chars().count() <= width, "at {width}: {line}");
        }
        // Times differ from run to run.
        let said = words(&whole);
        let broken: Vec<_> = words(&text).into_iter().filter(|word| !said.contains(word)).collect();
        let is_word = |word: &&String| word.chars().any(char::is_alphabetic) && !["ms", "Skipped"].contains(&word.as_str());
        assert_eq!(broken.iter().filter(is_word).collect::<Vec<_>>(), Vec::<&String>::new(), "at {width}");
    }
}

#[cfg(unix)]
fn script(name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn killing_the_demo_leaves_no_child_behind() {
    use std::process::Stdio;

    let signal =
        |name: &str, process: &str| Command::new("kill").args(["-s", name, process]).stderr(Stdio::null()).status().unwrap().success();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        // A function that never asks for an event, and says who it is.
        let told = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("function-until-{name}"));
        let _ = fs::remove_file(&told);
        let text = format!("#!/bin/sh\necho $$ > '{0}.new'\nmv '{0}.new' '{0}'\nexec sleep 1000\n", told.display());
        let function = script(&format!("sleeping-function-{name}"), &text);
        let mut demo = Command::new(env!("CARGO_BIN_EXE_demo"))
            .current_dir(top())
            .arg("--function")
            .arg(&function)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !told.exists() {
            assert!(demo.try_wait().unwrap().is_none(), "the demo ended by itself");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let child = fs::read_to_string(&told).unwrap().trim().to_owned();
        assert!(signal("0", &child), "the function runs");
        assert!(signal(name, &demo.id().to_string()));
        assert_eq!(demo.wait().unwrap().code(), Some(code));
        assert!(!signal("0", &child), "the function is left behind after {name}");
    }
}

#[cfg(unix)]
#[test]
fn a_function_that_ends_is_told_with_its_exit_status() {
    let path = script("broken-function", "#!/bin/sh\necho broken configuration >&2\nexit 3\n");
    let output = Command::new(env!("CARGO_BIN_EXE_demo")).current_dir(top()).arg("--function").arg(&path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(text.contains("ended by itself") && text.contains("exit status: 3"), "{text}");
}
