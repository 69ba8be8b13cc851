//! How far a schedule has come, and what went wrong on the way: counted while clusters are judged, summed up once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use neptune_audit_scan::error::CallError;
use neptune_audit_scan::neptune::DESCRIBE_CLUSTERS;

use crate::error::{Trouble, Warning};

/// How far a schedule has come. Everything in it can be noted by whoever holds a reference: one invocation runs on one thread.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Whether the listing of clusters said that it ended.
    listing_ended: Cell<bool>,
    /// Whether it left something out: pages, or of a cluster even the resource id.
    listing_incomplete: Cell<bool>,
    time_is_up: Cell<bool>,
    judged: Cell<usize>,
    unchanged: Cell<u64>,
    /// The clusters that could not be judged, by the reason.
    unreadable: RefCell<BTreeMap<String, Vec<String>>>,
    others: RefCell<Vec<Trouble>>,
    warnings: RefCell<Vec<Warning>>,
}

impl Progress {
    /// Notes how the listing of clusters ended.
    pub(crate) fn end_listing(&self, outcome: Result<(), CallError>) {
        self.listing_ended.set(true);
        if let Err(failure) = outcome {
            self.leave_out();
            self.note(Trouble::ListingBroken(failure));
        }
    }

    /// Notes that the listing left something out.
    pub(crate) fn leave_out(&self) {
        self.listing_incomplete.set(true);
    }

    /// Whether every cluster that there is was listed.
    pub(crate) fn knows_all_clusters(&self) -> bool {
        self.listing_ended.get() && !self.listing_incomplete.get()
    }

    /// Notes that nothing more may be read.
    pub(crate) fn stop(&self) {
        self.time_is_up.set(true);
    }

    /// Notes that a cluster was judged, and whether its result is on record already.
    pub(crate) fn judged(&self, unchanged: bool) {
        self.judged.update(|count| count + 1);
        self.unchanged.update(|count| count + u64::from(unchanged));
    }

    /// Notes a cluster that cannot be judged.
    pub(crate) fn give_up_on(&self, cluster: String, problem: String) {
        self.judged.update(|count| count + 1);
        self.unreadable.borrow_mut().entry(problem).or_default().push(cluster);
    }

    /// Notes anything else that went wrong.
    pub(crate) fn note(&self, trouble: Trouble) {
        self.others.borrow_mut().push(trouble);
    }

    /// Notes something that somebody should know and that costs no result.
    pub(crate) fn warn(&self, warning: Warning) {
        self.warnings.borrow_mut().push(warning);
    }

    /// What was warned of.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.warnings.take()
    }

    /// How many results were on record already.
    pub(crate) fn unchanged(&self) -> u64 {
        self.unchanged.get()
    }

    /// All that went wrong, when of `listed` clusters no more will be judged.
    pub(crate) fn conclude(self, listed: usize) -> Vec<Trouble> {
        if self.time_is_up.get() {
            self.note(Trouble::DeadlineExceeded { left: listed.saturating_sub(self.judged.get()) });
        } else if !self.listing_ended.get() {
            self.end_listing(Err(CallError::stopped(DESCRIBE_CLUSTERS)));
        }
        let unreadable = self.unreadable.into_inner().into_iter().map(|(problem, mut clusters)| {
            clusters.sort_unstable();
            Trouble::Unreadable { clusters, problem }
        });
        unreadable.chain(self.others.into_inner()).collect()
    }
}
