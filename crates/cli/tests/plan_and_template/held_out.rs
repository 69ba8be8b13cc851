//! Plans and templates that were made for the policies of `policies/`, with what must be said of each link: written by nobody who knew
//! how this command works.

use std::collections::BTreeMap;

use neptune_audit::report::Judged;
use neptune_audit::resources::Judging;
use serde_json::Value;

use crate::support::{judge_plan, judge_template, read, repository, required};

type Expected = BTreeMap<String, BTreeMap<String, String>>;

fn expected(folder: &str) -> Expected {
    serde_json::from_str(&read(&repository(&format!("tests/policies/{folder}/expected.json")))).unwrap()
}

fn asked() -> neptune_audit_core::requirements::Requirements {
    required(&[
        ("iamAuthentication", "true"),
        ("minimumRetentionDays", "365"),
        ("logGroupEncrypted", "true"),
        ("logGroupDeletionProtected", "true"),
        ("logGroupMetricFilter", "true"),
        ("forwardingDestination", "arn:aws:logs:*:444455556666:destination:*"),
    ])
}

/// Compares each link that something is expected of. Of several clusters one that is broken counts, as it does there.
fn compare(name: &str, rows: &[&Judged], expected: &BTreeMap<String, String>) -> usize {
    let mut compared = 0;
    for (link, wanted) in expected.iter().filter(|(link, _)| *link != "case") {
        let states: Vec<&str> = rows
            .iter()
            .flat_map(|row| &row.links)
            .filter(|of| of.link == link && of.log_type == "audit")
            .map(|of| of.state.as_str())
            .collect();
        let found = ["broken", "undecided", "holds"].into_iter().find(|state| states.contains(state));
        let wanted = if wanted == "unknown" { "undecided" } else { wanted };
        assert_eq!(found, Some(wanted), "{name} ({}): {link}", expected["case"]);
        compared += 1;
    }
    compared
}

#[test]
fn plans_are_judged_as_they_must_be() {
    let mut compared = 0;
    for folder in ["terraform", "changes"] {
        let plan: Value = serde_json::from_str(&read(&repository(&format!("tests/policies/{folder}/plan.json")))).unwrap();
        let rows = judge_plan(&plan, &asked(), Judging::default());
        for (address, expected) in expected(folder) {
            let of: Vec<&Judged> = rows.iter().filter(|row| row.place.name() == address).collect();
            assert_eq!(of.len(), 1, "{address}");
            compared += compare(&address, &of, &expected);
        }
    }
    assert!(compared > 60, "{compared}");
}

#[test]
fn templates_are_judged_as_they_must_be() {
    let mut compared = 0;
    for (file, expected) in expected("cloudformation") {
        let rows = judge_template(&read(&repository(&format!("tests/policies/cloudformation/{file}"))), &[], &asked(), Judging::default());
        compared += compare(&file, &rows.iter().collect::<Vec<_>>(), &expected);
    }
    assert!(compared > 60, "{compared}");
}
