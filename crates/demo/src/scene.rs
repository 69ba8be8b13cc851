//! One scene of the story: what it is called, which event it sends, and which tag says what must come out.

/// A scene in which one event is about every cluster of an account.
pub(crate) struct Schedule {
    pub(crate) title: &'static str,
    pub(crate) told: &'static str,
    pub(crate) event: &'static str,
    pub(crate) account: &'static str,
    /// The tag of each cluster that says what is expected of it.
    pub(crate) tag: &'static str,
}
