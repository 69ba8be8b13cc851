//! Which world a template is read in: what each parameter and condition is taken to be, as far as anybody asked.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::text::Text;

/// Something that decides, and is not known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Question {
    /// The value of a parameter, or of a pseudo parameter.
    Parameter(String),
    /// Whether two texts are equal that hold what is not known.
    Equal(Text, Text),
}

/// A question with the number of its answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// What is asked.
    pub(super) question: Question,
    /// How people call it.
    pub(super) name: String,
    /// How many answers there are.
    pub(super) answers: usize,
}

/// The questions of a cluster that were asked so far, with their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Questions {
    /// In the order in which they came up.
    pub(super) asked: Vec<Asked>,
    places: HashMap<Question, usize>,
}

impl Questions {
    /// One more, unless it is known.
    pub(super) fn add(&mut self, asked: Asked) {
        if !self.places.contains_key(&asked.question) {
            self.places.insert(asked.question.clone(), self.asked.len());
            self.asked.push(asked);
        }
    }
}

/// One world, and what it does not say yet.
#[derive(Debug)]
pub(super) struct World<'a> {
    questions: &'a Questions,
    answers: Vec<usize>,
    unanswered: RefCell<Vec<Asked>>,
    /// Parameters whose default was used.
    pub(super) defaults: RefCell<BTreeSet<String>>,
}

impl<'a> World<'a> {
    /// In which these questions have these answers.
    pub(super) fn new(questions: &'a Questions, answers: Vec<usize>) -> Self {
        Self { questions, answers, unanswered: RefCell::default(), defaults: RefCell::default() }
    }

    /// The answer to the question in a place.
    pub(super) fn answer(&self, place: usize) -> Option<usize> {
        self.answers.get(place).copied()
    }

    /// The answer, and the place of the question; the first answer, where this world does not say yet. What was asked is then known
    /// afterwards.
    pub(super) fn ask(&self, question: Question, name: impl FnOnce() -> String, answers: usize) -> (usize, Option<usize>) {
        if let Some(place) = self.questions.places.get(&question).copied()
            && let Some(answer) = self.answer(place)
        {
            return (answer, Some(place));
        }
        let mut unanswered = self.unanswered.borrow_mut();
        if unanswered.iter().all(|asked| asked.question != question) {
            unanswered.push(Asked { question, name: name(), answers });
        }
        (0, None)
    }

    /// What was asked and not answered.
    pub(super) fn unanswered(&self) -> Vec<Asked> {
        self.unanswered.take()
    }
}
