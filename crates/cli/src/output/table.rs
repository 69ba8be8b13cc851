//! The table for people: a row a cluster with what is broken and what to do, a row for each place that could not be looked at, and a
//! line that counts.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use unicode_width::UnicodeWidthStr;

use super::{Look, one_line};
use crate::report::{Command, Judged, NotLooked, Place, Report, Standing, State, Summary, Verdict};

/// Narrower than this the last column is a ribbon that nobody likes to read.
const LEAST_TRAIL: usize = 40;
/// Wider than this a line is hard to follow.
const MOST: usize = 160;
const PADDING: usize = 2;

/// The cells of a row.
type Cells = fn(&Row) -> Vec<String>;

struct Row {
    verdict: String,
    style: Style,
    cluster: String,
    place: Vec<String>,
    trail: Vec<String>,
}

/// The table, for a terminal of a certain width.
pub(super) fn render(report: &Report, look: Look) -> String {
    let mut rows: Vec<Row> = report.results.iter().map(|judged| of_cluster(judged, look)).collect();
    rows.extend(report.errors.iter().map(not_looked));
    let mut text = String::new();
    if !rows.is_empty() {
        text.push_str(&table(report.command, &rows, look));
        text.push_str("\n\n");
    }
    for note in &report.context.notes {
        let _ = writeln!(text, "{}", wrap(&one_line(note), look));
    }
    if report.context.incomplete {
        let _ = writeln!(text, "{}", paint(look, bold(AnsiColor::Yellow), "INCOMPLETE: the run was stopped before its end"));
    }
    let _ = writeln!(text, "{}", wrap(&summary(report), look));
    text
}

fn of_cluster(judged: &Judged, look: Look) -> Row {
    let standing = judged.standing();
    let (verdict, style) = match standing {
        Standing::Suppressed => (format!("{}\nsuppressed", judged.verdict.as_str()), Style::new().dimmed()),
        Standing::Broken => (judged.verdict.as_str().to_owned(), bold(AnsiColor::Red)),
        Standing::Undecided => (judged.verdict.as_str().to_owned(), bold(AnsiColor::Yellow)),
        Standing::Fine => (judged.verdict.as_str().to_owned(), bold(AnsiColor::Green)),
        Standing::NotApplicable => (judged.verdict.as_str().to_owned(), Style::new().dimmed()),
    };
    Row { verdict, style, cluster: one_line(judged.place.name()), place: place(&judged.place), trail: trail(judged, look) }
}

fn place(place: &Place) -> Vec<String> {
    match place {
        Place::Live { account, region, .. } => vec![one_line(account), one_line(region)],
        Place::Declared { file, line: Some(line), .. } => vec![one_line(&format!("{file}:{line}"))],
        Place::Declared { file, .. } => vec![one_line(file)],
    }
}

/// What is broken and what to do; of what holds, the links, or with `--verbose` the evidence.
fn trail(judged: &Judged, look: Look) -> Vec<String> {
    let mut lines = Vec::new();
    let several = judged.links.iter().any(|link| link.log_type != judged.links.first().map_or("", |first| first.log_type));
    let log_type = |link: &crate::report::LinkState| if several { format!("{} ", link.log_type) } else { String::new() };
    // A whole file may be undecided, or a cluster for a reason that no link has.
    if judged.verdict == Verdict::NotApplicable || judged.findings() == [None] {
        lines.push(one_line(&judged.message));
    } else {
        for link in judged.broken_links() {
            let code = paint(look, Style::new().bold(), link.code.unwrap_or("UNDECIDED"));
            lines.push(format!("{}{code}: {}", log_type(link), one_line(link.detail.as_deref().unwrap_or_default())));
            lines.extend(link.remedy.iter().map(|remedy| format!("→ {}", one_line(remedy))));
            if let Some(suppressed) = judged.suppression(link.code) {
                lines.push(one_line(&suppressed.sentence()));
            }
        }
    }
    if look.verbose {
        for link in judged.links.iter().filter(|link| !link.state.is_finding()) {
            let state = if link.state == State::Holds { "holds" } else { "not asked" };
            let detail = link.detail.as_deref().map(|detail| format!(": {}", one_line(detail))).unwrap_or_default();
            lines.push(format!("{}{} {state}{detail}", log_type(link), link.link.replace('_', " ")));
        }
    } else if lines.is_empty() {
        for of_type in judged.links.chunk_by(|one, other| one.log_type == other.log_type) {
            let held: Vec<&str> = of_type.iter().filter(|link| link.state == State::Holds).map(|link| link.link).collect();
            lines.push(format!("{}: {}", of_type.first().map_or("", |link| link.log_type), held.join(", ").replace('_', " ")));
        }
    }
    lines.extend(judged.remarks().iter().map(|remark| format!("note: {}", one_line(remark))));
    lines
}

fn not_looked(error: &NotLooked) -> Row {
    let place = [&error.account, &error.region].into_iter().flatten().map(|part| one_line(part)).collect();
    let trail = one_line(&error.sentence());
    let cluster = error.cluster.as_deref().map_or_else(|| "–".to_owned(), one_line);
    Row { verdict: "COULD NOT LOOK".to_owned(), style: bold(AnsiColor::Magenta), cluster, place, trail: vec![trail] }
}

