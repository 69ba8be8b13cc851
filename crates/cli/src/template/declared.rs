//! The sections of a template: parameters, conditions, mappings, resources.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::document::{Content, Node, Place, Unreadable, is_function};

/// Macros of AWS's that leave a cluster, its parameter group and its log groups as they are written.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html>
const HARMLESS_MACROS: [&str; 5] = [
    "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// A parameter.
#[derive(Debug, Default)]
pub(super) struct Parameter {
    /// `Type`.
    pub(super) kind: String,
    /// `Default`.
    pub(super) default: Option<String>,
    /// `AllowedValues`.
    pub(super) allowed: Vec<String>,
    /// `NoEcho`: its value is shown to nobody.
    pub(super) no_echo: bool,
}

impl Parameter {
    /// Whether what is given for it is the name of the value, which is kept in Parameter Store.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value")
    }

    /// Whether its value is a list, separated by commas.
    pub(super) fn is_list(&self) -> bool {
        self.kind == "CommaDelimitedList" || self.kind.starts_with("List<")
    }
}

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
}

impl Resource {
    /// A property, as it is written.
    pub(super) fn property(&self, name: &str) -> Option<&Rc<Node>> {
        self.properties.as_ref()?.get(name)
    }

    /// A function among its properties that brings more of them.
    pub(super) fn brought(&self) -> Option<&str> {
        brought(self.properties.as_ref()?)
    }
}

/// A function among the entries of a map, which brings more entries.
pub(super) fn brought(map: &Node) -> Option<&str> {
    map.entries().iter().map(|entry| entry.key.as_str()).find(|key| is_function(key))
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
    /// Entries of `Resources` that are functions and bring more resources: `Fn::ForEach::Name`, `Fn::Transform`.
    pub(super) brought: Vec<(String, Place, Rc<Node>)>,
    /// A macro that may change anything.
    pub(super) foreign_macro: Option<String>,
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
            parameters: section(root, "Parameters").map(|(name, node)| (name.to_owned(), parameter(node))).collect(),
            conditions: section(root, "Conditions").map(|(name, node)| (name.to_owned(), Rc::clone(node))).collect(),
            mappings: section(root, "Mappings").map(|(name, node)| (name.to_owned(), Rc::clone(node))).collect(),
            resources: Vec::new(),
            by_id: HashMap::new(),
            brought: Vec::new(),
            foreign_macro: root.get("Transform").and_then(foreign_macro),
            compared: BTreeMap::new(),
        };
        for entry in written.entries() {
            if is_function(&entry.key) {
                template.brought.push((entry.key.clone(), entry.place, Rc::clone(&entry.value)));
                continue;
            }
            let text = |name: &str| entry.value.get(name).and_then(|node| node.text()).map(str::to_owned);
            let Some(kind) = text("Type") else {
                return Err(Unreadable { place: entry.place, problem: format!("the resource `{}` has no `Type`", entry.key) });
            };
            template.by_id.insert(entry.key.clone(), template.resources.len());
            template.resources.push(Resource {
                logical_id: entry.key.clone(),
                place: entry.place,
                kind,
                condition: text("Condition"),
                properties: entry.value.get("Properties").cloned(),
            });
        }
        let mut compared = BTreeMap::new();
        template.conditions.values().for_each(|node| compare(node, &mut compared));
        template.compared = compared;
        Ok(template)
    }

    /// A resource.
    pub(super) fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.resources.get(*self.by_id.get(logical_id)?)
    }
}

fn section<'a>(root: &'a Node, name: &str) -> impl Iterator<Item = (&'a str, &'a Rc<Node>)> {
    root.get(name).into_iter().flat_map(|node| node.entries()).map(|entry| (entry.key.as_str(), &entry.value))
}

fn parameter(node: &Rc<Node>) -> Parameter {
    let text = |name: &str| node.get(name).and_then(|node| node.text());
    let allowed = node.get("AllowedValues").and_then(|node| node.list()).unwrap_or_default();
    Parameter {
        kind: text("Type").unwrap_or_default().to_owned(),
        default: text("Default").map(str::to_owned),
        allowed: allowed.iter().filter_map(|value| value.text()).map(str::to_owned).collect(),
        no_echo: text("NoEcho").is_some_and(|switch| !switch.eq_ignore_ascii_case("false")),
    }
}

/// The first macro of `Transform`, a name or a list of names, that is not known to leave things as they are.
fn foreign_macro(node: &Rc<Node>) -> Option<String> {
    let one = std::slice::from_ref(node);
    let names = node.list().unwrap_or(one).iter().map(|name| name.text().or_else(|| name.get("Name").and_then(|name| name.text())));
    let foreign = names.map(|name| name.unwrap_or("Transform")).find(|name| !HARMLESS_MACROS.contains(name));
    foreign.map(str::to_owned)
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
