//! Invocations of the function: what is sent, what waits, what was answered.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;

/// The payload of an invocation. It need not be JSON.
#[derive(Clone, Debug)]
pub struct Event(pub(crate) Bytes);

impl From<Value> for Event {
    fn from(json: Value) -> Self {
        Self(json.to_string().into())
    }
}
impl From<&Value> for Event {
    fn from(json: &Value) -> Self {
        Self(json.to_string().into())
    }
}
impl From<Bytes> for Event {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}
impl From<Vec<u8>> for Event {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}
impl From<&[u8]> for Event {
    fn from(bytes: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(bytes))
    }
}
impl From<String> for Event {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}
impl From<&str> for Event {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

/// How Lambda invokes.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The function's timeout, counted from when it takes the event.
    pub deadline: Duration,
    /// `Lambda-Runtime-Invoked-Function-Arn`.
    pub function_arn: String,
    /// `Lambda-Runtime-Aws-Request-Id`; made up where unset.
    pub request_id: Option<String>,
}

impl Default for Invocation {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(60),
            function_arn: "arn:aws:lambda:eu-west-1:111122223333:function:neptune-audit-rule".into(),
            request_id: None,
        }
    }
}

/// What came of an invocation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The function's answer. An answer that is not JSON is kept as a string.
    Response(Value),
    /// The function's error answer.
    Error {
        /// `errorType`.
        error_type: String,
        /// `errorMessage`.
        error_message: String,
    },
    /// The function could not start.
    InitError {
        /// `errorType`.
        error_type: String,
        /// `errorMessage`.
        error_message: String,
    },
    /// Nothing came until two seconds after the deadline.
    None,
}

/// Something that happened at the Runtime API, for measurements.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// `next`, `delivered`, `response`, `error` or `init_error`.
    pub step: &'static str,
    /// The request id, where there is one.
    pub request_id: Option<String>,
    /// When.
    #[serde(skip)]
    pub at: Instant,
    /// When, in milliseconds since the emulator's start.
    pub at_ms: f64,
}

/// Invocations that wait to be taken or answered.
#[derive(Default)]
pub(crate) struct Invocations {
    pub(crate) waiting: VecDeque<Waiting>,
    pub(crate) taken: HashMap<String, oneshot::Sender<Answer>>,
    /// An init error that came while nothing was waiting.
    pub(crate) init_error: Option<Answer>,
    pub(crate) steps: Vec<Step>,
    /// How many functions wait for an event.
    pub(crate) pollers: usize,
    /// Whether somebody takes care that a function is there, and starts it again when it ends.
    pub(crate) attached: bool,
}

impl Invocations {
    /// Whether there is somebody to take an event, or to say why not.
    pub(crate) fn has_function(&self) -> bool {
        self.attached || self.pollers > 0 || !self.taken.is_empty() || self.init_error.is_some()
    }

    /// The function is gone, and whatever it had taken remains unanswered. One that never asked for an event could not start.
    pub(crate) fn function_ended(&mut self, started: bool, how: &str) {
        let error_type = "Runtime.ExitError".to_owned();
        for (request_id, invoker) in self.taken.drain() {
            let error_message = format!("RequestId: {request_id} Error: the function ended: {how}");
            // Whoever invoked may have lost patience already.
            let _ = invoker.send(Answer::Error { error_type: error_type.clone(), error_message });
        }
        // The next one takes what waits, where this one had only bad luck.
        for waiting in if started { VecDeque::new() } else { std::mem::take(&mut self.waiting) } {
            let error_message = format!("RequestId: {} Error: the function ended before its first event: {how}", waiting.request_id);
            let _ = waiting.answer.send(Answer::InitError { error_type: error_type.clone(), error_message });
        }
    }
}

/// An invocation that nobody has taken yet.
pub(crate) struct Waiting {
    pub(crate) request_id: String,
    pub(crate) event: Bytes,
    pub(crate) invocation: Invocation,
    pub(crate) taken: oneshot::Sender<()>,
    pub(crate) answer: oneshot::Sender<Answer>,
}
