//! What changes a cluster or a parameter group: ModifyDBCluster, and the parameter groups' own actions.

use serde_json::Value;

use super::ask::{Ask, invalid, strings};
use super::clusters::{cluster_not_found, write_cluster};
use super::groups::{group_not_found, parameter_group, write_group};
use super::parameters::{FAMILIES, Parameter, family};
use super::tags;
use crate::aws::answer::{Answer, Refusal};
use crate::aws::xml::Xml;
use crate::world::World;
use crate::world::fleet::{Cluster, LogGroup, ParameterGroup};

/// How long Neptune's guide asks to wait between making a parameter group and its first use. AWS does not promise to
/// refuse an earlier use; the emulator does, so that nobody relies on luck.
const GROUP_SETTLES: i64 = 5 * 60 * 1000;
/// The most parameters in one ModifyDBClusterParameterGroup.
const PARAMETERS_IN_A_CALL: usize = 20;
/// The log types that Neptune can export.
const LOG_TYPES: &[&str] = &["audit", "slowquery"];

pub(crate) fn modify_cluster(world: &mut World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    for name in ask.0.keys() {
        if !["DBClusterIdentifier", "ApplyImmediately", "DBClusterParameterGroupName", "CloudwatchLogsExportConfiguration"]
            .contains(&name.as_str())
        {
            return Err(invalid(format!("the emulator cannot change {name}")));
        }
    }
    let asked = ask.required("DBClusterIdentifier")?;
    // Unlike the describing actions this one takes no ARN.
    let identifier = asked.to_ascii_lowercase();
    let now = world.now();
    let group = match ask.text("DBClusterParameterGroupName") {
        None => None,
        Some(name) => Some((
            name.to_ascii_lowercase(),
            parameter_group(world, account, &name.to_ascii_lowercase()).ok_or_else(|| {
                Refusal::new(404, "DBClusterParameterGroupNotFound", format!("DBClusterParameterGroup not found: {name}"))
            })?,
        )),
    };
    let exports = ask.0.get("CloudwatchLogsExportConfiguration");
    let enable = strings(exports.and_then(|exports| exports.get("EnableLogTypes")));
    let disable = strings(exports.and_then(|exports| exports.get("DisableLogTypes")));
    let cluster = world.cluster_mut(account, &identifier).ok_or_else(|| cluster_not_found(asked))?;
    if cluster.status != "available" {
        let message = format!("DB cluster isn't available for modification with status {}.", cluster.status);
        return Err(Refusal::bad("InvalidDBClusterStateFault", message));
    }
    check_exports(cluster, &enable, &disable)?;
    if let Some((name, group)) = &group {
        check_group(cluster, name, group, now)?;
    }

    if let Some((name, _)) = group.filter(|(name, _)| *name != cluster.parameter_group) {
        cluster.parameter_group = name;
        wait_for_reboot(cluster);
    }
    cluster.exports.retain(|export| !disable.contains(export));
    for export in enable.iter().filter(|export| !cluster.exports.contains(export)).cloned().collect::<Vec<_>>() {
        cluster.exports.push(export);
    }
    cluster.pending_exports.enable.retain(|export| !enable.contains(export) && !disable.contains(export));
    cluster.pending_exports.disable.retain(|export| !enable.contains(export) && !disable.contains(export));

    // An export that is on has a log group, whether or not anything is ever written to it.
    for export in enable {
        let name = format!("/aws/neptune/{identifier}/{export}");
        if world.log_group_mut(account, &name).is_none() {
            world.add_log_group(account, LogGroup::new(name));
        }
    }
    let cluster = world.cluster_mut(account, &identifier).ok_or_else(|| cluster_not_found(asked))?.clone();
    let mut xml = Xml::default();
    xml.element("DBCluster", |xml| write_cluster(xml, world, account, &cluster));
    Ok(Answer::Xml(xml.into_string()))
}

fn check_exports(cluster: &Cluster, enable: &[String], disable: &[String]) -> Result<(), Refusal> {
    if let Some(unknown) = enable.iter().chain(disable).find(|export| !LOG_TYPES.contains(&export.as_str())) {
        let message =
            format!("You cannot use the log types '{unknown}' with engine version {} {}.", cluster.engine, cluster.engine_version);
        return Err(Refusal::bad("InvalidParameterCombination", message));
    }
    if let Some(both) = enable.iter().find(|export| disable.contains(export)) {
        let message = format!("You cannot enable and disable the log type '{both}' at the same time.");
        return Err(Refusal::bad("InvalidParameterCombination", message));
    }
    Ok(())
}

