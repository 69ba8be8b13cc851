//! Why a fleet is refused.

use std::fmt;

/// Why a fleet is refused.
#[derive(Debug)]
pub enum FleetError {
    /// It is not JSON, or a field is unknown or of another type.
    Json(serde_json::Error),
    /// A value makes no sense.
    Value {
        /// Where it stands: `accounts.111122223333.clusters[0] (orders).exports`.
        at: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl fmt::Display for FleetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::Value { at, problem } => write!(f, "{at}: {problem}"),
        }
    }
}

impl std::error::Error for FleetError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::Value { .. } => None,
        }
    }
}
