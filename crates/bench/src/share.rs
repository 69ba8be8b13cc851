//! A function's share of a CPU: Lambda gives a whole one at 1,769 MB and less in proportion, in slices of 20 ms.
//!
//! A control group with a quota gives a process just that, where the machine lets root make one.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const WHOLE_CPU_MEGABYTES: u64 = 1_769;
/// Microseconds.
const PERIOD: u64 = 20_000;
/// A process may still be on its way out.
const PATIENCE: usize = 200;

static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// The share of a function with so much memory.
pub fn of_a_cpu(megabytes: u64) -> f64 {
    megabytes as f64 / WHOLE_CPU_MEGABYTES as f64
}

/// How this machine gives a process a share of a CPU.
#[derive(Clone, Debug)]
pub enum Means {
    /// By control groups of version 1 or 2 under this folder.
    Groups { version: u8, root: PathBuf },
    /// Not at all: times are computed from CPU time.
    Computed,
}

impl Means {
    /// Tries it.
    pub fn find() -> Self {
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
        let candidates = mounts.lines().filter_map(|line| {
            let fields: Vec<_> = line.split(' ').collect();
            let (root, kind, options) = (PathBuf::from(fields.get(1)?), *fields.get(2)?, *fields.get(3)?);
            match kind {
                "cgroup" if options.split(',').any(|option| option == "cpu") => Some(Self::Groups { version: 1, root }),
                "cgroup2" => Some(Self::Groups { version: 2, root }),
                _ => None,
            }
        });
        candidates.into_iter().find(|means| matches!(means.group(128), Ok(Some(_)))).unwrap_or(Self::Computed)
    }

    /// In words, for the page.
    pub fn describe(&self) -> String {
        match self {
            Self::Groups { version, .. } => format!(
                "The share is that of a control group (version {version}) with a quota in periods of {} ms.",
                Duration::from_micros(PERIOD).as_millis()
            ),
            Self::Computed => {
                "This machine gives no control group with a quota: each time is the measured one, with its CPU time stretched to the share."
                    .into()
            }
        }
    }

    /// A group of its own for one process; none where times are computed.
    pub fn group(&self, megabytes: u64) -> Result<Option<Group>> {
        let Self::Groups { version, root } = self else { return Ok(None) };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = root.join(format!("neptune-audit-bench-{}-{number}", std::process::id()));
        if *version == 2 {
            // It may be given to groups already.
            let _ = std::fs::write(root.join("cgroup.subtree_control"), "+cpu");
        }
        std::fs::create_dir(&folder)?;
        let group = Group(folder);
        let quota = PERIOD * megabytes / WHOLE_CPU_MEGABYTES;
        if *version == 1 {
            group.write("cpu.cfs_period_us", &PERIOD.to_string())?;
            group.write("cpu.cfs_quota_us", &quota.to_string())?;
        } else {
            group.write("cpu.max", &format!("{quota} {PERIOD}"))?;
        }
        Ok(Some(group))
    }
}

/// A control group, removed when this is dropped; its process must be gone by then.
#[derive(Debug)]
pub struct Group(PathBuf);

impl Group {
    /// Takes in a process with all of its threads.
    pub fn take_in(&self, process: u32) -> Result<()> {
        self.write("cgroup.procs", &process.to_string())
    }

    /// A shell that joins the group and becomes the program that its further arguments name.
    pub fn shell(&self) -> [String; 3] {
        ["-c".into(), format!("echo $$ > {} && exec \"$@\"", self.0.join("cgroup.procs").display()), "sh".into()]
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.0.join(file);
        std::fs::write(&path, text).with_context(|| format!("cannot write {text} to {}", path.display()))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(folder: &Path) {
    for _ in 0..PATIENCE {
        if std::fs::remove_dir(folder).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_function_has_seven_percent_of_a_cpu() {
        assert_eq!((of_a_cpu(128) * 1000.0).round(), 72.0);
        assert_eq!(PERIOD * 128 / WHOLE_CPU_MEGABYTES, 1_447);
    }

    #[test]
    fn a_group_is_gone_when_it_is_dropped() {
        let means = Means::find();
        if let Some(group) = means.group(256).unwrap() {
            let folder = group.0.clone();
            assert!(folder.is_dir());
            drop(group);
            assert!(!folder.exists());
        }
    }
}
