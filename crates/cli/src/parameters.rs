//! The rule's parameters as flags: one flag for each row of the table that the rule itself is parsed by.

use std::collections::BTreeMap;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

/// One rule parameter.
// Stands in for the decision crate's table, until that has landed.
#[derive(Debug)]
pub struct Parameter {
    /// As AWS Config knows it.
    pub name: &'static str,
    /// The default, blank where there is none.
    pub default: &'static str,
    /// What is allowed.
    pub allowed: &'static str,
    /// What it asks for.
    pub meaning: &'static str,
    /// Whether it is `true` or `false`.
    pub is_switch: bool,
}

const fn parameter(name: &'static str, default: &'static str, allowed: &'static str, meaning: &'static str, is_switch: bool) -> Parameter {
    Parameter { name, default, allowed, meaning, is_switch }
}

/// Every rule parameter that the command knows.
pub const PARAMETERS: [Parameter; 12] = [
    parameter("logTypes", "audit", "audit, slowquery, or both", "the log types that need a trail", false),
    parameter("pendingReboot", "NON_COMPLIANT", "NON_COMPLIANT or COMPLIANT", "what a parameter that waits for a reboot is", false),
    parameter("iamAuthentication", "false", "true or false", "whether callers must be named", true),
    parameter("logGroupRequired", "true", "true or false", "whether the log group must exist", true),
    parameter("minimumRetentionDays", "", "whole days, 1 to 3653", "the shortest retention", false),
    parameter("maximumRetentionDays", "", "whole days, 1 to 3653", "the longest retention", false),
    parameter("logGroupEncrypted", "false", "true or false", "whether the log group needs a KMS key", true),
    parameter("logGroupDeletionProtected", "false", "true or false", "whether the log group must be protected from deletion", true),
    parameter("logGroupMetricFilter", "false", "true or false", "whether the log group needs a metric filter", true),
    parameter("forwardingDestination", "", "an ARN or a pattern", "where everything must be sent", false),
    parameter("maximumSilenceHours", "", "whole hours, 1 to 87672", "how old the newest event may be", false),
    parameter("exemptTag", "", "Key or Key=Value", "a cluster with that tag is not judged", false),
];

/// The rule parameters that were given, by AWS Config's name.
#[derive(Clone, Debug, Default)]
pub struct RuleParameters(pub BTreeMap<&'static str, String>);

impl RuleParameters {
    /// What is asked, defaults included: what `ruleParameters` would be.
    pub fn asked(&self) -> BTreeMap<&'static str, String> {
        let defaults = PARAMETERS.iter().filter(|parameter| !parameter.default.is_empty());
        let mut asked: BTreeMap<_, _> = defaults.map(|parameter| (parameter.name, parameter.default.to_owned())).collect();
        asked.extend(self.0.iter().filter(|(_, value)| !value.trim().is_empty()).map(|(name, value)| (*name, value.trim().to_owned())));
        asked
    }
}

/// `minimumRetentionDays` as a flag: `minimum-retention-days`.
pub fn kebab(name: &str) -> String {
    let mut flag = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            flag.push('-');
        }
        flag.push(letter.to_ascii_lowercase());
    }
    flag
}

impl Args for RuleParameters {
    fn augment_args(command: Command) -> Command {
        PARAMETERS.iter().fold(command, |command, parameter| command.arg(flag(parameter)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn flag(parameter: &'static Parameter) -> Arg {
    let mut help = format!("{} ({})", parameter.meaning, parameter.allowed);
    if !parameter.default.is_empty() {
        help.push_str(&format!(" [default: {}]", parameter.default));
    }
    let arg = Arg::new(parameter.name).long(kebab(parameter.name)).help(help).help_heading("Rule parameters").action(ArgAction::Set);
    if parameter.is_switch {
        // `--log-group-encrypted FILE` must not take the file for its value.
        arg.value_name("BOOL").num_args(0..=1).require_equals(true).default_missing_value("true")
    } else {
        arg.value_name(value_name(parameter.name)).value_parser(clap::builder::StringValueParser::new())
    }
}

fn value_name(name: &str) -> &'static str {
    match name.rsplit(|letter: char| letter.is_ascii_uppercase()).next() {
        Some("ays") => "DAYS",
        Some("ours") => "HOURS",
        Some("ypes") => "TYPES",
        Some("ag") => "TAG",
        Some("estination") => "ARN",
        _ => "VALUE",
    }
}

impl FromArgMatches for RuleParameters {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = BTreeMap::new();
        for parameter in &PARAMETERS {
            if matches.value_source(parameter.name) == Some(ValueSource::CommandLine)
                && let Some(value) = matches.get_one::<String>(parameter.name)
            {
                given.insert(parameter.name, value.clone());
            }
        }
        Ok(Self(given))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}
