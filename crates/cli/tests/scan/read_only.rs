//! The command looks and changes nothing: every call that it makes is on a list, and the policy in `docs/scan.md` allows just those.

use std::collections::BTreeSet;

use emulator::{AccountPolicy, Fleet, LogGroup, fleet};
use serde_json::Value;

use crate::stage::{EVERYWHERE, ROLE, Stage, two_accounts};

/// Everything that the command ever calls.
const READS: [&str; 11] = [
    "account:ListRegions",
    "logs:DescribeAccountPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:DescribeSubscriptionFilters",
    "organizations:ListAccounts",
    "rds:DescribeDBClusterParameters",
    "rds:DescribeDBClusters",
    "rds:ListTagsForResource",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
];
const EVERYTHING_ASKED: [&str; 11] = [
    "--log-types=audit,slowquery",
    "--iam-authentication",
    "--minimum-retention-days=1",
    "--maximum-retention-days=3653",
    "--log-group-encrypted",
    "--log-group-deletion-protected",
    "--log-group-metric-filter",
    "--forwarding-destination=arn:aws:logs:eu-west-1:444455556666:destination:other",
    "--maximum-silence-hours=24",
    "--exempt-tag=audited=no",
    "--format=json",
];

fn fleet() -> Fleet {
    let mut fleet = two_accounts();
    fleet.organization = Some(fleet::Organization::default());
    let home = fleet.home();
    home.account_policies.push(AccountPolicy::forwarding("everything", "arn:aws:logs:eu-west-1:444455556666:destination:other", ""));
    home.cluster("not-exported").exports = vec!["audit".into(), "slowquery".into()];
    home.log_groups.push(LogGroup { name: "/aws/neptune/not-exported/slowquery".into(), ..LogGroup::healthy("not-exported") });
    fleet
}

#[tokio::test]
async fn every_call_is_a_read_that_is_on_the_list_and_nothing_is_written() {
    let stage = Stage::new(fleet()).await;
    let before = serde_json::to_value(stage.emulator.fleet()).unwrap();
    for places in [&EVERYWHERE[..], &["--organization", "--all-regions", "--role-name", ROLE], &["--cluster", "ledger"]] {
        let run = stage.scan(&[places, &EVERYTHING_ASKED].concat()).await;
        assert!(matches!(run.exit, 0 | 1), "{run:?}");
    }
    let called: BTreeSet<String> = stage.emulator.calls().into_iter().map(|call| call.action).collect();
    assert_eq!(called.iter().map(String::as_str).collect::<Vec<_>>(), READS);
    assert!(stage.emulator.puts().is_empty());
    assert_eq!(serde_json::to_value(stage.emulator.fleet()).unwrap(), before, "something was changed");
}

#[test]
fn the_policies_in_the_documents_allow_the_calls_that_are_made_and_no_other() {
    let page = include_str!("../../../../docs/scan.md");
    let mut allowed = BTreeSet::new();
    for block in page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).filter(|block| block.contains("\"Statement\""))
    {
        let policy: Value = serde_json::from_str(block).unwrap();
        for statement in policy["Statement"].as_array().unwrap().iter().filter(|statement| statement.get("Principal").is_none()) {
            let actions = statement["Action"].as_array().cloned().unwrap_or_else(|| vec![statement["Action"].clone()]);
            allowed.extend(actions.iter().map(|action| action.as_str().unwrap().to_owned()));
        }
    }
    // Nobody needs a permission to be told who they are.
    let needed: BTreeSet<String> =
        READS.iter().filter(|action| **action != "sts:GetCallerIdentity").map(|action| (*action).to_owned()).collect();
    assert_eq!(allowed, needed);
}

/// With a policy that allows just what the page says, everything can be judged.
#[tokio::test]
async fn the_list_is_enough() {
    let mut fleet = fleet();
    for account in fleet.accounts.values_mut() {
        account.allowed = Some(READS.map(str::to_owned).to_vec());
    }
    let stage = Stage::new(fleet).await;
    let run = stage.scan(&[&["--organization", "--all-regions", "--role-name", ROLE], &EVERYTHING_ASKED[..]].concat()).await;
    assert!(run.not_looked().is_empty(), "{run:?}");
}
