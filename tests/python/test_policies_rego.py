"""What the Rego policies say of plans and templates that are odd: not whole, of another kind, with bad parameters, with a value that is
unknown in a way of its own. One healthy input, one change for each case; all of them in one run of Open Policy Agent."""

import copy
import json

import pytest
from policies import INPUTS, PARAMETERS, ask, expected, load, once, rego, templates
from templates import parse

A = "aws_neptune_cluster."
GROUP = "aws_neptune_cluster_parameter_group."
LOGS = "aws_cloudwatch_log_group."
FILTER = "aws_cloudwatch_log_subscription_filter."


def plan():
    """The part of the plan that the cases are about: a whole one takes longer."""
    document = load("terraform/plan.json")
    names = {"named", "generated", "full", "short", "bare", "prefix", "both", "both_audit", "both_slowquery", "trail"}
    document["resource_changes"] = [r for r in document["resource_changes"] if r["name"] in names and "module_address" not in r]
    del document["planned_values"]
    return document


def change(document, address):
    return next(r["change"] for r in document["resource_changes"] if r["address"] == address)


def configured(document, address):
    return next(r for r in document["configuration"]["root_module"]["resources"] if r["address"] == address)


class Unknown(list):
    """References, by which a value is known only after apply."""


LATER = Unknown(["local.somewhere"])


def altered(address, **after):
    """The plan with other values of one resource; `Unknown` stands for one that is known after apply, by what it refers to."""
    document = plan()
    resource = change(document, address)
    for name, value in after.items():
        if isinstance(value, Unknown):
            resource["after"].pop(name, None)
            resource["after_unknown"][name] = True
            configured(document, address)["expressions"][name] = {"references": value}
        else:
            resource["after"][name] = value
            resource["after_unknown"].pop(name, None)
    return document


def choosing(value, *groups):
    """A condition between groups, or between one and `null`: a plan lists what both branches refer to."""
    names = [reference for group in groups for reference in (f"{GROUP}{group}.name", f"{GROUP}{group}")]
    document = altered(A + "generated", neptune_cluster_parameter_group_name=Unknown(["var.choice", *names]))
    document["variables"]["choice"] = {"value": value}
    document["configuration"]["root_module"]["variables"]["choice"] = {}
    return document


def in_oregon(address):
    document = plan()
    configured(document, address)["provider_config_key"] = "aws.west"
    return document


def without(document, *kinds):
    document["resource_changes"] = [r for r in document["resource_changes"] if r["type"] not in kinds]
    return document


def with_resource(document, kind, after, unknown=None):
    """One more resource, of the root module."""
    address = f"{kind}.more"
    document["resource_changes"].append(
        {
            "address": address,
            "mode": "managed",
            "type": kind,
            "name": "more",
            "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown or {}},
        }
    )
    expressions = {name: {"constant_value": value} for name, value in after.items()} | {name: {"references": ["local.x"]} for name in unknown or {}}
    resource = {"address": address, "type": kind, "name": "more", "provider_config_key": "aws", "expressions": expressions}
    document["configuration"]["root_module"]["resources"].append(resource)
    return document


def template(name="full.yaml", **properties):
    """A template with other properties of one resource: `Cluster__IamAuthEnabled=…`; None takes a property away."""
    document = copy.deepcopy(parse(templates()[name]))
    for path, value in properties.items():
        resource, key = path.split("__")
        target = document["Resources"][resource] if key == "Condition" else document["Resources"][resource]["Properties"]
        if value is None:
            del target[key]
        else:
            target[key] = value
    return document


NO_VALUE = {"Ref": "AWS::NoValue"}
KEPT = {"minimumRetentionDays": 365}
SENT = {"forwardingDestination": PARAMETERS["forwardingDestination"]}
WATCHED = {"logGroupMetricFilter": "true"}
SLOW = {"logTypes": "audit, slowquery"}
INFO = [{"name": "neptune_enable_audit_log", "value": "1"}, {"name": "neptune_enable_slow_query_log", "value": "info"}]

