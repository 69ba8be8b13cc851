use proptest::prelude::*;

use super::*;
use crate::examples::{healthy, strictest};
use crate::facts::SubscriptionFilter;
use crate::selection::Selection;

/// Facts in which each link may be broken, and so may the log groups be missing.
fn any_facts() -> impl Strategy<Value = ClusterFacts> {
    (proptest::collection::vec(any_assumption(), 0..12), any_group(), any_group()).prop_map(|(assumptions, audit, slow_query)| {
        let mut facts = healthy();
        Assumption::LogGroup(LogType::Audit, audit).apply(&mut facts);
        Assumption::LogGroup(LogType::SlowQuery, slow_query).apply(&mut facts);
        assumptions.iter().for_each(|(assumption, _)| assumption.apply(&mut facts));
        facts
    })
}

fn any_group() -> impl Strategy<Value = Option<LogGroup>> {
    let group = (any_retention(), any::<bool>(), any_class(), any::<bool>(), 0..3_u32).prop_map(
        |(retention_days, encrypted, class, deletion_protected, metric_filters)| LogGroup {
            retention_days,
            retention_policy: None,
            encrypted,
            class,
            deletion_protected,
            metric_filters,
        },
    );
    proptest::option::weighted(0.8, group)
}

fn any_class() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just("STANDARD".to_owned()), 1 => Just("INFREQUENT_ACCESS".to_owned()), 1 => "[A-Z]{1,12}"]
}

fn any_value() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(prop_oneof!["[01]", "info|debug|disable|disabled", ".{0,8}"])
}

fn any_retention() -> impl Strategy<Value = Option<u32>> {
    proptest::option::of(prop_oneof![1..=3653_u32, Just(89), Just(90), Just(365), Just(366)])
}

fn any_destination() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("arn:aws:logs:eu-west-1:444455556666:destination:central".to_owned()),
        "arn:aws:lambda:eu-west-1:111122223333:function:[a-z]{1,8}"
    ]
}

fn any_pattern() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::new()), 1 => Just(" ".to_owned()), 1 => "[A-Z]{1,5}"]
}

fn any_subscriptions() -> impl Strategy<Value = Subscriptions> {
    let filter = (any_destination(), any_pattern(), proptest::option::weighted(0.2, ".{0,4}"))
        .prop_map(|(destination, pattern, field_selection)| SubscriptionFilter { destination, pattern, field_selection });
    proptest::collection::vec(filter, 0..3).prop_map(Subscriptions::Filters)
}

fn any_policies() -> impl Strategy<Value = Vec<AccountPolicy>> {
    let criteria = prop_oneof![
        3 => Just(String::new()),
        1 => Just("LogGroupName NOT IN [\"/aws/neptune/graph/audit\", \"/aws/neptune/graph/slowquery\"]".to_owned()),
        1 => ".{0,12}"
    ];
    let policy = (any_destination(), any_pattern(), criteria).prop_map(|(destination, pattern, criteria)| AccountPolicy {
        name: "one".to_owned(),
        destination,
        pattern,
        selection: Selection::parse(&criteria),
    });
    proptest::collection::vec(policy, 0..2)
}

fn any_tags() -> impl Strategy<Value = Vec<Tag>> {
    let tag = (prop_oneof!["audit", "[a-z]{1,5}"], prop_oneof!["exempt", "[a-z]{0,5}"]).prop_map(|(key, value)| Tag { key, value });
    proptest::collection::vec(tag, 0..3)
}

