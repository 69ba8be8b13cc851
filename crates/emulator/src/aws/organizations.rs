//! AWS Organizations: ListAccounts.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::paging;
use super::service::{Request, Service};
use super::timestamps::LONG_AGO;
use super::validation::check_members;
use crate::world::World;
use crate::world::fleet::{Account, Organization, ShownState};

/// The most accounts on a page.
const PAGE: i64 = 20;

pub(crate) fn perform(world: &World, request: &Request) -> Result<Answer, Refusal> {
    match request.action.as_str() {
        "ListAccounts" => list_accounts(world, &request.caller.account, &request.parameters),
        other => Err(Service::Organizations.unknown_action(other)),
    }
}

fn list_accounts(world: &World, caller: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(ask, &[("MaxResults", Value::is_i64), ("NextToken", Value::is_string)])?;
    let limit = ask.get("MaxResults").and_then(Value::as_i64).unwrap_or(PAGE);
    if !(1..=PAGE).contains(&limit) {
        return Err(Refusal::bad("InvalidInputException", "You specified an invalid value for MaxResults."));
    }
    let Some(organization) = &world.fleet.organization else {
        return Err(Refusal::bad("AWSOrganizationsNotInUseException", "Your account is not a member of an organization."));
    };
    if organization.management_account != caller && !organization.delegated_administrators.iter().any(|delegated| delegated == caller) {
        return Err(Refusal::bad("AccessDeniedException", "You don't have permissions to access this resource."));
    }
    let position: usize = match ask.get("NextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => paging::open("accounts", token)
            .and_then(|position| position.parse().ok())
            .ok_or_else(|| Refusal::bad("InvalidInputException", "You specified an invalid value for NextToken."))?,
    };
    let page = |entries: &[Value], next: Option<usize>| {
        let mut answer = json!({"Accounts": entries});
        if let Some(next) = next {
            answer["NextToken"] = paging::seal("accounts", &next.to_string()).into();
        }
        Ok(Answer::Json(answer))
    };
    // As the API reference warns: a page without an account is not the end.
    let Some(start) = position.checked_sub(organization.empty_pages) else {
        return page(&[], Some(position + 1));
    };
    let size = world.page_size(usize::try_from(limit).unwrap_or(1));
    let mut rest = world.fleet.accounts.iter().skip(start);
    let entries: Vec<_> = rest.by_ref().take(size).map(|(id, account)| account_entry(world, organization, id, account)).collect();
    page(&entries, rest.next().map(|_| position + size))
}

fn account_entry(world: &World, organization: &Organization, id: &str, account: &Account) -> Value {
    let Organization { id: organization_id, management_account, shown_state, .. } = organization;
    let partition = world.fleet.partition();
    let name = if account.name.is_empty() { format!("account-{id}") } else { account.name.clone() };
    let state = account.state.as_deref().unwrap_or("ACTIVE");
    let mut entry = json!({
        "Id": id,
        "Arn": format!("arn:{partition}:organizations::{management_account}:account/{organization_id}/{id}"),
        "Email": format!("aws+{id}@example.com"),
        "Name": name,
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": LONG_AGO / 1000,
    });
    if *shown_state != ShownState::Status {
        entry["State"] = state.into();
    }
    if *shown_state != ShownState::State {
        // The older field knows fewer words: a closed account is one of the suspended.
        let status = if ["ACTIVE", "PENDING_CLOSURE"].contains(&state) { state } else { "SUSPENDED" };
        entry["Status"] = status.into();
    }
    entry
}
