"""Each example is a cluster that the rule finds COMPLIANT, with everything asked, and NON_COMPLIANT when a line is left out.

An example is read as what it would make (a fleet of the emulator), and judged by the function's real binary.
"""

import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import hcl2
import pytest

from binaries import EMULATOR, FUNCTION
from templates import ROOT, load, resources
from test_templates_terraform import plain

ACCOUNT, REGION = "111122223333", "eu-west-1"
CLUSTER = "orders-graph"
GIVEN = {
    "CentralDestinationArn": f"arn:aws:logs:{REGION}:444455556666:destination:central-audit",
    "AlarmTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
}
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# Everything that the rule can ask.
STRICT = {
    "iamAuthentication": "true",
    "minimumRetentionDays": "365",
    "maximumRetentionDays": "3653",
    "logGroupEncrypted": "true",
    "logGroupDeletionProtected": "true",
    "logGroupMetricFilter": "true",
    "forwardingDestination": f"arn:aws:logs:{REGION}:444455556666:destination:*",
    "maximumSilenceHours": "24",
}


# What each example makes, in common words.


def from_cloudformation(template):
    values = {name: p.get("Default") for name, p in template["Parameters"].items()} | GIVEN
    made = {name: r["Properties"] for name, r in template["Resources"].items()}

    def resolve(value):
        if isinstance(value, list):
            return [resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "Ref" in value:
            name = value["Ref"]
            return values[name] if name in values else identity(name)
        if "Fn::Sub" in value:
            return re.sub(r"\$\{(.*?)\}", lambda match: str(values[match[1]]), value["Fn::Sub"])
        if "Fn::GetAtt" in value:
            assert value["Fn::GetAtt"] == ["Key", "Arn"]
            return KEY
        return {key: resolve(item) for key, item in value.items()}

    def identity(name):
        properties = made[name]
        key = next(k for k in ("LogGroupName", "Name", "DBClusterIdentifier", "DBSubnetGroupDescription") if k in properties)
        return resolve(properties[key])

    def of(name):
        return resolve(made.get(name, {}))

    cluster, log = of("Cluster"), of("AuditLog")
    return fleet(
        identifier=cluster["DBClusterIdentifier"],
        version=cluster["EngineVersion"],
        group=cluster.get("DBClusterParameterGroupName"),
        groups={g["Name"]: {"family": g["Family"], "parameters": g["Parameters"]} for g in [of("ParameterGroup")] if g},
        exports=cluster.get("EnableCloudwatchLogsExports", []),
        iam_authentication=cluster.get("IamAuthEnabled", False),
        members=[of(name)["DBInstanceIdentifier"] for name in ("Writer", "Reader")],
        log=log
        and {
            "name": log["LogGroupName"],
            "retention_in_days": log.get("RetentionInDays"),
            "kms_key_id": log.get("KmsKeyId"),
            "deletion_protection": log.get("DeletionProtectionEnabled", False),
            "metric_filters": sum(resolve(f["Properties"]["LogGroupName"]) == log["LogGroupName"] for f in resources(template, "AWS::Logs::MetricFilter").values()),
        },
        filters=[(f["LogGroupName"], f["FilterName"], f["DestinationArn"]) for f in [of("CentralCopy")] if f],
    )


def from_terraform(module):
    values = {f"var.{name}": v.get("default") for block in module["variable"] for name, v in block.items()}
    values |= {"var.central_destination_arn": GIVEN["CentralDestinationArn"], "aws_kms_key.this.arn": KEY}
    made = {f"{kind}.{name}": body for block in module["resource"] for kind, named in block.items() for name, body in named.items()}

    def resolve(value):
        if isinstance(value, list):
            return [resolve(item) for item in value]
        if not isinstance(value, str):
            return value
        if whole := re.fullmatch(r"\$\{([\w.]+)\}", value):
            return lookup(whole[1])
        return re.sub(r"\$\{([\w.]+)\}", lambda match: str(lookup(match[1])), value)

    def lookup(reference):
        if reference in values:
            return values[reference]
        name, _, attribute = reference.rpartition(".")
        return resolve(made[name]["cluster_identifier" if attribute == "id" else attribute])

    def of(name, *keys):
        return {key: resolve(made[name].get(key)) for key in keys} if name in made else {}

    cluster = of(
        "aws_neptune_cluster.this",
        "cluster_identifier", "engine_version", "neptune_cluster_parameter_group_name", "enable_cloudwatch_logs_exports", "iam_database_authentication_enabled",
    )
    log = of("aws_cloudwatch_log_group.audit", "name", "retention_in_days", "kms_key_id", "deletion_protection_enabled")
    if log:
        log["deletion_protection"] = log.pop("deletion_protection_enabled") or False
        metric_filters = [body for name, body in made.items() if name.startswith("aws_cloudwatch_log_metric_filter.")]
        log["metric_filters"] = sum(resolve(body["log_group_name"]) == log["name"] for body in metric_filters)
    group = of("aws_neptune_cluster_parameter_group.audited", "name", "family", "parameter")
    forward = of("aws_cloudwatch_log_subscription_filter.central", "log_group_name", "name", "destination_arn")
    instances = made["aws_neptune_cluster_instance.this"]
    return fleet(
        identifier=cluster["cluster_identifier"],
        version=cluster["engine_version"],
        group=cluster["neptune_cluster_parameter_group_name"],
        groups={group["name"]: {"family": group["family"], "parameters": {p["name"]: p["value"] for p in group["parameter"] or []}}} if group else {},
        exports=cluster["enable_cloudwatch_logs_exports"] or [],
        iam_authentication=cluster["iam_database_authentication_enabled"] or False,
        members=[f"{resolve(instances['cluster_identifier'])}-{n + 1}" for n in range(instances["count"])],
        log=log,
        filters=[(forward["log_group_name"], forward["name"], forward["destination_arn"])] if forward else [],
    )


def fleet(identifier, version, group, groups, exports, iam_authentication, members, log, filters):
    """The emulator's words for it, after an hour of use: the log group has an event."""
    family = "neptune" + ".".join(version.split(".")[:2])
    assert all(g["family"] == family for g in groups.values()), "the parameter group is of another family than the engine"
    assert group is None or group in groups, "the cluster names a parameter group that is not made"
    streams = [{"name": f"{member}.audit.log.0", "hours_since_last_event": 1.0} for member in members]
    log = {key: value for key, value in log.items() if value is not None}
    account = {
        "clusters": [
            {
                "identifier": identifier,
                "engine_version": version,
                "parameter_group": group or f"default.{family}",
                "members": [{"identifier": member, "writer": n == 0} for n, member in enumerate(members)],
                "exports": exports,
                "iam_authentication": iam_authentication,
            }
        ],
        "parameter_groups": groups,
        "log_groups": [
            {**log, "streams": streams, "subscription_filters": [{"name": n, "destination_arn": d} for of, n, d in filters if of == log["name"]]}
        ]
        if log
        else [],
    }
    return {"home_account": ACCOUNT, "region": REGION, "accounts": {ACCOUNT: account}}


def verdict(fleet, tmp_path):
    """What the function's binary puts for the only cluster, on a schedule that asks everything."""
    event = json.loads((ROOT / "events/scheduled.json").read_text())
    event["ruleParameters"] = json.dumps(STRICT)
    (tmp_path / "event.json").write_text(json.dumps(event))
    (tmp_path / "fleet.json").write_text(json.dumps(fleet))
    for binary in (EMULATOR, FUNCTION):
        if not binary.is_file():
            pytest.fail(f"{binary} is missing: build both with `cargo build --workspace`, or set EMULATOR and FUNCTION")
    command = [EMULATOR, "invoke", tmp_path / "event.json", "--function", FUNCTION, "--fleet", tmp_path / "fleet.json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    # What AWS Config received: the verdict and the cluster on a line, the annotation on the next.
    (put,) = re.findall(r"^ +(COMPLIANT|NON_COMPLIANT|NOT_APPLICABLE) .*\n +(.*)$", done.stdout, re.MULTILINE)
    return put


CLOUDFORMATION = "examples/neptune-cluster.yaml"
TERRAFORM = "examples/neptune-cluster.tf"


@functools.cache
def module():
    return plain(hcl2.loads((ROOT / TERRAFORM).read_text()))


def test_the_cloudformation_example_is_compliant_with_everything_asked(tmp_path):
    assert verdict(from_cloudformation(load(CLOUDFORMATION)), tmp_path)[0] == "COMPLIANT"


def test_the_terraform_example_is_compliant_with_everything_asked(tmp_path):
    assert verdict(from_terraform(module()), tmp_path)[0] == "COMPLIANT"


def test_both_examples_make_the_same():
    assert from_cloudformation(load(CLOUDFORMATION)) == from_terraform(module())


def test_both_examples_watch_for_the_same():
    template, parsed = load(CLOUDFORMATION)["Resources"], module()
    made = {f"{kind}.{name}": body for block in parsed["resource"] for kind, named in block.items() for name, body in named.items()}
    for ours, theirs in (("FailedConnections", "failed_connections"), ("Queries", "queries")):
        assert template[ours]["Properties"]["FilterPattern"] == made[f"aws_cloudwatch_log_metric_filter.{theirs}"]["pattern"]
    for ours, theirs in (("ManyFailedConnections", "many_failed_connections"), ("UnusualQueryVolume", "unusual_query_volume")):
        alarm, properties = made[f"aws_cloudwatch_metric_alarm.{theirs}"], template[ours]["Properties"]
        for key in ("EvaluationPeriods", "ComparisonOperator", "TreatMissingData", "Threshold"):
            assert alarm.get(re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower()) == properties.get(key), key


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ('{"authenticationSucceeded":false}', True),
        ('{"authenticationSucceeded": False}', True),
        ('"{""authenticationSucceeded"":false}"', True),
        ('{"authenticationSucceeded":true}', False),
        ("g.V().has('authenticationSucceeded', true)", False),
    ],
)
def test_a_failed_authentication_is_counted_however_it_is_spaced(line, seen):
    pattern = load(CLOUDFORMATION)["Resources"]["FailedConnections"]["Properties"]["FilterPattern"]
    assert bool(re.search(pattern.strip("%"), f"1763000000000000, 10.0.0.1:55000, 10.0.0.9:8182, HTTP_POST, , {line}, -, -")) is seen


