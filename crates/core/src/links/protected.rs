//! *Protected*: a KMS key of the customer's encrypts the log group.

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::finding::Code;
use crate::remedy::Remedy;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    if !question.required.log_group_encrypted {
        return Outcome::NotAsked;
    }
    question.with_log_group(Read::LogGroup, &question.facts.log_group(question.log_type).group, |group| {
        if group.encrypted {
            Outcome::Holds("encrypted with a KMS key".to_owned())
        } else {
            let found = format!("the {} log group has no KMS key", question.log_type);
            Outcome::broken(Code::NotEncrypted, found, Remedy::Encrypt { log_group: question.log_group() })
        }
    })
}
