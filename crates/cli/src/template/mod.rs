//! Reads CloudFormation templates, and judges every Neptune cluster in every world that parameters and conditions allow.
//!
//! In reading order: [`document`] is the tree with its places ([`yaml`], [`json`]), [`declared`] its sections ([`parameter`]), [`text`] what
//! is known in part ([`same`]), [`evaluate`] what an expression comes to in one [`world`] ([`functions`], [`conditions`], [`written`]),
//! [`linking`] a cluster there with its [`log_groups`] ([`made`], [`values`]), [`worlds`] all of them, with what is [`remembered`] from one
//! to the next ([`remembering`]).

mod conditions;
mod declared;
mod document;
mod evaluate;
mod evaluated;
mod functions;
mod json;
mod linking;
mod log_groups;
mod made;
mod parameter;
mod remembered;
mod remembering;
mod same;
mod text;
mod values;
mod world;
mod worlds;
mod written;
mod yaml;

use std::collections::BTreeMap;

use declared::Template as Declared;
use linking::is_cluster;
use neptune_audit_core::requirements::Requirements;
use remembered::Fixed;
use worlds::Judge;

use crate::resources::{Judging, Row, Subject};

pub use document::{Place, Unreadable};
pub use evaluate::Given;

/// A template.
#[derive(Debug)]
pub struct Template(Declared);

impl Template {
    /// Reads one, in YAML or JSON.
    ///
    /// # Errors
    /// [`Unreadable`] says where and why.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        Declared::new(&document::parse(text)?).map(Self)
    }

    /// Whether it has a parameter.
    pub fn has_parameter(&self, name: &str) -> bool {
        self.0.parameters.contains_key(name)
    }

    /// Whether CloudFormation would take these values of its parameters.
    ///
    /// # Errors
    /// A sentence that names the parameter and what it allows.
    pub fn check(&self, parameters: &BTreeMap<String, Option<String>>) -> Result<(), String> {
        for (name, value) in parameters {
            let (Some(parameter), Some(value)) = (self.0.parameters.get(name), value) else { continue };
            let values: Vec<&str> = if parameter.is_list() { value.split(',').map(str::trim).collect() } else { vec![value.as_str()] };
            if !parameter.allowed.is_empty() && values.iter().any(|value| parameter.allowed.iter().all(|allowed| allowed != value)) {
                // Which values it may have is as good as which it has.
                return Err(if parameter.no_echo {
                    format!("parameter `{name}`: its value, which is not shown, is not allowed")
                } else {
                    format!("parameter `{name}`: `{value}` is not allowed: {}", parameter.allowed.join(", "))
                });
            }
        }
        Ok(())
    }

    /// Judges every Neptune cluster, in the template's order.
    pub fn judge(&self, given: &Given, required: &Requirements, judging: Judging) -> Vec<(Subject, Row)> {
        let template = &self.0;
        let judge = Judge { template, given, required, judging, fixed: Fixed::default() };
        let mut rows = Vec::new();
        for resource in template.resources.iter().filter(|resource| is_cluster(resource)) {
            let Some((row, defaults)) = judge.row(resource) else { continue };
            let row = match &template.foreign_macro {
                Some(name) => Row::Undecided(format!("{name} may change anything")),
                None => row,
            };
            let notes = defaults.iter().map(|name| format!("parameter `{name}` is taken at its default"));
            rows.push((subject(&resource.logical_id, resource.place, notes.collect()), row));
        }
        for brought in &template.brought {
            if brought.makes(&["AWS::Neptune::DBCluster"]) || brought.makes(&["AWS::RDS::DBCluster"]) && brought.mentions("neptune") {
                let why = format!("{} makes clusters that are not in the template as it stands", brought.name);
                rows.push((subject(&brought.key, brought.place, Vec::new()), Row::Undecided(why)));
            }
        }
        rows
    }
}

fn subject(address: &str, place: Place, notes: Vec<String>) -> Subject {
    Subject { address: address.to_owned(), line: Some(place.line), column: Some(place.column), notes }
}
