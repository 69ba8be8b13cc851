//! The story of one event: what it asks, what AWS says, what that means, and telling AWS Config.

use lambda_runtime::Context;
use neptune_audit_scan::interceptors::Calls;
use neptune_audit_scan::scan::Scan;
use tokio::time::{Instant, timeout_at};

use crate::aws::accounts::Accounts;
use crate::deadline::Deadline;
use crate::error::RuleError;
use crate::evaluation::Evaluation;
use crate::event::{Invocation, Subject};
use crate::not_applicable::NotApplicable;
use crate::resource::Resource;
use crate::schedule;
use crate::session::Session;
use crate::signals::{self, Tally};

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
        signals::finish(&tally, &context.request_id, started.elapsed(), outcome.as_ref().err());
        outcome.map(|()| tally)
    }

    async fn evaluate(&self, payload: &str, context: &Context, tally: &mut Tally) -> Result<(), RuleError> {
        let deadline = Deadline::new(context.deadline());
        let invocation = Invocation::parse(payload)?;
        tally.begin(&invocation);
        let calls = Calls::default();
        let opening = self.accounts.open(invocation, context, deadline, calls.clone());
        let outcome = match in_time(deadline.reading, "the credentials of the account", opening).await.flatten() {
            Ok(session) => answer(&session, tally).await,
            Err(error) => Err(error),
        };
        tally.count_calls(calls.count());
        outcome
    }
}

async fn answer(session: &Session, tally: &mut Tally) -> Result<(), RuleError> {
    let at = session.invocation.ordering_timestamp;
    let evaluation = match &session.invocation.subject {
        Subject::EveryCluster { rule_name } => return schedule::every_cluster(session, rule_name.as_deref(), tally).await,
        Subject::NotApplicable { resource, reason } => Evaluation::not_applicable(resource.clone(), None, reason, at),
        Subject::Cluster { resource_id, identifier } => {
            let judging = judge_named(session, resource_id, identifier);
            in_time(session.deadline.reading, &format!("the facts about cluster `{identifier}`"), judging).await??
        }
    };
    let (taken, outcome) = session.report(vec![evaluation]).await;
    tally.count(&taken);
    outcome.map_err(RuleError::NotReported)
}

/// Judges the cluster that the event names. The event may be old: only what AWS says now counts, and a name is not an identity.
async fn judge_named(session: &Session, resource_id: &str, identifier: &str) -> Result<Evaluation, RuleError> {
    let at = session.invocation.ordering_timestamp;
    let resource = Resource::db_cluster(resource_id);
    let reason = match session.connection.neptune.cluster(identifier).await? {
        None => NotApplicable::Gone(identifier.to_owned()),
        Some(cluster) if cluster.resource_id != resource_id => NotApplicable::NameTaken(identifier.to_owned()),
        Some(cluster) if !cluster.is_neptune() => NotApplicable::Engine(cluster.engine),
        Some(cluster) => {
            let required = &session.invocation.parameters.required;
            let verdict = Scan::one(&session.connection, required).judge(cluster).await?;
            return Ok(Evaluation::judged(resource, identifier, &verdict, required, at));
        }
    };
    Ok(Evaluation::not_applicable(resource, Some(identifier), &reason, at))
}

async fn in_time<F: Future>(until: Instant, awaited: &str, work: F) -> Result<F::Output, RuleError> {
    timeout_at(until, work).await.map_err(|_| RuleError::DeadlineExceeded(awaited.to_owned()))
}
