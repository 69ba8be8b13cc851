//! What came of one event, on the screen.

use emulator::Answer;

use crate::screen;
use crate::stage::{Outcome, Stage};
use crate::table::{Cell, Table};

/// Every evaluation in the order of the fleet, then the answer where it is an error, then the cost.
pub(crate) fn show_fleet(stage: &Stage, outcome: &Outcome) {
    let mut table = Table::new(["Cluster, and its fate", "Verdict", "Annotation"]);
    let mut rows: Vec<_> = outcome.evaluations.iter().map(|evaluation| (stage.place_of(evaluation), evaluation)).collect();
    rows.sort_by_key(|(place, _)| place.unwrap_or(usize::MAX));
    for (place, evaluation) in rows {
        let cluster = place.and_then(|place| stage.clusters(&evaluation.account).get(place));
        let (name, fate) = cluster.map_or((evaluation.resource_id.as_str(), "no such cluster (any more)"), screen::name_and_fate);
        table.add_row([
            Cell::new(format!("{name}\n{fate}")),
            screen::verdict(&evaluation.compliance, &evaluation.compliance),
            Cell::new(&evaluation.annotation),
        ]);
    }
    stage.print(|| {
        if !outcome.evaluations.is_empty() {
            screen::show(&table);
            screen::note(&screen::tally(&outcome.evaluations));
        }
        show_answer(outcome);
    });
}

/// The answer where it is an error, and the cost.
pub(crate) fn show_answer(outcome: &Outcome) {
    if let Answer::Error { error_type, error_message } = &outcome.answer {
        screen::problem(error_type, error_message);
    }
    screen::cost(&outcome.calls, outcome.took);
}