/// The widest arrangement that leaves the last column room. In none is a column narrower than its longest word.
fn table(command: Command, rows: &[Row], look: Look) -> String {
    let (what, whereabouts) = if command == Command::Scan { ("CLUSTER", "ACCOUNT, REGION") } else { ("ADDRESS", "FILE") };
    let four: Cells = |row: &Row| vec![row.verdict.clone(), row.cluster.clone(), row.place.join(" "), row.trail.join("\n")];
    let three: Cells = |row: &Row| vec![row.verdict.clone(), lines(&[&row.cluster], &row.place), row.trail.join("\n")];
    let two: Cells = |row: &Row| vec![row.verdict.clone(), lines(&[&row.cluster, &row.place.join(" ")], &row.trail)];
    let arrangements =
        [(vec!["VERDICT", what, whereabouts, "TRAIL"], four), (vec!["VERDICT", what, "TRAIL"], three), (vec!["VERDICT", what], two)];
    let width = usize::from(look.width).min(MOST);
    for (header, cells) in arrangements {
        let cells: Vec<(Style, Vec<String>)> = rows.iter().map(|row| (row.style, cells(row))).collect();
        let widths = least_widths(&header, &cells);
        let (columns, last) = (widths.len(), widths.last().copied().unwrap_or_default());
        let before = widths.iter().sum::<usize>() - last + columns * PADDING;
        // The last arrangement may have a ribbon for its last column: it is wider than the one before all the same.
        let least = if columns > 2 { last.max(LEAST_TRAIL) } else { last };
        if before + least <= width {
            return arrange(&header, &cells, &widths, width, look);
        }
    }
    rows.iter().map(|row| block(row, look)).collect::<Vec<_>>().join("\n\n")
}

/// A row without columns, for words that are too wide for one: only such a word goes beyond the edge.
fn block(row: &Row, look: Look) -> String {
    let verdict = paint(look, row.style, &row.verdict.replace('\n', " "));
    let head = [verdict, row.cluster.clone(), row.place.join(" ")];
    head.iter().chain(&row.trail).map(|line| wrap(line, look)).collect::<Vec<_>>().join("\n")
}

fn lines(first: &[&str], rest: &[String]) -> String {
    first.iter().copied().chain(rest.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
}

/// For each column the width of its longest word; but names and places are never wrapped at all, where they have a column of their own.
fn least_widths(header: &[&str], rows: &[(Style, Vec<String>)]) -> Vec<usize> {
    let columns = header.len();
    let words = |text: &str, whole_lines: bool| {
        let separators: &[char] = if whole_lines { &['\n'] } else { &['\n', ' '] };
        text.split(separators).map(seen).max().unwrap_or_default()
    };
    header
        .iter()
        .enumerate()
        .map(|(column, title)| {
            let last = column + 1 == columns;
            let cells = rows.iter().filter_map(|(_, cells)| cells.get(column)).map(|cell| words(cell, !last));
            cells.chain([words(title, true)]).max().unwrap_or_default()
        })
        .collect()
}

fn arrange(header: &[&str], rows: &[(Style, Vec<String>)], widths: &[usize], width: usize, look: Look) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table.set_header(header.iter().map(|title| paint(look, Style::new().dimmed(), title)));
    let several_lines = rows.iter().any(|(_, cells)| cells.iter().any(|cell| cell.contains('\n')));
    for (style, cells) in rows {
        let mut cells = cells.clone();
        if let Some(verdict) = cells.first_mut() {
            *verdict = verdict.lines().map(|line| paint(look, *style, line)).collect::<Vec<_>>().join("\n");
        }
        // A line between rows that have several: without it nobody sees where one ends.
        if several_lines && let Some(last) = cells.last_mut() {
            last.push_str("\n ");
        }
        table.add_row(cells);
    }
    for (column, least) in table.column_iter_mut().zip(widths) {
        column.set_padding((0, u16::try_from(PADDING).unwrap_or_default())).set_cell_alignment(CellAlignment::Left);
        let least = u16::try_from(least + PADDING).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
    }
    // Blanks at the end of a line are in the way of whoever copies it.
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn bold(colour: AnsiColor) -> Style {
    colour.on_default().bold()
}

fn paint(look: Look, style: Style, text: &str) -> String {
    if look.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// A sentence in lines that fit the terminal.
fn wrap(text: &str, look: Look) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && seen(&line) + 1 + seen(word) > usize::from(look.width) {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}

/// How many columns a text takes, colours left out.
fn seen(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().width()
}

/// The line that counts.
fn summary(report: &Report) -> String {
    let (mut parts, errors) = match report.summary {
        Summary::Scan { compliant, non_compliant, not_applicable, suppressed, errors } => {
            let counts = [
                (compliant, "COMPLIANT"),
                (non_compliant, "NON_COMPLIANT"),
                (not_applicable, "NOT_APPLICABLE"),
                (suppressed, "suppressed"),
            ];
            (counts.to_vec(), errors)
        }
        Summary::Forecast { pass, fail, undecided, not_applicable, suppressed, errors } => {
            let counts =
                [(pass, "PASS"), (fail, "FAIL"), (undecided, "UNDECIDED"), (not_applicable, "NOT_APPLICABLE"), (suppressed, "suppressed")];
            (counts.to_vec(), errors)
        }
    };
    parts.retain(|(count, _)| *count > 0);
    let counts = parts.iter().map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
    let total = report.results.len();
    let mut line = match total {
        0 => "No Neptune cluster was judged".to_owned(),
        1 => format!("1 cluster: {counts}"),
        _ => format!("{total} clusters: {counts}"),
    };
    if errors > 0 {
        let _ = write!(line, "; could not look: {errors}");
    }
    line
}
