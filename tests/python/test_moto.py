"""A second opinion on the function: moto answers as AWS, botocore's models judge each request that the function sends.

The real binary (`FUNCTION`, by default the debug build) runs against a small Lambda Runtime API. Its AWS calls pass a proxy
that keeps them and hands them to moto. Clusters, parameter groups, log groups and roles are made with boto3, so nothing here was
written by those who wrote the function's own emulator.

Where moto 5.2 departs from AWS, and what the tests do about it:

- PutEvaluations exists with `TestMode` only, which is why each event carries the token `TESTMODE`; it stores nothing, so the bodies are
  read off the wire. It refuses an empty list, AWS does not.
- GetComplianceDetailsByConfigRule is not implemented. The proxy answers it with an empty list: nothing was ever stored.
- There are no default parameter groups, no pages, no pending changes; each member is always `in-sync`.
- A parameter that nobody set is not listed, where AWS lists it without a value.
- The account is the one in the header `x-moto-account-id`, or that of an assumed role's access key.
- Log groups have neither a class nor deletion protection, their metric filters are never counted, and the policies of an account do not
  exist. The proxy adds those, as AWS sends them; what it adds is held against botocore's models too.
- Nothing is ever older than the test, and only Aurora may have IAM authentication. Ages and IAM authentication are set in moto's memory.
"""

import contextlib
import http.client
import json
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import boto3
import pytest
from botocore.config import Config
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator
from moto.logs.models import logs_backends
from moto.rds.models import rds_backends
from moto.server import ThreadedMotoServer

from binaries import FUNCTION as BINARY

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"

OWN_ACCOUNT, OTHER_ACCOUNT, REGION = "111122223333", "444455556666", "eu-west-1"
OWN_KEY = "AKIAOWNACCOUNTEXAMPLE"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{OWN_ACCOUNT}:function:neptune-audit-rule"
KMS_KEY = f"arn:aws:kms:{REGION}:{OWN_ACCOUNT}:key/1b7e5c1a-0d6f-4f0e-9c55-2b8d6b1f4a10"
STREAM = f"arn:aws:kinesis:{REGION}:{OWN_ACCOUNT}:stream/central"
ROLE = "audit/neptune-audit-rule-reader"
LONG = 1000  # hours; a cluster of that age had the time to write
WAIT = 60  # seconds until a test gives up on the function; nothing here is slow enough to come near it


# --- The Lambda Runtime API --------------------------------------------------------------------------------------------------


class RuntimeApi(ThreadingHTTPServer):
    """Hands events to the function, one at a time, and takes its answers."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), RuntimeHandler)
        self.events, self.answers, self.closed = queue.Queue(), queue.Queue(), threading.Event()

    @property
    def address(self):
        return f"127.0.0.1:{self.server_port}"


class RuntimeHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    PREFIX = "/2018-06-01/runtime"

    def do_GET(self):
        assert self.path == f"{self.PREFIX}/invocation/next", self.path
        while not self.server.closed.is_set():
            with contextlib.suppress(queue.Empty):
                body = json.dumps(self.server.events.get(timeout=0.2)).encode()
                headers = {
                    "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
                    "Lambda-Runtime-Deadline-Ms": str(round((time.time() + WAIT) * 1000)),
                    "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
                    "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793",
                    "Content-Type": "application/json",
                }
                return self.reply(200, body, headers)
        self.close_connection = True
        return None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.path.removeprefix(self.PREFIX).split("/")[-1]
        self.server.answers.put((kind, json.loads(body) if body else None))
        self.reply(202, b"{}", {"Content-Type": "application/json"})

    def reply(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Silence: pytest's output is for the results."""


# --- The proxy before moto ---------------------------------------------------------------------------------------------------


class Call:
    """A request that the function sent to AWS, and how botocore understands it."""

    def __init__(self, headers, body):
        self.access_key = re.search(r"Credential=([^/]+)/", headers["Authorization"]).group(1)
        target = headers.get("X-Amz-Target")
        if target:
            self.form, self.operation = None, target.split(".")[-1]
            self.model = service_model({"StarlingDoveService": "config", "Logs_20140328": "logs"}[target.split(".")[0]])
            self.parameters = json.loads(body)
        else:
            self.form = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
            self.operation = self.form["Action"]
            self.model = service_model({"2014-10-31": "neptune", "2011-06-15": "sts"}[self.form["Version"]])
            shape = self.model.operation_model(self.operation).input_shape
            self.parameters = from_form(shape, self.form)

    def check(self):
        """Shapes, enums, lengths and names; for a form also that botocore would have sent the very same one."""
        operation = self.model.operation_model(self.operation)
        problems = ParamValidator().validate(self.parameters, operation.input_shape)
        assert not problems.has_errors(), f"{self.operation}: {problems.generate_report()}"
        strict(operation.input_shape, self.parameters, self.operation)
        if self.form is not None:
            serializer = create_serializer(self.model.protocol)
            expected = serializer.serialize_to_request(self.parameters, operation)["body"]
            assert {name: str(value) for name, value in expected.items()} == self.form

    def check_answer(self, answer):
        """The same for an answer that was added to."""
        shape = self.model.operation_model(self.operation).output_shape
        problems = ParamValidator().validate(answer, shape)
        assert not problems.has_errors(), f"{self.operation}: {problems.generate_report()}"
        strict(shape, answer, self.operation)


