"""The function is built as `make deploy` builds it, and what SAM would upload is looked at. Minutes: marked slow."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from templates import ROOT, load, parse


@pytest.mark.slow
def test_sam_builds_an_executable_for_lambda_and_keeps_the_template(tmp_path):
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    environment = {
        **os.environ,
        "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
    }
    # For this machine's architecture, whose standard library is there; arm64 needs rustup's network.
    machine = {"aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    command = [ROOT / ".venv/sam/bin/sam", "build", "--build-dir", tmp_path, "--parameter-overrides", f"Architecture={machine}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr

    bootstrap = tmp_path / "NeptuneAuditRuleFunction/bootstrap"
    assert bootstrap.read_bytes()[:4] == b"\x7fELF"
    assert os.access(bootstrap, os.X_OK)
    # What Lambda takes as a zip that is uploaded directly: 50 MB. Far more than needed, so a much lower bound.
    assert bootstrap.stat().st_size < 20_000_000
    built = parse((tmp_path / "template.yaml").read_text())
    assert set(built["Resources"]) == set(load("template.yaml")["Resources"])
    location = built["Resources"]["Runbook"]["Properties"]["Content"]["Fn::Transform"]["Parameters"]["Location"]
    assert (tmp_path / Path(location)).resolve() == ROOT / "remediation/NeptuneAuditLog-Enable.yaml"
