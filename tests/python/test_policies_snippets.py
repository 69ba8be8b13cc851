"""The snippets of `docs/other-tools.md`: Cloud Custodian's policies find what is broken in the emulated fleet and in moto, and the query for
Steampipe uses tables and columns that its plugin has."""

import contextlib
import json
import os
import re
import subprocess

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer
from binaries import EMULATOR
from policies import INPUTS, ROOT, engine

PAGE = (ROOT / "docs/other-tools.md").read_text()
POLICIES, QUERY = (re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1] for language in ("yaml", "sql"))
REGION = "eu-west-1"
KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
DESTINATION = f"arn:aws:logs:{REGION}:444455556666:destination:central"


# --- Cloud Custodian --------------------------------------------------------------------------------------------------------


def custodian(folder, url, resource):
    """What each policy about one kind of resource finds: names by policy."""
    policies = [policy for policy in yaml.safe_load(POLICIES)["policies"] if policy["resource"] == resource]
    (folder / "policies.yml").write_text(yaml.safe_dump({"policies": policies}))
    keys = {name.upper(): value for name, value in KEYS.items()}
    subprocess.run(
        [engine("custodian/bin/custodian"), "run", "--region", REGION, "--cache-period", "0", "-s", folder, folder / "policies.yml"],
        env=os.environ | keys | {"AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": REGION},
        check=True,
        capture_output=True,
    )
    found = {}
    for policy in policies:
        resources = json.loads((folder / policy["name"] / "resources.json").read_text())
        found[policy["name"]] = {r.get("DBClusterIdentifier") or r["logGroupName"] for r in resources}
    return found


