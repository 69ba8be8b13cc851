//! A function that stays attached to the emulator: it is started again whenever it ends.

use std::path::{Path, PathBuf};
use std::time::Duration;

use emulator::{Emulator, Function};

use super::files::Failure;

/// A function that ends at once must not keep the machine busy.
const PAUSE: Duration = Duration::from_secs(1);

/// The function, and how many steps the Runtime API had seen when it was started.
pub struct Attached {
    path: PathBuf,
    function: Function,
    started: usize,
}

/// Starts a function. It is killed when what this gives is dropped.
pub fn start(path: &Path, emulator: &Emulator) -> Result<Attached, Failure> {
    let started = emulator.steps().len();
    let variables = [("RUST_LOG", "info"), ("RUST_BACKTRACE", "1")];
    let function = Function::spawn_telling(path, emulator, variables, |line| eprintln!("function: {line}"))?;
    emulator.attach_function();
    Ok(Attached { path: path.to_owned(), function, started })
}

/// Starts it again whenever it ends, until it cannot be run any more; gives why.
pub async fn keep(mut attached: Attached, emulator: &Emulator) -> Failure {
    loop {
        let status = match attached.function.wait().await {
            Ok(status) => status,
            Err(error) => return error.into(),
        };
        emulator.function_ended(attached.started, &status.to_string());
        eprintln!("the function ended ({status}); it is started again");
        tokio::time::sleep(PAUSE).await;
        attached = match start(&attached.path, emulator) {
            Ok(attached) => attached,
            Err(error) => return error,
        };
    }
}
