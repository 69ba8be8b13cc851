"""The remediation runbook agrees with the models of AWS, with itself, and with the role that it runs as."""

import copy
import itertools
import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import botocore.session
import pytest
import yaml
from botocore import xform_name
from botocore.validate import ParamValidator

from runbook import API_ACTIONS, MAXIMUM_BYTES, ROLE, RUNBOOK, actions, load_runbook, operations_of_script, problems, scripts, steps
from templates import ROOT, allowed_actions, as_list, load, resources

READING = ("Describe", "Get", "List")
# What IAM knows of each action, as AWS publishes it and cfn-lint brings it along.
IAM = json.loads((files("cfnlint.data.AdditionalSpecs") / "Policies.json").read_text())


@pytest.fixture
def document():
    return load_runbook()


def step(document, name):
    return next(found for found, _ in steps(document) if found["name"] == name)


def test_the_runbook_has_no_problem(document):
    assert problems(document) == []


BREAKS = {
    "a service that does not exist": (lambda d: step(d, "SetAudit")["inputs"].update(Service="neptunedb"), "no service neptunedb"),
    "an API that does not exist": (lambda d: step(d, "SetAudit")["inputs"].update(Api="ModifyDBClusterParameters"), "no API"),
    "a misspelt API parameter": (
        lambda d: step(d, "RebootInstance")["inputs"].update(DbInstanceIdentifier="x"), "Unknown parameter in input"),
    "a missing API parameter": (
        lambda d: step(d, "CreateParameterGroup")["inputs"].pop("DBParameterGroupFamily"), "Missing required parameter"),
    "protection by the name that another service gives to the input": (
        lambda d: step(d, "PutLogGroupDeletionProtection")["inputs"].update(logGroupName="x"), "Unknown parameter in input"),
    "an API parameter of the wrong type": (
        lambda d: step(d, "PutRetentionPolicy")["inputs"].update(retentionInDays="{{ Inspect.Family }}"), "Invalid type"),
    "a selector that selects nothing": (
        lambda d: step(d, "WaitAfterAttach")["inputs"].update(PropertySelector="$.DBClusters[0].State"), "answers nothing at"),
    "an output that no step has": (
        lambda d: step(d, "AttachParameterGroup")["inputs"].update(DBClusterIdentifier="{{ Inspect.Cluster }}"), "not known there"),
    "an output that is used before it is made": (
        lambda d: step(d, "CreateParameterGroup")["inputs"].update(Description="{{ Verify.Summary }}"), "not known there"),
    "a loop's value outside of the loop": (
        lambda d: step(d, "SetAudit")["inputs"].update(
            DBClusterParameterGroupName="{{ RebootOneByOne.CurrentIteratorValue }}"), "not known there"),
    "a branch to nowhere": (lambda d: step(d, "IfAuditIsOff")["inputs"].update(Default="Nowhere"), "does not come after"),
    "a branch backwards": (lambda d: step(d, "IfAuditIsOff")["inputs"].update(Default="Inspect"), "does not come after"),
    "a loop over a text": (
        lambda d: step(d, "RebootOneByOne")["inputs"].update(Iterators="{{ Inspect.WaitingInstances }}"), "not a list"),
    "a handler that the script lacks": (lambda d: step(d, "Verify")["inputs"].update(Handler="check"), "no function check"),
    "a parameter that nothing reads": (lambda d: d["parameters"].update(Unused={"type": "String"}), "used nowhere"),
    "an output of the document that no step has": (lambda d: d["outputs"].append("Verify.Nothing"), "nothing is named"),
    "a step with the name of a parameter": (lambda d: step(d, "RebootOneByOne").update(name="RebootInstances"), "a parameter has that name too"),
    "two steps of one name": (lambda d: d["mainSteps"].append(copy.deepcopy(d["mainSteps"][-1])), "declared twice"),
}


@pytest.mark.parametrize("situation", BREAKS)
def test_the_checks_notice(document, situation):
    damage, expected = BREAKS[situation]
    damage(document)
    assert any(expected in problem for problem in problems(document)), problems(document)


def test_the_runbook_fits_into_a_document():
    # Inputs of a run count too: the longest ones are two ARNs.
    assert (ROOT / RUNBOOK).stat().st_size + 4096 <= MAXIMUM_BYTES


def test_the_runbook_is_plain_ascii():
    assert (ROOT / RUNBOOK).read_bytes().isascii()


def test_nothing_in_a_script_looks_like_a_reference(document):
    """Automation fills in `{{ ... }}` wherever it stands in an input, in a script too."""
    assert all("{{" not in script for script in scripts(document))


def test_both_scripts_are_the_same_text(document):
    """Two steps of a runbook cannot share a script; what inspects and what verifies must be the same reading."""
    first, second = scripts(document)
    assert first == second


