//! The references of one expression taken together: a plan says which there are, and not what is done with them.

use neptune_audit_core::facts::{LOG_GROUP_PREFIX, LogType};
use serde_json::Value as Json;

use super::address::{Key, Shown, Step};
use super::found::Found;

/// One reference of an expression, and where it leads.
pub(super) struct Part {
    /// As it stands there.
    pub(super) steps: Vec<Step>,
    /// Where it leads.
    pub(super) found: Found,
    /// What it is worth, where it is a variable with a value.
    pub(super) value: Option<Json>,
}

impl Part {
    fn written(&self) -> String {
        Shown(&self.steps).to_string()
    }

    /// Whether it is the whole of a resource: what follows it may be the key of one of its objects.
    pub(super) fn is_bare(&self) -> bool {
        matches!(self.steps.as_slice(), [Step::Name(_), Step::Name(_)])
    }

    fn switch(&self) -> Option<bool> {
        self.value.as_ref().and_then(Json::as_bool)
    }
}

/// What stands in a constant where the steps lead.
pub(super) fn at<'a>(constant: &'a Json, steps: &[Step]) -> Option<&'a Json> {
    steps.iter().try_fold(constant, |value, step| match step {
        Step::Name(name) => value.get(name),
        Step::Key(Key::Text(key)) => value.get(key),
        Step::Key(Key::Number(number)) => value.get(usize::try_from(*number).ok()?),
    })
}

/// A constant, or what stands in it where the steps lead.
pub(super) fn constant_at(constant: &Json, steps: &[Step]) -> Found {
    if at(constant, steps).is_none_or(Json::is_null) { Found::null() } else { Found::known() }
}

/// Of an expression that is to be a name and nothing else. One reference is one; with several, the expression chooses or puts together,
/// and a plan does not tell how. Only the usual choice of a module is taken for what it is: its own object, or the one that is handed in.
pub(super) fn name_of(parts: Vec<Part>) -> Found {
    if let [condition, then, otherwise] = parts.as_slice()
        && let Some(holds) = condition.switch()
    {
        let (taken, other) = if holds { (then, otherwise) } else { (otherwise, then) };
        // What is not taken has no objects, or is a variable that is of no use.
        let is_of_no_use = other.found.leads_nowhere() && (holds || other.value.is_none() && other.found.null);
        if is_of_no_use && !taken.found.leads_nowhere() {
            return taken.found.clone();
        }
        if other.found.leads_nowhere() && taken.found.leads_nowhere() {
            let mut neither = then.found.clone();
            neither.merge(otherwise.found.clone());
            return neither;
        }
    }
    let several = parts.len() > 1;
    let nowhere = parts.iter().find(|part| part.found.leads_nowhere()).map(Part::written);
    let mut found = Found::default();
    parts.into_iter().for_each(|part| found.merge(part.found));
    if several && !found.leads_nowhere() {
        match nowhere {
            Some(written) if found.stops.is_empty() => found.stops.extend([written]),
            Some(_) => {}
            None => found.or_nothing = true,
        }
    }
    found
}

/// Of an expression in which a name is only a part, as in `"/aws/neptune/${cluster.id}/audit"`. What else is in it has to fit there: else
/// it is a condition, and the text may be another.
pub(super) fn text_of(parts: Vec<Part>) -> Found {
    let first = parts.iter().position(|part| !part.found.leads_nowhere());
    let mut stops = Vec::new();
    for (position, part) in parts.iter().enumerate() {
        let is_before = first.is_some_and(|first| position < first);
        let fits = match &part.value {
            Some(Json::String(text)) if is_before => LOG_GROUP_PREFIX.contains(text.as_str()),
            Some(Json::String(text)) => LogType::ALL.iter().any(|log_type| format!("/{log_type}").contains(text.as_str())),
            Some(_) => false,
            // The key of the log group may well be the name of the log.
            None => !is_before && matches!(part.steps.first().and_then(Step::name), Some("each" | "count")),
        };
        if first.is_some() && part.found.leads_nowhere() && !fits {
            stops.push(part.written());
        }
    }
    let mut found = Found::default();
    parts.into_iter().for_each(|part| found.merge(part.found));
    found.stops.extend(stops);
    found
}
