//! One Region of one account: what every call of a regional service is about.

use std::fmt;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Scope {
    pub(crate) fn new(account: impl Into<String>, region: impl Into<String>) -> Self {
        Self { account: account.into(), region: region.into() }
    }

    pub(crate) fn is(&self, account: &str, region: &str) -> bool {
        self.account == account && self.region == region
    }
}

/// As in an ARN: `eu-west-1:111122223333`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.region, self.account)
    }
}
