//! Answers and refusals, before they take the form of a protocol.

use serde_json::Value;

/// What an action answers: the inside of its result element, or its JSON.
pub(crate) enum Answer {
    Xml(String),
    /// A query action without a result element.
    Empty,
    Json(Value),
    /// A JSON action that answers an empty body.
    Nothing,
}

/// An error answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// The caller's mistake, as most services report it.
    pub(crate) fn bad(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }
}
