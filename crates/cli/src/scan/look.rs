//! One account in one Region: its clusters, or those that were named, judged as the function judges them.

use std::cell::{Cell, RefCell};

use futures_util::stream::{self, StreamExt};
use neptune_audit_core::facts::Cluster;
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::Verdict;
use neptune_audit_scan::connection::Connection;
use neptune_audit_scan::error::{CallError, ScanError};
use neptune_audit_scan::interceptors::Calls;
use neptune_audit_scan::neptune::{DESCRIBE_CLUSTERS, Listed};
use neptune_audit_scan::scan::{Message, Scan as Reading};
use tokio::task::JoinSet;

use super::found::{Found, not_looked_call};
use super::pair::Pair;
use super::progress::Progress;
use super::wording;
use crate::report::{Judged, NotLooked};

/// Clusters that are being judged at once: a page of them, as in the function.
const CLUSTERS_AT_ONCE: usize = 100;

/// How a scan looks at each place.
pub(super) struct Look<'a> {
    pub(super) required: &'a Requirements,
    /// The clusters to look for; none is all of them.
    pub(super) named: &'a [String],
    pub(super) calls: Calls,
    pub(super) found: &'a RefCell<Found>,
    pub(super) progress: &'a Progress,
}

impl Look<'_> {
    /// Judges what is there, and notes what could not be looked at.
    pub(super) async fn at(&self, pair: &Pair) {
        let connection = Connection::new(pair.sdk.clone(), self.calls.clone());
        let here = Here { look: self, pair };
        if self.named.is_empty() { here.every(&connection).await } else { here.named(&connection, self.named).await }
    }

    fn judged(&self, judged: Judged) {
        self.found.borrow_mut().results.push(judged);
        self.progress.judged();
    }

    fn not_looked(&self, error: NotLooked) {
        self.found.borrow_mut().errors.push(error);
    }
}

/// A look at one place.
struct Here<'a> {
    look: &'a Look<'a>,
    pair: &'a Pair,
}

impl Here<'_> {
    async fn every(&self, connection: &Connection) {
        let mut tasks = JoinSet::new();
        let reading = Reading::every(connection, self.look.required, &mut tasks);
        let mut clusters = reading.list(&mut tasks);
        let ended = Cell::new(false);
        stream::poll_fn(|context| clusters.poll_next(context))
            .flat_map(|message| stream::iter(self.understand(message, &ended)))
            .map(|cluster| self.judge(&reading, cluster))
            .buffer_unordered(CLUSTERS_AT_ONCE)
            .collect::<()>()
            .await;
        if !ended.get() {
            let broken = CallError::incomplete(DESCRIBE_CLUSTERS, "the listing of Neptune clusters", "it stopped before its end");
            self.not_looked(None, &broken);
        }
    }

    /// The clusters of a page, after noting what is wrong with it.
    fn understand(&self, message: Message, ended: &Cell<bool>) -> Vec<Cluster> {
        match message {
            Message::Page(page) => page.into_iter().filter_map(|listed| self.understand_one(listed)).collect(),
            Message::End(outcome) => {
                ended.set(true);
                if let Err(error) = outcome {
                    self.not_looked(None, &error);
                }
                Vec::new()
            }
        }
    }

    fn understand_one(&self, listed: Listed) -> Option<Cluster> {
        listed.map_err(|unclear| self.not_looked(Some(&unclear.cluster), &unclear.failure)).ok()
    }

    async fn named(&self, connection: &Connection, names: &[String]) {
        let reading = Reading::one(connection, self.look.required);
        let judging = stream::iter(names).map(|name| self.judge_named(connection, &reading, name));
        judging.buffer_unordered(CLUSTERS_AT_ONCE).collect::<()>().await;
    }

    /// A name that does not exist here may exist elsewhere.
    async fn judge_named(&self, connection: &Connection, reading: &Reading<'_>, name: &str) {
        match connection.neptune.cluster(name).await {
            Ok(Some(cluster)) if cluster.is_neptune() => self.judge(reading, cluster).await,
            Ok(_) => {}
            Err(error) => self.not_looked(Some(name), &error),
        }
    }

    async fn judge(&self, reading: &Reading<'_>, cluster: Cluster) {
        let (account, region) = (&self.pair.account, &self.pair.region);
        let kept = cluster.clone();
        let verdict: Result<Verdict, ScanError> = reading.judge(cluster).await;
        match verdict {
            Ok(verdict) => self.look.judged(wording::judged(account, region, &kept, &verdict, self.look.required)),
            Err(ScanError::Call(error)) => self.not_looked(Some(&kept.identifier), &error),
            Err(error @ ScanError::Unread(_)) => self.look.not_looked(NotLooked {
                account: Some(account.clone()),
                region: Some(region.clone()),
                cluster: Some(kept.identifier),
                permission: None,
                message: error.to_string(),
            }),
        }
    }

    fn not_looked(&self, cluster: Option<&str>, error: &CallError) {
        self.look.not_looked(not_looked_call(Some(&self.pair.account), Some(&self.pair.region), cluster, error));
    }
}
