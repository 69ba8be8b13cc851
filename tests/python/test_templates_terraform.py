"""The Terraform module deploys what template.yaml deploys, and the provider knows its arguments. No plan is made; see its README."""

import functools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import hcl2
import pytest

import provider
from templates import ROOT, actions_in_code, as_list, load, resources, rule_parameters, template_name, walk

MODULE = ROOT / "deploy/terraform"
EXAMPLE = ROOT / "examples/neptune-cluster.tf"
TEMPLATE = load("template.yaml")
# Of the template only: in a module everything has one name, and there is no dashboard. Of the module only: CloudFormation has
# a stack name and packages by itself.
ONLY_IN_TEMPLATE = {"RuleName", "CreateDashboard"}
ONLY_IN_MODULE = {"name", "package"}
# As CloudFormation writes a reference, and as the module does.
REFERENCES = {
    "${AWS::Partition}": "${local.partition}", "${AWS::Region}": "${local.region}", "${AWS::AccountId}": "${local.account}",
    "${ExecutionRoleName}": "${var.execution_role_name}",
}


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
def parsed(paths):
    """Files of one module, read as one."""
    together = {}
    for path in paths:
        for kind, found in plain(hcl2.loads(path.read_text())).items():
            together.setdefault(kind, []).extend(found)
    return together


def module():
    return tuple(sorted(MODULE.glob("*.tf")))


def blocks(kind, paths=None):
    """Blocks of one kind (`variable`, `resource`), by their labels joined with a dot."""
    found = {}
    for block in parsed(paths or module()).get(kind, []):
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


CONSTRAINTS = {"AllowedValues", "AllowedPattern", "MaxLength", "MinValue", "MaxValue"}


def constraints(name, validations):
    """What a variable's validations ask, in the words of a template."""
    found = {}
    for validation in validations:
        condition = validation["condition"]
        if values := re.fullmatch(rf"\$\{{contains\((\[.*?\]), var\.{name}\)\}}", condition):
            found["AllowedValues"] = json.loads(values[1])
        elif longest := re.fullmatch(rf"\$\{{length\(var\.{name}\) <= (\d+)\}}", condition):
            # Terraform counts characters, as CloudFormation does.
            found["MaxLength"] = int(longest[1])
        elif bounds := re.fullmatch(rf"\$\{{var\.{name} >= (\d+) && var\.{name} <= (\d+) && floor\(var\.{name}\) == var\.{name}\}}", condition):
            found["MinValue"], found["MaxValue"] = map(int, bounds.groups())
        else:
            found["AllowedPattern"] = json.loads(re.fullmatch(rf"\$\{{can\(regex\((\".*\"), var\.{name}\)\)\}}", condition)[1])
    return found


def test_a_variable_takes_the_values_that_the_template_takes():
    compared = 0
    for name, definition in TEMPLATE["Parameters"].items():
        if name in ONLY_IN_TEMPLATE:
            continue
        ours = {key: value for key, value in definition.items() if key in CONSTRAINTS}
        theirs = constraints(snake(name), blocks("variable")[snake(name)].get("validation", []))
        for asked in (ours, theirs):
            asked["AllowedValues"] = set(asked.get("AllowedValues", ()))
        assert theirs == ours, name
        assert len(ours) > 1 or ours["AllowedValues"], f"{name} takes anything, in the template too"
        compared += 1
    assert compared == len(TEMPLATE["Parameters"]) - len(ONLY_IN_TEMPLATE)


def preconditions():
    (lifecycle,) = resource("aws_lambda_function.this")["lifecycle"]
    return lifecycle["precondition"]


