//! The objects of a plan that a trail is made of, as they will be after the apply.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::address::Address;
use super::attributes::Attributes;
use super::configuration::{Configuration, Expression};
use super::document::{Change, Document, ResourceChange, StateModule, StateResource, StateValues};
use super::work;

/// The types of resource that a trail is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A Neptune cluster.
    Cluster,
    /// Its DB cluster parameter group.
    ParameterGroup,
    /// A log group.
    LogGroup,
    /// A subscription filter of a log group.
    SubscriptionFilter,
    /// A metric filter of a log group.
    MetricFilter,
    /// A policy of the account's for its log groups.
    AccountPolicy,
    /// A Neptune cluster of a type that is not understood.
    ForeignCluster,
}

impl Kind {
    /// By Terraform's type.
    pub(super) fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "aws_neptune_cluster" => Self::Cluster,
            "aws_neptune_cluster_parameter_group" => Self::ParameterGroup,
            "aws_cloudwatch_log_group" => Self::LogGroup,
            "aws_cloudwatch_log_subscription_filter" => Self::SubscriptionFilter,
            "aws_cloudwatch_log_metric_filter" => Self::MetricFilter,
            "aws_cloudwatch_log_account_policy" => Self::AccountPolicy,
            // The provider `awscc`, and a type for Aurora that is one engine name away from Neptune.
            "awscc_neptune_db_cluster" | "aws_rds_cluster" => Self::ForeignCluster,
            _ => return None,
        })
    }
}

/// What becomes of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is there after the apply.
    Stays,
    /// It is deleted, or Terraform forgets it; in words.
    Goes(&'static str),
    /// A later plan decides; the reason that this one gives.
    Deferred(String),
}

/// An object of the plan.
#[derive(Debug)]
pub(super) struct Object {
    /// Taken apart.
    pub(super) address: Address,
    /// Its type.
    pub(super) kind: Kind,
    /// What will be.
    pub(super) attributes: Attributes,
    /// What was, `null` for what did not exist.
    pub(super) before: Json,
    /// What becomes of it.
    pub(super) fate: Fate,
    /// Whether it is made by this plan, anew or for the first time: then AWS's defaults are known.
    pub(super) is_created: bool,
    /// Where it lives.
    pub(super) scope: Scope,
}

impl Object {
    /// Whether it exists already and goes on to exist.
    pub(super) fn exists(&self) -> bool {
        self.before.is_object() && !self.is_created
    }

    /// Whether its name is known, and its `id`.
    pub(super) fn has_names(&self) -> [bool; 2] {
        let name = if self.kind == Kind::Cluster { "cluster_identifier" } else { "name" };
        [name, "id"].map(|attribute| self.attributes.text(attribute).get().is_some_and(Option::is_some))
    }

    /// Whether AWS decides an attribute, because nothing is configured, and the object is new.
    pub(super) fn has_default(&self, configuration: &Configuration<'_>, attribute: &str) -> bool {
        self.is_created && is_unset(configuration, &self.address, attribute)
    }
}

/// Where an object lives: names mean something only within one provider configuration and Region.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// The provider configuration; blank where the plan does not say.
    pub(super) provider: String,
    /// Whether the resource has a Region of its own.
    has_region: bool,
    /// The Region, where known.
    region: Option<String>,
}

/// Whether two objects live in the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Together {
    /// For certain.
    Yes,
    /// Who knows.
    Perhaps,
    /// Certainly not, as far as names go.
    No,
}

impl Scope {
    /// The same text for the same place.
    pub(super) fn key(&self) -> String {
        format!("{}\n{}\n{}", self.provider, self.has_region, self.region.as_deref().unwrap_or_default())
    }

    /// Whether another object lives in the same place.
    pub(super) fn with(&self, other: &Self) -> Together {
        work::step();
        if self.provider != other.provider {
            return Together::No;
        }
        match (&self.region, &other.region) {
            _ if self.provider.is_empty() => Together::Perhaps,
            _ if !self.has_region && !other.has_region => Together::Yes,
            (Some(one), Some(two)) if one == two => Together::Yes,
            (Some(_), Some(_)) => Together::No,
            _ => Together::Perhaps,
        }
    }
}

