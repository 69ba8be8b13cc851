//! What every format must say, and what none may let through.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::sample::{self, HOSTILE};
use super::*;

fn look(width: u16) -> Look {
    Look { width, colour: false, verbose: false }
}

fn rendered(format: Format) -> String {
    render(format, &sample::scan(), look(80)).unwrap()
}

/// The words of a text, wherever its lines are broken.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_format_shows_what_could_not_be_looked_at() {
    for &format in Format::of(Command::Scan) {
        let text = rendered(format);
        for part in ["444455556666", "eu-central-1", "rds:DescribeDBClusters", "ledger", "rds:DescribeDBClusterParameters"] {
            assert!(text.contains(part), "{format} does not show {part}:\n{text}");
        }
    }
}

#[test]
fn every_format_shows_what_is_suppressed_why_and_until_when() {
    for &format in Format::of(Command::Scan) {
        let text = words(&rendered(format));
        for part in ["goes away in March", "2099-03-31"] {
            assert!(text.contains(part), "{format} does not show {part}:\n{text}");
        }
    }
}

#[test]
fn every_format_names_every_cluster_and_what_to_do() {
    for &format in Format::of(Command::Scan) {
        let text = words(&rendered(format));
        for part in ["payments", "orders", "legacy", "sandbox", "PARAMETER_OFF", "then reboot each instance"] {
            assert!(text.contains(part), "{format} does not show {part}:\n{text}");
        }
    }
}

#[test]
fn no_format_lets_a_name_move_the_cursor_or_reorder_what_is_read() {
    for &format in Format::of(Command::Scan) {
        let text = rendered(format);
        for hidden in ['\u{1b}', '\u{0}', '\u{202e}'] {
            // JSON has its own escapes, and whoever reads it wants the name as it is.
            let allowed = hidden == '\u{202e}' && matches!(format, Format::Json | Format::Ocsf);
            assert!(allowed || !text.contains(hidden), "{format} has {hidden:?}");
        }
    }
}

#[test]
fn a_table_is_as_wide_as_the_terminal_at_most_and_breaks_no_word() {
    let report = sample::scan();
    let content = [report.results[1].links[0].detail.clone(), report.results[1].links[0].remedy.clone()];
    for width in [80, 100, 120, 200] {
        let text = render(Format::Table, &report, look(width)).unwrap();
        for line in text.lines() {
            assert!(line.width() <= usize::from(width), "{width}: {line}");
            assert_eq!(line, line.trim_end());
        }
        for word in content.iter().flatten().flat_map(|text| text.split(' ')) {
            assert!(text.contains(word), "{width}: `{word}` is broken:\n{text}");
        }
    }
}

#[test]
fn a_word_that_is_wider_than_the_terminal_stays_whole_and_nothing_else_goes_beyond_the_edge() {
    let mut report = sample::scan();
    let destination = format!("arn:aws:logs:eu-west-1:444455556666:destination:{}", "x".repeat(90));
    report.results[1].links[0].detail = Some(format!("nothing sends to {destination}"));
    let text = render(Format::Table, &report, look(80)).unwrap();
    assert!(text.contains(&destination), "{text}");
    let beyond: Vec<&str> = text.lines().filter(|line| line.width() > 80).collect();
    assert_eq!(beyond, [destination.as_str()], "{text}");
    assert!(text.starts_with("COMPLIANT\npayments\n111122223333 eu-west-1\naudit: generated"), "{text}");
}

#[test]
fn a_wide_table_has_a_row_a_cluster_with_its_place_beside_it() {
    let mut report = sample::scan();
    report.results.truncate(1);
    report.errors.clear();
    report.context.notes.clear();
    report.count();
    let text = render(Format::Table, &report, look(160)).unwrap();
    let expected = "\
VERDICT    CLUSTER   ACCOUNT, REGION         TRAIL
COMPLIANT  payments  111122223333 eu-west-1  audit: generated, in effect, exported, kept, flowing

1 cluster: 1 COMPLIANT
";
    assert_eq!(text, expected);
}

#[test]
fn colour_is_only_where_it_was_asked_for() {
    let report = sample::scan();
    assert!(!render(Format::Table, &report, look(80)).unwrap().contains('\u{1b}'));
    let coloured = render(Format::Table, &report, Look { colour: true, ..look(80) }).unwrap();
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mNON_COMPLIANT\u{1b}[0m"), "{coloured:?}");
    let plain = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(words(&plain), words(&render(Format::Table, &report, look(80)).unwrap()));
}

#[test]
fn the_evidence_is_shown_where_it_was_asked_for() {
    let verbose = render(Format::Table, &sample::scan(), Look { verbose: true, ..look(160) }).unwrap();
    assert!(verbose.contains("flowing holds: newest event 2 h ago"), "{verbose}");
    assert!(!rendered(Format::Table).contains("newest event"));
}

#[test]
fn an_incomplete_report_says_so() {
    let mut report = sample::scan();
    report.context.incomplete = true;
    for format in [Format::Table, Format::Html] {
        let text = render(format, &report, look(80)).unwrap();
        assert!(text.to_lowercase().contains("incomplete"), "{format}:\n{text}");
    }
}

#[test]
fn a_line_of_csv_is_one_line_and_no_field_is_a_formula() {
    let text = rendered(Format::Csv);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header.join(","), "account,region,cluster,resourceId,logType,link,state,code,detail");
    let records: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(text.lines().count(), records.len() + 1);
    // Four clusters with ten links, one that is not applicable, two places that were not looked at.
    assert_eq!(records.len(), 4 * 10 + 1 + 2);
    for record in &records {
        assert!(record.iter().all(|field| !field.starts_with(['=', '+', '-', '@'])), "{record:?}");
    }
    let states: Vec<&str> = records.iter().filter_map(|record| record.get(6)).collect();
    assert!(states.contains(&"error") && states.contains(&"not_applicable") && states.contains(&"not_asked"));
}

