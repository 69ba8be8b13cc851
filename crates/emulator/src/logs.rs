//! Amazon CloudWatch Logs: log groups, their subscription filters and their streams. Changes are in `log_changes`.

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Refusal};
use crate::fleet::{Account, LogGroup, LogStream, SubscriptionFilter};
use crate::service::{Request, Service};
use crate::validation::{Violations, check_members};
use crate::world::{Index, World};
use crate::{log_changes, paging};

/// 2025-03-01T09:00:00Z, in milliseconds since 1970.
const LONG_AGO: i64 = 1_740_819_600_000;

pub(crate) const INVALID: &str = "InvalidParameterException";

pub(crate) fn perform(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let account = request.caller.account.as_str();
    let ask = &request.parameters;
    match request.action.as_str() {
        "DescribeLogGroups" => describe_log_groups(world, account, ask),
        "DescribeSubscriptionFilters" => describe_subscription_filters(world, account, ask),
        "DescribeLogStreams" => describe_log_streams(world, account, ask),
        "CreateLogGroup" => log_changes::create_log_group(world, account, ask),
        "PutRetentionPolicy" => log_changes::put_retention_policy(world, account, ask),
        "AssociateKmsKey" => log_changes::associate_kms_key(world, account, ask),
        other => Err(Service::Logs.unknown_action(other)),
    }
}

pub(crate) fn text<'a>(ask: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    ask.get(name).and_then(Value::as_str)
}

/// The limits that all listings share: 1 to 50 entries, names of up to 512 characters.
pub(crate) fn check_listing(ask: &Map<String, Value>) -> Result<usize, Refusal> {
    let mut violations = Violations::default();
    let limit = ask.get("limit").and_then(Value::as_i64).unwrap_or(50);
    if limit < 1 {
        violations.at("limit", limit, "Member must have value greater than or equal to 1");
    }
    if limit > 50 {
        violations.at("limit", limit, "Member must have value less than or equal to 50");
    }
    for name in ["logGroupNamePrefix", "logGroupName", "filterNamePrefix", "logStreamNamePrefix"] {
        if let Some(value) = text(ask, name) {
            violations.length(name, value, 1, 512);
        }
    }
    for name in ["logGroupNamePrefix", "logGroupName"] {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
        if let Some(value) = text(ask, name).filter(|value| !value.chars().all(allowed)) {
            violations.at(name, value, "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+");
        }
    }
    violations.into_result(INVALID)?;
    Ok(usize::try_from(limit).unwrap_or(50))
}

/// One page of a listing, with the token of the next.
fn page<'a, T>(
    world: &World,
    ask: &Map<String, Value>,
    listing: &str,
    limit: usize,
    all: &'a [T],
) -> Result<(&'a [T], Option<String>), Refusal> {
    let start: usize = match text(ask, "nextToken") {
        None => 0,
        Some(token) => paging::open(listing, token)
            .and_then(|position| position.parse().ok())
            .ok_or_else(|| Refusal::bad(INVALID, "The specified nextToken is invalid."))?,
    };
    let rest = all.get(start..).unwrap_or_default();
    let size = world.page_size(limit).min(rest.len());
    let token = (size < rest.len()).then(|| paging::seal(listing, &(start + size).to_string()));
    Ok((&rest[..size], token))
}

fn answer(name: &str, entries: Vec<Value>, token: Option<String>) -> Answer {
    let mut answer = json!({name: entries});
    if let Some(token) = token {
        answer["nextToken"] = token.into();
    }
    Answer::Json(answer)
}

fn arn(world: &World, account: &str, group: &str) -> String {
    format!("arn:{}:logs:{}:{account}:log-group:{group}", world.fleet.partition(), world.fleet.region)
}

fn describe_log_groups(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("logGroupNamePrefix", Value::is_string),
            ("logGroupNamePattern", Value::is_string),
            ("logGroupClass", Value::is_string),
            ("limit", Value::is_i64),
            ("nextToken", Value::is_string),
        ],
    )?;
    let limit = check_listing(ask)?;
    let prefix = text(ask, "logGroupNamePrefix").unwrap_or_default();
    let pattern = text(ask, "logGroupNamePattern").unwrap_or_default().to_lowercase();
    if !prefix.is_empty() && !pattern.is_empty() {
        return Err(Refusal::bad(INVALID, "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let nothing = (Account::default(), Index::default());
    let (facts, index) = world.account(account).unwrap_or((&nothing.0, &nothing.1));
    let name = |position: &usize| facts.log_groups[*position].name.as_str();
    // Names are sorted: those with the prefix stand together.
    let first = index.log_groups.partition_point(|position| name(position) < prefix);
    let with_prefix = index.log_groups[first..].partition_point(|position| name(position).starts_with(prefix));
    let mut found = index.log_groups[first..first + with_prefix].to_vec();
    if !pattern.is_empty() {
        found.retain(|position| name(position).to_lowercase().contains(&pattern));
    }
    if text(ask, "logGroupClass").is_some_and(|class| class != "STANDARD") {
        found.clear();
    }
    let (page, token) = page(world, ask, &format!("log groups {prefix} {pattern}"), limit, &found)?;
    let entries = page.iter().map(|position| log_group(world, account, &facts.log_groups[*position])).collect();
    Ok(answer("logGroups", entries, token))
}

fn log_group(world: &World, account: &str, group: &LogGroup) -> Value {
    let arn = arn(world, account, &group.name);
    let mut entry = json!({
        "logGroupName": group.name,
        "creationTime": LONG_AGO,
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
        "logGroupArn": arn,
    });
    if let Some(days) = group.retention_in_days {
        entry["retentionInDays"] = days.into();
    }
    if let Some(key) = &group.kms_key_id {
        entry["kmsKeyId"] = key.as_str().into();
    }
    entry
}

pub(crate) fn find<'a>(world: &'a World, account: &str, name: &str) -> Result<&'a LogGroup, Refusal> {
    let position = |facts: &Account, index: &Index| {
        let sorted = &index.log_groups;
        sorted.binary_search_by(|position| facts.log_groups[*position].name.as_str().cmp(name)).ok().map(|place| sorted[place])
    };
    world.account(account).and_then(|(facts, index)| facts.log_groups.get(position(facts, index)?)).ok_or_else(no_log_group)
}

