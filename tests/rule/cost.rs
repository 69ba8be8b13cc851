//! How many calls each kind of event makes, and what overlaps.

use std::time::Duration;

use emulator::{Cluster, Fault, FaultKind, Fleet, LogGroup, ParameterGroup};
use serde_json::{Value, json};

use crate::stage::{Stage, change, schedule, stage};

async fn actions_of(stage: &Stage, event: Value) -> Vec<String> {
    stage.emulator.reset_calls();
    stage.put_for(event).await;
    let mut actions = stage.actions();
    actions.sort();
    actions
}

/// So many clusters, dealt out to so many parameter groups.
fn fleet(clusters: usize, groups: usize) -> Fleet {
    let mut fleet = Fleet::healthy(clusters);
    let home = fleet.home();
    for group in 0..groups {
        home.parameter_groups.insert(format!("group-{group}"), ParameterGroup::new(&[("neptune_enable_audit_log", "1")]));
    }
    for (number, cluster) in home.clusters.iter_mut().enumerate() {
        cluster.parameter_group = format!("group-{}", number % groups);
    }
    fleet
}

#[tokio::test]
async fn one_cluster_costs_four_calls_and_three_where_nobody_asks_for_the_log_group() {
    let stage = stage(|_| ()).await;
    let mut expected = vec!["config:PutEvaluations", "logs:DescribeLogGroups", "rds:DescribeDBClusterParameters", "rds:DescribeDBClusters"];
    assert_eq!(actions_of(&stage, change("c-0001", json!({}))).await, expected);
    assert_eq!(actions_of(&stage, change("c-0001", json!({ "logTypes": "audit,slowquery" }))).await, expected);
    expected.retain(|action| *action != "logs:DescribeLogGroups");
    assert_eq!(actions_of(&stage, change("c-0001", json!({ "logGroupRequired": false }))).await, expected);
}

#[tokio::test]
async fn the_accounts_policies_cost_a_call_only_where_the_log_groups_own_filters_do_not_satisfy() {
    let stage = Stage::new(fleet(30, 1)).await;
    let forwarded = json!({ "forwardingDestination": "arn:aws:logs:*:444455556666:destination:*" });
    stage.put_for(schedule(forwarded.clone())).await;
    assert_eq!(stage.emulator.count("logs:DescribeAccountPolicies"), 0);
    stage.emulator.update(|fleet| fleet.home().log_groups.iter_mut().for_each(|group| group.subscription_filters.clear()));
    stage.put_for(schedule(forwarded)).await;
    assert_eq!(stage.emulator.count("logs:DescribeAccountPolicies"), 1, "once for all clusters");
}

#[tokio::test]
async fn tags_cost_a_call_only_where_a_link_is_broken_and_a_tag_could_exempt() {
    let stage = Stage::new(fleet(3, 1)).await;
    stage.emulator.update(|fleet| fleet.cluster("c-0002").exports.clear());
    for (parameters, expected) in [(json!({}), 0), (json!({ "exemptTag": "audit" }), 1)] {
        stage.emulator.reset_calls();
        stage.put_for(schedule(parameters)).await;
        assert_eq!(stage.emulator.count("rds:ListTagsForResource"), expected);
    }
}

#[tokio::test]
async fn each_link_of_the_log_group_costs_at_most_one_call_more() {
    let stage = stage(|_| ()).await;
    let base = ["config:PutEvaluations", "rds:DescribeDBClusterParameters", "rds:DescribeDBClusters"];
    for (mut parameters, more) in [
        (json!({}), vec![]),
        (json!({ "minimumRetentionDays": 1 }), vec!["logs:DescribeLogGroups"]),
        (json!({ "logGroupDeletionProtected": true }), vec!["logs:DescribeLogGroups"]),
        (json!({ "logGroupMetricFilter": true }), vec!["logs:DescribeLogGroups"]),
        (json!({ "iamAuthentication": true, "exemptTag": "audit" }), vec![]),
        (json!({ "logGroupEncrypted": true }), vec!["logs:DescribeLogGroups"]),
        (json!({ "minimumRetentionDays": 1, "logGroupEncrypted": true }), vec!["logs:DescribeLogGroups"]),
        (json!({ "forwardingDestination": "*" }), vec!["logs:DescribeSubscriptionFilters"]),
        (json!({ "maximumSilenceHours": 1 }), vec!["logs:DescribeLogStreams"]),
        (
            json!({ "maximumRetentionDays": 365, "logGroupEncrypted": true, "forwardingDestination": "*", "maximumSilenceHours": 1 }),
            vec!["logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:DescribeSubscriptionFilters"],
        ),
    ] {
        parameters["logGroupRequired"] = json!(false);
        let mut expected: Vec<_> = base.iter().copied().chain(more).collect();
        expected.sort_unstable();
        assert_eq!(actions_of(&stage, change("c-0001", parameters.clone())).await, expected, "{parameters}");
    }
}

