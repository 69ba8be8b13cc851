//! *In effect*: every instance runs with the parameter. That of the audit log is static: each instance needs a reboot of its own. That of
//! the slow-query log is dynamic, and can be deferred to the next reboot all the same.
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

const PENDING_REBOOT: &str = "pending-reboot";
/// More than these are a count with the first names.
const NAMED: usize = 3;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let deferred = question.facts.parameters.of(question.log_type).apply_method.as_deref() == Some(PENDING_REBOOT);
    if !generated::is_on(question) || question.log_type == LogType::SlowQuery && !deferred {
        return Outcome::NotAsked(None);
    }
    let members = &question.facts.cluster.members;
    let (waiting, broken): (Vec<_>, Vec<_>) = members
        .iter()
        .filter(|member| !member.is_in_sync())
        .partition(|member| question.required.pending_reboot_accepted && member.parameter_group_status == PENDING_REBOOT);
    if !broken.is_empty() {
        let group = &question.facts.cluster.parameter_group;
        let found = format!("parameter group {group} is not in sync on {}", name(&broken));
        let instances = broken.iter().map(|member| member.identifier.clone()).collect();
        let log_type = question.log_type;
        let remedy = if broken.iter().all(|member| member.parameter_group_status == PENDING_REBOOT) {
            Remedy::Reboot { instances, log_type }
        } else {
            Remedy::BringInSync { instances, log_type }
        };
        return Outcome::broken(Code::NotInEffect, found, remedy);
    }
    if !waiting.is_empty() {
        return Outcome::Holds(format!("not in sync, which is accepted, on {}", name(&waiting)));
    }
    Outcome::Holds(match members.len() {
        0 => "no instances".to_owned(),
        1 => "1 instance in sync".to_owned(),
        count => format!("{count} instances in sync"),
    })
}

fn name(members: &[&Member]) -> String {
    let named = members.iter().take(NAMED).map(|member| format!("{} ({})", member.identifier, member.parameter_group_status));
    let named = named.collect::<Vec<_>>().join(", ");
    if members.len() > NAMED { format!("{} instances: {named} and others", members.len()) } else { named }
}
