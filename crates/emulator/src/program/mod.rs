//! What the program does, a command in each file.

mod attached;
mod files;
pub mod invoke;
pub mod serve;
