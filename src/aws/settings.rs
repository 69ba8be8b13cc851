//! The settings that every client shares, from the environment that Lambda gives a function.

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion;
use aws_sdk_config::config::{BehaviorVersion, SharedCredentialsProvider};
use aws_types::SdkConfig;
use futures_util::FutureExt;
use neptune_audit_scan::connection::{http_client, retry_config, timeout_config};

/// Reads them. Talks to nobody.
///
/// Not with `aws_config::load`: its chain of credentials has clients for every place that they can come from, a tenth of the program that
/// a function never runs. Endpoint, FIPS and dual stack are read by hand, because `aws-config` reads them from profiles as well and
/// exposes no provider of its own for them.
pub fn settings() -> SdkConfig {
    let mut settings = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client())
        .retry_config(retry_config())
        .timeout_config(timeout_config())
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()));
    // The environment answers at once.
    settings.set_region(EnvironmentVariableRegionProvider::new().region().now_or_never().flatten());
    settings.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    settings.set_use_fips(switch("AWS_USE_FIPS_ENDPOINT"));
    settings.set_use_dual_stack(switch("AWS_USE_DUALSTACK_ENDPOINT"));
    settings.build()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn switch(name: &str) -> Option<bool> {
    variable(name).map(|value| value.eq_ignore_ascii_case("true"))
}
