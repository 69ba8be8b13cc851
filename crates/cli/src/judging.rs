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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Task};
    use crate::output::sample;
    use crate::report::{NotLooked, Verdict};

    fn common(flags: &[&str]) -> Common {
        let cli = Cli::try_parse_from([&["neptune-audit", "scan"], flags].concat()).unwrap();
        let Task::Scan(args) = cli.task else { panic!("another command") };
        args.common
    }

    /// The exit code of a report with these verdicts; each broken one has a broken link.
    fn exits(verdicts: &[Verdict], errors: usize, flags: &[&str]) -> u8 {
        let mut report = sample::scan();
        report.results = verdicts.iter().map(|verdict| sample::judged("graph", *verdict, sample::broken("audit"))).collect();
        report.errors = vec![NotLooked::default(); errors];
        exit_code(&report, &common(flags))
    }

    #[test]
    fn the_first_that_applies_is_the_exit_code() {
        use Verdict::{Compliant, NonCompliant, NotApplicable, Undecided};
        for (verdicts, errors, expected) in [
            (&[Compliant][..], 0, exit::OK),
            (&[Compliant, NotApplicable], 0, exit::OK),
            (&[Compliant, NonCompliant], 0, exit::BROKEN),
            (&[Compliant, NonCompliant], 1, exit::NOT_LOOKED),
            (&[Compliant], 1, exit::NOT_LOOKED),
            (&[], 1, exit::NOT_LOOKED),
            (&[Undecided, Compliant], 0, exit::UNDECIDED),
            (&[Undecided, NonCompliant], 0, exit::BROKEN),
            (&[], 0, exit::EMPTY),
            (&[NotApplicable, NotApplicable], 0, exit::EMPTY),
        ] {
            assert_eq!(exits(verdicts, errors, &[]), expected, "{verdicts:?} {errors}");
        }
    }

    #[test]
    fn a_flag_lets_pass_what_it_names_and_nothing_else() {
        use Verdict::{NonCompliant, Undecided};
        for (flag, broken, undecided, empty) in [
            ("--soft-fail", exit::OK, exit::OK, exit::EMPTY),
            ("--allow-undecided", exit::BROKEN, exit::OK, exit::EMPTY),
            ("--allow-empty", exit::BROKEN, exit::UNDECIDED, exit::OK),
        ] {
            assert_eq!(exits(&[NonCompliant], 0, &[flag]), broken, "{flag}");
            assert_eq!(exits(&[Undecided], 0, &[flag]), undecided, "{flag}");
            assert_eq!(exits(&[], 0, &[flag]), empty, "{flag}");
            assert_eq!(exits(&[NonCompliant], 1, &[flag]), exit::NOT_LOOKED, "{flag}");
        }
    }

    #[test]
    fn a_run_that_was_stopped_says_so_before_all_else() {
        let mut report = sample::scan();
        report.context.incomplete = true;
        assert_eq!(exit_code(&report, &common(&["--soft-fail", "--allow-empty"])), exit::INTERRUPTED);
    }

    #[test]
    fn a_time_is_written_to_the_second() {
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(1_795_600_000_999);
        assert_eq!(written(time), "2026-11-25T09:46:40Z");
    }
}
