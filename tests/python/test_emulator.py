"""The emulator, judged by botocore: it parses each answer, and its models know each name, type and enum in it.

The last test looks at the requests of the function's binary.
"""

import concurrent.futures
import datetime
import functools
import json
import pathlib
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree

import boto3
import botocore.exceptions
import botocore.session
import botocore.validate
import pytest
from botocore.config import Config

from binaries import EMULATOR as BINARY, FUNCTION

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME, OTHER, REGION = "111122223333", "444455556666", "eu-west-1"
CLUSTER = "AWS::RDS::DBCluster"

# Errors that any operation of a service may answer, beside those its model lists.
COMMON_ERRORS = {
    "neptune": {
        "AccessDenied", "ExpiredToken", "InternalFailure", "InvalidAction", "InvalidClientTokenId",
        "InvalidParameterCombination", "InvalidParameterValue", "MissingParameter", "ServiceUnavailable",
        "SignatureDoesNotMatch", "MissingAuthenticationToken", "Throttling",
    },
    "sts": {
        "AccessDenied", "ExpiredToken", "InternalFailure", "InvalidAction", "InvalidClientTokenId",
        "ServiceUnavailable", "SignatureDoesNotMatch", "MissingAuthenticationToken", "Throttling", "ValidationError",
    },
    "config": {
        "AccessDeniedException", "ExpiredTokenException", "InternalServiceException", "InvalidSignatureException",
        "MissingAuthenticationTokenException", "SerializationException", "ServiceUnavailable", "ThrottlingException",
        "UnknownOperationException", "UnrecognizedClientException", "ValidationException",
    },
    "account": {
        "AccessDeniedException", "ExpiredTokenException", "InvalidSignatureException", "ServiceUnavailable",
        "MissingAuthenticationTokenException", "SerializationException", "UnrecognizedClientException",
    },
    "organizations": {
        "AccessDeniedException", "ExpiredTokenException", "InvalidSignatureException", "ServiceUnavailable",
        "MissingAuthenticationTokenException", "SerializationException", "UnknownOperationException",
        "UnrecognizedClientException", "ValidationException",
    },
    "resourcegroupstaggingapi": {
        "AccessDeniedException", "ExpiredTokenException", "InvalidSignatureException", "MissingAuthenticationTokenException",
        "SerializationException", "ServiceUnavailable", "UnknownOperationException", "UnrecognizedClientException", "ValidationException",
    },
    "logs": {
        "AccessDeniedException", "ExpiredTokenException", "InternalServiceException", "InvalidSignatureException",
        "MissingAuthenticationTokenException", "SerializationException", "ThrottlingException",
        "UnknownOperationException", "UnrecognizedClientException", "ValidationException",
    },
}


# What the models say -------------------------------------------------------------------------------------------------


def scalar_problems(shape, text, path):
    """What is wrong with a scalar of the wire; JSON gives its own types, XML text."""
    kind = shape.type_name
    try:
        if kind in ("integer", "long"):
            assert not isinstance(text, bool)
            value = int(text)
            assert float(text) == value
        elif kind in ("float", "double"):
            value = float(text)
        elif kind == "boolean":
            assert text in (True, False, "true", "false")
        elif kind == "timestamp":
            if isinstance(text, str):
                datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
            else:
                datetime.datetime.fromtimestamp(text, datetime.timezone.utc)
        else:
            assert kind == "string" and isinstance(text, str)
    except (AssertionError, ValueError, TypeError):
        return [f"{path}: {text!r} is not a {kind}"]
    problems = []
    if kind == "string":
        if getattr(shape, "enum", None) and text not in shape.enum:
            problems.append(f"{path}: {text!r} is not one of {shape.enum}")
        length = len(text)
        if length < shape.metadata.get("min", 0) or length > shape.metadata.get("max", length):
            problems.append(f"{path}: {length} characters")
    elif kind in ("integer", "long"):
        if value < shape.metadata.get("min", value) or value > shape.metadata.get("max", value):
            problems.append(f"{path}: {value} is out of bounds")
    return problems


def json_problems(shape, value, path):
    """What a JSON answer has that its model does not know."""
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            return [f"{path}: not a structure"]
        problems = [f"{path}: no {name}" for name in shape.required_members if name not in value]
        for name, member in value.items():
            if name not in shape.members:
                problems.append(f"{path}: unknown member {name}")
            else:
                problems += json_problems(shape.members[name], member, f"{path}.{name}")
        return problems
    if shape.type_name == "list":
        if not isinstance(value, list):
            return [f"{path}: not a list"]
        return [problem for n, each in enumerate(value) for problem in json_problems(shape.member, each, f"{path}[{n}]")]
    return scalar_problems(shape, value, path)


def xml_problems(shape, element, namespace, path):
    """What an XML answer has that its model does not know."""
    name = element.tag.removeprefix("{" + namespace + "}")
    path = f"{path}/{name}"
    if shape.type_name == "structure":
        if (element.text or "").strip():
            return [f"{path}: text in a structure"]
        members = {member.serialization.get("name", key): member for key, member in shape.members.items()}
        problems, seen = [], set()
        for child in element:
            child_name = child.tag.removeprefix("{" + namespace + "}")
            if child_name not in members:
                problems.append(f"{path}: unknown element {child_name}")
            elif child_name in seen:
                problems.append(f"{path}: {child_name} twice")
            else:
                problems += xml_problems(members[child_name], child, namespace, path)
            seen.add(child_name)
        required = {shape.members[key].serialization.get("name", key) for key in shape.required_members}
        return problems + [f"{path}: no {missing}" for missing in required - seen]
    if shape.type_name == "list":
        item = "{" + namespace + "}" + shape.member.serialization.get("name", "member")
        problems = [f"{path}: {child.tag} in a list of {item}" for child in element if child.tag != item]
        return problems + [
            problem for child in element for problem in xml_problems(shape.member, child, namespace, path)
        ]
    if len(element):
        return [f"{path}: elements in a scalar"]
    return scalar_problems(shape, element.text or "", path)


def answer_problems(response, operation):
    """What is wrong with an answer as it came over the wire, by the service's model."""
    service = operation.service_model
    body, status, headers = response["body"], response["status_code"], response["headers"]
    problems = [] if headers.get("x-amzn-requestid") else ["no request id"]
    if service.protocol == "query":
        namespace = service.metadata["xmlNamespace"]
        qualified = functools.partial("{{{}}}{}".format, namespace)
        root = xml.etree.ElementTree.fromstring(body)
        if status >= 300:
            tags = [child.tag for child in root]
            if root.tag != qualified("ErrorResponse") or tags != [qualified("Error"), qualified("RequestId")]:
                problems.append(f"{root.tag} {tags} is not an error answer")
            return problems + error_problems(root.findtext(f"*/{qualified('Code')}"), status, operation)
        if root.tag != qualified(operation.name + "Response"):
            problems.append(f"{root.tag} is not an answer of {operation.name}")
        if root.findtext(f"{qualified('ResponseMetadata')}/{qualified('RequestId')}") != headers["x-amzn-requestid"]:
            problems.append("the request id of the body is not that of the header")
        results = [child for child in root if child.tag != qualified("ResponseMetadata")]
        if operation.output_shape is None or not operation.output_shape.members:
            return problems + [f"unexpected {child.tag}" for child in results]
        wrapper = qualified(operation.output_shape.serialization["resultWrapper"])
        if [child.tag for child in results] != [wrapper]:
            return problems + [f"{[child.tag for child in results]} is not {wrapper}"]
        return problems + xml_problems(operation.output_shape, results[0], namespace, "")
    answer = json.loads(body) if body else {}
    if status >= 300:
        # The operation of a REST call is its path, and the code of its error is a header. Organizations spells its member otherwise.
        in_header = service.protocol == "rest-json"
        message = "Message" if service.service_name == "organizations" else "message"
        if set(answer) != ({message} if in_header else {"__type", message}):
            problems.append(f"{set(answer)} is not an error answer")
        return problems + error_problems(headers.get("x-amzn-errortype") if in_header else answer.get("__type"), status, operation)
    if operation.output_shape is None:
        return problems + ([f"an answer {answer} where there is none"] if answer else [])
    return problems + json_problems(operation.output_shape, answer, operation.name)


def error_problems(code, status, operation):
    """An error must be one of the operation's, with its status, or one that every operation may answer."""
    for shape in operation.error_shapes:
        error = shape.metadata.get("error", {})
        if code == error.get("code", shape.name):
            expected = error.get("httpStatusCode", 400)
            return [] if status in (expected, 503) else [f"{code} with status {status}, not {expected}"]
    if code in COMMON_ERRORS[operation.service_model.service_name]:
        return []
    return [f"{operation.name} never answers {code}"]


def typed(shape, value):
    """The parameters of a form, whose scalars are all text, as botocore's validator wants them."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: typed(shape.members[name], each) if name in shape.members else each for name, each in value.items()}
    if shape.type_name == "list":
        return [typed(shape.member, each) for each in value] if isinstance(value, list) else []
    if shape.type_name in ("integer", "long") and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if shape.type_name == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def unknown_names(shape, value, path=""):
    """Names that the model of a request does not have. botocore's validator finds them in the outer structure only."""
    if shape.type_name == "structure" and isinstance(value, dict):
        problems = []
        for name, each in value.items():
            if name not in shape.members:
                problems.append(f"unknown member {path}{name}")
            else:
                problems += unknown_names(shape.members[name], each, f"{path}{name}.")
        return problems
    if shape.type_name == "list" and isinstance(value, list):
        return [problem for each in value for problem in unknown_names(shape.member, each, path)]
    if getattr(shape, "enum", None) and value not in shape.enum:
        return [f"{path[:-1]}: {value!r} is not one of {shape.enum}"]
    longest = shape.metadata.get("max")
    if shape.type_name == "string" and longest and len(value) > longest:
        return [f"{path[:-1]}: longer than {longest}"]
    return []


def request_problems(call):
    """What is wrong with a request that the emulator was sent, by the service's model."""
    service = {"rds": "neptune"}.get(call["service"], call["service"])
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(call["action"].split(":")[1]).input_shape
    parameters = typed(shape, call["parameters"])
    report = botocore.validate.ParamValidator().validate(parameters, shape)
    problems = [report.generate_report()] if report.has_errors() else []
    for name, member in shape.members.items():
        if member.type_name == "list" and name in parameters:
            most = member.metadata.get("max", len(parameters[name]))
            if len(parameters[name]) > most:
                problems.append(f"{name}: more than {most}")
    return problems + unknown_names(shape, parameters)


# The emulator --------------------------------------------------------------------------------------------------------


