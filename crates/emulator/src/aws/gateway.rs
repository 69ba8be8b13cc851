//! The way of an AWS call: recognised, authenticated, recorded, delayed or broken as asked, performed, answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, header};
use serde_json::{Map, Value};

use super::answer::{Answer, Refusal};
use super::query;
use super::rendering::Rendered;
use super::service::{Request, Service};
use crate::connection::Connection;
use crate::world::calls::Call;
use crate::world::credentials::{Caller, Refused};
use crate::world::faults::{ErrorAnswer, FaultKind};
use crate::world::fleet::{Account, ENABLED_BY_DEFAULT};
use crate::world::patterns::matches;
use crate::world::scope::Scope;
use crate::world::{Shared, World};

/// The statuses of a Region that an account cannot use.
const CLOSED: [&str; 2] = ["DISABLED", "ENABLING"];

/// Keeps the record of a call true when the client goes away before the answer.
struct Recording {
    shared: Arc<Shared>,
    number: usize,
    /// Calls forgotten before this one ended must not be confused with later ones.
    started: Instant,
}

impl Recording {
    fn finish(&self, status: Option<u16>, error_code: Option<&str>) {
        let ended = Instant::now();
        let ended_ms = self.shared.milliseconds(ended);
        let mut world = self.shared.world();
        if let Some(call) = world.calls.get_mut(self.number).filter(|call| call.started == self.started && call.ended.is_none()) {
            call.ended = Some(ended);
            call.ended_ms = Some(ended_ms);
            call.status = status;
            call.error_code = error_code.map(str::to_owned);
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.finish(None, Some("Abandoned"));
    }
}

/// What answers a request once nothing stands in its way.
pub(crate) type Perform = fn(Service, &mut World, &Request) -> Result<Answer, Refusal>;

/// A request as it came over the wire.
pub(crate) struct Incoming {
    pub(crate) connection: Connection,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) async fn serve(shared: Arc<Shared>, incoming: Incoming, perform: Perform) -> Response<Body> {
    let Incoming { connection, path, headers, body } = incoming;
    let (service, action, parameters) = match recognise(&path, &headers, &body) {
        Ok(recognised) => recognised,
        Err((service, refusal)) => return refuse(&shared, service, &refusal),
    };
    let identified = identify(&shared.world(), service, &headers);
    let (caller, region, unidentified) = match identified {
        Ok((caller, region)) => (caller, region, None),
        Err(refusal) => (Caller::unknown(), String::new(), Some(refusal)),
    };
    let scope = Scope::new(&caller.account, region);
    let mut request = Request { action, parameters, caller, scope, failing_evaluations: None };
    let iam_action = format!("{}:{}", service.prefix(), request.action);

    let recording = record(&shared, service, &iam_action, &request);
    if let Some(refusal) = unidentified {
        recording.finish(Some(refusal.status), Some(&refusal.code));
        return refuse(&shared, service, &refusal);
    }
    let (delay, fault) = strike(&mut shared.world(), &iam_action, &request);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let malformed = matches!(fault, Some(FaultKind::Malformed));
    let circle = matches!(fault, Some(FaultKind::Circle));
    let outcome = match fault {
        Some(FaultKind::Reset) => {
            recording.finish(None, Some("Reset"));
            return connection.reset();
        }
        Some(FaultKind::Hang) => std::future::pending().await,
        Some(FaultKind::Throttle) => Err(service.throttled()),
        Some(FaultKind::Status(status)) => Err(service.broken(status)),
        Some(FaultKind::Error(ErrorAnswer { status, code, message })) => Err(Refusal::new(status, code, message)),
        Some(FaultKind::Deny) => Err(service.denied(&request.caller.arn, &iam_action, "*")),
        Some(FaultKind::FailEvaluations(failing)) => {
            request.failing_evaluations = Some(failing);
            admit(&mut shared.world(), service, &iam_action, &request, perform)
        }
        Some(FaultKind::Delay(_) | FaultKind::Malformed | FaultKind::Circle) | None => {
            admit(&mut shared.world(), service, &iam_action, &request, perform)
        }
    };

    let request_id = shared.world().random.uuid();
    let (mut rendered, error_code) = match outcome {
        Ok(answer) => (Rendered::answer(service, &request.action, answer, request_id), None),
        Err(refusal) => (Rendered::refusal(service, &refusal, request_id), Some(refusal.code)),
    };
    if malformed {
        rendered = rendered.cut_off();
    }
    if circle {
        rendered = rendered.in_a_circle(&request.parameters);
    }
    recording.finish(Some(rendered.status), error_code.as_deref());
    rendered.into_response()
}

/// A service, an action of it, and its parameters.
type Recognised = (Service, String, Map<String, Value>);

/// Which service and action a request is for. A refusal comes with the service in whose form it is to be written.
fn recognise(path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Recognised, (Service, Refusal)> {
    let json = |service, action: &str| match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => Ok((service, action.to_owned(), parameters)),
        _ => Err((service, Refusal::bad("SerializationException", "the body is not a JSON object"))),
    };
    if let Some((service, action)) = Service::of_path(path) {
        return json(service, action);
    }
    if let Some(target) = text(headers, "x-amz-target") {
        let Some((service, action)) = Service::of_target(target) else {
            let refusal = Refusal::bad("UnknownOperationException", format!("the emulator does not know the target {target}"));
            return Err((Service::Config, refusal));
        };
        return json(service, action);
    }
    let mut parameters = query::parse(body);
    let (Some(Value::String(action)), Some(Value::String(version))) = (parameters.remove("Action"), parameters.remove("Version")) else {
        let refusal = Refusal::bad("MissingAction", "neither X-Amz-Target nor Action and Version are in the request");
        return Err((Service::Neptune, refusal));
    };
    match Service::of_version(&version) {
        Some(service) => Ok((service, action, parameters)),
        None => {
            let message = format!("the emulator does not know a query API of version {version}");
            Err((Service::Neptune, Refusal::bad("InvalidAction", message)))
        }
    }
}

/// Whose access key signed the request, and for which Region. The signature itself is not checked: any secret will do.
fn identify(world: &World, service: Service, headers: &HeaderMap) -> Result<(Caller, String), Refusal> {
    let scope = text(headers, header::AUTHORIZATION.as_str())
        .and_then(|authorization| authorization.strip_prefix("AWS4-HMAC-SHA256 "))
        .and_then(|fields| fields.split(',').find_map(|field| field.trim().strip_prefix("Credential=")))
        .ok_or_else(|| service.unsigned())?;
    let parts: Vec<_> = scope.split('/').collect();
    let &[access_key, _date, region, signing_name, "aws4_request"] = parts.as_slice() else {
        return Err(service.wrongly_signed(format!("Credential `{scope}` must have 5 parts and end in aws4_request")));
    };
    if signing_name != service.signing_name() {
        let message = format!("Credential should be scoped to correct service: '{}'.", service.signing_name());
        return Err(service.wrongly_signed(message));
    }
    let regions = world.fleet.regions();
    if !service.is_global() && !regions.contains(region) {
        let known = regions.into_iter().collect::<Vec<_>>().join(", ");
        let message = format!("Credential should be scoped to a valid region: the fleet is in {known}, not '{region}'.");
        return Err(service.wrongly_signed(message));
    }
    let caller = world.caller(access_key, text(headers, "x-amz-security-token")).map_err(|refused| match refused {
        Refused::Unrecognized => service.unrecognized(),
        Refused::Expired => service.expired(),
    })?;
    // A Region that the account has not enabled knows nothing of its credentials.
    let status = world.fleet.accounts.get(&caller.account).map_or(ENABLED_BY_DEFAULT, |account| account.region_status(region));
    if !service.is_global() && CLOSED.contains(&status) {
        return Err(service.unrecognized());
    }
    Ok((caller, region.to_owned()))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn record(shared: &Arc<Shared>, service: Service, iam_action: &str, request: &Request) -> Recording {
    let started = Instant::now();
    let mut world = shared.world();
    world.calls.push(Call {
        service: service.prefix(),
        action: iam_action.to_owned(),
        account: request.caller.account.clone(),
        region: request.scope.region.clone(),
        access_key: request.caller.access_key.clone(),
        parameters: Value::Object(request.parameters.clone()),
        started,
        ended: None,
        started_ms: shared.milliseconds(started),
        ended_ms: None,
        status: None,
        error_code: None,
    });
    Recording { shared: shared.clone(), number: world.calls.len() - 1, started }
}

/// The time that the call must take, and the fault that it meets.
fn strike(world: &mut World, iam_action: &str, request: &Request) -> (Duration, Option<FaultKind>) {
    let (delay, fault) = world.faults.strike(iam_action, &request.scope, &request.parameters);
    (world.latency + delay, fault)
}

/// Performs a call that is within the limits and the permissions of its account.
fn admit(world: &mut World, service: Service, iam_action: &str, request: &Request, perform: Perform) -> Result<Answer, Refusal> {
    if !world.within_limits(&request.scope, iam_action) {
        return Err(service.throttled());
    }
    authorize(world, service, iam_action, request)?;
    perform(service, world, request)
}

/// What the fleet says of the caller's account, and of the Region. Who may assume a role is for STS to say.
fn authorize(world: &World, service: Service, iam_action: &str, request: &Request) -> Result<(), Refusal> {
    let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, iam_action));
    let denies = |facts: &Account| any(&facts.denied) || facts.allowed.as_deref().is_some_and(|allowed| !any(allowed));
    let everywhere = world.fleet.accounts.get(&request.caller.account);
    let here = world.fleet.facts(&request.scope).filter(|_| !service.is_global());
    if everywhere.is_some_and(denies) || here.is_some_and(denies) {
        return Err(service.denied(&request.caller.arn, iam_action, "*"));
    }
    Ok(())
}

fn refuse(shared: &Shared, service: Service, refusal: &Refusal) -> Response<Body> {
    let request_id = shared.world().random.uuid();
    Rendered::refusal(service, refusal, request_id).into_response()
}
