//! Templates whose parameters and conditions are not known: every world that they allow.

use neptune_audit::resources::Judging;
use neptune_audit::template::{Given, Template};

use crate::support::{assert_said, judge_template, notes, required, row, said};

/// A template in which one condition turns on both halves of the trail.
const BOTH: &str = r#"
Parameters:
  Stage: {Type: String}
Conditions:
  IsProduction: !Equals [!Ref Stage, production]
Resources:
  Group:
    Type: AWS::Neptune::DBClusterParameterGroup
    Properties:
      Family: neptune1.4
      Description: group
      Parameters: {neptune_enable_audit_log: !If [IsProduction, 1, 0]}
  Cluster:
    Type: AWS::Neptune::DBCluster
    Properties:
      DBClusterIdentifier: graph
      DBClusterParameterGroupName: !Ref Group
      EnableCloudwatchLogsExports: !If [IsProduction, [audit], !Ref AWS::NoValue]
"#;

fn of(text: &str, given: &[(&str, &str)]) -> String {
    let rows = judge_template(text, given, &required(&[]), Judging::default());
    assert_eq!(rows.len(), 1, "{rows:?}");
    said(&rows[0])
}

fn message(text: &str) -> String {
    judge_template(text, &[], &required(&[]), Judging::default())[0].message.clone()
}

#[test]
fn a_value_that_is_given_decides() {
    assert_eq!(of(BOTH, &[("Stage", "production")]), "PASS");
    assert_eq!(of(BOTH, &[("Stage", "test")]), "FAIL PARAMETER_OFF EXPORT_OFF");
}

#[test]
fn a_default_counts_and_is_said_to() {
    for (default, expected) in [("production", "PASS"), ("test", "FAIL PARAMETER_OFF EXPORT_OFF")] {
        let text = BOTH.replace("{Type: String}", &format!("{{Type: String, Default: {default}}}"));
        let rows = judge_template(&text, &[], &required(&[]), Judging::default());
        assert_eq!(said(&rows[0]), expected);
        assert_eq!(notes(&rows[0]), ["parameter `Stage` is taken at its default"]);
    }
    let given = judge_template(
        &BOTH.replace("{Type: String}", "{Type: String, Default: test}"),
        &[("Stage", "production")],
        &required(&[]),
        Judging::default(),
    );
    assert_eq!((said(&given[0]).as_str(), notes(&given[0]).len()), ("PASS", 0));
}

#[test]
fn one_condition_decides_everywhere_in_the_same_way() {
    assert_eq!(of(BOTH, &[]), "UNDECIDED");
    assert!(message(BOTH).contains("it depends on parameter `Stage`; possible: PARAMETER_OFF, EXPORT_OFF"), "{}", message(BOTH));
    // Where one half is on exactly when the other is off, something is broken in every world, and no code in all of them.
    let either = BOTH.replace("!If [IsProduction, 1, 0]", "!If [IsProduction, 0, 1]");
    assert_eq!(of(&either, &[]), "UNDECIDED");
    // The condition does not matter where both sides are the same.
    let same =
        BOTH.replace("!If [IsProduction, 1, 0]", "!If [IsProduction, 1, '1']").replace(", !Ref AWS::NoValue]", ", [audit, slowquery]]");
    assert_eq!(of(&same, &[]), "PASS");
}

#[test]
fn a_parameter_is_in_one_world_what_it_is_compared_with() {
    // In production the parameter is `production`, here as there.
    let text = BOTH
        .replace("!If [IsProduction, 1, 0]", "!If [IsProduction, 1, 1]")
        .replace("!If [IsProduction, [audit], !Ref AWS::NoValue]", "!If [IsProduction, [!Ref Stage, audit], [audit]]");
    assert_eq!(of(&text, &[]), "PASS");
    let named = BOTH
        .replace("Equals [!Ref Stage, production]", "Equals [audit, !Ref Stage]")
        .replace("!If [IsProduction, [audit], !Ref AWS::NoValue]", "[!If [IsProduction, !Ref Stage, audit]]");
    assert_eq!(of(&named.replace("!If [IsProduction, 1, 0]", "1"), &[]), "PASS");
}

