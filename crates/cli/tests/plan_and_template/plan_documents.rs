//! Plans that Terraform makes only in situations that are hard to bring about: real ones, with a change.

use neptune_audit::plan::{Problem, judge};
use neptune_audit::resources::Judging;
use serde_json::{Value, json};

use crate::support::{CENTRAL, DECLARED, assert_said, judge_plan, notes, plan_of, required, row};

fn problem(plan: &Value) -> Problem {
    judge(&plan.to_string(), false, &required(&[]), Judging::default()).unwrap_err()
}

fn unreadable(plan: &Value) -> String {
    match problem(plan) {
        Problem::Unreadable(why) => why,
        Problem::NotWhole(why) => panic!("{why}"),
    }
}

/// The change of an address, to change it.
fn change<'a>(plan: &'a mut Value, address: &str) -> &'a mut Value {
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    changes.iter_mut().find(|change| change["address"] == address).unwrap()
}

/// The configuration of a resource of the root module, to change it.
fn configured<'a>(plan: &'a mut Value, address: &str) -> &'a mut Value {
    let resources = plan["configuration"]["root_module"]["resources"].as_array_mut().unwrap();
    resources.iter_mut().find(|resource| resource["address"] == address).unwrap()
}

#[test]
fn a_plan_that_failed_tells_nothing() {
    let mut plan = plan_of("names");
    plan["errored"] = json!(true);
    assert!(matches!(problem(&plan), Problem::NotWhole(why) if why.contains("errored")));
    // It failed, whatever else is allowed.
    assert!(judge(&plan.to_string(), true, &required(&[]), Judging::default()).is_err());
}

#[test]
fn a_format_that_is_not_understood_is_refused() {
    let mut plan = plan_of("names");
    for version in ["2.0", "0.0", "1", "x.1", "1.x", ""] {
        plan["format_version"] = json!(version);
        assert!(unreadable(&plan).contains("up to below 2.0"), "{version}");
    }
    for version in ["0.1", "0.2", "1.0", "1.99"] {
        plan["format_version"] = json!(version);
        assert_eq!(judge_plan(&plan, &required(&[]), Judging::default()).len(), 12, "{version}");
    }
}

#[test]
fn what_is_no_plan_says_how_to_make_one() {
    for (document, says) in [
        (json!({}), "terraform show -json"),
        (json!([]), "another type"),
        (json!({"format_version": "1.0", "values": {"root_module": {}}}), "it is a state"),
        (json!({"format_version": "1.0"}), "neither values nor changes"),
        (json!({"format_version": 1}), "another type"),
        (json!({"format_version": "1.2", "planned_values": {}, "resource_changes": [{"address": 1}]}), "another type"),
    ] {
        assert!(unreadable(&document).contains(says), "{document}: {}", unreadable(&document));
    }
    let text = |text: &str| judge(text, false, &required(&[]), Judging::default()).unwrap_err();
    assert!(matches!(text("Terraform will perform"), Problem::Unreadable(why) if why.contains("no JSON (line 1, column 1)")));
    assert!(matches!(text("{"), Problem::Unreadable(why) if why.contains("ends too soon")));
    assert!(matches!(text(""), Problem::Unreadable(why) if why.contains("ends too soon")));
}

#[test]
fn a_field_that_stands_there_twice_is_refused() {
    let text = plan_of("names").to_string().replacen('{', "{\"errored\":false,", 1);
    let twice = judge(&text, false, &required(&[]), Judging::default()).unwrap_err();
    assert!(matches!(twice, Problem::Unreadable(ref why) if why.contains("twice")), "{twice:?}");
}

#[test]
fn a_plan_without_a_cluster_has_no_rows() {
    let plan = json!({"format_version": "1.2", "planned_values": {"root_module": {}}});
    assert_eq!(judge_plan(&plan, &required(&[]), Judging::default()).len(), 0);
}

