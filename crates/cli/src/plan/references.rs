//! Follows references through variables, outputs, modules and `each.value` to the objects of a plan that they may mean.
//!
//! A plan says which references an expression holds and not what it does with them: `"${group.name}-v2"` looks as `group.name` does. So what
//! is found here is never proof, only the reason of a verdict that says it rests on a reference. What leads anywhere else is a stop, named.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::Value as Json;

use super::address::{Address, Key, ModuleInstance, Shown, Step, parse};
use super::configuration::{Configuration, Expression};
use super::found::Found;
use super::parts::{Part, at, constant_at, name_of, text_of};
use super::work;

/// How many references are followed for one attribute, and how far one leads to the next. Real ones need a handful.
const BUDGET: Budget = Budget { references: 2_000, depth: 64 };

/// What is left of it.
#[derive(Clone, Copy)]
struct Budget {
    references: usize,
    depth: usize,
}

/// What an attribute should refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    /// The type of resource.
    pub(super) kind: &'static str,
    /// Its attributes that are its name.
    pub(super) attributes: &'static [&'static str],
    /// Whether the name is only a part of the text that refers to it, as that of a cluster is of its log group's.
    pub(super) within: bool,
}

/// The instances of one resource in one module instance.
#[derive(Debug, Default)]
struct Instances {
    by_key: HashMap<Option<Key>, Rc<[usize]>>,
    all: Rc<[usize]>,
}

/// Follows references.
#[derive(Debug)]
pub(super) struct References<'a> {
    configuration: &'a Configuration<'a>,
    instances: HashMap<(ModuleInstance, String, String), Instances>,
    modules: HashMap<(ModuleInstance, String), BTreeSet<Option<Key>>>,
    /// Of each object whether its name and its `id` are known.
    known_names: Vec<[bool; 2]>,
    /// Whether objects may be missing from the plan.
    incomplete: bool,
    known: RefCell<HashMap<Question, Rc<Found>>>,
}

type Question = (ModuleInstance, String, String, Option<Key>, &'static str, Wanted);

/// Where an expression stands: it decides what `var` and `each` mean.
#[derive(Clone, Copy)]
struct Place<'a> {
    module: &'a ModuleInstance,
    for_each: Expression<'a>,
    key: Option<&'a Key>,
}

impl<'a> References<'a> {
    /// Knows every managed object of the plan by its address, with its position where it is one that is asked for.
    pub(super) fn new<'b>(
        configuration: &'a Configuration<'a>,
        addresses: impl Iterator<Item = (&'b Address, Option<usize>)>,
        known_names: Vec<[bool; 2]>,
        incomplete: bool,
    ) -> Self {
        let mut modules: HashMap<_, BTreeSet<Option<Key>>> = HashMap::new();
        let mut by_key: HashMap<_, HashMap<Option<Key>, Vec<usize>>> = HashMap::new();
        for (address, position) in addresses {
            let mut parent = ModuleInstance::default();
            for (name, key) in &address.module.0 {
                modules.entry((parent.clone(), name.clone())).or_default().insert(key.clone());
                parent = parent.child(name, key.clone());
            }
            if let Some(position) = position {
                let resource = (address.module.clone(), address.kind.clone(), address.name.clone());
                by_key.entry(resource).or_default().entry(address.key.clone()).or_default().push(position);
            }
        }
        let instances = by_key.into_iter().map(|(resource, by_key)| {
            let all = by_key.values().flatten().copied().collect();
            let by_key = by_key.into_iter().map(|(key, positions)| (key, positions.into())).collect();
            (resource, Instances { by_key, all })
        });
        Self { configuration, instances: instances.collect(), modules, known_names, incomplete, known: RefCell::default() }
    }

    /// Where the expression of an attribute leads.
    pub(super) fn follow(&self, from: &Address, attribute: &'static str, wanted: Wanted) -> Rc<Found> {
        let Some(resource) = self.configuration.resource(&from.module, &from.kind, &from.name) else {
            let stops = BTreeSet::from(["its configuration, which is not in the plan".to_owned()]);
            return Rc::new(Found { stops, ..Found::default() });
        };
        let expression = resource.expression(attribute);
        if matches!(expression, Expression::Constant(constant) if !constant.is_null()) {
            // A constant that the plan does not know: it is no plan that Terraform made.
            return Rc::new(Found { opaque: true, ..Found::default() });
        }
        let for_each = resource.for_each();
        // Objects of one resource share the answer, unless it depends on their key.
        let key = from.key.as_ref().filter(|_| mentions_each_value(expression));
        let question = (from.module.clone(), from.kind.clone(), from.name.clone(), key.cloned(), attribute, wanted);
        if let Some(found) = self.known.borrow().get(&question) {
            return Rc::clone(found);
        }
        let mut budget = BUDGET;
        let place = Place { module: &from.module, for_each, key };
        let found = Rc::new(self.expression(expression, place, &[], wanted, &mut budget));
        self.known.borrow_mut().insert(question, Rc::clone(&found));
        found
    }

