//! The findings that somebody chose to live with: which, why, and until when.

use std::path::Path;

use neptune_audit_core::finding::Code;
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
        let suppressions: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message())
        })?;
        for ignore in &suppressions.ignore {
            if ignore.reason.trim().is_empty() {
                return Err("an entry without a `reason`".to_owned());
            }
            // A misspelt code would suppress nothing, and nobody would know why.
            if let Some(code) = ignore.code.as_ref().filter(|code| Code::parse(code).is_none()) {
                return Err(format!("there is no code `{code}`: the codes are {}", Code::ALL.map(Code::as_str).join(", ")));
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
                // Most formats show the links and not the message.
                for link in judged.links.iter_mut().filter(|link| link.state.is_finding() && link.code == code) {
                    link.detail = Some(format!("{} [{sentence}]", link.detail.as_deref().unwrap_or_default()).trim_start().to_owned());
                }
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::output::sample;
    use crate::report::{Standing, Summary};

    const TODAY: &str = "2026-11-25";

    fn applied(text: &str) -> (Report, Vec<String>) {
        let mut report = sample::scan();
        report.results.iter_mut().for_each(|judged| judged.suppressed = None);
        let over = Suppressions::parse(text).unwrap().apply(&mut report, TODAY);
        (report, over)
    }

    /// An entry that fits everything, and is over.
    pub(crate) fn over() -> Suppressions {
        Suppressions::parse("[[ignore]]\nreason = \"known\"\nuntil = 2020-01-01\n").unwrap()
    }

    fn entry(keys: &str) -> String {
        format!("[[ignore]]\nreason = \"known\"\nuntil = 2026-11-25\n{keys}\n")
    }

    fn standings(report: &Report) -> Vec<Standing> {
        report.results.iter().map(Judged::standing).collect()
    }

    #[test]
    fn an_entry_without_keys_fits_every_finding_and_no_verdict_without_one() {
        let (report, over) = applied(&entry(""));
        use Standing::{Fine, NotApplicable, Suppressed};
        assert_eq!(standings(&report), [Fine, Suppressed, Suppressed, NotApplicable, Suppressed]);
        assert_eq!(report.summary, Summary::Scan { compliant: 1, non_compliant: 0, not_applicable: 1, suppressed: 3, errors: 2 });
        assert!(over.is_empty());
    }

    #[test]
    fn every_key_of_an_entry_has_to_fit() {
        let all = "account = \"111122223333\"\nregion = \"eu-west-1\"\ncluster = \"orders\"";
        assert_eq!(applied(&entry(all)).0.results[1].standing(), Standing::Suppressed);
        for other in
            ["account = \"444455556666\"", "region = \"eu-west-2\"", "cluster = \"order\"", "address = \"orders\"", "code = \"SILENT\""]
        {
            assert_eq!(applied(&entry(other)).0.results[1].standing(), Standing::Broken, "{other}");
        }
    }

    #[test]
    fn a_code_that_nobody_suppresses_is_still_a_finding() {
        let (report, _) = applied(&entry("code = \"EXPORT_OFF\""));
        assert_eq!(report.results[1].standing(), Standing::Broken);
        assert_eq!(report.results[1].suppressed.as_ref().unwrap()[0].code, Some("EXPORT_OFF"));
        let both = entry("code = \"EXPORT_OFF\"") + &entry("code = \"PARAMETER_OFF\"");
        assert_eq!(applied(&both).0.results[1].standing(), Standing::Suppressed);
    }

    #[test]
    fn the_last_day_counts_and_the_day_after_it_is_a_finding_that_says_so() {
        for (until, standing) in [("2026-11-25", Standing::Suppressed), ("2026-11-24", Standing::Broken)] {
            for quotes in ["", "\""] {
                let (report, over) = applied(&format!("[[ignore]]\nreason = \"known\"\nuntil = {quotes}{until}{quotes}\n"));
                assert_eq!(report.results[1].standing(), standing, "{until}");
                let said = "PARAMETER_OFF was ignored until 2026-11-24, and that day is over (known)";
                assert_eq!(report.results[1].message.contains(said), standing == Standing::Broken, "{}", report.results[1].message);
                assert_eq!(over.iter().any(|sentence| sentence.contains(said)), standing == Standing::Broken);
            }
        }
    }

    #[test]
    fn an_entry_that_still_counts_wins_over_one_that_is_over() {
        let (report, over) = applied(&format!("[[ignore]]\nreason = \"old\"\nuntil = 2020-01-01\n{}", entry("")));
        assert_eq!((report.results[1].standing(), over.len()), (Standing::Suppressed, 0));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (text, said) in [
            ("[[ignore]]\nuntil = 2026-01-01\n", "reason"),
            ("[[ignore]]\nreason = \" \"\nuntil = 2026-01-01\n", "reason"),
            ("[[ignore]]\nreason = \"known\"\n", "until"),
            ("[[ignore]]\nreason = \"known\"\nuntil = \"soon\"\n", "`soon` is not a day"),
            ("[[ignore]]\nreason = \"known\"\nuntil = \"2026-02-30\"\n", "`2026-02-30` is not a day"),
            ("[[ignore]]\nreason = \"known\"\nuntil = 2026-01-01T10:00:00Z\n", "is not a day"),
            ("[[ignore]]\nreason = \"known\"\nuntil = 2026-01-01\nclusters = \"x\"\n", "clusters"),
            ("[[ignored]]\nreason = \"known\"\nuntil = 2026-01-01\n", "ignored"),
            ("[[ignore]\n", "expected"),
            ("[[ignore]]\nreason = \"known\"\nuntil = 2026-01-01\ncode = \"PARAMETER_OF\"\n", "`PARAMETER_OF`"),
        ] {
            let problem = Suppressions::parse(text).expect_err(text);
            assert!(problem.contains(said), "{text}: {problem}");
        }
    }

    #[test]
    fn a_file_that_was_named_has_to_be_there_and_the_default_one_not() {
        let failure = Suppressions::read(Some(Path::new("/no/such/file.toml"))).unwrap_err();
        assert_eq!(failure.exit, crate::exit::USAGE);
        assert!(Suppressions::read(None).is_ok());
    }
}
