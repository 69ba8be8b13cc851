//! The only modules that talk to AWS: concrete types around the SDK's clients, which give back plain facts.

pub mod accounts;
pub mod config;
pub mod logs;
pub mod neptune;

use std::cell::LazyCell;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_config::config::interceptors::{AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef};
use aws_sdk_config::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_config::config::timeout::TimeoutConfig;
use aws_sdk_config::config::{
    BehaviorVersion, ConfigBag, Credentials, IdentityCache, Intercept, Region, RuntimeComponents, SharedCredentialsProvider,
};
use aws_sdk_config::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpClient, http_client_fn};
use aws_types::SdkConfig;
use tokio::sync::Semaphore;

use crate::error::CallError;

/// One call and four more tries: with the SDK's backoff that outlasts a burst of throttling, and fits the shortest timeout that
/// makes sense for this function.
const ATTEMPTS: u32 = 5;
/// No call of the rule takes AWS as long as this: whatever does hangs, and the next try is better off.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// Reads of one cluster or one parameter group that wait for AWS at once, beside the listings. What an account may ask a second is little,
/// least of all of CloudWatch Logs, and others need some of it: <https://aws.amazon.com/premiumsupport/knowledge-center/cloudwatch-logs-throttling/>
const READS_AT_ONCE: usize = 8;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The settings that every client shares, from the environment that Lambda gives a function. Talks to nobody.
///
/// `aws-config` would read the same and some forty settings more, and bring along the clients of every other place where credentials can
/// come from: a tenth of the program that a function never runs.
fn configure() -> SdkConfig {
    // ring, because the SDK's default spends tens of milliseconds on entropy at the first call:
    // https://github.com/aws/aws-lc-rs/issues/1140
    let https = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    // By itself the client would parse the root certificates anew for each AWS client that is made, three times an event.
    let http_client = http_client_fn(move |settings, components| https.http_connector(settings, components));
    let mut settings = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT).build());
    settings.set_region(variable("AWS_REGION").map(Region::new));
    settings.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    settings.set_use_fips(switch("AWS_USE_FIPS_ENDPOINT"));
    settings.set_use_dual_stack(switch("AWS_USE_DUALSTACK_ENDPOINT"));
    settings.set_credentials_provider(own_credentials().map(SharedCredentialsProvider::new));
    settings.build()
}

/// The credentials of the function's role. They stay the same for the life of the process.
fn own_credentials() -> Option<Credentials> {
    let (key, secret) = (variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?);
    Some(Credentials::new(key, secret, variable("AWS_SESSION_TOKEN"), None, "Lambda"))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn switch(name: &str) -> Option<bool> {
    variable(name).map(|value| value.eq_ignore_ascii_case("true"))
}

/// The clients for one invocation, all with the credentials of one account.
#[derive(Debug)]
pub struct Aws {
    /// Clusters and parameter groups.
    pub neptune: neptune::Neptune,
    /// Log groups, for parameters that ask about them.
    pub logs: LazyCell<logs::Logs, Box<dyn FnOnce() -> logs::Logs>>,
    /// Recorded results, and reporting.
    pub config: config::Config,
    calls: Calls,
}

impl Aws {
    /// Clients with the function's own credentials, or with those of a role in another account.
    fn new(sdk: &SdkConfig, credentials: Option<Credentials>, calls: Calls) -> Self {
        let (sdk, counted) = (sdk.clone(), calls.clone());
        // A bucket of the invocation's own: one account's bad hour must not use up the retries of the next event.
        let retries = RetryPartition::custom("invocation").token_bucket(TokenBucket::default()).build();
        macro_rules! client {
            ($sdk:ident $(, $interceptor:expr)?) => {{
                let mut config = $sdk::config::Builder::from(&sdk).retry_partition(retries.clone()).interceptor(counted.clone());
                $(config = config.interceptor($interceptor);)?
                if let Some(credentials) = credentials.clone() {
                    config = config.credentials_provider(credentials).identity_cache(IdentityCache::no_cache());
                }
                $sdk::Client::from_conf(config.build())
            }};
        }
        let reads = Arc::new(Semaphore::new(READS_AT_ONCE));
        let neptune = neptune::Neptune::new(client!(aws_sdk_neptune, WholeXml), Arc::clone(&reads));
        let config = config::Config::new(client!(aws_sdk_config));
        let logs = move || logs::Logs::new(client!(aws_sdk_cloudwatchlogs), reads);
        Self { neptune, logs: LazyCell::new(Box::new(logs)), config, calls }
    }

    /// How many requests were sent so far, retries included.
    pub fn calls(&self) -> u64 {
        self.calls.0.load(Ordering::Relaxed)
    }
}

/// Counts requests as they leave.
#[derive(Clone, Debug, Default)]
struct Calls(Arc<AtomicU64>);

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Refuses an answer in XML that is cut off: the SDK reads it as far as it goes, and what the rest would have said — more clusters, a
/// parameter's value, the next page — would count as not being there.
#[derive(Debug)]
struct WholeXml;

impl Intercept for WholeXml {
    fn name(&self) -> &'static str {
        "WholeXml"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default().trim_ascii_end();
        if context.output_or_error().is_ok() && !body.ends_with(b"Response>") {
            return Err("the answer is cut off".into());
        }
        Ok(())
    }
}

impl CallError {
    fn new<E, R>(action: &'static str, on: impl Into<String>, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug,
    {
        let problem = match error {
            SdkError::TimeoutError(_) => format!("no answer within {} s", ATTEMPT_TIMEOUT.as_secs()),
            _ => match (error.code(), error.message()) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                (Some(code), None) => code.to_owned(),
                _ => causes(error),
            },
        };
        Self { action, on: on.into(), problem }
    }

    fn incomplete(action: &'static str, on: impl Into<String>, problem: &str) -> Self {
        Self { action, on: on.into(), problem: problem.to_owned() }
    }
}

/// An error and what caused it, without the SDK's debugging details.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Whether a paged answer says that there is more.
fn has_more(token: Option<&str>) -> bool {
    token.is_some_and(|token| !token.is_empty())
}

/// Whether a listing was read to its end: the SDK also stops where AWS gives it the same token twice.
///
/// # Errors
/// When the last page that came said that there is more.
fn whole(more: bool, action: &'static str, on: impl Into<String>) -> Result<(), CallError> {
    if more {
        return Err(CallError::incomplete(action, on, "the answer points to the page just read, so the rest cannot be read"));
    }
    Ok(())
}