    fn expression(&self, expression: Expression<'_>, place: Place<'_>, rest: &[Step], wanted: Wanted, budget: &mut Budget) -> Found {
        match expression {
            Expression::Unset => Found::null(),
            Expression::Constant(constant) => constant_at(constant, rest),
            Expression::Opaque => Found { opaque: true, ..Found::default() },
            Expression::Refers(references) => {
                let mut parts: Vec<Part> = Vec::new();
                for steps in whole(references) {
                    if parts.iter().any(|part| part.steps == steps) {
                        continue;
                    }
                    let (Some(references), Some(depth)) = (budget.references.checked_sub(1), budget.depth.checked_sub(1)) else {
                        let stops = BTreeSet::from(["more references than are followed".to_owned()]);
                        return Found { stops, ..Found::default() };
                    };
                    *budget = Budget { references, depth };
                    let reference = [steps.as_slice(), rest].concat();
                    let found = self.reference(&reference, place, wanted, budget);
                    budget.depth += 1;
                    let value = self.value(&steps, place.module).cloned();
                    let part = Part { steps, found, value };
                    if !parts.last().is_some_and(|before| self.is_key(&part, before, place.module, wanted)) {
                        parts.push(part);
                    }
                }
                if wanted.within { text_of(parts) } else { name_of(parts) }
            }
        }
    }

    /// Whether it is the key of an object of the resource before it: `aws_x.y[each.key].name` is listed as `aws_x.y` and `each.key`.
    fn is_key(&self, part: &Part, before: &Part, module: &ModuleInstance, wanted: Wanted) -> bool {
        let [Step::Name(kind), Step::Name(name)] = before.steps.as_slice() else {
            return false;
        };
        if !before.is_bare() || kind != wanted.kind || !part.found.leads_nowhere() {
            return false;
        }
        let resource = (module.clone(), kind.clone(), name.clone());
        let Some(instances) = self.instances.get(&resource) else {
            return false;
        };
        let is = |fits: fn(&Key) -> bool| instances.by_key.keys().flatten().any(fits);
        let (first, second) = (part.steps.first().and_then(Step::name), part.steps.get(1).and_then(Step::name));
        match (first, second, &part.value) {
            (Some("count"), Some("index"), _) => is(|key| matches!(key, Key::Number(_))),
            (Some("each"), Some("key" | "value"), _) => is(|key| matches!(key, Key::Text(_))),
            (_, _, Some(Json::String(text))) => instances.by_key.contains_key(&Some(Key::Text(text.clone()))),
            (_, _, Some(Json::Number(number))) => {
                number.as_u64().is_some_and(|number| instances.by_key.contains_key(&Some(Key::Number(number))))
            }
            _ => false,
        }
    }

    /// The value of a variable, where the plan tells it.
    fn value(&self, reference: &[Step], module: &ModuleInstance) -> Option<&Json> {
        match reference {
            [Step::Name(first), Step::Name(variable), rest @ ..] if first == "var" => {
                at(self.configuration.variable(module, variable)?, rest)
            }
            _ => None,
        }
    }

    fn reference(&self, reference: &[Step], place: Place<'_>, wanted: Wanted, budget: &mut Budget) -> Found {
        work::step();
        let (Some(Step::Name(first)), rest) = (reference.first(), reference.get(1..).unwrap_or_default()) else {
            return stop(reference);
        };
        let second = rest.first().and_then(Step::name);
        match (first.as_str(), second) {
            ("count" | "path" | "terraform", _) | ("each", Some("key")) => Found::known(),
            ("each", Some("value")) => {
                // The element for this very key, and what is taken from it.
                let mut element: Vec<Step> = place.key.iter().map(|key| Step::Key((*key).clone())).collect();
                element.extend_from_slice(rest.get(1..).unwrap_or_default());
                self.expression(place.for_each, place, &element, wanted, budget)
            }
            ("var", Some(variable)) => self.variable(variable, rest.get(1..).unwrap_or_default(), place.module, wanted, budget),
            ("module", Some(call)) => match self.outputs(call, rest.get(1..).unwrap_or_default(), place.module, wanted, budget) {
                Some(found) => found,
                None => stop(reference),
            },
            (kind, Some(name)) if kind == wanted.kind => {
                self.objects(name, rest.get(1..).unwrap_or_default(), place.module, wanted, reference)
            }
            _ => stop(reference),
        }
    }

