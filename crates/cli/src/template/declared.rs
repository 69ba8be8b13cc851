//! The sections of a template: parameters, conditions, mappings, resources.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::document::{Content, Entry, Node, Place, Unreadable};
use super::parameter::Parameter;

/// Macros of AWS's that leave a cluster, its parameter group and its log groups as they are written.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html>
const HARMLESS_MACROS: [&str; 5] = [
    "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// A resource.
#[derive(Debug)]
pub(super) struct Resource {
    /// The name in the template.
    pub(super) logical_id: String,
    /// Where that stands.
    pub(super) place: Place,
    /// `Type`.
    pub(super) kind: String,
    /// The condition on which it is made.
    pub(super) condition: Option<String>,
    /// `Properties`.
    pub(super) properties: Option<Rc<Node>>,
    /// A macro that is called beside `Type`, and may change all of it.
    changed_by: Option<String>,
}

impl Resource {
    /// A property, as it is written.
    pub(super) fn property(&self, name: &str) -> Option<&Rc<Node>> {
        self.properties.as_ref()?.get(name)
    }

    /// What brings more properties, or may change them: a function among them, or a macro.
    pub(super) fn brought(&self) -> Option<String> {
        self.changed_by.clone().or_else(|| brought(self.properties.as_ref()?))
    }
}

/// A function among the entries of a map, which brings more entries.
pub(super) fn brought(map: &Node) -> Option<String> {
    let call = map.entries().iter().find(|entry| entry.is_call())?;
    Some(named(call))
}

/// How to speak of a call.
fn named(call: &Entry) -> String {
    call.called_macro().map_or_else(|| format!("`{}`", call.key), |called| called.to_string())
}

/// What brings resources that are not in the template as it stands.
#[derive(Debug)]
pub(super) struct Brought {
    /// The key that it stands under.
    pub(super) key: String,
    /// How to speak of it.
    pub(super) name: String,
    /// Where it stands.
    pub(super) place: Place,
    /// What it is given.
    given: Rc<Node>,
    /// Whether it is a macro, whose work nobody can foresee.
    is_macro: bool,
}

impl Brought {
    /// Whether a resource of one of these types stands in what it is given, as far as that tells.
    pub(super) fn makes(&self, kinds: &[&str]) -> bool {
        kinds.iter().any(|kind| self.given.mentions(kind) || self.given.may_make(kind))
    }

    /// Whether a text stands anywhere in what it is given.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.given.mentions(text)
    }

    /// Whether it may bring a resource of one of these types.
    pub(super) fn may_bring(&self, kinds: &[&str]) -> bool {
        self.is_macro || self.makes(kinds)
    }
}

/// A template.
#[derive(Debug)]
pub(super) struct Template {
    /// By name.
    pub(super) parameters: HashMap<String, Parameter>,
    /// By name.
    pub(super) conditions: HashMap<String, Rc<Node>>,
    /// By name.
    pub(super) mappings: HashMap<String, Rc<Node>>,
    /// In the template's order.
    pub(super) resources: Vec<Resource>,
    /// Position of each resource.
    by_id: HashMap<String, usize>,
    /// Positions of the resources of each type.
    by_kind: HashMap<String, Vec<usize>>,
    /// Entries of `Resources` that bring more resources: `Fn::ForEach::Name`, and calls of macros.
    pub(super) brought: Vec<Brought>,
    /// A macro that may change anything.
    pub(super) foreign_macro: Option<String>,
    /// A macro that may change any parameter.
    pub(super) parameters_changed_by: Option<String>,
    /// A macro that may change any condition.
    pub(super) conditions_changed_by: Option<String>,
    /// A macro that may change any mapping.
    pub(super) mappings_changed_by: Option<String>,
    /// The texts that conditions compare each parameter with.
    pub(super) compared: BTreeMap<String, BTreeSet<String>>,
}

