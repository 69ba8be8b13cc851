//! The report for an auditor: one file that refers to nothing elsewhere, to read, to print and to keep.
//!
//! It has no script: the filter is a set of radio buttons that the style sheet looks at, and the policy in its head lets a browser load
//! nothing at all.

mod cluster;

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::one_line;
use crate::report::{Judged, NotLooked, Report, Standing, State};

const STYLE: &str = include_str!("report.css");
/// Nothing is loaded, nothing runs, whatever a name says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The whole page.
pub(super) fn render(report: &Report) -> String {
    let mut results: Vec<&Judged> = report.results.iter().collect();
    results.sort_by_key(|judged| rank(judged.standing()));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "Neptune audit trails, " (report.started_at) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (cluster::shapes())
                header {
                    p.kicker { "Amazon Neptune audit trails" }
                    h1 { (headline(report)) }
                    (banner(report))
                    (facts(report))
                }
                main {
                    (not_looked(report))
                    section aria-labelledby="clusters" {
                        h2 #clusters { "Clusters" }
                        @if results.is_empty() {
                            p { "No Neptune cluster was judged. That is not the same as everything being well." }
                        } @else {
                            (filter(report))
                            @for judged in &results { (cluster::card(judged)) }
                        }
                    }
                }
                footer { (legend(report)) }
            }
        }
    };
    page.into_string()
}

/// The order on the page: what needs somebody comes first.
fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Broken => 0,
        Standing::Undecided => 1,
        Standing::Suppressed => 2,
        Standing::Fine => 3,
        Standing::NotApplicable => 4,
    }
}

/// The class and the words of a standing.
fn words(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Broken => ("broken", "Non-compliant"),
        Standing::Undecided => ("undecided", "Undecided"),
        Standing::Suppressed => ("suppressed", "Suppressed"),
        Standing::Fine => ("fine", "Compliant"),
        Standing::NotApplicable => ("exempt", "Not applicable"),
    }
}

fn headline(report: &Report) -> String {
    let count = |standing| report.results.iter().filter(|judged| judged.standing() == standing).count();
    let (total, broken) = (report.results.len(), count(Standing::Broken));
    match (total, broken) {
        (0, _) => "No cluster was judged".to_owned(),
        (1, 0) => "The one cluster has no open finding".to_owned(),
        (1, _) => "The audit trail of the one cluster is broken".to_owned(),
        (_, 0) => format!("None of {total} clusters has an open finding"),
        (_, 1) => format!("1 of {total} clusters has a broken audit trail"),
        _ => format!("{broken} of {total} clusters have a broken audit trail"),
    }
}

fn banner(report: &Report) -> Markup {
    html! {
        @if report.context.incomplete {
            p.banner role="note" { strong { "Incomplete. " } "The run was stopped before its end. What is missing is listed below." }
        } @else if !report.errors.is_empty() {
            p.banner role="note" {
                strong { "Not everything was looked at. " }
                a href="#not-looked" { (report.errors.len()) @if report.errors.len() == 1 { " place" } @else { " places" } }
                " could not be, and no verdict below covers them."
            }
        }
    }
}

/// When, who, where, what was asked, and with what.
fn facts(report: &Report) -> Markup {
    let (context, unknown) = (&report.context, "not known");
    let list = |names: &[String]| if names.is_empty() { unknown.to_owned() } else { one_line(&names.join(", ")) };
    html! {
        dl.facts {
            div { dt { "Scan began" } dd { time datetime=(report.started_at) { (report.started_at) } } }
            div { dt { "Asked by" } dd { (one_line(context.principal.as_deref().unwrap_or(unknown))) } }
            div { dt { "Accounts" } dd { (list(&context.accounts)) } }
            div { dt { "Regions" } dd { (list(&context.regions)) } }
            div { dt { "Tool" } dd { (report.tool.name) " " (report.tool.version) } }
            div.wide {
                dt { "Rule parameters" }
                dd { @for (name, value) in &report.parameters { code.parameter { (name) " = " (one_line(value)) } " " } }
            }
            @for note in &context.notes { div.wide { dt { "Note" } dd { (one_line(note)) } } }
        }
    }
}

fn not_looked(report: &Report) -> Markup {
    html! {
        @if !report.errors.is_empty() {
            section #not-looked aria-labelledby="not-looked-title" {
                h2 #not-looked-title { "Not looked at" }
                table {
                    thead { tr { @for title in ["Account", "Region", "Cluster", "What went wrong"] { th scope="col" { (title) } } } }
                    tbody { @for error in &report.errors { (error_row(error)) } }
                }
            }
        }
    }
}

fn error_row(error: &NotLooked) -> Markup {
    let text = |field: &Option<String>| field.as_deref().map_or_else(|| "all".to_owned(), one_line);
    html! {
        tr {
            td { (text(&error.account)) }
            td { (text(&error.region)) }
            td { bdi { (text(&error.cluster)) } }
            td { bdi { (one_line(&error.sentence())) } }
        }
    }
}

/// One button for each verdict that occurs.
fn filter(report: &Report) -> Markup {
    let mut counts: BTreeMap<u8, (&str, &str, usize)> = BTreeMap::new();
    for standing in report.results.iter().map(Judged::standing) {
        let (class, words) = words(standing);
        counts.entry(rank(standing)).or_insert((class, words, 0)).2 += 1;
    }
    html! {
        fieldset.filter {
            legend { "Show" }
            input type="radio" name="show" id="show-all" checked;
            label for="show-all" { "All " span.count { (report.results.len()) } }
            @for (class, words, count) in counts.values() {
                input type="radio" name="show" id={ "show-" (class) };
                label for={ "show-" (class) } { (words) " " span.count { (count) } }
            }
        }
    }
}

fn legend(report: &Report) -> Markup {
    html! {
        h2 { "How to read this" }
        ul.legend {
            @for (state, meaning) in [
                (State::Holds, "The link holds: this was found."),
                (State::Broken, "The link is broken: no reliable audit trail until it is mended."),
                (State::NotAsked, "Nothing asked for this link, or an earlier one is broken."),
            ] { li { (cluster::shape(state)) span { (meaning) } } }
        }
        p {
            "Each row is the way of an audit trail, from the setting that makes Neptune write it to the newest event in CloudWatch Logs. "
            "A cluster is compliant where every link that was asked for holds. What could not be looked at has no verdict. "
            "Everything was read when the scan ran, and may have changed since. Nothing was changed in any account."
        }
        p.quiet { "Written by " (report.tool.name) " " (report.tool.version) "." }
    }
}
