//! Amazon CloudWatch Logs.

use crate::answer::{Answer, Refusal};
use crate::service::{Request, Service};
use crate::world::World;

pub(crate) fn perform(_world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    Err(Service::Logs.unknown_action(&request.action))
}
