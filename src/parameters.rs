//! The rule's parameters: parsed and checked once, into what is required of each cluster.

use serde_json::{Map, Value};

use crate::error::RuleError;
use crate::facts::LogType;

/// Every parameter that the rule knows.
pub const NAMES: [&str; 9] = [
    "logTypes",
    "pendingReboot",
    "minimumRetentionDays",
    "maximumRetentionDays",
    "logGroupEncrypted",
    "forwardingDestination",
    "maximumSilenceHours",
    "executionRoleName",
    "reportUnchanged",
];

/// The longest retention that CloudWatch Logs has, short of never expiring: ten years and three days.
const LONGEST_RETENTION_DAYS: u32 = 3653;

/// What the rule requires of a cluster, and how it goes about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// `logTypes`: the log types that need a trail, each once, at least one.
    pub log_types: Vec<LogType>,
    /// `pendingReboot`: whether a parameter that waits for a reboot is accepted.
    pub pending_reboot_accepted: bool,
    /// `minimumRetentionDays`.
    pub minimum_retention_days: Option<u32>,
    /// `maximumRetentionDays`.
    pub maximum_retention_days: Option<u32>,
    /// `logGroupEncrypted`: whether the log group needs a KMS key.
    pub log_group_encrypted: bool,
    /// `forwardingDestination`: where a subscription filter must send the log.
    pub forwarding_destination: Option<Pattern>,
    /// `maximumSilenceHours`: how old the newest event may be.
    pub maximum_silence_hours: Option<u32>,
    /// `executionRoleName`: the role to assume in another account, with its path.
    pub execution_role_name: Option<String>,
    /// `reportUnchanged`: whether a schedule reports results that are recorded already.
    pub report_unchanged: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            log_types: vec![LogType::Audit],
            pending_reboot_accepted: false,
            minimum_retention_days: None,
            maximum_retention_days: None,
            log_group_encrypted: false,
            forwarding_destination: None,
            maximum_silence_hours: None,
            execution_role_name: None,
            report_unchanged: true,
        }
    }
}

impl Parameters {
    /// Reads `ruleParameters`: an object in JSON, or nothing at all.
    ///
    /// # Errors
    /// [`RuleError::InvalidParameter`] names the parameter, its value and what is allowed.
    pub fn parse(json: &str) -> Result<Self, RuleError> {
        let fields = if json.trim().is_empty() {
            Map::new()
        } else {
            serde_json::from_str::<Option<Map<String, Value>>>(json)
                .map_err(|_| RuleError::invalid_event("ruleParameters", "is not an object in JSON"))?
                .unwrap_or_default()
        };
        let mut parameters = Self::default();
        for (name, value) in &fields {
            parameters.set(name, value)?;
        }
        if let (Some(minimum), Some(maximum)) = (parameters.minimum_retention_days, parameters.maximum_retention_days)
            && minimum > maximum
        {
            return Err(invalid("minimumRetentionDays", &minimum.to_string(), format!("at most maximumRetentionDays, which is {maximum}")));
        }
        Ok(parameters)
    }

    /// Whether a parameter asks about the log group itself.
    pub fn asks_for_log_group(&self) -> bool {
        self.minimum_retention_days.is_some() || self.maximum_retention_days.is_some() || self.log_group_encrypted
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), RuleError> {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => return Err(invalid(name, &value.to_string(), "a string, a number or a boolean")),
        };
        let given = Some(text.as_str()).filter(|text| !text.is_empty());
        let default = Self::default();
        match name {
            "logTypes" => self.log_types = given.map_or(Ok(default.log_types), |text| log_types(name, text))?,
            "pendingReboot" => {
                self.pending_reboot_accepted = given
                    .map(|text| one_of(name, text, [("NON_COMPLIANT", false), ("COMPLIANT", true)]))
                    .transpose()?
                    .unwrap_or(default.pending_reboot_accepted);
            }
            "minimumRetentionDays" => self.minimum_retention_days = given.map(|text| retention_days(name, text)).transpose()?,
            "maximumRetentionDays" => self.maximum_retention_days = given.map(|text| retention_days(name, text)).transpose()?,
            "logGroupEncrypted" => {
                self.log_group_encrypted = given.map(|text| truth(name, text)).transpose()?.unwrap_or(default.log_group_encrypted);
            }
            "forwardingDestination" => self.forwarding_destination = given.map(Pattern::new),
            "maximumSilenceHours" => {
                self.maximum_silence_hours = given.map(|text| whole(name, text, 1, u32::MAX, "whole hours, 1 or more")).transpose()?;
            }
            "executionRoleName" => self.execution_role_name = given.map(|text| role_name(name, text)).transpose()?,
            "reportUnchanged" => {
                self.report_unchanged = given.map(|text| truth(name, text)).transpose()?.unwrap_or(default.report_unchanged);
            }
            _ => return Err(RuleError::UnknownParameter(name.to_owned())),
        }
        Ok(())
    }
}

