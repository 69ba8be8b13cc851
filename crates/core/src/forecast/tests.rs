use proptest::prelude::*;

use super::*;
use crate::examples::{healthy, strictest};

/// Facts in which each link may be broken, and so may the log groups be missing.
fn any_facts() -> impl Strategy<Value = ClusterFacts> {
    let assumptions = LogType::ALL.map(|log_type| {
        (any_value(), any::<bool>(), any::<bool>(), any_retention(), any::<bool>(), any_destinations()).prop_map(
            move |(value, exported, exists, days, encrypted, destinations)| {
                let group = exists.then_some(LogGroup { retention_days: days, encrypted });
                let parameter = match log_type {
                    LogType::Audit => Assumption::Audit(value),
                    LogType::SlowQuery => Assumption::SlowQuery(value),
                };
                [
                    parameter,
                    Assumption::Exported(log_type, exported),
                    Assumption::LogGroup(log_type, group),
                    Assumption::Destinations(log_type, destinations),
                ]
            },
        )
    });
    assumptions.prop_map(|assumptions| {
        let mut facts = healthy();
        assumptions.iter().flatten().for_each(|assumption| assumption.apply(&mut facts));
        facts
    })
}

fn any_value() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(prop_oneof!["[01]", "info|debug|disable|disabled", ".{0,8}"])
}

fn any_retention() -> impl Strategy<Value = Option<u32>> {
    proptest::option::of(prop_oneof![1..=3653_u32, Just(89), Just(90), Just(365), Just(366)])
}

fn any_destinations() -> impl Strategy<Value = Vec<String>> {
    let destination = prop_oneof![
        Just("arn:aws:logs:eu-west-1:444455556666:destination:central".to_owned()),
        "arn:aws:lambda:eu-west-1:111122223333:function:[a-z]{1,8}"
    ];
    proptest::collection::vec(destination, 0..3)
}

/// One fact as any value, and the unknown that it is one of.
fn any_assumption() -> impl Strategy<Value = (Assumption, Unknown)> {
    let log_type = prop_oneof![Just(LogType::Audit), Just(LogType::SlowQuery)];
    log_type.prop_flat_map(|log_type| {
        let required = strictest();
        let retention = Unknown::retention("x", log_type, &required);
        let destinations = Unknown::destinations("x", log_type, &required);
        prop_oneof![
            any_value().prop_map(move |value| {
                let assumption = match log_type {
                    LogType::Audit => Assumption::Audit(value),
                    LogType::SlowQuery => Assumption::SlowQuery(value),
                };
                (assumption, Unknown::parameter("x", log_type))
            }),
            any::<bool>().prop_map(move |on| (Assumption::Exported(log_type, on), Unknown::exported("x", log_type))),
            any_retention().prop_map(move |days| (Assumption::Retention(log_type, days), retention.clone())),
            any::<bool>().prop_map(move |key| (Assumption::Encrypted(log_type, key), Unknown::encrypted("x", log_type))),
            any_destinations().prop_map(move |found| (Assumption::Destinations(log_type, found), destinations.clone())),
        ]
    })
}

fn codes(facts: &ClusterFacts) -> Vec<Code> {
    Forecast::from(decide(facts, &strictest()).expect("every fact is known")).certain
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
        let codes = codes(&world);
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

    let unasked = Requirements::default();
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