#[test]
fn allowed_values_are_the_worlds() {
    let text = |values: &str| {
        BOTH.replace("{Type: String}", &format!("{{Type: String, AllowedValues: {values}}}"))
            .replace("!If [IsProduction, 1, 0]", "!Ref Stage")
            .replace("!If [IsProduction, [audit], !Ref AWS::NoValue]", "[audit]")
    };
    assert_eq!(of(&text("['1']"), &[]), "PASS");
    assert_eq!(of(&text("[1]"), &[]), "PASS");
    assert_eq!(of(&text("['0', '1']"), &[]), "UNDECIDED");
    assert_eq!(of(&text("['0', 'off']"), &[]), "FAIL PARAMETER_OFF");
    assert_eq!(of(&text("['0', '1']"), &[("Stage", "1")]), "PASS");
}

#[test]
fn conditions_are_made_of_conditions() {
    let with = |condition: &str| {
        BOTH.replace("Resources:", "  IsTest: !Equals [!Ref Stage, test]\n  Always: !Equals [a, a]\nResources:")
            .replace("  IsProduction: !Equals [!Ref Stage, production]", &format!("  IsProduction: {condition}"))
    };
    for (condition, production, test, unknown) in [
        ("!Not [!Condition IsTest]", "PASS", "FAIL", "UNDECIDED"),
        ("!Not [{Condition: IsTest}]", "PASS", "FAIL", "UNDECIDED"),
        ("!Or [!Condition IsTest, !Equals [!Ref Stage, production]]", "PASS", "PASS", "UNDECIDED"),
        ("!And [!Condition Always, !Condition IsTest]", "FAIL", "PASS", "UNDECIDED"),
        ("!Or [!Condition Always, !Condition IsTest]", "PASS", "PASS", "PASS"),
        ("!And [!Condition IsTest, !Equals [!Ref Stage, production]]", "FAIL", "FAIL", "FAIL"),
        ("!Or [!Condition IsTest, !Not [!Condition IsTest]]", "PASS", "PASS", "PASS"),
        ("!Equals [!Ref Stage, !Ref Stage]", "PASS", "PASS", "PASS"),
        ("!Equals [!Sub 'x-${Stage}', !Join ['-', [x, !Ref Stage]]]", "PASS", "PASS", "PASS"),
        ("!Equals [!Sub 'x-${Stage}', !Sub 'y-${Stage}']", "FAIL", "FAIL", "FAIL"),
    ] {
        let verdict = |given: &[(&str, &str)]| of(&with(condition), given).split(' ').next().unwrap().to_owned();
        assert_eq!(verdict(&[("Stage", "production")]), production, "{condition} in production");
        assert_eq!(verdict(&[("Stage", "test")]), test, "{condition} in test");
        assert_eq!(verdict(&[]), unknown, "{condition} anywhere");
    }
}

#[test]
fn a_condition_that_cannot_be_told_is_one_question() {
    for (condition, names) in [
        ("!Equals [!ImportValue stage, production]", "Fn::ImportValue: stage"),
        ("!Equals ['{{resolve:ssm:/stage}}', production]", "{{resolve:ssm:/stage}}"),
        ("!Equals [!Ref AWS::StackName, production]", "parameter `AWS::StackName`"),
        ("{Fn::Contains: [[a], !Ref Stage]}", "Fn::Contains"),
        ("!Condition IsProduction", "condition `IsProduction`"),
        ("!Condition Nowhere", "condition `Nowhere`"),
    ] {
        let text = BOTH.replace("!Equals [!Ref Stage, production]", condition);
        assert_eq!(of(&text, &[]), "UNDECIDED", "{condition}");
        assert!(message(&text).contains(names), "{condition}: {}", message(&text));
        // It is the same question everywhere.
        let same = text.replace("!If [IsProduction, 1, 0]", "!If [IsProduction, 1, 1]").replace("!Ref AWS::NoValue]", "[audit]]");
        assert_eq!(of(&same, &[]), "PASS", "{condition}");
    }
}

