//! SARIF 2.1.0, for what shows findings of static analysis: a rule a code, a result a finding.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>, and what GitHub takes of it:
//! <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning>

use neptune_audit_core::finding::Code;
use serde_json::{Value, json};

use super::finding::{Finding, findings};
use super::{one_line, printable};
use crate::explain;
use crate::report::{Command, Judged, Place, Report};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The rule for what is undecided and has no code.
const UNDECIDED: &str = "UNDECIDED";

/// The report as one run in JSON.
pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    let results: Vec<Value> = report.results.iter().flat_map(results).collect();
    let notification = |level: &str, text: &str| json!({ "level": level, "message": { "text": printable(text) } });
    let errors = report.errors.iter().map(|error| notification("error", &error.message));
    // A cluster without a finding has no result that could say it.
    let remarks = report.results.iter().filter(|judged| judged.findings().is_empty()).flat_map(|judged| {
        let said = move |remark: &String| notification("note", &format!("{}: {} ({remark})", judged.place.name(), judged.verdict.as_str()));
        judged.remarks().iter().map(said).collect::<Vec<_>>()
    });
    let notifications: Vec<Value> = errors.chain(remarks).collect();
    let run = json!({
        "tool": { "driver": {
            "name": report.tool.name,
            "version": report.tool.version,
            "semanticVersion": report.tool.version,
            "rules": rules(),
        } },
        "automationDetails": { "id": format!("{}/{}/", report.tool.name, command(report.command)) },
        "invocations": [{
            "executionSuccessful": report.errors.is_empty(),
            "startTimeUtc": report.started_at,
            "toolExecutionNotifications": notifications,
        }],
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    let mut text = serde_json::to_string_pretty(&json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }))?;
    text.push('\n');
    Ok(text)
}

fn command(command: Command) -> &'static str {
    match command {
        Command::Scan => "scan",
        Command::Plan => "plan",
        Command::Template => "template",
    }
}

/// A rule a code, in the order of the links, and one for what has no code.
fn rules() -> Vec<Value> {
    let of_code = Code::ALL.into_iter().map(|code| {
        let page = explain::section(code.as_str()).unwrap_or_default();
        // The first line is the code, and the first sentence says what it means.
        let markdown = page.split_once('\n').map_or("", |(_, text)| text).trim();
        let short = markdown.lines().next().unwrap_or_default();
        let meaning = part(markdown, "### Meaning").unwrap_or(short);
        rule(code.as_str(), short, meaning, markdown, page_of_aws(markdown))
    });
    let text = "The file does not tell whether the trail will be whole: something that decides is known only after the deployment, or \
                stands elsewhere. The finding names it.";
    let undecided = rule(UNDECIDED, "Whether the trail will be whole cannot be told from the file.", text, text, None);
    of_code.chain([undecided]).collect()
}

fn rule(id: &str, short: &str, full: &str, markdown: &str, page: Option<&str>) -> Value {
    let is_certain = id != UNDECIDED;
    let mut rule = json!({
        "id": id,
        "name": name(id),
        "shortDescription": { "text": plain(short) },
        "fullDescription": { "text": plain(full) },
        "help": { "text": markdown, "markdown": markdown },
        "defaultConfiguration": { "level": if is_certain { "error" } else { "warning" } },
        "properties": {
            "tags": ["security", "audit", "neptune"],
            "precision": if is_certain { "very-high" } else { "medium" },
            "problem.severity": if is_certain { "error" } else { "warning" },
            "security-severity": if is_certain { "7.0" } else { "4.0" },
        },
    });
    if let (Some(page), Some(rule)) = (page, rule.as_object_mut()) {
        rule.insert("helpUri".to_owned(), json!(page));
    }
    rule
}

/// `PARAMETER_OFF` as SARIF wants names: `ParameterOff`.
fn name(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| format!("{first}{}", letters.as_str().to_ascii_lowercase())).unwrap_or_default()
    };
    id.split('_').map(word).collect()
}

/// The paragraphs under a heading, up to the next one.
fn part<'a>(markdown: &'a str, heading: &str) -> Option<&'a str> {
    let (_, after) = markdown.split_once(heading)?;
    Some(after.split("\n###").next().unwrap_or(after).trim())
}

