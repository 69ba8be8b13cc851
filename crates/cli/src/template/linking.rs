//! Puts together a cluster of a template, in one world, with its parameter group, its log groups, and what belongs to those.

use neptune_audit_core::facts::{LOG_GROUP_PREFIX, LogType};

use super::declared::Resource;
use super::document::{Content, Node};
use super::evaluate::{Evaluated, Evaluator};
use super::text::{Same, Text, Token};
use crate::report::Basis;
use crate::resources::{AccountPolicy, Attached, Cluster, Group, Kept, LogGroup, OneOf, ParameterGroup, Subscription, Value};

const CLUSTERS: [&str; 2] = ["AWS::Neptune::DBCluster", "AWS::RDS::DBCluster"];
const GROUPS: [&str; 2] = ["AWS::Neptune::DBClusterParameterGroup", "AWS::RDS::DBClusterParameterGroup"];
/// The CDK makes a log group with a function of its own where only a retention is asked for.
const LOG_GROUPS: [&str; 2] = ["AWS::Logs::LogGroup", "Custom::LogRetention"];

/// Whether a resource may be a Neptune cluster: RDS's type is one engine name away.
pub(super) fn is_cluster(resource: &Resource) -> bool {
    CLUSTERS.contains(&resource.kind.as_str())
}

/// Whether a resource is of Neptune, Aurora or another engine; nothing where that is not known.
pub(super) fn engine(resource: &Resource, evaluator: &Evaluator<'_>) -> Value<String> {
    if resource.kind == "AWS::Neptune::DBCluster" {
        return Value::Known("neptune".to_owned());
    }
    text(&evaluator.property(resource, "Engine"), "Engine").map(Option::unwrap_or_default)
}

/// A cluster in one world; nothing where it is not made.
pub(super) fn cluster(resource: &Resource, evaluator: &Evaluator<'_>, asks_for_log_group: bool) -> Option<Cluster> {
    let world = World { evaluator };
    if !world.is_made(resource) {
        return None;
    }
    let identifier = evaluator.name_of(resource).to_lowercase();
    let kept = |log_type| {
        if asks_for_log_group { world.log_group_of(&identifier, log_type) } else { Kept::NotDeclared { perhaps: None } }
    };
    let iam = if resource.kind == "AWS::Neptune::DBCluster" { "IamAuthEnabled" } else { "EnableIAMDatabaseAuthentication" };
    let (account_policies, retention_policy) = if asks_for_log_group { world.account_policies() } else { (Vec::new(), None) };
    Some(Cluster {
        group: world.group(resource),
        exports: world.exports(resource),
        iam_authentication: switch(&evaluator.property(resource, iam), iam),
        tags: world.tags(resource),
        audit: kept(LogType::Audit),
        slow_query: kept(LogType::SlowQuery),
        account_policies,
        retention_policy,
        written: identifier.to_string(),
        identifier: value(&identifier),
    })
}

struct World<'a> {
    evaluator: &'a Evaluator<'a>,
}

impl<'a> World<'a> {
    fn is_made(&self, resource: &Resource) -> bool {
        resource.condition.as_deref().is_none_or(|condition| self.evaluator.condition(condition))
    }

