//! The command line as it is typed: what it means is for the command that it names.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand};

use crate::exit;
use crate::output::{Format, ToFile};
use crate::parameters::RuleParameters;
use crate::report::Command;

const OUTPUT: &str = "Output";
const OUTCOME: &str = "Outcome";

/// Would the audit trail of each Amazon Neptune cluster reach CloudWatch Logs, and be there when somebody needs it?
#[derive(Debug, Parser)]
#[command(name = "neptune-audit", version, after_help = exit::help(), max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The flags that every judging command has.
#[derive(Args, Debug)]
pub struct Common {
    /// What is asked of a cluster.
    #[command(flatten)]
    pub parameters: RuleParameters,

    /// The format of what is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", help_heading = OUTPUT)]
    pub format: Format,

    /// One more place for the report, as in json=report.json (repeatable)
    #[arg(long, value_name = "FORMAT=FILE", help_heading = OUTPUT)]
    pub output: Vec<ToFile>,

    /// Colour: on a terminal, always, or never (NO_COLOR is heeded)
    #[arg(long, value_name = "WHEN", default_value_t = ColorChoice::Auto, help_heading = OUTPUT)]
    pub color: ColorChoice,

    /// Say nothing beside the report but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub quiet: bool,

    /// Show the links that hold too, with the evidence
    #[arg(short, long, help_heading = OUTPUT)]
    pub verbose: bool,

    /// The file with the findings to live with [default: .neptune-audit.toml, where it exists]
    #[arg(long, value_name = "FILE", help_heading = OUTCOME)]
    pub ignore_file: Option<PathBuf>,

    /// Exit with 0 for a broken link, and for something undecided
    #[arg(long, help_heading = OUTCOME)]
    pub soft_fail: bool,

    /// Exit with 0 where nothing is broken and something is undecided
    #[arg(long, help_heading = OUTCOME)]
    pub allow_undecided: bool,

    /// Exit with 0 where there was nothing to judge
    #[arg(long, help_heading = OUTCOME)]
    pub allow_empty: bool,
}

/// The judging commands that this build has, by their name on the command line.
const JUDGING: [(&str, Command); 0] = [];

/// The whole command line, with each command's formats.
pub fn command() -> clap::Command {
    JUDGING.into_iter().fold(Cli::command(), |whole, (name, command)| {
        whole.mut_subcommand(name, move |subcommand| {
            let subcommand = subcommand.after_help(exit::help());
            let subcommand = subcommand.mut_arg("format", move |arg| arg.value_parser(format_parser(command)));
            subcommand.mut_arg("output", move |arg| arg.value_parser(move |text: &str| ToFile::parse(command, text)))
        })
    })
}

fn format_parser(command: Command) -> impl TypedValueParser<Value = Format> {
    let names = Format::of(command).iter().map(|format| format.as_str());
    PossibleValuesParser::new(names).try_map(|text| text.parse())
}
