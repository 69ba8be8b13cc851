//! Reads CloudFormation templates.

mod declared;
mod document;
mod evaluate;
mod json;
mod linking;
mod text;
mod world;
mod yaml;

pub use document::{Place, Unreadable};
pub use evaluate::Given;
