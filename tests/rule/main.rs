//! The whole rule through the wire: the real binary on the Runtime API, the emulator as AWS, the exact bodies compared.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod stage;

mod accounts;
mod bad_input;
mod cost;
mod faults;
mod links;
mod odd_answers;
mod properties;
mod schedule;
mod settings;
mod signals;
mod triggers;
