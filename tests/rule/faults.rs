//! Every kind of fault at every call: right verdicts, or an error and nothing wrong put.

use std::time::Duration;

use emulator::{Account, AccountPolicy, Answer, Cluster, FailingEvaluations, Fault, FaultKind, Fleet, ParameterGroup, Role};
use serde_json::{Value, json};

use crate::stage::{CALLS, HOME, OTHER, Stage, change, error, resource_id, schedule};

/// Asks for every call that the function can make.
fn strict() -> Value {
    json!({
        "minimumRetentionDays": 90,
        "forwardingDestination": "arn:aws:logs:*:central",
        "maximumSilenceHours": 24,
        "exemptTag": "audit=exempt",
        "executionRoleName": "NeptuneReader",
    })
}

/// One healthy and one broken cluster, in an account that needs a role. The log group's own filter sends elsewhere, so that the account's
/// policy is asked too.
fn fleet() -> Fleet {
    let mut fleet = Fleet::healthy(1);
    let mut healthy = fleet.home().clone();
    healthy.log_groups[0].subscription_filters[0].destination_arn = "arn:aws:lambda:eu-west-1:111122223333:function:elsewhere".into();
    healthy.account_policies = vec![AccountPolicy {
        name: "everything".into(),
        document: json!({ "DestinationArn": "arn:aws:logs:eu-west-1:444455556666:destination:central", "FilterPattern": "" }).to_string(),
        ..AccountPolicy::default()
    }];
    let broken = Cluster { resource_id: resource_id("broken"), ..Cluster::healthy("broken").exporting(&[]) };
    let other = Account {
        clusters: healthy.clusters.into_iter().chain([broken]).collect(),
        roles: vec![Role { name: "NeptuneReader".into(), trusts: vec![HOME.into()] }],
        parameter_groups: [("audited".to_owned(), ParameterGroup::new(&[("neptune_enable_audit_log", "1")]))].into(),
        ..healthy
    };
    fleet.accounts.insert(OTHER.into(), other);
    fleet
}

fn events() -> [Value; 3] {
    [change("c-0001", strict()), change("broken", strict()), schedule(strict())].map(|mut event| {
        event["accountId"] = json!(OTHER);
        event
    })
}

/// Whatever was put is right: the healthy cluster COMPLIANT, the broken one not, all of it to its own account.
fn assert_nothing_wrong_was_put(stage: &Stage, fault: &str) {
    for (account, evaluation) in stage.emulator.put_evaluations() {
        let healthy = evaluation["ComplianceResourceId"] == json!(resource_id("c-0001"));
        let expected = if healthy { "COMPLIANT" } else { "NON_COMPLIANT" };
        assert_eq!((account.as_str(), &evaluation["ComplianceType"]), (OTHER, &json!(expected)), "{fault}: {evaluation}");
    }
}

#[tokio::test]
async fn a_passing_fault_at_any_call_costs_nothing_but_time() {
    let mut stages = Vec::new();
    for action in CALLS {
        stages.push(tokio::spawn(async move {
            for kind in [FaultKind::Throttle, FaultKind::Status(500), FaultKind::Status(503), FaultKind::Reset] {
                let stage = Stage::new(fleet()).await;
                let fault = format!("{action} {kind:?}");
                stage.emulator.inject(Fault::new(action, kind).times(2));
                for event in events() {
                    let answer = stage.send(event).await;
                    assert!(matches!(answer, Answer::Response(_)), "{fault}: {answer:?}");
                }
                assert_nothing_wrong_was_put(&stage, &fault);
                assert_eq!(stage.put().len(), 4, "{fault}");
            }
        }));
    }
    for stage in stages {
        stage.await.unwrap();
    }
}

#[tokio::test]
async fn one_hung_call_does_not_eat_the_invocation() {
    let mut stages = Vec::new();
    for action in CALLS {
        stages.push(tokio::spawn(async move {
            let stage = Stage::new(fleet()).await;
            stage.emulator.inject(Fault::new(action, FaultKind::Hang).times(1));
            let [_, _, schedule] = events();
            let answer = stage.send_within(schedule, Duration::from_secs(30)).await;
            assert!(matches!(answer, Answer::Response(_)), "{action}: {answer:?}");
            assert_nothing_wrong_was_put(&stage, action);
            assert_eq!(stage.put().len(), 2, "{action}");
        }));
    }
    for stage in stages {
        stage.await.unwrap();
    }
}

