//! What a person sees: headings, tables and the last word. Colours appear on a terminal only, and not under `NO_COLOR`.

use std::collections::BTreeMap;
use std::io::stdout;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice, eprintln, println};
use anstyle::{AnsiColor, Effects, Style};
use comfy_table::Color;
use emulator::Cluster;

use crate::stage::Evaluation;
use crate::table::{Cell, Table};
use crate::wrapping::wrapped;

const TITLE: Style = Style::new().effects(Effects::BOLD);
const QUIET: Style = Style::new().effects(Effects::DIMMED);
const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);

/// Wide enough for annotations where nobody says how wide the page is.
const USUAL_WIDTH: usize = 120;

pub(crate) fn heading(title: &str, told: &str) {
    println!();
    paragraph(TITLE, title);
    paragraph(QUIET, told);
}

/// The width of the terminal, or what `COLUMNS` says.
fn width() -> usize {
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    let terminal = terminal_size::terminal_size().map(|(width, _)| width.0.into());
    terminal.or_else(columns).unwrap_or(USUAL_WIDTH)
}

/// Text in lines that end between words.
fn paragraph(style: Style, text: &str) {
    for line in text.lines().flat_map(|line| wrapped(line, width(), "")) {
        println!("{style}{line}{style:#}");
    }
}

/// A verdict in its colour.
pub(crate) fn verdict(compliance: &str, text: impl ToString) -> Cell {
    let color = match compliance {
        "COMPLIANT" => Color::Green,
        "NON_COMPLIANT" => Color::Red,
        _ => Color::Yellow,
    };
    Cell::colored(text, color)
}

pub(crate) fn name_and_fate(cluster: &Cluster) -> (&str, &str) {
    (&cluster.identifier, cluster.tags.get("fate").map_or("", String::as_str))
}

pub(crate) fn show(table: &Table) {
    println!("{}", table.on_page(width(), AutoStream::choice(&stdout()) != ColorChoice::Never));
}

pub(crate) fn note(text: &str) {
    paragraph(Style::new(), text);
}

/// How many results there are of each kind.
pub(crate) fn tally(evaluations: &[Evaluation]) -> String {
    if evaluations.is_empty() {
        return "no results".to_owned();
    }
    let mut kinds = BTreeMap::new();
    for evaluation in evaluations {
        *kinds.entry(evaluation.compliance.as_str()).or_insert(0_usize) += 1;
    }
    let each: Vec<_> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    each.join(", ")
}

/// An error answer.
pub(crate) fn problem(error_type: &str, message: &str) {
    // The type in colour, the message in lines after it.
    let lines = wrapped(&format!("{error_type}: {message}"), width(), "");
    for (number, line) in lines.iter().enumerate() {
        match line.strip_prefix(error_type).filter(|_| number == 0) {
            Some(rest) => println!("{BAD}{error_type}{BAD:#}{rest}"),
            None => println!("{line}"),
        }
    }
}

/// What an event cost.
pub(crate) fn cost(calls: &BTreeMap<String, usize>, took: Duration) {
    let each: Vec<_> = calls.iter().map(|(action, count)| format!("{count} {action}")).collect();
    let listed = if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) };
    let total: usize = calls.values().sum();
    let noun = if total == 1 { "call" } else { "calls" };
    paragraph(QUIET, &format!("{total} AWS {noun} in {}{listed}", milliseconds(took)));
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1000.0)
}

/// The last word: how many verdicts were looked at, and which were not as expected.
pub(crate) fn conclusion(checked: usize, surprises: &[String]) {
    if surprises.is_empty() {
        println!("\n{GOOD}All {checked} outcomes are as expected.{GOOD:#}");
        return;
    }
    println!("\n{BAD}{} of {checked} outcomes are not as expected:{BAD:#}", surprises.len());
    for surprise in surprises {
        wrapped(surprise, width(), "  ").iter().for_each(|line| println!("{line}"));
    }
    note("What is expected stands in crates/demo/fleet.json (tags) and events/README.md; `--log` shows what the function logged.");
}

pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("{BAD}error:{BAD:#} {error:#}");
}

pub(crate) fn log(lines: &[String]) {
    println!("\n{TITLE}What the function logged{TITLE:#}");
    for line in lines {
        println!("{line}");
    }
}
