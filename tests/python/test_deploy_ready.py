"""Before a deployment installs, builds or asks anything, its tools and arguments are looked at, also by the make of macOS."""

import re

import pytest

from aws_stand_in import aws, moto, packs  # noqa: F401 (fixtures)
from templates import ROOT
from workplace import REGION, Workplace, workplace, zipped  # noqa: F401

# What each target needs beside the case that is tried.
UPLOADS = ["BUCKET_PREFIX=code", f"REGIONS={REGION}"]
GIVEN = {"deploy": [], "deploy-stack-set": UPLOADS, "package-organization": UPLOADS, "package": [], "deploy-pack": [], "deploy-central": [], "undeploy": []}
TAKE_CODE = ["deploy", "deploy-stack-set", "package-organization"]
TAKE_ANSWERS = ["deploy", "deploy-stack-set", "deploy-pack", "deploy-central"]
ASK_AWS = ["deploy", "deploy-stack-set", "package-organization", "deploy-pack", "deploy-central", "undeploy"]
MAKEFILES = ["Makefile", "deploy/deploy.mk"]


def nothing_was_done(workplace, done, said):
    assert done.returncode != 0
    assert said in done.stderr, done.stdout + done.stderr
    assert "Installing" not in done.stdout and workplace.installations() == []
    assert workplace.builds() == []


@pytest.mark.parametrize(
    ("target", "argument", "said"),
    [
        *((target, "ARCHITECTURE=amd64", "unknown architecture `amd64`: arm64 or x86_64") for target in [*TAKE_CODE, "package"]),
        *((target, "ZIP=nope.zip", "there is no file `nope.zip`") for target in TAKE_CODE),
        *((target, "ZIP=template.yaml", "`template.yaml` cannot be read as a zip") for target in TAKE_CODE),
        *((target, "ANSWERS=nope.json", "there is no file `nope.json`") for target in TAKE_ANSWERS),
        *((target, "STACK=my_stack", "`my_stack` is no name for a stack") for target in ASK_AWS),
        *((target, "PACK=my_pack", "`my_pack` is no name for a conformance pack") for target in ("deploy-pack", "undeploy")),
        *((target, argument, "Say where: make ") for target in ("deploy-stack-set", "package-organization") for argument in ("BUCKET_PREFIX=", "REGIONS=")),
    ],
)
def test_an_argument_that_cannot_be_is_refused_before_anything_is_installed(workplace, target, argument, said):
    workplace.without_python_tools()
    nothing_was_done(workplace, workplace.make(target, *GIVEN[target], argument), said)


@pytest.mark.parametrize("target", [*TAKE_CODE, "package"])
def test_a_rust_that_is_too_old_is_noticed_before_anything_is_installed(tmp_path, target):
    workplace = Workplace(tmp_path, rust="1.80.0")
    workplace.without_python_tools()
    nothing_was_done(workplace, workplace.make(target, *GIVEN[target]), "or later is needed, this is 1.80.0: rustup update")


@pytest.mark.parametrize("target", [*TAKE_CODE, "package"])
def test_a_machine_without_rust_is_told_so_before_anything_is_installed(workplace, target):
    workplace.without_python_tools()
    workplace.without_rust()
    done = workplace.make(target, *GIVEN[target])
    nothing_was_done(workplace, done, "or later is needed: https://rustup.rs")
    assert ("ZIP=" in done.stderr) is (target in TAKE_CODE)


@pytest.mark.parametrize("target", GIVEN)
def test_a_python_that_is_missing_is_told_before_anything_is_installed(workplace, target):
    workplace.without_python_tools()
    nothing_was_done(workplace, workplace.make(target, *GIVEN[target], "PYTHON=python-that-nobody-has"), "Python 3.11 or later is needed")


@pytest.mark.parametrize("target", GIVEN)
def test_what_a_target_does_and_needs_is_said_before_it_installs(workplace, target):
    workplace.without_python_tools()
    done = workplace.make(target, *GIVEN[target])
    assert re.search(r"\. Needs |^Needs ", done.stdout.partition("Installing")[0], re.M), done.stdout
    assert workplace.installations(), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("target", "built"),
    [*((target, True) for target in TAKE_CODE), *((target, False) for target in TAKE_CODE), ("deploy-pack", False), ("deploy-central", False), ("undeploy", False)],
)
def test_only_what_is_built_here_needs_the_tools_for_building(workplace, target, built):
    """The others ask AWS alone, and `.venv/sam` has what that takes."""
    workplace.without_python_tools()
    (workplace.root / "released.zip").write_bytes(zipped("arm64"))
    workplace.make("--keep-going", target, *GIVEN[target], *([] if built else ["ZIP=released.zip"]))
    assert workplace.installations() == ([".venv"] if built else []) + [".venv/sam"]


# macOS has GNU make 3.81, which runs each recipe with `-c` alone: a chain goes on after a command that fails.
OLD_MAKE = ".SHELLFLAGS=-c"


@pytest.mark.parametrize("target", ASK_AWS)
def test_the_make_of_macos_stops_without_a_region_too(aws, packs, workplace, target):
    arguments = [*GIVEN[target], *(["ANSWERS=" + workplace.file("answers.json", {})] if target in TAKE_ANSWERS else [])]
    done = workplace.make(OLD_MAKE, target, *arguments, typed="y\n" * 9, **aws.environment)
    assert done.returncode != 0
    assert done.stderr.count("There is no Region") == 1, done.stderr
    assert "Are you sure" not in done.stdout and "Traceback" not in done.stderr, done.stdout
    assert packs.asked == [] and workplace.builds() == []


def recipes(text):
    """The commands of the makefiles, each as the shell gets it."""
    return [line.lstrip("\t@-") for line in text.replace("\\\n", " ").splitlines() if line.startswith("\t")]


def stops_by_itself(command):
    """Whether a command is one step, whose exit code make sees, or stops at the step that fails."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "text", command)
    # `… || { say; exit 1; }` is one step.
    bare = re.sub(r"\|\| \{[^{}]*; exit \d+; \}", "", bare)
    return not re.search(r";|(?<!\|)\|(?!\|)", bare) or bare.startswith("set -eu; ")


def test_no_recipe_relies_on_a_flag_that_the_make_of_macos_does_not_have():
    commands = [command for path in MAKEFILES for command in recipes((ROOT / path).read_text())]
    assert len(commands) > 50
    assert [command for command in commands if not stops_by_itself(command)] == []


@pytest.mark.parametrize(
    ("command", "stops"),
    [
        ("a; b", False),
        ("region=$$(a); b", False),
        ("set -eu; a; b", True),
        ("a | b", False),
        ('echo "one; two"', True),
        ("[ -f x ] || { echo no; exit 2; }", True),
        ("a || b", True),
    ],
)
def test_a_recipe_that_would_go_on_is_found(command, stops):
    assert stops_by_itself(command) is stops


def test_a_list_that_cannot_be_had_is_an_error_and_not_an_empty_one():
    """`for x in $(false)` goes on even under -e."""
    for path in MAKEFILES:
        assert not re.search(r"for \w+ in \$\$\(", (ROOT / path).read_text()), path