@contextlib.contextmanager
def emulator():
    command = [EMULATOR, "serve", "--fleet", ROOT / "crates/demo/fleet.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextlib.contextmanager
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def test_custodian_takes_the_policies(tmp_path):
    (tmp_path / "policies.yml").write_text(POLICIES)
    subprocess.run([engine("custodian/bin/custodian"), "validate", tmp_path / "policies.yml"], check=True, capture_output=True)


def test_custodian_finds_the_broken_clusters_of_the_fleet(tmp_path):
    fleet = json.loads((ROOT / "crates/demo/fleet.json").read_text())
    clusters = fleet["accounts"][fleet["home_account"]]["clusters"]

    def broken(*codes, asked="expected"):
        return {c["identifier"] for c in clusters if c["engine"] == "neptune" and set(codes) & set(c["tags"][asked].split())}

    with emulator() as url:
        found = custodian(tmp_path, url, "aws.rds-cluster")
        of_log_groups = custodian(tmp_path, url, "aws.log-group")
    assert found["neptune-audit-log-not-generated"] == broken("PARAMETER_OFF") != set()
    # The rule leaves out a cluster that is being deleted, Custodian does not.
    deleting = {c["identifier"] for c in clusters if c.get("status") == "deleting"}
    assert found["neptune-audit-log-not-exported"] == broken("EXPORT_OFF", "EXPORT_PENDING") | deleting != set()
    assert found["neptune-audit-log-not-in-effect"] == broken("NOT_IN_EFFECT") != set()
    assert found["neptune-audit-log-without-callers"] == broken("CALLER_UNKNOWN", asked="expected:strict") != set()
    for policy, code in [("kept", "RETENTION_TOO_SHORT"), ("protected", "NOT_ENCRYPTED"), ("watched", "NOT_WATCHED"), ("forwarded", "NOT_FORWARDED")]:
        names = {name.split("/")[3] for name in of_log_groups[f"neptune-audit-log-group-not-{policy}"]}
        # Forwarded by a policy of the account, which Custodian does not see.
        assert names - {"threat-intel"} == broken(code, asked="expected:strict") != set()


def test_custodian_finds_clusters_and_log_groups_that_break_a_link(tmp_path):
    with moto() as url:
        neptune, logs = (boto3.client(name, region_name=REGION, endpoint_url=url, **KEYS) for name in ("neptune", "logs"))
        for name, value in [("good", "1"), ("bad", "0")]:
            neptune.create_db_cluster_parameter_group(DBClusterParameterGroupName=name, DBParameterGroupFamily="neptune1.4", Description="-")
            parameter = {"ParameterName": "neptune_enable_audit_log", "ParameterValue": value, "ApplyMethod": "pending-reboot", "DataType": "integer"}
            neptune.modify_db_cluster_parameter_group(DBClusterParameterGroupName=name, Parameters=[parameter])
            exports = {"good": ["audit"], "bad": ["slowquery"]}[name]
            neptune.create_db_cluster(
                DBClusterIdentifier=name, Engine="neptune", DBClusterParameterGroupName=name, EnableCloudwatchLogsExports=exports
            )
            key = {"kmsKeyId": f"arn:aws:kms:{REGION}:111122223333:key/1"} if name == "good" else {}
            logs.create_log_group(logGroupName=f"/aws/neptune/{name}/audit", **key)
            logs.put_retention_policy(logGroupName=f"/aws/neptune/{name}/audit", retentionInDays={"good": 365, "bad": 7}[name])
        # Not Neptune's: nobody asks it for anything.
        logs.create_log_group(logGroupName="/aws/neptune/cluster/good/audit")
        log_groups = custodian(tmp_path, url, "aws.log-group")
        clusters = custodian(tmp_path, url, "aws.rds-cluster")
    assert clusters["neptune-audit-log-not-generated"] == clusters["neptune-audit-log-not-exported"] == {"bad"}
    assert clusters["neptune-audit-log-not-in-effect"] == set()
    # moto has no IAM authentication for them, counts no metric filters, and here nobody subscribes.
    assert clusters["neptune-audit-log-without-callers"] == {"good", "bad"}
    both = {"/aws/neptune/good/audit", "/aws/neptune/bad/audit"}
    assert log_groups["neptune-audit-log-group-not-watched"] == log_groups["neptune-audit-log-group-not-forwarded"] == both
    assert log_groups["neptune-audit-log-group-not-kept"] == log_groups["neptune-audit-log-group-not-protected"] == {"/aws/neptune/bad/audit"}


@pytest.mark.parametrize(
    "pattern, destination, forwarded",
    [
        ("", DESTINATION, True),
        ("ERROR", DESTINATION, False),
        ("", f"arn:aws:logs:{REGION}:111122223333:destination:own", False),
    ],
)
def test_the_condition_of_forwarding_wants_all_of_it_at_the_right_place(pattern, destination, forwarded):
    # jmespath is what Cloud Custodian reads such keys with.
    jmespath = pytest.importorskip("jmespath")
    policy = next(p for p in yaml.safe_load(POLICIES)["policies"] if p["name"].endswith("not-forwarded"))
    key = policy["filters"][-1]["or"][-1]["not"][-1]["key"]
    assert jmespath.search(key, {"filterPattern": pattern, "destinationArn": destination}) is forwarded


# --- Steampipe --------------------------------------------------------------------------------------------------------------

READ = """
import json, sys
from sqlglot import exp, parse_one
query = parse_one(sys.stdin.read(), read="postgres")
tables = {table.alias: table.name for table in query.find_all(exp.Table)}
columns = sorted({(tables[c.table], c.name) for c in query.find_all(exp.Column) if c.table})
bare = sorted({c.name for c in query.find_all(exp.Column) if not c.table})
json.dump({"tables": sorted(tables.values()), "columns": columns, "bare": bare, "rows": [e.alias_or_name for e in query.expressions]}, sys.stdout)
"""


def test_the_query_uses_tables_and_columns_that_the_plugin_has():
    run = subprocess.run([engine("policies/bin/python"), "-c", READ], input=QUERY, capture_output=True, text=True, check=True)
    read = json.loads(run.stdout)
    known = json.loads((INPUTS / "steampipe-columns.json").read_text())
    assert set(read["tables"]) == set(known) - {"source"}
    assert not [column for table, column in read["columns"] if column not in known[table]]
    assert len(read["columns"]) > 15 and not read["bare"]
    assert {"generated", "in_effect", "attributed", "exported", "protected", "watched", "forwarded"} < set(read["rows"])


def test_the_page_says_what_each_tool_does_not_see():
    assert PAGE.count("does not see") >= 2
