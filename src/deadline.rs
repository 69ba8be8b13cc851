//! How the time of one invocation is shared out: reading stops early enough to report, reporting early enough to answer.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Reading leaves a quarter of the time to reporting, but never more than this.
const MOST_FOR_REPORTING: Duration = Duration::from_secs(5);
/// Reporting leaves a twentieth of the time to the answer, but never more than this.
const MOST_FOR_ANSWERING: Duration = Duration::from_millis(250);
/// Where the runtime tells no deadline, or one that is over (stand-ins of the Runtime API do): what AWS Config would wait for anyway.
const UNTOLD: Duration = Duration::from_secs(60);

/// The times by which the parts of an invocation end.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// Nobody waits after this to learn what is on record: a result that is put once too often costs a little, one that is lost is missed.
    pub comparing: Instant,
    /// Nothing is read after this.
    pub reading: Instant,
    /// Nothing is put after this.
    pub reporting: Instant,
    /// When Lambda ends the invocation, on the clock that credentials expire by.
    pub invocation: SystemTime,
}

impl Deadline {
    /// From the time at which Lambda ends the invocation.
    pub fn new(invocation: SystemTime) -> Self {
        let (now, begun) = (SystemTime::now(), Instant::now());
        let left = invocation.duration_since(now).ok().filter(|left| !left.is_zero()).unwrap_or(UNTOLD);
        let end = begun + left;
        let reporting = end - (left / 20).min(MOST_FOR_ANSWERING);
        Self { comparing: begun + left / 3, reading: end - (left / 4).min(MOST_FOR_REPORTING), reporting, invocation: now + left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_invocation_is_shared_out_in_proportion() {
        let before = Instant::now();
        let told = SystemTime::now() + Duration::from_secs(4);
        let deadline = Deadline::new(told);
        let after = Instant::now();
        assert!(before < deadline.comparing && deadline.comparing < deadline.reading);
        // A quarter less a twentieth is a fifth.
        let left = 5 * (deadline.reporting - deadline.reading);
        let begun = deadline.reporting + left / 20 - left;
        let rounding = Duration::from_nanos(100);
        assert!((before - rounding..=after + rounding).contains(&begun), "{deadline:?}");
        assert_eq!(deadline.invocation, told);
    }

    #[test]
    fn a_long_invocation_keeps_no_more_than_is_needed_for_reporting_and_answering() {
        let deadline = Deadline::new(SystemTime::now() + Duration::from_secs(900));
        assert_eq!(deadline.reporting - deadline.reading, MOST_FOR_REPORTING - MOST_FOR_ANSWERING);
    }

    #[test]
    fn a_deadline_that_is_over_or_was_never_told_leaves_the_time_that_aws_config_waits() {
        for told in [SystemTime::UNIX_EPOCH, SystemTime::now()] {
            let before = (SystemTime::now(), Instant::now());
            let deadline = Deadline::new(told);
            assert!(deadline.invocation >= before.0 + UNTOLD);
            assert!(deadline.reading >= before.1 + UNTOLD - MOST_FOR_REPORTING);
        }
    }
}
