//! The AWS endpoints: every request comes in here, and goes to the service that it is for.

mod answer;
mod config;
mod gateway;
mod logs;
pub(crate) mod neptune;
mod paging;
mod query;
mod rendering;
mod service;
mod sts;
mod timestamps;
mod validation;
mod xml;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response};

use self::answer::{Answer, Refusal};
use self::service::{Request, Service};
use crate::connection::Connection;
use crate::world::{Shared, World};

/// Answers a request to an AWS endpoint.
pub(crate) async fn serve(shared: Arc<Shared>, connection: Connection, headers: HeaderMap, body: Bytes) -> Response<Body> {
    gateway::serve(shared, connection, headers, body, perform).await
}

fn perform(service: Service, world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    match service {
        Service::Neptune => neptune::perform(world, request),
        Service::Config => config::perform(world, request),
        Service::Logs => logs::perform(world, request),
        Service::Sts => sts::perform(world, request),
    }
}
