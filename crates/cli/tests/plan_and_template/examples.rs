//! The examples that people copy pass with everything that they promise, and copies with one thing broken do not.

use neptune_audit::report::Judged;
use neptune_audit::resources::Judging;
use neptune_audit_core::requirements::Requirements;
use serde_json::{Value, json};

use crate::support::{
    CENTRAL, STRICT, assert_said, everything, judge_plan, judge_template, notes, plan_of, read, repository, required, row, said,
};

fn template() -> String {
    read(&repository("examples/neptune-cluster.yaml"))
}

fn judged(text: &str, required: &Requirements, judging: Judging) -> Vec<Judged> {
    judge_template(text, &[("CentralDestinationArn", CENTRAL)], required, judging)
}

#[test]
fn the_template_passes_with_everything_asked() {
    let rows = judged(&template(), &everything(), STRICT);
    assert_said(&rows, &[("Cluster", "PASS")]);
    assert!(notes(&rows[0]).contains(&"parameter `RetentionInDays` is taken at its default".to_owned()), "{:?}", notes(&rows[0]));
}

#[test]
fn a_broken_copy_of_the_template_fails() {
    for (from, to, code) in [
        ("neptune_enable_audit_log: '1'", "neptune_enable_audit_log: '0'", "PARAMETER_OFF"),
        ("      DBClusterParameterGroupName: !Ref ParameterGroup\n", "", "PARAMETER_OFF"),
        ("EnableCloudwatchLogsExports: [audit]", "EnableCloudwatchLogsExports: [slowquery]", "EXPORT_OFF"),
        ("      IamAuthEnabled: true\n", "", "CALLER_UNKNOWN"),
        ("RetentionInDays: !Ref RetentionInDays", "RetentionInDays: 7", "RETENTION_TOO_SHORT"),
        ("      RetentionInDays: !Ref RetentionInDays\n", "", "RETENTION_TOO_LONG"),
        ("      KmsKeyId: !GetAtt Key.Arn\n      DeletionProtectionEnabled", "      DeletionProtectionEnabled", "NOT_ENCRYPTED"),
        ("      DeletionProtectionEnabled: true\n", "", "DELETABLE"),
        (
            "      FilterName: central-audit\n      FilterPattern: ''",
            "      FilterName: central-audit\n      FilterPattern: ERROR",
            "NOT_FORWARDED",
        ),
    ] {
        let text = template();
        assert!(text.contains(from), "the example has no `{from}`");
        let rows = judged(&text.replacen(from, to, 1), &everything(), Judging::default());
        assert_eq!(said(row(&rows, "Cluster")), format!("FAIL {code}"), "{to}");
    }
    let unwatched = template().replace("AWS::Logs::MetricFilter", "AWS::Logs::QueryDefinition");
    assert_eq!(said(row(&judged(&unwatched, &everything(), Judging::default()), "Cluster")), "FAIL NOT_WATCHED");
}

#[test]
fn the_plan_of_the_example_passes_with_everything_asked() {
    assert_said(&judge_plan(&plan_of("example"), &everything(), STRICT), &[("aws_neptune_cluster.this", "PASS")]);
}

/// A resource, what is done to it, and the code.
type Case = (&'static str, Box<dyn Fn(&mut Value)>, &'static str);

#[test]
fn a_broken_copy_of_the_plan_fails() {
    let set = |name: &'static str, value: Value| move |after: &mut Value| after[name] = value.clone();
    let cases: Vec<Case> = vec![
        ("aws_neptune_cluster_parameter_group.audited", Box::new(|after| after["parameter"][0]["value"] = json!("0")), "PARAMETER_OFF"),
        ("aws_neptune_cluster.this", Box::new(set("enable_cloudwatch_logs_exports", json!(["slowquery"]))), "EXPORT_OFF"),
        ("aws_neptune_cluster.this", Box::new(set("iam_database_authentication_enabled", Value::Null)), "CALLER_UNKNOWN"),
        ("aws_cloudwatch_log_group.audit", Box::new(set("retention_in_days", json!(7))), "RETENTION_TOO_SHORT"),
        ("aws_cloudwatch_log_group.audit", Box::new(set("retention_in_days", Value::Null)), "RETENTION_TOO_LONG"),
        ("aws_cloudwatch_log_group.audit", Box::new(set("deletion_protection_enabled", json!(false))), "DELETABLE"),
        ("aws_cloudwatch_log_subscription_filter.central", Box::new(set("filter_pattern", json!("ERROR"))), "NOT_FORWARDED"),
        ("aws_cloudwatch_log_subscription_filter.central", Box::new(set("log_group_name", json!("other"))), "NOT_FORWARDED"),
    ];
    for (address, break_it, code) in cases {
        let mut plan = plan_of("example");
        let changes = plan["resource_changes"].as_array_mut().unwrap();
        let change = changes.iter_mut().find(|change| change["address"] == address).unwrap();
        break_it(&mut change["change"]["after"]);
        let rows = judge_plan(&plan, &everything(), Judging::default());
        assert_eq!(said(row(&rows, "aws_neptune_cluster.this")), format!("FAIL {code}"), "{address}");
    }
    for (kind, code) in [("aws_cloudwatch_log_metric_filter", "NOT_WATCHED"), ("aws_cloudwatch_log_subscription_filter", "NOT_FORWARDED")] {
        let mut plan = plan_of("example");
        plan["resource_changes"].as_array_mut().unwrap().retain(|change| change["type"] != kind);
        let rows = judge_plan(&plan, &everything(), Judging::default());
        assert_eq!(said(row(&rows, "aws_neptune_cluster.this")), format!("FAIL {code}"));
    }
    let asked = required(&[("logGroupEncrypted", "true")]);
    let mut plan = plan_of("example");
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    let log_group = changes.iter_mut().find(|change| change["address"] == "aws_cloudwatch_log_group.audit").unwrap();
    log_group["change"]["after"]["kms_key_id"] = Value::Null;
    log_group["change"]["after_unknown"].as_object_mut().unwrap().remove("kms_key_id");
    assert_eq!(said(row(&judge_plan(&plan, &asked, Judging::default()), "aws_neptune_cluster.this")), "FAIL NOT_ENCRYPTED");
}
