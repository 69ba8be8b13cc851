"""The default processor: the function is built for arm64 as it is released, and answers an event. Minutes: marked slow."""

import shutil
import subprocess
import zipfile

import pytest

import arm64
from binaries import DEMO
from templates import ROOT


@pytest.mark.slow
def test_the_function_for_arm64_answers_an_event(tmp_path):
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    try:
        environment, runner = arm64.build_environment(), arm64.runner()
    except arm64.Missing as reason:
        pytest.skip(str(reason))
    built = subprocess.run(["deploy/package.sh", "arm64"], cwd=ROOT, env={**environment, "DIST": str(tmp_path)}, capture_output=True, text=True, timeout=3600)
    assert built.returncode == 0, built.stdout + built.stderr
    with zipfile.ZipFile(tmp_path / "neptune-audit-rule-arm64.zip") as packed:
        packed.extract("bootstrap", tmp_path)
    (tmp_path / "bootstrap").chmod(0o755)
    # The demo starts a program and hands it one event; this one runs the function on the other processor.
    function = tmp_path / "function"
    function.write_text(f'#!/bin/sh\nexec {" ".join(runner)} {tmp_path}/bootstrap "$@"\n')
    function.chmod(0o755)
    done = subprocess.run([DEMO, "--function", function, "events/changed.json"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "COMPLIANT" in done.stdout, done.stdout
