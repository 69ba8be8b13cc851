//! The command line as it is typed: what it means is for the command that it names.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand};
use neptune_audit_scan::role;

use crate::exit;
use crate::output::{Format, ToFile};
use crate::parameters::RuleParameters;
use crate::report::Command;

const WHERE: &str = "Where to look";
const JUDGING_FILES: &str = "Judging files";
const DEPLOYED_WITH: &str = "Deployed with";
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
    /// Judge Terraform plans, before anything is deployed
    Plan(Box<PlanArgs>),
    /// Judge CloudFormation templates, before anything is deployed
    Template(Box<TemplateArgs>),
    /// Say what a code means, why it matters and how to mend it
    Explain {
        /// The code, as in PARAMETER_OFF; without one, all of them are listed
        code: Option<String>,
    },
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

/// What `plan` reads, and how strictly.
#[derive(Args, Debug)]
pub struct PlanArgs {
    /// What `terraform show -json` says of a plan; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Judge a plan that says it is not complete, as with -target
    #[arg(long, help_heading = JUDGING_FILES)]
    pub allow_incomplete: bool,

    /// How strictly.
    #[command(flatten)]
    pub strictness: Strictness,

    /// What every judging command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What `template` reads, with what, and how strictly.
#[derive(Args, Debug)]
pub struct TemplateArgs {
    /// Templates in YAML or JSON; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The value of a parameter (repeatable)
    #[arg(long, value_name = "KEY=VALUE", help_heading = DEPLOYED_WITH)]
    pub parameter: Vec<String>,

    /// A file with values of parameters, in a form that the AWS CLI takes (repeatable)
    #[arg(long, value_name = "FILE", help_heading = DEPLOYED_WITH)]
    pub parameters: Vec<PathBuf>,

    /// The Region, for AWS::Region, AWS::Partition and AWS::URLSuffix
    #[arg(long, value_name = "REGION", value_parser = region, help_heading = DEPLOYED_WITH)]
    pub region: Option<String>,

    /// The account, for AWS::AccountId
    #[arg(long, value_name = "ACCOUNT", value_parser = account, help_heading = DEPLOYED_WITH)]
    pub account: Option<String>,

    /// How strictly.
    #[command(flatten)]
    pub strictness: Strictness,

    /// What every judging command takes.
    #[command(flatten)]
    pub common: Common,
}

/// How strictly files are judged.
#[derive(Args, Debug)]
pub struct Strictness {
    /// A pass that rests on a reference, not on a value, is UNDECIDED
    #[arg(long, help_heading = JUDGING_FILES)]
    pub strict: bool,

    /// A log group that is asked for and not declared is missing, not UNDECIDED
    #[arg(long, help_heading = JUDGING_FILES)]
    pub require_declared: bool,
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
const JUDGING: [(&str, Command); 3] = [("scan", Command::Scan), ("plan", Command::Plan), ("template", Command::Template)];

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

fn role_name(text: &str) -> Result<String, String> {
    role::name(text).ok_or_else(|| "say the name of an IAM role, with its path before it, not its ARN".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;
    use neptune_audit_core::requirements::PARAMETERS;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        let matches = command().try_get_matches_from(line.split(' '))?;
        Cli::from_arg_matches(&matches)
    }

    fn common(line: &str) -> Common {
        match parse(line).unwrap().task {
            Task::Scan(args) => args.common,
            _ => panic!("{line}"),
        }
    }

    fn help() -> String {
        let mut command = command();
        command.build();
        command.find_subcommand_mut("scan").unwrap().render_long_help().to_string()
    }

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        command().debug_assert();
    }

    #[test]
    fn every_rule_parameter_is_a_flag_and_the_functions_own_are_not() {
        let help = help();
        for parameter in &PARAMETERS {
            let flag: String = parameter
                .name
                .chars()
                .map(|letter| if letter.is_ascii_uppercase() { format!("-{}", letter.to_ascii_lowercase()) } else { letter.to_string() })
                .collect();
            assert!(help.contains(&format!("--{flag}")), "--{flag}");
        }
        assert!(!help.contains("report-unchanged") && !help.contains("execution-role-name"));
    }

    #[test]
    fn a_switch_alone_is_true_and_takes_a_value_after_an_equals_sign_only() {
        for (flag, value) in
            [("--log-group-encrypted", "true"), ("--log-group-encrypted=true", "true"), ("--log-group-encrypted=false", "false")]
        {
            assert_eq!(common(&format!("neptune-audit scan {flag}")).parameters.asked()["logGroupEncrypted"], value);
        }
        assert!(parse("neptune-audit scan --log-group-encrypted false").is_err());
    }

    #[test]
    fn a_bad_value_is_refused_with_the_rules_own_words() {
        let refused = |line: &str| common(line).parameters.requirements().unwrap_err();
        let failure = refused("neptune-audit scan --minimum-retention-days 0");
        assert_eq!(failure.message, "rule parameter `minimumRetentionDays`: `0` is not allowed: whole days, 1 to 3653");
        assert_eq!(failure.exit, exit::USAGE);
        let crossed = refused("neptune-audit scan --minimum-retention-days 31 --maximum-retention-days 30");
        assert!(crossed.message.contains("minimumRetentionDays"), "{crossed}");
        assert!(refused("neptune-audit scan --log-group-encrypted=yes").message.contains("true or false"));
    }

    #[test]
    fn what_is_asked_has_the_defaults_and_not_what_is_unset() {
        let asked = common("neptune-audit scan --minimum-retention-days 90").parameters.asked();
        assert_eq!((asked["logTypes"].as_str(), asked["minimumRetentionDays"].as_str()), ("audit", "90"));
        assert!(!asked.contains_key("maximumRetentionDays"));
    }

    #[test]
    fn a_format_is_one_that_the_command_has() {
        assert_eq!(common("neptune-audit scan --format html").format, Format::Html);
        assert_eq!(common("neptune-audit scan --output ocsf=a=b.json").output[0].path, PathBuf::from("a=b.json"));
        for line in ["--format sarif", "--format yaml", "--output json", "--output json=", "--output yaml=x"] {
            assert!(parse(&format!("neptune-audit scan {line}")).is_err(), "{line}");
        }
    }

    #[test]
    fn places_are_checked_before_anything_is_called() {
        for line in
            ["--region eu_west", "--account 1111", "--role-name arn:aws:iam::111122223333:role/x", "--all-regions --region eu-west-1"]
        {
            assert!(parse(&format!("neptune-audit scan {line}")).is_err(), "{line}");
        }
        assert!(parse("neptune-audit scan --region eu-west-1,us-east-1 --account 111122223333 --role-name /audit/reader").is_ok());
    }

    #[test]
    fn help_lists_every_exit_code() {
        for (code, meaning) in exit::MEANINGS {
            assert!(help().contains(&format!("{code}  {meaning}")), "{code}");
        }
    }
}
