//! The story of one event: what it asks, what AWS says, what that means, and telling AWS Config.

use std::time::SystemTime;

use futures_util::future::{join_all, try_join};
use lambda_runtime::Context;
use tokio::time::{Instant, timeout_at};

use crate::aws::Aws;
use crate::aws::accounts::Accounts;
use crate::deadline::Deadline;
use crate::error::{CallError, NotReported, RuleError};
use crate::event::{Invocation, Resource, Subject};
use crate::facts::{Cluster, ClusterFacts, Fact, LOG_GROUP_PREFIX, LogGroup, LogParameters, LogType};
use crate::links;
use crate::report::Evaluation;
use crate::schedule;
use crate::signals::{self, Tally};
use crate::verdict::{self, NotApplicable, Verdict};

/// The rule. One serves any number of events.
#[derive(Debug, Default)]
pub struct Rule {
    accounts: Accounts,
}

impl Rule {
    /// Makes ready what the first event would otherwise wait for.
    pub fn prepare(&self) {
        self.accounts.prepare();
    }

    /// Answers one invocation, and logs how it went.
    ///
    /// # Errors
    /// Whatever kept the rule from reporting all that it should have.
    pub async fn answer(&self, payload: String, context: Context) -> Result<Tally, RuleError> {
        let started = Instant::now();
        let mut tally = Tally::default();
        let outcome = self.evaluate(&payload, &context, &mut tally).await;
        signals::finish(&tally, started.elapsed(), outcome.as_ref().err());
        outcome.map(|()| tally)
    }

    async fn evaluate(&self, payload: &str, context: &Context, tally: &mut Tally) -> Result<(), RuleError> {
        let deadline = Deadline::new(context.deadline());
        let invocation = Invocation::parse(payload)?;
        tally.begin(&invocation);
        let opening = self.accounts.open(&invocation, &context.invoked_function_arn, deadline);
        let aws = in_time(deadline.reading, "the credentials of the account", opening).await??;
        let session = Session { aws, invocation, deadline };
        let outcome = session.answer(tally).await;
        tally.count_calls(session.aws.calls());
        outcome
    }
}

/// One event, with its account open: all that reading, judging and reporting need.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) aws: Aws,
    pub(crate) invocation: Invocation,
    pub(crate) deadline: Deadline,
}

impl Session {
    async fn answer(&self, tally: &mut Tally) -> Result<(), RuleError> {
        let evaluation = match &self.invocation.subject {
            Subject::EveryCluster { rule_name } => return schedule::every_cluster(self, rule_name, tally).await,
            Subject::NotApplicable { resource, reason } => self.evaluation(resource.clone(), None, &Verdict::NotApplicable(reason.clone())),
            Subject::Cluster { resource_id, identifier } => {
                let judging = self.judge_named(resource_id, identifier);
                let verdict = in_time(self.deadline.reading, &format!("the facts about cluster `{identifier}`"), judging).await??;
                self.evaluation(Resource::db_cluster(resource_id), Some(identifier), &verdict)
            }
        };
        let evaluations = [evaluation];
        self.report(&evaluations).await.map_err(RuleError::NotReported)?;
        tally.count(&evaluations);
        Ok(())
    }

    /// A verdict in the words of AWS Config, at the time of this event.
    pub(crate) fn evaluation(&self, resource: Resource, name: Option<&str>, verdict: &Verdict) -> Evaluation {
        Evaluation::new(resource, name, verdict, self.invocation.ordering_timestamp)
    }

    /// Tells AWS Config, and the log what AWS Config was told.
    pub(crate) async fn report(&self, evaluations: &[Evaluation]) -> Result<(), NotReported> {
        self.aws.config.put(evaluations, &self.invocation.result_token, self.deadline.reporting).await?;
        for evaluation in evaluations {
            signals::evaluated(&self.invocation.account, evaluation);
        }
        Ok(())
    }

