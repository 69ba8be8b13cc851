//! What is printed, whole, and where.

use crate::stage::{EVERYWHERE, HERE, HOME, Stage, two_accounts};

#[tokio::test]
async fn the_table_of_two_accounts() {
    let run = Stage::new(two_accounts()).await.scan(&EVERYWHERE).await;
    let expected = "\
VERDICT        CLUSTER        ACCOUNT, REGION         TRAIL
COMPLIANT      ledger         111122223333 eu-west-1  audit: generated, in effect, exported, kept

NON_COMPLIANT  not-exported   111122223333 eu-west-1  EXPORT_OFF: the audit log is not exported to
                                                      CloudWatch Logs
                                                      → turn on the export of the audit log of
                                                      cluster not-exported

COMPLIANT      ledger         111122223333 us-east-1  audit: generated, in effect, exported, kept

COMPLIANT      ledger         444455556666 eu-west-1  audit: generated, in effect, exported, kept

COMPLIANT      ledger         444455556666 us-east-1  audit: generated, in effect, exported, kept

NON_COMPLIANT  parameter-off  444455556666 us-east-1  PARAMETER_OFF: neptune_enable_audit_log is 0
                                                      in parameter group unaudited
                                                      → set neptune_enable_audit_log to 1 in
                                                      parameter group unaudited, then reboot each
                                                      instance

6 clusters: 4 COMPLIANT, 2 NON_COMPLIANT
";
    assert_eq!(run.stdout, expected);
    assert_eq!((run.stderr.as_str(), run.exit), ("", 1), "nothing but the report, where nobody watches");
}

#[tokio::test]
async fn the_json_of_a_cluster_is_whole() {
    let run = Stage::new(two_accounts()).await.json(&["--cluster", "not-exported", "--minimum-retention-days", "90"]).await;
    let mut report = run.json();
    let started = report["startedAt"].take();
    assert!(started.as_str().unwrap().ends_with('Z'), "{started}");
    let link = |link: &str, state: &str, detail: Option<&str>| serde_json::json!({"logType": "audit", "link": link, "state": state, "code": null, "detail": detail, "remedy": null});
    let links = report["results"][0]["links"].as_array().unwrap().clone();
    assert_eq!(links.len(), 10);
    assert_eq!(links[3]["code"], "EXPORT_OFF");
    assert_eq!(links[5], link("protected", "not_asked", None));
    assert_eq!(links[0]["state"], "holds");
    report["results"][0]["links"] = serde_json::Value::Null;
    let resource_id = emulator::fleet::resource_id(HOME, "not-exported");
    let message = "audit: EXPORT_OFF. To do: turn on the export of the audit log of cluster not-exported. Found: the audit log is not exported to CloudWatch Logs";
    let expected = serde_json::json!({
        "version": 1,
        "tool": {"name": "neptune-audit", "version": env!("CARGO_PKG_VERSION")},
        "command": "scan",
        "startedAt": null,
        "parameters": {
            "iamAuthentication": "false", "logGroupDeletionProtected": "false", "logGroupEncrypted": "false",
            "logGroupMetricFilter": "false", "logGroupRequired": "true", "logTypes": "audit",
            "minimumRetentionDays": "90", "pendingReboot": "NON_COMPLIANT",
        },
        "results": [{
            "verdict": "NON_COMPLIANT", "codes": ["EXPORT_OFF"], "message": message, "links": null, "suppressed": null,
            "account": HOME, "region": HERE, "cluster": "not-exported", "resourceId": resource_id,
        }],
        "errors": [],
        "summary": {"compliant": 0, "nonCompliant": 1, "notApplicable": 0, "suppressed": 0, "errors": 0},
    });
    assert_eq!(report, expected);
}

#[tokio::test]
async fn one_run_writes_every_format_that_was_asked_for() {
    let stage = Stage::new(two_accounts()).await;
    let run = stage
        .scan(&["--format", "csv", "--output", "json=report.json", "--output", "html=report.html", "--output", "junit=report.xml"])
        .await;
    assert!(run.stdout.starts_with("account,region,cluster,"), "{run:?}");
    let read = |name: &str| std::fs::read_to_string(stage.directory.join(name)).unwrap();
    assert!(
        read("report.json").starts_with('{')
            && read("report.html").starts_with("<!DOCTYPE html>")
            && read("report.xml").starts_with("<?xml")
    );
    let run = stage.scan(&["--output", "json=no/such/folder/report.json"]).await;
    assert_eq!(run.exit, 2);
    assert!(run.stderr.starts_with("error: cannot write `no/such/folder/report.json`"), "{run:?}");
}

#[tokio::test]
async fn what_is_suppressed_does_not_count_and_what_was_suppressed_counts_again() {
    let stage = Stage::new(two_accounts()).await;
    let ignore =
        |until: &str| format!("[[ignore]]\ncluster = \"not-exported\"\ncode = \"EXPORT_OFF\"\nreason = \"goes away\"\nuntil = {until}\n");
    stage.write(".neptune-audit.toml", &ignore("2999-12-31"));
    let run = stage.json(&[]).await;
    assert_eq!(run.exit, 0, "{run:?}");
    assert_eq!(run.json()["results"][1]["suppressed"][0]["reason"], "goes away");
    stage.write(".neptune-audit.toml", &ignore("\"2020-01-31\""));
    let run = stage.json(&[]).await;
    assert_eq!(run.exit, 1);
    assert_eq!(run.stderr, "warning: not-exported: EXPORT_OFF was ignored until 2020-01-31, and that day is over (goes away)\n");
    stage.write("other.toml", "[[ignore]]\nuntil = 2999-12-31\n");
    let run = stage.json(&["--ignore-file", "other.toml"]).await;
    assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "an entry without a reason");
    assert!(run.stderr.contains("other.toml") && run.stderr.contains("reason"), "{run:?}");
}

#[tokio::test]
async fn a_bad_value_is_refused_before_anything_is_called() {
    let stage = Stage::new(two_accounts()).await;
    let run = stage.scan(&["--minimum-retention-days", "0"]).await;
    let said = "error: rule parameter `minimumRetentionDays`: `0` is not allowed: whole days, 1 to 3653\n";
    assert_eq!((run.exit, run.stderr.as_str()), (2, said));
    assert!(stage.emulator.calls().is_empty());
}

#[tokio::test]
async fn a_name_with_markup_in_it_is_shown_and_harms_nobody() {
    let mut fleet = two_accounts();
    let name = "<script>alert(1)</script>";
    fleet.home().cluster("not-exported").identifier = name.into();
    let stage = Stage::new(fleet).await;
    for (format, shown) in [
        ("table", name),
        ("json", name),
        ("html", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("csv", name),
        ("junit", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ] {
        let run = stage.scan(&["--format", format]).await;
        assert!(run.stdout.contains(shown), "{format}: {run:?}");
        assert!(!matches!(format, "html" | "junit") || !run.stdout.contains(name), "{format}");
    }
}

#[tokio::test]
async fn completions_and_help_do_not_need_aws() {
    let stage = Stage::new(two_accounts()).await;
    for arguments in [&["completions", "zsh"][..], &["--help"], &["scan", "--help"], &["explain", "export_off"]] {
        let run = crate::stage::finish(stage.start(arguments)).await;
        assert_eq!((run.exit, run.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(run.stdout.len() > 200, "{arguments:?}");
    }
    assert!(stage.emulator.calls().is_empty());
}
