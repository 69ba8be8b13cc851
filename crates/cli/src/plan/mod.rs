//! Judges Terraform plans.

pub mod address;
pub mod attributes;
pub mod configuration;
pub mod document;
pub mod objects;
pub mod references;
