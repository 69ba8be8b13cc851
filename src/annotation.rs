//! The sentences that AWS Config shows: codes first, then what to do, then what was found, in at most 256 characters.

use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::Trail;
use neptune_audit_core::wording::{self, BETWEEN};

use crate::not_applicable::NotApplicable;

/// `StringWithCharLimit256` in the API's model: AWS Config refuses the whole call where one annotation is longer.
const LIMIT: usize = 256;

const CUT: &str = "...";

/// A text, and as much of it as AWS Config takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// What AWS Config takes.
    pub short: String,
    /// All of it.
    pub full: String,
}

/// What is broken. Every code of every log type comes first and the remedy of the first code after them, so that cutting the end loses
/// details only: the longest list of codes that can occur leaves room to spare.
pub fn broken(trails: &[Trail]) -> Annotation {
    let full = wording::broken(trails);
    Annotation { short: cut(&full, LIMIT), full }
}

/// What was found to hold, for each log type its share of the room, and what nobody asked for.
pub fn evidence(trails: &[Trail], required: &Requirements) -> Annotation {
    let full = wording::evidence(trails, required);
    if length(&full) <= LIMIT {
        return Annotation { short: full.clone(), full };
    }
    // The end is cut: after the first, the short statements come before the long ones, so that most of them are there.
    let texts: Vec<_> = trails
        .iter()
        .map(|trail| {
            let mut statements: Vec<_> = trail.evidence().collect();
            if let Some((_, others)) = statements.split_first_mut() {
                others.sort_by_key(|statement| length(statement));
            }
            format!("{}: {}", trail.log_type, statements.join(", "))
        })
        .collect();
    let mut room = LIMIT;
    let mut parts = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let left = texts.len() - index;
        // What a shorter one leaves is the others'.
        let needed: usize = texts.iter().skip(index + 1).map(|text| length(text) + BETWEEN.len()).sum();
        let share = (room / left).saturating_sub(BETWEEN.len()).max(room.saturating_sub(needed));
        let part = cut(text, share);
        room = room.saturating_sub(length(&part) + BETWEEN.len());
        parts.push(part);
    }
    parts.extend(wording::unasked(required));
    Annotation { short: cut(&parts.join(BETWEEN), LIMIT), full }
}

