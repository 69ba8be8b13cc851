//! A report with one of everything, names that want to break out included: what the tests of the formats render.

use std::collections::BTreeMap;

use crate::report::{Basis, Command, Context, Judged, LinkState, NotLooked, Place, Report, State, Suppressed, Verdict};

/// A name that is markup, a formula, a colour, and two lines.
pub(crate) const HOSTILE: &str = "=<img src=x onerror=\"alert('1')\">&\u{1b}[31m\u{202e}]]>\nsecond\u{0}";

pub(crate) fn link(log_type: &'static str, link: &'static str, state: State, code: Option<&'static str>, detail: &str) -> LinkState {
    let remedy =
        state.is_finding().then(|| format!("mend `{link}`: set the parameter `neptune_enable_audit_log` to 1, then reboot each instance"));
    LinkState { log_type, link, state, code, detail: Some(detail.to_owned()).filter(|detail| !detail.is_empty()), remedy }
}

pub(crate) fn judged(cluster: &str, verdict: Verdict, links: Vec<LinkState>) -> Judged {
    let mut codes: Vec<&'static str> = links.iter().filter(|link| link.state == State::Broken).filter_map(|link| link.code).collect();
    if !verdict.is_broken() {
        codes.clear();
    }
    let place = Place::Live {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        cluster: cluster.to_owned(),
        resource_id: "cluster-EXAMPLE".to_owned(),
        arn: Some(format!("arn:aws:rds:eu-west-1:111122223333:cluster:{cluster}")),
    };
    Judged { verdict, codes, message: format!("what is said of {cluster}"), links, suppressed: None, place }
}

fn whole(log_type: &'static str) -> Vec<LinkState> {
    vec![
        link(log_type, "generated", State::Holds, None, "neptune_enable_audit_log = 1 in parameter group `logging`"),
        link(log_type, "in_effect", State::Holds, None, "2 instances in-sync"),
        link(log_type, "attributed", State::NotAsked, None, "callers are not named"),
        link(log_type, "exported", State::Holds, None, "exported"),
        link(log_type, "kept", State::Holds, None, "retention 365 days"),
        link(log_type, "protected", State::NotAsked, None, ""),
        link(log_type, "guarded", State::NotAsked, None, ""),
        link(log_type, "watched", State::NotAsked, None, ""),
        link(log_type, "forwarded", State::NotAsked, None, ""),
        link(log_type, "flowing", State::Holds, None, "newest event 2 h ago"),
    ]
}

pub(crate) fn broken(log_type: &'static str) -> Vec<LinkState> {
    let mut links = whole(log_type);
    links[0] = link(
        log_type,
        "generated",
        State::Broken,
        Some("PARAMETER_OFF"),
        "neptune_enable_audit_log is 0 in parameter group `orders-parameters`",
    );
    links[3] = link(log_type, "exported", State::Broken, Some("EXPORT_OFF"), "the cluster does not export the audit log");
    links
}

/// A scan of two accounts.
pub(crate) fn scan() -> Report {
    let mut suppressed = judged("legacy", Verdict::NonCompliant, broken("audit"));
    let because = |code| Suppressed { code: Some(code), reason: "goes away in March".to_owned(), until: "2099-03-31".to_owned() };
    suppressed.suppressed = Some(vec![because("PARAMETER_OFF"), because("EXPORT_OFF")]);
    let mut partly = judged("orders", Verdict::NonCompliant, broken("audit"));
    partly.suppressed = Some(vec![because("EXPORT_OFF")]);
    let results = vec![
        judged("payments", Verdict::Compliant, whole("audit")),
        partly,
        suppressed,
        judged("sandbox", Verdict::NotApplicable, broken("audit")),
        judged(HOSTILE, Verdict::NonCompliant, broken("audit")),
    ];
    let place = |region: &str| (Some("444455556666".to_owned()), Some(region.to_owned()));
    let (account, region) = place("eu-central-1");
    let denied = NotLooked {
        account,
        region,
        cluster: None,
        permission: Some("rds:DescribeDBClusters".to_owned()),
        message: "AccessDenied: not allowed".to_owned(),
    };
    let (account, region) = place("eu-west-1");
    let unread = NotLooked {
        account,
        region,
        cluster: Some("ledger".to_owned()),
        permission: Some("rds:DescribeDBClusterParameters".to_owned()),
        message: format!("rds:DescribeDBClusterParameters on parameter group `x`: AccessDenied: {HOSTILE}"),
    };
    let parameters = BTreeMap::from([("logTypes", "audit".to_owned()), ("minimumRetentionDays", "90".to_owned())]);
    let context = Context {
        principal: Some("arn:aws:sts::111122223333:assumed-role/auditor/ada".to_owned()),
        accounts: vec!["111122223333".to_owned(), "444455556666".to_owned()],
        regions: vec!["eu-west-1".to_owned(), "eu-central-1".to_owned()],
        incomplete: false,
        notes: vec!["Account 444455556666 is suspended: left out".to_owned()],
    };
    Report::new(Command::Scan, "2026-11-25T10:00:00Z".to_owned(), parameters, results, vec![denied, unread], context)
}

/// A cluster of a file.
fn declared(file: &str, address: &str, line: Option<u32>, verdict: Verdict, links: Vec<LinkState>) -> Judged {
    let place = Place::Declared {
        file: file.to_owned(),
        address: address.to_owned(),
        line,
        column: line.map(|_| 3),
        basis: Basis::Value,
        notes: Vec::new(),
    };
    Judged { place, ..judged(address, verdict, links) }
}

/// Two files, with one of everything.
pub(super) fn forecast() -> Report {
    let mut old = declared("plan.json", "aws_neptune_cluster.old", None, Verdict::Fail, broken("audit"));
    let because = |code| Suppressed { code: Some(code), reason: format!("goes away {HOSTILE}"), until: "2099-03-31".to_owned() };
    old.suppressed = Some(vec![because("PARAMETER_OFF"), because("EXPORT_OFF")]);
    let mut doubt = whole("audit");
    doubt[0] = link("audit", "generated", State::Undecided, Some("PARAMETER_OFF"), "it depends on parameter `On`");
    let mut referring = declared("plan.json", "aws_neptune_cluster.referring", None, Verdict::Pass, whole("audit"));
    let mut noted = declared("plan.json", "aws_neptune_cluster.noted", None, Verdict::Fail, broken("audit"));
    if let Place::Declared { basis, .. } = &mut referring.place {
        *basis = Basis::Reference;
    }
    if let Place::Declared { notes, .. } = &mut noted.place {
        notes.push(format!("parameter `On` is taken at its default {HOSTILE}"));
    }
    let results = vec![
        referring,
        noted,
        declared("plan.json", "aws_neptune_cluster.broken", None, Verdict::Fail, broken("audit")),
        declared("plan.json", "aws_neptune_cluster.whole", None, Verdict::Pass, whole("audit")),
        declared("plan.json", "aws_neptune_cluster.deferred", None, Verdict::Undecided, Vec::new()),
        declared("template.yaml", "Doubtful", Some(7), Verdict::Undecided, doubt),
        old,
        declared(&format!("a,b:c{HOSTILE}"), &format!("aws_x.y[\"::error::{HOSTILE}\"]"), Some(2), Verdict::Fail, broken("slowquery")),
    ];
    let errors = vec![NotLooked { message: format!("`late.json`: the plan says that it failed {HOSTILE}"), ..NotLooked::default() }];
    let parameters = BTreeMap::from([("logTypes", "audit".to_owned())]);
    Report::new(Command::Plan, "2026-11-25T10:00:00Z".to_owned(), parameters, results, errors, Context::default())
}
