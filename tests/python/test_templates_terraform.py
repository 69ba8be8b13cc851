"""The Terraform module deploys what template.yaml deploys. No provider is fetched, so no plan is made; see its README."""

import functools
import json
import re
import shutil
import subprocess
from pathlib import Path

import hcl2
import pytest

from templates import ROOT, actions_in_code, load, resources, rule_parameters, template_name

MODULE = ROOT / "deploy/terraform"
TEMPLATE = load("template.yaml")
# Of the template only: a module always makes the rule. Of the module only: CloudFormation has a stack name and packages by itself.
ONLY_IN_TEMPLATE = {"CreateRule"}
ONLY_IN_MODULE = {"name", "package"}


def plain(value):
    """What python-hcl2 read, without its quotes and marks."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str) and value.startswith('"'):
        return json.loads(value)
    return value


@functools.cache
def files():
    return [plain(hcl2.loads(path.read_text())) for path in sorted(MODULE.glob("*.tf"))]


def blocks(kind):
    """Blocks of one kind (`variable`, `resource`), by their labels joined with a dot."""
    found = {}
    for file in files():
        for block in file.get(kind, []):
            for name, body in block.items():
                if kind == "resource":
                    found.update({f"{name}.{label}": inner for label, inner in body.items()})
                else:
                    found[name] = body
    return found


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def resource(name):
    return blocks("resource")[name]


def test_terraform_itself_finds_the_module_well_formatted():
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed; the files are parsed all the same")
    done = subprocess.run([terraform, "fmt", "-check", "-diff", "-recursive", MODULE, ROOT / "examples"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_checkov_finds_nothing_in_terraform_that_is_not_explained():
    folders = (MODULE, ROOT / "examples")
    command = [ROOT / ".venv/checkov/bin/checkov", "--skip-download", "--quiet", "--compact", "--framework", "terraform"]
    done = subprocess.run([*command, *(part for folder in folders for part in ("--directory", folder))], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    for path in (path for folder in folders for path in folder.glob("*.tf")):
        for skip in re.findall(r"#checkov:skip=(.*)", path.read_text()):
            assert len(skip.partition(":")[2]) > 20, skip


def test_each_parameter_of_the_template_is_a_variable_with_the_same_default():
    variables = blocks("variable")
    parameters = {snake(name): definition for name, definition in TEMPLATE["Parameters"].items() if name not in ONLY_IN_TEMPLATE}
    assert set(variables) - ONLY_IN_MODULE == set(parameters)
    for name, definition in parameters.items():
        assert variables[name].get("default") == definition.get("Default"), name


def test_a_variable_takes_the_values_that_the_template_takes():
    compared = 0
    for name, definition in TEMPLATE["Parameters"].items():
        for validation in blocks("variable").get(snake(name), {}).get("validation", []):
            condition = validation["condition"]
            if values := re.search(r"contains\((\[.*?\])", condition):
                assert set(json.loads(values[1])) == set(definition["AllowedValues"]), name
            else:
                pattern = json.loads(re.search(r"regex\((\".*?\"), var", condition)[1])
                # Terraform has no MaxLength: the pattern says it.
                assert pattern == definition["AllowedPattern"].replace("*$", f"{{0,{definition['MaxLength']}}}$") if name == "ForwardingDestination" else pattern == definition["AllowedPattern"], name
            compared += 1
    assert compared >= len(rule_parameters())


def test_every_parameter_of_the_rule_is_passed_and_a_blank_one_is_left_out():
    (passed,) = [body["rule_parameters"] for body in locals_() if "rule_parameters" in body]
    pairs = dict(re.findall(r"(\w+) = var\.(\w+)", passed))
    assert pairs == {name: snake(template_name(name)) for name in rule_parameters()}
    assert passed.endswith(': name => value if value != ""}}')


def locals_():
    return [body for file in files() for body in file.get("locals", [])]


def test_the_function_may_do_exactly_what_its_code_does():
    text = (MODULE / "iam.tf").read_text()
    allowed = set(re.findall(r'"((?:\w+):(?:[A-Z]\w+|\*))"', text)) - {"aws:ResourceOrgID"}
    assert allowed == actions_in_code() | {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
    for line in text.splitlines():
        if re.search(r'"(rds|logs|config|sqs|sts):\w+"', line) and line.strip() != 'Action    = "sts:AssumeRole"':
            assert re.search(r"# \w+", line), line


def test_each_action_has_the_resource_that_it_has_in_the_template():
    names = {"${AWS::Partition}": "${local.partition}", "${AWS::Region}": "${local.region}", "${AWS::AccountId}": "${local.account}"}
    names["${ExecutionRoleName}"] = "${var.execution_role_name}"
    text = (MODULE / "iam.tf").read_text()
    arns = re.findall(r"Resource: !Sub (arn:\S+)", (ROOT / "template.yaml").read_text().partition("FunctionRole:")[2].partition("ConfigPermission:")[0])
    assert arns
    for arn in arns:
        for ours, theirs in names.items():
            arn = arn.replace(ours, theirs)
        assert f'"{arn}"' in text


def test_the_rule_has_the_triggers_and_the_scope_of_the_template():
    rule = resource("aws_config_config_rule.this")
    (ours,) = resources(TEMPLATE, "AWS::Config::ConfigRule").values()
    ours = ours["Properties"]
    (source,) = rule["source"]
    assert source["owner"] == ours["Source"]["Owner"]
    assert [d["message_type"] for d in source["source_detail"]] == [d["MessageType"] for d in ours["Source"]["SourceDetails"]]
    assert {d["event_source"] for d in source["source_detail"]} == {"aws.config"}
    assert rule["scope"][0]["compliance_resource_types"] == ours["Scope"]["ComplianceResourceTypes"]
    assert rule["description"] == ours["Description"]


def test_the_function_and_its_failed_events_are_those_of_the_template():
    ours = TEMPLATE["Resources"]["NeptuneAuditRuleFunction"]["Properties"]
    theirs = resource("aws_lambda_function.this")
    for name in ("Description", "Handler", "Runtime", "Timeout"):
        assert theirs[snake(name)] == ours[name]
    invoke = resource("aws_lambda_function_event_invoke_config.this")
    assert invoke["maximum_retry_attempts"] == ours["EventInvokeConfig"]["MaximumRetryAttempts"]
    assert invoke["maximum_event_age_in_seconds"] == ours["EventInvokeConfig"]["MaximumEventAgeInSeconds"]
    queue = TEMPLATE["Resources"]["FailedEvents"]["Properties"]
    assert resource("aws_sqs_queue.failed_events")["message_retention_seconds"] == queue["MessageRetentionPeriod"]


def test_the_alarms_are_those_of_the_template():
    def said(name, alarm):
        keys = ("Namespace", "MetricName", "Statistic", "Period", "Threshold", "ComparisonOperator", "TreatMissingData")
        return name, *(alarm[key] for key in keys)

    ours = {said(name, alarm["Properties"]) for name, alarm in resources(TEMPLATE, "AWS::CloudWatch::Alarm").items()}
    theirs = set()
    for name, alarm in blocks("resource").items():
        if name.startswith("aws_cloudwatch_metric_alarm."):
            camel = "".join(word.capitalize() for word in name.partition(".")[2].split("_"))
            theirs.add(said(camel, {"".join(w.capitalize() for w in key.split("_")): value for key, value in alarm.items()}))
    assert theirs == ours
    (hours,) = [body["hours_without_run"] for body in locals_() if "hours_without_run" in body]
    assert hours == hours_in_template()


def hours_in_template():
    """The nested conditions of the alarm, unfolded: frequency → hours."""
    found, value = {}, TEMPLATE["Resources"]["RuleDoesNotRun"]["Properties"]["EvaluationPeriods"]
    while isinstance(value, dict):
        condition, hours, value = value["Fn::If"]
        found[TEMPLATE["Conditions"][condition]["Fn::Equals"][1]] = hours
    return {**found, "TwentyFour_Hours": value}


def test_the_remediation_gives_the_runbook_the_inputs_that_it_has():
    (given,) = [body["runbook_inputs"] for body in locals_() if "runbook_inputs" in body]
    names = set(re.findall(r"([A-Z]\w+) = ", given))
    fixed = {p["name"] for p in resource("aws_config_remediation_configuration.this")["parameter"]}
    assert names | fixed == set(load("remediation/NeptuneAuditLog-Enable.yaml")["parameters"])


def test_every_file_that_the_module_reads_is_there():
    for path in re.findall(r'file\("\$\{path\.module\}/(.*?)"\)', (MODULE / "remediation.tf").read_text()):
        assert (MODULE / Path(path)).is_file(), path


@pytest.mark.parametrize(
    ("file", "old", "new", "check"),
    [
        ("iam.tf", '["rds:DescribeDBClusters"]', "[]", test_the_function_may_do_exactly_what_its_code_does),
        ("iam.tf", '["config:PutEvaluations"]', '["config:*"]', test_the_function_may_do_exactly_what_its_code_does),
        ("main.tf", "pendingReboot  ", "pendingreboot  ", test_every_parameter_of_the_rule_is_passed_and_a_blank_one_is_left_out),
        ("main.tf", '"ScheduledNotification"', '"ScheduleNotification"', test_the_rule_has_the_triggers_and_the_scope_of_the_template),
        ("remediation.tf", "RebootInstances ", "RebootAll ", test_the_remediation_gives_the_runbook_the_inputs_that_it_has),
        ("variables.tf", 'default     = "NON_COMPLIANT"', 'default     = "COMPLIANT"', test_each_parameter_of_the_template_is_a_variable_with_the_same_default),
        ("observability.tf", '"Errors"', '"Error"', test_the_alarms_are_those_of_the_template),
    ],
)
def test_a_fault_in_the_module_is_found(file, old, new, check, tmp_path, monkeypatch):
    copy = tmp_path / "terraform"
    shutil.copytree(MODULE, copy)
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new))
    monkeypatch.setitem(globals(), "MODULE", copy)
    files.cache_clear()
    try:
        with pytest.raises(AssertionError):
            check()
    finally:
        files.cache_clear()
