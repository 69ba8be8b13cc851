//! Notes what an evaluation rests on, and makes a part of a cluster anew only where that may be otherwise.

use super::evaluate::Evaluator;
use super::remembered::{Memory, RestsOn};
use super::world::Question;

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
        let answer = |place| self.world.answer(place);
        if let Some((part, rests_on)) = memory.get(answer) {
            self.rest_on(rests_on);
            return part;
        }
        let before = self.rests_on.take();
        let part = make();
        let rests_on = self.rests_on.replace(before);
        memory.insert(answer, &part, &rests_on);
        self.rest_on(rests_on);
        part
    }
}
