//! The emulator as a program: `serve` for experiments and tests in other languages, `invoke` for one event.

fn main() {}
