"""The command `neptune-audit`, run on an emulated AWS, for the tests of what it prints."""

import contextlib
import html
import http.client
import json
import os
import subprocess
import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from binaries import COMMAND, EMULATOR

ROOT = Path(__file__).resolve().parents[2]
HOME, OTHER, REGION = "111122223333", "444455556666", "eu-west-1"
ROLE = "audit/neptune-audit-reader"
# What wants to break out of each format: markup, an attribute, a formula, a colour of the terminal, a line.
HOSTILE = "=<img src=x onerror=\"alert('1')\">&]]>"
EVERYWHERE = ["--account", f"{HOME},{OTHER}", "--role-name", ROLE, "--region", "eu-west-1,us-east-1", "--maximum-silence-hours", "24"]
IGNORE = '[[ignore]]\ncluster = "legacy"\nreason = "goes away in March"\nuntil = 2999-03-31\n'


def fleet():
    """Two accounts, two Regions, and one cluster of each kind."""

    def cluster(name, group="audited", exports=("audit",), **more):
        members = [{"identifier": f"{name}-1", "writer": True}]
        return {"identifier": name, "parameter_group": group, "exports": list(exports), "iam_authentication": True, "members": members, **more}

    def place(clusters, **more):
        groups = {name: {"parameters": {"neptune_enable_audit_log": value}} for name, value in (("audited", "1"), ("unaudited", "0"))}
        logs = [
            {"name": f"/aws/neptune/{each['identifier']}/audit", "retention_in_days": 365, "streams": [{"name": "one", "hours_since_last_event": 1}]}
            for each in clusters
        ]
        return {"clusters": clusters, "parameter_groups": groups, "log_groups": logs, **more}

    here = [
        cluster("payments"),
        cluster("orders", group="unaudited", exports=()),
        cluster("legacy", group="unaudited"),
        cluster("sandbox", group="unaudited", tags={"audited": "no"}),
        cluster("hostile", exports=()),
        cluster("unreadable"),
    ]
    home = place(here, regions={"us-east-1": place([cluster("payments")])})
    other = place([cluster("search")], regions={"us-east-1": place([cluster("search")], denied=["rds:*"])}, roles=[{"name": ROLE, "trusts": [HOME]}])
    return {"accounts": {HOME: home, OTHER: other}, "organization": {}}


class Proxy(ThreadingHTTPServer):
    """Stands before the emulator, which takes no name that AWS would refuse, and renames the cluster `hostile` in its answers."""

    daemon_threads = True

    def __init__(self, endpoint):
        super().__init__(("127.0.0.1", 0), Passing)
        self.upstream = urllib.parse.urlsplit(endpoint).netloc
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        try:
            upstream.request("POST", self.path, body, {name: value for name, value in self.headers.items() if name.lower() != "content-length"})
            answer = upstream.getresponse()
            text = answer.read().replace(b"<DBClusterIdentifier>hostile<", f"<DBClusterIdentifier>{html.escape(HOSTILE)}<".encode())
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "connection", "date", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        finally:
            upstream.close()

    def log_message(self, *_):
        """Silence: pytest's output is for the results."""


class Stage:
    """The emulator, and a folder that the command takes for its home."""

    def __init__(self, endpoint, folder):
        self.endpoint, self.folder, self.proxy = endpoint, folder, Proxy(endpoint)

    def control(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_emulator/{path}", data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def environment(self, **more):
        """Nothing of the person's own AWS settings; no machine of EC2 is asked for credentials."""
        known = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TERM": "xterm-256color", "AWS_ENDPOINT_URL": self.proxy.url}
        keys = {"AWS_ACCESS_KEY_ID": "AKIAHOMEACCOUNT00000", "AWS_SECRET_ACCESS_KEY": "fictional", "AWS_REGION": REGION}
        return {**known, **keys, "AWS_EC2_METADATA_DISABLED": "true", **more}

    def scan(self, *arguments):
        command = [COMMAND, "scan", *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=120)


@contextlib.contextmanager
def stage(folder):
    for program in (COMMAND, EMULATOR):
        assert program.is_file(), f"{program} is missing: `make build` makes it"
    (folder / ".neptune-audit.toml").write_text(IGNORE)
    started = subprocess.Popen([EMULATOR, "serve"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        made = Stage(started.stdout.readline().strip(), folder)
        made.control("fleet", fleet(), method="PUT")
        made.control("faults", {"action": "logs:DescribeLogStreams", "matching": "unreadable", "kind": "deny"}, method="POST")
        yield made
        made.proxy.shutdown()
        made.proxy.server_close()
    finally:
        started.kill()
        started.wait()
