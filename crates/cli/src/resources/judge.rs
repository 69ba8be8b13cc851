//! From a declared cluster to the facts of the decision: what is known, what is not, and what each unknown may be.

use std::time::SystemTime;

use neptune_audit_core::facts::{self, ClusterFacts, Fact, LogParameters, LogType, NEPTUNE, Subscriptions, Tag};
use neptune_audit_core::forecast::{Assumption, Forecast, Unknown, foresee};
use neptune_audit_core::requirements::Requirements;
use neptune_audit_core::verdict::Unread;

use super::case::{Case, NOT_KNOWN, shown};
use super::declared::{Cluster, Group, Kept, LogGroup, ParameterGroup};
use super::value::Value;
use super::{account, log_group};
use crate::report::Basis;

/// How a file is judged, beside what the rule requires.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judging {
    /// A PASS that rests on a reference is UNDECIDED.
    pub strict: bool,
    /// A log group that the file does not declare is missing.
    pub require_declared: bool,
}

/// What is foreseen of a cluster, and what that rests on.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// What the decision says.
    pub forecast: Forecast,
    /// Whether a reference had to be followed.
    pub basis: Basis,
    /// The links whose answers quote a value that is shown to nobody; `tags` where the tag that exempts is such a value.
    pub hidden: Vec<(LogType, &'static str)>,
    /// Which links each unknown value may break, by its name.
    pub concerns: Vec<(String, LogType, &'static str)>,
}

/// Foresees what the rule will say of a cluster.
///
/// # Errors
/// [`Unread`] where a fact is neither known nor among the unknown: a defect.
pub fn judge(cluster: &Cluster, required: &Requirements, judging: Judging) -> Result<Foreseen, Unread> {
    let case = Case::of(cluster, required, judging);
    let forecast = foresee(&case.facts, &case.unknown, required)?;
    let of_unknown = |unknown: &Unknown| {
        let links: Vec<_> = unknown.alternatives.iter().flatten().flat_map(concerns).collect();
        links.into_iter().map(|(log_type, link)| (unknown.name.clone(), log_type, link)).collect::<Vec<_>>()
    };
    let mut concerns: Vec<_> = case.unknown.iter().flat_map(of_unknown).collect();
    concerns.dedup();
    Ok(Foreseen { forecast, basis: case.basis, hidden: case.hidden, concerns })
}

/// The links that a fact decides.
fn concerns(assumption: &Assumption) -> Vec<(LogType, &'static str)> {
    let links = |log_type: LogType, links: &[&'static str]| links.iter().map(|link| (log_type, *link)).collect();
    match assumption {
        Assumption::Parameter(log_type, _) => links(*log_type, &["generated", "in_effect"]),
        Assumption::IamAuthentication(_) => links(LogType::Audit, &["attributed"]),
        Assumption::Exported(log_type, _) => links(*log_type, &["exported"]),
        Assumption::LogGroup(log_type, _) => links(*log_type, &["kept", "protected", "guarded", "watched", "forwarded"]),
        Assumption::Retention(log_type, _) => links(*log_type, &["kept"]),
        Assumption::Encrypted(log_type, _) => links(*log_type, &["protected"]),
        Assumption::Class(log_type, _) => links(*log_type, &["watched", "forwarded"]),
        Assumption::DeletionProtected(log_type, _) => links(*log_type, &["guarded"]),
        Assumption::MetricFilters(log_type, _) => links(*log_type, &["watched"]),
        Assumption::Subscriptions(log_type, _) => links(*log_type, &["forwarded"]),
        Assumption::AccountPolicies(_) => LogType::ALL.into_iter().map(|log_type| (log_type, "forwarded")).collect(),
        Assumption::Tags(_) => Vec::new(),
    }
}

impl Case {
    fn of(cluster: &Cluster, required: &Requirements, judging: Judging) -> Self {
        let mut case = Self { facts: bare(cluster), unknown: Vec::new(), basis: Basis::Value, hidden: Vec::new() };
        case.take_group(&cluster.group, required);
        case.take_iam_authentication(&cluster.iam_authentication, required);
        case.take_tags(&cluster.tags, required);
        for &log_type in &required.log_types {
            case.take_export(cluster, log_type);
            if asks_for_log_group(required) {
                let kept = match log_type {
                    LogType::Audit => &cluster.audit,
                    LogType::SlowQuery => &cluster.slow_query,
                };
                case.take_log_group(kept, cluster.retention_policy.as_deref(), log_type, required, judging);
            }
        }
        if required.forwarding_destination.is_some() {
            account::take(&mut case, &cluster.account_policies, &cluster.identifier, required);
        }
        case
    }

    /// Whether callers are named is evidence even where nobody asks.
    fn take_iam_authentication(&mut self, on: &Value<bool>, required: &Requirements) {
        match on {
            Value::Known(on) | Value::Sensitive(on) => self.facts.cluster.iam_authentication = *on,
            Value::Unknown(name) if required.iam_authentication => self.unknown.push(Unknown::iam_authentication(name)),
            Value::Unknown(_) => {}
        }
    }

    /// Only the tag that exempts matters.
    fn take_tags(&mut self, tags: &Value<Vec<(Value<String>, Value<String>)>>, required: &Requirements) {
        let Some(exempt) = &required.exempt_tag else {
            return;
        };
        let pairs = match tags {
            Value::Unknown(name) => {
                self.unknown.push(Unknown::tags(name, required));
                return;
            }
            Value::Known(pairs) | Value::Sensitive(pairs) => pairs,
        };
        let (mut known, mut unknown) = (Vec::new(), None);
        for (key, value) in pairs {
            let hides = tags.is_sensitive() || key.is_sensitive() || value.is_sensitive();
            match (key.try_get(), value.try_get()) {
                (Ok(key), _) if key != exempt.key => {}
                // The value was typed by whoever asks, or it does not matter and is not shown.
                (Ok(key), value) if exempt.value.is_none() => {
                    known.push(Tag { key, value: value.ok().filter(|_| !hides).unwrap_or_default() });
                }
                (Ok(key), Ok(value)) => {
                    self.hide(LogType::Audit, "tags", hides);
                    known.push(Tag { key, value });
                }
                (Err(name), _) | (_, Err(name)) => unknown = Some(name.to_owned()),
            }
        }
        self.facts.tags = Some(known);
        self.unknown.extend(unknown.map(|name| Unknown::tags(name, required)));
    }

    fn take_group(&mut self, group: &Group, required: &Requirements) {
        let unknown = |case: &mut Self, name: &str| {
            case.unknown.extend(required.log_types.iter().map(|log_type| Unknown::parameter(name, *log_type)));
        };
        let name = match group {
            Group::Default(name) => name.clone().unwrap_or_else(|| "default.neptune…".to_owned()),
            Group::Outside(name) => {
                let shown = shown(name);
                unknown(self, &format!("parameter group `{shown}`, which is declared elsewhere"));
                shown
            }
            Group::Unclear(why) => {
                unknown(self, why);
                NOT_KNOWN.to_owned()
            }
            Group::OneOf(one_of) => {
                self.basis = one_of.basis.and(self.basis);
                let hides =
                    |value: fn(&ParameterGroup) -> &Value<Option<String>>| one_of.of.iter().any(|group| value(group).is_sensitive());
                if hides(|group| &group.audit) {
                    self.hidden.push((LogType::Audit, "generated"));
                }
                if hides(|group| &group.slow_query) {
                    self.hidden.push((LogType::SlowQuery, "generated"));
                }
                self.take_parameters(&one_of.of, &one_of.through, required);
                match one_of.of.as_slice() {
                    [ParameterGroup { name: Value::Unknown(_), address, .. }] => address.clone(),
                    [only] => shown(&only.name),
                    _ => NOT_KNOWN.to_owned(),
                }
            }
        };
        self.facts.cluster.parameter_group = name;
    }

    /// One group is as it is. Of several it depends on which it is, unless they agree.
    fn take_parameters(&mut self, groups: &[ParameterGroup], through: &str, required: &Requirements) {
        let each: Vec<_> = groups.iter().map(|group| parameters(group, required)).collect();
        self.take_one_of(each, through);
    }

    fn take_export(&mut self, cluster: &Cluster, log_type: LogType) {
        let elements = match &cluster.exports {
            Value::Unknown(name) => {
                self.unknown.push(Unknown::exported(name, log_type));
                return;
            }
            Value::Known(elements) | Value::Sensitive(elements) => elements,
        };
        let mut unknown = None;
        for element in elements {
            match element {
                Value::Known(name) | Value::Sensitive(name) if name == log_type.as_str() => {
                    Assumption::Exported(log_type, true).apply(&mut self.facts);
                    return;
                }
                Value::Unknown(name) => unknown = Some(name),
                Value::Known(_) | Value::Sensitive(_) => {}
            }
        }
        self.unknown.extend(unknown.map(|name| Unknown::exported(name, log_type)));
    }

    /// `policy` is one of the account's that decides on the retention, whatever the log group says.
    fn take_log_group(&mut self, kept: &Kept, policy: Option<&str>, log_type: LogType, required: &Requirements, judging: Judging) {
        // Something to make assumptions about.
        let facts = self.facts.log_group_mut(log_type);
        facts.group = Fact::Found(facts::LogGroup::default());
        facts.subscriptions = Fact::Found(Subscriptions::Filters(Vec::new()));
        let none = Assumption::LogGroup(log_type, None);
        match kept {
            Kept::OneOf(one_of) => {
                self.basis = one_of.basis.and(self.basis);
                let mut each = Vec::new();
                for group in &one_of.of {
                    let decided = policy.map(|policy| LogGroup { retention_days: Value::Unknown(policy.to_owned()), ..group.clone() });
                    each.push(log_group::assume(self, decided.as_ref().unwrap_or(group), log_type, required));
                }
                self.take_one_of(each, &one_of.through);
            }
            Kept::NotDeclared { perhaps: None } if judging.require_declared => none.apply(&mut self.facts),
            Kept::NotDeclared { perhaps } => {
                let name = log_type.log_group(&self.facts.cluster.identifier);
                let name = match perhaps {
                    Some(perhaps) => format!("whether {perhaps} is log group `{name}`"),
                    None => format!("log group `{name}`, which is not declared"),
                };
                let mut alternatives = vec![vec![none]];
                alternatives.extend(log_group::undeclared(log_type, required));
                self.unknown.push(Unknown::one_of(name, alternatives));
            }
        }
    }
}

/// Whether anything about a log group is asked.
pub(crate) fn asks_for_log_group(required: &Requirements) -> bool {
    required.asks_for_log_group() || required.forwarding_destination.is_some()
}

/// A cluster of which nothing is wrong and nothing is on.
fn bare(cluster: &Cluster) -> ClusterFacts {
    let identifier = match &cluster.identifier {
        Value::Unknown(_) => cluster.written.clone(),
        identifier => shown(identifier),
    };
    let facts = facts::Cluster {
        identifier,
        resource_id: String::new(),
        arn: None,
        engine: NEPTUNE.to_owned(),
        status: "available".to_owned(),
        created_at: None,
        parameter_group: String::new(),
        iam_authentication: false,
        iam_authentication_pending: false,
        members: Vec::new(),
        exported: Vec::new(),
        export_pending: Vec::new(),
    };
    ClusterFacts::new(facts, LogParameters::default(), SystemTime::UNIX_EPOCH)
}

/// The two parameters of a group, as far as they are asked for.
fn parameters(group: &ParameterGroup, required: &Requirements) -> (Vec<Assumption>, Vec<Unknown>) {
    let (mut assumptions, mut unknown) = (Vec::new(), Vec::new());
    for &log_type in &required.log_types {
        let value = match log_type {
            LogType::Audit => &group.audit,
            LogType::SlowQuery => &group.slow_query,
        };
        match value {
            Value::Unknown(name) => unknown.push(Unknown::parameter(name, log_type)),
            Value::Known(value) | Value::Sensitive(value) => assumptions.push(Assumption::Parameter(log_type, value.clone())),
        }
    }
    (assumptions, unknown)
}
