//! A program that is run to its end, and watched: time, CPU, memory.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, killpg};
use nix::sys::time::TimeVal;
use nix::unistd::Pid;
use tempfile::NamedTempFile;

use crate::process::peak_memory;

/// Between two looks. The most memory that was resident is what the last look found.
const GLANCE: Duration = Duration::from_micros(500);

/// How a program went that ended by itself.
pub struct Watched {
    pub time: Duration,
    /// Of the program, and of those that it started and waited for.
    pub cpu: Duration,
    /// Of the program alone.
    pub memory: u64,
    pub printed: Vec<u8>,
}

/// Nothing where it does not end in time: it is ended then, with all that it started.
pub fn watch(program: &Path, arguments: &[OsString], folder: &Path, patience: Duration) -> Result<Option<Watched>> {
    let printed = NamedTempFile::new()?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(printed.reopen()?).stderr(Stdio::null()).process_group(0);
    let before = used()?;
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
    let mut memory = 0;
    let ended = loop {
        // Of one that has ended nothing is left to look at.
        memory = peak_memory(child.id()).unwrap_or(memory).max(memory);
        if child.try_wait()?.is_some() {
            break true;
        }
        if started.elapsed() > patience {
            killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL)?;
            child.wait()?;
            break false;
        }
        std::thread::sleep(GLANCE);
    };
    let time = started.elapsed();
    if !ended {
        return Ok(None);
    }
    let cpu = used()?.saturating_sub(before);
    Ok(Some(Watched { time, cpu, memory, printed: std::fs::read(printed.path())? }))
}

/// What all children have used that were waited for; nothing else here ends meanwhile.
fn used() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let duration = |time: TimeVal| Duration::from_secs(time.tv_sec().unsigned_abs()) + Duration::from_micros(time.tv_usec().unsigned_abs());
    Ok(duration(usage.user_time()) + duration(usage.system_time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, patience: Duration) -> Option<Watched> {
        watch(Path::new("/bin/sh"), &["-c".into(), script.into()], Path::new("/"), patience).unwrap()
    }

    #[test]
    fn what_a_program_printed_and_used_is_known_at_its_end() {
        let watched = shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i", Duration::from_secs(600)).unwrap();
        assert_eq!(watched.printed, b"20000\n");
        assert!(watched.cpu > Duration::ZERO && watched.memory > 100_000, "{:?} {}", watched.cpu, watched.memory);
    }

    #[test]
    fn a_program_that_does_not_end_is_ended_with_what_it_started() {
        assert!(shell("sleep 600 & sleep 600", Duration::from_millis(50)).is_none());
    }
}
