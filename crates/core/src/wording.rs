//! A verdict in one text, the same for everybody who reports it: codes first, then what to do, then what was found.

use crate::once::each_once;
use crate::requirements::Requirements;
use crate::verdict::Trail;

/// What stands between the parts of a text.
pub const BETWEEN: &str = "; ";

/// What is broken: every code of every log, what to do about each, and what was found, each thing said once.
pub fn broken(trails: &[Trail]) -> String {
    let trails: Vec<_> = trails.iter().filter(|trail| trail.is_broken()).map(|trail| (trail.log_type, trail.findings())).collect();
    let codes = trails.iter().map(|(log_type, findings)| {
        let codes: Vec<_> = findings.iter().map(|finding| finding.code.as_str()).collect();
        format!("{log_type}: {}", codes.join(", "))
    });
    let findings = || trails.iter().flat_map(|(_, findings)| findings);
    told(&codes.collect::<Vec<_>>(), findings().map(|finding| finding.remedy.to_string()), findings().map(|finding| finding.found.clone()))
}

/// The codes of each log, what to do and what was found, in this order.
pub fn told(codes: &[String], to_do: impl Iterator<Item = String>, found: impl Iterator<Item = String>) -> String {
    let [to_do, found] = [each_once(to_do), each_once(found)].map(|texts| texts.join(BETWEEN));
    format!("{}. To do: {to_do}. Found: {found}", codes.join(BETWEEN))
}

/// What was found to hold, for each log, and what nobody asked for.
pub fn evidence(trails: &[Trail], required: &Requirements) -> String {
    let of_trails = trails.iter().map(|trail| format!("{}: {}", trail.log_type, trail.evidence().collect::<Vec<_>>().join(", ")));
    of_trails.chain(unasked(required)).collect::<Vec<_>>().join(BETWEEN)
}

/// What nobody asked for, where there is something.
pub fn unasked(required: &Requirements) -> Option<String> {
    let unasked = required.unasked();
    (!unasked.is_empty()).then(|| format!("not asked: {}", unasked.join(", ")))
}
