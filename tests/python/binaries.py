"""Where the built programs are: each where its variable says, else where cargo builds (CARGO_TARGET_DIR, else target)."""

import os
from pathlib import Path

TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or Path(__file__).resolve().parents[2] / "target")


def binary(variable, name):
    return Path(os.environ.get(variable) or TARGET / "debug" / name)


FUNCTION = binary("FUNCTION", "neptune-audit-rule")
COMMAND = binary("COMMAND", "neptune-audit")
EMULATOR = binary("EMULATOR", "emulator")
DEMO = binary("DEMO", "demo")
