//! The Lambda Runtime API (version 2018-06-01), between whoever invokes and the function's process.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::world::invocations::{Answer, Event, Invocation, Step, Waiting};
use crate::world::scope::Scope;
use crate::world::{RuleRun, Shared, World, since_epoch};

/// Lambda takes answers of up to 6 MB.
const ANSWER_LIMIT: usize = 6 * 1024 * 1024 + 100;
/// How long an answer is awaited after the deadline.
const GRACE: Duration = Duration::from_secs(2);

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/runtime/invocation/next", get(next))
        .route("/runtime/invocation/{request_id}/response", post(response))
        .route("/runtime/invocation/{request_id}/error", post(error))
        .route("/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(ANSWER_LIMIT))
        .with_state(shared)
}

/// How long a function that was just started has until it asks for its first event, before an invocation is told that there is none.
const START: Duration = Duration::from_secs(3);

/// Whether a function asks for events, or does so within moments.
pub(crate) async fn has_function(shared: &Shared) -> bool {
    timeout(START, async {
        loop {
            let came = shared.function_came.notified();
            if shared.world().invocations.has_function() {
                return;
            }
            came.await;
        }
    })
    .await
    .is_ok()
}

/// Counts a function that waits for an event, until it gets one or goes away.
struct Polling(Arc<Shared>);

impl Polling {
    fn start(shared: Arc<Shared>) -> Self {
        shared.world().invocations.pollers += 1;
        shared.function_came.notify_waiters();
        Self(shared)
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.0.world().invocations.pollers -= 1;
    }
}

/// Hands an event to the function and waits for what comes of it.
pub(crate) async fn invoke(shared: Arc<Shared>, event: Event, invocation: Invocation) -> Answer {
    let patience = invocation.deadline + GRACE;
    let (taken, is_taken) = oneshot::channel();
    let (answer, mut answered) = oneshot::channel();
    let request_id = {
        let mut world = shared.world();
        if let Some(failure) = world.invocations.init_error.take() {
            return failure;
        }
        remember_rule(&mut world, &event.0);
        let request_id = invocation.request_id.clone().unwrap_or_else(|| world.random.uuid());
        world.invocations.waiting.push_back(Waiting { request_id: request_id.clone(), event: event.0, invocation, taken, answer });
        request_id
    };
    shared.invocation_waits.notify_one();

    // The deadline counts from when the function takes the event; a cold start does not eat it.
    let outcome = match timeout(patience, is_taken).await {
        Ok(Ok(())) => timeout(patience, &mut answered).await.ok().and_then(Result::ok),
        // Not taken: an init error may have answered it.
        _ => answered.try_recv().ok(),
    };
    let invocations = &mut shared.world().invocations;
    invocations.waiting.retain(|waiting| waiting.request_id != request_id);
    invocations.taken.remove(&request_id);
    outcome.unwrap_or(Answer::None)
}

/// AWS Config knows its rules, and which of them a result token belongs to; here the events tell.
fn remember_rule(world: &mut World, event: &[u8]) {
    let event: Value = serde_json::from_slice(event).unwrap_or_default();
    let text = |name: &str| event[name].as_str().map(str::to_owned);
    if let Some(rule) = text("configRuleName") {
        if let Some(token) = text("resultToken") {
            let invoked_at = world.now() as f64 / 1000.0;
            world.result_tokens.insert(token, RuleRun { rule: rule.clone(), invoked_at });
        }
        if let Some(account) = text("accountId") {
            let arn = text("configRuleArn").unwrap_or_default();
            let region = arn.split(':').nth(3).unwrap_or(&world.fleet.region).to_owned();
            world.rules.insert((Scope::new(account, region), rule));
        }
    }
}

fn step(shared: &Shared, step: &'static str, request_id: Option<String>) {
    let at = Instant::now();
    let at_ms = shared.milliseconds(at);
    shared.world().invocations.steps.push(Step { step, request_id, at, at_ms });
}

async fn next(State(shared): State<Arc<Shared>>) -> Response<Body> {
    step(&shared, "next", None);
    let polling = Polling::start(shared.clone());
    let waiting = loop {
        let notified = shared.invocation_waits.notified();
        {
            let mut world = shared.world();
            // Whoever polls has started well after all.
            world.invocations.init_error = None;
            if let Some(waiting) = world.invocations.waiting.pop_front() {
                break waiting;
            }
        }
        notified.await;
    };
    step(&shared, "delivered", Some(waiting.request_id.clone()));
    // By the machine's clock, which is the function's too.
    let deadline = (since_epoch() + waiting.invocation.deadline).as_millis();
    let request_id = waiting.request_id.clone();
    shared.world().invocations.taken.insert(request_id, waiting.answer);
    // From here on it is busy.
    drop(polling);
    // Whoever invoked may have lost patience already.
    let _ = waiting.taken.send(());
    let trace = trace_id(&waiting.request_id);
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", waiting.request_id)
        .header("Lambda-Runtime-Deadline-Ms", deadline.to_string())
        .header("Lambda-Runtime-Invoked-Function-Arn", waiting.invocation.function_arn)
        .header("Lambda-Runtime-Trace-Id", trace)
        .body(Body::from(waiting.event))
        .unwrap_or_else(|unusable| reply(StatusCode::INTERNAL_SERVER_ERROR, &json!({"errorMessage": unusable.to_string()})))
}

fn trace_id(request_id: &str) -> String {
    let digits: String = request_id.chars().filter(char::is_ascii_hexdigit).collect();
    format!("Root=1-{:0>8.8}-{:0>24.24};Parent={:0>16.16};Sampled=0", digits, digits, digits)
}

async fn response(State(shared): State<Arc<Shared>>, Path(request_id): Path<String>, body: Bytes) -> Response<Body> {
    let value = serde_json::from_slice(&body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
    settle(&shared, "response", request_id, Answer::Response(value))
}

async fn error(State(shared): State<Arc<Shared>>, Path(request_id): Path<String>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let (error_type, error_message) = error_of(&headers, &body);
    settle(&shared, "error", request_id, Answer::Error { error_type, error_message })
}

async fn init_error(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    step(&shared, "init_error", None);
    let (error_type, error_message) = error_of(&headers, &body);
    let failure = Answer::InitError { error_type, error_message };
    let mut world = shared.world();
    let waiting = std::mem::take(&mut world.invocations.waiting);
    if waiting.is_empty() {
        world.invocations.init_error = Some(failure);
        shared.function_came.notify_waiters();
    } else {
        for each in waiting {
            let _ = each.answer.send(failure.clone());
        }
    }
    reply(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

/// The body says what went wrong; the header stands in where the body does not.
fn error_of(headers: &HeaderMap, body: &[u8]) -> (String, String) {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let header = headers.get("lambda-runtime-function-error-type").and_then(|value| value.to_str().ok());
    let error_type = json["errorType"].as_str().or(header).unwrap_or_default();
    let error_message = json["errorMessage"].as_str().unwrap_or_default();
    (error_type.to_owned(), error_message.to_owned())
}

fn settle(shared: &Shared, name: &'static str, request_id: String, answer: Answer) -> Response<Body> {
    let invoker = shared.world().invocations.taken.remove(&request_id);
    step(shared, name, Some(request_id));
    match invoker.map(|invoker| invoker.send(answer)) {
        Some(Ok(())) => reply(StatusCode::ACCEPTED, &json!({"status": "OK"})),
        _ => {
            let refusal = json!({"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"});
            reply(StatusCode::BAD_REQUEST, &refusal)
        }
    }
}

fn reply(status: StatusCode, json: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(json.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