#[tokio::test]
async fn two_log_types_share_the_listing_of_their_log_groups() {
    let stage = stage(|fleet| {
        fleet.cluster("c-0001").exports.push("slowquery".into());
        fleet.group("audited").parameters.insert("neptune_enable_slow_query_log".into(), "info".into());
        let slow = LogGroup { name: "/aws/neptune/c-0001/slowquery".into(), ..LogGroup::healthy("c-0001") };
        fleet.home().log_groups.push(slow);
    })
    .await;
    let evaluation = stage.judge(json!({ "logTypes": "audit,slowquery", "minimumRetentionDays": 90, "logGroupEncrypted": true })).await;
    assert_eq!(evaluation["ComplianceType"], "COMPLIANT", "{evaluation}");
    assert_eq!(stage.emulator.count("logs:DescribeLogGroups"), 1);
}

#[tokio::test]
async fn no_more_log_groups_are_listed_than_the_log_types_need() {
    let stage = stage(|_| ()).await;
    for (log_types, prefix) in [("audit", "/aws/neptune/c-0001/audit"), ("audit,slowquery", "/aws/neptune/c-0001/")] {
        stage.emulator.reset_calls();
        stage.judge(json!({ "logTypes": log_types, "minimumRetentionDays": 90 })).await;
        let calls = stage.emulator.calls();
        let asked: Vec<_> = calls.iter().filter(|call| call.action == "logs:DescribeLogGroups").collect();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].parameters["logGroupNamePrefix"], prefix);
    }
}

#[tokio::test]
async fn log_groups_are_listed_until_each_is_found_and_no_further() {
    let stage = stage(|fleet| {
        fleet.cluster("c-0001").exports.push("slowquery".into());
        fleet.group("audited").parameters.insert("neptune_enable_slow_query_log".into(), "info".into());
        let named = |name: &str| LogGroup { name: format!("/aws/neptune/c-0001/{name}"), ..LogGroup::healthy("c-0001") };
        fleet.home().log_groups = ["application", "audit", "audit-old", "slowquery", "slowquery-old"].map(named).into();
        fleet.page_size = Some(1);
    })
    .await;
    let evaluation = stage.judge(json!({ "logTypes": "audit,slowquery", "minimumRetentionDays": 90 })).await;
    assert_eq!(evaluation["ComplianceType"], "COMPLIANT", "{evaluation}");
    assert_eq!(stage.emulator.count("logs:DescribeLogGroups"), 4);
}

#[tokio::test]
async fn a_trail_that_is_broken_already_is_not_asked_where_it_leads() {
    let stage = stage(|fleet| fleet.cluster("c-0001").exports.clear()).await;
    let actions = actions_of(&stage, change("c-0001", json!({ "forwardingDestination": "*", "maximumSilenceHours": 1 }))).await;
    assert_eq!(actions, ["config:PutEvaluations", "logs:DescribeLogGroups", "rds:DescribeDBClusterParameters", "rds:DescribeDBClusters"]);
}

#[tokio::test]
async fn reads_of_one_cluster_that_do_not_depend_on_each_other_overlap() {
    let stage = stage(|_| ()).await;
    stage.emulator.set_latency(Duration::from_millis(500));
    stage.judge(json!({ "minimumRetentionDays": 1, "forwardingDestination": "*", "maximumSilenceHours": 24 })).await;
    assert_eq!(stage.emulator.max_concurrent("*"), 2, "{:?}", stage.actions());
    let calls = stage.emulator.calls();
    let span = |action: &str| {
        let call = calls.iter().find(|call| call.action == action).unwrap();
        (call.started, call.ended.unwrap())
    };
    for (one, other) in
        [("rds:DescribeDBClusterParameters", "logs:DescribeLogGroups"), ("logs:DescribeSubscriptionFilters", "logs:DescribeLogStreams")]
    {
        assert!(span(one).0 < span(other).1 && span(other).0 < span(one).1, "{one} and {other} do not overlap");
    }
}

