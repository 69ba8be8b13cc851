//! Whether two texts are the same, as far as they are known.

use std::collections::VecDeque;

use super::text::{Part, Text, Token};

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
        Self(text.parts().iter().map(piece).collect())
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
