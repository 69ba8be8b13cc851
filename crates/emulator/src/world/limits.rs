//! The request rates that an account may not exceed: token buckets, as the AWS APIs have them.

use std::collections::HashMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// A bucket that holds `burst` calls and is refilled with `per_second` of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Calls that are allowed each second, in the long run.
    pub per_second: f64,
    /// Calls that are allowed at once.
    pub burst: f64,
}

/// What is left in each bucket, by account and limit.
#[derive(Default)]
pub(crate) struct Buckets(HashMap<(String, String), (f64, Instant)>);

impl Buckets {
    /// Takes one call out of the account's bucket; false where there is none left.
    pub(crate) fn take(&mut self, account: &str, name: &str, limit: RateLimit, now: Instant) -> bool {
        let key = (account.to_owned(), name.to_owned());
        let (left, filled) = self.0.entry(key).or_insert((limit.burst, now));
        let refill = now.saturating_duration_since(*filled).as_secs_f64() * limit.per_second;
        *left = (*left + refill).min(limit.burst);
        *filled = now;
        if *left < 1.0 {
            return false;
        }
        *left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMIT: RateLimit = RateLimit { per_second: 2.0, burst: 3.0 };

    #[test]
    fn a_burst_is_followed_by_the_rate() {
        let mut buckets = Buckets::default();
        let start = Instant::now();
        let mut at = |milliseconds| buckets.take("1", "rds:*", LIMIT, start + Duration::from_millis(milliseconds));
        assert_eq!([at(0), at(0), at(0), at(0)], [true, true, true, false]);
        assert_eq!([at(400), at(500), at(900), at(1000)], [false, true, false, true]);
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst() {
        let mut buckets = Buckets::default();
        let start = Instant::now();
        assert!(buckets.take("1", "rds:*", LIMIT, start));
        let later = start + Duration::from_secs(3600);
        let taken = (0..10).filter(|_| buckets.take("1", "rds:*", LIMIT, later)).count();
        assert_eq!(taken, 3);
    }

    #[test]
    fn each_account_has_its_own_bucket() {
        let mut buckets = Buckets::default();
        let now = Instant::now();
        assert_eq!((0..4).filter(|_| buckets.take("1", "rds:*", LIMIT, now)).count(), 3);
        assert!(buckets.take("2", "rds:*", LIMIT, now));
    }
}
