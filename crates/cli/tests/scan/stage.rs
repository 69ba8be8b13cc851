//! One emulated AWS, a home directory of its own, and the command.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use emulator::{Cluster, Emulator, Fleet, LogGroup, ParameterGroup, Role};
use serde_json::Value;
use tokio::process::{Child, Command};

pub const HOME: &str = "111122223333";
pub const OTHER: &str = "444455556666";
pub const HERE: &str = "eu-west-1";
pub const THERE: &str = "us-east-1";
pub const ROLE: &str = "audit/neptune-audit-reader";

/// What a run of the command left behind.
#[derive(Debug)]
pub struct Run {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Each cluster that was judged: account, Region, name, verdict, codes.
    pub fn verdicts(&self) -> Vec<String> {
        let report = self.json();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let of = |result: &Value| {
            let codes: Vec<_> = result["codes"].as_array().unwrap().iter().map(text).collect();
            let parts = ["account", "region", "cluster", "verdict"].map(|key| text(&result[key]));
            format!("{} {}", parts.join(" "), codes.join(",")).trim_end().to_owned()
        };
        report["results"].as_array().unwrap().iter().map(of).collect()
    }

    /// What was not looked at: account, Region, cluster, permission.
    pub fn not_looked(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let of = |error: &Value| ["account", "region", "cluster", "permission"].map(|key| text(&error[key])).join(" ");
        self.json()["errors"].as_array().unwrap().iter().map(of).collect()
    }
}

pub struct Stage {
    pub emulator: Emulator,
    pub directory: PathBuf,
}

impl Stage {
    pub async fn new(fleet: Fleet) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("scan-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&directory).unwrap();
        Self { emulator: Emulator::start(fleet).await, directory }
    }

    /// A file in the directory that the command runs in, which is its home too.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The command, with nothing of this process's environment but where the emulator is.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neptune-audit"));
        command.env_clear().current_dir(&self.directory).args(arguments);
        command.env("HOME", &self.directory).env("AWS_ENDPOINT_URL", self.emulator.endpoint());
        // Not a machine of EC2: nothing outside of this one is asked for credentials.
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_ACCESS_KEY_ID", "AKIAHOMEACCOUNT00000").env("AWS_SECRET_ACCESS_KEY", "not-a-secret");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Runs `scan` with these arguments, in the emulator's Region where they name none.
    pub async fn scan(&self, arguments: &[&str]) -> Run {
        let mut command = self.command(&[&["scan"], arguments].concat());
        finish(command.env("AWS_REGION", HERE).spawn().unwrap()).await
    }

    pub async fn json(&self, arguments: &[&str]) -> Run {
        self.scan(&[&["--format", "json"], arguments].concat()).await
    }
}

pub async fn finish(child: Child) -> Run {
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { exit: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Two accounts and two Regions. Each has a healthy cluster `ledger`; some have another one, whose name says what is wrong with it.
pub fn two_accounts() -> Fleet {
    let mut fleet = Fleet::healthy(0);
    for (account, region, broken) in [
        (HOME, HERE, Some(Cluster::healthy("not-exported").exporting(&[]))),
        (HOME, THERE, None),
        (OTHER, HERE, None),
        (OTHER, THERE, Some(Cluster::healthy("parameter-off").on_group("unaudited"))),
    ] {
        let place = fleet.in_region(account, region);
        place.parameter_groups.insert("audited".into(), ParameterGroup::new(&[("neptune_enable_audit_log", "1")]));
        place.parameter_groups.insert("unaudited".into(), ParameterGroup::new(&[("neptune_enable_audit_log", "0")]));
        place.clusters.push(Cluster::healthy("ledger"));
        place.log_groups.push(LogGroup::healthy("ledger"));
        if let Some(cluster) = broken {
            place.log_groups.push(LogGroup::healthy(&cluster.identifier));
            place.clusters.push(cluster);
        }
    }
    fleet.account(OTHER).roles.push(Role { name: ROLE.into(), trusts: vec![HOME.into()] });
    fleet
}

/// The flags that look at all of [`two_accounts`].
pub const EVERYWHERE: [&str; 6] = ["--account", "111122223333,444455556666", "--role-name", ROLE, "--region", "eu-west-1,us-east-1"];
