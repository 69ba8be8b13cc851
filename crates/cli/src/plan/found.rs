//! Where the references of an expression lead, as far as a plan tells.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::work;

/// Where the references of an expression lead.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Objects by their position in the plan, in sets that may be large and shared.
    pub(super) sets: Vec<Rc<[usize]>>,
    /// References that lead to something else.
    pub(super) stops: BTreeSet<String>,
    /// Whether an expression without references is among them, whose value may not be known either.
    pub(super) opaque: bool,
    /// Whether it may be `null` instead, or something of which a plan shows nothing: several things go into it.
    pub(super) or_nothing: bool,
    /// Whether something that is `null` is among them.
    pub(super) null: bool,
    /// Whether something that is known is among them.
    pub(super) known: bool,
}

impl Found {
    pub(super) fn null() -> Self {
        Self { null: true, ..Self::default() }
    }

    pub(super) fn known() -> Self {
        Self { known: true, ..Self::default() }
    }

    /// The objects, each once.
    pub(super) fn objects(&self) -> BTreeSet<usize> {
        self.sets.iter().flat_map(|set| set.iter().copied()).inspect(|_| work::step()).collect()
    }

    /// Whether it can only be unknown because it is `null`: nothing else is among what it is made of. With something that is known it may
    /// be made by a function like `timestamp`, of which a plan shows nothing.
    pub(super) fn is_null(&self) -> bool {
        self.null && !self.known && self.leads_nowhere()
    }

    /// Whether nothing is among it that is not known.
    pub(super) fn leads_nowhere(&self) -> bool {
        self.sets.iter().all(|set| set.is_empty()) && self.stops.is_empty() && !self.opaque
    }

    pub(super) fn merge(&mut self, other: Self) {
        for set in other.sets {
            if !self.sets.iter().any(|known| Rc::ptr_eq(known, &set)) {
                self.sets.push(set);
            }
        }
        self.stops.extend(other.stops);
        self.opaque |= other.opaque;
        self.or_nothing |= other.or_nothing;
        self.null |= other.null;
        self.known |= other.known;
    }
}
