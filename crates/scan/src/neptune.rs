//! Amazon Neptune's control plane: clusters, and the parameters of their groups. Its permissions have the prefix `rds:`.

use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_neptune::Client;
use aws_sdk_neptune::types::{DbCluster, Filter};
use neptune_audit_core::facts::{Cluster, LogParameters, LogType, Member, NEPTUNE, Parameter, Tag};
use neptune_audit_core::links::parameter;
use tokio::sync::Semaphore;

use crate::error::CallError;
use crate::paging::Tokens;
use crate::seen::Seen;

/// The permission to read clusters.
pub const DESCRIBE_CLUSTERS: &str = "rds:DescribeDBClusters";
const DESCRIBE_PARAMETERS: &str = "rds:DescribeDBClusterParameters";
const LIST_TAGS: &str = "rds:ListTagsForResource";

/// The most that either call gives at once.
const PAGE_SIZE: i32 = 100;

/// For a status that AWS leaves out: of a member it is not `in-sync`, of a cluster none of those that excuse it.
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
        let on = || format!("cluster `{identifier}`");
        let mut pages = self.client.describe_db_clusters().db_cluster_identifier(identifier).into_paginator().send();
        let mut tokens = Tokens::new(DESCRIBE_CLUSTERS, on());
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if error.as_service_error().is_some_and(|error| error.is_db_cluster_not_found_fault()) => return Ok(None),
                Err(error) => return Err(CallError::new(DESCRIBE_CLUSTERS, on(), &error)),
            };
            let next = tokens.follow(page.marker());
            let mut clusters = listed(page.db_clusters, DESCRIBE_CLUSTERS, on(), "DBClusters")?;
            let has_name = |cluster: &DbCluster| cluster.db_cluster_identifier().is_some_and(|name| name.eq_ignore_ascii_case(identifier));
            // One without a name may be the one: then nobody can tell.
            let is_nameless = |cluster: &DbCluster| cluster.db_cluster_identifier().is_none_or(|name| name.trim().is_empty());
            if let Some(place) = clusters.iter().position(has_name).or_else(|| clusters.iter().position(is_nameless)) {
                return read(clusters.swap_remove(place)).map(Some).map_err(|unclear| unclear.failure);
            }
            next?;
        }
        Ok(None)
    }

    /// Hands over every Neptune cluster of the account and Region, once, page by page, until `take` refuses one. Clusters that come and go
    /// meanwhile move the pages, and one may be listed twice.
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
        let (mut tokens, mut seen) = (Tokens::new(DESCRIBE_CLUSTERS, on), Seen::default());
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new(DESCRIBE_CLUSTERS, on, &error))?;
            let next = tokens.follow(page.marker());
            // The filter is AWS's business; that no other engine is judged is ours.
            let clusters = listed(page.db_clusters, DESCRIBE_CLUSTERS, on, "DBClusters")?.into_iter();
            let ours = clusters.filter(|cluster| cluster.engine().is_none_or(|engine| engine == NEPTUNE || engine.trim().is_empty()));
            let once = ours.map(read).filter(|listed| listed.as_ref().map_or(true, |cluster| seen.insert(&cluster.resource_id)));
            if !take(once.collect()).await {
                return Ok(());
            }
            next?;
        }
        Ok(())
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
        let mut tokens = Tokens::new(DESCRIBE_PARAMETERS, on());
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new(DESCRIBE_PARAMETERS, on(), &error))?;
            let next = tokens.follow(page.marker());
            for described in listed(page.parameters, DESCRIBE_PARAMETERS, on(), "Parameters")? {
                let named = |&log_type: &LogType| described.parameter_name() == Some(parameter(log_type));
                let Some(log_type) = LogType::ALL.into_iter().find(named) else {
                    continue;
                };
                let apply_method = described.apply_method.map(|method| method.as_str().to_owned());
                *found.of_mut(log_type) = Parameter { value: told(described.parameter_value), apply_method };
            }
            next?;
        }
        Ok(found)
    }

    /// The tags of a cluster.
    ///
    /// # Errors
    /// When AWS does not answer or refuses, or did not tell the ARN that the call needs.
    pub async fn tags(&self, cluster: &Cluster) -> Result<Vec<Tag>, CallError> {
        let _permit = self.reads.acquire().await;
        let on = || format!("cluster `{}`", cluster.identifier);
        let arn = cluster.arn.as_deref().ok_or_else(|| CallError::incomplete(DESCRIBE_CLUSTERS, on(), "the answer has no DBClusterArn"))?;
        let answer = self.client.list_tags_for_resource().resource_name(arn).send().await;
        let answer = answer.map_err(|error| CallError::new(LIST_TAGS, on(), &error))?;
        let tags = answer.tag_list.unwrap_or_default().into_iter();
        Ok(tags.filter_map(|tag| Some(Tag { key: tag.key?, value: tag.value.unwrap_or_default() })).collect())
    }
}

