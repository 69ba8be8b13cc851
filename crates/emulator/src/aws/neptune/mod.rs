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
    let scope = &request.scope;
    world.finish_reboots();
    match request.action.as_str() {
        "DescribeDBClusters" => clusters::describe(world, scope, &ask),
        "DescribeDBClusterParameters" => groups::describe_parameters(world, scope, &ask),
        "DescribeDBClusterParameterGroups" => groups::describe(world, scope, &ask),
        "DescribeDBInstances" => instances::describe(world, scope, &ask),
        "RebootDBInstance" => instances::reboot(world, scope, &ask),
        "ModifyDBCluster" => changes::modify_cluster(world, scope, &ask),
        "CreateDBClusterParameterGroup" => changes::create_group(world, scope, &ask),
        "ModifyDBClusterParameterGroup" => changes::modify_group(world, scope, &ask),
        "AddTagsToResource" => tags::add(world, scope, &ask),
        "ListTagsForResource" => tags::list(world, scope, &ask),
        other => Err(Service::Neptune.unknown_action(other)),
    }
}
