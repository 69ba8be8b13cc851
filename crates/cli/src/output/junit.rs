//! JUnit's XML for pipelines: a suite a Region or file, a case a cluster.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;
use quick_xml::events::attributes::Attribute;
use quick_xml::name::QName;

use crate::report::{Judged, NotLooked, Place, Report, Standing};

/// How a case went, with what is said of it.
enum Outcome<'a> {
    Passed,
    Skipped(&'static str, String),
    /// Broken.
    Failure(&'a Judged),
    /// Nobody can tell: undecided, or not looked at.
    Error(&'static str, String),
}

struct Case<'a> {
    name: String,
    class: String,
    outcome: Outcome<'a>,
    /// What else a reader should know.
    remarks: Vec<String>,
}

/// The report as XML.
pub(super) fn render(report: &Report) -> io::Result<String> {
    let mut suites: BTreeMap<String, Vec<Case<'_>>> = BTreeMap::new();
    for judged in &report.results {
        suites.entry(suite(&judged.place)).or_default().push(of_cluster(judged));
    }
    for error in &report.errors {
        let (suite, case) = of_error(error);
        suites.entry(suite).or_default().push(case);
    }
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let counts = Counts::of(suites.values().flatten());
    let root = writer.create_element("testsuites").with_attribute(("name", report.tool.name)).with_attributes(counts.of_root());
    root.write_inner_content(|writer| suites.iter().try_for_each(|(name, cases)| write_suite(writer, report, name, cases)))?;
    let body = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}\n"))
}

fn suite(place: &Place) -> String {
    match place {
        Place::Live { account, region, .. } => format!("{account} {region}"),
        Place::Declared { file, .. } => file.clone(),
    }
}

fn of_cluster(judged: &Judged) -> Case<'_> {
    let class = match &judged.place {
        Place::Live { account, region, .. } => format!("{account}.{region}"),
        Place::Declared { file, .. } => file.clone(),
    };
    let outcome = match judged.standing() {
        Standing::Fine => Outcome::Passed,
        Standing::NotApplicable => Outcome::Skipped("NOT_APPLICABLE", judged.message.clone()),
        Standing::Suppressed => Outcome::Skipped("SUPPRESSED", format!("{}; {}", suppressions(judged), judged.message)),
        Standing::Undecided => Outcome::Error("UNDECIDED", judged.message.clone()),
        Standing::Broken => Outcome::Failure(judged),
    };
    Case { name: judged.place.name().to_owned(), class, outcome, remarks: judged.remarks() }
}

fn suppressions(judged: &Judged) -> String {
    let each = judged.suppressed.iter().flatten();
    let each = each.map(|one| format!("{} {}", one.code.unwrap_or("UNDECIDED"), one.sentence()));
    each.collect::<Vec<_>>().join("; ")
}

fn of_error(error: &NotLooked) -> (String, Case<'static>) {
    let parts: Vec<&str> = [&error.account, &error.region].into_iter().flatten().map(String::as_str).collect();
    let suite = if parts.is_empty() { "not looked at".to_owned() } else { parts.join(" ") };
    let name = error.cluster.clone().unwrap_or_else(|| suite.clone());
    (suite, Case { name, class: parts.join("."), outcome: Outcome::Error("NOT_LOOKED_AT", error.sentence()), remarks: Vec::new() })
}

fn write_suite(writer: &mut Writer<Vec<u8>>, report: &Report, name: &str, cases: &[Case<'_>]) -> io::Result<()> {
    // The schema knows times without a zone only.
    let time = report.started_at.trim_end_matches('Z');
    let suite = writer.create_element("testsuite").with_attribute(("name", text(name).as_str())).with_attribute(("timestamp", time));
    suite
        .with_attributes(Counts::of(cases.iter()).attributes())
        .write_inner_content(|writer| cases.iter().try_for_each(|case| write_case(writer, case)))
        .map(|_| ())
}

fn write_case(writer: &mut Writer<Vec<u8>>, case: &Case<'_>) -> io::Result<()> {
    let (class, name) = (text(&case.class), text(&case.name));
    let element = writer.create_element("testcase").with_attributes([("classname", class.as_str()), ("name", name.as_str())]);
    if matches!(case.outcome, Outcome::Passed) && case.remarks.is_empty() {
        return element.write_empty().map(|_| ());
    }
    element
        .write_inner_content(|writer| {
            write_outcome(writer, &case.outcome)?;
            if case.remarks.is_empty() {
                return Ok(());
            }
            let remarks = text(&case.remarks.join("\n"));
            writer.create_element("system-out").write_text_content(BytesText::new(&remarks)).map(|_| ())
        })
        .map(|_| ())
}

fn write_outcome(writer: &mut Writer<Vec<u8>>, outcome: &Outcome<'_>) -> io::Result<()> {
    match outcome {
        Outcome::Passed => Ok(()),
        Outcome::Skipped(kind, message) => {
            let message = text(&format!("{kind}: {message}"));
            writer.create_element("skipped").with_attribute(("message", message.as_str())).write_empty().map(|_| ())
        }
        Outcome::Failure(judged) => write_failure(writer, judged),
        Outcome::Error(kind, message) => {
            let message = text(message);
            let error = writer.create_element("error").with_attributes([("type", *kind), ("message", message.as_str())]);
            error.write_empty().map(|_| ())
        }
    }
}

fn write_failure(writer: &mut Writer<Vec<u8>>, judged: &Judged) -> io::Result<()> {
    let codes = judged.codes.join(", ");
    let message = text(&judged.message);
    let mut lines = Vec::new();
    for link in judged.broken_links() {
        lines.push(format!("{} {}: {}", link.log_type, link.code.unwrap_or(link.link), link.detail.as_deref().unwrap_or_default()));
        lines.extend(link.remedy.iter().map(|remedy| format!("  what to do: {remedy}")));
    }
    lines.extend(Some(suppressions(judged)).filter(|sentence| !sentence.is_empty()));
    let body = text(&lines.join("\n"));
    let failure = writer.create_element("failure").with_attributes([("type", codes.as_str()), ("message", message.as_str())]);
    failure.write_text_content(BytesText::new(&body)).map(|_| ())
}

/// A text with nothing that XML 1.0 does not allow: <https://www.w3.org/TR/xml/#charsets>
fn text(text: &str) -> String {
    let printable = super::printable(text);
    printable.chars().map(|letter| if matches!(letter, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { letter }).collect()
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a>(cases: impl Iterator<Item = &'a Case<'a>>) -> Self {
        let mut counts = Self::default();
        for case in cases {
            counts.tests += 1;
            match case.outcome {
                Outcome::Passed => {}
                Outcome::Skipped(..) => counts.skipped += 1,
                Outcome::Failure(_) => counts.failures += 1,
                Outcome::Error(..) => counts.errors += 1,
            }
        }
        counts
    }

    /// The schema has no count of skipped cases at the root.
    fn of_root(&self) -> Vec<Attribute<'static>> {
        [("tests", self.tests), ("failures", self.failures), ("errors", self.errors)].map(attribute).to_vec()
    }

    fn attributes(&self) -> Vec<Attribute<'static>> {
        let mut attributes = self.of_root();
        attributes.push(attribute(("skipped", self.skipped)));
        attributes
    }
}

fn attribute((name, count): (&'static str, usize)) -> Attribute<'static> {
    Attribute { key: QName(name), value: count.to_string().into() }
}
