//! Finds what belongs to an object, by name or by reference, without comparing everything with everything.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::configuration::Configuration;
use super::found::Found;
use super::objects::{Fate, Kind, Object, Together};
use super::references::{References, Wanted};
use super::work;
use crate::resources::{Attached, Value};

/// How many things that may belong to an object are told apart. More are as good as anything.
const MOST_KINDS: usize = 16;

/// Objects of one type that name objects of another.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_name: HashMap<(String, String), Vec<usize>>,
    /// By the set that a reference leads to. Shared by all objects of a resource, so that the sum of these lists is small.
    by_set: HashMap<*const usize, Leading>,
    /// Those of whose name nobody can tell anything, by provider configuration.
    loose: HashMap<String, Vec<usize>>,
}

/// What refers to a set of objects.
#[derive(Debug)]
pub(super) struct Leading {
    /// The set; it is kept alive for its address.
    set: Rc<[usize]>,
    /// What refers to one of it, and to nothing else.
    pub(super) objects: Vec<usize>,
    /// What refers to one of it, or to one of another set.
    pub(super) torn: Vec<usize>,
}

impl Index {
    /// Of the objects of one type, by an attribute that is the name of what they belong to.
    pub(super) fn new(
        objects: &[Object],
        kind: Kind,
        attribute: &'static str,
        wanted: Option<Wanted>,
        configuration: &Configuration<'_>,
        references: &References<'_>,
    ) -> Self {
        let mut index = Self::default();
        for (position, object) in objects.iter().enumerate() {
            if object.kind != kind || matches!(object.fate, Fate::Goes(_)) {
                continue;
            }
            let provider = object.scope.provider.clone();
            match object.attributes.text(attribute) {
                Value::Known(Some(name)) | Value::Sensitive(Some(name)) if object.fate == Fate::Stays => {
                    index.by_name.entry((provider, name)).or_default().push(position);
                }
                Value::Known(None) | Value::Sensitive(None) => {}
                // AWS or the provider makes up a name, and it is not one that anybody asks for.
                _ if object.has_default(configuration, attribute) => {}
                _ => {
                    let found = wanted.filter(|_| object.fate == Fate::Stays);
                    let found = found.map(|wanted| references.follow(&object.address, attribute, wanted));
                    match found {
                        Some(found) if found.stops.is_empty() && found.sets.iter().any(|set| !set.is_empty()) => {
                            index.refer(position, &found)
                        }
                        _ => index.loose.entry(provider).or_default().push(position),
                    }
                }
            }
        }
        index
    }

    fn refer(&mut self, position: usize, found: &Found) {
        let is_torn = found.sets.len() > 1 || found.or_nothing;
        for set in &found.sets {
            let empty = || Leading { set: Rc::clone(set), objects: Vec::new(), torn: Vec::new() };
            let leading = self.by_set.entry(set.as_ptr()).or_insert_with(empty);
            if is_torn { leading.torn.push(position) } else { leading.objects.push(position) }
        }
    }

    /// Those with a name that is known.
    pub(super) fn named(&self, provider: &str, name: &str) -> &[usize] {
        self.by_name.get(&(provider.to_owned(), name.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Those that may have any name.
    pub(super) fn loose(&self, provider: &str) -> &[usize] {
        self.loose.get(provider).map_or(&[], Vec::as_slice)
    }

    /// Those that refer to one object and no other.
    pub(super) fn referring(&self, sets: &[Rc<[usize]>]) -> Vec<usize> {
        let mut seen = HashSet::new();
        let alone = self.leading(sets).filter(|leading| leading.set.len() == 1);
        alone.flat_map(|leading| &leading.objects).copied().filter(|position| seen.insert(*position)).collect()
    }

    /// Those that refer to one of several objects, and nobody knows to which.
    pub(super) fn sharing<'i>(&'i self, sets: &'i [Rc<[usize]>]) -> impl Iterator<Item = &'i Leading> {
        self.leading(sets).filter(|leading| leading.set.len() > 1 || !leading.torn.is_empty())
    }

    fn leading<'i>(&'i self, sets: &'i [Rc<[usize]>]) -> impl Iterator<Item = &'i Leading> {
        sets.iter().filter_map(|set| self.by_set.get(&set.as_ptr()))
    }
}

impl Leading {
    /// Those of whom one may belong to an object of the set. One that belongs to it alone is not among them.
    pub(super) fn shared(&self) -> &[usize] {
        if self.set.len() > 1 { &self.objects } else { &[] }
    }

    /// Whether there are enough of them for each object of the set to have that many.
    pub(super) fn is_enough(&self, each: usize) -> bool {
        self.shared().len() >= self.set.len().saturating_mul(each)
    }
}

/// Things that cannot be told apart, once each; nothing where there are too many different ones.
pub(super) fn distinct<T: PartialEq>(things: impl IntoIterator<Item = T>) -> Option<Vec<T>> {
    let mut distinct = Vec::new();
    for thing in things {
        work::step();
        if !distinct.contains(&thing) {
            if distinct.len() == MOST_KINDS {
                return None;
            }
            distinct.push(thing);
        }
    }
    Some(distinct)
}

/// The same for what may belong to something: what differs only in its address counts once.
pub(super) fn told_apart<T: PartialEq>(attached: impl IntoIterator<Item = Attached<T>>) -> Option<Vec<Attached<T>>> {
    let mut apart: Vec<Attached<T>> = Vec::new();
    for one in attached {
        work::step();
        if !apart.iter().any(|known| (known.perhaps, known.basis, &known.thing) == (one.perhaps, one.basis, &one.thing)) {
            if apart.len() == MOST_KINDS {
                return None;
            }
            apart.push(one);
        }
    }
    Some(apart)
}

/// Whether an object lives where another does, as the answer whether it may be meant: nothing where it cannot be.
pub(super) fn perhaps(one: &Object, other: &Object) -> Option<bool> {
    match one.scope.with(&other.scope) {
        Together::Yes => Some(false),
        Together::Perhaps => Some(true),
        Together::No => None,
    }
}
