"""A second opinion on `neptune-audit scan`: moto answers as AWS, botocore's models judge each request that the command sends.

The world is the one that the function is tested on, so that the function, the command and these expectations meet.
"""

import json
import re
import subprocess

import pytest

from scan_stage import COMMAND
from test_moto import OTHER_ACCOUNT, OWN_ACCOUNT, OWN_KEY, REGION, ROLE, moto, proxy, world  # noqa: F401 — fixtures

STRICT = ["--minimum-retention-days", "90", "--log-group-encrypted", "--maximum-silence-hours", "24"]


@pytest.fixture
def scan(world, proxy, tmp_path):  # noqa: F811
    """Runs the command; gives its exit code, its report, and the operations that it called."""

    def run(*arguments):
        proxy.calls.clear()
        environment = {
            "HOME": str(tmp_path),
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": proxy.url,
            "AWS_ACCESS_KEY_ID": OWN_KEY,
            "AWS_SECRET_ACCESS_KEY": "fictional",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        done = subprocess.run([COMMAND, "scan", "--format", "json", *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert not proxy.unreadable, proxy.unreadable
        for call in proxy.calls:
            call.check()
        return done.returncode, json.loads(done.stdout), [call.operation for call in proxy.calls]

    return run


def verdicts(report):
    return {result["cluster"]: (result["verdict"], result["codes"]) for result in report["results"]}


def test_every_cluster_gets_the_verdict_that_its_name_says(scan, world):  # noqa: F811
    exit_code, report, operations = scan(*STRICT)
    assert (exit_code, report["errors"]) == (1, [])
    found = verdicts(report)
    assert set(found) == set(world.clusters), "no Aurora cluster, and every Neptune cluster"
    assert found["healthy"] == ("COMPLIANT", [])
    assert found["silent"] == ("NON_COMPLIANT", ["SILENT"])
    for cluster, code in {
        "not-exported": "EXPORT_OFF",
        "parameter-off": "PARAMETER_OFF",
        "parameter-untouched": "PARAMETER_OFF",
        "slow-queries-only": "EXPORT_OFF",
        "kept-for-a-week": "RETENTION_TOO_SHORT",
        "without-key": "NOT_ENCRYPTED",
        "without-log-group": "LOG_GROUP_MISSING",
    }.items():
        assert found[cluster][0] == "NON_COMPLIANT" and code in found[cluster][1], (cluster, found[cluster])
    assert operations.count("DescribeDBClusters") == 1
    assert operations.count("DescribeDBClusterParameters") == 4, "once for each parameter group"


def test_resource_ids_are_those_of_the_clusters(scan, world):  # noqa: F811
    _, report, _ = scan()
    for result in report["results"]:
        assert result["resourceId"] == world.clusters[result["cluster"]]["DbClusterResourceId"]
        assert (result["account"], result["region"]) == (OWN_ACCOUNT, REGION)


def test_another_account_is_entered_through_its_role(scan, world):  # noqa: F811
    _, report, operations = scan("--account", f"{OWN_ACCOUNT},{OTHER_ACCOUNT}", "--role-name", ROLE)
    found = {(result["account"], result["cluster"]): result["codes"] for result in report["results"]}
    assert found[OTHER_ACCOUNT, "healthy"][0] == "EXPORT_OFF", "the same name, another fate"
    assert (OTHER_ACCOUNT, "elsewhere") in found and (OWN_ACCOUNT, "silent") in found
    assert operations.count("AssumeRole") == 1


def test_a_region_without_clusters_is_nothing_to_judge(scan):
    exit_code, report, _ = scan("--region", "eu-north-1")
    assert (exit_code, report["results"], report["errors"]) == (5, [], [])


def test_a_named_cluster_is_asked_for_by_its_name(scan, proxy):  # noqa: F811
    _, report, _ = scan("--cluster", "silent")
    assert list(verdicts(report)) == ["silent"]
    asked = [call.parameters for call in proxy.calls if call.operation == "DescribeDBClusters"]
    assert asked == [{"DBClusterIdentifier": "silent"}]


def test_nothing_is_written(scan, proxy):  # noqa: F811
    scan(*STRICT, "--forwarding-destination", "arn:aws:logs:*")
    assert {call.operation for call in proxy.calls} <= {
        "GetCallerIdentity", "DescribeDBClusters", "DescribeDBClusterParameters", "DescribeLogGroups",
        "DescribeSubscriptionFilters", "DescribeAccountPolicies", "DescribeLogStreams",
    }
    assert not [call.operation for call in proxy.calls if not re.match("Describe|Get|List", call.operation)]
