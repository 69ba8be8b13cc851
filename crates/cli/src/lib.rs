//! Would the audit trail of each Amazon Neptune cluster reach CloudWatch Logs? Asked of live accounts, plans and templates.
//!
//! In reading order: [`args`] is what is typed, [`report`] what a judging command makes of it, [`judging`] what becomes of a report
//! ([`suppressions`], [`output`], [`exit`]); [`scan`] is the command that looks at accounts.
//! [`gate`] has the two that look at files: [`plan`] and [`template`] read them, [`resources`] is what they have in common.

pub mod args;
pub mod error;
pub mod exit;
pub mod explain;
pub mod gate;
pub mod judging;
pub mod output;
pub mod parameters;
mod partition;
pub mod plan;
pub mod report;
pub mod resources;
pub mod scan;
pub mod suppressions;
pub mod template;

use std::io::Write;
use std::process::ExitCode;

use clap::FromArgMatches;

use crate::args::{Cli, Task};
use crate::error::Failure;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let done = match args::command().try_get_matches() {
        Ok(matches) => task(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).task),
        // What was asked for, `--help` and `--version`, is data: that it cannot be written is a failure.
        Err(asked) if !asked.use_stderr() => print(&asked.render().ansi().to_string()).map(|()| exit::OK),
        Err(wrong) => {
            // It quotes what was typed, and a workflow takes a line that begins with `::` for a command.
            let text = wrong.render().ansi().to_string().replace("\n::", "\n ::");
            let _ = write!(anstream::stderr(), "{text}");
            Ok(exit::USAGE)
        }
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            say("error", &failure.message);
            ExitCode::from(failure.exit)
        }
    }
}

fn task(task: Task) -> Result<u8, Failure> {
    match task {
        Task::Scan(args) => scan::run(&args),
        Task::Plan(args) => gate::plan(&args),
        Task::Template(args) => gate::template(&args),
        Task::Explain { code } => explain::run(code.as_deref()),
        Task::Completions { shell } => completions(shell),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "neptune-audit", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(exit::OK)
}

/// A line for people, to standard error, and one line only: a workflow takes a line that begins with `::` for a command. That it cannot be
/// written is no reason to fail.
pub(crate) fn say(kind: &str, message: &str) {
    let _ = writeln!(anstream::stderr(), "{kind}: {}", output::one_line(message));
}

/// Data, to standard output. A reader who has seen enough (`| head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::usage(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