def test_what_the_template_asks_of_parameters_together_the_module_asks_too():
    """The sentences are the same, with the module's names."""
    words = lambda text: re.sub(r"\w+", lambda word: word[0] if word[0] not in TEMPLATE["Parameters"] else snake(word[0]), text)
    ours = [assertion["AssertDescription"] for rule in TEMPLATE["Rules"].values() for assertion in rule["Assertions"]]
    assert [asked["error_message"] for asked in preconditions()] == [words(text) for text in ours]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, None),
        ({"create_rule": "false"}, None),
        ({"execution_role_name": "Member", "create_rule": "false"}, "needs organization_id"),
        ({"execution_role_name": "Member", "organization_id": "o-abcdefghij"}, "needs create_rule=false"),
        ({"execution_role_name": "Member", "organization_id": "o-abcdefghij", "create_rule": "false"}, None),
    ],
)
def test_terraform_itself_refuses_a_central_function_that_brings_its_own_rule(given, refusal, tmp_path):
    """The conditions stand at a resource of Terraform's own here, which needs no provider."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed; the sentences are compared with the template's all the same")
    shutil.copy(MODULE / "variables.tf", tmp_path)
    lifecycle = re.search(r"  lifecycle \{\n(    precondition .*?)\n  \}\n\}", (MODULE / "main.tf").read_text(), re.S)
    (tmp_path / "main.tf").write_text(f'resource "terraform_data" "this" {{\n{lifecycle[0]}\n')
    done = terraform_plan(tmp_path, given)
    assert (done.returncode == 0) is (refusal is None), done.stderr
    assert refusal is None or refusal in " ".join(done.stderr.replace("│", "").split())


def terraform_plan(folder, given):
    """What Terraform says of variables, of which the package is given always."""
    command = [shutil.which("terraform"), f"-chdir={folder}"]
    variables = [f"-var={name}={value}" for name, value in {"package": "any.zip", **given}.items()]
    options = {"capture_output": True, "text": True, "timeout": 120, "env": os.environ | {"CHECKPOINT_DISABLE": "1"}}
    subprocess.run([*command, "init", "-backend=false", "-input=false"], check=True, **options)
    return subprocess.run([*command, "plan", "-input=false", "-lock=false", *variables], **options)


VALUES = [
    ("iam_authentication", ["true", "false", ""], ["yes"]),
    ("log_group_required", ["true", "false", ""], ["no"]),
    ("forwarding_destination", ["", "*", "*:destination:audit", "arn:aws:logs:*", "arn:aws:logs:eu-west-1:444455556666:destination:audit"],
     ["nonsense", "arn:aws:logs:eu-west-1:444455556666", "two words", "arn:" + "x" * 300 + "*"]),
    ("maximum_silence_hours", ["", "1", "24", "9999", "79999", "86999", "87672"], ["0", "87673", "87700", "88000", "1.5"]),
    ("create_rule", ["true", "false"], ["", "no"]),
    ("log_retention_days", ["1", "90", "3653"], ["0", "2", "91"]),
    ("memory_size", ["128", "10240"], ["127", "10241", "128.5"]),
    ("log_kms_key_arn", ["", "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd"], ["alias/audit", "arn:aws:sns:eu-west-1:111122223333:audit"]),
    ("organization_id", ["", "o-abcdefghij"], ["o-abc", "abcdefghij"]),
    ("alarm_topic_arn", ["", "arn:aws:sns:eu-west-1:111122223333:audit"], ["audit", "arn:aws:sns:eu-west-1:111122223333:audit.fifo"]),
    ("non_compliant_topic_arn", ["", "arn:aws:sns:eu-west-1:111122223333:audit"], ["audit", "arn:aws:sqs:eu-west-1:111122223333:audit"]),
    ("remediation_retention_in_days", ["", "1", "3653"], ["0", "2", "never"]),
    ("remediation_kms_key_id", ["", "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd"], ["mrk-1234abcd"]),
    ("exempt_tag", ["", "audit", "audit=exempt", "audit=", "cost centre=graph team"], [" audit", "=exempt", 'a"b', "x" * 201]),
]


@pytest.mark.parametrize(("name", "taken", "refused"), VALUES)
def test_terraform_itself_takes_and_refuses_the_values_of_a_variable(name, taken, refused, tmp_path):
    """Variables alone need no provider. Terraform's regular expressions are not Python's."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed; the conditions are compared with the template's all the same")
    shutil.copy(MODULE / "variables.tf", tmp_path)
    for value in taken:
        done = terraform_plan(tmp_path, {name: value})
        assert done.returncode == 0, (value, done.stderr)
    for value in refused:
        done = terraform_plan(tmp_path, {name: value})
        assert done.returncode == 1 and "Invalid value for variable" in done.stderr, (value, done.stderr)


def test_without_a_rule_there_is_neither_what_repairs_it_nor_what_watches_it():
    conditions = {name: made["Condition"] for name, made in TEMPLATE["Resources"].items() if made.get("Condition") in ("CreatesRule", "RemediatesRule")}
    assert conditions == {"ConfigRule": "CreatesRule", "RemediationConfiguration": "RemediatesRule", "RunsWithWarnings": "CreatesRule"}
    made = {
        "aws_config_config_rule.this": "${local.creates_rule}",
        "aws_config_remediation_configuration.this": "${local.creates_rule * local.remediates}",
        "aws_cloudwatch_metric_alarm.runs_with_warnings": "${local.creates_rule}",
    }
    assert {name: body["count"] for name, body in blocks("resource").items() if "creates_rule" in str(body.get("count"))} == made
    (counted,) = [body["creates_rule"] for body in locals_() if "creates_rule" in body]
    assert counted == '${var.create_rule == "true" ? 1 : 0}'


