//! *Protected*: a KMS key of the customer's encrypts the log group.

use super::{Code, Link, Question, with_log_group};

const NOT_ENCRYPTED: Code = Code("NOT_ENCRYPTED");

pub(super) fn check(question: &Question<'_>) -> Link {
    if !question.required.log_group_encrypted {
        return Link::NotAsked;
    }
    with_log_group(question, &question.facts.log_group(question.log_type).group, |group| {
        if group.encrypted {
            Link::Holds("encrypted with a KMS key".to_owned())
        } else {
            Link::broken(NOT_ENCRYPTED, format!("the {} log group has no KMS key: associate one", question.log_type))
        }
    })
}
