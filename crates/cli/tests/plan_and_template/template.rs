//! Templates: what each function comes to, and how a cluster finds what belongs to it.

use neptune_audit::report::Place;
use neptune_audit::resources::Judging;
use neptune_audit::template::{Given, Template};

use crate::support::{CENTRAL, DECLARED, STRICT, assert_said, everything, fixture, judge_template, read, required, row, said};

/// A template with a whole trail. Each test changes one thing.
const WHOLE: &str = r#"
Parameters:
  Name: {Type: String}
Resources:
  Group:
    Type: AWS::Neptune::DBClusterParameterGroup
    Properties: {Family: neptune1.4, Description: on, Parameters: {neptune_enable_audit_log: 1}}
  Cluster:
    Type: AWS::Neptune::DBCluster
    Properties:
      DBClusterIdentifier: graph
      DBClusterParameterGroupName: !Ref Group
      EnableCloudwatchLogsExports: [audit]
      IamAuthEnabled: true
  Key: {Type: AWS::KMS::Key}
  Log:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub /aws/neptune/${Cluster}/audit
      RetentionInDays: 365
      KmsKeyId: !GetAtt Key.Arn
      DeletionProtectionEnabled: true
  Filter:
    Type: AWS::Logs::SubscriptionFilter
    Properties:
      LogGroupName: !Ref Log
      FilterPattern: ""
      DestinationArn: !Sub arn:${AWS::Partition}:logs:${AWS::Region}:444455556666:destination:central
  Metric:
    Type: AWS::Logs::MetricFilter
    Properties: {LogGroupName: !Ref Log, FilterPattern: "", MetricTransformations: []}
"#;

fn whole(from: &str, to: &str) -> String {
    assert!(WHOLE.contains(from), "{from}");
    WHOLE.replace(from, to)
}

/// What is said of the one cluster of a template.
fn of(text: &str) -> String {
    let rows = judge_template(text, &[], &required(&[]), Judging::default());
    assert_eq!(rows.len(), 1, "{rows:?}");
    said(&rows[0])
}

/// The same where everything is asked.
fn of_everything(text: &str) -> String {
    let rows = judge_template(text, &[], &everything(), Judging::default());
    said(row(&rows, "Cluster"))
}

fn message(text: &str) -> String {
    row(&judge_template(text, &[], &required(&[]), Judging::default()), "Cluster").message.clone()
}

#[test]
fn a_whole_trail_passes_whatever_is_asked() {
    assert_eq!(of(WHOLE), "PASS");
    assert_eq!(of_everything(WHOLE), "PASS");
    let rows = judge_template(WHOLE, &[], &everything(), STRICT);
    assert_eq!(said(row(&rows, "Cluster")), "PASS");
}

#[test]
fn one_and_its_text_are_the_same() {
    for value in ["1", "'1'", "\"1\"", "!!str 1", "!Sub '1'", "!Join ['', ['1']]"] {
        assert_eq!(of(&whole("neptune_enable_audit_log: 1", &format!("neptune_enable_audit_log: {value}"))), "PASS", "{value}");
    }
    for value in ["0", "'0'", "on", "true", "01", "''"] {
        assert_eq!(
            of(&whole("neptune_enable_audit_log: 1", &format!("neptune_enable_audit_log: {value}"))),
            "FAIL PARAMETER_OFF",
            "{value}"
        );
    }
}

#[test]
fn parameters_of_a_group_may_be_a_map_or_a_text_with_one() {
    for (parameters, expected) in [
        ("'{\"neptune_enable_audit_log\": \"1\"}'", "PASS"),
        ("'{\"neptune_enable_audit_log\": 1}'", "PASS"),
        ("'{\"neptune_enable_audit_log\": 0}'", "FAIL PARAMETER_OFF"),
        ("'{}'", "FAIL PARAMETER_OFF"),
        ("'{'", "UNDECIDED"),
        ("!Ref Name", "UNDECIDED"),
        ("{}", "FAIL PARAMETER_OFF"),
        ("{NEPTUNE_ENABLE_AUDIT_LOG: 1}", "UNDECIDED"),
        ("{neptune_enable_audit_log: !Ref Name}", "UNDECIDED"),
        ("{neptune_enable_audit_log: {x: 1}}", "UNDECIDED"),
        ("{neptune_enable_audit_log: '{{resolve:ssm:/audit}}'}", "UNDECIDED"),
        ("{neptune_enable_audit_log: !ImportValue audit}", "UNDECIDED"),
        ("{'Fn::Transform': {Name: Any}}", "UNDECIDED"),
        ("{neptune_enable_audit_log: 1, 'Fn::Transform': {Name: Any}}", "UNDECIDED"),
        ("[1]", "UNDECIDED"),
    ] {
        assert_eq!(of(&whole("Parameters: {neptune_enable_audit_log: 1}", &format!("Parameters: {parameters}"))), expected, "{parameters}");
    }
    assert_eq!(of(&whole(", Parameters: {neptune_enable_audit_log: 1}", "")), "FAIL PARAMETER_OFF");
}

