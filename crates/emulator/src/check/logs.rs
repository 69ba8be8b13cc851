//! Log groups, and policies for all of them.

use serde_json::{Map, Value};

use super::error::FleetError;
use super::place::Place;
use super::words;
use crate::world::fleet::{AccountPolicy, LogGroup, LogStream, POLICY_TYPES, RETENTION_DAYS, SubscriptionFilter};

pub(crate) fn check_groups(place: &Place, groups: &[LogGroup], policies: &[AccountPolicy]) -> Result<(), FleetError> {
    for (position, group) in groups.iter().enumerate() {
        let place = place.entry(position, &group.name);
        check_group(&place, group)?;
        let decides = |policy: &AccountPolicy, name: &String| policy.policy_type == "RETENTION_POLICY" && policy.name == *name;
        if let Some(name) = group.retention_policy.as_ref().filter(|name| !policies.iter().any(|policy| decides(policy, name))) {
            return Err(place
                .field("retention_policy")
                .refuse(format!("`{name}` is not a policy of type RETENTION_POLICY of the account")));
        }
    }
    place.distinct(groups.iter().map(|group| group.name.as_str()))
}

fn check_group(place: &Place, group: &LogGroup) -> Result<(), FleetError> {
    place.field("name").check(&group.name, words::LOG_GROUP)?;
    place.field("class").check(&group.class, words::LOG_GROUP_CLASS)?;
    place.field("kms_key_id").check_some(group.kms_key_id.as_ref(), words::KEY)?;
    for (field, days) in [("retention_in_days", group.retention_in_days), ("saved_retention_in_days", group.saved_retention_in_days)] {
        if let Some(days) = days.filter(|days| !RETENTION_DAYS.contains(days)) {
            return Err(place.field(field).refuse(format!("`{days}` is not one of {RETENTION_DAYS:?}")));
        }
    }
    if !group.has_filters() && (group.metric_filters > 0 || !group.subscription_filters.is_empty()) {
        return Err(place.refuse(format!("a log group of class {} has neither subscription nor metric filters", group.class)));
    }
    check_filters(&place.field("subscription_filters"), &group.subscription_filters)?;
    check_streams(&place.field("streams"), &group.streams)
}

fn check_filters(place: &Place, filters: &[SubscriptionFilter]) -> Result<(), FleetError> {
    for (position, filter) in filters.iter().enumerate() {
        let place = place.entry(position, &filter.name);
        place.field("name").check(&filter.name, words::STREAM_OR_FILTER)?;
        place.field("destination_arn").check(&filter.destination_arn, words::ARN)?;
    }
    place.distinct(filters.iter().map(|filter| filter.name.as_str()))
}

fn check_streams(place: &Place, streams: &[LogStream]) -> Result<(), FleetError> {
    for (position, stream) in streams.iter().enumerate() {
        let place = place.entry(position, &stream.name);
        place.field("name").check(&stream.name, words::STREAM_OR_FILTER)?;
        place.either(("last_event", stream.last_event.is_some()), ("hours_since_last_event", stream.hours_since_last_event.is_some()))?;
        place.either(
            ("last_ingestion", stream.last_ingestion.is_some()),
            ("hours_since_last_ingestion", stream.hours_since_last_ingestion.is_some()),
        )?;
    }
    place.distinct(streams.iter().map(|stream| stream.name.as_str()))
}

pub(crate) fn check_policies(place: &Place, policies: &[AccountPolicy]) -> Result<(), FleetError> {
    for (position, policy) in policies.iter().enumerate() {
        let place = place.entry(position, &policy.name);
        place.field("name").check(&policy.name, words::NOT_EMPTY)?;
        place.field("policy_type").one_of(&policy.policy_type, POLICY_TYPES)?;
        place.field("scope").one_of(&policy.scope, &["ALL"])?;
        if let Err(error) = serde_json::from_str::<Map<String, Value>>(&policy.document) {
            return Err(place.field("document").refuse(format!("`{}` is not a JSON object in a string: {error}", policy.document)));
        }
    }
    place.distinct(policies.iter().map(|policy| policy.name.as_str()))
}
