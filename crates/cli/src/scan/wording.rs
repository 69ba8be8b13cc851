//! A verdict as a row of the report, in the words of the rule's log: uncut.

use neptune_audit_core::facts::{Cluster, LogType};
use neptune_audit_core::finding::Code;
use neptune_audit_core::links::{Link, Outcome};
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::{Trail, Verdict as Decided};
use neptune_audit_core::wording::{broken, evidence};

use crate::report::{Judged, LinkState, Place, State, Verdict};

/// A cluster that was judged.
pub(super) fn judged(account: &str, region: &str, cluster: &Cluster, decided: &Decided, required: &Requirements) -> Judged {
    let (verdict, message) = match decided {
        Decided::Compliant(trails) => (Verdict::Compliant, evidence(trails, required)),
        Decided::NonCompliant(trails) => (Verdict::NonCompliant, broken(trails)),
        Decided::Exempt(exemption, trails) if trails.is_empty() => (Verdict::NotApplicable, exemption.to_string()),
        Decided::Exempt(exemption, trails) => (Verdict::NotApplicable, format!("{exemption}; without it: {}", broken(trails))),
    };
    let of_trail = |trail: &Trail| trail.links.iter().map(|(link, outcome)| state(trail.log_type, *link, outcome)).collect::<Vec<_>>();
    let links = decided.trails().iter().flat_map(of_trail).collect();
    let codes = decided.codes().into_iter().map(Code::as_str).collect();
    Judged { verdict, codes, message, links, suppressed: None, place: place(account, region, cluster) }
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
        arn: cluster.arn.clone(),
    }
}

/// One link of one trail.
pub(super) fn state(log_type: LogType, link: Link, outcome: &Outcome) -> LinkState {
    let (log_type, link) = (log_type.as_str(), link.name);
    let of = |state, detail: Option<&String>| LinkState { log_type, link, state, code: None, detail: detail.cloned(), remedy: None };
    match outcome {
        Outcome::Holds(found) => of(State::Holds, Some(found)),
        Outcome::NotAsked(noticed) => of(State::NotAsked, noticed.as_ref()),
        // The verdict does not rest on it: an earlier link is broken.
        Outcome::Unread(_) => of(State::NotAsked, None),
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
