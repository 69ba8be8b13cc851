//! The tags of clusters and parameter groups: AddTagsToResource and ListTagsForResource.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ask::{Ask, identifier_of, invalid};
use super::clusters::cluster_not_found;
use crate::aws::answer::{Answer, Refusal};
use crate::aws::xml::Xml;
use crate::world::World;

/// The tags in a request.
pub(crate) fn asked(ask: &Ask<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let list = ask.0.get("Tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|tag| {
            let text = |name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let key = text("Key");
            if key.is_empty() || key.len() > 128 || key.starts_with("aws:") {
                return Err(invalid(format!("Invalid tag key: {key}")));
            }
            Ok((key, text("Value")))
        })
        .collect()
}

/// The tags of the cluster or the parameter group that an ARN names.
fn tagged<'a>(world: &'a mut World, account: &str, ask: &Ask<'_>) -> Result<&'a mut BTreeMap<String, String>, Refusal> {
    let arn = ask.required("ResourceName")?;
    let parts: Vec<_> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "rds", region, owner, "cluster", _] if *region == world.fleet.region && *owner == account => {
            world.cluster_mut(account, &identifier_of(arn)).map(|cluster| &mut cluster.tags).ok_or_else(|| cluster_not_found(arn))
        }
        ["arn", _, "rds", region, owner, "cluster-pg", name] if *region == world.fleet.region && *owner == account => {
            let groups = &mut world.fleet.account(account).parameter_groups;
            groups.get_mut(*name).map(|group| &mut group.tags).ok_or_else(|| invalid(format!("Invalid resource name: {arn}")))
        }
        _ => Err(invalid(format!("Invalid resource name: {arn}"))),
    }
}

pub(crate) fn add(world: &mut World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let tags = asked(ask)?;
    tagged(world, account, ask)?.extend(tags);
    Ok(Answer::Empty)
}

pub(crate) fn list(world: &mut World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let mut xml = Xml::default();
    xml.list("TagList", tagged(world, account, ask)?.iter(), |xml, (key, value)| {
        xml.element("Tag", |xml| {
            xml.text("Key", key);
            xml.text("Value", value);
        });
    });
    Ok(Answer::Xml(xml.into_string()))
}
