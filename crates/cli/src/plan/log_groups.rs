//! The log groups of a cluster, and the filters of a log group: by name where that is known, else by reference.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use neptune_audit_core::facts::{LOG_GROUP_PREFIX, LogType};

use super::configuration::Configuration;
use super::filters::Filters;
use super::index::{Index, Leading, distinct, perhaps};
use super::objects::{Fate, Kind, Object};
use super::references::{References, Wanted};
use crate::report::Basis;
use crate::resources::{Kept, LogGroup, OneOf, Value};

const CLUSTER: Wanted = Wanted { kind: "aws_neptune_cluster", attributes: &["cluster_identifier", "id"], within: true };

/// A key whose reference alone tells that there is one.
const KEY: Wanted = Wanted { kind: "aws_kms_key", attributes: &["arn", "id", "key_id"], within: false };

/// A list of log groups, and where the clusters are that share them.
type Place = (*const usize, String);

/// What they are; nothing where nobody can tell.
type Shared = Option<Rc<Vec<LogGroup>>>;

/// The log groups of a plan, and their filters.
pub(super) struct LogGroups<'a> {
    objects: &'a [Object],
    configuration: &'a Configuration<'a>,
    references: &'a References<'a>,
    groups: Index,
    filters: Filters<'a>,
    /// How many logs a cluster must have a group for.
    log_types: usize,
    /// Groups that several clusters share, by the list of them and where the clusters are.
    shared: RefCell<HashMap<Place, Shared>>,
    /// A group of some Neptune cluster whose identifier is not known, by provider configuration and log type.
    anybodys: HashMap<(&'a str, &'static str), &'a Object>,
}

impl<'a> LogGroups<'a> {
    pub(super) fn new(
        objects: &'a [Object],
        configuration: &'a Configuration<'a>,
        references: &'a References<'a>,
        log_types: usize,
    ) -> Self {
        let mut anybodys = HashMap::new();
        let identifiers: HashSet<(&str, String)> = objects
            .iter()
            .filter(|object| object.kind == Kind::Cluster && object.fate == Fate::Stays)
            .filter_map(|cluster| {
                let identifier = cluster.attributes.text("cluster_identifier").get().cloned().flatten()?;
                Some((cluster.scope.provider.as_str(), identifier))
            })
            .collect();
        for object in objects.iter().filter(|object| object.kind == Kind::LogGroup && !matches!(object.fate, Fate::Goes(_))) {
            let name = object.attributes.text("name");
            let named = name.get().and_then(Option::as_deref).and_then(|name| name.strip_prefix(LOG_GROUP_PREFIX));
            let Some((identifier, log_type)) = named.and_then(|name| name.rsplit_once('/')) else { continue };
            // That of a cluster whose identifier is known is no other's.
            let is_taken = identifiers.contains(&(object.scope.provider.as_str(), identifier.to_owned()));
            if let Some(log_type) = LogType::parse(log_type).filter(|_| !is_taken) {
                anybodys.entry((object.scope.provider.as_str(), log_type.as_str())).or_insert(object);
            }
        }
        Self {
            objects,
            configuration,
            references,
            groups: Index::new(objects, Kind::LogGroup, "name", Some(CLUSTER), configuration, references),
            filters: Filters::new(objects, configuration, references),
            log_types,
            shared: RefCell::default(),
            anybodys,
        }
    }

    /// The log groups of a cluster: of its audit log, and of its slow-query log.
    pub(super) fn of(&self, cluster: &Object, identifier: &Value<String>) -> (Kept, Kept) {
        let of = |log_type: LogType| {
            let name = identifier.get().map(|identifier| log_type.log_group(identifier));
            let by_name = name.as_deref().map_or(Kept::NotDeclared { perhaps: None }, |name| self.by_name(cluster, name));
            match by_name {
                Kept::NotDeclared { perhaps } => self.by_reference(cluster, log_type, name.as_deref(), perhaps),
                found @ Kept::OneOf(_) => found,
            }
        };
        (of(LogType::Audit), of(LogType::SlowQuery))
    }

    fn by_name(&self, cluster: &Object, name: &str) -> Kept {
        let mut candidates = Vec::new();
        let mut elsewhere = None;
        for group in self.groups.named(&cluster.scope.provider, name).iter().filter_map(|position| self.objects.get(*position)) {
            match perhaps(cluster, group) {
                Some(false) => candidates.push(self.log_group(group, None)),
                Some(true) => elsewhere = Some(shown(group)),
                None => {}
            }
        }
        self.one_of(candidates, Basis::Value, cluster).unwrap_or(Kept::NotDeclared { perhaps: elsewhere })
    }