#[test]
fn a_cluster_that_is_made_in_no_world_is_not_applicable() {
    let on = |condition: &str| BOTH.replace("AWS::Neptune::DBCluster\n", &format!("AWS::Neptune::DBCluster\n    Condition: {condition}\n"));
    let text = on("IsProduction");
    assert_eq!(of(&text, &[("Stage", "test")]), "NOT_APPLICABLE");
    assert_eq!(of(&text, &[("Stage", "production")]), "PASS");
    // Where it is made it passes, and elsewhere nothing is to be said.
    assert_eq!(of(&text, &[]), "PASS");
    let never = on("Never").replace("Resources:", "  Never: !Equals [a, b]\nResources:");
    assert_eq!(of(&never, &[]), "NOT_APPLICABLE");
    let not = on("IsOther").replace("Resources:", "  IsOther: !Not [!Condition IsProduction]\nResources:");
    assert_eq!(of(&not, &[]), "FAIL PARAMETER_OFF EXPORT_OFF");
}

#[test]
fn what_is_not_made_does_not_count() {
    let text = BOTH
        .replace("AWS::Neptune::DBClusterParameterGroup\n", "AWS::Neptune::DBClusterParameterGroup\n    Condition: IsProduction\n")
        .replace("!If [IsProduction, 1, 0]", "1")
        .replace("!If [IsProduction, [audit], !Ref AWS::NoValue]", "[audit]");
    assert_eq!(of(&text, &[("Stage", "production")]), "PASS");
    assert_eq!(of(&text, &[("Stage", "test")]), "UNDECIDED");
    let chosen = text.replace("!Ref Group", "!If [IsProduction, !Ref Group, !Ref AWS::NoValue]");
    assert_eq!(of(&chosen, &[("Stage", "test")]), "FAIL PARAMETER_OFF");
}

#[test]
fn mappings_are_looked_up() {
    let text = |first: &str| {
        BOTH.replace(
            "Conditions:",
            "Mappings:\n  Stages:\n    production: {Audit: 1}\n    test: {Audit: 0}\n    eu-west-1: {Audit: 1}\nConditions:",
        )
        .replace("!If [IsProduction, 1, 0]", &format!("!FindInMap [Stages, {first}, Audit]"))
        .replace("!If [IsProduction, [audit], !Ref AWS::NoValue]", "[audit]")
    };
    assert_eq!(of(&text("production"), &[]), "PASS");
    assert_eq!(of(&text("test"), &[]), "FAIL PARAMETER_OFF");
    assert_eq!(of(&text("!Ref AWS::Region"), &[]), "PASS");
    assert_eq!(of(&text("nowhere"), &[]), "UNDECIDED");
    assert_eq!(of(&text("!Ref Stage"), &[("Stage", "production")]), "PASS");
    assert_eq!(of(&text("!Ref Stage"), &[]), "UNDECIDED");
    // Whether the key `on` is read as a switch nobody says, and the value `on` is one.
    let switched = text("on").replace("production: {Audit", "on: {Audit");
    assert_eq!(of(&switched, &[]), "UNDECIDED");
    assert_eq!(of(&switched.replace("[Stages, on,", "[Stages, 'on',"), &[]), "PASS");
    let otherwise = text("nowhere").replace(", Audit]", ", Audit, {DefaultValue: 1}]");
    assert_eq!(of(&otherwise, &[]), "PASS");
}

#[test]
fn what_parameter_store_holds_is_not_the_default() {
    let text = BOTH
        .replace("{Type: String}", "{Type: AWS::SSM::Parameter::Value<String>, Default: '1'}")
        .replace("!If [IsProduction, 1, 0]", "!Ref Stage")
        .replace("!If [IsProduction, [audit], !Ref AWS::NoValue]", "[audit]");
    assert_eq!(of(&text, &[]), "UNDECIDED");
    assert_eq!(of(&text, &[("Stage", "1")]), "UNDECIDED");
}

#[test]
fn a_list_is_split_at_its_commas() {
    let text = BOTH
        .replace("{Type: String}", "{Type: CommaDelimitedList, Default: 'slowquery, audit'}")
        .replace("  IsProduction: !Equals [!Ref Stage, production]", "  IsProduction: !Equals [a, a]")
        .replace("!If [IsProduction, [audit], !Ref AWS::NoValue]", "!Ref Stage");
    assert_eq!(of(&text, &[]), "PASS");
    assert_eq!(of(&text, &[("Stage", "slowquery")]), "FAIL EXPORT_OFF");
    assert_eq!(of(&text.replace(", Default: 'slowquery, audit'", ""), &[]), "UNDECIDED");
    let selected = text.replace("Exports: !Ref Stage", "Exports: [!Select [1, !Ref Stage]]");
    assert_eq!(of(&selected, &[]), "PASS");
}