#[test]
fn what_decides_and_is_not_known_is_named() {
    for (from, to, names) in [
        ("neptune_enable_audit_log: 1", "neptune_enable_audit_log: !Ref Name", "parameter `Name`"),
        ("neptune_enable_audit_log: 1", "neptune_enable_audit_log: '{{resolve:ssm:/audit:1}}'", "`{{resolve:ssm:/audit:1}}`"),
        ("!Ref Group", "!ImportValue shared-group", "`Fn::ImportValue: shared-group`"),
        ("!Ref Group", "!GetAtt Nested.Outputs.Group", "`Nested.Outputs.Group`"),
        ("!Ref Group", "!Select [0, !GetAZs '']", "Fn::Select"),
        ("!Ref Group", "{'Fn::Transform': {Name: Any}}", "Fn::Transform"),
        ("!Ref Group", "made-by-another-team", "parameter group `made-by-another-team`, which is declared elsewhere"),
        ("[audit]", "!Ref Name", "parameter `Name`"),
        ("[audit]", "[!Ref Name]", "parameter `Name`"),
        ("[audit]", "!Split [',', !Ref Name]", "Fn::Split"),
        ("[audit]", "audit", "`EnableCloudwatchLogsExports`"),
    ] {
        let text = whole(from, to);
        assert_eq!(of(&text), "UNDECIDED", "{to}");
        assert!(message(&text).contains(names), "{to}: {}", message(&text));
    }
}

#[test]
fn a_group_is_found_by_reference_or_by_its_name() {
    let named = whole("{Family: neptune1.4", "{Name: Audited, Family: neptune1.4");
    for (name, expected) in [
        ("!Ref Group", "PASS"),
        // Neptune keeps names in lower case.
        ("audited", "PASS"),
        ("AUDITED", "PASS"),
        ("!Sub '${Group}'", "PASS"),
        ("!Sub '${Group}-v2'", "UNDECIDED"),
        ("!Join ['', [aud, ited]]", "PASS"),
        ("!Select [1, [x, audited]]", "PASS"),
        ("!Select [1, !Split ['/', x/audited]]", "PASS"),
        ("!Sub ['${Who}ited', {Who: aud}]", "PASS"),
        ("default.neptune1.4", "FAIL PARAMETER_OFF"),
        ("!Sub 'default.${Name}'", "FAIL PARAMETER_OFF"),
        ("!Ref AWS::NoValue", "FAIL PARAMETER_OFF"),
        ("''", "FAIL PARAMETER_OFF"),
        ("!Ref Name", "UNDECIDED"),
        ("!Sub '${!Group}'", "UNDECIDED"),
        ("[audited]", "UNDECIDED"),
    ] {
        assert_eq!(of(&named.replace("!Ref Group", name)), expected, "{name}");
    }
    assert_eq!(of(&whole("      DBClusterParameterGroupName: !Ref Group\n", "")), "FAIL PARAMETER_OFF");
    // One whose name is not known may be the one that is named.
    assert_eq!(of(&whole("!Ref Group", "audited")), "UNDECIDED");
}

#[test]
fn exports_are_what_the_list_has() {
    for (exports, expected) in [
        ("[audit, slowquery]", "PASS"),
        ("[!Ref AWS::NoValue, audit]", "PASS"),
        ("[slowquery]", "FAIL EXPORT_OFF"),
        ("[]", "FAIL EXPORT_OFF"),
        ("[Audit]", "FAIL EXPORT_OFF"),
        ("!Ref AWS::NoValue", "FAIL EXPORT_OFF"),
        ("!Split [',', 'slowquery,audit']", "PASS"),
        ("[audit, !Ref Name]", "PASS"),
        ("[slowquery, !Ref Name]", "UNDECIDED"),
    ] {
        assert_eq!(of(&whole("[audit]", exports)), expected, "{exports}");
    }
}

