//! A text of which some parts are known only after the deployment: `/aws/neptune/${Cluster}/audit`.

use std::fmt;
use std::rc::Rc;

/// Something whose value is not known. The same token is the same value, whatever that is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Token {
    /// The name that CloudFormation makes up for a resource.
    Name(Rc<str>),
    /// An attribute of a resource.
    Attribute(Rc<str>, Rc<str>),
    /// A parameter.
    Parameter(Rc<str>),
    /// What else is not known, as it is written in the template.
    Other(Rc<str>),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(resource) => write!(f, "the name of `{resource}`"),
            Self::Attribute(resource, attribute) => write!(f, "`{resource}.{attribute}`"),
            Self::Parameter(name) => write!(f, "parameter `{name}`"),
            Self::Other(written) => write!(f, "`{}`", written.replace('`', "")),
        }
    }
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    /// Known; never empty.
    Known(String),
    /// Not known.
    Token(Token),
}

/// A text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Text {
    parts: Vec<Part>,
    /// Whether a part of it comes from a parameter with `NoEcho`.
    pub(super) sensitive: bool,
}

impl Text {
    /// A text that is known.
    pub(super) fn known(text: &str) -> Self {
        let mut known = Self::default();
        known.push_str(text);
        known
    }

    /// A text that is not.
    pub(super) fn token(token: Token) -> Self {
        Self { parts: vec![Part::Token(token)], sensitive: false }
    }

    /// The same, to be shown to nobody, or to everybody.
    pub(super) fn hidden(mut self, sensitive: bool) -> Self {
        self.sensitive = sensitive;
        self
    }

    /// The whole of it, where that is known.
    pub(super) fn get(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Known(text)] => Some(text),
            _ => None,
        }
    }

    /// The first token, which keeps it from being known.
    pub(super) fn first_token(&self) -> Option<&Token> {
        self.tokens().next()
    }

    /// All of its tokens.
    pub(super) fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.parts.iter().filter_map(|part| match part {
            Part::Token(token) => Some(token),
            Part::Known(_) => None,
        })
    }

    /// How it begins, as far as that is known.
    pub(super) fn beginning(&self) -> &str {
        match self.parts.first() {
            Some(Part::Known(text)) => text,
            _ => "",
        }
    }

    /// Its pieces.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Adds a text that is known.
    pub(super) fn push_str(&mut self, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Known(last)) => last.push_str(text),
            _ => self.parts.push(Part::Known(text.to_owned())),
        }
    }

    /// Adds another text.
    pub(super) fn push(&mut self, other: &Self) {
        self.sensitive |= other.sensitive;
        for part in &other.parts {
            match part {
                Part::Known(text) => self.push_str(text),
                token @ Part::Token(_) => self.parts.push(token.clone()),
            }
        }
    }

    /// In lower case, as Neptune stores names. A token stays the token: what CloudFormation makes up for a cluster is in lower case.
    pub(super) fn to_lowercase(&self) -> Self {
        let lower = |part: &Part| match part {
            Part::Known(text) => Part::Known(text.to_ascii_lowercase()),
            token @ Part::Token(_) => token.clone(),
        };
        Self { parts: self.parts.iter().map(lower).collect(), sensitive: self.sensitive }
    }
}

/// As a template would write it.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sensitive {
            return f.write_str("(not shown)");
        }
        for part in &self.parts {
            match part {
                Part::Known(text) => f.write_str(text)?,
                Part::Token(Token::Name(name) | Token::Parameter(name)) => write!(f, "${{{name}}}")?,
                Part::Token(Token::Attribute(resource, attribute)) => write!(f, "${{{resource}.{attribute}}}")?,
                Part::Token(Token::Other(written)) => f.write_str(written)?,
            }
        }
        Ok(())
    }
}
