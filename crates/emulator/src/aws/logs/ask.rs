//! What a request asks for, and the pages of what is listed.

use serde_json::{Map, Value, json};

use crate::aws::answer::{Answer, Refusal};
use crate::aws::paging;
use crate::aws::validation::Violations;
use crate::world::World;

pub(crate) const INVALID: &str = "InvalidParameterException";

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
    for (name, most) in [
        ("logGroupNamePrefix", 512),
        ("logGroupName", 512),
        ("filterNamePrefix", 512),
        ("logStreamNamePrefix", 512),
        ("logGroupIdentifier", 2048),
    ] {
        if let Some(value) = text(ask, name) {
            violations.length(name, value, 1, most);
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
pub(crate) fn page<'a, T>(
    world: &World,
    ask: &Map<String, Value>,
    listing: &str,
    limit: usize,
    all: &'a [T],
) -> Result<(&'a [T], Option<String>), Refusal> {
    page_after(world, ask, listing, limit, 0, all)
}

/// One page of a listing that begins with so many pages without an entry.
pub(crate) fn page_after<'a, T>(
    world: &World,
    ask: &Map<String, Value>,
    listing: &str,
    limit: usize,
    empty_pages: usize,
    all: &'a [T],
) -> Result<(&'a [T], Option<String>), Refusal> {
    let position: usize = match text(ask, "nextToken") {
        None => 0,
        Some(token) => paging::open(listing, token)
            .and_then(|position| position.parse().ok())
            .ok_or_else(|| Refusal::bad(INVALID, "The specified nextToken is invalid."))?,
    };
    let Some(start) = position.checked_sub(empty_pages) else {
        return Ok((&[], Some(paging::seal(listing, &(position + 1).to_string()))));
    };
    let rest = all.get(start..).unwrap_or_default();
    let size = world.page_size(limit).min(rest.len());
    let token = (size < rest.len()).then(|| paging::seal(listing, &(position + size).to_string()));
    Ok((&rest[..size], token))
}

pub(crate) fn answer(name: &str, entries: Vec<Value>, token: Option<String>) -> Answer {
    let mut answer = json!({name: entries});
    if let Some(token) = token {
        answer["nextToken"] = token.into();
    }
    Answer::Json(answer)
}

pub(crate) fn required<'a>(ask: &'a Map<String, Value>, member: &str) -> Result<&'a str, Refusal> {
    let mut violations = Violations::default();
    if text(ask, member).is_none() {
        violations.missing(member);
    }
    violations.into_result(INVALID)?;
    Ok(text(ask, member).unwrap_or_default())
}

/// The name of a log group in its name or its ARN.
pub(crate) fn name_of(identifier: &str) -> &str {
    identifier.rsplit(":log-group:").next().unwrap_or_default()
}
