//! DB cluster parameter groups, and what they say of each parameter.

use super::ask::{Ask, invalid_marker};
use super::parameters::{FAMILIES, PARAMETERS, Parameter};
use crate::aws::answer::{Answer, Refusal};
use crate::aws::paging;
use crate::aws::xml::Xml;
use crate::world::World;
use crate::world::fleet::ParameterGroup;

pub(crate) fn group_not_found(name: &str) -> Refusal {
    Refusal::new(404, "DBParameterGroupNotFound", format!("DBClusterParameterGroup not found: {name}"))
}

/// The parameter group of that name: the account's own, or one of the default ones.
pub(crate) fn parameter_group(world: &World, account: &str, name: &str) -> Option<ParameterGroup> {
    let own = world.account(account).and_then(|(facts, _)| facts.parameter_groups.get(name));
    own.cloned().or_else(|| {
        let family = name.strip_prefix("default.").filter(|family| FAMILIES.contains(family))?;
        Some(ParameterGroup {
            family: family.to_owned(),
            description: format!("Default cluster parameter group for {family}"),
            ..ParameterGroup::default()
        })
    })
}

pub(crate) fn write_group(xml: &mut Xml, world: &World, account: &str, name: &str, group: &ParameterGroup) {
    xml.text("DBClusterParameterGroupName", name);
    xml.text("DBParameterGroupFamily", &group.family);
    xml.text("Description", &group.description);
    let fleet = &world.fleet;
    let (partition, region) = (fleet.partition(), &fleet.region);
    xml.text("DBClusterParameterGroupArn", format_args!("arn:{partition}:rds:{region}:{account}:cluster-pg:{name}"));
}

pub(crate) fn describe(world: &World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let page_size = world.page_size(ask.max_records()?);
    let mut names: Vec<_> = match ask.text("DBClusterParameterGroupName") {
        Some(name) => vec![name.to_ascii_lowercase()],
        None => FAMILIES.iter().map(|family| format!("default.{family}")).collect(),
    };
    if ask.text("DBClusterParameterGroupName").is_none() {
        let own = world.account(account).into_iter().flat_map(|(facts, _)| facts.parameter_groups.keys().cloned());
        names.extend(own);
        names.sort();
        names.dedup();
    }
    let start = match ask.text("Marker") {
        None => 0,
        Some(marker) => {
            paging::open("groups", marker).and_then(|last| names.binary_search(&last).ok()).ok_or_else(|| invalid_marker(marker))? + 1
        }
    };
    let groups: Vec<_> = names[start..]
        .iter()
        .take(page_size)
        .map(|name| parameter_group(world, account, name).map(|group| (name, group)).ok_or_else(|| group_not_found(name)))
        .collect::<Result<_, _>>()?;
    let mut xml = Xml::default();
    xml.list("DBClusterParameterGroups", &groups, |xml, (name, group)| {
        xml.element("DBClusterParameterGroup", |xml| write_group(xml, world, account, name, group));
    });
    let more = names.len() > start + page_size;
    xml.optional("Marker", groups.last().filter(|_| more).map(|(last, _)| paging::seal("groups", last)));
    Ok(Answer::Xml(xml.into_string()))
}

pub(crate) fn describe_parameters(world: &World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let name = ask.required("DBClusterParameterGroupName")?;
    let page_size = world.page_size(ask.max_records()?);
    let group = parameter_group(world, account, &name.to_ascii_lowercase()).ok_or_else(|| group_not_found(name))?;
    let source = ask.text("Source");
    let listing = format!("parameters of {name}");
    let start = match ask.text("Marker") {
        None => 0,
        Some(marker) => paging::open(&listing, marker).and_then(|position| position.parse().ok()).ok_or_else(|| invalid_marker(marker))?,
    };

    // Parameters that nobody has heard of come last, where a listing that is not read to its end misses them.
    let unknown = group.parameters.keys().filter(|name| Parameter::find(name).is_none()).cloned();
    let names = (0..group.extra_parameters)
        .map(|number| format!("neptune_extra_parameter_{number:03}"))
        .chain(PARAMETERS.iter().map(|parameter| parameter.name.to_owned()))
        .chain(unknown);
    let listed: Vec<_> = names
        .map(|name| Listed::new(&group, name))
        .filter(|listed| source.is_none_or(|source| is_of_source(listed.source, source)))
        .collect();

    let mut xml = Xml::default();
    let page = listed.get(start..).unwrap_or_default();
    xml.list("Parameters", page.iter().take(page_size), |xml, parameter| {
        xml.element("Parameter", |xml| parameter.write(xml));
    });
    xml.optional("Marker", (page.len() > page_size).then(|| paging::seal(&listing, &(start + page_size).to_string())));
    Ok(Answer::Xml(xml.into_string()))
}

/// The documented sources are `engine`, `service` and `customer`; listings say `engine-default`, `system` and `user`.
fn is_of_source(listed: &str, asked: &str) -> bool {
    listed == asked || (listed, asked) == ("user", "customer") || (listed, asked) == ("engine-default", "engine")
}

struct Listed {
    name: String,
    known: Option<&'static Parameter>,
    value: Option<String>,
    apply_method: Option<String>,
    source: &'static str,
}

impl Listed {
    fn new(group: &ParameterGroup, name: String) -> Self {
        let known = Parameter::find(&name);
        let set = group.parameters.get(&name).cloned();
        Self {
            source: if set.is_some() { "user" } else { "engine-default" },
            apply_method: group.apply_methods.get(&name).cloned(),
            value: set.or_else(|| known.filter(|_| group.show_defaults)?.default.map(str::to_owned)),
            known,
            name,
        }
    }

    fn write(&self, xml: &mut Xml) {
        let is_static = self.known.is_none_or(|known| known.is_static);
        xml.text("ParameterName", &self.name);
        xml.optional("ParameterValue", self.value.as_ref());
        xml.text("Description", self.known.map_or("A parameter of the fleet.", |known| known.description));
        xml.text("Source", self.source);
        xml.text("ApplyType", if is_static { "static" } else { "dynamic" });
        xml.text("DataType", self.known.map_or("string", |known| known.data_type));
        xml.optional("AllowedValues", self.known.and_then(|known| known.allowed));
        xml.text("IsModifiable", true);
        let usual = if is_static { "pending-reboot" } else { "immediate" };
        xml.text("ApplyMethod", self.apply_method.as_deref().unwrap_or(usual));
    }
}
