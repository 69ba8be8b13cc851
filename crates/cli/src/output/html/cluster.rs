//! One cluster of the page: its verdict, its trail as a row of links, and what was found.

use maud::{Markup, PreEscaped, html};

use super::words;
use crate::output::one_line;
use crate::report::{Judged, LinkState, Place, Standing, State};

/// The four shapes, once, to be used everywhere: colour alone would not do on paper, nor for everybody.
const SHAPES: &str = concat!(
    "<svg width=\"0\" height=\"0\" class=\"shapes\" aria-hidden=\"true\">",
    "<symbol id=\"holds\" viewBox=\"0 0 24 24\"><circle cx=\"12\" cy=\"12\" r=\"10\" class=\"body\"/><path d=\"M7.5 12.5l3 3 6-6.5\" class=\"mark\"/></symbol>",
    "<symbol id=\"broken\" viewBox=\"0 0 24 24\"><path d=\"M12 1.2L22.8 12 12 22.8 1.2 12z\" class=\"body\"/><path d=\"M8.8 8.8l6.4 6.4M15.2 8.8l-6.4 6.4\" class=\"mark\"/></symbol>",
    "<symbol id=\"undecided\" viewBox=\"0 0 24 24\"><path d=\"M12 2.5l10 18.5H2z\" class=\"body\"/><path d=\"M12 9v5.5M12 17.5v.6\" class=\"mark\"/></symbol>",
    "<symbol id=\"not_asked\" viewBox=\"0 0 24 24\"><circle cx=\"12\" cy=\"12\" r=\"6.5\" class=\"body\"/></symbol>",
    "</svg>",
);

/// The definitions of the shapes.
pub(super) fn shapes() -> Markup {
    PreEscaped(SHAPES.to_owned())
}

/// A link's shape. The words beside it say the same, so nobody needs to be told twice.
pub(super) fn shape(state: State) -> Markup {
    html! { svg class={ "shape " (state.as_str()) } aria-hidden="true" { (PreEscaped(format!("<use href=\"#{}\"/>", state.as_str()))) } }
}

/// The cluster.
pub(super) fn card(judged: &Judged) -> Markup {
    let standing = judged.standing();
    let (class, words) = words(standing);
    html! {
        article class={ "cluster " (class) } {
            div.head {
                h3 { bdi { (one_line(judged.place.name())) } }
                p class={ "verdict " (class) } { (words) }
                p.place { (place(&judged.place)) }
            }
            @if judged.links.is_empty() || standing == Standing::NotApplicable { p.message { bdi { (one_line(&judged.message)) } } }
            @for of_type in judged.links.chunk_by(|one, other| one.log_type == other.log_type) { (trail(judged, of_type)) }
        }
    }
}

fn place(place: &Place) -> Markup {
    match place {
        Place::Live { account, region, resource_id, .. } => html! {
            span { (one_line(account)) } " " span { (one_line(region)) } " " code { (one_line(resource_id)) }
        },
        Place::Declared { file, line, .. } => html! { (one_line(file)) @if let Some(line) = line { ":" (line) } },
    }
}

fn trail(judged: &Judged, links: &[LinkState]) -> Markup {
    let log_type = links.first().map_or("", |link| link.log_type);
    let not_asked: Vec<&LinkState> = links.iter().filter(|link| link.state == State::NotAsked).collect();
    html! {
        h4 { (log_type) " log" }
        ol.trail aria-label={ "Links of the " (log_type) " trail" } {
            @for link in links {
                li class=(link.state.as_str()) {
                    (shape(link.state))
                    span.name { (name(link.link)) }
                    span.state { (state(link.state)) }
                }
            }
        }
        dl.evidence {
            @for (number, link) in links.iter().enumerate().filter(|(_, link)| link.state != State::NotAsked) {
                (evidence(judged, link, links.iter().take(number).any(|earlier| earlier.says_the_same_as(link))))
            }
            @if !not_asked.is_empty() {
                div.not_asked {
                    dt { "Not asked" }
                    dd { @for (number, link) in not_asked.iter().enumerate() { @if number > 0 { "; " } (without_question(link)) } }
                }
            }
        }
    }
}

fn evidence(judged: &Judged, link: &LinkState, said_before: bool) -> Markup {
    let suppressed = judged.suppression(link.code).filter(|_| link.state.is_finding());
    html! {
        div class=(link.state.as_str()) {
            dt { (name(link.link)) }
            dd {
                @if let Some(code) = link.code { code.code { (code) } " " }
                @if said_before {
                    "as above"
                } @else {
                    bdi { (one_line(link.detail.as_deref().unwrap_or("holds"))) }
                    @if let Some(remedy) = &link.remedy { p.remedy { strong { "What to do: " } bdi { (one_line(remedy)) } } }
                    @if let Some(suppressed) = suppressed {
                        p.remedy { strong { "Suppressed until " (suppressed.until) ": " } bdi { (one_line(&suppressed.reason)) } }
                    }
                }
            }
        }
    }
}

/// A link that nothing asked for, with what was noticed all the same.
fn without_question(link: &LinkState) -> Markup {
    html! { (name(link.link)) @if let Some(detail) = &link.detail { " (" bdi { (one_line(detail)) } ")" } }
}

fn name(link: &str) -> String {
    link.replace('_', " ")
}

fn state(state: State) -> &'static str {
    match state {
        State::Holds => "holds",
        State::Broken => "broken",
        State::Undecided => "undecided",
        State::NotAsked => "not asked",
    }
}
