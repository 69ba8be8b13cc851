//! Which world a template is read in: what each parameter and condition is taken to be, as far as anybody asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

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

/// One world, and what it does not say yet.
#[derive(Debug, Default)]
pub(super) struct World {
    answers: BTreeMap<Question, usize>,
    unanswered: RefCell<Vec<Asked>>,
    /// Parameters whose default was used.
    pub(super) defaults: RefCell<BTreeSet<String>>,
}

impl World {
    /// In which these questions have these answers.
    pub(super) fn new(asked: &[Asked], answers: &[usize]) -> Self {
        let answers = asked.iter().zip(answers).map(|(asked, answer)| (asked.question.clone(), *answer)).collect();
        Self { answers, ..Self::default() }
    }

    /// The answer; the first one, where this world does not say yet. What was asked is then known afterwards.
    pub(super) fn ask(&self, question: Question, name: impl FnOnce() -> String, answers: usize) -> usize {
        if let Some(answer) = self.answers.get(&question) {
            return *answer;
        }
        let mut unanswered = self.unanswered.borrow_mut();
        if unanswered.iter().all(|asked| asked.question != question) {
            unanswered.push(Asked { question, name: name(), answers });
        }
        0
    }

    /// What was asked and not answered.
    pub(super) fn unanswered(&self) -> Vec<Asked> {
        self.unanswered.take()
    }
}
