//! What will be said of a cluster that is not there yet: unknown values are judged by judging every world that they allow.
//!
//! There is no third truth value in the decision. A value that nobody knows is one of a few values that stand for all it can be; each
//! combination of them is a world; each world is judged as a cluster is. What is broken in all of them is certain.

use std::fmt;

use crate::exemption::Exemption;
use crate::facts::{AccountPolicy, ClusterFacts, Fact, LogGroup, LogGroupFacts, LogType, Subscriptions, Tag};
use crate::finding::Code;
use crate::links::{Link, Outcome, representatives};
use crate::once::add_new;
use crate::requirements::Requirements;
use crate::verdict::{Trail, Unread, Verdict, decide};

/// So many worlds are judged at the most: twelve values of which each can be two things. More are undecided without a look.
pub const MOST_WORLDS: usize = 4096;

/// One fact, taken to be so.
#[derive(Clone, Debug, PartialEq)]
pub enum Assumption {
    /// The value of the parameter that turns a log on.
    Parameter(LogType, Option<String>),
    /// Whether the cluster authenticates with IAM.
    IamAuthentication(bool),
    /// Whether the cluster exports a log.
    Exported(LogType, bool),
    /// The log group of a log; without one nothing can be said about it.
    LogGroup(LogType, Option<LogGroup>),
    /// The days that this log group keeps its events, where there is one.
    Retention(LogType, Option<u32>),
    /// Whether this log group has a KMS key, where there is one.
    Encrypted(LogType, bool),
    /// The class of this log group, where there is one.
    Class(LogType, String),
    /// Whether this log group is protected from deletion, where there is one.
    DeletionProtected(LogType, bool),
    /// How many metric filters this log group has, where there is one.
    MetricFilters(LogType, u32),
    /// Where this log group sends its events, where there is one.
    Subscriptions(LogType, Subscriptions),
    /// The account's subscription filter policies.
    AccountPolicies(Vec<AccountPolicy>),
    /// The tags of the cluster.
    Tags(Vec<Tag>),
}

impl Assumption {
    /// Makes it so.
    pub fn apply(&self, facts: &mut ClusterFacts) {
        match self {
            Self::Parameter(log_type, value) => facts.parameters.of_mut(*log_type).value.clone_from(value),
            Self::IamAuthentication(on) => facts.cluster.iam_authentication = *on,
            Self::Exported(log_type, exported) => {
                facts.cluster.exported.retain(|name| name != log_type.as_str());
                if *exported {
                    facts.cluster.exported.push(log_type.as_str().to_owned());
                }
            }
            Self::LogGroup(log_type, None) => *facts.log_group_mut(*log_type) = LogGroupFacts::missing(),
            Self::LogGroup(log_type, Some(group)) => facts.log_group_mut(*log_type).group = Fact::Found(group.clone()),
            Self::Retention(log_type, days) => change(&mut facts.log_group_mut(*log_type).group, |group| group.retention_days = *days),
            Self::Encrypted(log_type, encrypted) => {
                change(&mut facts.log_group_mut(*log_type).group, |group| group.encrypted = *encrypted);
            }
            Self::Class(log_type, class) => change(&mut facts.log_group_mut(*log_type).group, |group| group.class.clone_from(class)),
            Self::DeletionProtected(log_type, protected) => {
                change(&mut facts.log_group_mut(*log_type).group, |group| group.deletion_protected = *protected);
            }
            Self::MetricFilters(log_type, count) => {
                change(&mut facts.log_group_mut(*log_type).group, |group| group.metric_filters = *count);
            }
            Self::Subscriptions(log_type, subscriptions) => {
                change(&mut facts.log_group_mut(*log_type).subscriptions, |known| known.clone_from(subscriptions));
            }
            Self::AccountPolicies(policies) => facts.account_policies = Some(policies.clone()),
            Self::Tags(tags) => facts.tags = Some(tags.clone()),
        }
    }
}

fn change<T>(fact: &mut Fact<T>, change: impl FnOnce(&mut T)) {
    if let Some(found) = fact.found_mut() {
        change(found);
    }
}

/// A value that nobody knows yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// What people call it, for example the address and attribute of a resource.
    pub name: String,
    /// What may be assumed instead: one alternative for each thing that it can be.
    pub alternatives: Vec<Vec<Assumption>>,
}

impl Unknown {
    /// One of several things, for whatever reason.
    pub fn one_of(name: impl Into<String>, alternatives: Vec<Vec<Assumption>>) -> Self {
        Self { name: name.into(), alternatives }
    }

    /// The parameter that turns a log on.
    pub fn parameter(name: impl Into<String>, log_type: LogType) -> Self {
        Self::each(name, representatives::parameter_values(log_type), |value| Assumption::Parameter(log_type, value))
    }

    /// Whether the cluster authenticates with IAM.
    pub fn iam_authentication(name: impl Into<String>) -> Self {
        Self::each(name, [false, true], Assumption::IamAuthentication)
    }

    /// Whether a log is exported.
    pub fn exported(name: impl Into<String>, log_type: LogType) -> Self {
        Self::each(name, [false, true], |exported| Assumption::Exported(log_type, exported))
    }