#[test]
fn a_deferred_cluster_is_undecided_and_a_deferred_group_unknown() {
    let mut plan = plan_of("names");
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    let (deferred, now): (Vec<Value>, Vec<Value>) = changes.drain(..).partition(|change| {
        ["aws_neptune_cluster.oregon", "aws_neptune_cluster_parameter_group.ireland"].contains(&change["address"].as_str().unwrap())
    });
    plan["resource_changes"] = now.into();
    let mut deferred: Vec<Value> =
        deferred.into_iter().map(|change| json!({"reason": "provider_config_unknown", "resource_change": change})).collect();
    let mut many = deferred[0].clone();
    many["resource_change"]["address"] = json!("aws_neptune_cluster.many[*]");
    many["resource_change"]["type"] = json!("aws_neptune_cluster");
    deferred.push(many);
    plan["deferred_changes"] = deferred.into();
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    for address in ["aws_neptune_cluster.oregon", "aws_neptune_cluster.many[*]"] {
        let deferred = row(&rows, address);
        assert_eq!(deferred.verdict.as_str(), "UNDECIDED");
        assert!(deferred.message.contains("provider_config_unknown"), "{}", deferred.message);
    }
    assert_eq!(row(&rows, "aws_neptune_cluster.ireland").verdict.as_str(), "UNDECIDED");
}

#[test]
fn an_object_that_a_replacement_left_behind_is_not_judged() {
    let mut plan = plan_of("lifecycle");
    let mut deposed = change(&mut plan, "aws_neptune_cluster.deleted").clone();
    deposed["address"] = json!("aws_neptune_cluster.unchanged");
    deposed["deposed"] = json!("0badcafe");
    plan["resource_changes"].as_array_mut().unwrap().push(deposed);
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    let of: Vec<&str> =
        rows.iter().filter(|row| row.place.name() == "aws_neptune_cluster.unchanged").map(|row| row.verdict.as_str()).collect();
    assert_eq!(of, ["PASS", "NOT_APPLICABLE"]);
}

#[test]
fn a_cluster_of_another_provider_is_undecided_and_never_absent() {
    let mut plan = plan_of("names");
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    let template = changes.iter().find(|change| change["type"] == "aws_neptune_cluster").unwrap().clone();
    let mut add = |kind: &str, engine: Value| {
        let mut change = template.clone();
        change["type"] = json!(kind);
        change["address"] = json!(format!("{kind}.{}", engine.as_str().unwrap_or("none").replace('-', "_")));
        change["change"]["after"]["engine"] = engine;
        changes.push(change);
    };
    add("awscc_neptune_db_cluster", Value::Null);
    add("aws_rds_cluster", json!("neptune"));
    add("aws_rds_cluster", json!("aurora-mysql"));
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    assert_eq!(rows.len(), 14);
    assert!(row(&rows, "awscc_neptune_db_cluster.none").message.contains("`awscc_neptune_db_cluster` are not understood"));
    assert_eq!(row(&rows, "aws_rds_cluster.neptune").verdict.as_str(), "UNDECIDED");
}

#[test]
fn everything_of_a_cluster_may_be_unknown() {
    let mut plan = plan_of("names");
    let cluster = change(&mut plan, "aws_neptune_cluster.ireland");
    cluster["change"]["after"] = json!({});
    cluster["change"]["after_unknown"] = json!(true);
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    let unknown = row(&rows, "aws_neptune_cluster.ireland");
    assert_eq!(unknown.verdict.as_str(), "UNDECIDED");
    assert!(unknown.message.contains("enable_cloudwatch_logs_exports"), "{}", unknown.message);
}

