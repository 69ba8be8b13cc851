//! Results that AWS Config has recorded.

use std::collections::HashSet;

use super::error::FleetError;
use super::place::Place;
use super::words;
use crate::world::fleet::Recorded;

pub(crate) fn check_all(place: &Place, results: &[Recorded]) -> Result<(), FleetError> {
    let mut seen = HashSet::new();
    for (position, result) in results.iter().enumerate() {
        let place = place.entry(position, &result.resource_id);
        place.field("rule").check(&result.rule, words::RULE_NAME)?;
        place.field("resource_type").check(&result.resource_type, words::RESOURCE_TYPE)?;
        place.field("resource_id").check(&result.resource_id, words::NOT_EMPTY)?;
        place.field("compliance").one_of(&result.compliance, &["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"])?;
        if result.annotation.as_ref().is_some_and(|annotation| !(1..=256).contains(&annotation.chars().count())) {
            return Err(place.field("annotation").refuse("an annotation has 1 to 256 characters"));
        }
        if !seen.insert((&result.rule, &result.resource_type, &result.resource_id)) {
            return Err(place.refuse("the rule has a result of this resource already"));
        }
    }
    Ok(())
}
