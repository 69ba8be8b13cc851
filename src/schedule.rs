//! Every cluster of an account: pages, parameter groups, log groups, recorded results and puts overlap, and few clusters are held at once.
//!
//! The listings are read by tasks of their own. What they bring flows through one stream: listed clusters are judged, what is judged and
//! what is gone makes batches, batches are put. Whatever goes wrong costs only what it touches, and fails the invocation in the end.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::ready;
use futures_util::stream::{self, StreamExt};
use tokio::sync::{OnceCell, mpsc};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::aws::Aws;
use crate::aws::config::BATCH;
use crate::aws::logs::DESCRIBE_LOG_GROUPS;
use crate::aws::neptune::{DESCRIBE_CLUSTERS, Listed};
use crate::error::{CallError, RuleError, Trouble};
use crate::event::Resource;
use crate::facts::{Cluster, Fact, LOG_GROUP_PREFIX, LogGroup, LogParameters, LogType};
use crate::listing::Listing;
use crate::recorded::Recorded;
use crate::report::Evaluation;
use crate::rule::Session;
use crate::signals::Tally;
use crate::verdict::{NotApplicable, Verdict};

/// Pages that are read ahead of the clusters being judged: enough to keep the chain of pages going.
const PAGES_AHEAD: usize = 1;
/// Clusters that are being judged at once: a page of them.
const CLUSTERS_AT_ONCE: usize = 100;
/// Batches that are being put at once.
const PUTS_AT_ONCE: usize = 2;

/// Judges every Neptune cluster of the account, reports, and clears what is recorded for clusters that are gone.
///
/// # Errors
/// [`RuleError::Incomplete`] says what could not be done; all the rest was.
pub(crate) async fn every_cluster(session: &Session, rule_name: &str, tally: &mut Tally) -> Result<(), RuleError> {
    let mut tasks = JoinSet::new();
    let listed = Arc::new(AtomicUsize::new(0));
    let mut pages = list_clusters(&session.aws, &listed, &mut tasks);
    let schedule = Schedule::new(session, rule_name, &mut tasks);
    let stopped = Cell::new(false);
    let time_is_up = async {
        sleep_until(session.deadline.reading).await;
        stopped.set(true);
    };
    let evaluations = stream::poll_fn(|context| pages.poll_recv(context))
        .flat_map(|message| stream::iter(schedule.understand(message)))
        .map(|cluster| schedule.evaluate(cluster))
        .buffer_unordered(CLUSTERS_AT_ONCE)
        .filter_map(ready)
        .chain(stream::once(schedule.gone()).flat_map(stream::iter));
    let mut puts = pin!(
        evaluations
            .take_until(time_is_up)
            .chunks(BATCH)
            .map(async |batch| (session.report(&batch).await, batch))
            .buffer_unordered(PUTS_AT_ONCE)
    );
    let mut told = false;
    while let Some((outcome, batch)) = puts.next().await {
        told = true;
        match outcome {
            Ok(()) => tally.count(&batch),
            Err(not_reported) => schedule.note(Trouble::NotReported(not_reported)),
        }
    }
    tally.unchanged = schedule.unchanged.get();
    if stopped.get() {
        let left = listed.load(Ordering::Relaxed).saturating_sub(schedule.judged.get());
        schedule.note(Trouble::DeadlineExceeded { left });
    } else if !schedule.listing_ended.get() {
        schedule.end(Err(CallError::stopped(DESCRIBE_CLUSTERS)));
    }
    let troubles = schedule.troubles();
    if !troubles.is_empty() {
        return Err(RuleError::Incomplete(troubles));
    }
    if !told {
        session.report(&[]).await.map_err(RuleError::NotReported)?;
    }
    Ok(())
}

/// Reads the clusters in a task of their own: the chain of pages is the longest chain, so it never waits for anything else.
fn list_clusters(aws: &Aws, listed: &Arc<AtomicUsize>, tasks: &mut JoinSet<()>) -> mpsc::Receiver<Message> {
    let (sender, receiver) = mpsc::channel(PAGES_AHEAD);
    let (neptune, listed) = (aws.neptune.clone(), Arc::clone(listed));
    tasks.spawn(async move {
        let outcome = neptune
            .clusters(|page| {
                listed.fetch_add(page.len(), Ordering::Relaxed);
                let sender = &sender;
                async move { sender.send(Message::Page(page)).await.is_ok() }
            })
            .await;
        // Nobody listens any more only when the time is up, which is told otherwise.
        let _ = sender.send(Message::End(outcome)).await;
    });
    receiver
}

/// What the listing of clusters brings.
enum Message {
    Page(Vec<Listed>),
    /// Only this tells that every cluster was listed: a listing that merely stops was not complete.
    End(Result<(), CallError>),
}

/// A parameter group: being read, read, or unreadable.
type ParameterGroup = OnceCell<Result<LogParameters, CallError>>;

/// What a schedule knows while it runs. Nothing of it outlives the invocation.
struct Schedule<'a> {
    session: &'a Session,
    /// Each group is read once, by the first cluster that has it.
    parameter_groups: RefCell<HashMap<String, Rc<ParameterGroup>>>,
    /// By name, where a parameter asks about log groups.
    log_groups: Option<Listing<String, LogGroup>>,
    recorded: Recorded,
    /// Whether the listing of clusters said that it ended.
    listing_ended: Cell<bool>,
    /// Whether it left something out: pages, or of a cluster even the resource id.
    listing_incomplete: Cell<bool>,
    judged: Cell<usize>,
    unchanged: Cell<u64>,
    /// The clusters that could not be judged, by the reason.
    unreadable: RefCell<BTreeMap<String, Vec<String>>>,
    others: RefCell<Vec<Trouble>>,
}

