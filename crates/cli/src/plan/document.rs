//! The JSON of `terraform show -json`, as far as it is read: most of it is skipped over without being built.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A plan. <https://developer.hashicorp.com/terraform/internals/json-format>
#[derive(Debug, Deserialize)]
pub struct Document<'a> {
    pub format_version: Option<String>,
    pub errored: Option<bool>,
    pub complete: Option<bool>,
    #[serde(borrow, default)]
    pub variables: BTreeMap<Cow<'a, str>, Variable>,
    #[serde(borrow)]
    pub planned_values: Option<&'a RawValue>,
    #[serde(borrow)]
    pub resource_changes: Option<Vec<ResourceChange<'a>>>,
    #[serde(borrow)]
    pub deferred_changes: Option<Vec<DeferredChange<'a>>>,
    #[serde(borrow)]
    pub prior_state: Option<State<'a>>,
    #[serde(borrow)]
    pub configuration: Option<Configuration<'a>>,
    /// What `terraform show -json` says of a state; a plan has no such field.
    #[serde(borrow)]
    pub values: Option<&'a RawValue>,
}

/// The value of a variable of the root module.
#[derive(Debug, Deserialize)]
pub struct Variable {
    #[serde(default)]
    pub value: Value,
}

/// What happens to one object.
#[derive(Debug, Deserialize)]
pub struct ResourceChange<'a> {
    #[serde(borrow)]
    pub address: Cow<'a, str>,
    #[serde(borrow)]
    pub mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub deposed: Option<Cow<'a, str>>,
    /// Read only for the few types that a trail is made of.
    #[serde(borrow)]
    pub change: &'a RawValue,
}

/// A change that this plan leaves to a later one.
#[derive(Debug, Deserialize)]
pub struct DeferredChange<'a> {
    #[serde(borrow)]
    pub reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub resource_change: ResourceChange<'a>,
}

/// The values of an object before and after.
#[derive(Debug, Deserialize)]
pub struct Change {
    #[serde(default)]
    pub actions: Vec<String>,
    #[serde(default)]
    pub before: Value,
    #[serde(default)]
    pub after: Value,
    #[serde(default)]
    pub after_unknown: Value,
    #[serde(default)]
    pub after_sensitive: Value,
}

/// What existed before the plan.
#[derive(Debug, Deserialize)]
pub struct State<'a> {
    #[serde(borrow)]
    pub values: Option<StateValues<'a>>,
}

/// The modules of a state.
#[derive(Debug, Deserialize)]
pub struct StateValues<'a> {
    #[serde(borrow)]
    pub root_module: Option<StateModule<'a>>,
}

/// The objects of one module instance.
#[derive(Debug, Deserialize)]
pub struct StateModule<'a> {
    #[serde(borrow, default)]
    pub resources: Vec<StateResource<'a>>,
    #[serde(borrow, default)]
    pub child_modules: Vec<StateModule<'a>>,
}

/// An object of a state.
#[derive(Debug, Deserialize)]
pub struct StateResource<'a> {
    #[serde(borrow)]
    pub address: Cow<'a, str>,
    #[serde(borrow)]
    pub mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub values: Option<&'a RawValue>,
    #[serde(borrow)]
    pub sensitive_values: Option<&'a RawValue>,
}

/// The configuration: expressions with the references in them, without the rest of their text.
#[derive(Debug, Default, Deserialize)]
pub struct Configuration<'a> {
    #[serde(borrow, default)]
    pub provider_config: BTreeMap<Cow<'a, str>, ProviderConfiguration>,
    #[serde(borrow, default)]
    pub root_module: Module<'a>,
}

/// A provider configuration.
#[derive(Debug, Default, Deserialize)]
pub struct ProviderConfiguration {
    #[serde(default)]
    pub expressions: BTreeMap<String, Value>,
}

/// A module, once for all of its instances.
#[derive(Debug, Default, Deserialize)]
pub struct Module<'a> {
    #[serde(borrow, default)]
    pub resources: Vec<Resource<'a>>,
    #[serde(borrow, default)]
    pub module_calls: BTreeMap<Cow<'a, str>, ModuleCall<'a>>,
    #[serde(borrow, default)]
    pub outputs: BTreeMap<Cow<'a, str>, Output>,
    #[serde(borrow, default)]
    pub variables: BTreeMap<Cow<'a, str>, Value>,
}

/// A resource, once for all of its instances.
#[derive(Debug, Deserialize)]
pub struct Resource<'a> {
    #[serde(borrow)]
    pub mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub provider_config_key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub expressions: Option<&'a RawValue>,
    pub for_each_expression: Option<Value>,
}

/// A call of a module.
#[derive(Debug, Deserialize)]
pub struct ModuleCall<'a> {
    #[serde(borrow, default)]
    pub expressions: BTreeMap<Cow<'a, str>, Value>,
    pub for_each_expression: Option<Value>,
    #[serde(borrow, default)]
    pub module: Module<'a>,
}

/// An output of a module.
#[derive(Debug, Deserialize)]
pub struct Output {
    #[serde(default)]
    pub expression: Value,
}
