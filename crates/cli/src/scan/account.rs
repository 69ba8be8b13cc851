//! An account that is looked at: with whose credentials, and in which Regions.

use std::sync::Mutex;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_account::types::RegionOptStatus;
use aws_types::SdkConfig;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::interceptors::{Calls, WholeXml};

use super::caller::Caller;

const ASSUME_ROLE: &str = "sts:AssumeRole";
const LIST_REGIONS: &str = "account:ListRegions";
const SESSION_NAME: &str = "neptune-audit";

/// Settings for an account: the caller's own with the caller's own credentials, another through a role in it.
///
/// # Errors
/// When the role cannot be assumed.
pub(super) async fn enter(caller: &Caller, account: &str, role_name: Option<&str>, calls: &Calls) -> Result<SdkConfig, CallError> {
    let Some(role_name) = role_name.filter(|_| account != caller.account) else {
        return Ok(caller.sdk.clone());
    };
    let role = format!("arn:{}:iam::{account}:role/{role_name}", caller.partition());
    let config = aws_sdk_sts::config::Builder::from(&caller.sdk).interceptor(calls.clone()).interceptor(WholeXml).build();
    let sts = aws_sdk_sts::Client::from_conf(config);
    let first = assume(&sts, &role).await?;
    let entered = Entered { sts, role, first: Mutex::new(Some(first)) };
    Ok(caller.sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(entered)).build())
}

async fn assume(sts: &aws_sdk_sts::Client, role: &str) -> Result<Credentials, CallError> {
    let on = || format!("role `{role}`");
    let answer = sts.assume_role().role_arn(role).role_session_name(SESSION_NAME).send().await;
    let answer = answer.map_err(|error| CallError::new(ASSUME_ROLE, on(), &error))?;
    let given = answer.credentials.ok_or_else(|| CallError::incomplete(ASSUME_ROLE, on(), "the answer has no credentials"))?;
    let until = SystemTime::try_from(given.expiration)
        .map_err(|_| CallError::incomplete(ASSUME_ROLE, on(), "the credentials expire at a time that is none"))?;
    Ok(Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), Some(until), "AssumeRole"))
}

/// The credentials of a role. The first ones are there already, so that a role that cannot be assumed is known at once; the SDK keeps them
/// and asks for others when they are about to expire.
#[derive(Debug)]
struct Entered {
    sts: aws_sdk_sts::Client,
    role: String,
    first: Mutex<Option<Credentials>>,
}

impl ProvideCredentials for Entered {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let first = self.first.lock().ok().and_then(|mut first| first.take());
        future::ProvideCredentials::new(async move {
            match first {
                Some(credentials) => Ok(credentials),
                None => assume(&self.sts, &self.role).await.map_err(CredentialsError::provider_error),
            }
        })
    }
}

/// The Regions that the account has enabled.
///
/// # Errors
/// When they cannot be listed.
pub(super) async fn enabled_regions(sdk: &SdkConfig, account: &str, calls: &Calls) -> Result<Vec<String>, CallError> {
    let config = aws_sdk_account::config::Builder::from(sdk).interceptor(calls.clone()).build();
    let listing = aws_sdk_account::Client::from_conf(config).list_regions();
    // What is being enabled is not there yet, and what is being disabled still answers.
    let enabled = [RegionOptStatus::Enabled, RegionOptStatus::EnabledByDefault, RegionOptStatus::Disabling];
    let mut pages = listing.set_region_opt_status_contains(Some(enabled.to_vec())).into_paginator().send();
    let mut regions = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new(LIST_REGIONS, format!("account {account}"), &error))?;
        regions.extend(page.regions.unwrap_or_default().into_iter().filter_map(|region| region.region_name));
    }
    if regions.is_empty() {
        return Err(CallError::incomplete(LIST_REGIONS, format!("account {account}"), "the answer has no Region"));
    }
    regions.sort();
    Ok(regions)
}