/// One fact as any value, and the unknown that it is one of.
fn any_assumption() -> impl Strategy<Value = (Assumption, Unknown)> {
    let log_type = prop_oneof![Just(LogType::Audit), Just(LogType::SlowQuery)];
    log_type.prop_flat_map(|of| {
        let required = strictest();
        let retention = Unknown::retention("x", of, &required);
        let subscriptions = Unknown::subscriptions("x", of, &required);
        let policies = Unknown::account_policies("x", &required);
        let tags = Unknown::tags("x", &required);
        prop_oneof![
            any_value().prop_map(move |value| (Assumption::Parameter(of, value), Unknown::parameter("x", of))),
            any::<bool>().prop_map(|on| (Assumption::IamAuthentication(on), Unknown::iam_authentication("x"))),
            any::<bool>().prop_map(move |on| (Assumption::Exported(of, on), Unknown::exported("x", of))),
            any_retention().prop_map(move |days| (Assumption::Retention(of, days), retention.clone())),
            any::<bool>().prop_map(move |key| (Assumption::Encrypted(of, key), Unknown::encrypted("x", of))),
            any_class().prop_map(move |class| (Assumption::Class(of, class), Unknown::class("x", of))),
            any::<bool>().prop_map(move |on| (Assumption::DeletionProtected(of, on), Unknown::deletion_protected("x", of))),
            (0..5_u32).prop_map(move |count| (Assumption::MetricFilters(of, count), Unknown::metric_filters("x", of))),
            any_subscriptions().prop_map(move |found| (Assumption::Subscriptions(of, found), subscriptions.clone())),
            any_policies().prop_map(move |found| (Assumption::AccountPolicies(found), policies.clone())),
            any_tags().prop_map(move |found| (Assumption::Tags(found), tags.clone())),
        ]
    })
}

/// What matters of a world: the codes, and whether the cluster is held against the requirements at all.
fn codes(facts: &ClusterFacts) -> (Vec<Code>, bool) {
    let forecast = Forecast::from(decide(facts, &strictest()).expect("every fact is known"));
    (forecast.certain, forecast.held)
}

proptest! {
    #[test]
    fn every_value_behaves_as_one_of_its_representatives_does(facts in any_facts(), (assumption, unknown) in any_assumption()) {
        let with = |assumptions: &[Assumption]| {
            let mut facts = facts.clone();
            assumptions.iter().for_each(|assumption| assumption.apply(&mut facts));
            codes(&facts)
        };
        let expected = with(&[assumption]);
        prop_assert!(unknown.alternatives.iter().any(|alternative| with(alternative) == expected), "{unknown:?}");
    }

    #[test]
    fn without_unknown_values_a_forecast_says_what_the_decision_says(facts in any_facts()) {
        let verdict = decide(&facts, &strictest()).expect("every fact is known");
        let forecast = foresee(&facts, &[], &strictest()).expect("every fact is known");
        prop_assert_eq!(forecast.expectation() == Expectation::Pass, matches!(verdict, Verdict::Compliant(_)));
        prop_assert_eq!(forecast, Forecast::from(verdict));
    }

    #[test]
    fn what_becomes_known_is_never_against_the_forecast(facts in any_facts(), (assumption, unknown) in any_assumption()) {
        let forecast = foresee(&facts, &[unknown], &strictest()).expect("every fact is known or unknown");
        let mut world = facts;
        assumption.apply(&mut world);
        let (codes, held) = codes(&world);
        prop_assert_eq!(true, if held { forecast.held } else { !forecast.exemptions.is_empty() });
        prop_assert!(forecast.certain.iter().all(|code| codes.contains(code)));
        prop_assert!(codes.iter().all(|code| forecast.certain.contains(code) || forecast.possible.contains(code)));
    }
}

#[test]
fn an_unknown_value_that_decides_is_named_and_one_that_does_not_is_not() {
    let mut facts = healthy();
    let parameter = Unknown::parameter("the parameter", LogType::Audit);
    let forecast = foresee(&facts, &[parameter.clone(), Unknown::exported("the export", LogType::Audit)], &strictest()).expect("judged");
    assert_eq!(forecast.expectation(), Expectation::Undecided);
    assert_eq!(forecast.deciding, ["the parameter", "the export"]);
    assert_eq!(forecast.possible, [Code::ParameterOff, Code::ExportOff]);

    let unasked = Requirements::default().before_deployment();
    let forecast = foresee(&facts, &[Unknown::encrypted("the key", LogType::Audit)], &unasked).expect("judged");
    assert_eq!((forecast.expectation(), forecast.deciding.len()), (Expectation::Pass, 0));

    facts.cluster.exported.clear();
    let forecast = foresee(&facts, &[parameter], &strictest()).expect("judged");
    assert_eq!(forecast.expectation(), Expectation::Fail);
    assert_eq!((forecast.certain, forecast.possible), (vec![Code::ExportOff], vec![Code::ParameterOff]));
}

