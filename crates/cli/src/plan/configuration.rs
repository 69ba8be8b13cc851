//! Finds the expression behind an attribute, a variable or an output: a plan keeps which references it holds, and no more of its text.

use std::cell::OnceCell;
use std::collections::HashMap;

use serde_json::Value as Json;

use super::address::ModuleInstance;
use super::document;

/// What the configuration says in one place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expression<'a> {
    /// Nothing.
    Unset,
    /// A constant.
    Constant(&'a Json),
    /// Something that refers to other things.
    Refers(&'a [Json]),
    /// Something else: functions of constants, mostly. `uuid()` and `timestamp()` are among them, which are not known before the apply.
    Opaque,
}

impl<'a> Expression<'a> {
    /// As a plan writes it. Values in blocks are lists of such objects, and nobody asks for those.
    pub(super) fn of(written: Option<&'a Json>) -> Self {
        let Some(written) = written else {
            return Self::Unset;
        };
        match (written.get("references"), written.get("constant_value")) {
            (Some(Json::Array(references)), _) if !references.is_empty() => Self::Refers(references),
            (_, Some(constant)) => Self::Constant(constant),
            _ => Self::Opaque,
        }
    }
}

/// A module of the configuration, with its resources by name.
#[derive(Debug)]
struct Module<'a> {
    module: &'a document::Module<'a>,
    resources: HashMap<&'a str, HashMap<&'a str, Resource<'a>>>,
}

/// A managed resource of the configuration.
#[derive(Debug)]
pub(super) struct Resource<'a> {
    written: &'a document::Resource<'a>,
    expressions: OnceCell<Json>,
}

impl<'a> Resource<'a> {
    /// The provider configuration that it uses, as the root module knows it: Terraform follows what modules pass on.
    pub(super) fn provider(&self) -> &'a str {
        self.written.provider_config_key.as_deref().unwrap_or_default()
    }

    /// The expression of an attribute.
    pub(super) fn expression(&self, attribute: &str) -> Expression<'_> {
        let read = || self.written.expressions.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or(Json::Null);
        Expression::of(self.expressions.get_or_init(read).get(attribute))
    }

    /// The expression of `for_each`.
    pub(super) fn for_each(&self) -> Expression<'a> {
        Expression::of(self.written.for_each_expression.as_ref())
    }
}

/// The configuration of a plan, by module.
#[derive(Debug)]
pub(super) struct Configuration<'a> {
    modules: HashMap<Vec<String>, Module<'a>>,
    providers: HashMap<&'a str, Option<String>>,
    /// The values of the root module's variables.
    given: HashMap<&'a str, &'a Json>,
}

impl<'a> Configuration<'a> {
    /// Reads the configuration's tree once.
    pub(super) fn new(document: &'a document::Document<'a>) -> Self {
        let mut modules = HashMap::new();
        let given = document.variables.iter().map(|(name, variable)| (name.as_ref(), &variable.value)).collect();
        let Some(configuration) = &document.configuration else {
            return Self { modules, providers: HashMap::new(), given };
        };
        let mut waiting = vec![(Vec::new(), &configuration.root_module)];
        while let Some((path, module)) = waiting.pop() {
            for (name, call) in &module.module_calls {
                let mut path = path.clone();
                path.push(name.to_string());
                waiting.push((path, &call.module));
            }
            let managed = module.resources.iter().filter(|resource| resource.mode.as_deref() != Some("data"));
            let mut resources: HashMap<_, HashMap<_, _>> = HashMap::new();
            for written in managed {
                let resource = Resource { written, expressions: OnceCell::new() };
                resources.entry(written.kind.as_ref()).or_default().insert(written.name.as_ref(), resource);
            }
            modules.insert(path, Module { module, resources });
        }
        let providers = configuration.provider_config.iter().map(|(key, provider)| (key.as_ref(), region(provider, document)));
        Self { modules, providers: providers.collect(), given }
    }

    /// A managed resource.
    pub(super) fn resource(&self, module: &ModuleInstance, kind: &str, name: &str) -> Option<&Resource<'a>> {
        self.modules.get(&module.path())?.resources.get(kind)?.get(name)
    }

    /// What is passed to a variable, in the terms of the module that calls; a default is a constant.
    pub(super) fn passed(&self, module: &ModuleInstance, variable: &str) -> Expression<'a> {
        Expression::of(self.call(module).and_then(|call| call.expressions.get(variable)))
    }

    /// The value of a variable, where that is a constant, a default, or what the root module was given.
    pub(super) fn variable(&self, module: &ModuleInstance, name: &str) -> Option<&'a Json> {
        let (mut module, mut name) = (module.clone(), name);
        loop {
            if module.0.is_empty() {
                return self.given.get(name).copied();
            }
            match self.passed(&module, name) {
                Expression::Constant(value) => return Some(value),
                Expression::Unset => return self.modules.get(&module.path())?.module.variables.get(name)?.default.as_ref(),
                Expression::Refers([Json::String(reference)]) => name = reference.strip_prefix("var.")?,
                Expression::Refers(_) | Expression::Opaque => return None,
            }
            module = module.parent();
        }
    }

    /// The `for_each` of the call that makes a module instance.
    pub(super) fn call_for_each(&self, module: &ModuleInstance) -> Expression<'a> {
        Expression::of(self.call(module).and_then(|call| call.for_each_expression.as_ref()))
    }

    fn call(&self, module: &ModuleInstance) -> Option<&'a document::ModuleCall<'a>> {
        let (name, _) = module.0.last()?;
        self.modules.get(&module.parent().path())?.module.module_calls.get(name.as_str())
    }

    /// Whether the configuration has the module at all, and its output.
    pub(super) fn output(&self, module: &ModuleInstance, name: &str) -> Option<Expression<'a>> {
        let output = self.modules.get(&module.path())?.module.outputs.get(name)?;
        Some(Expression::of(Some(&output.expression)))
    }

    /// The Region of a provider configuration, where the plan tells.
    pub(super) fn region(&self, provider: &str) -> Option<&str> {
        self.providers.get(provider)?.as_deref()
    }
}

/// A constant, or a variable of the root module.
fn region(provider: &document::ProviderConfiguration, document: &document::Document<'_>) -> Option<String> {
    match Expression::of(provider.expressions.get("region")) {
        Expression::Constant(Json::String(region)) => Some(region.clone()),
        Expression::Refers([Json::String(reference)]) => {
            let variable = document.variables.get(reference.strip_prefix("var.")?)?;
            variable.value.as_str().map(str::to_owned)
        }
        _ => None,
    }
}
