//! AWS Config: the results that are recorded, and putting new ones.

use std::time::Duration;

use aws_sdk_config::Client;
use aws_sdk_config::error::BuildError;
use aws_sdk_config::primitives::DateTime;
use aws_sdk_config::types::{ComplianceType, Evaluation as ConfigEvaluation, EvaluationResult};
use neptune_audit_scan::connection::Connection;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::paging::Tokens;
use tokio::time::{Instant, timeout_at};

use crate::error::NotReported;
use crate::evaluation::{Compliance, Evaluation};
use crate::event::ResultToken;
use crate::resource::Resource;

const PUT: &str = "config:PutEvaluations";
/// The permission to read recorded results.
pub const GET_RECORDED: &str = "config:GetComplianceDetailsByConfigRule";

/// The most evaluations that one call may put.
pub const BATCH: usize = 100;
/// The most recorded results that one call gives.
const PAGE_SIZE: i32 = 100;

/// How often evaluations that come back as failed are put once more, and how long the first wait is; each next one doubles.
const REPEATS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Reads recorded results and puts evaluations.
#[derive(Clone, Debug)]
pub struct Config {
    client: Client,
}

/// A result that AWS Config has on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Of what.
    pub resource: Resource,
    /// The outcome.
    pub compliance: Compliance,
    /// Its sentence.
    pub annotation: Option<String>,
    /// The time of the event that it was put for.
    pub ordering_timestamp: Option<DateTime>,
}

impl Config {
    /// With the credentials, the tries and the count of calls of a connection.
    pub fn new(connection: &Connection) -> Self {
        let config = aws_sdk_config::config::Builder::from(&connection.sdk);
        let config = config.retry_partition(connection.retries.clone()).interceptor(connection.calls.clone());
        Self { client: Client::from_conf(config.build()) }
    }

    /// Puts at most [`BATCH`] evaluations, none included. Those that AWS Config hands back as failed are put again a few times.
    ///
    /// # Errors
    /// Names each resource whose evaluation was not taken by the time `until`.
    pub async fn put(&self, evaluations: &[Evaluation], token: &ResultToken, until: Instant) -> Result<(), NotReported> {
        let mut left = evaluations.iter().map(to_wire).collect::<Result<Vec<_>, _>>().map_err(|error| NotReported {
            resource_ids: evaluations.iter().map(|evaluation| evaluation.resource.resource_id.clone()).collect(),
            failure: failure(evaluations.len(), &error.to_string()),
        })?;
        let work = self.put_again_and_again(&mut left, token);
        let outcome = timeout_at(until, work).await;
        let outcome =
            outcome.unwrap_or_else(|_| Err(failure(evaluations.len(), "the time of the invocation was up before AWS Config answered")));
        outcome.map_err(|failure| NotReported { resource_ids: ids(&left), failure })
    }

    /// Leaves in `left` what was not taken.
    async fn put_again_and_again(&self, left: &mut Vec<ConfigEvaluation>, token: &ResultToken) -> Result<(), CallError> {
        let mut pause = FIRST_PAUSE;
        let mut repeats = 0..REPEATS;
        loop {
            let request = self.client.put_evaluations().result_token(token.reveal()).test_mode(token.is_test_mode());
            let answer = request.set_evaluations(Some(left.clone())).send().await.map_err(|error| {
                let refused = CallError::new(PUT, describe(left.len()), &error);
                // AWS quotes the values that it refuses, and the token is a secret.
                let problem = refused.problem.replace(token.reveal(), "(the result token)");
                CallError { problem, ..refused }
            })?;
            *left = answer.failed_evaluations.unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
            if repeats.next().is_none() {
                return Err(failure(left.len(), "AWS Config hands them back as failed each time"));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    /// Hands over every recorded result of a rule, page by page, the next one after `take` is done: what is exempt is on record as
    /// NOT_APPLICABLE, and not put again either.
    ///
    /// # Errors
    /// When the listing breaks off: the pages before that were handed over.
    pub async fn recorded<F: Future<Output = ()>>(
        &self,
        rule_name: &str,
        mut take: impl FnMut(Vec<Recorded>) -> F,
    ) -> Result<(), CallError> {
        let on = || format!("rule `{rule_name}`");
        let request = self
            .client
            .get_compliance_details_by_config_rule()
            .config_rule_name(rule_name)
            .compliance_types(ComplianceType::Compliant)
            .compliance_types(ComplianceType::NonCompliant)
            .compliance_types(ComplianceType::NotApplicable);
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).send();
        let mut tokens = Tokens::new(GET_RECORDED, on());
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new(GET_RECORDED, on(), &error))?;
            let next = tokens.follow(page.next_token());
            let results = page.evaluation_results.unwrap_or_default();
            take(results.into_iter().filter_map(read).collect()).await;
            next?;
        }
        Ok(())
    }
}

fn to_wire(evaluation: &Evaluation) -> Result<ConfigEvaluation, BuildError> {
    let compliance = match evaluation.compliance {
        Compliance::Compliant => ComplianceType::Compliant,
        Compliance::NonCompliant => ComplianceType::NonCompliant,
        Compliance::NotApplicable => ComplianceType::NotApplicable,
    };
    ConfigEvaluation::builder()
        .compliance_resource_type(&evaluation.resource.resource_type)
        .compliance_resource_id(&evaluation.resource.resource_id)
        .compliance_type(compliance)
        .annotation(&evaluation.annotation)
        .ordering_timestamp(evaluation.ordering_timestamp)
        .build()
}

fn failure(count: usize, problem: &str) -> CallError {
    CallError::incomplete(PUT, describe(count), problem)
}

fn describe(count: usize) -> String {
    format!("{count} evaluations")
}

fn ids(evaluations: &[ConfigEvaluation]) -> Vec<String> {
    evaluations.iter().map(|evaluation| evaluation.compliance_resource_id().to_owned()).collect()
}

fn read(result: EvaluationResult) -> Option<Recorded> {
    let identifier = result.evaluation_result_identifier?;
    let qualifier = identifier.evaluation_result_qualifier?;
    let compliance = match result.compliance_type? {
        ComplianceType::Compliant => Compliance::Compliant,
        ComplianceType::NonCompliant => Compliance::NonCompliant,
        ComplianceType::NotApplicable => Compliance::NotApplicable,
        _ => return None,
    };
    let resource = Resource { resource_type: qualifier.resource_type?, resource_id: qualifier.resource_id? };
    Some(Recorded { resource, compliance, annotation: result.annotation, ordering_timestamp: identifier.ordering_timestamp })
}