    /// Resources of these types; conditions are asked only of those that matter.
    fn of(&self, kinds: &'static [&'static str]) -> impl Iterator<Item = &'a Resource> {
        self.evaluator.template.resources.iter().filter(move |resource| kinds.contains(&resource.kind.as_str()))
    }

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
            let unknown = || Value::Unknown(format!("`{function}` in `{}`", group.logical_id));
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

    fn tags(&self, cluster: &Resource) -> Value<Vec<(Value<String>, Value<String>)>> {
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

    fn log_group_of(&self, identifier: &Text, log_type: LogType) -> Kept {
        let mut wanted = Text::known(LOG_GROUP_PREFIX);
        wanted.push(identifier);
        wanted.push_str(&format!("/{log_type}"));
        let (mut found, mut perhaps) = (Vec::new(), self.brought_perhaps());
        for group in self.of(&LOG_GROUPS) {
            let own = self.evaluator.name_of(group);
            let same = own.same(&wanted);
            if same != Same::No && self.is_made(group) {
                match same {
                    Same::Yes if self.is_elsewhere(group) == Some(false) => found.push(self.log_group(group, &own)),
                    Same::Yes if self.is_elsewhere(group) == Some(true) => {}
                    _ => perhaps = Some(format!("`{}`", group.logical_id)),
                }
            }
        }
        // Neptune keeps names in lower case, and the log group is not called so if the parameter is not.
        let has_parameter = identifier.tokens().any(|token| matches!(token, Token::Parameter(_) | Token::Other(_)));
        let basis = if has_parameter { Basis::Reference } else { Basis::Value };
        if found.is_empty() {
            return Kept::NotDeclared { perhaps };
        }
        Kept::OneOf(OneOf { of: found, basis, through: format!("which log group is `{wanted}`") })
    }

    /// A log group of the CDK's function may be in another Region.
    fn is_elsewhere(&self, group: &Resource) -> Option<bool> {
        if group.kind != "Custom::LogRetention" {
            return Some(false);
        }
        match self.evaluator.property(group, "LogGroupRegion") {
            Evaluated::Absent => Some(false),
            Evaluated::Text(region) if region == Text::token(Token::Parameter("AWS::Region".into())) => Some(false),
            Evaluated::Text(region) => match (region.get(), self.evaluator.given.region.as_deref()) {
                (Some(one), Some(two)) => Some(one != two),
                _ => None,
            },
            Evaluated::List(_) | Evaluated::Map(_) => None,
        }
    }

    /// Resources that a function brings, of which nothing is known here.
    fn brought_perhaps(&self) -> Option<String> {
        self.evaluator.template.brought.first().map(|(function, ..)| format!("`{function}`"))
    }

    fn log_group(&self, group: &Resource, name: &Text) -> LogGroup {
        let property = |name: &str| self.evaluator.property(group, name);
        let unknown = |name: &str| format!("`{name}` of `{}`", group.logical_id);
        let retention_days = text(&property("RetentionInDays"), "RetentionInDays").try_map(
            || unknown("RetentionInDays"),
            |days| match days.as_deref() {
                None | Some("" | "0") => Some(None),
                Some(days) => days.parse().ok().map(Some),
            },
        );
        let key = property("KmsKeyId");
        let (encrypted, basis) = match &key {
            Evaluated::Absent => (Value::Known(false), Basis::Value),
            Evaluated::Text(key) => match key.first_token() {
                // The key of a resource is a key. What somebody hands in for a parameter may be blank.
                Some(Token::Name(_) | Token::Attribute(..)) => (Value::Known(true), Basis::Value),
                Some(Token::Parameter(_) | Token::Other(_)) => (Value::Known(true), Basis::Reference),
                None => (Value::Known(key.get() != Some("")), Basis::Value),
            },
            Evaluated::List(_) | Evaluated::Map(_) => (Value::Unknown(unknown("KmsKeyId")), Basis::Value),
        };
        let class = text(&property("LogGroupClass"), "LogGroupClass");
        let brought = group.brought().map(|function| format!("`{function}` in `{}`", group.logical_id));
        let or = |value: Value<Option<u32>>| brought.clone().map_or(value, Value::Unknown);
        LogGroup {
            address: format!("`{}`", group.logical_id),
            retention_days: or(retention_days),
            encrypted: brought.clone().map_or(encrypted, Value::Unknown),
            class: brought.clone().map_or(class.map(|class| class.unwrap_or_else(|| "STANDARD".to_owned())), Value::Unknown),
            deletion_protected: brought
                .clone()
                .map_or_else(|| switch(&property("DeletionProtectionEnabled"), "DeletionProtectionEnabled"), Value::Unknown),
            metric_filters: self.attached(&["AWS::Logs::MetricFilter"], name, |_| (), |_| ()),
            subscriptions: self.attached(
                &["AWS::Logs::SubscriptionFilter"],
                name,
                |filter| self.subscription(filter),
                |function| {
                    let unknown = Value::Unknown(function.to_owned());
                    Subscription { destination: unknown.clone(), pattern: unknown, selection: Value::Unknown(function.to_owned()) }
                },
            ),
            basis,
        }
    }

    fn subscription(&self, filter: &Resource) -> Subscription {
        let property = |name: &str| text(&self.evaluator.property(filter, name), name);
        Subscription {
            destination: property("DestinationArn").map(Option::unwrap_or_default),
            pattern: property("FilterPattern").map(Option::unwrap_or_default),
            selection: property("FieldSelectionCriteria"),
        }
    }

    /// What belongs to the log group of a name, for certain or perhaps.
    fn attached<T>(
        &self,
        kinds: &'static [&'static str],
        name: &Text,
        make: impl Fn(&Resource) -> T,
        unknown: impl Fn(&str) -> T,
    ) -> Vec<Attached<T>> {
        // A function that brings resources may bring one that belongs here.
        let brought = self.evaluator.template.brought.iter();
        let brought = brought.filter(|(_, _, node)| kinds.iter().any(|kind| mentions(node, kind)) || mentions_macro(node));
        let perhaps = brought.map(|(function, ..)| {
            let address = format!("`{function}`");
            Attached { perhaps: true, basis: Basis::Value, thing: unknown(&address), address }
        });
        let mut attached: Vec<_> = perhaps.collect();
        for filter in self.of(kinds) {
            let Evaluated::Text(own) = self.evaluator.property(filter, "LogGroupName") else {
                continue;
            };
            let same = match own.same(name) {
                // It is that of another log group of the template, whose name is another.
                Same::Perhaps if self.of(&LOG_GROUPS).any(|group| self.evaluator.name_of(group).same(&own) == Same::Yes) => Same::No,
                same => same,
            };
            if same != Same::No && self.is_made(filter) {
                let perhaps = same == Same::Perhaps || filter.brought().is_some();
                attached.push(Attached { address: format!("`{}`", filter.logical_id), perhaps, basis: Basis::Value, thing: make(filter) });
            }
        }
        attached
    }

    /// The account's subscription filter policies, and one that decides on the retention.
    fn account_policies(&self) -> (Vec<Attached<AccountPolicy>>, Option<String>) {
        let (mut subscriptions, mut retention) = (Vec::new(), None);
        for policy in self.of(&["AWS::Logs::AccountPolicy"]) {
            let property = |name: &str| text(&self.evaluator.property(policy, name), name);
            let kind = property("PolicyType");
            let kind = kind.get().map(|kind| kind.clone().unwrap_or_default());
            let is = |wanted: &str| kind.as_deref().is_none_or(|kind| kind == wanted);
            if !(is("RETENTION_POLICY") || is("SUBSCRIPTION_FILTER_POLICY")) || !self.is_made(policy) {
                continue;
            }
            if is("RETENTION_POLICY") {
                retention.get_or_insert_with(|| format!("`{}`", policy.logical_id));
            }
            if is("SUBSCRIPTION_FILTER_POLICY") {
                subscriptions.push(Attached {
                    address: format!("`{}`", policy.logical_id),
                    perhaps: kind.is_none() || policy.brought().is_some(),
                    basis: Basis::Value,
                    thing: AccountPolicy {
                        name: property("PolicyName").map(Option::unwrap_or_default),
                        document: property("PolicyDocument").map(Option::unwrap_or_default),
                        selection: property("SelectionCriteria"),
                    },
                });
            }
        }
        (subscriptions, retention)
    }
}

