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
use crate::parameters::Parameters;
use crate::report::Evaluation;
use crate::schedule;
use crate::signals::{self, Tally};
use crate::verdict::{self, NotApplicable, Verdict};

/// The rule, ready for events.
#[derive(Debug)]
pub struct Rule {
    accounts: Accounts,
}

impl Rule {
    /// Works in the accounts that `accounts` opens.
    pub fn new(accounts: Accounts) -> Self {
        Self { accounts }
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
        let outcome = match &invocation.subject {
            Subject::NotApplicable { resource, reason } => {
                let verdict = Verdict::NotApplicable(reason.clone());
                let evaluation = Evaluation::new(resource.clone(), None, &verdict, invocation.ordering_timestamp);
                report_one(&aws, &invocation, deadline, evaluation, tally).await
            }
            Subject::Cluster { resource_id, identifier } => one_cluster(&aws, &invocation, deadline, resource_id, identifier, tally).await,
            Subject::EveryCluster { rule_name } => schedule::every_cluster(&aws, &invocation, deadline, rule_name, tally).await,
        };
        tally.count_calls(aws.calls());
        outcome
    }
}

async fn one_cluster(
    aws: &Aws,
    invocation: &Invocation,
    deadline: Deadline,
    resource_id: &str,
    identifier: &str,
    tally: &mut Tally,
) -> Result<(), RuleError> {
    let judging = judge_named(aws, &invocation.parameters, resource_id, identifier);
    let verdict = in_time(deadline.reading, &format!("the facts about cluster `{identifier}`"), judging).await??;
    let resource = Resource::db_cluster(resource_id);
    let evaluation = Evaluation::new(resource, Some(identifier), &verdict, invocation.ordering_timestamp);
    report_one(aws, invocation, deadline, evaluation, tally).await
}

async fn report_one(
    aws: &Aws,
    invocation: &Invocation,
    deadline: Deadline,
    evaluation: Evaluation,
    tally: &mut Tally,
) -> Result<(), RuleError> {
    let evaluations = [evaluation];
    report(aws, invocation, deadline, &evaluations).await.map_err(RuleError::NotReported)?;
    tally.count(&evaluations);
    Ok(())
}

/// Judges the cluster that an event names. The event may be old: only what AWS says now counts, and a name is not an identity.
async fn judge_named(aws: &Aws, required: &Parameters, resource_id: &str, identifier: &str) -> Result<Verdict, RuleError> {
    let Some(cluster) = aws.neptune.cluster(identifier).await? else {
        return Ok(Verdict::NotApplicable(NotApplicable::Gone(identifier.to_owned())));
    };
    if cluster.resource_id != resource_id {
        return Ok(Verdict::NotApplicable(NotApplicable::NameTaken(identifier.to_owned())));
    }
    if !cluster.is_neptune() {
        return Ok(Verdict::NotApplicable(NotApplicable::Engine(cluster.engine)));
    }
    let (parameters, log_groups) =
        try_join(aws.neptune.log_parameters(&cluster.parameter_group), log_groups_of(aws, required, &cluster.identifier)).await?;
    judge(aws, required, cluster, parameters, log_groups).await
}

/// The log groups of one cluster, where a parameter asks about them: one call, for they share a prefix.
async fn log_groups_of(aws: &Aws, required: &Parameters, identifier: &str) -> Result<Vec<(LogType, Fact<LogGroup>)>, CallError> {
    if !required.asks_for_log_group() {
        return Ok(Vec::new());
    }
    let prefix = match required.log_types.as_slice() {
        [only] => only.log_group(identifier),
        _ => format!("{LOG_GROUP_PREFIX}{identifier}/"),
    };
    let mut facts: Vec<_> = required.log_types.iter().map(|&log_type| (log_type, Fact::NoLogGroup)).collect();
    aws.logs
        .log_groups(&prefix, |page| {
            for (name, group) in page {
                // The prefix of a name is not the name: `…/audit-old` is another group.
                if let Some((_, fact)) = facts.iter_mut().find(|(log_type, _)| log_type.log_group(identifier) == name) {
                    *fact = Fact::Found(group);
                }
            }
            facts.iter().any(|(_, fact)| *fact == Fact::NoLogGroup)
        })
        .await?;
    Ok(facts)
}

/// Judges a Neptune cluster, after reading what only a cluster with an unbroken trail so far is asked.
pub(crate) async fn judge(
    aws: &Aws,
    required: &Parameters,
    cluster: Cluster,
    parameters: LogParameters,
    log_groups: Vec<(LogType, Fact<LogGroup>)>,
) -> Result<Verdict, RuleError> {
    let mut facts = ClusterFacts::new(cluster, parameters, SystemTime::now());
    for (log_type, group) in log_groups {
        facts.log_group_mut(log_type).group = group;
    }
    let undecided = required.log_types.iter().copied().filter(|&log_type| links::undecided(&facts, log_type, required));
    let reads: Vec<_> = undecided.map(|log_type| deliveries(aws, required, &facts.cluster.identifier, log_type)).collect();
    for read in join_all(reads).await {
        let (log_type, destinations, newest_event) = read?;
        let log_group = facts.log_group_mut(log_type);
        log_group.destinations = destinations;
        log_group.newest_event = newest_event;
    }
    verdict::decide(&facts, required).map_err(|verdict::Unread| RuleError::Unread(facts.cluster.identifier))
}

/// Where a log group sends its events and when the newest one came, each only if a parameter asks.
async fn deliveries(
    aws: &Aws,
    required: &Parameters,
    identifier: &str,
    log_type: LogType,
) -> Result<(LogType, Fact<Vec<String>>, Fact<Option<SystemTime>>), CallError> {
    let name = &log_type.log_group(identifier);
    let destinations = async {
        match required.forwarding_destination {
            Some(_) => aws.logs.destinations(name).await,
            None => Ok(Fact::NotRead),
        }
    };
    let newest_event = async {
        match required.maximum_silence_hours {
            Some(_) => aws.logs.newest_event(name).await,
            None => Ok(Fact::NotRead),
        }
    };
    let (destinations, newest_event) = try_join(destinations, newest_event).await?;
    Ok((log_type, destinations, newest_event))
}

/// Tells AWS Config, and the log what AWS Config was told.
pub(crate) async fn report(aws: &Aws, invocation: &Invocation, deadline: Deadline, evaluations: &[Evaluation]) -> Result<(), NotReported> {
    aws.config.put(evaluations, &invocation.result_token, deadline.reporting).await?;
    for evaluation in evaluations {
        signals::evaluated(&invocation.account, evaluation);
    }
    Ok(())
}

async fn in_time<F: Future>(until: Instant, awaited: &str, work: F) -> Result<F::Output, RuleError> {
    timeout_at(until, work).await.map_err(|_| RuleError::DeadlineExceeded(awaited.to_owned()))
}
