//! How it went, as tables and goals.

use super::asking::{Comparison, Outcome, PATIENCE};
use super::engines::Kind;
use super::truth::{Tally, Worth};
use super::workload::{OTHERS, RUNS};
use crate::figures::{Block, Goal, Report};
use crate::lab::{megabytes, milliseconds};
use crate::statistics::Sample;
use crate::tables::{compact, table};

/// Wrong passes that are named; of more the number says enough.
const NAMED: usize = 12;

/// Of the plans of the tests, a small and a large one, and a small and a large one of nothing but trails.
pub fn report(comparisons: &[Comparison], missing: &[Kind]) -> Report {
    let left_out: String = missing.iter().map(|kind| format!(" Left out, for it is not installed: {}.", kind.name())).collect();
    let text = format!(
        "### Terraform plans\n\nWill each cluster generate and export its audit log? Every engine judges the same plans, all of them in one run, and in \
         turn. The plans of the tests were made by Terraform, and it is written down what is true of each cluster. The large ones are copies of \
         what Terraform made: a cluster with its parameter group, log group and filter, and {OTHERS} IAM policies beside them, or none. There, \
         every tenth cluster cannot be told, and every fourth of the others has its log off. Medians of {RUNS} runs; one, where an engine \
         takes long.{left_out}\n\n{}\n\
         *Refused*: fails what a plan cannot tell, as it should where there is no third answer. *Vague*: does not tell what the plan tells. \
         *Wrong pass*: passes a cluster that will not log, or of which a plan cannot tell.\n\n{}{}\n{}",
        verdicts(comparisons),
        comparisons.first().map(wrong_passes).unwrap_or_default(),
        costs(comparisons),
        comparisons.get(1..3).map(growth).unwrap_or_default(),
    );
    Report { blocks: vec![Block::Text(text)], goals: goals(comparisons) }
}

fn verdicts(comparisons: &[Comparison]) -> String {
    let header = ["plans", "engine", "clusters", "right", "refused", "vague", "no answer", "wrong fail", "wrong pass"];
    let rows = comparisons.iter().flat_map(|Comparison { workload, outcomes }| {
        let answers = outcomes.iter().filter_map(|outcome| outcome.answers.as_ref()).flatten();
        answers.map(|(who, verdicts)| {
            let tally = Tally::new(&workload.truth, verdicts);
            let counts = Worth::ALL.map(|worth| match tally.count(worth) {
                count @ 1.. if worth == Worth::WrongPass => format!("**{count}**"),
                count => count.to_string(),
            });
            [workload.what.clone(), (*who).to_owned(), workload.truth.len().to_string()].into_iter().chain(counts).collect()
        })
    });
    table(&header.map(str::to_owned), rows)
}

/// Who passes which clusters of the tests that must not pass.
fn wrong_passes(Comparison { workload, outcomes }: &Comparison) -> String {
    let mut text = String::new();
    for (who, verdicts) in outcomes.iter().filter_map(|outcome| outcome.answers.as_ref()).flatten() {
        let wrong = Tally::new(&workload.truth, verdicts).wrong_passes;
        if (1..=NAMED).contains(&wrong.len()) {
            let named = wrong.iter().map(|(plan, address)| format!("`{address}` in `{}`", plan.trim_end_matches(".json")));
            text += &format!("Passed wrongly by {who}: {}.\n\n", named.collect::<Vec<_>>().join(", "));
        }
    }
    text
}

fn costs(comparisons: &[Comparison]) -> String {
    let header = ["plans", "size", "engine", "time", "÷ the command's", "CPU", "peak memory"];
    let rows = comparisons.iter().flat_map(|Comparison { workload, outcomes }| {
        let command = outcomes.iter().find(|outcome| outcome.kind == Kind::Command).and_then(time);
        outcomes.iter().map(move |outcome| {
            let kind = outcome.kind.name().to_owned();
            let first = [workload.what.clone(), format!("{:.1} MB", megabytes(workload.bytes as u64)), kind];
            let ratio = time(outcome).zip(command).map(|(time, command)| format!("{} ×", compact(time / command))).unwrap_or_default();
            let last = match (cpu(outcome), memory(outcome)) {
                (Some(cpu), Some(memory)) => [show(cpu), format!("{:.1} MB", megabytes(memory))],
                _ => Default::default(),
            };
            first.into_iter().chain([said(outcome), ratio]).chain(last).collect()
        })
    });
    table(&header.map(str::to_owned), rows)
}

/// How long it took, or why there is no time.
fn said(outcome: &Outcome) -> String {
    match (time(outcome), &outcome.answers) {
        (Some(_), None) => "failed".to_owned(),
        (Some(time), _) => show(time),
        (None, _) => format!("not done within {} s", PATIENCE.as_secs()),
    }
}

/// From the small plan to the large one.
fn growth(pair: &[Comparison]) -> String {
    let [small, large] = pair else { return String::new() };
    let grown = Kind::ALL.iter().filter_map(|kind| {
        let of = |comparison: &Comparison| time(comparison.outcomes.iter().find(|outcome| outcome.kind == *kind)?);
        let before = of(small)?;
        Some(match of(large) {
            Some(after) => format!("{} {} ×", kind.name(), compact(after / before)),
            None => format!("{} more than {} ×", kind.name(), compact(milliseconds(PATIENCE) / before)),
        })
    });
    let grown: Vec<_> = grown.collect();
    format!("With ten times the resources the time is, for {}.\n", grown.join(", for "))
}