#[tokio::test]
async fn a_lasting_fault_at_any_call_is_an_error_that_names_the_call_and_nothing_wrong_is_put() {
    for action in CALLS {
        for kind in [FaultKind::Deny, FaultKind::Malformed] {
            let stage = Stage::new(fleet()).await;
            let fault = format!("{action} {kind:?}");
            let cut_off_after_storing = matches!(kind, FaultKind::Malformed) && action == "config:PutEvaluations";
            // Recorded results that nobody may read cost no verdict, so that they are no error either.
            let warned = matches!(kind, FaultKind::Deny) && action == "config:GetComplianceDetailsByConfigRule";
            stage.emulator.inject(Fault::new(action, kind));
            for event in events() {
                stage.emulator.reset_calls();
                let answer = stage.send_within(event, Duration::from_secs(10)).await;
                if stage.emulator.count(action) > 0 && !warned {
                    assert!(matches!(answer, Answer::Error { .. }), "{fault}: {answer:?}");
                    let (_, message) = error(answer);
                    assert!(message.contains(action), "{fault}: {message}");
                }
            }
            assert_nothing_wrong_was_put(&stage, &fault);
            if action == "config:PutEvaluations" && !cut_off_after_storing {
                assert_eq!(stage.put(), [Value::Null; 0]);
            }
        }
    }
}

#[tokio::test]
async fn a_fault_that_does_not_pass_ends_in_an_error_before_the_deadline() {
    let mut stages = Vec::new();
    for action in CALLS {
        for kind in [FaultKind::Throttle, FaultKind::Status(503), FaultKind::Reset, FaultKind::Hang] {
            stages.push(tokio::spawn(async move {
                let stage = Stage::new(fleet()).await;
                let fault = format!("{action} {kind:?}");
                stage.emulator.inject(Fault::new(action, kind));
                let [healthy, _, schedule] = events();
                let asked = !["config:GetComplianceDetailsByConfigRule", "rds:ListTagsForResource"].contains(&action);
                for (event, asked) in [(healthy, asked), (schedule, true)] {
                    // What is not asked for must not fail: on a busy machine that takes time.
                    let deadline = Duration::from_secs(if asked { 4 } else { 60 });
                    let answer = stage.send_within(event, deadline).await;
                    assert_eq!(matches!(answer, Answer::Error { .. }), asked, "{fault}: {answer:?}");
                    assert!(!matches!(answer, Answer::None), "{fault}");
                }
                assert_nothing_wrong_was_put(&stage, &fault);
            }));
        }
    }
    for stage in stages {
        stage.await.unwrap();
    }
}

#[tokio::test]
async fn failed_evaluations_are_put_again() {
    let stage = Stage::new(Fleet::healthy(150)).await;
    let failing = FaultKind::FailEvaluations(FailingEvaluations { count: 7, ..FailingEvaluations::default() });
    stage.emulator.inject(Fault::new("config:PutEvaluations", failing).times(2));
    assert!(matches!(stage.send(schedule(json!({}))).await, Answer::Response(_)));
    let recorded = stage.emulator.evaluations();
    assert_eq!(recorded.len(), 150);
    let again: Vec<_> = stage.emulator.puts().iter().map(|put| put.body["Evaluations"].as_array().unwrap().len()).collect();
    assert_eq!(again.iter().filter(|&&count| count == 7).count(), 2, "only what failed is put again: {again:?}");
}

#[tokio::test]
async fn evaluations_that_fail_for_good_are_an_error_that_lists_them() {
    let failing = vec![resource_id("c-0002"), resource_id("c-0003")];
    let stage = Stage::new(Fleet::healthy(4)).await;
    let kind = FaultKind::FailEvaluations(FailingEvaluations { resource_ids: failing.clone(), ..FailingEvaluations::default() });
    stage.emulator.inject(Fault::new("config:PutEvaluations", kind));
    let (error_type, message) = error(stage.send(schedule(json!({}))).await);
    assert_eq!(error_type, "IncompleteEvaluation");
    assert!(failing.iter().all(|id| message.contains(id)), "{message}");
    assert!(!message.contains(&resource_id("c-0001")), "{message}");
    assert!(message.contains("config:PutEvaluations on 2 evaluations"), "{message}");
    assert_eq!(stage.emulator.evaluations().len(), 2);
    assert_eq!(stage.emulator.count("config:PutEvaluations"), 4, "once, and three times again");
    let puts: Vec<_> = stage.emulator.calls().into_iter().filter(|call| call.action == "config:PutEvaluations").collect();
    let pauses: Vec<_> = puts.windows(2).map(|pair| pair[1].started - pair[0].started).collect();
    assert!(pauses.iter().zip([200, 400, 800]).all(|(pause, least)| pause.as_millis() >= least), "each pause is longer: {pauses:?}");
    let (error_type, message) = error(stage.send(change("c-0002", json!({}))).await);
    assert_eq!(error_type, "EvaluationsNotReported");
    assert!(message.contains(&resource_id("c-0002")), "{message}");
}

#[tokio::test]
async fn a_fault_that_has_no_code_is_told_in_words() {
    for (action, kind, words) in [
        ("rds:DescribeDBClusters", FaultKind::Malformed, "the answer is cut off"),
        ("config:PutEvaluations", FaultKind::Reset, "connection"),
    ] {
        let stage = Stage::new(Fleet::healthy(1)).await;
        stage.emulator.inject(Fault::new(action, kind));
        let (_, message) = error(stage.send(change("c-0001", json!({}))).await);
        assert!(message.contains(action) && message.contains(words), "{message}");
    }
}
