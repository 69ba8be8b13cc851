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
    let account = request.caller.account.as_str();
    let ask = &request.parameters;
    match request.action.as_str() {
        "DescribeLogGroups" => groups::describe(world, account, ask),
        "DescribeSubscriptionFilters" => filters::describe(world, account, ask),
        "DescribeLogStreams" => streams::describe(world, account, ask),
        "DescribeAccountPolicies" => policies::describe(world, account, ask),
        "CreateLogGroup" => changes::create_log_group(world, account, ask),
        "PutRetentionPolicy" => changes::put_retention_policy(world, account, ask),
        "AssociateKmsKey" => changes::associate_kms_key(world, account, ask),
        "PutLogGroupDeletionProtection" => changes::put_deletion_protection(world, account, ask),
        other => Err(Service::Logs.unknown_action(other)),
    }
}