def test_cfn_lint_finds_nothing_in_the_example():
    done = subprocess.run([Path(sys.executable).parent / "cfn-lint", "--non-zero-exit-code", "informational", CLOUDFORMATION], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_log_that_nothing_watches_is_not_right(tmp_path):
    template = load(CLOUDFORMATION)
    for name in resources(template, "AWS::Logs::MetricFilter"):
        del template["Resources"][name]
    result, annotation = verdict(from_cloudformation(template), tmp_path)
    assert result == "NON_COMPLIANT"
    assert "NOT_WATCHED" in annotation


def made_by_terraform(name):
    kind, _, label = name.partition(".")
    (body,) = [named[label] for block in module()["resource"] for found, named in block.items() if found == kind and label in named]
    return body


def test_whoever_removes_either_example_leaves_the_log_and_its_key():
    template = load(CLOUDFORMATION)["Resources"]
    for name in ("AuditLog", "Key"):
        assert template[name]["DeletionPolicy"] == template[name]["UpdateReplacePolicy"] == "Retain", name
    assert made_by_terraform("aws_cloudwatch_log_group.audit")["skip_destroy"] is True
    assert made_by_terraform("aws_kms_key.this")["lifecycle"] == [{"prevent_destroy": True}]


def test_a_plan_does_not_take_back_a_version_that_neptune_installed():
    assert made_by_terraform("aws_neptune_cluster_instance.this")["auto_minor_version_upgrade"] is True
    assert made_by_terraform("aws_neptune_cluster.this")["lifecycle"] == [{"ignore_changes": ["engine_version"]}]


# When Neptune ends the versions that one can begin with, by the first three numbers:
# https://docs.aws.amazon.com/neptune/latest/userguide/engine-releases.html
END_OF_LIFE = {"1.4.5": "2027-03-06", "1.4.6": "2027-03-06", "1.4.7": "2027-06-03"}


def test_either_example_begins_with_the_version_that_lives_longest():
    (variable,) = [block["engine_version"] for block in module()["variable"] if "engine_version" in block]
    parameter = load(CLOUDFORMATION)["Parameters"]["EngineVersion"]
    assert variable["default"] == parameter["Default"]
    line, _, _ = parameter["Default"].rpartition(".")
    assert END_OF_LIFE[line] == max(END_OF_LIFE.values())


def test_cloudwatch_logs_of_the_region_may_use_the_key():
    """A key's policy names the service in the Region: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""
    statements = load(CLOUDFORMATION)["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"]
    assert {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}} in [statement["Principal"] for statement in statements]
    assert "logs.${data.aws_region.current.id}.amazonaws.com" in made_by_terraform("aws_kms_key.this")["policy"]


def drop(template, resource, name=None):
    if name is None:
        del template["Resources"][resource]
    else:
        del template["Resources"][resource]["Properties"][name]
    return template


@pytest.mark.parametrize(
    ("resource", "name", "code"),
    [
        ("ParameterGroup", "Parameters", "PARAMETER_OFF"),
        ("Cluster", "DBClusterParameterGroupName", "PARAMETER_OFF"),
        ("Cluster", "EnableCloudwatchLogsExports", "EXPORT_OFF"),
        ("AuditLog", "RetentionInDays", "RETENTION_TOO_LONG"),
        ("AuditLog", "KmsKeyId", "NOT_ENCRYPTED"),
        ("AuditLog", "DeletionProtectionEnabled", "DELETABLE"),
        ("Cluster", "IamAuthEnabled", "CALLER_UNKNOWN"),
        ("CentralCopy", None, "NOT_FORWARDED"),
    ],
)
def test_each_line_of_the_example_is_needed(resource, name, code, tmp_path):
    template = drop(load(CLOUDFORMATION), resource, name)
    if (resource, name) == ("ParameterGroup", "Parameters"):
        template["Resources"][resource]["Properties"]["Parameters"] = {}
    result, annotation = verdict(from_cloudformation(template), tmp_path)
    assert result == "NON_COMPLIANT"
    assert code in annotation
