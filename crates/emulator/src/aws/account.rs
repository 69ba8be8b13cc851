//! AWS Account Management: ListRegions.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::paging;
use super::service::{Request, Service};
use super::validation::{Violations, check_members};
use crate::world::World;
use crate::world::fleet::{ENABLED_BY_DEFAULT, REGION_STATUSES};

const INVALID: &str = "ValidationException";

pub(crate) fn perform(world: &World, request: &Request) -> Result<Answer, Refusal> {
    match request.action.as_str() {
        "ListRegions" => list_regions(world, &request.caller.account, &request.parameters),
        other => Err(Service::Account.unknown_action(other)),
    }
}

fn list_regions(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("AccountId", Value::is_string),
            ("MaxResults", Value::is_i64),
            ("NextToken", Value::is_string),
            ("RegionOptStatusContains", Value::is_array),
        ],
    )?;
    let mut violations = Violations::default();
    let limit = ask.get("MaxResults").and_then(Value::as_i64).unwrap_or(50);
    if !(1..=50).contains(&limit) {
        violations.at("maxResults", limit, "Member must have value between 1 and 50");
    }
    let asked = ask.get("RegionOptStatusContains").and_then(Value::as_array).into_iter().flatten();
    let statuses: Vec<_> = asked.filter_map(Value::as_str).collect();
    for unknown in statuses.iter().filter(|status| !REGION_STATUSES.contains(status)) {
        violations.at("regionOptStatusContains", unknown, &format!("Member must satisfy enum value set: [{}]", REGION_STATUSES.join(", ")));
    }
    violations.into_result(INVALID)?;
    // Another account's Regions take trusted access of the organization, which the emulator does not have.
    if let Some(other) = ask.get("AccountId").and_then(Value::as_str) {
        return Err(Refusal::new(
            403,
            "AccessDeniedException",
            format!("The emulator lists the caller's own Regions only, not those of {other}."),
        ));
    }

    let status = |region: &str| world.fleet.accounts.get(account).map_or(ENABLED_BY_DEFAULT, |account| account.region_status(region));
    let regions: Vec<_> = world
        .fleet
        .regions()
        .into_iter()
        .map(|region| (region, status(region)))
        .filter(|(_, status)| statuses.is_empty() || statuses.contains(status))
        .collect();
    let listing = format!("regions {}", statuses.join(" "));
    let start: usize = match ask.get("NextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => paging::open(&listing, token)
            .and_then(|position| position.parse().ok())
            .ok_or_else(|| Refusal::bad(INVALID, "The NextToken is invalid."))?,
    };
    let rest = regions.get(start..).unwrap_or_default();
    let size = world.page_size(usize::try_from(limit).unwrap_or(50)).min(rest.len());
    let entries: Vec<_> = rest.iter().take(size).map(|(region, status)| json!({"RegionName": region, "RegionOptStatus": status})).collect();
    let mut answer = json!({"Regions": entries});
    if size < rest.len() {
        answer["NextToken"] = paging::seal(&listing, &(start + size).to_string()).into();
    }
    Ok(Answer::Json(answer))
}