#[test]
fn each_link_of_the_log_group_is_judged() {
    for (from, to, expected) in [
        ("IamAuthEnabled: true", "IamAuthEnabled: false", "FAIL CALLER_UNKNOWN"),
        ("      IamAuthEnabled: true\n", "", "FAIL CALLER_UNKNOWN"),
        ("IamAuthEnabled: true", "IamAuthEnabled: !Ref Name", "UNDECIDED"),
        ("IamAuthEnabled: true", "IamAuthEnabled: yes", "PASS"),
        ("IamAuthEnabled: true", "IamAuthEnabled: Off", "FAIL CALLER_UNKNOWN"),
        ("IamAuthEnabled: true", "IamAuthEnabled: 'yes'", "UNDECIDED"),
        ("RetentionInDays: 365", "RetentionInDays: 30", "FAIL RETENTION_TOO_SHORT"),
        ("RetentionInDays: 365", "RetentionInDays: '365'", "PASS"),
        ("      RetentionInDays: 365\n", "", "FAIL RETENTION_TOO_LONG"),
        ("RetentionInDays: 365", "RetentionInDays: !Ref Name", "UNDECIDED"),
        ("RetentionInDays: 365", "RetentionInDays: many", "UNDECIDED"),
        ("      KmsKeyId: !GetAtt Key.Arn\n", "", "FAIL NOT_ENCRYPTED"),
        ("!GetAtt Key.Arn", "''", "FAIL NOT_ENCRYPTED"),
        // Whoever deploys may leave a parameter blank.
        ("!GetAtt Key.Arn", "!Ref Name", "UNDECIDED"),
        ("!GetAtt Key.Arn", "!Sub 'arn:aws:kms:eu-west-1:111122223333:key/${Name}'", "PASS by reference"),
        ("!GetAtt Key.Arn", "!ImportValue key", "PASS by reference"),
        ("!GetAtt Key.Arn", "'{{resolve:ssm:/key}}'", "PASS by reference"),
        ("!GetAtt Key.Arn", "arn:aws:kms:eu-west-1:111122223333:key/one", "PASS"),
        ("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: false", "FAIL DELETABLE"),
        ("      DeletionProtectionEnabled: true\n", "", "FAIL DELETABLE"),
        ("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: !Ref Name", "UNDECIDED"),
        ("{LogGroupName: !Ref Log, FilterPattern: \"\", Metric", "{LogGroupName: other, FilterPattern: \"\", Metric", "FAIL NOT_WATCHED"),
        ("FilterPattern: \"\"\n", "FilterPattern: ERROR\n", "FAIL NOT_FORWARDED"),
        ("FilterPattern: \"\"\n", "FilterPattern: !Ref Name\n", "UNDECIDED"),
        ("444455556666:destination:central", "111122223333:destination:central", "FAIL NOT_FORWARDED"),
        ("!Sub arn:${AWS::Partition}:logs:${AWS::Region}:444455556666:destination:central", "!Ref Name", "UNDECIDED"),
        ("RetentionInDays: 365", "RetentionInDays: 365\n      LogGroupClass: INFREQUENT_ACCESS", "FAIL NOT_FORWARDED"),
        ("RetentionInDays: 365", "RetentionInDays: 365\n      LogGroupClass: STANDARD", "PASS"),
        // AWS lets events go after two days, whatever is set.
        ("RetentionInDays: 365", "RetentionInDays: 365\n      LogGroupClass: DELIVERY", "FAIL RETENTION_TOO_SHORT NOT_FORWARDED"),
        ("/aws/neptune/${Cluster}/audit", "/aws/neptune/${Cluster}/slowquery", "UNDECIDED"),
        ("/aws/neptune/${Cluster}/audit", "/aws/neptune/cluster/${Cluster}/audit", "UNDECIDED"),
    ] {
        assert_eq!(of_everything(&whole(from, to)), expected, "{to}");
    }
}

