//! What AWS Config is told: a verdict, or why there is none, in an annotation of at most 256 characters.

use aws_sdk_config::primitives::DateTime;
use neptune_audit_core::finding::Code;
use neptune_audit_core::verdict::{Trail, Verdict};

use crate::not_applicable::NotApplicable;
use crate::resource::Resource;

/// `StringWithCharLimit256` in the API's model: AWS Config refuses the whole call where one annotation is longer.
const ANNOTATION_LIMIT: usize = 256;

const CUT: &str = "...";

/// One result for AWS Config.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// What was judged.
    pub resource: Resource,
    /// Its name, where it is known, for the log.
    pub name: Option<String>,
    /// The outcome.
    pub compliance: Compliance,
    /// Why, in a sentence.
    pub annotation: String,
    /// Orders the results for one resource.
    pub ordering_timestamp: DateTime,
    /// The codes of the broken links, for the log.
    pub codes: Vec<Code>,
}

/// The outcomes that this rule reports; AWS Config refuses `INSUFFICIENT_DATA` here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compliance {
    /// `COMPLIANT`
    Compliant,
    /// `NON_COMPLIANT`
    NonCompliant,
    /// `NOT_APPLICABLE`
    NotApplicable,
}

impl Compliance {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

impl Evaluation {
    /// A verdict on a cluster, in the words of AWS Config.
    pub fn judged(resource: Resource, name: &str, verdict: &Verdict, ordering_timestamp: DateTime) -> Self {
        let (compliance, text) = match verdict {
            Verdict::Compliant(trails) => (Compliance::Compliant, describe_evidence(trails)),
            Verdict::NonCompliant(trails) => (Compliance::NonCompliant, describe_broken(trails)),
        };
        let codes = verdict.trails().iter().flat_map(Trail::findings).map(|finding| finding.code).collect();
        Self { resource, name: Some(name.to_owned()), compliance, annotation: cut(&text), ordering_timestamp, codes }
    }

