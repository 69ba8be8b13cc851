//! *Protected*: a KMS key of the customer's encrypts the log group.

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::finding::Code;
use crate::remedy::Remedy;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    if !question.required.log_group_encrypted {
        return Outcome::NotAsked(None);
    }
    question.with_log_group(Read::LogGroup, &question.log_group().group, |group| {
        if group.encrypted {
            return Outcome::Holds("KMS key".to_owned());
        }
        let log_group = question.log_group_name();
        Outcome::broken(Code::NotEncrypted, format!("log group {log_group} has no KMS key"), Remedy::Encrypt { log_group })
    })
}