#[test]
fn a_log_group_that_is_not_declared_is_undecided_or_missing() {
    let text = whole("/aws/neptune/${Cluster}/audit", "/aws/neptune/other/audit");
    let retention = required(&[("minimumRetentionDays", "1")]);
    let undecided = judge_template(&text, &[], &retention, Judging::default());
    assert_eq!(said(row(&undecided, "Cluster")), "UNDECIDED");
    assert!(row(&undecided, "Cluster").message.contains("log group `/aws/neptune/graph/audit`, which is not declared"));
    assert_eq!(said(row(&judge_template(&text, &[], &retention, DECLARED), "Cluster")), "FAIL LOG_GROUP_MISSING");
    // A name that CloudFormation makes up is none of Neptune's.
    let unnamed = whole("      LogGroupName: !Sub /aws/neptune/${Cluster}/audit\n", "");
    assert_eq!(said(row(&judge_template(&unnamed, &[], &retention, DECLARED), "Cluster")), "FAIL LOG_GROUP_MISSING");
    // Its name may be it.
    let perhaps = whole("/aws/neptune/${Cluster}/audit", "/aws/neptune/${Name}/audit");
    assert_eq!(said(row(&judge_template(&perhaps, &[], &retention, DECLARED), "Cluster")), "UNDECIDED");
}

#[test]
fn a_cluster_without_an_identifier_is_known_by_its_reference() {
    let unnamed = whole("      DBClusterIdentifier: graph\n", "");
    assert_eq!(of_everything(&unnamed), "PASS");
    // Another log group's filter is not this one's.
    let two = format!(
        "{}  Second:\n    Type: AWS::Neptune::DBCluster\n    Properties: {{DBClusterParameterGroupName: !Ref Group, EnableCloudwatchLogsExports: [audit]}}\n  SecondLog:\n    Type: AWS::Logs::LogGroup\n    Properties: {{LogGroupName: !Sub '/aws/neptune/${{Second}}/audit'}}\n",
        unnamed
    );
    let rows =
        judge_template(&two, &[], &required(&[("logGroupMetricFilter", "true"), ("forwardingDestination", CENTRAL)]), Judging::default());
    assert_said(&rows, &[("Cluster", "PASS"), ("Second", "FAIL NOT_WATCHED NOT_FORWARDED")]);
}

#[test]
fn an_identifier_in_upper_case_does_not_name_its_log_group() {
    // Neptune writes to /aws/neptune/graph/audit, whatever the template says.
    let upper = whole("DBClusterIdentifier: graph", "DBClusterIdentifier: Graph");
    assert_eq!(of_everything(&upper), "UNDECIDED");
    assert_eq!(of_everything(&upper.replace("/aws/neptune/${Cluster}/audit", "/aws/neptune/graph/audit")), "PASS");
    // A parameter may be in upper case too, so a name that is made of it is a reference.
    let parameter = whole("DBClusterIdentifier: graph", "DBClusterIdentifier: !Ref Name");
    assert_eq!(of_everything(&parameter), "PASS by reference");
    let given = judge_template(&parameter, &[("Name", "orders")], &everything(), Judging::default());
    assert_eq!(said(row(&given, "Cluster")), "PASS");
}

#[test]
fn the_retention_of_the_cdk_counts_as_a_log_group() {
    let log = WHOLE.find("  Log:").unwrap();
    let text = format!(
        "{}  Retention:\n    Type: Custom::LogRetention\n    Properties:\n      ServiceToken: x\n      LogGroupName: !Join ['', [/aws/neptune/, !Ref Cluster, /audit]]\n      RetentionInDays: 365\n  Metric:\n    Type: AWS::Logs::MetricFilter\n    Properties: {{LogGroupName: !GetAtt Retention.LogGroupName}}\n",
        &WHOLE[..log]
    );
    for (parameters, expected) in [
        (&[("minimumRetentionDays", "365"), ("logGroupMetricFilter", "true")][..], "PASS"),
        (&[("minimumRetentionDays", "366")], "FAIL RETENTION_TOO_SHORT"),
        (&[("logGroupEncrypted", "true")], "FAIL NOT_ENCRYPTED"),
    ] {
        assert_eq!(said(row(&judge_template(&text, &[], &required(parameters), Judging::default()), "Cluster")), expected);
    }
    for (region, expected) in [("eu-west-1", "PASS"), ("us-east-1", "UNDECIDED"), ("!Ref AWS::Region", "PASS")] {
        let elsewhere = text.replace("      RetentionInDays: 365", &format!("      RetentionInDays: 365\n      LogGroupRegion: {region}"));
        let rows = judge_template(&elsewhere, &[], &required(&[("minimumRetentionDays", "1")]), Judging::default());
        assert_eq!(said(row(&rows, "Cluster")), expected, "{region}");
    }
}

