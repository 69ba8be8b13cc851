//! The functions that make texts and lists of others. Each gives nothing where it cannot tell.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use std::rc::Rc;

use super::declared::brought;
use super::document::Node;
use super::evaluate::Evaluator;
use super::evaluated::Evaluated;
use super::text::{Text, Token};
use super::written::written;
use super::yaml::switch;

impl Evaluator<'_> {
    pub(super) fn substitute(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let (written, own) = match (argument.text(), argument.list()) {
            (Some(text), _) => (text, None),
            (None, Some([text, own])) => (text.text()?, Some(own)),
            _ => return None,
        };
        // What a macro makes of the values nobody knows.
        if own.is_some_and(|own| brought(own).is_some()) {
            return None;
        }
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

    pub(super) fn join(&self, argument: &Rc<Node>) -> Option<Evaluated> {
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

    pub(super) fn choose(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let [condition, then, otherwise] = argument.list()? else {
            return None;
        };
        Some(self.evaluate(if self.condition(condition.text()?) { then } else { otherwise }))
    }

    pub(super) fn find_in_map(&self, argument: &Rc<Node>, whole: &Rc<Node>) -> Option<Evaluated> {
        let [map, first, second, rest @ ..] = argument.list()? else {
            return None;
        };
        let key = |node: &Rc<Node>| self.evaluate(node).text().and_then(Text::get).map(str::to_owned);
        let (map, first, second) = (key(map)?, key(first)?, key(second)?);
        let map = self.template.mappings.get(&map);
        let under = map.and_then(|map| map.get(&first));
        // A macro in a mapping may change each of its entries; whatever brings more may bring the one that is asked for.
        let changed_by = self.template.mappings_changed_by.clone();
        let changed_by = changed_by.or_else(|| brought(map?)).or_else(|| brought(under?)).or_else(|| brought(rest.first()?));
        if let Some(by) = changed_by {
            return Some(Evaluated::Text(Text::token(Token::Other(format!("{}, which {by} may change", written(whole)).into()))));
        }
        // `on` is read as a switch, and whether the key of a mapping is read so too nobody says.
        let is_switch = |map: &Node, key: &str| map.get(key).is_none() && map.entries().iter().any(|entry| switch(&entry.key) == Some(key));
        if map.is_some_and(|map| is_switch(map, &first)) || under.is_some_and(|map| is_switch(map, &second)) {
            return None;
        }
        let found = under.and_then(|map| map.get(&second));
        let found = found.or_else(|| rest.first().and_then(|options| options.get("DefaultValue")));
        found.map(|node| self.evaluate(node))
    }

    pub(super) fn select(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let [index, list] = argument.list()? else {
            return None;
        };
        let index: usize = self.evaluate(index).text().and_then(Text::get)?.parse().ok()?;
        match self.evaluate(list) {
            Evaluated::List(elements) => elements.get(index).cloned(),
            _ => None,
        }
    }

    pub(super) fn split(&self, argument: &Rc<Node>) -> Option<Evaluated> {
        let [between, text] = argument.list()? else {
            return None;
        };
        let between = between.text().filter(|between| !between.is_empty())?;
        let text = self.evaluate(text);
        let text = text.text()?;
        let pieces = text.get()?.split(between).map(|piece| Evaluated::Text(Text::known(piece).hidden(text.sensitive)));
        Some(Evaluated::List(pieces.collect()))
    }
}
