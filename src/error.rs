//! What can go wrong, as the caller sees it: a type that stays the same, a message that says what to do.

use std::fmt;

use lambda_runtime::Diagnostic;
use neptune_audit_core::requirements::RequirementError;
use neptune_audit_scan::error::{CallError, ScanError};

use crate::account::AccountId;
use crate::parameters::ParametersError;

/// An invocation that did not do all of its work.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleError {
    /// The event is not one that AWS Config sends.
    InvalidEvent {
        /// Where in the event.
        field: String,
        /// What is wrong there.
        problem: String,
    },
    /// A message type that this rule does not know.
    UnsupportedMessageType(String),
    /// A rule parameter that does not exist, or has a value that is not allowed.
    InvalidParameter(RequirementError),
    /// The event is for another account, and no role there is named.
    ForeignAccount {
        /// The account of the event.
        account: AccountId,
        /// The function, whose ARN tells its own account.
        function: String,
    },
    /// The role in the account of the event cannot be assumed.
    RoleNotAssumed {
        /// The role's ARN.
        role: String,
        /// The function's own account, which the role has to trust.
        trusted: String,
        /// What STS said.
        failure: CallError,
    },
    /// AWS refused a call that everything depends on, or did not answer it.
    Call(CallError),
    /// The one evaluation of the event was not taken.
    NotReported(NotReported),
    /// The time of the invocation was up before the one cluster was judged.
    DeadlineExceeded(String),
    /// A verdict was asked of facts that nobody read: a mistake of this program. Names the cluster.
    Unread(ScanError),
    /// A part of a schedule could not be done; all the rest was.
    Incomplete(Vec<Trouble>),
}

/// Evaluations that AWS Config did not take.
#[derive(Clone, Debug, PartialEq)]
pub struct NotReported {
    /// Of which resources.
    pub resource_ids: Vec<String>,
    /// Why.
    pub failure: CallError,
}

/// What went wrong in a part of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// Clusters that could not be judged, all for the same reason. Their recorded results stay.
    Unreadable {
        /// Their identifiers.
        clusters: Vec<String>,
        /// The reason.
        problem: String,
    },
    /// The listing of clusters broke off: what comes after is unknown, and nothing recorded was cleared.
    ListingBroken(CallError),
    /// The recorded results could not be read: nothing recorded was cleared.
    RecordedUnknown(CallError),
    /// Evaluations that AWS Config did not take.
    NotReported(NotReported),
    /// The time was up.
    DeadlineExceeded {
        /// Listed clusters that were not judged; there may be more that were not even listed.
        left: usize,
    },
}

/// Something that somebody should know, though everything was reported.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// The recorded results may not be read.
    RecordedDenied(CallError),
    /// The event does not say whose results are recorded.
    RuleUnnamed,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordedDenied(failure) => write!(f, "the recorded results may not be read: {failure}")?,
            Self::RuleUnnamed => f.write_str("the recorded results are unknown: the event has no `configRuleName`")?,
        }
        f.write_str(": everything was reported, nothing recorded was cleared")
    }
}

impl RuleError {
    /// A mistake at a place in the event.
    pub fn invalid_event(field: impl Into<String>, problem: impl fmt::Display) -> Self {
        Self::InvalidEvent { field: field.into(), problem: problem.to_string() }
    }

    /// The `errorType` that Lambda reports. These names do not change.
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::InvalidEvent { .. } => "InvalidEvent",
            Self::UnsupportedMessageType(_) => "UnsupportedMessageType",
            Self::InvalidParameter(_) => "InvalidParameter",
            Self::ForeignAccount { .. } => "ForeignAccount",
            Self::RoleNotAssumed { .. } => "RoleNotAssumed",
            Self::Call(_) => "AwsCallFailed",
            Self::NotReported(_) => "EvaluationsNotReported",
            Self::DeadlineExceeded(_) => "DeadlineExceeded",
            Self::Unread(_) => "InternalError",
            Self::Incomplete(_) => "IncompleteEvaluation",
        }
    }
}

