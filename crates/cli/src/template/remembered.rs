//! What was evaluated once and is the same elsewhere: in every world, or in those that give the same answers to what was asked for it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::document::Node;
use super::evaluate::Evaluator;
use super::evaluated::Evaluated;
use super::world::Question;

/// What an evaluation rests on.
#[derive(Clone, Debug, Default)]
pub(super) struct RestsOn {
    /// The places of the questions that were asked for it.
    questions: BTreeSet<usize>,
    /// Something beside the answers to them: it must not be used elsewhere.
    anything: bool,
    /// Parameters whose default was used.
    defaults: BTreeSet<String>,
}

impl RestsOn {
    /// On the default of a parameter.
    pub(super) fn default_of(parameter: &str) -> Self {
        Self { defaults: BTreeSet::from([parameter.to_owned()]), ..Self::default() }
    }

    /// Whether it is the same in every world.
    pub(super) fn is_fixed(&self) -> bool {
        self.questions.is_empty() && !self.anything
    }
}

/// What an expression came to, and what that rests on.
#[derive(Clone)]
pub(super) struct Remembered {
    pub(super) evaluated: Evaluated,
    pub(super) rests_on: RestsOn,
}

/// What parts of a template come to in every world.
#[derive(Default)]
pub(super) struct Fixed(pub(super) RefCell<HashMap<*const Node, Remembered>>);

/// What one part of a cluster came to, by the places of the questions that were asked for it and by the answers.
pub(super) struct Memory<T>(RefCell<Vec<Known<T>>>);

struct Known<T> {
    places: Vec<usize>,
    by_answers: HashMap<Vec<usize>, (T, RestsOn)>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl Evaluator<'_> {
    /// Asks, and remembers that it was asked.
    pub(super) fn ask_world(&self, question: Question, name: impl FnOnce() -> String, answers: usize) -> usize {
        let (answer, place) = self.world.ask(question, name, answers);
        let mut rests_on = self.rests_on.borrow_mut();
        match place {
            Some(place) => drop(rests_on.questions.insert(place)),
            None => rests_on.anything = true,
        }
        answer
    }

    /// What is evaluated now rests on this too.
    pub(super) fn rest_on(&self, other: RestsOn) {
        if !other.defaults.is_empty() {
            self.world.defaults.borrow_mut().extend(other.defaults.iter().cloned());
        }
        let mut rests_on = self.rests_on.borrow_mut();
        rests_on.questions.extend(other.questions);
        rests_on.anything |= other.anything;
        rests_on.defaults.extend(other.defaults);
    }

    /// What is evaluated now is to be evaluated anew elsewhere.
    pub(super) fn rest_on_anything(&self) {
        self.rests_on.borrow_mut().anything = true;
    }

    /// A part of a cluster, which is made anew only where it may be another than in the worlds before.
    pub(super) fn part<T: Clone>(&self, memory: &Memory<T>, make: impl FnOnce() -> T) -> T {
        let answers = |places: &[usize]| places.iter().map(|place| self.world.answer(*place)).collect::<Option<Vec<_>>>();
        let known = memory.0.borrow().iter().find_map(|known| known.by_answers.get(&answers(&known.places)?).cloned());
        if let Some((part, rests_on)) = known {
            self.rest_on(rests_on);
            return part;
        }
        let before = self.rests_on.take();
        let part = make();
        let rests_on = self.rests_on.replace(before);
        let places: Vec<usize> = rests_on.questions.iter().copied().collect();
        if let Some(answers) = answers(&places).filter(|_| !rests_on.anything) {
            let mut memory = memory.0.borrow_mut();
            let known = memory.iter_mut().find(|known| known.places == places);
            let remembered = (part.clone(), rests_on.clone());
            match known {
                Some(known) => drop(known.by_answers.insert(answers, remembered)),
                None => memory.push(Known { places, by_answers: HashMap::from([(answers, remembered)]) }),
            }
        }
        self.rest_on(rests_on);
        part
    }
}
