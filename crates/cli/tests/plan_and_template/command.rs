//! The commands themselves: exit codes, what goes where, several files, standard input.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{CENTRAL, fixture, plan_of, read, repository};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_neptune-audit")).args(arguments).current_dir(fixture("")).output().unwrap()
}

fn code(arguments: &[&str]) -> i32 {
    run(arguments).status.code().unwrap()
}

fn fed(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neptune-audit"));
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input to the end closes it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("neptune-audit-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A plan with one cluster of a case, so that its verdict is the exit code.
fn only(case: &str, address: &str) -> Value {
    let mut plan = plan_of(case);
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    changes.retain(|change| change["type"] != "aws_neptune_cluster" || change["address"] == address);
    plan.as_object_mut().unwrap().remove("prior_state");
    plan
}

#[test]
fn the_exit_code_says_how_it_is() {
    let folder = Folder::new("codes");
    let file = |name: &str, plan: &Value| folder.write(name, &plan.to_string());
    let pass = file("pass.json", &only("names", "aws_neptune_cluster.ireland"));
    let fail = file("fail.json", &only("names", "aws_neptune_cluster.oregon"));
    let undecided = file("undecided.json", &only("values", "aws_neptune_cluster.local"));
    let gone = file("gone.json", &only("lifecycle", "aws_neptune_cluster.deleted"));
    let empty = file("empty.json", &only("names", "none"));
    let mut errored = only("names", "aws_neptune_cluster.ireland");
    errored["errored"] = json!(true);
    let errored = file("errored.json", &errored);
    let broken = folder.write("broken.json", "{");
    for (arguments, expected) in [
        (&[pass.as_str()][..], 0),
        (&[&fail], 1),
        (&[&fail, "--soft-fail"], 0),
        (&[&undecided], 4),
        (&[&undecided, "--allow-undecided"], 0),
        (&[&undecided, "--soft-fail"], 0),
        (&[&empty], 5),
        (&[&empty, "--allow-empty"], 0),
        (&[&gone], 5),
        (&[&gone, "--allow-empty"], 0),
        (&[&pass, &gone], 0),
        (&[&errored], 3),
        (&[&errored, "--soft-fail"], 3),
        (&[&broken], 2),
        (&["no-such-file.json"], 2),
        (&[], 2),
        // The first that applies of 2, 3, 1, 4, 5, 0.
        (&[&pass, &undecided], 4),
        (&[&pass, &undecided, &fail], 1),
        (&[&pass, &undecided, &fail, &errored], 3),
        (&[&pass, &errored, &broken], 2),
        (&[&pass, "--minimum-retention-days=0"], 2),
        (&[&pass, "--format=html"], 2),
        (&[&pass, "--strict"], 0),
    ] {
        for format in [&[][..], &["--format=json"], &["--format=sarif"]] {
            if arguments.iter().any(|argument| argument.starts_with("--format")) && !format.is_empty() {
                continue;
            }
            let arguments = [&["plan"], arguments, format].concat();
            let done = run(&arguments);
            assert_eq!(done.status.code(), Some(expected), "{arguments:?}: {}{}", stdout(&done), stderr(&done));
        }
    }
}

#[test]
fn what_cannot_be_judged_is_in_the_report() {
    let folder = Folder::new("report");
    let mut errored = plan_of("names");
    errored["errored"] = json!(true);
    let errored = folder.write("errored.json", &errored.to_string());
    let done = run(&["plan", "plans/names/plan.json", &errored, "--format=json"]);
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        report["errors"][0]["message"],
        format!("`{errored}`: the plan says that it failed (`errored`), so it does not tell what will be")
    );
    assert_eq!(report["results"].as_array().unwrap().len(), 12);
    assert_eq!(report["summary"]["errors"], 1);
}

#[test]
fn the_json_has_the_fields_that_are_promised() {
    let done = run(&["plan", "plans/cases/plan.json", "--format=json", "--minimum-retention-days=90"]);
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!((&report["version"], &report["command"]), (&json!(1), &json!("plan")));
    assert_eq!(
        report["parameters"],
        json!({
            "logTypes": "audit", "pendingReboot": "NON_COMPLIANT", "iamAuthentication": "false", "logGroupEncrypted": "false",
            "logGroupDeletionProtected": "false", "logGroupMetricFilter": "false", "minimumRetentionDays": "90",
        })
    );
    for result in report["results"].as_array().unwrap() {
        let mut fields = keys(result);
        fields.sort();
        assert_eq!(fields, ["address", "basis", "codes", "file", "line", "links", "message", "notes", "suppressed", "verdict"]);
        assert_eq!(result["file"], "plans/cases/plan.json");
        assert_eq!(result["line"], Value::Null);
        for link in result["links"].as_array().unwrap() {
            let mut fields = keys(link);
            fields.sort();
            assert_eq!(fields, ["code", "detail", "link", "logType", "remedy", "state"]);
        }
    }
    let count = |verdict: &str| report["results"].as_array().unwrap().iter().filter(|result| result["verdict"] == verdict).count();
    let (pass, fail, undecided) = (count("PASS"), count("FAIL"), count("UNDECIDED"));
    assert_eq!(pass + fail + undecided, 14);
    let summary = json!({"pass": pass, "fail": fail, "undecided": undecided, "notApplicable": 0, "suppressed": 0, "errors": 0});
    assert_eq!(report["summary"], summary);
}

#[test]
fn standard_input_is_a_file_too() {
    let plan = read(&fixture("plans/names/plan.json"));
    assert_eq!(fed(&["plan", "-"], plan.as_bytes()).status.code(), Some(1));
    // As Windows PowerShell's `>` writes it.
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(plan.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let report = fed(&["plan", "-", "--format=json"], &wide);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(report["results"][0]["file"], "standard input");
    assert_eq!(fed(&["template", "-"], read(&fixture("templates/cdk.json")).as_bytes()).status.code(), Some(1));
    assert!(stderr(&fed(&["template", "-"], b"")).contains("`standard input`: line 1, column 1: the template is empty"));
    assert_eq!(fed(&["plan", "-"], &[0xc3]).status.code(), Some(2));
}

#[test]
fn a_template_that_cannot_be_parsed_says_where() {
    let folder = Folder::new("parse");
    let file = folder.write("broken.yaml", "Resources:\n  A:\n    Type: [\n");
    let done = run(&["template", &file]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains(&format!("`{file}`: line 4, column 1")), "{}", stderr(&done));
    assert_eq!(stdout(&done), "");
}

#[test]
fn parameters_come_from_flags_and_files() {
    let example = repository("examples/neptune-cluster.yaml");
    let example = example.to_str().unwrap();
    let folder = Folder::new("parameters");
    let forward = format!("--forwarding-destination={CENTRAL}");
    let with = |more: &[&str]| code(&[&["template", example, &forward, "--region=eu-west-1", "--account=111122223333"], more].concat());
    assert_eq!(with(&[]), 4);
    assert_eq!(with(&["--parameter", &format!("CentralDestinationArn={CENTRAL}")]), 0);
    assert_eq!(with(&["--parameter=CentralDestinationArn=arn:aws:lambda:x"]), 1);
    let file = folder.write("p.json", &json!([{"ParameterKey": "CentralDestinationArn", "ParameterValue": CENTRAL}]).to_string());
    assert_eq!(with(&["--parameters", &file]), 0);
    let list = folder.write("l.json", &json!([format!("CentralDestinationArn={CENTRAL}")]).to_string());
    assert_eq!(with(&["--parameters", &list]), 0);
    // A flag wins.
    assert_eq!(with(&["--parameters", &file, "--parameter=CentralDestinationArn=arn:aws:lambda:x"]), 1);
    for (more, says) in [
        (&["--parameter=Misspelt=1"][..], "no template has a parameter `Misspelt`"),
        (&["--parameter=Misspelt"], "--parameter KEY=VALUE"),
        (&["--parameters=no-such.json"], "cannot read"),
        (&["--region=nowhere in particular"], "--region"),
        (&["--account=1"], "--account"),
    ] {
        let done = run(&[&["template", example], more].concat());
        assert_eq!(done.status.code(), Some(2));
        assert!(stderr(&done).contains(says), "{}", stderr(&done));
    }
}

#[test]
fn a_suppressed_finding_stays_visible() {
    let folder = Folder::new("ignore");
    let ignore = folder.write(
        ".neptune-audit.toml",
        "[[ignore]]\naddress = \"aws_neptune_cluster.bare\"\nreason = \"a sandbox\"\nuntil = \"2099-12-31\"\n",
    );
    let plan = only("cases", "aws_neptune_cluster.bare");
    let plan = folder.write("plan.json", &plan.to_string());
    assert_eq!(code(&["plan", &plan]), 1);
    for (format, shows) in [
        ("table", "a sandbox"),
        ("json", "a sandbox"),
        ("junit", "a sandbox"),
        ("sarif", "\"justification\": \"a sandbox"),
        ("github", "::notice"),
    ] {
        let done = run(&["plan", &plan, "--ignore-file", &ignore, "--format", format]);
        assert_eq!(done.status.code(), Some(0), "{format}");
        assert!(stdout(&done).contains(shows), "{format}: {}", stdout(&done));
    }
}

#[test]
fn nothing_that_is_said_begins_a_line_of_its_own() {
    let folder = Folder::new("lines");
    let line = |name: &str| format!("{name}\n::error file=x::pwned");
    let id = folder.write("id.yaml", &format!("Resources:\n  {}: 1\n", json!(line("A"))));
    let ignore = folder.write("ignore.toml", &format!("[[ignore]]\nreason = {}\nuntil = 2000-01-01\n", json!(line("old"))));
    let broken = folder.write("broken.toml", &format!("[[ignore]]\nreason = 1\n{} = 1\n", json!(line("key"))));
    let plan = folder.write("plan.json", &only("names", "aws_neptune_cluster.oregon").to_string());
    let name = format!("{}\u{1b}[31m", line("no-such-file"));
    for arguments in [
        &["template", &id][..],
        &["plan", &plan, "--ignore-file", &ignore],
        &["plan", &plan, "--ignore-file", &broken],
        &["plan", &name],
        &["template", &name],
        &["template", &id, "--parameters", &name],
        &["plan", &plan, "--ignore-file", &name],
        &["explain", &name],
        &["plan", &plan, &format!("--format={name}")],
    ] {
        let said = stderr(&run(arguments));
        assert!(!said.is_empty(), "{arguments:?}");
        for line in said.lines() {
            assert!(!line.starts_with("::"), "{arguments:?}: {said}");
        }
        // What was typed is shown as it was typed; what stands in files is not.
        let is_typed = arguments.iter().any(|argument| argument.starts_with("--format="));
        assert!(is_typed || !said.contains('\u{1b}') && said.lines().count() <= 2, "{arguments:?}: {said}");
    }
    let said =
        stderr(&run(&["plan", &plan, "--ignore-file", &folder.write("until.toml", "[[ignore]]\nreason = \"x\"\nuntil = \"soon\"\n")]));
    assert!(said.contains("line 3: `soon` is not a day"), "{said}");
}

#[test]
fn what_is_undecided_for_no_link_is_said_in_the_table() {
    let folder = Folder::new("deferred");
    let mut plan = only("names", "aws_neptune_cluster.ireland");
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    let at = changes.iter().position(|change| change["type"] == "aws_neptune_cluster").unwrap();
    let change = changes.remove(at);
    plan["deferred_changes"] = json!([{"reason": "absent_prereq", "resource_change": change}]);
    let deferred = run(&["plan", &folder.write("plan.json", &plan.to_string())]);
    assert_eq!(deferred.status.code(), Some(4));
    assert!(stdout(&deferred).contains("absent_prereq"), "{}", stdout(&deferred));
    let strict = run(&[
        "plan",
        &folder.write("strict.json", &only("cases", "module.graph[\"m1\"].aws_neptune_cluster.this").to_string()),
        "--strict",
    ]);
    assert_eq!(strict.status.code(), Some(4));
    assert!(stdout(&strict).contains("--strict"), "{}", stdout(&strict));
}

#[test]
fn several_reports_are_written_at_once() {
    let folder = Folder::new("several");
    let place = |name: &str| folder.0.join(name).to_str().unwrap().to_owned();
    let (sarif, junit) = (place("report.sarif"), place("report.xml"));
    let done =
        run(&["plan", "plans/names/plan.json", "--format=github", &format!("--output=sarif={sarif}"), &format!("--output=junit={junit}")]);
    assert_eq!(done.status.code(), Some(1));
    assert!(stdout(&done).starts_with("::"));
    assert!(read(&PathBuf::from(sarif)).contains("\"version\": \"2.1.0\""));
    assert!(read(&PathBuf::from(junit)).contains("<testsuite "));
}

#[test]
fn help_names_every_flag_of_the_contract() {
    for (command, flags) in [
        (
            "plan",
            &["--strict", "--require-declared", "--allow-incomplete", "--ignore-file", "--soft-fail", "--allow-undecided", "--allow-empty"]
                [..],
        ),
        ("template", &["--parameter ", "--parameters", "--region", "--account", "--strict", "--require-declared", "--log-types"]),
    ] {
        let help = stdout(&run(&[command, "--help"]));
        for flag in flags {
            assert!(help.contains(flag), "{command} {flag}: {help}");
        }
        assert!(help.contains("Exit codes"), "{help}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_a_failure() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [&["plan", "--help"][..], &["--help"], &["--version"], &["help", "template"], &["explain"]] {
        let done = Command::new(env!("CARGO_BIN_EXE_neptune-audit")).args(arguments).stdout(full()).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&done).contains("cannot write to standard output"), "{arguments:?}: {}", stderr(&done));
        assert_eq!(code(arguments), 0, "{arguments:?}");
    }
}

#[test]
fn every_fixture_is_used() {
    let used: String = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plan_and_template"))
        .unwrap()
        .map(|entry| read(&entry.unwrap().path()))
        .collect();
    for entry in std::fs::read_dir(fixture("plans")).unwrap() {
        let path = entry.unwrap().path();
        if path.join("plan.json").exists() {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(used.contains(&format!("\"{name}\"")) || used.contains(&format!("plans/{name}/")), "{name}");
        }
    }
}
