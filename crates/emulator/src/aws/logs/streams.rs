//! Streams of log groups.

use serde_json::{Map, Value, json};

use super::ask::{INVALID, answer, check_listing, page, text};
use super::groups::{arn, find};
use crate::aws::answer::{Answer, Refusal};
use crate::aws::timestamps::LONG_AGO;
use crate::aws::validation::{Violations, check_members};
use crate::world::World;
use crate::world::fleet::LogStream;

pub(crate) fn describe(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
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
