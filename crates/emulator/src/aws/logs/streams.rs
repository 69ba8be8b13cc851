//! Streams of log groups.

use serde_json::{Map, Value, json};

use super::ask::{INVALID, answer, check_listing, name_of, page_after, text};
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
        (None, Some(identifier)) => name_of(identifier),
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
    let mut found: Vec<_> = group.streams.iter().filter(|stream| stream.name.starts_with(prefix)).collect();
    found.sort_by(|one, other| {
        let by_name = one.name.cmp(&other.name);
        if by_time { one.last_event_at(now).cmp(&other.last_event_at(now)).then(by_name) } else { by_name }
    });
    if descending {
        found.reverse();
    }
    if by_time && group.eventless_streams_first {
        // Stable: the others keep their order.
        found.sort_by_key(|stream| stream.last_event_at(now).is_some());
    }
    let listing = format!("streams {name} {prefix} {by_time} {descending}");
    let (page, token) = page_after(world, ask, &listing, limit, group.empty_pages, &found)?;
    let entries = page.iter().map(|stream| log_stream(world, account, name, stream, now)).collect();
    Ok(answer("logStreams", entries, token))
}

fn log_stream(world: &World, account: &str, group: &str, stream: &LogStream, now: i64) -> Value {
    let mut entry = json!({
        "logStreamName": stream.name,
        "creationTime": LONG_AGO,
        "arn": format!("{}:log-stream:{}", arn(world, account, group), stream.name),
        "storedBytes": 0,
    });
    // A stream that never had an event has none of these.
    if let Some(time) = stream.last_event_at(now) {
        entry["firstEventTimestamp"] = LONG_AGO.min(time).into();
        entry["lastEventTimestamp"] = time.into();
    }
    if let Some(time) = stream.last_ingestion_at(now) {
        entry["lastIngestionTime"] = time.into();
    }
    entry
}
