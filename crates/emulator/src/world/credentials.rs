//! Who signs a request: the home account's function, or whoever assumed a role.

use std::collections::HashMap;

/// Access keys that the emulator hands out begin with this; AWS's temporary ones with `ASIA` too.
pub(crate) const ACCESS_KEY_PREFIX: &str = "ASIAEMULATED";

/// The identity behind an access key.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) arn: String,
    pub(crate) user_id: String,
    pub(crate) access_key: String,
}

impl Caller {
    /// Whoever sent a request whose credentials are refused.
    pub(crate) fn unknown() -> Self {
        Self { account: String::new(), arn: String::new(), user_id: String::new(), access_key: String::new() }
    }

    /// The function, in its account's own role.
    pub(crate) fn function(partition: &str, account: &str, access_key: &str) -> Self {
        Self {
            account: account.to_owned(),
            arn: format!("arn:{partition}:sts::{account}:assumed-role/neptune-audit-rule/neptune-audit-rule"),
            user_id: "AROAEMULATEDFUNCTION1:neptune-audit-rule".into(),
            access_key: access_key.to_owned(),
        }
    }
}

/// Temporary credentials that were handed out.
pub(crate) struct Session {
    pub(crate) caller: Caller,
    pub(crate) token: String,
    /// In milliseconds since 1970.
    pub(crate) expires: i64,
}

/// Why credentials are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The token is not that of the access key.
    Unrecognized,
    Expired,
}

/// The sessions by access key.
#[derive(Default)]
pub(crate) struct Sessions(HashMap<String, Session>);

impl Sessions {
    pub(crate) fn hand_out(&mut self, session: Session) {
        self.0.insert(session.caller.access_key.clone(), session);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whose session an access key belongs to; none where it was not handed out here.
    pub(crate) fn find(&self, access_key: &str, token: Option<&str>, now: i64) -> Result<Option<Caller>, Refused> {
        match self.0.get(access_key) {
            Some(session) if token != Some(&session.token) => Err(Refused::Unrecognized),
            Some(session) if session.expires <= now => Err(Refused::Expired),
            Some(session) => Ok(Some(session.caller.clone())),
            // Handed out by an emulator that is gone.
            None if access_key.starts_with(ACCESS_KEY_PREFIX) => Err(Refused::Expired),
            None => Ok(None),
        }
    }
}
