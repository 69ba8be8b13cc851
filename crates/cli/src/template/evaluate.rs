//! Evaluates a template's expressions in one world. What is not known becomes a token, which stays the same wherever it stands.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::rc::Rc;

use super::declared::{Resource, Template, brought};
use super::document::{Content, Node};
use super::text::{Part, Same, Text, Token};
use super::world::{Question, World};

/// How deep one expression may lead to another.
const MOST_LEVELS: usize = 120;

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Evaluated {
    /// Nothing: the property is not there.
    Absent,
    /// A text, a number or a switch; or something of whose form nothing is known: then it is a token.
    Text(Text),
    /// A list.
    List(Vec<Evaluated>),
    /// A map.
    Map(Vec<(String, Evaluated)>),
}

impl Evaluated {
    fn known(text: &str) -> Self {
        Self::Text(Text::known(text))
    }

    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// What the deployment is given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Values of parameters; nothing where it is a value that nobody here knows.
    pub parameters: BTreeMap<String, Option<String>>,
    /// The Region.
    pub region: Option<String>,
    /// The account.
    pub account: Option<String>,
}

/// Evaluates in one world.
pub(super) struct Evaluator<'a> {
    pub(super) template: &'a Template,
    pub(super) given: &'a Given,
    pub(super) world: &'a World,
    level: Cell<usize>,
    known: RefCell<HashMap<*const Node, Evaluated>>,
    conditions: RefCell<HashMap<String, bool>>,
    /// How many texts were made that must not be shown, not even as the name of something unknown.
    hidden: Cell<usize>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(template: &'a Template, given: &'a Given, world: &'a World) -> Self {
        Self {
            template,
            given,
            world,
            level: Cell::new(0),
            known: RefCell::default(),
            conditions: RefCell::default(),
            hidden: Cell::new(0),
        }
    }

    /// What a part of the template comes to.
    pub(super) fn evaluate(&self, node: &Rc<Node>) -> Evaluated {
        if let Some(known) = self.known.borrow().get(&Rc::as_ptr(node)) {
            return known.clone();
        }
        let level = self.level.get();
        if level >= MOST_LEVELS {
            return unknown(node);
        }
        self.level.set(level + 1);
        let evaluated = match (node.call(), &node.content) {
            (Some((function, argument)), _) => self.call(function, argument, node),
            (None, Content::Null) => Evaluated::Absent,
            (None, Content::Scalar(text)) => Evaluated::Text(self.dynamic(Text::known(text))),
            (None, Content::List(elements)) => {
                let elements = elements.iter().map(|element| self.evaluate(element));
                Evaluated::List(elements.filter(|element| *element != Evaluated::Absent).collect())
            }
            // A function beside other entries brings more of them, and may change those.
            (None, Content::Map(_)) if brought(node).is_some() => unknown(node),
            (None, Content::Map(entries)) => {
                let entries = entries.iter().map(|entry| (entry.key.clone(), self.evaluate(&entry.value)));
                Evaluated::Map(entries.filter(|(_, value)| *value != Evaluated::Absent).collect())
            }
        };
        self.level.set(level);
        self.known.borrow_mut().insert(Rc::as_ptr(node), evaluated.clone());
        evaluated
    }

    /// A property of a resource.
    pub(super) fn property(&self, resource: &Resource, name: &str) -> Evaluated {
        resource.property(name).map_or(Evaluated::Absent, |node| self.evaluate(node))
    }

    fn call(&self, function: &str, argument: &Rc<Node>, whole: &Rc<Node>) -> Evaluated {
        let answer = match function {
            "Ref" => argument.text().map(|name| self.reference(name)),
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::Sub" => self.substitute(argument),
            "Fn::Join" => self.join(argument),
            "Fn::If" => self.choose(argument),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::Select" => self.select(argument),
            "Fn::Split" => self.split(argument),
            "Fn::ToJsonString" => json(&self.evaluate(argument)).map(|json| Evaluated::known(&json.to_string())),
            _ => None,
        };
        answer.unwrap_or_else(|| unknown(whole))
    }

    fn reference(&self, name: &str) -> Evaluated {
        if name == "AWS::NoValue" {
            Evaluated::Absent
        } else if let Some(known) = self.pseudo(name) {
            Evaluated::known(&known)
        } else if let Some(resource) = self.template.resource(name) {
            Evaluated::Text(self.name_of(resource))
        } else {
            self.parameter(name)
        }
    }

    fn pseudo(&self, name: &str) -> Option<String> {
        let region = self.given.region.as_deref();
        match name {
            "AWS::Region" => region.map(str::to_owned),
            "AWS::AccountId" => self.given.account.clone(),
            "AWS::Partition" => region.map(|region| partition(region).0.to_owned()),
            "AWS::URLSuffix" => region.map(|region| partition(region).1.to_owned()),
            _ => None,
        }
    }

    fn parameter(&self, name: &str) -> Evaluated {
        let token = || Evaluated::Text(Text::token(Token::Parameter(name.into())));
        let compared = self.template.compared.get(name);
        let ask =
            |answers: usize| self.world.ask(Question::Parameter(name.to_owned()), || Token::Parameter(name.into()).to_string(), answers);
        // It is one of the texts that it is compared with, or none of them.
        let as_compared = || match compared {
            None => None,
            Some(texts) => texts.iter().nth(ask(texts.len() + 1)).cloned(),
        };
        let Some(parameter) = self.template.parameters.get(name) else {
            return as_compared().map_or_else(token, |text| Evaluated::known(&text));
        };
        let as_allowed = || match parameter.allowed.len() {
            0 => as_compared(),
            answers => parameter.allowed.get(ask(answers)).cloned(),
        };
        let value = match (self.given.parameters.get(name), &parameter.default) {
            _ if parameter.is_elsewhere() => as_compared(),
            (Some(Some(given)), _) => Some(given.clone()),
            (None, Some(default)) => {
                self.world.defaults.borrow_mut().insert(name.to_owned());
                Some(default.clone())
            }
            (Some(None), _) | (None, None) => as_allowed(),
        };
        let Some(value) = value else {
            return token();
        };
        let text = |text: &str| self.dynamic(Text::known(text)).hidden(parameter.no_echo);
        if parameter.is_list() {
            let elements = value.split(',').map(str::trim).filter(|element| !element.is_empty());
            return Evaluated::List(elements.map(|element| Evaluated::Text(text(element))).collect());
        }
        Evaluated::Text(text(&value))
    }

    /// What `Ref` gives for a resource: its name, where the name is one of its properties.
    pub(super) fn name_of(&self, resource: &Resource) -> Text {
        let token = || Text::token(Token::Name(resource.logical_id.as_str().into()));
        let property = match resource.kind.as_str() {
            "AWS::Neptune::DBCluster" | "AWS::RDS::DBCluster" => "DBClusterIdentifier",
            "AWS::Neptune::DBClusterParameterGroup" => "Name",
            "AWS::RDS::DBClusterParameterGroup" => "DBClusterParameterGroupName",
            "AWS::Logs::LogGroup" | "Custom::LogRetention" => "LogGroupName",
            _ => return token(),
        };
        match (resource.brought(), self.property(resource, property)) {
            (Some(_), _) | (None, Evaluated::Absent) => token(),
            (None, Evaluated::Text(text)) => text,
            (None, Evaluated::List(_) | Evaluated::Map(_)) => token(),
        }
    }

    fn attribute(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let (resource, attribute) = match (argument.list(), argument.text()) {
            (Some([resource, attribute]), _) => (resource.text()?.to_owned(), attribute.text()?.to_owned()),
            (None, Some(text)) => text.split_once('.').map(|(resource, attribute)| (resource.to_owned(), attribute.to_owned()))?,
            _ => return None,
        };
        Some(self.attribute_of(&resource, &attribute))
    }

    fn attribute_of(&self, logical_id: &str, attribute: &str) -> Evaluated {
        match self.template.resource(logical_id) {
            Some(resource) if resource.kind == "Custom::LogRetention" && attribute == "LogGroupName" => {
                Evaluated::Text(self.name_of(resource))
            }
            _ => Evaluated::Text(Text::token(Token::Attribute(logical_id.into(), attribute.into()))),
        }
    }

    fn substitute(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let (written, own) = match (argument.text(), argument.list()) {
            (Some(text), _) => (text, None),
            (None, Some([text, own])) => (text.text()?, Some(own)),
            _ => return None,
        };
        let mut text = Text::default();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once("${") {
            text.push_str(before);
            let (name, after) = after.split_once('}')?;
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                text.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let name = name.trim();
            let value = match own.and_then(|own| own.get(name)) {
                Some(node) => self.evaluate(node),
                None => match name.split_once('.') {
                    Some((resource, attribute)) => self.attribute_of(resource, attribute),
                    None => self.reference(name),
                },
            };
            text.push(value.text()?);
        }
        text.push_str(rest);
        Some(Evaluated::Text(self.dynamic(text)))
    }

    fn join(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let [between, list] = argument.list()? else {
            return None;
        };
        let Evaluated::List(elements) = self.evaluate(list) else {
            return None;
        };
        let between = between.text()?;
        let mut text = Text::default();
        for (at, element) in elements.iter().enumerate() {
            if at > 0 {
                text.push_str(between);
            }
            text.push(element.text()?);
        }
        Some(Evaluated::Text(self.dynamic(text)))
    }

    fn choose(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let [condition, then, otherwise] = argument.list()? else {
            return None;
        };
        Some(self.evaluate(if self.condition(condition.text()?) { then } else { otherwise }))
    }

    fn find_in_map(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let [map, first, second, rest @ ..] = argument.list()? else {
            return None;
        };
        let key = |node: &Rc<Node>| self.evaluate(node).text().and_then(Text::get).map(str::to_owned);
        let (map, first, second) = (key(map)?, key(first)?, key(second)?);
        let found = self.template.mappings.get(&map).and_then(|map| map.get(&first)).and_then(|map| map.get(&second));
        let found = found.or_else(|| rest.first().and_then(|options| options.get("DefaultValue")));
        found.map(|node| self.evaluate(node))
    }

    fn select(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let [index, list] = argument.list()? else {
            return None;
        };
        let index: usize = self.evaluate(index).text().and_then(Text::get)?.parse().ok()?;
        match self.evaluate(list) {
            Evaluated::List(elements) => elements.get(index).cloned(),
            _ => None,
        }
    }

    fn split(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let [between, text] = argument.list()? else {
            return None;
        };
        let between = between.text().filter(|between| !between.is_empty())?;
        let text = self.evaluate(text);
        let text = text.text()?;
        let pieces = text.get()?.split(between).map(|piece| Evaluated::Text(Text::known(piece).hidden(text.sensitive)));
        Some(Evaluated::List(pieces.collect()))
    }

    /// Whether a condition holds in this world.
    pub(super) fn condition(&self, name: &str) -> bool {
        if let Some(known) = self.conditions.borrow().get(name) {
            return *known;
        }
        let level = self.level.get();
        let holds = match self.template.conditions.get(name) {
            Some(node) if level < MOST_LEVELS => {
                self.level.set(level + 1);
                let holds = self.holds(node);
                self.level.set(level);
                holds
            }
            // A condition that is not there, or that rests on itself.
            _ => self.ask(&format!("condition `{name}`")),
        };
        self.conditions.borrow_mut().insert(name.to_owned(), holds);
        holds
    }

    fn holds(&self, node: &Rc<Node>) -> bool {
        let level = self.level.get();
        if level >= MOST_LEVELS {
            return self.ask(&written(node));
        }
        self.level.set(level + 1);
        let [only] = node.entries() else {
            self.level.set(level);
            return self.ask(&written(node));
        };
        let list = only.value.list();
        let holds = match (only.key.as_str(), list) {
            ("Condition", _) if only.value.text().is_some() => self.condition(only.value.text().unwrap_or_default()),
            ("Fn::And", Some(parts)) => parts.iter().all(|part| self.holds(part)),
            ("Fn::Or", Some(parts)) => parts.iter().any(|part| self.holds(part)),
            ("Fn::Not", Some([part])) => !self.holds(part),
            ("Fn::Equals", Some([one, two])) => self.equal(one, two),
            _ => self.ask(&written(node)),
        };
        self.level.set(level);
        holds
    }

    fn equal(&self, one: &Rc<Node>, two: &Rc<Node>) -> bool {
        let text = |node: &Rc<Node>| match self.evaluate(node) {
            Evaluated::Text(text) => text,
            Evaluated::Absent => Text::default(),
            Evaluated::List(_) | Evaluated::Map(_) => Text::token(Token::Other(written(node).into())),
        };
        let (one, two) = (text(one), text(two));
        match one.same(&two) {
            Same::Yes => true,
            Same::No => false,
            Same::Perhaps if self.is_none_of(&one, &two) || self.is_none_of(&two, &one) => false,
            Same::Perhaps => {
                let (one, two) = if one <= two { (one, two) } else { (two, one) };
                let name = || format!("whether `{one}` equals `{two}`");
                self.world.ask(Question::Equal(one.clone(), two.clone()), name, 2) == 0
            }
        }
    }

    /// Whether this is a parameter that is in this world none of the texts that it is compared with, and that is one of those.
    fn is_none_of(&self, parameter: &Text, text: &Text) -> bool {
        let ([Part::Token(Token::Parameter(name))], Some(text)) = (parameter.parts(), text.get()) else {
            return false;
        };
        self.template.compared.get(name.as_ref()).is_some_and(|texts| texts.contains(text))
    }

    /// A dynamic reference (`{{resolve:ssm:name}}`) is replaced by something that nobody here knows.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
    fn dynamic(&self, text: Text) -> Text {
        const BEGINNING: &str = "{{resolve:";
        let has_one = text.parts().iter().any(|part| matches!(part, Part::Known(known) if known.contains(BEGINNING)));
        if !has_one {
            return text;
        }
        let Some(known) = text.get() else {
            // What is shown to nobody is no name either: each of them is another.
            let name = if text.sensitive {
                format!("{BEGINNING}…}}}} ({})", self.hidden.replace(self.hidden.get() + 1))
            } else {
                text.to_string()
            };
            return Text::token(Token::Other(name.into())).hidden(text.sensitive);
        };
        let mut replaced = Text::default().hidden(text.sensitive);
        let mut rest = known;
        while let Some((before, after)) = rest.split_once(BEGINNING) {
            let (reference, after) = after.split_once("}}").unwrap_or((after, ""));
            replaced.push_str(before);
            replaced.push(&Text::token(Token::Other(format!("{BEGINNING}{reference}}}}}").into())));
            rest = after;
        }
        replaced.push_str(rest);
        replaced
    }

    fn ask(&self, what: &str) -> bool {
        let question = Question::Equal(Text::known("true"), Text::token(Token::Other(what.into())));
        self.world.ask(question, || what.to_owned(), 2) == 0
    }
}

