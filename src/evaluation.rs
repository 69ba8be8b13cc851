//! What AWS Config is told: a verdict, or why there is none, with the time that orders it.

use aws_sdk_config::primitives::DateTime;
use neptune_audit_core::facts::LogType;
use neptune_audit_core::finding::Code;
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::Verdict;

use crate::annotation;
use crate::not_applicable::NotApplicable;
use crate::resource::Resource;

/// One result for AWS Config.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// What was judged.
    pub resource: Resource,
    /// Its name, where it is known, for the log.
    pub name: Option<String>,
    /// The outcome.
    pub compliance: Compliance,
    /// Why, as far as it fits.
    pub annotation: String,
    /// Why, uncut, for the log.
    pub text: String,
    /// Orders the results for one resource.
    pub ordering_timestamp: DateTime,
    /// The codes of the broken links of each log, for the log line.
    pub codes: Vec<(LogType, Vec<Code>)>,
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
    /// A verdict on a cluster, in the words of AWS Config.
    pub fn judged(resource: Resource, name: &str, verdict: &Verdict, required: &Requirements, ordering_timestamp: DateTime) -> Self {
        let (compliance, said) = match verdict {
            Verdict::Compliant(trails) => (Compliance::Compliant, annotation::evidence(trails, required)),
            Verdict::NonCompliant(trails) => (Compliance::NonCompliant, annotation::broken(trails)),
            Verdict::Exempt(exemption, _) => {
                let reason = NotApplicable::Exempt(name.to_owned(), exemption.clone());
                return Self::not_applicable(resource, Some(name), &reason, ordering_timestamp);
            }
        };
        let broken = verdict.trails().iter().filter(|trail| trail.is_broken());
        let codes = broken.map(|trail| (trail.log_type, trail.findings().iter().map(|finding| finding.code).collect()));
        Self {
            resource,
            name: Some(name.to_owned()),
            compliance,
            annotation: said.short,
            text: said.full,
            ordering_timestamp,
            codes: codes.collect(),
        }
    }

    /// That the rule does not apply to a resource.
    pub fn not_applicable(resource: Resource, name: Option<&str>, reason: &NotApplicable, ordering_timestamp: DateTime) -> Self {
        let said = annotation::reason(reason);
        Self {
            resource,
            name: name.map(str::to_owned),
            compliance: Compliance::NotApplicable,
            annotation: said.short,
            text: said.full,
            ordering_timestamp,
            codes: Vec::new(),
        }
    }
}
