//! The story: each scene sends events, shows what AWS Config received, and compares it with what is expected.

mod troubles;

use std::path::PathBuf;

use anyhow::Result;
use emulator::Answer;

use crate::beside;
use crate::expected::{self, Case, Verdict};
use crate::repair;
use crate::review::{Review, or_nothing};
use crate::scene::{ASSUMED_ROLE, DEFAULT_RULE, OWN_ACCOUNT, REPAIRED, STRICT_RULE, Schedule};
use crate::screen;
use crate::showing::{show_answer, show_fleet};
use crate::stage::{Outcome, Stage};
use crate::table::{Cell, Table};

/// The next run of the same schedule: what the first one put is not put twice for one and the same event.
const NEXT_RUN: &str = "scheduled-an-hour-later.json";

/// Plays every scene; whether all came out as expected.
pub(crate) async fn play_all(stage: &mut Stage, with_repair: bool) -> Result<bool> {
    let mut review = Review::default();
    stage.print(|| screen::note("The function as Lambda would run it, on a fleet that is made up: no AWS account, no network."));
    for scene in [DEFAULT_RULE, STRICT_RULE, ASSUMED_ROLE] {
        stage.reset();
        schedule(stage, &scene, &mut review).await?;
    }
    alike(stage, &mut review).await?;
    unchanged(stage, &mut review).await?;
    changes(stage, &mut review).await?;
    refusals(stage, &mut review).await?;
    troubles::play(stage, &mut review).await?;
    beside::scanned(stage, &mut review).await?;
    if with_repair {
        repaired(stage, &mut review).await?;
    }
    stage.print(|| screen::conclusion(review.checked, &review.surprises));
    Ok(review.surprises.is_empty())
}

/// Sends events one by one, as a person asks; whether none was answered with an error.
pub(crate) async fn send(stage: &mut Stage, events: &[PathBuf]) -> Result<bool> {
    let mut fine = true;
    for event in events {
        stage.reset();
        let outcome = stage.send_file(event).await?;
        stage.print(|| screen::heading(&event.display().to_string(), ""));
        show_fleet(stage, &outcome);
        fine &= matches!(outcome.answer, Answer::Response(_));
    }
    Ok(fine)
}

async fn schedule(stage: &mut Stage, scene: &Schedule, review: &mut Review) -> Result<()> {
    stage.print(|| screen::heading(scene.title, &format!("{}: {}", scene.event, scene.told)));
    let outcome = stage.send(scene.event).await?;
    show_fleet(stage, &outcome);
    review.check(matches!(outcome.answer, Answer::Response(_)), || format!("{}: answered {:?}", scene.event, outcome.answer));
    review.fleet(stage, scene, &outcome, &[])
}

/// Other events that ask for the same as the first one.
async fn alike(stage: &mut Stage, review: &mut Review) -> Result<()> {
    const EVENTS: [&str; 3] = ["scheduled-blank-parameters.json", "scheduled-test-mode.json", "snapshot-delivered.json"];
    let told = "Blank parameters are unset, a delivered snapshot is a schedule too, and in TESTMODE AWS Config stores nothing.";
    stage.print(|| screen::heading("Other events with the same outcome", told));
    let mut table = Table::dense(["Event", "Results", "Calls", "Time"]);
    for event in EVENTS {
        stage.reset();
        let outcome = stage.send(event).await?;
        let calls: usize = outcome.calls.values().sum();
        table
            .add_row([event, &screen::tally(&outcome.evaluations), &calls.to_string(), &screen::milliseconds(outcome.took)].map(Cell::new));
        review.fleet(stage, &Schedule { title: event, ..DEFAULT_RULE }, &outcome, &[])?;
    }
    stage.print(|| screen::show(&table));
    Ok(())
}

/// What is recorded already is not put again, because AWS Config charges for each evaluation.
async fn unchanged(stage: &mut Stage, review: &mut Review) -> Result<()> {
    const EVENT: &str = "scheduled-changes-only.json";
    const CHANGED: &str = "orders-graph";
    stage.reset();
    let told = format!("{EVENT}: everything is recorded already; then nothing has changed, then the export of {CHANGED} is off");
    stage.print(|| screen::heading("Only what differs from the recorded results", &told));
    stage.send(DEFAULT_RULE.event).await?;
    let same = stage.send(EVENT).await?;
    stage.print(|| {
        screen::note(&screen::tally(&same.evaluations));
        show_answer(&same);
    });
    let (puts, results) = (same.calls.get("config:PutEvaluations").copied().unwrap_or_default(), same.evaluations.len());
    review.check(puts == 1 && results == 0, || format!("{EVENT}: expected one put without results, there were {puts} with {results}"));

    stage.update(|fleet| fleet.home().cluster(CHANGED).exports.clear());
    let different = stage.send(EVENT).await?;
    show_fleet(stage, &different);
    let got: Vec<_> =
        different.evaluations.iter().map(|evaluation| (evaluation.resource_id.as_str(), Verdict::of(evaluation).to_string())).collect();
    let changed =
        stage.clusters(OWN_ACCOUNT).iter().find(|cluster| cluster.identifier == CHANGED).map(|cluster| cluster.resource_id.as_str());
    let expected: Vec<_> = changed.map(|resource_id| (resource_id, "NON_COMPLIANT EXPORT_OFF".to_owned())).into_iter().collect();
    review.check(got == expected, || format!("{EVENT}: expected {expected:?}, AWS Config received {got:?}"));
    Ok(())
}

