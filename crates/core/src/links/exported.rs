//! *Exported*: the cluster sends the log to CloudWatch Logs. The one link that other tools look at.

use super::outcome::Outcome;
use super::question::Question;
use crate::finding::Code;
use crate::remedy::Remedy;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let log_type = question.log_type;
    let has = |exports: &[String]| exports.iter().any(|export| export == log_type.as_str());
    let cluster = &question.facts.cluster;
    if has(&cluster.exported) {
        return Outcome::Holds(format!("exported to {}", question.log_group_name()));
    }
    let identifier = cluster.identifier.clone();
    if has(&cluster.export_pending) {
        let remedy = Remedy::WaitForExport { cluster: identifier, log_type };
        return Outcome::broken(Code::ExportPending, format!("the export of the {log_type} log is still being turned on"), remedy);
    }
    let remedy = Remedy::EnableExport { cluster: identifier, log_type };
    Outcome::broken(Code::ExportOff, format!("the {log_type} log is not exported to CloudWatch Logs"), remedy)
}