/// Whether a text stands anywhere in a part of a template.
pub(super) fn mentions(node: &Node, wanted: &str) -> bool {
    match &node.content {
        Content::Null => false,
        Content::Scalar(text) => text == wanted,
        Content::List(elements) => elements.iter().any(|element| mentions(element, wanted)),
        Content::Map(entries) => entries.iter().any(|entry| mentions(&entry.value, wanted)),
    }
}

/// Whether a part of a template is the call of a macro: the name of one and what it is given.
fn mentions_macro(node: &Node) -> bool {
    node.get("Name").is_some() && node.list().is_none()
}

fn one_of(of: Vec<ParameterGroup>, basis: Basis, property: &str) -> Group {
    Group::OneOf(OneOf { of, basis, through: format!("`{property}`") })
}

/// One parameter of a group. `Parameters` is a map, or a text with a map in JSON; a value is a text or a number.
fn parameter(parameters: &Evaluated, wanted: &str, group: &str) -> Value<Option<String>> {
    const PROPERTY: &str = "Parameters";
    let unclear = || Value::Unknown(format!("`{PROPERTY}` of `{group}`"));
    match parameters {
        Evaluated::Absent => Value::Known(None),
        Evaluated::Map(entries) => {
            if let Some((_, value)) = entries.iter().find(|(name, _)| name == wanted) {
                return text(value, wanted);
            }
            // AWS may take another spelling for the same, and may not.
            if entries.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted)) { unclear() } else { Value::Known(None) }
        }
        Evaluated::Text(json) => {
            let Some(known) = json.get() else {
                return Value::Unknown(unknown(parameters, PROPERTY));
            };
            let Ok(serde_json::Value::Object(entries)) = serde_json::from_str(known) else {
                return unclear();
            };
            let parameter = match entries.get(wanted) {
                Some(serde_json::Value::String(text)) => Some(text.clone()),
                Some(serde_json::Value::Number(number)) => Some(number.to_string()),
                Some(serde_json::Value::Bool(truth)) => Some(truth.to_string()),
                Some(_) => return unclear(),
                None if entries.keys().any(|name| name.eq_ignore_ascii_case(wanted)) => return unclear(),
                None => None,
            };
            if json.sensitive { Value::Sensitive(parameter) } else { Value::Known(parameter) }
        }
        Evaluated::List(_) => unclear(),
    }
}