#[test]
fn too_many_worlds_are_undecided_and_every_unknown_value_is_named() {
    let many: Vec<_> = (0..13).map(|index| Unknown::exported(format!("export {index}"), LogType::Audit)).collect();
    let forecast = foresee(&healthy(), &many, &strictest()).expect("judged");
    assert!(forecast.too_many);
    assert_eq!(forecast.expectation(), Expectation::Undecided);
    assert_eq!(forecast.deciding.len(), 13);
    let forecast = foresee(&healthy(), &many[1..], &strictest()).expect("judged");
    assert!(!forecast.too_many);
}

#[test]
fn worlds_that_the_caller_makes_are_judged_by_the_caller() {
    let choices = [Choice { name: "a condition".to_owned(), alternatives: 2 }, Choice { name: "another".to_owned(), alternatives: 3 }];
    let forecast = foresee_with(&choices, |picks| {
        let mut facts = healthy();
        if picks == [1, 2] {
            facts.cluster.exported.clear();
        }
        foresee(&facts, &[Unknown::encrypted("the key", LogType::Audit)], &Requirements::default())
    });
    let forecast = forecast.expect("judged");
    assert_eq!(forecast.expectation(), Expectation::Undecided);
    assert_eq!(forecast.deciding, ["a condition", "another"]);
}

#[test]
fn a_tag_that_may_exempt_leaves_a_broken_cluster_undecided_and_one_that_does_makes_it_not_applicable() {
    let mut facts = healthy();
    facts.cluster.exported.clear();
    facts.tags = None;
    let tags = Unknown::tags("the tags", &strictest());
    let forecast = foresee(&facts, std::slice::from_ref(&tags), &strictest()).expect("judged");
    assert_eq!((forecast.expectation(), forecast.deciding), (Expectation::Undecided, vec!["the tags".to_owned()]));
    tags.alternatives[1].iter().for_each(|assumption| assumption.apply(&mut facts));
    let forecast = foresee(&facts, &[], &strictest()).expect("judged");
    assert_eq!(forecast.expectation(), Expectation::NotApplicable);
}

#[test]
fn each_unknown_value_makes_a_healthy_cluster_undecided_by_its_own_code_and_log() {
    let required = strictest();
    for of in LogType::ALL {
        for (unknown, possible) in [
            (Unknown::parameter("x", of), vec![Code::ParameterOff]),
            (Unknown::exported("x", of), vec![Code::ExportOff]),
            (Unknown::retention("x", of, &required), vec![Code::RetentionTooShort, Code::RetentionTooLong]),
            (Unknown::encrypted("x", of), vec![Code::NotEncrypted]),
            (Unknown::class("x", of), vec![Code::NotForwarded]),
            (Unknown::deletion_protected("x", of), vec![Code::Deletable]),
            (Unknown::metric_filters("x", of), vec![Code::NotWatched]),
            (Unknown::subscriptions("x", of, &required), vec![Code::NotForwarded]),
        ] {
            let forecast = foresee(&healthy(), std::slice::from_ref(&unknown), &required).expect("judged");
            assert_eq!((forecast.certain, forecast.possible), (vec![], possible), "{unknown:?}");
            for trail in forecast.trails {
                let differs = trail.links.iter().any(|(_, outcomes)| outcomes.len() > 1);
                assert_eq!(differs, trail.log_type == of, "{unknown:?}");
            }
        }
    }
    let forecast = foresee(&healthy(), &[Unknown::iam_authentication("x")], &required).expect("judged");
    assert_eq!(forecast.possible, [Code::CallerUnknown]);
}

#[test]
fn what_is_assumed_of_a_log_group_that_is_not_there_makes_none() {
    let mut facts = healthy();
    facts.audit_log_group = LogGroupFacts::missing();
    let before = facts.clone();
    Assumption::Encrypted(LogType::Audit, true).apply(&mut facts);
    Assumption::Subscriptions(LogType::Audit, Subscriptions::NotSupported).apply(&mut facts);
    assert_eq!(facts, before);
}

