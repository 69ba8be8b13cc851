//! Why a cluster is not held against the requirements: it is on its way out, or somebody said so with a tag.

use std::fmt;

use crate::facts::Tag;

/// The tag that exempts a cluster: a key, and a value where it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExemptTag {
    /// The key.
    pub key: String,
    /// The value; `None` is any.
    pub value: Option<String>,
}

impl ExemptTag {
    /// Reads `Key` or `Key=Value`. A key may be as long as AWS allows, which is 128 characters, a value 256.
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/tagging.html>
    pub fn parse(text: &str) -> Option<Self> {
        let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
        let fits = !key.is_empty() && key.chars().count() <= 128 && value.is_none_or(|value| value.chars().count() <= 256);
        fits.then(|| Self { key: key.to_owned(), value: value.map(str::to_owned) })
    }

    /// Whether a tag is the one.
    pub fn matches(&self, tag: &Tag) -> bool {
        tag.key == self.key && self.value.as_ref().is_none_or(|value| *value == tag.value)
    }
}

/// Why a cluster is not held against the requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exemption {
    /// It is being deleted.
    BeingDeleted,
    /// It would be NON_COMPLIANT, and has this tag.
    Tagged(Tag),
}

impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeingDeleted => f.write_str("it is being deleted"),
            Self::Tagged(tag) => write!(f, "its tag {tag} exempts it"),
        }
    }
}
