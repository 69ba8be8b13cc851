//! When a listing that comes in pages is whole.

use crate::error::CallError;

/// Whether a paged answer says that there is more.
pub fn has_more(token: Option<&str>) -> bool {
    token.is_some_and(|token| !token.is_empty())
}

/// Whether a listing was read to its end: the SDK also stops where AWS gives it the same token twice.
///
/// # Errors
/// When the last page that came said that there is more.
pub fn whole(more: bool, action: &'static str, on: impl Into<String>) -> Result<(), CallError> {
    if more {
        return Err(CallError::incomplete(action, on, "the answer points to the page just read, so the rest cannot be read"));
    }
    Ok(())
}
