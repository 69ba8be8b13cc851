//! What a person sees: headings, tables and the last word. Colours appear on a terminal only, and not under `NO_COLOR`.

use std::collections::BTreeMap;
use std::io::stdout;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice, eprintln, println};
use anstyle::{AnsiColor, Effects, Style};
use comfy_table::{Attribute, Cell, Color, ContentArrangement, LineStyle, Table, TableStyle, presets};
use emulator::Cluster;

use crate::stage::Evaluation;

const TITLE: Style = Style::new().effects(Effects::BOLD);
const QUIET: Style = Style::new().effects(Effects::DIMMED);
const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);

/// Wide enough for annotations where nobody says how wide the page is.
const USUAL_WIDTH: u16 = 120;
/// Longer lines are hard to read.
const MOST_WIDTH: u16 = 160;

pub(crate) fn heading(title: &str, told: &str) {
    println!("\n{TITLE}{title}{TITLE:#}");
    if !told.is_empty() {
        println!("{QUIET}{told}{QUIET:#}");
    }
}

/// A table with these columns, as wide as the terminal, with a line between rows of several lines each.
pub(crate) fn table<const N: usize>(columns: [&str; N]) -> Table {
    styled(columns, presets::UTF8_HORIZONTAL_ONLY)
}

/// The same for rows of one line each.
pub(crate) fn dense_table<const N: usize>(columns: [&str; N]) -> Table {
    styled(columns, presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
}

fn styled<const N: usize>(columns: [&str; N], style: TableStyle) -> Table {
    let mut table = Table::new();
    table
        .load_style(style)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width())
        .set_header(columns.map(|column| Cell::new(column).add_attribute(Attribute::Bold)));
    if AutoStream::choice(&stdout()) == ColorChoice::Never {
        table.force_no_tty();
    } else {
        table.enforce_styling();
    }
    table
}

fn width() -> u16 {
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    let terminal = terminal_size::terminal_size().map(|(width, _)| width.0);
    terminal.or_else(columns).unwrap_or(USUAL_WIDTH).min(MOST_WIDTH)
}

/// A verdict in its colour.
pub(crate) fn verdict(compliance: &str, text: impl ToString) -> Cell {
    let cell = Cell::new(text);
    match compliance {
        "COMPLIANT" => cell.fg(Color::Green),
        "NON_COMPLIANT" => cell.fg(Color::Red),
        _ => cell.fg(Color::Yellow),
    }
}

pub(crate) fn name_and_fate(cluster: &Cluster) -> (&str, &str) {
    (&cluster.identifier, cluster.tags.get("fate").map_or("", String::as_str))
}

pub(crate) fn show(table: &Table) {
    println!("{table}");
}

pub(crate) fn note(text: &str) {
    println!("{text}");
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
    println!("{BAD}{error_type}{BAD:#}: {message}");
}

/// What an event cost.
pub(crate) fn cost(calls: &BTreeMap<String, usize>, took: Duration) {
    let each: Vec<_> = calls.iter().map(|(action, count)| format!("{count} {action}")).collect();
    let listed = if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) };
    let total: usize = calls.values().sum();
    let noun = if total == 1 { "call" } else { "calls" };
    println!("{QUIET}{total} AWS {noun} in {}{listed}{QUIET:#}", milliseconds(took));
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
        println!("  {surprise}");
    }
    println!("What is expected stands in crates/demo/fleet.json (tags) and events/README.md; `--log` shows what the function logged.");
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