#[test]
fn one_parameter_twice_counts_only_where_both_agree() {
    let block = |value: &str| json!({"name": "neptune_enable_audit_log", "value": value, "apply_method": null});
    for (blocks, verdict) in [
        (json!([block("1"), block("1")]), "PASS"),
        (json!([block("1"), block("0")]), "UNDECIDED"),
        (json!([{"name": "NEPTUNE_ENABLE_AUDIT_LOG", "value": "1"}]), "UNDECIDED"),
        (json!([{"value": "1"}]), "UNDECIDED"),
        (json!([null, block("1")]), "UNDECIDED"),
        (json!([{"name": "neptune_enable_audit_log"}]), "UNDECIDED"),
        (json!([{"name": "neptune_query_timeout", "value": "1"}]), "FAIL"),
        (json!([]), "FAIL"),
        (json!(null), "FAIL"),
        (json!("1"), "UNDECIDED"),
        (json!([block("on")]), "FAIL"),
    ] {
        let mut plan = plan_of("names");
        change(&mut plan, "aws_neptune_cluster_parameter_group.ireland")["change"]["after"]["parameter"] = blocks.clone();
        let rows = judge_plan(&plan, &required(&[]), Judging::default());
        assert_eq!(row(&rows, "aws_neptune_cluster.ireland").verdict.as_str(), verdict, "{blocks}");
    }
}

#[test]
fn two_groups_of_one_name_count_only_where_both_agree() {
    for (value, verdict) in [("1", "PASS"), ("0", "UNDECIDED")] {
        let mut plan = plan_of("names");
        let mut second = change(&mut plan, "aws_neptune_cluster_parameter_group.ireland").clone();
        second["address"] = json!("aws_neptune_cluster_parameter_group.ireland_only");
        second["change"]["after"]["parameter"][0]["value"] = json!(value);
        *change(&mut plan, "aws_neptune_cluster_parameter_group.ireland_only") = second;
        let rows = judge_plan(&plan, &required(&[]), Judging::default());
        assert_eq!(row(&rows, "aws_neptune_cluster.ireland").verdict.as_str(), verdict, "{value}");
    }
}

#[test]
fn two_log_groups_of_one_name_count_only_where_both_agree() {
    for (days, verdict) in [(365, "PASS"), (7, "UNDECIDED")] {
        let mut plan = plan_of("logs");
        let mut second = change(&mut plan, "aws_cloudwatch_log_group.whole[\"audit\"]").clone();
        second["address"] = json!("aws_cloudwatch_log_group.poor");
        second["change"]["after"]["retention_in_days"] = json!(days);
        *change(&mut plan, "aws_cloudwatch_log_group.poor") = second;
        let rows = judge_plan(&plan, &required(&[("minimumRetentionDays", "90")]), Judging::default());
        assert_eq!(row(&rows, "aws_neptune_cluster.whole").verdict.as_str(), verdict, "{days}");
    }
}

#[test]
fn a_plan_without_its_configuration_proves_nothing_about_names() {
    let mut plan = plan_of("names");
    plan.as_object_mut().unwrap().remove("configuration");
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    assert!(rows.iter().all(|row| row.verdict.as_str() != "PASS"), "{rows:?}");
}

#[test]
fn references_in_a_circle_end() {
    let mut plan = plan_of("modules");
    let module = &mut plan["configuration"]["root_module"]["module_calls"]["handed"];
    module["expressions"]["group"] = json!({"references": ["module.handed.group.name", "module.handed.group", "module.handed"]});
    module["module"]["outputs"]["group"]["expression"] = json!({"references": ["var.group", "var.group", "each.value"]});
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    assert_eq!(row(&rows, "module.handed.aws_neptune_cluster.this").verdict.as_str(), "UNDECIDED");
}

#[test]
fn a_reference_that_nobody_understands_leads_nowhere_known() {
    let mut plan = plan_of("values");
    let group = configured(&mut plan, "aws_neptune_cluster.another_name");
    group["expressions"]["neptune_cluster_parameter_group_name"]["references"].as_array_mut().unwrap().push(json!("]["));
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    let row = row(&rows, "aws_neptune_cluster.another_name");
    assert_eq!(row.verdict.as_str(), "UNDECIDED");
    assert!(row.message.contains("`][`"), "{}", row.message);
}

