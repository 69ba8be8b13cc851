//! Instances of clusters: DescribeDBInstances and RebootDBInstance.

use super::ask::{Ask, identifier_of, invalid_marker};
use super::clusters::domain_and_port;
use super::parameters::family;
use crate::aws::answer::{Answer, Refusal};
use crate::aws::paging;
use crate::aws::timestamps::{LONG_AGO, iso8601};
use crate::aws::xml::Xml;
use crate::world::fleet::{Account, Cluster, Member};
use crate::world::index::Index;
use crate::world::random::Random;
use crate::world::{Reboot, World};

fn instance_not_found(identifier: &str) -> Refusal {
    Refusal::new(404, "DBInstanceNotFound", format!("DBInstance {identifier} not found."))
}

pub(crate) fn describe(world: &World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let page_size = world.page_size(ask.max_records()?);
    let filters = ask.filters()?;
    if let Some((unknown, _)) = filters.iter().find(|(name, _)| !["engine", "db-cluster-id", "db-instance-id"].contains(name)) {
        return Err(Refusal::bad("InvalidParameterValue", format!("Unrecognized filter name: {unknown}")));
    }
    let passes = |cluster: &Cluster, member: &Member| {
        filters.iter().all(|(name, values)| match *name {
            "engine" => values.contains(&cluster.engine.as_str()),
            "db-cluster-id" => values.iter().any(|value| identifier_of(value) == cluster.identifier),
            _ => values.iter().any(|value| identifier_of(value) == member.identifier),
        })
    };
    let nothing = (Account::default(), Index::default());
    let (facts, index) = world.account(account).unwrap_or((&nothing.0, &nothing.1));
    if let Some(identifier) = ask.text("DBInstanceIdentifier")
        && !index.instances.contains_key(&identifier_of(identifier))
    {
        return Err(instance_not_found(identifier));
    }
    let only = ask.text("DBInstanceIdentifier").map(identifier_of);
    let last_seen = match ask.text("Marker") {
        None => String::new(),
        Some(marker) => paging::open("instances", marker).ok_or_else(|| invalid_marker(marker))?,
    };
    let mut following = index
        .instances
        .iter()
        .filter(|(identifier, _)| **identifier > last_seen && only.as_ref().is_none_or(|only| only == *identifier))
        .map(|(_, (cluster, member))| (&facts.clusters[*cluster], &facts.clusters[*cluster].members[*member]))
        .filter(|(cluster, member)| passes(cluster, member));
    let mut xml = Xml::default();
    let mut last = None;
    xml.list("DBInstances", following.by_ref().take(page_size), |xml, (cluster, member)| {
        xml.element("DBInstance", |xml| write_instance(xml, world, account, cluster, member));
        last = Some(&member.identifier);
    });
    let more = following.next().is_some();
    xml.optional("Marker", last.filter(|_| more).map(|identifier| paging::seal("instances", identifier)));
    Ok(Answer::Xml(xml.into_string()))
}

/// An instance goes away for a while, and comes back with every parameter of its cluster's group in effect.
pub(crate) fn reboot(world: &mut World, account: &str, ask: &Ask<'_>) -> Result<Answer, Refusal> {
    let identifier = identifier_of(ask.required("DBInstanceIdentifier")?);
    let done = world.now() + i64::try_from(world.fleet.reboot_seconds).unwrap_or(0) * 1000;
    let member = world.member_mut(account, &identifier).ok_or_else(|| instance_not_found(&identifier))?;
    if member.status != "available" {
        let message = format!("Instance {identifier} is not in available state.");
        return Err(Refusal::bad("InvalidDBInstanceState", message));
    }
    member.status = "rebooting".into();
    world.reboots.push(Reboot { account: account.to_owned(), instance: identifier.clone(), done });

    let mut xml = Xml::default();
    if let Some((facts, index)) = world.account(account)
        && let Some((cluster, member)) = index.instances.get(&identifier)
    {
        let cluster = &facts.clusters[*cluster];
        xml.element("DBInstance", |xml| write_instance(xml, world, account, cluster, &cluster.members[*member]));
    }
    Ok(Answer::Xml(xml.into_string()))
}

fn write_instance(xml: &mut Xml, world: &World, account: &str, cluster: &Cluster, member: &Member) {
    let fleet = &world.fleet;
    let (partition, region) = (fleet.partition(), fleet.region.as_str());
    let identifier = member.identifier.as_str();
    let mut derived = Random::from_name(&format!("{account}/{identifier}"));
    let resource_id = derived.letters(26);
    let host = derived.letters(12).to_ascii_lowercase();
    let (domain, port) = domain_and_port(&cluster.engine);

    xml.text("DBInstanceIdentifier", identifier);
    xml.text("DBInstanceClass", "db.r6g.large");
    xml.text("Engine", &cluster.engine);
    xml.text("DBInstanceStatus", &member.status);
    xml.text("MasterUsername", "admin");
    xml.element("Endpoint", |xml| {
        xml.text("Address", format_args!("{identifier}.{host}.{region}.{domain}.amazonaws.com"));
        xml.text("Port", port);
        xml.text("HostedZoneId", "Z1UDT6IFJ4EJM5");
    });
    xml.text("AllocatedStorage", 1);
    xml.text("InstanceCreateTime", iso8601(LONG_AGO));
    xml.text("PreferredBackupWindow", "03:17-03:47");
    xml.text("BackupRetentionPeriod", 7);
    xml.list("DBSecurityGroups", None::<&str>, |_, _| {});
    let group_family = if cluster.engine == "neptune" { family(&cluster.engine_version) } else { cluster.engine.clone() };
    xml.element("DBParameterGroups", |xml| {
        xml.element("DBParameterGroup", |xml| {
            xml.text("DBParameterGroupName", format_args!("default.{group_family}"));
            xml.text("ParameterApplyStatus", "in-sync");
        });
    });
    xml.text("AvailabilityZone", format_args!("{region}a"));
    xml.text("PreferredMaintenanceWindow", "sun:04:40-sun:05:10");
    xml.element("PendingModifiedValues", |_| {});
    xml.text("MultiAZ", false);
    xml.text("EngineVersion", &cluster.engine_version);
    xml.text("AutoMinorVersionUpgrade", true);
    xml.list("ReadReplicaDBInstanceIdentifiers", None::<&str>, |_, _| {});
    xml.text("LicenseModel", "amazon-license");
    xml.text("PubliclyAccessible", false);
    xml.text("StorageType", "aurora");
    xml.text("DbInstancePort", 0);
    xml.text("DBClusterIdentifier", &cluster.identifier);
    xml.text("StorageEncrypted", cluster.kms_key_id.is_some());
    xml.optional("KmsKeyId", cluster.kms_key_id.as_ref());
    xml.text("DbiResourceId", format_args!("db-{resource_id}"));
    xml.text("CopyTagsToSnapshot", true);
    xml.text("MonitoringInterval", 0);
    xml.text("PromotionTier", 1);
    xml.text("DBInstanceArn", format_args!("arn:{partition}:rds:{region}:{account}:db:{identifier}"));
    xml.text("IAMDatabaseAuthenticationEnabled", cluster.iam_authentication);
    xml.text("PerformanceInsightsEnabled", false);
    xml.text("DeletionProtection", false);
}
