//! The fictional accounts, keys and names of the fleets that are made here.

/// The account whose function runs, unless the fleet says otherwise.
pub const HOME_ACCOUNT: &str = "111122223333";
/// The other fictional account of examples and tests.
pub const OTHER_ACCOUNT: &str = "444455556666";
/// The Region, unless the fleet says otherwise.
pub const REGION: &str = "eu-west-1";
/// The parameter group of the clusters that [`Fleet::healthy`] makes.
pub const AUDITED_GROUP: &str = "audited";
/// The KMS key of the clusters and log groups that [`Fleet::healthy`] makes.
pub const KMS_KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// Where the subscription filters that [`Fleet::healthy`] makes send to.
pub const DESTINATION: &str = "arn:aws:logs:eu-west-1:444455556666:destination:central-audit";