def service_model(name):
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


def from_form(shape, form, prefix=""):
    """Undoes the AWS query protocol: `Filters.Filter.1.Name=engine` becomes a structure again."""
    if shape.type_name == "structure":
        found = {}
        for name, member in shape.members.items():
            key = prefix + member.serialization.get("name", name)
            if any(field == key or field.startswith(f"{key}.") for field in form):
                found[name] = from_form(member, form, key if member.type_name not in ("structure",) else f"{key}.")
        return found
    if shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        indices = sorted({int(m.group(1)) for field in form if (m := re.match(rf"{re.escape(prefix)}\.{item}\.(\d+)", field))})
        nested = "." if shape.member.type_name == "structure" else ""
        return [from_form(shape.member, form, f"{prefix}.{item}.{index}{nested}") for index in indices]
    text = form[prefix]
    return {"integer": int, "long": int, "boolean": lambda value: value == "true"}.get(shape.type_name, str)(text)


def strict(shape, value, where):
    """What botocore's validator lets pass and AWS does not: unknown members, enums, greatest lengths."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            assert name in shape.members, f"{where}.{name} is no member of {shape.name}"
            strict(shape.members[name], inner, f"{where}.{name}")
    elif shape.type_name == "list":
        assert len(value) <= shape.metadata.get("max", len(value)), f"{where} has {len(value)} entries"
        for index, inner in enumerate(value):
            strict(shape.member, inner, f"{where}[{index}]")
    elif shape.type_name == "string":
        assert not getattr(shape, "enum", None) or value in shape.enum, f"{where} is `{value}`"
        assert len(value) <= shape.metadata.get("max", len(value)), f"{where} has {len(value)} characters"
        pattern = shape.metadata.get("pattern")
        assert not pattern or re.search(pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s"), value, re.DOTALL), f"{where} is `{value}`"


class Gaps:
    """What moto leaves out of CloudWatch Logs, kept here and added to its answers."""

    def __init__(self):
        self.settings, self.policies = {}, []

    def answer(self, call):
        """What is answered in moto's place, with its status."""
        if call.operation == "GetComplianceDetailsByConfigRule":  # nothing is ever recorded with TestMode
            return 200, {"EvaluationResults": []}
        if call.operation == "DescribeAccountPolicies":
            assert call.parameters == {"policyType": "SUBSCRIPTION_FILTER_POLICY"}
            return 200, {"accountPolicies": self.policies}
        group = call.parameters.get("logGroupName")
        if call.operation == "DescribeSubscriptionFilters" and "logGroupClass" in self.settings.get(group, {}):
            return 400, {"__type": "ValidationException", "message": "This operation is only supported on the Standard log class."}
        return None

    def complete(self, call, answer):
        """Log groups with what moto does not say of them."""
        if call.operation != "DescribeLogGroups":
            return answer
        groups = json.loads(answer)
        for group in groups["logGroups"]:
            watched = logs_backends[OWN_ACCOUNT][REGION].describe_metric_filters(None, group["logGroupName"], None, None)
            group.update(self.settings.get(group["logGroupName"], {}), metricFilterCount=len(watched))
        # moto's own `nextToken` is null, where AWS leaves it out.
        call.check_answer({"logGroups": groups["logGroups"]})
        return json.dumps(groups).encode()


class Proxy(ThreadingHTTPServer):
    """Keeps what the function sends, and passes it to moto."""

    daemon_threads = True

    def __init__(self, moto):
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.moto, self.calls, self.unreadable, self.lock = moto, [], [], threading.Lock()
        self.gaps = Gaps()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class ProxyHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            status, headers, answer = self.forward(body)
        except Exception as error:  # what botocore cannot read or would not send must fail the test, not this thread
            with self.server.lock:
                self.server.unreadable.append(f"{error!r}: {body!r}")
            status, headers, answer = 400, {}, b""
        self.reply(status, answer, headers)

    def forward(self, body):
        """Status, headers and body of the answer to a request."""
        call = Call(self.headers, body)
        with self.server.lock:
            self.server.calls.append(call)
        instead = self.server.gaps.answer(call)
        if instead:
            status, answer = instead
            if status == 200:
                call.check_answer(answer)
            return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")}
        if call.access_key == OWN_KEY:
            headers["x-moto-account-id"] = OWN_ACCOUNT
        upstream = http.client.HTTPConnection(*self.server.moto, timeout=WAIT)
        try:
            upstream.request("POST", self.path, body, headers)
            answer = upstream.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() in ("content-type", "x-amzn-requestid", "x-amzn-errortype")}
            read = answer.read()
            return answer.status, kept, self.server.gaps.complete(call, read) if answer.status == 200 else read
        finally:
            upstream.close()

    reply = RuntimeHandler.reply
    log_message = RuntimeHandler.log_message


