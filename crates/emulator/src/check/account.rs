//! An account: permissions, roles, and what it has.

use super::error::FleetError;
use super::place::Place;
use super::{cluster, logs, recorded, words};
use crate::world::fleet::{ACCOUNT_STATES, Account, Organization, REGION_STATUSES, Role, partition_of};

/// An account, whose own facts are those of the fleet's Region.
pub(crate) fn check(place: &Place, account: &Account, fleet_region: &str) -> Result<(), FleetError> {
    check_facts(place, account)?;
    check_roles(&place.field("roles"), &account.roles)?;
    if let Some(state) = &account.state {
        place.field("state").one_of(state, ACCOUNT_STATES)?;
    }
    for (region, status) in &account.region_status {
        let place = place.field("region_status").field(region);
        place.check(region, words::REGION)?;
        place.one_of(status, REGION_STATUSES)?;
    }
    for (region, facts) in &account.regions {
        check_region(&place.field("regions").field(region), region, facts, fleet_region)?;
    }
    Ok(())
}

fn check_region(place: &Place, region: &str, facts: &Account, fleet_region: &str) -> Result<(), FleetError> {
    place.check(region, words::REGION)?;
    if region == fleet_region {
        return Err(place.refuse("this is the fleet's Region: what an account has there stands in the account itself"));
    }
    if partition_of(region) != partition_of(fleet_region) {
        return Err(place.refuse(format!("`{region}` is in another partition than the fleet's Region `{fleet_region}`")));
    }
    let of_the_account = [
        ("roles", facts.roles.is_empty()),
        ("regions", facts.regions.is_empty()),
        ("region_status", facts.region_status.is_empty()),
        ("name", facts.name.is_empty()),
        ("state", facts.state.is_none()),
    ];
    if let Some((field, _)) = of_the_account.iter().find(|(_, unset)| !unset) {
        return Err(place.field(field).refuse("this belongs to the account, not to one of its Regions"));
    }
    check_facts(place, facts)
}

pub(crate) fn check_organization(place: &Place, organization: &Organization) -> Result<(), FleetError> {
    place.field("id").check(&organization.id, words::ORGANIZATION)?;
    place.field("management_account").check(&organization.management_account, words::ACCOUNT)?;
    for account in &organization.delegated_administrators {
        place.field("delegated_administrators").check(account, words::ACCOUNT)?;
    }
    Ok(())
}

/// What an account has in one Region.
fn check_facts(place: &Place, account: &Account) -> Result<(), FleetError> {
    cluster::check_all(place, &account.clusters)?;
    for (name, group) in &account.parameter_groups {
        cluster::check_group(&place.field("parameter_groups").field(name), name, group)?;
    }
    logs::check_groups(&place.field("log_groups"), &account.log_groups, &account.account_policies)?;
    logs::check_policies(&place.field("account_policies"), &account.account_policies)?;
    recorded::check_all(&place.field("recorded"), &account.recorded)?;
    for (field, actions) in [("allowed", account.allowed.as_deref().unwrap_or_default()), ("denied", &account.denied)] {
        for action in actions {
            place.field(field).check(action, words::ACTIONS)?;
        }
    }
    Ok(())
}

fn check_roles(place: &Place, roles: &[Role]) -> Result<(), FleetError> {
    for (position, role) in roles.iter().enumerate() {
        let place = place.entry(position, &role.name);
        place.field("name").check(&role.name, words::ROLE)?;
        for account in &role.trusts {
            place.field("trusts").check(account, words::ACCOUNT)?;
        }
    }
    place.distinct(roles.iter().map(|role| role.name.trim_start_matches('/')))
}
