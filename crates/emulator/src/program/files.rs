//! The files that a command is given.

use std::path::Path;

use emulator::Fleet;

pub type Failure = Box<dyn std::error::Error>;

pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}

/// The fleet of a file, or three healthy clusters.
pub fn fleet(path: Option<&Path>) -> Result<Fleet, Failure> {
    match path {
        None => Ok(Fleet::healthy(3)),
        Some(path) => Fleet::from_json(&read(path)?).map_err(|error| format!("{}: {error}", path.display()).into()),
    }
}