pub(crate) fn no_log_group() -> Refusal {
    Refusal::bad("ResourceNotFoundException", "The specified log group does not exist.")
}

fn describe_subscription_filters(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("logGroupName", Value::is_string),
            ("filterNamePrefix", Value::is_string),
            ("limit", Value::is_i64),
            ("nextToken", Value::is_string),
        ],
    )?;
    let limit = check_listing(ask)?;
    let name = required_group(ask, "logGroupName")?;
    let group = find(world, account, name)?;
    let prefix = text(ask, "filterNamePrefix").unwrap_or_default();
    let mut found: Vec<_> = group.subscription_filters.iter().filter(|filter| filter.name.starts_with(prefix)).collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let (page, token) = page(world, ask, &format!("filters {name} {prefix}"), limit, &found)?;
    let entries = page.iter().map(|filter| subscription_filter(name, filter)).collect();
    Ok(answer("subscriptionFilters", entries, token))
}

fn subscription_filter(group: &str, filter: &SubscriptionFilter) -> Value {
    json!({
        "filterName": filter.name,
        "logGroupName": group,
        "filterPattern": filter.pattern,
        "destinationArn": filter.destination_arn,
        "distribution": "ByLogStream",
        "applyOnTransformedLogs": false,
        "creationTime": LONG_AGO,
    })
}

pub(crate) fn required_group<'a>(ask: &'a Map<String, Value>, member: &str) -> Result<&'a str, Refusal> {
    let mut violations = Violations::default();
    if text(ask, member).is_none() {
        violations.missing(member);
    }
    violations.into_result(INVALID)?;
    Ok(text(ask, member).unwrap_or_default())
}

fn describe_log_streams(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("logGroupName", Value::is_string),
            ("logGroupIdentifier", Value::is_string),
            ("logStreamNamePrefix", Value::is_string),
            ("orderBy", Value::is_string),
            ("descending", Value::is_boolean),
            ("limit", Value::is_i64),
            ("nextToken", Value::is_string),
        ],
    )?;
    let limit = check_listing(ask)?;
    let name = match (text(ask, "logGroupName"), text(ask, "logGroupIdentifier")) {
        (Some(name), None) => name,
        (None, Some(identifier)) => identifier.rsplit(":log-group:").next().unwrap_or_default(),
        (None, None) => {
            return Err(Refusal::bad(INVALID, "Either logGroupName or logGroupIdentifier must be provided."));
        }
        (Some(_), Some(_)) => {
            return Err(Refusal::bad(INVALID, "LogGroup name and LogGroup ARN are mutually exclusive parameters."));
        }
    };
    let prefix = text(ask, "logStreamNamePrefix").unwrap_or_default();
    let by_time = match text(ask, "orderBy") {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") if !prefix.is_empty() => {
            return Err(Refusal::bad(INVALID, "Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        Some("LastEventTime") => true,
        Some(other) => {
            let mut violations = Violations::default();
            violations.at("orderBy", other, "Member must satisfy enum value set: [LogStreamName, LastEventTime]");
            return violations.into_result(INVALID).map(|()| Answer::Json(Value::Null));
        }
    };
    let descending = ask.get("descending").and_then(Value::as_bool).unwrap_or(false);

    let group = find(world, account, name)?;
    let now = world.now();
    let mut found: Vec<_> =
        group.streams.iter().filter(|stream| stream.name.starts_with(prefix)).map(|stream| (last_event(stream, now), stream)).collect();
    found.sort_by(|(one_time, one), (other_time, other)| {
        let by_name = one.name.cmp(&other.name);
        if by_time { one_time.cmp(other_time).then(by_name) } else { by_name }
    });
    if descending {
        found.reverse();
    }
    let (page, token) = page(world, ask, &format!("streams {name} {prefix} {by_time} {descending}"), limit, &found)?;
    let entries = page.iter().map(|(last_event, stream)| log_stream(world, account, name, stream, *last_event)).collect();
    Ok(answer("logStreams", entries, token))
}

fn last_event(stream: &LogStream, now: i64) -> Option<i64> {
    stream.last_event.or_else(|| Some(now - (stream.hours_since_last_event? * 3_600_000.0) as i64))
}

fn log_stream(world: &World, account: &str, group: &str, stream: &LogStream, last_event: Option<i64>) -> Value {
    let mut entry = json!({
        "logStreamName": stream.name,
        "creationTime": LONG_AGO,
        "arn": format!("{}:log-stream:{}", arn(world, account, group), stream.name),
        "storedBytes": 0,
    });
    // A stream that never had an event has none of these.
    if let Some(time) = last_event {
        entry["firstEventTimestamp"] = LONG_AGO.min(time).into();
        entry["lastEventTimestamp"] = time.into();
        entry["lastIngestionTime"] = time.into();
    }
    entry
}
