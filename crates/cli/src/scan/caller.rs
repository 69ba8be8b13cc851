//! Who asks: settings and credentials as every AWS tool finds them, and the account that they belong to.

use std::env;

use aws_config::BehaviorVersion;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_types::SdkConfig;
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::region::Region;
use neptune_audit_scan::connection;
use neptune_audit_scan::error::{CallError, causes};
use neptune_audit_scan::interceptors::{Calls, WholeXml};

use crate::error::Failure;
use crate::report::NotLooked;

const GET_CALLER_IDENTITY: &str = "sts:GetCallerIdentity";

/// Services that know no Regions have their home here.
const HOME: Region = Region::from_static("us-east-1");

/// The caller.
#[derive(Debug)]
pub(super) struct Caller {
    /// The settings, with the caller's own credentials.
    pub(super) sdk: SdkConfig,
    /// The account.
    pub(super) account: String,
    /// The ARN of who asks.
    pub(super) arn: String,
}

impl Caller {
    /// `aws`, or the name of a partition apart.
    pub(super) fn partition(&self) -> &str {
        self.arn.split(':').nth(1).unwrap_or("aws")
    }
}

/// The settings: from the profile, the environment and the configuration files.
///
/// # Errors
/// When the profile does not exist, or no Region is set and none was named.
pub(super) async fn settings(profile: Option<&str>, regions: &[String], all_regions: bool) -> Result<SdkConfig, Failure> {
    profile_exists(profile).await?;
    let named = regions.first().map(|region| Region::new(region.clone()));
    let sdk = load(profile, named).await;
    match sdk.region() {
        Some(_) => Ok(sdk),
        // Loaded anew, because a role in a profile needs a Region to be assumed in.
        None if all_regions => Ok(load(profile, Some(HOME)).await),
        None => Err(Failure::usage(
            "no Region is set: name one with `--region eu-west-1`, look at all that are enabled with `--all-regions`, or set `AWS_REGION`",
        )),
    }
}

async fn load(profile: Option<&str>, region: Option<Region>) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(connection::http_client())
        .retry_config(connection::retry_config())
        .timeout_config(connection::timeout_config());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(region);
    }
    let sdk = loader.load().await;
    match profile {
        Some(profile) => with_credentials_of(profile, &sdk),
        None => sdk,
    }
}

/// Whoever names a profile wants that one. The SDK would still prefer credentials in the environment, which may be of another account; the
/// AWS CLI does not.
fn with_credentials_of(profile: &str, sdk: &SdkConfig) -> SdkConfig {
    let settings = ProviderConfig::without_region()
        .with_region(sdk.region().cloned())
        .with_use_fips(sdk.use_fips())
        .with_use_dual_stack(sdk.use_dual_stack())
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_http_client(connection::http_client());
    let provider = ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&settings).build();
    sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

async fn profile_exists(profile: Option<&str>) -> Result<(), Failure> {
    let from_environment = || env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    let Some(name) = profile.map(str::to_owned).or_else(from_environment) else {
        return Ok(());
    };
    let files = aws_config::profile::load(&Fs::real(), &Env::real(), &Default::default(), Some(name.clone().into())).await;
    let profiles = files.map_err(|error| Failure::usage(format!("cannot read the AWS configuration files: {}", causes(&error))))?;
    // The default profile may be left out of every file.
    if profiles.get_profile(&name).is_none() && name != "default" {
        return Err(Failure::usage(format!(
            "profile `{name}` is not in the AWS configuration files: `aws configure list-profiles` lists those that are"
        )));
    }
    Ok(())
}

/// Finds out who asks.
///
/// # Errors
/// A sentence that says what to type, or what AWS said.
pub(super) async fn identify(sdk: SdkConfig, profile: Option<&str>, calls: &Calls) -> Result<Caller, NotLooked> {
    let lacking = |error: &CredentialsError| NotLooked { message: no_credentials(error, profile), ..NotLooked::default() };
    let Some(provider) = sdk.credentials_provider() else {
        return Err(lacking(&CredentialsError::not_loaded("no provider")));
    };
    // Asked once by hand: inside a call the reason would be wrapped in a failure to send it.
    provider.provide_credentials().await.map_err(|error| lacking(&error))?;
    let config = aws_sdk_sts::config::Builder::from(&sdk).interceptor(calls.clone()).interceptor(WholeXml).build();
    let answer = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send().await;
    let failed = |error: CallError| {
        let mut row = super::not_looked_call(None, None, None, &error);
        if error.problem.starts_with("ExpiredToken") {
            row.message.push_str("; the credentials are over: get new ones, or run `aws sso login` where they come from there");
        }
        row
    };
    let answer = answer.map_err(|error| failed(CallError::new(GET_CALLER_IDENTITY, "the caller", &error)))?;
    match (answer.account, answer.arn) {
        (Some(account), Some(arn)) => Ok(Caller { sdk, account, arn }),
        _ => Err(failed(CallError::incomplete(GET_CALLER_IDENTITY, "the caller", "the answer has no account"))),
    }
}

/// One sentence for whoever has no credentials: what to type.
fn no_credentials(error: &CredentialsError, profile: Option<&str>) -> String {
    let of_profile = profile.map(|name| format!(" --profile {name}")).unwrap_or_default();
    let why = causes(error);
    let lower = why.to_lowercase();
    // The SDK has no type for it: the words are those of its SSO and login providers, and of SSO itself.
    let words = ["expired", "sso token", "/sso/cache/", "session token not found or invalid"];
    if words.iter().any(|words| lower.contains(words)) {
        return format!("the login has expired or was never made: run `aws sso login{of_profile}` and try again ({why})");
    }
    if lower.contains("/login/cache/") {
        return format!("the login was never made, or is gone: run `aws login{of_profile}` and try again ({why})");
    }
    let is_none = matches!(error, CredentialsError::CredentialsNotLoaded(_));
    // With a cause of its own: the profile says something that cannot be done.
    if is_none && profile.is_some() && why != error.to_string() {
        return format!("the profile cannot be used: {why}: mend it in the AWS configuration files, which `aws configure` writes");
    }
    if is_none {
        return format!(
            "no AWS credentials were found: run `aws sso login{of_profile}` or `aws configure`, or name a profile with `--profile`"
        );
    }
    format!("the AWS credentials cannot be used: {why}")
}
