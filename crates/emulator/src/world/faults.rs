//! Faults that a test injects into AWS calls.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::patterns::matches;

/// What goes wrong, at which calls.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// The action, as IAM names it; `*` stands for any run of characters (`*`, `logs:*`).
    pub action: String,
    /// Only requests that contain this text, for example the name of a parameter group.
    pub matching: Option<String>,
    /// Only calls to this account.
    pub account: Option<String>,
    /// What happens to the call.
    pub kind: FaultKind,
    /// Lets the first so many calls pass.
    pub after: u32,
    /// Ends after so many calls; unset: never.
    pub times: Option<u32>,
}

/// What happens to a call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The service's throttling error.
    #[default]
    Throttle,
    /// An answer with this HTTP status (5xx) and the service's internal error.
    Status(u16),
    /// An answer with any HTTP status, error code and message.
    Error(ErrorAnswer),
    /// The connection is reset without an answer; nothing is done.
    Reset,
    /// No answer while the client waits; nothing is done.
    Hang,
    /// The answer comes later. Further faults may apply to the same call.
    Delay(#[serde(with = "milliseconds")] Duration),
    /// The service's access-denied error.
    Deny,
    /// The call is done, and its answer is cut off in the middle, with status 200.
    Malformed,
    /// Listings only: the token for the next page is the one that led to this page, so that following it goes in a circle.
    Circle,
    /// PutEvaluations only: these evaluations come back as `FailedEvaluations`, the others are stored.
    FailEvaluations(FailingEvaluations),
}

/// An error answer, in the form of the service that is called.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorAnswer {
    /// The HTTP status, from 200 to 599.
    pub status: u16,
    /// The error code (`ValidationException`).
    pub code: String,
    /// The message.
    #[serde(default)]
    pub message: String,
}

/// Evaluations that AWS Config does not take.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FailingEvaluations {
    /// Those with these resource ids.
    pub resource_ids: Vec<String>,
    /// The first so many of the call.
    pub count: usize,
}

impl Fault {
    /// A fault at every call of an action.
    pub fn new(action: impl Into<String>, kind: FaultKind) -> Self {
        Self { action: action.into(), kind, ..Self::default() }
    }

    /// A fault that answers every call of an action with this error.
    pub fn error(action: impl Into<String>, status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(action, FaultKind::Error(ErrorAnswer { status, code: code.into(), message: message.into() }))
    }

    /// The same, only for requests that contain this text.
    #[must_use]
    pub fn matching(self, text: impl Into<String>) -> Self {
        Self { matching: Some(text.into()), ..self }
    }

    /// The same, only for calls to this account.
    #[must_use]
    pub fn in_account(self, account: impl Into<String>) -> Self {
        Self { account: Some(account.into()), ..self }
    }

    /// The same, ending after so many calls.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// The same, after so many calls that pass.
    #[must_use]
    pub fn after(self, after: u32) -> Self {
        Self { after, ..self }
    }
}

/// The injected faults, with how often each was met.
#[derive(Default)]
pub(crate) struct Faults(Vec<(Fault, u32)>);

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push((fault, 0));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> Vec<&Fault> {
        self.0.iter().map(|(fault, _)| fault).collect()
    }

    /// The delays of this call together, and the first other fault that applies to it.
    pub(crate) fn strike(&mut self, action: &str, account: &str, parameters: &Map<String, Value>) -> (Duration, Option<FaultKind>) {
        let mut delay = Duration::ZERO;
        // Written only where a fault looks at it: a page of evaluations is long.
        let mut request = None;
        for (fault, met) in &mut self.0 {
            let applies = matches(&fault.action, action)
                && fault.account.as_ref().is_none_or(|only| only == account)
                && fault
                    .matching
                    .as_ref()
                    .is_none_or(|text| request.get_or_insert_with(|| serde_json::to_string(parameters).unwrap_or_default()).contains(text));
            if !applies {
                continue;
            }
            *met += 1;
            if *met <= fault.after || fault.times.is_some_and(|times| *met > fault.after.saturating_add(times)) {
                continue;
            }
            match &fault.kind {
                FaultKind::Delay(time) => delay += *time,
                kind => return (delay, Some(kind.clone())),
            }
        }
        (delay, None)
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        (duration.as_secs_f64() * 1000.0).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let milliseconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(milliseconds / 1000.0).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Map<String, Value> {
        [("text".to_owned(), Value::from(text))].into_iter().collect()
    }

    fn struck(faults: &mut Faults, action: &str, calls: usize) -> Vec<bool> {
        (0..calls).map(|_| faults.strike(action, "1", &request("")).1.is_some()).collect()
    }

    #[test]
    fn a_fault_skips_strikes_and_ends() {
        let mut faults = Faults::default();
        faults.push(Fault::new("rds:*", FaultKind::Throttle).after(1).times(2));
        assert_eq!(struck(&mut faults, "rds:DescribeDBClusters", 5), [false, true, true, false, false]);
    }

    #[test]
    fn a_fault_strikes_only_what_it_names() {
        let mut faults = Faults::default();
        faults.push(Fault::new("config:PutEvaluations", FaultKind::Deny).matching("c-0001").in_account("1"));
        assert!(faults.strike("config:PutEvaluations", "1", &request("c-0002")).1.is_none());
        assert!(faults.strike("config:PutEvaluations", "2", &request("c-0001")).1.is_none());
        assert!(faults.strike("rds:DescribeDBClusters", "1", &request("c-0001")).1.is_none());
        assert!(faults.strike("config:PutEvaluations", "1", &request("c-0001")).1.is_some());
    }

    #[test]
    fn a_delay_adds_to_another_fault() {
        let mut faults = Faults::default();
        faults.push(Fault::new("*", FaultKind::Delay(Duration::from_millis(5))));
        faults.push(Fault::new("*", FaultKind::Reset));
        let (delay, kind) = faults.strike("sts:AssumeRole", "1", &request(""));
        assert_eq!(delay, Duration::from_millis(5));
        assert!(matches!(kind, Some(FaultKind::Reset)));
    }

    #[test]
    fn a_fault_is_written_as_plain_json() {
        let fault: Fault = serde_json::from_str(r#"{"action": "*", "kind": {"delay": 1.5}, "times": 1}"#).unwrap();
        assert!(matches!(fault.kind, FaultKind::Delay(time) if time == Duration::from_micros(1500)));
        assert!(serde_json::from_str::<Fault>(r#"{"action": "*", "kind": "reset"}"#).is_ok());
    }
}
