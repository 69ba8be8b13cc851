//! What to do about a broken link, as data; displayed, it is one clause of a sentence.

use std::fmt;

use crate::facts::LogType;

/// What mends a broken link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Change a parameter in the cluster's own parameter group.
    SetParameter {
        /// The group.
        group: String,
        /// What it has to set.
        setting: Setting,
    },
    /// Attach another parameter group with the parameter set, because nobody can edit a default one.
    ReplaceParameterGroup {
        /// The cluster.
        cluster: String,
        /// What the other group has to set.
        setting: Setting,
    },
    /// Reboot instances.
    Reboot {
        /// Which.
        instances: Vec<String>,
        /// The log that may be off there until then.
        log_type: LogType,
    },
    /// Bring instances in sync, with a reboot if nothing else helps: their state says no more.
    BringInSync {
        /// Which.
        instances: Vec<String>,
        /// The log that may be off there until then.
        log_type: LogType,
    },
    /// Turn on IAM authentication.
    EnableIamAuthentication {
        /// Of this cluster.
        cluster: String,
    },
    /// Wait for IAM authentication, or have it at once.
    ApplyIamAuthentication {
        /// Of this cluster.
        cluster: String,
    },
    /// Turn on the export of a log.
    EnableExport {
        /// Of this cluster.
        cluster: String,
        /// The log.
        log_type: LogType,
    },
    /// Nothing but time is needed.
    WaitForExport {
        /// Of this cluster.
        cluster: String,
        /// The log.
        log_type: LogType,
    },
    /// Create the log group, which Neptune would do by itself where nothing keeps it from it.
    CreateLogGroup {
        /// This one.
        log_group: String,
        /// Whether something is known that excuses Neptune, be it that nothing was to be written yet: then the log group comes by itself.
        comes_by_itself: bool,
    },
    /// Keep events longer.
    RaiseRetention {
        /// Where.
        owner: RetentionOwner,
        /// At least this many days.
        days: u32,
    },
    /// Keep events no longer than this. It deletes those that are older.
    LowerRetention {
        /// Where.
        owner: RetentionOwner,
        /// At most this many days.
        days: u32,
    },
    /// Associate a KMS key with the log group.
    Encrypt {
        /// This one.
        log_group: String,
    },
    /// Protect the log group from deletion.
    ProtectFromDeletion {
        /// This one.
        log_group: String,
    },
    /// Add a metric filter.
    Watch {
        /// To this log group.
        log_group: String,
    },
    /// Add a subscription filter that lets everything through.
    Forward {
        /// To this log group.
        log_group: String,
        /// Sending to an ARN that fits this pattern.
        destination: String,
    },
    /// Make the log group anew in the class that has filters, which costs its events.
    RecreateLogGroup {
        /// This one.
        log_group: String,
    },
    /// Add an instance: without one nobody can query.
    AddInstance {
        /// To this cluster.
        cluster: String,
    },
    /// Find out why nothing comes.
    FindOutWhySilent {
        /// From this cluster.
        cluster: String,
    },
}

/// What a parameter has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The parameter.
    pub name: &'static str,
    /// Its value, as people say it: `info or debug`.
    pub value: &'static str,
    /// Whether each instance needs a reboot afterwards.
    pub reboot: bool,
}

impl Setting {
    fn then(&self) -> &'static str {
        if self.reboot { ", then reboot each instance" } else { "" }
    }
}

/// Who decides how long events are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetentionOwner {
    /// The log group of this name.
    LogGroup(String),
    /// The account's retention policy of this name: what the log group says has no effect.
    AccountPolicy(String),
}

impl fmt::Display for RetentionOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LogGroup(name) => write!(f, "the retention of log group {name}"),
            Self::AccountPolicy(name) => write!(f, "the account's retention policy {name}, which decides,"),
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetParameter { group, setting } => {
                write!(f, "set {} to {} in parameter group {group}{}", setting.name, setting.value, setting.then())
            }
            Self::ReplaceParameterGroup { cluster, setting } => {
                write!(f, "attach to cluster {cluster} another parameter group with {} {}{}", setting.name, setting.value, setting.then())
            }
            Self::Reboot { instances, log_type } => {
                write!(f, "reboot {}: until then the {log_type} log may be off there", several(instances))
            }
            Self::BringInSync { instances, log_type } => {
                write!(f, "bring {} in sync, which may take a reboot: until then the {log_type} log may be off there", several(instances))
            }
            Self::EnableIamAuthentication { cluster } => {
                write!(f, "turn on IAM authentication of cluster {cluster} once its clients sign their requests")
            }
            Self::ApplyIamAuthentication { cluster } => {
                write!(f, "wait until IAM authentication of cluster {cluster} is on, or apply the change at once")
            }
            Self::EnableExport { cluster, log_type } => write!(f, "turn on the export of the {log_type} log of cluster {cluster}"),
            Self::WaitForExport { cluster, log_type } => {
                write!(f, "wait until the export of the {log_type} log of cluster {cluster} is on")
            }
            Self::CreateLogGroup { log_group, comes_by_itself: true } => {
                write!(f, "create log group {log_group} as wanted, or let Neptune do it once it writes")
            }
            Self::CreateLogGroup { log_group, comes_by_itself: false } => {
                write!(f, "create log group {log_group} as wanted, and find out why Neptune did not")
            }
            Self::RaiseRetention { owner, days } => write!(f, "raise {owner} to {days} days or more"),
            Self::LowerRetention { owner, days } => {
                write!(f, "save older events that are evidence, then lower {owner} to {days} days or less, which deletes them")
            }
            Self::Encrypt { log_group } => write!(f, "associate a KMS key with log group {log_group}"),
            Self::ProtectFromDeletion { log_group } => write!(f, "turn on deletion protection of log group {log_group}"),
            Self::Watch { log_group } => write!(f, "add a metric filter, and an alarm on it, to log group {log_group}"),
            Self::Forward { log_group, destination } => {
                write!(f, "send all of log group {log_group} to {destination}, by a subscription filter with a blank pattern")
            }
            Self::RecreateLogGroup { log_group } => {
                write!(f, "save the events of log group {log_group}, then make it anew in class STANDARD, which deletes them")
            }
            Self::AddInstance { cluster } => write!(f, "add an instance to cluster {cluster}: without one nobody can query it"),
            Self::FindOutWhySilent { cluster } => write!(f, "find out whether nobody queries cluster {cluster}, or it does not log"),
        }
    }
}

fn several(instances: &[String]) -> String {
    match instances {
        [only] => format!("instance {only}"),
        several => format!("each of {} instances", several.len()),
    }
}
