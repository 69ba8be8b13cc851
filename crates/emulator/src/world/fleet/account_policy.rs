//! Policies of CloudWatch Logs for a whole account.

use serde::{Deserialize, Serialize};

/// The types of policies, from the API's model.
pub(crate) const POLICY_TYPES: &[&str] = &[
    "DATA_PROTECTION_POLICY",
    "SUBSCRIPTION_FILTER_POLICY",
    "FIELD_INDEX_POLICY",
    "TRANSFORMER_POLICY",
    "METRIC_EXTRACTION_POLICY",
    "RETENTION_POLICY",
];

/// A policy of an account, as PutAccountPolicy makes it. What it does to log groups is not derived from it: a log group says itself
/// which policy decides its retention.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountPolicy {
    /// `policyName`.
    pub name: String,
    /// `policyType`.
    pub policy_type: String,
    /// `policyDocument`: JSON in a string.
    pub document: String,
    /// `selectionCriteria`; unset: every log group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_criteria: Option<String>,
    /// `scope`.
    pub scope: String,
}

impl Default for AccountPolicy {
    fn default() -> Self {
        Self {
            name: String::new(),
            policy_type: "SUBSCRIPTION_FILTER_POLICY".into(),
            document: "{}".into(),
            selection_criteria: None,
            scope: "ALL".into(),
        }
    }
}

impl AccountPolicy {
    /// A policy that sends what matches a pattern, of every log group, to a destination.
    pub fn forwarding(name: impl Into<String>, destination_arn: &str, pattern: &str) -> Self {
        let document = serde_json::json!({"DestinationArn": destination_arn, "FilterPattern": pattern, "Distribution": "ByLogStream"});
        Self { name: name.into(), document: document.to_string(), ..Self::default() }
    }

    /// The same, without the log groups that the criteria exclude.
    #[must_use]
    pub fn selecting(self, criteria: impl Into<String>) -> Self {
        Self { selection_criteria: Some(criteria.into()), ..self }
    }
}
