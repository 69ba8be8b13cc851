//! The values that stand for all that an unknown one can be, each list kept by the link that looks at the fact.

pub use super::forwarded::{account_policies, classes, subscriptions};
pub use super::generated::values as parameter_values;
pub use super::kept::retentions;
pub use super::watched::metric_filters;