fn invalid(name: &str, value: &str, allowed: impl Into<String>) -> RuleError {
    RuleError::InvalidParameter { name: name.to_owned(), value: value.to_owned(), allowed: allowed.into() }
}

fn one_of<T, const N: usize>(name: &str, text: &str, allowed: [(&str, T); N]) -> Result<T, RuleError> {
    let names = allowed.each_ref().map(|(value, _)| *value).join(" or ");
    let found = allowed.into_iter().find(|(value, _)| *value == text);
    found.map(|(_, meaning)| meaning).ok_or_else(|| invalid(name, text, names))
}

fn truth(name: &str, text: &str) -> Result<bool, RuleError> {
    one_of(name, text, [("true", true), ("false", false)])
}

fn log_types(name: &str, text: &str) -> Result<Vec<LogType>, RuleError> {
    let mut log_types = Vec::new();
    for part in text.split(',') {
        let log_type = LogType::parse(part.trim()).ok_or_else(|| invalid(name, text, "audit, slowquery, or both, separated by a comma"))?;
        if !log_types.contains(&log_type) {
            log_types.push(log_type);
        }
    }
    Ok(log_types)
}

fn whole(name: &str, text: &str, least: u32, most: u32, allowed: &str) -> Result<u32, RuleError> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| invalid(name, text, allowed))
}

fn retention_days(name: &str, text: &str) -> Result<u32, RuleError> {
    whole(name, text, 1, LONGEST_RETENTION_DAYS, "whole days, 1 to 3653")
}

/// A role's name with or without a path, as in `security/audit/NeptuneAuditReader`. The limits are IAM's: 64 characters of
/// `A–Z a–z 0–9 + = , . @ _ -` for the name, 512 for the path.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn role_name(name: &str, text: &str) -> Result<String, RuleError> {
    let role = text.strip_prefix('/').unwrap_or(text);
    let (path, base) = role.rsplit_once('/').unwrap_or(("", role));
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte));
    let fits = is_name(base) && base.len() <= 64 && path.len() <= 510 && (path.is_empty() || path.split('/').all(is_name));
    fits.then(|| role.to_owned()).ok_or_else(|| invalid(name, text, "the name of an IAM role, with its path before it, not its ARN"))
}

/// A text in which `*` stands for any run of characters, an empty one included.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(String);

