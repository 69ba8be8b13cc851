//! The AWS services that are emulated, and how each of them speaks.

use serde_json::{Map, Value};

use super::answer::Refusal;
use crate::world::credentials::Caller;
use crate::world::faults::FailingEvaluations;
use crate::world::scope::Scope;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Neptune,
    Config,
    Logs,
    Sts,
    Account,
    Organizations,
    Tagging,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Query,
    Json,
    /// JSON too, with the operation in the path and the error's code in a header.
    Rest,
}

/// Who asks for what.
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) parameters: Map<String, Value>,
    pub(crate) caller: Caller,
    /// The caller's account, and the Region that the request is signed for.
    pub(crate) scope: Scope,
    /// Evaluations of this PutEvaluations that must fail.
    pub(crate) failing_evaluations: Option<FailingEvaluations>,
}

impl Service {
    /// The prefix of the IAM actions, which is the signing name too, but for one. Neptune signs as `rds`.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Neptune => "rds",
            Self::Config => "config",
            Self::Logs => "logs",
            Self::Sts => "sts",
            Self::Account => "account",
            Self::Organizations => "organizations",
            Self::Tagging => "tag",
        }
    }

    pub(crate) fn signing_name(self) -> &'static str {
        if self == Self::Tagging { "tagging" } else { self.prefix() }
    }

    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Neptune | Self::Sts => Protocol::Query,
            Self::Config | Self::Logs | Self::Organizations | Self::Tagging => Protocol::Json,
            Self::Account => Protocol::Rest,
        }
    }

    /// Whether it answers for every Region at one endpoint. The others live in the Region that a request is signed for.
    pub(crate) fn is_global(self) -> bool {
        matches!(self, Self::Sts | Self::Account | Self::Organizations)
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
            Protocol::Rest => "application/json",
        }
    }

    /// The service of an `X-Amz-Target` (`StarlingDoveService.PutEvaluations`), and the action.
    pub(crate) fn of_target(target: &str) -> Option<(Self, &str)> {
        match target.split_once('.')? {
            ("StarlingDoveService", action) => Some((Self::Config, action)),
            ("Logs_20140328", action) => Some((Self::Logs, action)),
            ("AWSOrganizationsV20161128", action) => Some((Self::Organizations, action)),
            ("ResourceGroupsTaggingAPI_20170126", action) => Some((Self::Tagging, action)),
            _ => None,
        }
    }

    /// The service of a path, and the action.
    pub(crate) fn of_path(path: &str) -> Option<(Self, &str)> {
        match path {
            "/listRegions" => Some((Self::Account, "ListRegions")),
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
        match (self, self.protocol()) {
            (Self::Account, _) => Refusal::new(429, "TooManyRequestsException", "Rate exceeded"),
            (Self::Organizations, _) => Refusal::bad("TooManyRequestsException", "Rate exceeded"),
            (Self::Tagging, _) => Refusal::bad("ThrottledException", "Rate exceeded"),
            (_, Protocol::Query) => Refusal::bad("Throttling", "Rate exceeded"),
            (_, Protocol::Json | Protocol::Rest) => Refusal::bad("ThrottlingException", "Rate exceeded"),
        }
    }

    pub(crate) fn denied(self, caller: &str, action: &str, resource: &str) -> Refusal {
        let message = format!(
            "User: {caller} is not authorized to perform: {action} on resource: {resource} \
             because no identity-based policy allows the {action} action"
        );
        self.unwelcome("AccessDenied", "AccessDeniedException", message)
    }

    pub(crate) fn broken(self, status: u16) -> Refusal {
        let code = match (self, status) {
            (Self::Logs, 503) => "ServiceUnavailableException",
            (_, 503) => "ServiceUnavailable",
            (Self::Config | Self::Logs | Self::Tagging, _) => "InternalServiceException",
            (Self::Account, _) => "InternalServerException",
            (Self::Organizations, _) => "ServiceException",
            _ => "InternalFailure",
        };
        Refusal::new(status, code, "The request processing has failed because of an unknown error.")
    }

    pub(crate) fn unknown_action(self, action: &str) -> Refusal {
        let message = format!("the emulator does not know the action {}:{action}", self.prefix());
        match self.protocol() {
            Protocol::Query => Refusal::bad("InvalidAction", message),
            Protocol::Json | Protocol::Rest => Refusal::bad("UnknownOperationException", message),
        }
    }

    pub(crate) fn expired(self) -> Refusal {
        self.unwelcome("ExpiredToken", "ExpiredTokenException", "The security token included in the request is expired")
    }

    pub(crate) fn unrecognized(self) -> Refusal {
        self.unwelcome("InvalidClientTokenId", "UnrecognizedClientException", "The security token included in the request is invalid.")
    }

    pub(crate) fn unsigned(self) -> Refusal {
        self.unwelcome("MissingAuthenticationToken", "MissingAuthenticationTokenException", "Request is missing Authentication Token")
    }

    pub(crate) fn wrongly_signed(self, message: String) -> Refusal {
        self.unwelcome("SignatureDoesNotMatch", "InvalidSignatureException", message)
    }

    /// A refusal of the caller: each protocol has its own code and status for it.
    fn unwelcome(self, query: &str, json: &str, message: impl Into<String>) -> Refusal {
        match self.protocol() {
            Protocol::Query => Refusal::new(403, query, message),
            Protocol::Json => Refusal::bad(json, message),
            Protocol::Rest => Refusal::new(403, json, message),
        }
    }
}
