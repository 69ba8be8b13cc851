//! Templates with macros and loops: whatever they may change or bring is not decided, wherever they stand.

use neptune_audit::resources::Judging;

use crate::support::{CENTRAL, DECLARED, judge_template, required, row, said};

/// A template with a whole trail, in which every section has something to change.
const WHOLE: &str = r#"
Parameters:
  On: {Type: String, Default: '1'}
Mappings:
  Logs: {audit: {set: '1'}}
Conditions:
  Always: !Equals [a, a]
Resources:
  Group:
    Type: AWS::Neptune::DBClusterParameterGroup
    Properties:
      Family: neptune1.4
      Parameters:
        neptune_enable_audit_log: !Ref On
        neptune_enable_slow_query_log: !FindInMap [Logs, audit, set]
  Cluster:
    Type: AWS::Neptune::DBCluster
    Properties:
      DBClusterParameterGroupName: !Ref Group
      EnableCloudwatchLogsExports: !If [Always, [audit], []]
  Log:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub /aws/neptune/${Cluster}/audit
      RetentionInDays: 90
  Filter:
    Type: AWS::Logs::SubscriptionFilter
    Properties:
      LogGroupName: !Ref Log
      FilterPattern: ''
      DestinationArn: arn:aws:logs:eu-west-1:444455556666:destination:central
"#;

/// The same with a line more behind another, as deep as that line's block.
fn with(after: &str, line: &str) -> String {
    assert!(WHOLE.contains(after), "{after}");
    WHOLE.replace(after, &format!("{after}{line}\n"))
}

fn judged(text: &str) -> (String, String) {
    let asked = required(&[("minimumRetentionDays", "30"), ("forwardingDestination", CENTRAL)]);
    let rows = judge_template(text, &[], &asked, Judging::default());
    let cluster = row(&rows, "Cluster");
    (said(cluster), cluster.message.clone())
}

const CALLS: [&str; 2] = ["'Fn::Transform': {Name: Ours}", "Transform: {Name: Ours}"];

#[test]
fn a_macro_may_change_what_is_beside_it_wherever_it_is_called() {
    assert_eq!(judged(WHOLE).0, "PASS");
    for call in CALLS {
        for (after, indent) in [
            ("Resources:\n", "  "),
            ("Conditions:\n", "  "),
            ("Parameters:\n  On", ""),
            ("  Group:\n", "    "),
            ("  Cluster:\n", "    "),
            ("  Log:\n", "    "),
            ("  Filter:\n", "    "),
            ("      Family: neptune1.4\n", "      "),
            ("      Parameters:\n", "        "),
            ("      RetentionInDays: 90\n", "      "),
            ("      FilterPattern: ''\n", "      "),
        ] {
            let text = if after == "Parameters:\n  On" {
                WHOLE.replace("Parameters:\n  On", &format!("Parameters:\n  {call}\n  On"))
            } else {
                with(after, &format!("{indent}{call}"))
            };
            let (said, message) = judged(&text);
            assert_eq!(said, "UNDECIDED", "{after}{call}");
            assert!(message.contains("Ours"), "{after}{call}: {message}");
        }
    }
    let (said, message) = judged(&format!("'Fn::Transform': {{Name: Ours}}{WHOLE}"));
    assert_eq!((said.as_str(), message.as_str()), ("UNDECIDED", "undecided: macro `Ours` may change anything"));
}

#[test]
fn a_macro_in_a_mapping_or_a_parameter_may_change_what_is_read_there() {
    let mapped = WHOLE.replace("neptune_enable_audit_log: !Ref On", "neptune_enable_audit_log: !FindInMap [Logs, audit, set]");
    assert_eq!(judged(&mapped).0, "PASS");
    for (from, to) in [
        ("  Logs: {audit", "  'Fn::Transform': {Name: Ours}\n  Logs: {audit"),
        ("  Logs: {audit", "  Logs: {'Fn::Transform': {Name: Ours}, audit"),
        ("{set: '1'}", "{set: '1', 'Fn::Transform': {Name: Ours}}"),
    ] {
        let (said, message) = judged(&mapped.replace(from, to));
        assert_eq!(said, "UNDECIDED", "{to}");
        assert!(message.contains("Ours"), "{message}");
        // A default for what is not there does not help: the macro may bring it.
        let missing = mapped.replace("[Logs, audit, set]", "[Logs, audit, unset, {DefaultValue: '1'}]");
        assert_eq!(judged(&missing).0, "PASS");
        assert_eq!(judged(&missing.replace(from, to)).0, "UNDECIDED", "{to}");
    }
    for value in [
        "!Sub ['${A}', {A: '1', 'Fn::Transform': {Name: Ours}}]",
        "!FindInMap [Logs, audit, unset, {DefaultValue: '1', 'Fn::Transform': {Name: Ours}}]",
    ] {
        let text = WHOLE.replace("neptune_enable_audit_log: !Ref On", &format!("neptune_enable_audit_log: {value}"));
        assert_eq!(judged(&text).0, "UNDECIDED", "{value}");
        assert_eq!(judged(&text.replace(", 'Fn::Transform': {Name: Ours}", "")).0, "PASS", "{value}");
    }
    let declared = WHOLE.replace("{Type: String, Default: '1'}", "{Type: String, Default: '1', 'Fn::Transform': {Name: Ours}}");
    assert_eq!(judged(&declared).0, "UNDECIDED");
    let given = judge_template(&declared, &[("On", "1")], &required(&[]), Judging::default());
    assert_eq!(said(row(&given, "Cluster")), "PASS");
}

