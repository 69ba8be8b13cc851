use std::collections::BTreeSet;
use std::time::Duration;

use super::{LINKS, Outcome, Read};
use crate::examples::{BREAKS, healthy, healthy_log_group, strictest, to};
use crate::exemption::{ExemptTag, Exemption};
use crate::facts::{AccountPolicy, ClusterFacts, Fact, LogGroup, LogGroupFacts, LogType, Subscriptions, Tag};
use crate::finding::Code;
use crate::requirements::Requirements;
use crate::selection::Selection;
use crate::verdict::{Trail, Unread, Verdict, decide, missing};

const HOUR: Duration = Duration::from_secs(3600);
const CENTRAL: &str = "arn:aws:logs:eu-west-1:444455556666:destination:central";
const ELSEWHERE: &str = "arn:aws:lambda:eu-west-1:111122223333:function:elsewhere";

type Change = fn(&mut ClusterFacts);

fn group(facts: &mut ClusterFacts) -> &mut LogGroup {
    facts.audit_log_group.group.found_mut().expect("the healthy cluster has a log group")
}

/// What the strictest rule says of the healthy cluster after a change.
fn trails(change: impl FnOnce(&mut ClusterFacts)) -> Vec<Trail> {
    judged(&strictest(), change)
}

fn judged(required: &Requirements, change: impl FnOnce(&mut ClusterFacts)) -> Vec<Trail> {
    let mut facts = healthy();
    change(&mut facts);
    decide(&facts, required).expect("every fact is known").trails().to_vec()
}

fn codes(trail: &Trail) -> Vec<&'static str> {
    trail.findings().iter().map(|finding| finding.code.as_str()).collect()
}

fn audit(change: impl FnOnce(&mut ClusterFacts)) -> Vec<&'static str> {
    codes(&trails(change)[0])
}

fn slow_query(change: impl FnOnce(&mut ClusterFacts)) -> Vec<&'static str> {
    codes(&trails(change)[1])
}

/// What the audit log's trail says after a change, in one text.
fn said(change: impl FnOnce(&mut ClusterFacts)) -> String {
    let trail = &trails(change)[0];
    trail.findings().iter().map(ToString::to_string).chain(trail.evidence().map(str::to_owned)).collect::<Vec<_>>().join("; ")
}

#[test]
fn the_healthy_cluster_has_no_broken_link() {
    let trails = trails(|_| ());
    assert!(trails.iter().all(|trail| !trail.is_broken()), "{trails:?}");
    let unasked = |(link, outcome): &(super::Link, Outcome)| matches!(outcome, Outcome::NotAsked(_)).then_some(link.name);
    assert_eq!(trails[0].links.iter().find_map(unasked), None, "the strictest rule asks every link");
}

#[test]
fn every_code_has_a_break_and_every_link_its_codes() {
    assert_eq!(BREAKS.map(|(code, _)| code), Code::ALL, "a code without a break, or in another order");
    let of_links: Vec<_> = LINKS.iter().flat_map(|link| link.codes).copied().collect();
    assert_eq!(of_links, Code::ALL, "a code without a link, or in another order");
    for (code, change) in BREAKS {
        assert_eq!(audit(change), [code.as_str()]);
        let verdict = trails(change);
        let (link, _) = verdict[0].links.iter().find(|(_, outcome)| matches!(outcome, Outcome::Broken(_))).expect("a broken link");
        assert!(link.codes.contains(&code), "{code} is said by {link:?}");
    }
    let names: BTreeSet<_> = LINKS.iter().map(|link| link.name).collect();
    assert_eq!(names.len(), LINKS.len());
}

#[test]
fn every_finding_names_the_cluster_or_what_belongs_to_it() {
    for (code, change) in BREAKS {
        let trails = trails(change);
        let sentence = trails[0].findings()[0].to_string();
        assert!(sentence.contains("graph"), "{code}: {sentence}");
    }
}

#[test]
fn only_one_turns_the_audit_log_on() {
    for value in [None, Some("0"), Some("true"), Some("on"), Some(""), Some(" 1"), Some("11")] {
        assert_eq!(audit(|facts| facts.parameters.audit.value = value.map(str::to_owned)), ["PARAMETER_OFF"], "{value:?}");
    }
}