#[test]
fn a_policy_of_the_account_forwards_or_decides_on_the_retention() {
    let policy = |kind: &str, document: &str, selection: &str| {
        let text = whole("      LogGroupName: !Ref Log\n      FilterPattern", "      LogGroupName: other\n      FilterPattern");
        format!(
            "{text}  Policy:\n    Type: AWS::Logs::AccountPolicy\n    Properties:\n      PolicyName: p\n      PolicyType: {kind}\n      PolicyDocument: {document}\n      SelectionCriteria: {selection}\n"
        )
    };
    let document = format!("'{{\"DestinationArn\": \"{CENTRAL}\", \"FilterPattern\": \"\"}}'");
    let subscription = "SUBSCRIPTION_FILTER_POLICY";
    for (kind, document, selection, expected) in [
        (subscription, document.as_str(), "''", "PASS"),
        (subscription, document.as_str(), "'LogGroupName NOT IN [\"/aws/neptune/other/audit\"]'", "PASS"),
        (subscription, document.as_str(), "'LogGroupName NOT IN [\"/aws/neptune/graph/audit\"]'", "FAIL NOT_FORWARDED"),
        (subscription, document.as_str(), "!Ref Name", "UNDECIDED"),
        (subscription, "!Ref Name", "''", "UNDECIDED"),
        (subscription, "'{}'", "''", "FAIL NOT_FORWARDED"),
        (subscription, "'no JSON'", "''", "FAIL NOT_FORWARDED"),
        (subscription, &document.replace("FilterPattern\": \"\"", "filterPattern\": \"ERROR\""), "''", "FAIL NOT_FORWARDED"),
        (subscription, &document.replace("FilterPattern\": \"\"", "FilterPattern\": 5"), "''", "FAIL NOT_FORWARDED"),
        ("DATA_PROTECTION_POLICY", document.as_str(), "''", "FAIL NOT_FORWARDED"),
        ("!Ref Name", document.as_str(), "''", "UNDECIDED"),
    ] {
        assert_eq!(of_everything(&policy(kind, document, selection)), expected, "{kind} {document} {selection}");
    }
    let retention = policy("RETENTION_POLICY", &document, "''");
    let rows = judge_template(&retention, &[], &required(&[("minimumRetentionDays", "90")]), Judging::default());
    assert_eq!(said(row(&rows, "Cluster")), "UNDECIDED");
    assert!(row(&rows, "Cluster").message.contains("`Policy`"));
    // A destination that anything fits is no place to send to.
    let anywhere =
        judge_template(&policy(subscription, "'{}'", "''"), &[], &required(&[("forwardingDestination", "*")]), Judging::default());
    assert_eq!(said(row(&anywhere, "Cluster")), "FAIL NOT_FORWARDED");
    let with_map = policy(subscription, &format!("!ToJsonString {{DestinationArn: '{CENTRAL}', FilterPattern: ''}}"), "''");
    assert_eq!(of_everything(&with_map), "PASS");
}

#[test]
fn the_tag_that_exempts_is_found() {
    let exempt = required(&[("exemptTag", "audit=no")]);
    for (tags, expected) in [
        ("[{Key: audit, Value: 'no'}]", "NOT_APPLICABLE"),
        ("[{Key: audit, Value: 'yes'}]", "FAIL EXPORT_OFF"),
        ("[{Key: audit, Value: !Ref Name}]", "UNDECIDED"),
        ("[{Key: !Ref Name, Value: 'no'}]", "UNDECIDED"),
        ("[{Key: other, Value: !Ref Name}]", "FAIL EXPORT_OFF"),
        ("!Ref Name", "UNDECIDED"),
        ("[!Ref Name]", "UNDECIDED"),
        ("[]", "FAIL EXPORT_OFF"),
    ] {
        let text = whole("EnableCloudwatchLogsExports: [audit]", &format!("Tags: {tags}"));
        assert_eq!(said(row(&judge_template(&text, &[], &exempt, Judging::default()), "Cluster")), expected, "{tags}");
    }
}

