//! *In effect*: every instance runs with the parameter, which is static for the audit log: each needs a reboot of its own.
//!
//! The status is of the whole parameter group. Another static parameter that waits for a reboot looks the same, so the sentence
//! says what is not in sync and no more.
//! <https://docs.aws.amazon.com/neptune/latest/userguide/parameter-groups.html>

use super::{Code, Link, Question, generated};
use crate::facts::{LogType, Member};

const NOT_IN_EFFECT: Code = Code("NOT_IN_EFFECT");

const IN_SYNC: &str = "in-sync";
const PENDING_REBOOT: &str = "pending-reboot";

pub(super) fn check(question: &Question<'_>) -> Link {
    if question.log_type != LogType::Audit || !generated::is_on(question) {
        return Link::NotAsked;
    }
    let members = &question.facts.cluster.members;
    let (waiting, broken): (Vec<_>, Vec<_>) = members
        .iter()
        .filter(|member| member.parameter_group_status != IN_SYNC)
        .partition(|member| question.required.pending_reboot_accepted && member.parameter_group_status == PENDING_REBOOT);
    if !broken.is_empty() {
        let group = &question.facts.cluster.parameter_group;
        let remedy = if broken.iter().all(|member| member.parameter_group_status == PENDING_REBOOT) {
            "reboot each of them, until then the audit log may not be on there"
        } else {
            "the audit log may not be on there until it is, which may take a reboot"
        };
        return Link::broken(NOT_IN_EFFECT, format!("parameter group {group} is not in sync on {}: {remedy}", name(&broken)));
    }
    if !waiting.is_empty() {
        return Link::Holds(format!("not in sync, which is accepted: {}", name(&waiting)));
    }
    Link::Holds(match members.len() {
        0 => "no instances".to_owned(),
        1 => "in sync on its instance".to_owned(),
        count => format!("in sync on {count} instances"),
    })
}

fn name(members: &[&Member]) -> String {
    let named: Vec<_> = members.iter().map(|member| format!("{} ({})", member.identifier, member.parameter_group_status)).collect();
    named.join(", ")
}