# name: (package, input, parameters, where it is looked for, what must be among the denied of that resource).
# An address and a set of "LINK CODE"; what is not in the set must not be denied.
CASES = {
    # --- Terraform: what is unknown, each in its own way
    "all parameters of the group unknown": ("terraform", altered(GROUP + "named", parameter=LATER), {}, A + "named", {"generated UNDECIDED"}),
    "the name of a parameter unknown": (
        "terraform",
        altered(GROUP + "named", parameter=[{"value": "1"}]),
        {},
        A + "named",
        {"generated UNDECIDED"},
    ),
    "a value that Terraform writes as null": (
        "terraform",
        altered(GROUP + "named", parameter=[{"name": "neptune_enable_audit_log", "value": None}]),
        {},
        A + "named",
        {"generated UNDECIDED"},
    ),
    "true is not 1": (
        "terraform",
        altered(GROUP + "named", parameter=[{"name": "neptune_enable_audit_log", "value": "true"}]),
        {},
        A + "named",
        {"generated PARAMETER_OFF"},
    ),
    "exports unknown": ("terraform", altered(A + "named", enable_cloudwatch_logs_exports=LATER), {}, A + "named", {"exported UNDECIDED"}),
    "exports of which one is unknown, the other right": (
        "terraform",
        altered(A + "named", enable_cloudwatch_logs_exports=["audit", None]),
        {},
        A + "named",
        set(),
    ),
    "IAM authentication unknown": (
        "terraform",
        altered(A + "full", iam_database_authentication_enabled=LATER),
        {"iamAuthentication": True},
        A + "full",
        {"attributed UNDECIDED"},
    ),
    "the group's name through a local": (
        "terraform",
        altered(A + "named", neptune_cluster_parameter_group_name=LATER),
        {},
        A + "named",
        {"generated UNDECIDED"},
    ),
    "the group by a reference into another Region": ("terraform", in_oregon(GROUP + "generated"), {}, A + "generated", {"generated UNDECIDED"}),
    "a condition that is false, and the group or `null`": ("terraform", choosing(False, "generated"), {}, A + "generated", {"generated UNDECIDED"}),
    "a condition that is true, and the group": ("terraform", choosing(True, "generated"), {}, A + "generated", set()),
    "a condition that is false, and a group on both sides": ("terraform", choosing(False, "generated", "named"), {}, A + "generated", set()),
    "the Region unknown": ("terraform", altered(A + "named", region=LATER), {}, A + "named", {"generated UNDECIDED"}),
    "strict: by reference": ("terraform", plan(), {"strict": True}, A + "generated", {"generated UNDECIDED"}),
    "strict: by name": ("terraform", plan(), {"strict": True}, A + "named", set()),
    "strict: log group by reference": (
        "terraform",
        plan(),
        {"strict": True, **KEPT},
        A + "prefix",
        {"kept UNDECIDED"},
    ),
    # --- Terraform: slow queries
    "slow queries off": (
        "terraform",
        plan(),
        SLOW,
        A + "generated",
        {"generated PARAMETER_OFF"},
    ),
    "slow queries on, and not exported": ("terraform", altered(GROUP + "named", parameter=INFO), SLOW, A + "named", {"exported EXPORT_OFF"}),
    "IAM authentication is not asked for slow queries": (
        "terraform",
        altered(GROUP + "named", parameter=INFO),
        {"logTypes": "slowquery", "iamAuthentication": "true"},
        A + "both",
        set(),
    ),
    # --- Terraform: log groups
    "log group not declared": ("terraform", plan(), KEPT, A + "named", {"kept UNDECIDED"}),
    "log group required, and one may be it": ("terraform", plan(), {"requireDeclared": True, **KEPT}, A + "named", {"kept UNDECIDED"}),
    "log group required": (
        "terraform",
        without(plan(), "aws_cloudwatch_log_group"),
        {"requireDeclared": True, **KEPT},
        A + "named",
        {"kept LOG_GROUP_MISSING"},
    ),
    "kept too long": ("terraform", plan(), {"maximumRetentionDays": "30"}, A + "full", {"kept RETENTION_TOO_LONG"}),
    "never expires, and a maximum": ("terraform", plan(), {"maximumRetentionDays": 3653}, A + "bare", {"kept RETENTION_TOO_LONG"}),
    "within both bounds": ("terraform", plan(), {"minimumRetentionDays": 7, "maximumRetentionDays": 365}, A + "short", set()),
    "a key known after apply": ("terraform", altered(LOGS + "full", kms_key_id=LATER), {"logGroupEncrypted": True}, A + "full", set()),
    "protection from deletion unknown": (
        "terraform",
        altered(LOGS + "full", deletion_protection_enabled=LATER),
        {"logGroupDeletionProtected": True},
        A + "full",
        {"guarded UNDECIDED"},
    ),
    "a class without filters": (
        "terraform",
        altered(LOGS + "full", log_group_class="INFREQUENT_ACCESS"),
        {**SENT, **WATCHED},
        A + "full",
        {"forwarded NOT_FORWARDED", "watched NOT_WATCHED"},
    ),
    "a class known after apply": (
        "terraform",
        altered(LOGS + "full", log_group_class=LATER),
        {**SENT, **WATCHED},
        A + "full",
        {"forwarded UNDECIDED", "watched UNDECIDED"},
    ),
    "a destination known after apply": ("terraform", altered(FILTER + "full", destination_arn=LATER), SENT, A + "full", {"forwarded UNDECIDED"}),
    "a pattern known after apply": ("terraform", altered(FILTER + "full", filter_pattern=LATER), SENT, A + "full", {"forwarded UNDECIDED"}),
    "a destination known after apply of a part": ("terraform", altered(FILTER + "short", destination_arn=LATER), SENT, A + "short", {"forwarded NOT_FORWARDED"}),
    "a blank pattern of spaces": ("terraform", altered(FILTER + "full", filter_pattern="  "), SENT, A + "full", set()),
    "a filter of who knows which log group": (
        "terraform",
        altered(FILTER + "short", log_group_name=LATER, filter_pattern=""),
        SENT,
        A + "bare",
        {"forwarded UNDECIDED"},
    ),
    "a filter by reference": (
        "terraform",
        altered(FILTER + "full", log_group_name=Unknown([LOGS + "full.name", LOGS + "full"])),
        SENT,
        A + "full",
        set(),
    ),
    "two log groups that may be it, and differ": (
        "terraform",
        altered(LOGS + "both_slowquery", name=Unknown([A + "prefix.id", A + "prefix"])),
        KEPT,
        A + "prefix",
        {"kept UNDECIDED"},
    ),
    "a log group named after two clusters": (
        "terraform",
        altered(LOGS + "prefix", name=Unknown([A + "prefix.id", A + "prefix", A + "full.id", A + "full"])),
        KEPT,
        A + "prefix",
        {"kept UNDECIDED"},
    ),
    "a policy of the account": (
        "terraform",
        with_resource(plan(), "aws_cloudwatch_log_account_policy", {"policy_name": "all", "policy_type": "SUBSCRIPTION_FILTER_POLICY"}),
        SENT,
        A + "bare",
        {"forwarded UNDECIDED"},
    ),
    "another policy of the account": (
        "terraform",
        with_resource(plan(), "aws_cloudwatch_log_account_policy", {"policy_name": "all", "policy_type": "DATA_PROTECTION_POLICY"}),
        SENT,
        A + "bare",
        {"forwarded NOT_FORWARDED"},
    ),
    "a dot in a destination is a dot": (
        "terraform",
        plan(),
        {"forwardingDestination": "arn:aws:logs:eu.west.1:444455556666:destination:central"},
        A + "full",
        {"forwarded NOT_FORWARDED"},
    ),
    # --- CloudFormation
    "a property that is not there": ("cloudformation", template(Cluster__EnableCloudwatchLogsExports=NO_VALUE), {}, "Cluster", {"exported EXPORT_OFF"}),
    "an element that a function gives": (
        "cloudformation",
        template(Cluster__EnableCloudwatchLogsExports=[{"Ref": "Log"}]),
        {},
        "Cluster",
        {"exported UNDECIDED"},
    ),
    "what is left of `!Ref` where tags are dropped": (
        "cloudformation",
        template(Cluster__DBClusterParameterGroupName="Audited", Cluster__EnableCloudwatchLogsExports="Exports"),
        {},
        "Cluster",
        {"exported UNDECIDED", "generated UNDECIDED"},
    ),
    "a boolean that a function gives": (
        "cloudformation",
        template(Cluster__IamAuthEnabled={"Ref": "Iam"}),
        {"iamAuthentication": True},
        "Cluster",
        {"attributed UNDECIDED"},
    ),
    "a secret as value": (
        "cloudformation",
        template(Audited__Parameters={"neptune_enable_audit_log": "{{resolve:ssm:audit}}"}),
        {},
        "Cluster",
        {"generated UNDECIDED"},
    ),
    "a parameter that is not there": (
        "cloudformation",
        template(Audited__Parameters={"neptune_enable_audit_log": NO_VALUE}),
        {},
        "Cluster",
        {"generated PARAMETER_OFF"},
    ),
    "names joined of what nobody knows": (
        "cloudformation",
        template(
            Audited__Name={"Fn::Join": ["-", ["a", {"Fn::ImportValue": "x"}]]},
            Cluster__DBClusterParameterGroupName={"Fn::Join": ["-", ["a", {"Fn::ImportValue": "y"}]]},
        ),
        {},
        "Cluster",
        {"generated UNDECIDED"},
    ),
    "names joined of text, number and reference": (
        "cloudformation",
        template(
            Audited__Name={"Fn::Sub": "a-1-${AWS::Region}"},
            Cluster__DBClusterParameterGroupName={"Fn::Join": ["-", ["a", 1, {"Ref": "AWS::Region"}]]},
        ),
        {},
        "Cluster",
        set(),
    ),
    "retention as text": ("cloudformation", template(AuditLog__RetentionInDays="365"), KEPT, "Cluster", set()),
    "a maximum and a log group that never expires": (
        "cloudformation",
        template(AuditLog__RetentionInDays=None),
        {"maximumRetentionDays": 3653},
        "Cluster",
        {"kept RETENTION_TOO_LONG"},
    ),
    "a maximum that is kept to": ("cloudformation", template(), {"maximumRetentionDays": 364}, "Cluster", {"kept RETENTION_TOO_LONG"}),
    "a key on a condition": (
        "cloudformation",
        template(AuditLog__KmsKeyId={"Fn::If": ["Secret", "key", NO_VALUE]}),
        {"logGroupEncrypted": True},
        "Cluster",
        {"protected UNDECIDED"},
    ),
    "a log group on a condition": (
        "cloudformation",
        template(AuditLog__Condition="Production"),
        {"requireDeclared": True, **KEPT},
        "Cluster",
        {"kept UNDECIDED"},
    ),
    "no log group where one is required": (
        "cloudformation",
        template("number.yaml"),
        {"requireDeclared": True, **KEPT},
        "Cluster",
        {"kept LOG_GROUP_MISSING"},
    ),
    "a name that a function gives": (
        "cloudformation",
        template(Cluster__DBClusterIdentifier={"Fn::ImportValue": "name"}),
        KEPT,
        "Cluster",
        {"kept UNDECIDED"},
    ),
    "a filter on a condition": ("cloudformation", template(CentralCopy__Condition="Production"), SENT, "Cluster", {"forwarded UNDECIDED"}),
    "a destination that a function gives": (
        "cloudformation",
        template(CentralCopy__DestinationArn={"Ref": "Destination"}),
        SENT,
        "Cluster",
        {"forwarded UNDECIDED"},
    ),
    "a log group of another class": (
        "cloudformation",
        template(AuditLog__LogGroupClass="INFREQUENT_ACCESS"),
        {**SENT, **WATCHED},
        "Cluster",
        {"forwarded NOT_FORWARDED", "watched NOT_WATCHED"},
    ),
    "slow queries of a template": (
        "cloudformation",
        template(),
        SLOW,
        "Cluster",
        {"generated PARAMETER_OFF", "exported EXPORT_OFF"},
    ),
}