class Emulator:
    """A running emulator, its control API, and clients whose every answer is held against the models."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.problems = []

    def control(self, method, path, body=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_emulator/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            content = response.read()
        return json.loads(content) if content else None

    def fleet(self, home=None, **fleet):
        fleet.setdefault("accounts", {})
        if home is not None:
            fleet["accounts"][HOME] = home
        for path in ("calls", "puts", "faults"):
            self.control("DELETE", path)
        self.control("POST", "latency", {"milliseconds": 0})
        self.control("PUT", "fleet", fleet)

    def client(self, service, credentials=None, retries=False, checked=True, verify=None, region=REGION, **config):
        keys = credentials or {"AccessKeyId": "AKIAHOME", "SecretAccessKey": "any", "SessionToken": None}
        client = boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            verify=verify,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            # The server refuses what it must refuse; botocore would not even send it.
            config=Config(
                parameter_validation=False, retries={"total_max_attempts": 5 if retries else 1}, connect_timeout=5, **config
            ),
        )
        if checked:
            client.meta.events.register("before-parse", self.check)
        return client

    def check(self, operation_model, response_dict, **_):
        self.problems += [f"{operation_model.name}: {each}" for each in answer_problems(response_dict, operation_model)]

    def calls(self):
        return self.control("GET", "calls")

    def inject(self, action, kind, **fault):
        self.control("POST", "faults", {"action": action, "kind": kind, **fault})


@pytest.fixture(scope="module")
def process():
    if not BINARY.exists():
        pytest.fail(f"{BINARY} is missing: build it with `cargo build -p emulator`, or set EMULATOR")
    started = subprocess.Popen([BINARY, "serve"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield Emulator(started.stdout.readline().strip())
    finally:
        started.kill()
        started.wait()


@pytest.fixture
def emulator(process):
    process.fleet(home={})
    process.problems.clear()
    yield process
    process.fleet(home={})
    assert process.problems == []


def refusal(call, **parameters):
    """The code and the status of an error answer."""
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**parameters)
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def numbered(count, **cluster):
    return [{"identifier": f"c-{number:04}", **cluster} for number in range(1, count + 1)]


AUDITED = {"audited": {"family": "neptune1.3", "parameters": {"neptune_enable_audit_log": "1"}}}


# Neptune: clusters ---------------------------------------------------------------------------------------------------


def test_a_cluster_shows_every_fact_of_the_fleet(emulator):
    emulator.fleet(home={"clusters": [{
        "identifier": "orders", "resource_id": "cluster-ABC", "engine_version": "1.4.5.0", "parameter_group": "audited",
        "status": "modifying", "exports": ["audit", "slowquery"], "kms_key_id": "arn:aws:kms:eu-west-1:111122223333:key/k",
        "members": [
            {"identifier": "one", "writer": True},
            {"identifier": "two", "parameter_group_status": "pending-reboot"},
        ],
        "pending_exports": {"enable": ["slowquery"], "disable": ["audit"]},
    }]})
    [cluster] = emulator.client("neptune").describe_db_clusters(DBClusterIdentifier="Orders")["DBClusters"]
    assert cluster["DBClusterIdentifier"] == "orders"
    assert cluster["DbClusterResourceId"] == "cluster-ABC"
    assert cluster["DBClusterArn"] == f"arn:aws:rds:{REGION}:{HOME}:cluster:orders"
    assert (cluster["Engine"], cluster["EngineVersion"], cluster["Status"]) == ("neptune", "1.4.5.0", "modifying")
    assert cluster["DBClusterParameterGroup"] == "audited"
    assert cluster["EnabledCloudwatchLogsExports"] == ["audit", "slowquery"]
    assert cluster["PendingModifiedValues"]["PendingCloudwatchLogsExports"] == {
        "LogTypesToEnable": ["slowquery"], "LogTypesToDisable": ["audit"],
    }
    assert cluster["StorageEncrypted"] is True
    assert [
        (member["DBInstanceIdentifier"], member["IsClusterWriter"], member["DBClusterParameterGroupStatus"])
        for member in cluster["DBClusterMembers"]
    ] == [("one", True, "in-sync"), ("two", False, "pending-reboot")]


def test_what_aws_leaves_out_is_left_out(emulator):
    emulator.fleet(home={"clusters": numbered(1)})
    [cluster] = emulator.client("neptune").describe_db_clusters()["DBClusters"]
    for absent in ("EnabledCloudwatchLogsExports", "PendingModifiedValues", "KmsKeyId"):
        assert absent not in cluster
    assert re.fullmatch(r"cluster-[A-Z0-9]{26}", cluster["DbClusterResourceId"])


def test_a_cluster_tells_its_age_and_whether_callers_are_named(emulator):
    emulator.fleet(home={"clusters": [
        {"identifier": "old"},
        {"identifier": "dated", "created": 1_790_000_000_500, "iam_authentication": True},
        {"identifier": "young", "hours_since_created": 2, "pending_iam_authentication": True},
    ]})
    dated, old, young = emulator.client("neptune").describe_db_clusters()["DBClusters"]
    assert dated["ClusterCreateTime"] == datetime.datetime.fromtimestamp(1_790_000_000.5, datetime.timezone.utc)
    assert old["ClusterCreateTime"] < datetime.datetime(2025, 12, 31, tzinfo=datetime.timezone.utc)
    age = datetime.datetime.now(datetime.timezone.utc) - young["ClusterCreateTime"]
    assert abs(age.total_seconds() - 7200) < 60
    assert [each["IAMDatabaseAuthenticationEnabled"] for each in (dated, old, young)] == [True, False, False]
    assert young["PendingModifiedValues"] == {"IAMDatabaseAuthenticationEnabled": True}
    assert "PendingModifiedValues" not in dated


def test_text_of_the_fleet_cannot_break_the_xml(emulator):
    hostile = "</Status>&<a b=\"c\">'\u00e9\t\n"
    emulator.fleet(home={"clusters": numbered(1, status=hostile)})
    [cluster] = emulator.client("neptune").describe_db_clusters()["DBClusters"]
    assert cluster["Status"] == hostile


@pytest.mark.parametrize("count, pages", [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_clusters_come_in_pages_of_a_hundred(emulator, count, pages):
    emulator.fleet(home={"clusters": numbered(count)})
    listed = list(emulator.client("neptune").get_paginator("describe_db_clusters").paginate())
    assert len(listed) == pages
    assert [cluster["DBClusterIdentifier"] for page in listed for cluster in page["DBClusters"]] == [
        cluster["identifier"] for cluster in numbered(count)
    ]


@pytest.mark.parametrize("page_size, pages", [(1, 7), (3, 3), (7, 1), (100, 1)])
def test_the_fleet_can_make_pages_smaller(emulator, page_size, pages):
    emulator.fleet(home={"clusters": numbered(7)}, page_size=page_size)
    listed = list(emulator.client("neptune").get_paginator("describe_db_clusters").paginate())
    assert len(listed) == pages
    assert len({cluster["DBClusterIdentifier"] for page in listed for cluster in page["DBClusters"]}) == 7


def test_the_caller_can_make_pages_smaller(emulator):
    emulator.fleet(home={"clusters": numbered(50)})
    neptune = emulator.client("neptune")
    first = neptune.describe_db_clusters(MaxRecords=20)
    assert len(first["DBClusters"]) == 20
    second = neptune.describe_db_clusters(MaxRecords=100, Marker=first["Marker"])
    assert len(second["DBClusters"]) == 30
    assert "Marker" not in second


def test_a_seed_shuffles_the_order_and_loses_nothing(emulator):
    emulator.fleet(home={"clusters": numbered(50)}, shuffle=7, page_size=9)
    pages = emulator.client("neptune").get_paginator("describe_db_clusters").paginate()
    names = [cluster["DBClusterIdentifier"] for page in pages for cluster in page["DBClusters"]]
    assert names != sorted(names)
    assert sorted(names) == [cluster["identifier"] for cluster in numbered(50)]


@pytest.mark.parametrize("records", [-1, 0, 19, 101, 1000])
def test_pages_have_twenty_to_a_hundred_records(emulator, records):
    neptune = emulator.client("neptune")
    assert refusal(neptune.describe_db_clusters, MaxRecords=records) == ("InvalidParameterValue", 400)
    assert refusal(
        neptune.describe_db_cluster_parameters, DBClusterParameterGroupName="default.neptune1", MaxRecords=records
    ) == ("InvalidParameterValue", 400)


def test_a_made_up_marker_is_refused(emulator):
    emulator.fleet(home={"clusters": numbered(3), "parameter_groups": AUDITED}, page_size=2)
    neptune = emulator.client("neptune")
    marker = neptune.describe_db_clusters()["Marker"]
    for call, parameters in [
        (neptune.describe_db_clusters, {"Marker": "made-up"}),
        (neptune.describe_db_cluster_parameters, {"DBClusterParameterGroupName": "audited", "Marker": marker}),
    ]:
        assert refusal(call, **parameters) == ("InvalidParameterValue", 400)


def test_filters_choose_by_engine_and_by_identifier(emulator):
    emulator.fleet(home={"clusters": [
        {"identifier": "graph"},
        {"identifier": "shop", "engine": "aurora-mysql", "engine_version": "8.0.mysql_aurora.3.08.0"},
        {"identifier": "papers", "engine": "docdb", "engine_version": "5.0.0"},
    ]})
    neptune = emulator.client("neptune")

    def names(**parameters):
        return [cluster["DBClusterIdentifier"] for cluster in neptune.describe_db_clusters(**parameters)["DBClusters"]]

    assert names() == ["graph", "papers", "shop"]
    assert names(Filters=[]) == ["graph", "papers", "shop"]
    assert names(Filters=[{"Name": "engine", "Values": ["neptune"]}]) == ["graph"]
    assert names(Filters=[{"Name": "engine", "Values": ["neptune", "docdb"]}]) == ["graph", "papers"]
    by_id = {"Name": "db-cluster-id", "Values": ["shop", f"arn:aws:rds:{REGION}:{HOME}:cluster:papers", "nobody"]}
    assert names(Filters=[by_id]) == ["papers", "shop"]
    assert names(Filters=[by_id, {"Name": "engine", "Values": ["docdb"]}]) == ["papers"]
    assert names(DBClusterIdentifier=f"arn:aws:rds:{REGION}:{HOME}:cluster:shop") == ["shop"]
    assert refusal(neptune.describe_db_clusters, Filters=[{"Name": "db-cluster-resource-id", "Values": ["x"]}]) == (
        "InvalidParameterValue", 400,
    )


def test_filtered_pages_end_with_the_last_match(emulator):
    engines = ["neptune", "docdb"] * 10
    clusters = [{**cluster, "engine": engine} for cluster, engine in zip(numbered(20), engines)]
    emulator.fleet(home={"clusters": clusters}, page_size=5)
    filters = [{"Name": "engine", "Values": ["neptune"]}]
    pages = list(emulator.client("neptune").get_paginator("describe_db_clusters").paginate(Filters=filters))
    assert [len(page["DBClusters"]) for page in pages] == [5, 5]


def test_an_unknown_cluster_is_not_found(emulator):
    assert refusal(emulator.client("neptune").describe_db_clusters, DBClusterIdentifier="nobody") == (
        "DBClusterNotFoundFault", 404,
    )


# Neptune: parameters -------------------------------------------------------------------------------------------------


def parameters_of(emulator, group, **more):
    pages = emulator.client("neptune").get_paginator("describe_db_cluster_parameters")
    listed = [each for page in pages.paginate(DBClusterParameterGroupName=group, **more) for each in page["Parameters"]]
    return {parameter["ParameterName"]: parameter for parameter in listed}


def test_parameters_that_nobody_set_have_no_value(emulator):
    emulator.fleet(home={"parameter_groups": AUDITED})
    listed = parameters_of(emulator, "audited")
    audit = listed["neptune_enable_audit_log"]
    assert (audit["ParameterValue"], audit["Source"], audit["ApplyType"]) == ("1", "user", "static")
    assert "ParameterValue" not in listed["neptune_enable_slow_query_log"]
    assert listed["neptune_enable_slow_query_log"]["ApplyType"] == "dynamic"
    assert set(listed) >= {"neptune_query_timeout", "neptune_streams", "neptune_lab_mode", "neptune_slow_query_log_threshold"}


def test_a_parameter_tells_how_it_applies(emulator):
    parameters = {"neptune_enable_slow_query_log": "info"}
    emulator.fleet(home={"parameter_groups": {
        "usual": {"parameters": parameters},
        "deferred": {"parameters": parameters, "apply_methods": {"neptune_enable_slow_query_log": "pending-reboot"}},
    }})
    for group, expected in [("usual", "immediate"), ("deferred", "pending-reboot")]:
        listed = parameters_of(emulator, group)
        assert listed["neptune_enable_slow_query_log"]["ApplyMethod"] == expected
        assert listed["neptune_enable_audit_log"]["ApplyMethod"] == "pending-reboot"


def test_a_group_can_show_the_engine_defaults(emulator):
    emulator.fleet(home={"parameter_groups": {"shown": {"show_defaults": True}}})
    listed = parameters_of(emulator, "shown")
    assert (listed["neptune_enable_audit_log"]["ParameterValue"], listed["neptune_enable_audit_log"]["Source"]) == (
        "0", "engine-default",
    )


@pytest.mark.parametrize("family", ["neptune1", "neptune1.2", "neptune1.3", "neptune1.4"])
def test_the_default_groups_always_exist(emulator, family):
    listed = parameters_of(emulator, f"default.{family}")
    assert "ParameterValue" not in listed["neptune_enable_audit_log"]


def test_extra_parameters_put_the_real_ones_on_a_later_page(emulator):
    emulator.fleet(home={"parameter_groups": {"long": {**AUDITED["audited"], "extra_parameters": 230}}})
    neptune = emulator.client("neptune")
    pages = list(neptune.get_paginator("describe_db_cluster_parameters").paginate(DBClusterParameterGroupName="long"))
    assert [len(page["Parameters"]) for page in pages[:-1]] == [100, 100]
    assert "neptune_enable_audit_log" not in {each["ParameterName"] for page in pages[:-1] for each in page["Parameters"]}
    assert parameters_of(emulator, "long")["neptune_enable_audit_log"]["ParameterValue"] == "1"


def test_an_unknown_group_is_not_found(emulator):
    describe = emulator.client("neptune").describe_db_cluster_parameters
    assert refusal(describe, DBClusterParameterGroupName="nobody") == ("DBParameterGroupNotFound", 404)
    assert refusal(describe, DBClusterParameterGroupName="default.neptune9") == ("DBParameterGroupNotFound", 404)
    assert refusal(describe) == ("MissingParameter", 400)


# Neptune: instances and changes --------------------------------------------------------------------------------------


def graph(**changes):
    members = [{"identifier": "graph-1", "writer": True}, {"identifier": "graph-2"}]
    return {"identifier": "graph", "engine_version": "1.3.4.0", "parameter_group": "off", "members": members, **changes}


def groups(**more):
    return {"off": {"family": "neptune1.3"}, "on": {**AUDITED["audited"]}, "old": {"family": "neptune1.2"}, **more}


def statuses(emulator):
    [cluster] = emulator.client("neptune").describe_db_clusters(DBClusterIdentifier="graph")["DBClusters"]
    return [member["DBClusterParameterGroupStatus"] for member in cluster["DBClusterMembers"]]


def parameter(value="1", name="neptune_enable_audit_log", method="pending-reboot"):
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


def test_instances_are_listed_by_identifier_cluster_and_page(emulator):
    emulator.fleet(home={"clusters": [graph(), {"identifier": "other", "members": [{"identifier": "a"}]}]}, page_size=2)
    neptune = emulator.client("neptune")
    pages = neptune.get_paginator("describe_db_instances")

    def names(**parameters):
        return [each["DBInstanceIdentifier"] for page in pages.paginate(**parameters) for each in page["DBInstances"]]

    assert names() == ["a", "graph-1", "graph-2"]
    assert names(DBInstanceIdentifier="GRAPH-2") == ["graph-2"]
    assert names(Filters=[{"Name": "db-cluster-id", "Values": ["graph"]}]) == ["graph-1", "graph-2"]
    assert names(Filters=[{"Name": "engine", "Values": ["docdb"]}]) == []
    [instance] = neptune.describe_db_instances(DBInstanceIdentifier="a")["DBInstances"]
    assert (instance["DBClusterIdentifier"], instance["DBInstanceStatus"], instance["Engine"]) == ("other", "available", "neptune")
    assert refusal(neptune.describe_db_instances, DBInstanceIdentifier="nobody") == ("DBInstanceNotFound", 404)


def test_a_reboot_takes_a_while_and_puts_the_group_in_effect_on_that_instance(emulator):
    members = [{"identifier": f"graph-{number}", "parameter_group_status": "pending-reboot"} for number in (1, 2)]
    emulator.fleet(home={"clusters": [graph(members=members)]}, reboot_seconds=30)
    neptune = emulator.client("neptune")
    assert neptune.reboot_db_instance(DBInstanceIdentifier="graph-1")["DBInstance"]["DBInstanceStatus"] == "rebooting"
    assert refusal(neptune.reboot_db_instance, DBInstanceIdentifier="graph-1") == ("InvalidDBInstanceState", 400)
    assert statuses(emulator) == ["pending-reboot", "pending-reboot"]
    emulator.control("POST", "clock", {"milliseconds": 31_000})
    [instance] = neptune.describe_db_instances(DBInstanceIdentifier="graph-1")["DBInstances"]
    assert instance["DBInstanceStatus"] == "available"
    assert statuses(emulator) == ["in-sync", "pending-reboot"]
    assert refusal(neptune.reboot_db_instance, DBInstanceIdentifier="nobody") == ("DBInstanceNotFound", 404)


def test_an_export_is_turned_on_with_its_log_group_and_off_again(emulator):
    emulator.fleet(home={"clusters": [graph(pending_exports={"enable": ["audit"]})], "parameter_groups": groups()})
    modify = emulator.client("neptune").modify_db_cluster
    cluster = modify(DBClusterIdentifier="graph", CloudwatchLogsExportConfiguration={"EnableLogTypes": ["audit"]})["DBCluster"]
    assert cluster["EnabledCloudwatchLogsExports"] == ["audit"]
    assert "PendingModifiedValues" not in cluster
    [group] = emulator.client("logs").describe_log_groups()["logGroups"]
    assert (group["logGroupName"], group.get("retentionInDays")) == ("/aws/neptune/graph/audit", None)
    assert statuses(emulator) == ["in-sync", "in-sync"], "an export asks for no reboot"
    cluster = modify(
        DBClusterIdentifier="graph", CloudwatchLogsExportConfiguration={"EnableLogTypes": [], "DisableLogTypes": ["audit"]}
    )["DBCluster"]
    assert "EnabledCloudwatchLogsExports" not in cluster


def test_another_group_waits_for_the_reboot_of_each_instance(emulator):
    emulator.fleet(home={"clusters": [graph()], "parameter_groups": groups()})
    modify = emulator.client("neptune").modify_db_cluster
    modify(DBClusterIdentifier="graph", DBClusterParameterGroupName="off", ApplyImmediately=True)
    assert statuses(emulator) == ["in-sync", "in-sync"], "it is on that group already"
    cluster = modify(DBClusterIdentifier="graph", DBClusterParameterGroupName="on")["DBCluster"]
    assert cluster["DBClusterParameterGroup"] == "on"
    assert statuses(emulator) == ["pending-reboot", "pending-reboot"]


@pytest.mark.parametrize("parameters, expected", [
    ({"DBClusterIdentifier": "nobody"}, ("DBClusterNotFoundFault", 404)),
    ({"DBClusterIdentifier": f"arn:aws:rds:{REGION}:{HOME}:cluster:graph"}, ("DBClusterNotFoundFault", 404)),
    ({"DBClusterParameterGroupName": "nobody"}, ("DBClusterParameterGroupNotFound", 404)),
    ({"DBClusterParameterGroupName": "old"}, ("InvalidParameterCombination", 400)),
    ({"DBClusterParameterGroupName": "default.neptune1.4"}, ("InvalidParameterCombination", 400)),
    ({"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["error"]}}, ("InvalidParameterCombination", 400)),
    ({"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["audit"], "DisableLogTypes": ["audit"]}},
     ("InvalidParameterCombination", 400)),
    ({"DeletionProtection": False}, ("InvalidParameterValue", 400)),
])
def test_what_modifying_a_cluster_refuses(emulator, parameters, expected):
    emulator.fleet(home={"clusters": [graph()], "parameter_groups": groups()})
    before = emulator.control("GET", "fleet")
    assert refusal(emulator.client("neptune").modify_db_cluster, **{"DBClusterIdentifier": "graph", **parameters}) == expected
    assert emulator.control("GET", "fleet") == before, "a refusal changes nothing"


def test_a_cluster_that_is_busy_is_not_modified(emulator):
    emulator.fleet(home={"clusters": [graph(status="upgrading")], "parameter_groups": groups()})
    assert refusal(emulator.client("neptune").modify_db_cluster, DBClusterIdentifier="graph") == ("InvalidDBClusterStateFault", 400)


def test_a_new_group_can_be_used_after_five_minutes(emulator):
    emulator.fleet(home={"clusters": [graph()]})
    neptune = emulator.client("neptune")
    made = neptune.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="Fresh", DBParameterGroupFamily="neptune1.3", Description="new",
        Tags=[{"Key": "made-by", "Value": "tests"}],
    )["DBClusterParameterGroup"]
    assert made == {
        "DBClusterParameterGroupName": "fresh", "DBParameterGroupFamily": "neptune1.3", "Description": "new",
        "DBClusterParameterGroupArn": f"arn:aws:rds:{REGION}:{HOME}:cluster-pg:fresh",
    }
    neptune.modify_db_cluster_parameter_group(DBClusterParameterGroupName="fresh", Parameters=[parameter()])
    attach = functools.partial(neptune.modify_db_cluster, DBClusterIdentifier="graph", DBClusterParameterGroupName="fresh")
    assert refusal(attach) == ("InvalidDBClusterStateFault", 400)
    emulator.control("POST", "clock", {"milliseconds": 300_000})
    attach()
    tags = neptune.list_tags_for_resource(ResourceName=made["DBClusterParameterGroupArn"])["TagList"]
    assert tags == [{"Key": "made-by", "Value": "tests"}]


@pytest.mark.parametrize("parameters, code", [
    ({"DBClusterParameterGroupName": "on"}, "DBParameterGroupAlreadyExists"),
    ({"DBClusterParameterGroupName": "default.neptune1.3"}, "InvalidParameterValue"),
    ({"DBClusterParameterGroupName": "1st"}, "InvalidParameterValue"),
    ({"DBClusterParameterGroupName": "a--b"}, "InvalidParameterValue"),
    ({"DBClusterParameterGroupName": "a_b"}, "InvalidParameterValue"),
    ({"DBParameterGroupFamily": "neptune9"}, "InvalidParameterValue"),
    ({"Description": ""}, "MissingParameter"),
])
def test_what_making_a_group_refuses(emulator, parameters, code):
    emulator.fleet(home={"parameter_groups": groups()})
    usual = {"DBClusterParameterGroupName": "fresh", "DBParameterGroupFamily": "neptune1.3", "Description": "new"}
    assert refusal(emulator.client("neptune").create_db_cluster_parameter_group, **{**usual, **parameters}) == (code, 400)


def test_a_static_change_waits_for_a_reboot_and_a_dynamic_one_does_not(emulator):
    others = {"identifier": "other", "parameter_group": "on", "members": [{"identifier": "other-1"}]}
    emulator.fleet(home={"clusters": [graph(), others], "parameter_groups": groups()})
    neptune = emulator.client("neptune")
    modify = functools.partial(neptune.modify_db_cluster_parameter_group, DBClusterParameterGroupName="off")
    slow = parameter("info", "neptune_enable_slow_query_log", "immediate")
    assert modify(Parameters=[slow])["DBClusterParameterGroupName"] == "off"
    assert statuses(emulator) == ["in-sync", "in-sync"]
    modify(Parameters=[parameter()])
    assert statuses(emulator) == ["pending-reboot", "pending-reboot"]
    listed = parameters_of(emulator, "off")
    assert listed["neptune_enable_audit_log"]["ParameterValue"] == "1"
    assert listed["neptune_enable_slow_query_log"]["ParameterValue"] == "info"
    [other] = neptune.describe_db_clusters(DBClusterIdentifier="other")["DBClusters"]
    assert other["DBClusterMembers"][0]["DBClusterParameterGroupStatus"] == "in-sync", "it is on another group"


def test_a_dynamic_change_can_wait_for_a_reboot_too(emulator):
    emulator.fleet(home={"clusters": [graph()], "parameter_groups": groups()})
    emulator.client("neptune").modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="off", Parameters=[parameter("info", "neptune_enable_slow_query_log", "pending-reboot")]
    )
    assert statuses(emulator) == ["pending-reboot", "pending-reboot"]
    assert parameters_of(emulator, "off")["neptune_enable_slow_query_log"]["ApplyMethod"] == "pending-reboot"


@pytest.mark.parametrize("group, parameters, expected", [
    ("default.neptune1.3", [parameter()], ("InvalidParameterValue", 400)),
    ("nobody", [parameter()], ("DBParameterGroupNotFound", 404)),
    ("off", [parameter("2")], ("InvalidParameterValue", 400)),
    ("off", [parameter(name="neptune_enable_audit")], ("InvalidParameterValue", 400)),
    ("off", [parameter(method="immediate")], ("InvalidParameterCombination", 400)),
    ("off", [parameter(method="now")], ("InvalidParameterValue", 400)),
    ("off", [parameter()] * 21, ("InvalidParameterValue", 400)),
    ("off", [], ("MissingParameter", 400)),
])
def test_what_modifying_a_group_refuses(emulator, group, parameters, expected):
    emulator.fleet(home={"clusters": [graph()], "parameter_groups": groups()})
    before = emulator.control("GET", "fleet")
    modify = emulator.client("neptune").modify_db_cluster_parameter_group
    assert refusal(modify, DBClusterParameterGroupName=group, Parameters=parameters) == expected
    assert emulator.control("GET", "fleet") == before, "a refusal changes nothing"


def test_groups_are_listed_with_the_default_ones(emulator):
    emulator.fleet(home={"parameter_groups": groups()}, page_size=3)
    neptune = emulator.client("neptune")
    pages = list(neptune.get_paginator("describe_db_cluster_parameter_groups").paginate())
    assert [each["DBClusterParameterGroupName"] for page in pages for each in page["DBClusterParameterGroups"]] == [
        "default.neptune1", "default.neptune1.2", "default.neptune1.3", "default.neptune1.4", "off", "old", "on",
    ]
    [one] = neptune.describe_db_cluster_parameter_groups(DBClusterParameterGroupName="old")["DBClusterParameterGroups"]
    assert one["DBParameterGroupFamily"] == "neptune1.2"
    assert refusal(neptune.describe_db_cluster_parameter_groups, DBClusterParameterGroupName="nobody") == (
        "DBParameterGroupNotFound", 404,
    )


def test_tags_are_added_and_listed(emulator):
    emulator.fleet(home={"clusters": [graph(tags={"team": "graphs"})]})
    neptune = emulator.client("neptune")
    arn = f"arn:aws:rds:{REGION}:{HOME}:cluster:graph"
    neptune.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "audit", "Value": "<on>"}])
    assert neptune.list_tags_for_resource(ResourceName=arn)["TagList"] == [
        {"Key": "audit", "Value": "<on>"}, {"Key": "team", "Value": "graphs"},
    ]
    assert refusal(neptune.list_tags_for_resource, ResourceName=arn + "s") == ("DBClusterNotFoundFault", 404)
    assert refusal(neptune.add_tags_to_resource, ResourceName="graph", Tags=[]) == ("InvalidParameterValue", 400)


# AWS Config ----------------------------------------------------------------------------------------------------------


def evaluation(**changes):
    whole = {
        "ComplianceResourceType": CLUSTER,
        "ComplianceResourceId": "cluster-A",
        "ComplianceType": "COMPLIANT",
        "Annotation": "as it should be",
        "OrderingTimestamp": 1_790_000_000,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def put(emulator, *evaluations, **parameters):
    config = emulator.client("config")
    return config.put_evaluations(**{"Evaluations": list(evaluations), "ResultToken": "token", **parameters})


def test_put_evaluations_are_kept_as_received_and_recorded(emulator):
    assert put(emulator, evaluation())["FailedEvaluations"] == []
    [accepted] = emulator.control("GET", "puts")
    assert accepted == {
        "account": HOME,
        "region": REGION,
        "body": {"Evaluations": [evaluation()], "ResultToken": "token"},
    }
    [recorded] = emulator.control("GET", "evaluations")[HOME]
    assert (recorded["resource_id"], recorded["compliance"]) == ("cluster-A", "COMPLIANT")


def test_no_evaluations_and_a_hundred_are_accepted(emulator):
    put(emulator)
    put(emulator, *(evaluation(ComplianceResourceId=f"cluster-{number}") for number in range(100)))
    assert [len(accepted["body"]["Evaluations"]) for accepted in emulator.control("GET", "puts")] == [0, 100]


@pytest.mark.parametrize("evaluations, parameters, code", [
    ([evaluation()] * 101, {}, "ValidationException"),
    ([evaluation(Annotation="")], {}, "ValidationException"),
    ([evaluation(Annotation="x" * 257)], {}, "ValidationException"),
    ([evaluation(OrderingTimestamp=None)], {}, "ValidationException"),
    ([evaluation(ComplianceResourceId=None)], {}, "ValidationException"),
    ([evaluation(ComplianceResourceId="")], {}, "ValidationException"),
    ([evaluation(ComplianceResourceType=None)], {}, "ValidationException"),
    ([evaluation(ComplianceType=None)], {}, "ValidationException"),
    ([evaluation(ComplianceType="FINE")], {}, "ValidationException"),
    ([evaluation(ComplianceType="INSUFFICIENT_DATA")], {}, "InvalidParameterValueException"),
    ([evaluation()], {"ResultToken": ""}, "InvalidResultTokenException"),
    ([evaluation()], {"ResultToken": "TESTMODE"}, "InvalidResultTokenException"),
    ([evaluation()], {"ResultToken": "expired"}, "InvalidResultTokenException"),
    ([evaluation()], {"ResultToken": None}, "ValidationException"),
])
def test_what_aws_config_refuses_is_refused_and_not_kept(emulator, evaluations, parameters, code):
    emulator.fleet(home={}, invalid_result_tokens=["expired"])
    parameters = {"Evaluations": evaluations, "ResultToken": "token", **parameters}
    parameters = {name: value for name, value in parameters.items() if value is not None}
    assert refusal(emulator.client("config").put_evaluations, **parameters) == (code, 400)
    assert emulator.control("GET", "puts") == []
    assert emulator.control("GET", "evaluations")[HOME] == []


@pytest.mark.parametrize("length", [1, 256])
def test_annotations_have_1_to_256_characters_not_bytes(emulator, length):
    put(emulator, evaluation(Annotation="\u00e9" * length))
    assert len(emulator.control("GET", "puts")) == 1


@pytest.mark.parametrize("body", [
    {"Evaluations": [{**evaluation(), "Remark": "x"}], "ResultToken": "token"},
    {"Evaluations": [], "ResultToken": "token", "DryRun": True},
    {"Evaluations": {}, "ResultToken": "token"},
    {"Evaluations": [{**evaluation(), "OrderingTimestamp": "2026-01-01"}], "ResultToken": "token"},
    [],
])
def test_a_body_of_another_shape_is_refused(emulator, body):
    code, status = raw(emulator, "config", "StarlingDoveService.PutEvaluations", json.dumps(body).encode())
    assert (code in ("ValidationException", "SerializationException"), status) == (True, 400)
    assert emulator.control("GET", "puts") == []


def test_test_mode_is_accepted_and_not_recorded(emulator):
    put(emulator, evaluation(), ResultToken="TESTMODE", TestMode=True)
    assert len(emulator.control("GET", "puts")) == 1
    assert emulator.control("GET", "evaluations")[HOME] == []


def test_the_newest_result_of_a_resource_counts(emulator):
    put(emulator, evaluation(OrderingTimestamp=200, ComplianceType="NON_COMPLIANT"))
    put(emulator, evaluation(OrderingTimestamp=100, ComplianceType="COMPLIANT"))
    put(emulator, evaluation(OrderingTimestamp=100, ComplianceResourceId="cluster-B"))
    recorded = {each["resource_id"]: each["compliance"] for each in emulator.control("GET", "evaluations")[HOME]}
    assert recorded == {"cluster-A": "NON_COMPLIANT", "cluster-B": "COMPLIANT"}


def test_failed_evaluations_come_back_and_are_not_recorded(emulator):
    emulator.inject("config:PutEvaluations", {"fail_evaluations": {"resource_ids": ["cluster-B"]}}, times=1)
    both = [evaluation(), evaluation(ComplianceResourceId="cluster-B")]
    failed = put(emulator, *both)["FailedEvaluations"]
    assert [each["ComplianceResourceId"] for each in failed] == ["cluster-B"]
    assert [each["resource_id"] for each in emulator.control("GET", "evaluations")[HOME]] == ["cluster-A"]
    assert put(emulator, *both)["FailedEvaluations"] == []
    emulator.inject("config:PutEvaluations", {"fail_evaluations": {"count": 1}})
    assert [each["ComplianceResourceId"] for each in put(emulator, *both)["FailedEvaluations"]] == ["cluster-A"]


def results(count, rule="audit", **changes):
    return [
        {"rule": rule, "resource_type": CLUSTER, "resource_id": f"cluster-{number:03}", "compliance": "COMPLIANT",
         "annotation": "fine", "ordering_timestamp": 1_790_000_000, "recorded_at": 1_790_000_001, **changes}
        for number in range(count)
    ]


def test_recorded_results_come_in_pages(emulator):
    emulator.fleet(home={"recorded": results(25) + results(5, rule="another")})
    config = emulator.client("config")
    first = config.get_compliance_details_by_config_rule(ConfigRuleName="audit", NextToken="")
    assert len(first["EvaluationResults"]) == 10
    rest = config.get_compliance_details_by_config_rule(ConfigRuleName="audit", Limit=100, NextToken=first["NextToken"])
    assert len(rest["EvaluationResults"]) == 15
    assert "NextToken" not in rest
    result = first["EvaluationResults"][0]
    qualifier = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    assert qualifier == {
        "ConfigRuleName": "audit", "ResourceType": CLUSTER, "ResourceId": "cluster-000", "EvaluationMode": "DETECTIVE",
    }
    assert (result["ComplianceType"], result["Annotation"]) == ("COMPLIANT", "fine")


def test_what_was_put_is_found_again_with_its_times(emulator):
    before = time.time()
    put(emulator, evaluation(OrderingTimestamp=1_790_000_000.373))
    [result] = emulator.client("config").get_compliance_details_by_config_rule(ConfigRuleName="neptune-audit")["EvaluationResults"]
    assert result["EvaluationResultIdentifier"]["OrderingTimestamp"].timestamp() == 1_790_000_000.373
    assert (result["ComplianceType"], result["Annotation"]) == ("COMPLIANT", "as it should be")
    assert before - 1 < result["ConfigRuleInvokedTime"].timestamp() <= result["ResultRecordedTime"].timestamp() < time.time() + 1


def test_recorded_results_are_chosen_by_compliance(emulator):
    emulator.fleet(home={"recorded": results(2) + results(1, compliance="NON_COMPLIANT", resource_id="cluster-X")})
    details = emulator.client("config").get_compliance_details_by_config_rule
    assert len(details(ConfigRuleName="audit", ComplianceTypes=["NON_COMPLIANT"])["EvaluationResults"]) == 1
    assert len(details(ConfigRuleName="audit", ComplianceTypes=["NON_COMPLIANT", "COMPLIANT"])["EvaluationResults"]) == 3
    assert details(ConfigRuleName="audit", ComplianceTypes=["NOT_APPLICABLE"])["EvaluationResults"] == []


def test_a_rule_exists_once_it_has_results(emulator):
    details = emulator.client("config").get_compliance_details_by_config_rule
    assert refusal(details, ConfigRuleName="neptune-audit") == ("NoSuchConfigRuleException", 400)
    put(emulator)
    assert details(ConfigRuleName="neptune-audit")["EvaluationResults"] == []


@pytest.mark.parametrize("parameters, code", [
    ({"Limit": 101}, "ValidationException"),
    ({"Limit": -1}, "ValidationException"),
    ({"ConfigRuleName": "x" * 65}, "ValidationException"),
    ({"ComplianceTypes": ["FINE"]}, "ValidationException"),
    ({"ComplianceTypes": ["INSUFFICIENT_DATA"]}, "InvalidParameterValueException"),
    ({"NextToken": "made-up"}, "InvalidNextTokenException"),
])
def test_what_the_listing_of_results_refuses(emulator, parameters, code):
    emulator.fleet(home={"recorded": results(1)})
    details = emulator.client("config").get_compliance_details_by_config_rule
    assert refusal(details, **{"ConfigRuleName": "audit", **parameters}) == (code, 400)


# CloudWatch Logs -----------------------------------------------------------------------------------------------------


def test_a_log_group_shows_retention_and_key(emulator):
    emulator.fleet(home={"log_groups": [
        {"name": "/aws/neptune/a/audit", "retention_in_days": 30, "kms_key_id": "arn:aws:kms:eu-west-1:111122223333:key/k"},
        {"name": "/aws/neptune/b/audit"},
    ]})
    one, other = emulator.client("logs").describe_log_groups()["logGroups"]
    assert (one["retentionInDays"], one["kmsKeyId"][-6:]) == (30, ":key/k")
    assert one["arn"] == f"arn:aws:logs:{REGION}:{HOME}:log-group:/aws/neptune/a/audit:*"
    assert "retentionInDays" not in other and "kmsKeyId" not in other


def test_a_log_group_shows_class_protection_watch_and_policy(emulator):
    policy = {"name": "keep", "policy_type": "RETENTION_POLICY", "document": '{"retentionInDays": 365}'}
    emulator.fleet(home={"account_policies": [policy], "log_groups": [
        {"name": "a"},
        {"name": "b", "deletion_protection": True, "metric_filters": 2, "retention_in_days": 365, "retention_policy": "keep"},
        {"name": "c", "class": "INFREQUENT_ACCESS"},
    ]})
    logs = emulator.client("logs")
    keys = ("logGroupClass", "deletionProtectionEnabled", "metricFilterCount", "retentionInDays", "retentionPolicyName")
    assert [tuple(group.get(key) for key in keys) for group in logs.describe_log_groups()["logGroups"]] == [
        ("STANDARD", False, 0, None, None), ("STANDARD", True, 2, 365, "keep"), ("INFREQUENT_ACCESS", False, 0, None, None),
    ]
    assert [group["logGroupName"] for group in logs.describe_log_groups(logGroupClass="INFREQUENT_ACCESS")["logGroups"]] == ["c"]


def test_log_groups_are_listed_by_prefix_in_ascii_order(emulator):
    names = ["/aws/neptune/b/audit", "/aws/neptune/a/slowquery", "/aws/neptune/B/audit", "/aws/neptune/a/audit",
             "/aws/neptune/a/audit-old", "/aws/rds/x", "/aws/neptun"]
    emulator.fleet(home={"log_groups": [{"name": name} for name in names]}, page_size=2)
    pages = emulator.client("logs").get_paginator("describe_log_groups")

    def listed(**parameters):
        return [group["logGroupName"] for page in pages.paginate(**parameters) for group in page["logGroups"]]

    assert listed() == sorted(names)
    assert listed(logGroupNamePrefix="/aws/neptune/") == sorted(n for n in names if n.startswith("/aws/neptune/"))
    assert listed(logGroupNamePrefix="/aws/neptune/a/audit") == ["/aws/neptune/a/audit", "/aws/neptune/a/audit-old"]
    assert listed(logGroupNamePrefix="/aws/nobody") == []
    assert listed(logGroupNamePattern="SLOW") == ["/aws/neptune/a/slowquery"]


def test_log_listings_come_in_pages_of_fifty(emulator):
    emulator.fleet(home={"log_groups": [{"name": f"g{number:03}"} for number in range(120)]})
    pages = list(emulator.client("logs").get_paginator("describe_log_groups").paginate())
    assert [len(page["logGroups"]) for page in pages] == [50, 50, 20]


@pytest.mark.parametrize("operation, parameters", [
    ("describe_log_groups", {"limit": 0}),
    ("describe_log_groups", {"limit": 51}),
    ("describe_log_groups", {"logGroupNamePrefix": ""}),
    ("describe_log_groups", {"logGroupNamePrefix": "a b"}),
    ("describe_log_groups", {"logGroupNamePrefix": "a", "logGroupNamePattern": "b"}),
    ("describe_log_groups", {"nextToken": "made-up"}),
    ("describe_subscription_filters", {"logGroupName": "g", "limit": 51}),
    ("describe_subscription_filters", {}),
    ("describe_log_streams", {"logGroupName": "g", "limit": 51}),
    ("describe_log_streams", {"logGroupName": "g", "orderBy": "LastEventTime", "logStreamNamePrefix": "x"}),
    ("describe_log_streams", {"logGroupName": "g", "orderBy": "Size"}),
    ("describe_log_streams", {}),
])
def test_what_the_log_listings_refuse(emulator, operation, parameters):
    emulator.fleet(home={"log_groups": [{"name": "g"}]})
    assert refusal(getattr(emulator.client("logs"), operation), **parameters) == ("InvalidParameterException", 400)


@pytest.mark.parametrize("operation", ["describe_subscription_filters", "describe_log_streams"])
def test_an_unknown_log_group_is_not_found(emulator, operation):
    assert refusal(getattr(emulator.client("logs"), operation), logGroupName="nobody") == ("ResourceNotFoundException", 400)


def test_subscription_filters_are_listed(emulator):
    destination = f"arn:aws:logs:{REGION}:{OTHER}:destination:central"
    emulator.fleet(home={"log_groups": [{"name": "g", "subscription_filters": [
        {"name": "b", "destination_arn": destination}, {"name": "a", "destination_arn": "arn:x", "pattern": "ERROR"},
    ]}]}, page_size=1)
    pages = emulator.client("logs").get_paginator("describe_subscription_filters")
    listed = [each for page in pages.paginate(logGroupName="g") for each in page["subscriptionFilters"]]
    assert [(each["filterName"], each["destinationArn"], each["filterPattern"]) for each in listed] == [
        ("a", "arn:x", "ERROR"), ("b", destination, ""),
    ]


def test_a_filter_shows_which_fields_it_selects(emulator):
    filters = [{"name": "part", "destination_arn": "arn:x", "field_selection_criteria": '@aws.region = "eu-west-1"'}]
    emulator.fleet(home={"log_groups": [{"name": "g", "subscription_filters": filters}]})
    [listed] = emulator.client("logs").describe_subscription_filters(logGroupName="g")["subscriptionFilters"]
    assert listed["fieldSelectionCriteria"] == '@aws.region = "eu-west-1"'


@pytest.mark.parametrize("log_group_class", ["INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"])
def test_other_classes_have_no_subscription_filters(emulator, log_group_class):
    emulator.fleet(home={"log_groups": [{"name": "g", "class": log_group_class}]})
    with pytest.raises(botocore.exceptions.ClientError) as error:
        emulator.client("logs").describe_subscription_filters(logGroupName="g")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error.value.response["Error"] == {
        "Code": "ValidationException", "Message": "This operation is only supported on the Standard log class.",
    }
    emulator.client("logs").describe_log_streams(logGroupName="g")


def policy(name, kind="SUBSCRIPTION_FILTER_POLICY", document="{}", **more):
    return {"name": name, "policy_type": kind, "document": document, **more}


def test_account_policies_are_listed_by_type(emulator):
    document = json.dumps({"DestinationArn": "arn:x", "FilterPattern": "", "Distribution": "ByLogStream"})
    emulator.fleet(home={"account_policies": [
        policy("forward", document=document, selection_criteria='LogGroupName NOT IN ["a", "b"]'),
        policy("keep", "RETENTION_POLICY", '{"retentionInDays": 90, "enforcementMode": "RETROACTIVE"}'),
        policy("keep-longer", "RETENTION_POLICY", '{"retentionInDays": "NEVER_EXPIRE", "enforcementMode": "NEW_ONLY"}'),
    ]}, page_size=1)
    logs = emulator.client("logs")
    [forward] = logs.describe_account_policies(policyType="SUBSCRIPTION_FILTER_POLICY")["accountPolicies"]
    assert (forward["policyName"], forward["policyDocument"], forward["scope"]) == ("forward", document, "ALL")
    assert (forward["selectionCriteria"], forward["accountId"]) == ('LogGroupName NOT IN ["a", "b"]', HOME)
    first = logs.describe_account_policies(policyType="RETENTION_POLICY")
    second = logs.describe_account_policies(policyType="RETENTION_POLICY", nextToken=first["nextToken"])
    assert [each["policyName"] for page in (first, second) for each in page["accountPolicies"]] == ["keep", "keep-longer"]
    assert "selectionCriteria" not in second["accountPolicies"][0] and "nextToken" not in second
    [named] = logs.describe_account_policies(policyType="RETENTION_POLICY", policyName="keep-longer")["accountPolicies"]
    assert json.loads(named["policyDocument"])["retentionInDays"] == "NEVER_EXPIRE"
    assert logs.describe_account_policies(policyType="DATA_PROTECTION_POLICY")["accountPolicies"] == []
    for wrong in ({}, {"policyType": "FORWARDING"}, {"policyType": "RETENTION_POLICY", "accountIdentifiers": [OTHER]}):
        assert refusal(logs.describe_account_policies, **wrong) == ("InvalidParameterException", 400)


def test_streams_come_in_pages_of_fifty(emulator):
    streams = [{"name": f"s{number:03}", "last_event": number} for number in range(120)]
    emulator.fleet(home={"log_groups": [{"name": "g", "streams": streams}]})
    pages = emulator.client("logs").get_paginator("describe_log_streams")
    newest = list(pages.paginate(logGroupName="g", orderBy="LastEventTime", descending=True))
    assert [len(page["logStreams"]) for page in newest] == [50, 50, 20]
    assert newest[0]["logStreams"][0]["logStreamName"] == "s119"


def test_streams_without_an_event_can_fill_the_first_page_of_the_newest(emulator):
    streams = [{"name": f"empty-{number:02}"} for number in range(50)] + [{"name": "new", "hours_since_last_event": 0.1}]
    emulator.fleet(home={"log_groups": [{"name": "g", "streams": streams, "eventless_streams_first": True}]})
    logs = emulator.client("logs")
    ask = functools.partial(logs.describe_log_streams, logGroupName="g", orderBy="LastEventTime", descending=True)
    first = ask()
    assert [stream for stream in first["logStreams"] if "lastEventTimestamp" in stream] == []
    [new] = ask(nextToken=first["nextToken"])["logStreams"]
    assert new["logStreamName"] == "new"


def test_a_page_of_streams_can_be_empty_and_have_a_token(emulator):
    emulator.fleet(home={"log_groups": [{"name": "g", "streams": [{"name": "a"}, {"name": "b"}], "empty_pages": 2}]}, page_size=1)
    logs = emulator.client("logs")
    pages, token = [], {}
    while True:
        page = logs.describe_log_streams(logGroupName="g", **token)
        pages.append([stream["logStreamName"] for stream in page["logStreams"]])
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert pages == [[], [], ["a"], ["b"]]


def test_a_stream_tells_when_it_was_last_written_to(emulator):
    emulator.fleet(home={"log_groups": [{"name": "g", "streams": [
        {"name": "a", "last_event": 1000}, {"name": "b", "last_event": 1000, "last_ingestion": 2000},
        {"name": "c", "hours_since_last_ingestion": 1}, {"name": "d"},
    ]}]})
    times = [
        (stream.get("lastEventTimestamp"), stream.get("lastIngestionTime"))
        for stream in emulator.client("logs").describe_log_streams(logGroupName="g")["logStreams"]
    ]
    assert times[:2] == [(1000, 1000), (1000, 2000)] and times[3] == (None, None)
    assert times[2][0] is None and abs(time.time() * 1000 - 3_600_000 - times[2][1]) < 60_000


def test_streams_are_ordered_by_their_last_event(emulator):
    now = int(time.time() * 1000)
    emulator.fleet(home={"log_groups": [{"name": "g", "streams": [
        {"name": "a", "last_event": 1000}, {"name": "b"}, {"name": "c", "hours_since_last_event": 2},
    ]}]})
    logs = emulator.client("logs")
    streams = logs.describe_log_streams(logGroupName="g", orderBy="LastEventTime", descending=True)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["c", "a", "b"]
    assert abs(streams[0]["lastEventTimestamp"] - (now - 2 * 3_600_000)) < 60_000
    assert "lastEventTimestamp" not in streams[2]
    [newest] = logs.describe_log_streams(logGroupName="g", orderBy="LastEventTime", descending=True, limit=1)["logStreams"]
    assert newest["logStreamName"] == "c"
    by_name = logs.describe_log_streams(logGroupName="g", logStreamNamePrefix="b")["logStreams"]
    assert [stream["logStreamName"] for stream in by_name] == ["b"]


def test_a_log_group_is_made_kept_and_encrypted(emulator):
    key = f"arn:aws:kms:{REGION}:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    logs = emulator.client("logs")
    logs.create_log_group(logGroupName="g", tags={"team": "graphs"})
    logs.put_retention_policy(logGroupName="g", retentionInDays=365)
    logs.associate_kms_key(logGroupName="g", kmsKeyId=key)
    logs.create_log_group(logGroupName="h", kmsKeyId=key)
    listed = logs.describe_log_groups()["logGroups"]
    assert [(each["logGroupName"], each.get("retentionInDays"), each["kmsKeyId"]) for each in listed] == [
        ("g", 365, key), ("h", None, key),
    ]


def test_a_log_group_is_made_with_its_class_and_protected(emulator):
    logs = emulator.client("logs")
    logs.create_log_group(logGroupName="g", logGroupClass="INFREQUENT_ACCESS", deletionProtectionEnabled=True)
    logs.create_log_group(logGroupName="h")
    arn = logs.describe_log_groups(logGroupNamePrefix="h")["logGroups"][0]["logGroupArn"]
    logs.put_log_group_deletion_protection(logGroupIdentifier="g", deletionProtectionEnabled=False)
    logs.put_log_group_deletion_protection(logGroupIdentifier=arn, deletionProtectionEnabled=True)
    assert [(each["logGroupClass"], each["deletionProtectionEnabled"]) for each in logs.describe_log_groups()["logGroups"]] == [
        ("INFREQUENT_ACCESS", False), ("STANDARD", True),
    ]


def test_a_retention_that_an_account_policy_decides_cannot_be_put(emulator):
    keep = policy("keep", "RETENTION_POLICY", '{"retentionInDays": 365, "enforcementMode": "RETROACTIVE"}')
    emulator.fleet(home={"account_policies": [keep], "log_groups": [
        {"name": "g", "retention_in_days": 365, "retention_policy": "keep"},
    ]})
    logs = emulator.client("logs")
    logs.put_retention_policy(logGroupName="g", retentionInDays=30)
    [group] = logs.describe_log_groups()["logGroups"]
    assert (group["retentionInDays"], group["retentionPolicyName"]) == (365, "keep")


@pytest.mark.parametrize("operation, parameters, code", [
    ("create_log_group", {"logGroupName": "g"}, "ResourceAlreadyExistsException"),
    ("create_log_group", {"logGroupName": "a b"}, "InvalidParameterException"),
    ("create_log_group", {}, "InvalidParameterException"),
    ("put_retention_policy", {"logGroupName": "g", "retentionInDays": 100}, "InvalidParameterException"),
    ("put_retention_policy", {"logGroupName": "g"}, "InvalidParameterException"),
    ("put_retention_policy", {"logGroupName": "nobody", "retentionInDays": 30}, "ResourceNotFoundException"),
    ("associate_kms_key", {"logGroupName": "g"}, "InvalidParameterException"),
    ("associate_kms_key", {"logGroupName": "g", "kmsKeyId": "alias/mine"}, "InvalidParameterException"),
    ("create_log_group", {"logGroupName": "h", "logGroupClass": "COLD"}, "InvalidParameterException"),
    ("put_log_group_deletion_protection", {"logGroupIdentifier": "g"}, "InvalidParameterException"),
    ("put_log_group_deletion_protection", {"deletionProtectionEnabled": True}, "InvalidParameterException"),
    ("put_log_group_deletion_protection", {"logGroupIdentifier": "nobody", "deletionProtectionEnabled": True},
     "ResourceNotFoundException"),
    ("associate_kms_key", {"logGroupName": "nobody", "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/k"},
     "ResourceNotFoundException"),
])
def test_what_changing_log_groups_refuses(emulator, operation, parameters, code):
    emulator.fleet(home={"log_groups": [{"name": "g"}]})
    assert refusal(getattr(emulator.client("logs"), operation), **parameters) == (code, 400)


# STS and accounts ----------------------------------------------------------------------------------------------------


ROLE = f"arn:aws:iam::{OTHER}:role/audit/reader"
TWO_ACCOUNTS = {
    HOME: {"clusters": [{"identifier": "ours"}]},
    OTHER: {"clusters": [{"identifier": "theirs"}], "roles": [{"name": "audit/reader", "trusts": [HOME]}]},
}


def test_an_assumed_role_sees_its_own_account(emulator):
    emulator.fleet(accounts=TWO_ACCOUNTS)
    answer = emulator.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="tests")
    lifetime = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert 3500 < lifetime.total_seconds() <= 3600
    theirs = answer["Credentials"]
    [cluster] = emulator.client("neptune", theirs).describe_db_clusters()["DBClusters"]
    assert cluster["DBClusterIdentifier"] == "theirs"
    emulator.client("config", theirs).put_evaluations(Evaluations=[evaluation()], ResultToken="token")
    assert [accepted["account"] for accepted in emulator.control("GET", "puts")] == [OTHER]
    assert emulator.client("sts", theirs).get_caller_identity()["Account"] == OTHER
    assert emulator.client("sts").get_caller_identity()["Account"] == HOME
    [cluster] = emulator.client("neptune").describe_db_clusters()["DBClusters"]
    assert cluster["DBClusterIdentifier"] == "ours"


@pytest.mark.parametrize("role", [
    f"arn:aws:iam::{OTHER}:role/reader",
    f"arn:aws:iam::{OTHER}:role/nobody",
    f"arn:aws:iam::{HOME}:role/audit/reader",
    f"arn:aws-cn:iam::{OTHER}:role/audit/reader",
    "arn:aws:iam::000000000000:role/audit/reader",
])
def test_a_role_that_is_not_there_cannot_be_assumed(emulator, role):
    emulator.fleet(accounts=TWO_ACCOUNTS)
    assert refusal(emulator.client("sts").assume_role, RoleArn=role, RoleSessionName="tests") == ("AccessDenied", 403)


def test_a_role_that_does_not_trust_the_caller_cannot_be_assumed(emulator):
    emulator.fleet(accounts={**TWO_ACCOUNTS, OTHER: {"roles": [{"name": "audit/reader", "trusts": [OTHER]}]}})
    assert refusal(emulator.client("sts").assume_role, RoleArn=ROLE, RoleSessionName="tests") == ("AccessDenied", 403)


@pytest.mark.parametrize("parameters", [
    {"RoleSessionName": "x"}, {"RoleSessionName": "a b"}, {"DurationSeconds": 899}, {"RoleArn": "x"}, {"RoleSessionName": ""},
])
def test_what_assume_role_refuses(emulator, parameters):
    emulator.fleet(accounts=TWO_ACCOUNTS)
    parameters = {"RoleArn": ROLE, "RoleSessionName": "tests", **parameters}
    assert refusal(emulator.client("sts").assume_role, **parameters) == ("ValidationError", 400)


@pytest.mark.parametrize("service, operation, code, status", [
    ("neptune", "describe_db_clusters", "ExpiredToken", 403),
    ("sts", "get_caller_identity", "ExpiredToken", 403),
    ("logs", "describe_log_groups", "ExpiredTokenException", 400),
])
def test_credentials_expire(emulator, service, operation, code, status):
    emulator.fleet(accounts=TWO_ACCOUNTS, session_seconds=60)
    theirs = emulator.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="tests")["Credentials"]
    getattr(emulator.client(service, theirs), operation)()
    emulator.control("POST", "clock", {"milliseconds": 61_000})
    assert refusal(getattr(emulator.client(service, theirs), operation)) == (code, status)
    assert [call["error_code"] for call in emulator.calls()] == [None, None, code]


def test_a_session_needs_its_own_token(emulator):
    emulator.fleet(accounts=TWO_ACCOUNTS)
    theirs = emulator.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="tests")["Credentials"]
    assert refusal(emulator.client("neptune", {**theirs, "SessionToken": "x"}).describe_db_clusters) == (
        "InvalidClientTokenId", 403,
    )


# Regions and the organization ----------------------------------------------------------------------------------------


VIRGINIA = "us-east-1"
TWO_REGIONS = {
    "clusters": [{"identifier": "graph"}], "log_groups": [{"name": "here"}], "parameter_groups": AUDITED,
    "regions": {VIRGINIA: {"clusters": [{"identifier": "graph", "exports": ["audit"]}, {"identifier": "other"}]}},
}


def assumed(emulator, role=ROLE):
    return emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]


def test_each_region_of_an_account_has_its_own(emulator):
    emulator.fleet(home=TWO_REGIONS)
    here, there = (emulator.client("neptune", region=region) for region in (REGION, VIRGINIA))
    [ours] = here.describe_db_clusters()["DBClusters"]
    theirs, _ = there.describe_db_clusters()["DBClusters"]
    assert ours["DBClusterIdentifier"] == theirs["DBClusterIdentifier"] == "graph"
    assert ours["DbClusterResourceId"] != theirs["DbClusterResourceId"]
    assert theirs["DBClusterArn"] == f"arn:aws:rds:{VIRGINIA}:{HOME}:cluster:graph"
    assert theirs["Endpoint"].endswith(f".{VIRGINIA}.neptune.amazonaws.com")
    assert "EnabledCloudwatchLogsExports" not in ours and theirs["EnabledCloudwatchLogsExports"] == ["audit"]
    assert refusal(here.describe_db_clusters, DBClusterIdentifier="other") == ("DBClusterNotFoundFault", 404)
    assert refusal(there.describe_db_cluster_parameters, DBClusterParameterGroupName="audited")[0] == "DBParameterGroupNotFound"
    assert refusal(here.list_tags_for_resource, ResourceName=theirs["DBClusterArn"])[0] == "InvalidParameterValue"
    assert there.list_tags_for_resource(ResourceName=theirs["DBClusterArn"])["TagList"] == []
    assert emulator.client("logs", region=VIRGINIA).describe_log_groups()["logGroups"] == []
    assert {(call["account"], call["region"]) for call in emulator.calls()} == {(HOME, REGION), (HOME, VIRGINIA)}


def test_what_is_changed_in_a_region_changes_there_alone(emulator):
    emulator.fleet(home=TWO_REGIONS)
    there = emulator.client("logs", region=VIRGINIA)
    there.create_log_group(logGroupName="there")
    assert [group["logGroupName"] for group in there.describe_log_groups()["logGroups"]] == ["there"]
    assert [group["logGroupName"] for group in emulator.client("logs").describe_log_groups()["logGroups"]] == ["here"]
    emulator.client("config", region=VIRGINIA).put_evaluations(Evaluations=[evaluation()], ResultToken="token")
    details = {region: emulator.client("config", region=region).get_compliance_details_by_config_rule for region in (REGION, VIRGINIA)}
    assert len(details[VIRGINIA](ConfigRuleName="neptune-audit")["EvaluationResults"]) == 1
    assert refusal(details[REGION], ConfigRuleName="neptune-audit") == ("NoSuchConfigRuleException", 400)
    assert [accepted["region"] for accepted in emulator.control("GET", "puts")] == [VIRGINIA]


def test_an_account_is_empty_in_a_region_that_only_others_use(emulator):
    emulator.fleet(accounts={**TWO_ACCOUNTS, HOME: TWO_REGIONS})
    theirs = emulator.client("neptune", assumed(emulator), region=VIRGINIA)
    assert theirs.describe_db_clusters()["DBClusters"] == []


def test_a_region_can_deny_what_the_others_allow(emulator):
    emulator.fleet(home={**TWO_REGIONS, "regions": {VIRGINIA: {"denied": ["rds:*"]}}})
    emulator.client("neptune").describe_db_clusters()
    assert refusal(emulator.client("neptune", region=VIRGINIA).describe_db_clusters) == ("AccessDenied", 403)
    emulator.client("logs", region=VIRGINIA).describe_log_groups()


def test_a_fault_strikes_one_account_in_one_region(emulator):
    accounts = {HOME: TWO_REGIONS, OTHER: {**TWO_ACCOUNTS[OTHER], "regions": {VIRGINIA: {}}}}
    emulator.fleet(accounts=accounts)
    theirs = assumed(emulator)
    emulator.inject("rds:*", "deny", account=OTHER, region=VIRGINIA)
    for credentials, region in [(None, REGION), (None, VIRGINIA), (theirs, REGION)]:
        emulator.client("neptune", credentials, region=region).describe_db_clusters()
    assert refusal(emulator.client("neptune", theirs, region=VIRGINIA).describe_db_clusters) == ("AccessDenied", 403)


STATUSES = {"af-south-1": "DISABLED", "eu-south-2": "ENABLED", "me-south-1": "ENABLING"}


def test_regions_are_listed_with_their_status(emulator):
    emulator.fleet(home={**TWO_REGIONS, "region_status": STATUSES}, page_size=2)
    pages = emulator.client("account").get_paginator("list_regions")

    def listed(**parameters):
        return {each["RegionName"]: each["RegionOptStatus"] for page in pages.paginate(**parameters) for each in page["Regions"]}

    assert listed() == {**STATUSES, REGION: "ENABLED_BY_DEFAULT", VIRGINIA: "ENABLED_BY_DEFAULT"}
    assert set(listed(RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])) == {"eu-south-2", REGION, VIRGINIA}
    assert [call["action"] for call in emulator.calls()][0] == "account:ListRegions"


@pytest.mark.parametrize("parameters, expected", [
    ({"MaxResults": 0}, ("ValidationException", 400)),
    ({"MaxResults": 51}, ("ValidationException", 400)),
    ({"RegionOptStatusContains": ["ON"]}, ("ValidationException", 400)),
    ({"NextToken": "made-up"}, ("ValidationException", 400)),
    ({"AccountId": OTHER}, ("AccessDeniedException", 403)),
])
def test_what_the_listing_of_regions_refuses(emulator, parameters, expected):
    assert refusal(emulator.client("account").list_regions, **parameters) == expected


@pytest.mark.parametrize("region, service, code, status", [
    ("af-south-1", "neptune", "InvalidClientTokenId", 403),
    ("me-south-1", "logs", "UnrecognizedClientException", 400),
])
def test_a_region_that_is_not_enabled_knows_no_credentials(emulator, region, service, code, status):
    emulator.fleet(home={"region_status": STATUSES})
    operation = {"neptune": "describe_db_clusters", "logs": "describe_log_groups"}[service]
    assert refusal(getattr(emulator.client(service, region=region), operation)) == (code, status)
    getattr(emulator.client(service, region="eu-south-2"), operation)()
    emulator.client("sts", region=region).get_caller_identity()


CLOSED = f"{999:012}"


def test_the_accounts_of_an_organization_are_listed_with_their_state(emulator):
    accounts = {
        HOME: {}, OTHER: {"name": "Security", "state": "PENDING_CLOSURE"}, CLOSED: {"state": "CLOSED"},
        **{f"{number:012}": {} for number in range(1, 25)},
    }
    emulator.fleet(accounts=accounts, organization={"empty_pages": 1})
    pages = list(emulator.client("organizations").get_paginator("list_accounts").paginate())
    assert [len(page["Accounts"]) for page in pages] == [0, 20, 7]
    listed = {account["Id"]: account for page in pages for account in page["Accounts"]}
    assert set(listed) == set(accounts)
    assert (listed[OTHER]["Name"], listed[OTHER]["State"], listed[OTHER]["Status"]) == ("Security", "PENDING_CLOSURE", "PENDING_CLOSURE")
    assert (listed[CLOSED]["State"], listed[CLOSED]["Status"]) == ("CLOSED", "SUSPENDED")
    assert (listed[HOME]["State"], listed[HOME]["Status"]) == ("ACTIVE", "ACTIVE")
    assert re.fullmatch(rf"arn:aws:organizations::{HOME}:account/o-[a-z0-9]{{10,32}}/{OTHER}", listed[OTHER]["Arn"])


@pytest.mark.parametrize("shown, keys", [("both", {"State", "Status"}), ("state", {"State"}), ("status", {"Status"})])
def test_an_organization_tells_the_state_in_the_old_and_the_new_way(emulator, shown, keys):
    emulator.fleet(home={}, organization={"shown_state": shown})
    [account] = emulator.client("organizations").list_accounts()["Accounts"]
    assert set(account) & {"State", "Status"} == keys


def test_who_may_list_the_accounts(emulator):
    emulator.fleet(accounts=TWO_ACCOUNTS)
    listing = emulator.client("organizations").list_accounts
    assert refusal(listing) == ("AWSOrganizationsNotInUseException", 400)
    emulator.fleet(accounts=TWO_ACCOUNTS, organization={"management_account": OTHER})
    assert refusal(listing) == ("AccessDeniedException", 400)
    assert len(emulator.client("organizations", assumed(emulator)).list_accounts()["Accounts"]) == 2
    emulator.fleet(accounts=TWO_ACCOUNTS, organization={"management_account": OTHER, "delegated_administrators": [HOME]})
    assert len(listing()["Accounts"]) == 2
    for wrong in ({"MaxResults": 21}, {"MaxResults": 0}, {"NextToken": "made-up"}):
        assert refusal(listing, **wrong) == ("InvalidInputException", 400)


@pytest.mark.parametrize("service, operation, action, denied, throttled", [
    ("account", "list_regions", "account:ListRegions", ("AccessDeniedException", 403), ("TooManyRequestsException", 429)),
    ("organizations", "list_accounts", "organizations:ListAccounts", ("AccessDeniedException", 400), ("TooManyRequestsException", 400)),
])
def test_the_global_services_deny_and_throttle_in_their_own_way(emulator, service, operation, action, denied, throttled):
    emulator.fleet(home={}, organization={})
    call = getattr(emulator.client(service), operation)
    for kind, expected in [("deny", denied), ("throttle", throttled), ({"status": 503}, ("ServiceUnavailable", 503))]:
        emulator.control("DELETE", "faults")
        emulator.inject(action, kind)
        assert refusal(call) == expected
    emulator.fleet(home={"denied": [action]}, organization={})
    assert refusal(call) == denied


def test_resources_with_tags_are_listed_by_their_arns(emulator):
    clusters = [{"identifier": "one", "tags": {"team": "graphs"}}, {"identifier": "two", "tags": {"team": "fraud"}}, {"identifier": "bare"}]
    emulator.fleet(home={"clusters": clusters, "log_groups": [{"name": "/aws/neptune/one/audit"}]})
    get_resources = emulator.client("resourcegroupstaggingapi").get_resources
    one, bare = (f"arn:aws:rds:{REGION}:{HOME}:cluster:{name}" for name in ("one", "bare"))
    log_group = f"arn:aws:logs:{REGION}:{HOME}:log-group:/aws/neptune/one/audit"
    assert len(get_resources()["ResourceTagMappingList"]) == 2
    found = get_resources(ResourceARNList=[one, bare, log_group])["ResourceTagMappingList"]
    assert found == [{"ResourceARN": one, "Tags": [{"Key": "team", "Value": "graphs"}]}]
    assert refusal(get_resources, ResourceARNList=[one] * 101) == ("InvalidParameterException", 400)
    emulator.inject("tag:GetResources", "throttle")
    assert refusal(get_resources) == ("ThrottledException", 400)
    emulator.fleet(home={"denied": ["tag:*"]})
    emulator.control("DELETE", "faults")
    assert refusal(get_resources) == ("AccessDeniedException", 400)


def test_each_account_has_roles_of_its_own(emulator):
    third = f"{3:012}"
    emulator.fleet(accounts={
        **TWO_ACCOUNTS, third: {"roles": [{"name": "other-reader", "trusts": [HOME]}], "clusters": [{"identifier": "third"}]},
    })
    sts = emulator.client("sts")
    assert refusal(sts.assume_role, RoleArn=f"arn:aws:iam::{third}:role/audit/reader", RoleSessionName="tests") == ("AccessDenied", 403)
    theirs = assumed(emulator, f"arn:aws:iam::{third}:role/other-reader")
    identity = emulator.client("sts", theirs).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (third, f"arn:aws:sts::{third}:assumed-role/other-reader/tests")


# Permissions, faults, latency ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("service, operation, action, code, status", [
    ("neptune", "describe_db_clusters", "rds:DescribeDBClusters", "AccessDenied", 403),
    ("config", "put_evaluations", "config:PutEvaluations", "AccessDeniedException", 400),
    ("logs", "describe_log_groups", "logs:DescribeLogGroups", "AccessDeniedException", 400),
    ("sts", "get_caller_identity", "sts:*", "AccessDenied", 403),
])
def test_denied_actions_are_denied_as_the_service_says_it(emulator, service, operation, action, code, status):
    for home in ({"denied": [action]}, {"allowed": ["nothing:*"]}):
        emulator.fleet(home=home)
        assert refusal(getattr(emulator.client(service), operation)) == (code, status)


def test_allowed_actions_are_allowed(emulator):
    emulator.fleet(home={"allowed": ["rds:Describe*"]})
    emulator.client("neptune").describe_db_clusters()
    assert refusal(emulator.client("logs").describe_log_groups)[0] == "AccessDeniedException"


@pytest.mark.parametrize("service, operation, action, code", [
    ("neptune", "describe_db_clusters", "rds:DescribeDBClusters", "Throttling"),
    ("config", "put_evaluations", "config:*", "ThrottlingException"),
    ("logs", "describe_log_groups", "*", "ThrottlingException"),
])
def test_throttled_calls_are_retried_by_the_sdk(emulator, service, operation, action, code):
    parameters = {"Evaluations": [], "ResultToken": "token"} if service == "config" else {}
    emulator.inject(action, "throttle", times=2)
    getattr(emulator.client(service, retries=True), operation)(**parameters)
    assert [(call["error_code"], call["status"]) for call in emulator.calls()] == [(code, 400), (code, 400), (None, 200)]


@pytest.mark.parametrize("service, operation", [
    ("neptune", "describe_db_clusters"), ("logs", "describe_log_groups"), ("sts", "get_caller_identity"),
])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_broken_service_answers_its_status(emulator, service, operation, status):
    emulator.inject("*", {"status": status})
    assert refusal(getattr(emulator.client(service), operation))[1] == status


@pytest.mark.parametrize("service, operation, action, status, code, message", [
    ("logs", "describe_log_groups", "logs:DescribeLogGroups", 400, "InvalidParameterException", "nonsense"),
    ("neptune", "describe_db_clusters", "rds:*", 404, "DBClusterNotFoundFault", "<gone> & lost"),
    ("config", "put_evaluations", "*", 400, "InvalidParameterValueException", ""),
])
def test_a_call_can_be_answered_with_any_error(emulator, service, operation, action, status, code, message):
    emulator.inject(action, {"error": {"status": status, "code": code, "message": message}}, times=1)
    parameters = {"Evaluations": [], "ResultToken": "token"} if service == "config" else {}
    call = getattr(emulator.client(service), operation)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**parameters)
    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["Error"]["Message"] == message
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    call(**parameters)
    assert [(each["status"], each["error_code"]) for each in emulator.calls()] == [(status, code), (200, None)]


def test_a_reset_connection_gives_no_answer(emulator):
    emulator.inject("rds:*", "reset", times=1)
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        emulator.client("neptune").describe_db_clusters()
    emulator.client("neptune").describe_db_clusters()
    assert [(call["error_code"], call["status"]) for call in emulator.calls()] == [("Reset", None), (None, 200)]


def test_a_reset_is_a_reset_on_the_wire(emulator):
    emulator.inject("rds:*", "reset")
    host, port = emulator.endpoint.removeprefix("http://").split(":")
    body = b"Action=DescribeDBClusters&Version=2014-10-31"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Authorization: AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/rds/aws4_request, Signature=x\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
        with pytest.raises(ConnectionResetError):
            while connection.recv(1000):
                pass


def test_a_hanging_call_never_answers(emulator):
    emulator.inject("rds:*", "hang", times=1)
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        emulator.client("neptune", read_timeout=0.3).describe_db_clusters()
    deadline = time.monotonic() + 10
    while emulator.calls()[0]["error_code"] != "Abandoned":
        assert time.monotonic() < deadline, "the emulator did not see that the client is gone"
        time.sleep(0.02)


def test_a_malformed_answer_is_cut_off(emulator):
    emulator.inject("rds:*", "malformed", times=1)
    neptune = emulator.client("neptune", checked=False)
    with pytest.raises(botocore.parsers.ResponseParserError):
        neptune.describe_db_clusters()


def test_faults_strike_only_what_matches(emulator):
    emulator.fleet(home={"parameter_groups": {"one": {}, "two": {}}})
    emulator.inject("rds:DescribeDBClusterParameters", "deny", matching="two")
    describe = emulator.client("neptune").describe_db_cluster_parameters
    describe(DBClusterParameterGroupName="one")
    assert refusal(describe, DBClusterParameterGroupName="two") == ("AccessDenied", 403)
    emulator.control("DELETE", "faults")
    describe(DBClusterParameterGroupName="two")


def test_faults_skip_calls_and_end(emulator):
    emulator.inject("logs:*", "throttle", after=1, times=1)
    describe = emulator.client("logs").describe_log_groups
    describe()
    assert refusal(describe)[0] == "ThrottlingException"
    describe()


def test_latency_delays_calls_side_by_side(emulator):
    emulator.control("POST", "latency", {"milliseconds": 1500})
    together = threading.Barrier(4)

    def describe():
        logs = emulator.client("logs")
        together.wait(timeout=10)
        logs.describe_log_groups()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(describe) for _ in range(4)]:
            done.result(timeout=30)
    calls = emulator.calls()
    assert all(call["ended_ms"] - call["started_ms"] >= 1500 for call in calls)
    assert max(call["started_ms"] for call in calls) < min(call["ended_ms"] for call in calls)


def test_an_account_is_throttled_at_its_rate_limit(emulator):
    # At this rate the bucket is not refilled while the test runs.
    limits = {"rds:Describe*": {"per_second": 0.000001, "burst": 2}}
    emulator.fleet(accounts=TWO_ACCOUNTS, limits=limits)
    theirs = emulator.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="tests")["Credentials"]
    describe = emulator.client("neptune").describe_db_clusters
    describe()
    describe()
    assert refusal(describe) == ("Throttling", 400)
    emulator.client("neptune", theirs).describe_db_clusters()
    emulator.client("logs").describe_log_groups()


def test_a_fault_that_nobody_knows_is_refused(emulator):
    for fault in ({"action": "*", "kind": "explode"}, {"acton": "*"}, {"action": "*", "kind": {"delay": -1}},
                  {"action": "*", "kind": {"error": {"status": 99, "code": "X"}}}, {"action": "*", "kind": {"status": 1000}},
                  {"action": "DescribeDBClusters", "kind": "deny"}, {"action": "*", "kind": "deny", "account": "1234"}):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            emulator.control("POST", "faults", fault)


# Fleets that make no sense -------------------------------------------------------------------------------------------


def refused_fleet(emulator, fleet):
    """What the emulator says of a fleet that it does not take."""
    with pytest.raises(urllib.error.HTTPError) as error:
        emulator.control("PUT", "fleet", fleet)
    assert error.value.code == 400
    return error.value.read().decode().strip()


@pytest.mark.parametrize("home, at, problem", [
    ({"clusters": [{"identifier": "orders", "exports": ["audti"]}]},
     "clusters[0] (orders).exports", "`audti` is not one of audit, slowquery"),
    ({"clusters": [{"identifier": "a"}, {"identifier": "b"}, {"identifier": "a"}]}, "clusters", "`a` is there twice"),
    ({"clusters": [{"identifier": "Orders"}]}, "clusters[0] (Orders).identifier", "`Orders` is not an identifier"),
    ({"clusters": [{"identifier": ""}]}, "clusters[0].identifier", "`` is not an identifier"),
    ({"clusters": [{"identifier": "a", "engine": "neptun"}]}, "clusters[0] (a).engine", "`neptun` is not one of neptune"),
    ({"clusters": [{"identifier": "a", "status": ""}]}, "clusters[0] (a).status", "empty"),
    ({"clusters": [{"identifier": "a", "exports": ["audit", "audit"]}]}, "clusters[0] (a).exports", "`audit` is there twice"),
    ({"clusters": [{"identifier": "a", "pending_exports": {"enable": ["audit"], "disable": ["audit"]}}]},
     "clusters[0] (a).pending_exports", "`audit` is there twice"),
    ({"clusters": [{"identifier": "a", "pending_exports": {"enable": ["profiler"]}}]},
     "clusters[0] (a).pending_exports.enable", "`profiler` is not one of audit, slowquery"),
    ({"clusters": [{"identifier": "a", "kms_key_id": "alias/mine"}]}, "clusters[0] (a).kms_key_id", "`alias/mine` is not the ARN"),
    ({"clusters": [{"identifier": "a", "resource_id": "db-A"}]}, "clusters[0] (a).resource_id", "`db-A` is not a resource id"),
    ({"clusters": [{"identifier": "a", "resource_id": "cluster-A"}, {"identifier": "b", "resource_id": "cluster-A"}]},
     "clusters", "`cluster-A` is there twice"),
    ({"clusters": [{"identifier": "a", "created": 1, "hours_since_created": 1}]}, "clusters[0] (a)", "exclude each other"),
    ({"clusters": [{"identifier": "a", "members": [{"identifier": "m"}]}, {"identifier": "b", "members": [{"identifier": "m"}]}]},
     "clusters", "`m` is there twice"),
    ({"clusters": [{"identifier": "a", "members": [{"identifier": "m", "writer": True}, {"identifier": "n", "writer": True}]}]},
     "clusters[0] (a).members", "one writer"),
    ({"parameter_groups": {"g": {"parameters": {"neptune_enable_audit_log": "on"}}}},
     "parameter_groups.g.parameters.neptune_enable_audit_log", "`on` is not one of 0,1"),
    ({"parameter_groups": {"g": {"apply_methods": {"neptune_enable_audit_log": "immediate"}}}},
     "parameter_groups.g.apply_methods.neptune_enable_audit_log", "pending-reboot"),
    ({"parameter_groups": {"g_g": {}}}, "parameter_groups.g_g", "`g_g` is not the name of a parameter group"),
    ({"log_groups": [{"name": "a b"}]}, "log_groups[0] (a b).name", "`a b` is not the name of a log group"),
    ({"log_groups": [{"name": "a"}, {"name": "a"}]}, "log_groups", "`a` is there twice"),
    ({"log_groups": [{"name": "a", "retention_in_days": 100}]}, "log_groups[0] (a).retention_in_days", "`100` is not one of"),
    ({"log_groups": [{"name": "a", "class": "standard"}]}, "log_groups[0] (a).class", "`standard` is not a class"),
    ({"log_groups": [{"name": "a", "class": "DELIVERY", "metric_filters": 1}]}, "log_groups[0] (a)", "class DELIVERY has neither"),
    ({"log_groups": [{"name": "a", "retention_policy": "keep"}]}, "log_groups[0] (a).retention_policy", "`keep` is not a policy"),
    ({"log_groups": [{"name": "a", "subscription_filters": [{"name": "f", "destination_arn": "x"}]}]},
     "log_groups[0] (a).subscription_filters[0] (f).destination_arn", "`x` is not an ARN"),
    ({"log_groups": [{"name": "a", "streams": [{"name": "s", "last_event": 1, "hours_since_last_event": 1}]}]},
     "log_groups[0] (a).streams[0] (s)", "exclude each other"),
    ({"account_policies": [{"name": "p", "policy_type": "FORWARD"}]}, "account_policies[0] (p).policy_type", "`FORWARD` is not one of"),
    ({"account_policies": [{"name": "p", "document": "{"}]}, "account_policies[0] (p).document", "not a JSON object"),
    ({"roles": [{"name": "reader", "trusts": ["1234"]}]}, "roles[0] (reader).trusts", "`1234` is not an account id"),
    ({"regions": {"Virginia": {}}}, "regions.Virginia", "`Virginia` is not a Region"),
    ({"regions": {REGION: {}}}, f"regions.{REGION}", "the fleet's Region"),
    ({"regions": {"cn-north-1": {}}}, "regions.cn-north-1", "another partition"),
    ({"regions": {"us-east-1": {"roles": [{"name": "r"}]}}}, "regions.us-east-1.roles", "belongs to the account"),
    ({"regions": {"us-east-1": {"clusters": [{"identifier": "a", "exports": ["audti"]}]}}},
     "regions.us-east-1.clusters[0] (a).exports", "`audti` is not one of"),
    ({"region_status": {"us-east-1": "ON"}}, "region_status.us-east-1", "`ON` is not one of ENABLED"),
    ({"state": "GONE"}, "state", "`GONE` is not one of"),
    ({"denied": ["DescribeDBClusters"]}, "denied", "`DescribeDBClusters` is not an IAM action"),
    ({"recorded": [{"rule": "r", "resource_type": CLUSTER, "resource_id": "x", "compliance": "FINE"}]},
     "recorded[0] (x).compliance", "`FINE` is not one of COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE"),
    ({"recorded": [{"rule": "r", "resource_type": CLUSTER, "resource_id": "x", "compliance": "COMPLIANT"}] * 2},
     "recorded[1] (x)", "already"),
])
def test_a_value_that_aws_could_not_have_is_refused_with_its_place(emulator, home, at, problem):
    said = refused_fleet(emulator, {"accounts": {HOME: home}})
    assert said.startswith(f"accounts.{HOME}.{at}: "), said
    assert problem in said


@pytest.mark.parametrize("fleet, said", [
    ({"accounts": {"1234": {}}}, "accounts.1234: `1234` is not an account id of 12 digits"),
    ({"home_account": "me"}, "home_account: `me` is not an account id of 12 digits"),
    ({"region": "Ireland"}, "region: `Ireland` is not a Region, such as eu-west-1"),
    ({"organization": {"id": "acme"}}, "organization.id: `acme` is not the id of an organization"),
    ({"organization": {"management_account": "1234"}}, "organization.management_account: `1234` is not an account id of 12 digits"),
    ({"page_size": 0}, "page_size: a page has at least one entry"),
    ({"limits": {"rds:*": {"per_second": 0, "burst": 1}}}, "limits.rds:*: `per_second` must be above 0, and `burst` 1 or more"),
    ({"acounts": {}}, "unknown field `acounts`"),
])
def test_a_fleet_that_makes_no_sense_is_refused(emulator, fleet, said):
    assert said in refused_fleet(emulator, fleet)


def test_what_aws_may_add_some_day_is_taken(emulator):
    emulator.fleet(home={
        "clusters": [{"identifier": "a", "status": "dreaming", "members": [{"identifier": "m", "parameter_group_status": "thinking"}]}],
        "parameter_groups": {"g": {"parameters": {"neptune_brand_new": "yes"}}},
        "log_groups": [{"name": "l", "class": "BRAND_NEW"}],
    })
    [cluster] = emulator.client("neptune").describe_db_clusters()["DBClusters"]
    assert cluster["Status"] == "dreaming"


# TLS -----------------------------------------------------------------------------------------------------------------


def test_the_same_is_served_over_tls(tmp_path):
    authority = tmp_path / "authority.pem"
    with subprocess.Popen(
        [BINARY, "serve", "--tls-authority", authority], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as started:
        try:
            plain, encrypted = (started.stdout.readline().strip() for _ in range(2))
            over_tls = Emulator(encrypted)
            clusters = over_tls.client("neptune", verify=str(authority)).describe_db_clusters()["DBClusters"]
            assert [cluster["DBClusterIdentifier"] for cluster in clusters] == ["c-0001", "c-0002", "c-0003"]
            assert over_tls.problems == []
            Emulator(plain).inject("rds:*", "reset")
            with pytest.raises(botocore.exceptions.HTTPClientError):
                over_tls.client("neptune", verify=str(authority)).describe_db_clusters()
            with pytest.raises(botocore.exceptions.SSLError):
                over_tls.client("neptune").describe_db_clusters()
            assert len(Emulator(plain).calls()) == 2, "who does not trust the authority sends nothing"
        finally:
            started.kill()


# Requests as such ----------------------------------------------------------------------------------------------------


def raw(emulator, service, target, body, region=REGION, authorization=None):
    """A request without an SDK; the code and the status of its answer."""
    scope = f"AWS4-HMAC-SHA256 Credential=AKIA/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    headers = {"Authorization": scope if authorization is None else authorization}
    headers |= {"X-Amz-Target": target} if target else {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(emulator.endpoint, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return None, response.status
    except urllib.error.HTTPError as error:
        answer = error.read().decode()
        if target:
            return json.loads(answer)["__type"], error.code
        return re.search("<Code>(.*)</Code>", answer).group(1), error.code


QUERY = b"Action=DescribeDBClusters&Version=2014-10-31"


@pytest.mark.parametrize("service, target, body, more, expected", [
    ("rds", None, QUERY, {}, (None, 200)),
    ("neptune", None, QUERY, {}, ("SignatureDoesNotMatch", 403)),
    ("rds", None, QUERY, {"region": "us-east-1"}, ("SignatureDoesNotMatch", 403)),
    ("rds", None, QUERY, {"authorization": ""}, ("MissingAuthenticationToken", 403)),
    ("rds", None, QUERY, {"authorization": "AWS4-HMAC-SHA256 Credential=x"}, ("SignatureDoesNotMatch", 403)),
    ("rds", None, b"Action=DeleteDBCluster&Version=2014-10-31", {}, ("InvalidAction", 400)),
    ("rds", None, b"Action=DescribeDBClusters&Version=2010-01-01", {}, ("InvalidAction", 400)),
    ("rds", None, b"", {}, ("MissingAction", 400)),
    ("logs", "Logs_20140328.DeleteLogGroup", b"{}", {}, ("UnknownOperationException", 400)),
    ("logs", "Logs_20140328.DescribeLogGroups", b"{}", {}, (None, 200)),
    ("config", "Logs_20140328.DescribeLogGroups", b"{}", {}, ("InvalidSignatureException", 400)),
    ("logs", "Logs_20140328.DescribeLogGroups", b"{", {}, ("SerializationException", 400)),
    ("x", "Nobody.Nothing", b"{}", {}, ("UnknownOperationException", 400)),
])
def test_requests_must_be_signed_for_the_right_service_and_known(emulator, service, target, body, more, expected):
    assert raw(emulator, service, target, body, **more) == expected


# The Lambda Runtime API ----------------------------------------------------------------------------------------------


class Runtime:
    """A function by hand: takes events, and answers them."""

    def __init__(self, emulator):
        self.base = f"{emulator.endpoint}/2018-06-01/runtime"

    def next(self):
        with urllib.request.urlopen(f"{self.base}/invocation/next", timeout=30) as response:
            return response.headers, response.read()

    def post(self, path, body, headers=()):
        request = urllib.request.Request(f"{self.base}/{path}", data=body, headers=dict(headers))
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


def invoked(emulator, event, query=""):
    """The answer of an invocation, to come."""
    pool = concurrent.futures.ThreadPoolExecutor(1)

    def invoke():
        try:
            return emulator.control("POST", f"invoke{query}", event)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    future = pool.submit(invoke)
    pool.shutdown(wait=False)
    return future


def test_an_event_goes_to_the_function_and_its_answer_comes_back(emulator):
    runtime = Runtime(emulator)
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:another"
    answer = invoked(emulator, b"\xff not json", f"?deadline_ms=20000&request_id=id-1&function_arn={arn}")
    headers, event = runtime.next()
    assert event == b"\xff not json"
    assert headers["Lambda-Runtime-Aws-Request-Id"] == "id-1"
    assert headers["Lambda-Runtime-Invoked-Function-Arn"] == arn
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", headers["Lambda-Runtime-Trace-Id"])
    assert 0 < int(headers["Lambda-Runtime-Deadline-Ms"]) / 1000 - time.time() <= 25
    assert runtime.post("invocation/id-1/response", b'{"done": true}') == (202, {"status": "OK"})
    assert answer.result(timeout=30) == {"response": {"done": True}}
    assert runtime.post("invocation/id-1/response", b"{}")[0] == 400, "an invocation is answered once"


def test_events_queue_for_the_function(emulator):
    runtime = Runtime(emulator)
    first = invoked(emulator, b"1")
    headers, event = runtime.next()
    second = invoked(emulator, b"2")
    runtime.post(f"invocation/{headers['Lambda-Runtime-Aws-Request-Id']}/response", event)
    headers, event = runtime.next()
    runtime.post(f"invocation/{headers['Lambda-Runtime-Aws-Request-Id']}/response", event)
    assert first.result(timeout=30) == {"response": 1}
    assert second.result(timeout=30) == {"response": 2}


def test_an_error_answer_comes_back_with_its_type(emulator):
    runtime = Runtime(emulator)
    answer = invoked(emulator, b"{}")
    headers, _ = runtime.next()
    body = json.dumps({"errorType": "BadEvent", "errorMessage": "no token", "stackTrace": []}).encode()
    status, _ = runtime.post(
        f"invocation/{headers['Lambda-Runtime-Aws-Request-Id']}/error", body,
        {"Lambda-Runtime-Function-Error-Type": "unhandled"},
    )
    assert status == 202
    assert answer.result(timeout=30) == {"error": {"error_type": "BadEvent", "error_message": "no token"}}


def test_a_function_that_cannot_start_says_so(emulator):
    runtime = Runtime(emulator)
    status, _ = runtime.post("init/error", json.dumps({"errorType": "Init", "errorMessage": "no region"}).encode())
    assert status == 202
    assert emulator.control("POST", "invoke", b"{}") == {"init_error": {"error_type": "Init", "error_message": "no region"}}


def test_an_invocation_that_nobody_answers_ends_after_its_deadline(emulator):
    started = time.monotonic()
    answer = invoked(emulator, b"{}", "?deadline_ms=100")
    Runtime(emulator).next()
    assert answer.result(timeout=30) == (504, "none")
    assert time.monotonic() - started >= 2.1


def test_an_invocation_without_a_function_says_how_to_attach_one(emulator):
    status, answer = invoked(emulator, b"{}").result(timeout=30)
    assert (status, answer["error"]["error_type"]) == (503, "NoFunction")
    assert "--function" in answer["error"]["error_message"]


def test_the_event_tells_which_rule_its_token_belongs_to(emulator):
    runtime = Runtime(emulator)
    event = {"resultToken": "a long token", "configRuleName": "my-rule", "accountId": HOME}
    answer = invoked(emulator, json.dumps(event).encode())
    headers, _ = runtime.next()
    config = emulator.client("config")
    assert config.get_compliance_details_by_config_rule(ConfigRuleName="my-rule")["EvaluationResults"] == []
    put(emulator, evaluation(), ResultToken="a long token")
    runtime.post(f"invocation/{headers['Lambda-Runtime-Aws-Request-Id']}/response", b"{}")
    answer.result(timeout=30)
    [result] = config.get_compliance_details_by_config_rule(ConfigRuleName="my-rule")["EvaluationResults"]
    assert result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"] == "cluster-A"


# The files, the checks themselves, and the function ------------------------------------------------------------------


def test_the_example_fleet_is_served(emulator):
    emulator.control("PUT", "fleet", (ROOT / "crates/emulator/examples/fleet.json").read_bytes())
    clusters = emulator.client("neptune").describe_db_clusters()["DBClusters"]
    assert {cluster["DBClusterIdentifier"] for cluster in clusters} >= {"orders", "export-off", "shop"}


def test_the_checks_find_what_they_look_for():
    """Checks that cannot fail would prove nothing."""
    model = botocore.session.get_session().get_service_model("neptune")
    operation = model.operation_model("DescribeDBClusters")

    def problems(inside, code=200):
        body = (
            f'<DescribeDBClustersResponse xmlns="{model.metadata["xmlNamespace"]}"><DescribeDBClustersResult>{inside}'
            "</DescribeDBClustersResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
            "</DescribeDBClustersResponse>"
        )
        return answer_problems({"body": body, "status_code": code, "headers": {"x-amzn-requestid": "r"}}, operation)

    cluster = "<DBClusters><DBCluster>{}</DBCluster></DBClusters>".format
    assert problems(cluster("<Port>8182</Port>")) == []
    for wrong in ("<Port>many</Port>", "<Prot>1</Prot>", "<MultiAZ>yes</MultiAZ>", "<ClusterCreateTime>now</ClusterCreateTime>",
                  "<DBClusterMembers><member/></DBClusterMembers>", "<Port>1</Port><Port>2</Port>"):
        assert problems(cluster(wrong)) != [], wrong
    assert problems("<DBCluster/>") != []

    call = {"service": "config", "action": "config:PutEvaluations"}
    assert request_problems({**call, "parameters": {"ResultToken": "t", "Evaluations": [evaluation()]}}) == []
    for wrong in ({}, {"ResultToken": "t", "Dry": True}, {"ResultToken": "t", "Evaluations": [evaluation(Annotation="x" * 257)]},
                  {"ResultToken": "t", "Evaluations": [evaluation()] * 101},
                  {"ResultToken": "t", "Evaluations": [evaluation(ComplianceType="FINE")]},
                  {"ResultToken": "t", "Evaluations": [evaluation(Remark="x")]}):
        assert request_problems({**call, "parameters": wrong}) != [], wrong


def test_what_the_function_sends_satisfies_the_models(emulator):
    events = sorted((ROOT / "events").glob("*.json"))
    emulator.control("PUT", "fleet", (ROOT / "crates/emulator/examples/fleet.json").read_bytes())
    function = subprocess.Popen(
        [FUNCTION],
        env={
            "AWS_ENDPOINT_URL": emulator.endpoint, "AWS_LAMBDA_RUNTIME_API": emulator.endpoint.removeprefix("http://"),
            "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "AKIAHOME", "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_LAMBDA_FUNCTION_NAME": "neptune-audit-rule", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for event in events:
            answer = invoked(emulator, event.read_bytes(), "?deadline_ms=20000").result(timeout=60)
            assert not isinstance(answer, tuple), f"{event.name}: no answer"
    finally:
        function.kill()
        function.wait()
    calls = emulator.calls()
    assert "config:PutEvaluations" in {call["action"] for call in calls}
    assert [(call["action"], problem) for call in calls for problem in request_problems(call)] == []
