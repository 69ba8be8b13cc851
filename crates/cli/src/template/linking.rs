//! Puts together a cluster of a template, in one world, with its parameter group, its log groups, and what belongs to those.

use neptune_audit_core::facts::LogType;

use super::declared::Resource;
use super::evaluate::Evaluator;
use super::evaluated::Evaluated;
use super::made::Made;
use super::remembered::{Conditions, Memory};
use super::same::Same;
use super::text::Token;
use super::values::{parameter, shown, switch, text, unknown, value};
use crate::report::Basis;
use crate::resources::{AccountPolicy, Attached, Cluster, Group, Kept, OneOf, ParameterGroup, Value};

const CLUSTERS: [&str; 2] = ["AWS::Neptune::DBCluster", "AWS::RDS::DBCluster"];
const GROUPS: [&str; 2] = ["AWS::Neptune::DBClusterParameterGroup", "AWS::RDS::DBClusterParameterGroup"];

/// Whether a resource may be a Neptune cluster: RDS's type is one engine name away.
pub(super) fn is_cluster(resource: &Resource) -> bool {
    CLUSTERS.contains(&resource.kind.as_str())
}

/// The engine of a cluster: one that says nothing has none, as AWS refuses it.
pub(super) fn engine(resource: &Resource, evaluator: &Evaluator<'_>) -> Value<String> {
    if resource.kind == "AWS::Neptune::DBCluster" {
        return Value::Known("neptune".to_owned());
    }
    text(&evaluator.property(resource, "Engine"), "Engine").map(Option::unwrap_or_default)
}

type Tags = Value<Vec<(Value<String>, Value<String>)>>;

/// What the parts of one cluster came to in the worlds that were looked at.
#[derive(Default)]
pub(super) struct Parts {
    group: Memory<Group>,
    exports: Memory<Value<Vec<Value<String>>>>,
    tags: Memory<Tags>,
    audit: Memory<Kept>,
    slow_query: Memory<Kept>,
    pub(super) conditions: Conditions,
    account: Memory<(Vec<Attached<AccountPolicy>>, Option<String>)>,
}

/// A cluster in one world; nothing where it is not made.
pub(super) fn cluster(resource: &Resource, evaluator: &Evaluator<'_>, parts: &Parts, asks_for_log_group: bool) -> Option<Cluster> {
    let world = Made { evaluator };
    if !world.is_made(resource) {
        return None;
    }
    // Asked anew by each part that rests on it.
    let identifier = || evaluator.name_of(resource).to_lowercase();
    let kept = |log_type, memory| {
        if !asks_for_log_group {
            return Kept::NotDeclared { perhaps: None };
        }
        evaluator.part(memory, || world.log_group_of(&identifier(), log_type))
    };
    let (audit, slow_query) = (kept(LogType::Audit, &parts.audit), kept(LogType::SlowQuery, &parts.slow_query));
    let iam = if resource.kind == "AWS::Neptune::DBCluster" { "IamAuthEnabled" } else { "EnableIAMDatabaseAuthentication" };
    let account = || evaluator.part(&parts.account, || world.account_policies());
    let (account_policies, retention_policy) = if asks_for_log_group { account() } else { (Vec::new(), None) };
    let identifier = identifier();
    Some(Cluster {
        group: evaluator.part(&parts.group, || world.group(resource)),
        exports: evaluator.part(&parts.exports, || world.exports(resource)),
        iam_authentication: switch(&evaluator.property(resource, iam), iam),
        tags: evaluator.part(&parts.tags, || world.tags(resource)),
        audit,
        slow_query,
        account_policies,
        retention_policy,
        written: identifier.to_string(),
        identifier: value(&identifier),
    })
}

