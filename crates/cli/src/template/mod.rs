//! Reads CloudFormation templates.

mod document;
mod json;
mod yaml;

pub use document::{Place, Unreadable};
