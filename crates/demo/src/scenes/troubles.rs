//! Scenes in which something goes wrong: what the function reports all the same, and whom it tells.

use anyhow::Result;
use emulator::{Answer, Fault, FaultKind};

use crate::review::Review;
use crate::scene::{DEFAULT_RULE, OWN_ACCOUNT, Schedule};
use crate::screen;
use crate::showing::show_answer;
use crate::stage::Stage;

/// The parameter group that the function may not read in one scene, and the one cluster on it.
const LOCKED_GROUP: &str = "graph-locked";
const LOCKED_CLUSTER: &str = "supplier-risk";

const LOCKED: Schedule = Schedule {
    title: "One parameter group may not be read",
    told: "every other cluster is reported, and the invocation fails, so that somebody hears of it.",
    ..DEFAULT_RULE
};
const RETRIED: Schedule = Schedule {
    title: "Lambda sends the failed event again",
    told: "what the first try put is on record with the event's own time: only the cluster that can be read by now is put.",
    ..DEFAULT_RULE
};
const DENIED: Schedule = Schedule {
    title: "Recorded results may not be read",
    told: "AWS refuses it for rules that a service owns: every cluster is reported, nothing is cleared, and a warning says so.",
    ..DEFAULT_RULE
};
const UNNAMED: Schedule = Schedule {
    title: "The event does not name the rule",
    told: "nobody can ask what is recorded: the same again.",
    event: "scheduled-rule-unnamed.json",
    ..DEFAULT_RULE
};

pub(super) async fn play(stage: &mut Stage, review: &mut Review) -> Result<()> {
    locked(stage, review).await?;
    for (scene, denied, words) in
        [(DENIED, true, ["config:GetComplianceDetailsByConfigRule", "cleared"]), (UNNAMED, false, ["configRuleName", "cleared"])]
    {
        warned(stage, &scene, denied, &words, review).await?;
    }
    Ok(())
}

/// Denied at first, and allowed again by the time Lambda tries once more.
async fn locked(stage: &mut Stage, review: &mut Review) -> Result<()> {
    stage.reset();
    heading(stage, &LOCKED);
    stage.inject(Fault::new("rds:DescribeDBClusterParameters", FaultKind::Deny).matching(LOCKED_GROUP));
    let outcome = stage.send(LOCKED.event).await?;
    stage.print(|| {
        screen::note(&format!("{}, as before", screen::tally(&outcome.evaluations)));
        show_answer(&outcome);
    });
    review.refused("one denied parameter group", &outcome, &[LOCKED_CLUSTER, LOCKED_GROUP, "rds:DescribeDBClusterParameters"]);
    review.fleet(stage, &LOCKED, &outcome, &[LOCKED_CLUSTER])?;

    heading(stage, &RETRIED);
    stage.clear_faults();
    let outcome = stage.send(RETRIED.event).await?;
    stage.print(|| {
        screen::note(&screen::tally(&outcome.evaluations));
        show_answer(&outcome);
    });
    review.check(matches!(outcome.answer, Answer::Response(_)), || format!("{}: answered {:?}", RETRIED.title, outcome.answer));
    let everybody_else: Vec<_> = others_than(stage, LOCKED_CLUSTER);
    let everybody_else: Vec<_> = everybody_else.iter().map(String::as_str).collect();
    review.fleet(stage, &RETRIED, &outcome, &everybody_else)
}

/// Everything is reported but what is gone, and the log has a warning with all of these words.
async fn warned(stage: &mut Stage, scene: &Schedule, denied: bool, words: &[&str], review: &mut Review) -> Result<()> {
    stage.reset();
    heading(stage, scene);
    if denied {
        stage.inject(Fault::new("config:GetComplianceDetailsByConfigRule", FaultKind::Deny));
    }
    let logged = stage.log_length();
    let outcome = stage.send(scene.event).await?;
    let warning = stage.warning(logged).await;
    stage.print(|| {
        screen::note(&screen::tally(&outcome.evaluations));
        screen::problem("WARN", warning.as_deref().unwrap_or("nothing"));
        show_answer(&outcome);
    });
    review.check(matches!(outcome.answer, Answer::Response(_)), || format!("{}: answered {:?}", scene.title, outcome.answer));
    let warns = warning.as_ref().is_some_and(|warning| words.iter().all(|word| warning.contains(word)));
    review.check(warns, || format!("{}: expected a warning naming {}, the log has {warning:?}", scene.title, words.join(", ")));
    let gone = gone(stage);
    review.fleet(stage, scene, &outcome, &gone.iter().map(String::as_str).collect::<Vec<_>>())
}

fn heading(stage: &Stage, scene: &Schedule) {
    stage.print(|| screen::heading(scene.title, &format!("{}: {}", scene.event, scene.told)));
}

/// Every cluster of the account but one, and what is recorded for clusters that are gone.
fn others_than(stage: &Stage, cluster: &str) -> Vec<String> {
    let clusters = stage.clusters(OWN_ACCOUNT).iter().map(|cluster| cluster.identifier.clone());
    clusters.filter(|identifier| identifier != cluster).chain(gone(stage)).collect()
}

/// The resource ids of clusters that are gone and have a recorded result.
fn gone(stage: &Stage) -> Vec<String> {
    let recorded = stage.fleet().accounts.get(OWN_ACCOUNT).map(|account| account.recorded.as_slice()).unwrap_or_default();
    let is_listed = |resource_id: &str| stage.clusters(OWN_ACCOUNT).iter().any(|cluster| cluster.resource_id == resource_id);
    recorded.iter().map(|recorded| recorded.resource_id.clone()).filter(|resource_id| !is_listed(resource_id)).collect()
}
