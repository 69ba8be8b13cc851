//! What properties hold, as values that are known or not.

use super::evaluated::Evaluated;
use super::text::{Text, Token};
use crate::resources::Value;

/// One parameter of a group. `Parameters` is a map, or a text with a map in JSON; a value is a text or a number.
pub(super) fn parameter(parameters: &Evaluated, wanted: &str, group: &str) -> Value<Option<String>> {
    const PROPERTY: &str = "Parameters";
    let unclear = || Value::Unknown(format!("`{PROPERTY}` of `{group}`"));
    match parameters {
        Evaluated::Absent => Value::Known(None),
        Evaluated::Map(entries) => {
            if let Some((_, value)) = entries.iter().find(|(name, _)| name == wanted) {
                return text(value, wanted);
            }
            // AWS may take another spelling for the same, and may not.
            if entries.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted)) { unclear() } else { Value::Known(None) }
        }
        Evaluated::Text(json) => {
            let Some(known) = json.get() else {
                return Value::Unknown(unknown(parameters, PROPERTY));
            };
            let Ok(serde_json::Value::Object(entries)) = serde_json::from_str(known) else {
                return unclear();
            };
            let parameter = match entries.get(wanted) {
                Some(serde_json::Value::String(text)) => Some(text.clone()),
                Some(serde_json::Value::Number(number)) => Some(number.to_string()),
                Some(serde_json::Value::Bool(truth)) => Some(truth.to_string()),
                Some(_) => return unclear(),
                None if entries.keys().any(|name| name.eq_ignore_ascii_case(wanted)) => return unclear(),
                None => None,
            };
            if json.sensitive { Value::Sensitive(parameter) } else { Value::Known(parameter) }
        }
        Evaluated::List(_) => unclear(),
    }
}

/// A text that a property may hold.
pub(super) fn text(evaluated: &Evaluated, name: &str) -> Value<Option<String>> {
    match evaluated {
        Evaluated::Absent => Value::Known(None),
        Evaluated::Text(text) => value(text).map(Some),
        Evaluated::List(_) | Evaluated::Map(_) => Value::Unknown(format!("`{name}`, which is no text")),
    }
}

/// A switch that is off where it is not set. CloudFormation takes YAML's words for true and false.
pub(super) fn switch(evaluated: &Evaluated, name: &str) -> Value<bool> {
    text(evaluated, name).try_map(
        || format!("`{name}`, which is neither true nor false"),
        |text| match text.as_deref() {
            Some("true" | "True" | "TRUE") => Some(true),
            Some("false" | "False" | "FALSE") | None => Some(false),
            Some(_) => None,
        },
    )
}

pub(super) fn value(text: &Text) -> Value<String> {
    match (text.get(), text.first_token()) {
        (Some(known), _) if text.sensitive => Value::Sensitive(known.to_owned()),
        (Some(known), _) => Value::Known(known.to_owned()),
        (None, Some(token)) => Value::Unknown(shown(token)),
        (None, None) => Value::Unknown("a text".to_owned()),
    }
}

/// What is not known about something.
pub(super) fn unknown(evaluated: &Evaluated, name: &str) -> String {
    match evaluated {
        Evaluated::Text(text) => text.first_token().map_or_else(|| format!("`{name}`, which is no list or map"), shown),
        _ => format!("`{name}`"),
    }
}

/// How to speak of a token; long ones are cut.
pub(super) fn shown(token: &Token) -> String {
    const LONGEST: usize = 120;
    match token {
        Token::Other(written) if written.chars().count() > LONGEST => {
            let start: String = written.chars().take(LONGEST).collect();
            format!("`{start}…`")
        }
        token => token.to_string(),
    }
}