/// A text that a property may hold.
fn text(evaluated: &Evaluated, name: &str) -> Value<Option<String>> {
    match evaluated {
        Evaluated::Absent => Value::Known(None),
        Evaluated::Text(text) => value(text).map(Some),
        Evaluated::List(_) | Evaluated::Map(_) => Value::Unknown(format!("`{name}`, which is no text")),
    }
}

/// A switch that is off where it is not set. CloudFormation takes YAML's words for true and false.
fn switch(evaluated: &Evaluated, name: &str) -> Value<bool> {
    text(evaluated, name).try_map(
        || format!("`{name}`, which is neither true nor false"),
        |text| match text.as_deref() {
            Some("true" | "True" | "TRUE") => Some(true),
            Some("false" | "False" | "FALSE") | None => Some(false),
            Some(_) => None,
        },
    )
}

fn value(text: &Text) -> Value<String> {
    match (text.get(), text.first_token()) {
        (Some(known), _) if text.sensitive => Value::Sensitive(known.to_owned()),
        (Some(known), _) => Value::Known(known.to_owned()),
        (None, Some(token)) => Value::Unknown(shown(token)),
        (None, None) => Value::Unknown("a text".to_owned()),
    }
}

/// What is not known about something.
fn unknown(evaluated: &Evaluated, name: &str) -> String {
    match evaluated {
        Evaluated::Text(text) => text.first_token().map_or_else(|| format!("`{name}`, which is no list or map"), shown),
        _ => format!("`{name}`"),
    }
}

/// How to speak of a token; long ones are cut.
fn shown(token: &Token) -> String {
    const LONGEST: usize = 120;
    match token {
        Token::Other(written) if written.chars().count() > LONGEST => {
            let start: String = written.chars().take(LONGEST).collect();
            format!("`{start}…`")
        }
        token => token.to_string(),
    }
}
