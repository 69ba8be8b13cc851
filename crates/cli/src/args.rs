//! The command line as it is typed: what it means is for the command that it names.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand};

use crate::exit;
use crate::output::{Format, ToFile};
use crate::parameters::RuleParameters;
use crate::report::Command;

const WHERE: &str = "Where to look";
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
    /// Judge the live clusters of one or many accounts and Regions; changes nothing
    Scan(Box<ScanArgs>),
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Where `scan` looks.
#[derive(Args, Debug)]
pub struct ScanArgs {
    /// The profile of the AWS configuration files [default: AWS_PROFILE]
    #[arg(long, value_name = "NAME", help_heading = WHERE)]
    pub profile: Option<String>,

    /// A Region (repeatable) [default: that of the profile or the environment]
    #[arg(long, value_name = "REGION", value_delimiter = ',', value_parser = region, help_heading = WHERE)]
    pub region: Vec<String>,

    /// Every Region that an account has enabled
    #[arg(long, conflicts_with = "region", help_heading = WHERE)]
    pub all_regions: bool,

    /// An account, by its number (repeatable) [default: the caller's own]
    #[arg(long, value_name = "ACCOUNT", value_delimiter = ',', value_parser = account, help_heading = WHERE)]
    pub account: Vec<String>,

    /// Every active account of the organization
    #[arg(long, conflicts_with = "account", help_heading = WHERE)]
    pub organization: bool,

    /// The role to assume in every account but the caller's own
    #[arg(long, value_name = "ROLE", value_parser = role_name, help_heading = WHERE)]
    pub role_name: Option<String>,

    /// Only the cluster of this name (repeatable)
    #[arg(long, value_name = "CLUSTER", value_delimiter = ',', help_heading = WHERE)]
    pub cluster: Vec<String>,

    /// What every judging command takes.
    #[command(flatten)]
    pub common: Common,
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
const JUDGING: [(&str, Command); 1] = [("scan", Command::Scan)];

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

/// A Region becomes part of a host's name: nothing else may.
fn region(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    fits.then(|| text.to_owned()).ok_or_else(|| "say a Region, as in eu-west-1".to_owned())
}

fn account(text: &str) -> Result<String, String> {
    let fits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.to_owned()).ok_or_else(|| "say an account by its number of 12 digits".to_owned())
}

/// A role's name with or without a path, never its ARN: the account is that of each place.
fn role_name(text: &str) -> Result<String, String> {
    let role = text.strip_prefix('/').unwrap_or(text);
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte));
    role.split('/')
        .all(is_name)
        .then(|| role.to_owned())
        .ok_or_else(|| "say the name of an IAM role, with its path before it, not its ARN".to_owned())
}
