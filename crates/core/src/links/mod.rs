//! The links of the audit trail, one file each: what the facts about a cluster mean.
//!
//! A link is a function from a [`Question`] to an [`Outcome`]. A new one costs its file, a line in [`LINKS`] and a field of the facts.

mod attributed;
mod exported;
mod flowing;
mod forwarded;
mod generated;
mod guarded;
mod in_effect;
mod kept;
mod outcome;
mod protected;
mod question;
pub mod representatives;
mod watched;

use std::fmt;

pub use generated::parameter;
pub use outcome::{Outcome, Read};
pub use question::Question;

use crate::finding::Code;

/// The trail from the engine to the reader, in the order in which a log event travels it.
pub const LINKS: [Link; 10] = [
    Link { name: "generated", codes: &[Code::ParameterOff], check: generated::check },
    Link { name: "in_effect", codes: &[Code::NotInEffect], check: in_effect::check },
    Link { name: "attributed", codes: &[Code::CallerUnknown], check: attributed::check },
    Link { name: "exported", codes: &[Code::ExportOff, Code::ExportPending], check: exported::check },
    Link { name: "kept", codes: &[Code::LogGroupMissing, Code::RetentionTooShort, Code::RetentionTooLong], check: kept::check },
    Link { name: "protected", codes: &[Code::NotEncrypted], check: protected::check },
    Link { name: "guarded", codes: &[Code::Deletable], check: guarded::check },
    Link { name: "watched", codes: &[Code::NotWatched], check: watched::check },
    Link { name: "forwarded", codes: &[Code::NotForwarded], check: forwarded::check },
    Link { name: "flowing", codes: &[Code::Silent], check: flowing::check },
];

/// One link of the trail.
#[derive(Clone, Copy)]
pub struct Link {
    /// As reports write it.
    pub name: &'static str,
    /// The ways in which it can be broken. Every link that rests on the log group can also be broken by not having one.
    pub codes: &'static [Code],
    check: fn(&Question<'_>) -> Outcome,
}

impl Link {
    /// Asks it.
    pub fn check(&self, question: &Question<'_>) -> Outcome {
        (self.check)(question)
    }
}

impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests;