    /// Judges the cluster that the event names. The event may be old: only what AWS says now counts, and a name is not an identity.
    async fn judge_named(&self, resource_id: &str, identifier: &str) -> Result<Verdict, RuleError> {
        let Some(cluster) = self.aws.neptune.cluster(identifier).await? else {
            return Ok(Verdict::NotApplicable(NotApplicable::Gone(identifier.to_owned())));
        };
        if cluster.resource_id != resource_id {
            return Ok(Verdict::NotApplicable(NotApplicable::NameTaken(identifier.to_owned())));
        }
        if !cluster.is_neptune() {
            return Ok(Verdict::NotApplicable(NotApplicable::Engine(cluster.engine)));
        }
        let reads = try_join(self.aws.neptune.log_parameters(&cluster.parameter_group), self.log_groups_of(&cluster.identifier));
        let (parameters, log_groups) = reads.await?;
        self.judge(cluster, parameters, log_groups).await
    }

    /// The log groups of one cluster, where a parameter asks about them: one call, for they share a prefix.
    async fn log_groups_of(&self, identifier: &str) -> Result<Vec<(LogType, Fact<LogGroup>)>, CallError> {
        let required = &self.invocation.parameters;
        if !required.asks_for_log_group() {
            return Ok(Vec::new());
        }
        let prefix = match required.log_types.as_slice() {
            [only] => only.log_group(identifier),
            _ => format!("{LOG_GROUP_PREFIX}{identifier}/"),
        };
        let mut facts: Vec<_> = required.log_types.iter().map(|&log_type| (log_type, Fact::NoLogGroup)).collect();
        let listing = self.aws.logs.log_groups(&prefix, |page| {
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

    /// Judges a Neptune cluster, after reading what only a cluster with an unbroken trail so far is asked.
    pub(crate) async fn judge(
        &self,
        cluster: Cluster,
        parameters: LogParameters,
        log_groups: Vec<(LogType, Fact<LogGroup>)>,
    ) -> Result<Verdict, RuleError> {
        let required = &self.invocation.parameters;
        let mut facts = ClusterFacts::new(cluster, parameters, SystemTime::now());
        for (log_type, group) in log_groups {
            facts.log_group_mut(log_type).group = group;
        }
        let undecided = required.log_types.iter().copied().filter(|&log_type| links::undecided(&facts, log_type, required));
        let reads: Vec<_> = undecided.map(|log_type| self.deliveries(&facts.cluster.identifier, log_type)).collect();
        for read in join_all(reads).await {
            let (log_type, destinations, newest_event) = read?;
            let log_group = facts.log_group_mut(log_type);
            log_group.destinations = destinations;
            log_group.newest_event = newest_event;
        }
        verdict::decide(&facts, required).map_err(|verdict::Unread| RuleError::Unread(facts.cluster.identifier))
    }

    /// Where a log group sends its events and when the newest one came, each only if a parameter asks.
    async fn deliveries(&self, identifier: &str, log_type: LogType) -> Result<Deliveries, CallError> {
        let required = &self.invocation.parameters;
        let name = &log_type.log_group(identifier);
        let destinations = async {
            match required.forwarding_destination {
                Some(_) => self.aws.logs.destinations(name).await,
                None => Ok(Fact::NotRead),
            }
        };
        let newest_event = async {
            match required.maximum_silence_hours {
                Some(_) => self.aws.logs.newest_event(name).await,
                None => Ok(Fact::NotRead),
            }
        };
        let (destinations, newest_event) = try_join(destinations, newest_event).await?;
        Ok((log_type, destinations, newest_event))
    }
}

/// What was read of one log group: where it sends its events, and when the newest one came.
type Deliveries = (LogType, Fact<Vec<String>>, Fact<Option<SystemTime>>);

async fn in_time<F: Future>(until: Instant, awaited: &str, work: F) -> Result<F::Output, RuleError> {
    timeout_at(until, work).await.map_err(|_| RuleError::DeadlineExceeded(awaited.to_owned()))
}
