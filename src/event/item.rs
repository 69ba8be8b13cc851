//! A configuration item: what AWS Config recorded of one resource, and what that asks of the rule.

use aws_sdk_config::primitives::DateTime;
use neptune_audit_core::facts::NEPTUNE;
use serde::Deserialize;
use serde_json::Value;

use super::json::time;
use super::subject::Subject;
use crate::error::RuleError;
use crate::not_applicable::NotApplicable;
use crate::resource::{DB_CLUSTER, Resource};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a configuration item")]
pub(super) struct ConfigurationItem {
    #[serde(rename = "ARN", alias = "arn")]
    arn: Option<String>,
    /// Its shape differs from one resource type to the next and is written down nowhere for Neptune: looked into, never relied on.
    #[serde(default)]
    configuration: Value,
    configuration_item_capture_time: String,
    configuration_item_status: String,
    resource_id: String,
    resource_name: Option<String>,
    resource_type: String,
}

impl ConfigurationItem {
    /// What the item asks the rule to look at, and when it was captured.
    pub(super) fn subject(self, field: &str, left_scope: bool) -> Result<(Subject, DateTime), RuleError> {
        if self.resource_id.trim().is_empty() {
            return Err(RuleError::invalid_event(format!("{field}.resourceId"), "is blank"));
        }
        let at = time(&format!("{field}.configurationItemCaptureTime"), &self.configuration_item_capture_time)?;
        let subject = match self.not_applicable(left_scope) {
            Some(reason) => {
                Subject::NotApplicable { resource: Resource { resource_type: self.resource_type, resource_id: self.resource_id }, reason }
            }
            None => Subject::Cluster {
                identifier: self.identifier().ok_or_else(|| {
                    RuleError::invalid_event(
                        field,
                        "names no cluster: no `resourceName`, no identifier in `configuration`, no `ARN` of a cluster",
                    )
                })?,
                resource_id: self.resource_id,
            },
        };
        Ok((subject, at))
    }

    /// Why nothing needs to be read, if so. The status and the scope are both looked at: deletions arrive with either or both.
    fn not_applicable(&self, left_scope: bool) -> Option<NotApplicable> {
        if !matches!(self.configuration_item_status.as_str(), "OK" | "ResourceDiscovered") {
            return Some(NotApplicable::Status(self.configuration_item_status.clone()));
        }
        if left_scope {
            return Some(NotApplicable::LeftScope);
        }
        if self.resource_type != DB_CLUSTER {
            return Some(NotApplicable::ResourceType(self.resource_type.clone()));
        }
        match self.configured("engine") {
            Some(engine) if engine != NEPTUNE => Some(NotApplicable::Engine(engine.to_owned())),
            _ => None,
        }
    }

    fn identifier(&self) -> Option<String> {
        let named = self.resource_name.as_deref().filter(|name| !name.trim().is_empty());
        named
            .or_else(|| self.configured("dbclusteridentifier"))
            .or_else(|| self.arn.as_deref().and_then(cluster_in_arn))
            .or_else(|| self.configured("dbclusterarn").and_then(cluster_in_arn))
            .map(str::to_owned)
    }

    /// A string of the configuration, by its key in lower case: the same key is `dbclusterIdentifier` in one resource type and
    /// `dBClusterIdentifier` in another.
    fn configured(&self, lower_case_key: &str) -> Option<&str> {
        let fields = self.configuration.as_object()?;
        let (_, value) = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(lower_case_key))?;
        value.as_str().filter(|text| !text.trim().is_empty())
    }
}

/// The identifier in `arn:aws:rds:eu-west-1:111122223333:cluster:IDENTIFIER`.
fn cluster_in_arn(arn: &str) -> Option<&str> {
    let resource = arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    resource.strip_prefix("cluster:").filter(|identifier| !identifier.is_empty())
}
