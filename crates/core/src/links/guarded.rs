//! *Guarded*: nobody deletes the log group by mistake, or to hide something, without taking its protection away first.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html>

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::finding::Code;
use crate::remedy::Remedy;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    if !question.required.log_group_deletion_protected {
        return Outcome::NotAsked(None);
    }
    question.with_log_group(Read::LogGroup, &question.log_group().group, |group| {
        if group.deletion_protected {
            return Outcome::Holds("deletion protection".to_owned());
        }
        let log_group = question.log_group_name();
        Outcome::broken(Code::Deletable, format!("log group {log_group} can be deleted"), Remedy::ProtectFromDeletion { log_group })
    })
}
