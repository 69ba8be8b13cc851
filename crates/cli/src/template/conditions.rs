//! Whether a condition holds in one world. What nobody can tell is a question, and has one answer wherever it is asked.

use std::rc::Rc;

use super::document::Node;
use super::evaluate::{Evaluator, MOST_LEVELS};
use super::evaluated::Evaluated;
use super::same::Same;
use super::text::{Part, Text, Token};
use super::world::Question;
use super::written::written;

impl Evaluator<'_> {
    /// Whether a condition holds in this world.
    pub(super) fn condition(&self, name: &str) -> bool {
        let known = self.conditions.borrow().get(name).cloned();
        if let Some((holds, rests_on)) = known {
            self.rest_on(rests_on);
            return holds;
        }
        let answer = |place| self.world.answer(place);
        let known = self.conditions_before.0.borrow().get(name).and_then(|memory| memory.get(answer));
        if let Some((holds, rests_on)) = known {
            self.conditions.borrow_mut().insert(name.to_owned(), (holds, rests_on.clone()));
            self.rest_on(rests_on);
            return holds;
        }
        let level = self.level.get();
        let before = self.rests_on.take();
        if level >= MOST_LEVELS {
            self.rest_on_anything();
        }
        let holds = match (&self.template.conditions_changed_by, self.template.conditions.get(name)) {
            (Some(changed_by), _) => self.ask(&format!("condition `{name}`, which {changed_by} may change")),
            (None, Some(node)) if level < MOST_LEVELS => {
                self.level.set(level + 1);
                let holds = self.holds(node);
                self.level.set(level);
                holds
            }
            // A condition that is not there, or that rests on itself.
            _ => self.ask(&format!("condition `{name}`")),
        };
        let rests_on = self.rests_on.replace(before);
        self.conditions.borrow_mut().insert(name.to_owned(), (holds, rests_on.clone()));
        self.conditions_before.0.borrow_mut().entry(name.to_owned()).or_default().insert(answer, &holds, &rests_on);
        self.rest_on(rests_on);
        holds
    }

    fn holds(&self, node: &Rc<Node>) -> bool {
        let level = self.level.get();
        if level >= MOST_LEVELS {
            self.rest_on_anything();
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
                self.ask_world(Question::Equal(one.clone(), two.clone()), name, 2) == 0
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

    fn ask(&self, what: &str) -> bool {
        let question = Question::Equal(Text::known("true"), Text::token(Token::Other(what.into())));
        self.ask_world(question, || what.to_owned(), 2) == 0
    }
}
