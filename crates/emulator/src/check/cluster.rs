//! Clusters, their instances, and parameter groups.

use super::error::FleetError;
use super::place::Place;
use super::words;
use crate::aws::neptune::parameters::Parameter;
use crate::world::fleet::{Cluster, Member, ParameterGroup};

/// The engines of clusters, with the log types that each can export.
const ENGINES: &[(&str, &[&str])] = &[
    ("neptune", &["audit", "slowquery"]),
    ("docdb", &["audit", "profiler"]),
    ("aurora-mysql", &["audit", "error", "general", "iam-db-auth-error", "instance", "slowquery"]),
    ("aurora-postgresql", &["iam-db-auth-error", "instance", "postgresql"]),
    ("mysql", &["error", "general", "iam-db-auth-error", "slowquery"]),
    ("postgres", &["iam-db-auth-error", "postgresql", "upgrade"]),
];

pub(crate) fn check_all(account: &Place, clusters: &[Cluster]) -> Result<(), FleetError> {
    let place = account.field("clusters");
    for (position, cluster) in clusters.iter().enumerate() {
        check(&place.entry(position, &cluster.identifier), cluster)?;
    }
    // Each of these is one namespace in an account and Region.
    place.distinct(clusters.iter().map(|cluster| cluster.identifier.as_str()))?;
    place.distinct(clusters.iter().map(|cluster| cluster.resource_id.as_str()).filter(|id| !id.is_empty()))?;
    let members = clusters.iter().flat_map(|cluster| &cluster.members);
    place.distinct(members.map(|member| member.identifier.as_str()))
}

fn check(place: &Place, cluster: &Cluster) -> Result<(), FleetError> {
    place.field("identifier").check(&cluster.identifier, words::IDENTIFIER)?;
    if !cluster.resource_id.is_empty() {
        place.field("resource_id").check(&cluster.resource_id, words::RESOURCE_ID)?;
    }
    let engines: Vec<_> = ENGINES.iter().map(|(engine, _)| *engine).collect();
    place.field("engine").one_of(&cluster.engine, &engines)?;
    place.field("engine_version").check(&cluster.engine_version, words::VERSION)?;
    place.field("parameter_group").check(&cluster.parameter_group, words::PARAMETER_GROUP)?;
    place.field("status").check(&cluster.status, words::NOT_EMPTY)?;
    place.field("kms_key_id").check_some(cluster.kms_key_id.as_ref(), words::KEY)?;
    place.either(("created", cluster.created.is_some()), ("hours_since_created", cluster.hours_since_created.is_some()))?;
    check_exports(place, cluster)?;
    check_members(&place.field("members"), &cluster.members)?;
    check_tags(&place.field("tags"), cluster.tags.keys())
}

fn check_exports(place: &Place, cluster: &Cluster) -> Result<(), FleetError> {
    let known = ENGINES.iter().find(|(engine, _)| *engine == cluster.engine).map(|(_, log_types)| *log_types).unwrap_or_default();
    let pending = place.field("pending_exports");
    for (place, exports) in [
        (place.field("exports"), &cluster.exports),
        (pending.field("enable"), &cluster.pending_exports.enable),
        (pending.field("disable"), &cluster.pending_exports.disable),
    ] {
        for export in exports {
            place.one_of(export, known)?;
        }
        place.distinct(exports.iter().map(String::as_str))?;
    }
    pending.distinct(cluster.pending_exports.enable.iter().chain(&cluster.pending_exports.disable).map(String::as_str))
}

fn check_members(place: &Place, members: &[Member]) -> Result<(), FleetError> {
    for (position, member) in members.iter().enumerate() {
        let place = place.entry(position, &member.identifier);
        place.field("identifier").check(&member.identifier, words::IDENTIFIER)?;
        place.field("parameter_group_status").check(&member.parameter_group_status, words::NOT_EMPTY)?;
        place.field("status").check(&member.status, words::NOT_EMPTY)?;
    }
    match members.iter().filter(|member| member.writer).count() {
        0 | 1 => Ok(()),
        writers => Err(place.refuse(format!("a cluster has one writer, not {writers}"))),
    }
}

fn check_tags<'a>(place: &Place, keys: impl Iterator<Item = &'a String>) -> Result<(), FleetError> {
    for key in keys {
        if !(1..=128).contains(&key.chars().count()) {
            return Err(place.refuse(format!("`{key}` is not a key of 1 to 128 characters")));
        }
    }
    Ok(())
}

pub(crate) fn check_group(place: &Place, name: &str, group: &ParameterGroup) -> Result<(), FleetError> {
    place.check(name, words::PARAMETER_GROUP)?;
    place.field("family").check(&group.family, words::FAMILY)?;
    // Parameters of other engines, and those that nobody has heard of, may have any value.
    let known = |name: &str| Parameter::find(name).filter(|_| group.family.starts_with("neptune"));
    for (name, value) in &group.parameters {
        if let Some(parameter) = known(name).filter(|parameter| !parameter.allows(value)) {
            let allowed = parameter.allowed.unwrap_or_default();
            return Err(place.field("parameters").field(name).refuse(format!("`{value}` is not one of {allowed}")));
        }
    }
    for (name, method) in &group.apply_methods {
        let place = place.field("apply_methods").field(name);
        place.one_of(method, &["immediate", "pending-reboot"])?;
        if method == "immediate" && known(name).is_some_and(|parameter| parameter.is_static) {
            return Err(place.refuse("a static parameter waits for a reboot: pending-reboot"));
        }
    }
    check_tags(&place.field("tags"), group.tags.keys())
}
