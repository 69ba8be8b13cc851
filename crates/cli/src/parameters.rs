//! The rule's parameters as flags: one for each row of the table that the rule itself is parsed by.

use std::collections::BTreeMap;

use clap::builder::StringValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use neptune_audit_core::requirements::{PARAMETERS, Parameter, Requirements};

use crate::error::Failure;

/// The rule parameters that were given, by AWS Config's name.
#[derive(Clone, Debug, Default)]
pub struct RuleParameters(BTreeMap<&'static str, String>);

impl RuleParameters {
    /// What is required of a cluster.
    ///
    /// # Errors
    /// The rule's own sentence for a value that is not allowed.
    pub fn requirements(&self) -> Result<Requirements, Failure> {
        let mut required = Requirements::default();
        for (name, value) in &self.0 {
            required.set(name, value).map_err(|error| Failure::usage(error.to_string()))?;
        }
        required.check().map_err(|error| Failure::usage(error.to_string()))?;
        Ok(required)
    }

    /// What is asked, defaults included: what `ruleParameters` would be.
    pub fn asked(&self) -> BTreeMap<&'static str, String> {
        let defaults = PARAMETERS.iter().filter(|parameter| !parameter.default.is_empty());
        let mut asked: BTreeMap<_, _> = defaults.map(|parameter| (parameter.name, parameter.default.to_owned())).collect();
        asked.extend(self.0.iter().filter(|(_, value)| !value.trim().is_empty()).map(|(name, value)| (*name, value.trim().to_owned())));
        asked
    }
}

/// `minimumRetentionDays` as a flag: `minimum-retention-days`.
fn kebab(name: &str) -> String {
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

fn flag(parameter: &'static Parameter<Requirements>) -> Arg {
    let mut help = parameter.meaning.replace('`', "");
    if !parameter.default.is_empty() {
        help.push_str(&format!(" [default: {}]", parameter.default));
    }
    let arg = Arg::new(parameter.name).long(kebab(parameter.name)).help(help).help_heading("Rule parameters").action(ArgAction::Set);
    if parameter.is_switch {
        // `--log-group-encrypted FILE` must not take the file for its value.
        arg.value_name("BOOL").num_args(0..=1).require_equals(true).default_missing_value("true")
    } else {
        arg.value_name(value_name(parameter.name)).value_parser(StringValueParser::new())
    }
}

/// The last word of the name, as in `DAYS`.
fn value_name(name: &str) -> String {
    let start = name.rfind(|letter: char| letter.is_ascii_uppercase()).unwrap_or_default();
    name.get(start..).unwrap_or(name).to_ascii_uppercase()
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