def test_without_a_rule_the_topic_hears_of_the_rule_that_a_pack_or_an_organization_brings():
    (pattern,) = [value["Fn::If"][2] for part in walk(TEMPLATE["Resources"]) for key, value in part.items() if key == "configRuleName"]
    (wildcard,) = pattern
    text = resource("aws_cloudwatch_event_rule.non_compliant")["event_pattern"]
    names = 'concat(aws_config_config_rule.this[*].name, var.create_rule == "true" ? [] : [{ wildcard = "%s" }])' % wildcard["wildcard"]
    assert re.sub(r"\s", "", names) in re.sub(r"\s", "", text)


def test_every_parameter_of_the_rule_is_passed_and_a_blank_one_is_left_out():
    (passed,) = [body["rule_parameters"] for body in locals_() if "rule_parameters" in body]
    pairs = dict(re.findall(r"(\w+) = var\.(\w+)", passed))
    assert pairs == {name: snake(template_name(name)) for name in rule_parameters()}
    assert list(pairs) == rule_parameters()
    assert passed.endswith(': name => value if value != ""}}')


def locals_():
    return parsed(module()).get("locals", [])


def test_the_function_may_do_exactly_what_its_code_does():
    text = (MODULE / "iam.tf").read_text()
    allowed = set(re.findall(r'"((?:\w+):(?:[A-Z]\w+|\*))"', text)) - {"aws:ResourceOrgID"}
    assert allowed == actions_in_code() | {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
    for line in text.splitlines():
        if re.search(r'"(rds|logs|config|sqs|sts):\w+"', line) and line.strip() != 'Action    = "sts:AssumeRole"':
            assert re.search(r"# \w+", line), line


def test_each_action_has_the_resource_that_it_has_in_the_template():
    (reading,) = [policy for policy in TEMPLATE["Resources"]["FunctionRole"]["Properties"]["Policies"] if policy.get("PolicyName") == "ReadAndReport"]
    ours = {}
    for statement in reading["PolicyDocument"]["Statement"]:
        resource = statement["Resource"] if statement["Resource"] == "*" else statement["Resource"]["Fn::Sub"]
        for reference, here in REFERENCES.items():
            resource = resource.replace(reference, here)
        ours |= {action: resource for action in as_list(statement["Action"])}
    theirs = {}
    for actions, resource in re.findall(r"Action\s+= \[(.*?)\][^\n]*\n\s+Resource = (\S+)", (MODULE / "iam.tf").read_text(), re.S):
        theirs |= {action: plain(resource) for action in re.findall(r'"(\w+:\w+)"', actions)}
    assert {action: theirs.get(action) for action in ours} == ours


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


def literal(value):
    """A value of either language, in which one word stands for whatever refers to a resource."""
    if isinstance(value, dict):
        if set(value) & {"Ref", "Fn::If"}:
            return "a reference"
        return {key: literal(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [literal(item) for item in value]
        return "a reference" if items == ["a reference"] else items
    return "a reference" if isinstance(value, str) and value.startswith("${") else value


def encoded(expression):
    """What `jsonencode` is given."""
    return plain(hcl2.loads("given = " + expression.removeprefix("${jsonencode(").removesuffix(")}")))["given"]


@pytest.mark.parametrize(("ours", "theirs"), [("ClusterTurnsNonCompliant", "non_compliant"), ("RunbookFails", "runbook_fails")])
def test_what_tells_the_topic_is_what_tells_it_in_the_template(ours, theirs):
    rule, target = resource(f"aws_cloudwatch_event_rule.{theirs}"), resource(f"aws_cloudwatch_event_target.{theirs}")
    properties = TEMPLATE["Resources"][ours]["Properties"]
    assert rule["description"] == properties["Description"]
    assert literal(encoded(rule["event_pattern"])) == literal(properties["EventPattern"])
    (transformed,) = target["input_transformer"]
    (topic,) = properties["Targets"]
    assert transformed["input_paths"] == topic["InputTransformer"]["InputPathsMap"]
    assert transformed["input_template"] == topic["InputTransformer"]["InputTemplate"]


def test_the_remediation_gives_the_runbook_the_inputs_that_it_has():
    (given,) = [body["runbook_inputs"] for body in locals_() if "runbook_inputs" in body]
    assert set(re.findall(r"([A-Z]\w+) = ", given)) == set(load("remediation/NeptuneAuditLog-Enable.yaml")["parameters"])


def test_the_remediation_passes_its_parameters_in_the_order_of_their_names():
    """The provider reads them back in that order, and Terraform goes through a map in that order."""
    remediation = resource("aws_config_remediation_configuration.this")
    assert "parameter" not in remediation, "a block of its own stands before those of the map, whatever its name"
    (parameters,) = [block["parameter"] for block in remediation["dynamic"]]
    assert parameters["for_each"] == "${local.runbook_inputs}"
    (inputs,) = [body["runbook_inputs"] for body in locals_() if "runbook_inputs" in body]
    assert inputs.startswith("${merge({for name, value in {")
    assert "[" not in inputs.replace("[*]", "").replace('["RoleArn"]', ""), "a list has the order that it is written in"


def test_what_is_not_known_before_it_is_made_does_not_decide_which_parameters_there_are():
    (inputs,) = [body["runbook_inputs"] for body in locals_() if "runbook_inputs" in body]
    filtered = inputs.partition(' : name => value if value != ""')[0]
    assert filtered != inputs and "aws_" not in filtered


def test_a_remediation_has_the_values_that_it_has_in_the_template():
    theirs = resource("aws_config_remediation_configuration.this")
    (ours,) = [r["Properties"] for r in resources(TEMPLATE, "AWS::Config::RemediationConfiguration").values()]
    (controls,) = theirs["execution_controls"][0]["ssm_controls"]
    for name, value in ours["ExecutionControls"]["SsmControls"].items():
        assert controls[snake(name)] == value, name
    for name in ("MaximumAutomaticAttempts", "RetryAttemptSeconds", "TargetType", "TargetVersion", "ResourceType"):
        assert theirs[snake(name)] == ours[name], name


def test_a_refusal_of_the_runbook_leaves_nobody_out_of_later_repairs():
    remediation = resource("aws_config_remediation_configuration.this")
    # AWS Config gives a resource up after so many failed runs within so many seconds. No run is over within one.
    assert remediation["maximum_automatic_attempts"] >= remediation["retry_attempt_seconds"]
    # It goes on with the others, however many fail.
    (controls,) = remediation["execution_controls"][0]["ssm_controls"]
    assert controls["error_percentage"] == 100


def test_reboots_are_allowed_where_they_are_asked_for():
    """The runbook reboots when its input says so, and may when its role was made with it: one variable decides both."""
    assert resource("aws_cloudformation_stack.runbook_role")["parameters"] == {"AllowReboots": "${var.remediation_reboot_instances}"}
    (inputs,) = [body["runbook_inputs"] for body in locals_() if "runbook_inputs" in body]
    assert "RebootInstances = var.remediation_reboot_instances" in inputs


def test_a_key_for_the_functions_log_is_opened_to_cloudwatch_logs_of_the_region():
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""
    assert "logs.<region>.amazonaws.com" in blocks("variable")["log_kms_key_arn"]["description"]


# What the provider knows.


@pytest.mark.parametrize("paths", ["module", "example"])
def test_the_provider_knows_every_argument_and_attribute_and_warns_of_none(paths):
    files = module() if paths == "module" else (EXAMPLE,)
    assert list(provider.problems(parsed(files), "\n".join(path.read_text() for path in files))) == []


@pytest.mark.parametrize("paths", ["module", "example"])
def test_the_declared_provider_is_one_that_the_files_take(paths):
    (required,) = [block["required_providers"][0]["aws"] for block in parsed(module() if paths == "module" else (EXAMPLE,))["terraform"]]
    least, below = re.fullmatch(r">= ([\d.]+), < ([\d.]+)", required["version"]).groups()

    def numbers(version):
        return [int(part) for part in version.split(".")]

    assert numbers(least) <= numbers(provider.provider_version("aws_cloudwatch_log_group")) < numbers(below)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("retention_in_days           =", "retention_days              =", "no argument retention_days"),
        ("  filter_pattern  = \"\"\n", "", "filter_pattern is needed"),
        ("deletion_protection_enabled = true", "deletion_protection_enabled = [true]", "deletion_protection_enabled is a list"),
        ('enable_cloudwatch_logs_exports       = ["audit"]', 'enable_cloudwatch_logs_exports       = "audit"', "enable_cloudwatch_logs_exports is a text"),
        ("  metric_transformation {\n", "  metric_transformations {\n", "no argument metric_transformations"),
        ("      stat        =", "      statistic   =", "no argument statistic"),
        ('resource "aws_neptune_subnet_group"', 'resource "aws_neptune_subnetgroup"', "the provider does not have it"),
        ("aws_neptune_subnet_group.this.name", "aws_neptune_subnet_group.that.name", "is not declared"),
        ("kms_key_id                  = aws_kms_key.this.arn", "kms_key_id                  = aws_kms_key.this.arm", "has no attribute arm"),
        ("logs.${data.aws_region.current.id}.amazonaws.com", "logs.${data.aws_region.current.name}.amazonaws.com", "the provider warns of name"),
    ],
)
def test_what_the_provider_does_not_know_is_found(old, new, problem, tmp_path):
    text = EXAMPLE.read_text()
    assert old in text
    copy = tmp_path / "example.tf"
    copy.write_text(text.replace(old, new))
    found = list(provider.problems(parsed((copy,)), copy.read_text()))
    assert any(problem in one for one in found), found


def test_every_file_that_the_module_reads_is_there():
    for path in re.findall(r'file\("\$\{path\.module\}/(.*?)"\)', (MODULE / "remediation.tf").read_text()):
        assert (MODULE / Path(path)).is_file(), path


@pytest.mark.parametrize(
    ("file", "old", "new", "check"),
    [
        ("iam.tf", '"rds:DescribeDBClusters", ', "", test_the_function_may_do_exactly_what_its_code_does),
        ("iam.tf", '["config:PutEvaluations"]', '["config:*"]', test_the_function_may_do_exactly_what_its_code_does),
        ("main.tf", "pendingReboot  ", "pendingreboot  ", test_every_parameter_of_the_rule_is_passed_and_a_blank_one_is_left_out),
        ("main.tf", '"ScheduledNotification"', '"ScheduleNotification"', test_the_rule_has_the_triggers_and_the_scope_of_the_template),
        ("main.tf", "exemptTag   ", "exempttag   ", test_every_parameter_of_the_rule_is_passed_and_a_blank_one_is_left_out),
        ("iam.tf", 'Resource = "*"', 'Resource = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:*"', test_each_action_has_the_resource_that_it_has_in_the_template),
        ("main.tf", "needs create_rule=false", "needs create_rule=true", test_what_the_template_asks_of_parameters_together_the_module_asks_too),
        ("main.tf", "  count       = local.creates_rule\n", "", test_without_a_rule_there_is_neither_what_repairs_it_nor_what_watches_it),
        ("variables.tf", "var.memory_size <= 10240", "var.memory_size <= 4096", test_a_variable_takes_the_values_that_the_template_takes),
        ("variables.tf", "<= 256", "<= 400", test_a_variable_takes_the_values_that_the_template_takes),
        ("variables.tf", "8767[0-2]", "8767[0-9]", test_a_variable_takes_the_values_that_the_template_takes),
        ("remediation.tf", "RebootInstances ", "RebootAll ", test_the_remediation_gives_the_runbook_the_inputs_that_it_has),
        ("remediation.tf", '  dynamic "parameter" {', '  parameter {\n    name = "Z"\n  }\n\n  dynamic "parameter" {', test_the_remediation_passes_its_parameters_in_the_order_of_their_names),
        ("remediation.tf", "LogTypes             = var.log_types", "LogTypes             = aws_ssm_document.runbook[0].arn", test_what_is_not_known_before_it_is_made_does_not_decide_which_parameters_there_are),
        ("remediation.tf", "retry_attempt_seconds      = 25", "retry_attempt_seconds      = 3600", test_a_refusal_of_the_runbook_leaves_nobody_out_of_later_repairs),
        ("remediation.tf", "error_percentage                     = 100", "error_percentage                     = 10", test_a_refusal_of_the_runbook_leaves_nobody_out_of_later_repairs),
        ("remediation.tf", "{ AllowReboots = var.remediation_reboot_instances }", '{ AllowReboots = "true" }', test_reboots_are_allowed_where_they_are_asked_for),
        ("main.tf", "data.aws_region.current.id", "data.aws_region.current.name", functools.partial(test_the_provider_knows_every_argument_and_attribute_and_warns_of_none, "module")),
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
    with pytest.raises(AssertionError):
        check()
