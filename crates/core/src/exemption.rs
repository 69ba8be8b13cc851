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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_key_of_1_to_128_characters_and_a_value_of_at_most_256() {
        let (key, value) = ("é".repeat(128), "é".repeat(256));
        for (text, is_tag) in [
            (key.clone(), true),
            (format!("{key}x"), false),
            (format!("{key}={value}"), true),
            (format!("{key}={value}x"), false),
            (format!("{key}x={value}"), false),
            ("k=".to_owned(), true),
            ("=value".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(ExemptTag::parse(&text).is_some(), is_tag, "{text}");
        }
        assert_eq!(ExemptTag::parse("k=v=w"), Some(ExemptTag { key: "k".to_owned(), value: Some("v=w".to_owned()) }));
        assert_eq!(ExemptTag::parse("k"), Some(ExemptTag { key: "k".to_owned(), value: None }));
    }

    #[test]
    fn an_exemption_names_the_tag_with_its_value_if_it_has_one() {
        let tagged = |value: &str| Exemption::Tagged(Tag { key: "audit".to_owned(), value: value.to_owned() }).to_string();
        assert_eq!(tagged("no"), "its tag audit=no exempts it");
        assert_eq!(tagged(""), "its tag audit exempts it");
        assert_eq!(Exemption::BeingDeleted.to_string(), "it is being deleted");
    }
}