/// Judged, repaired where it is broken, judged again.
async fn repaired(stage: &mut Stage, review: &mut Review) -> Result<()> {
    if let Some(missing) = repair::missing() {
        stage.print(|| {
            screen::heading(REPAIRED.title, "");
            screen::note(&format!("Skipped, because {missing}: `make venv node` installs what the runbook's simulator needs."));
        });
        return Ok(());
    }
    stage.reset();
    stage.print(|| screen::heading(REPAIRED.title, &format!("{}: {}", REPAIRED.event, REPAIRED.told)));
    let before = stage.send(REPAIRED.event).await?;
    let mut broken: Vec<_> = before.evaluations.iter().filter(|evaluation| evaluation.compliance == "NON_COMPLIANT").collect();
    broken.sort_by_key(|evaluation| stage.place_of(evaluation));
    let repairs = repair::run(stage, broken.iter().map(|evaluation| evaluation.resource_id.as_str())).await?;
    let after = stage.send(NEXT_RUN).await?;

    let mut table = Table::new(["Cluster, and its fate", "Before", "What the runbook changed, and what it leaves", "After"]);
    let verdict = |outcome: &Outcome, resource_id: &str| {
        let evaluation = outcome.evaluations.iter().find(|evaluation| evaluation.resource_id == resource_id);
        evaluation
            .map(Verdict::of)
            .map_or_else(|| Cell::new("nothing"), |verdict| screen::verdict(&verdict.compliance, verdict.to_string().replace(' ', "\n")))
    };
    for repair in &repairs {
        let cluster = stage.clusters(REPAIRED.account).iter().find(|cluster| cluster.resource_id == repair.cluster);
        let (name, fate) = cluster.map_or((repair.cluster.as_str(), ""), screen::name_and_fate);
        table.add_row([
            Cell::new(format!("{name}\n{fate}")),
            verdict(&before, &repair.cluster),
            Cell::new(repair.to_string()),
            verdict(&after, &repair.cluster),
        ]);
        review.check(repair.succeeded, || format!("{name}: the runbook failed: {}", repair.error));
    }
    stage.print(|| {
        screen::show(&table);
        screen::note(&format!("before: {}; after: {}", screen::tally(&before.evaluations), screen::tally(&after.evaluations)));
        show_answer(&after);
    });
    review.check(repairs.len() == broken.len(), || format!("the runbook ran for {} of {} clusters", repairs.len(), broken.len()));
    // What was gone before is cleared by now.
    let cleared = before.evaluations.iter().filter(|evaluation| evaluation.compliance == "NOT_APPLICABLE");
    let cleared: Vec<_> = cleared.map(|evaluation| evaluation.resource_id.as_str()).collect();
    review.fleet(stage, &REPAIRED, &after, &cleared)
}

async fn changes(stage: &mut Stage, review: &mut Review) -> Result<()> {
    let told = "The item says which cluster; how it is now, Neptune is asked. What needs no read gets none.";
    stage.print(|| screen::heading("One cluster at a time, as AWS Config reports changes", told));
    let mut table = Table::dense(["Event", "Situation", "Verdict", "Calls", "Time"]);
    for Case { event, situation, outcome: expected } in expected::cases(stage.event_folder())? {
        let expected::Outcome::Verdict(expected) = expected else { continue };
        stage.reset();
        let outcome = stage.send(&event).await?;
        let got = match outcome.evaluations.as_slice() {
            [evaluation] => Some(Verdict::of(evaluation)),
            _ => None,
        };
        review.check(got.as_ref() == Some(&expected), || {
            format!("{event}: expected {expected}, AWS Config received {}; answered {:?}", or_nothing(&got), outcome.answer)
        });
        let shown = got.as_ref().map_or_else(|| Cell::new("nothing"), |verdict| screen::verdict(&verdict.compliance, verdict));
        let calls: usize = outcome.calls.values().sum();
        table.add_row([Cell::new(event), Cell::new(situation), shown, Cell::new(calls), Cell::new(screen::milliseconds(outcome.took))]);
    }
    stage.print(|| screen::show(&table));
    Ok(())
}

async fn refusals(stage: &mut Stage, review: &mut Review) -> Result<()> {
    let told = "A wrong event or parameter is an error that says what is wrong; nothing is read, nothing is put.";
    stage.print(|| screen::heading("Refused", told));
    let mut table = Table::new(["Event, and what is wrong with it", "Error"]);
    for Case { event, situation, outcome: expected } in expected::cases(stage.event_folder())? {
        let expected::Outcome::Refused(words) = expected else { continue };
        stage.reset();
        let outcome = stage.send(&event).await?;
        review.refused(&event, &outcome, &words.iter().map(String::as_str).collect::<Vec<_>>());
        review.check(outcome.calls.is_empty(), || format!("{event}: expected no AWS call, there were {:?}", outcome.calls));
        if let Answer::Error { error_type, error_message } = outcome.answer {
            table.add_row([format!("{event}\n{situation}"), format!("{error_type}: {error_message}")].map(Cell::new));
        }
    }
    stage.print(|| screen::show(&table));
    Ok(())
}
