//! One event, with its account open: all that reading, judging and reporting need.

use neptune_audit_scan::connection::Connection;

use crate::aws::config::Config;
use crate::deadline::Deadline;
use crate::error::NotReported;
use crate::evaluation::Evaluation;
use crate::event::Invocation;
use crate::signals;

/// One event, with its account open.
#[derive(Debug)]
pub(crate) struct Session {
    /// Reads the account.
    pub(crate) connection: Connection,
    /// Reports to it.
    pub(crate) config: Config,
    pub(crate) invocation: Invocation,
    pub(crate) deadline: Deadline,
    /// Lambda's name for the invocation, which each log line has.
    pub(crate) request_id: String,
}

impl Session {
    /// Tells AWS Config, and the log what AWS Config took. Gives that back, and why the rest was not taken.
    pub(crate) async fn report(&self, mut evaluations: Vec<Evaluation>) -> (Vec<Evaluation>, Result<(), NotReported>) {
        let outcome = self.config.put(&evaluations, &self.invocation.result_token, self.deadline.reporting).await;
        if let Err(not_reported) = &outcome {
            evaluations.retain(|evaluation| !not_reported.resource_ids.contains(&evaluation.resource.resource_id));
        }
        for evaluation in &evaluations {
            signals::evaluated(&self.invocation.account, &self.request_id, evaluation);
        }
        (evaluations, outcome)
    }
}
