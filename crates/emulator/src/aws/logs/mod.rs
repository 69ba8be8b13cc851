//! Amazon CloudWatch Logs.

mod ask;
mod changes;
mod filters;
mod groups;
mod policies;
mod streams;

use crate::aws::answer::{Answer, Refusal};
use crate::aws::service::{Request, Service};
use crate::world::World;

pub(crate) fn perform(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let scope = &request.scope;
    let ask = &request.parameters;
    match request.action.as_str() {
        "DescribeLogGroups" => groups::describe(world, scope, ask),
        "DescribeSubscriptionFilters" => filters::describe(world, scope, ask),
        "DescribeLogStreams" => streams::describe(world, scope, ask),
        "DescribeAccountPolicies" => policies::describe(world, scope, ask),
        "CreateLogGroup" => changes::create_log_group(world, scope, ask),
        "PutRetentionPolicy" => changes::put_retention_policy(world, scope, ask),
        "AssociateKmsKey" => changes::associate_kms_key(world, scope, ask),
        "PutLogGroupDeletionProtection" => changes::put_deletion_protection(world, scope, ask),
        other => Err(Service::Logs.unknown_action(other)),
    }
}
