//! The events of a soak, what goes wrong at each, and what is right.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use emulator::fleet::{AUDITED_GROUP, HOME_ACCOUNT, resource_id};
use emulator::{Account, Cluster, Event, FailingEvaluations, Fault, FaultKind, Fleet, LogGroup, ParameterGroup, Recorded, Role};
use serde_json::json;

use crate::events::{Events, with_parameters};

const ROLE: &str = "NeptuneAuditRead";
/// The account that events about another account are for, and more of them, so that credentials come and go.
const OTHER: &str = "444455556666";
const MORE: usize = 20;
/// Of the home account, on several pages.
const CLUSTERS: usize = 45;
/// What is broken at home, and a word that the annotation must have.
const BROKEN: [(&str, &str); 4] =
    [("c-0002", "EXPORT_OFF"), ("c-0003", "PARAMETER_OFF"), ("c-0004", "NOT_IN_EFFECT"), ("c-0005", "LOG_GROUP_MISSING")];
const LONG: Duration = Duration::from_secs(60);
/// Shorter than the function waits for one call.
const SHORT: Duration = Duration::from_secs(4);

/// By account and resource id: the compliance, and a word of the annotation.
pub(super) type Verdicts = BTreeMap<(String, String), (&'static str, &'static str)>;

/// One kind of event.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) event: Event,
    pub(super) faults: Vec<Fault>,
    pub(super) deadline: Duration,
    /// Of the home account, before the event.
    pub(super) recorded: Vec<Recorded>,
    /// Whatever is put must be one of these.
    pub(super) verdicts: Verdicts,
    pub(super) expected: Expected,
    /// How often it comes up.
    pub(super) weight: u64,
}

