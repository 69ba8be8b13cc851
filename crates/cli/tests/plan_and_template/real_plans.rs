//! Plans that Terraform itself made, of the cases in `fixtures/plans`: `tests/python/test_plans.py` makes them anew.

use neptune_audit::resources::Judging;

use crate::support::{DECLARED, STRICT, assert_said, everything, judge_plan, notes, plan_of, required, row, said};

#[test]
fn names_count_within_one_provider_configuration_and_region() {
    let rows = judge_plan(&plan_of("names"), &required(&[]), Judging::default());
    assert_said(
        &rows,
        &[
            ("aws_neptune_cluster.ireland", "PASS"),
            ("aws_neptune_cluster.said_again", "PASS"),
            ("aws_neptune_cluster.oregon", "FAIL PARAMETER_OFF"),
            ("aws_neptune_cluster.oregon_by_irish_name", "UNDECIDED"),
            ("aws_neptune_cluster.oregon_by_irish_reference", "UNDECIDED"),
            ("aws_neptune_cluster.frankfurt", "PASS"),
            ("aws_neptune_cluster.ireland_by_frankfurt", "UNDECIDED"),
            ("aws_neptune_cluster.somewhere", "UNDECIDED"),
            ("aws_neptune_cluster.by_instances", "UNDECIDED"),
            ("aws_neptune_cluster.default", "FAIL PARAMETER_OFF"),
            ("aws_neptune_cluster.restored", "FAIL PARAMETER_OFF EXPORT_OFF"),
            ("aws_neptune_cluster.replica", "FAIL PARAMETER_OFF EXPORT_OFF"),
        ],
    );
    let of = |address: &str| row(&rows, address).message.clone();
    assert!(of("aws_neptune_cluster.oregon_by_irish_name").contains("parameter group `ireland-only`, which is declared elsewhere"));
    assert!(of("aws_neptune_cluster.by_instances").contains("`aws_neptune_parameter_group.instances.id`"));
    assert!(of("aws_neptune_cluster.default").contains("default.neptune1.4, which cannot be edited"));
}

#[test]
fn a_log_group_of_another_region_is_none() {
    let rows = judge_plan(&plan_of("names"), &required(&[("minimumRetentionDays", "90")]), DECLARED);
    assert_eq!(row(&rows, "aws_neptune_cluster.ireland").codes, ["LOG_GROUP_MISSING"]);
}

#[test]
fn references_are_followed_through_modules_keys_and_objects() {
    let rows = judge_plan(&plan_of("modules"), &required(&[]), Judging::default());
    assert_said(
        &rows,
        &[
            ("aws_neptune_cluster.dots", "PASS by reference"),
            ("aws_neptune_cluster.quotes", "FAIL PARAMETER_OFF by reference"),
            ("aws_neptune_cluster.braces", "PASS by reference"),
            ("aws_neptune_cluster.by_splat", "PASS by reference"),
            ("aws_neptune_cluster.by_none", "FAIL PARAMETER_OFF"),
            ("aws_neptune_cluster.by_some_instance[\"x.y\"]", "UNDECIDED"),
            ("aws_neptune_cluster.by_some_instance[\"z\\\"\"]", "UNDECIDED"),
            ("aws_neptune_cluster.by_each_value[\"x.y\"]", "PASS by reference"),
            ("aws_neptune_cluster.by_each_value[\"z\\\"\"]", "FAIL PARAMETER_OFF by reference"),
            ("module.outer.module.deep.aws_neptune_cluster.this", "PASS by reference"),
            ("module.inner[\"x.y\"].aws_neptune_cluster.this", "PASS by reference"),
            ("module.inner[\"z\\\"\"].aws_neptune_cluster.this", "FAIL PARAMETER_OFF by reference"),
            ("module.handed.aws_neptune_cluster.this", "PASS by reference"),
            ("module.null.aws_neptune_cluster.this", "FAIL PARAMETER_OFF"),
            ("module.west.aws_neptune_cluster.this", "PASS by reference"),
            ("module.west_by_ireland.aws_neptune_cluster.this", "UNDECIDED"),
        ],
    );
    assert!(row(&rows, "aws_neptune_cluster.by_some_instance[\"x.y\"]").message.contains("it depends on `module.inner`"));
}