#[test]
fn a_macro_elsewhere_changes_nothing_that_is_judged() {
    let elsewhere = format!(
        "{WHOLE}  Page:\n    Type: AWS::S3::Bucket\n    Properties: {{Transform: {{Name: Ours}}, 'Fn::Transform': {{Name: Ours}}}}\nOutputs:\n  Fn::Transform: {{Name: Ours}}\n"
    );
    assert_eq!(judged(&elsewhere).0, "PASS");
    // What is called `Transform` and is no call.
    assert_eq!(judged(&with("Resources:\n", "  Transform: {Type: AWS::S3::Bucket}")).0, "PASS");
    // What is included is added, and takes nothing away.
    assert_eq!(judged(&with("Conditions:\n", "  Fn::Transform: {Name: AWS::Include, Parameters: {Location: x}}")).0, "PASS");
}

#[test]
fn a_macro_in_the_place_of_a_resource_may_be_any() {
    let text = with("Resources:\n", "  Any: {'Fn::Transform': {Name: Ours}}");
    assert_eq!(judged(&text.replace("  Filter:", "  Other:").replace("!Ref Log\n", "other\n")).0, "UNDECIDED");
}

#[test]
fn a_loop_may_bring_policies_of_the_account_and_log_groups() {
    let looped = |kind: &str| {
        format!("{WHOLE}  Fn::ForEach::Loop:\n    - Name\n    - [a]\n    - Any${{Name}}: {{Type: {kind}, Properties: {{}}}}\n")
    };
    assert_eq!(judged(&looped("AWS::S3::Bucket")).0, "PASS");
    for kind in ["AWS::Logs::AccountPolicy", "!Sub 'AWS::${Name}::AccountPolicy'", "'AWS::Logs::${Name}'"] {
        let (said, message) = judged(&looped(kind));
        assert_eq!(said, "UNDECIDED", "{kind}");
        assert!(message.contains("`Fn::ForEach::Loop`"), "{message}");
    }
    // Nothing forwards, unless the loop does.
    let unforwarded = |kind: &str| looped(kind).replace("LogGroupName: !Ref Log\n", "LogGroupName: other\n");
    assert_eq!(judged(&unforwarded("AWS::S3::Bucket")).0, "FAIL NOT_FORWARDED");
    assert_eq!(judged(&unforwarded("AWS::Logs::AccountPolicy")).0, "UNDECIDED");
    // A loop that makes no log group makes none that is missed.
    let retention = required(&[("minimumRetentionDays", "30")]);
    for (kind, expected) in [("AWS::S3::Bucket", "FAIL LOG_GROUP_MISSING"), ("AWS::Logs::LogGroup", "UNDECIDED")] {
        let text = looped(kind).replace("/aws/neptune/${Cluster}/audit", "/other");
        assert_eq!(said(row(&judge_template(&text, &[], &retention, DECLARED), "Cluster")), expected, "{kind}");
    }
}

#[test]
fn a_loop_may_put_together_the_type_of_a_cluster() {
    let text = "Resources:\n  Fn::ForEach::Graphs:\n    - Name\n    - [Neptune]\n    - Graph${Name}: {Type: 'AWS::${Name}::DBCluster', Properties: {}}\n";
    let rows = judge_template(text, &[], &required(&[]), Judging::default());
    assert_eq!(said(row(&rows, "Fn::ForEach::Graphs")), "UNDECIDED");
    assert!(judge_template(&text.replace("::DBCluster", "::Bucket"), &[], &required(&[]), Judging::default()).is_empty());
}