fn plain(markdown: &str) -> String {
    markdown.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page of AWS's that a section ends with.
fn page_of_aws(markdown: &str) -> Option<&str> {
    let (_, after) = markdown.split_once("AWS's page:")?;
    after.split_once('<')?.1.split('>').next()
}

fn results(judged: &Judged) -> Vec<Value> {
    findings(judged).iter().map(|finding| result(judged, finding)).collect()
}

fn result(judged: &Judged, finding: &Finding<'_>) -> Value {
    let (file, address, line, column) = match &judged.place {
        Place::Declared { file, address, line, column, .. } => (file.as_str(), address.as_str(), *line, *column),
        Place::Live { cluster, .. } => ("", cluster.as_str(), None, None),
    };
    let rule = finding.code.unwrap_or(UNDECIDED);
    let index = Code::ALL.into_iter().position(|code| code.as_str() == rule).unwrap_or(Code::ALL.len());
    // A plan has no lines, and GitHub takes no result without one.
    let mut region = json!({ "startLine": line.unwrap_or(1) });
    if let (Some(column), Some(region)) = (column, region.as_object_mut()) {
        region.insert("startColumn".to_owned(), json!(column));
    }
    let fingerprint = fingerprint(&[file, address, rule]);
    let mut result = json!({
        "ruleId": rule,
        "ruleIndex": index,
        "level": if finding.is_certain { "error" } else { "warning" },
        "message": { "text": printable(&format!("{address}: {}", finding.message)) },
        "locations": [{
            "physicalLocation": { "artifactLocation": artifact(file), "region": region },
            "logicalLocations": [{ "name": one_line(address), "fullyQualifiedName": one_line(address), "kind": "resource" }],
        }],
        // GitHub reads the first one; without it a finding would move with its line.
        "partialFingerprints": { "primaryLocationLineHash": format!("{fingerprint}:1"), "neptuneAudit/v1": fingerprint },
        "suppressions": [],
    });
    if let (Some(suppressed), Some(result)) = (finding.suppressed, result.as_object_mut()) {
        let why = format!("{} (until {})", suppressed.reason, suppressed.until);
        result.insert("suppressions".to_owned(), json!([{ "kind": "external", "status": "accepted", "justification": printable(&why) }]));
    }
    result
}

/// A path as a URI; one below the folder that was looked at is said to be.
fn artifact(file: &str) -> Value {
    let file = file.replace('\\', "/");
    let encoded: String =
        file.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
    let has_drive = file.as_bytes().get(1) == Some(&b':') && file.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    if encoded.starts_with('/') {
        json!({ "uri": format!("file://{encoded}") })
    } else if has_drive {
        json!({ "uri": format!("file:///{}", encoded.replacen("%3A", ":", 1)) })
    } else {
        json!({ "uri": encoded.trim_start_matches("./"), "uriBaseId": "%SRCROOT%" })
    }
}

/// What may stand in a path of a URI as it is: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte)
}

/// The same for the same finding in every run and every version: FNV-1a with 64 bits.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn rendered() -> Value {
        serde_json::from_str(&render(&sample::forecast()).unwrap()).unwrap()
    }

    #[test]
    fn every_code_is_a_rule_with_its_page() {
        let rules = rules();
        assert_eq!(rules.len(), Code::ALL.len() + 1);
        for (code, rule) in Code::ALL.iter().zip(&rules) {
            assert_eq!(rule["id"], code.as_str());
            assert!(rule["help"]["markdown"].as_str().unwrap().contains("### Fix"), "{code}");
            assert!(rule["helpUri"].as_str().unwrap().starts_with("https://docs.aws.amazon.com/"), "{code}");
            assert!(rule["fullDescription"]["text"].as_str().unwrap().len() > 40, "{code}");
        }
        assert_eq!(name("RETENTION_TOO_SHORT"), "RetentionTooShort");
    }

    #[test]
    fn a_result_says_where_which_and_how_sure() {
        let report = rendered();
        let results = report["runs"][0]["results"].as_array().unwrap();
        let of = |address: &str| {
            let has = |result: &&Value| result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == address;
            results.iter().filter(has).collect::<Vec<_>>()
        };
        let broken = of("aws_neptune_cluster.broken");
        assert_eq!(broken.len(), 2);
        assert_eq!(
            (&broken[0]["ruleId"], &broken[0]["ruleIndex"], &broken[0]["level"]),
            (&json!("PARAMETER_OFF"), &json!(0), &json!("error"))
        );
        assert_eq!(broken[0]["locations"][0]["physicalLocation"]["region"], json!({ "startLine": 1 }));
        let doubtful = of("Doubtful");
        assert_eq!(doubtful[0]["level"], "warning");
        assert_eq!(doubtful[0]["locations"][0]["physicalLocation"]["region"], json!({ "startLine": 7, "startColumn": 3 }));
        let old = of("aws_neptune_cluster.old");
        assert!(old.iter().all(|result| result["suppressions"][0]["kind"] == "external"), "{old:?}");
        assert_eq!(of("aws_neptune_cluster.deferred")[0]["ruleId"], UNDECIDED);
        assert_eq!(of("aws_neptune_cluster.whole"), Vec::<&Value>::new());
        assert_eq!(report["runs"][0]["invocations"][0]["executionSuccessful"], false);
    }

    #[test]
    fn every_finding_has_a_fingerprint_of_its_own() {
        let report = rendered();
        let results = report["runs"][0]["results"].as_array().unwrap();
        let mut prints: Vec<_> = results.iter().map(|result| result["partialFingerprints"]["neptuneAudit/v1"].as_str().unwrap()).collect();
        let count = prints.len();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), count);
        assert_eq!(fingerprint(&["a", "b"]), fingerprint(&["a", "b"]));
        assert_ne!(fingerprint(&["a", "b"]), fingerprint(&["ab", ""]));
    }

    #[test]
    fn a_path_is_a_uri() {
        assert_eq!(artifact("./infra/plan 1.json"), json!({ "uri": "infra/plan%201.json", "uriBaseId": "%SRCROOT%" }));
        assert_eq!(artifact("/tmp/a%b.json"), json!({ "uri": "file:///tmp/a%25b.json" }));
        assert_eq!(artifact("C:\\x\\p.json"), json!({ "uri": "file:///C:/x/p.json" }));
    }
}
