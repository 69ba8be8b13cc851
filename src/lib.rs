//! A custom AWS Config rule: for each Amazon Neptune cluster, is there an audit trail in CloudWatch Logs, and will it be there when
//! somebody needs it?
//!
//! One event is one straight line:
//!
//! ```text
//! event → Invocation → facts (reads AWS) → verdict (pure) → evaluation → PutEvaluations (writes AWS)
//! ```
//!
//! The modules, in reading order:
//!
//! - [`rule`] tells the story of one event; [`schedule`] is its chapter about every cluster of an account, [`recorded`] about what AWS
//!   Config knows already.
//! - [`event`] and [`parameters`] turn what AWS Config sends into what it means, once.
//! - [`facts`] is what AWS says of a cluster; [`links`] is what that means, one file for each link of the audit trail.
//! - [`verdict`] sums the links up; [`report`] puts the verdict into the words of AWS Config.
//! - [`aws`] talks to AWS; [`listing`] looks things up in what is still being read; [`deadline`] says until when.
//! - [`error`] is what can go wrong; [`signals`] is what the function logs.

pub mod aws;
pub mod deadline;
pub mod error;
pub mod event;
pub mod facts;
pub mod links;
pub mod listing;
pub mod parameters;
pub mod recorded;
pub mod report;
pub mod rule;
pub mod schedule;
pub mod signals;
pub mod verdict;
