"""The plans that the Rust tests judge are those that Terraform makes of the cases beside them."""

import shutil
import subprocess

import pytest
from templates import ROOT

PLANS = ROOT / "crates/cli/tests/fixtures/plans"
PYTHON = ROOT / ".venv/gate/bin/python"


@pytest.mark.skipif(not PYTHON.exists(), reason=".venv/gate is missing: make gate")
@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")
def test_terraform_makes_the_plans_that_are_kept():
    done = subprocess.run([PYTHON, PLANS / "make_plans.py", "--check"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")
def test_the_cases_are_formatted():
    done = subprocess.run(["terraform", "fmt", "-check", "-recursive", PLANS], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_case_has_its_plan():
    cases = {path.parent.name for name in ("main.tf", "source") for path in PLANS.glob(f"*/{name}")}
    assert cases == {path.parent.name for path in PLANS.glob("*/plan.json")}
    assert len(cases) >= 10
