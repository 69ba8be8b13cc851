//! What `make bench` holds the command and other engines to: `fixtures/plans/verdicts.json`, without any parameters.

use std::collections::BTreeMap;

use neptune_audit::resources::Judging;

use crate::support::{fixture, judge_plan, plan_of, read, required};

#[test]
fn the_verdicts_that_engines_are_held_to_are_those_of_the_command() {
    let expected: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&read(&fixture("plans/verdicts.json"))).unwrap();
    for (case, expected) in &expected {
        let rows = judge_plan(&plan_of(case), &required(&[]), Judging::default());
        let found: BTreeMap<String, String> = rows
            .iter()
            .filter(|row| row.verdict.as_str() != "NOT_APPLICABLE")
            .map(|row| (row.place.name().to_owned(), row.verdict.as_str().to_owned()))
            .collect();
        assert_eq!(&found, expected, "{case}");
    }
    assert!(expected.len() >= 9, "{}", expected.len());
}
