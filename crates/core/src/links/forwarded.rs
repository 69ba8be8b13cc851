//! *Forwarded*: everything in the log group is sent to where it is collected, by a filter of its own or by a policy of the account.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>,
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters-AccountLevel.html>

use super::outcome::{Outcome, Read};
use super::question::Question;
use crate::facts::{AccountPolicy, Fact, STANDARD, SubscriptionFilter, Subscriptions};
use crate::finding::Code;
use crate::pattern::Pattern;
use crate::remedy::Remedy;
use crate::requirements::Requirements;
use crate::selection::Selection;

pub(super) fn check(question: &Question<'_>) -> Outcome {
    let Some(wanted) = &question.required.forwarding_destination else {
        return Outcome::NotAsked(None);
    };
    let facts = question.log_group();
    if let Fact::Found(group) = &facts.group
        && group.class != STANDARD
    {
        return of_another_class(question, &group.class);
    }
    question.with_log_group(Read::Subscriptions, &facts.subscriptions, |subscriptions| match (subscriptions, &facts.group) {
        (Subscriptions::Filters(filters), _) => judge(question, wanted, filters),
        (Subscriptions::NotSupported, Fact::NotRead) => Outcome::Unread(Read::LogGroup(question.log_type)),
        (Subscriptions::NotSupported, _) => of_another_class(question, "another than STANDARD"),
    })
}

fn judge(question: &Question<'_>, wanted: &Pattern, filters: &[SubscriptionFilter]) -> Outcome {
    if let Some(filter) = filters.iter().find(|filter| wanted.matches(&filter.destination) && part(filter).is_none()) {
        return Outcome::Holds(format!("forwarded to {}", filter.destination));
    }
    let Some(policies) = &question.facts.account_policies else {
        return Outcome::Unread(Read::AccountPolicies);
    };
    let log_group = question.log_group_name();
    let counts = |policy: &&AccountPolicy| wanted.matches(&policy.destination) && shortfall(policy, &log_group).is_none();
    if let Some(policy) = policies.iter().find(counts) {
        return Outcome::Holds(format!("forwarded to {} by the account's policy {}", policy.destination, policy.name));
    }
    let almost = filters.iter().filter(|filter| wanted.matches(&filter.destination)).find_map(part);
    let almost = almost.map(|part| format!("its subscription filter sends a part, {part}"));
    let policy = policies.iter().filter(|policy| wanted.matches(&policy.destination)).find_map(|policy| {
        let shortfall = shortfall(policy, &log_group)?;
        Some(format!("the account's policy {} does not count, {shortfall}", policy.name))
    });
    let found = almost.or(policy).unwrap_or_else(|| {
        let others: Vec<_> = filters.iter().map(|filter| filter.destination.as_str()).collect();
        match others.as_slice() {
            [] => format!("log group {log_group} has no subscription filter"),
            others => format!("it is sent only to {}", others.join(", ")),
        }
    });
    Outcome::broken(Code::NotForwarded, found, Remedy::Forward { log_group, destination: wanted.as_str().to_owned() })
}

/// Why a filter sends only a part of the events, if so.
fn part(filter: &SubscriptionFilter) -> Option<String> {
    if !filter.pattern.trim().is_empty() {
        return Some(format!("its pattern is `{}`", filter.pattern));
    }
    let selection = filter.field_selection.as_deref().filter(|selection| !selection.trim().is_empty());
    selection.map(|selection| format!("its field selection criteria are `{selection}`"))
}

/// Why a policy of the account does not send everything of a log group, if so.
fn shortfall(policy: &AccountPolicy, log_group: &str) -> Option<String> {
    if !policy.pattern.trim().is_empty() {
        return Some(format!("its pattern is `{}`", policy.pattern));
    }
    match (&policy.selection, policy.selection.includes(log_group)) {
        (_, Some(true)) => None,
        (Selection::NotUnderstood(criteria), _) => Some(format!("its selection criteria are `{criteria}`")),
        _ => Some("its selection criteria exclude it".to_owned()),
    }
}

fn of_another_class(question: &Question<'_>, class: &str) -> Outcome {
    let log_group = question.log_group_name();
    let found = format!("log group {log_group} is of class {class}, which has no subscription filters");
    Outcome::broken(Code::NotForwarded, found, Remedy::RecreateLogGroup { log_group })
}

/// The values that stand for all that the subscriptions can be: none that is wanted, and one that is.
pub fn subscriptions(required: &Requirements) -> Vec<Subscriptions> {
    let filter = |destination| SubscriptionFilter { destination, pattern: String::new(), field_selection: None };
    let wanted = required.wanted_destination().map(|destination| Subscriptions::Filters(vec![filter(destination)]));
    std::iter::once(Subscriptions::Filters(Vec::new())).chain(wanted).collect()
}

/// The values that stand for all that the account's policies can be: none that is wanted, and one that is.
pub fn account_policies(required: &Requirements) -> Vec<Vec<AccountPolicy>> {
    let policy =
        |destination| vec![AccountPolicy { name: "one".to_owned(), destination, pattern: String::new(), selection: Selection::Everything }];
    std::iter::once(Vec::new()).chain(required.wanted_destination().map(policy)).collect()
}

/// The values that stand for all that the class can be: the one with filters, and one without.
pub fn classes() -> [String; 2] {
    [STANDARD.to_owned(), "INFREQUENT_ACCESS".to_owned()]
}
