//! Where the programs are that are measured and compared.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Two folders with programs in them.
pub struct Programs {
    built: PathBuf,
    environments: PathBuf,
}

impl Programs {
    /// Looks for release builds in `built`, otherwise beside the folder of this program: cargo puts each profile's there.
    pub fn new(built: Option<&Path>, environments: PathBuf) -> Result<Self> {
        let beside = || -> Result<PathBuf> {
            let own = std::env::current_exe()?;
            Ok(own.ancestors().nth(2).context("this program is in a folder of its profile")?.join("release"))
        };
        Ok(Self { built: built.map_or_else(beside, |built| Ok(built.to_owned()))?, environments })
    }

    /// A release build of this workspace.
    pub fn built(&self, name: &str) -> PathBuf {
        self.built.join(name)
    }

    /// The build of crates/bench/rego, a workspace of its own.
    pub fn rego(&self) -> PathBuf {
        self.built.join("../rego/release/rego")
    }

    /// A program of a Python environment.
    pub fn installed(&self, environment: &str, name: &str) -> PathBuf {
        self.environments.join(environment).join("bin").join(name)
    }
}
