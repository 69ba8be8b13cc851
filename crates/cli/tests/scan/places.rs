//! Which accounts and Regions are looked at, and what becomes of one that cannot be.

use std::time::Duration;

use emulator::{Account, Fault, FaultKind, Fleet};

use crate::stage::{EVERYWHERE, HERE, HOME, OTHER, ROLE, Stage, THERE, finish, two_accounts};

async fn everywhere() -> Stage {
    Stage::new(two_accounts()).await
}

const ALL: [&str; 6] = [
    "111122223333 eu-west-1 ledger COMPLIANT",
    "111122223333 eu-west-1 not-exported NON_COMPLIANT EXPORT_OFF",
    "111122223333 us-east-1 ledger COMPLIANT",
    "444455556666 eu-west-1 ledger COMPLIANT",
    "444455556666 us-east-1 ledger COMPLIANT",
    "444455556666 us-east-1 parameter-off NON_COMPLIANT PARAMETER_OFF",
];

#[tokio::test]
async fn several_accounts_and_regions_are_looked_at_each_with_its_own_credentials() {
    let stage = everywhere().await;
    let run = stage.json(&EVERYWHERE).await;
    assert_eq!((run.verdicts(), run.exit), (ALL.map(str::to_owned).to_vec(), 1), "{run:?}");
    assert_eq!(stage.emulator.count("sts:AssumeRole"), 1, "one role, whatever the number of Regions");
    for call in stage.emulator.calls() {
        let own = call.access_key == "AKIAHOMEACCOUNT00000";
        assert_eq!(own, call.account == HOME, "{} of {}", call.action, call.account);
    }
}

#[tokio::test]
async fn the_default_is_the_callers_account_in_the_region_of_the_environment() {
    let stage = everywhere().await;
    let run = stage.json(&[]).await;
    assert_eq!((run.verdicts(), run.exit), (ALL[..2].iter().map(|line| (*line).to_owned()).collect(), 1), "{run:?}");
    assert_eq!(stage.emulator.count("sts:AssumeRole"), 0);
}

#[tokio::test]
async fn every_enabled_region_is_looked_at_and_no_other() {
    let mut fleet = two_accounts();
    fleet.account(HOME).region_status.insert("eu-south-1".into(), "DISABLED".into());
    fleet.in_region(HOME, "eu-south-1");
    let stage = Stage::new(fleet).await;
    let run = stage.json(&["--all-regions"]).await;
    assert_eq!((run.verdicts(), run.exit), (ALL[..3].iter().map(|line| (*line).to_owned()).collect(), 1), "{run:?}");
    assert_eq!(stage.emulator.count("account:ListRegions"), 1);
}

#[tokio::test]
async fn a_list_of_regions_or_accounts_that_goes_in_a_circle_is_not_the_whole_list() {
    let mut fleet = two_accounts();
    fleet.page_size = Some(1);
    fleet.in_region(HOME, "eu-south-1");
    fleet.accounts.insert(format!("{:012}", 3), Account::default());
    let stage = Stage::new(fleet).await;
    for (action, arguments) in
        [("account:ListRegions", &["--all-regions"][..]), ("organizations:ListAccounts", &["--organization", "--role-name", ROLE])]
    {
        stage.emulator.clear_faults();
        stage.emulator.inject(Fault::new(action, FaultKind::Circle).after(1));
        let run = stage.json(arguments).await;
        assert_eq!(run.exit, 3, "{action}");
        assert!(run.not_looked().iter().any(|row| row.ends_with(action)), "{action}: {:?}", run.not_looked());
    }
}

#[tokio::test]
async fn without_the_permission_to_list_regions_it_says_which_or_to_name_them() {
    let stage = everywhere().await;
    stage.emulator.inject(Fault::new("account:ListRegions", FaultKind::Deny));
    let run = stage.json(&["--all-regions"]).await;
    assert_eq!((run.not_looked(), run.exit), (vec!["111122223333 - - account:ListRegions".to_owned()], 3));
    assert!(run.json()["errors"][0]["message"].as_str().unwrap().ends_with("allow it, or name the Regions with `--region`"), "{run:?}");
}

fn organization() -> Fleet {
    let mut fleet = two_accounts();
    fleet.organization = Some(emulator::fleet::Organization::default());
    fleet
}

