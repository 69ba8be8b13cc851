//! Roles in other accounts.

use std::time::SystemTime;

use aws_sdk_sts::Client;
use aws_sdk_sts::config::{Builder, Credentials};
use aws_types::SdkConfig;

use crate::error::CallError;
use crate::interceptors::{Calls, WholeXml};

const ASSUME_ROLE: &str = "sts:AssumeRole";

/// A role's name with or without a path, as in `security/audit/NeptuneAuditReader`; never its ARN. The limits are IAM's: 64 characters of
/// `A–Z a–z 0–9 + = , . @ _ -` for the name, 512 for the path.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub fn name(text: &str) -> Option<String> {
    let role = text.strip_prefix('/').unwrap_or(text);
    let (path, base) = role.rsplit_once('/').unwrap_or(("", role));
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte));
    let fits = is_name(base) && base.len() <= 64 && path.len() <= 510 && (path.is_empty() || path.split('/').all(is_name));
    fits.then(|| role.to_owned())
}

/// Credentials of a role by its ARN, until a time that they tell. By hand, since the `AssumeRoleProvider` of `aws-config` takes no
/// interceptor: its calls would neither be counted nor be refused when they are cut off.
///
/// # Errors
/// When STS does not answer or refuses, or gives no credentials.
pub async fn assume(sdk: &SdkConfig, calls: &Calls, role: &str, session_name: &str) -> Result<Credentials, CallError> {
    let sts = Client::from_conf(Builder::from(sdk).interceptor(calls.clone()).interceptor(WholeXml).build());
    let on = || format!("role `{role}`");
    let answer = sts.assume_role().role_arn(role).role_session_name(session_name).send().await;
    let answer = answer.map_err(|error| CallError::new(ASSUME_ROLE, on(), &error))?;
    let given = answer.credentials.ok_or_else(|| CallError::incomplete(ASSUME_ROLE, on(), "the answer has no credentials"))?;
    let until = SystemTime::try_from(given.expiration)
        .map_err(|_| CallError::incomplete(ASSUME_ROLE, on(), "the credentials expire at a time that is none"))?;
    Ok(Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), Some(until), "AssumeRole"))
}
