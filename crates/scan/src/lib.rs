//! Reads the Neptune clusters of one AWS account and Region, and judges them.
//!
//! The function that AWS Config invokes and the command `neptune-audit` both read with this crate: they bring settings and credentials,
//! and get verdicts. Nothing here writes to AWS.
//!
//! The modules, in reading order:
//!
//! - [`scan`] reads what a verdict needs and no more; [`listing`] looks things up in what is still being read.
//! - [`neptune`] and [`logs`] make the calls and give back plain facts; [`paging`] says when a listing is whole, and [`seen`] what came
//!   by already.
//! - [`connection`] makes the clients, with the machine's `roots`; [`role`] gives the credentials of another account; [`interceptors`]
//!   count their calls and refuse what is cut off; [`error`] is what can go wrong.

pub mod connection;
pub mod error;
pub mod interceptors;
pub mod listing;
pub mod logs;
pub mod neptune;
pub mod paging;
pub mod role;
mod roots;
pub mod scan;
pub mod seen;
