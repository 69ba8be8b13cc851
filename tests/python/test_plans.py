"""The plans that the Rust tests judge are those that Terraform makes of the cases beside them."""

import shutil
import subprocess

import pytest
from binaries import COMMAND
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


@pytest.mark.skipif(not PYTHON.exists(), reason=".venv/gate is missing: make gate")
@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")
def test_what_is_said_of_a_plan_is_what_an_apply_makes_of_it():
    """Configurations made at random, planned, judged, and applied: nothing passes whose log stays off, nothing fails whose log is on."""
    arguments = [PYTHON, PLANS / "made_at_random.py", COMMAND, *map(str, range(3))]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    for said in ("on PASS", "off FAIL", "on UNDECIDED", "off UNDECIDED"):
        assert said in done.stdout, done.stdout
