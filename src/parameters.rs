//! The rule's parameters: parsed and checked once, into what is required of each cluster and how the function goes about it.

use std::fmt;

use neptune_audit_core::requirements::{PARAMETERS, Parameter, RequirementError, Requirements, into, truth};
use neptune_audit_scan::role;
use serde_json::{Map, Value};

/// What the rule requires of a cluster, and how it goes about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// What is required.
    pub required: Requirements,
    /// `executionRoleName`: the role to assume in another account, with its path.
    pub execution_role_name: Option<String>,
    /// `reportUnchanged`: whether a schedule reports results that are recorded already.
    pub report_unchanged: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { required: Requirements::default(), execution_role_name: None, report_unchanged: true }
    }
}

/// The parameters that say how the function goes about it; what is required of a cluster has a table of its own.
pub const OWN: [Parameter<Parameters>; 2] = [
    Parameter {
        name: "executionRoleName",
        default: "",
        allowed: "the name of an IAM role, with its path before it, not its ARN",
        meaning: "the role to assume in the account of the event, with its path; for a central function",
        is_switch: false,
        set: |parameters, given| into(&mut parameters.execution_role_name, given, None, |text| role::name(text).map(Some)),
    },
    Parameter {
        name: "reportUnchanged",
        default: "true",
        allowed: "true or false",
        meaning: "`false`: a scheduled run reports only results that differ from the recorded ones (AWS Config charges for each evaluation)",
        is_switch: true,
        set: |parameters, given| into(&mut parameters.report_unchanged, given, true, truth),
    },
];

/// The names of all parameters that the rule knows.
pub fn names() -> Vec<&'static str> {
    PARAMETERS.iter().map(|parameter| parameter.name).chain(OWN.iter().map(|parameter| parameter.name)).collect()
}

impl Parameters {
    /// Reads `ruleParameters`: an object in JSON, or nothing at all.
    ///
    /// # Errors
    /// [`ParametersError::Refused`] names the parameter, its value and what is allowed.
    pub fn parse(json: &str) -> Result<Self, ParametersError> {
        let fields = if json.trim().is_empty() {
            Map::new()
        } else {
            serde_json::from_str::<Option<Map<String, Value>>>(json).map_err(|_| ParametersError::NotAnObject)?.unwrap_or_default()
        };
        let mut parameters = Self::default();
        for (name, value) in &fields {
            parameters.set(name, value)?;
        }
        parameters.required.check()?;
        Ok(parameters)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), RequirementError> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => {
                return Err(RequirementError::invalid(name, &value.to_string(), "a string, a number or a boolean"));
            }
        };
        if let Some(own) = OWN.iter().find(|own| own.name == name) {
            return own.set(self, &text);
        }
        self.required.set(name, &text).map_err(|error| match error {
            RequirementError::Unknown { name, .. } => RequirementError::unknown(&name, names()),
            invalid @ RequirementError::Invalid { .. } => invalid,
        })
    }
}

/// Rule parameters that cannot be taken.
#[derive(Clone, Debug, PartialEq)]
pub enum ParametersError {
    /// Not even an object in JSON.
    NotAnObject,
    /// One of them.
    Refused(RequirementError),
}

impl std::error::Error for ParametersError {}

impl fmt::Display for ParametersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("is not an object in JSON"),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

impl From<RequirementError> for ParametersError {
    fn from(error: RequirementError) -> Self {
        Self::Refused(error)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use neptune_audit_core::exemption::ExemptTag;
    use neptune_audit_core::facts::LogType;
    use neptune_audit_core::pattern::Pattern;

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
            "iamAuthentication": "true",
            "logGroupRequired": "false",
            "logGroupEncrypted": "true",
            "logGroupDeletionProtected": "true",
            "logGroupMetricFilter": "true",
            "exemptTag": "audit=exempt=yes",
            "forwardingDestination": "arn:aws:logs:*",
            "maximumSilenceHours": "1",
            "executionRoleName": "/security/NeptuneAuditReader",
            "reportUnchanged": "false",
        });
        assert_eq!(given.as_object().map(Map::len), Some(names().len()));
        let required = Requirements {
            log_types: vec![LogType::SlowQuery, LogType::Audit],
            pending_reboot_accepted: true,
            iam_authentication: true,
            log_group_required: false,
            minimum_retention_days: Some(1),
            maximum_retention_days: Some(3653),
            log_group_encrypted: true,
            log_group_deletion_protected: true,
            log_group_metric_filter: true,
            forwarding_destination: Some(Pattern::new("arn:aws:logs:*")),
            maximum_silence_hours: Some(1),
            exempt_tag: Some(ExemptTag { key: "audit".to_owned(), value: Some("exempt=yes".to_owned()) }),
        };
        let expected =
            Parameters { required, execution_role_name: Some("security/NeptuneAuditReader".to_owned()), report_unchanged: false };
        assert_eq!(Parameters::parse(&given.to_string()), Ok(expected));
    }

    #[test]
    fn numbers_and_booleans_are_accepted_as_such() {
        let given = json!({ "minimumRetentionDays": 90, "logGroupEncrypted": true, "reportUnchanged": false, "maximumSilenceHours": 6 });
        let required = Requirements {
            minimum_retention_days: Some(90),
            log_group_encrypted: true,
            maximum_silence_hours: Some(6),
            ..Requirements::default()
        };
        let expected = Parameters { required, report_unchanged: false, ..Parameters::default() };
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
            ("logGroupRequired", json!("no"), "true or false"),
            ("forwardingDestination", json!("nonsense"), "begins with arn: or *"),
            ("forwardingDestination", json!("arn:aws:logs"), "begins with arn: or *"),
            ("forwardingDestination", json!("a*"), "begins with arn: or *"),
            ("maximumSilenceHours", json!("0"), "1 to 87672"),
            ("maximumSilenceHours", json!("87673"), "1 to 87672"),
            ("maximumSilenceHours", json!("99999999999"), "1 to 87672"),
            ("exemptTag", json!("=value"), "Key or Key=Value"),
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
    fn a_destination_is_an_arn_or_a_text_with_stars() {
        for destination in
            ["*", "*:destination:central", "arn:*", "arn:aws:logs:eu-west-1:444455556666:destination:central", "arn:aws:kinesis:::"]
        {
            assert!(Parameters::parse(&json!({ "forwardingDestination": destination }).to_string()).is_ok(), "{destination}");
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
        assert!(message.contains("`logtypes`") && names().iter().all(|name| message.contains(name)), "{message}");
    }

    #[test]
    fn something_other_than_an_object_is_refused() {
        for json in ["[]", "\"audit\"", "{", "1"] {
            assert!(Parameters::parse(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = Parameters::parse(&text);
        }

        #[test]
        fn no_value_panics(name in proptest::sample::select(names()), value in ".{0,60}") {
            let _ = Parameters::parse(&json!({ name: value }).to_string());
        }
    }
}