#[tokio::test]
async fn an_organization_is_every_active_account_and_the_others_are_said_to_be_left_out() {
    use emulator::fleet::ShownState;
    for shown_state in [ShownState::Both, ShownState::State, ShownState::Status] {
        let mut fleet = organization();
        let organization = fleet.organization.as_mut().unwrap();
        organization.shown_state = shown_state;
        organization.empty_pages = 1;
        fleet.account(OTHER).state = Some("SUSPENDED".into());
        let stage = Stage::new(fleet).await;
        let run = stage.json(&["--organization", "--role-name", ROLE, "--region", "eu-west-1,us-east-1"]).await;
        assert_eq!((run.verdicts(), run.exit), (ALL[..3].iter().map(|line| (*line).to_owned()).collect(), 1), "{shown_state:?} {run:?}");
        assert_eq!(run.stderr, "note: Account 444455556666 of the organization was left out: it is SUSPENDED.\n", "{shown_state:?}");
    }
}

#[tokio::test]
async fn every_active_account_of_an_organization_is_looked_at() {
    let stage = Stage::new(organization()).await;
    let run = stage.json(&["--organization", "--role-name", ROLE, "--all-regions"]).await;
    assert_eq!((run.verdicts(), run.exit), (ALL.map(str::to_owned).to_vec(), 1), "{run:?}");
}

#[tokio::test]
async fn an_organization_that_cannot_be_listed_is_a_row() {
    let stage = Stage::new(organization()).await;
    stage.emulator.inject(Fault::new("organizations:ListAccounts", FaultKind::Deny));
    let run = stage.json(&["--organization", "--role-name", ROLE]).await;
    assert_eq!((run.not_looked(), run.exit), (vec!["- - - organizations:ListAccounts".to_owned()], 3));
}

#[tokio::test]
async fn accounts_of_an_organization_that_were_listed_are_looked_at_where_a_later_page_fails() {
    let mut fleet = organization();
    fleet.page_size = Some(1);
    let stage = Stage::new(fleet).await;
    stage.emulator.inject(Fault { after: 1, ..Fault::new("organizations:ListAccounts", FaultKind::Deny) });
    let run = stage.json(&["--organization", "--role-name", ROLE]).await;
    assert_eq!(run.not_looked(), ["- - - organizations:ListAccounts"]);
    assert_eq!((run.verdicts().len(), run.exit), (2, 3), "{run:?}");
}

#[tokio::test]
async fn an_account_that_cannot_be_entered_is_a_row_and_the_others_are_looked_at() {
    let mut fleet = two_accounts();
    fleet.account(OTHER).roles.clear();
    let stage = Stage::new(fleet).await;
    let run = stage.json(&EVERYWHERE).await;
    assert_eq!((run.not_looked(), run.exit), (vec!["444455556666 - - sts:AssumeRole".to_owned()], 3));
    assert_eq!(run.verdicts(), ALL[..3]);
}

#[tokio::test]
async fn another_account_without_a_role_is_wrong_usage() {
    let run = everywhere().await.scan(&["--account", OTHER]).await;
    let said =
        "error: account 444455556666 is not the caller's own, which is 111122223333: name the role to assume there with `--role-name`\n";
    assert_eq!((run.exit, run.stderr.as_str(), run.stdout.as_str()), (2, said, ""));
}

#[tokio::test]
async fn a_region_that_denies_is_a_row_and_the_others_are_looked_at() {
    let mut fleet = two_accounts();
    fleet.in_region(OTHER, THERE).denied.push("rds:*".into());
    let stage = Stage::new(fleet).await;
    let run = stage.json(&EVERYWHERE).await;
    assert_eq!((run.not_looked(), run.exit), (vec!["444455556666 us-east-1 - rds:DescribeDBClusters".to_owned()], 3));
    assert_eq!(run.verdicts(), ALL[..4]);
}

#[tokio::test]
async fn a_listing_that_breaks_off_keeps_what_was_listed_and_is_a_row() {
    let mut fleet = two_accounts();
    fleet.page_size = Some(1);
    let stage = Stage::new(fleet).await;
    stage.emulator.inject(Fault { after: 1, ..Fault::new("rds:DescribeDBClusters", FaultKind::Malformed) });
    let run = stage.json(&[]).await;
    assert_eq!((run.not_looked(), run.exit), (vec!["111122223333 eu-west-1 - rds:DescribeDBClusters".to_owned()], 3));
    assert_eq!(run.verdicts(), ALL[..1]);
}

#[tokio::test]
async fn a_cluster_that_cannot_be_read_is_a_row_and_the_others_are_judged() {
    let stage = everywhere().await;
    stage.emulator.update(|fleet| fleet.in_region(HOME, HERE).cluster("not-exported").parameter_group = "lost".into());
    let run = stage.json(&[]).await;
    assert_eq!((run.not_looked(), run.exit), (vec!["111122223333 eu-west-1 not-exported rds:DescribeDBClusterParameters".to_owned()], 3));
    assert_eq!(run.verdicts(), ALL[..1]);
}