# --- The world in moto -------------------------------------------------------------------------------------------------------


class World:
    """What boto3 makes in moto, account by account."""

    def __init__(self, address):
        self.url = "http://{}:{}".format(*address)

    def client(self, service, account=OWN_ACCOUNT):
        client = boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id="AKIAWORLDBUILDEREXAMP",
            aws_secret_access_key="fictional",
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send.*", lambda request, **_: request.headers.update({"x-moto-account-id": account}))
        return client

    def group(self, name, parameters, account=OWN_ACCOUNT):
        neptune = self.client("neptune", account)
        neptune.create_db_cluster_parameter_group(DBClusterParameterGroupName=name, DBParameterGroupFamily="neptune1.4", Description=name)
        if parameters:
            neptune.modify_db_cluster_parameter_group(
                DBClusterParameterGroupName=name,
                Parameters=[
                    {"ParameterName": key, "ParameterValue": value, "ApplyMethod": "pending-reboot"} for key, value in parameters.items()
                ],
            )

    def cluster(self, name, group, exports=("audit",), instances=1, account=OWN_ACCOUNT, iam=False, tags=None, hours=0):
        neptune = self.client("neptune", account)
        made = neptune.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="neptune",
            DBClusterParameterGroupName=group,
            EnableCloudwatchLogsExports=list(exports),
            Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        )["DBCluster"]
        held = rds_backends[account][REGION].clusters[name]
        held.iam_auth = iam
        held.cluster_create_time -= timedelta(hours=hours)
        for number in range(instances):
            neptune.create_db_instance(
                DBInstanceIdentifier=f"{name}-{number + 1}", DBInstanceClass="db.r6g.large", Engine="neptune", DBClusterIdentifier=name
            )
        return made

    def log_group(self, cluster, days=365, key=KMS_KEY, newest=None, ingested=None, log_type="audit", forwarded=None, watched=False):
        """`newest` and `ingested` are the ages, in hours, of the newest event and of its arrival; without them there is an empty stream."""
        logs, name = self.client("logs"), f"/aws/neptune/{cluster}/{log_type}"
        logs.create_log_group(logGroupName=name, **({"kmsKeyId": key} if key else {}))
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        stream = f"{cluster}-1.audit.log.0"
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
        if newest is not None:
            logs.put_log_events(
                logGroupName=name,
                logStreamName=stream,
                logEvents=[{"timestamp": round((time.time() - newest * 3600) * 1000), "message": "1763280000000, 10.0.0.7, g.V().count()"}],
            )
            held = logs_backends[OWN_ACCOUNT][REGION].groups[name].streams[stream]
            held.last_ingestion_time -= timedelta(hours=newest if ingested is None else ingested)
        if forwarded is not None:
            logs.put_subscription_filter(logGroupName=name, filterName="central", filterPattern=forwarded, destinationArn=STREAM)
        if watched:
            logs.put_metric_filter(
                logGroupName=name,
                filterName="denied",
                filterPattern="AccessDenied",
                metricTransformations=[{"metricName": "Denied", "metricNamespace": "Audit", "metricValue": "1"}],
            )


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


