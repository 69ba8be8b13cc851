//! What came out, compared with what is expected; every difference is kept for the last word.

use anyhow::{Context, Result};
use emulator::Answer;

use crate::expected::{self, Verdict};
use crate::scene::Schedule;
use crate::stage::{Outcome, Stage};

/// What was compared so far.
#[derive(Default)]
pub(crate) struct Review {
    pub(crate) checked: usize,
    pub(crate) surprises: Vec<String>,
}

impl Review {
    pub(crate) fn check(&mut self, holds: bool, surprise: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.surprises.push(surprise());
        }
    }

    /// The answer is an error whose message has all of these words.
    pub(crate) fn refused(&mut self, what: &str, outcome: &Outcome, words: &[&str]) {
        let named = |message: &str| words.iter().all(|word| message.contains(word));
        let as_expected = matches!(&outcome.answer, Answer::Error { error_message, .. } if named(error_message));
        self.check(as_expected, || format!("{what}: expected an error naming {}, got {:?}", words.join(", "), outcome.answer));
    }

    /// Each cluster of the account is reported as its tag says, each recorded cluster that is gone is cleared, and nothing else is put.
    /// Of what is named in `silent` (by identifier, or by resource id where it is gone) nothing is put.
    pub(crate) fn fleet(&mut self, stage: &Stage, scene: &Schedule, outcome: &Outcome, silent: &[&str]) -> Result<()> {
        let facts = stage.fleet().accounts.get(scene.account).with_context(|| format!("the fleet has no account {}", scene.account))?;
        let mut left: Vec<_> = outcome.evaluations.iter().collect();
        let mut take = |resource_id: &str| {
            let place = left.iter().position(|evaluation| evaluation.account == scene.account && evaluation.resource_id == resource_id);
            place.map(|place| Verdict::of(left.remove(place)))
        };
        let surprise = |name: &str, expected: &str, got: &Option<Verdict>| {
            format!("{}: {name}: expected {expected}, AWS Config received {}", scene.title, or_nothing(got))
        };
        for cluster in &facts.clusters {
            let expected = expected::of_cluster(cluster, scene.tag)?.filter(|_| !silent.contains(&cluster.identifier.as_str()));
            let got = take(&cluster.resource_id);
            self.check(got == expected, || surprise(&cluster.identifier, &or_nothing(&expected), &got));
        }
        let is_listed = |resource_id: &str| facts.clusters.iter().any(|cluster| cluster.resource_id == resource_id);
        for gone in facts.recorded.iter().filter(|recorded| !is_listed(&recorded.resource_id)) {
            let got = take(&gone.resource_id);
            if silent.contains(&gone.resource_id.as_str()) {
                self.check(got.is_none(), || surprise(&gone.resource_id, "nothing", &got));
                continue;
            }
            let cleared = got.as_ref().is_some_and(|verdict| verdict.compliance == "NOT_APPLICABLE");
            self.check(cleared, || surprise(&gone.resource_id, "NOT_APPLICABLE", &got));
        }
        let strangers: Vec<_> = left.iter().map(|evaluation| format!("{} in {}", evaluation.resource_id, evaluation.account)).collect();
        self.check(strangers.is_empty(), || format!("{}: AWS Config also received results for {}", scene.title, strangers.join(", ")));
        Ok(())
    }
}

/// A verdict in words, where there may be none.
pub(crate) fn or_nothing(verdict: &Option<Verdict>) -> String {
    verdict.as_ref().map_or_else(|| "nothing".to_owned(), Verdict::to_string)
}