    /// A variable of the root module is known. One of another module is what its call passes.
    fn variable(&self, variable: &str, rest: &[Step], module: &ModuleInstance, wanted: Wanted, budget: &mut Budget) -> Found {
        if let Some(value) = self.configuration.variable(module, variable) {
            return constant_at(value, rest);
        }
        if module.0.is_empty() {
            // The plan has no value for it: nobody knows.
            return Found { opaque: true, ..Found::default() };
        }
        let caller = module.parent();
        let place = Place { module: &caller, for_each: self.configuration.call_for_each(module), key: module.key() };
        self.expression(self.configuration.passed(module, variable), place, rest, wanted, budget)
    }

    /// An output of the instances of a module that the reference may mean; nothing where it does not say which output.
    fn outputs(&self, call: &str, rest: &[Step], module: &ModuleInstance, wanted: Wanted, budget: &mut Budget) -> Option<Found> {
        let (key, rest) = match rest {
            [Step::Key(key), rest @ ..] => (Some(key.clone()), rest),
            rest => (None, rest),
        };
        let (output, rest) = rest.split_first()?;
        let present = self.modules.get(&(module.clone(), call.to_owned()));
        let keys: Vec<Option<Key>> = match present {
            Some(keys) if keys.contains(&key) => vec![key],
            Some(keys) => keys.iter().cloned().collect(),
            None => vec![key],
        };
        let mut found = Found::default();
        for key in keys {
            let instance = module.child(call, key);
            let expression = self.configuration.output(&instance, output.name()?)?;
            let place = Place { module: &instance, for_each: Expression::Unset, key: None };
            found.merge(self.expression(expression, place, rest, wanted, budget));
            if budget.references == 0 {
                break;
            }
        }
        Some(found)
    }

    /// The objects of a resource of the wanted type that the reference may mean.
    fn objects(&self, name: &str, rest: &[Step], module: &ModuleInstance, wanted: Wanted, reference: &[Step]) -> Found {
        let (key, rest) = match rest {
            [Step::Key(key), rest @ ..] => (Some(key.clone()), rest),
            rest => (None, rest),
        };
        let attribute = rest.first().and_then(Step::name);
        let attribute = match attribute.map(|attribute| wanted.attributes.iter().position(|name| *name == attribute)) {
            Some(None) => return stop(reference),
            Some(position) => position,
            None => None,
        };
        let resource = (module.clone(), wanted.kind.to_owned(), name.to_owned());
        match self.instances.get(&resource) {
            // `count = 0`, or all of them are deleted.
            None if !self.incomplete => Found::null(),
            None => stop(reference),
            // A key that no object has comes from `each.value`, or belongs to a list around the object: then it may be any of them.
            Some(instances) => {
                let set = key.and_then(|key| instances.by_key.get(&Some(key))).unwrap_or(&instances.all);
                // What is known makes nothing unknown.
                let is_known = |position: &usize| {
                    let known = attribute.and_then(|attribute| self.known_names.get(*position)?.get(attribute));
                    known.copied().unwrap_or_default()
                };
                if set.iter().all(is_known) {
                    return Found::known();
                }
                Found { sets: vec![Rc::clone(set)], ..Found::default() }
            }
        }
    }
}

fn stop(reference: &[Step]) -> Found {
    Found { stops: BTreeSet::from([Shown(reference).to_string()]), ..Found::default() }
}

fn mentions_each_value(expression: Expression<'_>) -> bool {
    let Expression::Refers(references) = expression else {
        return false;
    };
    references.iter().filter_map(Json::as_str).any(|reference| reference == "each.value" || reference.starts_with("each.value"))
}

/// The references of an expression without their own beginnings: Terraform lists `X[0].name`, then `X[0]`, then `X` for one of them.
fn whole(references: &[Json]) -> Vec<Vec<Step>> {
    let mut whole: Vec<Vec<Step>> = Vec::new();
    let mut shortest = usize::MAX;
    for reference in references.iter().filter_map(Json::as_str) {
        let Some(steps) = parse(reference) else {
            // Nobody knows what it means, so it leads nowhere that is known.
            whole.push(vec![Step::Name(reference.to_owned())]);
            shortest = usize::MAX;
            continue;
        };
        let is_beginning = steps.len() < shortest && whole.last().is_some_and(|last| last.starts_with(&steps));
        shortest = steps.len();
        if !is_beginning {
            whole.push(steps);
        }
    }
    whole
}

impl References<'_> {
    /// The sets that an object is in: that of its own key, and that of all objects of its resource.
    pub(super) fn sets_of(&self, address: &Address) -> Vec<Rc<[usize]>> {
        let resource = (address.module.clone(), address.kind.clone(), address.name.clone());
        let Some(instances) = self.instances.get(&resource) else {
            return Vec::new();
        };
        instances.by_key.get(&address.key).into_iter().chain([&instances.all]).map(Rc::clone).collect()
    }
}
