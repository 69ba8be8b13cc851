//! Judges a cluster of a template in every world that its parameters and conditions allow.
//!
//! A question is asked only where something depends on it, so the worlds are found by going through them: what a world does not answer is
//! asked in the next round.

use neptune_audit_core::forecast::{Choice, Forecast, MOST_WORLDS, foresee_with};
use neptune_audit_core::once::each_once;
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::Unread;

use super::declared::{Resource, Template};
use super::evaluate::{Evaluator, Given};
use super::linking::{Parts, cluster, engine};
use super::remembered::Fixed;
use super::world::{Asked, Questions, World};
use crate::report::Basis;
use crate::resources::{Cluster, Foreseen, Judging, Row, Value, asks_for_log_group, judge};

/// What all clusters of a template are judged with.
pub(super) struct Judge<'a> {
    pub(super) template: &'a Template,
    pub(super) given: &'a Given,
    pub(super) required: &'a Requirements,
    pub(super) judging: Judging,
    /// What is the same in all of them.
    pub(super) fixed: Fixed,
}

/// A cluster in one world.
enum There {
    Is(Box<Cluster>),
    /// Its condition does not hold.
    IsNot,
    /// It is of another engine.
    IsForeign,
    /// Its engine is not known.
    Unknown(String),
}

impl Judge<'_> {
    /// The row of a cluster, and the parameters whose defaults it rests on; nothing where it is none of Neptune's.
    pub(super) fn row(&self, resource: &Resource) -> Option<(Row, Vec<String>)> {
        if let Some(function) = resource.brought() {
            return Some((Row::Undecided(format!("{function} brings properties that are not in the template")), Vec::new()));
        }
        let (mut questions, parts) = (Questions::default(), Parts::default());
        let mut defaults = std::collections::BTreeSet::new();
        let worlds = loop {
            let mut worlds = Vec::new();
            let mut more: Vec<Asked> = Vec::new();
            let Some(count) = count(&questions.asked) else {
                return Some((too_many(&questions.asked), defaults.into_iter().collect()));
            };
            for number in 0..count {
                let world = World::new(&questions, answers(&questions.asked, number));
                worlds.push(self.there(resource, &parts, &world));
                more.extend(world.unanswered());
                defaults.append(&mut world.defaults.borrow_mut());
            }
            if more.is_empty() {
                break worlds;
            }
            more.into_iter().for_each(|new| questions.add(new));
        };
        let row = self.sum_up(&questions.asked, worlds)?;
        Some((row, defaults.into_iter().collect()))
    }

    fn there(&self, resource: &Resource, parts: &Parts, world: &World<'_>) -> There {
        let evaluator = Evaluator::new(self.template, self.given, &self.fixed, &parts.conditions, world);
        match engine(resource, &evaluator) {
            Value::Known(engine) | Value::Sensitive(engine) if !engine.eq_ignore_ascii_case("neptune") => return There::IsForeign,
            Value::Known(_) | Value::Sensitive(_) => {}
            Value::Unknown(name) => return There::Unknown(name),
        }
        let cluster = cluster(resource, &evaluator, parts, asks_for_log_group(self.required));
        cluster.map_or(There::IsNot, |cluster| There::Is(Box::new(cluster)))
    }

    fn sum_up(&self, asked: &[Asked], worlds: Vec<There>) -> Option<Row> {
        if worlds.iter().all(|there| matches!(there, There::IsForeign)) {
            return None;
        }
        let mut foreseen: Vec<Option<Foreseen>> = Vec::new();
        for there in worlds {
            foreseen.push(match there {
                There::Unknown(name) => return Some(Row::Undecided(format!("its engine is not known: {name}"))),
                There::IsNot | There::IsForeign => None,
                There::Is(cluster) => match judge(&cluster, self.required, self.judging) {
                    Ok(foreseen) => Some(foreseen),
                    Err(unread) => return Some(Row::of(Err(unread))),
                },
            });
        }
        let there: Vec<(Vec<usize>, &Foreseen)> =
            foreseen.iter().enumerate().filter_map(|(number, foreseen)| Some((answers(asked, number), foreseen.as_ref()?))).collect();
        if there.is_empty() {
            return Some(Row::NotApplicable("it is not made: its condition does not hold".to_owned()));
        }
        let choices: Vec<_> = asked.iter().map(|asked| Choice { name: asked.name.clone(), alternatives: asked.answers }).collect();
        let forecast = foresee_with(&choices, |picks| -> Result<Forecast, Unread> {
            // Where the cluster is not made nothing is to be said: such a world counts as the one next to it where it is made.
            let here = foreseen.get(number(asked, picks)).and_then(Option::as_ref);
            let distance = |answers: &[usize]| answers.iter().zip(picks).filter(|(one, two)| one != two).count();
            let nearest = || there.iter().min_by_key(|(answers, _)| distance(answers)).map(|(_, foreseen)| *foreseen);
            here.or_else(nearest).map(|foreseen| foreseen.forecast.clone()).ok_or(Unread)
        });
        let basis = there.iter().fold(Basis::Value, |basis, (_, foreseen)| basis.and(foreseen.basis));
        let hidden = each_once(there.iter().flat_map(|(_, foreseen)| &foreseen.hidden)).into_iter().cloned().collect();
        let concerns = each_once(there.iter().flat_map(|(_, foreseen)| &foreseen.concerns)).into_iter().cloned().collect();
        Some(Row::of(forecast.map(|forecast| Foreseen { forecast, basis, hidden, concerns })))
    }
}

/// The number of worlds, where that many are looked at.
fn count(asked: &[Asked]) -> Option<usize> {
    let count = asked.iter().try_fold(1_usize, |count, asked| count.checked_mul(asked.answers.max(1)))?;
    (count <= MOST_WORLDS).then_some(count)
}

fn too_many(asked: &[Asked]) -> Row {
    const MOST_NAMED: usize = 20;
    let names: Vec<_> = asked.iter().map(|asked| asked.name.as_str()).take(MOST_NAMED).collect();
    Row::Undecided(format!("too much is unknown to look at every case: {}", names.join(", ")))
}

/// The answers in a world, the last question's changing first.
fn answers(asked: &[Asked], mut number: usize) -> Vec<usize> {
    let mut answers: Vec<_> = asked
        .iter()
        .rev()
        .map(|asked| {
            let of = asked.answers.max(1);
            let answer = number % of;
            number /= of;
            answer
        })
        .collect();
    answers.reverse();
    answers
}

/// The world in which these are the answers.
fn number(asked: &[Asked], answers: &[usize]) -> usize {
    asked.iter().zip(answers).fold(0, |number, (asked, answer)| number.saturating_mul(asked.answers.max(1)).saturating_add(*answer))
}