    /// How long a log group keeps its events.
    pub fn retention(name: impl Into<String>, log_type: LogType, required: &Requirements) -> Self {
        Self::each(name, representatives::retentions(required), |days| Assumption::Retention(log_type, days))
    }

    /// Whether a log group has a KMS key.
    pub fn encrypted(name: impl Into<String>, log_type: LogType) -> Self {
        Self::each(name, [false, true], |encrypted| Assumption::Encrypted(log_type, encrypted))
    }

    /// Of which class a log group is.
    pub fn class(name: impl Into<String>, log_type: LogType) -> Self {
        Self::each(name, representatives::classes(), |class| Assumption::Class(log_type, class))
    }

    /// Whether a log group is protected from deletion.
    pub fn deletion_protected(name: impl Into<String>, log_type: LogType) -> Self {
        Self::each(name, [false, true], |protected| Assumption::DeletionProtected(log_type, protected))
    }

    /// How many metric filters a log group has.
    pub fn metric_filters(name: impl Into<String>, log_type: LogType) -> Self {
        Self::each(name, representatives::metric_filters(), |count| Assumption::MetricFilters(log_type, count))
    }

    /// Where a log group sends its events.
    pub fn subscriptions(name: impl Into<String>, log_type: LogType, required: &Requirements) -> Self {
        Self::each(name, representatives::subscriptions(required), |found| Assumption::Subscriptions(log_type, found))
    }

    /// Which subscription filter policies the account has.
    pub fn account_policies(name: impl Into<String>, required: &Requirements) -> Self {
        Self::each(name, representatives::account_policies(required), Assumption::AccountPolicies)
    }

    /// Which tags the cluster has: the one that exempts it, where there is such a one, or none that matters.
    pub fn tags(name: impl Into<String>, required: &Requirements) -> Self {
        let exempt =
            required.exempt_tag.iter().map(|exempt| vec![Tag { key: exempt.key.clone(), value: exempt.value.clone().unwrap_or_default() }]);
        Self::each(name, std::iter::once(Vec::new()).chain(exempt), Assumption::Tags)
    }

    fn each<T>(name: impl Into<String>, values: impl IntoIterator<Item = T>, assume: impl Fn(T) -> Assumption) -> Self {
        Self::one_of(name, values.into_iter().map(|value| vec![assume(value)]).collect())
    }
}

/// Something that is one of several things, of which its owner knows what each means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What people call it.
    pub name: String,
    /// How many things it can be.
    pub alternatives: usize,
}

/// What is said of a cluster over all worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// For each required log, for each link, the different answers that there are.
    pub trails: Vec<ForecastTrail>,
    /// The codes that are there in every world, in the order of the links.
    pub certain: Vec<Code>,
    /// The codes that are there in some world and not in all.
    pub possible: Vec<Code>,
    /// The unknown values that make the difference, by name.
    pub deciding: Vec<String>,
    /// Why the cluster is not held against the requirements, for each world in which it is not.
    pub exemptions: Vec<Exemption>,
    /// Whether there is a world in which it is.
    pub held: bool,
    /// Whether there were too many worlds to judge them: then nothing is known.
    pub too_many: bool,
}

/// The answers about one log over all worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastTrail {
    /// The log.
    pub log_type: LogType,
    /// For each link its different answers, the first world's first.
    pub links: Vec<(Link, Vec<Outcome>)>,
}

impl ForecastTrail {
    /// Its codes in any world, and whether each is one of every world.
    fn codes(&self) -> Vec<(Code, bool)> {
        let mut codes = Vec::new();
        for (_, outcomes) in &self.links {
            let broken = outcomes.iter().filter_map(|outcome| match outcome {
                Outcome::Broken(finding) => Some(finding.code),
                _ => None,
            });
            let broken: Vec<Code> = broken.collect();
            codes.extend(broken.iter().map(|code| (*code, broken.len() == outcomes.len())));
        }
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

/// What a forecast comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Nothing is broken in any world.
    Pass,
    /// Something is broken in every world.
    Fail,
    /// It depends on what is unknown.
    Undecided,
    /// It is not held against the requirements in any world.
    NotApplicable,
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Undecided => "UNDECIDED",
            Self::NotApplicable => "NOT_APPLICABLE",
        })
    }
}

impl From<Verdict> for Forecast {
    fn from(verdict: Verdict) -> Self {
        let trails = verdict.trails().iter().map(|Trail { log_type, links }| ForecastTrail {
            log_type: *log_type,
            links: links.iter().map(|(link, outcome)| (*link, vec![outcome.clone()])).collect(),
        });
        let trails: Vec<_> = trails.collect();
        let certain = verdict.codes();
        let exemptions: Vec<_> = match verdict {
            Verdict::Exempt(exemption, _) => vec![exemption],
            Verdict::Compliant(_) | Verdict::NonCompliant(_) => Vec::new(),
        };
        let held = exemptions.is_empty();
        Self { trails, certain, possible: Vec::new(), deciding: Vec::new(), exemptions, held, too_many: false }
    }
}

