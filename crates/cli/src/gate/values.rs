//! The values of a template's parameters, as the AWS CLI takes them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::input;
use crate::error::Failure;

/// Reads files and flags; a flag wins over a file, a later one over an earlier.
///
/// # Errors
/// When one of them is in no form that is understood.
pub(super) fn read(files: &[PathBuf], flags: &[String]) -> Result<BTreeMap<String, Option<String>>, Failure> {
    let mut values = BTreeMap::new();
    for path in files {
        let problem = |problem: String| Failure::usage(format!("`{}`: {problem}", path.display()));
        let json = serde_json::from_str(&input::read(path)?);
        let json = json.map_err(|error| problem(format!("it is no JSON (line {}, column {})", error.line(), error.column())))?;
        values.extend(of_file(&json).map_err(problem)?);
    }
    for flag in flags {
        let (name, value) = pair(flag).ok_or_else(|| Failure::usage(format!("`{flag}`: say --parameter KEY=VALUE")))?;
        values.insert(name, Some(value));
    }
    Ok(values)
}

/// `create-stack` takes a list of `ParameterKey` and `ParameterValue`; `deploy` takes a list of `Key=Value`, or an object `Parameters`.
/// <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/>
fn of_file(json: &Json) -> Result<Vec<(String, Option<String>)>, String> {
    let wrong = || "say a list of ParameterKey and ParameterValue, a list of `Key=Value`, or an object `Parameters`".to_owned();
    let mut values = Vec::new();
    match json {
        Json::Array(list) => {
            for entry in list {
                let (name, value) = match entry {
                    Json::String(text) => pair(text).map(|(name, value)| (name, Some(value))),
                    Json::Object(entry) => entry.get("ParameterKey").and_then(Json::as_str).map(|name| {
                        // The value that the stack has already: nobody here knows it.
                        let is_previous = entry.get("UsePreviousValue") == Some(&Json::Bool(true));
                        (name.to_owned(), entry.get("ParameterValue").and_then(text).filter(|_| !is_previous))
                    }),
                    _ => None,
                }
                .ok_or_else(wrong)?;
                values.push((name, value));
            }
        }
        Json::Object(whole) => {
            for (name, value) in whole.get("Parameters").and_then(Json::as_object).ok_or_else(wrong)? {
                let value = text(value)
                    .ok_or_else(|| format!("the value of `{name}` is no text: values of a list stand in one text, with commas"))?;
                values.push((name.clone(), Some(value)));
            }
        }
        _ => return Err(wrong()),
    }
    Ok(values)
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn pair(text: &str) -> Option<(String, String)> {
    text.split_once('=').filter(|(name, _)| !name.is_empty()).map(|(name, value)| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_the_aws_cli_is_read() {
        let one = vec![("A".to_owned(), Some("1=2".to_owned()))];
        assert_eq!(of_file(&json!([{"ParameterKey": "A", "ParameterValue": "1=2"}])), Ok(one.clone()));
        assert_eq!(of_file(&json!(["A=1=2"])), Ok(one.clone()));
        assert_eq!(of_file(&json!({"Parameters": {"A": "1=2"}, "Tags": {}})), Ok(one));
    }

    #[test]
    fn the_value_that_a_stack_has_already_is_not_known() {
        let previous = vec![("A".to_owned(), None)];
        assert_eq!(of_file(&json!([{"ParameterKey": "A", "ParameterValue": "1", "UsePreviousValue": true}])), Ok(previous.clone()));
        assert_eq!(of_file(&json!([{"ParameterKey": "A"}])), Ok(previous));
    }

    #[test]
    fn other_forms_are_refused() {
        for form in
            [json!({}), json!([1]), json!([{"Key": "A"}]), json!(["A"]), json!(["=1"]), json!("A=1"), json!({"Parameters": {"A": []}})]
        {
            assert!(of_file(&form).is_err(), "{form}");
        }
    }
}