#[tokio::test]
async fn a_schedule_over_250_clusters_costs_pages_parameter_groups_puts_recorded_results_and_log_groups_and_no_more() {
    let stage = Stage::new(fleet(250, 2)).await;
    stage.put_for(schedule(json!({}))).await;
    let count = |action| stage.emulator.count(action);
    assert_eq!(count("rds:DescribeDBClusters"), 3);
    assert_eq!(count("rds:DescribeDBClusterParameters"), 2);
    assert_eq!(count("config:PutEvaluations"), 3);
    assert_eq!(count("config:GetComplianceDetailsByConfigRule"), 1);
    assert_eq!(count("logs:DescribeLogGroups"), 5, "250 log groups, 50 a page");
    assert_eq!(stage.emulator.calls().len(), 14);
    assert_eq!(stage.put().len(), 250);
    stage.emulator.reset_calls();
    stage.put_for(schedule(json!({}))).await;
    assert_eq!(count("config:GetComplianceDetailsByConfigRule"), 3, "250 results are recorded now");
    assert_eq!(stage.emulator.calls().len(), 16);
}

#[tokio::test]
async fn a_schedule_lists_log_groups_by_prefix_and_asks_for_none_of_them_alone() {
    let stage = Stage::new(fleet(120, 3)).await;
    stage.put_for(schedule(json!({ "minimumRetentionDays": 90, "logGroupEncrypted": true }))).await;
    assert!(stage.put().iter().all(|evaluation| evaluation["ComplianceType"] == "COMPLIANT"));
    assert_eq!(stage.emulator.count("logs:DescribeLogGroups"), 3, "120 log groups, 50 a page");
    let asked = stage.emulator.calls().into_iter().filter(|call| call.action == "logs:DescribeLogGroups");
    assert!(asked.map(|call| call.parameters["logGroupNamePrefix"].clone()).all(|prefix| prefix == "/aws/neptune/"));
}

#[tokio::test]
async fn a_schedule_asks_for_filters_and_streams_only_of_clusters_whose_trail_holds_so_far() {
    let mut fleet = fleet(30, 1);
    for number in 1..=10 {
        fleet.cluster(&format!("c-{number:04}")).exports.clear();
    }
    let stage = Stage::new(fleet).await;
    stage.put_for(schedule(json!({ "forwardingDestination": "*", "maximumSilenceHours": 1, "logGroupRequired": false }))).await;
    assert_eq!(stage.emulator.count("logs:DescribeSubscriptionFilters"), 20);
    assert_eq!(stage.emulator.count("logs:DescribeLogStreams"), 20);
    assert_eq!(stage.emulator.count("logs:DescribeLogGroups"), 0);
}

#[tokio::test]
async fn a_schedule_is_kind_to_the_limits_of_the_account() {
    let stage = Stage::new(fleet(60, 60)).await;
    stage.emulator.set_latency(Duration::from_millis(100));
    stage.put_for(schedule(json!({ "forwardingDestination": "*", "maximumSilenceHours": 1 }))).await;
    for action in ["rds:DescribeDBClusterParameters", "logs:DescribeSubscriptionFilters", "logs:DescribeLogStreams"] {
        let most = stage.emulator.max_concurrent(action);
        assert!((2..=8).contains(&most), "{action}: {most} at once");
    }
}

#[tokio::test]
async fn parameter_groups_pages_and_puts_overlap() {
    let stage = Stage::new(fleet(250, 4)).await;
    // While the second page is on its way, the first one's parameter groups are read and its clusters put.
    stage.emulator.inject(Fault::new("rds:DescribeDBClusters", FaultKind::Delay(Duration::from_secs(3))).after(1));
    stage.put_for(schedule(json!({}))).await;
    let calls = stage.emulator.calls();
    let pages: Vec<_> = calls.iter().filter(|call| call.action == "rds:DescribeDBClusters").collect();
    let during_the_second = |action: &str| {
        calls
            .iter()
            .filter(|call| call.action == action && call.ended > Some(pages[1].started) && call.started < pages[1].ended.unwrap())
            .count()
    };
    assert!(during_the_second("rds:DescribeDBClusterParameters") > 0);
    assert_eq!(during_the_second("config:PutEvaluations"), 1);
    assert_eq!(stage.emulator.count("config:PutEvaluations"), 3);
}

#[tokio::test]
async fn nothing_is_remembered_between_invocations() {
    let stage = stage(|fleet| fleet.home().clusters.push(Cluster::healthy("c-0002"))).await;
    stage.put_for(schedule(json!({}))).await;
    stage.emulator.update(|fleet| fleet.group("audited").parameters.clear());
    let put = stage.put_for(schedule(json!({}))).await;
    assert!(put.iter().all(|evaluation| evaluation["ComplianceType"] == "NON_COMPLIANT"), "{put:?}");
}
