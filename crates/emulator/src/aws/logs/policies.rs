//! Policies for all log groups of an account: DescribeAccountPolicies.

use serde_json::{Map, Value, json};

use super::ask::{INVALID, answer, page, required, text};
use crate::aws::answer::{Answer, Refusal};
use crate::aws::timestamps::LONG_AGO;
use crate::aws::validation::{Violations, check_members};
use crate::world::World;
use crate::world::fleet::{AccountPolicy, POLICY_TYPES};

/// The most policies on a page. AWS does not say how many it lists.
const PAGE: usize = 50;

pub(crate) fn describe(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("policyType", Value::is_string),
            ("policyName", Value::is_string),
            ("accountIdentifiers", Value::is_array),
            ("nextToken", Value::is_string),
        ],
    )?;
    let policy_type = required(ask, "policyType")?;
    if !POLICY_TYPES.contains(&policy_type) {
        let mut violations = Violations::default();
        violations.at("policyType", policy_type, &format!("Member must satisfy enum value set: [{}]", POLICY_TYPES.join(", ")));
        violations.into_result(INVALID)?;
    }
    let others = ask.get("accountIdentifiers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if others.iter().any(|other| other != account) {
        return Err(Refusal::bad(INVALID, "The emulator knows no monitoring accounts: accountIdentifiers can name the caller's own only."));
    }
    let name = text(ask, "policyName");
    let policies = world.account(account).map(|(facts, _)| facts.account_policies.as_slice()).unwrap_or_default();
    let found: Vec<_> =
        policies.iter().filter(|policy| policy.policy_type == policy_type && name.is_none_or(|name| policy.name == name)).collect();
    let listing = format!("policies {policy_type} {}", name.unwrap_or_default());
    let (page, token) = page(world, ask, &listing, PAGE, &found)?;
    Ok(answer("accountPolicies", page.iter().map(|policy| account_policy(account, policy)).collect(), token))
}

fn account_policy(account: &str, policy: &AccountPolicy) -> Value {
    let mut entry = json!({
        "policyName": policy.name,
        "policyDocument": policy.document,
        "lastUpdatedTime": LONG_AGO,
        "policyType": policy.policy_type,
        "scope": policy.scope,
        "accountId": account,
    });
    if let Some(criteria) = &policy.selection_criteria {
        entry["selectionCriteria"] = criteria.as_str().into();
    }
    entry
}
