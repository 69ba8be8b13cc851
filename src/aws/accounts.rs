//! Which account an invocation works in, and with whose credentials: read and report never mix two accounts.

use std::cell::{LazyCell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use aws_sdk_config::config::{Credentials, IdentityCache, SharedCredentialsProvider};
use aws_types::SdkConfig;
use lambda_runtime::Context;
use neptune_audit_scan::connection::Connection;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::interceptors::Calls;
use neptune_audit_scan::role;

use super::config::Config;
use super::settings::settings;
use crate::account::{AccountId, partition};
use crate::deadline::Deadline;
use crate::error::RuleError;
use crate::event::Invocation;
use crate::session::Session;

const SESSION_NAME: &str = "neptune-audit-rule";

/// Credentials that end sooner than this after the invocation are not begun with.
const SPARE: Duration = Duration::from_secs(60);

/// Opens accounts, and keeps the credentials of those that needed a role.
#[derive(Debug)]
pub struct Accounts {
    /// The function's own settings and credentials.
    sdk: LazyCell<SdkConfig>,
    /// By the role's ARN, which names the account.
    assumed: RefCell<HashMap<String, Credentials>>,
}

impl Default for Accounts {
    fn default() -> Self {
        Self { sdk: LazyCell::new(settings), assumed: RefCell::default() }
    }
}

impl Accounts {
    /// Reads the settings, and makes every client once: each part of the SDK reads its list of AWS's partitions for the first of its
    /// clients. Talks to nobody.
    pub fn prepare(&self) {
        let connection = Connection::new(self.sdk.clone(), Calls::default());
        LazyCell::force(&connection.logs);
        Config::new(&connection);
    }

    /// Opens the account of an invocation, whose requests are counted in `calls`.
    ///
    /// # Errors
    /// [`RuleError::ForeignAccount`] for another account without a role, [`RuleError::RoleNotAssumed`] where STS refuses.
    pub(crate) async fn open(
        &self,
        invocation: Invocation,
        context: &Context,
        deadline: Deadline,
        calls: Calls,
    ) -> Result<Session, RuleError> {
        let sdk = self.settings_for(&invocation, &context.invoked_function_arn, deadline, &calls).await?;
        let connection = Connection::new(sdk, calls);
        let request_id = context.request_id.clone();
        Ok(Session { config: Config::new(&connection), connection, invocation, deadline, request_id })
    }

    /// The function's own settings, with the credentials of the invocation's account.
    async fn settings_for(
        &self,
        invocation: &Invocation,
        function_arn: &str,
        deadline: Deadline,
        calls: &Calls,
    ) -> Result<SdkConfig, RuleError> {
        let own = AccountId::in_arn(function_arn);
        if own.as_ref() == Some(&invocation.account) {
            return Ok(self.sdk.clone());
        }
        let Some(role_name) = &invocation.parameters.execution_role_name else {
            return Err(RuleError::ForeignAccount { account: invocation.account.clone(), function: function_arn.to_owned() });
        };
        let partition = invocation.partition.as_deref().or_else(|| partition(function_arn)).unwrap_or("aws");
        let role = format!("arn:{partition}:iam::{}:role/{role_name}", invocation.account);
        let trusted = own.map_or_else(|| "the function's role".to_owned(), |own| format!("arn:{partition}:iam::{own}:root"));
        let credentials = self.assume(&role, deadline, calls).await;
        let credentials = credentials.map_err(|failure| RuleError::RoleNotAssumed { role, trusted, failure })?;
        let settings = self.sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials));
        Ok(settings.identity_cache(IdentityCache::no_cache()).build())
    }

    async fn assume(&self, role: &str, deadline: Deadline, calls: &Calls) -> Result<Credentials, CallError> {
        let known = self.assumed.borrow().get(role).filter(|known| last_until(known, deadline.invocation + SPARE)).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let credentials = role::assume(&self.sdk, calls, role, SESSION_NAME).await?;
        let mut assumed = self.assumed.borrow_mut();
        let now = SystemTime::now();
        assumed.retain(|_, other| last_until(other, now));
        assumed.insert(role.to_owned(), credentials.clone());
        Ok(credentials)
    }
}

/// Whether credentials are still good at a time.
fn last_until(credentials: &Credentials, time: SystemTime) -> bool {
    credentials.expiry().is_some_and(|until| until >= time)
}