#[test]
fn a_cluster_of_rds_counts_where_its_engine_is_neptune() {
    let rds = |engine: &str| {
        whole("AWS::Neptune::DBCluster\n", &format!("AWS::RDS::DBCluster\n    # {engine}\n"))
            .replace("IamAuthEnabled: true", &format!("EnableIAMDatabaseAuthentication: true\n      {engine}"))
    };
    assert_eq!(of_everything(&rds("Engine: neptune")), "PASS");
    for other in ["Engine: aurora-mysql", ""] {
        assert!(judge_template(&rds(other), &[], &required(&[]), Judging::default()).is_empty(), "{other}");
    }
    let unknown = judge_template(&rds("Engine: !Ref Name"), &[], &required(&[]), Judging::default());
    assert_eq!(said(&unknown[0]), "UNDECIDED");
    assert!(unknown[0].message.contains("engine is not known: parameter `Name`"), "{}", unknown[0].message);
}

#[test]
fn macros_that_may_change_anything_leave_nothing_decided() {
    for (transform, expected) in [
        ("AWS::Serverless-2016-10-31", "PASS"),
        ("[AWS::LanguageExtensions, AWS::Serverless-2016-10-31]", "PASS"),
        ("Ours", "UNDECIDED"),
        ("[AWS::LanguageExtensions, Ours]", "UNDECIDED"),
        ("{Name: AWS::Include, Parameters: {Location: x}}", "UNDECIDED"),
        ("[{Name: Ours}]", "UNDECIDED"),
        ("{}", "UNDECIDED"),
    ] {
        assert_eq!(of(&format!("Transform: {transform}\n{WHOLE}")), expected, "{transform}");
    }
    assert_eq!(of(&whole("DBClusterIdentifier: graph", "'Fn::Transform': {Name: AWS::Include}")), "UNDECIDED");
}

#[test]
fn what_a_loop_makes_is_undecided_where_it_decides() {
    let looped = format!(
        "{WHOLE}  Fn::ForEach::Graphs:\n    - Name\n    - [a, b]\n    - Graph${{Name}}:\n        Type: AWS::Neptune::DBCluster\n        Properties: {{DBClusterIdentifier: !Ref Name}}\n"
    );
    let rows = judge_template(&looped, &[], &required(&[]), Judging::default());
    assert_said(&rows, &[("Cluster", "PASS"), ("Fn::ForEach::Graphs", "UNDECIDED")]);
    // A filter that a loop makes may belong to the log group.
    let filters = whole("LogGroupName: !Ref Log\n      FilterPattern", "LogGroupName: other\n      FilterPattern")
        + "  Fn::ForEach::Filters:\n    - Name\n    - [a]\n    - Filter${Name}: {Type: AWS::Logs::SubscriptionFilter, Properties: {}}\n";
    assert_eq!(of_everything(&filters), "UNDECIDED");
}

#[test]
fn json_is_read_with_its_places() {
    let text = "{\n\t\"Resources\": {\n\t\t\"Cluster\": {\n\t\t\t\"Type\": \"AWS::Neptune::DBCluster\",\n\t\t\t\"Properties\": {\"EnableCloudwatchLogsExports\": [\"audit\"], \"DBClusterParameterGroupName\": {\"Ref\": \"Group\"}}\n\t\t},\n\t\t\"Group\": {\"Type\": \"AWS::Neptune::DBClusterParameterGroup\", \"Properties\": {\"Parameters\": {\"neptune_enable_audit_log\": 1}}}\n\t}\n}\n";
    let rows = judge_template(text, &[], &required(&[]), Judging::default());
    assert_said(&rows, &[("Cluster", "PASS")]);
    assert!(matches!(rows[0].place, Place::Declared { line: Some(3), column: Some(3), .. }), "{:?}", rows[0].place);
    let yaml = judge_template(WHOLE, &[], &required(&[]), Judging::default());
    assert!(matches!(yaml[0].place, Place::Declared { line: Some(8), column: Some(3), .. }), "{:?}", yaml[0].place);
}

#[test]
fn what_is_no_template_is_refused_with_its_place() {
    for (text, says) in [
        ("", "line 1, column 1: the template is empty"),
        ("- a", "line 1, column 1: a template is a map with `Resources`"),
        ("a: b", "the template has no `Resources`"),
        ("Resources: [a]", "the template has no `Resources`"),
        ("Resources:\n  Cluster: {Properties: {}}", "line 2, column 3: the resource `Cluster` has no `Type`"),
        ("Resources:\n  A: {Type: x}\n  A: {Type: y}", "line 3, column 3: the key `A` stands here for the second time"),
        ("Resources:\n\tA: x", "line 2, column"),
        ("{\"Resources\": {\n\"A\" 1\n}}", "line 2, column 5: expected `:`"),
        ("Resources: {A: {Type: x}\n", "line 2, column"),
    ] {
        let problem = Template::parse(text).unwrap_err().to_string();
        assert!(problem.contains(says), "{text:?}: {problem}");
    }
}