#[test]
fn a_log_group_belongs_to_the_cluster_of_its_own_module_instance() {
    let rows = judge_plan(&plan_of("modules"), &required(&[("minimumRetentionDays", "90")]), Judging::default());
    assert_eq!(row(&rows, "module.inner[\"x.y\"].aws_neptune_cluster.this").verdict.as_str(), "PASS");
    assert_eq!(row(&rows, "aws_neptune_cluster.dots").verdict.as_str(), "UNDECIDED");
}

#[test]
fn what_is_not_known_is_named_and_decides_only_where_it_can() {
    let rows = judge_plan(&plan_of("values"), &required(&[]), Judging::default());
    assert_said(
        &rows,
        &[
            ("aws_neptune_cluster.some_exports", "PASS"),
            ("aws_neptune_cluster.all_exports", "UNDECIDED"),
            ("aws_neptune_cluster.blocks", "UNDECIDED"),
            ("aws_neptune_cluster.some_name", "UNDECIDED"),
            ("aws_neptune_cluster.local", "UNDECIDED"),
            ("aws_neptune_cluster.attribute", "UNDECIDED"),
            ("aws_neptune_cluster.not_its_name", "UNDECIDED"),
            ("aws_neptune_cluster.another_name", "PASS by reference"),
            ("aws_neptune_cluster.either", "UNDECIDED"),
            ("aws_neptune_cluster.either_is_off", "FAIL PARAMETER_OFF by reference"),
            ("aws_neptune_cluster.opaque", "UNDECIDED"),
            ("aws_neptune_cluster.iam", "PASS"),
            ("aws_neptune_cluster.signed", "PASS"),
            ("aws_neptune_cluster.tagged", "FAIL PARAMETER_OFF EXPORT_OFF"),
            ("aws_neptune_cluster.tagged_later", "FAIL PARAMETER_OFF EXPORT_OFF"),
            ("aws_neptune_cluster.tags_later", "FAIL PARAMETER_OFF EXPORT_OFF"),
            ("aws_neptune_cluster.not_taken", "UNDECIDED"),
            ("aws_neptune_cluster.other_branch", "UNDECIDED"),
            ("aws_neptune_cluster.known_and_not_taken", "UNDECIDED"),
        ],
    );
    for (address, decides) in [
        ("aws_neptune_cluster.not_taken", "`var.no`"),
        ("aws_neptune_cluster.all_exports", "`aws_neptune_cluster.all_exports.enable_cloudwatch_logs_exports`"),
        ("aws_neptune_cluster.blocks", "`aws_neptune_cluster_parameter_group.blocks.parameter`"),
        ("aws_neptune_cluster.local", "`local.group`"),
        ("aws_neptune_cluster.attribute", "`terraform_data.later.output`"),
        ("aws_neptune_cluster.not_its_name", "`aws_neptune_cluster_parameter_group.made_up.arn`"),
        ("aws_neptune_cluster.either", "`terraform_data.later.output`"),
    ] {
        assert!(row(&rows, address).message.contains(&format!("it depends on {decides}")), "{}", row(&rows, address).message);
    }
}

#[test]
fn a_pass_by_reference_is_undecided_where_values_are_asked_for() {
    let rows = judge_plan(&plan_of("values"), &required(&[]), STRICT);
    for address in ["aws_neptune_cluster.another_name", "aws_neptune_cluster.attribute"] {
        assert_eq!(row(&rows, address).verdict.as_str(), "UNDECIDED", "{address}");
    }
    assert!(row(&rows, "aws_neptune_cluster.another_name").message.contains("--strict"));
    assert_eq!(row(&rows, "aws_neptune_cluster.iam").verdict.as_str(), "PASS");
    // What is broken by reference stays broken.
    assert_eq!(row(&rows, "aws_neptune_cluster.either_is_off").codes, ["PARAMETER_OFF"]);
}

