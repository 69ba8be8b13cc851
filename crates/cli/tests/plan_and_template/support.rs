//! What the tests have in common.

use std::path::PathBuf;

use neptune_audit::report::{Basis, Judged, Place};
use neptune_audit::resources::{Judging, judged};
use neptune_audit::template::{Given, Template};
use neptune_audit_core::requirements::Requirements;
use serde_json::Value;

/// A destination that plans and templates send to.
pub(crate) const CENTRAL: &str = "arn:aws:logs:eu-west-1:444455556666:destination:central";

/// A file beside the tests.
pub(crate) fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

pub(crate) fn read(path: &PathBuf) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The plan of a case.
pub(crate) fn plan_of(case: &str) -> Value {
    serde_json::from_str(&read(&fixture(&format!("plans/{case}/plan.json")))).unwrap()
}

/// What is required with these rule parameters.
pub(crate) fn required(parameters: &[(&str, &str)]) -> Requirements {
    let mut required = Requirements::default();
    for (name, value) in parameters {
        required.set(name, value).unwrap();
    }
    required.check().unwrap();
    required.before_deployment()
}

/// Everything that can be asked of a log group.
pub(crate) fn everything() -> Requirements {
    required(&[
        ("minimumRetentionDays", "90"),
        ("maximumRetentionDays", "400"),
        ("logGroupEncrypted", "true"),
        ("logGroupDeletionProtected", "true"),
        ("logGroupMetricFilter", "true"),
        ("forwardingDestination", "arn:aws:logs:*:444455556666:destination:*"),
        ("iamAuthentication", "true"),
    ])
}

pub(crate) const STRICT: Judging = Judging { strict: true, require_declared: false };
pub(crate) const DECLARED: Judging = Judging { strict: false, require_declared: true };

/// The rows of a plan.
pub(crate) fn judge_plan(plan: &Value, required: &Requirements, judging: Judging) -> Vec<Judged> {
    let rows = neptune_audit::plan::judge(&plan.to_string(), false, required, judging).unwrap();
    rows.iter().map(|(subject, row)| judged("plan.json", subject, row, judging)).collect()
}

/// The rows of a template, given values of parameters.
pub(crate) fn judge_template(text: &str, given: &[(&str, &str)], required: &Requirements, judging: Judging) -> Vec<Judged> {
    let parameters = given.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect();
    let given = Given { parameters, region: Some("eu-west-1".to_owned()), account: Some("111122223333".to_owned()) };
    let template = Template::parse(text).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
    let rows = template.judge(&given, required, judging);
    rows.iter().map(|(subject, row)| judged("template.yaml", subject, row, judging)).collect()
}

/// A row in a few words: verdict, codes, and `by reference` where it rests on one.
pub(crate) fn said(judged: &Judged) -> String {
    let mut words = vec![judged.verdict.as_str().to_owned()];
    words.extend(judged.codes.iter().map(|code| (*code).to_owned()));
    if let Place::Declared { basis: Basis::Reference, .. } = &judged.place {
        words.push("by reference".to_owned());
    }
    words.join(" ")
}

/// Compares rows with a table of addresses and what is to be said of each; every row has a line in it.
#[track_caller]
pub(crate) fn assert_said(rows: &[Judged], expected: &[(&str, &str)]) {
    let found: Vec<(String, String)> = rows.iter().map(|row| (row.place.name().to_owned(), said(row))).collect();
    let mut found: Vec<(&str, &str)> = found.iter().map(|(address, said)| (address.as_str(), said.as_str())).collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

/// The row of an address.
#[track_caller]
pub(crate) fn row<'a>(rows: &'a [Judged], address: &str) -> &'a Judged {
    rows.iter().find(|row| row.place.name() == address).unwrap_or_else(|| panic!("no row `{address}`"))
}

pub(crate) fn notes(judged: &Judged) -> &[String] {
    match &judged.place {
        Place::Declared { notes, .. } => notes,
        Place::Live { .. } => &[],
    }
}
