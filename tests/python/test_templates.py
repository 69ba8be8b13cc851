"""What is deployed agrees with the function: its parameters, the calls it makes, and the words AWS knows."""

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest

from templates import ROOT, actions_in_code, allowed_actions, load, parse, resources, rule_parameters, template_name, walk

TEMPLATE = "template.yaml"
# Templates in CloudFormation's language.
TEMPLATES = [TEMPLATE, *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "deploy").glob("*.yaml"))]
PACK = "deploy/conformance-pack.yaml"
MEMBER_ROLE = "deploy/member-role.yaml"
STACK_SET = "deploy/organization-stackset.yaml"
CENTRAL = "deploy/organization-central.yaml"
PERMISSIONS = "deploy/organization-permissions.yaml"
RUNBOOK = "remediation/NeptuneAuditLog-Enable.yaml"

BIN = Path(sys.executable).parent
# Done by Lambda itself with the function's role, so no line of the function names it.
DONE_BY_LAMBDA = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
# The one action that needs no reason: Lambda takes the role.
SERVICE_TRUST = "            Action: sts:AssumeRole"


def run(*command, **options):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# Checks that take a template, so that a test can also hand them a broken one.


def check_parameters(template):
    """Each parameter of the rule has a template parameter, is passed on, and is left out when blank."""
    passed = only(template, "AWS::Config::ConfigRule")["Properties"]["InputParameters"]
    assert set(passed) == set(rule_parameters())
    for name, value in passed.items():
        parameter = template_name(name)
        assert template["Parameters"][parameter]["Type"] == "String", f"{parameter} cannot be blank"
        assert value == {"Fn::If": [f"Has{parameter}", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
        assert template["Conditions"][f"Has{parameter}"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}
        assert accepts(template["Parameters"][parameter], ""), f"{parameter} cannot be blank"


def check_function_actions(template):
    """The function may do what its code does, and nothing else."""
    assert allowed_actions(template["Resources"]["FunctionRole"]) == actions_in_code() | DONE_BY_LAMBDA


def check_remediation(template):
    """The remediation gives the runbook inputs that it has, all it needs, and values that it takes."""
    remediation = only(template, "AWS::Config::RemediationConfiguration")["Properties"]
    inputs = load(RUNBOOK)["parameters"]
    given = remediation["Parameters"]
    assert set(given) == set(inputs), "the remediation and the runbook differ in their inputs"
    assert given["DbClusterResourceId"] == {"ResourceValue": {"Value": "RESOURCE_ID"}}
    for name, definition in inputs.items():
        parameter = template["Parameters"].get(f"Remediation{name}")
        if parameter:
            assert parameter["Default"] == definition["default"], name
            if "AllowedValues" in parameter and "allowedValues" in definition:
                assert set(parameter["AllowedValues"]) == set(definition["allowedValues"]), name
            for value in parameter.get("AllowedValues", []):
                assert re.fullmatch(definition.get("allowedPattern", ".*"), value), (name, value)
    # A run takes longer than a second: refusals never add up to an exception, which would leave the cluster out of later repairs.
    assert 1 <= remediation["RetryAttemptSeconds"] <= remediation["MaximumAutomaticAttempts"] <= 25
    assert remediation["ExecutionControls"]["SsmControls"]["ErrorPercentage"] == 100


def check_words(template):
    """The words that AWS Config refuses when misspelt, and cfn-lint does not know."""
    for rule in resources(template, "AWS::Config::ConfigRule").values():
        source = rule["Properties"]["Source"]
        assert source["Owner"] in enum("config", "Owner")
        for detail in source["SourceDetails"]:
            assert detail["EventSource"] in enum("config", "EventSource")
            assert detail["MessageType"] in enum("config", "MessageType")
    for rule in resources(template, "AWS::Config::OrganizationConfigRule").values():
        triggers = rule["Properties"]["OrganizationCustomRuleMetadata"]["OrganizationConfigRuleTriggerTypes"]
        assert set(triggers) == set(enum("config", "OrganizationConfigRuleTriggerType"))
    for remediation in resources(template, "AWS::Config::RemediationConfiguration").values():
        assert remediation["Properties"]["TargetType"] in enum("config", "RemediationTargetType")
        for value in remediation["Properties"]["Parameters"].values():
            if "ResourceValue" in value:
                assert value["ResourceValue"]["Value"] in enum("config", "ResourceValueType")
    for parameter, definition in template.get("Parameters", {}).items():
        if parameter == "MaximumExecutionFrequency" and "AllowedValues" in definition:
            assert set(definition["AllowedValues"]) == set(enum("config", "MaximumExecutionFrequency"))


def check_pack(text):
    """A conformance pack holds rules and remediations only, within the limits of AWS Config."""
    assert len(text.encode()) <= 51_200
    pack = parse(text)
    assert len(pack["Parameters"]) <= 60
    assert set(pack) <= {"Parameters", "Conditions", "Resources"}
    for resource in pack["Resources"].values():
        assert resource["Type"] in ("AWS::Config::ConfigRule", "AWS::Config::RemediationConfiguration")
    for name, parameter in pack["Parameters"].items():
        assert set(parameter) <= {"Type", "Default", "Description"}, name
        assert parameter["Type"] == "String", name
    rule = only(pack, "AWS::Config::ConfigRule")["Properties"]
    remediation = only(pack, "AWS::Config::RemediationConfiguration")
    assert remediation["Properties"]["ConfigRuleName"] == rule["ConfigRuleName"], "the remediation names another rule"
    assert remediation["DependsOn"] == "ConfigRule"


def only(template, kind):
    (resource,) = resources(template, kind).values()
    return resource


@functools.cache
def enum(service, shape):
    return botocore.session.get_session().get_service_model(service).shape_for(shape).enum


def accepts(parameter, value):
    """Whether CloudFormation takes a value for a template parameter."""
    if "AllowedValues" in parameter and value not in parameter["AllowedValues"]:
        return False
    if len(value) > parameter.get("MaxLength", 4096):
        return False
    return re.fullmatch(parameter.get("AllowedPattern", ".*"), value, re.DOTALL) is not None


# The templates as they are.


def test_the_template_is_what_sam_and_cfn_lint_accept():
    sam = ROOT / ".venv/sam/bin/sam"
    run(sam, "validate", "--lint", "--template", TEMPLATE, "--region", "eu-west-1", env={**os.environ, "SAM_CLI_TELEMETRY": "0"})


@pytest.mark.parametrize("path", TEMPLATES)
def test_cfn_lint_finds_nothing(path):
    run(BIN / "cfn-lint", "--non-zero-exit-code", "informational", path)


def test_checkov_finds_nothing_that_is_not_explained():
    paths = [part for path in [*TEMPLATES, "remediation/role.yaml", "examples/neptune-cluster.yaml"] for part in ("--file", path)]
    run(ROOT / ".venv/checkov/bin/checkov", "--skip-download", "--quiet", "--compact", "--framework", "cloudformation", *paths)
    for path in TEMPLATES:
        for part in walk(load(path)):
            for skip in part.get("skip", []):
                assert len(skip["comment"]) > 20, skip


@pytest.mark.parametrize("path", [TEMPLATE, PACK])
def test_every_parameter_of_the_rule_is_reachable_and_a_blank_one_is_unset(path):
    check_parameters(load(path))


def test_the_function_may_do_exactly_what_its_code_does():
    check_function_actions(load(TEMPLATE))


def test_every_allowed_action_says_why_it_is_needed():
    text = (ROOT / TEMPLATE).read_text()
    for line in text[text.index("FunctionRole:") : text.index("ConfigPermission:")].splitlines():
        if re.search(r"(Action:|-) (rds|logs|config|sts|sqs):\w+$", line.split(" #")[0]) and line != SERVICE_TRUST:
            assert re.search(r" # \w+", line), line


@pytest.mark.parametrize("path", TEMPLATES)
def test_every_word_is_one_that_aws_knows(path):
    check_words(load(path))


def test_the_rule_runs_on_changes_and_on_a_schedule():
    rule = only(load(TEMPLATE), "AWS::Config::ConfigRule")["Properties"]
    assert rule["Scope"] == {"ComplianceResourceTypes": ["AWS::RDS::DBCluster"]}
    assert [detail["MessageType"] for detail in rule["Source"]["SourceDetails"]] == [
        "ConfigurationItemChangeNotification",
        "OversizedConfigurationItemChangeNotification",
        "ScheduledNotification",
    ]
    assert rule["Source"]["SourceDetails"][2]["MaximumExecutionFrequency"] == {"Ref": "MaximumExecutionFrequency"}


def test_only_aws_config_of_this_account_may_invoke_the_function():
    permission = only(load(TEMPLATE), "AWS::Lambda::Permission")["Properties"]
    assert permission["Principal"] == "config.amazonaws.com"
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_the_dashboard_shows_metrics_and_fields_that_the_function_writes():
    text = load(TEMPLATE)["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    dashboard = json.loads(text)
    signals = (ROOT / "src/signals.rs").read_text()
    namespace = re.search(r'const NAMESPACE: &str = "(\w+)"', signals)[1]
    shown = {metric[1] for widget in dashboard["widgets"] for metric in widget["properties"].get("metrics", []) if metric[0] == namespace}
    written = set(re.findall(r'"([A-Z]\w+)": ', signals)) - {"Timestamp", "CloudWatchMetrics", "Namespace", "Dimensions", "Metrics", "Name", "Unit"}
    assert shown == written
    fields = set(re.findall(r'"([a-z]\w+)": ', signals))
    for widget in dashboard["widgets"]:
        query = widget["properties"].get("query", "")
        assert set(re.findall(r"\b(?:filter|by|distinct\(|fields @timestamp,) ?(\w+)", query)) <= fields
        assert {"accountId", "resourceId", "cluster", "message", "compliance"} & set(re.findall(r"\w+", query)) <= fields


@pytest.mark.parametrize(
    ("parameter", "taken", "refused"),
    [
        ("LogTypes", ["audit", "slowquery", "audit,slowquery", "slowquery,audit"], ["error", "audit,", "audit slowquery"]),
        ("PendingReboot", ["COMPLIANT", "NON_COMPLIANT"], ["NOT_APPLICABLE", "compliant"]),
        ("MinimumRetentionDays", ["1", "90", "3653"], ["0", "3654", "-1", "1.5", "4000", "01"]),
        ("MaximumRetentionDays", ["1", "3599", "3649", "3653"], ["0", "3654", "9999", "10000"]),
        ("IamAuthentication", ["true", "false"], ["yes", "1"]),
        ("LogGroupRequired", ["true", "false"], ["no"]),
        ("LogGroupEncrypted", ["true", "false"], ["yes", "1"]),
        ("LogGroupDeletionProtected", ["true", "false"], ["yes", "1"]),
        ("LogGroupMetricFilter", ["true", "false"], ["yes", "1"]),
        (
            "ForwardingDestination",
            ["*", "*:destination:audit", "arn:*", "arn:aws:logs:*:444455556666:destination:audit", "arn:aws:logs:eu-west-1:444455556666:destination:audit"],
            ["nonsense", "arn:", "arn:aws:logs:eu-west-1", "two words", "arn:aws:logs:eu-west-1:444455556666", "* and more"],
        ),
        ("MaximumSilenceHours", ["1", "24", "8760", "9999", "87672"], ["0", "-1", "1.5", "87673", "88000", "99999", "100000", "01"]),
        ("ExemptTag", ["audit", "audit=off", "cost:center = a b", "Straße"], [" audit", "=off", 'a"b', "a\\b"]),
        ("ExecutionRoleName", ["NeptuneAuditRule", "audit/rules/NeptuneAuditRule"], ["/", "a b", "path/"]),
        ("ReportUnchanged", ["true", "false"], ["no"]),
    ],
)
def test_a_template_parameter_takes_what_the_rule_takes(parameter, taken, refused):
    definition = load(TEMPLATE)["Parameters"][parameter]
    assert [value for value in taken if not accepts(definition, value)] == []
    assert [value for value in refused if accepts(definition, value)] == []


def longest_values(template):
    """For each parameter of the rule, how many characters its longest value has."""
    lengths = {}
    for name in rule_parameters():
        definition = template["Parameters"][template_name(name)]
        if "AllowedValues" in definition:
            lengths[name] = max(map(len, definition["AllowedValues"]))
        elif "MaxLength" in definition:
            lengths[name] = definition["MaxLength"]
        else:
            lengths[name] = max(size for size in range(10) if accepts(definition, "1" * size))
    return lengths


def test_the_longest_values_together_fit_what_aws_config_stores():
    """InputParameters holds 1,024 characters at most."""
    longest = {name: "x" * size for name, size in longest_values(load(TEMPLATE)).items()}
    assert len(json.dumps(longest)) <= 1024


# The other templates.


@pytest.mark.parametrize("path", [TEMPLATE, PACK])
def test_the_remediation_and_the_runbook_agree(path):
    check_remediation(load(path))


def test_the_conformance_pack_keeps_within_the_limits_of_aws_config():
    check_pack((ROOT / PACK).read_text())


def test_the_conformance_pack_is_the_rule_and_the_remediation_of_the_template():
    template, pack = load(TEMPLATE), load(PACK)
    ours, theirs = (only(t, "AWS::Config::ConfigRule")["Properties"] for t in (template, pack))
    for name in ("Description", "Scope", "InputParameters"):
        assert theirs[name] == ours[name]
    assert theirs["Source"]["SourceDetails"] == ours["Source"]["SourceDetails"]
    ours, theirs = (only(t, "AWS::Config::RemediationConfiguration")["Properties"] for t in (template, pack))
    different = {name for name in ours if ours[name] != theirs[name]}
    assert different == {"ConfigRuleName", "TargetId", "Parameters"}
    assert {name for name in ours["Parameters"] if ours["Parameters"][name] != theirs["Parameters"][name]} == {"AutomationAssumeRole"}
    # The pack knows the runbook and its role by the names that the template gives them.
    assert theirs["TargetId"] == template["Resources"]["Runbook"]["Properties"]["Name"]
    role = template["Resources"]["RunbookRole"]["Properties"]["RoleName"]["Fn::Sub"]
    (arn,) = theirs["Parameters"]["AutomationAssumeRole"]["StaticValue"]["Values"]
    assert arn == {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/" + role}


# What a way to deploy says otherwise: a central function needs the role; a stack set serves many Regions (see test_organization.py),
# pays for each dashboard, and gives its rules one name.
OTHERWISE = {
    CENTRAL: {"ExecutionRoleName"},
    STACK_SET: {"ForwardingDestination", "LogKmsKeyArn", "AlarmTopicArn", "NonCompliantTopicArn", "RemediationKmsKeyId", "CreateDashboard", "RuleName"},
}


@pytest.mark.parametrize("path", [PACK, STACK_SET, CENTRAL])
def test_parameters_of_the_same_name_mean_the_same_everywhere(path):
    ours = load(TEMPLATE)["Parameters"]
    for name, definition in load(path)["Parameters"].items():
        if name in ours and name not in OTHERWISE.get(path, ()):
            assert definition == {key: ours[name][key] for key in definition}, name
            if path != PACK:
                assert definition == ours[name], name


def test_a_stack_set_takes_nothing_that_its_stacks_refuse():
    ours, theirs = load(TEMPLATE)["Parameters"], load(STACK_SET)["Parameters"]
    assert {**theirs["CreateDashboard"], "Default": ours["CreateDashboard"]["Default"]} == ours["CreateDashboard"]
    # What a stack takes, but for the blank one.
    assert ours["RuleName"]["AllowedPattern"] == "^({})?$".format(theirs["RuleName"]["AllowedPattern"].strip("^$"))
    assert theirs["CreateDashboard"]["Default"] == "false"
    assert theirs["RuleName"]["Default"] == "neptune-audit-rule"


def test_the_member_role_may_do_what_the_function_does_and_not_assume_further():
    role = load(MEMBER_ROLE)["Resources"]["MemberRole"]
    assert allowed_actions(role) == actions_in_code() - {"sts:AssumeRole"}


def test_only_the_functions_role_may_assume_the_member_role():
    (statement,) = load(MEMBER_ROLE)["Resources"]["MemberRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": {"Ref": "FunctionRoleArn"}}
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}}


def test_the_member_role_has_the_name_that_the_central_rule_assumes():
    assert load(MEMBER_ROLE)["Parameters"]["RoleName"]["Default"] == load(CENTRAL)["Parameters"]["ExecutionRoleName"]["Default"]


def test_the_runbooks_role_is_the_one_beside_the_runbook():
    ours = load(TEMPLATE)["Resources"]["RunbookRole"]["Properties"]
    theirs = load("remediation/role.yaml")["Resources"]["Role"]["Properties"]
    for name in ("AssumeRolePolicyDocument", "Policies"):
        assert ours[name] == theirs[name]


def test_a_central_function_is_open_to_the_named_accounts_only():
    name, accounts, made = load(PERMISSIONS)["Resources"]["Fn::ForEach::Permissions"]
    (permission,) = made.values()
    assert accounts == {"Ref": "MemberAccountIds"}
    assert permission["Properties"]["SourceAccount"] == {"Ref": name}
    assert permission["Properties"]["Principal"] == "config.amazonaws.com"


def test_an_organization_rule_passes_every_parameter_as_text_in_json():
    metadata = only(load(CENTRAL), "AWS::Config::OrganizationConfigRule")["Properties"]["OrganizationCustomRuleMetadata"]
    text = metadata["InputParameters"]["Fn::Sub"]
    assert json.loads(text) == {name: f"${{{template_name(name)}}}" for name in rule_parameters()}
    assert metadata["ResourceTypesScope"] == ["AWS::RDS::DBCluster"]
    # The longest values still fit, and no value can end its quotes.
    longest = {template_name(name): "x" * size for name, size in longest_values(load(CENTRAL)).items()}
    assert len(re.sub(r"\$\{(\w+)\}", lambda match: longest[match[1]], text)) <= 1024
    for name in ("ForwardingDestination", "ExemptTag", "ExecutionRoleName"):
        for end in ('*","logTypes":"', "*\\", "*\n"):
            assert not accepts(load(CENTRAL)["Parameters"][name], end), (name, end)


def test_an_organization_pack_passes_every_parameter_of_the_pack():
    pack = only(load(CENTRAL), "AWS::Config::OrganizationConformancePack")["Properties"]
    passed = {p["ParameterName"]: p["ParameterValue"] for p in pack["ConformancePackInputParameters"]}
    permitted = {"Fn::ImportValue": {"Fn::Sub": "${PermissionsStackName}-FunctionArn"}}
    assert passed == {name: {"Ref": name} for name in load(PACK)["Parameters"]} | {"FunctionArn": permitted}


def test_the_stack_set_passes_every_parameter_of_a_single_account(expanded):
    stack_set = only(load(STACK_SET), "AWS::CloudFormation::StackSet")["Properties"]
    passed = {p["ParameterKey"]: p["ParameterValue"] for p in stack_set["Parameters"]}
    assert passed == {name: {"Ref": name} for name in passed}
    # A function in each account serves that account only, and with its own rule.
    assert set(passed) == set(expanded["Parameters"]) - {"ExecutionRoleName", "OrganizationId", "CreateRule"}
    theirs = load(STACK_SET)["Parameters"]
    assert {name: expanded["Parameters"][name] for name in passed} == {name: theirs[name] for name in passed}


# The plain template that stack sets need.


def with_plain_arns(value):
    """A part of the expanded template, with the parameter where an ARN is put together for the stack's Region."""
    if isinstance(value, list):
        return [with_plain_arns(item) for item in value]
    if not isinstance(value, dict):
        return value
    joined = value.get("Fn::Join", ["", []])[1]
    if {"Ref": "AWS::Region"} in joined:
        name = re.fullmatch(r"\$\{(\w+)\}\{region\}", joined[0]["Fn::Select"][1]["Fn::Split"][1]["Fn::Sub"])[1]
        return {"Ref": name}
    return {key: with_plain_arns(item) for key, item in value.items()}


@pytest.fixture(scope="module")
def expanded():
    return json.loads(run(ROOT / ".venv/sam/bin/python", "deploy/expand.py", "stack-set", "arm64"))


def test_the_expanded_template_needs_no_transform(expanded, tmp_path):
    assert "Transform" not in expanded
    assert not [part for part in walk(expanded) if "Fn::Transform" in part]
    # The Region that the translator was told is nowhere in what it wrote.
    assert "us-east-1" not in json.dumps(expanded)
    path = tmp_path / "expanded.json"
    path.write_text(json.dumps(expanded))
    run(BIN / "cfn-lint", path)


def test_the_expanded_template_says_what_the_template_says(expanded):
    template = load(TEMPLATE)
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function" and name != "Runbook":
            assert with_plain_arns(expanded["Resources"][name]) == resource, name
    assert expanded["Resources"]["Runbook"]["Properties"]["Content"] == load(RUNBOOK)
    function = expanded["Resources"]["NeptuneAuditRuleFunction"]["Properties"]
    assert function["Architectures"] == ["arm64"]
    for name in ("Runtime", "Handler", "MemorySize", "Timeout", "LoggingConfig"):
        assert function[name] == template["Resources"]["NeptuneAuditRuleFunction"]["Properties"][name], name


def test_the_runbook_can_be_deployed_alone(tmp_path):
    path = tmp_path / "runbook.json"
    path.write_text(run(ROOT / ".venv/sam/bin/python", "deploy/expand.py", "runbook"))
    run(BIN / "cfn-lint", path)
    alone = json.loads(path.read_text())
    assert set(alone["Resources"]) == {"Runbook", "RunbookRole"}
    # A document holds 64 KB: https://docs.aws.amazon.com/general/latest/gr/ssm.html
    assert len(json.dumps(alone["Resources"]["Runbook"]["Properties"]["Content"]).encode()) <= 65_536


# The same checks on templates with one fault each.


def broken(change):
    template = load(TEMPLATE)
    change(template)
    return template


def reading(template):
    """The statements of what the function reads and reports."""
    policies = template["Resources"]["FunctionRole"]["Properties"]["Policies"]
    return next(p for p in policies if p.get("PolicyName") == "ReadAndReport")["PolicyDocument"]["Statement"]


def forget_an_action(template):
    statements = reading(template)
    statements.pop(0)


def allow_one_more_action(template):
    statements = reading(template)
    statements.append({"Effect": "Allow", "Action": "rds:ModifyDBCluster", "Resource": "*"})


def allow_every_action_of_a_service(template):
    statements = reading(template)
    statements[0]["Action"] = "rds:*"


def misspell_a_parameter(template):
    passed = only(template, "AWS::Config::ConfigRule")["Properties"]["InputParameters"]
    passed["logtypes"] = passed.pop("logTypes")


def forget_a_parameter(template):
    del only(template, "AWS::Config::ConfigRule")["Properties"]["InputParameters"]["reportUnchanged"]


def pass_a_blank_on(template):
    only(template, "AWS::Config::ConfigRule")["Properties"]["InputParameters"]["maximumSilenceHours"] = {"Ref": "MaximumSilenceHours"}


def forbid_a_blank(template):
    template["Parameters"]["MinimumRetentionDays"]["AllowedPattern"] = "^[0-9]+$"


def misspell_a_message_type(template):
    only(template, "AWS::Config::ConfigRule")["Properties"]["Source"]["SourceDetails"][2]["MessageType"] = "ScheduleNotification"


def misspell_the_owner(template):
    only(template, "AWS::Config::ConfigRule")["Properties"]["Source"]["Owner"] = "CUSTOM_LAMDA"


def misspell_a_frequency(template):
    template["Parameters"]["MaximumExecutionFrequency"]["AllowedValues"][0] = "OneHour"


def name_an_input_that_the_runbook_does_not_have(template):
    given = only(template, "AWS::Config::RemediationConfiguration")["Properties"]["Parameters"]
    given["RebootAll"] = given.pop("RebootInstances")


def misspell_the_target_type(template):
    only(template, "AWS::Config::RemediationConfiguration")["Properties"]["TargetType"] = "SSM_DOCUMENTS"


def offer_a_value_that_the_runbook_refuses(template):
    template["Parameters"]["RemediationRetentionInDays"]["AllowedValues"].append("2")


@pytest.mark.parametrize(
    ("check", "change"),
    [
        (check_function_actions, forget_an_action),
        (check_function_actions, allow_one_more_action),
        (check_function_actions, allow_every_action_of_a_service),
        (check_parameters, misspell_a_parameter),
        (check_parameters, forget_a_parameter),
        (check_parameters, pass_a_blank_on),
        (check_parameters, forbid_a_blank),
        (check_words, misspell_a_message_type),
        (check_words, misspell_the_owner),
        (check_words, misspell_a_frequency),
        (check_words, misspell_the_target_type),
        (check_remediation, name_an_input_that_the_runbook_does_not_have),
        (check_remediation, offer_a_value_that_the_runbook_refuses),
    ],
    ids=lambda function: function.__name__,
)
def test_a_fault_in_the_template_is_found(check, change):
    with pytest.raises(AssertionError):
        check(broken(change))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      ConfigRuleName: neptune-audit-rule\n      TargetType", "      ConfigRuleName: !Ref ConfigRule\n      TargetType"),
        ("    DependsOn: ConfigRule\n", ""),
        ("Resources:\n", "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"),
        ("Resources:\n", "#" + "x" * 51_200 + "\nResources:\n"),
    ],
)
def test_a_fault_in_the_conformance_pack_is_found(old, new):
    text = (ROOT / PACK).read_text()
    assert old in text
    with pytest.raises((AssertionError, KeyError)):
        check_pack(text.replace(old, new))