/// Something of which nothing is known. It is told from others by how it is written; what a macro makes differs from place to place.
pub(super) fn unknown(node: &Rc<Node>) -> Evaluated {
    let mut text = written(node);
    if text.contains("Fn::Transform") {
        let _ = write!(text, " (line {})", node.place.line);
    }
    Evaluated::Text(Text::token(Token::Other(text.into())))
}

/// A part of a template on one line.
pub(super) fn written(node: &Node) -> String {
    fn write(node: &Node, text: &mut String) {
        match &node.content {
            Content::Null => text.push_str("null"),
            Content::Scalar(scalar) => text.push_str(scalar),
            Content::List(elements) => {
                text.push('[');
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        text.push_str(", ");
                    }
                    write(element, text);
                }
                text.push(']');
            }
            Content::Map(entries) => {
                for (at, entry) in entries.iter().enumerate() {
                    if at > 0 {
                        text.push_str(", ");
                    }
                    text.push_str(&entry.key);
                    text.push_str(": ");
                    write(&entry.value, text);
                }
            }
        }
    }
    let mut text = String::new();
    write(node, &mut text);
    text
}

/// What is wholly known, as JSON.
fn json(evaluated: &Evaluated) -> Option<serde_json::Value> {
    Some(match evaluated {
        Evaluated::Absent => serde_json::Value::Null,
        Evaluated::Text(text) => serde_json::Value::String(text.get().filter(|_| !text.sensitive)?.to_owned()),
        Evaluated::List(elements) => elements.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Evaluated::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| Some((key.clone(), json(value)?)));
            serde_json::Value::Object(entries.collect::<Option<_>>()?)
        }
    })
}

/// The partition of a Region, and its domain.
fn partition(region: &str) -> (&'static str, &'static str) {
    match region {
        _ if region.starts_with("cn-") => ("aws-cn", "amazonaws.com.cn"),
        _ if region.starts_with("us-gov-") => ("aws-us-gov", "amazonaws.com"),
        _ if region.starts_with("us-isob-") => ("aws-iso-b", "sc2s.sgov.gov"),
        _ if region.starts_with("us-isof-") => ("aws-iso-f", "csp.hci.ic.gov"),
        _ if region.starts_with("us-iso-") => ("aws-iso", "c2s.ic.gov"),
        _ if region.starts_with("eu-isoe-") => ("aws-iso-e", "cloud.adc-e.uk"),
        _ if region.starts_with("eusc-") => ("aws-eusc", "amazonaws.eu"),
        _ => ("aws", "amazonaws.com"),
    }
}
