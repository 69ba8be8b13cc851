//! The organization that the accounts of a fleet belong to.

use serde::{Deserialize, Serialize};

use super::fictional::HOME_ACCOUNT;

/// An organization of AWS Organizations, with every account of the fleet in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Organization {
    /// The organization's id.
    pub id: String,
    /// The account that may list the others.
    pub management_account: String,
    /// Other accounts that may.
    pub delegated_administrators: Vec<String>,
    /// How it tells the state of an account.
    pub shown_state: ShownState,
    /// So many pages without an account come first, each with a token for the next.
    pub empty_pages: usize,
}

/// AWS Organizations gave accounts a `State` in September 2025, and retires `Status` a year later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownState {
    /// `State` and `Status`.
    #[default]
    Both,
    /// `State` alone.
    State,
    /// `Status` alone.
    Status,
}

impl Default for Organization {
    fn default() -> Self {
        Self {
            id: "o-exampleorg1".into(),
            management_account: HOME_ACCOUNT.into(),
            delegated_administrators: Vec::new(),
            shown_state: ShownState::Both,
            empty_pages: 0,
        }
    }
}
