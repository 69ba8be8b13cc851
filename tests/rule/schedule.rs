//! Schedules: gone clusters, unchanged results, listings that break off, deadlines.

use std::time::Duration;

use emulator::{Answer, Cluster, Fault, FaultKind, Fleet, ParameterGroup, Recorded};
use serde_json::{Value, json};

use crate::stage::{Stage, error, recorded, resource_id, schedule, schedule_at, stage};

fn ids(put: &[Value]) -> Vec<String> {
    let mut ids: Vec<_> = put.iter().map(|evaluation| evaluation["ComplianceResourceId"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[tokio::test]
async fn what_is_recorded_for_a_cluster_that_is_gone_is_cleared_under_its_own_type() {
    let stage = stage(|fleet| {
        fleet.home().recorded = vec![
            recorded("AWS::RDS::DBCluster", "cluster-GONE", "NON_COMPLIANT"),
            recorded("AWS::Neptune::DBCluster", "cluster-GONE-TOO", "COMPLIANT"),
            recorded("AWS::RDS::DBCluster", "cluster-LONG-GONE", "NOT_APPLICABLE"),
            recorded("AWS::RDS::DBCluster", &resource_id("c-0001"), "NON_COMPLIANT"),
            Recorded { rule: "another-rule".into(), ..recorded("AWS::RDS::DBCluster", "cluster-OF-ANOTHER-RULE", "COMPLIANT") },
        ];
    })
    .await;
    let put = stage.put_for(schedule(json!({}))).await;
    assert_eq!(ids(&put), sorted(vec![resource_id("c-0001"), "cluster-GONE".into(), "cluster-GONE-TOO".into()]));
    for evaluation in put {
        let gone = evaluation["ComplianceResourceId"] != json!(resource_id("c-0001"));
        assert_eq!(evaluation["ComplianceType"], if gone { "NOT_APPLICABLE" } else { "COMPLIANT" });
        let other_type = evaluation["ComplianceResourceId"] == "cluster-GONE-TOO";
        assert_eq!(evaluation["ComplianceResourceType"], if other_type { "AWS::Neptune::DBCluster" } else { "AWS::RDS::DBCluster" });
    }
    assert_eq!(ids(&stage.put_for(schedule(json!({}))).await), [resource_id("c-0001")], "what is cleared stays cleared");
}

#[tokio::test]
async fn only_results_that_differ_are_put_where_that_is_asked() {
    let stage = Stage::new(Fleet::healthy(130)).await;
    let changes_only = json!({ "reportUnchanged": "false" });
    assert_eq!(stage.put_for(schedule(changes_only.clone())).await.len(), 130);
    assert_eq!(stage.put_for(schedule(changes_only.clone())).await.len(), 0);
    assert_eq!(stage.emulator.puts().len(), 1, "an event with nothing to say still has its put");
    stage.emulator.update(|fleet| {
        fleet.cluster("c-0007").exports.clear();
        fleet.home().clusters.retain(|cluster| cluster.identifier != "c-0009");
        let third = emulator::Member::new("c-0011-third", false);
        fleet.cluster("c-0011").members.push(third);
    });
    let put = stage.put_for(schedule(changes_only)).await;
    assert_eq!(ids(&put), sorted(["c-0007", "c-0009", "c-0011"].map(resource_id).into()), "a verdict, a cluster and an annotation changed");
    assert_eq!(stage.put_for(schedule(json!({}))).await.len(), 129, "by default everything is put");
}

#[tokio::test]
async fn what_is_unchanged_and_what_is_gone_are_known_in_whatever_order_pages_come() {
    let late = |action: &str, milliseconds| Fault::new(action, FaultKind::Delay(Duration::from_millis(milliseconds)));
    let clusters = late("rds:DescribeDBClusters", 100);
    let recorded_results = late("config:GetComplianceDetailsByConfigRule", 400);
    let second_page = recorded_results.clone().after(1);
    for faults in [vec![clusters.clone()], vec![recorded_results], vec![clusters, second_page]] {
        let stage = Stage::new(Fleet::healthy(130)).await;
        stage.put_for(schedule(json!({}))).await;
        for (report_unchanged, expected) in [(false, 0), (true, 130)] {
            stage.emulator.update(|fleet| fleet.home().recorded.push(recorded("AWS::RDS::DBCluster", "cluster-GONE", "COMPLIANT")));
            stage.emulator.clear_faults();
            faults.iter().cloned().for_each(|fault| stage.emulator.inject(fault));
            let put = stage.put_for(schedule(json!({ "reportUnchanged": report_unchanged }))).await;
            let (gone, there): (Vec<_>, Vec<_>) = put.iter().partition(|evaluation| evaluation["ComplianceType"] == "NOT_APPLICABLE");
            assert_eq!((gone.len(), there.len()), (1, expected), "{faults:?}");
        }
    }
}

#[tokio::test]
async fn a_result_under_another_type_is_not_the_result_of_the_cluster() {
    let stage = stage(|_| ()).await;
    let annotation = stage.judge(json!({})).await["Annotation"].as_str().unwrap().to_owned();
    stage.emulator.update(|fleet| {
        let old = recorded("AWS::Neptune::DBCluster", &resource_id("c-0001"), "COMPLIANT");
        fleet.home().recorded = vec![Recorded { annotation: Some(annotation), ..old }];
    });
    assert_eq!(stage.put_for(schedule(json!({ "reportUnchanged": false }))).await.len(), 1);
}

#[tokio::test]
async fn an_unreadable_cluster_costs_its_own_verdict_and_keeps_its_recorded_result() {
    let stage = stage(|fleet| {
        let home = fleet.home();
        home.clusters.push(Cluster::healthy("denied").on_group("secret"));
        home.clusters.push(Cluster::healthy("lost").on_group("deleted"));
        home.parameter_groups.insert("secret".into(), ParameterGroup::new(&[("neptune_enable_audit_log", "1")]));
        home.recorded = vec![recorded("AWS::RDS::DBCluster", &resource_id("denied"), "COMPLIANT")];
    })
    .await;
    stage.emulator.inject(Fault::new("rds:DescribeDBClusterParameters", FaultKind::Deny).matching("secret"));
    let (error_type, message) = error(stage.send(schedule(json!({}))).await);
    assert_eq!(error_type, "IncompleteEvaluation");
    for part in ["denied", "lost", "rds:DescribeDBClusterParameters", "`secret`", "AccessDenied", "`deleted`", "DBParameterGroupNotFound"] {
        assert!(message.contains(part), "`{part}` is missing: {message}");
    }
    assert_eq!(ids(&stage.put()), [resource_id("c-0001")]);
}

#[tokio::test]
async fn a_parameter_group_that_cannot_be_read_is_asked_for_once_whoever_has_it() {
    let stage = Stage::new(Fleet::healthy(50)).await;
    stage.emulator.inject(Fault::new("rds:DescribeDBClusterParameters", FaultKind::Deny));
    let (_, message) = error(stage.send(schedule(json!({}))).await);
    assert!((1..=50).all(|number| message.contains(&format!("c-{number:04}"))), "{message}");
    assert_eq!(message.matches("on parameter group `audited`").count(), 1, "one reason, told once: {message}");
    assert_eq!(stage.emulator.count("rds:DescribeDBClusterParameters"), 1);
    assert_eq!(stage.put(), [Value::Null; 0]);
}

#[tokio::test]
async fn a_listing_that_breaks_half_way_is_reported_as_far_as_it_went_and_clears_nothing() {
    let mut fleet = Fleet::healthy(250);
    fleet.home().recorded = vec![recorded("AWS::RDS::DBCluster", "cluster-GONE", "NON_COMPLIANT")];
    let stage = Stage::new(fleet).await;
    stage.emulator.inject(Fault::new("rds:DescribeDBClusters", FaultKind::Deny).after(1));
    let (error_type, message) = error(stage.send(schedule(json!({}))).await);
    assert_eq!(error_type, "IncompleteEvaluation");
    assert!(message.contains("rds:DescribeDBClusters") && message.contains("nothing recorded was cleared"), "{message}");
    assert_eq!(stage.put().len(), 100);
    assert!(!ids(&stage.put()).contains(&"cluster-GONE".to_owned()));
}

#[tokio::test]
async fn a_listing_that_cannot_begin_is_an_error_that_names_the_permission() {
    let stage = stage(|_| ()).await;
    stage.emulator.inject(Fault::new("rds:DescribeDBClusters", FaultKind::Deny));
    let (_, message) = error(stage.send(schedule(json!({}))).await);
    assert!(message.contains("rds:DescribeDBClusters") && message.contains("AccessDenied"), "{message}");
    assert_eq!(stage.put(), [Value::Null; 0]);
}

#[tokio::test]
async fn recorded_results_that_cannot_be_read_cost_no_verdict() {
    let stage = Stage::new(Fleet::healthy(3)).await;
    stage.emulator.inject(Fault::new("config:GetComplianceDetailsByConfigRule", FaultKind::Deny));
    for report_unchanged in [true, false] {
        stage.emulator.reset_puts();
        let event = schedule(json!({ "reportUnchanged": report_unchanged }));
        assert_eq!(stage.put_for(event).await.len(), 3, "when nobody knows what is recorded, everything is put, and nothing fails");
    }
    stage.emulator.clear_faults();
    stage.emulator.inject(Fault::new("config:GetComplianceDetailsByConfigRule", FaultKind::Malformed));
    stage.emulator.reset_puts();
    let (_, message) = error(stage.send(schedule(json!({ "reportUnchanged": true }))).await);
    assert!(message.contains("config:GetComplianceDetailsByConfigRule"), "only a refusal is no failure: {message}");
    assert_eq!(stage.put().len(), 3);
}

#[tokio::test]
async fn a_schedule_that_does_not_name_its_rule_reports_everything_and_clears_nothing() {
    let stage = stage(|fleet| fleet.home().recorded = vec![recorded("AWS::RDS::DBCluster", "cluster-GONE", "COMPLIANT")]).await;
    let mut event = schedule(json!({ "reportUnchanged": false }));
    event.as_object_mut().unwrap().remove("configRuleName");
    assert_eq!(ids(&stage.put_for(event).await), [resource_id("c-0001")]);
    assert_eq!(stage.emulator.count("config:GetComplianceDetailsByConfigRule"), 0);
}

#[tokio::test]
async fn an_earlier_try_is_known_however_exactly_its_time_is_recorded() {
    let stage = Stage::new(Fleet::healthy(3)).await;
    let event = schedule(json!({}));
    assert_eq!(stage.put_for(event.clone()).await.len(), 3);
    for digits in [1000.0, 100.0, 1.0] {
        stage.emulator.update(|fleet| {
            for result in &mut fleet.home().recorded {
                result.ordering_timestamp = (result.ordering_timestamp * digits).floor() / digits;
            }
        });
        assert_eq!(stage.put_for(event.clone()).await.len(), 0, "{digits}");
    }
}

#[tokio::test]
async fn what_an_earlier_try_of_the_same_event_put_is_not_put_again() {
    let mut fleet = Fleet::healthy(9);
    fleet.home().clusters.push(Cluster::healthy("unreadable").on_group("deleted"));
    let stage = Stage::new(fleet).await;
    for report_unchanged in [true, false] {
        stage.emulator.update(|fleet| fleet.home().recorded.clear());
        let event = schedule(json!({ "reportUnchanged": report_unchanged }));
        stage.emulator.reset_puts();
        for _ in 0..3 {
            let (error_type, message) = error(stage.send(event.clone()).await);
            assert_eq!(error_type, "IncompleteEvaluation");
            assert!(message.contains("unreadable"), "{message}");
        }
        assert_eq!(stage.put().len(), 9, "once, not once a try");
    }
    stage.emulator.reset_puts();
    stage.send(schedule(json!({}))).await;
    assert_eq!(stage.put().len(), 9, "the next schedule puts everything again");
}

#[tokio::test]
async fn not_applicable_on_record_is_put_no_oftener_than_any_other_result() {
    let mut fleet = Fleet::healthy(3);
    fleet.cluster("c-0001").exports.clear();
    fleet.cluster("c-0001").tags.insert("exempt".into(), "yes".into());
    fleet.cluster("c-0002").status = "deleting".into();
    let stage = Stage::new(fleet).await;
    let event = |report_unchanged| schedule(json!({ "exemptTag": "exempt", "reportUnchanged": report_unchanged }));
    let first = event(true);
    let put = stage.put_for(first.clone()).await;
    assert_eq!(put.iter().filter(|evaluation| evaluation["ComplianceType"] == "NOT_APPLICABLE").count(), 2);
    assert_eq!(stage.put_for(first).await.len(), 0, "another try of the same event");
    assert_eq!(stage.put_for(event(false)).await.len(), 0, "the next schedule, which puts only what differs");
    assert_eq!(stage.put_for(event(true)).await.len(), 3, "the next one, which puts everything");
}

#[tokio::test]
async fn what_changed_between_two_tries_of_the_same_event_is_put() {
    let stage = Stage::new(Fleet::healthy(3)).await;
    let event = schedule(json!({}));
    assert_eq!(stage.put_for(event.clone()).await.len(), 3);
    stage.emulator.update(|fleet| fleet.cluster("c-0002").exports.clear());
    assert_eq!(ids(&stage.put_for(event).await), [resource_id("c-0002")]);
}

#[tokio::test]
async fn a_cluster_that_is_being_deleted_is_not_applicable_on_both_triggers() {
    let stage = stage(|fleet| {
        fleet.cluster("c-0001").status = "deleting".into();
        fleet.cluster("c-0001").exports.clear();
    })
    .await;
    for event in [schedule(json!({})), crate::stage::change("c-0001", json!({}))] {
        let put = stage.put_for(event).await;
        assert_eq!(put.iter().map(|evaluation| &evaluation["ComplianceType"]).collect::<Vec<_>>(), ["NOT_APPLICABLE"], "{put:?}");
    }
    assert_eq!(stage.emulator.count("rds:DescribeDBClusterParameters"), 0);
}

#[tokio::test]
async fn tags_that_cannot_be_read_make_the_cluster_unreadable() {
    let stage = stage(|fleet| fleet.cluster("c-0001").exports.clear()).await;
    stage.emulator.inject(Fault::new("rds:ListTagsForResource", FaultKind::Deny));
    let (_, message) = error(stage.send(schedule(json!({ "exemptTag": "audit" }))).await);
    assert!(message.contains("not judged: c-0001: rds:ListTagsForResource on cluster `c-0001`"), "{message}");
    assert_eq!(stage.put(), [Value::Null; 0]);
}

#[tokio::test]
async fn log_groups_that_cannot_be_listed_make_clusters_unreadable_and_no_log_group_missing() {
    let stage = Stage::new(Fleet::healthy(3)).await;
    stage.emulator.inject(Fault::new("logs:DescribeLogGroups", FaultKind::Deny));
    let (_, message) = error(stage.send(schedule(json!({ "logGroupEncrypted": true }))).await);
    assert!(message.contains("c-0001, c-0002, c-0003") && message.contains("logs:DescribeLogGroups"), "{message}");
    assert_eq!(stage.put(), [Value::Null; 0]);
}

#[tokio::test]
async fn near_the_deadline_what_is_known_is_put_and_the_rest_is_counted() {
    let mut fleet = Fleet::healthy(30);
    fleet.home().parameter_groups.insert("slow".into(), ParameterGroup::default());
    for number in 1..=5 {
        fleet.cluster(&format!("c-{number:04}")).parameter_group = "slow".into();
    }
    fleet.home().clusters.push(Cluster::healthy("unreadable").on_group("deleted"));
    fleet.home().recorded = vec![recorded("AWS::RDS::DBCluster", "cluster-GONE", "NON_COMPLIANT")];
    let stage = Stage::new(fleet).await;
    stage.emulator.inject(Fault::new("rds:DescribeDBClusterParameters", FaultKind::Hang).matching("slow"));
    let (error_type, message) = error(stage.send_within(schedule(json!({})), Duration::from_secs(3)).await);
    assert_eq!(error_type, "IncompleteEvaluation");
    assert!(message.contains(" 5 of the clusters"), "{message}");
    assert!(message.contains("not judged: unreadable: "), "{message}");
    assert_eq!(stage.put().len(), 25);
    stage.emulator.clear_faults();
    stage.emulator.update(|fleet| fleet.home().clusters.retain(|cluster| cluster.identifier != "unreadable"));
    assert!(matches!(stage.send(schedule(json!({}))).await, Answer::Response(_)), "the process serves the next event");
}

#[tokio::test]
async fn recorded_results_that_do_not_come_cost_no_verdict_either() {
    for report_unchanged in [true, false] {
        let stage = Stage::new(Fleet::healthy(130)).await;
        stage.emulator.inject(Fault::new("config:GetComplianceDetailsByConfigRule", FaultKind::Hang));
        let event = schedule(json!({ "reportUnchanged": report_unchanged }));
        let (_, message) = error(stage.send_within(event, Duration::from_secs(8)).await);
        assert!(message.contains(" 0 of the clusters") && message.contains("nothing recorded was cleared"), "{message}");
        assert_eq!(stage.put().len(), 130);
    }
}

#[tokio::test]
async fn near_the_deadline_of_a_change_nothing_wrong_is_put() {
    let stage = stage(|_| ()).await;
    stage.emulator.inject(Fault::new("rds:DescribeDBClusters", FaultKind::Hang));
    let (error_type, message) = error(stage.send_within(crate::stage::change("c-0001", json!({})), Duration::from_secs(2)).await);
    assert_eq!(error_type, "DeadlineExceeded");
    assert!(message.contains("c-0001"), "{message}");
    assert_eq!(stage.put(), [Value::Null; 0]);
}

#[tokio::test]
async fn pages_of_any_size_and_order_lead_to_the_same_results() {
    let mut expected = None;
    for (page_size, shuffle) in [(None, None), (Some(1), None), (Some(7), Some(3)), (Some(20), Some(11))] {
        let mut fleet = Fleet::healthy(45);
        for number in (1..=45).step_by(3) {
            fleet.cluster(&format!("c-{number:04}")).exports.clear();
        }
        fleet.audit_log("c-0002").retention_in_days = Some(1);
        (fleet.page_size, fleet.shuffle) = (page_size, shuffle);
        let stage = Stage::new(fleet).await;
        let mut put = stage.put_for(schedule_at(1_795_176_000, json!({ "minimumRetentionDays": 90 }))).await;
        put.sort_by_key(|evaluation| evaluation["ComplianceResourceId"].to_string());
        assert_eq!(*expected.get_or_insert_with(|| put.clone()), put, "{page_size:?} {shuffle:?}");
    }
    assert_eq!(expected.map(|put| put.len()), Some(45));
}

#[tokio::test]
async fn pages_that_go_in_a_circle_are_a_listing_that_breaks_off() {
    let mut fleet = Fleet::healthy(350);
    fleet.home().recorded = (0..250).map(|number| recorded("AWS::RDS::DBCluster", &format!("cluster-GONE{number}"), "COMPLIANT")).collect();
    fleet.group("audited").extra_parameters = 350;
    let stage = Stage::new(fleet).await;
    for (action, judged, cleared) in [
        ("rds:DescribeDBClusters", 200, 0),
        ("config:GetComplianceDetailsByConfigRule", 350, 0),
        ("rds:DescribeDBClusterParameters", 0, 250),
        ("logs:DescribeLogGroups", 100, 0),
    ] {
        stage.emulator.clear_faults();
        stage.emulator.reset_puts();
        stage.emulator.reset_calls();
        stage.emulator.inject(Fault::new(action, FaultKind::Circle).after(1));
        let (_, message) = error(stage.send(schedule(json!({ "minimumRetentionDays": 1 }))).await);
        assert!(message.contains(action) && message.contains("a page that was read already"), "{action}: {message}");
        assert_eq!(stage.emulator.count(action), 2, "{action}");
        let put = |compliance: &str| stage.put().iter().filter(|evaluation| evaluation["ComplianceType"] == compliance).count();
        assert_eq!((put("COMPLIANT"), put("NOT_APPLICABLE"), put("NON_COMPLIANT")), (judged, cleared, 0), "{action}");
    }
}
