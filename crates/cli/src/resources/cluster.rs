//! A declared cluster as facts of the decision.

use std::time::SystemTime;

use neptune_audit_core::facts::{self, ClusterFacts, Fact, LogParameters, LogType, NEPTUNE, Subscriptions, Tag};
use neptune_audit_core::forecast::{Assumption, Unknown};
use neptune_audit_core::requirements::Requirements;

use super::account;
use super::case::{Case, NOT_KNOWN, shown};
use super::declared::{Cluster, Group, Kept, LogGroup, ParameterGroup};
use super::log_group;
use super::value::Value;
use crate::report::Basis;

/// All that is known of it and all that is not. A log group that is not declared is missing where `require_declared` says so.
pub(super) fn case(cluster: &Cluster, required: &Requirements, require_declared: bool) -> Case {
    let mut case = Case { facts: bare(cluster), unknown: Vec::new(), basis: Basis::Value, hidden: Vec::new() };
    take_group(&mut case, &cluster.group, required);
    take_iam_authentication(&mut case, &cluster.iam_authentication, required);
    take_tags(&mut case, &cluster.tags, required);
    for &log_type in &required.log_types {
        take_export(&mut case, cluster, log_type);
        if asks_for_log_group(required) {
            take_log_group(&mut case, cluster, log_type, required, require_declared);
        }
    }
    if required.forwarding_destination.is_some() {
        account::take(&mut case, &cluster.account_policies, &cluster.identifier, required);
    }
    case
}

/// Whether callers are named is evidence even where nobody asks.
fn take_iam_authentication(case: &mut Case, on: &Value<bool>, required: &Requirements) {
    match on {
        Value::Known(on) | Value::Sensitive(on) => case.facts.cluster.iam_authentication = *on,
        Value::Unknown(name) if required.iam_authentication => case.unknown.push(Unknown::iam_authentication(name)),
        Value::Unknown(_) => {}
    }
}

/// Only the tag that exempts matters.
fn take_tags(case: &mut Case, tags: &Value<Vec<(Value<String>, Value<String>)>>, required: &Requirements) {
    let Some(exempt) = &required.exempt_tag else {
        return;
    };
    let pairs = match tags {
        Value::Unknown(name) => {
            case.unknown.push(Unknown::tags(name, required));
            return;
        }
        Value::Known(pairs) | Value::Sensitive(pairs) => pairs,
    };
    let (mut known, mut unknown) = (Vec::new(), None);
    for (key, value) in pairs {
        let hides = tags.is_sensitive() || key.is_sensitive() || value.is_sensitive();
        match (key.try_get(), value.try_get()) {
            (Ok(key), _) if key != exempt.key => {}
            // The value was typed by whoever asks, or it does not matter and is not shown.
            (Ok(key), value) if exempt.value.is_none() => {
                known.push(Tag { key, value: value.ok().filter(|_| !hides).unwrap_or_default() });
            }
            (Ok(key), Ok(value)) => {
                case.hide(LogType::Audit, "tags", hides);
                known.push(Tag { key, value });
            }
            (Err(name), _) | (_, Err(name)) => unknown = Some(name.to_owned()),
        }
    }
    case.facts.tags = Some(known);
    case.unknown.extend(unknown.map(|name| Unknown::tags(name, required)));
}

fn take_group(case: &mut Case, group: &Group, required: &Requirements) {
    let unknown = |case: &mut Case, name: &str| {
        case.unknown.extend(required.log_types.iter().map(|log_type| Unknown::parameter(name, *log_type)));
    };
    let name = match group {
        Group::Default(name) => name.clone().unwrap_or_else(|| "default.neptune…".to_owned()),
        Group::Outside(name) => {
            let shown = shown(name);
            unknown(case, &format!("parameter group `{shown}`, which is declared elsewhere"));
            shown
        }
        Group::Unclear(why) => {
            unknown(case, why);
            NOT_KNOWN.to_owned()
        }
        Group::OneOf(one_of) => {
            case.basis = one_of.basis.and(case.basis);
            let hides = |value: fn(&ParameterGroup) -> &Value<Option<String>>| one_of.of.iter().any(|group| value(group).is_sensitive());
            if hides(|group| &group.audit) {
                case.hidden.push((LogType::Audit, "generated"));
            }
            if hides(|group| &group.slow_query) {
                case.hidden.push((LogType::SlowQuery, "generated"));
            }
            take_parameters(case, &one_of.of, &one_of.through, required);
            match one_of.of.as_slice() {
                [ParameterGroup { name: Value::Unknown(_), address, .. }] => address.clone(),
                [only] => shown(&only.name),
                _ => NOT_KNOWN.to_owned(),
            }
        }
    };
    case.facts.cluster.parameter_group = name;
}

