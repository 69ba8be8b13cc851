//! What becomes of a report: what is suppressed is marked, it is written wherever it was asked for, and an exit code says how it is.

use std::fs;
use std::io::IsTerminal;
use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format as Form;
use clap::ColorChoice;

use crate::args::Common;
use crate::error::Failure;
use crate::exit;
use crate::output::{self, Format, Look};
use crate::report::{Report, Standing};
use crate::suppressions::Suppressions;

/// Columns where the width of the terminal is not known, and of what goes elsewhere than to a terminal.
const WIDTH: u16 = 100;

/// A time as in RFC 3339, to the second.
pub fn written(time: SystemTime) -> String {
    let seconds = DateTime::from_secs(DateTime::from(time).secs());
    seconds.fmt(Form::DateTime).unwrap_or_default()
}

/// Finishes a report and says how it ended.
///
/// # Errors
/// When an ignore file cannot be read, or the report cannot be written.
pub fn conclude(mut report: Report, suppressions: &Suppressions, common: &Common) -> Result<u8, Failure> {
    let today: String = written(SystemTime::now()).chars().take_while(|letter| *letter != 'T').collect();
    for sentence in suppressions.apply(&mut report, &today) {
        if !common.quiet {
            crate::say("warning", &sentence);
        }
    }
    write(&report, common)?;
    Ok(exit_code(&report, common))
}

fn write(report: &Report, common: &Common) -> Result<(), Failure> {
    let terminal = std::io::stdout().is_terminal();
    let width = terminal.then(terminal_size::terminal_size).flatten().map_or(WIDTH, |(width, _)| width.0);
    let colour = match common.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    // What is coloured was decided here: the stream must neither take it out again nor, on an old console, leave it as it is.
    if colour { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never }.write_global();
    crate::print(&render(common.format, report, Look { width, colour, verbose: common.verbose })?)?;
    for place in &common.output {
        let text = render(place.format, report, Look { width: WIDTH, colour: false, verbose: common.verbose })?;
        fs::write(&place.path, text).map_err(|error| Failure::usage(format!("cannot write `{}`: {error}", place.path.display())))?;
    }
    Ok(())
}

fn render(format: Format, report: &Report, look: Look) -> Result<String, Failure> {
    output::render(format, report, look).map_err(|error| Failure::usage(format!("cannot write the report as {format}: {error}")))
}

/// The first that applies of 3, 1, 4, 5, 0; and before all of them that somebody stopped the run.
pub fn exit_code(report: &Report, common: &Common) -> u8 {
    let standings: Vec<Standing> = report.results.iter().map(crate::report::Judged::standing).collect();
    let any = |standing| standings.contains(&standing);
    if report.context.incomplete {
        exit::INTERRUPTED
    } else if !report.errors.is_empty() {
        exit::NOT_LOOKED
    } else if any(Standing::Broken) && !common.soft_fail {
        exit::BROKEN
    } else if any(Standing::Undecided) && !common.soft_fail && !common.allow_undecided {
        exit::UNDECIDED
    } else if standings.iter().all(|standing| *standing == Standing::NotApplicable) && !common.allow_empty {
        exit::EMPTY
    } else {
        exit::OK
    }
}