fn goals(comparisons: &[Comparison]) -> Vec<Goal> {
    let of = |place: usize, kind: Kind| comparisons.get(place)?.outcomes.iter().find(|outcome| outcome.kind == kind);
    let ratio = |what: &str, limit: f64, of: Option<f64>, to: Option<f64>| Some(Goal::new(what, limit, of? / to?));
    let command = |place| of(place, Kind::Command);
    let wrong: usize = comparisons.iter().map(errors).sum();
    let mut goals = vec![Goal { unit: "", ..Goal::new("clusters of a plan that `neptune-audit plan` judges wrongly", 0.0, wrong as f64) }];
    goals.extend(ratio("a plan of 2,000 resources ÷ checkov", 1.0 / 100.0, command(1).and_then(time), of(1, Kind::Checkov).and_then(time)));
    goals.extend(ratio("a plan of 20,000 resources ÷ of 2,000", 12.0, command(2).and_then(time), command(1).and_then(time)));
    goals.extend(ratio("the same, of nothing but trails", 15.0, command(4).and_then(time), command(3).and_then(time)));
    let size = |place: usize| Some(comparisons.get(place)?.workload.bytes as f64);
    goals.extend(ratio(
        "peak memory for 20,000 resources ÷ the plan's size",
        2.0,
        command(2).and_then(memory).map(|bytes| bytes as f64),
        size(2),
    ));
    goals
}

/// The clusters of which the command says anything but the truth.
fn errors(Comparison { workload, outcomes }: &Comparison) -> usize {
    let command = outcomes.iter().find(|outcome| outcome.kind == Kind::Command).and_then(|outcome| outcome.answers.as_ref());
    let right = command.into_iter().flatten().map(|(_, verdicts)| Tally::new(&workload.truth, verdicts).count(Worth::Right)).sum::<usize>();
    workload.truth.len() - right
}

/// The median, in milliseconds.
fn time(outcome: &Outcome) -> Option<f64> {
    median(outcome.runs.iter().map(|run| milliseconds(run.time)))
}

fn cpu(outcome: &Outcome) -> Option<f64> {
    median(outcome.runs.iter().map(|run| milliseconds(run.cpu)))
}

fn memory(outcome: &Outcome) -> Option<u64> {
    outcome.runs.iter().map(|run| run.memory).max()
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<_> = values.collect();
    (!values.is_empty()).then(|| Sample::new(values).median())
}

/// Milliseconds, or seconds where there are many.
fn show(milliseconds: f64) -> String {
    if milliseconds < 1000.0 { format!("{} ms", compact(milliseconds)) } else { format!("{:.1} s", milliseconds / 1000.0) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::gate::truth::{Verdict, Verdicts};
    use crate::gate::watch::Watched;
    use crate::gate::workload::Workload;

    fn comparison(command: &[(&str, Verdict)], checkov: Option<u64>) -> Comparison {
        let key = |name: &str| ("plan.json".to_owned(), name.to_owned());
        let truth = Verdicts::from([(key("a"), Verdict::Pass), (key("b"), Verdict::Fail)]);
        let verdicts: Verdicts = command.iter().map(|(name, verdict)| (key(name), *verdict)).collect();
        let run =
            |time| Watched { time: Duration::from_millis(time), cpu: Duration::from_millis(time), memory: 4_000_000, printed: Vec::new() };
        let folder = tempfile::tempdir().unwrap();
        let kinds = vec![Kind::Command, Kind::Checkov];
        Comparison {
            workload: Workload { what: "two".into(), folder, plans: Vec::new(), bytes: 1_000_000, truth, kinds, slow_runs: 1 },
            outcomes: vec![
                Outcome { kind: Kind::Command, runs: vec![run(30), run(10), run(20)], answers: Some(vec![("command", verdicts)]) },
                Outcome { kind: Kind::Checkov, runs: checkov.into_iter().map(run).collect(), answers: checkov.map(|_| Vec::new()) },
            ],
        }
    }

    #[test]
    fn a_wrong_pass_stands_out_and_is_named() {
        let wrong = comparison(&[("a", Verdict::Pass), ("b", Verdict::Pass)], None);
        assert_eq!(errors(&wrong), 1);
        assert!(wrong_passes(&wrong).contains("Passed wrongly by command: `b` in `plan`."));
        let shown = verdicts(&[wrong]);
        assert!(shown.contains("| two | command | 2 | 1 | 0 | 0 | 0 | 0 | **1** |"), "{shown}");
        assert_eq!(errors(&comparison(&[("a", Verdict::Pass)], None)), 1);
        assert_eq!(errors(&comparison(&[("a", Verdict::Pass), ("b", Verdict::Fail)], None)), 0);
    }

    #[test]
    fn an_engine_that_does_not_end_has_no_figures() {
        let shown = costs(&[comparison(&[], Some(2000)), comparison(&[], None)]);
        assert!(shown.contains("| two | 1.0 MB | `neptune-audit plan` | 20 ms | 1 × | 20 ms | 4.0 MB |"), "{shown}");
        assert!(shown.contains("| two | 1.0 MB | checkov | 2.0 s | 100 × | 2.0 s | 4.0 MB |"), "{shown}");
        assert!(shown.contains("| two | 1.0 MB | checkov | not done within 60 s |  |  |  |"), "{shown}");
    }

    #[test]
    fn growth_is_said_of_each_also_where_it_has_no_end() {
        let grown = growth(&[comparison(&[], Some(2000)), comparison(&[], None)]);
        assert_eq!(grown, "With ten times the resources the time is, for `neptune-audit plan` 1 ×, for checkov more than 30 ×.\n");
    }
}
