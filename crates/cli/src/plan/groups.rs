//! The DB cluster parameter group of a cluster: by name where that is known, else by reference.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::configuration::Configuration;
use super::found::Found;
use super::index::{Index, distinct, perhaps};
use super::objects::{Fate, Kind, Object};
use super::references::{References, Wanted};
use crate::report::Basis;
use crate::resources::{Group, OneOf, ParameterGroup, Value};

const ATTRIBUTE: &str = "neptune_cluster_parameter_group_name";

const GROUP: Wanted = Wanted { kind: "aws_neptune_cluster_parameter_group", attributes: &["name", "id"], within: false };

/// A reference, and where the cluster is that refers.
type Place = (*const Found, String);

/// The parameter groups of a plan.
pub(super) struct Groups<'a> {
    objects: &'a [Object],
    configuration: &'a Configuration<'a>,
    references: &'a References<'a>,
    by_name: Index,
    /// What a reference comes to, for clusters in one place: clusters of one resource share their references.
    known: RefCell<HashMap<Place, (Rc<Found>, Group)>>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(objects: &'a [Object], configuration: &'a Configuration<'a>, references: &'a References<'a>) -> Self {
        // Neptune stores a group's name in lower case, and so does the provider.
        let by_name = Index::new(objects, Kind::ParameterGroup, "name", None, configuration, references);
        Self { objects, configuration, references, by_name, known: RefCell::default() }
    }

    /// The group of a cluster, and the one object that it is, where it is one.
    pub(super) fn of(&self, cluster: &Object) -> (Group, Option<usize>) {
        let name = cluster.attributes.text(ATTRIBUTE);
        match &name {
            Value::Known(Some(text)) | Value::Sensitive(Some(text)) => {
                let shown = if name.is_sensitive() { Value::Sensitive(text.clone()) } else { Value::Known(text.clone()) };
                self.by_name(cluster, text, shown)
            }
            Value::Known(None) | Value::Sensitive(None) => (Group::Default(None), None),
            Value::Unknown(_) if cluster.has_default(self.configuration, ATTRIBUTE) => (Group::Default(None), None),
            Value::Unknown(_) => self.by_reference(cluster),
        }
    }

    fn by_name(&self, cluster: &Object, name: &str, shown: Value<String>) -> (Group, Option<usize>) {
        // One of AWS's own: nobody can declare it, or edit it.
        if name.starts_with("default.") {
            return (Group::Default(shown.get().filter(|_| !shown.is_sensitive()).cloned()), None);
        }
        let named = self.by_name.named(&cluster.scope.provider, name).iter().copied();
        let mut candidates = Vec::new();
        for position in named {
            match self.objects.get(position).and_then(|group| perhaps(cluster, group)) {
                Some(false) => candidates.push(position),
                Some(true) => {
                    let through = cluster.attributes.name(ATTRIBUTE);
                    return (Group::Unclear(format!("{through}, whose group may be in another Region")), None);
                }
                None => {}
            }
        }
        if candidates.is_empty() {
            return (Group::Outside(shown), None);
        }
        let only = if let [only] = candidates.as_slice() { Some(*only) } else { None };
        let mut group = self.one_of(candidates, Basis::Value, &cluster.attributes.name(ATTRIBUTE));
        // The group itself may say openly what its cluster takes from a secret.
        if let (Group::OneOf(one_of), true) = (&mut group, shown.is_sensitive()) {
            one_of.of.iter_mut().for_each(|group| group.name = shown.clone());
        }
        (group, only)
    }

    fn by_reference(&self, cluster: &Object) -> (Group, Option<usize>) {
        let found = self.references.follow(&cluster.address, ATTRIBUTE, GROUP);
        let only = match found.sets.as_slice() {
            [set] if found.stops.is_empty() && set.len() == 1 => set.first().copied(),
            _ => None,
        };
        let question = (Rc::as_ptr(&found), cluster.scope.key());
        if let Some((_, group)) = self.known.borrow().get(&question) {
            return (named_for(group, cluster), only);
        }
        let group = self.what(cluster, &found);
        self.known.borrow_mut().insert(question, (Rc::clone(&found), group.clone()));
        (group, only)
    }

    fn what(&self, cluster: &Object, found: &Found) -> Group {
        let through = cluster.attributes.name(ATTRIBUTE);
        if found.is_null() && cluster.is_created {
            // Everything that it is made of is known, so it is `null`: with a value the plan would show it.
            return Group::Default(None);
        }
        if let Some(stops) = stops(found) {
            return Group::Unclear(stops);
        }
        let positions = found.objects();
        if positions.is_empty() {
            return Group::Unclear(through);
        }
        let elsewhere =
            positions.iter().filter_map(|position| self.objects.get(*position)).find(|group| perhaps(cluster, group) != Some(false));
        if let Some(elsewhere) = elsewhere {
            return Group::Unclear(format!(
                "`{}`, which is not known to be in the provider configuration and Region of the cluster",
                elsewhere.attributes.address
            ));
        }
        let mut group = self.one_of(positions, Basis::Reference, &through);
        if let (Group::OneOf(one_of), true) = (&mut group, found.or_nothing) {
            // Then AWS takes a group in which nothing is on.
            let none = || Value::Known(None);
            one_of.of.push(ParameterGroup { address: String::new(), name: Value::Unknown(through), audit: none(), slow_query: none() });
        }
        group
    }

    fn one_of(&self, positions: impl IntoIterator<Item = usize>, basis: Basis, through: &str) -> Group {
        let groups = positions.into_iter().filter_map(|position| self.objects.get(position)).map(parameter_group);
        let apart = distinct(groups.map(Alike));
        match apart {
            Some(apart) if !apart.is_empty() => {
                Group::OneOf(OneOf { of: apart.into_iter().map(|Alike(group)| group).collect(), basis, through: through.to_owned() })
            }
            _ => Group::Unclear(format!("{through}, which may be one of many groups that differ")),
        }
    }
}

