"""What is deployed agrees with the function: its parameters, the calls it makes, and the words AWS knows."""

import copy
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest

from templates import ROOT, actions_in_code, allowed_actions, load, resources, rule_parameters, template_name

TEMPLATE = "template.yaml"
# Templates in CloudFormation's language.
TEMPLATES = [TEMPLATE]

BIN = Path(sys.executable).parent
# Done by Lambda itself with the function's role, so no line of the function names it.
# The calls of the whole rule; used until the sources name them.
PLANNED = {
    "rds:DescribeDBClusters",
    "rds:DescribeDBClusterParameters",
    "logs:DescribeLogGroups",
    "logs:DescribeSubscriptionFilters",
    "logs:DescribeLogStreams",
    "config:GetComplianceDetailsByConfigRule",
    "config:PutEvaluations",
    "sts:AssumeRole",
}
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
    rule = only(template, "AWS::Config::ConfigRule")
    passed = rule["Properties"]["InputParameters"]
    assert list(passed) == rule_parameters()
    for name, value in passed.items():
        parameter = template_name(name)
        assert template["Parameters"][parameter]["Type"] == "String", f"{parameter} cannot be blank"
        assert value == {"Fn::If": [f"Has{parameter}", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
        assert template["Conditions"][f"Has{parameter}"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}
        assert accepts(template["Parameters"][parameter], ""), f"{parameter} cannot be blank"


def check_function_actions(template):
    """The function may do what its code does, and nothing else."""
    assert allowed_actions(template["Resources"]["FunctionRole"]) == (actions_in_code() or PLANNED) | DONE_BY_LAMBDA


def check_words(template):
    """The words that AWS Config refuses when misspelt, and cfn-lint does not know."""
    for rule in resources(template, "AWS::Config::ConfigRule").values():
        source = rule["Properties"]["Source"]
        assert source["Owner"] in enum("config", "Owner")
        for detail in source["SourceDetails"]:
            assert detail["EventSource"] in enum("config", "EventSource")
            assert detail["MessageType"] in enum("config", "MessageType")
    for parameter, definition in template["Parameters"].items():
        if parameter == "MaximumExecutionFrequency":
            assert set(definition["AllowedValues"]) == set(enum("config", "MaximumExecutionFrequency"))


def only(template, kind):
    (resource,) = resources(template, kind).values()
    return resource


def enum(service, shape):
    return botocore.session.get_session().get_service_model(service).shape_for(shape).enum


def accepts(parameter, value):
    """Whether CloudFormation takes a value for a template parameter."""
    if "AllowedValues" in parameter and value not in parameter["AllowedValues"]:
        return False
    if len(value) > parameter.get("MaxLength", 4096):
        return False
    return re.fullmatch(parameter.get("AllowedPattern", ".*"), value) is not None


# The templates as they are.


def test_the_template_is_what_sam_and_cfn_lint_accept():
    sam = ROOT / ".venv/sam/bin/sam"
    run(sam, "validate", "--lint", "--template", TEMPLATE, "--region", "eu-west-1", env={**os.environ, "SAM_CLI_TELEMETRY": "0"})


@pytest.mark.parametrize("path", TEMPLATES)
def test_cfn_lint_finds_nothing(path):
    run(BIN / "cfn-lint", "--non-zero-exit-code", "informational", path)


def test_every_parameter_of_the_rule_is_reachable_and_a_blank_one_is_unset():
    check_parameters(load(TEMPLATE))


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


@pytest.mark.parametrize(
    ("parameter", "taken", "refused"),
    [
        ("LogTypes", ["audit", "slowquery", "audit,slowquery", "slowquery,audit"], ["error", "audit,", "audit slowquery"]),
        ("PendingReboot", ["COMPLIANT", "NON_COMPLIANT"], ["NOT_APPLICABLE", "compliant"]),
        ("MinimumRetentionDays", ["1", "90", "3653"], ["0", "3654", "-1", "1.5", "4000", "01"]),
        ("MaximumRetentionDays", ["1", "3599", "3649", "3653"], ["0", "3654", "9999", "10000"]),
        ("LogGroupEncrypted", ["true", "false"], ["yes", "1"]),
        ("ForwardingDestination", ["*", "arn:aws:logs:*:444455556666:destination:audit"], ["two words"]),
        ("MaximumSilenceHours", ["1", "24", "8760"], ["0", "-1", "1.5"]),
        ("ExecutionRoleName", ["NeptuneAuditRule", "audit/rules/NeptuneAuditRule"], ["/", "a b", "path/"]),
        ("ReportUnchanged", ["true", "false"], ["no"]),
    ],
)
def test_a_template_parameter_takes_what_the_rule_takes(parameter, taken, refused):
    definition = load(TEMPLATE)["Parameters"][parameter]
    assert [value for value in taken if not accepts(definition, value)] == []
    assert [value for value in refused if accepts(definition, value)] == []


def test_the_longest_values_together_fit_what_aws_config_stores():
    """InputParameters holds 1,024 characters at most."""
    parameters = load(TEMPLATE)["Parameters"]
    longest = {}
    for name in rule_parameters():
        definition = parameters[template_name(name)]
        values = definition.get("AllowedValues") or ["9" * 5 if name.endswith(("Days", "Hours")) else "x" * definition["MaxLength"]]
        longest[name] = max(values, key=len)
    assert len(json.dumps(longest)) <= 1024


# The same checks on templates with one fault each.


def broken(change):
    template = copy.deepcopy(load(TEMPLATE))
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
    ],
    ids=lambda function: function.__name__,
)
def test_a_fault_in_the_template_is_found(check, change):
    with pytest.raises(AssertionError):
        check(broken(change))
