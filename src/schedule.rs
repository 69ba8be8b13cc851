//! Every cluster of an account: pages, parameter groups, log groups, recorded results and puts overlap, and few clusters are held at once.
//!
//! The listings are read by tasks of their own. What they bring flows through one stream: listed clusters are judged, what is judged and
//! what is gone makes batches, batches are put. Whatever goes wrong costs only what it touches, and fails the invocation in the end.
//!
//! Lambda sends an event that failed again. What its first try put is on record with the event's own time by then, and is not put again.

use futures_util::future::ready;
use futures_util::stream::{self, StreamExt};
use neptune_audit_core::facts::Cluster;
use neptune_audit_scan::neptune::Listed;
use neptune_audit_scan::scan::{Message, Scan};
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout_at};

use crate::aws::config::BATCH;
use crate::error::{RuleError, Trouble, Warning};
use crate::evaluation::Evaluation;
use crate::not_applicable::NotApplicable;
use crate::progress::Progress;
use crate::recorded::{Compared, Recorded};
use crate::resource::Resource;
use crate::session::Session;
use crate::signals::{self, Tally};

/// Clusters that are being judged at once: a page of them.
const CLUSTERS_AT_ONCE: usize = 100;
/// Batches that are being put at once.
const PUTS_AT_ONCE: usize = 2;

/// Judges every Neptune cluster of the account, reports, and clears what is recorded for clusters that are gone.
///
/// # Errors
/// [`RuleError::Incomplete`] says what could not be done; all the rest was.
pub(crate) async fn every_cluster(session: &Session, rule_name: Option<&str>, tally: &mut Tally) -> Result<(), RuleError> {
    let parameters = &session.invocation.parameters;
    let mut tasks = JoinSet::new();
    let scan = Scan::every(&session.connection, &parameters.required, &mut tasks);
    let mut clusters = scan.list(&mut tasks);
    let at = session.invocation.ordering_timestamp;
    let compared = if parameters.report_unchanged { Compared::Of(at) } else { Compared::All };
    let recorded = rule_name.map(|rule_name| Recorded::read(&session.config, rule_name, compared, &mut tasks));
    let schedule = Schedule { session, scan, recorded, progress: Progress::default() };
    let listed = clusters.counter();
    let time_is_up = async {
        sleep_until(session.deadline.reading).await;
        schedule.progress.stop();
    };
    let evaluations = stream::poll_fn(|context| clusters.poll_next(context))
        .flat_map(|message| stream::iter(schedule.understand(message)))
        .map(|cluster| schedule.evaluate(cluster))
        .buffer_unordered(CLUSTERS_AT_ONCE)
        .filter_map(ready)
        .chain(stream::once(schedule.gone()).flat_map(stream::iter));
    let mut puts =
        Box::pin(evaluations.take_until(time_is_up).chunks(BATCH).map(|batch| session.report(batch)).buffer_unordered(PUTS_AT_ONCE));
    let mut told = false;
    while let Some((taken, outcome)) = puts.next().await {
        told = true;
        tally.count(&taken);
        if let Err(not_reported) = outcome {
            schedule.progress.note(Trouble::NotReported(not_reported));
        }
    }
    drop(puts);
    tally.unchanged = schedule.progress.unchanged();
    for warning in schedule.progress.warnings() {
        signals::warn(&session.invocation.account, &session.request_id, &warning);
        tally.warnings += 1;
    }
    let troubles = schedule.progress.conclude(listed());
    if !troubles.is_empty() {
        return Err(RuleError::Incomplete(troubles));
    }
    if !told {
        session.report(Vec::new()).await.1.map_err(RuleError::NotReported)?;
    }
    Ok(())
}

/// What a schedule works with. Nothing of it outlives the invocation.
struct Schedule<'a> {
    session: &'a Session,
    scan: Scan<'a>,
    /// Where the event names the rule.
    recorded: Option<Recorded>,
    progress: Progress,
}

impl Schedule<'_> {
    /// The clusters of a page, after noting what is wrong with it.
    fn understand(&self, message: Message) -> Vec<Cluster> {
        match message {
            Message::Page(page) => page.into_iter().filter_map(|listed| self.understand_one(listed)).collect(),
            Message::End(outcome) => {
                self.progress.end_listing(outcome);
                Vec::new()
            }
        }
    }

    fn understand_one(&self, listed: Listed) -> Option<Cluster> {
        match listed {
            Ok(cluster) => {
                if let Some(recorded) = &self.recorded {
                    recorded.exists(&cluster.resource_id);
                }
                Some(cluster)
            }
            Err(unclear) => {
                self.progress.leave_out();
                self.progress.give_up_on(unclear.cluster, unclear.failure.to_string());
                None
            }
        }
    }

    /// The evaluation of a cluster, if there is something to report.
    async fn evaluate(&self, cluster: Cluster) -> Option<Evaluation> {
        let invocation = &self.session.invocation;
        let (identifier, resource) = (cluster.identifier.clone(), Resource::db_cluster(&cluster.resource_id));
        let verdict = match self.scan.judge(cluster).await {
            Ok(verdict) => verdict,
            Err(error) => {
                self.progress.give_up_on(identifier, RuleError::from(error).to_string());
                return None;
            }
        };
        let evaluation =
            Evaluation::judged(resource, &identifier, &verdict, &invocation.parameters.required, invocation.ordering_timestamp);
        let unchanged = match &self.recorded {
            Some(recorded) => timeout_at(self.session.deadline.comparing, recorded.has(&evaluation)).await.unwrap_or(false),
            None => false,
        };
        self.progress.judged(unchanged);
        (!unchanged).then_some(evaluation)
    }

    /// What is recorded for clusters that are not there any more; known only when all that are there are known.
    async fn gone(&self) -> Vec<Evaluation> {
        if !self.progress.knows_all_clusters() {
            return Vec::new();
        }
        let Some(recorded) = &self.recorded else {
            self.progress.warn(Warning::RuleUnnamed);
            return Vec::new();
        };
        let gone = match recorded.gone().await {
            Ok(gone) => gone,
            // A dry run clears nothing, so that it may do without: the services that stand in for AWS Config know only dry runs.
            Err(_) if self.session.invocation.result_token.is_test_mode() => Vec::new(),
            // AWS refuses it for rules that a service owns, those of packs and organizations among them, and nobody can permit it.
            Err(failure) if failure.denied => {
                self.progress.warn(Warning::RecordedDenied(failure));
                Vec::new()
            }
            Err(failure) => {
                self.progress.note(Trouble::RecordedUnknown(failure));
                Vec::new()
            }
        };
        let at = self.session.invocation.ordering_timestamp;
        gone.into_iter().map(|resource| Evaluation::not_applicable(resource, None, &NotApplicable::NotListed, at)).collect()
    }
}
