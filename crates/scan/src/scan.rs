//! Reads what a verdict needs and no more: one cluster's facts, or those of every cluster of an account and Region.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::SystemTime;

use futures_util::future::{join_all, try_join};
use neptune_audit_core::facts::{
    AccountPolicy, Cluster, ClusterFacts, Fact, LOG_GROUP_PREFIX, LogGroup, LogParameters, LogType, Subscriptions, Tag,
};
use neptune_audit_core::links::Read;
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::{self, Verdict};
use tokio::sync::{OnceCell, mpsc};
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::error::{CallError, ScanError};
use crate::listing::Listing;
use crate::logs::DESCRIBE_LOG_GROUPS;
use crate::neptune::Listed;

/// Pages that are read ahead of the clusters being judged: enough to keep the chain of pages going.
const PAGES_AHEAD: usize = 1;

/// Judges clusters of one account and Region, and reads for it what they share once. Nothing of it outlives one scan.
#[derive(Debug)]
pub struct Scan<'a> {
    connection: &'a Connection,
    required: &'a Requirements,
    /// Each group is read once, by the first cluster that has it.
    parameter_groups: RefCell<HashMap<String, Rc<ParameterGroup>>>,
    /// By name, where every cluster is judged and a parameter asks about log groups.
    log_groups: Option<Listing<String, LogGroup>>,
    /// The same for all clusters.
    account_policies: OnceCell<Result<Vec<AccountPolicy>, CallError>>,
}

/// A parameter group: being read, read, or unreadable.
type ParameterGroup = OnceCell<Result<LogParameters, CallError>>;

impl<'a> Scan<'a> {
    /// For a cluster or a few: log groups are read for each.
    pub fn one(connection: &'a Connection, required: &'a Requirements) -> Self {
        Self { connection, required, parameter_groups: RefCell::default(), log_groups: None, account_policies: OnceCell::new() }
    }

    /// For every cluster: the log groups are listed, as one of `tasks`.
    pub fn every(connection: &'a Connection, required: &'a Requirements, tasks: &mut JoinSet<()>) -> Self {
        let log_groups = required.asks_for_log_group().then(|| list_log_groups(connection, &required.log_types, tasks));
        Self { log_groups, ..Self::one(connection, required) }
    }

    /// Lists the clusters in one of `tasks`: the chain of pages is the longest chain, so it never waits for anything else.
    pub fn list(&self, tasks: &mut JoinSet<()>) -> Clusters {
        let (sender, pages) = mpsc::channel(PAGES_AHEAD);
        let listed = Arc::new(AtomicUsize::new(0));
        let (neptune, count) = (self.connection.neptune.clone(), Arc::clone(&listed));
        tasks.spawn(async move {
            let outcome = neptune
                .clusters(|page| {
                    count.fetch_add(page.len(), Ordering::Relaxed);
                    let sender = &sender;
                    async move { sender.send(Message::Page(page)).await.is_ok() }
                })
                .await;
            // Nobody listens any more only when the time is up, which is told otherwise.
            let _ = sender.send(Message::End(outcome)).await;
        });
        Clusters { pages, listed }
    }

    /// Judges a Neptune cluster. What only a cluster with an unbroken trail so far is asked is read last.
    ///
    /// # Errors
    /// [`ScanError::Call`] names the permission that is missing, or what happened instead of an answer.
    pub async fn judge(&self, cluster: Cluster) -> Result<Verdict, ScanError> {
        if cluster.is_being_deleted() {
            return self.decide(&ClusterFacts::new(cluster, LogParameters::default(), SystemTime::now()));
        }
        let reads = try_join(self.parameters(&cluster.parameter_group), self.log_groups_of(&cluster.identifier));
        let (parameters, log_groups) = reads.await?;
        let mut facts = ClusterFacts::new(cluster, parameters, SystemTime::now());
        Answer::LogGroups(log_groups).note(&mut facts);
        loop {
            let reads = verdict::missing(&facts, self.required);
            if reads.is_empty() {
                break;
            }
            for answer in join_all(reads.into_iter().map(|read| self.read(read, &facts.cluster))).await {
                answer?.note(&mut facts);
            }
            // An age is that of the time at which it was read, which is now and not when the first read began.
            facts.read_at = SystemTime::now();
        }
        self.decide(&facts)
    }

    fn decide(&self, facts: &ClusterFacts) -> Result<Verdict, ScanError> {
        verdict::decide(facts, self.required).map_err(|verdict::Unread| ScanError::Unread(facts.cluster.identifier.clone()))
    }

    async fn read(&self, read: Read, cluster: &Cluster) -> Result<Answer, CallError> {
        let name = |log_type: LogType| log_type.log_group(&cluster.identifier);
        Ok(match read {
            Read::LogGroup(log_type) => Answer::LogGroups(self.log_groups(&cluster.identifier, &[log_type]).await?),
            Read::Subscriptions(log_type) => Answer::Subscriptions(log_type, self.connection.logs.subscriptions(&name(log_type)).await?),
            Read::NewestEvent(log_type) => Answer::NewestEvent(log_type, self.connection.logs.newest_event(&name(log_type)).await?),
            Read::AccountPolicies => {
                let policies = self.account_policies.get_or_init(|| self.connection.logs.account_policies()).await;
                Answer::AccountPolicies(policies.clone()?)
            }
            Read::Tags => Answer::Tags(self.connection.neptune.tags(cluster).await?),
        })
    }

