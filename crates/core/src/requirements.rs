//! What the rule is asked to require of a cluster, and the one table of the parameters that ask it.

use std::fmt;

use crate::exemption::ExemptTag;
use crate::facts::LogType;
use crate::pattern::Pattern;

/// The longest retention that CloudWatch Logs has, short of never expiring: ten years and three days.
const LONGEST_RETENTION_DAYS: u32 = 3653;
/// Ten years, in hours.
const LONGEST_SILENCE_HOURS: u32 = 87_672;

/// What is required of a cluster's audit trail.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirements {
    /// `logTypes`: the log types that need a trail, each once, at least one.
    pub log_types: Vec<LogType>,
    /// `pendingReboot`: whether a parameter that waits for a reboot is accepted.
    pub pending_reboot_accepted: bool,
    /// `iamAuthentication`: whether callers must be named.
    pub iam_authentication: bool,
    /// `logGroupRequired`: whether the log group must exist where no other parameter asks for it.
    pub log_group_required: bool,
    /// `minimumRetentionDays`.
    pub minimum_retention_days: Option<u32>,
    /// `maximumRetentionDays`.
    pub maximum_retention_days: Option<u32>,
    /// `logGroupEncrypted`: whether the log group needs a KMS key.
    pub log_group_encrypted: bool,
    /// `logGroupDeletionProtected`: whether the log group must be protected from deletion.
    pub log_group_deletion_protected: bool,
    /// `logGroupMetricFilter`: whether the log group needs a metric filter.
    pub log_group_metric_filter: bool,
    /// `forwardingDestination`: where the log must be sent to.
    pub forwarding_destination: Option<Pattern>,
    /// `maximumSilenceHours`: how old the newest event may be.
    pub maximum_silence_hours: Option<u32>,
    /// `exemptTag`: the tag that makes a broken trail none of the rule's business.
    pub exempt_tag: Option<ExemptTag>,
}

impl Default for Requirements {
    fn default() -> Self {
        Self {
            log_types: vec![LogType::Audit],
            pending_reboot_accepted: false,
            iam_authentication: false,
            log_group_required: true,
            minimum_retention_days: None,
            maximum_retention_days: None,
            log_group_encrypted: false,
            log_group_deletion_protected: false,
            log_group_metric_filter: false,
            forwarding_destination: None,
            maximum_silence_hours: None,
            exempt_tag: None,
        }
    }
}

