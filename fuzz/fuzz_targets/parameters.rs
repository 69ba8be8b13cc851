//! The rule's parameters, as JSON and one by one: whatever the text, something that is asked or an error that says what is allowed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neptune_audit_core::requirements::{PARAMETERS, Requirements};
use neptune_audit_rule::parameters::Parameters;

fuzz_target!(|text: &str| {
    if let Err(error) = Parameters::parse(text) {
        assert!(!error.to_string().is_empty());
    }
    for parameter in &PARAMETERS {
        let mut required = Requirements::default();
        if let Err(error) = required.set(parameter.name, text) {
            assert!(error.to_string().contains(parameter.name), "{error}");
        }
    }
});