@pytest.fixture(scope="module")
def proxy(moto):
    server = Proxy(moto)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def world(moto, proxy):
    """Clusters with different fates; each name says which."""
    world = World(moto)
    world.group("audited", {"neptune_enable_audit_log": "1"})
    world.group("unaudited", {"neptune_enable_audit_log": "0"})
    world.group("untouched", {})
    world.group("slow", {"neptune_enable_audit_log": "1", "neptune_enable_slow_query_log": "info"})
    world.clusters = {
        name: world.cluster(name, **how)
        for name, how in {
            "healthy": {"group": "audited", "instances": 2, "iam": True, "hours": LONG},
            "without-instances": {"group": "audited", "instances": 0},
            "not-exported": {"group": "audited", "exports": ()},
            "parameter-off": {"group": "unaudited"},
            "parameter-untouched": {"group": "untouched"},
            "slow-queries-only": {"group": "slow", "exports": ("slowquery",)},
            "both-logs": {"group": "slow", "exports": ("audit", "slowquery")},
            "kept-for-a-week": {"group": "audited"},
            "without-key": {"group": "audited"},
            "silent": {"group": "audited", "hours": LONG},
            "late": {"group": "audited", "hours": LONG},
            "empty": {"group": "audited", "hours": LONG},
            "stopped": {"group": "audited", "hours": LONG},
            "young": {"group": "audited"},
            "without-log-group": {"group": "audited", "hours": LONG},
            "without-log-group-yet": {"group": "audited"},
            "exempt": {"group": "audited", "exports": (), "tags": {"audit-trail": "not needed", "owner": "nobody"}},
            "sent-in-part": {"group": "audited"},
            "sent-by-the-account": {"group": "audited"},
            "infrequent": {"group": "audited"},
        }.items()
    }
    world.client("rds").create_db_cluster(DBClusterIdentifier="aurora", Engine="aurora-postgresql", MasterUsername="admin", MasterUserPassword="fictional")
    world.client("kinesis").create_stream(StreamName="central", ShardCount=1)
    world.client("neptune").stop_db_cluster(DBClusterIdentifier="stopped")
    world.log_group("healthy", newest=1, forwarded="", watched=True)
    world.log_group("kept-for-a-week", days=7, newest=1)
    world.log_group("without-key", key=None, newest=1)
    world.log_group("both-logs", newest=1)
    world.log_group("both-logs", newest=1, log_type="slowquery")
    world.log_group("silent", newest=100)
    world.log_group("late", newest=100, ingested=1)
    world.log_group("stopped", newest=100)
    for name in ("without-instances", "empty", "young", "sent-by-the-account", "infrequent"):
        world.log_group(name)
    world.log_group("sent-in-part", forwarded="AccessDenied")
    proxy.gaps.settings = {
        "/aws/neptune/healthy/audit": {"deletionProtectionEnabled": True},
        "/aws/neptune/infrequent/audit": {"logGroupClass": "INFREQUENT_ACCESS"},
    }
    excluded = [f"/aws/neptune/{name}/audit" for name in ("kept-for-a-week", "sent-in-part", "infrequent")]
    proxy.gaps.policies = [
        {
            "policyName": "everything",
            "policyType": "SUBSCRIPTION_FILTER_POLICY",
            "policyDocument": json.dumps({"DestinationArn": STREAM, "FilterPattern": "", "Distribution": "Random"}),
            "scope": "ALL",
            "selectionCriteria": f"LogGroupName NOT IN {json.dumps(excluded)}",
            "lastUpdatedTime": 1763280000000,
            "accountId": OWN_ACCOUNT,
        }
    ]
    world.log_group("without-log-group-but-longer", newest=1)
    world.group("audited", {"neptune_enable_audit_log": "1"}, OTHER_ACCOUNT)
    world.others = {
        "healthy": world.cluster("healthy", "audited", exports=(), account=OTHER_ACCOUNT),  # the same name, another fate
        "elsewhere": world.cluster("elsewhere", "audited", account=OTHER_ACCOUNT),
    }
    world.client("iam", OTHER_ACCOUNT).create_role(
        RoleName=ROLE.split("/")[1],
        Path="/audit/",
        AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": OWN_ACCOUNT}}]}
        ),
    )
    return world


# --- The function ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def binary():
    if not BINARY.is_file():
        pytest.fail(f"{BINARY} is not there: run `cargo build`, or name another with FUNCTION")
    return BINARY


def environment(proxy, runtime_api, region=REGION):
    """What Lambda sets, and nothing of the person's own AWS settings."""
    return {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": "neptune-audit-rule",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/neptune-audit-rule",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/16/[$LATEST]0123456789abcdef0123456789abcdef",
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": proxy.url,
        "AWS_ACCESS_KEY_ID": OWN_KEY,
        "AWS_SECRET_ACCESS_KEY": "fictional",
        "AWS_SESSION_TOKEN": "fictional",
    }


class Outcome:
    """What came of one event: the answer on the Runtime API and the calls made, each one checked."""

    def __init__(self, kind, answer, calls):
        self.kind, self.answer, self.calls = kind, answer, calls
        self.operations = [call.operation for call in calls]
        self.puts = [call.parameters for call in calls if call.operation == "PutEvaluations"]
        self.evaluations = {evaluation["ComplianceResourceId"]: evaluation for put in self.puts for evaluation in put["Evaluations"]}

    def verdict(self, cluster):
        evaluation = self.evaluations[cluster["DbClusterResourceId"]]
        assert evaluation["ComplianceResourceType"] == "AWS::RDS::DBCluster"
        broken = evaluation["ComplianceType"] == "NON_COMPLIANT"
        # Every code is in the first sentence: `audit: EXPORT_OFF, SILENT. To do: …`.
        return evaluation["ComplianceType"], re.findall(r"\b[A-Z_]+\b", evaluation["Annotation"].split(".")[0]) if broken else []


@contextlib.contextmanager
def process(command, **how):
    """A process that ends with the block."""
    started = subprocess.Popen(command, **how)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


