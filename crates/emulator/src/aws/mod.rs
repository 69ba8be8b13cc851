//! The AWS endpoints: every request comes in here, and goes to the service that it is for.

mod account;
mod answer;
mod config;
mod gateway;
mod logs;
pub(crate) mod neptune;
mod organizations;
mod paging;
mod query;
mod rendering;
mod service;
mod sts;
mod tagging;
pub(crate) mod timestamps;
mod validation;
mod xml;

use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;

use self::answer::{Answer, Refusal};
pub(crate) use self::gateway::Incoming;
use self::service::{Request, Service};
use crate::world::{Shared, World};

/// Answers a request to an AWS endpoint.
pub(crate) async fn serve(shared: Arc<Shared>, incoming: Incoming) -> Response<Body> {
    gateway::serve(shared, incoming, perform).await
}

fn perform(service: Service, world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    match service {
        Service::Neptune => neptune::perform(world, request),
        Service::Config => config::perform(world, request),
        Service::Logs => logs::perform(world, request),
        Service::Sts => sts::perform(world, request),
        Service::Account => account::perform(world, request),
        Service::Organizations => organizations::perform(world, request),
        Service::Tagging => tagging::perform(world, request),
    }
}
