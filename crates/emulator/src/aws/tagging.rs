//! The Resource Groups Tagging API: GetResources, as far as it asks for resources by their ARN.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::service::{Request, Service};
use super::validation::check_members;
use crate::world::World;
use crate::world::scope::Scope;

/// The most ARNs that a request may name.
const MOST: usize = 100;

pub(crate) fn perform(world: &World, request: &Request) -> Result<Answer, Refusal> {
    match request.action.as_str() {
        "GetResources" => get_resources(world, &request.scope, &request.parameters),
        other => Err(Service::Tagging.unknown_action(other)),
    }
}

/// Lists what has tags: clusters alone, since the fleet gives log groups none.
fn get_resources(world: &World, scope: &Scope, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(ask, &[("ResourceARNList", Value::is_array)])?;
    let asked = ask.get("ResourceARNList").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if asked.len() > MOST {
        return Err(Refusal::bad("InvalidParameterException", format!("At most {MOST} resources can be asked for.")));
    }
    let clusters = world.fleet.facts(scope).into_iter().flat_map(|facts| &facts.clusters).filter(|cluster| !cluster.tags.is_empty());
    let entries: Vec<_> = clusters
        .map(|cluster| {
            let partition = world.fleet.partition();
            (format!("arn:{partition}:rds:{}:{}:cluster:{}", scope.region, scope.account, cluster.identifier), &cluster.tags)
        })
        .filter(|(arn, _)| asked.is_empty() || asked.iter().any(|one| one == arn.as_str()))
        .map(|(arn, tags)| {
            let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
            json!({"ResourceARN": arn, "Tags": tags})
        })
        .collect();
    Ok(Answer::Json(json!({"PaginationToken": "", "ResourceTagMappingList": entries})))
}
