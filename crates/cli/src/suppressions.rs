//! The findings that somebody chose to live with: which, why, and until when.

use std::path::Path;

use serde::Deserialize;
use toml::value::Datetime;

use crate::error::Failure;
use crate::report::{Judged, Place, Report, Suppressed, Verdict};

/// The file that is read without being asked for.
pub const DEFAULT_FILE: &str = ".neptune-audit.toml";

/// What an ignore file says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppressions {
    #[serde(default)]
    ignore: Vec<Ignore>,
}

/// One entry. A key that is absent fits everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignore {
    account: Option<String>,
    region: Option<String>,
    cluster: Option<String>,
    address: Option<String>,
    code: Option<String>,
    reason: String,
    until: Day,
}

/// A day, as `YYYY-MM-DD`. Two of them compare as their texts do.
#[derive(Clone, Debug, Deserialize, PartialEq, PartialOrd)]
#[serde(try_from = "Written")]
struct Day(String);

/// TOML has dates of its own; many write them in quotes all the same.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Date(Datetime),
    Text(String),
}

impl TryFrom<Written> for Day {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let (shown, date) = match &written {
            Written::Date(date) => (date.to_string(), Some(*date)),
            Written::Text(text) => (text.clone(), text.parse::<Datetime>().ok()),
        };
        match date {
            Some(Datetime { date: Some(date), time: None, offset: None }) => Ok(Self(date.to_string())),
            _ => Err(format!("`{shown}` is not a day, as in 2027-03-31")),
        }
    }
}

impl Suppressions {
    /// Reads the file that was named, or the default one where it exists.
    ///
    /// # Errors
    /// When the file that was named is not there, cannot be read, or has an entry without a reason or a day.
    pub fn read(named: Option<&Path>) -> Result<Self, Failure> {
        let path = named.unwrap_or_else(|| Path::new(DEFAULT_FILE));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::usage(format!("cannot read `{}`: {error}", path.display()))),
        };
        Self::parse(&text).map_err(|problem| Failure::usage(format!("`{}`: {problem}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let suppressions: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        for ignore in &suppressions.ignore {
            if ignore.reason.trim().is_empty() {
                return Err("an entry without a `reason`".to_owned());
            }
        }
        Ok(suppressions)
    }

    /// Marks what is suppressed, and says of what is not any longer that it was until then. Returns a sentence for each entry that is over
    /// and would fit.
    pub fn apply(&self, report: &mut Report, today: &str) -> Vec<String> {
        let mut over = Vec::new();
        for judged in &mut report.results {
            self.apply_to(judged, today, &mut over);
        }
        report.count();
        over
    }

    fn apply_to(&self, judged: &mut Judged, today: &str, over: &mut Vec<String>) {
        let mut suppressed = Vec::new();
        for code in judged.findings() {
            let (valid, ended): (Vec<_>, Vec<_>) =
                self.ignore.iter().filter(|ignore| ignore.fits(&judged.place, code)).partition(|ignore| ignore.until.0.as_str() >= today);
            if let Some(ignore) = valid.first() {
                suppressed.push(Suppressed { code, reason: ignore.reason.clone(), until: ignore.until.0.clone() });
            } else if let Some(ignore) = ended.last() {
                let what = code.unwrap_or(Verdict::Undecided.as_str());
                let sentence = format!("{what} was ignored until {}, and that day is over ({})", ignore.until.0, ignore.reason);
                over.push(format!("{}: {sentence}", judged.place.name()));
                judged.message = format!("{} [{sentence}]", judged.message);
            }
        }
        judged.suppressed = Some(suppressed).filter(|suppressed| !suppressed.is_empty());
    }
}

impl Ignore {
    fn fits(&self, place: &Place, found: Option<&str>) -> bool {
        let is = |asked: &Option<String>, found: Option<&str>| asked.as_deref().is_none_or(|asked| Some(asked) == found);
        let (account, region, cluster, address) = match place {
            Place::Live { account, region, cluster, .. } => (Some(account), Some(region), Some(cluster), None),
            Place::Declared { address, .. } => (None, None, None, Some(address)),
        };
        is(&self.account, account.map(String::as_str))
            && is(&self.region, region.map(String::as_str))
            && is(&self.cluster, cluster.map(String::as_str))
            && is(&self.address, address.map(String::as_str))
            && is(&self.code, found)
    }
}
