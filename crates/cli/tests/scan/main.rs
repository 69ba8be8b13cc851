//! `neptune-audit scan` through the wire: the real binary, and the emulator for AWS.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops with a panic"
)]

mod agreement;
mod login;
mod output;
mod places;
mod read_only;
mod stage;
