//! A CloudFormation template: whatever the text, an answer; and what passes strictly passes otherwise too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neptune_audit::report::{Judged, Verdict};
use neptune_audit::resources::{Judging, judged};
use neptune_audit::template::{Given, Template};
use neptune_audit_core::requirements::Requirements;

fn required() -> Requirements {
    let mut required = Requirements::default();
    for (name, value) in [
        ("minimumRetentionDays", "90"),
        ("logGroupEncrypted", "true"),
        ("logGroupMetricFilter", "true"),
        ("forwardingDestination", "arn:aws:logs:*"),
        ("iamAuthentication", "true"),
        ("exemptTag", "exempt"),
    ] {
        required.set(name, value).expect("a rule parameter");
    }
    required.before_deployment()
}

fn rows(template: &Template, required: &Requirements, judging: Judging) -> Vec<Judged> {
    let given = Given { region: Some("eu-west-1".to_owned()), ..Given::default() };
    let rows = template.judge(&given, required, judging);
    rows.iter().map(|(subject, row)| judged("template.yaml", subject, row, judging)).collect()
}

fuzz_target!(|text: &str| {
    let Ok(template) = Template::parse(text) else {
        return;
    };
    let strict = Judging { strict: true, require_declared: true };
    for required in [Requirements::default().before_deployment(), required()] {
        let (lenient, strict) = (rows(&template, &required, Judging::default()), rows(&template, &required, strict));
        assert_eq!(lenient.len(), strict.len());
        for (lenient, strict) in lenient.iter().zip(&strict) {
            assert!(strict.verdict != Verdict::Pass || lenient.verdict == Verdict::Pass, "{text}");
            assert_eq!(lenient.codes.is_empty(), lenient.verdict != Verdict::Fail, "{text}");
            assert!(!lenient.message.is_empty(), "{text}");
        }
    }
});
