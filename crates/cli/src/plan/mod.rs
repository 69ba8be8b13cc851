//! Judges Terraform plans.

mod address;
mod attributes;
mod configuration;
mod document;
mod objects;
mod references;
