//! A schedule at the push of a button: every cluster of the home account judged, and the verdicts in words.

use std::fmt::Write;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::aws::timestamps::iso8601;
use crate::runtime;
use crate::world::invocations::{Answer, Invocation};
use crate::world::{Shared, World};

/// Sends a scheduled event with these rule parameters (JSON, or nothing), and tells what AWS Config received for it.
pub(crate) async fn judge(shared: Arc<Shared>, parameters: &[u8]) -> (StatusCode, String) {
    let parameters: Map<String, Value> = match serde_json::from_slice(parameters) {
        Ok(parameters) => parameters,
        Err(_) if parameters.is_empty() => Map::new(),
        Err(error) => return (StatusCode::BAD_REQUEST, format!("the body is no rule parameters in JSON: {error}\n")),
    };
    let (event, invocation, before) = {
        let mut world = shared.world();
        let token = world.random.letters(40);
        (scheduled(&world, &token, &parameters), invocation(&world), world.puts.len())
    };
    let answer = runtime::invoke(shared.clone(), event.into(), invocation).await;
    let mut told = verdicts(&shared.world(), before);
    match answer {
        Answer::Response(_) => (StatusCode::OK, told),
        Answer::Error { error_type, error_message } | Answer::InitError { error_type, error_message } => {
            let _ = writeln!(told, "{error_type}: {error_message}");
            (StatusCode::BAD_GATEWAY, told)
        }
        Answer::None => {
            told.push_str("the function did not answer in time\n");
            (StatusCode::GATEWAY_TIMEOUT, told)
        }
    }
}

/// As AWS Config sends it.
fn scheduled(world: &World, token: &str, parameters: &Map<String, Value>) -> Value {
    let (account, region, rule) = (&world.fleet.home_account, &world.fleet.region, &world.fleet.rule_name);
    let partition = world.fleet.partition();
    let invoking_event = json!({
        "awsAccountId": account,
        "notificationCreationTime": iso8601(world.now()),
        "messageType": "ScheduledNotification",
        "recordVersion": "1.0",
    });
    json!({
        "version": "1.0",
        "invokingEvent": invoking_event.to_string(),
        "ruleParameters": Value::Object(parameters.clone()).to_string(),
        "resultToken": token,
        "eventLeftScope": false,
        "executionRoleArn": format!("arn:{partition}:iam::{account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
        "configRuleArn": format!("arn:{partition}:config:{region}:{account}:config-rule/config-rule-emulated"),
        "configRuleName": rule,
        "configRuleId": "config-rule-emulated",
        "accountId": account,
        "evaluationMode": "DETECTIVE",
    })
}

fn invocation(world: &World) -> Invocation {
    let (partition, region, account) = (world.fleet.partition(), &world.fleet.region, &world.fleet.home_account);
    Invocation { function_arn: format!("arn:{partition}:lambda:{region}:{account}:function:neptune-audit-rule"), ..Invocation::default() }
}

/// What was put since then, by the clusters' names: a line for each verdict, and one for its annotation.
fn verdicts(world: &World, before: usize) -> String {
    let mut verdicts = Vec::new();
    for put in world.puts.iter().skip(before) {
        for evaluation in put.body["Evaluations"].as_array().into_iter().flatten() {
            let text = |name: &str| evaluation[name].as_str().unwrap_or_default();
            let id = text("ComplianceResourceId");
            let clusters = world.fleet.accounts.values().flat_map(|account| &account.clusters);
            let name = clusters.into_iter().find(|cluster| cluster.resource_id == id).map_or(id, |cluster| &cluster.identifier);
            verdicts.push((name, text("ComplianceType"), text("Annotation")));
        }
    }
    verdicts.sort_unstable();
    let mut told = String::new();
    for (name, verdict, annotation) in verdicts {
        let _ = writeln!(told, "{verdict:<14}  {name}\n{:<14}  {annotation}", "");
    }
    if told.is_empty() { "AWS Config received no results\n".to_owned() } else { told }
}