def test_the_scripts_only_read(document):
    operations = operations_of_script(scripts(document)[0])
    assert operations == {
        ("neptune", "DescribeDBClusters"),
        ("neptune", "DescribeDBClusterParameterGroups"),
        ("neptune", "DescribeDBClusterParameters"),
        ("logs", "DescribeLogGroups"),
    }
    assert all(operation.startswith(READING) for _, operation in operations)


def role_actions(role):
    (found,) = resources(role, "AWS::IAM::Role").values()
    return allowed_actions(found)


def test_the_role_allows_what_the_runbook_calls_and_no_more(document):
    assert role_actions(load(ROLE)) == actions(document)


@pytest.mark.parametrize("name", ["SetAudit", "EnableExport", "RebootInstance", "CreateLogGroup", "PutLogGroupDeletionProtection"])
def test_a_call_more_in_the_runbook_is_noticed(document, name):
    step(document, name)["inputs"]["Api"] = "DeleteDBCluster"
    assert role_actions(load(ROLE)) != actions(document)


def role_statements(document):
    (role,) = resources(document, "AWS::IAM::Role").values()
    return [s.get("Fn::If", [None, s])[1] for s in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]]


def is_narrowed_as_iam_knows_it(action, resource):
    """Whether an action is allowed on a kind of resource that IAM knows for it, or on `*` where it knows none."""
    service, name = action.lower().split(":")
    kinds = IAM[service]["Actions"][name].get("Resources", [])
    known = [arn.partition("${Account}:")[2].removesuffix(".*") for kind in kinds for arn in IAM[service]["Resources"][kind]["ARNFormats"]]
    if resource == "*":
        return not known
    return re.match(r"[\w-]+:", resource["Fn::Sub"].partition("${AWS::AccountId}:")[2])[0] in known


def test_every_action_is_allowed_on_what_iam_knows_for_it_and_on_no_more():
    for statement in role_statements(load(ROLE)):
        assert statement["Effect"] == "Allow"
        for action in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                assert is_narrowed_as_iam_knows_it(action, resource), (action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("logs:DescribeLogGroups", {"Fn::Sub": "arn:${AWS::Partition}:logs:*:${AWS::AccountId}:log-group:*"}),
        ("logs:PutRetentionPolicy", "*"),
        ("rds:RebootDBInstance", {"Fn::Sub": "arn:${AWS::Partition}:rds:*:${AWS::AccountId}:cluster:*"}),
    ],
)
def test_a_resource_that_iam_does_not_know_for_an_action_is_noticed(action, resource):
    assert not is_narrowed_as_iam_knows_it(action, resource)


def test_cfn_lint_finds_nothing_in_the_role():
    lint = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run([lint, "--non-zero-exit-code", "informational", ROOT / ROLE], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_systems_manager_of_the_account_may_take_the_role():
    (role,) = resources(load(ROLE), "AWS::IAM::Role").values()
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_aws_config_can_pass_every_parameter(document):
    """AWS Config passes a fixed value as a list of texts of 1 to 256 characters, at most 25 parameters: no blank one."""
    model = botocore.session.get_session().get_service_model("config")
    values = model.shape_for("StaticParameterValues")
    text = values.member.metadata
    parameters = document["parameters"]
    assert (text["min"], text["max"]) == (1, 256)
    assert len(parameters) <= model.shape_for("RemediationParameters").metadata["max"]
    assert {parameter["type"] for parameter in parameters.values()} == {"String"}
    required = {name for name, parameter in parameters.items() if "default" not in parameter}
    assert required == {"DbClusterResourceId", "AutomationAssumeRole"}


def test_the_guide_names_every_parameter_with_its_default(document):
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", (ROOT / "remediation/README.md").read_text(), re.M)
    defaults = {None: "required", "": "blank: leave it"}
    expected = {name: defaults.get(parameter.get("default"), f"`{parameter.get('default')}`")
                for name, parameter in document["parameters"].items()}
    assert dict(rows) == expected


def test_no_step_applies_what_somebody_else_left_for_the_maintenance_window(document):
    assert not [found["name"] for found, _ in steps(document) if "ApplyImmediately" in found["inputs"]]


def test_the_retention_values_are_those_that_cloudwatch_logs_names(document):
    model = botocore.session.get_session().get_service_model("logs")
    documentation = model.shape_for("PutRetentionPolicyRequest").members["retentionInDays"].documentation
    named = re.findall(r"\b\d+\b", documentation.split("Possible values are:")[1].split("To set")[0])
    pattern = document["parameters"]["RetentionInDays"]["allowedPattern"]
    assert pattern == f"^(|{'|'.join(named)})$"


def test_every_change_is_behind_a_branch(document):
    """A step or loop that changes something runs only because a branch chose it, or the sleep before it."""
    chosen = {choice["NextStep"] for found, _ in steps(document) if found["action"] == "aws:branch"
              for choice in found["inputs"]["Choices"]}
    for before, after in itertools.pairwise(document["mainSteps"]):
        if before["name"] in chosen and before["action"] == "aws:sleep":
            chosen.add(after["name"])
    for found, loop in steps(document):
        if found["action"] in API_ACTIONS and not found["inputs"]["Api"].startswith(READING):
            assert (loop or found)["name"] in chosen, found["name"]


GUIDE = (ROOT / "remediation/README.md").read_text()


def remediation_of_the_guide():
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.S) if "RemediationConfiguration" in block]
    return yaml.safe_load(example)["Remediation"]["Properties"]


