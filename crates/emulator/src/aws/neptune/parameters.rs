//! The cluster-level parameters of Neptune.
//!
//! Source: <https://docs.aws.amazon.com/neptune/latest/userguide/parameters.html>.

/// A parameter that every cluster parameter group of its families has.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) default: Option<&'static str>,
    pub(crate) description: &'static str,
    /// Static parameters wait for a reboot; dynamic ones apply at once.
    pub(crate) is_static: bool,
    pub(crate) data_type: &'static str,
    pub(crate) allowed: Option<&'static str>,
}

const fn parameter(
    name: &'static str,
    default: Option<&'static str>,
    apply: Apply,
    data_type: &'static str,
    allowed: Option<&'static str>,
    description: &'static str,
) -> Parameter {
    Parameter { name, default, description, is_static: matches!(apply, Static), data_type, allowed }
}

enum Apply {
    Static,
    Dynamic,
}
use Apply::{Dynamic, Static};

/// The parameters, by name.
#[rustfmt::skip]
pub(crate) const PARAMETERS: &[Parameter] = &[
    parameter("neptune_autoscaling_config", None, Dynamic, "string", None, "Settings of the read replicas that auto-scaling adds."),
    parameter("neptune_enable_audit_log", Some("0"), Static, "integer", Some("0,1"), "Turns audit logging on (1) or off (0)."),
    parameter("neptune_enable_inline_server_generated_edge_id", Some("0"), Static, "integer", Some("0,1"), "Turns inline edge ids made by the server on (1) or off (0)."),
    parameter("neptune_enable_slow_query_log", Some("disable"), Dynamic, "string", Some("info,debug,disable"), "What the slow-query log records."),
    parameter("neptune_lab_mode", None, Static, "string", None, "Turns experimental features on."),
    parameter("neptune_lookup_cache", Some("1"), Static, "integer", Some("0,1"), "Turns the lookup cache of R5d instances on (1) or off (0)."),
    parameter("neptune_ml_endpoint", None, Static, "string", None, "The endpoint for Neptune ML."),
    parameter("neptune_ml_iam_role", None, Static, "string", None, "The IAM role for Neptune ML."),
    parameter("neptune_query_timeout", Some("120000"), Static, "integer", Some("10-2147483647"), "Time limit of a query in milliseconds."),
    parameter("neptune_slow_query_log_threshold", Some("5000"), Dynamic, "integer", Some("0-2147483647"), "Milliseconds after which a query is slow."),
    parameter("neptune_streams", Some("0"), Static, "integer", Some("0,1"), "Turns the change log on (1) or off (0)."),
    parameter("neptune_streams_expiry_days", Some("7"), Dynamic, "integer", Some("1-90"), "Days that the change log is kept."),
];

/// The families of parameter groups, from [facts about the engine's releases](https://docs.aws.amazon.com/neptune/latest/userguide/parameter-groups.html).
pub(crate) const FAMILIES: &[&str] = &["neptune1", "neptune1.2", "neptune1.3", "neptune1.4"];

/// The family of the engine that an engine version belongs to.
pub(crate) fn family(engine_version: &str) -> String {
    let mut numbers = engine_version.split('.');
    match (numbers.next(), numbers.next()) {
        // Releases before 1.2.0.0 share one family.
        (Some("1"), Some("0" | "1")) | (Some("1"), None) => "neptune1".to_owned(),
        (Some(major), Some(minor)) => format!("neptune{major}.{minor}"),
        _ => "neptune1".to_owned(),
    }
}

impl Parameter {
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        PARAMETERS.iter().find(|parameter| parameter.name == name)
    }

    pub(crate) fn allows(&self, value: &str) -> bool {
        let Some(allowed) = self.allowed else {
            return true;
        };
        match allowed.split_once('-') {
            Some((least, most)) => {
                let bound = |text: &str| text.parse::<i64>().unwrap_or_default();
                value.parse::<i64>().is_ok_and(|number| (bound(least)..=bound(most)).contains(&number))
            }
            // The guide says `disable`, the console `disabled`; both are met.
            None => allowed.split(',').any(|choice| choice == value) || (self.name.ends_with("slow_query_log") && value == "disabled"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_follows_the_engine_version() {
        for (version, expected) in [("1.0.5.1", "neptune1"), ("1.1.1.0", "neptune1"), ("1.2.0.0", "neptune1.2"), ("1.4.5.0", "neptune1.4")]
        {
            assert_eq!(family(version), expected);
        }
    }

    #[test]
    fn values_are_held_against_what_is_allowed() {
        for (name, value, expected) in [
            ("neptune_enable_audit_log", "1", true),
            ("neptune_enable_audit_log", "2", false),
            ("neptune_enable_slow_query_log", "disabled", true),
            ("neptune_enable_slow_query_log", "on", false),
            ("neptune_streams_expiry_days", "90", true),
            ("neptune_streams_expiry_days", "91", false),
            ("neptune_query_timeout", "soon", false),
            ("neptune_lab_mode", "anything", true),
        ] {
            assert_eq!(Parameter::find(name).unwrap().allows(value), expected, "{name} {value}");
        }
    }
}