/// Every parameter that asks something of a cluster, in the order in which people meet them.
pub const PARAMETERS: [Parameter<Requirements>; 12] = [
    Parameter {
        name: "logTypes",
        default: "audit",
        allowed: "audit, slowquery, or both, separated by a comma",
        meaning: "comma-separated: `audit`, `slowquery`",
        is_switch: false,
        set: |required, given| into(&mut required.log_types, given, vec![LogType::Audit], log_types),
    },
    Parameter {
        name: "pendingReboot",
        default: "NON_COMPLIANT",
        allowed: "NON_COMPLIANT or COMPLIANT",
        meaning: "`COMPLIANT` accepts a parameter that waits for a reboot (`pending-reboot`, and no other status)",
        is_switch: false,
        set: |required, given| {
            into(&mut required.pending_reboot_accepted, given, false, |text| one_of(text, [("NON_COMPLIANT", false), ("COMPLIANT", true)]))
        },
    },
    Parameter {
        name: "iamAuthentication",
        default: "false",
        allowed: "true or false",
        meaning: "`true` asks for *attributed*",
        is_switch: true,
        set: |required, given| into(&mut required.iam_authentication, given, false, truth),
    },
    Parameter {
        name: "logGroupRequired",
        default: "true",
        allowed: "true or false",
        meaning: "`false` does not ask for the log group where no other parameter does",
        is_switch: true,
        set: |required, given| into(&mut required.log_group_required, given, true, truth),
    },
    Parameter {
        name: "minimumRetentionDays",
        default: "",
        allowed: "whole days, 1 to 3653",
        meaning: "how long events are kept at least: whole days, 1 to 3653",
        is_switch: false,
        set: |required, given| into(&mut required.minimum_retention_days, given, None, retention_days),
    },
    Parameter {
        name: "maximumRetentionDays",
        default: "",
        allowed: "whole days, 1 to 3653",
        meaning: "how long events are kept at most: whole days, 1 to 3653",
        is_switch: false,
        set: |required, given| into(&mut required.maximum_retention_days, given, None, retention_days),
    },
    Parameter {
        name: "logGroupEncrypted",
        default: "false",
        allowed: "true or false",
        meaning: "`true` asks for *protected*",
        is_switch: true,
        set: |required, given| into(&mut required.log_group_encrypted, given, false, truth),
    },
    Parameter {
        name: "logGroupDeletionProtected",
        default: "false",
        allowed: "true or false",
        meaning: "`true` asks for *guarded*",
        is_switch: true,
        set: |required, given| into(&mut required.log_group_deletion_protected, given, false, truth),
    },
    Parameter {
        name: "logGroupMetricFilter",
        default: "false",
        allowed: "true or false",
        meaning: "`true` asks for *watched*",
        is_switch: true,
        set: |required, given| into(&mut required.log_group_metric_filter, given, false, truth),
    },
    Parameter {
        name: "forwardingDestination",
        default: "",
        allowed: "an ARN, or a text that begins with arn: or *, in which * stands for any run of characters",
        meaning: "the ARN that everything in the log group must be sent to; `*` stands for any run of characters",
        is_switch: false,
        set: |required, given| into(&mut required.forwarding_destination, given, None, |text| destination(text).map(Some)),
    },
    Parameter {
        name: "maximumSilenceHours",
        default: "",
        allowed: "whole hours, 1 to 87672",
        meaning: "how old the newest event may be: whole hours, 1 to 87672 (ten years)",
        is_switch: false,
        set: |required, given| {
            into(&mut required.maximum_silence_hours, given, None, |text| whole(text, 1, LONGEST_SILENCE_HOURS).map(Some))
        },
    },
    Parameter {
        name: "exemptTag",
        default: "",
        allowed: "Key or Key=Value",
        meaning: "`Key` or `Key=Value`: a cluster with that tag that would be NON_COMPLIANT is NOT_APPLICABLE",
        is_switch: false,
        set: |required, given| into(&mut required.exempt_tag, given, None, |text| ExemptTag::parse(text).map(Some)),
    },
];

impl Requirements {
    /// Takes in one parameter as text; a blank text means unset.
    ///
    /// # Errors
    /// [`RequirementError`] names the parameter, its value and what is allowed.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), RequirementError> {
        let parameter = PARAMETERS.iter().find(|parameter| parameter.name == name);
        parameter.ok_or_else(|| RequirementError::unknown(name, PARAMETERS.map(|parameter| parameter.name)))?.set(self, text)
    }

    /// Whether the parameters make sense together, once all are set.
    ///
    /// # Errors
    /// [`RequirementError::Invalid`] names the one that has to change.
    pub fn check(&self) -> Result<(), RequirementError> {
        match (self.minimum_retention_days, self.maximum_retention_days) {
            (Some(minimum), Some(maximum)) if minimum > maximum => Err(RequirementError::invalid(
                "minimumRetentionDays",
                &minimum.to_string(),
                &format!("at most maximumRetentionDays, which is {maximum}"),
            )),
            _ => Ok(()),
        }
    }

    /// A destination that is wanted, where one is.
    pub fn wanted_destination(&self) -> Option<String> {
        self.forwarding_destination.as_ref().map(Pattern::example)
    }

    /// Whether a parameter asks about the log group itself.
    pub fn asks_for_log_group(&self) -> bool {
        self.log_group_required
            || self.bounds_retention()
            || self.log_group_encrypted
            || self.log_group_deletion_protected
            || self.log_group_metric_filter
    }

    /// Whether a parameter asks how long events are kept.
    pub fn bounds_retention(&self) -> bool {
        self.minimum_retention_days.is_some() || self.maximum_retention_days.is_some()
    }

    /// What is not asked for and might be missed: an auditor should know.
    pub fn unasked(&self) -> Vec<&'static str> {
        let asked = [
            ("retention", self.bounds_retention()),
            ("encryption", self.log_group_encrypted),
            ("forwarding", self.forwarding_destination.is_some()),
            ("flow", self.maximum_silence_hours.is_some()),
        ];
        asked.into_iter().filter(|(_, asked)| !asked).map(|(name, _)| name).collect()
    }

    /// What can be asked of a cluster that does not exist yet: events cannot, nor the log group that Neptune makes for the first of them.
    pub fn before_deployment(self) -> Self {
        Self { maximum_silence_hours: None, log_group_required: false, ..self }
    }
}

