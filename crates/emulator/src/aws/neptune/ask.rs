//! What a request asks for: its parameters, and the refusals of those that make no sense.

use serde_json::{Map, Value};

use crate::aws::answer::Refusal;

/// The parameters of a request.
pub(crate) struct Ask<'a>(pub(crate) &'a Map<String, Value>);

impl Ask<'_> {
    /// A parameter that is there and not blank.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::bad("MissingParameter", format!("The request must contain the parameter {name}")))
    }

    /// `MaxRecords`, as the caller gives it.
    pub(crate) fn max_records(&self) -> Result<usize, Refusal> {
        let Some(asked) = self.text("MaxRecords") else {
            return Ok(100);
        };
        asked.parse().ok().filter(|records| (20..=100).contains(records)).ok_or_else(|| {
            Refusal::bad("InvalidParameterValue", format!("Invalid value {asked} for MaxRecords. Must be between 20 and 100"))
        })
    }

    /// The values of the filters by name. An empty list of filters arrives as an empty string.
    pub(crate) fn filters(&self) -> Result<Vec<(&str, Vec<&str>)>, Refusal> {
        let filters = self.0.get("Filters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        filters
            .iter()
            .map(|filter| {
                let name = filter.get("Name").and_then(Value::as_str).unwrap_or_default();
                let values: Vec<_> = filter
                    .get("Values")
                    .and_then(Value::as_array)
                    .map(|values| values.iter().filter_map(Value::as_str).collect())
                    .unwrap_or_default();
                if values.is_empty() {
                    return Err(Refusal::bad("InvalidParameterValue", format!("Filter {name} must have at least one value")));
                }
                Ok((name, values))
            })
            .collect()
    }
}

pub(crate) fn invalid_marker(marker: &str) -> Refusal {
    Refusal::bad("InvalidParameterValue", format!("Invalid marker: {marker}"))
}

/// The identifier in an identifier or an ARN. Identifiers do not depend on case.
pub(crate) fn identifier_of(identifier_or_arn: &str) -> String {
    let identifier = match identifier_or_arn.strip_prefix("arn:") {
        Some(_) => identifier_or_arn.rsplit(':').next().unwrap_or_default(),
        None => identifier_or_arn,
    };
    identifier.to_ascii_lowercase()
}

pub(crate) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::bad("InvalidParameterValue", message)
}

/// The strings of a list; AWS's clients write an empty list as an empty string.
pub(crate) fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