/// How it must end.
pub(super) enum Expected {
    /// Every verdict is put, and the invocation succeeds.
    Everything,
    /// An error of this type, after at least so many verdicts.
    Error { kind: &'static str, at_least: usize },
}

/// An account with something broken, and others that a role opens.
pub(super) fn fleet() -> Fleet {
    let mut fleet = Fleet { page_size: Some(20), ..Fleet::healthy(CLUSTERS) };
    fleet.cluster("c-0002").exports.clear();
    fleet.cluster("c-0003").parameter_group = "quiet".into();
    *fleet.group("quiet") = ParameterGroup::new(&[("neptune_enable_audit_log", "0")]);
    fleet.cluster("c-0004").members[0].parameter_group_status = "pending-reboot".into();
    fleet.home().log_groups.retain(|group| !group.name.contains("/c-0005/"));
    for account in others() {
        let other = Account {
            clusters: vec![Cluster::healthy("graph")],
            log_groups: vec![LogGroup::healthy("graph")],
            parameter_groups: [(AUDITED_GROUP.to_owned(), ParameterGroup::new(&[("neptune_enable_audit_log", "1")]))].into(),
            roles: vec![Role { name: ROLE.into(), trusts: vec![HOME_ACCOUNT.into()] }],
            ..Account::default()
        };
        fleet.accounts.insert(account, other);
    }
    fleet
}

fn others() -> impl Iterator<Item = String> {
    std::iter::once(OTHER.to_owned()).chain((1..=MORE).map(|number| format!("{number:012}")))
}

/// All kinds.
pub(super) fn cases(events: &Events) -> Result<Vec<Case>> {
    let change = |identifier: &str| events.change(HOME_ACCOUNT, identifier);
    let schedule = events.schedule(HOME_ACCOUNT)?;
    let good = change("c-0001")?;
    let in_role = json!({ "executionRoleName": ROLE });
    let healthy = || one(HOME_ACCOUNT, "c-0001", "COMPLIANT", "");
    let mut cases = vec![case("a change of a healthy cluster", good.clone(), healthy()).often()];
    for (identifier, code) in BROKEN {
        cases.push(case(code, change(identifier)?, one(HOME_ACCOUNT, identifier, "NON_COMPLIANT", code)).often());
    }
    for account in others() {
        let graph = || one(&account, "graph", "COMPLIANT", "");
        cases.push(case("a change in another account", with_parameters(events.change(&account, "graph")?, &in_role), graph()));
        cases.push(case("a schedule of another account", with_parameters(events.schedule(&account)?, &in_role), graph()));
    }
    let foreign = events.change(OTHER, "graph")?;
    let wrong_role = with_parameters(foreign.clone(), &json!({ "executionRoleName": "Nobody" }));
    let gone = one(HOME_ACCOUNT, "c-9999", "NOT_APPLICABLE", "");
    let with_gone: Verdicts = home().into_iter().chain(gone.clone()).collect();
    let fault = |action: &str, kind: FaultKind| Fault::new(action, kind);
    let failing = || FaultKind::FailEvaluations(FailingEvaluations { count: 1, ..FailingEvaluations::default() });
    cases.extend([
        case("a schedule", schedule.clone(), home()).often(),
        Case { recorded: vec![of_a_cluster_that_is_gone()], ..case("a schedule after a cluster went", schedule.clone(), with_gone) },
        case("a change of a cluster that is gone", change("c-9999")?, gone).often(),
        // What the event's maker did wrong.
        case("not JSON", "not JSON", Verdicts::new()).fails("InvalidEvent", 0).often(),
        case("an event cut off", good.to_string()[..200].to_owned(), Verdicts::new()).fails("InvalidEvent", 0).often(),
        case("a parameter that does not exist", with_parameters(good.clone(), &json!({ "retention": 9 })), Verdicts::new())
            .fails("InvalidParameter", 0),
        case("another account without a role", foreign, Verdicts::new()).fails("ForeignAccount", 0),
        case("a role that is not there", wrong_role, Verdicts::new()).fails("RoleNotAssumed", 0),
        // What passes.
        case("throttled twice", good.clone(), healthy()).under(fault("rds:*", FaultKind::Throttle).times(2)),
        case("unavailable once", good.clone(), healthy()).under(fault("logs:*", FaultKind::Status(503)).times(1)),
        case("reset once", good.clone(), healthy()).under(fault("config:PutEvaluations", FaultKind::Reset).times(1)),
        case("a schedule throttled twice", schedule.clone(), home()).under(fault("*", FaultKind::Throttle).times(2)),
        case("silent once", good.clone(), healthy()).under(fault("rds:DescribeDBClusters", FaultKind::Hang).times(1)).seldom(),
        case("an evaluation handed back once", good.clone(), healthy()).under(fault("config:PutEvaluations", failing()).times(1)),
        case("recorded results denied", schedule.clone(), home()).under(fault("config:GetCompliance*", FaultKind::Deny)),
        // What does not pass.
        case("clusters denied", good.clone(), healthy()).under(fault("rds:DescribeDBClusters", FaultKind::Deny)).fails("AwsCallFailed", 0),
        case("log groups denied", good.clone(), healthy()).under(fault("logs:*", FaultKind::Deny)).fails("AwsCallFailed", 0),
        case("parameters cut off", good.clone(), healthy())
            .under(fault("rds:DescribeDBClusterParameters", FaultKind::Malformed))
            .fails("AwsCallFailed", 0),
        case("puts denied", good.clone(), healthy())
            .under(fault("config:PutEvaluations", FaultKind::Deny))
            .fails("EvaluationsNotReported", 0),
        case("evaluations handed back for good", good.clone(), healthy())
            .under(fault("config:PutEvaluations", failing()))
            .fails("EvaluationsNotReported", 0),
        case("throttled for good", good.clone(), healthy())
            .under(fault("rds:DescribeDBClusters", FaultKind::Throttle))
            .fails("AwsCallFailed", 0)
            .seldom(),
        case("a parameter group denied", schedule.clone(), home())
            .under(fault("rds:DescribeDBClusterParameters", FaultKind::Deny).matching("quiet"))
            .fails("IncompleteEvaluation", CLUSTERS - 1),
        case("a listing in a circle", schedule.clone(), home())
            .under(fault("rds:DescribeDBClusters", FaultKind::Circle).after(1))
            .fails("IncompleteEvaluation", 20),
        case("silent until the deadline", good, healthy())
            .under(fault("rds:DescribeDBClusterParameters", FaultKind::Hang))
            .within(SHORT)
            .fails("DeadlineExceeded", 0)
            .seldom(),
        case("a schedule, silent until the deadline", schedule, home())
            .under(fault("rds:DescribeDBClusterParameters", FaultKind::Hang).matching("quiet"))
            .within(SHORT)
            .fails("IncompleteEvaluation", CLUSTERS - 1)
            .seldom(),
    ]);
    Ok(cases)
}

fn case(name: &'static str, event: impl Into<Event>, verdicts: Verdicts) -> Case {
    Case {
        name,
        event: event.into(),
        faults: Vec::new(),
        deadline: LONG,
        recorded: Vec::new(),
        verdicts,
        expected: Expected::Everything,
        weight: 4,
    }
}

impl Case {
    fn under(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    fn fails(self, kind: &'static str, at_least: usize) -> Self {
        Self { expected: Expected::Error { kind, at_least }, ..self }
    }

    fn often(self) -> Self {
        Self { weight: 30, ..self }
    }

    /// It takes seconds.
    fn seldom(self) -> Self {
        Self { weight: 1, ..self }
    }
}

fn one(account: &str, identifier: &str, compliance: &'static str, word: &'static str) -> Verdicts {
    [((account.to_owned(), resource_id(account, identifier)), (compliance, word))].into()
}

/// Every cluster of the home account.
fn home() -> Verdicts {
    let identifiers = (1..=CLUSTERS).map(|number| format!("c-{number:04}"));
    let verdict = |identifier: &str| {
        let code = BROKEN.iter().find(|(broken, _)| *broken == identifier);
        code.map_or(("COMPLIANT", ""), |(_, code)| ("NON_COMPLIANT", *code))
    };
    identifiers.map(|identifier| ((HOME_ACCOUNT.to_owned(), resource_id(HOME_ACCOUNT, &identifier)), verdict(&identifier))).collect()
}

fn of_a_cluster_that_is_gone() -> Recorded {
    Recorded {
        // As the event names it.
        rule: "neptune-audit-trail".into(),
        resource_type: "AWS::RDS::DBCluster".into(),
        resource_id: resource_id(HOME_ACCOUNT, "c-9999"),
        compliance: "COMPLIANT".into(),
        ..Recorded::default()
    }
}
