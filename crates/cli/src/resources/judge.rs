//! From a declared cluster to a forecast of the decision crate.

use neptune_audit_core::facts::LogType;
use neptune_audit_core::forecast::{Assumption, Forecast, Unknown, foresee};
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::Unread;

use super::cluster;
use super::declared::Cluster;
use crate::report::Basis;

/// How a file is judged, beside what the rule requires.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judging {
    /// A PASS that rests on a reference is UNDECIDED.
    pub strict: bool,
    /// A log group that the file does not declare is missing.
    pub require_declared: bool,
}

/// What is foreseen of a cluster, and what that rests on.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// What the decision says.
    pub forecast: Forecast,
    /// Whether a reference had to be followed.
    pub basis: Basis,
    /// The links whose answers quote a value that is shown to nobody; `tags` where the tag that exempts is such a value.
    pub hidden: Vec<(LogType, &'static str)>,
    /// Which links each unknown value may break, by its name.
    pub concerns: Vec<(String, LogType, &'static str)>,
}

/// Foresees what the rule will say of a cluster.
///
/// # Errors
/// [`Unread`] where a fact is neither known nor among the unknown: a defect.
pub fn judge(cluster: &Cluster, required: &Requirements, judging: Judging) -> Result<Foreseen, Unread> {
    let case = cluster::case(cluster, required, judging.require_declared);
    let forecast = foresee(&case.facts, &case.unknown, required)?;
    let of_unknown = |unknown: &Unknown| {
        let links: Vec<_> = unknown.alternatives.iter().flatten().flat_map(concerns).collect();
        links.into_iter().map(|(log_type, link)| (unknown.name.clone(), log_type, link)).collect::<Vec<_>>()
    };
    let mut concerns: Vec<_> = case.unknown.iter().flat_map(of_unknown).collect();
    concerns.dedup();
    Ok(Foreseen { forecast, basis: case.basis, hidden: case.hidden, concerns })
}

/// The links that a fact decides.
fn concerns(assumption: &Assumption) -> Vec<(LogType, &'static str)> {
    let links = |log_type: LogType, links: &[&'static str]| links.iter().map(|link| (log_type, *link)).collect();
    match assumption {
        Assumption::Parameter(log_type, _) => links(*log_type, &["generated", "in_effect"]),
        Assumption::IamAuthentication(_) => links(LogType::Audit, &["attributed"]),
        Assumption::Exported(log_type, _) => links(*log_type, &["exported"]),
        Assumption::LogGroup(log_type, _) => links(*log_type, &["kept", "protected", "guarded", "watched", "forwarded"]),
        Assumption::Retention(log_type, _) => links(*log_type, &["kept"]),
        Assumption::Encrypted(log_type, _) => links(*log_type, &["protected"]),
        Assumption::Class(log_type, _) => links(*log_type, &["watched", "forwarded"]),
        Assumption::DeletionProtected(log_type, _) => links(*log_type, &["guarded"]),
        Assumption::MetricFilters(log_type, _) => links(*log_type, &["watched"]),
        Assumption::Subscriptions(log_type, _) => links(*log_type, &["forwarded"]),
        Assumption::AccountPolicies(_) => LogType::ALL.into_iter().map(|log_type| (log_type, "forwarded")).collect(),
        Assumption::Tags(_) => Vec::new(),
    }
}
