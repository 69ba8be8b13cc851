//! From a forecast to a row of the report: the verdict, its codes, and what is said of each link.

use neptune_audit_core::facts::LogType;
use neptune_audit_core::forecast::{Expectation, Forecast};
use neptune_audit_core::links::{Link, Outcome};
use neptune_audit_core::once::each_once;
use neptune_audit_core::verdict::Unread;
use neptune_audit_core::wording::told;

use super::declared::Subject;
use super::judge::{Foreseen, Judging};
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
                Expectation::Pass => (Verdict::Pass, evidence(&links)),
                Expectation::Fail => (Verdict::Fail, broken(&links, forecast)),
                Expectation::Undecided => (Verdict::Undecided, undecided(forecast)),
                Expectation::NotApplicable => (Verdict::NotApplicable, exempt(foreseen)),
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
    let possible = if codes.is_empty() { String::new() } else { format!("; possible: {}", codes.join(", ")) };
    format!("undecided: {}{possible}", depends(forecast, &forecast.deciding))
}

/// Which values decide.
fn depends(forecast: &Forecast, deciding: &[String]) -> String {
    const MOST_NAMED: usize = 3;
    let mut names: Vec<_> = deciding.iter().take(MOST_NAMED).cloned().collect();
    let more = deciding.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let names = names.join(", ");
    if forecast.too_many {
        return format!("too much is unknown to look at every case: {names}");
    }
    format!("it depends on {names}")
}

/// Of the values that decide those that may break one link; all of them, where it is a question of the whole file.
fn deciding(foreseen: &Foreseen, log_type: LogType, link: &str) -> Vec<String> {
    let concerns =
        |name: &str| foreseen.concerns.iter().any(|(of, of_type, of_link)| (of.as_str(), *of_type, *of_link) == (name, log_type, link));
    let own = foreseen.forecast.deciding.iter().filter(|name| concerns(name));
    let own: Vec<String> = own.cloned().collect();
    if own.is_empty() { foreseen.forecast.deciding.clone() } else { own }
}

/// Why it is not held against the requirements.
fn exempt(foreseen: &Foreseen) -> String {
    if foreseen.hidden.iter().any(|(_, of)| *of == "tags") {
        return "a tag exempts it whose value is not shown".to_owned();
    }
    foreseen.forecast.exemptions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What was found to hold, for each log type.
fn evidence(links: &[LinkState]) -> String {
    let of_type = |links: &[LinkState]| {
        let held = links.iter().filter(|link| link.state == State::Holds).filter_map(|link| link.detail.clone());
        format!("{}: {}", links.first().map_or("", |link| link.log_type), each_once(held).join(", "))
    };
    links.chunk_by(|one, other| one.log_type == other.log_type).map(of_type).collect::<Vec<_>>().join("; ")
}

/// Every code first, then what to do, then what was found: as the rule's own words have it.
fn broken(links: &[LinkState], forecast: &Forecast) -> String {
    let broken = || links.iter().filter(|link| link.state == State::Broken);
    let codes = links.chunk_by(|one, other| one.log_type == other.log_type).filter_map(|links| {
        let codes = links.iter().filter(|link| link.state == State::Broken).filter_map(|link| link.code.map(str::to_owned));
        let codes = each_once(codes);
        (!codes.is_empty()).then(|| format!("{}: {}", links.first().map_or("", |link| link.log_type), codes.join(", ")))
    });
    let mut codes: Vec<_> = codes.collect();
    // What is broken in every case, now for one log and now for another.
    let either: Vec<&LinkState> = links
        .iter()
        .filter(|link| link.state == State::Undecided && broken().all(|broken| broken.code != link.code))
        .filter(|link| forecast.certain.iter().any(|code| Some(code.as_str()) == link.code))
        .collect();
    for code in each_once(either.iter().filter_map(|link| link.code.map(str::to_owned))) {
        let of_code = either.iter().filter(|link| link.code == Some(code.as_str()));
        codes.push(format!("{}: {code}", each_once(of_code.map(|link| link.log_type.to_owned())).join(" or ")));
    }
    let to_do = broken().chain(either.iter().copied()).filter_map(|link| link.remedy.clone());
    let which = either.iter().filter_map(|link| link.detail.as_ref()).map(|detail| format!("which, {}", detail.trim_start_matches("it ")));
    told(&codes, to_do, broken().filter_map(|link| link.detail.clone()).chain(which))
}

fn links(foreseen: &Foreseen) -> Vec<LinkState> {
    let forecast = &foreseen.forecast;
    let mut links = Vec::new();
    for trail in &forecast.trails {
        for (link, outcomes) in &trail.links {
            let hides = foreseen.hidden.contains(&(trail.log_type, link.name));
            links.push(state(trail.log_type, link, outcomes, foreseen, hides));
        }
    }
    links
}

fn state(log_type: LogType, link: &Link, outcomes: &[Outcome], foreseen: &Foreseen, hides: bool) -> LinkState {
    let forecast = &foreseen.forecast;
    let findings = || {
        outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Broken(finding) => Some(finding),
            _ => None,
        })
    };
    // A log group that may be missing is said where it is a question of the log group; elsewhere the link's own code says more.
    let own = findings().find(|finding| link.codes.contains(&finding.code));
    let certain = findings().find(|finding| forecast.certain.contains(&finding.code));
    let broken = certain.or(own).or_else(|| findings().next());
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
            let (state, detail) = if is_certain {
                (State::Broken, show(&finding.found))
            } else {
                (State::Undecided, depends(forecast, &deciding(foreseen, log_type, link.name)))
            };
            of(state, Some(finding.code.as_str()), Some(detail), Some(finding.remedy.to_string()))
        }
        (None, Some(_)) if forecast.too_many => of(State::Undecided, None, Some(depends(forecast, &forecast.deciding)), None),
        (None, Some(evidence)) => of(State::Holds, None, Some(show(evidence)), None),
        (None, None) => of(State::NotAsked, None, noticed.map(show), None),
    }
}
