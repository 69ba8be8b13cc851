//! JSON that may be anything, read with errors that say where it is wrong and never quote what must stay secret.

use aws_sdk_config::primitives::{DateTime, DateTimeFormat};
use serde::de::DeserializeOwned;

use crate::error::RuleError;

/// Parses JSON and says where in the event it could not.
pub(super) fn parse<T: DeserializeOwned>(prefix: &str, json: &str) -> Result<T, RuleError> {
    let whole = if prefix.is_empty() { "event" } else { prefix };
    if !json.trim_start().starts_with('{') {
        return Err(RuleError::invalid_event(whole, "is not an object in JSON"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        // `?` stands for what is not known of the path, because the text ends there.
        let path = error.path().to_string();
        let field = match (prefix, path.trim_end_matches(".?")) {
            (_, "." | "?") => whole.to_owned(),
            ("", path) => path.to_owned(),
            (prefix, path) => format!("{prefix}.{path}"),
        };
        RuleError::invalid_event(field, without_value(&error.into_inner().to_string()))
    })?;
    deserializer.end().map_err(|error| RuleError::invalid_event(whole, error))?;
    Ok(parsed)
}

/// serde quotes the value it did not expect. Here that may be the whole event, and the result token with it.
fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => message.to_owned(),
    }
}

/// A date and time at a place in the event.
pub(super) fn time(field: &str, text: &str) -> Result<DateTime, RuleError> {
    DateTime::from_str(text, DateTimeFormat::DateTimeWithOffset)
        .map_err(|_| RuleError::invalid_event(field, format!("`{text}` is not an ISO 8601 date and time")))
}
