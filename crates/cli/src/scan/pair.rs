//! An account in a Region, and how to get there.

use aws_types::SdkConfig;

/// An account in a Region, and how to get there.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) account: String,
    pub(super) region: String,
    /// Settings with the Region, and credentials of the account.
    pub(super) sdk: SdkConfig,
}
