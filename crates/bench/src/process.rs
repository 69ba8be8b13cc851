//! What is measured, as a process: started as Lambda starts a function, and asked what it has used.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use emulator::{Emulator, Step, Tls};
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;
use tempfile::NamedTempFile;

/// How long a function may take to its first poll; under valgrind that is seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks for a poll. A function that still prepares after its first poll does so on a whole CPU until that is noticed.
const GLANCE: Duration = Duration::from_micros(100);

/// A function that can be started.
#[derive(Clone, Debug)]
pub struct Subject {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    /// Where it runs; a Python function is looked for there.
    pub folder: PathBuf,
}

impl Subject {
    pub fn binary(program: &Path) -> Self {
        Self { program: program.to_owned(), arguments: Vec::new(), folder: "/".into() }
    }

    /// The same, run by another program.
    pub fn under(&self, program: &str, arguments: impl IntoIterator<Item = OsString>) -> Self {
        let mut arguments: Vec<_> = arguments.into_iter().collect();
        arguments.push(self.program.clone().into());
        arguments.extend(self.arguments.iter().cloned());
        Self { program: program.into(), arguments, ..self.clone() }
    }
}

/// How a function reaches AWS.
pub enum Endpoint {
    Http(String),
    Tls {
        url: String,
        /// The certificate authorities of this machine, and the emulator's.
        trusted: NamedTempFile,
    },
}

impl Endpoint {
    pub fn http(emulator: &Emulator) -> Self {
        Self::Http(emulator.endpoint())
    }

    /// The emulator's authority is one of many, as that of AWS is: reading them all is part of a start.
    pub async fn tls(emulator: &Emulator) -> Result<Self> {
        let Tls { endpoint, certificate_authority } = emulator.start_tls().await?;
        let system = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
        let system = system.iter().find_map(|path| std::fs::read_to_string(path).ok()).context("this machine has no root certificates")?;
        let trusted = NamedTempFile::new()?;
        std::fs::write(trusted.path(), system + "\n" + &certificate_authority)?;
        Ok(Self::Tls { url: endpoint, trusted })
    }

    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        match self {
            Self::Http(url) => vec![("AWS_ENDPOINT_URL", url.into())],
            Self::Tls { url, trusted } => {
                vec![("AWS_ENDPOINT_URL", url.into()), ("SSL_CERT_FILE", trusted.path().into()), ("AWS_CA_BUNDLE", trusted.path().into())]
            }
        }
    }
}

/// A running function. It is killed when this is dropped.
pub struct Process {
    child: Child,
    clock: ClockId,
    /// Just before it was started.
    pub started: Instant,
}

impl Process {
    pub fn start(subject: &Subject, emulator: &Emulator, endpoint: &Endpoint) -> Result<Self> {
        let mut command = Command::new(&subject.program);
        command
            .args(&subject.arguments)
            .current_dir(&subject.folder)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "en_US.UTF-8")
            .envs(emulator::environment(emulator))
            .env("_HANDLER", "neptune_audit_rule.lambda_handler")
            .env("LAMBDA_TASK_ROOT", &subject.folder)
            .envs(endpoint.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot run {}", subject.program.display()))?;
        let clock = clock_getcpuclockid(Pid::from_raw(child.id().cast_signed()))?;
        Ok(Self { child, clock, started })
    }

    /// Its number, for the kernel.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a poll of the Runtime API later than `since`, and says when it came.
    pub async fn polls(&mut self, emulator: &Emulator, since: Instant) -> Result<Instant> {
        loop {
            let polled = |step: &&Step| step.step == "next" && step.at > since;
            if let Some(step) = emulator.steps().iter().find(polled) {
                return Ok(step.at);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the function ended with {status} instead of asking for an event");
            }
            if since.elapsed() > PATIENCE {
                bail!("the function does not ask for an event");
            }
            // Not with tokio, whose clock has milliseconds. The emulator has a thread of its own.
            std::thread::sleep(GLANCE);
        }
    }

    /// The time on a CPU so far, of all its threads.
    pub fn cpu(&self) -> Result<Duration> {
        Ok(self.clock.now()?.into())
    }

    /// The most memory that was resident so far, in bytes.
    pub fn peak_memory(&self) -> Result<u64> {
        peak_memory(self.child.id())
    }

    /// The memory that is resident now, in bytes.
    pub fn resident(&self) -> Result<u64> {
        memory(self.child.id(), "VmRSS:")
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Ends it as a signal from outside would, and waits until it is gone.
    pub fn terminate(mut self) -> Result<()> {
        nix::sys::signal::kill(Pid::from_raw(self.child.id().cast_signed()), nix::sys::signal::Signal::SIGTERM)?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The most memory of a process that was resident so far, in bytes.
pub fn peak_memory(id: u32) -> Result<u64> {
    memory(id, "VmHWM:")
}

fn memory(id: u32, what: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)).with_context(|| format!("no {what} in /proc"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024)
}