#[test]
fn the_tags_of_the_provider_count_too() {
    let mut plan = plan_of("values");
    let tagged = change(&mut plan, "aws_neptune_cluster.tagged_later");
    tagged["change"]["after"]["tags_all"] = json!({"exempt": "yes"});
    tagged["change"]["after_unknown"]["tags_all"] = json!({"owner": true});
    let unknown = change(&mut plan, "aws_neptune_cluster.tagged");
    unknown["change"]["after_unknown"]["tags_all"] = json!(true);
    let rows = judge_plan(&plan, &required(&[("exemptTag", "exempt")]), Judging::default());
    assert_eq!(row(&rows, "aws_neptune_cluster.tagged_later").verdict.as_str(), "NOT_APPLICABLE");
    assert_eq!(row(&rows, "aws_neptune_cluster.tagged").verdict.as_str(), "UNDECIDED");
}

/// A policy of the account, as part of a plan in which a log group keeps events for a year and sends them nowhere.
fn with_policy(after: Value) -> Value {
    let mut plan = plan_of("each");
    let policy = change(&mut plan, "aws_cloudwatch_log_account_policy.central");
    for (name, value) in after.as_object().unwrap() {
        policy["change"]["after"][name] = value.clone();
        if value.is_null() {
            policy["change"]["after"].as_object_mut().unwrap().remove(name);
            policy["change"]["after_unknown"][name] = json!(true);
        }
    }
    plan
}

#[test]
fn a_policy_of_the_account_counts_only_where_it_sends_everything() {
    let document = |destination: &str, pattern: &str| json!({"DestinationArn": destination, "FilterPattern": pattern}).to_string();
    for (after, verdict) in [
        (json!({"policy_document": document(CENTRAL, "")}), "PASS"),
        (json!({"policy_document": document(CENTRAL, "ERROR")}), "FAIL"),
        (json!({"policy_document": json!({"DestinationArn": CENTRAL, "filterPattern": "ERROR"}).to_string()}), "FAIL"),
        (json!({"policy_document": json!({"DestinationArn": CENTRAL, "FilterPattern": ["ERROR"]}).to_string()}), "FAIL"),
        (json!({"policy_document": json!({"DestinationArn": CENTRAL, "fieldselectioncriteria": "x = 1"}).to_string()}), "FAIL"),
        (json!({"policy_document": json!({"destinationArn": CENTRAL}).to_string()}), "PASS"),
        (json!({"policy_document": "no JSON"}), "FAIL"),
        (json!({"policy_document": document("arn:aws:lambda:eu-west-1:111122223333:function:x", "")}), "FAIL"),
        (json!({"policy_document": "no JSON"}), "FAIL"),
        (json!({"policy_document": null}), "UNDECIDED"),
        (json!({"policy_document": document(CENTRAL, ""), "selection_criteria": "LogGroupNamePrefix IN [\"/x\"]"}), "FAIL"),
        (json!({"policy_document": document(CENTRAL, ""), "selection_criteria": null}), "UNDECIDED"),
        (json!({"policy_document": document(CENTRAL, ""), "policy_type": "DATA_PROTECTION_POLICY"}), "FAIL"),
        (json!({"policy_document": document(CENTRAL, ""), "policy_type": null}), "UNDECIDED"),
    ] {
        let asked = required(&[("forwardingDestination", CENTRAL)]);
        let rows = judge_plan(&with_policy(after.clone()), &asked, Judging::default());
        assert_eq!(row(&rows, "aws_neptune_cluster.let_in").verdict.as_str(), verdict, "{after}");
    }
}

#[test]
fn a_policy_of_the_account_may_decide_how_long_events_are_kept() {
    let asked = required(&[("minimumRetentionDays", "90")]);
    let kept = |plan: &Value| row(&judge_plan(plan, &asked, Judging::default()), "aws_neptune_cluster.let_in").clone();
    assert_eq!(kept(&plan_of("each")).verdict.as_str(), "PASS");
    let decided = kept(&with_policy(json!({"policy_type": "RETENTION_POLICY"})));
    assert_eq!(decided.verdict.as_str(), "UNDECIDED");
    assert!(decided.message.contains("`aws_cloudwatch_log_account_policy.central`"), "{}", decided.message);
}

