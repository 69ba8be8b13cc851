//! The round trips that an event could not do without: calls that follow one another.

use std::time::{Duration, Instant};

use emulator::Call;

/// The longest chain of calls of which each began after the one before had ended: the sum of their times.
pub fn longest(calls: &[Call]) -> Duration {
    let mut spans: Vec<_> = calls.iter().filter_map(|call| Some((call.started, call.ended?))).collect();
    spans.sort_by_key(|&(_, ended)| ended);
    longest_of(&spans)
}

/// The calls of one action, one after the other, as the pages of a listing are.
pub fn of_action(calls: &[Call], action: &str) -> Duration {
    calls.iter().filter(|call| call.action == action).filter_map(|call| Some(call.ended? - call.started)).sum()
}

/// `spans` are sorted by their ends.
fn longest_of(spans: &[(Instant, Instant)]) -> Duration {
    // best[n]: the longest chain among the first n.
    let mut best = vec![Duration::ZERO];
    for (number, &(started, ended)) in spans.iter().enumerate() {
        let before = spans[..number].partition_point(|&(_, end)| end <= started);
        best.push(best[number].max(best[before] + (ended - started)));
    }
    best[spans.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(spans: &[(u64, u64)]) -> u64 {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        longest_of(&spans.iter().map(|&(from, to)| (at(from), at(to))).collect::<Vec<_>>()).as_secs()
    }

    #[test]
    fn calls_that_follow_one_another_add_up() {
        assert_eq!(chain(&[(0, 2), (2, 5), (6, 7)]), 6);
    }

    #[test]
    fn of_calls_at_the_same_time_the_longer_one_counts() {
        assert_eq!(chain(&[(0, 2), (0, 3), (3, 5)]), 5);
        assert_eq!(chain(&[(0, 2), (1, 9)]), 8);
        assert_eq!(chain(&[]), 0);
    }
}
