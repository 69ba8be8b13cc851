//! A resource as AWS Config names it.

/// The type under which AWS Config records clusters of Neptune, Aurora and DocumentDB alike.
pub const DB_CLUSTER: &str = "AWS::RDS::DBCluster";

/// A resource as AWS Config names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// For example `AWS::RDS::DBCluster`.
    pub resource_type: String,
    /// For example `cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ`.
    pub resource_id: String,
}

impl Resource {
    /// A DB cluster, by its `DbClusterResourceId`.
    pub fn db_cluster(resource_id: impl Into<String>) -> Self {
        Self { resource_type: DB_CLUSTER.to_owned(), resource_id: resource_id.into() }
    }
}