#[test]
fn a_value_that_the_stack_has_already_is_not_its_default() {
    let text = BOTH.replace("{Type: String}", "{Type: String, Default: production}");
    let template = Template::parse(&text).unwrap();
    let given = Given { parameters: [("Stage".to_owned(), None)].into(), ..Given::default() };
    let rows = template.judge(&given, &required(&[]), Judging::default());
    let judged = neptune_audit::resources::judged("t", &rows[0].0, &rows[0].1, Judging::default());
    assert_eq!(judged.verdict.as_str(), "UNDECIDED");
}

#[test]
fn too_many_worlds_are_undecided_and_say_so() {
    let names: Vec<String> = (0..13).map(|number| format!("P{number}")).collect();
    let parameters: String = names.iter().map(|name| format!("  {name}: {{Type: String, AllowedValues: [a, b]}}\n")).collect();
    let parts: String = names.iter().map(|name| format!("${{{name}}}")).collect();
    let text = format!(
        "Parameters:\n{parameters}Resources:\n  Cluster:\n    Type: AWS::Neptune::DBCluster\n    Properties:\n      DBClusterParameterGroupName: !Sub '{parts}'\n      EnableCloudwatchLogsExports: [audit]\n"
    );
    let rows = judge_template(&text, &[], &required(&[]), Judging::default());
    assert_eq!(said(&rows[0]), "UNDECIDED");
    assert!(rows[0].message.contains("too much is unknown") && rows[0].message.contains("parameter `P12`"), "{}", rows[0].message);
    // Twelve are not too many.
    assert!(!judge_template(&text.replace("${P12}", ""), &[], &required(&[]), Judging::default())[0].message.contains("too much"));
}

#[test]
fn questions_of_other_clusters_are_not_asked() {
    let mut text = "Parameters:\n".to_owned();
    for number in 0..40 {
        text.push_str(&format!("  P{number}: {{Type: String}}\n"));
    }
    text.push_str("Conditions:\n");
    for number in 0..40 {
        text.push_str(&format!("  C{number}: !Equals [!Ref P{number}, x]\n"));
    }
    text.push_str("Resources:\n");
    for number in 0..40 {
        text.push_str(&format!(
            "  Cluster{number}:\n    Type: AWS::Neptune::DBCluster\n    Condition: C{number}\n    Properties: {{DBClusterParameterGroupName: !Ref Group{number}, EnableCloudwatchLogsExports: [audit]}}\n  Group{number}:\n    Type: AWS::Neptune::DBClusterParameterGroup\n    Condition: C{number}\n    Properties: {{Parameters: {{neptune_enable_audit_log: 1}}}}\n"
        ));
    }
    let rows = judge_template(&text, &[], &required(&[]), Judging::default());
    assert_eq!(rows.len(), 40);
    assert!(rows.iter().all(|row| said(row) == "PASS"), "{:?}", rows[0]);
}

#[test]
fn a_value_that_is_not_allowed_is_refused() {
    let template = Template::parse(&BOTH.replace("{Type: String}", "{Type: String, AllowedValues: [production, test]}")).unwrap();
    let check = |value: &str| template.check(&[("Stage".to_owned(), Some(value.to_owned()))].into());
    assert_eq!(check("test"), Ok(()));
    assert_eq!(check("prod"), Err("parameter `Stage`: `prod` is not allowed: production, test".to_owned()));
}

#[test]
fn both_clusters_of_two_worlds_are_said() {
    let text = BOTH.replace("  Cluster:", "  Other: {Type: AWS::Neptune::DBCluster}\n  Cluster:");
    let rows = judge_template(&text, &[("Stage", "production")], &required(&[]), Judging::default());
    assert_said(&rows, &[("Cluster", "PASS"), ("Other", "FAIL PARAMETER_OFF EXPORT_OFF")]);
    assert!(row(&rows, "Other").message.contains("default.neptune…"));
}