@contextlib.contextmanager
def function(binary, proxy, region=REGION):
    """Runs the function; yields what sends an event to it through the Runtime API."""
    runtime = RuntimeApi()
    threading.Thread(target=runtime.serve_forever, daemon=True).start()
    log = []

    with process([binary], env=environment(proxy, runtime.address, region), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        threading.Thread(target=lambda: log.extend(running.stdout), daemon=True).start()

        def send(event):
            proxy.calls.clear()
            runtime.events.put(event)
            for _ in range(WAIT * 5):
                with contextlib.suppress(queue.Empty):
                    kind, answer = runtime.answers.get(timeout=0.2)
                    assert not proxy.unreadable, proxy.unreadable
                    calls = list(proxy.calls)
                    for call in calls:
                        call.check()
                    return Outcome(kind, answer, calls)
                assert running.poll() is None, "the function ended:\n" + "".join(log)
            raise AssertionError("the function did not answer:\n" + "".join(log))

        yield send
    runtime.closed.set()
    runtime.shutdown()
    runtime.server_close()


@pytest.fixture(scope="module")
def send(binary, world, proxy):
    """The one function of this module, in the world that moto holds."""
    with function(binary, proxy) as send:
        yield send


def change(cluster, parameters=None, name="changed", **item):
    """events/<name>.json about a cluster that moto made."""
    event = json.loads((EVENTS / f"{name}.json").read_text())
    invoking = json.loads(event["invokingEvent"])
    about = invoking.get("configurationItem") or invoking["configurationItemSummary"]
    about.update(
        {
            "resourceId": cluster["DbClusterResourceId"],
            "resourceName": cluster["DBClusterIdentifier"],
            "ARN": cluster["DBClusterArn"],
            **item,
        }
    )
    if about.get("configuration"):
        about["configuration"].update(
            dbclusterIdentifier=cluster["DBClusterIdentifier"],
            dbClusterResourceId=cluster["DbClusterResourceId"],
            dbclusterArn=cluster["DBClusterArn"],
        )
    event.update(invokingEvent=json.dumps(invoking), ruleParameters=json.dumps(parameters or {}), resultToken="TESTMODE")
    return event


def schedule(parameters=None, name="scheduled"):
    event = json.loads((EVENTS / f"{name}.json").read_text())
    if parameters is not None:
        event["ruleParameters"] = json.dumps(parameters)
    return {**event, "resultToken": "TESTMODE"}


# --- One cluster -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "verdict", "codes"),
    [
        ("healthy", "COMPLIANT", []),
        ("without-instances", "COMPLIANT", []),
        ("not-exported", "NON_COMPLIANT", ["EXPORT_OFF"]),
        ("parameter-off", "NON_COMPLIANT", ["PARAMETER_OFF"]),
        ("parameter-untouched", "NON_COMPLIANT", ["PARAMETER_OFF"]),
        ("slow-queries-only", "NON_COMPLIANT", ["EXPORT_OFF"]),
        ("without-log-group", "NON_COMPLIANT", ["LOG_GROUP_MISSING"]),
        ("without-log-group-yet", "COMPLIANT", []),
    ],
)
def test_a_changed_cluster_is_judged_as_moto_describes_it_in_four_calls(world, send, name, verdict, codes):
    outcome = send(change(world.clusters[name]))
    assert outcome.kind == "response", outcome.answer
    assert outcome.verdict(world.clusters[name]) == (verdict, codes)
    assert sorted(outcome.operations) == ["DescribeDBClusterParameters", "DescribeDBClusters", "DescribeLogGroups", "PutEvaluations"]


def test_a_log_group_that_is_not_required_is_not_asked_for(world, send):
    outcome = send(change(world.clusters["without-log-group"], {"logGroupRequired": "false"}))
    assert outcome.verdict(world.clusters["without-log-group"]) == ("COMPLIANT", [])
    assert sorted(outcome.operations) == ["DescribeDBClusterParameters", "DescribeDBClusters", "PutEvaluations"]


@pytest.mark.parametrize(("name", "sentence"), [("healthy", "callers named (IAM)"), ("young", "callers not named (no IAM authentication)")])
def test_whether_callers_are_named_is_evidence_also_where_nobody_asks(world, send, name, sentence):
    outcome = send(change(world.clusters[name]))
    assert sentence in outcome.evaluations[world.clusters[name]["DbClusterResourceId"]]["Annotation"]


def test_the_token_testmode_sets_test_mode_and_is_passed_through(world, send):
    (put,) = send(change(world.clusters["healthy"])).puts
    assert put["TestMode"] is True
    assert put["ResultToken"] == "TESTMODE"


@pytest.mark.parametrize(
    ("name", "verdict", "codes"),
    [
        ("both-logs", "COMPLIANT", []),
        ("slow-queries-only", "NON_COMPLIANT", ["EXPORT_OFF"]),
        ("not-exported", "NON_COMPLIANT", ["EXPORT_OFF", "PARAMETER_OFF", "EXPORT_OFF"]),
    ],
)
def test_both_log_types_are_judged_when_both_are_asked_for(world, send, name, verdict, codes):
    assert send(change(world.clusters[name], {"logTypes": "audit,slowquery"})).verdict(world.clusters[name]) == (verdict, codes)


