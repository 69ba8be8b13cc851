"""Runs the policies of `policies/` in their engines, on the inputs of `tests/policies/`, and says what each engine answers to each link."""

import functools
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml
from templates import parse

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "policies"
INPUTS = ROOT / "tests/policies"

# The links that a plan or a template can say something about, in the rule's order.
LINKS = ["generated", "attributed", "exported", "kept", "protected", "guarded", "watched", "forwarded"]
# All of them asked, as `policies/README.md` asks them.
PARAMETERS = {
    "iamAuthentication": True,
    "minimumRetentionDays": 365,
    "logGroupEncrypted": True,
    "logGroupDeletionProtected": True,
    "logGroupMetricFilter": True,
    "forwardingDestination": "arn:aws:logs:*:444455556666:destination:*",
}


def engine(path):
    """A program of an engine's environment; without it the test is skipped."""
    program = ROOT / ".venv" / path
    if not program.exists():
        pytest.skip(f"{program.relative_to(ROOT)} is missing: make {program.parts[-3]}")
    return program


def expected(folder):
    return json.loads((INPUTS / folder / "expected.json").read_text())


def load(path):
    return json.loads((INPUTS / path).read_text())


def templates():
    return {path.name: path.read_text() for path in sorted((INPUTS / "cloudformation").glob("*")) if path.name != "expected.json"}


def once(function):
    """The answer of the first call, even where that is a failure: an engine takes seconds, and many tests ask."""
    outcome = []

    @functools.wraps(function)
    def ask_once():
        if not outcome:
            try:
                outcome.extend([function(), None])
            except BaseException as error:  # a skipped test is none of `Exception`'s
                outcome.extend([None, error])
        answer, error = outcome
        if error:
            raise error
        return answer

    return ask_once


# --- Checkov ----------------------------------------------------------------------------------------------------------------


@once
def checkov_policies():
    """Id and link of every policy."""
    found = {}
    for path in sorted((POLICIES / "checkov").glob("*/*.yaml")):
        found[yaml.safe_load(path.read_text())["metadata"]["id"]] = path.stem
    return found


