//! The clients for one account and Region: how they retry, how long they wait, and how many of them read at once.

use std::cell::LazyCell;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_neptune::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_neptune::config::timeout::TimeoutConfig;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpConnector, http_client_fn};
use aws_types::SdkConfig;
use tokio::sync::Semaphore;

use crate::error::ATTEMPT_TIMEOUT;
use crate::interceptors::{Calls, WholeXml};
use crate::logs::Logs;
use crate::neptune::Neptune;
use crate::roots;

/// One call and four more tries: with the SDK's backoff that outlasts a burst of throttling, and fits the shortest timeout that
/// makes sense for a function.
const ATTEMPTS: u32 = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Reads of one cluster or one parameter group that wait for AWS at once, beside the listings. What an account may ask a second is little,
/// least of all of CloudWatch Logs, and others need some of it: <https://aws.amazon.com/premiumsupport/knowledge-center/cloudwatch-logs-throttling/>
const READS_AT_ONCE: usize = 8;

/// How often a call is tried.
pub fn retry_config() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}

/// How long a call may take.
pub fn timeout_config() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT).build()
}

/// The HTTP client that all clients share. Making it reads the machine's root certificates: one is made, and early.
pub fn http_client() -> impl HttpClient + 'static {
    let https = SharedHttpConnector::new(roots::pem().and_then(trusting).unwrap_or_else(|| connector(TlsContext::default())));
    http_client_fn(move |_settings, _components| https.clone())
}

/// A connector that trusts these and no others; none where one of them is no certificate.
fn trusting(certificates: Vec<u8>) -> Option<Connector> {
    let trusted = TrustStore::empty().with_pem_certificate(certificates);
    let tls = TlsContext::builder().with_trust_store(trusted).build().ok()?;
    // The SDK panics at what is no certificate, and passes over it where it reads the machine's certificates by itself.
    catch_unwind(|| connector(tls)).ok()
}

fn connector(tls: TlsContext) -> Connector {
    // The one setting of an HTTP client among the timeouts: the SDK gives it to clients that make their connector at the first call.
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    // ring, because the SDK's default spends tens of milliseconds on entropy at the first call:
    // https://github.com/aws/aws-lc-rs/issues/1140
    let https = Connector::builder().connector_settings(settings).tls_provider(Provider::Rustls(CryptoMode::Ring));
    https.tls_context(tls).build()
}

/// The clients for one account and Region, all with the same credentials.
#[derive(Debug)]
pub struct Connection {
    /// Clusters and parameter groups.
    pub neptune: Neptune,
    /// Log groups, for parameters that ask about them.
    pub logs: LazyCell<Logs, Box<dyn FnOnce() -> Logs>>,
    /// Counts what the clients send.
    pub calls: Calls,
    /// The tries that all clients share.
    pub retries: RetryPartition,
    /// The settings that all clients share, credentials among them.
    pub sdk: SdkConfig,
}

impl Connection {
    /// Talks to nobody yet.
    pub fn new(sdk: SdkConfig, calls: Calls) -> Self {
        // A bucket of its own: one account's bad hour must not use up the retries of another.
        let retries = RetryPartition::custom("connection").token_bucket(TokenBucket::default()).build();
        let reads = Arc::new(Semaphore::new(READS_AT_ONCE));
        let neptune =
            aws_sdk_neptune::config::Builder::from(&sdk).retry_partition(retries.clone()).interceptor(calls.clone()).interceptor(WholeXml);
        let neptune = Neptune::new(aws_sdk_neptune::Client::from_conf(neptune.build()), Arc::clone(&reads));
        let logs = aws_sdk_cloudwatchlogs::config::Builder::from(&sdk).retry_partition(retries.clone()).interceptor(calls.clone());
        let logs: Box<dyn FnOnce() -> Logs> = Box::new(move || Logs::new(aws_sdk_cloudwatchlogs::Client::from_conf(logs.build()), reads));
        Self { neptune, logs: LazyCell::new(logs), calls, retries, sdk }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_costs_no_function_its_life() {
        assert!(trusting(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec()).is_none());
    }
}