/// The entries of a page. AWS writes an empty list where there are none: an answer without the list tells nothing.
fn listed<T>(entries: Option<Vec<T>>, action: &'static str, on: impl Into<String>, field: &str) -> Result<Vec<T>, CallError> {
    entries.ok_or_else(|| CallError::incomplete(action, on, &format!("the answer has no {field}")))
}

/// A text that says something: a blank one is as good as none.
fn told(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn read(cluster: DbCluster) -> Listed {
    let (identifier, resource_id) = (told(cluster.db_cluster_identifier), told(cluster.db_cluster_resource_id));
    let name = identifier.clone().or_else(|| resource_id.clone());
    let name = name.unwrap_or_else(|| "without a name".to_owned());
    let missing = |field: &str| Unclear {
        cluster: name.clone(),
        failure: CallError::incomplete(DESCRIBE_CLUSTERS, format!("cluster `{name}`"), &format!("the answer has no {field}")),
    };
    let pending = cluster.pending_modified_values;
    let iam_authentication_pending = pending.as_ref().and_then(|values| values.iam_database_authentication_enabled) == Some(true);
    let pending_exports = pending.and_then(|values| values.pending_cloudwatch_logs_exports);
    Ok(Cluster {
        identifier: identifier.ok_or_else(|| missing("DBClusterIdentifier"))?,
        resource_id: resource_id.ok_or_else(|| missing("DbClusterResourceId"))?,
        arn: told(cluster.db_cluster_arn),
        status: told(cluster.status).unwrap_or_else(|| UNKNOWN_STATUS.to_owned()),
        created_at: cluster.cluster_create_time.and_then(|at| SystemTime::try_from(at).ok()),
        iam_authentication: cluster.iam_database_authentication_enabled.unwrap_or(false),
        iam_authentication_pending,
        engine: told(cluster.engine).ok_or_else(|| missing("Engine"))?,
        parameter_group: told(cluster.db_cluster_parameter_group).ok_or_else(|| missing("DBClusterParameterGroup"))?,
        members: cluster.db_cluster_members.unwrap_or_default().into_iter().map(read_member).collect(),
        exported: cluster.enabled_cloudwatch_logs_exports.unwrap_or_default(),
        export_pending: pending_exports.and_then(|pending| pending.log_types_to_enable).unwrap_or_default(),
    })
}

fn read_member(member: aws_sdk_neptune::types::DbClusterMember) -> Member {
    Member {
        identifier: told(member.db_instance_identifier).unwrap_or_else(|| "an instance without a name".to_owned()),
        parameter_group_status: told(member.db_cluster_parameter_group_status).unwrap_or_else(|| UNKNOWN_STATUS.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_neptune::types::DbClusterMember;
    use aws_sdk_neptune::types::builders::DbClusterBuilder;

    use super::*;

    fn least() -> DbClusterBuilder {
        let cluster = DbCluster::builder().db_cluster_identifier("graph").db_cluster_resource_id("cluster-GRAPH");
        cluster.engine(NEPTUNE).db_cluster_parameter_group("audited")
    }

    /// What AWS leaves out must not count in favour of a cluster.
    #[test]
    fn what_is_left_out_of_a_cluster_is_off() {
        let member = DbClusterMember::builder().build();
        let cluster = read(least().db_cluster_members(member).build()).expect("all that a verdict needs");
        assert!(!cluster.iam_authentication && !cluster.iam_authentication_pending);
        assert!(cluster.exported.is_empty() && cluster.export_pending.is_empty());
        assert!(!cluster.takes_no_queries() && !cluster.is_being_deleted());
        assert_eq!((cluster.created_at, cluster.arn), (None, None));
        assert_eq!(cluster.members.len(), 1);
        assert!(cluster.members.iter().all(|member| member.parameter_group_status == UNKNOWN_STATUS));
    }

    #[test]
    fn a_cluster_without_what_a_verdict_needs_is_named_with_what_is_missing() {
        for (cluster, name, field) in [
            (least().set_db_cluster_identifier(None), "cluster-GRAPH", "DBClusterIdentifier"),
            (least().set_db_cluster_resource_id(None), "graph", "DbClusterResourceId"),
            (least().set_engine(None), "graph", "Engine"),
            (least().set_db_cluster_parameter_group(None), "graph", "DBClusterParameterGroup"),
        ] {
            let unclear = read(cluster.build()).expect_err("something is missing");
            assert_eq!(unclear.cluster, name);
            assert_eq!(unclear.failure.problem, format!("the answer has no {field}"));
        }
    }
}
