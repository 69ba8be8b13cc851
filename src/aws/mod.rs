//! Talking to AWS as the function: its settings and credentials, other accounts, and AWS Config.

pub mod accounts;
pub mod config;
pub mod settings;
