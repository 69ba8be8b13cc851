//! What can go wrong while reading, in words that name the permission.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_sdk_neptune::error::{ProvideErrorMetadata, SdkError};

/// No call takes AWS as long as this: whatever does hangs, and the next try is better off.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

/// A call to AWS that failed for good, after the retries that were worth it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallError {
    /// The permission that the call needs, which is also its name.
    pub action: &'static str,
    /// What it was about.
    pub on: String,
    /// What AWS said, or what happened instead of an answer.
    pub problem: String,
    /// Whether AWS said that the permission is missing.
    pub denied: bool,
}

/// How the services say that a permission is missing.
const DENIED: [&str; 4] = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"];

impl CallError {
    /// From what the SDK says.
    pub fn new<E, R>(action: &'static str, on: impl Into<String>, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug,
    {
        let problem = match error {
            SdkError::TimeoutError(_) => format!("no answer within {} s", ATTEMPT_TIMEOUT.as_secs()),
            _ => match (error.code(), error.message()) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                (Some(code), None) => code.to_owned(),
                _ => causes(error),
            },
        };
        let denied = error.code().is_some_and(|code| DENIED.contains(&code));
        Self { action, on: on.into(), problem, denied }
    }

    /// For an answer that lacks something.
    pub fn incomplete(action: &'static str, on: impl Into<String>, problem: &str) -> Self {
        Self { action, on: on.into(), problem: problem.to_owned(), denied: false }
    }

    /// For a listing that ended without saying so: its task is gone.
    pub fn stopped(action: &'static str) -> Self {
        Self::incomplete(action, "the whole listing", "reading stopped")
    }
}

impl Error for CallError {}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}: {}", self.action, self.on, self.problem)
    }
}

/// An error and what caused it, each said once, without the SDK's debugging details.
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        source = cause.source();
    }
    text
}

/// Why a cluster could not be judged.
#[derive(Clone, Debug, PartialEq)]
pub enum ScanError {
    /// AWS refused a call, or did not answer it.
    Call(CallError),
    /// A verdict was asked of facts that nobody read: a mistake of this program. Names the cluster.
    Unread(String),
}

impl Error for ScanError {}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(failure) => failure.fmt(f),
            Self::Unread(cluster) => write!(f, "cluster `{cluster}`: a fact that is required was not read: please report this mistake"),
        }
    }
}

impl From<CallError> for ScanError {
    fn from(failure: CallError) -> Self {
        Self::Call(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kept_a_cluster_from_being_judged_is_told() {
        let failure = CallError::incomplete("rds:DescribeDBClusters", "cluster `graph`", "the answer has no Engine");
        assert_eq!(ScanError::from(failure).to_string(), "rds:DescribeDBClusters on cluster `graph`: the answer has no Engine");
        assert!(ScanError::Unread("graph".to_owned()).to_string().starts_with("cluster `graph`: a fact that is required was not read"));
    }
}
