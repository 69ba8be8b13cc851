//! CSV for a spreadsheet: a line a cluster, log type and link, and one for each place that could not be looked at.

use crate::report::{Judged, LinkState, NotLooked, Place, Report, Verdict};

const HEADER: [&str; 9] = ["account", "region", "cluster", "resourceId", "logType", "link", "state", "code", "detail"];
type Line = [String; HEADER.len()];

/// The header and the lines, each of them one line of text.
pub(super) fn render(report: &Report) -> Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for line in report.results.iter().flat_map(of_cluster).chain(report.errors.iter().map(not_looked)) {
        writer.write_record(line.map(|field| harmless(&field)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn of_cluster(judged: &Judged) -> Vec<Line> {
    // The lines have no verdict: a link that is broken, of a cluster that is exempt, would read like a finding.
    if judged.verdict == Verdict::NotApplicable || judged.links.is_empty() {
        return vec![line(judged, ["", "", "not_applicable", "", &judged.message])];
    }
    judged
        .links
        .iter()
        .map(|link| line(judged, [link.log_type, link.link, link.state.as_str(), link.code.unwrap_or(""), &detail(judged, link)]))
        .collect()
}

/// What was found, what to do, and that somebody chose to live with it.
fn detail(judged: &Judged, link: &LinkState) -> String {
    let mut detail = link.detail.clone().unwrap_or_default();
    if let Some(remedy) = &link.remedy {
        detail = format!("{detail}: {remedy}");
    }
    if link.state.is_finding()
        && let Some(suppressed) = judged.suppression(link.code)
    {
        detail = format!("{detail} (suppressed until {}: {})", suppressed.until, suppressed.reason);
    }
    detail
}

fn line(judged: &Judged, [log_type, link, state, code, detail]: [&str; 5]) -> Line {
    let [account, region, cluster, resource] = match &judged.place {
        Place::Live { account, region, cluster, resource_id, .. } => [account, region, cluster, resource_id].map(String::as_str),
        Place::Declared { file, address, .. } => ["", "", address, file],
    };
    [account, region, cluster, resource, log_type, link, state, code, detail].map(str::to_owned)
}

fn not_looked(error: &NotLooked) -> Line {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let none = String::new;
    [text(&error.account), text(&error.region), text(&error.cluster), none(), none(), none(), "error".to_owned(), none(), error.sentence()]
}

/// A field that no spreadsheet takes for a formula, on one line. A name comes from somebody else:
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn harmless(field: &str) -> String {
    let field = super::one_line(field);
    if field.starts_with(['=', '+', '-', '@']) { format!("'{field}") } else { field }
}
