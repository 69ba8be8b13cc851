//! The secret that lets its bearer report results.

use std::fmt;

/// The token of a dry run: AWS Config checks the evaluations and stores nothing.
const TEST_MODE_TOKEN: &str = "TESTMODE";

/// The secret that lets its bearer report results: passed through, never shown.
#[derive(Clone)]
pub struct ResultToken(pub(super) String);

impl ResultToken {
    /// For the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether AWS Config must check the evaluations without storing them.
    pub fn is_test_mode(&self) -> bool {
        self.0 == TEST_MODE_TOKEN
    }
}

impl fmt::Debug for ResultToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResultToken(…)")
    }
}
