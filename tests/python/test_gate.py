"""What docs/gate.md and .pre-commit-hooks.yaml say of the command is so."""

import re
import shlex
import subprocess

import pytest
import yaml
from binaries import COMMAND
from templates import ROOT

PAGE = (ROOT / "docs/gate.md").read_text()
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.S | re.M)


def run(*arguments, **more):
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=60, **more)


def commands():
    """Every call of the command on the page, whatever it stands in."""
    for line in re.findall(r"neptune-audit (?:plan|template) [^\n`]*", PAGE):
        yield shlex.split(line.split(" | ")[0].split(" && ")[0])[1:]


def test_every_flag_on_the_page_is_one_of_the_command():
    checked = 0
    for command, *arguments in commands():
        known = set(re.findall(r"--[a-z-]+", run(command, "--help").stdout))
        flags = {argument.split("=")[0] for argument in arguments if argument.startswith("--")}
        assert flags <= known, (command, flags - known)
        checked += len(flags)
    assert checked >= 8
    known = {flag for command in ("plan", "template") for flag in re.findall(r"--[a-z-]+", run(command, "--help").stdout)}
    in_prose = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert in_prose <= known, in_prose - known


@pytest.mark.parametrize("block", blocks("yaml"))
def test_every_block_of_yaml_is_one(block):
    assert isinstance(yaml.safe_load(block), dict)


def test_the_exit_codes_are_those_of_the_command():
    on_the_page = set(re.findall(r"^\| (\d+) \|", PAGE, re.M))
    of_the_command = set(re.findall(r"^ +(\d+)  ", run("plan", "--help").stdout, re.M))
    # 130 is for what somebody stops: these commands are over too soon.
    assert on_the_page == of_the_command - {"130"}


def test_the_cdk_may_be_piped_into_it():
    template = (ROOT / "crates/cli/tests/fixtures/templates/cdk.json").read_text()
    assert run("template", "-", input=template).returncode == 1


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_judges_the_files_that_it_takes(hook, tmp_path):
    arguments = shlex.split(hook["entry"])[1:]
    assert run(*arguments, "--help").returncode == 0
    assert hook["language"] == "system"
    for name, taken in {
        "neptune-audit-template": [("template.yaml", True), ("a/graph.template.json", True), ("a/b-stack.yml", True), ("values.yaml", False)],
        "neptune-audit-plan": [("plan.json", True), ("a/prod.tfplan.json", True), ("package.json", False)],
    }[hook["id"]]:
        assert bool(re.search(hook["files"], name)) == taken, name


def test_the_hooks_pass_the_examples_and_refuse_broken_copies(tmp_path):
    entry = shlex.split(HOOKS[0]["entry"])[1:]
    example = (ROOT / "examples/neptune-cluster.yaml").read_text()
    broken = tmp_path / "template.yaml"
    assert run(*entry, ROOT / "examples/neptune-cluster.yaml").returncode == 0
    broken.write_text(example.replace("neptune_enable_audit_log: '1'", "neptune_enable_audit_log: '0'"))
    assert run(*entry, broken).returncode == 1
    broken.write_text("Resources: {Bucket: {Type: AWS::S3::Bucket}}\n")
    assert run(*entry, broken).returncode == 0


def test_every_hook_is_on_the_page_or_explained():
    assert "neptune-audit-template" in PAGE
    assert {hook["id"] for hook in HOOKS} == {"neptune-audit-template", "neptune-audit-plan"}
