//! One scene of the story: what it is called, which event it sends, and which tag says what must come out.

pub(crate) const OWN_ACCOUNT: &str = "111122223333";
const OTHER_ACCOUNT: &str = "444455556666";

/// A scene in which one event is about every cluster of an account.
pub(crate) struct Schedule {
    pub(crate) title: &'static str,
    pub(crate) told: &'static str,
    pub(crate) event: &'static str,
    pub(crate) account: &'static str,
    /// The tag of each cluster that says what is expected of it.
    pub(crate) tag: &'static str,
}

pub(crate) const DEFAULT_RULE: Schedule = Schedule {
    title: "Every cluster of the account",
    told: "no rule parameters; is the audit log generated, in effect, exported, and is there a log group?",
    event: "scheduled.json",
    account: OWN_ACCOUNT,
    tag: "expected",
};
pub(crate) const STRICT_RULE: Schedule = Schedule {
    title: "The same clusters under a strict rule",
    told: "callers named; the log group kept for 90 to 400 days, under a KMS key, protected from deletion, watched by a metric filter, \
           forwarded to the audit account, written to in the last 24 hours. A tag exempts.",
    event: "scheduled-strict-rule.json",
    account: OWN_ACCOUNT,
    tag: "expected:strict",
};
pub(crate) const ASSUMED_ROLE: Schedule = Schedule {
    title: "Another account, through a role there",
    told: "its clusters are read and reported with that role's credentials; one of them has the name of a cluster here.",
    event: "scheduled-other-account.json",
    account: OTHER_ACCOUNT,
    tag: "expected",
};
pub(crate) const REPAIRED: Schedule = Schedule {
    title: "Repaired by the runbook",
    told: "remediation/NeptuneAuditLog-Enable.yaml in a simulator of AWS Systems Manager; what it cannot mend, it says",
    event: "scheduled.json",
    account: OWN_ACCOUNT,
    tag: "expected:repaired",
};