#[test]
fn aliases_and_merges_are_read_as_yaml_has_them() {
    let text = "Shared: &shared\n  EnableCloudwatchLogsExports: &logs [audit]\n".to_owned()
        + &whole("      EnableCloudwatchLogsExports: [audit]\n", "      <<: *shared\n");
    assert_eq!(of(&text), "PASS");
    assert_eq!(of(&text.replace("      <<: *shared\n", "      EnableCloudwatchLogsExports: *logs\n")), "PASS");
}

#[test]
fn a_name_that_leads_to_itself_ends() {
    assert_eq!(of(&whole("DBClusterIdentifier: graph", "DBClusterIdentifier: !Ref Cluster")), "PASS");
    let two = whole("{Family: neptune1.4", "{Name: !Sub 'x${Cluster}', Family: neptune1.4")
        .replace("DBClusterIdentifier: graph", "DBClusterIdentifier: !Sub 'y${Group}'")
        .replace("DBClusterParameterGroupName: !Ref Group", "DBClusterParameterGroupName: !Sub '${Group}'");
    let rows = judge_template(&two, &[], &everything(), Judging::default());
    assert_ne!(said(row(&rows, "Cluster")), "PASS");
}

#[test]
fn a_template_without_a_cluster_has_no_rows() {
    assert!(judge_template("Resources:\n  A: {Type: AWS::S3::Bucket}\n", &[], &required(&[]), Judging::default()).is_empty());
}

#[test]
fn without_a_region_what_rests_on_it_is_not_known() {
    let text = whole("DBClusterIdentifier: graph", "DBClusterIdentifier: !Sub 'graph-${AWS::Region}'");
    let text = text.replace("${Cluster}", "graph-eu-west-1");
    let template = Template::parse(&text).unwrap();
    let verdict = |given: &Given| {
        let rows = template.judge(given, &required(&[("minimumRetentionDays", "90")]), Judging::default());
        neptune_audit::resources::judged("t", &rows[0].0, &rows[0].1, Judging::default()).verdict.as_str()
    };
    assert_eq!(verdict(&Given::default()), "UNDECIDED");
    assert_eq!(verdict(&Given { region: Some("eu-west-1".to_owned()), ..Given::default() }), "PASS");
    assert_eq!(verdict(&Given { region: Some("us-east-1".to_owned()), ..Given::default() }), "UNDECIDED");
}

#[test]
fn what_the_cdk_makes_is_judged() {
    let text = read(&fixture("templates/cdk.json"));
    let rows = judge_template(&text, &[], &required(&[("minimumRetentionDays", "90")]), Judging::default());
    assert_said(
        &rows,
        &[
            ("AuditedGraph76B4A4B4", "PASS"),
            ("PlainGraph13386077", "FAIL PARAMETER_OFF EXPORT_OFF"),
            ("HalfGraph269A88BA", "FAIL PARAMETER_OFF RETENTION_TOO_SHORT"),
        ],
    );
    // A name that CloudFormation makes up is shown as a template writes it.
    assert!(row(&rows, "HalfGraph269A88BA").message.contains("/aws/neptune/${HalfGraph269A88BA}/audit"));
}

#[test]
fn a_class_that_is_not_known_may_be_one_that_keeps_nothing() {
    let class = |class: &str| whole("RetentionInDays: 365", &format!("RetentionInDays: 365\n      LogGroupClass: {class}"));
    let of = |text: &str, asked: &[(&str, &str)]| said(row(&judge_template(text, &[], &required(asked), Judging::default()), "Cluster"));
    assert_eq!(of(&class("!Ref Name"), &[("minimumRetentionDays", "90")]), "UNDECIDED");
    assert_eq!(of(&class("!Ref Name"), &[("minimumRetentionDays", "2")]), "PASS");
    assert_eq!(of(&class("!Ref Name"), &[("logGroupEncrypted", "true")]), "PASS");
    assert_eq!(of(&class("DELIVERY"), &[("maximumRetentionDays", "90")]), "PASS");
    // Nor does it matter there what retention is set.
    let unset = class("DELIVERY").replace("RetentionInDays: 365", "RetentionInDays: !Ref Name");
    assert_eq!(of(&unset, &[("minimumRetentionDays", "90")]), "FAIL RETENTION_TOO_SHORT");
}