#[test]
fn info_and_debug_turn_the_slow_query_log_on() {
    assert_eq!(slow_query(|facts| facts.parameters.slow_query.value = Some("debug".to_owned())), [""; 0]);
    for value in [None, Some("disable"), Some("disabled"), Some("1"), Some("INFO")] {
        assert_eq!(slow_query(|facts| facts.parameters.slow_query.value = value.map(str::to_owned)), ["PARAMETER_OFF"], "{value:?}");
    }
}

#[test]
fn each_log_has_its_own_parameter() {
    assert_eq!(audit(|facts| facts.parameters.slow_query.value = None), [""; 0]);
    assert_eq!(slow_query(|facts| facts.parameters.audit.value = None), [""; 0]);
}

#[test]
fn a_default_group_cannot_be_edited_so_that_another_is_attached() {
    let said = said(|facts| {
        facts.cluster.parameter_group = "default.neptune1.4".to_owned();
        facts.parameters.audit.value = None;
    });
    assert!(said.contains("cannot be edited") && said.contains("attach to cluster graph another parameter group"), "{said}");
}

#[test]
fn one_instance_out_of_sync_is_enough() {
    let out_of_sync: Change = |facts| facts.cluster.members[1].parameter_group_status = "pending-reboot".to_owned();
    assert_eq!(audit(out_of_sync), ["NOT_IN_EFFECT"]);
    assert_eq!(slow_query(out_of_sync), [""; 0]);
}

#[test]
fn a_slow_query_parameter_that_is_deferred_to_the_reboot_waits_for_it() {
    for (apply_method, expected) in [("pending-reboot", &["NOT_IN_EFFECT"][..]), ("immediate", &[])] {
        let deferred = |facts: &mut ClusterFacts| {
            facts.parameters.slow_query.apply_method = Some(apply_method.to_owned());
            facts.cluster.members[1].parameter_group_status = "pending-reboot".to_owned();
        };
        assert_eq!(slow_query(deferred), expected, "{apply_method}");
    }
}

#[test]
fn one_instance_is_named_and_many_are_a_count_with_the_first_names() {
    let wait = |count: usize| {
        said(|facts| {
            let member = facts.cluster.members[0].clone();
            facts.cluster.members = (0..count)
                .map(|number| {
                    let mut member = member.clone();
                    member.identifier = format!("graph-{number}");
                    member.parameter_group_status = "pending-reboot".to_owned();
                    member
                })
                .collect();
        })
    };
    assert!(wait(1).contains("reboot instance graph-0: until then"), "{}", wait(1));
    assert!(wait(8).contains("reboot each of 8 instances"), "{}", wait(8));
    assert!(wait(8).contains("8 instances: graph-0 (pending-reboot), graph-1 (pending-reboot), graph-2 (pending-reboot) and others"));
}

#[test]
fn without_instances_nothing_waits() {
    assert_eq!(audit(|facts| facts.cluster.members.clear()), [""; 0]);
}

#[test]
fn a_parameter_that_is_off_is_not_also_not_in_effect() {
    let off = |facts: &mut ClusterFacts| {
        facts.parameters.audit.value = Some("0".to_owned());
        facts.cluster.members[0].parameter_group_status = "applying".to_owned();
    };
    assert_eq!(audit(off), ["PARAMETER_OFF"]);
}

#[test]
fn callers_are_named_only_when_iam_authentication_is_on() {
    let pending = said(|facts| {
        facts.cluster.iam_authentication = false;
        facts.cluster.iam_authentication_pending = true;
    });
    assert!(pending.contains("pending, so still off") && pending.contains("wait until"), "{pending}");
    assert_eq!(slow_query(|facts| facts.cluster.iam_authentication = false), [""; 0]);
}

#[test]
fn the_evidence_says_whether_callers_are_named_even_where_nobody_asks() {
    for (on, expected) in [(true, "callers named"), (false, "callers not named")] {
        let trails = judged(&Requirements::default(), |facts| facts.cluster.iam_authentication = on);
        assert!(trails[0].evidence().any(|statement| statement.contains(expected)), "{trails:?}");
    }
}

#[test]
fn an_export_is_on_pending_or_off() {
    let only = |log_type: &str| vec![log_type.to_owned()];
    assert_eq!(audit(|facts| facts.cluster.exported = only("slowquery")), ["EXPORT_OFF"]);
    assert_eq!(slow_query(|facts| facts.cluster.exported = only("audit")), ["EXPORT_OFF"]);
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
        assert_eq!(audit(|facts| group(facts).retention_days = days), expected, "{days:?}");
    }
}

