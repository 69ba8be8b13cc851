//! What makes and changes CloudWatch log groups.

use serde_json::{Map, Value};

use super::ask::{INVALID, check_listing, name_of, required, text};
use super::groups::{find, no_log_group};
use crate::aws::answer::{Answer, Refusal};
use crate::aws::validation::{Violations, check_members};
use crate::world::World;
use crate::world::fleet::{LogGroup, RETENTION_DAYS, STANDARD};

/// The classes that can be asked for.
const CLASSES: &[&str] = &[STANDARD, "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"];

pub(crate) fn create_log_group(world: &mut World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("logGroupName", Value::is_string),
            ("kmsKeyId", Value::is_string),
            ("tags", Value::is_object),
            ("logGroupClass", Value::is_string),
            ("deletionProtectionEnabled", Value::is_boolean),
        ],
    )?;
    check_listing(ask)?;
    let name = required(ask, "logGroupName")?;
    if find(world, account, name).is_ok() {
        return Err(Refusal::bad("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let class = text(ask, "logGroupClass").unwrap_or(STANDARD);
    if !CLASSES.contains(&class) {
        let mut violations = Violations::default();
        violations.at("logGroupClass", class, &format!("Member must satisfy enum value set: [{}]", CLASSES.join(", ")));
        violations.into_result(INVALID)?;
    }
    let group = LogGroup {
        class: class.to_owned(),
        kms_key_id: text(ask, "kmsKeyId").map(check_key).transpose()?.map(str::to_owned),
        deletion_protection: ask.get("deletionProtectionEnabled").and_then(Value::as_bool).unwrap_or(false),
        ..LogGroup::new(name)
    };
    world.add_log_group(account, group);
    Ok(Answer::Nothing)
}

/// Log groups take the ARN of a key: neither its id nor an alias.
fn check_key(key: &str) -> Result<&str, Refusal> {
    if key.starts_with("arn:") && key.contains(":kms:") && key.contains(":key/") && key.len() <= 256 {
        return Ok(key);
    }
    Err(Refusal::bad(INVALID, format!("The specified KMS Key Id could not be found: {key}")))
}

pub(crate) fn put_retention_policy(world: &mut World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(ask, &[("logGroupName", Value::is_string), ("retentionInDays", Value::is_i64)])?;
    check_listing(ask)?;
    let name = required(ask, "logGroupName")?;
    let mut violations = Violations::default();
    let days = ask.get("retentionInDays").and_then(Value::as_i64);
    match days {
        Some(days) if u32::try_from(days).is_ok_and(|days| RETENTION_DAYS.contains(&days)) => {}
        Some(days) => violations.at("retentionInDays", days, &format!("Member must satisfy enum value set: {RETENTION_DAYS:?}")),
        None => violations.missing("retentionInDays"),
    }
    violations.into_result(INVALID)?;
    let group = world.log_group_mut(account, name).ok_or_else(no_log_group)?;
    let days = days.and_then(|days| u32::try_from(days).ok());
    if group.retention_policy.is_some() {
        // AWS answers as always, and keeps it for the day on which the account's policy no longer applies.
        group.saved_retention_in_days = days;
    } else {
        group.retention_in_days = days;
    }
    Ok(Answer::Nothing)
}

pub(crate) fn put_deletion_protection(world: &mut World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(ask, &[("logGroupIdentifier", Value::is_string), ("deletionProtectionEnabled", Value::is_boolean)])?;
    check_listing(ask)?;
    let identifier = required(ask, "logGroupIdentifier")?;
    let Some(enabled) = ask.get("deletionProtectionEnabled").and_then(Value::as_bool) else {
        let mut violations = Violations::default();
        violations.missing("deletionProtectionEnabled");
        return violations.into_result(INVALID).map(|()| Answer::Nothing);
    };
    world.log_group_mut(account, name_of(identifier)).ok_or_else(no_log_group)?.deletion_protection = enabled;
    Ok(Answer::Nothing)
}

pub(crate) fn associate_kms_key(world: &mut World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(ask, &[("logGroupName", Value::is_string), ("resourceIdentifier", Value::is_string), ("kmsKeyId", Value::is_string)])?;
    check_listing(ask)?;
    let mut violations = Violations::default();
    if text(ask, "kmsKeyId").is_none() {
        violations.missing("kmsKeyId");
    }
    violations.into_result(INVALID)?;
    let key = check_key(text(ask, "kmsKeyId").unwrap_or_default())?.to_owned();
    let name = match (text(ask, "logGroupName"), text(ask, "resourceIdentifier")) {
        (Some(name), None) => name,
        (None, Some(identifier)) => name_of(identifier),
        _ => return Err(Refusal::bad(INVALID, "Exactly one of logGroupName and resourceIdentifier must be provided.")),
    };
    world.log_group_mut(account, name).ok_or_else(no_log_group)?.kms_key_id = Some(key);
    Ok(Answer::Nothing)
}
