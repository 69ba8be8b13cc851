//! The control plane of Amazon Neptune.

mod ask;
mod changes;
mod clusters;
mod groups;
mod instances;
pub(crate) mod parameters;
mod tags;

use self::ask::Ask;
use crate::aws::answer::{Answer, Refusal};
use crate::aws::service::{Request, Service};
use crate::world::World;

pub(crate) fn perform(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let ask = Ask(&request.parameters);
    let account = request.caller.account.as_str();
    world.finish_reboots();
    match request.action.as_str() {
        "DescribeDBClusters" => clusters::describe(world, account, &ask),
        "DescribeDBClusterParameters" => groups::describe_parameters(world, account, &ask),
        "DescribeDBClusterParameterGroups" => groups::describe(world, account, &ask),
        "DescribeDBInstances" => instances::describe(world, account, &ask),
        "RebootDBInstance" => instances::reboot(world, account, &ask),
        "ModifyDBCluster" => changes::modify_cluster(world, account, &ask),
        "CreateDBClusterParameterGroup" => changes::create_group(world, account, &ask),
        "ModifyDBClusterParameterGroup" => changes::modify_group(world, account, &ask),
        "AddTagsToResource" => tags::add(world, account, &ask),
        "ListTagsForResource" => tags::list(world, account, &ask),
        other => Err(Service::Neptune.unknown_action(other)),
    }
}
