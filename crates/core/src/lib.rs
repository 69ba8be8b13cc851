//! Decides whether the audit trail of an Amazon Neptune cluster is whole: facts in, verdict out.
//!
//! Nothing here reads, prints or waits; it is plain data and functions on the standard library alone. The function that AWS Config
//! invokes and the command `neptune-audit` decide with this crate, so that they cannot disagree.
//!
//! The modules, in reading order:
//!
//! - [`facts`] is what AWS says of a cluster, [`selection`] which log groups a policy of the account is for; [`requirements`] is what the
//!   rule's parameters ask, with one table of them all, and [`pattern`] a text with stars.
//! - [`links`] is what the facts mean, one file for each link of the audit trail; [`finding`] is what a broken one says, [`remedy`] what
//!   to do about it.
//! - [`exemption`] says why a cluster is not held against all this; [`verdict`] sums the links up, and tells which reads could still change the outcome.
//! - [`wording`] puts a verdict into one text, the same for everybody who reports it, which says nothing twice ([`once`]).
//! - [`forecast`] judges what is not there yet: every world that the unknown values allow.
//! - `examples`, a feature for tests, has the healthy cluster that each of them breaks.

#[cfg(feature = "examples")]
pub mod examples;
pub mod exemption;
pub mod facts;
pub mod finding;
pub mod forecast;
pub mod links;
pub mod once;
pub mod pattern;
pub mod remedy;
pub mod requirements;
pub mod selection;
pub mod verdict;
pub mod wording;
