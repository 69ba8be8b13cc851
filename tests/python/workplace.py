"""A copy of what `make deploy` works with, a Rust toolchain that builds in no time, and an AWS that is moto on this machine."""

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from templates import ROOT

PYTHON = ROOT / ".venv/sam/bin/python"
REGION = "eu-west-1"
MACHINE = {"arm64": 183, "x86_64": 62}
TARGET = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}

CARGO = """#!{python}
import pathlib, sys
if sys.argv[1:2] == ["metadata"]:
    sys.exit()
with open({calls!r}, "a") as calls:
    print(*sys.argv[1:], file=calls)
arguments = sys.argv[1:]
if arguments[:2] == ["lambda", "build"]:
    option = lambda name: arguments[arguments.index(name) + 1]
    folder = pathlib.Path(option("--lambda-dir"), option("--bin"))
    folder.mkdir(parents=True)
    built = pathlib.Path({builds!r}, option("--target") + ".zip")
    (folder / "bootstrap.zip").write_bytes(built.read_bytes())
"""

# A Python that makes no environments, and writes down which ones it should.
BARE_PYTHON = """#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
    echo "$3" >>{installations}
    exit 1
fi
exec {python} "$@"
"""


def zipped(architecture, mode=0o755, name="bootstrap"):
    """A zip as cargo-lambda makes it, of a program that only has a header."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, MACHINE[architecture]) + bytes(44)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        packed.writestr(info, header)
    return buffer.getvalue()


class Workplace:
    """`make` in a folder of its own, so that nobody's `dist` is written to."""

    def __init__(self, folder, targets=("arm64", "x86_64"), rust="1.99.0"):
        self.root = folder / "project"
        self.root.mkdir()
        for name in ("Makefile", "Cargo.toml", "template.yaml"):
            shutil.copy2(ROOT / name, self.root)
        for name in (".ci", "deploy", "remediation", "tests"):
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("terraform", "node_modules", "rule", "python", "__pycache__"))
        (self.root / ".venv").symlink_to(ROOT / ".venv")
        self.cargo_calls, self.made = folder / "cargo-calls", folder / "installations"
        self.tools = folder / "tools"
        self._make_toolchain(folder, targets, rust)
        self.environment = {
            "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "SAM_CLI_TELEMETRY": "0",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(folder / "config"),
        }

    def _make_toolchain(self, folder, targets, rust):
        sysroot, builds = folder / "sysroot", folder / "builds"
        self.tools.mkdir()
        builds.mkdir()
        for architecture, target in TARGET.items():
            (builds / f"{target}.zip").write_bytes(zipped(architecture))
            if architecture in targets:
                (sysroot / "lib/rustlib" / target / "lib").mkdir(parents=True)
        self._program("cargo", CARGO.format(python=sys.executable, calls=str(self.cargo_calls), builds=str(builds)))
        self._program("rustc", f'#!/bin/sh\n[ "$1" = --version ] && echo "rustc {rust} (0123456789 2026-01-01)" || echo {sysroot}\n')
        self._program("rustup", f"#!/bin/sh\necho rustup $* >>{self.cargo_calls}\n")

    def _program(self, name, text):
        path = self.tools / name
        path.write_text(text)
        path.chmod(0o755)

    def without_rust(self):
        self.without("cargo", "rustc", "rustup")

    def without(self, *names):
        """Everything on the PATH but these."""
        others = self.tools.parent / "others"
        others.mkdir()
        for folder in map(Path, self.environment["PATH"].split(os.pathsep)):
            for program in folder.iterdir() if folder.is_dir() else ():
                if program.name not in names and not (others / program.name).is_symlink():
                    (others / program.name).symlink_to(program)
        self.environment["PATH"] = str(others)

    def without_python_tools(self):
        """What a fresh clone has: nothing is installed in it."""
        (self.root / ".venv").unlink()
        self._program("bare-python", BARE_PYTHON.format(installations=self.made, python=sys.executable))
        self.environment["PYTHON"] = "bare-python"

    def installations(self):
        """The environments that were to be made."""
        return self.made.read_text().splitlines() if self.made.exists() else []

    def builds(self):
        """The commands that cargo was given."""
        return self.cargo_calls.read_text().splitlines() if self.cargo_calls.exists() else []

    def run(self, *command, typed="", **environment):
        return subprocess.run(
            command, cwd=self.root, env={**self.environment, **environment}, input=typed, capture_output=True, text=True, timeout=300
        )

    def make(self, *arguments, typed="", **environment):
        return self.run("make", "--no-print-directory", *arguments, typed=typed, **environment)

    def script(self, name, *arguments, **environment):
        return self.run(PYTHON, f"deploy/{name}", *arguments, **environment)

    def file(self, name, content):
        path = self.root / name
        path.write_text(json.dumps(content))
        return str(path)


@pytest.fixture
def workplace(tmp_path):
    return Workplace(tmp_path)
