//! The JSON of `terraform show -json`, as far as it is read: most of it is skipped over without being built.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A plan. <https://developer.hashicorp.com/terraform/internals/json-format>
#[derive(Debug, Deserialize)]
pub(super) struct Document<'a> {
    pub(super) format_version: Option<String>,
    pub(super) errored: Option<bool>,
    pub(super) complete: Option<bool>,
    #[serde(borrow, default)]
    pub(super) variables: BTreeMap<Cow<'a, str>, Variable>,
    #[serde(borrow)]
    pub(super) planned_values: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) resource_changes: Option<Vec<ResourceChange<'a>>>,
    #[serde(borrow)]
    pub(super) deferred_changes: Option<Vec<DeferredChange<'a>>>,
    #[serde(borrow)]
    pub(super) prior_state: Option<State<'a>>,
    #[serde(borrow)]
    pub(super) configuration: Option<Configuration<'a>>,
    /// What `terraform show -json` says of a state; a plan has no such field.
    #[serde(borrow)]
    pub(super) values: Option<&'a RawValue>,
}

/// The value of a variable of the root module.
#[derive(Debug, Deserialize)]
pub(super) struct Variable {
    #[serde(default)]
    pub(super) value: Value,
}

/// What happens to one object.
#[derive(Debug, Deserialize)]
pub(super) struct ResourceChange<'a> {
    #[serde(borrow)]
    pub(super) address: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) deposed: Option<Cow<'a, str>>,
    /// Read only for the few types that a trail is made of.
    #[serde(borrow)]
    pub(super) change: &'a RawValue,
}

/// A change that this plan leaves to a later one.
#[derive(Debug, Deserialize)]
pub(super) struct DeferredChange<'a> {
    #[serde(borrow)]
    pub(super) reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) resource_change: ResourceChange<'a>,
}

/// The values of an object before and after.
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    pub(super) actions: Vec<String>,
    #[serde(default)]
    pub(super) before: Value,
    #[serde(default)]
    pub(super) after: Value,
    #[serde(default)]
    pub(super) after_unknown: Value,
    #[serde(default)]
    pub(super) after_sensitive: Value,
}

/// What existed before the plan.
#[derive(Debug, Deserialize)]
pub(super) struct State<'a> {
    #[serde(borrow)]
    pub(super) values: Option<StateValues<'a>>,
}

/// The modules of a state.
#[derive(Debug, Deserialize)]
pub(super) struct StateValues<'a> {
    #[serde(borrow)]
    pub(super) root_module: Option<StateModule<'a>>,
}

/// The objects of one module instance.
#[derive(Debug, Deserialize)]
pub(super) struct StateModule<'a> {
    #[serde(borrow, default)]
    pub(super) resources: Vec<StateResource<'a>>,
    #[serde(borrow, default)]
    pub(super) child_modules: Vec<StateModule<'a>>,
}

/// An object of a state.
#[derive(Debug, Deserialize)]
pub(super) struct StateResource<'a> {
    #[serde(borrow)]
    pub(super) address: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) values: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) sensitive_values: Option<&'a RawValue>,
}

/// The configuration: expressions with the references in them, without the rest of their text.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Configuration<'a> {
    #[serde(borrow, default)]
    pub(super) provider_config: BTreeMap<Cow<'a, str>, ProviderConfiguration>,
    #[serde(borrow, default)]
    pub(super) root_module: Module<'a>,
}

/// A provider configuration.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ProviderConfiguration {
    #[serde(default)]
    pub(super) expressions: BTreeMap<String, Value>,
}

/// A module, once for all of its instances.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Module<'a> {
    #[serde(borrow, default)]
    pub(super) resources: Vec<Resource<'a>>,
    #[serde(borrow, default)]
    pub(super) module_calls: BTreeMap<Cow<'a, str>, ModuleCall<'a>>,
    #[serde(borrow, default)]
    pub(super) outputs: BTreeMap<Cow<'a, str>, Output>,
    #[serde(borrow, default)]
    pub(super) variables: BTreeMap<Cow<'a, str>, DeclaredVariable>,
}

/// A variable of a module.
#[derive(Debug, Deserialize)]
pub(super) struct DeclaredVariable {
    pub(super) default: Option<Value>,
}

/// A resource, once for all of its instances.
#[derive(Debug, Deserialize)]
pub(super) struct Resource<'a> {
    #[serde(borrow)]
    pub(super) mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) provider_config_key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) expressions: Option<&'a RawValue>,
    pub(super) for_each_expression: Option<Value>,
}

/// A call of a module.
#[derive(Debug, Deserialize)]
pub(super) struct ModuleCall<'a> {
    #[serde(borrow, default)]
    pub(super) expressions: BTreeMap<Cow<'a, str>, Value>,
    pub(super) for_each_expression: Option<Value>,
    #[serde(borrow, default)]
    pub(super) module: Module<'a>,
}

/// An output of a module.
#[derive(Debug, Deserialize)]
pub(super) struct Output {
    #[serde(default)]
    pub(super) expression: Value,
}
