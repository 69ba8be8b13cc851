use super::*;
use crate::examples::strictest;

/// The default after one parameter was set.
fn with(name: &str, text: &str) -> Result<Requirements, RequirementError> {
    let mut required = Requirements::default();
    required.set(name, text).map(|()| required)
}

type Change = fn(&mut Requirements);

/// For each parameter a value, and what it changes.
const VALUES: [(&str, &str, Change); PARAMETERS.len()] = [
    ("logTypes", "slowquery, audit,slowquery", |required| required.log_types = vec![LogType::SlowQuery, LogType::Audit]),
    ("pendingReboot", "COMPLIANT", |required| required.pending_reboot_accepted = true),
    ("iamAuthentication", "true", |required| required.iam_authentication = true),
    ("logGroupRequired", "false", |required| required.log_group_required = false),
    ("minimumRetentionDays", "1", |required| required.minimum_retention_days = Some(1)),
    ("maximumRetentionDays", " 3653 ", |required| required.maximum_retention_days = Some(3653)),
    ("logGroupEncrypted", "true", |required| required.log_group_encrypted = true),
    ("logGroupDeletionProtected", "true", |required| required.log_group_deletion_protected = true),
    ("logGroupMetricFilter", "true", |required| required.log_group_metric_filter = true),
    ("forwardingDestination", "arn:aws:logs:*", |required| required.forwarding_destination = Some(Pattern::new("arn:aws:logs:*"))),
    ("maximumSilenceHours", "87672", |required| required.maximum_silence_hours = Some(87_672)),
    ("exemptTag", "audit=exempt", |required| {
        required.exempt_tag = Some(ExemptTag { key: "audit".to_owned(), value: Some("exempt".to_owned()) });
    }),
];

#[test]
fn each_parameter_sets_its_own_requirement_and_a_blank_value_unsets_it() {
    assert_eq!(VALUES.map(|(name, _, _)| name), PARAMETERS.map(|parameter| parameter.name), "a parameter without a value");
    for (name, text, change) in VALUES {
        let mut expected = Requirements::default();
        change(&mut expected);
        let mut required = with(name, text).expect("allowed");
        assert_eq!(required, expected, "{name}");
        required.set(name, "  ").expect("a blank value is allowed");
        assert_eq!(required, Requirements::default(), "{name}");
    }
}

#[test]
fn the_default_in_the_table_is_the_default() {
    for parameter in PARAMETERS {
        assert_eq!(with(parameter.name, parameter.default), Ok(Requirements::default()), "{}", parameter.name);
    }
}

#[test]
fn a_value_that_is_not_allowed_is_refused_by_name_and_changes_nothing() {
    for (name, texts) in [
        ("logTypes", &["audit,", "error", "Audit"][..]),
        ("pendingReboot", &["compliant", "true"]),
        ("iamAuthentication", &["yes", "TRUE", "1"]),
        ("minimumRetentionDays", &["0", "3654", "-1", "1.5", "a", "+5", "0090"]),
        ("maximumRetentionDays", &["0", "3654"]),
        ("forwardingDestination", &["nonsense", "a*", "arn:aws:logs:eu-west-1:444455556666", "logs:a:b:c:d:e"]),
        ("maximumSilenceHours", &["0", "87673", "99999999999"]),
        ("exemptTag", &["=value"]),
    ] {
        for text in texts {
            let mut required = strictest();
            let refused = required.set(name, text).expect_err("not allowed").to_string();
            assert!(refused.starts_with(&format!("rule parameter `{name}`: `{text}` is not allowed: ")), "{refused}");
            assert_eq!(required, strictest());
        }
    }
    let unknown = with("logtypes", "").expect_err("an unknown name").to_string();
    assert!(unknown.starts_with("rule parameter `logtypes` does not exist: allowed are logTypes, pendingReboot, "), "{unknown}");
}

#[test]
fn a_destination_is_an_arn_or_begins_with_one_or_with_a_star() {
    for text in ["*", "*:destination:central", "arn:*", "arn:aws:kinesis:::", "arn:aws:logs:eu-west-1:444455556666:destination:central"] {
        assert!(with("forwardingDestination", text).is_ok(), "{text}");
    }
}

#[test]
fn a_minimum_above_the_maximum_makes_no_sense() {
    let bounds = |minimum_retention_days, maximum_retention_days| {
        Requirements { minimum_retention_days, maximum_retention_days, ..Requirements::default() }.check()
    };
    for (minimum, maximum) in [(None, None), (Some(30), None), (None, Some(30)), (Some(30), Some(30)), (Some(29), Some(30))] {
        assert_eq!(bounds(minimum, maximum), Ok(()));
    }
    let refused = bounds(Some(31), Some(30)).expect_err("31 is more than 30").to_string();
    assert_eq!(refused, "rule parameter `minimumRetentionDays`: `31` is not allowed: at most maximumRetentionDays, which is 30");
}

#[test]
fn each_parameter_that_rests_on_the_log_group_itself_asks_for_it() {
    let nothing = Requirements { log_group_required: false, ..Requirements::default() };
    assert!(!nothing.asks_for_log_group());
    let asking = ["minimumRetentionDays", "maximumRetentionDays", "logGroupEncrypted", "logGroupDeletionProtected", "logGroupMetricFilter"];
    for (name, text, _) in VALUES {
        let mut required = nothing.clone();
        required.set(name, text).expect("allowed");
        assert_eq!(required.asks_for_log_group(), asking.contains(&name), "{name}");
        assert_eq!(required.bounds_retention(), name.ends_with("RetentionDays"), "{name}");
    }
    assert!(Requirements::default().asks_for_log_group());
}

#[test]
fn what_an_auditor_might_miss_is_told_until_it_is_asked() {
    assert_eq!(Requirements::default().unasked(), ["retention", "encryption", "forwarding", "flow"]);
    assert_eq!(strictest().unasked(), [""; 0]);
    for (name, text, left) in [
        ("maximumRetentionDays", "30", ["encryption", "forwarding", "flow"]),
        ("logGroupEncrypted", "true", ["retention", "forwarding", "flow"]),
        ("forwardingDestination", "*", ["retention", "encryption", "flow"]),
        ("maximumSilenceHours", "1", ["retention", "encryption", "forwarding"]),
    ] {
        assert_eq!(with(name, text).expect("allowed").unasked(), left);
    }
}

#[test]
fn before_deployment_neither_an_event_nor_the_log_group_is_asked_for_and_all_else_is() {
    let expected = Requirements { maximum_silence_hours: None, log_group_required: false, ..strictest() };
    assert_eq!(strictest().before_deployment(), expected);
}
