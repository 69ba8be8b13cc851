//! The accounts of the caller's organization.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Account;
use aws_types::SdkConfig;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::interceptors::Calls;
use neptune_audit_scan::paging::Tokens;

const LIST_ACCOUNTS: &str = "organizations:ListAccounts";
const ON: &str = "the organization";
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
    let config = aws_sdk_organizations::config::Builder::from(sdk).interceptor(calls.clone()).build();
    let mut organization = Organization::default();
    if let Err(error) = organization.read(&Client::from_conf(config)).await {
        organization.incomplete = Some(error);
    }
    // The account that manages the organization is one of it: there is no organization without an account.
    if organization.active.is_empty() && organization.incomplete.is_none() {
        organization.incomplete = Some(CallError::incomplete(LIST_ACCOUNTS, ON, "the answer has no active account"));
    }
    organization
}

impl Organization {
    async fn read(&mut self, client: &Client) -> Result<(), CallError> {
        let (mut pages, mut tokens) = (client.list_accounts().into_paginator().send(), Tokens::new(LIST_ACCOUNTS, ON));
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new(LIST_ACCOUNTS, ON, &error))?;
            let next = tokens.follow(page.next_token());
            for account in page.accounts.unwrap_or_default() {
                self.take(account);
            }
            next?;
        }
        Ok(())
    }

    fn take(&mut self, account: Account) {
        // `Status` goes away in favour of `State`, and older endpoints know `Status` alone.
        let status = account.status.map(|status| status.as_str().to_owned());
        let state = account.state.map(|state| state.as_str().to_owned()).or(status);
        match (account.id, state.as_deref()) {
            (Some(id), Some(ACTIVE)) => self.active.push(id),
            (Some(id), state) => self.left_out.push((id, state.unwrap_or("without a state").to_owned())),
            (None, _) => self.incomplete = Some(CallError::incomplete(LIST_ACCOUNTS, ON, "an account without its number")),
        }
    }
}