#[test]
fn iam_authentication_and_a_second_log_count_where_they_are_asked_for() {
    let asked = required(&[("iamAuthentication", "true"), ("logTypes", "audit,slowquery")]);
    let rows = judge_plan(&plan_of("values"), &asked, Judging::default());
    let signed = row(&rows, "aws_neptune_cluster.signed");
    assert_eq!(signed.verdict.as_str(), "UNDECIDED");
    assert!(signed.message.contains("`aws_neptune_cluster_parameter_group.on.parameter`"), "{}", signed.message);
    let iam = row(&rows, "aws_neptune_cluster.iam");
    assert_eq!(iam.codes, ["EXPORT_OFF"]);
    let attributed = iam.links.iter().find(|link| link.link == "attributed").unwrap();
    assert_eq!(attributed.detail.as_deref(), Some("it depends on `aws_neptune_cluster.iam.iam_database_authentication_enabled`"));
    // Nobody sets it, and the cluster is new: off.
    assert!(row(&rows, "aws_neptune_cluster.some_exports").codes.contains(&"CALLER_UNKNOWN"));
}

#[test]
fn a_tag_exempts_a_cluster_with_a_broken_trail() {
    for (tag, tagged, later) in
        [("exempt", "NOT_APPLICABLE", "UNDECIDED"), ("exempt=yes", "NOT_APPLICABLE", "UNDECIDED"), ("exempt=no", "FAIL", "UNDECIDED")]
    {
        let rows = judge_plan(&plan_of("values"), &required(&[("exemptTag", tag)]), Judging::default());
        assert_eq!(row(&rows, "aws_neptune_cluster.tagged").verdict.as_str(), tagged, "{tag}");
        assert_eq!(row(&rows, "aws_neptune_cluster.tags_later").verdict.as_str(), later, "{tag}");
        assert_eq!(row(&rows, "aws_neptune_cluster.tagged_later").verdict.as_str(), "FAIL", "{tag}");
        assert_eq!(row(&rows, "aws_neptune_cluster.signed").verdict.as_str(), "PASS", "{tag}");
    }
    let rows = judge_plan(&plan_of("values"), &required(&[("exemptTag", "owner=somebody")]), Judging::default());
    let later = row(&rows, "aws_neptune_cluster.tagged_later");
    assert_eq!(later.verdict.as_str(), "UNDECIDED");
    assert!(later.message.contains("`aws_neptune_cluster.tagged_later.tags[\"owner\"]`"), "{}", later.message);
}

#[test]
fn log_groups_and_their_filters_are_found_by_name_and_by_reference() {
    let rows = judge_plan(&plan_of("logs"), &everything(), Judging::default());
    let unsigned = "FAIL CALLER_UNKNOWN";
    assert_said(
        &rows,
        &[
            ("aws_neptune_cluster.whole", "PASS"),
            ("aws_neptune_cluster.referred", &format!("{unsigned} DELETABLE by reference")),
            ("aws_neptune_cluster.poor", &format!("{unsigned} RETENTION_TOO_SHORT NOT_ENCRYPTED DELETABLE NOT_WATCHED NOT_FORWARDED")),
            ("aws_neptune_cluster.part", &format!("{unsigned} RETENTION_TOO_LONG NOT_ENCRYPTED DELETABLE NOT_WATCHED NOT_FORWARDED")),
            ("aws_neptune_cluster.later", &format!("{unsigned} NOT_WATCHED by reference")),
            ("aws_neptune_cluster.undeclared", unsigned),
            ("aws_neptune_cluster.through_local", unsigned),
            ("aws_neptune_cluster.infrequent", &format!("{unsigned} NOT_ENCRYPTED DELETABLE NOT_WATCHED NOT_FORWARDED")),
            ("aws_neptune_cluster.both", &format!("{unsigned} NOT_ENCRYPTED DELETABLE NOT_WATCHED NOT_FORWARDED by reference")),
        ],
    );
    let of = |address: &str, link: &str| {
        let link = row(&rows, address).links.iter().find(|of| of.link == link).unwrap();
        (link.state.as_str(), link.code.unwrap_or_default(), link.detail.clone().unwrap_or_default())
    };
    // Of one class AWS itself decides how long events are kept.
    let kept = "it depends on `aws_cloudwatch_log_group.later.retention_in_days`, `aws_cloudwatch_log_group.later.log_group_class`";
    assert_eq!(of("aws_neptune_cluster.later", "kept").2, kept);
    assert_eq!(of("aws_neptune_cluster.later", "guarded").2, "it depends on `aws_cloudwatch_log_group.later.deletion_protection_enabled`");
    let (state, code, detail) = of("aws_neptune_cluster.later", "forwarded");
    assert_eq!((state, code), ("undecided", "NOT_FORWARDED"));
    assert!(detail.contains("`aws_cloudwatch_log_subscription_filter.later.destination_arn`"), "{detail}");
    assert!(of("aws_neptune_cluster.part", "forwarded").2.contains("its pattern is `ERROR`"));
    assert!(of("aws_neptune_cluster.infrequent", "forwarded").2.contains("INFREQUENT_ACCESS"));
    // The group of either log is one of the two, and they keep events for different times.
    assert_eq!(of("aws_neptune_cluster.both", "kept").0, "undecided");
}