fn is_unset(configuration: &Configuration<'_>, address: &Address, attribute: &str) -> bool {
    let resource = configuration.resource(&address.module, &address.kind, &address.name);
    resource.is_some_and(|resource| matches!(resource.expression(attribute), Expression::Unset))
}

fn scope(configuration: &Configuration<'_>, address: &Address, attributes: &Attributes) -> Scope {
    let resource = configuration.resource(&address.module, &address.kind, &address.name);
    let provider = resource.map(|resource| resource.provider()).unwrap_or_default();
    let has_region = !is_unset(configuration, address, "region");
    let own = attributes.text("region").get().cloned().flatten();
    let region = own.or_else(|| configuration.region(provider).filter(|_| !has_region).map(str::to_owned));
    Scope { provider: provider.to_owned(), has_region, region }
}

/// Every object of the plan that a trail is made of, and the addresses of all managed objects.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// Those that a trail is made of.
    pub(super) known: Vec<Object>,
    /// All, with the position of those.
    pub(super) addresses: Vec<(Address, Option<usize>)>,
}

impl Objects {
    /// Reads them from a plan.
    ///
    /// # Errors
    /// The address of a change that cannot be understood.
    pub(super) fn read(document: &Document<'_>, configuration: &Configuration<'_>) -> Result<Self, String> {
        let mut objects = Self::default();
        let mut mentioned = HashSet::new();
        for change in document.resource_changes.iter().flatten() {
            mentioned.insert(change.address.as_ref());
            objects.add(change, None, configuration)?;
        }
        for deferred in document.deferred_changes.iter().flatten() {
            mentioned.insert(deferred.resource_change.address.as_ref());
            let reason = deferred.reason.as_deref().unwrap_or("for no reason that the plan gives");
            objects.add(&deferred.resource_change, Some(reason), configuration)?;
        }
        // A plan that only refreshes, or is limited to some targets, leaves out what it does not change.
        let state = document.prior_state.as_ref().and_then(|state| state.values.as_ref());
        let mut modules: Vec<&StateModule<'_>> = state.and_then(|values| values.root_module.as_ref()).into_iter().collect();
        while let Some(module) = modules.pop() {
            modules.extend(&module.child_modules);
            for resource in &module.resources {
                if !mentioned.contains(resource.address.as_ref()) {
                    objects.add_unchanged(resource, configuration)?;
                }
            }
        }
        Ok(objects)
    }

    /// The address of an object that is planned, of a type that a trail is made of, and that is not among these.
    pub(super) fn unmentioned(&self, document: &Document<'_>) -> Option<String> {
        let planned: StateValues<'_> = serde_json::from_str(document.planned_values?.get()).ok()?;
        let known: HashSet<&str> = self.known.iter().map(|object| object.attributes.address.as_str()).collect();
        let mut modules: Vec<&StateModule<'_>> = planned.root_module.iter().collect();
        while let Some(module) = modules.pop() {
            modules.extend(&module.child_modules);
            let managed = module.resources.iter().filter(|resource| resource.mode.as_deref() != Some("data"));
            let mut missed = managed.filter(|resource| Kind::of(&resource.kind).is_some() && !known.contains(resource.address.as_ref()));
            if let Some(resource) = missed.next() {
                return Some(resource.address.to_string());
            }
        }
        None
    }