@pytest.mark.parametrize(
    ("name", "parameters", "verdict", "codes"),
    [
        ("healthy", {"minimumRetentionDays": "365", "maximumRetentionDays": "365", "logGroupEncrypted": "true"}, "COMPLIANT", []),
        ("healthy", {"minimumRetentionDays": "366"}, "NON_COMPLIANT", ["RETENTION_TOO_SHORT"]),
        ("healthy", {"maximumRetentionDays": "364"}, "NON_COMPLIANT", ["RETENTION_TOO_LONG"]),
        ("kept-for-a-week", {"minimumRetentionDays": "30"}, "NON_COMPLIANT", ["RETENTION_TOO_SHORT"]),
        ("without-key", {"logGroupEncrypted": "true"}, "NON_COMPLIANT", ["NOT_ENCRYPTED"]),
        ("healthy", {"maximumSilenceHours": "24"}, "COMPLIANT", []),
        ("silent", {"maximumSilenceHours": "24"}, "NON_COMPLIANT", ["SILENT"]),
        ("silent", {"maximumSilenceHours": "101"}, "COMPLIANT", []),
        ("late", {"maximumSilenceHours": "24"}, "COMPLIANT", []),
        ("empty", {"maximumSilenceHours": "24"}, "NON_COMPLIANT", ["SILENT"]),
        ("stopped", {"maximumSilenceHours": "24"}, "COMPLIANT", []),
        ("young", {"maximumSilenceHours": "24"}, "COMPLIANT", []),
        ("without-log-group-yet", {"maximumSilenceHours": "24"}, "COMPLIANT", []),
        ("without-log-group-yet", {"minimumRetentionDays": "1"}, "NON_COMPLIANT", ["LOG_GROUP_MISSING"]),
        ("healthy", {"iamAuthentication": "true"}, "COMPLIANT", []),
        ("young", {"iamAuthentication": "true"}, "NON_COMPLIANT", ["CALLER_UNKNOWN"]),
        ("healthy", {"logGroupDeletionProtected": "true"}, "COMPLIANT", []),
        ("young", {"logGroupDeletionProtected": "true"}, "NON_COMPLIANT", ["DELETABLE"]),
        ("healthy", {"logGroupMetricFilter": "true"}, "COMPLIANT", []),
        ("young", {"logGroupMetricFilter": "true"}, "NON_COMPLIANT", ["NOT_WATCHED"]),
        ("healthy", {"forwardingDestination": STREAM}, "COMPLIANT", []),
        ("healthy", {"forwardingDestination": "arn:aws:logs:*"}, "NON_COMPLIANT", ["NOT_FORWARDED"]),
        ("sent-by-the-account", {"forwardingDestination": STREAM}, "COMPLIANT", []),
        ("kept-for-a-week", {"forwardingDestination": STREAM}, "NON_COMPLIANT", ["NOT_FORWARDED"]),
        ("sent-in-part", {"forwardingDestination": STREAM}, "NON_COMPLIANT", ["NOT_FORWARDED"]),
        ("infrequent", {"forwardingDestination": "*"}, "NON_COMPLIANT", ["NOT_FORWARDED"]),
        ("without-log-group", {"logGroupEncrypted": "true"}, "NON_COMPLIANT", ["LOG_GROUP_MISSING"]),
        ("without-log-group", {"forwardingDestination": "*", "maximumSilenceHours": "1"}, "NON_COMPLIANT", ["LOG_GROUP_MISSING"]),
    ],
)
def test_log_groups_are_judged_as_moto_describes_them(world, send, name, parameters, verdict, codes):
    outcome = send(change(world.clusters[name], parameters))
    assert outcome.kind == "response", outcome.answer
    assert outcome.verdict(world.clusters[name]) == (verdict, codes)


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("healthy", ["DescribeSubscriptionFilters"]),
        ("sent-by-the-account", ["DescribeAccountPolicies", "DescribeSubscriptionFilters"]),
    ],
)
def test_the_policies_of_the_account_are_asked_for_where_no_filter_satisfies(world, send, name, calls):
    outcome = send(change(world.clusters[name], {"forwardingDestination": STREAM}))
    assert sorted(call for call in outcome.operations if call in ("DescribeAccountPolicies", "DescribeSubscriptionFilters")) == calls


@pytest.mark.parametrize(
    ("tag", "verdict"),
    [
        ("audit-trail", "NOT_APPLICABLE"),
        ("audit-trail=not needed", "NOT_APPLICABLE"),
        ("audit-trail=needed", "NON_COMPLIANT"),
        ("Audit-trail", "NON_COMPLIANT"),
    ],
)
def test_a_tag_exempts_a_cluster_with_a_broken_link(world, send, tag, verdict):
    cluster = world.clusters["exempt"]
    for event in (change(cluster, {"exemptTag": tag}), schedule({"exemptTag": tag})):
        outcome = send(event)
        assert outcome.kind == "response", outcome.answer
        evaluation = outcome.evaluations[cluster["DbClusterResourceId"]]
        assert evaluation["ComplianceType"] == verdict
        assert ("audit-trail" in evaluation["Annotation"]) == (verdict == "NOT_APPLICABLE")
        tagged = [call.parameters["ResourceName"] for call in outcome.calls if call.operation == "ListTagsForResource"]
        assert cluster["DBClusterArn"] in tagged


def test_the_tags_of_a_whole_cluster_are_not_read(world, send):
    outcome = send(change(world.clusters["healthy"], {"exemptTag": "audit-trail"}))
    assert outcome.verdict(world.clusters["healthy"]) == ("COMPLIANT", [])
    assert "ListTagsForResource" not in outcome.operations


