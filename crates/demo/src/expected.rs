//! What must come out: written beside each cluster in the fleet (as tags), and beside each event in `events/README.md`.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use emulator::Cluster;

use crate::stage::Evaluation;

/// A verdict with the codes of all broken links, whatever the words around them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) compliance: String,
    pub(crate) codes: BTreeSet<String>,
}

impl Verdict {
    /// As it is written down: `NON_COMPLIANT EXPORT_OFF`.
    fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace().map(str::to_owned);
        Self { compliance: words.next().unwrap_or_default(), codes: words.collect() }
    }

    /// As AWS Config received it. A broken trail has all its codes in the first sentence: `audit: EXPORT_OFF, SILENT. …`.
    pub(crate) fn of(evaluation: &Evaluation) -> Self {
        let first = evaluation.annotation.split('.').next().unwrap_or_default();
        let words = first.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        let codes =
            words.filter(|word| !word.is_empty() && word.chars().all(|character| character.is_ascii_uppercase() || character == '_'));
        let broken = evaluation.compliance == "NON_COMPLIANT";
        Self { compliance: evaluation.compliance.clone(), codes: codes.filter(|_| broken).map(str::to_owned).collect() }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.compliance)?;
        self.codes.iter().try_for_each(|code| write!(f, " {code}"))
    }
}

/// What the rule must say of a cluster; `None` where it must say nothing.
pub(crate) fn of_cluster(cluster: &Cluster, tag: &str) -> Result<Option<Verdict>> {
    let text = cluster.tags.get(tag).with_context(|| format!("the cluster `{}` has no tag `{tag}`", cluster.identifier))?;
    Ok((text != "none").then(|| Verdict::parse(text)))
}

/// A line of `events/README.md`.
pub(crate) struct Case {
    pub(crate) event: String,
    pub(crate) situation: String,
    pub(crate) outcome: Outcome,
}

/// What an event must lead to.
pub(crate) enum Outcome {
    /// One evaluation.
    Verdict(Verdict),
    /// An error whose message has all of these words, and no evaluation.
    Refused(Vec<String>),
    /// Evaluations of many clusters, which the fleet knows.
    Schedule,
}

/// Reads the tables in the README of the event folder.
pub(crate) fn cases(event_folder: &Path) -> Result<Vec<Case>> {
    let path = event_folder.join("README.md");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let cases: Vec<_> = text.lines().filter_map(Case::parse).collect();
    ensure!(!cases.is_empty(), "{} has no table of events", path.display());
    Ok(cases)
}

impl Case {
    fn parse(line: &str) -> Option<Self> {
        let mut cells = line.strip_prefix("| `")?.strip_suffix(" |")?.splitn(3, " | ");
        let event = cells.next()?.strip_suffix('`')?;
        let (situation, outcome) = (cells.next()?, cells.next()?);
        let words: Vec<String> = outcome.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let outcome = if outcome.starts_with("error") {
            Outcome::Refused(words)
        } else if outcome.starts_with('`') {
            Outcome::Verdict(Verdict::parse(&words.join(" ")))
        } else {
            Outcome::Schedule
        };
        Some(Self { event: event.to_owned(), situation: situation.replace('`', ""), outcome })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluation(annotation: &str) -> Evaluation {
        Evaluation {
            account: "111122223333".into(),
            resource_id: "cluster-A".into(),
            compliance: "NON_COMPLIANT".into(),
            annotation: annotation.into(),
        }
    }

    #[test]
    fn codes_are_those_of_the_first_sentence_known_or_not() {
        let verdict = Verdict::of(&evaluation("audit: EXPORT_OFF, SILENT; slowquery: BRAND_NEW. associate a KMS key"));
        assert_eq!(verdict, Verdict::parse("NON_COMPLIANT SILENT EXPORT_OFF BRAND_NEW"));
    }

    #[test]
    fn evidence_has_no_codes() {
        let evaluation = Evaluation { compliance: "COMPLIANT".into(), ..evaluation("audit: encrypted with a KMS key") };
        assert_eq!(Verdict::of(&evaluation), Verdict::parse("COMPLIANT"));
    }

    #[test]
    fn a_line_of_the_readme_tells_event_situation_and_outcome() {
        let case =
            Case::parse("| `a.json` | `neptune_enable_audit_log` is off | `NON_COMPLIANT`: `PARAMETER_OFF`, `EXPORT_OFF` |").unwrap();
        assert_eq!((case.event.as_str(), case.situation.as_str()), ("a.json", "neptune_enable_audit_log is off"));
        assert!(matches!(case.outcome, Outcome::Verdict(verdict) if verdict == Verdict::parse("NON_COMPLIANT PARAMETER_OFF EXPORT_OFF")));
    }

    #[test]
    fn a_refusal_tells_what_the_error_names() {
        let case = Case::parse("| `a.json` | no role | error naming `executionRoleName` |").unwrap();
        assert!(matches!(case.outcome, Outcome::Refused(words) if words == ["executionRoleName"]));
    }

    #[test]
    fn other_lines_are_no_cases() {
        for line in ["", "| event | situation | outcome |", "| --- | --- | --- |", "`a.json` | b | c"] {
            assert!(Case::parse(line).is_none(), "{line}");
        }
    }
}