impl Made<'_> {
    fn group(&self, cluster: &Resource) -> Group {
        const PROPERTY: &str = "DBClusterParameterGroupName";
        // The usual way, without a look at what others are called.
        if let Some(("Ref", id)) = cluster.property(PROPERTY).and_then(|node| node.call())
            && let Some(group) = id.text().and_then(|id| self.evaluator.template.resource(id))
            && GROUPS.contains(&group.kind.as_str())
        {
            return if self.is_made(group) {
                one_of(vec![self.parameter_group(group)], Basis::Value, PROPERTY)
            } else {
                Group::Unclear(format!("`{}`, which is not made where the cluster is", group.logical_id))
            };
        }
        let name = match self.evaluator.property(cluster, PROPERTY) {
            Evaluated::Absent => return Group::Default(None),
            Evaluated::Text(name) if name.get() == Some("") => return Group::Default(None),
            Evaluated::Text(name) => name,
            Evaluated::List(_) | Evaluated::Map(_) => return Group::Unclear(format!("`{PROPERTY}`, which is no text")),
        };
        let wanted = name.to_lowercase();
        if wanted.beginning().starts_with("default.") {
            return Group::Default(name.get().filter(|_| !name.sensitive).map(str::to_owned));
        }
        let (mut found, mut perhaps) = (Vec::new(), None);
        for group in self.of(&GROUPS) {
            let own = self.evaluator.name_of(group).to_lowercase();
            let same = own.same(&wanted);
            if same != Same::No && self.is_made(group) {
                match same {
                    Same::Yes => found.push(ParameterGroup { name: value(&name), ..self.parameter_group(group) }),
                    // A name that CloudFormation makes up is hardly one that somebody knows.
                    _ if own.tokens().all(|token| matches!(token, Token::Name(_))) => {}
                    _ => perhaps = Some(group),
                }
            }
        }
        match (found.is_empty(), perhaps, name.first_token()) {
            (false, ..) => one_of(found, Basis::Value, PROPERTY),
            (true, _, Some(token)) => Group::Unclear(shown(token)),
            (true, Some(group), None) => Group::Unclear(format!("the name of `{}`", group.logical_id)),
            (true, None, None) => Group::Outside(value(&name)),
        }
    }

    fn parameter_group(&self, group: &Resource) -> ParameterGroup {
        let (address, name) = (group.logical_id.clone(), value(&self.evaluator.name_of(group)));
        if let Some(function) = group.brought() {
            let unknown = || Value::Unknown(format!("{function} in `{}`", group.logical_id));
            return ParameterGroup { address, name, audit: unknown(), slow_query: unknown() };
        }
        let parameters = self.evaluator.property(group, "Parameters");
        let parameter = |wanted: &str| parameter(&parameters, wanted, &group.logical_id);
        ParameterGroup {
            address,
            name,
            audit: parameter("neptune_enable_audit_log"),
            slow_query: parameter("neptune_enable_slow_query_log"),
        }
    }

    fn exports(&self, cluster: &Resource) -> Value<Vec<Value<String>>> {
        const PROPERTY: &str = "EnableCloudwatchLogsExports";
        match self.evaluator.property(cluster, PROPERTY) {
            Evaluated::Absent => Value::Known(Vec::new()),
            Evaluated::List(elements) => {
                let element = |element: &Evaluated| text(element, PROPERTY).map(Option::unwrap_or_default);
                Value::Known(elements.iter().map(element).collect())
            }
            other => Value::Unknown(unknown(&other, PROPERTY)),
        }
    }

    fn tags(&self, cluster: &Resource) -> Tags {
        let tags = self.evaluator.property(cluster, "Tags");
        let Evaluated::List(elements) = &tags else {
            return if tags == Evaluated::Absent { Value::Known(Vec::new()) } else { Value::Unknown(unknown(&tags, "Tags")) };
        };
        let mut known = Vec::new();
        for element in elements {
            let Evaluated::Map(entries) = element else {
                return Value::Unknown(unknown(element, "Tags"));
            };
            let part = |name: &str| {
                let part = entries.iter().find(|(key, _)| key == name).map_or(Evaluated::Absent, |(_, value)| value.clone());
                text(&part, "Tags").map(Option::unwrap_or_default)
            };
            known.push((part("Key"), part("Value")));
        }
        Value::Known(known)
    }
}

fn one_of(of: Vec<ParameterGroup>, basis: Basis, property: &str) -> Group {
    Group::OneOf(OneOf { of, basis, through: format!("`{property}`") })
}