    fn add(&mut self, change: &ResourceChange<'_>, deferred: Option<&str>, configuration: &Configuration<'_>) -> Result<(), String> {
        if change.mode.as_deref() == Some("data") {
            return Ok(());
        }
        let kind = Kind::of(&change.kind);
        let Some(address) = Address::parse(&change.address) else {
            // `aws_x.y[*]` of a deferred change stands for a number of objects that is not known.
            return match (kind, deferred) {
                (None, _) => Ok(()),
                (Some(kind), Some(reason)) => {
                    self.add_deferred(kind, change, reason);
                    Ok(())
                }
                (Some(_), None) => Err(format!("`{}` is no address of a resource", change.address)),
            };
        };
        let Some(kind) = kind else {
            self.addresses.push((address, None));
            return Ok(());
        };
        let text = change.address.to_string();
        let change_of = |error: serde_json::Error| format!("the change of `{text}` cannot be read: {}", position_free(&error));
        let written: Change = serde_json::from_str(change.change.get()).map_err(change_of)?;
        let has = |action: &str| written.actions.iter().any(|written| written == action);
        let fate = match deferred {
            Some(reason) => Fate::Deferred(reason.to_owned()),
            None if change.deposed.is_some() => Fate::Goes("an earlier object of it that a replacement left behind is deleted"),
            None if !written.after.is_object() && has("forget") => Fate::Goes("Terraform forgets it, and no longer manages it"),
            None if !written.after.is_object() => Fate::Goes("it is deleted"),
            None => Fate::Stays,
        };
        let is_created = has("create");
        self.push(address, text, kind, written, fate, is_created, configuration);
        Ok(())
    }

    fn add_deferred(&mut self, kind: Kind, change: &ResourceChange<'_>, reason: &str) {
        let address = Address { module: Default::default(), kind: change.kind.to_string(), name: change.address.to_string(), key: None };
        let attributes =
            Attributes { address: change.address.to_string(), after: Json::Null, unknown: Json::Bool(true), sensitive: Json::Null };
        let fate = Fate::Deferred(reason.to_owned());
        self.known.push(Object { address, kind, attributes, before: Json::Null, fate, is_created: false, scope: Scope::default() });
    }

    fn add_unchanged(&mut self, resource: &StateResource<'_>, configuration: &Configuration<'_>) -> Result<(), String> {
        if resource.mode.as_deref() == Some("data") {
            return Ok(());
        }
        let Some(address) = Address::parse(&resource.address) else {
            return Ok(());
        };
        let (Some(kind), Some(values)) = (Kind::of(&resource.kind), resource.values) else {
            self.addresses.push((address, None));
            return Ok(());
        };
        let text = resource.address.to_string();
        let read = |raw: &str| serde_json::from_str::<Json>(raw);
        let wrong = |error: serde_json::Error| format!("the state of `{text}` cannot be read: {}", position_free(&error));
        let after = read(values.get()).map_err(wrong)?;
        let sensitive = resource.sensitive_values.map_or(Ok(Json::Null), |raw| read(raw.get())).map_err(wrong)?;
        let before = after.clone();
        let written = Change { actions: Vec::new(), before, after, after_unknown: Json::Null, after_sensitive: sensitive };
        self.push(address, text.clone(), kind, written, Fate::Stays, false, configuration);
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one object, put together in one place")]
    fn push(
        &mut self,
        address: Address,
        text: String,
        kind: Kind,
        written: Change,
        fate: Fate,
        is_created: bool,
        configuration: &Configuration<'_>,
    ) {
        let Change { before, after, after_unknown, after_sensitive, .. } = written;
        let attributes = Attributes { address: text, after, unknown: after_unknown, sensitive: after_sensitive };
        let scope = scope(configuration, &address, &attributes);
        // What goes is no longer there for a reference to mean.
        let position = (!matches!(fate, Fate::Goes(_))).then_some(self.known.len());
        self.addresses.push((address.clone(), position));
        self.known.push(Object { address, kind, attributes, before, fate, is_created, scope });
    }
}

/// What is wrong with a part of the document, without the place within that part and without a value.
fn position_free(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        _ if super::is_too_deep(error) => super::TOO_DEEP,
        serde_json::error::Category::Syntax => "it is no JSON",
        serde_json::error::Category::Data => "a field is of another type than Terraform writes",
        serde_json::error::Category::Io | serde_json::error::Category::Eof => "it ends too soon",
    }
}