/// One group is as it is. Of several it depends on which it is, unless they agree.
fn take_parameters(case: &mut Case, groups: &[ParameterGroup], through: &str, required: &Requirements) {
    let each: Vec<_> = groups.iter().map(|group| parameters(group, required)).collect();
    case.take_one_of(each, through);
}

fn take_export(case: &mut Case, cluster: &Cluster, log_type: LogType) {
    let elements = match &cluster.exports {
        Value::Unknown(name) => {
            case.unknown.push(Unknown::exported(name, log_type));
            return;
        }
        Value::Known(elements) | Value::Sensitive(elements) => elements,
    };
    let mut unknown = None;
    for element in elements {
        match element {
            Value::Known(name) | Value::Sensitive(name) if name == log_type.as_str() => {
                Assumption::Exported(log_type, true).apply(&mut case.facts);
                return;
            }
            Value::Unknown(name) => unknown = Some(name),
            Value::Known(_) | Value::Sensitive(_) => {}
        }
    }
    case.unknown.extend(unknown.map(|name| Unknown::exported(name, log_type)));
}

/// A policy of the account's may decide on the retention, whatever the log group says.
fn take_log_group(case: &mut Case, cluster: &Cluster, log_type: LogType, required: &Requirements, require_declared: bool) {
    let policy = cluster.retention_policy.as_deref();
    let kept = match log_type {
        LogType::Audit => &cluster.audit,
        LogType::SlowQuery => &cluster.slow_query,
    };
    // Something to make assumptions about.
    let facts = case.facts.log_group_mut(log_type);
    facts.group = Fact::Found(facts::LogGroup::default());
    facts.subscriptions = Fact::Found(Subscriptions::Filters(Vec::new()));
    let none = Assumption::LogGroup(log_type, None);
    match kept {
        Kept::OneOf(one_of) => {
            case.basis = one_of.basis.and(case.basis);
            let mut each = Vec::new();
            for group in &one_of.of {
                let decided = policy.map(|policy| LogGroup { retention_days: Value::Unknown(policy.to_owned()), ..group.clone() });
                each.push(log_group::assume(case, decided.as_ref().unwrap_or(group), log_type, required));
            }
            case.take_one_of(each, &one_of.through);
        }
        Kept::NotDeclared { perhaps: None } if require_declared => none.apply(&mut case.facts),
        Kept::NotDeclared { perhaps } => {
            let name = log_type.log_group(&case.facts.cluster.identifier);
            let name = match perhaps {
                Some(perhaps) => format!("whether {perhaps} is log group `{name}`"),
                None => format!("log group `{name}`, which is not declared"),
            };
            let mut alternatives = vec![vec![none]];
            alternatives.extend(log_group::undeclared(log_type, required));
            case.unknown.push(Unknown::one_of(name, alternatives));
        }
    }
}

/// Whether anything about a log group is asked.
pub(crate) fn asks_for_log_group(required: &Requirements) -> bool {
    required.asks_for_log_group() || required.forwarding_destination.is_some()
}

/// A cluster of which nothing is wrong and nothing is on.
fn bare(cluster: &Cluster) -> ClusterFacts {
    let identifier = match &cluster.identifier {
        Value::Unknown(_) => cluster.written.clone(),
        identifier => shown(identifier),
    };
    let facts = facts::Cluster {
        identifier,
        resource_id: String::new(),
        arn: None,
        engine: NEPTUNE.to_owned(),
        status: "available".to_owned(),
        created_at: None,
        parameter_group: String::new(),
        iam_authentication: false,
        iam_authentication_pending: false,
        members: Vec::new(),
        exported: Vec::new(),
        export_pending: Vec::new(),
    };
    ClusterFacts::new(facts, LogParameters::default(), SystemTime::UNIX_EPOCH)
}

/// The two parameters of a group, as far as they are asked for.
fn parameters(group: &ParameterGroup, required: &Requirements) -> (Vec<Assumption>, Vec<Unknown>) {
    let (mut assumptions, mut unknown) = (Vec::new(), Vec::new());
    for &log_type in &required.log_types {
        let value = match log_type {
            LogType::Audit => &group.audit,
            LogType::SlowQuery => &group.slow_query,
        };
        match value {
            Value::Unknown(name) => unknown.push(Unknown::parameter(name, log_type)),
            Value::Known(value) | Value::Sensitive(value) => assumptions.push(Assumption::Parameter(log_type, value.clone())),
        }
    }
    (assumptions, unknown)
}