#[test]
fn a_list_may_hold_several_of_the_values_that_it_allows() {
    let text = |allowed: &str, exports: &str| {
        BOTH.replace("{Type: String}", &format!("{{Type: CommaDelimitedList, AllowedValues: {allowed}}}"))
            .replace("  IsProduction: !Equals [!Ref Stage, production]", "  IsProduction: !Equals [a, a]")
            .replace("!If [IsProduction, [audit], !Ref AWS::NoValue]", exports)
            .replace("{neptune_enable_audit_log: !If", "{neptune_enable_slow_query_log: info, neptune_enable_audit_log: !If")
    };
    let both = required(&[("logTypes", "audit,slowquery")]);
    let of = |text: &str| said(&judge_template(text, &[], &both, Judging::default())[0]);
    assert_eq!(of(&text("[audit, slowquery]", "!Ref Stage")), "UNDECIDED");
    assert_eq!(of(&text("[audit]", "!Ref Stage")), "FAIL EXPORT_OFF");
    assert_eq!(of(&text("[audit]", "[slowquery, !Select [0, !Ref Stage]]")), "PASS");
    // The order is not known either.
    assert_eq!(
        of(&text("[audit, slowquery]", "!If [IsFirst, [audit, slowquery], []]")
            .replace("Resources:", "  IsFirst: !Equals [!Select [0, !Ref Stage], audit]\nResources:")),
        "UNDECIDED"
    );
    assert_eq!(of(&text("[audit, slowquery]", "!Split ['-', !Join ['-', !Ref Stage]]")), "UNDECIDED");
    assert_eq!(of(&text("[a, b, c]", "!Ref Stage")), "FAIL EXPORT_OFF");
    // More than are gone through: it depends on the parameter.
    assert_eq!(of(&text("[a, b, c, d]", "!Ref Stage")), "UNDECIDED");
    assert_eq!(of(&text("[audit, slowquery, c, d]", "!Ref Stage")), "UNDECIDED");
}

#[test]
fn what_is_broken_for_either_log_says_so_and_what_decides_for_which() {
    let text =
        BOTH.replace("!If [IsProduction, 1, 0]", "1, neptune_enable_slow_query_log: info").replace("!Ref AWS::NoValue]", "[slowquery]]");
    let both = required(&[("logTypes", "audit,slowquery")]);
    let rows = judge_template(&text, &[], &both, Judging::default());
    assert_eq!(said(&rows[0]), "FAIL EXPORT_OFF");
    assert_eq!(
        rows[0].message,
        "audit or slowquery: EXPORT_OFF. To do: turn on the export of the audit log of cluster graph; turn on the export of the \
         slowquery log of cluster graph. \
         Found: which, depends on parameter `Stage`"
    );
    let exported: Vec<_> = rows[0].links.iter().filter(|link| link.link == "exported").collect();
    assert!(exported.iter().all(|link| link.state.as_str() == "undecided" && link.code == Some("EXPORT_OFF")), "{exported:?}");
    assert!(exported.iter().all(|link| link.detail.as_deref() == Some("it depends on parameter `Stage`")), "{exported:?}");
    // The same where the other log is broken in every case: of this one it still depends.
    let never = text.replace("[slowquery]]", "[]]");
    let rows = judge_template(&never, &[], &both, Judging::default());
    let audit = rows[0].links.iter().find(|link| link.link == "exported").unwrap();
    assert_eq!(audit.detail.as_deref(), Some("it depends on parameter `Stage`"));
    assert!(rows[0].message.starts_with("slowquery: EXPORT_OFF. To do: "), "{}", rows[0].message);
}

#[test]
fn what_is_said_of_one_cluster_does_not_depend_on_those_before_it() {
    let mut text = "Parameters:\n".to_owned();
    (0..13).for_each(|number| text.push_str(&format!("  P{number}: {{Type: String}}\n")));
    text.push_str("Conditions:\n");
    (0..13).for_each(|number| text.push_str(&format!("  C{number}: !Equals [!Ref P{number}, x]\n")));
    text.push_str(
        "Resources:\n  Group: {Type: AWS::Neptune::DBClusterParameterGroup, Properties: {Parameters: {neptune_enable_audit_log: 1}}}\n",
    );
    let cluster = |name: &str, conditions: usize| {
        let exports: Vec<_> = (0..conditions).map(|number| format!("!If [C{number}, audit, slowquery]")).collect();
        format!(
            "  {name}:\n    Type: AWS::Neptune::DBCluster\n    Properties: {{DBClusterParameterGroupName: !Ref Group, EnableCloudwatchLogsExports: [{}, audit]}}\n",
            exports.join(", ")
        )
    };
    (0..40).for_each(|number| text.push_str(&cluster(&format!("Many{number}"), 13)));
    text.push_str(&cluster("Few", 6));
    let rows = judge_template(&text, &[], &required(&[]), Judging::default());
    assert!(row(&rows, "Many0").message.contains("too much is unknown") && row(&rows, "Many39").message.contains("too much is unknown"));
    assert_eq!(said(row(&rows, "Few")), "PASS");
}