/// One parameter: how it is called, what it may be, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<T> {
    /// As AWS Config passes it; the command writes it in kebab case.
    pub name: &'static str,
    /// What it is where nothing is given, blank for nothing.
    pub default: &'static str,
    /// What is allowed, as an error says it.
    pub allowed: &'static str,
    /// What it asks for, in a line of Markdown.
    pub meaning: &'static str,
    /// Whether it is `true` or `false`, so that a command may leave out the value for `true`.
    pub is_switch: bool,
    /// Takes in a value, or without one the default; `false` for a value that is not allowed.
    pub set: fn(&mut T, Option<&str>) -> bool,
}

impl<T> Parameter<T> {
    /// Takes in a text, of which blanks at both ends do not count; a blank one means unset.
    ///
    /// # Errors
    /// [`RequirementError::Invalid`] says what is allowed.
    pub fn set(&self, target: &mut T, text: &str) -> Result<(), RequirementError> {
        let text = text.trim();
        let taken = (self.set)(target, (!text.is_empty()).then_some(text));
        taken.then_some(()).ok_or_else(|| RequirementError::invalid(self.name, text, self.allowed))
    }
}

/// A parameter that cannot be taken.
#[derive(Clone, Debug, PartialEq)]
pub enum RequirementError {
    /// There is none of that name.
    Unknown {
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<&'static str>,
    },
    /// Its value is not allowed.
    Invalid {
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
        /// What is allowed.
        allowed: String,
    },
}

impl RequirementError {
    /// For a name that does not exist among those that do.
    pub fn unknown(name: &str, known: impl IntoIterator<Item = &'static str>) -> Self {
        Self::Unknown { name: name.to_owned(), known: known.into_iter().collect() }
    }

    /// For a value that is not allowed.
    pub fn invalid(name: &str, value: &str, allowed: &str) -> Self {
        Self::Invalid { name: name.to_owned(), value: value.to_owned(), allowed: allowed.to_owned() }
    }
}

impl std::error::Error for RequirementError {}

impl fmt::Display for RequirementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, known } => write!(f, "rule parameter `{name}` does not exist: allowed are {}", known.join(", ")),
            Self::Invalid { name, value, allowed } => write!(f, "rule parameter `{name}`: `{value}` is not allowed: {allowed}"),
        }
    }
}

/// Puts what `read` makes of the given text into its place, or the default where nothing is given.
pub fn into<T>(place: &mut T, given: Option<&str>, default: T, read: impl FnOnce(&str) -> Option<T>) -> bool {
    let value = given.map_or(Some(default), read);
    value.map(|value| *place = value).is_some()
}

/// `true` or `false`.
pub fn truth(text: &str) -> Option<bool> {
    one_of(text, [("true", true), ("false", false)])
}

fn one_of<T, const N: usize>(text: &str, allowed: [(&str, T); N]) -> Option<T> {
    allowed.into_iter().find(|(value, _)| *value == text).map(|(_, meaning)| meaning)
}

fn log_types(text: &str) -> Option<Vec<LogType>> {
    let mut log_types = Vec::new();
    for part in text.split(',') {
        let log_type = LogType::parse(part.trim())?;
        if !log_types.contains(&log_type) {
            log_types.push(log_type);
        }
    }
    Some(log_types)
}

/// Digits alone, as the templates take them.
fn whole(text: &str, least: u32, most: u32) -> Option<u32> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number))?;
    (number.to_string() == text).then_some(number)
}

/// Without a star it has the six parts of an ARN: the partition, service, Region, account and resource after `arn`.
fn destination(text: &str) -> Option<Pattern> {
    let fits = text.starts_with('*') || text.starts_with("arn:") && (text.contains('*') || text.split(':').count() >= 6);
    fits.then(|| Pattern::new(text))
}

fn retention_days(text: &str) -> Option<Option<u32>> {
    whole(text, 1, LONGEST_RETENTION_DAYS).map(Some)
}

#[cfg(test)]
mod tests;