#[test]
fn an_undeclared_log_group_is_undecided_and_missing_where_that_is_asked_for() {
    let retention = required(&[("minimumRetentionDays", "1")]);
    let of = |judging| {
        let rows = judge_plan(&plan_of("logs"), &retention, judging);
        let undeclared = row(&rows, "aws_neptune_cluster.undeclared").clone();
        (undeclared.verdict.as_str(), undeclared.codes, undeclared.message)
    };
    let (verdict, codes, message) = of(Judging::default());
    assert_eq!((verdict, codes), ("UNDECIDED", Vec::new()));
    // The log group whose name a local hides may be any.
    assert!(message.contains("`aws_cloudwatch_log_group.through_local`"), "{message}");
    assert_eq!(of(DECLARED).0, "UNDECIDED");

    let mut plan = plan_of("logs");
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    changes.retain(|change| change["address"] != "aws_cloudwatch_log_group.through_local");
    let of = |judging| row(&judge_plan(&plan, &retention, judging), "aws_neptune_cluster.undeclared").clone();
    assert_eq!(of(DECLARED).codes, ["LOG_GROUP_MISSING"]);
    let undecided = of(Judging::default());
    assert_eq!(undecided.verdict.as_str(), "UNDECIDED");
    assert!(undecided.message.contains("log group `/aws/neptune/undeclared/audit`, which is not declared"), "{}", undecided.message);
}

#[test]
fn a_known_choice_of_a_key_is_a_reference_and_an_unknown_key_is_a_key() {
    let rows = judge_plan(&plan_of("logs"), &required(&[("logGroupEncrypted", "true")]), Judging::default());
    for (address, verdict) in [("whole", "PASS"), ("referred", "PASS"), ("later", "PASS"), ("poor", "FAIL")] {
        assert_eq!(row(&rows, &format!("aws_neptune_cluster.{address}")).verdict.as_str(), verdict, "{address}");
    }
    let strict = judge_plan(&plan_of("logs"), &required(&[("logGroupEncrypted", "true")]), STRICT);
    for (address, verdict) in [("whole", "PASS"), ("later", "UNDECIDED")] {
        assert_eq!(row(&strict, &format!("aws_neptune_cluster.{address}")).verdict.as_str(), verdict, "{address}");
    }
}

