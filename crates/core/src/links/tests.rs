use std::time::Duration;

use super::{LINKS, Outcome, Question};
use crate::examples::{healthy, strictest};
use crate::facts::{ClusterFacts, Fact, LogGroup, LogGroupFacts, LogType};
use crate::requirements::Requirements;
use crate::verdict::{Trail, Unread, Verdict, decide, missing};

const HOUR: Duration = Duration::from_secs(3600);

/// The codes of one log type after a change to the healthy facts, under the strictest rule.
fn codes(log_type: LogType, change: impl FnOnce(&mut ClusterFacts)) -> Vec<&'static str> {
    let mut facts = healthy();
    change(&mut facts);
    let required = strictest();
    let question = Question { facts: &facts, log_type, required: &required };
    let outcomes = LINKS.iter().map(|link| link.check(&question));
    let broken = outcomes.filter_map(|outcome| match outcome {
        Outcome::Broken(finding) => Some(finding.code.as_str()),
        Outcome::NotAsked | Outcome::Unread(_) | Outcome::Holds(_) => None,
    });
    broken.collect()
}

fn audit(change: impl FnOnce(&mut ClusterFacts)) -> Vec<&'static str> {
    codes(LogType::Audit, change)
}

fn slow_query(change: impl FnOnce(&mut ClusterFacts)) -> Vec<&'static str> {
    codes(LogType::SlowQuery, change)
}

#[test]
fn the_healthy_cluster_has_no_broken_link() {
    assert_eq!(audit(|_| ()), [""; 0]);
    assert_eq!(slow_query(|_| ()), [""; 0]);
    assert!(matches!(decide(&healthy(), &strictest()), Ok(Verdict::Compliant(evidence)) if evidence.len() == 2));
}

#[test]
fn only_one_turns_the_audit_log_on() {
    for value in [None, Some("0"), Some("true"), Some("on"), Some(""), Some(" 1"), Some("11")] {
        assert_eq!(audit(|facts| facts.parameters.audit = value.map(str::to_owned)), ["PARAMETER_OFF"], "{value:?}");
    }
}

#[test]
fn info_and_debug_turn_the_slow_query_log_on() {
    assert_eq!(slow_query(|facts| facts.parameters.slow_query = Some("debug".to_owned())), [""; 0]);
    for value in [None, Some("disable"), Some("disabled"), Some("1"), Some("INFO")] {
        assert_eq!(slow_query(|facts| facts.parameters.slow_query = value.map(str::to_owned)), ["PARAMETER_OFF"], "{value:?}");
    }
}

#[test]
fn each_log_has_its_own_parameter() {
    assert_eq!(audit(|facts| facts.parameters.slow_query = None), [""; 0]);
    assert_eq!(slow_query(|facts| facts.parameters.audit = None), [""; 0]);
}

#[test]
fn one_instance_out_of_sync_is_enough() {
    let out_of_sync = |facts: &mut ClusterFacts| facts.cluster.members[1].parameter_group_status = "pending-reboot".to_owned();
    assert_eq!(audit(out_of_sync), ["NOT_IN_EFFECT"]);
    assert_eq!(slow_query(out_of_sync), [""; 0]);
}

#[test]
fn without_instances_nothing_waits() {
    assert_eq!(audit(|facts| facts.cluster.members.clear()), [""; 0]);
}

#[test]
fn a_parameter_that_is_off_is_not_also_not_in_effect() {
    let off = |facts: &mut ClusterFacts| {
        facts.parameters.audit = Some("0".to_owned());
        facts.cluster.members[0].parameter_group_status = "applying".to_owned();
    };
    assert_eq!(audit(off), ["PARAMETER_OFF"]);
}

#[test]
fn an_export_is_on_pending_or_off() {
    let only = |log_type: &str| vec![log_type.to_owned()];
    assert_eq!(audit(|facts| facts.cluster.exported = only("slowquery")), ["EXPORT_OFF"]);
    assert_eq!(slow_query(|facts| facts.cluster.exported = only("audit")), ["EXPORT_OFF"]);
    let pending = |facts: &mut ClusterFacts| {
        facts.cluster.exported = only("slowquery");
        facts.cluster.export_pending = only("audit");
    };
    assert_eq!(audit(pending), ["EXPORT_PENDING"]);
    assert_eq!(audit(|facts| facts.cluster.export_pending = only("audit")), [""; 0]);
}