    async fn parameters(&self, group: &str) -> Result<LogParameters, CallError> {
        let cell = Rc::clone(self.parameter_groups.borrow_mut().entry(group.to_owned()).or_default());
        cell.get_or_init(|| self.connection.neptune.log_parameters(group)).await.clone()
    }

    /// The log groups of a cluster, where a parameter asks about them.
    async fn log_groups_of(&self, identifier: &str) -> Result<Vec<(LogType, Fact<LogGroup>)>, CallError> {
        let log_types = self.required.log_types.as_slice();
        let Some(listing) = &self.log_groups else {
            return if self.required.asks_for_log_group() { self.log_groups(identifier, log_types).await } else { Ok(Vec::new()) };
        };
        let mut facts = Vec::new();
        for &log_type in log_types {
            let name = log_type.log_group(identifier);
            let group = listing.find(&name).await?;
            // No other cluster asks for it: an account of thousands would be held in memory.
            listing.forget(&name);
            facts.push((log_type, group.map_or(Fact::NoLogGroup, Fact::Found)));
        }
        Ok(facts)
    }

    /// One call for all log groups of a cluster, for they share a prefix.
    async fn log_groups(&self, identifier: &str, log_types: &[LogType]) -> Result<Vec<(LogType, Fact<LogGroup>)>, CallError> {
        let prefix = match log_types {
            [only] => only.log_group(identifier),
            _ => format!("{LOG_GROUP_PREFIX}{identifier}/"),
        };
        let mut facts: Vec<_> = log_types.iter().map(|&log_type| (log_type, Fact::NoLogGroup)).collect();
        let listing = self.connection.logs.log_groups(&prefix, |page| {
            for (name, group) in page {
                // The prefix of a name is not the name: `…/audit-old` is another group.
                if let Some((_, fact)) = facts.iter_mut().find(|(log_type, _)| log_type.log_group(identifier) == name) {
                    *fact = Fact::Found(group);
                }
            }
            facts.iter().any(|(_, fact)| *fact == Fact::NoLogGroup)
        });
        listing.await?;
        Ok(facts)
    }
}

/// What a read brought.
enum Answer {
    LogGroups(Vec<(LogType, Fact<LogGroup>)>),
    Subscriptions(LogType, Fact<Subscriptions>),
    NewestEvent(LogType, Fact<Option<SystemTime>>),
    AccountPolicies(Vec<AccountPolicy>),
    Tags(Vec<Tag>),
}

impl Answer {
    fn note(self, facts: &mut ClusterFacts) {
        match self {
            Self::LogGroups(found) => {
                for (log_type, group) in found {
                    facts.log_group_mut(log_type).group = group;
                }
            }
            Self::Subscriptions(log_type, subscriptions) => facts.log_group_mut(log_type).subscriptions = subscriptions,
            Self::NewestEvent(log_type, newest_event) => facts.log_group_mut(log_type).newest_event = newest_event,
            Self::AccountPolicies(policies) => facts.account_policies = Some(policies),
            Self::Tags(tags) => facts.tags = Some(tags),
        }
    }
}

/// The clusters of an account and Region, as their pages come.
#[derive(Debug)]
pub struct Clusters {
    pages: mpsc::Receiver<Message>,
    listed: Arc<AtomicUsize>,
}

impl Clusters {
    /// The next page, or the end. `None` after the end, or where the listing stopped without one.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Message>> {
        self.pages.poll_recv(context)
    }

    /// How many clusters were listed so far, to be asked while the pages are on their way.
    pub fn counter(&self) -> impl Fn() -> usize + 'static {
        let listed = Arc::clone(&self.listed);
        move || listed.load(Ordering::Relaxed)
    }
}

/// What the listing of clusters brings.
#[derive(Debug)]
pub enum Message {
    /// Some clusters.
    Page(Vec<Listed>),
    /// Only this tells that every cluster was listed: a listing that merely stops was not complete.
    End(Result<(), CallError>),
}

fn list_log_groups(connection: &Connection, log_types: &[LogType], tasks: &mut JoinSet<()>) -> Listing<String, LogGroup> {
    let (logs, endings) = (connection.logs.clone(), log_types.iter().map(|log_type| format!("/{log_type}")).collect::<Vec<_>>());
    Listing::read(tasks, DESCRIBE_LOG_GROUPS, |pages| async move {
        let wanted = |(name, _): &(String, LogGroup)| endings.iter().any(|ending| name.ends_with(ending));
        logs.log_groups(LOG_GROUP_PREFIX, |page| {
            pages.add(page.into_iter().filter(wanted));
            true
        })
        .await
    })
}
