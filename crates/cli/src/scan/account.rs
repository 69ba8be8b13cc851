//! An account that is looked at: with whose credentials, and in which Regions.

use std::sync::Mutex;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_account::types::RegionOptStatus;
use aws_types::SdkConfig;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::interceptors::Calls;
use neptune_audit_scan::paging::Tokens;
use neptune_audit_scan::role;

use super::caller::Caller;

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
    let first = role::assume(&caller.sdk, calls, &role, SESSION_NAME).await?;
    let entered = Entered { sdk: caller.sdk.clone(), calls: calls.clone(), role, first: Mutex::new(Some(first)) };
    Ok(caller.sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(entered)).build())
}

/// The credentials of a role. The first ones are there already, so that a role that cannot be assumed is known at once; the SDK keeps them
/// and asks for others when they are about to expire.
#[derive(Debug)]
struct Entered {
    sdk: SdkConfig,
    calls: Calls,
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
                None => role::assume(&self.sdk, &self.calls, &self.role, SESSION_NAME).await.map_err(CredentialsError::provider_error),
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
    let on = || format!("account {account}");
    let (mut regions, mut tokens) = (Vec::new(), Tokens::new(LIST_REGIONS, on()));
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new(LIST_REGIONS, on(), &error))?;
        tokens.follow(page.next_token())?;
        // Not every endpoint heeds the filter.
        let is_enabled = |status: Option<&RegionOptStatus>| status.is_none_or(|status| enabled.contains(status));
        for region in page.regions.unwrap_or_default().into_iter().filter(|region| is_enabled(region.region_opt_status())) {
            let name = region.region_name.filter(|name| !name.is_empty());
            regions.push(name.ok_or_else(|| CallError::incomplete(LIST_REGIONS, on(), "a Region without its name"))?);
        }
    }
    if regions.is_empty() {
        return Err(CallError::incomplete(LIST_REGIONS, on(), "the answer has no Region"));
    }
    regions.sort();
    Ok(regions)
}
