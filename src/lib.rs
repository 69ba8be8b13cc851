//! A custom AWS Config rule: for each Amazon Neptune cluster, is there an audit trail in CloudWatch Logs, and will it be there when
//! somebody needs it?
//!
//! One event is one straight line:
//!
//! ```text
//! event → Invocation → facts (reads AWS) → verdict (pure) → evaluation → PutEvaluations (writes AWS)
//! ```
//!
//! It reads in three jumps: [`event::Invocation::parse`], `judge` of `neptune_audit_scan::scan::Scan`, and the session's report. What is
//! decided is in `neptune_audit_core`; the command `neptune-audit` reads and decides with the same two crates.
//!
//! The modules, in reading order:
//!
//! - [`rule`] tells the story of one event, in a `session` with its account open; `schedule` is its chapter about every cluster of an
//!   account, with `progress` to count and [`recorded`] for what AWS Config knows already.
//! - [`event`] and [`parameters`] turn what AWS Config sends into what it means, once.
//! - [`evaluation`] puts a verdict, or why the rule is [`not_applicable`], into the words of AWS Config, [`annotation`] into one text of
//!   256 characters.
//! - [`aws`] has the function's settings, other accounts, and AWS Config; [`account`] and [`resource`] are the names that it all needs.
//! - [`deadline`] says until when; [`error`] is what can go wrong; [`signals`] is what the function logs.

pub mod account;
pub mod annotation;
pub mod aws;
pub mod deadline;
pub mod error;
pub mod evaluation;
pub mod event;
pub mod not_applicable;
pub mod parameters;
mod progress;
pub mod recorded;
pub mod resource;
pub mod rule;
mod schedule;
mod session;
pub mod signals;
