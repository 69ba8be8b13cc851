//! The story: each scene sends events, shows what AWS Config received, and compares it with what is expected.

use std::path::PathBuf;

use anyhow::{Context, Result};
use comfy_table::Cell;
use emulator::{Answer, Fault, FaultKind};

use crate::expected::{self, Case, Verdict};
use crate::screen;
use crate::stage::{Outcome, Stage};

const OWN_ACCOUNT: &str = "111122223333";
const OTHER_ACCOUNT: &str = "444455556666";
/// The parameter group that the function may not read in one scene, and the one cluster on it.
const LOCKED_GROUP: &str = "graph-locked";
const LOCKED_CLUSTER: &str = "supplier-risk";

/// What was compared so far.
#[derive(Default)]
struct Review {
    checked: usize,
    surprises: Vec<String>,
}

impl Review {
    fn check(&mut self, holds: bool, surprise: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.surprises.push(surprise());
        }
    }
}

/// Plays every scene; whether all came out as expected.
pub(crate) async fn play_all(stage: &mut Stage) -> Result<bool> {
    let mut review = Review::default();

    screen_heading(
        stage,
        "Every cluster of the account",
        "scheduled.json, with no rule parameters: is the audit log generated, in effect, exported?",
    );
    let outcome = schedule(stage, "scheduled.json").await?;
    show_fleet(stage, &outcome);
    succeeded(&outcome, "scheduled.json", &mut review);
    compare_fleet(stage, &outcome, OWN_ACCOUNT, "expected", &[], &mut review)?;

    screen_heading(
        stage,
        "The same clusters under a strict rule",
        "scheduled-strict-rule.json: kept for 90 to 400 days, under a KMS key, forwarded to the audit account, written to in the last 24 hours",
    );
    let outcome = schedule(stage, "scheduled-strict-rule.json").await?;
    show_fleet(stage, &outcome);
    succeeded(&outcome, "scheduled-strict-rule.json", &mut review);
    compare_fleet(stage, &outcome, OWN_ACCOUNT, "expected:strict", &[], &mut review)?;

    screen_heading(
        stage,
        "One cluster at a time, as AWS Config reports changes",
        "The item only says which cluster; how it is now, Neptune is asked. What needs no read gets none.",
    );
    changes(stage, &mut review).await?;

    screen_heading(
        stage,
        "Another account, through a role there",
        "scheduled-other-account.json: its clusters are read and reported with the role's credentials, never mixed with one's own",
    );
    let outcome = schedule(stage, "scheduled-other-account.json").await?;
    show_fleet(stage, &outcome);
    succeeded(&outcome, "scheduled-other-account.json", &mut review);
    compare_fleet(stage, &outcome, OTHER_ACCOUNT, "expected", &[], &mut review)?;

    screen_heading(
        stage,
        "One parameter group may not be read",
        "scheduled.json: every other cluster is reported, and the invocation fails so that somebody hears of it",
    );
    stage.inject(Fault::new("rds:DescribeDBClusterParameters", FaultKind::Deny).matching(LOCKED_GROUP));
    let outcome = stage.send("scheduled.json").await?;
    show_fleet(stage, &outcome);
    refused("one denied parameter group", &outcome, &[LOCKED_CLUSTER, LOCKED_GROUP, "rds:DescribeDBClusterParameters"], &mut review);
    compare_fleet(stage, &outcome, OWN_ACCOUNT, "expected", &[LOCKED_CLUSTER], &mut review)?;
    stage.reset();

    screen_heading(stage, "Refused", "A wrong event or parameter is an error that says what is wrong; nothing is read, nothing is put.");
    refusals(stage, &mut review).await?;

    stage.print(|| screen::conclusion(review.checked, &review.surprises));
    Ok(review.surprises.is_empty())
}

/// Sends events one by one, as a person asks; whether none was answered with an error.
pub(crate) async fn send(stage: &mut Stage, events: &[PathBuf]) -> Result<bool> {
    let mut fine = true;
    for event in events {
        stage.reset();
        screen_heading(stage, &event.display().to_string(), "");
        let outcome = stage.send_file(event).await?;
        show_fleet(stage, &outcome);
        fine &= matches!(outcome.answer, Answer::Response(_));
    }
    Ok(fine)
}

fn screen_heading(stage: &Stage, title: &str, told: &str) {
    stage.print(|| screen::heading(title, told));
}

async fn schedule(stage: &mut Stage, event: &str) -> Result<Outcome> {
    stage.reset();
    stage.send(event).await
}

/// Every evaluation in the order of the fleet, then the answer where it is an error, then the cost.
fn show_fleet(stage: &Stage, outcome: &Outcome) {
    let mut table = screen::table(["Cluster, and its fate", "Verdict", "Annotation"]);
    let mut rows: Vec<_> = outcome.evaluations.iter().map(|evaluation| (stage.place_of(evaluation), evaluation)).collect();
    rows.sort_by_key(|(place, _)| place.unwrap_or(usize::MAX));
    for (place, evaluation) in rows {
        let (name, fate) = match place.and_then(|place| stage.clusters(&evaluation.account).get(place)) {
            Some(cluster) => (&cluster.identifier, cluster.tags.get("fate").map_or("", String::as_str)),
            None => (&evaluation.resource_id, "not in the fleet"),
        };
        table.add_row([
            Cell::new(format!("{name}\n{fate}")),
            screen::verdict(&evaluation.compliance, &evaluation.compliance),
            Cell::new(&evaluation.annotation),
        ]);
    }
    stage.print(|| {
        if !outcome.evaluations.is_empty() {
            screen::show(&table);
        }
        if let Answer::Error { error_type, error_message } = &outcome.answer {
            screen::note(&format!("{error_type}: {error_message}"));
        }
        screen::cost(&outcome.calls, outcome.took);
    });
}

