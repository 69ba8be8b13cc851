"""The events in events/ are real in shape: two stages of JSON, each field that AWS Config sends, and a line in the README."""

import base64
import json
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest

from templates import rule_parameters

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
FILES = sorted(EVENTS.glob("*.json"))

OWN_ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"

ENVELOPE = {
    "version", "invokingEvent", "ruleParameters", "resultToken", "eventLeftScope", "executionRoleArn",
    "configRuleArn", "configRuleName", "configRuleId", "accountId", "evaluationMode",
}  # fmt: skip
ITEM = {
    "relatedEvents", "relationships", "configuration", "supplementaryConfiguration", "tags", "configurationItemVersion",
    "configurationItemCaptureTime", "configurationStateId", "awsAccountId", "configurationItemStatus", "resourceType", "resourceId",
    "resourceName", "ARN", "awsRegion", "availabilityZone", "configurationStateMd5Hash", "resourceCreationTime",
}  # fmt: skip
SUMMARY = ITEM - {"relatedEvents", "relationships", "configuration", "supplementaryConfiguration", "tags"} | {"changeType"}
NOTIFICATION = {"messageType", "notificationCreationTime", "recordVersion"}
MESSAGES = {
    "ConfigurationItemChangeNotification": NOTIFICATION | {"configurationItem", "configurationItemDiff"},
    "OversizedConfigurationItemChangeNotification": NOTIFICATION | {"configurationItemSummary", "s3DeliverySummary"},
    "ScheduledNotification": NOTIFICATION | {"awsAccountId"},
    "ConfigurationSnapshotDeliveryCompleted": NOTIFICATION | {"configSnapshotId", "s3Bucket", "s3ObjectKey"},
}

# Top-level keys of `configuration` as awslabs/aws-config-resource-schema lists them for each type. `status` and the like are the same
# in both; the casing of the identifiers is not, which is why both stand here.
CONFIGURATION_KEYS = {
    "AWS::RDS::DBCluster": {
        "allocatedStorage", "associatedRoles", "availabilityZones", "backupRetentionPeriod", "clusterCreateTime", "copyTagsToSnapshot",
        "crossAccountClone", "customEndpoints", "dbClusterResourceId", "dbclusterArn", "dbclusterIdentifier", "dbclusterMembers",
        "dbclusterParameterGroup", "dbsubnetGroup", "deletionProtection", "enabledCloudwatchLogsExports", "endpoint", "engine", "engineMode",
        "engineVersion", "hostedZoneId", "httpEndpointEnabled", "iamdatabaseAuthenticationEnabled", "kmsKeyId", "masterUsername", "multiAZ",
        "port", "preferredBackupWindow", "preferredMaintenanceWindow", "readReplicaIdentifiers", "readerEndpoint", "status",
        "storageEncrypted", "vpcSecurityGroups",
    },
    "AWS::RDS::DBInstance": {
        "allocatedStorage", "autoMinorVersionUpgrade", "availabilityZone", "backupRetentionPeriod", "cACertificateIdentifier",
        "characterSetName", "copyTagsToSnapshot", "dBClusterIdentifier", "dBInstanceArn", "dBInstanceClass", "dBInstanceIdentifier",
        "dBInstanceStatus", "dBName", "dBParameterGroups", "dBSecurityGroups", "dBSubnetGroup", "dbInstancePort", "dbiResourceId",
        "domainMemberships", "enabledCloudwatchLogsExports", "endpoint", "engine", "engineVersion", "iAMDatabaseAuthenticationEnabled",
        "instanceCreateTime", "kmsKeyId", "licenseModel", "masterUsername", "monitoringInterval", "multiAZ", "optionGroupMemberships",
        "pendingModifiedValues", "performanceInsightsEnabled", "preferredBackupWindow", "preferredMaintenanceWindow", "processorFeatures",
        "promotionTier", "publiclyAccessible", "readReplicaDBInstanceIdentifiers", "secondaryAvailabilityZone", "statusInfos",
        "storageEncrypted", "storageType", "timezone", "vpcSecurityGroups",
    },
}  # fmt: skip