#[test]
fn where_a_policy_decides_on_the_retention_the_policy_is_to_be_changed() {
    let by_policy = |days| {
        said(move |facts| {
            group(facts).retention_days = days;
            group(facts).retention_policy = Some("keep-all".to_owned());
        })
    };
    assert!(by_policy(Some(1)).contains("raise the account's retention policy keep-all"), "{}", by_policy(Some(1)));
    assert!(by_policy(None).contains("lower the account's retention policy keep-all"), "{}", by_policy(None));
}

#[test]
fn advice_that_deletes_evidence_says_so() {
    let shorter = said(|facts| group(facts).retention_days = None);
    assert!(shorter.contains("which deletes them"), "{shorter}");
    let anew = said(|facts| group(facts).class = "INFREQUENT_ACCESS".to_owned());
    assert!(anew.contains("class INFREQUENT_ACCESS") && anew.contains("which deletes them"), "{anew}");
}

#[test]
fn one_bound_of_the_retention_is_enough_to_ask_for() {
    let default = Requirements { log_group_required: false, ..Requirements::default() };
    let minimum = Requirements { minimum_retention_days: Some(90), ..default.clone() };
    let maximum = Requirements { maximum_retention_days: Some(365), ..default };
    for (required, days) in [(minimum, 89), (maximum, 366)] {
        let mut facts = healthy();
        assert!(matches!(decide(&facts, &required), Ok(Verdict::Compliant(_))), "{required:?}");
        facts.audit_log_group.group = Fact::Found(LogGroup { retention_days: Some(days), ..healthy_log_group() });
        assert!(matches!(decide(&facts, &required), Ok(Verdict::NonCompliant(_))), "{required:?}");
        facts.audit_log_group.group = Fact::NoLogGroup;
        assert!(matches!(decide(&facts, &required), Ok(Verdict::NonCompliant(_))), "{required:?}");
        facts.audit_log_group.group = Fact::NotRead;
        assert_eq!(decide(&facts, &required), Err(Unread), "{required:?}");
    }
}

#[test]
fn a_log_group_that_only_must_exist_is_missed_where_the_audit_log_had_every_chance_to_make_it() {
    let without = |change: Change| {
        let trails = judged(&Requirements::default(), |facts| {
            facts.audit_log_group = LogGroupFacts::missing();
            change(facts);
        });
        codes(&trails[0])
    };
    assert_eq!(without(|_| ()), ["LOG_GROUP_MISSING"]);
    assert_eq!(without(|facts| facts.cluster.created_at = None), ["LOG_GROUP_MISSING"]);
    assert_eq!(without(|facts| facts.cluster.created_at = Some(facts.read_at - 24 * HOUR)), ["LOG_GROUP_MISSING"]);
    let excuses: [Change; 3] = [
        |facts| facts.cluster.created_at = Some(facts.read_at - 24 * HOUR + Duration::from_millis(1)),
        |facts| facts.cluster.created_at = Some(facts.read_at + HOUR),
        |facts| facts.cluster.members.clear(),
    ];
    for excuse in excuses {
        assert_eq!(without(excuse), [""; 0]);
    }
    assert_eq!(without(|facts| facts.cluster.exported.clear()), ["EXPORT_OFF"]);
    assert_eq!(without(|facts| facts.parameters.audit.value = None), ["PARAMETER_OFF"]);
    assert_eq!(without(|facts| facts.cluster.members[0].parameter_group_status = "applying".to_owned()), ["NOT_IN_EFFECT"]);

    let accepted = Requirements { pending_reboot_accepted: true, ..Requirements::default() };
    for (waiting, expected) in [(1, &["LOG_GROUP_MISSING"][..]), (2, &[])] {
        let trails = judged(&accepted, |facts| {
            facts.audit_log_group = LogGroupFacts::missing();
            facts.cluster.members.iter_mut().take(waiting).for_each(|member| member.parameter_group_status = "pending-reboot".to_owned());
        });
        assert_eq!(codes(&trails[0]), expected, "{waiting} of 2 wait");
    }
}