/// Why the rule does not apply.
pub fn reason(reason: &NotApplicable) -> Annotation {
    let full = reason.to_string();
    Annotation { short: cut(&full, LIMIT), full }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn cut(text: &str, limit: usize) -> String {
    if length(text) <= limit {
        return text.to_owned();
    }
    text.chars().take(limit.saturating_sub(CUT.len())).chain(CUT.chars()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use neptune_audit_core::examples::{healthy, healthy_log_group, strictest, to};
    use neptune_audit_core::facts::{ClusterFacts, Fact, LogGroup, LogGroupFacts, LogType, Member, Parameter, Subscriptions};
    use neptune_audit_core::finding::Code;
    use neptune_audit_core::links::{LINKS, Outcome};
    use neptune_audit_core::verdict::{Verdict, decide};
    use proptest::prelude::*;

    use super::*;

    fn judged(facts: &ClusterFacts, required: &Requirements) -> (&'static str, Annotation) {
        match decide(facts, required).expect("every fact is known") {
            Verdict::Compliant(trails) => ("COMPLIANT", evidence(&trails, required)),
            Verdict::NonCompliant(trails) => ("NON_COMPLIANT", broken(&trails)),
            Verdict::Exempt(exemption, _) => ("NOT_APPLICABLE", reason(&NotApplicable::Exempt("graph".to_owned(), exemption))),
        }
    }

    /// As broken as one cluster can be without losing the log groups, for everybody who reads no more than is needed.
    fn worst(name: &str) -> ClusterFacts {
        let mut facts = healthy();
        facts.cluster.identifier = name.to_owned();
        facts.cluster.parameter_group = name.to_owned();
        facts.cluster.members = vec![Member { identifier: name.to_owned(), parameter_group_status: name.to_owned() }; 15];
        facts.cluster.iam_authentication = false;
        facts.cluster.exported.clear();
        facts.cluster.export_pending = vec!["audit".to_owned(), "slowquery".to_owned()];
        facts.parameters.slow_query = Parameter::default();
        facts.parameters.audit = Parameter::default();
        for log_type in LogType::ALL {
            let group = LogGroup { retention_days: Some(1), ..LogGroup::default() };
            *facts.log_group_mut(log_type) = LogGroupFacts { group: Fact::Found(group), ..LogGroupFacts::default() };
        }
        facts
    }

    type Change = fn(&mut ClusterFacts);

    /// Every way in which one thing can be wrong, and some in which several are, by name.
    const SITUATIONS: [(&str, Change); 33] = [
        ("healthy", |_| ()),
        ("audit off", |facts| facts.parameters.audit = Parameter::set_to("0")),
        ("audit unset", |facts| facts.parameters.audit = Parameter::default()),
        ("slow query off", |facts| facts.parameters.slow_query = Parameter::set_to("disable")),
        ("default group", |facts| {
            facts.cluster.parameter_group = "default.neptune1.4".to_owned();
            facts.parameters.audit = Parameter::default();
            facts.parameters.slow_query = Parameter::default();
        }),
        ("one waits for a reboot", |facts| facts.cluster.members[1].parameter_group_status = "pending-reboot".to_owned()),
        ("eight wait for a reboot", |facts| {
            let member = |number| Member { identifier: format!("graph-{number}"), parameter_group_status: "pending-reboot".to_owned() };
            facts.cluster.members = (1..9).map(member).collect();
        }),
        ("an instance failed to apply", |facts| facts.cluster.members[0].parameter_group_status = "failed-to-apply".to_owned()),
        ("no instances", |facts| facts.cluster.members.clear()),
        ("one instance", |facts| facts.cluster.members.truncate(1)),
        ("no IAM authentication", |facts| facts.cluster.iam_authentication = false),
        ("IAM authentication pending", |facts| {
            facts.cluster.iam_authentication = false;
            facts.cluster.iam_authentication_pending = true;
        }),
        ("no export", |facts| facts.cluster.exported.clear()),
        ("export pending", |facts| {
            facts.cluster.exported.clear();
            facts.cluster.export_pending = vec!["audit".to_owned()];
        }),
        ("no log group", |facts| {
            facts.audit_log_group = LogGroupFacts::missing();
            facts.slow_query_log_group = LogGroupFacts::missing();
        }),
        ("no export and no log group", |facts| {
            facts.cluster.exported.clear();
            facts.audit_log_group = LogGroupFacts::missing();
        }),
        ("kept a day", |facts| audit_group(facts).retention_days = Some(1)),
        ("kept too long", |facts| audit_group(facts).retention_days = Some(400)),
        ("kept for ever", |facts| audit_group(facts).retention_days = None),
        ("kept for ever by a policy", |facts| {
            *audit_group(facts) = LogGroup { retention_days: None, retention_policy: Some("keep".to_owned()), ..healthy_log_group() };
        }),
        ("no key", |facts| audit_group(facts).encrypted = false),
        ("not protected", |facts| audit_group(facts).deletion_protected = false),
        ("not watched", |facts| audit_group(facts).metric_filters = 0),
        ("not forwarded", |facts| facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(Vec::new()))),
        ("forwarded elsewhere", |facts| {
            let filter = to("arn:aws:lambda:eu-west-1:111122223333:function:other");
            facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(vec![filter]));
        }),
        ("forwarded in part", |facts| {
            let mut filter = to("arn:aws:logs:eu-west-1:444455556666:destination:central");
            filter.pattern = "ERROR".to_owned();
            facts.audit_log_group.subscriptions = Fact::Found(Subscriptions::Filters(vec![filter]));
        }),
        ("of another class", |facts| audit_group(facts).class = "INFREQUENT_ACCESS".to_owned()),
        ("silent", |facts| facts.audit_log_group.newest_event = Fact::Found(Some(facts.read_at - Duration::from_secs(18_000)))),
        ("empty", |facts| facts.audit_log_group.newest_event = Fact::Found(None)),
        ("empty without instances", |facts| {
            facts.audit_log_group.newest_event = Fact::Found(None);
            facts.cluster.members.clear();
        }),
        ("stopped", |facts| facts.cluster.status = "stopped".to_owned()),
        ("deleting", |facts| facts.cluster.status = "deleting".to_owned()),
        ("everything", |facts| *facts = worst("graph")),
    ];

    fn audit_group(facts: &mut ClusterFacts) -> &mut LogGroup {
        match &mut facts.audit_log_group.group {
            Fact::Found(group) => group,
            _ => panic!("the healthy cluster has a log group"),
        }
    }

    /// With `reportUnchanged=false` a changed annotation costs every user one evaluation a cluster: it is changed on purpose, or not at all.
    #[test]
    fn annotations_are_as_they_were() {
        let accepting = Requirements { pending_reboot_accepted: true, ..Requirements::default() };
        let rules = [("default", Requirements::default()), ("pending reboot accepted", accepting), ("strictest", strictest())];
        let mut said = String::new();
        for (situation, change) in SITUATIONS {
            let mut facts = healthy();
            change(&mut facts);
            for (rule, required) in &rules {
                let (compliance, annotation) = judged(&facts, required);
                said += &format!("{situation}, {rule}:\n    {compliance} {}\n", annotation.short);
            }
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/annotations.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &said).expect("the snapshot can be written");
        }
        let recorded = std::fs::read_to_string(path).expect("a snapshot");
        assert_eq!(said, recorded, "BLESS=1 cargo test --lib annotations writes the new ones");
    }

    #[test]
    fn what_to_do_comes_before_lists_of_names() {
        let mut facts = healthy();
        facts.cluster.members = vec![facts.cluster.members[0].clone(); 8];
        facts.cluster.members.iter_mut().for_each(|member| member.parameter_group_status = "pending-reboot".to_owned());
        let (_, annotation) = judged(&facts, &Requirements::default());
        let place = |text: &str| annotation.short.find(text).unwrap_or_else(|| panic!("`{text}` is missing: {annotation:?}"));
        assert!(place("NOT_IN_EFFECT") < place("reboot each of 8 instances") && place("reboot each") < place("(pending-reboot)"));
    }

    #[test]
    fn the_full_text_is_never_cut() {
        let (_, annotation) = judged(&worst("graph"), &strictest());
        assert!(annotation.short.ends_with(CUT) && !annotation.full.ends_with(CUT));
        assert!(annotation.full.starts_with(annotation.short.trim_end_matches(CUT)));
        assert!(annotation.full.contains("retention of log group /aws/neptune/graph/slowquery"), "{annotation:?}");
    }

    #[test]
    fn a_short_evidence_stays_whole_beside_a_long_one_that_gets_the_rest() {
        let of = |log_type, length| Trail { log_type, links: vec![(LINKS[0], Outcome::Holds("x".repeat(length)))] };
        for trails in [[of(LogType::Audit, 300), of(LogType::SlowQuery, 50)], [of(LogType::Audit, 50), of(LogType::SlowQuery, 300)]] {
            let annotation = evidence(&trails, &strictest());
            assert_eq!(length(&annotation.short), LIMIT, "{annotation:?}");
            let whole: Vec<_> = annotation.short.split(BETWEEN).map(|part| !part.ends_with(CUT)).collect();
            assert_eq!(whole, trails.map(|trail| length(trail.evidence().next().expect("evidence")) == 50), "{annotation:?}");
        }
    }

    #[test]
    fn an_annotation_of_256_characters_stays_and_one_of_257_is_cut() {
        let of = |length| reason(&NotApplicable::Engine("é".repeat(length))).short;
        let rest = length(&of(0));
        assert_eq!(length(&of(256 - rest)), 256);
        assert!(!of(256 - rest).contains(CUT));
        assert_eq!(length(&of(257 - rest)), 256);
        assert!(of(257 - rest).ends_with(CUT));
    }

    proptest! {
        #[test]
        fn cutting_may_lose_details_but_never_a_code_nor_what_to_do_first(name in ".{1,300}") {
            let (_, annotation) = judged(&worst(&name), &strictest());
            prop_assert!((1..=LIMIT).contains(&length(&annotation.short)));
            let together = [Code::ParameterOff, Code::ExportPending, Code::RetentionTooShort, Code::NotEncrypted, Code::Deletable, Code::NotWatched];
            for code in together.iter().chain([&Code::CallerUnknown]) {
                let times = if *code == Code::CallerUnknown { 1 } else { 2 };
                prop_assert_eq!(annotation.short.matches(code.as_str()).count(), times, "{}: {}", code, annotation.short);
            }
            prop_assert!(annotation.short.contains("slowquery: ") && annotation.short.contains("To do: set neptune"), "{}", annotation.short);
        }

        #[test]
        fn the_evidence_of_each_log_has_its_share(group in ".{1,255}") {
            let mut facts = healthy();
            facts.cluster.parameter_group = group;
            let (compliance, annotation) = judged(&facts, &strictest());
            prop_assert_eq!(compliance, "COMPLIANT");
            prop_assert!((1..=LIMIT).contains(&length(&annotation.short)));
            for evidence in ["audit: neptune_enable_audit_log=1 in ", "slowquery: neptune_enable_slow_query_log=info in "] {
                prop_assert!(annotation.short.contains(evidence), "{}", annotation.short);
            }
        }
    }
}
