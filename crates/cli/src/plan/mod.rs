//! Reads Terraform plans: every Neptune cluster, with what the plan says of its trail.
//!
//! In reading order: [`document`] is the JSON, [`objects`] what a trail is made of ([`address`], [`attributes`]), [`references`] follows
//! expressions through the [`configuration`] ([`parts`], [`found`]), and [`linking`] puts each cluster together with its parameter group
//! ([`groups`]), its log groups ([`log_groups`]) and their [`filters`], all found by an [`index`].

mod address;
mod attributes;
mod configuration;
mod document;
mod filters;
mod found;
mod groups;
mod index;
mod linking;
mod log_groups;
mod objects;
mod parts;
mod references;
#[cfg(test)]
mod tests;
mod work;

use configuration::Configuration;
use document::Document;
use linking::{Case, Linker};
use neptune_audit_core::requirements::Requirements;
use objects::{Object, Objects};
use references::References;

use crate::resources::{Judging, Row, Subject, judge as foresee};

/// Why a plan was not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is no plan, or none that is understood.
    Unreadable(String),
    /// It is one, and it does not tell what will be.
    NotWhole(String),
}

/// Judges every Neptune cluster of a plan, which may leave out a part of what there is where `allow_incomplete` says so.
///
/// # Errors
/// [`Problem`] says why nothing of it can be judged.
pub fn judge(text: &str, allow_incomplete: bool, required: &Requirements, judging: Judging) -> Result<Vec<(Subject, Row)>, Problem> {
    let document: Document<'_> = serde_json::from_str(text).map_err(|error| Problem::Unreadable(wrong(&error)))?;
    check(&document, allow_incomplete)?;
    let configuration = Configuration::new(&document);
    let objects = Objects::read(&document, &configuration).map_err(Problem::Unreadable)?;
    if let (None, Some(address)) = (&document.resource_changes, objects.unmentioned(&document)) {
        let problem = format!("it plans `{address}` and has no `resource_changes`: make it with `terraform show -json PLAN`");
        return Err(Problem::Unreadable(problem));
    }
    let incomplete = document.complete == Some(false);
    let addresses = objects.addresses.iter().map(|(address, position)| (address, *position));
    let known_names = objects.known.iter().map(Object::has_names).collect();
    let references = References::new(&configuration, addresses, known_names, incomplete);
    let linker = Linker::new(&objects.known, &configuration, &references, required.log_types.len());
    let mut rows = Vec::new();
    for (mut subject, case) in linker.subjects() {
        if incomplete {
            subject.notes.push("the plan is incomplete: what it leaves out is taken from the state, or not known".to_owned());
        }
        let row = match case {
            Case::NotApplicable(why) => Row::NotApplicable(why),
            Case::Undecided(why) => Row::Undecided(why),
            Case::Judge(cluster) => Row::of(foresee(&cluster, required, judging)),
        };
        rows.push((subject, row));
    }
    Ok(rows)
}

fn check(document: &Document<'_>, allow_incomplete: bool) -> Result<(), Problem> {
    let Some(version) = document.format_version.as_deref() else {
        return Err(Problem::Unreadable("it has no `format_version`: make it with `terraform show -json PLAN`".to_owned()));
    };
    if !is_understood(version) {
        return Err(Problem::Unreadable(format!("its format_version is `{version}`, and 0.1 up to below 2.0 are understood")));
    }
    let is_plan = document.planned_values.is_some() || document.resource_changes.is_some() || document.errored.is_some();
    if !is_plan {
        let what = if document.values.is_some() { "it is a state, not a plan" } else { "it has neither values nor changes of a plan" };
        return Err(Problem::Unreadable(format!("{what}: make it with `terraform plan -out=PLAN` and `terraform show -json PLAN`")));
    }
    if document.errored == Some(true) {
        return Err(Problem::NotWhole("the plan says that it failed (`errored`), so it does not tell what will be".to_owned()));
    }
    if document.complete == Some(false) && !allow_incomplete {
        let advice = "plan without -target, or pass --allow-incomplete";
        return Err(Problem::NotWhole(format!("the plan says that it is not complete (`complete`): {advice}")));
    }
    Ok(())
}

/// <https://developer.hashicorp.com/terraform/internals/json-format#format-version>: within a major version fields are only added.
fn is_understood(version: &str) -> bool {
    let Some((major, minor)) = version.split_once('.') else {
        return false;
    };
    // As Terraform writes numbers: without a sign, and without a zero in front.
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| number.to_string() == text);
    match (number(major), number(minor)) {
        (Some(0), Some(minor)) => minor >= 1,
        (Some(1), Some(_)) => true,
        _ => false,
    }
}

const TOO_DEEP: &str = "it is nested deeper than 128 levels, and more are not read";

/// The parser stops there; its kind of error is that of wrong JSON.
fn is_too_deep(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("recursion limit exceeded")
}

/// What is wrong with the JSON. The parser's own sentence may quote a value, and that may be a secret.
fn wrong(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        _ if is_too_deep(error) => TOO_DEEP,
        serde_json::error::Category::Syntax => "it is no JSON",
        serde_json::error::Category::Data => "a field is of another type than Terraform writes, or stands there twice",
        serde_json::error::Category::Io | serde_json::error::Category::Eof => "it ends too soon",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}
