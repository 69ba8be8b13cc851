//! *Exported*: the cluster sends the log to CloudWatch Logs. The one link that other tools look at.

use super::{Code, Link, Question};

const EXPORT_OFF: Code = Code("EXPORT_OFF");
const EXPORT_PENDING: Code = Code("EXPORT_PENDING");

pub(super) fn check(question: &Question<'_>) -> Link {
    let log_type = question.log_type.as_str();
    let has = |exports: &[String]| exports.iter().any(|export| export == log_type);
    let cluster = &question.facts.cluster;
    if has(&cluster.exported) {
        Link::Holds("exported to CloudWatch Logs".to_owned())
    } else if has(&cluster.export_pending) {
        Link::broken(EXPORT_PENDING, format!("the export of the {log_type} log is still being turned on: wait until it is"))
    } else {
        Link::broken(EXPORT_OFF, format!("the {log_type} log is not exported: turn on its export to CloudWatch Logs"))
    }
}