#[test]
fn retention_is_bounded_on_both_sides() {
    for (days, expected) in [
        (Some(1), &["RETENTION_TOO_SHORT"][..]),
        (Some(89), &["RETENTION_TOO_SHORT"]),
        (Some(90), &[]),
        (Some(365), &[]),
        (Some(366), &["RETENTION_TOO_LONG"]),
        (None, &["RETENTION_TOO_LONG"]),
    ] {
        let retention = |facts: &mut ClusterFacts| {
            facts.audit_log_group.group = Fact::Found(LogGroup { retention_days: days, encrypted: true });
        };
        assert_eq!(audit(retention), expected, "{days:?}");
    }
}

#[test]
fn one_bound_of_the_retention_is_enough_to_ask_for() {
    let minimum = Requirements { minimum_retention_days: Some(90), ..Requirements::default() };
    let maximum = Requirements { maximum_retention_days: Some(365), ..Requirements::default() };
    for (required, days) in [(minimum, 89), (maximum, 366)] {
        let mut facts = healthy();
        assert!(matches!(decide(&facts, &required), Ok(Verdict::Compliant(_))), "{required:?}");
        facts.audit_log_group.group = Fact::Found(LogGroup { retention_days: Some(days), encrypted: true });
        assert!(matches!(decide(&facts, &required), Ok(Verdict::NonCompliant(_))), "{required:?}");
        facts.audit_log_group.group = Fact::NoLogGroup;
        assert!(matches!(decide(&facts, &required), Ok(Verdict::NonCompliant(_))), "{required:?}");
        facts.audit_log_group.group = Fact::NotRead;
        assert_eq!(decide(&facts, &required), Err(Unread), "{required:?}");
    }
}

#[test]
fn silence_begins_at_the_asked_hours() {
    for (age, expected) in [(2 * HOUR - Duration::from_millis(1), &[][..]), (2 * HOUR, &["SILENT"])] {
        let newest = |facts: &mut ClusterFacts| facts.audit_log_group.newest_event = Fact::Found(Some(facts.read_at - age));
        assert_eq!(audit(newest), expected, "{age:?}");
    }
    assert_eq!(audit(|facts| facts.audit_log_group.newest_event = Fact::Found(None)), ["SILENT"]);
    assert_eq!(audit(|facts| facts.audit_log_group.newest_event = Fact::Found(Some(facts.read_at + HOUR))), [""; 0]);
}

#[test]
fn every_link_that_needs_a_missing_log_group_says_so_and_the_verdict_says_it_once() {
    let mut facts = healthy();
    facts.audit_log_group = LogGroupFacts { group: Fact::NoLogGroup, destinations: Fact::NoLogGroup, newest_event: Fact::NoLogGroup };
    assert_eq!(audit(|changed| *changed = facts.clone()), ["LOG_GROUP_MISSING"; 4]);
    let Ok(Verdict::NonCompliant(trails)) = decide(&facts, &strictest()) else { panic!("not broken") };
    assert_eq!(trails[0].findings().len(), 1);
    assert!(!trails[1].is_broken());
}

#[test]
fn nothing_about_the_log_group_is_asked_unless_a_parameter_does() {
    let mut facts = healthy();
    facts.audit_log_group = LogGroupFacts::default();
    assert_eq!(missing(&facts, &Requirements::default()), []);
    assert!(matches!(decide(&facts, &Requirements::default()), Ok(Verdict::Compliant(_))));
}

#[test]
fn no_verdict_is_compliant_while_something_asked_for_is_unread() {
    let unread: [fn(&mut LogGroupFacts); 3] =
        [|group| group.group = Fact::NotRead, |group| group.destinations = Fact::NotRead, |group| group.newest_event = Fact::NotRead];
    for forget in unread {
        let mut facts = healthy();
        forget(&mut facts.slow_query_log_group);
        assert_eq!(missing(&facts, &strictest()).len(), 1);
        assert_eq!(decide(&facts, &strictest()), Err(Unread));
    }
}

#[test]
fn a_broken_link_decides_without_what_is_unread() {
    let mut facts = healthy();
    facts.cluster.exported.clear();
    facts.audit_log_group.newest_event = Fact::NotRead;
    assert_eq!(missing(&facts, &strictest()), []);
    assert!(matches!(decide(&facts, &strictest()), Ok(Verdict::NonCompliant(trails)) if trails.iter().all(Trail::is_broken)));
}
