//! What an expression comes to.

use super::text::Text;

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Evaluated {
    /// Nothing: the property is not there.
    Absent,
    /// A text, a number or a switch; or something of whose form nothing is known: then it is a token.
    Text(Text),
    /// A list.
    List(Vec<Evaluated>),
    /// A map.
    Map(Vec<(String, Evaluated)>),
}

impl Evaluated {
    pub(super) fn known(text: &str) -> Self {
        Self::Text(Text::known(text))
    }

    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}