impl Template {
    /// Takes a template apart.
    ///
    /// # Errors
    /// Where it is none.
    pub(super) fn new(root: &Rc<Node>) -> Result<Self, Unreadable> {
        let wrong = |node: &Node, problem: &str| Unreadable { place: node.place, problem: problem.to_owned() };
        if !matches!(root.content, Content::Map(_)) {
            return Err(wrong(root, "a template is a map with `Resources`"));
        }
        let Some(written) = root.get("Resources").filter(|resources| matches!(resources.content, Content::Map(_))) else {
            return Err(wrong(root, "the template has no `Resources`"));
        };
        let mut template = Self {
            parameters: section(root, "Parameters").map(|(name, node)| (name.to_owned(), Parameter::new(node))).collect(),
            conditions: section(root, "Conditions").map(|(name, node)| (name.to_owned(), Rc::clone(node))).collect(),
            mappings: section(root, "Mappings").map(|(name, node)| (name.to_owned(), Rc::clone(node))).collect(),
            resources: Vec::new(),
            by_id: HashMap::new(),
            by_kind: HashMap::new(),
            brought: Vec::new(),
            foreign_macro: root
                .get("Transform")
                .and_then(foreign_macro)
                .or_else(|| root.entries().iter().find(|entry| entry.key == "Fn::Transform").map(named))
                .or_else(|| written.called_macro().filter(|called| !called.only_adds()).map(|called| called.to_string())),
            parameters_changed_by: changed_by(root, "Parameters"),
            conditions_changed_by: changed_by(root, "Conditions"),
            mappings_changed_by: changed_by(root, "Mappings"),
            compared: BTreeMap::new(),
        };
        for entry in written.entries() {
            let is_macro = entry.called_macro().is_some();
            // What a macro makes in the place of a resource has no type yet.
            let made = entry.value.called_macro().filter(|_| entry.value.get("Type").is_none());
            if entry.is_call() || made.is_some() {
                let name = made.map_or_else(|| named(entry), |made| made.to_string());
                let (key, given) = (entry.key.clone(), Rc::clone(&entry.value));
                template.brought.push(Brought { key, name, place: entry.place, given, is_macro: is_macro || made.is_some() });
                continue;
            }
            let text = |name: &str| entry.value.get(name).and_then(|node| node.text()).map(str::to_owned);
            let Some(kind) = text("Type") else {
                return Err(Unreadable { place: entry.place, problem: format!("the resource `{}` has no `Type`", entry.key) });
            };
            template.by_id.insert(entry.key.clone(), template.resources.len());
            template.by_kind.entry(kind.clone()).or_default().push(template.resources.len());
            template.resources.push(Resource {
                logical_id: entry.key.clone(),
                place: entry.place,
                kind,
                condition: text("Condition"),
                properties: entry.value.get("Properties").cloned(),
                changed_by: entry.value.called_macro().map(|called| called.to_string()),
            });
        }
        let mut compared = BTreeMap::new();
        template.conditions.values().for_each(|node| compare(node, &mut compared));
        template.compared = compared;
        Ok(template)
    }

    /// The resources of these types.
    pub(super) fn of(&self, kinds: &'static [&'static str]) -> impl Iterator<Item = &Resource> {
        let positions = kinds.iter().filter_map(|kind| self.by_kind.get(*kind)).flatten();
        positions.filter_map(|position| self.resources.get(*position))
    }

    /// A resource.
    pub(super) fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.resources.get(*self.by_id.get(logical_id)?)
    }
}

fn section<'a>(root: &'a Node, name: &str) -> impl Iterator<Item = (&'a str, &'a Rc<Node>)> {
    root.get(name).into_iter().flat_map(|node| node.entries()).map(|entry| (entry.key.as_str(), &entry.value))
}

/// A macro that is called in a section and may change what stands there.
fn changed_by(root: &Node, name: &str) -> Option<String> {
    let called = root.get(name)?.called_macro()?;
    (!called.only_adds()).then(|| called.to_string())
}

/// The first macro of `Transform`, a name or a list of names, that is not known to leave things as they are.
fn foreign_macro(node: &Rc<Node>) -> Option<String> {
    let one = std::slice::from_ref(node);
    let names = node.list().unwrap_or(one).iter().map(|name| name.text().or_else(|| name.get("Name").and_then(|name| name.text())));
    let foreign = names.map(|name| name.unwrap_or("Transform")).find(|name| !HARMLESS_MACROS.contains(name));
    foreign.map(|name| format!("macro `{name}`"))
}

/// Collects what `Fn::Equals` compares each parameter with.
fn compare(node: &Node, compared: &mut BTreeMap<String, BTreeSet<String>>) {
    match &node.content {
        Content::Map(entries) => {
            for entry in entries {
                if entry.key == "Fn::Equals"
                    && let Some([one, two]) = entry.value.list()
                {
                    for (parameter, text) in [(one, two), (two, one)] {
                        if let (Some(("Ref", name)), Some(text)) = (parameter.call(), text.text())
                            && let Some(name) = name.text()
                        {
                            compared.entry(name.to_owned()).or_default().insert(text.to_owned());
                        }
                    }
                }
                compare(&entry.value, compared);
            }
        }
        Content::List(elements) => elements.iter().for_each(|element| compare(element, compared)),
        Content::Null | Content::Scalar(_) => {}
    }
}
