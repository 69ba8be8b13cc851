//! The subscription and metric filters of a log group.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::configuration::Configuration;
use super::index::{Index, Leading, perhaps, told_apart};
use super::objects::{Kind, Object};
use super::references::{References, Wanted};
use crate::report::Basis;
use crate::resources::{Attached, Subscription, Value};

/// A log group's `arn` is none of its names.
const LOG_GROUP: Wanted = Wanted { kind: "aws_cloudwatch_log_group", attributes: &["name", "id"], within: false };

/// What is attached to log groups.
pub(super) struct Filters<'a> {
    objects: &'a [Object],
    references: &'a References<'a>,
    subscriptions: Index,
    metric_filters: Index,
    known_subscriptions: Known<Subscription>,
    known_metric_filters: Known<()>,
}

/// What a list of filters comes to for log groups in one place. The lists are shared by many log groups and may be long.
type Known<T> = RefCell<HashMap<(*const usize, String), Rc<Vec<Attached<T>>>>>;

impl<'a> Filters<'a> {
    pub(super) fn new(objects: &'a [Object], configuration: &'a Configuration<'a>, references: &'a References<'a>) -> Self {
        let index = |kind| Index::new(objects, kind, "log_group_name", Some(LOG_GROUP), configuration, references);
        Self {
            objects,
            references,
            subscriptions: index(Kind::SubscriptionFilter),
            metric_filters: index(Kind::MetricFilter),
            known_subscriptions: RefCell::default(),
            known_metric_filters: RefCell::default(),
        }
    }

    /// The subscription filters of a log group, certain or not. `assumed` is its name, where that follows from what it belongs to.
    pub(super) fn subscriptions(&self, group: &Object, assumed: Option<&str>) -> Vec<Attached<Subscription>> {
        let unknown = |name: String| {
            let text = Value::Unknown(name.clone());
            Subscription { destination: text.clone(), pattern: text, selection: Value::Unknown(name) }
        };
        self.attached(group, assumed, &self.subscriptions, &self.known_subscriptions, subscription, unknown)
    }

    /// The metric filters of a log group, certain or not.
    pub(super) fn metric_filters(&self, group: &Object, assumed: Option<&str>) -> Vec<Attached<()>> {
        self.attached(group, assumed, &self.metric_filters, &self.known_metric_filters, |_| (), |_| ())
    }

    fn attached<T: Clone + PartialEq>(
        &self,
        group: &Object,
        assumed: Option<&str>,
        index: &Index,
        known: &Known<T>,
        make: fn(&Object) -> T,
        unknown: impl Fn(String) -> T,
    ) -> Vec<Attached<T>> {
        let one = |position: &usize, unclear: bool, basis: Basis| {
            let filter = self.objects.get(*position)?;
            let perhaps = perhaps(group, filter)? || unclear;
            Some(Attached { address: format!("`{}`", filter.attributes.address), perhaps, basis, thing: make(filter) })
        };
        let mut attached = Vec::new();
        let own = group.attributes.text("name");
        let own = own.get().and_then(Option::as_deref);
        let basis = if own.is_some() { Basis::Value } else { Basis::Reference };
        if let Some(name) = own.or(assumed) {
            attached.extend(index.named(&group.scope.provider, name).iter().filter_map(|position| one(position, false, basis)));
        }
        let sets = self.references.sets_of(&group.address);
        attached.extend(index.referring(&sets).iter().filter_map(|position| one(position, false, Basis::Reference)));

        // Long lists are looked at once for all log groups in one place, and what cannot be told apart counts once.
        let summed_up = |list: &[usize], is_enough: bool| -> Rc<Vec<Attached<T>>> {
            let key = (list.as_ptr(), group.scope.key());
            if let Some(known) = known.borrow().get(&key) {
                return Rc::clone(known);
            }
            let apart = told_apart(list.iter().filter_map(|position| one(position, false, Basis::Reference)));
            let mut apart = apart.unwrap_or_else(|| {
                let name = list.first().and_then(|position| self.objects.get(*position)).map(|filter| filter.attributes.address.as_str());
                let name = format!("`{}` and others like it", name.unwrap_or_default());
                vec![Attached { address: name.clone(), perhaps: true, basis: Basis::Reference, thing: unknown(name) }]
            });
            // There is one for each log group, and they are all the same: then it does not matter which is whose.
            let is_sure = is_enough && apart.len() == 1;
            for one in &mut apart {
                one.perhaps |= !is_sure;
            }
            let apart = Rc::new(apart);
            known.borrow_mut().insert(key, Rc::clone(&apart));
            apart
        };
        for leading in index.sharing(&sets) {
            let Leading { torn, .. } = leading;
            attached.extend(summed_up(leading.shared(), leading.is_enough(1)).iter().cloned());
            attached.extend(summed_up(torn, false).iter().cloned());
        }
        attached.extend(summed_up(index.loose(&group.scope.provider), false).iter().cloned());
        attached
    }
}

fn subscription(filter: &Object) -> Subscription {
    let attributes = &filter.attributes;
    // A blank pattern is a text too, and the one that counts.
    let text = |attribute: &str| attributes.text(attribute).map(Option::unwrap_or_default);
    Subscription {
        destination: text("destination_arn"),
        pattern: text("filter_pattern"),
        selection: attributes.text("field_selection_criteria"),
    }
}
