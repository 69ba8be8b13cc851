//! Plans and templates, from the file to the verdict, and through the command itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail by panicking"
)]

mod command;
mod examples;
mod held_out;
mod plan;
mod plan_documents;
mod real_plans;
mod secrets;
mod support;
mod template;
mod template_macros;
mod template_worlds;
mod verdicts;
