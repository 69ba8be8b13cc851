//! *In effect*: every instance runs with the parameter, which is static for the audit log: each needs a reboot of its own.
//!
//! The status is of the whole parameter group. Another static parameter that waits for a reboot looks the same, so the sentence
//! says what is not in sync and no more.
//! <https://docs.aws.amazon.com/neptune/latest/userguide/parameter-groups.html>

use super::generated;
use super::outcome::Outcome;
use super::question::Question;
use crate::facts::{LogType, Member};
use crate::finding::Code;
use crate::remedy::Remedy;

const IN_SYNC: &str = "in-sync";
const PENDING_REBOOT: &str = "pending-reboot";

pub(super) fn check(question: &Question<'_>) -> Outcome {
    if question.log_type != LogType::Audit || !generated::is_on(question) {
        return Outcome::NotAsked;
    }
    let members = &question.facts.cluster.members;
    let (waiting, broken): (Vec<_>, Vec<_>) = members
        .iter()
        .filter(|member| member.parameter_group_status != IN_SYNC)
        .partition(|member| question.required.pending_reboot_accepted && member.parameter_group_status == PENDING_REBOOT);
    if !broken.is_empty() {
        let group = &question.facts.cluster.parameter_group;
        let instances = broken.iter().map(|member| member.identifier.clone()).collect();
        let remedy = if broken.iter().all(|member| member.parameter_group_status == PENDING_REBOOT) {
            Remedy::Reboot { instances }
        } else {
            Remedy::BringInSync { instances }
        };
        return Outcome::broken(Code::NotInEffect, format!("parameter group {group} is not in sync on {}", name(&broken)), remedy);
    }
    if !waiting.is_empty() {
        return Outcome::Holds(format!("not in sync, which is accepted: {}", name(&waiting)));
    }
    Outcome::Holds(match members.len() {
        0 => "no instances".to_owned(),
        1 => "in sync on its instance".to_owned(),
        count => format!("in sync on {count} instances"),
    })
}

fn name(members: &[&Member]) -> String {
    let named: Vec<_> = members.iter().map(|member| format!("{} ({})", member.identifier, member.parameter_group_status)).collect();
    named.join(", ")
}
