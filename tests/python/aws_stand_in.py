"""moto as the AWS of the deployment's tests, and before it what moto lacks: conformance packs."""

import http.client
import http.server
import json
import threading
import urllib.request

import boto3
import pytest
from moto.server import ThreadedMotoServer

from workplace import REGION

BUCKET = "code-bucket"
CONFIG = "StarlingDoveService."


class PackServer(http.server.ThreadingHTTPServer):
    """Keeps what AWS Config is asked about conformance packs, and hands everything else to moto."""

    daemon_threads = True

    def __init__(self, moto):
        super().__init__(("127.0.0.1", 0), PackHandler)
        self.moto = moto
        self.asked, self.packs, self.states, self.regions = [], [], ["CREATE_COMPLETE"], []
        self.denied = None
        threading.Thread(target=self.serve_forever, daemon=True).start()


class PackHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        action = self.headers.get("X-Amz-Target", "").removeprefix(CONFIG)
        if "ConformancePack" not in action:
            return self.forward(body)
        request = json.loads(body)
        self.server.asked.append((action, request))
        # The credential of a signature ends in <date>/<Region>/<service>/aws4_request.
        self.server.regions.append(self.headers["Authorization"].split("Credential=")[1].split("/")[2])
        if f"config:{action}" == self.server.denied:
            message = f"User: arn:aws:iam::123456789012:user/somebody is not authorized to perform: {self.server.denied}"
            return self.send(400, json.dumps({"__type": "AccessDeniedException", "message": message}).encode())
        if action == "DescribeConformancePacks":
            return self.send(200, json.dumps({"ConformancePackDetails": self.server.packs}).encode())
        if action == "DescribeConformancePackStatus":
            state = self.server.states.pop(0) if len(self.server.states) > 1 else self.server.states[0]
            detail = {"ConformancePackState": state, "ConformancePackStatusReason": "the function cannot be invoked"}
            return self.send(200, json.dumps({"ConformancePackStatusDetails": [detail]}).encode())
        return self.send(200, b"{}")

    def forward(self, body):
        connection = http.client.HTTPConnection(*self.server.moto)
        connection.request(self.command, self.path, body, dict(self.headers))
        with connection.getresponse() as answer:
            content = answer.read()
            self.send(answer.status, content, answer.getheaders())

    def send(self, status, content, headers=(("Content-Type", "application/x-amz-json-1.1"),)):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        else:
            self.send_header("Content-Length", dict(headers).get("Content-Length", "0"))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = answer

    def log_message(self, *_):
        pass


class Aws:
    """moto, what it was asked, and the environment that leads to it."""

    def __init__(self, server):
        # SAM makes the template's address out of the endpoint's; moto understands it as localhost only.
        host, port = server.get_host_and_port()
        self.moto = (host, port)
        self.endpoint = f"http://localhost:{port}"
        self.environment = {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL": self.endpoint,
            "CODE_BUCKET": BUCKET,
        }

    def client(self, service, region=REGION):
        return boto3.client(service, region_name=region, endpoint_url=self.endpoint, aws_access_key_id="testing", aws_secret_access_key="testing")

    def make_bucket(self, name, region=REGION):
        self.client("s3", region).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})

    def objects(self, bucket=BUCKET):
        s3 = self.client("s3")
        return {item["Key"]: s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}

    def make_stack(self, name="neptune-audit-rule", outputs=(), **parameters):
        """A stack with these parameters and outputs, of nothing that matters."""
        template = {
            "Parameters": {key: {"Type": "String"} for key in parameters},
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
            "Outputs": {key: {"Value": value} for key, value in dict(outputs).items()},
        }
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        self.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template), Parameters=given)

    def change_sets(self, stack="neptune-audit-rule", region=REGION):
        cloudformation = self.client("cloudformation", region)
        try:
            return cloudformation.list_change_sets(StackName=stack)["Summaries"]
        except cloudformation.exceptions.ClientError:
            return []


@pytest.fixture(scope="session")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def aws(moto):
    """An AWS without anything but the bucket for code."""
    aws = Aws(moto)
    urllib.request.urlopen(urllib.request.Request(f"{aws.endpoint}/moto-api/reset", method="POST")).close()
    aws.make_bucket(BUCKET)
    return aws


@pytest.fixture
def packs(aws):
    """The same, with conformance packs."""
    server = PackServer(aws.moto)
    aws.environment["AWS_ENDPOINT_URL"] = f"http://localhost:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()
