//! The cases of the stand-in provider's own example, each a hard one.

use neptune_audit::resources::Judging;

use crate::support::{STRICT, assert_said, judge_plan, notes, plan_of, required, row};

const EXPECTED: [(&str, &str); 14] = [
    ("aws_neptune_cluster.known", "PASS"),
    ("aws_neptune_cluster.prefix", "PASS"),
    ("aws_neptune_cluster.secret", "PASS"),
    ("module.graph[\"m1\"].aws_neptune_cluster.this", "PASS by reference"),
    ("module.graph[\"m2\"].aws_neptune_cluster.this", "PASS by reference"),
    ("module.shared.aws_neptune_cluster.this", "PASS by reference"),
    ("aws_neptune_cluster.bare", "FAIL PARAMETER_OFF EXPORT_OFF"),
    ("aws_neptune_cluster.gen", "FAIL PARAMETER_OFF by reference"),
    ("aws_neptune_cluster.cond", "UNDECIDED"),
    ("aws_neptune_cluster.dyn", "UNDECIDED"),
    ("aws_neptune_cluster.late", "UNDECIDED"),
    ("aws_neptune_cluster.outside", "UNDECIDED"),
    ("aws_neptune_cluster.each[\"a\"]", "UNDECIDED by reference"),
    ("aws_neptune_cluster.each[\"b\"]", "UNDECIDED by reference"),
];

#[test]
fn each_case_is_what_it_must_be() {
    let rows = judge_plan(&plan_of("cases"), &required(&[]), Judging::default());
    assert_said(&rows, &EXPECTED);
    for row in &rows {
        assert!(notes(row).is_empty(), "{:?}", notes(row));
        assert_eq!(row.codes.is_empty(), row.verdict.as_str() != "FAIL");
        assert!(!row.message.is_empty());
    }
}

#[test]
fn strictly_nothing_passes_by_reference() {
    let rows = judge_plan(&plan_of("cases"), &required(&[]), STRICT);
    let strictly = EXPECTED.map(|(address, said)| (address, said.replace("PASS by", "UNDECIDED by")));
    let strictly: Vec<(&str, &str)> = strictly.iter().map(|(address, said)| (*address, said.as_str())).collect();
    assert_said(&rows, &strictly);
}

#[test]
fn a_link_of_an_undecided_cluster_says_what_decides_it() {
    let rows = judge_plan(&plan_of("cases"), &required(&[]), Judging::default());
    let link = |address: &str, name: &str| row(&rows, address).links.iter().find(|link| link.link == name).unwrap().clone();
    let generated = link("aws_neptune_cluster.cond", "generated");
    assert_eq!((generated.state.as_str(), generated.code), ("undecided", Some("PARAMETER_OFF")));
    assert_eq!(generated.detail.as_deref(), Some("it depends on `local.group`"));
    assert_eq!(link("aws_neptune_cluster.cond", "exported").state.as_str(), "holds");
    assert_eq!(link("aws_neptune_cluster.dyn", "generated").state.as_str(), "holds");
    assert_eq!(link("aws_neptune_cluster.dyn", "exported").state.as_str(), "undecided");
}