#[test]
fn a_region_that_is_set_to_what_is_unknown_may_be_any() {
    let mut plan = plan_of("logs");
    let group = change(&mut plan, "aws_cloudwatch_log_group.whole[\"audit\"]");
    group["change"]["after_unknown"]["region"] = json!(true);
    configured(&mut plan, "aws_cloudwatch_log_group.whole")["expressions"]["region"] = json!({"references": ["local.region"]});
    let rows = judge_plan(&plan, &required(&[("minimumRetentionDays", "90")]), Judging::default());
    assert_eq!(row(&rows, "aws_neptune_cluster.whole").verdict.as_str(), "UNDECIDED");
}

#[test]
fn the_cases_of_one_mutation_each_leave_the_rest_alone() {
    let mut plan = plan_of("lifecycle");
    let cluster = change(&mut plan, "aws_neptune_cluster.unchanged");
    cluster["change"]["actions"] = json!(["update"]);
    cluster["change"]["after"].as_object_mut().unwrap().remove("neptune_cluster_parameter_group_name");
    cluster["change"]["after_unknown"] = json!({"neptune_cluster_parameter_group_name": true});
    let group = change(&mut plan, "aws_neptune_cluster_parameter_group.on");
    group["change"]["after"].as_object_mut().unwrap().retain(|name, _| name != "name" && name != "id");
    group["change"]["after_unknown"] = json!({"name": true, "id": true});
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    let unchanged = row(&rows, "aws_neptune_cluster.unchanged");
    // The reference says which group, and that it may be another than before.
    assert_said(std::slice::from_ref(unchanged), &[("aws_neptune_cluster.unchanged", "PASS by reference")]);
    assert!(notes(unchanged).iter().any(|note| note.contains("reboot")));

    // On an existing cluster AWS's default is not known to be what an unset name means.
    configured(&mut plan, "aws_neptune_cluster.unchanged")["expressions"]
        .as_object_mut()
        .unwrap()
        .remove("neptune_cluster_parameter_group_name");
    let rows = judge_plan(&plan, &required(&[]), Judging::default());
    assert_eq!(row(&rows, "aws_neptune_cluster.unchanged").verdict.as_str(), "UNDECIDED");
}

#[test]
fn a_log_group_with_the_name_of_another_cluster_is_nobody_elses() {
    let group = |name: &str| {
        json!({
            "address": "aws_cloudwatch_log_group.other", "mode": "managed", "type": "aws_cloudwatch_log_group", "name": "other",
            "change": {"actions": ["create"], "before": null, "after": {"name": name, "retention_in_days": 90}, "after_unknown": {}, "after_sensitive": {}},
        })
    };
    let of = |name: &str, prefix: bool| {
        let mut plan = plan_of("cases");
        let changes = plan["resource_changes"].as_array_mut().unwrap();
        changes.retain(|change| change["type"] != "aws_cloudwatch_log_group");
        changes.push(group(name));
        let resources = plan["configuration"]["root_module"]["resources"].as_array_mut().unwrap();
        let provider = resources[0]["provider_config_key"].clone();
        resources.push(json!({
            "address": "aws_cloudwatch_log_group.other", "mode": "managed", "type": "aws_cloudwatch_log_group", "name": "other",
            "provider_config_key": provider, "expressions": {"name": {"constant_value": name}},
        }));
        if !prefix {
            configured(&mut plan, "aws_neptune_cluster.prefix")["expressions"]["cluster_identifier"] = json!({"references": ["local.id"]});
        }
        let rows = judge_plan(&plan, &required(&[("minimumRetentionDays", "30")]), DECLARED);
        let prefixed = row(&rows, "aws_neptune_cluster.prefix");
        (prefixed.verdict.as_str(), prefixed.codes.clone())
    };
    let missing = ("FAIL", vec!["LOG_GROUP_MISSING"]);
    // The provider makes the identifier up.
    assert_eq!(of("/aws/neptune/known/audit", true), missing);
    assert_eq!(of("/aws/neptune/anything/audit", true), missing);
    // It is some text that is not known yet.
    assert_eq!(of("/aws/neptune/known/audit", false), missing);
    assert_eq!(of("/aws/neptune/anything/audit", false), ("UNDECIDED", vec![]));
}