#[tokio::test]
async fn a_named_cluster_is_judged_wherever_it_is_and_a_misspelt_one_does_not_pass() {
    let stage = everywhere().await;
    let run = stage.json(&[&EVERYWHERE[..], &["--cluster", "Parameter-Off"]].concat()).await;
    assert_eq!((run.verdicts(), run.exit), (vec![ALL[5].to_owned()], 1), "{run:?}");
    let twice = stage.json(&[&EVERYWHERE[..], &["--cluster", "ledger,Ledger", "--cluster", "ledger"]].concat()).await;
    assert_eq!(twice.verdicts().len(), 4, "each is judged once: {twice:?}");
    let run = stage.json(&[&EVERYWHERE[..], &["--cluster", "ledger,legder"]].concat()).await;
    assert_eq!((run.verdicts().len(), run.not_looked(), run.exit), (4, vec!["- - legder -".to_owned()], 3), "{run:?}");
}

#[tokio::test]
async fn a_cluster_of_another_engine_is_none() {
    let stage = everywhere().await;
    stage.emulator.update(|fleet| fleet.in_region(HOME, HERE).cluster("not-exported").engine = "docdb".into());
    assert_eq!(stage.json(&[]).await.verdicts(), ALL[..1]);
    assert_eq!(stage.json(&["--cluster", "not-exported"]).await.exit, 3);
}

#[tokio::test]
async fn nothing_to_judge_is_no_pass_unless_that_was_said() {
    let stage = Stage::new(Fleet::healthy(0)).await;
    assert_eq!(stage.json(&[]).await.exit, 5);
    assert_eq!(stage.json(&["--allow-empty"]).await.exit, 0);
    let healthy = Stage::new(Fleet::healthy(1)).await;
    assert_eq!(healthy.json(&[]).await.exit, 0);
    healthy.emulator.update(|fleet| fleet.cluster("c-0001").status = "deleting".into());
    let run = healthy.json(&[]).await;
    assert_eq!((run.verdicts(), run.exit), (vec!["111122223333 eu-west-1 c-0001 NOT_APPLICABLE".to_owned()], 5));
}

#[tokio::test]
async fn about_eight_places_are_looked_at_together_and_no_more() {
    let mut fleet = Fleet::healthy(0);
    let regions: Vec<String> = (1..=20).map(|number| format!("eu-test-{number}")).collect();
    for region in &regions {
        fleet.in_region(HOME, region);
    }
    let stage = Stage::new(fleet).await;
    stage.emulator.set_latency(Duration::from_millis(20));
    let run = stage.json(&["--region", &regions.join(","), "--allow-empty"]).await;
    assert_eq!(run.exit, 0, "{run:?}");
    assert_eq!(stage.emulator.count("rds:DescribeDBClusters"), 20);
    assert!(stage.emulator.max_concurrent("rds:DescribeDBClusters") <= 8);
}

#[tokio::test]
async fn ctrl_c_prints_what_is_known_and_says_that_it_is_not_all() {
    let stage = everywhere().await;
    stage
        .emulator
        .inject(Fault { region: Some(THERE.into()), ..Fault::new("rds:DescribeDBClusters", FaultKind::Delay(Duration::from_secs(600))) });
    let waiting = Fault { matching: Some("not-exported".into()), ..Fault::new("logs:DescribeLogStreams", FaultKind::Hang) };
    stage.emulator.inject(waiting);
    let child = stage.start(&[&["scan", "--format", "json"], &EVERYWHERE[..]].concat());
    // The places that answer are done, and the others are being waited for: each has sent its last call.
    while stage.emulator.count("rds:DescribeDBClusters") < 4 || stage.emulator.count("logs:DescribeLogGroups") < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let pid = child.id().unwrap().to_string();
    assert!(tokio::process::Command::new("kill").args(["-INT", &pid]).status().await.unwrap().success());
    let run = finish(child).await;
    assert_eq!(run.exit, 130, "{run:?}");
    for place in ["111122223333 us-east-1 - -", "444455556666 us-east-1 - -"] {
        assert!(run.not_looked().contains(&place.to_owned()), "{run:?}");
    }
    assert!(run.json()["errors"].as_array().unwrap().iter().all(|error| error["message"].as_str().unwrap().contains("interrupted")));
}
