//! A declared log group, and what is attached to it, as facts of the decision.

use neptune_audit_core::facts::{self, LogType, SubscriptionFilter, Subscriptions};
use neptune_audit_core::forecast::{Assumption, Unknown};
use neptune_audit_core::requirements::Requirements;

use super::case::Case;
use super::declared::{Attached, LogGroup, Subscription};
use super::value::Value;

/// A class for logs that are handed on, whose events go after two days, whatever retention is set. AWS's reference says that it keeps them
/// for a day; the log group itself, and so the rule, says two.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_log_group> (`retention_in_days`), and
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html> (`logGroupClass`)
const DELIVERY: (&str, Option<u32>) = ("DELIVERY", Some(2));

/// What is known of it, and what is not.
pub(super) fn assume(case: &mut Case, group: &LogGroup, log_type: LogType, required: &Requirements) -> (Vec<Assumption>, Vec<Unknown>) {
    let mut unknown = Vec::new();
    let (class, fixed_days) = DELIVERY;
    let is_fixed = group.class.get().is_some_and(|known| known == class);
    let facts = facts::LogGroup {
        retention_days: if is_fixed { fixed_days } else { group.retention_days.get().copied().flatten() },
        retention_policy: None,
        encrypted: group.encrypted.get().copied().unwrap_or_default(),
        class: group.class.get().cloned().unwrap_or_else(|| facts::STANDARD.to_owned()),
        deletion_protected: group.deletion_protected.get().copied().unwrap_or_default(),
        metric_filters: count(group.metric_filters.iter().filter(|filter| !filter.perhaps)),
    };
    if required.bounds_retention() {
        case.hide(log_type, "kept", if is_fixed { group.class.is_sensitive() } else { group.retention_days.is_sensitive() });
        if let (Value::Unknown(name), false) = (&group.retention_days, is_fixed) {
            unknown.push(Unknown::retention(name, log_type, required));
        }
    }
    // After the retention: what is assumed later wins.
    if let Value::Unknown(name) = &group.class {
        unknown.extend(classes(name, log_type, required));
    }
    if required.log_group_encrypted {
        case.basis = group.basis.and(case.basis);
        if let Value::Unknown(name) = &group.encrypted {
            unknown.push(Unknown::encrypted(name, log_type));
        }
    }
    if required.log_group_deletion_protected
        && let Value::Unknown(name) = &group.deletion_protected
    {
        unknown.push(Unknown::deletion_protected(name, log_type));
    }
    if required.log_group_metric_filter || required.forwarding_destination.is_some() {
        case.hide(log_type, "watched", group.class.is_sensitive());
        case.hide(log_type, "forwarded", group.class.is_sensitive());
    }
    if required.log_group_metric_filter {
        case.rest_on(&group.metric_filters);
        unknown.extend(
            doubtful(&group.metric_filters).map(|name| Unknown::metric_filters(name, log_type)).filter(|_| facts.metric_filters == 0),
        );
    }
    let mut assumptions = vec![Assumption::LogGroup(log_type, Some(facts))];
    if required.forwarding_destination.is_some() {
        case.rest_on(&group.subscriptions);
        let sensitive = group
            .subscriptions
            .iter()
            .map(|filter| &filter.thing)
            .any(|filter| filter.destination.is_sensitive() || filter.pattern.is_sensitive() || filter.selection.is_sensitive());
        case.hide(log_type, "forwarded", sensitive);
        let (certain, more) = subscriptions(&group.subscriptions, required);
        assumptions.push(Assumption::Subscriptions(log_type, Subscriptions::Filters(certain.clone())));
        if let Some((name, filters)) = more {
            let all = [certain.clone(), filters].concat();
            let alternative = |filters| vec![Assumption::Subscriptions(log_type, Subscriptions::Filters(filters))];
            unknown.push(Unknown::one_of(name, vec![alternative(certain), alternative(all)]));
        }
    }
    (assumptions, unknown)
}

/// What a class may be that is not known, where anything that is asked depends on it.
fn classes(name: &str, log_type: LogType, required: &Requirements) -> Option<Unknown> {
    let Unknown { name, mut alternatives } = Unknown::class(name, log_type);
    if required.bounds_retention() {
        let (class, days) = DELIVERY;
        alternatives.push(vec![Assumption::Class(log_type, class.to_owned()), Assumption::Retention(log_type, days)]);
    } else if !required.log_group_metric_filter && required.forwarding_destination.is_none() {
        return None;
    }
    Some(Unknown { name, alternatives })
}

/// The filters that are certain and known; and, with a name for what is in doubt, what may come to them. Of two filters more never send
/// less, so all together stand for whatever some of them do.
fn subscriptions(
    attached: &[Attached<Subscription>],
    required: &Requirements,
) -> (Vec<SubscriptionFilter>, Option<(String, Vec<SubscriptionFilter>)>) {
    let (mut certain, mut doubtful, mut name) = (Vec::new(), Vec::new(), None);
    for filter in attached {
        let Subscription { destination, pattern, selection } = &filter.thing;
        let selection = selection.try_get();
        match (destination, pattern, &selection) {
            (
                Value::Known(destination) | Value::Sensitive(destination),
                Value::Known(pattern) | Value::Sensitive(pattern),
                Ok(selection),
            ) => {
                let known =
                    SubscriptionFilter { destination: destination.clone(), pattern: pattern.clone(), field_selection: selection.clone() };
                if filter.perhaps {
                    name.get_or_insert_with(|| filter.address.clone());
                    doubtful.push(known);
                } else {
                    certain.push(known);
                }
            }
            _ => {
                // What is not known is as good as it can be, and otherwise there is no such filter.
                let unknown = [destination.unknown(), pattern.unknown(), selection.as_ref().err().copied()].into_iter().flatten().next();
                name.get_or_insert_with(|| unknown.map_or_else(|| filter.address.clone(), str::to_owned));
                doubtful.push(SubscriptionFilter {
                    destination: destination.get().cloned().or_else(|| required.wanted_destination()).unwrap_or_default(),
                    pattern: pattern.get().cloned().unwrap_or_default(),
                    field_selection: selection.ok().flatten(),
                });
            }
        }
    }
    (certain, name.map(|name| (name, doubtful)))
}

/// How to speak of what may be attached, where something may be.
fn doubtful<T>(attached: &[Attached<T>]) -> Option<String> {
    attached.iter().find(|one| one.perhaps).map(|one| format!("whether {} belongs to the log group", one.address))
}

fn count<T>(things: impl Iterator<Item = T>) -> u32 {
    u32::try_from(things.count()).unwrap_or(u32::MAX)
}

/// What a log group that nobody declares may be: as Neptune makes it, short-lived, or as it is wanted.
pub(super) fn undeclared(log_type: LogType, required: &Requirements) -> Vec<Vec<Assumption>> {
    let group = |group: facts::LogGroup, destination: Option<String>| {
        let filter = |destination| SubscriptionFilter { destination, pattern: String::new(), field_selection: None };
        let filters = destination.map(filter).into_iter().collect();
        vec![Assumption::LogGroup(log_type, Some(group)), Assumption::Subscriptions(log_type, Subscriptions::Filters(filters))]
    };
    let wanted = facts::LogGroup {
        retention_days: required.minimum_retention_days.or(required.maximum_retention_days),
        encrypted: true,
        deletion_protected: true,
        metric_filters: 1,
        ..facts::LogGroup::default()
    };
    vec![
        group(facts::LogGroup::default(), None),
        group(facts::LogGroup { retention_days: Some(1), ..facts::LogGroup::default() }, None),
        group(wanted, required.wanted_destination()),
    ]
}