    /// That the rule does not apply to a resource.
    pub fn not_applicable(resource: Resource, name: Option<&str>, reason: &NotApplicable, ordering_timestamp: DateTime) -> Self {
        Self {
            resource,
            name: name.map(str::to_owned),
            compliance: Compliance::NotApplicable,
            annotation: cut(&reason.to_string()),
            ordering_timestamp,
            codes: Vec::new(),
        }
    }
}

fn describe_evidence(trails: &[Trail]) -> String {
    join(trails, "; ", |trail| format!("{}: {}", trail.log_type, trail.evidence().collect::<Vec<_>>().join(", ")))
}

/// Every code of every log type comes before the first detail, so that cutting the end never loses one: the longest list of codes
/// that can occur leaves room to spare.
fn describe_broken(trails: &[Trail]) -> String {
    let broken: Vec<_> = trails.iter().filter(|trail| trail.is_broken()).collect();
    let codes =
        join(&broken, "; ", |trail| format!("{}: {}", trail.log_type, join(&trail.findings(), ", ", |finding| finding.code.to_string())));
    let details = join(&broken, "; ", |trail| join(&trail.findings(), "; ", ToString::to_string));
    format!("{codes}. {details}")
}

fn join<T>(items: &[T], separator: &str, describe: impl FnMut(&T) -> String) -> String {
    items.iter().map(describe).collect::<Vec<_>>().join(separator)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= ANNOTATION_LIMIT {
        return text.to_owned();
    }
    text.chars().take(ANNOTATION_LIMIT - CUT.len()).chain(CUT.chars()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use neptune_audit_core::examples::{healthy, strictest};
    use neptune_audit_core::facts::{ClusterFacts, Fact, LogGroup, LogGroupFacts, LogType, Member};
    use neptune_audit_core::requirements::Requirements;
    use neptune_audit_core::verdict::decide;

    use super::*;

    fn evaluate(verdict: &Verdict) -> Evaluation {
        Evaluation::judged(Resource::db_cluster("cluster-GRAPH"), "graph", verdict, DateTime::from_secs(0))
    }

    fn judged(facts: &ClusterFacts) -> Evaluation {
        evaluate(&decide(facts, &strictest()).expect("every fact was read"))
    }

    /// As broken as one cluster can be without losing the log groups.
    fn worst(name: &str) -> ClusterFacts {
        let mut facts = healthy();
        facts.cluster.parameter_group = name.to_owned();
        facts.cluster.members = vec![Member { identifier: name.to_owned(), parameter_group_status: name.to_owned() }; 15];
        facts.cluster.exported.clear();
        facts.cluster.export_pending = vec!["audit".to_owned()];
        facts.parameters.slow_query = None;
        for log_type in [LogType::Audit, LogType::SlowQuery] {
            let log_group = facts.log_group_mut(log_type);
            log_group.group = Fact::Found(LogGroup { retention_days: Some(1), encrypted: false });
            log_group.destinations = Fact::Found(vec![name.to_owned()]);
            log_group.newest_event = Fact::Found(None);
        }
        facts
    }

    #[test]
    fn the_codes_come_first_then_what_was_found_and_what_to_do() {
        let mut facts = healthy();
        facts.parameters.audit = Some("0".to_owned());
        assert_eq!(
            judged(&facts).annotation,
            "audit: PARAMETER_OFF. neptune_enable_audit_log is 0 in parameter group audited: set it to 1 and reboot each instance"
        );
    }

    #[test]
    fn what_holds_is_said_for_each_log_type() {
        let annotation = judged(&healthy()).annotation;
        assert!(annotation.starts_with("audit: neptune_enable_audit_log=1 in audited, in sync on 2 instances"), "{annotation}");
    }

    #[test]
    fn an_annotation_of_256_characters_stays_and_one_of_257_is_cut() {
        let reason = |length| {
            let reason = NotApplicable::Engine("é".repeat(length));
            Evaluation::not_applicable(Resource::db_cluster("cluster-GRAPH"), None, &reason, DateTime::from_secs(0)).annotation
        };
        let rest = reason(0).chars().count();
        assert_eq!(reason(256 - rest).chars().count(), 256);
        assert!(!reason(256 - rest).ends_with("..."));
        assert_eq!(reason(257 - rest).chars().count(), 256);
        assert!(!reason(256 - rest).contains("..."));
        assert!(reason(257 - rest).contains("..."));
    }

    /// Every way in which one thing can be wrong, and some in which several are, by name.
    fn situations() -> Vec<(&'static str, ClusterFacts)> {
        type Change = fn(&mut ClusterFacts);
        let changes: &[(&str, Change)] = &[
            ("healthy", |_| ()),
            ("audit off", |facts| facts.parameters.audit = Some("0".to_owned())),
            ("audit unset", |facts| facts.parameters.audit = None),
            ("slow query off", |facts| facts.parameters.slow_query = Some("disable".to_owned())),
            ("default group", |facts| {
                facts.cluster.parameter_group = "default.neptune1.4".to_owned();
                facts.parameters.audit = None;
                facts.parameters.slow_query = None;
            }),
            ("one waits for a reboot", |facts| facts.cluster.members[1].parameter_group_status = "pending-reboot".to_owned()),
            ("all wait for a reboot", |facts| {
                facts.cluster.members.iter_mut().for_each(|member| member.parameter_group_status = "pending-reboot".to_owned());
            }),
            ("an instance failed to apply", |facts| facts.cluster.members[0].parameter_group_status = "failed-to-apply".to_owned()),
            ("no instances", |facts| facts.cluster.members.clear()),
            ("one instance", |facts| facts.cluster.members.truncate(1)),
            ("no export", |facts| facts.cluster.exported.clear()),
            ("export pending", |facts| {
                facts.cluster.exported.clear();
                facts.cluster.export_pending = vec!["audit".to_owned()];
            }),
            ("no log group", |facts| {
                let missing = LogGroupFacts { group: Fact::NoLogGroup, destinations: Fact::NoLogGroup, newest_event: Fact::NoLogGroup };
                facts.audit_log_group = missing.clone();
                facts.slow_query_log_group = missing;
            }),
            ("kept a day", |facts| facts.audit_log_group.group = Fact::Found(LogGroup { retention_days: Some(1), encrypted: true })),
            ("kept too long", |facts| facts.audit_log_group.group = Fact::Found(LogGroup { retention_days: Some(400), encrypted: true })),
            ("kept for ever", |facts| facts.audit_log_group.group = Fact::Found(LogGroup { retention_days: None, encrypted: true })),
            ("no key", |facts| facts.audit_log_group.group = Fact::Found(LogGroup { retention_days: Some(365), encrypted: false })),
            ("not forwarded", |facts| facts.audit_log_group.destinations = Fact::Found(Vec::new())),
            ("forwarded elsewhere", |facts| {
                facts.audit_log_group.destinations = Fact::Found(vec!["arn:aws:lambda:eu-west-1:111122223333:function:other".to_owned()]);
            }),
            ("silent", |facts| {
                facts.audit_log_group.newest_event = Fact::Found(Some(facts.read_at - std::time::Duration::from_secs(7201)))
            }),
            ("empty", |facts| facts.audit_log_group.newest_event = Fact::Found(None)),
        ];
        let mut situations: Vec<_> = changes
            .iter()
            .map(|(name, change)| {
                let mut facts = healthy();
                change(&mut facts);
                (*name, facts)
            })
            .collect();
        situations.push(("everything", worst("graph")));
        situations
    }

    /// With `reportUnchanged=false` a changed annotation costs every user one evaluation a cluster: it is changed on purpose, or not at all.
    #[test]
    fn annotations_are_as_they_were() {
        let accepting = Requirements { pending_reboot_accepted: true, ..Requirements::default() };
        let rules = [("default", Requirements::default()), ("pending reboot accepted", accepting), ("strictest", strictest())];
        let mut said = String::new();
        for (situation, facts) in situations() {
            for (rule, required) in &rules {
                let evaluation = evaluate(&decide(&facts, required).expect("every fact was read"));
                said += &format!("{situation}, {rule}:\n    {} {}\n", evaluation.compliance.as_str(), evaluation.annotation);
            }
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/annotations.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &said).expect("the snapshot can be written");
        }
        let recorded = std::fs::read_to_string(path).expect("a snapshot");
        assert_eq!(said, recorded, "BLESS=1 cargo test --lib annotations writes the new ones");
    }

    proptest! {
        #[test]
        fn cutting_may_lose_details_but_never_a_code(name in ".{1,300}") {
            let evaluation = judged(&worst(&name));
            prop_assert!((1..=256).contains(&evaluation.annotation.chars().count()));
            prop_assert_eq!(evaluation.codes.len(), 12);
            for code in &evaluation.codes {
                prop_assert!(evaluation.annotation.contains(code.as_str()), "{} is missing: {}", code, evaluation.annotation);
            }
        }
    }
}
