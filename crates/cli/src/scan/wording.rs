//! A verdict as a row of the report: the same words that the rule uses, uncut.

use neptune_audit_core::facts::{Cluster, LogType};
use neptune_audit_core::links::{Link, Outcome};
use neptune_audit_core::verdict::{Trail, Verdict as Decided};

use crate::report::{Judged, LinkState, Place, State, Verdict};

/// A cluster that was judged.
pub(super) fn judged(account: &str, region: &str, cluster: &Cluster, decided: &Decided) -> Judged {
    let (verdict, trails, message) = match decided {
        Decided::Compliant(trails) => (Verdict::Compliant, trails, evidence(trails)),
        Decided::NonCompliant(trails) => (Verdict::NonCompliant, trails, broken(trails)),
    };
    let codes = if verdict == Verdict::NonCompliant { codes(trails) } else { Vec::new() };
    let links = trails.iter().flat_map(|trail| trail.links.iter().map(|(link, outcome)| state(trail.log_type, *link, outcome))).collect();
    Judged { verdict, codes, message, links, suppressed: None, place: place(account, region, cluster) }
}

/// A cluster that is being deleted.
pub(super) fn deleting(account: &str, region: &str, cluster: &Cluster) -> Judged {
    Judged {
        verdict: Verdict::NotApplicable,
        codes: Vec::new(),
        message: "the cluster is being deleted".to_owned(),
        links: Vec::new(),
        suppressed: None,
        place: place(account, region, cluster),
    }
}

/// By account, Region and name.
pub(super) fn order(place: &Place) -> (&str, &str, &str) {
    match place {
        Place::Live { account, region, cluster, .. } => (account, region, cluster),
        Place::Declared { file, address, .. } => (file, address, ""),
    }
}

fn place(account: &str, region: &str, cluster: &Cluster) -> Place {
    Place::Live {
        account: account.to_owned(),
        region: region.to_owned(),
        cluster: cluster.identifier.clone(),
        resource_id: cluster.resource_id.clone(),
        arn: None,
    }
}

/// One link of one trail.
pub(super) fn state(log_type: LogType, link: Link, outcome: &Outcome) -> LinkState {
    let (log_type, link) = (log_type.as_str(), link.name);
    let of = |state, detail: Option<&String>| LinkState { log_type, link, state, code: None, detail: detail.cloned(), remedy: None };
    match outcome {
        Outcome::Holds(found) => of(State::Holds, Some(found)),
        Outcome::NotAsked | Outcome::Unread(_) => of(State::NotAsked, None),
        Outcome::Broken(finding) => LinkState {
            log_type,
            link,
            state: State::Broken,
            code: Some(finding.code.as_str()),
            detail: Some(finding.found.clone()),
            remedy: Some(finding.remedy.to_string()),
        },
    }
}

/// Each code once, in the order of the links.
fn codes(trails: &[Trail]) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for finding in trails.iter().flat_map(Trail::findings) {
        if !codes.contains(&finding.code) {
            codes.push(finding.code);
        }
    }
    codes.sort_by_key(|code| neptune_audit_core::finding::Code::ALL.iter().position(|known| known == code));
    codes.into_iter().map(neptune_audit_core::finding::Code::as_str).collect()
}

fn evidence(trails: &[Trail]) -> String {
    let of_trail = |trail: &Trail| format!("{}: {}", trail.log_type, trail.evidence().collect::<Vec<_>>().join(", "));
    trails.iter().map(of_trail).collect::<Vec<_>>().join("; ")
}

fn broken(trails: &[Trail]) -> String {
    let findings = |trail: &Trail, of: &dyn Fn(&neptune_audit_core::finding::Finding) -> String, between: &str| {
        trail.findings().into_iter().map(of).collect::<Vec<_>>().join(between)
    };
    let broken = || trails.iter().filter(|trail| !trail.findings().is_empty());
    let codes = broken().map(|trail| format!("{}: {}", trail.log_type, findings(trail, &|finding| finding.code.to_string(), ", ")));
    let details = broken().map(|trail| findings(trail, &ToString::to_string, "; "));
    format!("{}. {}", codes.collect::<Vec<_>>().join("; "), details.collect::<Vec<_>>().join("; "))
}
