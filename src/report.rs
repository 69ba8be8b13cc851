//! A verdict as AWS Config takes it: an evaluation with an annotation of at most 256 characters.

use aws_sdk_config::primitives::DateTime;

use crate::event::Resource;
use crate::links::Code;
use crate::verdict::{BrokenTrail, Evidence, Verdict};

/// `StringWithCharLimit256` in the API's model: AWS Config refuses the whole call where one annotation is longer.
const ANNOTATION_LIMIT: usize = 256;

const CUT: &str = "...";

/// One result for AWS Config.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// What was judged.
    pub resource: Resource,
    /// Its name, where it is known, for the log.
    pub name: Option<String>,
    /// The outcome.
    pub compliance: Compliance,
    /// Why, in a sentence.
    pub annotation: String,
    /// Orders the results for one resource.
    pub ordering_timestamp: DateTime,
    /// The codes of the broken links, for the log.
    pub codes: Vec<Code>,
}

/// The outcomes that this rule reports; AWS Config refuses `INSUFFICIENT_DATA` here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compliance {
    /// `COMPLIANT`
    Compliant,
    /// `NON_COMPLIANT`
    NonCompliant,
    /// `NOT_APPLICABLE`
    NotApplicable,
}

impl Compliance {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

impl Evaluation {
    /// Puts a verdict into the words of AWS Config.
    pub fn new(resource: Resource, name: Option<&str>, verdict: &Verdict, ordering_timestamp: DateTime) -> Self {
        let (compliance, text) = match verdict {
            Verdict::Compliant(evidence) => (Compliance::Compliant, describe_evidence(evidence)),
            Verdict::NonCompliant(trails) => (Compliance::NonCompliant, describe_broken(trails)),
            Verdict::NotApplicable(reason) => (Compliance::NotApplicable, reason.to_string()),
        };
        let codes = match verdict {
            Verdict::NonCompliant(trails) => trails.iter().flat_map(|trail| &trail.findings).map(|finding| finding.code).collect(),
            Verdict::Compliant(_) | Verdict::NotApplicable(_) => Vec::new(),
        };
        Self { resource, name: name.map(str::to_owned), compliance, annotation: cut(&text), ordering_timestamp, codes }
    }
}

fn describe_evidence(evidence: &[Evidence]) -> String {
    join(evidence, "; ", |trail| format!("{}: {}", trail.log_type, trail.statements.join(", ")))
}

/// Every code of every log type comes before the first detail, so that cutting the end never loses one: the longest list of codes
/// that can occur leaves room to spare.
fn describe_broken(trails: &[BrokenTrail]) -> String {
    let codes =
        join(trails, "; ", |trail| format!("{}: {}", trail.log_type, join(&trail.findings, ", ", |finding| finding.code.to_string())));
    let details = join(trails, "; ", |trail| join(&trail.findings, "; ", |finding| finding.detail.clone()));
    format!("{codes}. {details}")
}

fn join<T>(items: &[T], separator: &str, describe: impl FnMut(&T) -> String) -> String {
    items.iter().map(describe).collect::<Vec<_>>().join(separator)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= ANNOTATION_LIMIT {
        return text.to_owned();
    }
    text.chars().take(ANNOTATION_LIMIT - CUT.len()).chain(CUT.chars()).collect()
}