#[test]
fn junit_counts_what_it_lists() {
    let text = rendered(Format::Junit);
    assert!(text.contains(r#"<testsuites name="neptune-audit" tests="7" failures="2" errors="2">"#), "{text}");
    assert_eq!(text.matches("<testcase ").count(), 7);
    assert_eq!(text.matches("<skipped ").count(), 2);
    assert!(text.contains("&lt;img src=x"), "{text}");
}

#[test]
fn ocsf_has_a_finding_for_each_cluster_and_each_place_that_was_not_looked_at() {
    let findings: Value = serde_json::from_str(&rendered(Format::Ocsf)).unwrap();
    let statuses: Vec<_> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["status"].as_str().unwrap(), finding["compliance"]["status_id"].as_u64().unwrap()))
        .collect();
    let expected = [("Resolved", 1), ("New", 3), ("Suppressed", 3), ("Not applicable", 99), ("New", 3), ("New", 2), ("New", 2)];
    assert_eq!(statuses, expected);
}

#[test]
fn the_page_refers_to_nothing_and_runs_nothing() {
    let text = rendered(Format::Html);
    for reference in ["http:", "https:", "src=", "@import", "url(", "<script", "<link", "onerror=\""] {
        let allowed = if reference == "src=" { text.matches("src=x").count() } else { 0 };
        assert_eq!(text.matches(reference).count(), allowed, "{reference}");
    }
    assert!(!text.contains("<img"), "markup in a name came through");
    assert!(text.contains("&lt;img src=x onerror=&quot;"));
}

#[test]
fn the_page_says_when_who_where_with_what_and_what_is_missing() {
    let text = rendered(Format::Html);
    for part in [
        "2026-11-25T10:00:00Z",
        "arn:aws:sts::111122223333:assumed-role/auditor/ada",
        "111122223333, 444455556666",
        "eu-west-1, eu-central-1",
        "minimumRetentionDays = 90",
        env!("CARGO_PKG_VERSION"),
        "Not looked at",
        "is suspended: left out",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn the_json_has_the_fields_that_were_promised() {
    let report: Value = serde_json::from_str(&rendered(Format::Json)).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&report), ["command", "errors", "parameters", "results", "startedAt", "summary", "tool", "version"]);
    assert_eq!(keys(&report["tool"]), ["name", "version"]);
    let result = ["account", "cluster", "codes", "links", "message", "region", "resourceId", "suppressed", "verdict"];
    assert_eq!(keys(&report["results"][0]), result);
    assert_eq!(keys(&report["results"][0]["links"][0]), ["code", "detail", "link", "logType", "remedy", "state"]);
    assert_eq!(keys(&report["results"][2]["suppressed"][0]), ["code", "reason", "until"]);
    assert_eq!(keys(&report["errors"][0]), ["account", "cluster", "message", "permission", "region"]);
    assert_eq!(keys(&report["summary"]), ["compliant", "errors", "nonCompliant", "notApplicable", "suppressed"]);
    assert_eq!(report["results"][4]["cluster"], HOSTILE, "JSON has the name as it is");
    assert_eq!(report["results"][3]["codes"].as_array().unwrap().len(), 0, "codes are of what is broken only");
}

#[test]
fn the_formats_of_a_command_are_those_of_the_contract() {
    let names = |command| Format::of(command).iter().map(|format| format.as_str()).collect::<Vec<_>>();
    assert_eq!(names(Command::Scan), ["table", "json", "html", "csv", "ocsf", "junit"]);
}

fn forecast(format: Format) -> String {
    words(&render(format, &sample::forecast(), look(80)).unwrap())
}

#[test]
fn every_format_says_what_rests_on_a_reference_and_what_is_to_be_noted() {
    for &format in Format::of(Command::Plan) {
        let text = forecast(format);
        let reference = if format == Format::Json { "\"basis\": \"reference\"" } else { "it rests on a reference, not on a value" };
        assert_eq!(text.matches(reference).count(), 1, "{format}:\n{text}");
        assert!(text.contains("`On` is taken at its default"), "{format}:\n{text}");
    }
}

#[test]
fn every_format_of_a_forecast_says_what_is_suppressed_why_and_until_when() {
    for &format in Format::of(Command::Plan) {
        let text = forecast(format).to_lowercase();
        for part in ["suppress", "goes away", "2099-03-31"] {
            assert!(text.contains(part), "{format} does not say {part}:\n{text}");
        }
    }
}

#[test]
fn every_format_says_of_a_finding_that_it_was_ignored_until_a_day_that_is_over() {
    for (mut report, command) in [(sample::scan(), Command::Scan), (sample::forecast(), Command::Plan)] {
        report.results.iter_mut().for_each(|judged| judged.suppressed = None);
        let over = crate::suppressions::tests::over().apply(&mut report, "2026-11-25");
        assert!(!over.is_empty());
        for &format in Format::of(command) {
            let text = words(&render(format, &report, look(80)).unwrap());
            for part in ["PARAMETER_OFF was ignored until 2020-01-01, and that day is over (known)", "EXPORT_OFF was ignored until"] {
                assert!(text.contains(part), "{format} does not say {part}:\n{text}");
            }
        }
    }
}