#[test]
fn a_slow_query_log_without_a_log_group_had_nothing_slow_to_tell() {
    let required = Requirements { log_types: vec![LogType::SlowQuery], ..Requirements::default() };
    let trails = judged(&required, |facts| facts.slow_query_log_group = LogGroupFacts::missing());
    assert!(trails[0].evidence().any(|statement| statement == "no log group yet"), "{trails:?}");
}

#[test]
fn a_missing_log_group_behind_a_broken_link_comes_by_itself() {
    let alone = said(|facts| facts.audit_log_group = LogGroupFacts::missing());
    assert!(alone.contains("find out why Neptune did not"), "{alone}");
    let behind = said(|facts| {
        facts.audit_log_group = LogGroupFacts::missing();
        facts.cluster.exported.clear();
    });
    assert!(behind.contains("let Neptune do it once it writes"), "{behind}");
}

#[test]
fn a_missing_log_group_of_a_cluster_that_had_nothing_to_write_yet_comes_by_itself_too() {
    let excuses: [Change; 2] = [|facts| facts.cluster.created_at = Some(facts.read_at - HOUR), |facts| facts.cluster.members.clear()];
    for excuse in excuses {
        let said = said(|facts| {
            facts.audit_log_group = LogGroupFacts::missing();
            excuse(facts);
        });
        assert!(said.contains("let Neptune do it once it writes"), "{said}");
    }
    let slow_query = &trails(|facts| facts.slow_query_log_group = LogGroupFacts::missing())[1];
    assert!(slow_query.findings()[0].to_string().contains("let Neptune do it once it writes"), "{slow_query:?}");
}

#[test]
fn a_log_group_of_a_class_without_metric_filters_is_not_advised_to_get_one() {
    let said = said(|facts| {
        group(facts).class = "INFREQUENT_ACCESS".to_owned();
        group(facts).metric_filters = 0;
    });
    assert!(said.contains("class INFREQUENT_ACCESS, which has no metric filters"), "{said}");
    assert!(!said.contains("add a metric filter"), "{said}");
}

#[test]
fn every_link_that_needs_a_missing_log_group_says_so_and_the_verdict_says_it_once() {
    let trails = trails(|facts| facts.audit_log_group = LogGroupFacts::missing());
    let broken = trails[0].links.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Broken(_)));
    let names: Vec<_> = broken.map(|(link, _)| link.name).collect();
    assert_eq!(names, ["kept", "protected", "guarded", "watched", "forwarded", "flowing"]);
    assert_eq!(codes(&trails[0]), ["LOG_GROUP_MISSING"]);
    assert!(!trails[1].is_broken());
}

#[test]
fn a_filter_that_sends_a_part_does_not_count_and_says_which() {
    let filters = |change: fn(&mut crate::facts::SubscriptionFilter)| {
        move |facts: &mut ClusterFacts| {
            let mut filter = to(CENTRAL);
            change(&mut filter);
            facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(vec![filter]));
        }
    };
    assert_eq!(audit(filters(|filter| filter.pattern = " ".to_owned())), [""; 0]);
    assert!(said(filters(|filter| filter.pattern = "ERROR".to_owned())).contains("its pattern is `ERROR`"));
    assert!(said(filters(|filter| filter.field_selection = Some("@aws.region = \"x\"".to_owned()))).contains("field selection criteria"));
    assert!(said(filters(|filter| filter.destination = ELSEWHERE.to_owned())).contains(&format!("sent only to {ELSEWHERE}")));
    let beside = |facts: &mut ClusterFacts| {
        let mut part = to(CENTRAL);
        part.pattern = "ERROR".to_owned();
        facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(vec![part, to(CENTRAL)]));
    };
    assert_eq!(audit(beside), [""; 0]);
}

