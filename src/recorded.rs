//! What AWS Config has on record, set against what is listed while both still come in: only what neither side has matched is held.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_config::primitives::DateTime;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::listing::Listing;
use neptune_audit_scan::seen::Seen;
use tokio::task::JoinSet;

use crate::aws::config::{self, Config, GET_RECORDED};
use crate::evaluation::{Compliance, Evaluation};
use crate::resource::Resource;

/// The recorded results of a rule.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// Of each result what is needed of it, until its cluster has come.
    results: Listing<Resource, Kept>,
    existing: Arc<Existing>,
}

/// What is kept of a recorded result.
#[derive(Clone, Copy, Debug)]
struct Kept {
    /// It says nothing of its resource, which needs no clearing then.
    not_applicable: bool,
    /// A fingerprint, where it is compared with.
    result: Option<u64>,
}

/// Which recorded results a new one is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Compared {
    /// All of them.
    All,
    /// Those of this event's time: an earlier try put them, before Lambda sent the event again.
    Of(DateTime),
}

impl Compared {
    fn includes(self, recorded: &config::Recorded) -> bool {
        match self {
            Self::All => true,
            Self::Of(event) => recorded.ordering_timestamp.is_some_and(|at| is_same_time(at, event)),
        }
    }
}

/// AWS Config writes times as seconds with a fraction, which is not exact in binary, and says nowhere how many digits it keeps. No two
/// schedules of a rule are less than an hour apart.
fn is_same_time(one: DateTime, other: DateTime) -> bool {
    (one.as_secs_f64() - other.as_secs_f64()).abs() < 1.0
}

impl Recorded {
    /// Begins to read them, as one of `tasks`.
    pub(crate) fn read(config: &Config, rule_name: &str, compared: Compared, tasks: &mut JoinSet<()>) -> Self {
        let existing = Arc::new(Existing::default());
        let (config, rule_name, known) = (config.clone(), rule_name.to_owned(), Arc::clone(&existing));
        let results = Listing::read(tasks, GET_RECORDED, |pages| async move {
            let kept = |recorded: config::Recorded| {
                let compared = compared.includes(&recorded);
                let result = compared.then(|| known.fingerprint(recorded.compliance, recorded.annotation.as_deref()));
                (recorded.resource, Kept { not_applicable: recorded.compliance == Compliance::NotApplicable, result })
            };
            let taken = config.recorded(&rule_name, |page| {
                pages.add(page.into_iter().map(kept));
                pages.wanted()
            });
            taken.await
        });
        Self { results, existing }
    }

    /// Notes that there is a DB cluster of this resource id, so that nothing recorded for it is gone.
    pub(crate) fn exists(&self, resource_id: &str) {
        self.existing.insert(resource_id);
    }

    /// Whether this very result is on record among those that are compared. Where nobody knows it is not: one put too many does no harm.
    pub(crate) async fn has(&self, evaluation: &Evaluation) -> bool {
        let recorded = self.results.find(&evaluation.resource).await;
        self.results.forget(&evaluation.resource);
        let result = self.existing.fingerprint(evaluation.compliance, Some(&evaluation.annotation));
        matches!(recorded, Ok(Some(Kept { result: Some(recorded), .. })) if recorded == result)
    }

    /// The resources with a result that says something, of which no cluster was noted. Means something when all clusters were.
    ///
    /// # Errors
    /// When not all results could be read.
    pub(crate) async fn gone(&self) -> Result<Vec<Resource>, CallError> {
        let gone = |(resource, kept): (&Resource, &Kept)| {
            let is_gone = !kept.not_applicable && !self.existing.contains(&resource.resource_id);
            is_gone.then(|| resource.clone())
        };
        self.results.all(gone).await
    }
}

/// The resource ids of clusters that are there; and what makes fingerprints of results, whose text would be memory, for thousands of them.
#[derive(Debug, Default)]
struct Existing {
    fingerprints: RandomState,
    ids: Mutex<Seen>,
}

impl Existing {
    fn insert(&self, resource_id: &str) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(resource_id);
    }

    fn contains(&self, resource_id: &str) -> bool {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).contains(resource_id)
    }

    fn fingerprint(&self, compliance: Compliance, annotation: Option<&str>) -> u64 {
        self.fingerprints.hash_one((compliance, annotation))
    }
}
