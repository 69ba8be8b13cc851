//! A broken link as data: its code, what was found, and what to do about it.

use std::fmt;

use crate::remedy::Remedy;

/// A broken link. Displayed, it is one sentence: what was found, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Fixed for ever: programs rely on it.
    pub code: Code,
    /// What AWS says that should be otherwise.
    pub found: String,
    /// What mends it.
    pub remedy: Remedy,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.found, self.remedy)
    }
}

/// One list, so that the enum, [`Code::ALL`] and the names cannot drift apart.
macro_rules! codes {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal,)+) => {
        /// The name of a way in which a link can be broken.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the links.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// As it stands in an annotation.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// The parameter group does not tell the engine to write the log.
    ParameterOff = "PARAMETER_OFF",
    /// It does, and an instance does not run with it.
    NotInEffect = "NOT_IN_EFFECT",
    /// The lines of the log name no caller, because the cluster does not authenticate with IAM.
    CallerUnknown = "CALLER_UNKNOWN",
    /// The cluster does not send the log to CloudWatch Logs.
    ExportOff = "EXPORT_OFF",
    /// It will soon.
    ExportPending = "EXPORT_PENDING",
    /// There is no log group to ask about.
    LogGroupMissing = "LOG_GROUP_MISSING",
    /// Events are deleted sooner than is asked.
    RetentionTooShort = "RETENTION_TOO_SHORT",
    /// Events are kept longer than is asked.
    RetentionTooLong = "RETENTION_TOO_LONG",
    /// No KMS key of the customer's protects the log group.
    NotEncrypted = "NOT_ENCRYPTED",
    /// The log group can be deleted at once.
    Deletable = "DELETABLE",
    /// No metric filter looks at the log group.
    NotWatched = "NOT_WATCHED",
    /// Nothing sends the log to the asked destination.
    NotForwarded = "NOT_FORWARDED",
    /// No event came in the asked hours.
    Silent = "SILENT",
}

impl Code {
    /// By the name that stands in an annotation.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_by_the_name_that_it_is_displayed_with() {
        for code in Code::ALL {
            assert_eq!(Code::parse(&code.to_string()), Some(code));
            assert_eq!(code.to_string(), code.as_str());
        }
        for name in ["", "silent", "SILENT ", "LOUD"] {
            assert_eq!(Code::parse(name), None, "{name}");
        }
    }
}
