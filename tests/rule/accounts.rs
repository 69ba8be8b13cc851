//! Other accounts: all reads and the put with a role there, and never one account's facts in another's report.

use std::time::Duration;

use emulator::{Account, Answer, Cluster, Fleet, Invocation, ParameterGroup, Role};
use serde_json::{Value, json};

use crate::stage::{HOME, OTHER, Stage, change, error, in_other, resource_id, schedule};

/// A healthy cluster at home; in the other account one of the same name, and of another fate.
fn fleet() -> Fleet {
    let mut fleet = Fleet::healthy(1);
    let other = Account {
        clusters: vec![Cluster { resource_id: resource_id("c-0001"), ..Cluster::healthy("c-0001") }],
        parameter_groups: [("audited".to_owned(), ParameterGroup::default())].into(),
        roles: vec![Role { name: "audit/NeptuneReader".into(), trusts: vec![HOME.into()] }],
        ..Account::default()
    };
    fleet.accounts.insert(OTHER.into(), other);
    fleet
}

fn with_role() -> Value {
    json!({ "executionRoleName": "audit/NeptuneReader" })
}

#[tokio::test]
async fn an_event_of_another_account_is_read_and_reported_with_the_role_there() {
    let stage = Stage::new(fleet()).await;
    for event in [change("c-0001", with_role()), schedule(with_role())] {
        let put = stage.put_for(in_other(event)).await;
        assert_eq!(put.len(), 1);
        assert_eq!(put[0]["ComplianceType"], "NON_COMPLIANT", "{put:?}");
        assert!(stage.emulator.puts().iter().all(|put| put.account == OTHER));
    }
    let at_home: Vec<_> = stage.emulator.calls().into_iter().filter(|call| call.account == HOME).map(|call| call.action).collect();
    assert_eq!(at_home, ["sts:AssumeRole"], "once: the credentials are kept");
}

#[tokio::test]
async fn accounts_are_never_mixed_in_a_warm_function() {
    let stage = Stage::new(fleet()).await;
    for _ in 0..3 {
        let at_home = stage.put_for(schedule(with_role())).await;
        assert_eq!((at_home.len(), &at_home[0]["ComplianceType"]), (1, &json!("COMPLIANT")));
        assert!(stage.emulator.puts().iter().all(|put| put.account == HOME));
        let elsewhere = stage.put_for(in_other(schedule(with_role()))).await;
        assert_eq!((elsewhere.len(), &elsewhere[0]["ComplianceType"]), (1, &json!("NON_COMPLIANT")));
        assert!(stage.emulator.puts().iter().all(|put| put.account == OTHER));
    }
}

#[tokio::test]
async fn without_a_role_an_event_of_another_account_is_refused() {
    let stage = Stage::new(fleet()).await;
    for event in [change("c-0001", json!({})), schedule(json!({ "executionRoleName": " " }))] {
        let (error_type, message) = error(stage.send(in_other(event)).await);
        assert_eq!(error_type, "ForeignAccount");
        assert!(message.contains("executionRoleName") && message.contains(OTHER), "{message}");
    }
    assert_eq!(stage.actions(), [""; 0]);
}

#[tokio::test]
async fn even_what_needs_no_read_is_put_with_the_role() {
    let stage = Stage::new(fleet()).await;
    let mut left = in_other(change("c-0001", with_role()));
    left["eventLeftScope"] = json!(true);
    stage.put_for(left.clone()).await;
    assert_eq!(stage.actions(), ["sts:AssumeRole", "config:PutEvaluations"]);
    assert_eq!(stage.emulator.puts()[0].account, OTHER);
    left["ruleParameters"] = json!("{}");
    assert_eq!(error(stage.send(left).await).0, "ForeignAccount");
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_named_with_the_trust_that_is_missing() {
    let mut fleet = fleet();
    fleet.account(OTHER).roles[0].trusts.clear();
    let stage = Stage::new(fleet).await;
    let (error_type, message) = error(stage.send(in_other(schedule(with_role()))).await);
    assert_eq!(error_type, "RoleNotAssumed");
    for part in ["arn:aws:iam::444455556666:role/audit/NeptuneReader", "sts:AssumeRole", "AccessDenied", "arn:aws:iam::111122223333:root"] {
        assert!(message.contains(part), "`{part}` is missing: {message}");
    }
    assert_eq!(stage.put(), [Value::Null; 0]);
}

#[tokio::test]
async fn the_partition_is_that_of_the_event() {
    let stage = Stage::new(fleet()).await;
    for (partition, execution_role) in [
        ("aws-us-gov", json!("arn:aws-us-gov:iam::444455556666:role/config")),
        ("aws-cn", json!("arn:aws-cn:iam::444455556666:role/config")),
        ("aws", json!(null)),
    ] {
        let mut event = in_other(schedule(with_role()));
        event["executionRoleArn"] = execution_role;
        stage.emulator.reset_calls();
        stage.send(event).await;
        let calls = stage.emulator.calls();
        let assumed = calls.iter().find(|call| call.action == "sts:AssumeRole");
        let role = assumed.map(|call| call.parameters["RoleArn"].clone());
        assert_eq!(role, Some(json!(format!("arn:{partition}:iam::444455556666:role/audit/NeptuneReader"))));
    }
}

#[tokio::test]
async fn credentials_that_would_expire_during_the_invocation_are_renewed() {
    let mut fleet = fleet();
    fleet.session_seconds = Some(900);
    let stage = Stage::new(fleet).await;
    let send = async |deadline| {
        stage.emulator.reset_calls();
        let invocation = Invocation { deadline: Duration::from_secs(deadline), ..Invocation::default() };
        let answer = stage.emulator.invoke(in_other(schedule(with_role())), invocation).await;
        assert!(matches!(answer, Answer::Response(_)), "{answer:?}");
        stage.emulator.count("sts:AssumeRole")
    };
    assert_eq!(send(60).await, 1);
    assert_eq!(send(800).await, 0, "800 s and a spare minute fit into 900 s");
    assert_eq!(send(899).await, 1, "899 s and a spare minute do not");
}

#[tokio::test]
async fn assuming_another_role_forgets_no_credentials_that_are_still_good() {
    let mut fleet = fleet();
    fleet.account(OTHER).roles.push(Role { name: "SecondReader".into(), trusts: vec![HOME.into()] });
    let stage = Stage::new(fleet).await;
    for _ in 0..2 {
        for role in ["audit/NeptuneReader", "SecondReader"] {
            stage.put_for(in_other(schedule(json!({ "executionRoleName": role })))).await;
        }
    }
    assert_eq!(stage.emulator.count("sts:AssumeRole"), 2, "each role once");
}

#[tokio::test]
async fn a_function_whose_own_account_is_unknown_trusts_no_account_to_be_its_own() {
    let stage = Stage::new(fleet()).await;
    for function_arn in ["", "function", "arn:aws:lambda:eu-west-1::function:f"] {
        let invocation = Invocation { function_arn: function_arn.into(), ..Invocation::default() };
        let (error_type, _) = error(stage.emulator.invoke(change("c-0001", json!({})), invocation).await);
        assert_eq!(error_type, "ForeignAccount", "{function_arn}");
    }
}