impl Pattern {
    /// Any text is a pattern.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether the whole of `text` fits.
    pub fn matches(&self, text: &str) -> bool {
        let Some((start, rest)) = self.0.split_once('*') else {
            return self.0 == text;
        };
        let Some(mut left) = text.strip_prefix(start) else {
            return false;
        };
        // Each part between two stars may take its first place: what is left over then is longest.
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        for part in middle.split('*') {
            let Some((_, after)) = left.split_once(part) else {
                return false;
            };
            left = after;
        }
        left.ends_with(end)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn refused(json: &Value) -> String {
        Parameters::parse(&json.to_string()).expect_err("must be refused").to_string()
    }

    #[test]
    fn nothing_given_is_the_default() {
        for nothing in ["", "  ", "{}", "null", r#"{"logTypes":"","pendingReboot":"  ","minimumRetentionDays":null}"#] {
            assert_eq!(Parameters::parse(nothing), Ok(Parameters::default()), "{nothing}");
        }
    }

    #[test]
    fn every_parameter_is_understood_as_text() {
        let given = json!({
            "logTypes": " slowquery , audit,slowquery",
            "pendingReboot": "COMPLIANT",
            "minimumRetentionDays": "1",
            "maximumRetentionDays": "3653",
            "logGroupEncrypted": "true",
            "forwardingDestination": "arn:aws:logs:*",
            "maximumSilenceHours": "1",
            "executionRoleName": "/security/NeptuneAuditReader",
            "reportUnchanged": "false",
        });
        assert_eq!(given.as_object().map(Map::len), Some(NAMES.len()));
        let expected = Parameters {
            log_types: vec![LogType::SlowQuery, LogType::Audit],
            pending_reboot_accepted: true,
            minimum_retention_days: Some(1),
            maximum_retention_days: Some(3653),
            log_group_encrypted: true,
            forwarding_destination: Some(Pattern::new("arn:aws:logs:*")),
            maximum_silence_hours: Some(1),
            execution_role_name: Some("security/NeptuneAuditReader".to_owned()),
            report_unchanged: false,
        };
        assert_eq!(Parameters::parse(&given.to_string()), Ok(expected));
    }

    #[test]
    fn numbers_and_booleans_are_accepted_as_such() {
        let given = json!({ "minimumRetentionDays": 90, "logGroupEncrypted": true, "reportUnchanged": false, "maximumSilenceHours": 6 });
        let expected = Parameters {
            minimum_retention_days: Some(90),
            log_group_encrypted: true,
            report_unchanged: false,
            maximum_silence_hours: Some(6),
            ..Parameters::default()
        };
        assert_eq!(Parameters::parse(&given.to_string()), Ok(expected));
    }

    #[test]
    fn a_bad_value_is_refused_with_the_parameter_the_value_and_what_is_allowed() {
        for (name, value, allowed) in [
            ("logTypes", json!("audit,error"), "slowquery"),
            ("logTypes", json!("audit,"), "slowquery"),
            ("pendingReboot", json!("compliant"), "NON_COMPLIANT or COMPLIANT"),
            ("minimumRetentionDays", json!("0"), "1 to 3653"),
            ("minimumRetentionDays", json!(3654), "1 to 3653"),
            ("maximumRetentionDays", json!("-1"), "1 to 3653"),
            ("maximumRetentionDays", json!(1.5), "1 to 3653"),
            ("logGroupEncrypted", json!("yes"), "true or false"),
            ("maximumSilenceHours", json!("0"), "1 or more"),
            ("maximumSilenceHours", json!("99999999999"), "1 or more"),
            ("executionRoleName", json!("arn:aws:iam::111122223333:role/reader"), "name of an IAM role"),
            ("executionRoleName", json!("path/"), "name of an IAM role"),
            ("executionRoleName", json!("a//b"), "name of an IAM role"),
            ("executionRoleName", json!("r".repeat(65)), "name of an IAM role"),
            ("reportUnchanged", json!("maybe"), "true or false"),
            ("reportUnchanged", json!(["true"]), "a string, a number or a boolean"),
        ] {
            let message = refused(&json!({ name: value }));
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            for part in [name, shown.as_str(), allowed] {
                assert!(message.contains(part), "`{part}` is missing: {message}");
            }
        }
    }

    #[test]
    fn a_minimum_above_the_maximum_is_refused() {
        assert!(refused(&json!({ "minimumRetentionDays": 31, "maximumRetentionDays": 30 })).contains("minimumRetentionDays"));
        assert!(Parameters::parse(r#"{"minimumRetentionDays":30,"maximumRetentionDays":30}"#).is_ok());
    }

    #[test]
    fn an_unknown_name_is_refused_even_with_a_blank_value() {
        let message = refused(&json!({ "logtypes": "" }));
        assert!(message.contains("`logtypes`") && NAMES.iter().all(|name| message.contains(name)), "{message}");
    }

    #[test]
    fn something_other_than_an_object_is_refused() {
        for json in ["[]", "\"audit\"", "{", "1"] {
            assert!(Parameters::parse(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, fits) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a*", "abc", true),
            ("a*", "ba", false),
            ("*c", "abc", true),
            ("*c", "abcd", false),
            ("a*c", "ac", true),
            ("ab*bc", "abc", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1c", false),
            ("**", "x", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), fits, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = Parameters::parse(&text);
        }

        #[test]
        fn no_value_panics(name in proptest::sample::select(&NAMES), value in ".{0,60}") {
            let _ = Parameters::parse(&json!({ name: value }).to_string());
        }

        #[test]
        fn a_pattern_made_from_a_text_fits_it(pieces in proptest::collection::vec("[ab:]{0,4}", 1..6), gaps in proptest::collection::vec("[ab:]{0,4}", 6)) {
            let mut text = String::new();
            for (piece, gap) in pieces.iter().zip(&gaps) {
                text.push_str(piece);
                if !std::ptr::eq(piece, &pieces[pieces.len() - 1]) {
                    text.push_str(gap);
                }
            }
            prop_assert!(Pattern::new(&pieces.join("*")).matches(&text));
        }
    }
}