fn check_group(cluster: &Cluster, name: &str, group: &ParameterGroup, now: i64) -> Result<(), Refusal> {
    let needed = family(&cluster.engine_version);
    if cluster.engine == "neptune" && group.family != needed {
        let message = format!(
            "The Parameter Group {name} with DBParameterGroupFamily {} can't be used for this instance. \
             Please use a Parameter Group with DBParameterGroupFamily {needed}",
            group.family
        );
        return Err(Refusal::bad("InvalidParameterCombination", message));
    }
    if group.created + GROUP_SETTLES > now {
        let message = format!("The parameter group {name} is still being created; wait five minutes before its first use.");
        return Err(Refusal::bad("InvalidDBClusterStateFault", message));
    }
    Ok(())
}

fn wait_for_reboot(cluster: &mut Cluster) {
    for member in &mut cluster.members {
        member.parameter_group_status = "pending-reboot".into();
    }
}

pub(crate) fn create_group(world: &mut World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let name = ask.required("DBClusterParameterGroupName")?.to_ascii_lowercase();
    let family = ask.required("DBParameterGroupFamily")?;
    let description = ask.required("Description")?;
    let first_is_letter = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !first_is_letter || !name.chars().all(allowed) || name.ends_with('-') || name.contains("--") || name.len() > 255 {
        return Err(invalid(format!(
            "The parameter DBClusterParameterGroupName is not a valid identifier: {name}. Identifiers begin with a letter, \
             hold only ASCII letters, digits and hyphens, and neither end with a hyphen nor have two in a row."
        )));
    }
    if !FAMILIES.contains(&family) {
        return Err(invalid(format!("ParameterGroupFamily {family} is not a valid parameter group family")));
    }
    if parameter_group(world, account, &name).is_some() {
        return Err(Refusal::bad("DBParameterGroupAlreadyExists", format!("Parameter group {name} already exists")));
    }
    let group = ParameterGroup {
        family: family.to_owned(),
        description: description.to_owned(),
        created: world.now(),
        tags: tags::asked(ask)?,
        ..ParameterGroup::default()
    };
    let mut xml = Xml::default();
    xml.element("DBClusterParameterGroup", |xml| write_group(xml, world, account, &name, &group));
    world.fleet.account(account).parameter_groups.insert(name, group);
    world.reindex();
    Ok(Answer::Xml(xml.into_string()))
}

pub(crate) fn modify_group(world: &mut World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let asked = ask.required("DBClusterParameterGroupName")?;
    let name = asked.to_ascii_lowercase();
    let changes = ask.0.get("Parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if changes.is_empty() {
        return Err(Refusal::bad("MissingParameter", "The request must contain the parameter Parameters"));
    }
    if changes.len() > PARAMETERS_IN_A_CALL {
        return Err(invalid(format!("At most {PARAMETERS_IN_A_CALL} parameters can be modified in one request")));
    }
    // As RDS words it: https://github.com/ankane/pghero/issues/66.
    if name.starts_with("default.") && parameter_group(world, account, &name).is_some() {
        return Err(invalid("Cannot modify a default parameter group."));
    }
    let group = parameter_group(world, account, &name).ok_or_else(|| group_not_found(asked))?;
    let mut changed = group.clone();
    let mut waits = false;
    for change in changes {
        let Change { parameter, value, deferred } = check_change(change)?;
        if changed.parameters.insert(parameter.name.to_owned(), value.to_owned()).as_deref() != Some(value) {
            waits |= deferred;
        }
        if !parameter.is_static {
            let method = if deferred { "pending-reboot" } else { "immediate" };
            changed.apply_methods.insert(parameter.name.to_owned(), method.to_owned());
        }
    }

    let facts = world.fleet.account(account);
    facts.parameter_groups.insert(name.clone(), changed);
    if waits {
        facts.clusters.iter_mut().filter(|cluster| cluster.parameter_group == name).for_each(wait_for_reboot);
    }
    let mut xml = Xml::default();
    xml.text("DBClusterParameterGroupName", name);
    Ok(Answer::Xml(xml.into_string()))
}

/// One parameter of a ModifyDBClusterParameterGroup.
struct Change<'a> {
    parameter: &'static Parameter,
    value: &'a str,
    /// Whether it waits for a reboot. A dynamic parameter does so where it is asked to.
    deferred: bool,
}

fn check_change(change: &Value) -> Result<Change<'_>, Refusal> {
    let text = |name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default();
    let (name, value) = (text("ParameterName"), text("ParameterValue"));
    let parameter = Parameter::find(name).ok_or_else(|| invalid(format!("Could not find parameter with name: {name}")))?;
    if !parameter.allows(value) {
        let allowed = parameter.allowed.unwrap_or_default();
        return Err(invalid(format!("Invalid parameter value: {value} for: {name} allowed values are: {allowed}")));
    }
    match text("ApplyMethod") {
        "pending-reboot" => Ok(Change { parameter, value, deferred: true }),
        "immediate" if !parameter.is_static => Ok(Change { parameter, value, deferred: false }),
        "immediate" => Err(Refusal::bad("InvalidParameterCombination", "cannot use immediate apply method for static parameter")),
        other => Err(invalid(format!("Invalid value {other} for ApplyMethod of {name}: immediate, pending-reboot"))),
    }
}
