"""The tests run what was built, wherever cargo builds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PRINT = "import arm64, binaries; print(binaries.FUNCTION, binaries.COMMAND, binaries.EMULATOR, binaries.DEMO, arm64.FOLDER)"


def found(**variables):
    clean = {name: value for name, value in os.environ.items() if name not in ("CARGO_TARGET_DIR", "FUNCTION", "COMMAND", "EMULATOR")}
    done = subprocess.run([sys.executable, "-c", PRINT], cwd=HERE, env=clean | variables, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_every_binary_is_looked_for_in_the_target_folder_that_cargo_is_told():
    names = ["debug/neptune-audit-rule", "debug/neptune-audit", "debug/emulator", "debug/demo", "arm64"]
    assert found(CARGO_TARGET_DIR="/elsewhere") == [f"/elsewhere/{name}" for name in names]
    assert found() == [f"{HERE.parents[1]}/target/{name}" for name in names]


def test_a_variable_names_one_binary():
    assert found(CARGO_TARGET_DIR="/elsewhere", FUNCTION="/one/function")[:2] == ["/one/function", "/elsewhere/debug/neptune-audit"]


@pytest.mark.parametrize("path", sorted(path for path in HERE.glob("*.py") if path.name not in ("binaries.py", "test_binaries.py")), ids=lambda path: path.name)
def test_no_test_knows_a_target_folder_of_its_own(path):
    assert not re.findall(r"[\"'/]target/[a-z]+\d*/?[\w-]*", path.read_text().replace("/fixtures/plans/target", "").replace('"plans/target/', ""))