fn succeeded(outcome: &Outcome, event: &str, review: &mut Review) {
    review.check(matches!(outcome.answer, Answer::Response(_)), || format!("{event}: answered {:?}", outcome.answer));
}

fn refused(what: &str, outcome: &Outcome, words: &[&str], review: &mut Review) {
    let named = |message: &str| words.iter().all(|word| message.contains(word));
    let as_expected = matches!(&outcome.answer, Answer::Error { error_message, .. } if named(error_message));
    review.check(as_expected, || format!("{what}: expected an error naming {}, got {:?}", words.join(", "), outcome.answer));
}

/// Each cluster of the account is reported as its tag says, each recorded cluster that is gone is cleared, and nothing else is put.
fn compare_fleet(stage: &Stage, outcome: &Outcome, account: &str, tag: &str, unread: &[&str], review: &mut Review) -> Result<()> {
    let facts = stage.fleet().accounts.get(account).with_context(|| format!("the fleet has no account {account}"))?;
    let mut left: Vec<_> = outcome.evaluations.iter().collect();
    let mut take = |resource_id: &str| {
        let place = left.iter().position(|evaluation| evaluation.account == account && evaluation.resource_id == resource_id);
        place.map(|place| Verdict::of(left.remove(place)))
    };
    for cluster in &facts.clusters {
        let expected = expected::of_cluster(cluster, tag)?.filter(|_| !unread.contains(&cluster.identifier.as_str()));
        let got = take(&cluster.resource_id);
        review.check(got == expected, || {
            format!("{}: expected {}, AWS Config received {}", cluster.identifier, or_nothing(&expected), or_nothing(&got))
        });
    }
    let is_listed = |resource_id: &str| facts.clusters.iter().any(|cluster| cluster.resource_id == resource_id);
    for gone in facts.recorded.iter().filter(|recorded| !is_listed(&recorded.resource_id)) {
        let got = take(&gone.resource_id);
        let cleared = got.as_ref().is_some_and(|verdict| verdict.compliance == "NOT_APPLICABLE");
        review.check(cleared, || format!("{}: expected NOT_APPLICABLE, AWS Config received {}", gone.resource_id, or_nothing(&got)));
    }
    let strangers: Vec<_> = left.iter().map(|evaluation| format!("{} in {}", evaluation.resource_id, evaluation.account)).collect();
    review.check(strangers.is_empty(), || format!("AWS Config also received results for {}", strangers.join(", ")));
    Ok(())
}

fn or_nothing(verdict: &Option<Verdict>) -> String {
    verdict.as_ref().map_or_else(|| "nothing".to_owned(), Verdict::to_string)
}

async fn changes(stage: &mut Stage, review: &mut Review) -> Result<()> {
    let mut table = screen::dense_table(["Event", "Situation", "Verdict", "Calls", "Time"]);
    for Case { event, situation, outcome: expected } in expected::cases(stage.event_folder())? {
        let expected::Outcome::Verdict(expected) = expected else { continue };
        stage.reset();
        let outcome = stage.send(&event).await?;
        let mut got: Vec<_> = outcome.evaluations.iter().map(Verdict::of).collect();
        let got = if got.len() == 1 { got.pop() } else { None };
        review.check(got.as_ref() == Some(&expected), || {
            format!("{event}: expected {expected}, AWS Config received {}; answered {:?}", or_nothing(&got), outcome.answer)
        });
        let shown = got.as_ref().map(|verdict| screen::verdict(&verdict.compliance, verdict)).unwrap_or_else(|| Cell::new("nothing"));
        let calls: usize = outcome.calls.values().sum();
        table.add_row([Cell::new(event), Cell::new(situation), shown, Cell::new(calls), Cell::new(screen::milliseconds(outcome.took))]);
    }
    stage.print(|| screen::show(&table));
    Ok(())
}

async fn refusals(stage: &mut Stage, review: &mut Review) -> Result<()> {
    let mut table = screen::table(["Event", "Situation", "Error type", "Message"]);
    for Case { event, situation, outcome: expected } in expected::cases(stage.event_folder())? {
        let expected::Outcome::Refused(words) = expected else { continue };
        stage.reset();
        let outcome = stage.send(&event).await?;
        refused(&event, &outcome, &words.iter().map(String::as_str).collect::<Vec<_>>(), review);
        review.check(outcome.calls.is_empty(), || format!("{event}: expected no AWS call, there were {:?}", outcome.calls));
        if let Answer::Error { error_type, error_message } = outcome.answer {
            table.add_row([event, situation, error_type, error_message]);
        }
    }
    stage.print(|| screen::show(&table));
    Ok(())
}
