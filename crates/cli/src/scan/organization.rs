//! The accounts of the caller's organization.

use aws_types::SdkConfig;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::interceptors::Calls;

const LIST_ACCOUNTS: &str = "organizations:ListAccounts";
const ACTIVE: &str = "ACTIVE";

/// What the organization is.
#[derive(Debug, Default)]
pub(super) struct Organization {
    /// The accounts that are in use.
    pub(super) active: Vec<String>,
    /// The others, with what they are.
    pub(super) left_out: Vec<(String, String)>,
    /// Why the list may not be whole.
    pub(super) incomplete: Option<CallError>,
}

/// Lists the accounts. What was listed before a page failed is kept.
pub(super) async fn list(sdk: &SdkConfig, calls: &Calls) -> Organization {
    let mut organization = Organization::default();
    let config = aws_sdk_organizations::config::Builder::from(sdk).interceptor(calls.clone()).build();
    let mut pages = aws_sdk_organizations::Client::from_conf(config).list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        let accounts = match page {
            Ok(page) => page.accounts.unwrap_or_default(),
            Err(error) => {
                organization.incomplete = Some(CallError::new(LIST_ACCOUNTS, "the organization", &error));
                break;
            }
        };
        for account in accounts {
            // `Status` goes away in favour of `State`, and older endpoints know `Status` alone.
            let status = account.status.map(|status| status.as_str().to_owned());
            let state = account.state.map(|state| state.as_str().to_owned()).or(status);
            match (account.id, state.as_deref()) {
                (Some(id), Some(ACTIVE)) => organization.active.push(id),
                (Some(id), state) => organization.left_out.push((id, state.unwrap_or("without a state").to_owned())),
                (None, _) => {
                    organization.incomplete =
                        Some(CallError::incomplete(LIST_ACCOUNTS, "the organization", "an account without its number"));
                }
            }
        }
    }
    // The account that manages the organization is one of it: there is no organization without an account.
    if organization.active.is_empty() && organization.incomplete.is_none() {
        organization.incomplete = Some(CallError::incomplete(LIST_ACCOUNTS, "the organization", "the answer has no active account"));
    }
    organization
}
