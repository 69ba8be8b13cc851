//! A template as it is written: a tree that knows where everything stands.

use std::fmt;
use std::rc::Rc;

/// Levels of nesting. CloudFormation's own limit is lower.
pub(super) const MOST_LEVELS: usize = 100;
/// Nodes, aliases counted each time. A template has at most a megabyte.
pub(super) const MOST_NODES: usize = 1_000_000;

/// A line and a column, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// A template that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where.
    pub place: Place,
    /// Why.
    pub problem: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.place.line, self.place.column, self.problem)
    }
}

/// A part of a template.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it begins.
    pub(super) place: Place,
    /// What it is.
    pub(super) content: Content,
}

/// What a part of a template is.
#[derive(Debug)]
pub(super) enum Content {
    /// Nothing.
    Null,
    /// A text, a number or a switch: CloudFormation takes any for any, so `1` and `'1'` are the same.
    Scalar(String),
    /// A list.
    List(Vec<Rc<Node>>),
    /// A map, in its order.
    Map(Vec<Entry>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// Where the key stands.
    pub(super) place: Place,
    /// The value.
    pub(super) value: Rc<Node>,
}

impl Node {
    /// The entries, where it is a map.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key, where it is a map that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Rc<Node>> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, where it is a list.
    pub(super) fn list(&self) -> Option<&[Rc<Node>]> {
        match &self.content {
            Content::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// Whether a text stands anywhere in it.
    pub(super) fn mentions(&self, wanted: &str) -> bool {
        match &self.content {
            Content::Null => false,
            Content::Scalar(text) => text == wanted,
            Content::List(elements) => elements.iter().any(|element| element.mentions(wanted)),
            Content::Map(entries) => entries.iter().any(|entry| entry.value.mentions(wanted)),
        }
    }

    /// Whether a resource of a type may stand in it, whose type a loop may put together from parts.
    pub(super) fn may_make(&self, kind: &str) -> bool {
        match &self.content {
            Content::Null | Content::Scalar(_) => false,
            Content::List(elements) => elements.iter().any(|element| element.may_make(kind)),
            Content::Map(entries) => {
                entries.iter().any(|entry| entry.key == "Type" && entry.value.may_be(kind) || entry.value.may_make(kind))
            }
        }
    }

    /// Whether it may come to a text. What stands between braces may be anything.
    fn may_be(&self, wanted: &str) -> bool {
        let substituted = self.call().filter(|(function, _)| *function == "Fn::Sub").and_then(|(_, argument)| argument.text());
        let Some(text) = self.text().or(substituted) else {
            return true;
        };
        match (text.split_once(['$', '&']), text.rsplit_once('}')) {
            (Some((before, _)), Some((_, after))) => wanted.starts_with(before) && wanted.ends_with(after),
            _ => text == wanted,
        }
    }

    /// The function and what it is given, where it is a call: an object with one entry whose key is that of a function.
    pub(super) fn call(&self) -> Option<(&str, &Rc<Node>)> {
        match self.entries() {
            [only] if only.is_call() => Some((only.key.as_str(), &only.value)),
            _ => None,
        }
    }

    /// The macro that is called among the entries of a map. It is handed all of them and may change each.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html>
    pub(super) fn called_macro(&self) -> Option<Macro<'_>> {
        self.entries().iter().find_map(Entry::called_macro)
    }
}

impl Entry {
    /// Whether it is the call of a function.
    pub(super) fn is_call(&self) -> bool {
        is_function(&self.key) || self.called_macro().is_some()
    }

    /// The macro that it calls, if it is such a call. `Transform` is the short form, for which a property may be named too.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-transform.html>
    pub(super) fn called_macro(&self) -> Option<Macro<'_>> {
        let name = self.value.get("Name");
        match self.key.as_str() {
            "Fn::Transform" => {}
            "Transform" if name.is_some() => {}
            _ => return None,
        }
        Some(Macro { name: name.and_then(|name| name.text()).unwrap_or("Fn::Transform") })
    }
}

/// The call of a macro somewhere in a template.
#[derive(Clone, Copy, Debug)]
pub(super) struct Macro<'a> {
    /// Its name.
    pub(super) name: &'a str,
}

impl Macro<'_> {
    /// Whether it only adds to what is beside it.
    pub(super) fn only_adds(self) -> bool {
        self.name == "AWS::Include"
    }
}

impl fmt::Display for Macro<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "macro `{}`", self.name)
    }
}

/// Whether a key is that of an intrinsic function.
pub(super) fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

/// Puts together a map.
///
/// # Errors
/// Where a key stands twice: which of the two counts, nobody has said.
pub(super) fn map(entries: Vec<Entry>) -> Result<Content, Unreadable> {
    let mut seen = std::collections::HashSet::new();
    for entry in &entries {
        if !seen.insert(entry.key.as_str()) {
            return Err(Unreadable { place: entry.place, problem: format!("the key `{}` stands here for the second time", entry.key) });
        }
    }
    Ok(Content::Map(entries))
}

/// Reads a template in JSON or YAML.
///
/// # Errors
/// [`Unreadable`] says where and why.
pub(super) fn parse(text: &str) -> Result<Rc<Node>, Unreadable> {
    if !text.trim_start().starts_with('{') {
        return super::yaml::parse(text);
    }
    // A map in YAML's flow style begins as JSON does.
    super::json::parse(text).or_else(|problem| super::yaml::parse(text).map_err(|_| problem))
}
