//! The library as other tests use it: through the wire, without an SDK.

#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a tool of this repository, which no user runs: it may stop with a panic, and it prints"
)]

use std::path::PathBuf;
use std::time::Duration;

use emulator::{Answer, Cluster, Emulator, Fault, FaultKind, Fleet, Function, Invocation};
use serde_json::{Value, json};
use ureq::Agent;

const NO_ENV: [(&str, &str); 0] = [];

/// `examples/echo.rs`, which `cargo test` builds beside the tests.
fn echo() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows itself");
    let echo = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps").join("examples/echo");
    assert!(echo.exists(), "{} is missing: cargo build -p emulator --examples", echo.display());
    echo
}

fn within(seconds: u64) -> Invocation {
    Invocation { deadline: Duration::from_secs(seconds), ..Invocation::default() }
}

fn client() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

fn signed_for(service: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=AKIAHOME/20260101/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=0")
}

/// A call of the query protocol: its status and body.
fn query(endpoint: &str, form: &str) -> Result<(u16, String), ureq::Error> {
    let mut answer = client()
        .post(endpoint)
        .header("Authorization", signed_for("rds"))
        .content_type("application/x-www-form-urlencoded")
        .send(format!("Version=2014-10-31&{form}"))?;
    Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
}

fn put(emulator: &Emulator, resource_ids: &[&str], compliance: &str) -> Value {
    let evaluation = |id: &&str| json!({"ComplianceResourceType": "AWS::RDS::DBCluster", "ComplianceResourceId": id, "ComplianceType": compliance, "OrderingTimestamp": 1_790_000_000});
    let body = json!({"ResultToken": "token", "Evaluations": resource_ids.iter().map(evaluation).collect::<Vec<_>>()});
    let mut answer = client()
        .post(emulator.endpoint())
        .header("Authorization", signed_for("config"))
        .header("X-Amz-Target", "StarlingDoveService.PutEvaluations")
        .send(body.to_string())
        .expect("an answer");
    serde_json::from_str(&answer.body_mut().read_to_string().expect("a whole answer")).expect("JSON")
}

#[tokio::test]
async fn an_event_goes_through_the_binary_and_back() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let function = Function::spawn(echo(), &emulator, NO_ENV).expect("it starts");
    for number in 0..3 {
        assert_eq!(emulator.invoke(json!({"number": number}), within(20)).await, Answer::Response(json!({"number": number})));
    }
    let answer = emulator.invoke(&b"\xff"[..], within(20)).await;
    assert!(matches!(&answer, Answer::Error { error_type, .. } if error_type == "NotJson"), "{answer:?}");
    assert!(function.log().contains(&"started in eu-west-1".to_owned()), "{:?}", function.log());
    let steps: Vec<_> = emulator.steps().iter().map(|step| step.step).take(4).collect();
    assert_eq!(steps, ["next", "delivered", "response", "next"]);
}

#[tokio::test]
async fn the_request_id_is_the_invokers() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let _function = Function::spawn(echo(), &emulator, NO_ENV).expect("it starts");
    emulator.invoke(json!(1), Invocation { request_id: Some("mine".into()), ..within(20) }).await;
    assert!(emulator.steps().iter().any(|step| step.request_id.as_deref() == Some("mine")));
}

#[tokio::test]
async fn a_function_that_is_dropped_takes_no_more_events() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    for number in 0..5 {
        let _function = Function::spawn(echo(), &emulator, NO_ENV).expect("it starts");
        assert_eq!(emulator.invoke(json!(number), within(20)).await, Answer::Response(json!(number)));
    }
}

#[tokio::test]
async fn a_function_that_cannot_start_says_why() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let mut function = Function::spawn(echo(), &emulator, [("FAIL_TO_START", "1")]).expect("it starts");
    let answer = emulator.invoke(json!({}), within(20)).await;
    assert_eq!(answer, Answer::InitError { error_type: "Broken".into(), error_message: "told to fail".into() });
    assert!(function.wait().await.expect("it ends").success());
}

#[tokio::test]
async fn a_missing_binary_is_named() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let error = Function::spawn("/nowhere/bootstrap", &emulator, NO_ENV).err().expect("there is none");
    assert!(error.to_string().contains("/nowhere/bootstrap"), "{error}");
}

#[tokio::test]
async fn nobody_answers_without_a_function() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let invocation = Invocation { deadline: Duration::ZERO, ..Invocation::default() };
    assert_eq!(emulator.invoke(json!({}), invocation).await, Answer::None);
}

#[tokio::test]
async fn the_facts_can_change_between_calls() -> Result<(), ureq::Error> {
    let emulator = Emulator::start(Fleet::healthy(2)).await;
    assert!(query(&emulator.endpoint(), "Action=DescribeDBClusters&DBClusterIdentifier=c-0002")?.1.contains("<member>audit</member>"));
    emulator.update(|fleet| {
        fleet.cluster("c-0002").exports.clear();
        fleet.home().clusters.push(Cluster::new("fresh"));
    });
    assert!(!query(&emulator.endpoint(), "Action=DescribeDBClusters&DBClusterIdentifier=c-0002")?.1.contains("audit</member>"));
    let (status, fresh) = query(&emulator.endpoint(), "Action=DescribeDBClusters&DBClusterIdentifier=fresh")?;
    assert_eq!(status, 200);
    let resource_id = emulator::fleet::resource_id(emulator::fleet::HOME_ACCOUNT, "fresh");
    assert!(fresh.contains(&format!("<DbClusterResourceId>{resource_id}</DbClusterResourceId>")), "{fresh}");
    Ok(())
}