#[test]
fn a_policy_of_the_account_counts_where_it_sends_everything_of_this_log_group() {
    let with = |pattern: &'static str, criteria: &'static str, destination: &'static str| {
        move |facts: &mut ClusterFacts| {
            facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(Vec::new()));
            facts.account_policies = Some(vec![AccountPolicy {
                name: "everything".to_owned(),
                destination: destination.to_owned(),
                pattern: pattern.to_owned(),
                selection: Selection::parse(criteria),
            }]);
        }
    };
    assert!(said(with("", "", CENTRAL)).contains("by the account's policy everything"));
    assert_eq!(audit(with("", r#"LogGroupName NOT IN ["/other"]"#, CENTRAL)), [""; 0]);
    assert!(said(with("", r#"LogGroupName NOT IN ["/aws/neptune/graph/audit"]"#, CENTRAL)).contains("exclude it"));
    assert!(said(with("", "Something = else", CENTRAL)).contains("`Something = else`"));
    assert!(said(with("ERROR", "", CENTRAL)).contains("its pattern is `ERROR`"));
    assert!(said(with("", "", ELSEWHERE)).contains("no subscription filter"));
}

#[test]
fn the_policies_of_the_account_are_read_only_where_the_log_groups_own_filters_do_not_satisfy() {
    let mut facts = healthy();
    facts.account_policies = None;
    assert_eq!(missing(&facts, &strictest()), []);
    facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(vec![to(ELSEWHERE)]));
    facts.slow_query_log_group.subscriptions = Fact::Found(Subscriptions::Filters(Vec::new()));
    assert_eq!(missing(&facts, &strictest()), [Read::AccountPolicies]);
}

#[test]
fn a_log_group_of_another_class_cannot_be_forwarded_and_is_named() {
    let mut facts = healthy();
    facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::NotSupported);
    assert_eq!(codes(decide(&facts, &strictest()).expect("known").trails().first().expect("a trail")), ["NOT_FORWARDED"]);
    facts.audit_log_group.group = Fact::NotRead;
    let required =
        Requirements { forwarding_destination: strictest().forwarding_destination, log_group_required: false, ..Requirements::default() };
    assert_eq!(missing(&facts, &required), [Read::LogGroup(LogType::Audit)]);
    facts.audit_log_group.group = Fact::Found(LogGroup { class: "DELIVERY".to_owned(), ..healthy_log_group() });
    facts.audit_log_group.subscriptions = Fact::NotRead;
    let verdict = decide(&facts, &required).expect("the class tells all");
    assert!(verdict.trails()[0].findings()[0].found.contains("class DELIVERY"), "{verdict:?}");
}

#[test]
fn silence_begins_at_the_asked_hours() {
    for (age, expected) in [(2 * HOUR - Duration::from_millis(1), &[][..]), (2 * HOUR, &["SILENT"])] {
        let newest = |facts: &mut ClusterFacts| facts.audit_log_group.newest_event = Fact::Found(Some(facts.read_at - age));
        assert_eq!(audit(newest), expected, "{age:?}");
    }
    assert_eq!(audit(|facts| facts.audit_log_group.newest_event = Fact::Found(Some(facts.read_at + HOUR))), [""; 0]);
    let empty = said(|facts| facts.audit_log_group.newest_event = Fact::Found(None));
    assert!(empty.contains("holds no event") && empty.contains("find out whether nobody queries"), "{empty}");
}

#[test]
fn no_event_is_asked_of_a_cluster_that_takes_no_queries_or_is_young() {
    for status in ["creating", "starting", "stopping", "stopped"] {
        let stopped = |facts: &mut ClusterFacts| {
            facts.cluster.status = status.to_owned();
            facts.audit_log_group.newest_event = Fact::NotRead;
        };
        assert!(said(stopped).contains(status), "{}", said(stopped));
    }
    for status in ["available", "modifying", "backing-up", "something-new"] {
        let silent = |facts: &mut ClusterFacts| {
            facts.cluster.status = status.to_owned();
            facts.audit_log_group.newest_event = Fact::Found(None);
        };
        assert_eq!(audit(silent), ["SILENT"], "{status}");
    }
    for (age, expected) in [(2 * HOUR - Duration::from_millis(1), &[][..]), (2 * HOUR, &["SILENT"])] {
        let young = |facts: &mut ClusterFacts| {
            facts.cluster.created_at = Some(facts.read_at - age);
            facts.audit_log_group.newest_event = Fact::Found(None);
        };
        assert_eq!(audit(young), expected, "{age:?}");
    }
}

#[test]
fn where_flowing_alone_asks_such_a_cluster_holds_without_a_log_group_too() {
    let required = Requirements { maximum_silence_hours: Some(4), log_group_required: false, ..Requirements::default() };
    let excuses: [Change; 2] =
        [|facts| facts.cluster.status = "stopped".to_owned(), |facts| facts.cluster.created_at = Some(facts.read_at - HOUR)];
    for excuse in excuses {
        let without = |facts: &mut ClusterFacts| {
            facts.audit_log_group = LogGroupFacts::missing();
            excuse(facts);
        };
        assert_eq!(codes(&judged(&required, without)[0]), [""; 0]);
    }
    assert_eq!(codes(&judged(&required, |facts| facts.audit_log_group = LogGroupFacts::missing())[0]), ["LOG_GROUP_MISSING"]);
}

#[test]
fn a_silent_cluster_without_instances_needs_one() {
    let said = said(|facts| {
        facts.cluster.members.clear();
        facts.audit_log_group.newest_event = Fact::Found(None);
    });
    assert!(said.contains("add an instance to cluster graph") && !said.contains("find out"), "{said}");
}

#[test]
fn nothing_about_the_log_group_is_asked_unless_a_parameter_does() {
    let mut facts = healthy();
    facts.audit_log_group = LogGroupFacts::default();
    let required = Requirements { log_group_required: false, ..Requirements::default() };
    assert_eq!(missing(&facts, &required), []);
    assert!(matches!(decide(&facts, &required), Ok(Verdict::Compliant(_))));
    assert_eq!(missing(&facts, &Requirements::default()), [Read::LogGroup(LogType::Audit)]);
}

#[test]
fn no_verdict_is_compliant_while_something_asked_for_is_unread() {
    let unread: [fn(&mut LogGroupFacts); 3] =
        [|group| group.group = Fact::NotRead, |group| group.subscriptions = Fact::NotRead, |group| group.newest_event = Fact::NotRead];
    for forget in unread {
        let mut facts = healthy();
        forget(&mut facts.slow_query_log_group);
        assert_eq!(missing(&facts, &strictest()).len(), 1);
        assert_eq!(decide(&facts, &strictest()), Err(Unread));
    }
}

#[test]
fn a_broken_link_decides_without_what_is_unread_behind_it_and_not_without_what_is_before() {
    let mut facts = healthy();
    facts.cluster.exported.clear();
    facts.audit_log_group.newest_event = Fact::NotRead;
    assert_eq!(missing(&facts, &strictest()), []);
    assert!(matches!(decide(&facts, &strictest()), Ok(Verdict::NonCompliant(trails)) if trails.iter().all(Trail::is_broken)));

    let mut facts = healthy();
    facts.audit_log_group.subscriptions = Fact::NotRead;
    facts.audit_log_group.newest_event = Fact::Found(None);
    assert_eq!(missing(&facts, &strictest()), [Read::Subscriptions(LogType::Audit)]);
}

#[test]
fn a_cluster_that_is_being_deleted_is_not_judged() {
    let mut facts = healthy();
    facts.cluster.status = "deleting".to_owned();
    facts.cluster.exported.clear();
    facts.audit_log_group = LogGroupFacts::default();
    assert_eq!(decide(&facts, &strictest()), Ok(Verdict::Exempt(Exemption::BeingDeleted, Vec::new())));
    assert_eq!(missing(&facts, &strictest()), []);
}

#[test]
fn the_exempt_tag_exempts_what_is_broken_and_nothing_else() {
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    for (exempt, tags, exempted) in [
        ("audit", vec![tag("audit", "")], true),
        ("audit", vec![tag("audit", "anything")], true),
        ("audit=exempt", vec![tag("audit", "exempt")], true),
        ("audit=exempt", vec![tag("audit", "Exempt")], false),
        ("audit=", vec![tag("audit", "x")], false),
        ("audit=a=b", vec![tag("audit", "a=b")], true),
        ("audit", vec![tag("Audit", "")], false),
        ("audit", vec![], false),
    ] {
        let required = Requirements { exempt_tag: ExemptTag::parse(exempt), ..Requirements::default() };
        let mut facts = healthy();
        facts.tags = Some(tags.clone());
        assert!(matches!(decide(&facts, &required), Ok(Verdict::Compliant(_))), "{exempt}");
        facts.cluster.exported.clear();
        assert_eq!(matches!(decide(&facts, &required), Ok(Verdict::Exempt(Exemption::Tagged(_), _))), exempted, "{exempt} {tags:?}");
    }
}

#[test]
fn tags_are_read_only_where_a_link_is_broken_and_a_tag_could_exempt() {
    let mut facts = healthy();
    facts.tags = None;
    assert_eq!(missing(&facts, &strictest()), []);
    facts.cluster.exported.clear();
    assert_eq!(missing(&facts, &strictest()), [Read::Tags]);
    assert_eq!(decide(&facts, &strictest()), Err(Unread));
    assert_eq!(missing(&facts, &Requirements::default()), []);
}

#[test]
fn advice_says_whether_a_reboot_must_follow() {
    let after = |log: usize, group: &str| {
        let trails = trails(|facts| {
            facts.cluster.parameter_group = group.to_owned();
            facts.parameters.audit.value = None;
            facts.parameters.slow_query.value = None;
        });
        trails[log].findings()[0].remedy.to_string()
    };
    assert_eq!(after(0, "own"), "set neptune_enable_audit_log to 1 in parameter group own, then reboot each instance");
    assert_eq!(after(1, "own"), "set neptune_enable_slow_query_log to info or debug in parameter group own");
    let attach = "attach to cluster graph another parameter group with neptune_enable_audit_log 1, then reboot each instance";
    assert_eq!(after(0, "default.neptune1.4"), attach);
}

#[test]
fn the_advice_to_forward_names_the_destination_as_it_was_asked_for() {
    let said = said(|facts| facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(Vec::new())));
    assert!(said.contains("send all of log group /aws/neptune/graph/audit to arn:aws:logs:*:destination:central,"), "{said}");
}

#[test]
fn links_are_told_apart_by_their_names() {
    for (place, link) in LINKS.iter().enumerate() {
        assert_eq!(LINKS.iter().position(|other| other == link), Some(place), "{link:?}");
        assert_eq!(format!("{link:?}"), link.name);
    }
}

#[test]
fn silence_is_told_by_the_asked_hours_so_that_it_reads_the_same_at_every_schedule() {
    for (hours, age, told) in
        [(1, HOUR, "is older than 1 hour"), (2, 3 * HOUR, "is older than 2 hours"), (2, 50 * HOUR, "is older than 2 hours")]
    {
        let required = Requirements { maximum_silence_hours: Some(hours), ..Requirements::default() };
        let trails = judged(&required, |facts| facts.audit_log_group.newest_event = Fact::Found(Some(facts.read_at - age)));
        let found = &trails[0].findings()[0].found;
        assert!(found.contains(told), "{found}");
    }
    for (hours, told) in [(1, "event in the last 1 hour"), (2, "event in the last 2 hours")] {
        let required = Requirements { maximum_silence_hours: Some(hours), ..Requirements::default() };
        let trails = judged(&required, |facts| facts.audit_log_group.newest_event = Fact::Found(Some(facts.read_at)));
        assert!(trails[0].evidence().any(|statement| statement == told), "{trails:?}");
    }
}

#[test]
fn the_evidence_says_what_is_in_sync_and_names_what_is_accepted() {
    let accepting = Requirements { pending_reboot_accepted: true, ..Requirements::default() };
    let said = |members: usize, waiting: usize| {
        let trails = judged(&accepting, |facts| {
            facts.cluster.members = vec![facts.cluster.members[0].clone(); members];
            facts.cluster.members.iter_mut().take(waiting).for_each(|member| member.parameter_group_status = "pending-reboot".to_owned());
        });
        trails[0].evidence().find(|statement| statement.contains("instance") || statement.contains("accepted")).map(str::to_owned)
    };
    let waits = "graph-1 (pending-reboot)";
    assert_eq!(said(0, 0).as_deref(), Some("no instances"));
    assert_eq!(said(1, 0).as_deref(), Some("1 instance in sync"));
    assert_eq!(said(2, 0).as_deref(), Some("2 instances in sync"));
    assert_eq!(said(2, 1), Some(format!("not in sync, which is accepted, on {waits}")));
    assert_eq!(said(4, 3), Some(format!("not in sync, which is accepted, on {waits}, {waits}, {waits}")));
    assert_eq!(said(5, 4), Some(format!("not in sync, which is accepted, on 4 instances: {waits}, {waits}, {waits} and others")));
}

#[test]
fn a_log_group_that_is_known_to_be_missing_needs_no_other_read() {
    let mut facts = healthy();
    facts.audit_log_group = LogGroupFacts { group: Fact::NoLogGroup, ..LogGroupFacts::default() };
    let required = Requirements { maximum_silence_hours: Some(4), log_group_required: false, ..Requirements::default() };
    assert_eq!(missing(&facts, &required), []);
    assert_eq!(codes(&decide(&facts, &required).expect("known").trails()[0]), ["LOG_GROUP_MISSING"]);
}
