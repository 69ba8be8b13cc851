//! The control API under `/_emulator/`: what the library offers, for programs in other languages.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::runtime;
use crate::world::Shared;
use crate::world::faults::Fault;
use crate::world::fleet::Fleet;
use crate::world::invocations::{Answer, Invocation};

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

/// The recorded results by account.
async fn evaluations(State(shared): World) -> Json<Value> {
    let world = shared.world();
    let by_account: serde_json::Map<_, _> =
        world.fleet.accounts.iter().map(|(id, account)| (id.clone(), json!(account.recorded))).collect();
    Json(by_account.into())
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct How {
    deadline_ms: Option<u64>,
    function_arn: Option<String>,
    request_id: Option<String>,
}

/// The body is the event, byte for byte. Answers 504 where the function did not.
async fn invoke(State(shared): World, Query(how): Query<How>, event: Bytes) -> (StatusCode, Json<Value>) {
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