@once
def checkov_results():
    """One run over all inputs, it takes seconds: (framework, file, resource) -> {link: holds | broken}."""
    command = [engine("checkov/bin/checkov"), "--skip-download", "--compact", "--soft-fail", "--output", "json"]
    command += ["--framework", "terraform", "terraform_plan", "cloudformation", "--external-checks-dir", POLICIES / "checkov"]
    command += ["--check", ",".join(checkov_policies())]
    with tempfile.TemporaryDirectory() as folder:
        for inputs in [INPUTS / "terraform", INPUTS / "changes", INPUTS / "cloudformation", ROOT / "examples"]:
            shutil.copytree(inputs, Path(folder) / inputs.name)
        shutil.copy(INPUTS / "loop.yaml", folder)
        run = subprocess.run([*command, "--directory", folder], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    results = {}
    for report in json.loads(run.stdout):
        for kind, state in [("passed_checks", "holds"), ("failed_checks", "broken")]:
            for check in report["results"][kind]:
                key = (report["check_type"], Path(check["file_path"]).name, check["resource"])
                results.setdefault(key, {})[checkov_policies()[check["check_id"]]] = state
    return results


def checkov(framework, name):
    """What Checkov answers for a cluster (by address) or for all clusters of a template (by file)."""
    answers = {}
    for (kind, file, resource), links in checkov_results().items():
        if kind == framework and name == (file if framework == "cloudformation" else resource):
            for link, state in links.items():
                answers[link] = "broken" if "broken" in (state, answers.get(link)) else state
    return answers


# --- CloudFormation Guard ---------------------------------------------------------------------------------------------------


def guard_rules():
    return {path.name: path.read_text() for path in sorted((POLICIES / "guard").glob("*.guard"))}


def ask(kind, question):
    program = [engine("policies/bin/python"), INPUTS / "engines.py", kind]
    run = subprocess.run(program, input=json.dumps(question), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def run_guard(inputs):
    return ask("guard", {"rules": list(guard_rules().values()), "inputs": inputs})


@once
def guard_results():
    return run_guard(templates())


def guard(name):
    states = {"PASS": "holds", "FAIL": "broken"}
    rules = guard_results()[name]["rules"]
    return {link: states[rules[f"NEPTUNE_{link.upper()}"]] for link in LINKS}


# --- Open Policy Agent ------------------------------------------------------------------------------------------------------


def rego():
    return {str(path.relative_to(ROOT)): path.read_text() for path in sorted((POLICIES / "rego").glob("*.rego"))}


def run_rego(package, *runs):
    """For each run (a document, and parameters where there are some) what is denied and what is warned of."""
    documents = [f"neptune_audit.{package}.{name}" for name in ("deny", "warn")]
    question = [{"documents": documents, "input": document, **({"parameters": given[0]} if given else {})} for document, *given in runs]
    answers = ask("opa", {"policies": rego(), "runs": question})["answers"]
    return [[answer[document] for document in documents] for answer in answers]


@once
def rego_results():
    """Everything in one go: {address or file: {link: state}}."""
    inputs = [load("terraform/plan.json"), load("changes/plan.json"), *(parse(text) for text in templates().values())]
    packages = ["terraform", "terraform", *("cloudformation" for _ in templates())]
    runs = [
        {"documents": [f"neptune_audit.{package}.answers"], "input": document, "parameters": PARAMETERS}
        for package, document in zip(packages, inputs)
    ]
    answers = [next(iter(answer.values())) for answer in ask("opa", {"policies": rego(), "runs": runs})["answers"]]
    results = {}
    for name, found in zip([None, None, *templates()], answers):
        for address, judged in found.items():
            for _, link, state, *_ in judged:
                states = results.setdefault(name or address, {})
                # The worst of a file's clusters.
                states[link] = max(state, states.get(link, "holds"), key=["holds", "undecided", "broken"].index)
    return results


# --- The table of `policies/README.md` --------------------------------------------------------------------------------------

WORDS = {"holds": "passes", "broken": "fails", "undecided": "cannot tell", None: "no answer"}


def errs(truth, answer):
    """Guard and Checkov know two answers: to fail what nobody can tell is no error."""
    return answer != truth and not (truth == "undecided" and answer == "broken")


def is_wrong_pass(truth, answer):
    return answer == "holds" and truth != "holds"


def table(folder, engines):
    """The rows in which an engine errs: cases with the same answers to several links in one row."""
    lines = [f"| case | link | truth | {' | '.join(engines)} |", f"| --- | --- | --- | {' | '.join('---' for _ in engines)} |"]
    for name, entry in expected(folder).items():
        rows = {}
        for link in [link for link in LINKS if link in entry]:
            answers = [answer(name).get(link) for answer in engines.values()]
            if any(errs(entry[link], answer) for answer in answers):
                cells = [f"**{WORDS[a]}**" if is_wrong_pass(entry[link], a) else WORDS[a] for a in answers]
                rows.setdefault((entry[link], *cells), []).append(link)
        for (truth, *cells), links in rows.items():
            lines.append(f"| {entry['case']} (`{name}`) | {', '.join(links)} | {truth} | {' | '.join(cells)} |")
    return "\n".join(dict.fromkeys(lines))


def tables():
    terraform = {
        "Checkov, HCL": functools.partial(checkov, "terraform"),
        "Checkov, plan": functools.partial(checkov, "terraform_plan"),
        "Rego, plan": lambda name: rego_results().get(name, {}),
    }
    cloudformation = {
        "Checkov": functools.partial(checkov, "cloudformation"),
        "Guard": guard,
        "Rego, JSON": lambda name: rego_results().get(name, {}),
    }
    return {"terraform": table("terraform", terraform), "cloudformation": table("cloudformation", cloudformation)}


def in_readme(text, name):
    """What stands between two markers of a page."""
    return re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", text, re.DOTALL)[1]
