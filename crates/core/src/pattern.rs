//! A text in which `*` stands for any run of characters.

/// A text in which `*` stands for any run of characters, an empty one included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Any text is a pattern.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether the whole of `text` fits.
    pub fn matches(&self, text: &str) -> bool {
        let Some((start, rest)) = self.0.split_once('*') else {
            return self.0 == text;
        };
        let Some(mut left) = text.strip_prefix(start) else {
            return false;
        };
        // Each part between two stars may take its first place: what is left over then is longest.
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        for part in middle.split('*') {
            let Some((_, after)) = left.split_once(part) else {
                return false;
            };
            left = after;
        }
        left.ends_with(end)
    }

    /// A text that fits: without what the stars may stand for.
    pub fn example(&self) -> String {
        self.0.replace('*', "")
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, fits) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a*", "abc", true),
            ("a*", "ba", false),
            ("*c", "abc", true),
            ("*c", "abcd", false),
            ("a*c", "ac", true),
            ("ab*bc", "abc", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1c", false),
            ("**", "x", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), fits, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_made_from_a_text_fits_it(pieces in proptest::collection::vec("[ab:]{0,4}", 1..6), gaps in proptest::collection::vec("[ab:]{0,4}", 6)) {
            let mut text = String::new();
            for (piece, gap) in pieces.iter().zip(&gaps) {
                text.push_str(piece);
                if !std::ptr::eq(piece, &pieces[pieces.len() - 1]) {
                    text.push_str(gap);
                }
            }
            prop_assert!(Pattern::new(&pieces.join("*")).matches(&text));
        }
    }
}