# Nothing is judged: (package, input, parameters, what the one message says).
REFUSED = {
    "a plan that failed": ("terraform", plan() | {"errored": True}, {}, "errored"),
    "a part of a plan": ("terraform", plan() | {"complete": False}, {}, "allowIncomplete"),
    "a plan of the future": ("terraform", plan() | {"format_version": "2.0"}, {}, "format_version is 2.0"),
    "a state": ("terraform", {"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}, {}, "not the JSON of a plan"),
    "anything": ("terraform", {}, {}, "not the JSON of a plan"),
    "not a template": ("cloudformation", {}, {}, "not a CloudFormation template"),
    "a macro": ("cloudformation", template() | {"Transform": ["AWS::Serverless-2016-10-31", "Own"]}, {}, "the macro Own"),
    "a macro with parameters": ("cloudformation", template() | {"Transform": {"Name": "AWS::Include"}}, {}, "the macro AWS::Include"),
    "macros with parameters": ("cloudformation", template() | {"Transform": [{"Name": "Own"}]}, {}, "the macro Own"),
    "a macro among the resources": (
        "cloudformation",
        {"Resources": template()["Resources"] | {"Fn::Transform": {"Name": "AWS::Include"}}},
        {},
        "the macro Fn::Transform",
    ),
    "a loop": ("cloudformation", parse((INPUTS / "loop.yaml").read_text()), {}, "a loop (Fn::ForEach) makes Neptune clusters"),
    "an unknown parameter": ("terraform", plan(), {"minimumRetention": 365}, "parameter `minimumRetention` is not known"),
    "an unknown log type": ("terraform", plan(), {"logTypes": "audit,general"}, "parameter `logTypes`: `audit,general` is not allowed"),
    "a boolean that is none": ("terraform", plan(), {"iamAuthentication": "yes"}, "parameter `iamAuthentication`: `yes` is not allowed"),
    "days that are none": ("cloudformation", template(), {"minimumRetentionDays": 0}, "parameter `minimumRetentionDays`: `0` is not allowed"),
    "too many days": ("terraform", plan(), {"maximumRetentionDays": "3654"}, "parameter `maximumRetentionDays`: `3654` is not allowed"),
    "bounds the wrong way round": ("terraform", plan(), {"minimumRetentionDays": 400, "maximumRetentionDays": 30}, "is above"),
    "a destination that is none": ("terraform", plan(), {"forwardingDestination": "central"}, "parameter `forwardingDestination`: `central`"),
}

# Warned of, and nothing denied.
WARNED = {
    "no cluster in a plan": ("terraform", without(plan(), "aws_neptune_cluster"), {}, {"nothing to judge: there is no Neptune cluster in this plan"}),
    "no cluster in a template": ("cloudformation", {"Resources": {}}, {}, {"nothing to judge: there is no Neptune cluster in this template"}),
    "another package's input, plan": ("cloudformation", plan(), {}, set()),
    "another package's input, template": ("terraform", template(), {}, set()),
    "a macro without a cluster": (
        "cloudformation",
        {"Transform": "Own", "Resources": {}},
        {},
        {
            "the template has the macro Own, which may make a Neptune cluster: judge what it makes",
            "nothing to judge: there is no Neptune cluster in this template",
        },
    ),
    "AWS's language extensions": ("cloudformation", template() | {"Transform": ["AWS::LanguageExtensions"]}, {}, set()),
    "the serverless macro": ("cloudformation", template() | {"Transform": "AWS::Serverless-2016-10-31"}, {}, set()),
    "blank parameters": ("cloudformation", template(), {"logTypes": " ", "minimumRetentionDays": "", "iamAuthentication": ""}, set()),
}


@once
def results():
    cases = [(name, *case[:3]) for table in (CASES, REFUSED, WARNED) for name, case in table.items()]
    cases += [(f"all of {name}", "terraform", load(f"{name}/plan.json"), None) for name in ("terraform", "changes")]
    cases += [(f"all asked of {name}", "terraform", load(f"{name}/plan.json"), PARAMETERS) for name in ("terraform", "changes")]
    cases += [(f"all asked of {name}", "cloudformation", parse(text), PARAMETERS) for name, text in templates().items()]
    cases += [("undecided allowed", "terraform", load("terraform/plan.json"), {"allowUndecided": True, **PARAMETERS})]
    cases += [("undecided allowed in a template", "cloudformation", template("import.yaml"), {"allowUndecided": True})]
    cases += [("the same part, whole", "terraform", plan(), {"iamAuthentication": True})]
    cases += [("a part allowed", "terraform", plan() | {"complete": False}, {"allowIncomplete": True, "iamAuthentication": True})]
    runs = [
        {"documents": [f"neptune_audit.{package}.{rule}" for rule in ("deny", "warn")], "input": document}
        | ({} if parameters is None else {"parameters": parameters})
        for _, package, document, parameters in cases
    ]
    answer = ask("opa", {"policies": rego(), "runs": runs})
    return {name: list(found.values()) for (name, *_), found in zip(cases, answer["answers"])}, answer["unreached"]


def result(name):
    return results()[0][name]


@pytest.mark.parametrize("name", CASES)
def test_rego_says_of(name):
    *_, address, codes = CASES[name]
    denied, _ = result(name)
    assert {f"{finding['link']} {finding['code']}" for finding in denied if finding.get("address") == address} == codes


@pytest.mark.parametrize("name", REFUSED)
def test_rego_judges_nothing_of(name):
    denied, warned = result(name)
    assert [finding["msg"] for finding in denied] == [f"nothing is judged: {denied[0]['msg'].split(': ', 1)[1]}"]
    assert REFUSED[name][3] in denied[0]["msg"]
    assert not [finding for finding in warned if "address" in finding]


@pytest.mark.parametrize("name", WARNED)
def test_rego_denies_nothing_of(name):
    denied, warned = result(name)
    assert (denied, {finding["msg"] for finding in warned}) == ([], WARNED[name][3])


def test_a_mended_trail_passes_with_a_note_to_reboot():
    denied, warned = result("all of changes")
    assert [(finding["address"], finding["code"]) for finding in denied] == [(A + "steadily_off", "PARAMETER_OFF")]
    assert {finding["msg"].split(":")[0] for finding in warned} == {A + "switched", A + "mended"}
    assert all("reboot each instance" in finding["msg"] for finding in warned)


def test_what_is_undecided_is_denied_unless_it_is_allowed():
    denied, warned = result("all asked of terraform")
    assert {finding["state"] for finding in denied} == {"broken", "undecided"} and not warned
    allowed, told = result("undecided allowed")
    assert {finding["state"] for finding in allowed} == {"broken"}
    assert {finding["state"] for finding in told} == {"undecided"}
    assert len(denied) == len(allowed) + len(told)
    assert [len(found) for found in result("undecided allowed in a template")] == [0, 1]


def test_a_part_of_a_plan_is_judged_where_that_is_allowed():
    denied, warned = result("a part allowed")
    assert denied and denied == result("the same part, whole")[0] and not warned


def test_no_message_prints_the_name_of_a_group():
    # One of them is sensitive: `aws_neptune_cluster.secret` is on the group `audited`.
    assert "audited" not in json.dumps(result("all asked of terraform"))


def test_every_message_begins_with_the_cluster_and_the_code():
    for finding in result("all asked of terraform")[0]:
        assert finding["msg"].startswith(f"{finding['address']}: {finding['code']} ({finding['logType']}, {finding['link']}): ")
        assert finding["address"] in expected("terraform")


def test_no_link_is_left_without_an_answer():
    for found in results()[0].values():
        assert not [finding for part in found for finding in part if "no answer" in finding["msg"]]


@pytest.mark.parametrize("package, document", [("terraform", plan()), ("cloudformation", template())])
def test_a_link_that_no_rule_answers_is_denied(package, document):
    damaged = {path: text.replace('"exported", state', '"mislaid", state') for path, text in rego().items()}
    rule = f"neptune_audit.{package}.deny"
    denied = ask("opa", {"policies": damaged, "runs": [{"documents": [rule], "input": document}]})["answers"][0][rule]
    assert {finding["code"] for finding in denied if "no answer to whether it is exported" in finding["msg"]} == {"UNDECIDED"}


def test_every_line_of_the_policies_is_reached():
    texts = {path: text.splitlines() for path, text in rego().items()}
    unreached = [f"{path}: {texts[path][line - 1].strip()}" for path, lines in results()[1].items() for line in lines]
    # The last safety, for a link that no rule answers: the test above says that there is none.
    assert all("no answer to whether" in line for line in unreached), unreached
