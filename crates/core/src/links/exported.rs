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
        Outcome::Holds("exported to CloudWatch Logs".to_owned())
    } else if has(&cluster.export_pending) {
        Outcome::broken(
            Code::ExportPending,
            format!("the export of the {log_type} log is still being turned on"),
            Remedy::WaitForExport(log_type),
        )
    } else {
        Outcome::broken(Code::ExportOff, format!("the {log_type} log is not exported"), Remedy::EnableExport(log_type))
    }
}
