//! *Attributed*: a line of the audit log names its caller, because the cluster authenticates with IAM.
//!
//! <https://docs.aws.amazon.com/neptune/latest/userguide/auditing.html>,
//! <https://docs.aws.amazon.com/neptune/latest/userguide/iam-auth.html>

use super::outcome::Outcome;
use super::question::Question;
use crate::facts::LogType;
use crate::finding::Code;
use crate::remedy::Remedy;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    if question.log_type != LogType::Audit {
        return Outcome::NotAsked(None);
    }
    let cluster = &question.facts.cluster;
    if cluster.iam_authentication {
        let named = "callers named (IAM)".to_owned();
        return if question.required.iam_authentication { Outcome::Holds(named) } else { Outcome::NotAsked(Some(named)) };
    }
    let found = match cluster.iam_authentication_pending {
        true => "callers not named (IAM authentication is pending, so still off)",
        false => "callers not named (no IAM authentication)",
    };
    if !question.required.iam_authentication {
        return Outcome::NotAsked(Some(found.to_owned()));
    }
    let cluster = cluster.identifier.clone();
    let remedy = match question.facts.cluster.iam_authentication_pending {
        true => Remedy::ApplyIamAuthentication { cluster },
        false => Remedy::EnableIamAuthentication { cluster },
    };
    Outcome::broken(Code::CallerUnknown, found, remedy)
}
