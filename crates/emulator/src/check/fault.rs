//! Faults that a program injects: one that can never strike must not be taken for one that did.

use super::error::FleetError;
use super::place::Place;
use super::words;
use crate::world::faults::{ErrorAnswer, Fault, FaultKind};

impl Fault {
    /// Reads a fault from JSON, and refuses what makes no sense.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self, FleetError> {
        let fault: Self = serde_json::from_slice(json).map_err(FleetError::Json)?;
        let top = Place::default();
        top.field("action").check(&fault.action, words::ACTIONS)?;
        top.field("account").check_some(fault.account.as_ref(), words::ACCOUNT)?;
        let status = match &fault.kind {
            FaultKind::Status(status) | FaultKind::Error(ErrorAnswer { status, .. }) => *status,
            _ => 200,
        };
        if !(200..=599).contains(&status) {
            return Err(top.field("kind").refuse(format!("`{status}` is not an HTTP status from 200 to 599")));
        }
        Ok(fault)
    }
}