impl<'a> Schedule<'a> {
    fn new(session: &'a Session, rule_name: &str, tasks: &mut JoinSet<()>) -> Self {
        let Session { aws, invocation, .. } = session;
        let required = &invocation.parameters;
        Self {
            session,
            parameter_groups: RefCell::default(),
            log_groups: required.asks_for_log_group().then(|| list_log_groups(aws, &required.log_types, tasks)),
            recorded: Recorded::read(&aws.config, rule_name, !required.report_unchanged, tasks),
            listing_ended: Cell::new(false),
            listing_incomplete: Cell::new(false),
            judged: Cell::new(0),
            unchanged: Cell::new(0),
            unreadable: RefCell::default(),
            others: RefCell::default(),
        }
    }

    /// The clusters of a page, after noting what is wrong with it.
    fn understand(&self, message: Message) -> Vec<Cluster> {
        let page = match message {
            Message::Page(page) => page,
            Message::End(outcome) => {
                self.end(outcome);
                Vec::new()
            }
        };
        let understood = page.into_iter().filter_map(|listed| match listed {
            Ok(cluster) => {
                self.recorded.exists(&cluster.resource_id);
                Some(cluster)
            }
            Err(unclear) => {
                self.listing_incomplete.set(true);
                self.give_up_on(unclear.cluster, unclear.failure.to_string());
                None
            }
        });
        understood.collect()
    }

    fn end(&self, outcome: Result<(), CallError>) {
        self.listing_ended.set(true);
        if let Err(failure) = outcome {
            self.listing_incomplete.set(true);
            self.note(Trouble::ListingBroken(failure));
        }
    }

    /// The evaluation of a cluster, if there is something to report.
    async fn evaluate(&self, cluster: Cluster) -> Option<Evaluation> {
        let (identifier, resource_id) = (cluster.identifier.clone(), cluster.resource_id.clone());
        let verdict = match self.judge(cluster).await {
            Ok(verdict) => verdict,
            Err(error) => {
                self.give_up_on(identifier, error.to_string());
                return None;
            }
        };
        let resource = Resource::db_cluster(resource_id);
        let evaluation = self.session.evaluation(resource, Some(&identifier), &verdict);
        let unchanged = self.recorded.has(&evaluation).await;
        self.judged.update(|count| count + 1);
        if unchanged {
            self.unchanged.update(|count| count + 1);
        }
        (!unchanged).then_some(evaluation)
    }

    async fn judge(&self, cluster: Cluster) -> Result<Verdict, RuleError> {
        let required = &self.session.invocation.parameters;
        let parameters = self.parameters(&cluster.parameter_group).await?;
        let mut log_groups = Vec::new();
        if let Some(listing) = &self.log_groups {
            for &log_type in &required.log_types {
                let group = listing.find(&log_type.log_group(&cluster.identifier)).await?;
                log_groups.push((log_type, group.map_or(Fact::NoLogGroup, Fact::Found)));
            }
        }
        self.session.judge(cluster, parameters, log_groups).await
    }

    async fn parameters(&self, group: &str) -> Result<LogParameters, CallError> {
        let cell = Rc::clone(self.parameter_groups.borrow_mut().entry(group.to_owned()).or_default());
        cell.get_or_init(|| self.session.aws.neptune.log_parameters(group)).await.clone()
    }

    /// What is recorded for clusters that are not there any more; known only when all that are there are known.
    async fn gone(&self) -> Vec<Evaluation> {
        if !self.listing_ended.get() || self.listing_incomplete.get() {
            return Vec::new();
        }
        let verdict = Verdict::NotApplicable(NotApplicable::NotListed);
        let gone = self.recorded.gone().await.unwrap_or_else(|failure| {
            // A dry run clears nothing, so that it may do without: the services that stand in for AWS Config know only dry runs.
            if !self.session.invocation.result_token.is_test_mode() {
                self.note(Trouble::RecordedUnknown(failure));
            }
            Vec::new()
        });
        gone.into_iter().map(|resource| self.session.evaluation(resource, None, &verdict)).collect()
    }

    fn give_up_on(&self, cluster: String, problem: String) {
        self.judged.update(|count| count + 1);
        self.unreadable.borrow_mut().entry(problem).or_default().push(cluster);
    }

    fn note(&self, trouble: Trouble) {
        self.others.borrow_mut().push(trouble);
    }

    /// All that went wrong.
    fn troubles(&self) -> Vec<Trouble> {
        let unreadable = self.unreadable.take().into_iter();
        let unreadable = unreadable.map(|(problem, mut clusters)| {
            clusters.sort_unstable();
            Trouble::Unreadable { clusters, problem }
        });
        unreadable.chain(self.others.take()).collect()
    }
}

fn list_log_groups(aws: &Aws, log_types: &[LogType], tasks: &mut JoinSet<()>) -> Listing<String, LogGroup> {
    let (logs, endings) = (aws.logs.clone(), log_types.iter().map(|log_type| format!("/{log_type}")).collect::<Vec<_>>());
    Listing::read(tasks, DESCRIBE_LOG_GROUPS, |pages| async move {
        let wanted = |(name, _): &(String, LogGroup)| endings.iter().any(|ending| name.ends_with(ending));
        logs.log_groups(LOG_GROUP_PREFIX, |page| {
            pages.add(page.into_iter().filter(wanted));
            true
        })
        .await
    })
}
