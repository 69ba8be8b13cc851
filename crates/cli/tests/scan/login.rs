//! Without a login, a profile or a Region: one sentence each that says what to type.

use crate::stage::{HERE, Run, Stage, finish, two_accounts};

const CONFIG: &str = "\
[profile sso]
sso_session = company
sso_account_id = 111122223333
sso_role_name = auditor
region = eu-west-1
[sso-session company]
sso_region = eu-west-1
sso_start_url = https://example.awsapps.com/start
[profile legacy]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = auditor
region = eu-west-1
[profile lost]
source_profile = missing
role_arn = arn:aws:iam::111122223333:role/auditor
[profile process]
region = eu-west-1
credential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"AKIAHOMEACCOUNT00000\", \"SecretAccessKey\": \"not-a-secret\"}'
[profile keys]
region = eu-west-1
aws_access_key_id = AKIAOFTHEPROFILE00000
aws_secret_access_key = not-a-secret
[profile nobody]
region = eu-west-1
[profile placeless]
aws_access_key_id = AKIAHOMEACCOUNT00000
aws_secret_access_key = not-a-secret
";

/// Runs without credentials in the environment.
async fn run(arguments: &[&str], files: &[(&str, &str)]) -> Run {
    let stage = Stage::new(two_accounts()).await;
    stage.write(".aws/config", CONFIG);
    for (name, text) in files {
        stage.write(name, text);
    }
    let mut command = stage.command(&[&["scan", "--format", "json"], arguments].concat());
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    finish(command.spawn().unwrap()).await
}

/// That it is one line, with its exit code; where AWS could have been asked, the report says the same.
fn says(run: &Run, exit: i32, sentence: &str) {
    assert_eq!((run.exit, run.stderr.lines().count()), (exit, 1), "{run:?}");
    assert!(run.stderr.starts_with(&format!("error: {sentence}")), "{}", run.stderr);
    if exit == 3 {
        assert!(run.json()["errors"][0]["message"].as_str().unwrap().starts_with(sentence), "{run:?}");
    }
}

#[tokio::test]
async fn no_credentials_at_all() {
    says(
        &run(&["--region", HERE], &[]).await,
        3,
        "no AWS credentials were found: run `aws sso login` or `aws configure`, or name a profile with `--profile`",
    );
    says(&run(&["--profile", "nobody"], &[]).await, 3, "no AWS credentials were found: run `aws sso login --profile nobody`");
}

#[tokio::test]
async fn a_login_that_was_never_made_or_is_over() {
    let sentence = "the login has expired or was never made: run `aws sso login --profile sso` and try again";
    says(&run(&["--profile", "sso"], &[]).await, 3, sentence);
    says(&run(&["--profile", "legacy"], &[]).await, 3, &sentence.replace("profile sso", "profile legacy"));
    // The file is named after the SHA-1 of the session's name.
    let file = ".aws/sso/cache/71b21161ffa1e6516bcc072aaf5ef38cbe85b511.json";
    let token = r#"{"startUrl": "https://example.awsapps.com/start", "region": "eu-west-1", "accessToken": "x", "expiresAt": "2020-01-01T00:00:00Z"}"#;
    says(&run(&["--profile", "sso"], &[(file, token)]).await, 3, sentence);
}

#[tokio::test]
async fn a_profile_that_does_not_exist() {
    says(
        &run(&["--profile", "sos"], &[]).await,
        2,
        "profile `sos` is not in the AWS configuration files: `aws configure list-profiles` lists those that are",
    );
}

#[tokio::test]
async fn a_profile_that_rests_on_one_that_is_not_there() {
    let run = run(&["--profile", "lost", "--region", HERE], &[]).await;
    says(&run, 3, "the profile cannot be used:");
    assert!(run.stderr.contains("could not find source profile missing referenced from lost"), "{run:?}");
}

#[tokio::test]
async fn no_region() {
    let sentence =
        "no Region is set: name one with `--region eu-west-1`, look at all that are enabled with `--all-regions`, or set `AWS_REGION`";
    says(&run(&["--profile", "placeless"], &[]).await, 2, sentence);
    assert_eq!(run(&["--profile", "placeless", "--region", HERE], &[]).await.exit, 1);
    assert_eq!(run(&["--profile", "placeless", "--all-regions"], &[]).await.exit, 1);
}

#[tokio::test]
async fn a_credential_process_of_a_profile_is_a_login() {
    assert_eq!(run(&["--profile", "process"], &[]).await.exit, 1);
}

#[tokio::test]
async fn credentials_that_aws_refuses_are_a_row() {
    let stage = Stage::new(two_accounts()).await;
    stage.emulator.inject(emulator::Fault::error("sts:GetCallerIdentity", 403, "InvalidClientTokenId", "The security token is invalid."));
    let run = stage.json(&[]).await;
    assert_eq!((run.not_looked(), run.exit), (vec!["- - - sts:GetCallerIdentity".to_owned()], 3), "{run:?}");
    stage.emulator.clear_faults();
    stage.emulator.inject(emulator::Fault::error("sts:GetCallerIdentity", 403, "ExpiredToken", "The security token has expired."));
    let run = stage.json(&[]).await;
    assert!(run.json()["errors"][0]["message"].as_str().unwrap().contains("get new ones"), "{run:?}");
}

/// As with the AWS CLI: the environment may have the credentials of another account.
#[tokio::test]
async fn a_profile_that_was_named_comes_before_the_environment_and_one_of_the_environment_after_it() {
    for (named, key) in [(true, "AKIAOFTHEPROFILE00000"), (false, "AKIAHOMEACCOUNT00000")] {
        let stage = Stage::new(two_accounts()).await;
        stage.write(".aws/config", CONFIG);
        let arguments: &[&str] = if named { &["scan", "--profile", "keys"] } else { &["scan"] };
        let run = finish(stage.command(arguments).env("AWS_PROFILE", "keys").spawn().unwrap()).await;
        assert_eq!(run.exit, 1, "{run:?}");
        assert!(stage.emulator.calls().iter().all(|call| call.access_key == key), "{named}");
    }
}
