use std::fmt::Write;

use neptune_audit_core::requirements::Requirements;

use super::{judge, work};
use crate::resources::{Judging, Row};

/// What a large plan is made of.
struct Shape {
    /// Instances of one resource with `for_each`, each of which refers to the others by `each.key`; else each is a resource of its own.
    by_key: bool,
    /// Whether names are known.
    named: bool,
}

/// A plan of so many clusters, each with a parameter group, a log group, a subscription filter and a metric filter.
fn plan(clusters: usize, shape: &Shape) -> String {
    let (mut changes, mut resources) = (String::new(), String::new());
    let types = [
        ("aws_neptune_cluster_parameter_group", "name", "group", ""),
        ("aws_neptune_cluster", "cluster_identifier", "cluster", ""),
        ("aws_cloudwatch_log_group", "name", "log", "aws_neptune_cluster"),
        ("aws_cloudwatch_log_subscription_filter", "log_group_name", "log", "aws_cloudwatch_log_group"),
        ("aws_cloudwatch_log_metric_filter", "log_group_name", "log", "aws_cloudwatch_log_group"),
    ];
    for number in 0..clusters {
        for (kind, attribute, name, _) in types {
            let address = if shape.by_key { format!("{kind}.x[\\\"{number}\\\"]") } else { format!("{kind}.x{number}") };
            let value =
                if name == "log" { format!("/aws/neptune/c{number}/audit") } else { format!("{}{number}", name.chars().next().unwrap()) };
            let (known, unknown) = if shape.named {
                (format!("\"{attribute}\":\"{value}\""), String::new())
            } else {
                (String::new(), format!("\"{attribute}\":true"))
            };
            let more = match kind {
                "aws_neptune_cluster" if shape.named => {
                    format!("\"neptune_cluster_parameter_group_name\":\"g{number}\",\"enable_cloudwatch_logs_exports\":[\"audit\"]")
                }
                "aws_neptune_cluster" => "\"enable_cloudwatch_logs_exports\":[\"audit\"]".to_owned(),
                "aws_neptune_cluster_parameter_group" => {
                    "\"parameter\":[{\"name\":\"neptune_enable_audit_log\",\"value\":\"1\"}]".to_owned()
                }
                "aws_cloudwatch_log_group" => "\"retention_in_days\":365".to_owned(),
                "aws_cloudwatch_log_subscription_filter" => {
                    "\"destination_arn\":\"arn:aws:logs:eu-west-1:444455556666:destination:x\",\"filter_pattern\":\"\"".to_owned()
                }
                _ => String::new(),
            };
            let after = [known, more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",");
            let group = if kind == "aws_neptune_cluster" && !shape.named { ",\"neptune_cluster_parameter_group_name\":true" } else { "" };
            let separator = if changes.is_empty() { "" } else { "," };
            write!(
                changes,
                "{separator}{{\"address\":\"{address}\",\"mode\":\"managed\",\"type\":\"{kind}\",\"change\":{{\"actions\":[\"create\"],\"before\":null,\"after\":{{{after}}},\"after_unknown\":{{{unknown}{group}}},\"after_sensitive\":{{}}}}}}"
            )
            .unwrap();
        }
    }
    for number in 0..if shape.by_key { 1 } else { clusters } {
        for (kind, attribute, _, refers) in types {
            let name = if shape.by_key { "x".to_owned() } else { format!("x{number}") };
            let reference = |kind: &str| {
                let key = if shape.by_key { ",\"each.key\"" } else { "" };
                let of = if shape.by_key { String::new() } else { format!("\"{kind}.{name}.id\",") };
                format!("{{\"references\":[{of}\"{kind}.{name}\"{key}]}}")
            };
            let own = if refers.is_empty() { String::new() } else { format!("\"{attribute}\":{}", reference(refers)) };
            let group = if kind == "aws_neptune_cluster" {
                format!("\"neptune_cluster_parameter_group_name\":{}", reference("aws_neptune_cluster_parameter_group"))
            } else {
                String::new()
            };
            let expressions = [own, group].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",");
            let separator = if resources.is_empty() { "" } else { "," };
            write!(resources, "{separator}{{\"mode\":\"managed\",\"type\":\"{kind}\",\"name\":\"{name}\",\"provider_config_key\":\"aws\",\"expressions\":{{{expressions}}}}}").unwrap();
        }
    }
    format!(
        "{{\"format_version\":\"1.2\",\"planned_values\":{{}},\"resource_changes\":[{changes}],\"configuration\":{{\"root_module\":{{\"resources\":[{resources}]}}}}}}"
    )
}

fn everything() -> Requirements {
    let mut required = Requirements::default();
    for (name, value) in [("minimumRetentionDays", "90"), ("logGroupMetricFilter", "true"), ("forwardingDestination", "arn:aws:logs:*")] {
        required.set(name, value).unwrap();
    }
    required.before_deployment()
}

/// The steps for a plan, and how many of its clusters will pass.
fn steps(clusters: usize, shape: &Shape) -> (usize, usize) {
    work::steps();
    let rows = judge(&plan(clusters, shape), false, &everything(), Judging::default()).unwrap();
    let passes = |row: &Row| matches!(row, Row::Foreseen(foreseen) if foreseen.forecast.expectation() == neptune_audit_core::forecast::Expectation::Pass);
    (work::steps(), rows.iter().filter(|(_, row)| passes(row)).count())
}

#[test]
fn ten_times_the_plan_is_ten_times_the_work() {
    for (by_key, named) in [(false, true), (false, false), (true, true), (true, false)] {
        let shape = Shape { by_key, named };
        let ((few, few_pass), (many, many_pass)) = (steps(40, &shape), steps(400, &shape));
        assert_eq!((few_pass, many_pass), (40, 400), "by key {by_key}, named {named}");
        assert!(few > 40 && many <= few * 11, "by key {by_key}, named {named}: {few} steps for 40 clusters, {many} for 400");
    }
}
