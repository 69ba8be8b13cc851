//! Clusters: DescribeDBClusters, and how a cluster is written.

use super::ask::{Ask, identifier_of, invalid_marker};
use crate::aws::answer::{Answer, Refusal};
use crate::aws::paging;
use crate::aws::timestamps::{LONG_AGO, iso8601};
use crate::aws::xml::Xml;
use crate::world::World;
use crate::world::fleet::{Account, Cluster};
use crate::world::index::Index;
use crate::world::random::Random;

pub(crate) fn cluster_not_found(identifier: &str) -> Refusal {
    Refusal::new(404, "DBClusterNotFoundFault", format!("DBCluster {identifier} not found."))
}

pub(crate) fn describe(world: &World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let page_size = world.page_size(ask.max_records()?);
    let filters = ask.filters()?;
    if let Some((unknown, _)) = filters.iter().find(|(name, _)| !["engine", "db-cluster-id"].contains(name)) {
        return Err(Refusal::bad("InvalidParameterValue", format!("Unrecognized filter name: {unknown}")));
    }
    let passes = |cluster: &Cluster| {
        filters.iter().all(|(name, values)| match *name {
            "engine" => values.contains(&cluster.engine.as_str()),
            _ => values.iter().any(|value| identifier_of(value) == cluster.identifier),
        })
    };

    let nothing = (Account::default(), Index::default());
    let (facts, index) = world.account(account).unwrap_or((&nothing.0, &nothing.1));
    let mut xml = Xml::default();
    let mut marker = None;
    if let Some(identifier) = ask.text("DBClusterIdentifier") {
        let cluster = index
            .cluster_places
            .get(&identifier_of(identifier))
            .and_then(|place| facts.clusters.get(index.clusters[*place]))
            .ok_or_else(|| cluster_not_found(identifier))?;
        xml.list("DBClusters", Some(cluster).filter(|cluster| passes(cluster)), |xml, cluster| {
            xml.element("DBCluster", |xml| write_cluster(xml, world, account, cluster));
        });
    } else {
        let start = match ask.text("Marker") {
            None => 0,
            Some(marker) => {
                paging::open("clusters", marker)
                    .and_then(|last| index.cluster_places.get(&last).copied())
                    .ok_or_else(|| invalid_marker(marker))?
                    + 1
            }
        };
        let mut following =
            index.clusters[start..].iter().filter_map(|position| facts.clusters.get(*position)).filter(|cluster| passes(cluster));
        let mut last = None;
        xml.list("DBClusters", following.by_ref().take(page_size), |xml, cluster| {
            xml.element("DBCluster", |xml| write_cluster(xml, world, account, cluster));
            last = Some(&cluster.identifier);
        });
        if following.next().is_some() {
            marker = last.map(|identifier| paging::seal("clusters", identifier));
        }
    }
    xml.optional("Marker", marker);
    Ok(Answer::Xml(xml.into_string()))
}

pub(crate) fn cluster_arn(world: &World, account: &str, identifier: &str) -> String {
    let fleet = &world.fleet;
    format!("arn:{}:rds:{}:{account}:cluster:{identifier}", fleet.partition(), fleet.region)
}

/// Where clusters of an engine listen.
pub(crate) fn domain_and_port(engine: &str) -> (&'static str, u16) {
    match engine {
        "neptune" => ("neptune", 8182),
        "docdb" => ("docdb", 27017),
        "aurora-postgresql" => ("rds", 5432),
        _ => ("rds", 3306),
    }
}