#[test]
fn what_is_remembered_from_one_world_is_used_only_where_it_is_the_same() {
    // Each part rests on other parameters; the log group's name on all of them.
    let text = r#"
Parameters:
  A: {Type: String, AllowedValues: [audit, slowquery]}
  B: {Type: String, AllowedValues: ['0', '1']}
  C: {Type: String, AllowedValues: [graph, other]}
  D: {Type: Number, AllowedValues: [30, 90]}
Conditions:
  IsOn: !And [!Equals [!Ref A, audit], !Equals [!Ref B, '1']]
Resources:
  Group:
    Type: AWS::Neptune::DBClusterParameterGroup
    Properties: {Parameters: {neptune_enable_audit_log: !If [IsOn, 1, 0]}}
  Cluster:
    Type: AWS::Neptune::DBCluster
    Properties:
      DBClusterIdentifier: !Ref C
      DBClusterParameterGroupName: !Ref Group
      EnableCloudwatchLogsExports: [!Ref A]
  Log:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub '/aws/neptune/${C}/audit', RetentionInDays: !If [IsOn, !Ref D, 1]}
"#;
    let asked = required(&[("minimumRetentionDays", "60")]);
    let of = |given: &[(&str, &str)]| said(&judge_template(text, given, &asked, Judging::default())[0]);
    let mut certain: Option<Vec<String>> = None;
    for a in ["audit", "slowquery"] {
        for b in ["0", "1"] {
            for c in ["graph", "other"] {
                for d in ["30", "90"] {
                    let one = of(&[("A", a), ("B", b), ("C", c), ("D", d)]);
                    let is_on = (a, b) == ("audit", "1");
                    let expected = match (is_on, a, d) {
                        (true, _, "90") => "PASS",
                        (true, ..) => "FAIL RETENTION_TOO_SHORT",
                        (false, "audit", _) => "FAIL PARAMETER_OFF RETENTION_TOO_SHORT",
                        (false, ..) => "FAIL PARAMETER_OFF EXPORT_OFF RETENTION_TOO_SHORT",
                    };
                    assert_eq!(one, expected, "{a} {b} {c} {d}");
                    let codes = one.split(' ').skip(1).map(str::to_owned).collect::<Vec<_>>();
                    certain =
                        Some(certain.map_or(codes.clone(), |certain| certain.into_iter().filter(|code| codes.contains(code)).collect()));
                }
            }
        }
    }
    assert_eq!(certain, Some(Vec::new()));
    assert_eq!(of(&[]), "UNDECIDED");
    assert_eq!(of(&[("B", "0")]), "FAIL PARAMETER_OFF RETENTION_TOO_SHORT");
    assert_eq!(of(&[("A", "slowquery"), ("D", "90")]), "FAIL PARAMETER_OFF EXPORT_OFF RETENTION_TOO_SHORT");
    assert_eq!(of(&[("A", "audit"), ("B", "1"), ("D", "90")]), "PASS");
}

#[test]
fn a_switch_is_compared_as_cloudformation_reads_it() {
    for (default, compared, expected) in [
        ("'true'", "True", "PASS"),
        ("yes", "'true'", "PASS"),
        ("on", "YES", "PASS"),
        ("yes", "'yes'", "FAIL PARAMETER_OFF EXPORT_OFF"),
        ("'True'", "True", "FAIL PARAMETER_OFF EXPORT_OFF"),
    ] {
        let text = BOTH
            .replace("{Type: String}", &format!("{{Type: String, Default: {default}}}"))
            .replace("[!Ref Stage, production]", &format!("[!Ref Stage, {compared}]"));
        assert_eq!(of(&text, &[]), expected, "{default} {compared}");
    }
}
