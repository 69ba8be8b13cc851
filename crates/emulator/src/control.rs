//! The control API under `/_emulator/`: what the library offers, for programs in other languages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::world::Shared;
use crate::world::faults::Fault;
use crate::world::fleet::Fleet;
use crate::world::invocations::{Answer, Invocation};
use crate::{judging, runtime};

type World = State<Arc<Shared>>;
type Refused = (StatusCode, String);

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/calls", get(calls).delete(forget_calls))
        .route("/puts", get(puts).delete(forget_puts))
        .route("/evaluations", get(evaluations))
        .route("/fleet", get(fleet).put(replace_fleet))
        .route("/faults", get(faults).post(inject).delete(clear_faults))
        .route("/latency", post(latency))
        .route("/clock", post(clock))
        .route("/steps", get(steps))
        .route("/invoke", post(invoke))
        .route("/judge", post(judge))
        .layer(DefaultBodyLimit::max(256 * 1024 * 1024))
        .with_state(shared)
}

async fn calls(State(shared): World) -> Json<Value> {
    Json(json!(shared.world().calls))
}

async fn forget_calls(State(shared): World) -> StatusCode {
    shared.world().calls.clear();
    StatusCode::NO_CONTENT
}

async fn puts(State(shared): World) -> Json<Value> {
    Json(json!(shared.world().puts))
}

async fn forget_puts(State(shared): World) -> StatusCode {
    shared.world().puts.clear();
    StatusCode::NO_CONTENT
}

/// The recorded results by account, of every Region.
async fn evaluations(State(shared): World) -> Json<Value> {
    let world = shared.world();
    let mut by_account = BTreeMap::<_, Vec<_>>::new();
    for (scope, facts) in world.fleet.scopes() {
        by_account.entry(scope.account).or_default().extend(facts.recorded.iter());
    }
    Json(json!(by_account))
}

async fn fleet(State(shared): World) -> Json<Fleet> {
    Json(shared.world().fleet.clone())
}

async fn replace_fleet(State(shared): World, body: Bytes) -> Result<StatusCode, Refused> {
    let fleet = Fleet::from_json(&body).map_err(refused)?;
    shared.world().replace(fleet);
    Ok(StatusCode::NO_CONTENT)
}

async fn faults(State(shared): World) -> Json<Value> {
    Json(json!(shared.world().faults.list()))
}

async fn inject(State(shared): World, body: Bytes) -> Result<StatusCode, Refused> {
    let fault = Fault::from_json(&body).map_err(refused)?;
    shared.world().faults.push(fault);
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(State(shared): World) -> StatusCode {
    shared.world().faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    milliseconds: u64,
}

async fn latency(State(shared): World, body: Bytes) -> Result<StatusCode, Refused> {
    let time: Time = serde_json::from_slice(&body).map_err(refused)?;
    shared.world().latency = Duration::from_millis(time.milliseconds);
    Ok(StatusCode::NO_CONTENT)
}

/// Puts the clock forward.
async fn clock(State(shared): World, body: Bytes) -> Result<StatusCode, Refused> {
    let time: Time = serde_json::from_slice(&body).map_err(refused)?;
    shared.world().ahead += Duration::from_millis(time.milliseconds);
    Ok(StatusCode::NO_CONTENT)
}

async fn steps(State(shared): World) -> Json<Value> {
    Json(json!(shared.world().invocations.steps))
}

/// The same clusters, judged now, in words.
async fn judge(State(shared): World, parameters: Bytes) -> (StatusCode, String) {
    if !runtime::has_function(&shared).await {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{NO_FUNCTION}\n"));
    }
    judging::judge(shared, &parameters).await
}

/// Why an invocation is not even tried.
const NO_FUNCTION: &str = "no function asks for events: start the emulator with `--function PATH`, or a function with \
                           AWS_LAMBDA_RUNTIME_API set to the emulator's host and port";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct How {
    deadline_ms: Option<u64>,
    function_arn: Option<String>,
    request_id: Option<String>,
}

/// The body is the event, byte for byte. Answers 503 where there is no function, 504 where it did not answer.
async fn invoke(State(shared): World, Query(how): Query<How>, event: Bytes) -> (StatusCode, Json<Value>) {
    if !runtime::has_function(&shared).await {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"error": {"error_type": "NoFunction", "error_message": NO_FUNCTION}})));
    }
    let usual = Invocation::default();
    let invocation = Invocation {
        deadline: how.deadline_ms.map_or(usual.deadline, Duration::from_millis),
        function_arn: how.function_arn.unwrap_or(usual.function_arn),
        request_id: how.request_id,
    };
    let answer = runtime::invoke(shared, event.into(), invocation).await;
    let status = if answer == Answer::None { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::OK };
    (status, Json(json!(answer)))
}

fn refused(error: impl std::fmt::Display) -> Refused {
    (StatusCode::BAD_REQUEST, format!("{error}\n"))
}