#[test]
fn many_clusters_of_one_resource_share_what_agrees() {
    let asked = required(&[
        ("minimumRetentionDays", "90"),
        ("logGroupMetricFilter", "true"),
        ("forwardingDestination", "arn:aws:logs:*:444455556666:destination:central"),
    ]);
    let rows = judge_plan(&plan_of("each"), &asked, Judging::default());
    assert_said(
        &rows,
        &[
            ("aws_neptune_cluster.this[\"a\"]", "UNDECIDED by reference"),
            ("aws_neptune_cluster.this[\"b\"]", "UNDECIDED by reference"),
            ("aws_neptune_cluster.value[\"long\"]", "FAIL NOT_WATCHED NOT_FORWARDED by reference"),
            ("aws_neptune_cluster.value[\"short\"]", "FAIL RETENTION_TOO_SHORT NOT_WATCHED NOT_FORWARDED by reference"),
            ("aws_neptune_cluster.few[0]", "UNDECIDED by reference"),
            ("aws_neptune_cluster.few[1]", "UNDECIDED by reference"),
            ("aws_neptune_cluster.left_out", "FAIL NOT_WATCHED NOT_FORWARDED by reference"),
            ("aws_neptune_cluster.let_in", "FAIL NOT_WATCHED NOT_FORWARDED by reference"),
        ],
    );
    // Whose metric filter it is, nobody can tell; the subscriptions are all the same.
    let of = &row(&rows, "aws_neptune_cluster.this[\"b\"]").links;
    let state = |name: &str| of.iter().find(|link| link.link == name).unwrap().state.as_str();
    assert_eq!((state("kept"), state("watched"), state("forwarded")), ("holds", "undecided", "holds"));
}

#[test]
fn a_policy_of_the_account_forwards_what_it_does_not_leave_out() {
    let asked = required(&[("forwardingDestination", "arn:aws:logs:*:444455556666:destination:account")]);
    let rows = judge_plan(&plan_of("each"), &asked, Judging::default());
    assert_eq!(row(&rows, "aws_neptune_cluster.let_in").verdict.as_str(), "PASS");
    assert_eq!(row(&rows, "aws_neptune_cluster.left_out").codes, ["NOT_FORWARDED"]);
    // The identifier is not known, so it may be the one that is left out.
    let prefixed = row(&rows, "aws_neptune_cluster.value[\"long\"]");
    assert_eq!(prefixed.verdict.as_str(), "UNDECIDED");
    assert!(prefixed.message.contains("`aws_neptune_cluster.value[\"long\"].cluster_identifier`"), "{}", prefixed.message);
}

#[test]
fn what_exists_is_judged_by_what_it_will_be() {
    let rows = judge_plan(&plan_of("lifecycle"), &required(&[]), Judging::default());
    assert_said(
        &rows,
        &[
            ("aws_neptune_cluster.unchanged", "PASS"),
            ("aws_neptune_cluster.turned_on", "PASS"),
            ("aws_neptune_cluster.another_group", "PASS"),
            ("aws_neptune_cluster.export_removed", "FAIL EXPORT_OFF"),
            ("aws_neptune_cluster.deleted", "NOT_APPLICABLE"),
            ("aws_neptune_cluster.forgotten", "NOT_APPLICABLE"),
            ("aws_neptune_cluster.replaced", "PASS"),
            ("aws_neptune_cluster.replaced_before", "FAIL PARAMETER_OFF EXPORT_OFF"),
            ("aws_neptune_cluster.new_name", "PASS"),
            ("aws_neptune_cluster.imported", "PASS"),
            ("aws_neptune_cluster.on_deleted", "UNDECIDED"),
            ("aws_neptune_cluster.never_set", "FAIL PARAMETER_OFF"),
        ],
    );
}

#[test]
fn a_cluster_that_waits_for_a_reboot_gets_a_note_and_no_finding() {
    let rows = judge_plan(&plan_of("lifecycle"), &required(&[]), Judging::default());
    for (address, noted) in [
        ("unchanged", false),
        ("turned_on", true),
        ("another_group", true),
        ("imported", true),
        ("export_removed", false),
        ("replaced", false),
        ("new_name", false),
    ] {
        let notes = notes(row(&rows, &format!("aws_neptune_cluster.{address}")));
        let has = notes.iter().any(|note| note.contains("reboot each instance") && note.contains("NOT_IN_EFFECT"));
        assert_eq!(has, noted, "{address}: {notes:?}");
    }
}

#[test]
fn a_plan_that_only_refreshes_is_judged_by_the_state() {
    let rows = judge_plan(&plan_of("refresh"), &required(&[]), Judging::default());
    assert_eq!(row(&rows, "aws_neptune_cluster.unchanged").verdict.as_str(), "PASS");
    assert_eq!(row(&rows, "aws_neptune_cluster.turned_on").codes, ["PARAMETER_OFF"]);
    assert_eq!(rows.len(), 11);
}

