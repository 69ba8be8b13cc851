//! Times as AWS writes them.

use std::time::{Duration, UNIX_EPOCH};

/// 2025-03-01T09:00:00Z, in milliseconds since 1970: when everything was made that says nothing else.
pub(crate) const LONG_AGO: i64 = 1_740_819_600_000;

/// Milliseconds since 1970 as `2026-11-21T20:15:30.000Z`.
pub(crate) fn iso8601(milliseconds: i64) -> String {
    let since = Duration::from_millis(milliseconds.try_into().unwrap_or(0));
    humantime::format_rfc3339_millis(UNIX_EPOCH + since).to_string()
}
