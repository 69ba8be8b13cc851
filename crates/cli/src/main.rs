//! The command `neptune-audit`.

fn main() {}
