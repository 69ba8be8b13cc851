//! Which account an invocation works in, and with whose credentials: read and report never mix two accounts.

use std::cell::{LazyCell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use aws_sdk_config::config::{Credentials, IdentityCache, SharedCredentialsProvider};
use aws_types::SdkConfig;
use lambda_runtime::Context;
use neptune_audit_scan::connection::Connection;
use neptune_audit_scan::error::CallError;
use neptune_audit_scan::interceptors::{Calls, WholeXml};

use super::config::Config;
use super::settings::settings;
use crate::account::{AccountId, partition};
use crate::deadline::Deadline;
use crate::error::RuleError;
use crate::event::Invocation;
use crate::session::Session;

const ASSUME_ROLE: &str = "sts:AssumeRole";
const SESSION_NAME: &str = "neptune-audit-rule";

/// Credentials that end sooner than this after the invocation are not begun with.
const SPARE: Duration = Duration::from_secs(60);

/// Opens accounts, and keeps the credentials of those that needed a role.
#[derive(Debug)]
pub struct Accounts {
    /// The function's own settings and credentials.
    sdk: LazyCell<SdkConfig>,
    /// By the role's ARN, which names the account.
    assumed: RefCell<HashMap<String, Assumed>>,
}

#[derive(Clone, Debug)]
struct Assumed {
    credentials: Credentials,
    until: SystemTime,
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

    /// Opens the account of an invocation.
    ///
    /// # Errors
    /// [`RuleError::ForeignAccount`] for another account without a role, [`RuleError::RoleNotAssumed`] where STS refuses.
    pub(crate) async fn open(&self, invocation: Invocation, context: &Context, deadline: Deadline) -> Result<Session, RuleError> {
        let calls = Calls::default();
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

    /// By hand, since the `AssumeRoleProvider` of `aws-config` takes no interceptor: its calls would neither be counted nor be refused when
    /// they are cut off.
    async fn assume(&self, role: &str, deadline: Deadline, calls: &Calls) -> Result<Credentials, CallError> {
        let needed_until = deadline.invocation + SPARE;
        let known = self.assumed.borrow().get(role).filter(|assumed| assumed.until >= needed_until).cloned();
        if let Some(assumed) = known {
            return Ok(assumed.credentials);
        }
        let config = aws_sdk_sts::config::Builder::from(&*self.sdk).interceptor(calls.clone()).interceptor(WholeXml).build();
        let sts = aws_sdk_sts::Client::from_conf(config);
        let answer = sts.assume_role().role_arn(role).role_session_name(SESSION_NAME).send().await;
        let on = || format!("role `{role}`");
        let answer = answer.map_err(|error| CallError::new(ASSUME_ROLE, on(), &error))?;
        let given = answer.credentials.ok_or_else(|| CallError::incomplete(ASSUME_ROLE, on(), "the answer has no credentials"))?;
        let until = SystemTime::try_from(given.expiration)
            .map_err(|_| CallError::incomplete(ASSUME_ROLE, on(), "the credentials expire at a time that is none"))?;
        let credentials =
            Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), Some(until), "AssumeRole");
        let mut assumed = self.assumed.borrow_mut();
        let now = SystemTime::now();
        assumed.retain(|_, other| other.until > now);
        assumed.insert(role.to_owned(), Assumed { credentials: credentials.clone(), until });
        Ok(credentials)
    }
}
