//! The AWS services that are emulated, and how each of them speaks.

use serde_json::{Map, Value};

use super::answer::Refusal;
use crate::world::credentials::Caller;
use crate::world::faults::FailingEvaluations;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Neptune,
    Config,
    Logs,
    Sts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Query,
    Json,
}

/// Who asks for what.
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) parameters: Map<String, Value>,
    pub(crate) caller: Caller,
    /// Evaluations of this PutEvaluations that must fail.
    pub(crate) failing_evaluations: Option<FailingEvaluations>,
}

impl Service {
    /// The signing name, which is the prefix of the IAM actions too. Neptune signs as `rds`.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Neptune => "rds",
            Self::Config => "config",
            Self::Logs => "logs",
            Self::Sts => "sts",
        }
    }

    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Neptune | Self::Sts => Protocol::Query,
            Self::Config | Self::Logs => Protocol::Json,
        }
    }

    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            _ => "http://rds.amazonaws.com/doc/2014-10-31/",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self.protocol() {
            Protocol::Query => "text/xml",
            Protocol::Json => "application/x-amz-json-1.1",
        }
    }

    /// The service of an `X-Amz-Target` (`StarlingDoveService.PutEvaluations`), and the action.
    pub(crate) fn of_target(target: &str) -> Option<(Self, &str)> {
        match target.split_once('.')? {
            ("StarlingDoveService", action) => Some((Self::Config, action)),
            ("Logs_20140328", action) => Some((Self::Logs, action)),
            _ => None,
        }
    }

    /// The service of the `Version` of a query.
    pub(crate) fn of_version(version: &str) -> Option<Self> {
        match version {
            "2014-10-31" => Some(Self::Neptune),
            "2011-06-15" => Some(Self::Sts),
            _ => None,
        }
    }

    pub(crate) fn throttled(self) -> Refusal {
        match self.protocol() {
            Protocol::Query => Refusal::bad("Throttling", "Rate exceeded"),
            Protocol::Json => Refusal::bad("ThrottlingException", "Rate exceeded"),
        }
    }

    pub(crate) fn denied(self, caller: &str, action: &str, resource: &str) -> Refusal {
        let message = format!(
            "User: {caller} is not authorized to perform: {action} on resource: {resource} \
             because no identity-based policy allows the {action} action"
        );
        match self.protocol() {
            Protocol::Query => Refusal::new(403, "AccessDenied", message),
            Protocol::Json => Refusal::bad("AccessDeniedException", message),
        }
    }

    pub(crate) fn broken(self, status: u16) -> Refusal {
        let code = match (self, status) {
            (Self::Logs, 503) => "ServiceUnavailableException",
            (_, 503) => "ServiceUnavailable",
            (Self::Config | Self::Logs, _) => "InternalServiceException",
            _ => "InternalFailure",
        };
        Refusal::new(status, code, "The request processing has failed because of an unknown error.")
    }

    pub(crate) fn unknown_action(self, action: &str) -> Refusal {
        let message = format!("the emulator does not know the action {}:{action}", self.prefix());
        match self.protocol() {
            Protocol::Query => Refusal::bad("InvalidAction", message),
            Protocol::Json => Refusal::bad("UnknownOperationException", message),
        }
    }

    pub(crate) fn expired(self) -> Refusal {
        let message = "The security token included in the request is expired";
        match self.protocol() {
            Protocol::Query => Refusal::new(403, "ExpiredToken", message),
            Protocol::Json => Refusal::bad("ExpiredTokenException", message),
        }
    }

    pub(crate) fn unrecognized(self) -> Refusal {
        let message = "The security token included in the request is invalid.";
        match self.protocol() {
            Protocol::Query => Refusal::new(403, "InvalidClientTokenId", message),
            Protocol::Json => Refusal::bad("UnrecognizedClientException", message),
        }
    }

    pub(crate) fn unsigned(self) -> Refusal {
        let message = "Request is missing Authentication Token";
        match self.protocol() {
            Protocol::Query => Refusal::new(403, "MissingAuthenticationToken", message),
            Protocol::Json => Refusal::bad("MissingAuthenticationTokenException", message),
        }
    }

    pub(crate) fn wrongly_signed(self, message: String) -> Refusal {
        match self.protocol() {
            Protocol::Query => Refusal::new(403, "SignatureDoesNotMatch", message),
            Protocol::Json => Refusal::bad("InvalidSignatureException", message),
        }
    }
}