#[test]
fn a_plan_for_some_targets_is_judged_only_where_that_is_allowed() {
    let text = plan_of("target").to_string();
    let asked = required(&[]);
    let refused = neptune_audit::plan::judge(&text, false, &asked, Judging::default()).unwrap_err();
    assert!(matches!(refused, neptune_audit::plan::Problem::NotWhole(ref why) if why.contains("--allow-incomplete")), "{refused:?}");
    let rows = neptune_audit::plan::judge(&text, true, &asked, Judging::default()).unwrap();
    let rows: Vec<_> =
        rows.iter().map(|(subject, row)| neptune_audit::resources::judged("plan.json", subject, row, Judging::default())).collect();
    // The group is turned off; the clusters on it are not in the plan, and exist.
    assert_eq!(row(&rows, "aws_neptune_cluster.unchanged").codes, ["PARAMETER_OFF"]);
    assert!(notes(row(&rows, "aws_neptune_cluster.unchanged")).iter().any(|note| note.contains("incomplete")));
}

#[test]
fn an_expression_that_is_more_than_a_name_passes_for_none() {
    let rows = judge_plan(&plan_of("choices"), &required(&[]), Judging::default());
    let of = |address: &str| said(row(&rows, &format!("aws_neptune_cluster.{address}")));
    for address in ["plain", "by_key[\"a\"]", "by_key[\"b\"]", "own", "handed_in"] {
        assert_eq!(of(address), "PASS by reference", "{address}");
    }
    assert_eq!(of("neither"), "FAIL PARAMETER_OFF");
    assert_eq!(of("off_or_off"), "FAIL PARAMETER_OFF by reference");
    for (address, names) in [
        ("null_by_text", "`var.mode`"),
        ("null_by_not", "`var.yes`"),
        ("null_by_key[\"x\"]", "`each.key`"),
        ("null_by_key[\"y\"]", "`each.key`"),
        ("null_by_count[0]", "`count.index`"),
        ("null_by_count[1]", "`count.index`"),
        ("null_behind_blank", "`var.no`"),
        ("null_by_group", "`aws_neptune_cluster.null_by_group.neptune_cluster_parameter_group_name`"),
        ("first_of_known", "`aws_neptune_cluster_parameter_group.known_off.name`"),
        ("first_of_given", "`var.elsewhere`"),
        ("known_or_unknown", "`aws_neptune_cluster_parameter_group.known_off.name`"),
        ("splat_or_given", "`var.elsewhere`"),
        ("through_local", "`local.on`"),
        ("dated", "`aws_neptune_cluster.dated.neptune_cluster_parameter_group_name`"),
        ("dated_of_group", "`aws_neptune_cluster.dated_of_group.neptune_cluster_parameter_group_name`"),
    ] {
        let row = row(&rows, &format!("aws_neptune_cluster.{address}"));
        assert_eq!(row.verdict.as_str(), "UNDECIDED", "{address}");
        assert!(row.message.contains(&format!("it depends on {names}")), "{address}: {}", row.message);
    }
}

#[test]
fn what_is_in_the_name_of_a_log_group_has_to_fit_there() {
    let rows = judge_plan(&plan_of("choices"), &required(&[("minimumRetentionDays", "30")]), Judging::default());
    for (address, expected) in [
        ("logged[\"by_variable\"]", "PASS by reference"),
        ("logged[\"by_condition\"]", "UNDECIDED by reference"),
        ("logged[\"by_text\"]", "UNDECIDED by reference"),
        // Of its class events go after two days.
        ("plain", "FAIL RETENTION_TOO_SHORT by reference"),
    ] {
        assert_eq!(said(row(&rows, &format!("aws_neptune_cluster.{address}"))), expected, "{address}");
    }
    let message = &row(&rows, "aws_neptune_cluster.logged[\"by_text\"]").message;
    assert!(message.contains("`aws_cloudwatch_log_group.by_"), "{message}");
}
