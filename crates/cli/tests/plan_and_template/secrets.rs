//! No format shows what a file says must not be shown.

use std::process::Command;

use crate::support::fixture;

const FORMATS: [&str; 5] = ["table", "json", "junit", "sarif", "github"];

fn everything_that_is_printed(arguments: &[&str]) -> String {
    let parameters = [
        "--verbose",
        "--minimum-retention-days=90",
        "--log-group-encrypted",
        "--log-group-metric-filter",
        "--forwarding-destination=arn:aws:logs:*:444455556666:destination:*",
        "--iam-authentication",
        "--log-types=audit,slowquery",
    ];
    let run = Command::new(env!("CARGO_BIN_EXE_neptune-audit")).args(arguments).args(parameters).output().unwrap();
    format!("{}{}", String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap())
}

#[test]
fn no_format_shows_a_sensitive_value_of_a_plan() {
    let plan = fixture("plans/secrets/plan.json");
    let plan = plan.to_str().unwrap();
    assert!(std::fs::read_to_string(plan).unwrap().contains("hunter2"));
    for format in FORMATS {
        for more in [&[][..], &["--exempt-tag=exempt"], &["--exempt-tag=other"], &["--strict"], &["--require-declared"], &["--soft-fail"]] {
            let printed = everything_that_is_printed(&[&["plan", plan, "--format", format], more].concat());
            assert!(printed.contains("aws_neptune_cluster.outside"), "{printed}");
            assert!(!printed.contains("hunter2"), "{format} {more:?}: {printed}");
        }
    }
}

#[test]
fn no_format_shows_a_parameter_with_no_echo() {
    let template = fixture("templates/secret.yaml");
    let template = template.to_str().unwrap();
    for format in FORMATS {
        for more in [&["--parameter=Secret=hunter2"][..], &[], &["--parameter=Secret=hunter2", "--exempt-tag=exempt"]] {
            let printed = everything_that_is_printed(&[&["template", template, "--format", format], more].concat());
            assert!(printed.contains("Outside"), "{printed}");
            assert!(!printed.contains("hunter"), "{format} {more:?}: {printed}");
        }
    }
    let refused = everything_that_is_printed(&["template", template, "--parameter=Choice=hunter2"]);
    assert!(refused.contains("`Choice`") && !refused.contains("hunter"), "{refused}");
    // Nor what it may be.
    assert!(!refused.contains("one, two"), "{refused}");
}

#[test]
fn a_value_that_cannot_be_read_is_not_quoted() {
    let folder = std::env::temp_dir().join(format!("neptune-audit-secrets-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in [
        ("version.json", r#"{"format_version": "1.2", "complete": "hunter2", "planned_values": {}}"#),
        (
            "change.json",
            r#"{"format_version": "1.2", "planned_values": {}, "resource_changes": [{"address": "aws_neptune_cluster.x", "type": "aws_neptune_cluster", "change": {"actions": "hunter2"}}]}"#,
        ),
        ("cut.json", r#"{"format_version": "1.2", "planned_values": {}, "resource_changes": [{"address": "hunter2"#),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        let printed = everything_that_is_printed(&["plan", path.to_str().unwrap()]);
        assert!(printed.contains(name) && !printed.contains("hunter2"), "{printed}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
