//! JSON: the report as it is, a promise to programs.

use crate::report::Report;

/// The report, indented, with a line break at its end.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
