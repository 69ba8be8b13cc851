//! What to do about a broken link, as data; displayed, it is one clause of a sentence.

use std::fmt;

use crate::facts::LogType;

/// What mends a broken link.
#[derive(Clone, Debug, PartialEq)]
pub enum Remedy {
    /// Change a parameter in the cluster's own parameter group.
    SetParameter {
        /// The parameter.
        name: &'static str,
        /// What it has to be, as people say it: `info or debug`.
        value: &'static str,
        /// Whether each instance needs a reboot afterwards.
        reboot: bool,
    },
    /// Attach another parameter group with the parameter set, because nobody can edit a default one.
    ReplaceParameterGroup {
        /// The parameter.
        name: &'static str,
        /// What it has to be.
        value: &'static str,
        /// Whether each instance needs a reboot afterwards.
        reboot: bool,
    },
    /// Reboot instances.
    Reboot {
        /// Which.
        instances: Vec<String>,
    },
    /// Wait for instances, and reboot them if that does not help: their state says no more.
    BringInSync {
        /// Which.
        instances: Vec<String>,
    },
    /// Turn on the export of a log.
    EnableExport(LogType),
    /// Nothing but time is needed.
    WaitForExport(LogType),
    /// Create the log group, which Neptune would do by itself where nothing keeps it from it.
    CreateLogGroup(String),
    /// Keep events longer.
    RaiseRetention {
        /// Of this log group.
        log_group: String,
        /// At least this many days.
        days: u32,
    },
    /// Keep events no longer than this. It deletes those that are older.
    LowerRetention {
        /// Of this log group.
        log_group: String,
        /// At most this many days.
        days: u32,
    },
    /// Associate a KMS key with the log group.
    Encrypt {
        /// This log group.
        log_group: String,
    },
    /// Add a subscription filter.
    Forward {
        /// To this log group.
        log_group: String,
        /// Sending to an ARN that fits this pattern.
        destination: String,
    },
    /// Find out why nothing comes.
    FindOutWhySilent {
        /// Into this log group.
        log_group: String,
    },
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let then = |reboot: &bool| if *reboot { " and reboot each instance" } else { "" };
        match self {
            Self::SetParameter { value, reboot, .. } => write!(f, "set it to {value}{}", then(reboot)),
            Self::ReplaceParameterGroup { value, reboot, .. } => {
                write!(f, "attach another parameter group that sets it to {value}{}", then(reboot))
            }
            Self::Reboot { .. } => f.write_str("reboot each of them, until then the audit log may not be on there"),
            Self::BringInSync { .. } => f.write_str("the audit log may not be on there until it is, which may take a reboot"),
            Self::EnableExport(_) => f.write_str("turn on its export to CloudWatch Logs"),
            Self::WaitForExport(_) => f.write_str("wait until it is"),
            Self::CreateLogGroup(_) => f.write_str("create it as wanted, or repair what keeps Neptune from doing so"),
            Self::RaiseRetention { .. } => f.write_str("raise the retention of its log group"),
            Self::LowerRetention { .. } => f.write_str("lower the retention of its log group"),
            Self::Encrypt { .. } => f.write_str("associate one"),
            Self::Forward { destination, .. } => write!(f, "add one that sends to {destination}"),
            Self::FindOutWhySilent { .. } => f.write_str("find out whether the cluster logs, or nobody queries it"),
        }
    }
}