/// What stands in the way of a reference, to show.
pub(super) fn stops(found: &Found) -> Option<String> {
    let mut stops = found.stops.iter();
    let first = stops.next()?;
    Some(match stops.count() {
        0 => format!("`{first}`"),
        more => format!("`{first}` and {more} more"),
    })
}

/// The same answer for another cluster of the same resource.
fn named_for(group: &Group, cluster: &Object) -> Group {
    match group {
        Group::OneOf(one_of) => Group::OneOf(OneOf { through: cluster.attributes.name(ATTRIBUTE), ..one_of.clone() }),
        other => other.clone(),
    }
}

/// Groups that cannot be told apart by what counts: their names do not.
struct Alike(ParameterGroup);

impl PartialEq for Alike {
    fn eq(&self, other: &Self) -> bool {
        let same = |one: &Value<Option<String>>, two: &Value<Option<String>>| match (one, two) {
            (Value::Unknown(_), Value::Unknown(_)) => true,
            _ => one == two,
        };
        same(&self.0.audit, &other.0.audit) && same(&self.0.slow_query, &other.0.slow_query)
    }
}

fn parameter_group(object: &Object) -> ParameterGroup {
    let attributes = &object.attributes;
    let address = attributes.address.clone();
    let name = attributes.text("name").try_map(|| format!("`{address}`"), |name| name);
    if let Fate::Deferred(reason) = &object.fate {
        let unknown = || Value::Unknown(format!("`{}`, which is left to a later plan ({reason})", attributes.address));
        return ParameterGroup { address, name, audit: unknown(), slow_query: unknown() };
    }
    ParameterGroup {
        address,
        name,
        audit: parameter(object, "neptune_enable_audit_log"),
        slow_query: parameter(object, "neptune_enable_slow_query_log"),
    }
}

/// One parameter of a group: not set, known, or unknown where any block may be it.
fn parameter(object: &Object, wanted: &str) -> Value<Option<String>> {
    let attributes = &object.attributes;
    let unknown = || Value::Unknown(attributes.name("parameter"));
    let blocks = attributes.get("parameter");
    let blocks = match &blocks {
        Value::Unknown(_) => return unknown(),
        Value::Known(Json::Null) | Value::Sensitive(Json::Null) => &Vec::new(),
        Value::Known(Json::Array(list)) | Value::Sensitive(Json::Array(list)) => list,
        Value::Known(_) | Value::Sensitive(_) => return unknown(),
    };
    let all_later = attributes.unknown.get("parameter").and_then(Json::as_array);
    let later = |at: usize| all_later.and_then(|later| later.get(at));
    // A block that is known only later may be any.
    if all_later.iter().flat_map(|later| later.iter().skip(blocks.len())).any(super::attributes::holds_true) {
        return unknown();
    }
    let mut values: Vec<Option<&str>> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let is_later =
            |field: &str| later(at).is_some_and(|block| *block == Json::Bool(true) || block.get(field) == Some(&Json::Bool(true)));
        match block.get("name").and_then(Json::as_str) {
            None => return unknown(),
            Some(_) if is_later("name") => return unknown(),
            Some(name) if name == wanted && is_later("value") => return unknown(),
            Some(name) if name == wanted => values.push(block.get("value").and_then(Json::as_str)),
            // AWS may take another spelling for the same, and may not.
            Some(name) if name.eq_ignore_ascii_case(wanted) => return unknown(),
            Some(_) => {}
        }
    }
    let value = match values.as_slice() {
        [] => None,
        [Some(first), rest @ ..] if rest.iter().all(|other| *other == Some(first)) => Some((*first).to_owned()),
        _ => return unknown(),
    };
    if attributes.get("parameter").is_sensitive() { Value::Sensitive(value) } else { Value::Known(value) }
}

/// Whether something that exists already gets another value, or may get one.
pub(super) fn has_changed(object: &Object, attribute: &str) -> bool {
    match object.attributes.get(attribute) {
        Value::Known(after) | Value::Sensitive(after) => {
            object.before.get(attribute).unwrap_or(&Json::Null) != after
                || object.attributes.unknown.get(attribute).is_some_and(super::attributes::holds_true)
        }
        Value::Unknown(_) => true,
    }
}