#[test]
fn what_is_unknown_is_so_whatever_stands_beside_it() {
    let of = |change_it: &dyn Fn(&mut Value)| {
        let mut plan = plan_of("cases");
        change_it(&mut plan);
        row(&judge_plan(&plan, &required(&[]), Judging::default()), "aws_neptune_cluster.known").verdict.as_str()
    };
    assert_eq!(of(&|_| {}), "PASS");
    for unknown in [json!([{"value": true}]), json!([{"name": true}]), json!([true]), json!([{}, {"value": true}])] {
        let verdict =
            of(&|plan| change(plan, "aws_neptune_cluster_parameter_group.on")["change"]["after_unknown"]["parameter"] = unknown.clone());
        assert_eq!(verdict, "UNDECIDED", "{unknown}");
    }
    let verdict = of(&|plan| {
        let cluster = change(plan, "aws_neptune_cluster.known");
        cluster["change"]["after"]["enable_cloudwatch_logs_exports"] = json!([]);
        cluster["change"]["after_unknown"]["enable_cloudwatch_logs_exports"] = json!([true]);
    });
    assert_eq!(verdict, "UNDECIDED");
}

#[test]
fn tags_count_where_all_tags_are_null() {
    for (all, tags, expected) in [
        (json!(null), json!({"exempt": "yes"}), "NOT_APPLICABLE"),
        (json!({}), json!({"exempt": "yes"}), "FAIL"),
        (json!({"exempt": "yes"}), json!(null), "NOT_APPLICABLE"),
    ] {
        let mut plan = plan_of("cases");
        let bare = change(&mut plan, "aws_neptune_cluster.bare");
        bare["change"]["after"]["tags"] = tags.clone();
        bare["change"]["after"]["tags_all"] = all.clone();
        bare["change"]["after_unknown"].as_object_mut().unwrap().remove("tags_all");
        let rows = judge_plan(&plan, &required(&[("exemptTag", "exempt")]), Judging::default());
        assert_eq!(row(&rows, "aws_neptune_cluster.bare").verdict.as_str(), expected, "{all} {tags}");
    }
}

#[test]
fn a_version_is_two_numbers_as_terraform_writes_them() {
    for (version, is_understood) in [
        ("0.1", true),
        ("1.0", true),
        ("1.99", true),
        ("01.2", false),
        ("+1.0", false),
        ("1.+2", false),
        ("1.02", false),
        ("1.2.3", false),
        ("0.0", false),
    ] {
        let mut plan = plan_of("cases");
        plan["format_version"] = json!(version);
        let judged = judge(&plan.to_string(), false, &required(&[]), Judging::default());
        assert_eq!(judged.is_ok(), is_understood, "{version}");
    }
}

#[test]
fn a_plan_without_its_changes_is_refused() {
    let mut plan = plan_of("cases");
    plan.as_object_mut().unwrap().remove("resource_changes");
    let refused = judge(&plan.to_string(), false, &required(&[]), Judging::default()).unwrap_err();
    assert!(matches!(&refused, Problem::Unreadable(why) if why.contains("has no `resource_changes`")), "{refused:?}");
    // One in which nothing is planned has none to show.
    plan["planned_values"] = json!({"root_module": {}});
    plan.as_object_mut().unwrap().remove("prior_state");
    assert_eq!(judge(&plan.to_string(), false, &required(&[]), Judging::default()).unwrap().len(), 0);
}

#[test]
fn what_is_nested_too_deep_is_said_to_be() {
    let deep = format!("{}{}", "{\"child_modules\": [".repeat(100), "]}".repeat(100));
    let mut plan = plan_of("cases").to_string();
    plan.insert_str(1, &format!("\"prior_state\": {{\"values\": {{\"root_module\": {deep}}}}}, "));
    let refused = judge(&plan, false, &required(&[]), Judging::default()).unwrap_err();
    assert!(matches!(&refused, Problem::Unreadable(why) if why.contains("nested deeper than 128 levels")), "{refused:?}");
}
