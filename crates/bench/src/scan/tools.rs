//! The programs that look at live clusters: what each is told, and how it runs.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use emulator::{Call, Emulator};

use super::asked::{Asked, INVENTORY, policies};
use super::said::{Said, found, json, judged, matched};
use crate::process::Endpoint;

/// One of them.
pub(super) struct Tool {
    pub(super) name: &'static str,
    program: PathBuf,
    /// Its arguments, for these Regions; the folder is its home.
    arguments: fn(&Asked, &[&str], &Path) -> Result<Vec<OsString>>,
    /// What it said, from the files in that folder.
    read: fn(&[&str], &Path) -> Result<Said>,
}

/// What came of one run.
pub(super) struct Look {
    pub(super) took: Duration,
    /// Until its first call.
    pub(super) start: Duration,
    pub(super) calls: Vec<Call>,
    pub(super) said: Said,
}

/// Standard output and standard error, as files in the folder.
const PRINTED: &str = "printed";
const COMPLAINTS: &str = "complaints";

impl Tool {
    /// This repository's command.
    pub(super) fn command(program: PathBuf) -> Self {
        Self {
            name: "neptune-audit scan",
            program,
            arguments: |asked, regions, _| {
                let parameters = asked.parameters.iter().map(String::as_str);
                Ok(told("scan --quiet --format json", parameters.chain(each("--region", regions))))
            },
            read: |_, folder| judged(&json(&folder.join(PRINTED))?),
        }
    }

    pub(super) fn prowler(program: PathBuf) -> Self {
        const WORDS: &str = "aws --no-banner --output-formats json-ocsf --output-directory . --output-filename findings --checks";
        Self {
            name: "Prowler",
            program,
            // A flag that is said twice would mean its last value only.
            arguments: |asked, regions, _| Ok(told(WORDS, asked.checks.iter().chain(&["--region"]).chain(regions).copied())),
            read: |_, folder| found(&json(&folder.join("findings.ocsf.json"))?),
        }
    }

    /// With the policies of `docs/other-tools.md`.
    pub(super) fn custodian(program: PathBuf) -> Self {
        Self {
            name: "Cloud Custodian",
            program,
            arguments: |asked, regions, folder| {
                fs::write(folder.join("policies.yml"), policies())?;
                let policies = each("--policies", asked.policies).chain(["--policies", INVENTORY]);
                Ok(told("run --output-dir found policies.yml", policies.chain(each("--region", regions))))
            },
            read: |regions, folder| {
                let mut said = Said::default();
                for region in regions {
                    // With one Region it makes no folder for it.
                    let of_region = if regions.len() == 1 { folder.join("found") } else { folder.join("found").join(region) };
                    matched(&mut said, region, &of_region)?;
                }
                Ok(said)
            },
        }
    }

    /// Whether it is installed.
    pub(super) fn is_there(&self) -> bool {
        self.program.exists()
    }

    /// Lets it look at these Regions of the emulator's home account.
    pub(super) fn look(&self, asked: &Asked, emulator: &Emulator, endpoint: &Endpoint, regions: &[&str]) -> Result<Look> {
        let home = tempfile::tempdir()?;
        let folder = home.path();
        let mut command = Command::new(&self.program);
        command
            .args((self.arguments)(asked, regions, folder)?)
            .current_dir(folder)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "en_US.UTF-8")
            .env("HOME", folder)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .env("AWS_DEFAULT_REGION", emulator.region())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(endpoint.environment())
            .stdin(Stdio::null())
            .stdout(File::create(folder.join(PRINTED))?)
            .stderr(File::create(folder.join(COMPLAINTS))?);
        emulator.reset_calls();
        let started = Instant::now();
        let status = command.status().with_context(|| format!("cannot run {}", self.program.display()))?;
        let took = started.elapsed();
        let calls = emulator.calls();
        let said = (self.read)(regions, folder).with_context(|| {
            let complaints = fs::read_to_string(folder.join(COMPLAINTS)).unwrap_or_default();
            format!("{} ended with {status}: {complaints}", self.name)
        })?;
        let first = calls.iter().map(|call| call.started).min().with_context(|| format!("{} did not call AWS", self.name))?;
        Ok(Look { took, start: first - started, calls, said })
    }
}

fn told<'a>(words: &'a str, more: impl Iterator<Item = &'a str>) -> Vec<OsString> {
    words.split(' ').chain(more).map(OsString::from).collect()
}

/// The flag before each of the values.
fn each<'a>(flag: &'a str, values: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    values.iter().flat_map(move |value| [flag, value])
}