impl Forecast {
    /// What it comes to.
    pub fn expectation(&self) -> Expectation {
        if self.too_many {
            return Expectation::Undecided;
        }
        // Only what would be broken is exempt: where no world has a code, an exemption in some is not a matter of passing.
        match (self.held, self.exemptions.is_empty(), self.certain.is_empty(), self.possible.is_empty()) {
            (false, ..) => Expectation::NotApplicable,
            (true, true, false, _) => Expectation::Fail,
            (true, true, true, true) => Expectation::Pass,
            (true, ..) => Expectation::Undecided,
        }
    }

    /// What holds whether this forecast comes true or the other.
    fn or(mut self, other: Self) -> Self {
        let all = self.codes().chain(other.codes()).collect::<Vec<_>>();
        self.certain.retain(|code| other.certain.contains(code));
        self.possible = all;
        self.possible.retain(|code| !self.certain.contains(code));
        self.possible.sort_unstable();
        self.possible.dedup();
        for (trail, other) in self.trails.iter_mut().zip(other.trails) {
            for ((_, outcomes), (_, others)) in trail.links.iter_mut().zip(other.links) {
                add_new(outcomes, others);
            }
        }
        add_new(&mut self.deciding, other.deciding);
        add_new(&mut self.exemptions, other.exemptions);
        self.held |= other.held;
        self.too_many |= other.too_many;
        self
    }

    fn differs_from(&self, other: &Self) -> bool {
        let codes = self.certain != other.certain || self.possible != other.possible;
        // A code that one log has in this world and another in that one is the same code, and not the same trail.
        let trails = || self.trails.iter().zip(&other.trails).any(|(one, other)| one.codes() != other.codes());
        codes || self.held != other.held || self.exemptions != other.exemptions || self.trails.len() > 1 && trails()
    }

    fn codes(&self) -> impl Iterator<Item = Code> {
        self.certain.iter().chain(&self.possible).copied()
    }
}

/// Judges a cluster in every world that the unknown values allow. Without any it says what [`decide`] says.
///
/// # Errors
/// [`Unread`] where a fact is neither known nor among the unknown values.
pub fn foresee(facts: &ClusterFacts, unknown: &[Unknown], required: &Requirements) -> Result<Forecast, Unread> {
    let choices: Vec<_> =
        unknown.iter().map(|unknown| Choice { name: unknown.name.clone(), alternatives: unknown.alternatives.len() }).collect();
    foresee_with(&choices, |picks| {
        let mut world = facts.clone();
        for (unknown, &pick) in unknown.iter().zip(picks) {
            for assumption in unknown.alternatives.get(pick).into_iter().flatten() {
                assumption.apply(&mut world);
            }
        }
        decide(&world, required).map(Forecast::from)
    })
}

/// The same where the caller makes the worlds: `judge` is handed which alternative each choice is in a world.
///
/// # Errors
/// What `judge` fails with.
pub fn foresee_with<E>(choices: &[Choice], mut judge: impl FnMut(&[usize]) -> Result<Forecast, E>) -> Result<Forecast, E> {
    let count = choices.iter().try_fold(1_usize, |count, choice| count.checked_mul(choice.alternatives.max(1)));
    let mut picks = vec![0; choices.len()];
    let Some(count) = count.filter(|&count| count <= MOST_WORLDS) else {
        let first = judge(&picks)?;
        let deciding = choices.iter().map(|choice| choice.name.clone()).collect();
        return Ok(Forecast { deciding, certain: Vec::new(), possible: Vec::new(), too_many: true, ..first });
    };
    let mut worlds = Vec::with_capacity(count);
    loop {
        worlds.push(judge(&picks)?);
        if !advance(&mut picks, choices) {
            break;
        }
    }
    let deciding = deciding(choices, &worlds);
    let all = worlds.into_iter().reduce(Forecast::or);
    let Some(mut all) = all else { return judge(&picks) };
    add_new(&mut all.deciding, deciding);
    Ok(all)
}

/// To the next world, the last choice first; `false` after the last world.
fn advance(picks: &mut [usize], choices: &[Choice]) -> bool {
    for (pick, choice) in picks.iter_mut().zip(choices).rev() {
        *pick += 1;
        if *pick < choice.alternatives {
            return true;
        }
        *pick = 0;
    }
    false
}

/// The choices that make a difference: two worlds that differ in nothing else have different codes.
fn deciding(choices: &[Choice], worlds: &[Forecast]) -> Vec<String> {
    let mut stride = worlds.len();
    let mut names: Vec<String> = Vec::new();
    for choice in choices {
        let alternatives = choice.alternatives.max(1);
        let block = stride;
        stride /= alternatives;
        let differs = worlds.chunks(block.max(1)).any(|block| {
            let (first, others) = block.split_at(stride.min(block.len()));
            others.chunks(stride.max(1)).any(|other| first.iter().zip(other).any(|(one, other)| one.differs_from(other)))
        });
        if differs && !names.contains(&choice.name) {
            names.push(choice.name.clone());
        }
    }
    names
}

#[cfg(test)]
mod tests;