# An event may lack a field only where the lack is the situation.
LEFT_OUT = {
    "as-documented.json": {
        "evaluationMode", "ruleParameters", "configurationItemDiff", "notificationCreationTime", "recordVersion", "relatedEvents",
        "supplementaryConfiguration", "configurationItemVersion", "configurationStateId", "configurationStateMd5Hash", "resourceCreationTime",
    },
    "result-token-missing.json": {"resultToken"},
    "scheduled-rule-unnamed.json": {"configRuleName"},
}  # fmt: skip
NOT_JSON = "invoking-event-truncated.json"
NO_SUCH_MESSAGE = "unknown-message-type.json"


def envelope(path):
    return json.loads(path.read_text())


def message(path):
    return json.loads(envelope(path)["invokingEvent"])


def item(path):
    invoking = message(path)
    return invoking.get("configurationItem") or invoking.get("configurationItemSummary")


READABLE = [path for path in FILES if path.name != NOT_JSON]
WITH_ITEM = [path for path in READABLE if item(path)]

every_event = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
every_readable_event = pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
every_event_with_an_item = pytest.mark.parametrize("path", WITH_ITEM, ids=lambda path: path.stem)


def test_there_is_an_event_for_each_message_type():
    assert set(MESSAGES) < {message(path)["messageType"] for path in READABLE}


@every_event
def test_the_envelope_has_every_field_of_a_real_one(path):
    event = envelope(path)
    assert set(event) == ENVELOPE - LEFT_OUT.get(path.name, set())
    assert isinstance(event["eventLeftScope"], bool)
    for field in set(event) - {"eventLeftScope"}:
        assert isinstance(event[field], str), field
    assert isinstance(json.loads(event.get("ruleParameters", "{}")), dict)


def parameters(name):
    return json.loads(envelope(EVENTS / name)["ruleParameters"])


def test_every_parameter_of_the_rule_is_there_and_blank_where_the_event_says_so():
    assert parameters("scheduled-blank-parameters.json") == dict.fromkeys(rule_parameters(), "")


def test_the_strict_rule_asks_for_every_link_that_is_not_asked_for_by_default():
    elsewhere = {"logTypes", "pendingReboot", "logGroupRequired", "executionRoleName", "reportUnchanged"}
    assert set(parameters("scheduled-strict-rule.json")) == set(rule_parameters()) - elsewhere
    assert parameters("changed-strict-rule.json") == {k: v for k, v in parameters("scheduled-strict-rule.json").items() if k != "exemptTag"}


def test_each_event_about_one_link_more_has_its_parameter_and_no_other():
    section = (EVENTS / "README.md").read_text().split("## A rule that asks for more")[1].split("\n## ")[0]
    names = re.findall(r"^\| `([^`]+\.json)` \|", section, re.MULTILINE)
    asked = [parameters(name) for name in names]
    assert all(len(one) == 1 for one in asked)
    assert {name for one in asked for name in one} == set(parameters("scheduled-strict-rule.json")) - {
        "minimumRetentionDays", "maximumRetentionDays", "logGroupEncrypted",
    }  # fmt: skip


def test_no_two_schedules_of_an_account_are_of_the_same_time():
    """What is recorded with the time of an event is not put again for it."""
    times = [message(path)["notificationCreationTime"] for path in READABLE if "awsAccountId" in message(path)]
    assert len(times) == len(set(times))


@every_readable_event
def test_the_message_has_every_field_of_a_real_one(path):
    invoking = message(path)
    if path.name == NO_SUCH_MESSAGE:
        assert invoking["messageType"] not in MESSAGES
        return
    assert set(invoking) == MESSAGES[invoking["messageType"]] - LEFT_OUT.get(path.name, set())


def test_the_truncated_message_is_not_json():
    with pytest.raises(json.JSONDecodeError):
        message(EVENTS / NOT_JSON)


@every_event_with_an_item
def test_the_item_has_every_field_of_a_real_one(path):
    fields = SUMMARY if "configurationItemSummary" in message(path) else ITEM
    assert set(item(path)) == fields - LEFT_OUT.get(path.name, set())
    assert isinstance(item(path).get("configurationStateId", 0), int)


