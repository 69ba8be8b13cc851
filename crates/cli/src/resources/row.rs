//! From a forecast to a row of the report: the verdict, its codes, and what is said of each link.

use neptune_audit_core::facts::LogType;
use neptune_audit_core::forecast::{Expectation, Forecast};
use neptune_audit_core::links::{Link, Outcome};
use neptune_audit_core::verdict::Unread;

use super::{Foreseen, Judging, Subject};
use crate::report::{Basis, Judged, LinkState, Place, State, Verdict};

/// What is said instead of a sentence that quotes a value which is shown to nobody.
const HIDDEN: &str = "it rests on a value that is not shown";

/// What a row says.
#[derive(Clone, Debug)]
pub enum Row {
    /// A forecast.
    Foreseen(Foreseen),
    /// It will not be there, or is exempt; why.
    NotApplicable(String),
    /// Nothing can be said of it; why.
    Undecided(String),
}

impl Row {
    /// Of a forecast. One that could not be made for want of a fact is undecided: nothing is said that nobody knows.
    pub fn of(foreseen: Result<Foreseen, Unread>) -> Self {
        foreseen.map_or_else(|unread| Self::Undecided(unread.to_string()), Self::Foreseen)
    }
}

/// The row of a cluster.
pub fn judged(file: &str, subject: &Subject, row: &Row, judging: Judging) -> Judged {
    let (verdict, codes, message, links, basis) = match row {
        Row::NotApplicable(why) => (Verdict::NotApplicable, Vec::new(), why.clone(), Vec::new(), Basis::Value),
        Row::Undecided(why) => (Verdict::Undecided, Vec::new(), format!("undecided: {why}"), Vec::new(), Basis::Value),
        Row::Foreseen(foreseen) => {
            let forecast = &foreseen.forecast;
            let links = links(foreseen);
            let by_reference = judging.strict && foreseen.basis == Basis::Reference;
            let (verdict, message) = match forecast.expectation() {
                Expectation::Pass if by_reference => {
                    (Verdict::Undecided, "undecided: it would pass, and rests on a reference (--strict)".to_owned())
                }
                Expectation::Pass => (Verdict::Pass, said(&links, State::Holds)),
                Expectation::Fail => (Verdict::Fail, said(&links, State::Broken)),
                Expectation::Undecided => (Verdict::Undecided, undecided(forecast)),
                Expectation::NotApplicable => (Verdict::NotApplicable, exempt(forecast)),
            };
            let codes = if verdict == Verdict::Fail { forecast.certain.iter().map(|code| code.as_str()).collect() } else { Vec::new() };
            (verdict, codes, message, links, foreseen.basis)
        }
    };
    let place = Place::Declared {
        file: file.to_owned(),
        address: subject.address.clone(),
        line: subject.line,
        column: subject.column,
        basis,
        notes: subject.notes.clone(),
    };
    Judged { verdict, codes, message, links, suppressed: None, place }
}

/// Which values decide, and what may be broken.
fn undecided(forecast: &Forecast) -> String {
    let codes: Vec<_> = forecast.certain.iter().chain(&forecast.possible).map(|code| code.as_str()).collect();
    format!("undecided: {}; possible: {}", depends(forecast), codes.join(", "))
}

/// Why it is not held against the requirements.
fn exempt(forecast: &Forecast) -> String {
    forecast.exemptions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Which values decide.
fn depends(forecast: &Forecast) -> String {
    const MOST_NAMED: usize = 3;
    let mut names: Vec<_> = forecast.deciding.iter().take(MOST_NAMED).cloned().collect();
    let more = forecast.deciding.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let names = names.join(", ");
    if forecast.too_many {
        return format!("too much is unknown to look at every case: {names}");
    }
    format!("it depends on {names}")
}

/// What is said of the links in one state, each sentence once.
fn said(links: &[LinkState], state: State) -> String {
    let mut sentences: Vec<String> = Vec::new();
    for link in links.iter().filter(|link| link.state == state) {
        let detail = link.detail.clone().unwrap_or_default();
        let sentence = match (&link.code, &link.remedy) {
            (Some(code), Some(remedy)) => format!("{code}: {detail}: {remedy}"),
            _ => detail,
        };
        if !sentence.is_empty() && !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    sentences.join("; ")
}

fn links(foreseen: &Foreseen) -> Vec<LinkState> {
    let forecast = &foreseen.forecast;
    let mut links = Vec::new();
    for trail in &forecast.trails {
        for (link, outcomes) in &trail.links {
            let hides = foreseen.hidden.contains(&(trail.log_type, link.name));
            links.push(state(trail.log_type, link, outcomes, forecast, hides));
        }
    }
    links
}

fn state(log_type: LogType, link: &Link, outcomes: &[Outcome], forecast: &Forecast, hides: bool) -> LinkState {
    let broken = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Broken(finding) => Some(finding),
        _ => None,
    });
    let holds = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Holds(evidence) => Some(evidence),
        _ => None,
    });
    let noticed = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::NotAsked(noticed) => noticed.as_deref(),
        _ => None,
    });
    let show = |text: &str| if hides { HIDDEN.to_owned() } else { text.to_owned() };
    let of = |state, code, detail, remedy| LinkState { log_type: log_type.as_str(), link: link.name, state, code, detail, remedy };
    match (broken, holds) {
        (Some(finding), _) => {
            let is_certain = holds.is_none() && !forecast.too_many && forecast.certain.contains(&finding.code);
            let (state, detail) = if is_certain { (State::Broken, show(&finding.found)) } else { (State::Undecided, depends(forecast)) };
            of(state, Some(finding.code.as_str()), Some(detail), Some(finding.remedy.to_string()))
        }
        (None, Some(_)) if forecast.too_many => of(State::Undecided, None, Some(depends(forecast)), None),
        (None, Some(evidence)) => of(State::Holds, None, Some(show(evidence)), None),
        (None, None) => of(State::NotAsked, None, noticed.map(show), None),
    }
}