#[tokio::test]
async fn calls_are_recorded_with_their_parameters_and_outcome() -> Result<(), ureq::Error> {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    query(&emulator.endpoint(), "Action=DescribeDBClusters&Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.1=neptune")?;
    query(&emulator.endpoint(), "Action=DescribeDBClusters&DBClusterIdentifier=nobody")?;
    let [found, missing] = emulator.calls().try_into().expect("two calls");
    assert_eq!(found.action, "rds:DescribeDBClusters");
    assert_eq!(found.account, emulator::fleet::HOME_ACCOUNT);
    assert_eq!(found.parameters, json!({"Filters": [{"Name": "engine", "Values": ["neptune"]}]}));
    assert_eq!((found.status, found.error_code), (Some(200), None));
    assert_eq!((missing.status, missing.error_code.as_deref()), (Some(404), Some("DBClusterNotFoundFault")));
    assert_eq!(emulator.count("rds:DescribeDBClusters"), 2);
    emulator.reset_calls();
    assert_eq!(emulator.count("rds:DescribeDBClusters"), 0);
    Ok(())
}

#[tokio::test]
async fn puts_are_kept_and_recorded() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    assert_eq!(put(&emulator, &["a", "b"], "COMPLIANT"), json!({"FailedEvaluations": []}));
    emulator.inject(Fault::new(
        "config:PutEvaluations",
        FaultKind::FailEvaluations(emulator::FailingEvaluations { count: 1, ..Default::default() }),
    ));
    let failed = put(&emulator, &["a", "b"], "NON_COMPLIANT");
    assert_eq!(failed["FailedEvaluations"][0]["ComplianceResourceId"], "a");
    assert_eq!(emulator.puts().len(), 2);
    assert_eq!(emulator.put_evaluations().len(), 4);
    let recorded: Vec<_> = emulator.evaluations().into_iter().map(|(_, result)| (result.resource_id, result.compliance)).collect();
    assert_eq!(recorded, [("a".into(), "COMPLIANT".into()), ("b".into(), "NON_COMPLIANT".to_owned())]);
}

#[tokio::test]
async fn calls_side_by_side_are_seen_as_such() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    // Calls that never end do overlap, however slow the machine is.
    emulator.inject(Fault::new("rds:*", FaultKind::Hang));
    let hanging = [1, 2].map(|_| {
        let endpoint = emulator.endpoint();
        std::thread::spawn(move || query(&endpoint, "Action=DescribeDBClusters").is_err())
    });
    while emulator.calls().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(emulator.max_concurrent("rds:DescribeDBClusters"), 2);
    assert_eq!(emulator.max_concurrent("logs:DescribeLogGroups"), 0);
    drop(emulator);
    for thread in hanging {
        assert!(thread.join().expect("no panic"), "whoever still waits is let go when the emulator ends");
    }
}

#[tokio::test]
async fn one_call_after_the_other_is_no_overlap() -> Result<(), ureq::Error> {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    for _ in 0..3 {
        query(&emulator.endpoint(), "Action=DescribeDBClusters")?;
    }
    assert_eq!(emulator.max_concurrent("*"), 1);
    Ok(())
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let emulator = Emulator::start(Fleet::healthy(1)).await;
    let address = emulator.runtime_api().parse().expect("an address");
    assert!(Emulator::start_on(address, Fleet::healthy(1)).await.is_err());
}

#[test]
fn the_example_fleet_is_read() {
    let json = include_bytes!("../examples/fleet.json");
    let mut fleet = Fleet::from_json(json).expect("it is well-formed");
    assert_eq!(fleet.cluster("orders").resource_id.len(), "cluster-".len() + 26);
    assert_eq!(fleet.accounts.len(), 2);
}

#[test]
fn a_misspelt_field_of_a_fleet_is_refused() {
    let error = Fleet::from_json(br#"{"accounts": {"111122223333": {"cluster": []}}}"#).expect_err("it is misspelt");
    assert!(error.to_string().contains("unknown field `cluster`"), "{error}");
}

#[test]
fn a_healthy_fleet_has_all_that_can_be_asked() {
    let mut fleet = Fleet::healthy(1);
    let cluster = fleet.cluster("c-0001").clone();
    assert_eq!((cluster.status.as_str(), cluster.iam_authentication), ("available", true));
    assert!(cluster.created.is_none() && cluster.hours_since_created.is_none(), "made long ago");
    assert_eq!(fleet.group(&cluster.parameter_group).parameters["neptune_enable_audit_log"], "1");
    let log = fleet.audit_log("c-0001").clone();
    assert_eq!((log.class.as_str(), log.deletion_protection, log.metric_filters), ("STANDARD", true, 1));
    assert!(log.retention_in_days == Some(365) && log.retention_policy.is_none() && log.kms_key_id.is_some());
    let [filter] = log.subscription_filters.as_slice() else { panic!("one filter") };
    assert!(filter.pattern.is_empty() && filter.field_selection_criteria.is_none());
    assert!(log.streams[0].hours_since_last_event < Some(1.0));
}

#[test]
fn a_healthy_fleet_is_one_that_could_be_written_down() {
    let json = serde_json::to_vec(&Fleet::healthy(3)).expect("JSON");
    assert_eq!(Fleet::from_json(&json).expect("nothing in it is refused").accounts.len(), 1);
}

#[test]
fn a_mistake_in_a_fleet_is_refused_with_its_place() {
    let json = json!({"accounts": {"111122223333": {"clusters": [{"identifier": "orders", "exports": ["audti"]}]}}});
    let error = Fleet::from_json(json.to_string().as_bytes()).expect_err("it is misspelt");
    assert_eq!(error.to_string(), "accounts.111122223333.clusters[0] (orders).exports: `audti` is not one of audit, slowquery");
}
