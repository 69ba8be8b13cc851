//! The command `neptune-audit`: see the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    neptune_audit::run()
}
