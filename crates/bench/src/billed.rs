//! One event as Lambda bills it: the init phase and the event, at the function's share of a CPU.

use std::time::Duration;

use anyhow::Result;
use emulator::Emulator;
use serde_json::Value;

use crate::lab::{milliseconds, send};
use crate::prices::{PER_GB_SECOND, PER_REQUEST};
use crate::process::{Endpoint, Process, Subject};
use crate::share::{Means, of_a_cpu};

/// What a cold process is given.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    pub megabytes: u64,
    /// A whole CPU until it asks for its first event: what people measure of Lambda's init phase.
    pub boosted: bool,
}

/// In milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Billed {
    pub init: f64,
    pub event: f64,
}

impl Billed {
    pub fn total(self) -> f64 {
        self.init + self.event
    }
}

/// Where and with what.
pub struct Bench<'a> {
    pub means: &'a Means,
    pub emulator: &'a Emulator,
    pub endpoint: &'a Endpoint,
    /// So many must be reported as COMPLIANT.
    pub clusters: usize,
}

impl Bench<'_> {
    /// A cold process and its first event. A function that does nothing reports nothing.
    pub async fn cold(&self, subject: &Subject, function: Function, event: &Value, reports: bool) -> Result<Billed> {
        let clusters = reports.then_some(self.clusters);
        // Made before the process, and dropped after it.
        let group = self.means.group(function.megabytes)?;
        let shared = match &group {
            Some(group) if !function.boosted => subject.under("/bin/sh", group.shell().map(Into::into)),
            _ => subject.clone(),
        };
        let mut process = Process::start(&shared, self.emulator, self.endpoint)?;
        let started = process.started;
        let init = process.polls(self.emulator, started).await? - started;
        let init_cpu = process.cpu()?;
        if let (Some(group), true) = (&group, function.boosted) {
            group.take_in(process.id())?;
        }
        let run = send(&mut process, self.emulator, event, clusters).await?;
        drop(process);
        if group.is_some() {
            return Ok(Billed { init: milliseconds(init), event: milliseconds(run.duration) });
        }
        let init = if function.boosted { milliseconds(init) } else { stretched(init, init_cpu, function.megabytes) };
        Ok(Billed { init, event: stretched(run.duration, run.cpu, function.megabytes) })
    }
}

/// On a share of a CPU computing takes longer; waiting does not.
pub fn stretched(duration: Duration, cpu: Duration, megabytes: u64) -> f64 {
    milliseconds(duration) + milliseconds(cpu) * (1.0 / of_a_cpu(megabytes).min(1.0) - 1.0)
}

/// Dollars for a million events that are billed so many milliseconds each; Lambda rounds each one up.
pub fn per_million(milliseconds: f64, megabytes: u64) -> f64 {
    1e6 * (milliseconds.ceil() / 1000.0 * megabytes as f64 / 1024.0 * PER_GB_SECOND + PER_REQUEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_computed_is_stretched() {
        let (second, tenth) = (Duration::from_secs(1), Duration::from_millis(100));
        assert_eq!(stretched(second, Duration::ZERO, 128), 1000.0);
        assert_eq!(stretched(second, tenth, 1_769), 1000.0);
        assert_eq!(stretched(second, tenth, 128).round(), 2282.0);
    }

    #[test]
    fn a_million_events_of_a_second_at_a_gigabyte_cost_thirteen_dollars_and_the_requests() {
        assert!((per_million(1000.0, 1024) - 13.5334).abs() < 1e-6);
        assert_eq!(per_million(999.2, 1024), per_million(1000.0, 1024));
    }
}
