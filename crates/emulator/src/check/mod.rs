//! Reads a fleet or a fault from JSON, and refuses what AWS could not have: a mistake in a fleet must not look like a finding.
//!
//! What AWS may change some day is free: statuses, classes of log groups, parameters that nobody has heard of.

mod account;
mod cluster;
mod error;
mod fault;
mod logs;
mod place;
mod recorded;
mod words;

pub use self::error::FleetError;
use self::place::Place;
use crate::world::fleet::Fleet;

impl Fleet {
    /// Reads a fleet from JSON, fills in what it leaves out, and refuses what makes no sense with a sentence that says where it stands.
    pub fn from_json(json: &[u8]) -> Result<Self, FleetError> {
        let mut fleet: Self = serde_json::from_slice(json).map_err(FleetError::Json)?;
        check(&fleet)?;
        fleet.derive_resource_ids();
        Ok(fleet)
    }
}

fn check(fleet: &Fleet) -> Result<(), FleetError> {
    let top = Place::default();
    top.field("home_account").check(&fleet.home_account, words::ACCOUNT)?;
    top.field("region").check(&fleet.region, words::REGION)?;
    top.field("rule_name").check(&fleet.rule_name, words::RULE_NAME)?;
    if fleet.page_size == Some(0) {
        return Err(top.field("page_size").refuse("a page has at least one entry"));
    }
    for (actions, limit) in &fleet.limits {
        let place = top.field("limits").field(actions);
        place.check(actions, words::ACTIONS)?;
        if !(limit.per_second > 0.0 && limit.burst >= 1.0) {
            return Err(place.refuse("`per_second` must be above 0, and `burst` 1 or more"));
        }
    }
    for (id, account) in &fleet.accounts {
        let place = top.field("accounts").field(id);
        place.check(id, words::ACCOUNT)?;
        account::check(&place, account)?;
    }
    Ok(())
}
