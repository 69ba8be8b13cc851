//! When a listing that comes in pages is whole.

use crate::error::CallError;
use crate::seen::Seen;

/// The tokens of a listing's pages. The SDK follows whatever token it gets: pages in a circle have no end, and where a page points to itself
/// the SDK stops as if that were the last one.
#[derive(Debug)]
pub struct Tokens {
    action: &'static str,
    on: String,
    seen: Seen,
}

impl Tokens {
    /// Of a listing, as its errors name it.
    pub fn new(action: &'static str, on: impl Into<String>) -> Self {
        Self { action, on: on.into(), seen: Seen::default() }
    }

    /// Notes the token of the page that comes next.
    ///
    /// # Errors
    /// When a page before had the same: the rest cannot be read then.
    pub fn follow(&mut self, token: Option<&str>) -> Result<(), CallError> {
        let is_new = token.is_none_or(|token| token.is_empty() || self.seen.insert(token));
        let problem = "the answer points to a page that was read already, so the rest cannot be read";
        is_new.then_some(()).ok_or_else(|| CallError::incomplete(self.action, self.on.as_str(), problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a listing with these tokens can be followed to its end.
    fn ends(tokens: &[&str]) -> bool {
        let mut seen = Tokens::new("a:Call", "something");
        tokens.iter().all(|token| seen.follow(Some(token)).is_ok()) && seen.follow(None).is_ok()
    }

    #[test]
    fn a_listing_ends_where_no_token_comes() {
        assert!(ends(&[]));
        assert!(ends(&["a", "b", "", ""]));
    }

    #[test]
    fn pages_in_a_circle_of_any_size_have_no_end() {
        assert!(!ends(&["a", "a"]));
        assert!(!ends(&["a", "b", "a"]));
        assert!(!ends(&["a", "b", "c", "b"]));
    }
}
