//! The formats of a report: one file each, every one of them a function from a [`Report`] to a text.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::report::{Command, Report};

mod csv;
mod finding;
mod github;
mod html;
mod json;
mod junit;
mod ocsf;
#[cfg(test)]
pub(crate) mod sample;
mod sarif;
mod table;
#[cfg(test)]
mod tests;

/// How a report is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// For people at a terminal.
    Table,
    /// For programs.
    Json,
    /// For an auditor.
    Html,
    /// For a spreadsheet.
    Csv,
    /// For what collects security findings.
    Ocsf,
    /// For a pipeline's list of tests.
    Junit,
    /// For what collects findings of static analysis.
    Sarif,
    /// For a workflow's log, which shows findings beside the lines of a change.
    Github,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] = [Self::Table, Self::Json, Self::Html, Self::Csv, Self::Ocsf, Self::Junit, Self::Sarif, Self::Github];

    /// As it is named on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Ocsf => "ocsf",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
        }
    }

    /// The formats that a command's report can be written in.
    pub fn of(command: Command) -> &'static [Self] {
        match command {
            Command::Scan => &[Self::Table, Self::Json, Self::Html, Self::Csv, Self::Ocsf, Self::Junit],
            Command::Plan | Command::Template => &[Self::Table, Self::Json, Self::Junit, Self::Sarif, Self::Github],
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Where a report is shown, as far as that changes what is written.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: u16,
    /// Whether to colour.
    pub colour: bool,
    /// Whether the evidence for what holds is wanted too.
    pub verbose: bool,
}

/// `F=FILE`: one more place for the report.
#[derive(Clone, Debug)]
pub struct ToFile {
    /// How.
    pub format: Format,
    /// Where.
    pub path: PathBuf,
}

/// The report as a text.
///
/// # Errors
/// When a writer refuses it: a defect, since every report can be written.
pub fn render(format: Format, report: &Report, look: Look) -> Result<String, Box<dyn Error>> {
    Ok(match format {
        Format::Table => table::render(report, look),
        Format::Json => json::render(report)?,
        Format::Html => html::render(report),
        Format::Csv => csv::render(report)?,
        Format::Ocsf => ocsf::render(report)?,
        Format::Junit => junit::render(report)?,
        Format::Sarif => sarif::render(report)?,
        Format::Github => github::render(report),
    })
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| "no such format".to_owned())
    }
}

impl FromStr for ToFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) =
            text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or("say format and file, as in json=report.json")?;
        Ok(Self { format: format.parse()?, path: PathBuf::from(path) })
    }
}

impl ToFile {
    /// `F=FILE` with a format that the command has.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(command: Command, text: &str) -> Result<Self, String> {
        let formats = Format::of(command);
        let names = formats.iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", ");
        let known = text.parse::<Self>().ok().filter(|file| formats.contains(&file.format));
        known.ok_or_else(|| format!("say format and file, as in json=report.json; the formats are {names}"))
    }
}

/// A text without what moves a terminal's cursor, changes its colours or its title, or reorders what is shown: a name comes from
/// somebody else.
pub fn printable(text: &str) -> String {
    let hides = |letter: char| {
        letter.is_control() || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|letter| if hides(letter) && letter != '\n' { '\u{fffd}' } else { letter }).collect()
}

/// The same on one line, for where a line break has a meaning.
pub fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}