/// A cluster as DescribeDBClusters and ModifyDBCluster answer it, in the order of AWS's model.
pub(crate) fn write_cluster(xml: &mut Xml, world: &World, account: &str, cluster: &Cluster) {
    let region = world.fleet.region.as_str();
    let identifier = cluster.identifier.as_str();
    let mut derived = Random::from_name(&cluster.resource_id);
    let host = derived.letters(12).to_ascii_lowercase();
    let hosted_zone = format!("Z{}", derived.letters(13));

    xml.text("AllocatedStorage", 1);
    xml.list("AvailabilityZones", ["a", "b", "c"], |xml, zone| {
        xml.text("AvailabilityZone", format_args!("{region}{zone}"));
    });
    xml.text("BackupRetentionPeriod", 7);
    xml.text("DBClusterIdentifier", identifier);
    xml.text("DBClusterParameterGroup", &cluster.parameter_group);
    xml.text("DBSubnetGroup", "default");
    xml.text("Status", &cluster.status);
    xml.text("EarliestRestorableTime", iso8601(LONG_AGO));
    let (domain, port) = domain_and_port(&cluster.engine);
    xml.text("Endpoint", format_args!("{identifier}.cluster-{host}.{region}.{domain}.amazonaws.com"));
    xml.text("ReaderEndpoint", format_args!("{identifier}.cluster-ro-{host}.{region}.{domain}.amazonaws.com"));
    xml.text("MultiAZ", cluster.members.len() > 1);
    xml.text("Engine", &cluster.engine);
    xml.text("EngineVersion", &cluster.engine_version);
    xml.text("LatestRestorableTime", iso8601(world.now()));
    xml.text("Port", port);
    xml.text("MasterUsername", "admin");
    xml.text("PreferredBackupWindow", "03:17-03:47");
    xml.text("PreferredMaintenanceWindow", "sun:04:40-sun:05:10");
    xml.list("ReadReplicaIdentifiers", None::<&str>, |_, _| {});
    xml.list("DBClusterMembers", &cluster.members, |xml, member| {
        xml.element("DBClusterMember", |xml| {
            xml.text("DBInstanceIdentifier", &member.identifier);
            xml.text("IsClusterWriter", member.writer);
            xml.text("DBClusterParameterGroupStatus", &member.parameter_group_status);
            xml.text("PromotionTier", 1);
        });
    });
    xml.element("VpcSecurityGroups", |xml| {
        xml.element("VpcSecurityGroupMembership", |xml| {
            xml.text("VpcSecurityGroupId", "sg-0123456789abcdef0");
            xml.text("Status", "active");
        });
    });
    xml.text("HostedZoneId", hosted_zone);
    xml.text("StorageEncrypted", cluster.kms_key_id.is_some());
    xml.optional("KmsKeyId", cluster.kms_key_id.as_ref());
    xml.text("DbClusterResourceId", &cluster.resource_id);
    xml.text("DBClusterArn", cluster_arn(world, account, identifier));
    xml.list("AssociatedRoles", None::<&str>, |_, _| {});
    xml.text("IAMDatabaseAuthenticationEnabled", cluster.iam_authentication);
    xml.text("ClusterCreateTime", iso8601(cluster.created_at(world.now()).unwrap_or(LONG_AGO)));
    xml.text("CopyTagsToSnapshot", true);
    // AWS leaves these two out where they would be empty.
    if !cluster.exports.is_empty() {
        xml.list("EnabledCloudwatchLogsExports", &cluster.exports, |xml, export| xml.text("member", export));
    }
    if !cluster.pending_exports.is_empty() || cluster.pending_iam_authentication.is_some() {
        xml.element("PendingModifiedValues", |xml| write_pending(xml, cluster));
    }
    xml.text("DeletionProtection", true);
    xml.text("CrossAccountClone", false);
    xml.text("StorageType", "standard");
    xml.text("NetworkType", "IPV4");
}

fn write_pending(xml: &mut Xml, cluster: &Cluster) {
    if !cluster.pending_exports.is_empty() {
        xml.element("PendingCloudwatchLogsExports", |xml| {
            xml.list("LogTypesToEnable", &cluster.pending_exports.enable, |xml, export| xml.text("member", export));
            xml.list("LogTypesToDisable", &cluster.pending_exports.disable, |xml, export| xml.text("member", export));
        });
    }
    xml.optional("IAMDatabaseAuthenticationEnabled", cluster.pending_iam_authentication);
}
