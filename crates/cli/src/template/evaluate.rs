//! Evaluates a template's expressions in one world. What is not known becomes a token, which stays the same wherever it stands.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::declared::{Resource, Template, brought};
use super::document::{Content, Node};
use super::evaluated::Evaluated;
use super::remembered::{Conditions, Fixed, Remembered, RestsOn};
use super::text::{Part, Text, Token};
use super::world::{Question, World};
use super::written::{json, unknown};
use crate::partition::Partition;

/// How deep one expression may lead to another.
pub(super) const MOST_LEVELS: usize = 120;

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
    pub(super) world: &'a World<'a>,
    pub(super) level: Cell<usize>,
    fixed: &'a Fixed,
    known: RefCell<HashMap<*const Node, Remembered>>,
    pub(super) rests_on: RefCell<RestsOn>,
    pub(super) conditions: RefCell<HashMap<String, (bool, RestsOn)>>,
    /// The same in the worlds before this one.
    pub(super) conditions_before: &'a Conditions,
    /// How many texts were made that must not be shown, not even as the name of something unknown.
    hidden: Cell<usize>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(
        template: &'a Template,
        given: &'a Given,
        fixed: &'a Fixed,
        conditions_before: &'a Conditions,
        world: &'a World<'a>,
    ) -> Self {
        Self {
            template,
            given,
            world,
            fixed,
            level: Cell::new(0),
            known: RefCell::default(),
            rests_on: RefCell::default(),
            conditions: RefCell::default(),
            conditions_before,
            hidden: Cell::new(0),
        }
    }

    /// What a part of the template comes to.
    pub(super) fn evaluate(&self, node: &Rc<Node>) -> Evaluated {
        let key = Rc::as_ptr(node);
        let known = self.known.borrow().get(&key).or(self.fixed.0.borrow().get(&key)).cloned();
        if let Some(Remembered { evaluated, rests_on }) = known {
            self.rest_on(rests_on);
            return evaluated;
        }
        let level = self.level.get();
        if level >= MOST_LEVELS {
            // How deep it is depends on where it began.
            self.rest_on_anything();
            return unknown(node);
        }
        self.level.set(level + 1);
        let before = self.rests_on.take();
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
        let rests_on = self.rests_on.replace(before);
        let remembered = Remembered { evaluated: evaluated.clone(), rests_on: rests_on.clone() };
        let memory = if rests_on.is_fixed() { &self.fixed.0 } else { &self.known };
        memory.borrow_mut().insert(key, remembered);
        self.rest_on(rests_on);
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
            "Fn::FindInMap" => self.find_in_map(argument, whole),
            "Fn::Select" => self.select(argument),
            "Fn::Split" => self.split(argument),
            "Fn::ToJsonString" => json(&self.evaluate(argument)).map(|json| Evaluated::known(&json.to_string())),
            _ => None,
        };
        answer.unwrap_or_else(|| unknown(whole))
    }

    pub(super) fn reference(&self, name: &str) -> Evaluated {
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
            "AWS::Partition" => region.map(|region| Partition::of(region).name.to_owned()),
            "AWS::URLSuffix" => region.map(|region| Partition::of(region).domain.to_owned()),
            _ => None,
        }
    }

    fn parameter(&self, name: &str) -> Evaluated {
        let token = || Evaluated::Text(Text::token(Token::Parameter(name.into())));
        let compared = self.template.compared.get(name);
        let ask =
            |answers: usize| self.ask_world(Question::Parameter(name.to_owned()), || Token::Parameter(name.into()).to_string(), answers);
        // It is one of the texts that it is compared with, or none of them.
        let as_compared = || match compared {
            None => None,
            Some(texts) => texts.iter().nth(ask(texts.len() + 1)).cloned(),
        };
        let Some(parameter) = self.template.parameters.get(name) else {
            return as_compared().map_or_else(token, |text| Evaluated::known(&text));
        };
        let changed_by = self.template.parameters_changed_by.as_ref().or(parameter.changed_by.as_ref());
        if let (Some(changed_by), None) = (changed_by, self.given.parameters.get(name).and_then(Option::as_ref)) {
            return Evaluated::Text(Text::token(Token::Other(format!("parameter {name}, which {changed_by} may change").into())));
        }
        let as_allowed = || {
            if parameter.allowed.is_empty() {
                return as_compared();
            }
            let values = parameter.values()?;
            values.get(ask(values.len())).cloned()
        };
        let value = match (self.given.parameters.get(name), &parameter.default) {
            _ if parameter.is_elsewhere() => as_compared(),
            (Some(Some(given)), _) => Some(given.clone()),
            (None, Some(default)) => {
                self.rest_on(RestsOn::default_of(name));
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
            // It may be any name, not only one that CloudFormation makes up.
            (Some(function), _) => Text::token(Token::Other(format!("{function} in {}", resource.logical_id).into())),
            (None, Evaluated::Absent) => token(),
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

    pub(super) fn attribute_of(&self, logical_id: &str, attribute: &str) -> Evaluated {
        match self.template.resource(logical_id) {
            Some(resource) if resource.kind == "Custom::LogRetention" && attribute == "LogGroupName" => {
                Evaluated::Text(self.name_of(resource))
            }
            _ => Evaluated::Text(Text::token(Token::Attribute(logical_id.into(), attribute.into()))),
        }
    }

    /// A dynamic reference (`{{resolve:ssm:name}}`) is replaced by something that nobody here knows.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
    pub(super) fn dynamic(&self, text: Text) -> Text {
        const BEGINNING: &str = "{{resolve:";
        let has_one = text.parts().iter().any(|part| matches!(part, Part::Known(known) if known.contains(BEGINNING)));
        if !has_one {
            return text;
        }
        // What is shown to nobody is no name either: each of them is another.
        if text.sensitive {
            self.rest_on_anything();
            let name = format!("{BEGINNING}…}}}} ({})", self.hidden.replace(self.hidden.get() + 1));
            return Text::token(Token::Other(name.into())).hidden(true);
        }
        let Some(known) = text.get() else {
            let name = text.to_string();
            return Text::token(Token::Other(name.into())).hidden(text.sensitive);
        };
        let mut replaced = Text::default();
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
}
