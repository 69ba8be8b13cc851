//! AWS STS: AssumeRole and GetCallerIdentity.

use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::service::{Request, Service};
use super::timestamps::iso8601;
use super::xml::Xml;
use crate::world::World;
use crate::world::credentials::{ACCESS_KEY_PREFIX, Caller, Session};
use crate::world::random::Random;

pub(crate) fn perform(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    match request.action.as_str() {
        "AssumeRole" => assume_role(world, request),
        "GetCallerIdentity" => Ok(get_caller_identity(request)),
        other => Err(Service::Sts.unknown_action(other)),
    }
}

fn get_caller_identity(request: &Request) -> Answer {
    let mut xml = Xml::default();
    xml.text("Arn", &request.caller.arn);
    xml.text("UserId", &request.caller.user_id);
    xml.text("Account", &request.caller.account);
    Answer::Xml(xml.into_string())
}

fn assume_role(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let parameter = |name: &str| request.parameters.get(name).and_then(Value::as_str).unwrap_or_default();
    let (arn, session_name) = (parameter("RoleArn"), parameter("RoleSessionName"));
    if !(20..=2048).contains(&arn.len()) {
        return Err(constraint("roleArn", arn, "Member must have length between 20 and 2048"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&session_name.len()) || !session_name.chars().all(allowed) {
        let rule = "Member must satisfy regular expression pattern: [\\w+=,.@-]* and have length between 2 and 64";
        return Err(constraint("roleSessionName", session_name, rule));
    }
    let seconds = match parameter("DurationSeconds") {
        "" => 3600,
        asked => asked
            .parse()
            .ok()
            .filter(|seconds| (900..=43200).contains(seconds))
            .ok_or_else(|| constraint("durationSeconds", asked, "Member must have value between 900 and 43200"))?,
    };
    let seconds = world.fleet.session_seconds.unwrap_or(seconds);

    let (account, role) =
        role_of(world, arn).filter(|(account, role)| trusts(world, account, role, &request.caller.account)).ok_or_else(|| {
            let message = format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}", request.caller.arn);
            Refusal::new(403, "AccessDenied", message)
        })?;

    let name = role.rsplit('/').next().unwrap_or_default();
    let role_id = format!("AROA{}", Random::from_name(arn).letters(17));
    let access_key = format!("{ACCESS_KEY_PREFIX}{account}{}", world.random.letters(6));
    let session = Session {
        caller: Caller {
            arn: format!("arn:{}:sts::{account}:assumed-role/{name}/{session_name}", world.fleet.partition()),
            user_id: format!("{role_id}:{session_name}"),
            access_key: access_key.clone(),
            account,
        },
        token: world.random.letters(200),
        expires: world.now() + i64::try_from(seconds).unwrap_or(i64::MAX / 2000) * 1000,
    };

    let mut xml = Xml::default();
    xml.element("AssumedRoleUser", |xml| {
        xml.text("AssumedRoleId", &session.caller.user_id);
        xml.text("Arn", &session.caller.arn);
    });
    xml.element("Credentials", |xml| {
        xml.text("AccessKeyId", &access_key);
        xml.text("SecretAccessKey", world.random.letters(40));
        xml.text("SessionToken", &session.token);
        xml.text("Expiration", iso8601(session.expires));
    });
    world.sessions.hand_out(session);
    Ok(Answer::Xml(xml.into_string()))
}

/// The account and the name, with its path, in `arn:aws:iam::111122223333:role/path/name` of the fleet's partition.
fn role_of(world: &World, arn: &str) -> Option<(String, String)> {
    let rest = arn.strip_prefix(&format!("arn:{}:iam::", world.fleet.partition()))?;
    let (account, role) = rest.split_once(":role/")?;
    Some((account.to_owned(), role.to_owned()))
}

fn trusts(world: &World, account: &str, role: &str, caller: &str) -> bool {
    world.account(account).is_some_and(|(facts, _)| {
        facts.roles.iter().any(|known| known.name.trim_start_matches('/') == role && known.trusts.iter().any(|trusted| trusted == caller))
    })
}

fn constraint(member: &str, value: &str, rule: &str) -> Refusal {
    Refusal::bad(
        "ValidationError",
        format!("1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {rule}"),
    )
}