def test_the_remediation_of_the_guide_is_the_one_of_the_stack():
    theirs, ours = remediation_of_the_guide(), load("template.yaml")["Resources"]["RemediationConfiguration"]["Properties"]
    for name in ("TargetType", "TargetVersion", "ResourceType", "MaximumAutomaticAttempts", "RetryAttemptSeconds", "ExecutionControls"):
        assert theirs[name] == ours[name], name


def test_the_names_of_the_guide_are_those_of_the_stack():
    template, remediation = load("template.yaml")["Resources"], remediation_of_the_guide()
    pack = load("deploy/conformance-pack.yaml")["Resources"]
    assert remediation["TargetId"] == template["Runbook"]["Properties"]["Name"]
    assert remediation["ConfigRuleName"] == pack["ConfigRule"]["Properties"]["ConfigRuleName"]
    role = template["RunbookRole"]["Properties"]["RoleName"]["Fn::Sub"].replace("${AWS::Region}", "eu-west-1")
    assert remediation["Parameters"]["AutomationAssumeRole"] == {"StaticValue": {"Values": [f"arn:aws:iam::111122223333:role/{role}"]}}
    assert set(re.findall(r"--config-rule-name (\S+)", GUIDE)) == {remediation["ConfigRuleName"]}


def test_aws_config_takes_the_remediation_of_the_guide(document):
    properties = remediation_of_the_guide()
    shape = botocore.session.get_session().get_service_model("config").shape_for("RemediationConfiguration")
    report = ParamValidator().validate(properties, shape)
    assert not report.has_errors(), report.generate_report()
    assert set(properties["Parameters"]) <= set(document["parameters"])
    for name, value in properties["Parameters"].items():
        for text in value.get("StaticValue", {}).get("Values", []):
            assert re.fullmatch(document["parameters"][name]["allowedPattern"], text), name


def test_a_refusal_leaves_nobody_out_of_later_repairs():
    """AWS Config gives a resource up after so many failed runs within so many seconds, and no run is over within one."""
    properties = remediation_of_the_guide()
    assert properties["MaximumAutomaticAttempts"] >= properties["RetryAttemptSeconds"]
    assert properties["ExecutionControls"]["SsmControls"]["ErrorPercentage"] == 100


def test_the_commands_about_exceptions_are_ones_that_the_aws_cli_has():
    commands = re.findall(r"^aws (\w+) ([a-z-]+)((?: [^\n\\]*|\\\n)*)", GUIDE.replace("\\\n", " "), re.M)
    assert {name for _, name, _ in commands} >= {"describe-remediation-exceptions", "delete-remediation-exceptions"}
    for service, name, rest in commands:
        if service == "cloudformation":
            continue  # `deploy` is of the CLI alone.
        model = botocore.session.get_session().get_service_model({"configservice": "config"}.get(service, service))
        (operation,) = [found for found in model.operation_names if xform_name(found, "-") == name]
        members = {xform_name(member, "-") for member in model.operation_model(operation).input_shape.members}
        assert set(re.findall(r"--([a-z-]+)", rest)) <= members, name


def test_the_guide_says_which_step_and_which_permission_tell_that_reboots_are_not_allowed(document):
    """The first step of the loop that the role may not do without AllowReboots: what the guide names."""
    statements = {statement["Sid"]: as_list(statement["Action"]) for statement in role_statements(load(ROLE))}
    reboots = statements.pop("Reboot")
    always = {action for actions in statements.values() for action in actions}
    calls = [(found["name"], f"rds:{found['inputs']['Api']}") for found in step(document, "RebootOneByOne")["inputs"]["Steps"] if "Api" in found["inputs"]]
    name, action = next((name, action) for name, action in calls if action not in always)
    assert [action] == reboots
    assert step(document, name)["action"] == "aws:executeAwsApi", "a wait goes on until its time is over"
    assert f"the run fails at `{name}`" in GUIDE and f"`{action}`" in GUIDE
