//! What is asked of a cluster, as each tool is told it.

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// The same question for each tool, as far as the tool has it.
pub(super) struct Asked {
    /// The command's flags.
    pub(super) parameters: Vec<String>,
    /// Prowler's checks.
    pub(super) checks: &'static [&'static str],
    /// The names of Cloud Custodian's policies, with `*`.
    pub(super) policies: &'static [&'static str],
}

impl Asked {
    /// The rule's default: is the audit log generated, in effect, exported, and is there a log group?
    pub(super) fn by_default() -> Self {
        Self { parameters: Vec::new(), checks: &["neptune_cluster_integration_cloudwatch_logs"], policies: &["neptune-audit-log-not-*"] }
    }

    /// The demo's strict rule.
    pub(super) fn strictly() -> Result<Self> {
        let event: Value = serde_json::from_str(include_str!("../../../../events/scheduled-strict-rule.json"))?;
        let parameters = event["ruleParameters"].as_str().context("the event has no parameters")?;
        Ok(Self {
            parameters: flags(&serde_json::from_str(parameters)?),
            checks: &[
                "neptune_cluster_integration_cloudwatch_logs",
                "neptune_cluster_iam_authentication_enabled",
                "cloudwatch_log_group_retention_policy_specific_days_enabled",
                "cloudwatch_log_group_kms_encryption_enabled",
            ],
            policies: &["neptune-audit-log-*"],
        })
    }
}

/// The rule's parameters in kebab case, as the command has them.
fn flags(parameters: &Map<String, Value>) -> Vec<String> {
    let kebab = |letter: char| if letter.is_ascii_uppercase() { format!("-{}", letter.to_ascii_lowercase()) } else { letter.to_string() };
    let flag = |(name, value): (&String, &Value)| {
        format!("--{}={}", name.chars().map(kebab).collect::<String>(), value.as_str().unwrap_or_default())
    };
    parameters.iter().map(flag).collect()
}

/// The policy that matches every cluster.
pub(super) const INVENTORY: &str = "neptune-clusters";

/// Cloud Custodian's policies of the documentation, and the inventory.
pub(super) fn policies() -> String {
    let page = include_str!("../../../../docs/other-tools.md");
    let (_, after) = page.split_once("```yaml\n").expect("the page has Cloud Custodian's policies");
    let (policies, _) = after.split_once("```").expect("the policies end");
    format!("{policies}\n  - name: {INVENTORY}\n    resource: aws.rds-cluster\n    filters:\n      - Engine: neptune\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_the_rule_become_flags_of_the_command() {
        let strict = Asked::strictly().unwrap().parameters;
        for flag in ["--iam-authentication=true", "--minimum-retention-days=90", "--exempt-tag=audit-trail=not needed"] {
            assert!(strict.iter().any(|one| one == flag), "{flag}: {strict:?}");
        }
    }

    #[test]
    fn the_policies_are_those_of_the_page_and_the_inventory() {
        let policies = policies();
        assert!(policies.starts_with("policies:\n") && policies.contains("name: neptune-audit-log-not-in-effect\n"), "{policies}");
        assert!(policies.contains(&format!("  - name: {INVENTORY}\n")) && !policies.contains("```"), "{policies}");
    }
}
