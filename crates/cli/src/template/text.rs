//! A text of which some parts are known only after the deployment: `/aws/neptune/${Cluster}/audit`.

use std::collections::VecDeque;
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

/// Whether two texts are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    /// Whatever their tokens are.
    Yes,
    /// It depends on their tokens.
    Perhaps,
    /// Whatever their tokens are, they are not.
    No,
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

    /// Whether it is the same as another. What is equal at both ends does not matter; what is left tells.
    pub(super) fn same(&self, other: &Self) -> Same {
        let (mut one, mut two) = (Rest::of(self), Rest::of(other));
        for end in [End::First, End::Last] {
            while let (Some(first), Some(second)) = (one.piece(end), two.piece(end)) {
                let (first, second) = match (first, second) {
                    (Piece::Text(first), Piece::Text(second)) => match end.common(first, second) {
                        0 => return Same::No,
                        common => (common, common),
                    },
                    (Piece::Token(first), Piece::Token(second)) if first == second => (0, 0),
                    _ => break,
                };
                one.pass(end, first);
                two.pass(end, second);
            }
        }
        // A letter that nothing is left to stand against makes them differ; a token may be empty.
        match (one.only(), two.only()) {
            _ if one.is_empty() && two.is_empty() => Same::Yes,
            _ if one.is_empty() && two.has_letter() || two.is_empty() && one.has_letter() => Same::No,
            // CloudFormation makes up a name of its own for each resource.
            (Some(Piece::Token(Token::Name(one))), Some(Piece::Token(Token::Name(two)))) if one != two => Same::No,
            _ => Same::Perhaps,
        }
    }
}

/// One of the two ends of a text.
#[derive(Clone, Copy, PartialEq)]
enum End {
    First,
    Last,
}

impl End {
    /// How many bytes of two texts are the same here.
    fn common(self, one: &str, two: &str) -> usize {
        let same = |letters: (char, char)| (letters.0 == letters.1).then_some(letters.0.len_utf8());
        match self {
            Self::First => one.chars().zip(two.chars()).map_while(same).sum(),
            Self::Last => one.chars().rev().zip(two.chars().rev()).map_while(same).sum(),
        }
    }
}

/// Text that is known, or a token.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    Token(&'a Token),
}

/// What is left of a text.
struct Rest<'a>(VecDeque<Piece<'a>>);

impl<'a> Rest<'a> {
    fn of(text: &'a Text) -> Self {
        let piece = |part: &'a Part| match part {
            Part::Known(text) => Piece::Text(text),
            Part::Token(token) => Piece::Token(token),
        };
        Self(text.parts.iter().map(piece).collect())
    }

    fn piece(&self, end: End) -> Option<Piece<'a>> {
        if end == End::First { self.0.front() } else { self.0.back() }.copied()
    }

    /// Leaves out so many bytes of text at an end, or a token.
    fn pass(&mut self, end: End, bytes: usize) {
        let piece = if end == End::First { self.0.front_mut() } else { self.0.back_mut() };
        if let Some(Piece::Text(text)) = piece {
            let rest = match end {
                End::First => text.get(bytes..),
                End::Last => text.get(..text.len().saturating_sub(bytes)),
            };
            *text = rest.unwrap_or_default();
            if !text.is_empty() {
                return;
            }
        }
        if end == End::First {
            self.0.pop_front()
        } else {
            self.0.pop_back()
        };
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has_letter(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Text(_)))
    }

    /// The one piece that is left, where it is one.
    fn only(&self) -> Option<Piece<'a>> {
        if self.0.len() == 1 { self.0.front().copied() } else { None }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(written: &str) -> Text {
        let mut text = Text::default();
        for letter in written.chars() {
            if letter.is_ascii_uppercase() {
                text.push(&Text::token(Token::Parameter(letter.to_string().into())));
            } else {
                text.push_str(&letter.to_string());
            }
        }
        text
    }

    #[test]
    fn texts_are_compared_as_far_as_they_are_known() {
        for (one, two, same) in [
            ("abc", "abc", Same::Yes),
            ("abc", "abd", Same::No),
            ("aXb", "aXb", Same::Yes),
            ("aXb", "aXc", Same::No),
            ("aXb", "cXb", Same::No),
            ("aXb", "aYb", Same::Perhaps),
            ("X", "abc", Same::Perhaps),
            ("aX", "a", Same::Perhaps),
            ("aXb", "a", Same::No),
            ("", "X", Same::Perhaps),
            ("", "Xa", Same::No),
            ("/aws/neptune/X/audit", "/aws/neptune/X/slowquery", Same::No),
            ("/aws/neptune/X/audit", "/aws/lambda/Y", Same::No),
            ("XY", "YX", Same::Perhaps),
        ] {
            assert_eq!(text(one).same(&text(two)), same, "{one} {two}");
            assert_eq!(text(two).same(&text(one)), same, "{two} {one}");
        }
    }

    proptest! {
        /// Whatever is put in for the tokens, an answer that is sure is right.
        #[test]
        fn a_sure_answer_holds_for_all_values(one in "[abXY]{0,6}", two in "[abXY]{0,6}", x in "[ab]{0,3}", y in "[ab]{0,3}") {
            let fill = |written: &str| written.replace('X', &x).replace('Y', &y);
            match text(&one).same(&text(&two)) {
                Same::Yes => prop_assert_eq!(fill(&one), fill(&two)),
                Same::No => prop_assert_ne!(fill(&one), fill(&two)),
                Same::Perhaps => {}
            }
        }
    }
}
