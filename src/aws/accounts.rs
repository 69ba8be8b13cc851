//! Which account an invocation works in, and with whose credentials: read and report never mix two accounts.

use std::cell::{LazyCell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use aws_sdk_config::config::Credentials;
use aws_types::SdkConfig;

use super::{Aws, Calls, WholeXml, configure};
use crate::deadline::Deadline;
use crate::error::{CallError, RuleError};
use crate::event::{AccountId, Invocation, partition};

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
        Self { sdk: LazyCell::new(configure), assumed: RefCell::default() }
    }
}

impl Accounts {
    /// Reads the settings. Talks to nobody.
    pub fn prepare(&self) {
        LazyCell::force(&self.sdk);
    }

    /// Clients for the account of an invocation.
    ///
    /// # Errors
    /// [`RuleError::ForeignAccount`] for another account without a role, [`RuleError::RoleNotAssumed`] where STS refuses.
    pub async fn open(&self, invocation: &Invocation, function_arn: &str, deadline: Deadline) -> Result<Aws, RuleError> {
        let own = account(function_arn);
        let calls = Calls::default();
        if own.as_ref() == Some(&invocation.account) {
            return Ok(Aws::new(&self.sdk, None, calls));
        }
        let Some(role_name) = &invocation.parameters.execution_role_name else {
            return Err(RuleError::ForeignAccount { account: invocation.account.clone(), function: function_arn.to_owned() });
        };
        let partition = invocation.partition.as_deref().or_else(|| partition(function_arn)).unwrap_or("aws");
        let role = format!("arn:{partition}:iam::{}:role/{role_name}", invocation.account);
        let trusted = own.map_or_else(|| "the function's role".to_owned(), |own| format!("arn:{partition}:iam::{own}:root"));
        let credentials = self.assume(&role, deadline, &calls).await;
        let credentials = credentials.map_err(|failure| RuleError::RoleNotAssumed { role, trusted, failure })?;
        Ok(Aws::new(&self.sdk, Some(credentials), calls))
    }

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

/// The account in the ARN of a function: `arn:aws:lambda:eu-west-1:111122223333:function:NAME`.
fn account(function_arn: &str) -> Option<AccountId> {
    AccountId::parse(function_arn.strip_prefix("arn:")?.split(':').nth(3)?)
}
