//! What is made in one world.

use super::declared::Resource;
use super::evaluate::Evaluator;

/// The resources of a template in one world.
pub(super) struct Made<'a> {
    /// Evaluates in that world.
    pub(super) evaluator: &'a Evaluator<'a>,
}

impl<'a> Made<'a> {
    /// Whether a resource is made: its condition holds.
    pub(super) fn is_made(&self, resource: &Resource) -> bool {
        resource.condition.as_deref().is_none_or(|condition| self.evaluator.condition(condition))
    }

    /// Resources of these types; conditions are asked only of those that matter.
    pub(super) fn of(&self, kinds: &'static [&'static str]) -> impl Iterator<Item = &'a Resource> {
        self.evaluator.template.of(kinds)
    }
}