@every_event_with_an_item
def test_the_configuration_has_the_keys_of_its_resource_type(path):
    configuration = item(path).get("configuration")
    if configuration is not None:
        assert set(configuration) == CONFIGURATION_KEYS[item(path)["resourceType"]]


@every_event_with_an_item
def test_the_item_names_one_and_the_same_cluster_everywhere(path):
    found, kind = item(path), {"AWS::RDS::DBCluster": "cluster", "AWS::RDS::DBInstance": "db"}[item(path)["resourceType"]]
    assert re.fullmatch(rf"{kind}-[A-Z2-7]{{26}}", found["resourceId"])
    name = re.fullmatch(rf"arn:aws:rds:eu-west-1:{found['awsAccountId']}:{kind}:([a-z][a-z0-9-]*)", found["ARN"]).group(1)
    assert found["resourceName"] in (name, None)
    configuration = found.get("configuration") or {}
    if kind == "cluster" and configuration:
        assert configuration["dbclusterIdentifier"] in (name, None)
        assert (configuration["dbClusterResourceId"], configuration["dbclusterArn"]) == (found["resourceId"], found["ARN"])


@every_event_with_an_item
def test_a_deletion_says_so_and_carries_no_configuration(path):
    found = item(path)
    if found["configurationItemStatus"].startswith("ResourceDeleted"):
        assert found.get("configuration") is None
        assert found["resourceCreationTime"] is None


def timestamps(value, key=""):
    """Each string of `value` whose key says that it is a time."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from timestamps(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from timestamps(inner, key)
    elif isinstance(value, str) and key.endswith("Time"):
        yield key, value


@every_readable_event
def test_timestamps_are_iso_8601_in_utc_with_milliseconds(path):
    for key, value in timestamps(message(path)):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value), key
        assert datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None


@every_event_with_an_item
def test_the_state_id_is_the_capture_time_in_milliseconds(path):
    found = item(path)
    if "configurationStateId" in found:
        captured = datetime.fromisoformat(found["configurationItemCaptureTime"].replace("Z", "+00:00"))
        assert found["configurationStateId"] == round(captured.astimezone(timezone.utc).timestamp() * 1000)


@every_event
def test_the_result_token_is_as_long_as_a_real_one_and_fictional(path):
    token = envelope(path).get("resultToken")
    if path.name == "scheduled-test-mode.json":
        assert token == "TESTMODE"
    elif token is not None:
        assert len(token) > 2048
        assert path.name in json.loads(base64.b64decode(token))["fictional"]


@every_event
def test_accounts_are_fictional_and_agree(path):
    event = envelope(path)
    assert set(re.findall(r"(?<!\d)\d{12}(?!\d)", path.read_text())) <= {OWN_ACCOUNT, OTHER_ACCOUNT}
    assert f"::{event['accountId']}:role/" in event["executionRoleArn"]
    assert f":{event['accountId']}:config-rule/{event['configRuleId']}" in event["configRuleArn"]


# Situations whose point is that the cluster is not there.
NOT_IN_THE_FLEET = {"deleted.json", "deleted-not-recorded.json", "gone.json", "name-reused.json", "oversized-deletion.json"}


@every_event_with_an_item
def test_the_cluster_of_the_item_is_in_the_demo_fleet(path):
    found = item(path)
    fleet = json.loads((ROOT / "crates/demo/fleet.json").read_text())
    clusters = {(account, cluster["resource_id"]): cluster for account, facts in fleet["accounts"].items() for cluster in facts["clusters"]}
    if found["resourceType"] != "AWS::RDS::DBCluster":
        return
    cluster = clusters.get((found["awsAccountId"], found["resourceId"]))
    assert (cluster is None) == (path.name in NOT_IN_THE_FLEET)
    if cluster is not None:
        assert found["ARN"].endswith(f":{cluster['identifier']}")
        configuration = found.get("configuration")
        if configuration and cluster["engine"] == "neptune":
            assert configuration["iamdatabaseAuthenticationEnabled"] is cluster.get("iam_authentication", False)
            assert configuration["status"] == cluster.get("status", "available")


def test_the_readme_lists_exactly_the_events():
    listed = re.findall(r"^\| `([^`]+\.json)` \|", (EVENTS / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == [path.name for path in FILES]
    assert len(listed) == len(set(listed))