def test_a_rule_that_asks_for_every_link_finds_them_all_in_moto(world, send):
    event = json.loads((EVENTS / "changed-strict-rule.json").read_text())
    parameters = {**json.loads(event["ruleParameters"]), "forwardingDestination": STREAM}
    for event in (change(world.clusters["healthy"], parameters), schedule(parameters)):
        outcome = send(event)
        assert outcome.kind == "response", outcome.answer
        assert outcome.verdict(world.clusters["healthy"]) == ("COMPLIANT", [])
        for call in ("DescribeLogGroups", "DescribeSubscriptionFilters", "DescribeLogStreams"):
            assert call in outcome.operations


@pytest.mark.parametrize("value", ["nonsense", "arn:aws:logs"])
def test_a_destination_that_cannot_be_one_is_refused_before_any_call(world, send, value):
    outcome = send(change(world.clusters["healthy"], {"forwardingDestination": value}))
    assert outcome.kind == "error"
    assert "forwardingDestination" in outcome.answer["errorMessage"]
    assert value in outcome.answer["errorMessage"]
    assert not outcome.operations


@pytest.mark.parametrize("name", ["deleted", "deleted-not-recorded", "not-recorded", "left-scope", "oversized-deletion", "aurora", "db-instance"])
def test_what_needs_no_read_is_answered_with_one_call(send, name):
    event = json.loads((EVENTS / f"{name}.json").read_text())
    outcome = send({**event, "resultToken": "TESTMODE"})
    assert outcome.operations == ["PutEvaluations"]
    (evaluation,) = outcome.evaluations.values()
    assert evaluation["ComplianceType"] == "NOT_APPLICABLE"
    assert evaluation["Annotation"]


def test_a_cluster_that_moto_does_not_know_is_gone(world, send):
    gone = {"DBClusterIdentifier": "gone", "DbClusterResourceId": "cluster-GONE", "DBClusterArn": f"arn:aws:rds:{REGION}:{OWN_ACCOUNT}:cluster:gone"}
    outcome = send(change(gone))
    assert outcome.kind == "response", outcome.answer
    assert outcome.verdict(gone)[0] == "NOT_APPLICABLE"


def test_a_name_that_belongs_to_another_cluster_now_is_not_judged_by_it(world, send):
    former = {**world.clusters["healthy"], "DbClusterResourceId": "cluster-FORMER"}
    assert send(change(former)).verdict(former)[0] == "NOT_APPLICABLE"


def test_an_oversized_item_is_looked_up_like_any_other(world, send):
    cluster = world.clusters["parameter-off"]
    assert send(change(cluster, name="oversized")).verdict(cluster) == ("NON_COMPLIANT", ["PARAMETER_OFF"])


def test_a_parameter_group_that_cannot_be_read_is_an_error_and_no_verdict(world, send):
    """moto has no default parameter groups, so a cluster on one is what AWS shows when a group was deleted meanwhile."""
    cluster = world.cluster("on-a-default-group", "default.neptune1.4")
    try:
        outcome = send(change(cluster))
    finally:
        neptune = world.client("neptune")
        neptune.delete_db_instance(DBInstanceIdentifier="on-a-default-group-1", SkipFinalSnapshot=True)
        neptune.delete_db_cluster(DBClusterIdentifier="on-a-default-group", SkipFinalSnapshot=True)
    assert outcome.kind == "error"
    assert "default.neptune1.4" in outcome.answer["errorMessage"]
    assert not outcome.evaluations


# --- Every cluster -----------------------------------------------------------------------------------------------------------

VERDICTS = {
    "healthy": ("COMPLIANT", []),
    "without-instances": ("COMPLIANT", []),
    "not-exported": ("NON_COMPLIANT", ["EXPORT_OFF"]),
    "parameter-off": ("NON_COMPLIANT", ["PARAMETER_OFF"]),
    "parameter-untouched": ("NON_COMPLIANT", ["PARAMETER_OFF"]),
    "slow-queries-only": ("NON_COMPLIANT", ["EXPORT_OFF"]),
    "both-logs": ("COMPLIANT", []),
    "kept-for-a-week": ("COMPLIANT", []),
    "without-key": ("COMPLIANT", []),
    "silent": ("COMPLIANT", []),
    "late": ("COMPLIANT", []),
    "empty": ("COMPLIANT", []),
    "stopped": ("COMPLIANT", []),
    "young": ("COMPLIANT", []),
    "without-log-group": ("NON_COMPLIANT", ["LOG_GROUP_MISSING"]),
    "without-log-group-yet": ("COMPLIANT", []),
    "exempt": ("NON_COMPLIANT", ["EXPORT_OFF"]),
    "sent-in-part": ("COMPLIANT", []),
    "sent-by-the-account": ("COMPLIANT", []),
    "infrequent": ("COMPLIANT", []),
}


@pytest.mark.parametrize("name", ["scheduled", "scheduled-blank-parameters", "snapshot-delivered"])
def test_a_schedule_judges_every_neptune_cluster_and_no_other(world, send, name):
    outcome = send(schedule(name=name))
    assert outcome.kind == "response", outcome.answer
    assert {name: outcome.verdict(cluster) for name, cluster in world.clusters.items()} == VERDICTS
    assert len(outcome.evaluations) == len(world.clusters)


