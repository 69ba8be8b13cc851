//! An account: permissions, roles, and what it has.

use super::error::FleetError;
use super::place::Place;
use super::{cluster, logs, recorded, words};
use crate::world::fleet::{Account, Role};

pub(crate) fn check(place: &Place, account: &Account) -> Result<(), FleetError> {
    cluster::check_all(place, &account.clusters)?;
    for (name, group) in &account.parameter_groups {
        cluster::check_group(&place.field("parameter_groups").field(name), name, group)?;
    }
    logs::check_groups(&place.field("log_groups"), &account.log_groups, &account.account_policies)?;
    logs::check_policies(&place.field("account_policies"), &account.account_policies)?;
    recorded::check_all(&place.field("recorded"), &account.recorded)?;
    check_roles(&place.field("roles"), &account.roles)?;
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