#[test]
fn expectations_are_displayed_as_programs_read_them() {
    let all = [Expectation::Pass, Expectation::Fail, Expectation::Undecided, Expectation::NotApplicable];
    assert_eq!(all.map(|expectation| expectation.to_string()), ["PASS", "FAIL", "UNDECIDED", "NOT_APPLICABLE"]);
}

/// What the default rule says of the healthy cluster when it may be any of these things.
fn one_of(alternatives: &[fn(&mut ClusterFacts)]) -> Forecast {
    let choice = Choice { name: "which".to_owned(), alternatives: alternatives.len() };
    let forecast = foresee_with(&[choice], |picks| {
        let mut facts = healthy();
        alternatives[picks[0]](&mut facts);
        decide(&facts, &Requirements::default()).map(Forecast::from)
    });
    Forecast { deciding: Vec::new(), ..forecast.expect("judged") }
}

#[test]
fn a_choice_decides_where_only_what_is_possible_or_exempt_differs() {
    let healthy: fn(&mut ClusterFacts) = |_| ();
    let broken: fn(&mut ClusterFacts) = |facts| facts.cluster.exported.clear();
    let deleting: fn(&mut ClusterFacts) = |facts| facts.cluster.status = "deleting".to_owned();
    let deciding = |worlds: [Forecast; 2]| {
        let choices = [Choice { name: "a condition".to_owned(), alternatives: 2 }];
        foresee_with(&choices, |picks| Ok::<_, Unread>(worlds[picks[0]].clone())).expect("judged").deciding
    };
    assert_eq!(deciding([one_of(&[healthy]), one_of(&[healthy])]), [""; 0]);
    assert_eq!(deciding([one_of(&[healthy]), one_of(&[healthy, broken])]), ["a condition"], "what is possible");
    assert_eq!(deciding([one_of(&[deleting]), one_of(&[healthy, deleting])]), ["a condition"], "whether it is held");
    assert_eq!(deciding([one_of(&[healthy]), one_of(&[healthy, deleting])]), ["a condition"], "why it may not be held");
}

#[test]
fn of_too_many_worlds_no_code_is_told_and_one_such_part_leaves_the_whole_undecided() {
    let many: Vec<_> = (0..13).map(|index| Unknown::exported(format!("export {index}"), LogType::Audit)).collect();
    let mut broken = healthy();
    broken.cluster.iam_authentication = false;
    let too_many = foresee(&broken, &many, &strictest()).expect("judged");
    assert_eq!((&too_many.certain, &too_many.possible), (&vec![], &vec![]));
    assert_eq!(too_many.expectation(), Expectation::Undecided);

    let choices = vec![Choice { name: "which".to_owned(), alternatives: 2 }; 13];
    let possible = one_of(&[|_| (), |facts| facts.cluster.exported.clear()]);
    let of_possible = foresee_with(&choices, |_| Ok::<_, Unread>(possible.clone())).expect("judged");
    assert_eq!((of_possible.too_many, of_possible.possible), (true, vec![]));

    let choices = [Choice { name: "which".to_owned(), alternatives: 2 }];
    for worlds in [[one_of(&[|_| ()]), too_many.clone()], [too_many, one_of(&[|_| ()])]] {
        let forecast = foresee_with(&choices, |picks| Ok::<_, Unread>(worlds[picks[0]].clone())).expect("judged");
        assert_eq!((forecast.too_many, forecast.expectation()), (true, Expectation::Undecided));
    }
}

#[test]
fn no_retention_is_shorter_than_a_day() {
    let required = Requirements { minimum_retention_days: Some(1), ..Requirements::default() };
    let unknown = Unknown::retention("x", LogType::Audit, &required);
    let forecast = foresee(&healthy(), &[unknown], &required).expect("judged");
    assert_eq!((forecast.expectation(), forecast.possible), (Expectation::Pass, vec![]));
}
