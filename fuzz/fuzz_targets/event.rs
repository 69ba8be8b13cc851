//! What AWS Config sends: whatever the text, an invocation or an error that says what is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neptune_audit_rule::event::Invocation;

fuzz_target!(|text: &str| {
    if let Err(error) = Invocation::parse(text) {
        assert!(!error.to_string().is_empty());
    }
});
