//! Puts together each cluster of a plan with its parameter group, its log groups, and what belongs to those.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::configuration::Configuration;
use super::groups::{Groups, has_changed};
use super::index::perhaps;
use super::log_groups::LogGroups;
use super::objects::{Fate, Kind, Object};
use super::references::References;
use crate::report::Basis;
use crate::resources::{AccountPolicy, Attached, Cluster, Subject, Value};

/// Whether there is something to judge.
pub(super) enum Case {
    /// There is.
    Judge(Box<Cluster>),
    /// It will not be there; why.
    NotApplicable(String),
    /// Nothing can be said of it; why.
    Undecided(String),
}

/// All that is needed to put a cluster together.
pub(super) struct Linker<'a> {
    objects: &'a [Object],
    configuration: &'a Configuration<'a>,
    groups: Groups<'a>,
    log_groups: LogGroups<'a>,
    /// The account's policies, by where they are: provider configuration, and Region.
    policies: RefCell<HashMap<String, Rc<Policies>>>,
    declared_policies: Vec<&'a Object>,
}

impl<'a> Linker<'a> {
    /// Reads every object once.
    pub(super) fn new(
        objects: &'a [Object],
        configuration: &'a Configuration<'a>,
        references: &'a References<'a>,
        log_types: usize,
    ) -> Self {
        Self {
            objects,
            configuration,
            groups: Groups::new(objects, configuration, references),
            log_groups: LogGroups::new(objects, configuration, references, log_types),
            policies: RefCell::default(),
            declared_policies: objects
                .iter()
                .filter(|object| object.kind == Kind::AccountPolicy && !matches!(object.fate, Fate::Goes(_)))
                .collect(),
        }
    }

    /// Every cluster of the plan, in its order.
    pub(super) fn subjects(&self) -> Vec<(Subject, Case)> {
        self.objects.iter().filter_map(|object| self.subject(object)).collect()
    }

    fn subject(&self, object: &Object) -> Option<(Subject, Case)> {
        let mut notes = Vec::new();
        let case = match (object.kind, &object.fate) {
            (Kind::ForeignCluster, _) if !is_neptune(object) => return None,
            (Kind::Cluster | Kind::ForeignCluster, Fate::Goes(why)) => Case::NotApplicable((*why).to_owned()),
            (Kind::Cluster | Kind::ForeignCluster, Fate::Deferred(why)) => {
                Case::Undecided(format!("the plan leaves it to a later one, since its reason is `{why}`"))
            }
            (Kind::ForeignCluster, Fate::Stays) => {
                Case::Undecided(format!("resources of the type `{}` are not understood; `scan` can tell afterwards", object.address.kind))
            }
            (Kind::Cluster, Fate::Stays) => Case::Judge(Box::new(self.cluster(object, &mut notes))),
            _ => return None,
        };
        Some((Subject { address: object.attributes.address.clone(), line: None, column: None, notes }, case))
    }

    fn cluster(&self, object: &Object, notes: &mut Vec<String>) -> Cluster {
        let attributes = &object.attributes;
        let identifier = attributes.text("cluster_identifier");
        let identifier = identifier.try_map(|| attributes.name("cluster_identifier"), |identifier| identifier);
        let (group, declared) = self.groups.of(object);
        let moves = has_changed(object, "neptune_cluster_parameter_group_name");
        let changes =
            declared.and_then(|position| self.objects.get(position)).is_some_and(|group| group.exists() && has_changed(group, "parameter"));
        if object.exists() && (moves || changes) {
            let what = if moves { "its parameter group changes" } else { "a parameter in its parameter group changes" };
            notes.push(format!("{what}: reboot each instance afterwards; until then the rule says NOT_IN_EFFECT"));
        }
        let policies = self.account_policies(object);
        let (audit, slow_query) = self.log_groups.of(object, &identifier);
        Cluster {
            written: format!("${{{}.cluster_identifier}}", attributes.address),
            group,
            exports: attributes.elements("enable_cloudwatch_logs_exports").map(|elements| {
                let text = |element: Value<&Json>| {
                    element.try_map(|| attributes.name("enable_cloudwatch_logs_exports"), |element| element.as_str().map(str::to_owned))
                };
                elements.into_iter().map(text).collect()
            }),
            iam_authentication: self.switch(object, "iam_database_authentication_enabled"),
            tags: self.tags(object),
            audit,
            slow_query,
            account_policies: policies.subscriptions.clone(),
            retention_policy: policies.retention.clone(),
            identifier,
        }
    }

    /// A switch; one that nobody sets on something new is off.
    fn switch(&self, object: &Object, attribute: &str) -> Value<bool> {
        match object.attributes.switch(attribute) {
            Value::Unknown(_) if object.has_default(self.configuration, attribute) => Value::Known(false),
            value => value,
        }
    }

    /// All tags with those of the provider where the plan has them.
    fn tags(&self, object: &Object) -> Value<Vec<(Value<String>, Value<String>)>> {
        let attributes = &object.attributes;
        let has_all = attributes.after.get("tags_all").is_some_and(|all| !all.is_null())
            || attributes.unknown.get("tags_all").is_some_and(super::attributes::holds_true);
        let tags = attributes.map(if has_all { "tags_all" } else { "tags" });
        let tags = tags.map(|tags| tags.into_iter().map(|(key, value)| (Value::Known(key), value)).collect());
        match tags {
            // What the provider computes from a secret is not marked as one.
            Value::Known(tags) if attributes.get("tags").is_sensitive() => Value::Sensitive(tags),
            tags => tags,
        }
    }

    fn account_policies(&self, cluster: &Object) -> Rc<Policies> {
        let place = cluster.scope.key();
        if let Some(policies) = self.policies.borrow().get(&place) {
            return Rc::clone(policies);
        }
        let mut policies = Policies::default();
        for object in &self.declared_policies {
            let attributes = &object.attributes;
            let Some(perhaps) = perhaps(cluster, object) else { continue };
            let kind = attributes.text("policy_type");
            let kind = kind.get().map(|kind| kind.clone().unwrap_or_default());
            // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
            if kind.as_deref().is_none_or(|kind| kind == "RETENTION_POLICY") {
                policies.retention.get_or_insert_with(|| format!("`{}`", attributes.address));
            }
            if kind.as_deref().is_some_and(|kind| kind != "SUBSCRIPTION_FILTER_POLICY") {
                continue;
            }
            let text = |attribute: &str| attributes.text(attribute).map(Option::unwrap_or_default);
            policies.subscriptions.push(Attached {
                address: format!("`{}`", attributes.address),
                perhaps: perhaps || object.fate != Fate::Stays || kind.is_none(),
                basis: Basis::Value,
                thing: AccountPolicy {
                    name: text("policy_name"),
                    document: text("policy_document"),
                    selection: attributes.text("selection_criteria"),
                },
            });
        }
        let policies = Rc::new(policies);
        self.policies.borrow_mut().insert(place, Rc::clone(&policies));
        policies
    }
}

/// The account's policies in one place.
#[derive(Default)]
struct Policies {
    subscriptions: Vec<Attached<AccountPolicy>>,
    /// One that decides on the retention, for certain or perhaps.
    retention: Option<String>,
}

/// A cluster of a type that Neptune shares with others.
fn is_neptune(object: &Object) -> bool {
    object.address.kind.starts_with("awscc_") || object.attributes.text("engine").get().and_then(Option::as_deref) == Some("neptune")
}