    /// By reference the type of the log is not to be seen: any group that refers to the cluster may be that of either.
    fn by_reference(&self, cluster: &Object, log_type: LogType, name: Option<&str>, elsewhere: Option<String>) -> Kept {
        let sets = self.references.sets_of(&cluster.address);
        let alone = self.groups.referring(&sets);
        let here = alone.iter().filter_map(|position| self.objects.get(*position)).filter(|group| perhaps(cluster, group) == Some(false));
        let here: Vec<&Object> = here.collect();
        if here.len() >= self.log_types {
            let groups = here.iter().map(|group| self.log_group(group, name));
            if let Some(kept) = self.one_of(groups, Basis::Reference, cluster) {
                return kept;
            }
        }
        for leading in self.groups.sharing(&sets).filter(|leading| leading.is_enough(self.log_types)) {
            if let Some(groups) = self.shared_groups(leading, cluster) {
                return Kept::OneOf(OneOf { of: groups.as_ref().clone(), basis: Basis::Reference, through: through(cluster) });
            }
        }
        let unclear =
            alone.first().or_else(|| self.groups.sharing(&sets).find_map(|leading| leading.objects.first().or(leading.torn.first())));
        let unclear =
            unclear.or_else(|| self.groups.loose(&cluster.scope.provider).first()).and_then(|position| self.objects.get(*position));
        // An identifier that the provider makes up, with a prefix or without, is none that somebody wrote into the name of a log group.
        let is_made_up = cluster.has_default(self.configuration, "cluster_identifier");
        let anybodys = || self.anybodys.get(&(cluster.scope.provider.as_str(), log_type.as_str())).copied();
        let anybodys = || anybodys().filter(|_| name.is_none() && !is_made_up);
        Kept::NotDeclared { perhaps: elsewhere.or_else(|| unclear.or_else(anybodys).map(shown)) }
    }

    /// What groups are that several clusters share; nothing where one of them may be elsewhere, or too many differ.
    fn shared_groups(&self, leading: &Leading, cluster: &Object) -> Shared {
        let list = leading.shared();
        let question = (list.as_ptr(), cluster.scope.key());
        if let Some(known) = self.shared.borrow().get(&question) {
            return known.clone();
        }
        let groups = || list.iter().filter_map(|position| self.objects.get(*position));
        let is_here = groups().all(|group| perhaps(cluster, group) == Some(false));
        let apart = is_here.then(|| distinct(groups().map(|group| Alike(self.log_group(group, None))))).flatten();
        let apart = apart.map(|groups| Rc::new(groups.into_iter().map(|Alike(group)| group).collect::<Vec<_>>()));
        self.shared.borrow_mut().insert(question, apart.clone());
        apart
    }

    fn one_of(&self, groups: impl IntoIterator<Item = LogGroup>, basis: Basis, cluster: &Object) -> Option<Kept> {
        let apart = distinct(groups.into_iter().map(Alike))?;
        let of: Vec<_> = apart.into_iter().map(|Alike(group)| group).collect();
        (!of.is_empty()).then(|| Kept::OneOf(OneOf { of, basis, through: through(cluster) }))
    }

    /// `assumed` is the name that it must have if it belongs where it is taken to belong.
    fn log_group(&self, group: &Object, assumed: Option<&str>) -> LogGroup {
        let attributes = &group.attributes;
        let retention_days = attributes.text("retention_in_days").try_map(
            || attributes.name("retention_in_days"),
            |days| match days.as_deref() {
                // The provider writes 0 for never.
                None | Some("0") => Some(None),
                Some(days) => days.parse().ok().map(Some),
            },
        );
        let key = attributes.text("kms_key_id");
        let is_key = || {
            let found = self.references.follow(&group.address, "kms_key_id", KEY);
            found.stops.is_empty() && !found.or_nothing
        };
        let (encrypted, basis) = match &key {
            // An unknown key is a key: nothing would be `null`. An expression that may choose between the two looks the same.
            Value::Unknown(_) => (Value::Known(true), if is_key() { Basis::Value } else { Basis::Reference }),
            _ => (key.map(|key| key.is_some()), Basis::Value),
        };
        let class = match attributes.text("log_group_class") {
            Value::Unknown(_) if group.has_default(self.configuration, "log_group_class") => Value::Known(None),
            class => class,
        };
        let deletion_protected = match attributes.switch("deletion_protection_enabled") {
            Value::Unknown(_) if group.has_default(self.configuration, "deletion_protection_enabled") => Value::Known(false),
            protected => protected,
        };
        LogGroup {
            address: shown(group),
            retention_days,
            encrypted,
            class: class.map(|class| class.unwrap_or_else(|| "STANDARD".to_owned())),
            deletion_protected,
            metric_filters: self.filters.metric_filters(group, assumed),
            subscriptions: self.filters.subscriptions(group, assumed),
            basis,
        }
    }
}

fn shown(object: &Object) -> String {
    format!("`{}`", object.attributes.address)
}

fn through(cluster: &Object) -> String {
    format!("which log group is that of `{}`", cluster.attributes.address)
}

/// Log groups that cannot be told apart by what counts: their addresses do not.
struct Alike(LogGroup);

impl PartialEq for Alike {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (&self.0, &other.0);
        let settings = |group: &LogGroup| {
            (group.retention_days.clone(), group.encrypted.clone(), group.class.clone(), group.deletion_protected.clone())
        };
        // What is attached is compared without addresses too.
        fn same<T: PartialEq>(one: &[crate::resources::Attached<T>], two: &[crate::resources::Attached<T>]) -> bool {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| (one.perhaps, &one.thing) == (two.perhaps, &two.thing))
        }
        settings(one) == settings(two) && same(&one.metric_filters, &two.metric_filters) && same(&one.subscriptions, &two.subscriptions)
    }
}