def test_a_schedule_reads_each_parameter_group_once_and_lists_clusters_with_a_filter(world, send):
    outcome = send(schedule())
    groups = sorted(call.parameters["DBClusterParameterGroupName"] for call in outcome.calls if call.operation == "DescribeDBClusterParameters")
    assert groups == ["audited", "slow", "unaudited", "untouched"]
    (listing,) = [call.parameters for call in outcome.calls if call.operation == "DescribeDBClusters"]
    assert listing["Filters"] == [{"Name": "engine", "Values": ["neptune"]}]


def test_a_schedule_lists_log_groups_by_prefix_and_takes_exact_names_only(world, send):
    outcome = send(schedule({"minimumRetentionDays": "30", "logGroupEncrypted": "true"}))
    assert outcome.kind == "response", outcome.answer
    assert outcome.verdict(world.clusters["healthy"]) == ("COMPLIANT", [])
    assert outcome.verdict(world.clusters["kept-for-a-week"]) == ("NON_COMPLIANT", ["RETENTION_TOO_SHORT"])
    assert outcome.verdict(world.clusters["without-key"]) == ("NON_COMPLIANT", ["NOT_ENCRYPTED"])
    assert outcome.verdict(world.clusters["without-log-group"]) == ("NON_COMPLIANT", ["LOG_GROUP_MISSING"])
    assert outcome.operations.count("DescribeLogGroups") == 1


def test_a_schedule_for_another_account_reads_and_reports_with_that_accounts_role(world, send):
    outcome = send(schedule(name="scheduled-other-account"))
    assert outcome.kind == "response", outcome.answer
    (assumed,) = [call.parameters for call in outcome.calls if call.operation == "AssumeRole"]
    assert assumed["RoleArn"] == f"arn:aws:iam::{OTHER_ACCOUNT}:role/{ROLE}"
    assert outcome.verdict(world.others["elsewhere"]) == ("COMPLIANT", [])
    assert outcome.verdict(world.others["healthy"]) == ("NON_COMPLIANT", ["EXPORT_OFF"])
    assert len(outcome.evaluations) == len(world.others)
    keys = {call.access_key for call in outcome.calls if call.operation != "AssumeRole"}
    assert len(keys) == 1
    assert OWN_KEY not in keys


def test_without_a_role_another_account_is_refused_before_any_call(send):
    outcome = send(schedule(name="scheduled-other-account-without-role"))
    assert outcome.kind == "error"
    assert "executionRoleName" in outcome.answer["errorMessage"]
    assert not outcome.operations


def test_a_region_without_clusters_still_gets_its_put(binary, world, proxy):
    """moto refuses the empty list that AWS takes, so the invocation fails; what was sent is what counts."""
    with function(binary, proxy, region="eu-north-1") as send:
        outcome = send(schedule())
    assert outcome.puts
    assert all(put["Evaluations"] == [] for put in outcome.puts)
    assert outcome.kind == "error"
    assert "InvalidParameterValueException" in outcome.answer["errorMessage"]


# --- cargo-lambda's runtime emulator -----------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_under_cargo_lambdas_runtime_emulator_a_role_stands_in_for_the_account_that_it_does_not_tell(binary, world, proxy, tmp_path):
    """`cargo lambda watch` invokes with the ARN `function-arn` and a deadline in 1970: neither says anything, so neither may decide anything.

    A function that cannot tell its own account must not guess that an event is for it; with a role, the account no longer matters.
    """
    cargo_lambda = shutil.which("cargo-lambda", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if cargo_lambda is None:
        pytest.fail("cargo-lambda is not installed: run `make venv`")
    port = free_port()
    emulator = ["--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    with contextlib.ExitStack() as running:
        log = running.enter_context((tmp_path / "log").open("w+"))
        running.enter_context(process([cargo_lambda, "lambda", "watch", "--only-lambda-apis", *emulator], cwd=ROOT, stdout=log, stderr=log))
        for _ in range(WAIT * 5):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.2)
        running.enter_context(process([binary], env=environment(proxy, f"http://127.0.0.1:{port}/.rt"), stdout=log, stderr=log))

        def invoke(event):
            proxy.calls.clear()
            file = tmp_path / "event.json"
            file.write_text(json.dumps(event))
            # The name of the function is `_` because the emulator did not start it.
            command = [cargo_lambda, "lambda", "invoke", "_", *emulator, "--data-file", file]
            return subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=False), Outcome(None, None, list(proxy.calls))

        refusal, outcome = invoke(change(world.clusters["healthy"]))
        assert refusal.returncode != 0
        assert "ForeignAccount" in refusal.stderr
        assert not outcome.operations
        for name, verdict in [("healthy", ("COMPLIANT", [])), ("parameter-off", ("NON_COMPLIANT", ["PARAMETER_OFF"]))]:
            answer, outcome = invoke(change(world.clusters[name], {"executionRoleName": ROLE}))
            log.seek(0)
            assert answer.returncode == 0, f"{answer.stdout}{answer.stderr}\n{log.read()}"
            assert outcome.verdict(world.clusters[name]) == verdict