impl std::error::Error for RuleError {}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidEvent { field, problem } => write!(f, "`{field}`: {problem}"),
            Self::UnsupportedMessageType(message_type) => write!(
                f,
                "`invokingEvent.messageType`: `{message_type}` is not supported: allowed are ConfigurationItemChangeNotification, \
                 OversizedConfigurationItemChangeNotification, ScheduledNotification and ConfigurationSnapshotDeliveryCompleted"
            ),
            Self::InvalidParameter(error) => error.fmt(f),
            Self::ForeignAccount { account, function } => write!(
                f,
                "the event is for account {account}, which is not the account of `{function}`: \
                 set the rule parameter `executionRoleName` to a role there that this function may assume"
            ),
            Self::RoleNotAssumed { role, trusted, failure } => write!(
                f,
                "role `{role}` cannot be assumed: {failure}: the role needs the trust statement \
                 {{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"{trusted}\"}},\"Action\":\"sts:AssumeRole\"}}, \
                 and the function's own role needs to allow sts:AssumeRole on it"
            ),
            Self::Call(failure) => failure.fmt(f),
            Self::NotReported(not_reported) => not_reported.fmt(f),
            Self::DeadlineExceeded(awaited) => {
                write!(f, "the time of the invocation was up while waiting for {awaited}: give the function a longer timeout")
            }
            Self::Unread(error) => error.fmt(f),
            Self::Incomplete(troubles) => {
                for (index, trouble) in troubles.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "; " };
                    write!(f, "{separator}{trouble}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for NotReported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not reported: {}: {}", self.resource_ids.join(", "), self.failure)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { clusters, problem } => write!(f, "not judged: {}: {problem}", clusters.join(", ")),
            Self::ListingBroken(failure) => {
                write!(f, "the listing of clusters broke off: {failure}: what was listed is reported, nothing recorded was cleared")
            }
            Self::RecordedUnknown(failure) => write!(f, "the recorded results are unknown: {failure}: nothing recorded was cleared"),
            Self::NotReported(not_reported) => not_reported.fmt(f),
            Self::DeadlineExceeded { left } => write!(
                f,
                "the time of the invocation was up: {left} of the clusters listed so far were left, \
                 nothing recorded was cleared: give the function a longer timeout"
            ),
        }
    }
}

impl From<CallError> for RuleError {
    fn from(failure: CallError) -> Self {
        Self::Call(failure)
    }
}

impl From<ScanError> for RuleError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Call(failure) => Self::Call(failure),
            ScanError::Unread(_) => Self::Unread(error),
        }
    }
}

impl From<ParametersError> for RuleError {
    fn from(error: ParametersError) -> Self {
        match error {
            ParametersError::NotAnObject => Self::invalid_event("ruleParameters", error),
            ParametersError::Refused(refused) => Self::InvalidParameter(refused),
        }
    }
}

impl From<RuleError> for Diagnostic {
    fn from(error: RuleError) -> Self {
        Self { error_type: error.error_type().to_owned(), error_message: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_says_what_is_unknown_and_that_nothing_was_cleared() {
        let unnamed = Warning::RuleUnnamed.to_string();
        let expected =
            "the recorded results are unknown: the event has no `configRuleName`: everything was reported, nothing recorded was cleared";
        assert_eq!(unnamed, expected);
        let failure = CallError::incomplete("config:GetComplianceDetailsByConfigRule", "rule `one`", "AccessDenied");
        let denied = Warning::RecordedDenied(failure).to_string();
        assert!(
            denied.contains("config:GetComplianceDetailsByConfigRule on rule `one`: AccessDenied: everything was reported"),
            "{denied}"
        );
    }

    #[test]
    fn what_went_wrong_in_a_schedule_is_told_one_after_the_other() {
        let unreadable =
            |cluster: &str, problem: &str| Trouble::Unreadable { clusters: vec![cluster.to_owned()], problem: problem.to_owned() };
        let one = vec![unreadable("graph", "refused")];
        assert_eq!(RuleError::Incomplete(one).to_string(), "not judged: graph: refused");
        let two = vec![unreadable("graph", "refused"), unreadable("other", "gone")];
        assert_eq!(RuleError::Incomplete(two).to_string(), "not judged: graph: refused; not judged: other: gone");
    }
}
