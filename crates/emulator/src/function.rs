//! The function's binary, run as Lambda would run it, with the emulator around it.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::server::Emulator;

/// Variables of the caller that a coverage build of the function needs; all others stay outside.
const PASSED_ON: &[&str] = &["LLVM_PROFILE_FILE", "LD_LIBRARY_PATH"];

/// What Lambda tells a function in its environment, with the addresses of an emulator.
pub fn environment(emulator: &Emulator) -> [(&'static str, String); 16] {
    let region = emulator.region();
    [
        ("AWS_ENDPOINT_URL", emulator.endpoint()),
        ("AWS_LAMBDA_RUNTIME_API", emulator.runtime_api()),
        ("AWS_LAMBDA_FUNCTION_NAME", "neptune-audit-rule".into()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".into()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/neptune-audit-rule".into()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef".into()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into()),
        ("AWS_REGION", region.clone()),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_ACCESS_KEY_ID", "ASIAHOMEACCOUNT00000".into()),
        ("AWS_SECRET_ACCESS_KEY", "not-a-secret".into()),
        ("AWS_SESSION_TOKEN", "not-a-token".into()),
        ("_HANDLER", "bootstrap".into()),
        ("LAMBDA_TASK_ROOT", "/var/task".into()),
        ("TZ", ":UTC".into()),
    ]
}

/// A running function. It is killed when this is dropped.
pub struct Function {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

/// Is told each line that a function writes.
type Told = Arc<dyn Fn(String) + Send + Sync>;

impl Function {
    /// Runs a binary as the runtime of an emulator. `extra_env` is added to Lambda's environment, or replaces parts of it.
    pub fn spawn<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        path: impl AsRef<Path>,
        emulator: &Emulator,
        extra_env: impl IntoIterator<Item = (K, V)>,
    ) -> io::Result<Self> {
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = log.clone();
        let told: Told = Arc::new(move |line| kept.lock().unwrap_or_else(PoisonError::into_inner).push(line));
        Ok(Self { child: run(path.as_ref(), emulator, extra_env, told)?, log })
    }

    /// The same, with its log told line by line, and not kept.
    pub fn spawn_telling<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        path: impl AsRef<Path>,
        emulator: &Emulator,
        extra_env: impl IntoIterator<Item = (K, V)>,
        told: impl Fn(String) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Ok(Self { child: run(path.as_ref(), emulator, extra_env, Arc::new(told))?, log: Arc::default() })
    }

    /// The lines that the function wrote so far, to stdout and stderr.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the process ends by itself.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }
}

impl Drop for Function {
    /// The process is gone afterwards: it must not take an event that is meant for the next one.
    fn drop(&mut self) {
        if self.child.start_kill().is_err() {
            return;
        }
        let patience = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn run<K: AsRef<OsStr>, V: AsRef<OsStr>>(
    path: &Path,
    emulator: &Emulator,
    extra_env: impl IntoIterator<Item = (K, V)>,
    told: Told,
) -> io::Result<Child> {
    let mut command = Command::new(path);
    command.env_clear();
    for name in PASSED_ON {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(environment(emulator)).envs(extra_env).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| io::Error::new(error.kind(), format!("cannot run {}: {error}", path.display())))?;
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(tell(stdout, told.clone()));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(tell(stderr, told));
    }
    Ok(child)
}

async fn tell(output: impl AsyncRead + Unpin, told: Told) {
    let mut lines = BufReader::new(output).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        told(String::from_utf8_lossy(&line).into_owned());
    }
}
