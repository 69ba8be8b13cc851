//! Amazon Neptune's control plane: clusters, and the parameters of their groups. Its permissions have the prefix `rds:`.

use std::sync::Arc;

use aws_sdk_neptune::Client;
use aws_sdk_neptune::types::{DbCluster, Filter};
use neptune_audit_core::facts::{Cluster, LogParameters, Member, NEPTUNE};
use tokio::sync::Semaphore;

use crate::error::CallError;
use crate::paging::{has_more, whole};

/// The permission to read clusters.
pub const DESCRIBE_CLUSTERS: &str = "rds:DescribeDBClusters";
const DESCRIBE_PARAMETERS: &str = "rds:DescribeDBClusterParameters";

/// The most that either call gives at once.
const PAGE_SIZE: i32 = 100;

/// For a member whose status AWS leaves out; not being `in-sync`, it is not in effect.
const UNKNOWN_STATUS: &str = "unknown";

/// Reads clusters and parameter groups.
#[derive(Clone, Debug)]
pub struct Neptune {
    client: Client,
    reads: Arc<Semaphore>,
}

/// A cluster of a listing, or why nothing can be made of it.
pub type Listed = Result<Cluster, Unclear>;

/// A cluster in an answer that lacks what a verdict needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Unclear {
    /// Its name or, without one, its resource id.
    pub cluster: String,
    /// What is missing.
    pub failure: CallError,
}

impl Neptune {
    pub(crate) fn new(client: Client, reads: Arc<Semaphore>) -> Self {
        Self { client, reads }
    }

    /// The DB cluster of a name, of whatever engine: `None` when there is none.
    ///
    /// # Errors
    /// When AWS does not answer, refuses, or leaves out what identifies the cluster.
    pub async fn cluster(&self, identifier: &str) -> Result<Option<Cluster>, CallError> {
        let answer = self.client.describe_db_clusters().db_cluster_identifier(identifier).send().await;
        let clusters = match answer {
            Ok(answer) => answer.db_clusters.unwrap_or_default(),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_db_cluster_not_found_fault()) => return Ok(None),
            Err(error) => return Err(CallError::new(DESCRIBE_CLUSTERS, format!("cluster `{identifier}`"), &error)),
        };
        let named =
            clusters.into_iter().find(|cluster| cluster.db_cluster_identifier().is_some_and(|name| name.eq_ignore_ascii_case(identifier)));
        named.map(|cluster| read(cluster).map_err(|unclear| unclear.failure)).transpose()
    }

    /// Hands over every Neptune cluster of the account and Region, page by page, until `take` refuses one.
    ///
    /// # Errors
    /// When the listing breaks off: the pages before that were handed over.
    pub async fn clusters<F>(&self, mut take: impl FnMut(Vec<Listed>) -> F) -> Result<(), CallError>
    where
        F: Future<Output = bool>,
    {
        let on = "the listing of Neptune clusters";
        let neptune_only = Filter::builder().name("engine").values(NEPTUNE).build();
        let mut pages = self.client.describe_db_clusters().filters(neptune_only).into_paginator().page_size(PAGE_SIZE).send();
        let mut more = false;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new(DESCRIBE_CLUSTERS, on, &error))?;
            more = has_more(page.marker());
            // The filter is AWS's business; that no other engine is judged is ours.
            let clusters = page.db_clusters.unwrap_or_default().into_iter();
            let ours = clusters.filter(|cluster| cluster.engine().is_none_or(|engine| engine == NEPTUNE));
            if !take(ours.map(read).collect()).await {
                return Ok(());
            }
        }
        whole(more, DESCRIBE_CLUSTERS, on)
    }

    /// The parameters of a DB cluster parameter group that turn logs on.
    ///
    /// # Errors
    /// When AWS does not answer, refuses, or does not know the group.
    pub async fn log_parameters(&self, group: &str) -> Result<LogParameters, CallError> {
        let _permit = self.reads.acquire().await;
        let on = || format!("parameter group `{group}`");
        let request = self.client.describe_db_cluster_parameters().db_cluster_parameter_group_name(group);
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).send();
        let mut found = LogParameters::default();
        let mut more = false;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new(DESCRIBE_PARAMETERS, on(), &error))?;
            more = has_more(page.marker());
            for parameter in page.parameters.unwrap_or_default() {
                match parameter.parameter_name.as_deref() {
                    Some("neptune_enable_audit_log") => found.audit = parameter.parameter_value,
                    Some("neptune_enable_slow_query_log") => found.slow_query = parameter.parameter_value,
                    _ => {}
                }
            }
        }
        whole(more, DESCRIBE_PARAMETERS, on())?;
        Ok(found)
    }
}

fn read(cluster: DbCluster) -> Listed {
    let name = cluster.db_cluster_identifier.clone().or_else(|| cluster.db_cluster_resource_id.clone());
    let name = name.unwrap_or_else(|| "without a name".to_owned());
    let missing = |field: &str| Unclear {
        cluster: name.clone(),
        failure: CallError::incomplete(DESCRIBE_CLUSTERS, format!("cluster `{name}`"), &format!("the answer has no {field}")),
    };
    let pending = cluster.pending_modified_values.and_then(|values| values.pending_cloudwatch_logs_exports);
    Ok(Cluster {
        identifier: cluster.db_cluster_identifier.ok_or_else(|| missing("DBClusterIdentifier"))?,
        resource_id: cluster.db_cluster_resource_id.ok_or_else(|| missing("DbClusterResourceId"))?,
        engine: cluster.engine.ok_or_else(|| missing("Engine"))?,
        parameter_group: cluster.db_cluster_parameter_group.ok_or_else(|| missing("DBClusterParameterGroup"))?,
        members: cluster.db_cluster_members.unwrap_or_default().into_iter().map(read_member).collect(),
        exported: cluster.enabled_cloudwatch_logs_exports.unwrap_or_default(),
        export_pending: pending.and_then(|pending| pending.log_types_to_enable).unwrap_or_default(),
    })
}

fn read_member(member: aws_sdk_neptune::types::DbClusterMember) -> Member {
    Member {
        identifier: member.db_instance_identifier.unwrap_or_else(|| "an instance without a name".to_owned()),
        parameter_group_status: member.db_cluster_parameter_group_status.unwrap_or_else(|| UNKNOWN_STATUS.to_owned()),
    }
}
