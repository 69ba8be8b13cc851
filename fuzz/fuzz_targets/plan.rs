//! A Terraform plan: whatever the text, an answer; and what passes strictly passes otherwise too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neptune_audit::plan::judge;
use neptune_audit::report::{Judged, Verdict};
use neptune_audit::resources::{Judging, judged};
use neptune_audit_core::requirements::Requirements;

fn required() -> Requirements {
    let mut required = Requirements::default();
    for (name, value) in [
        ("logTypes", "audit,slowquery"),
        ("minimumRetentionDays", "90"),
        ("maximumRetentionDays", "400"),
        ("logGroupEncrypted", "true"),
        ("logGroupDeletionProtected", "true"),
        ("logGroupMetricFilter", "true"),
        ("forwardingDestination", "arn:aws:logs:*"),
        ("iamAuthentication", "true"),
        ("exemptTag", "exempt"),
    ] {
        required.set(name, value).expect("a rule parameter");
    }
    required.before_deployment()
}

fn rows(text: &str, required: &Requirements, judging: Judging) -> Vec<Judged> {
    let rows = judge(text, true, required, judging).unwrap_or_default();
    rows.iter().map(|(subject, row)| judged("plan.json", subject, row, judging)).collect()
}

fuzz_target!(|text: &str| {
    let strict = Judging { strict: true, require_declared: true };
    for required in [Requirements::default().before_deployment(), required()] {
        let (lenient, strict) = (rows(text, &required, Judging::default()), rows(text, &required, strict));
        assert_eq!(lenient.len(), strict.len());
        for (lenient, strict) in lenient.iter().zip(&strict) {
            assert!(strict.verdict != Verdict::Pass || lenient.verdict == Verdict::Pass, "{text}");
            assert_eq!(lenient.codes.is_empty(), lenient.verdict != Verdict::Fail, "{text}");
            assert!(!lenient.message.is_empty(), "{text}");
        }
    }
});
