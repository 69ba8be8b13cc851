//! What was evaluated once and is the same elsewhere: in every world, or in those that give the same answers to what was asked for it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::document::Node;
use super::evaluated::Evaluated;

/// In so many ways a part may depend on questions for it to be worth remembering; to look for it costs time too.
const MOST_KINDS: usize = 64;

/// What an evaluation rests on.
#[derive(Clone, Debug, Default)]
pub(super) struct RestsOn {
    /// The places of the questions that were asked for it.
    pub(super) questions: BTreeSet<usize>,
    /// Something beside the answers to them: it must not be used elsewhere.
    pub(super) anything: bool,
    /// Parameters whose default was used.
    pub(super) defaults: BTreeSet<String>,
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

/// Whether conditions hold, by name.
#[derive(Default)]
pub(super) struct Conditions(pub(super) RefCell<HashMap<String, Memory<bool>>>);

struct Known<T> {
    places: Vec<usize>,
    by_answers: HashMap<Vec<usize>, (T, RestsOn)>,
}

impl<T: Clone> Memory<T> {
    /// What it came to where the questions have these answers.
    pub(super) fn get(&self, answer: impl Fn(usize) -> Option<usize>) -> Option<(T, RestsOn)> {
        let answers = |places: &[usize]| places.iter().map(|place| answer(*place)).collect::<Option<Vec<_>>>();
        self.0.borrow().iter().find_map(|known| known.by_answers.get(&answers(&known.places)?).cloned())
    }

    /// Remembers what it came to, unless that rests on more than answers.
    pub(super) fn insert(&self, answer: impl Fn(usize) -> Option<usize>, part: &T, rests_on: &RestsOn) {
        let places: Vec<usize> = rests_on.questions.iter().copied().collect();
        let Some(answers) = places.iter().map(|place| answer(*place)).collect::<Option<Vec<_>>>().filter(|_| !rests_on.anything) else {
            return;
        };
        let mut memory = self.0.borrow_mut();
        let remembered = (part.clone(), rests_on.clone());
        let is_full = memory.len() >= MOST_KINDS;
        match memory.iter_mut().find(|known| known.places == places) {
            Some(known) => drop(known.by_answers.insert(answers, remembered)),
            None if !is_full => memory.push(Known { places, by_answers: HashMap::from([(answers, remembered)]) }),
            None => {}
        }
    }
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}
