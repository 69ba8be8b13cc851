"""The policies of `policies/` in the engines that people run, on good and bad inputs: never a wrong pass but those that the README owns up
to, and every row of its tables is what the engines answer."""

import json
import re
import subprocess

import pytest
import yaml
from binaries import COMMAND
from policies import (
    INPUTS,
    LINKS,
    PARAMETERS,
    POLICIES,
    ROOT,
    checkov,
    checkov_policies,
    checkov_results,
    engine,
    expected,
    guard,
    guard_results,
    guard_rules,
    in_readme,
    is_wrong_pass,
    load,
    rego,
    rego_results,
    run_guard,
    tables,
    templates,
)
from templates import parse, resources

README = (POLICIES / "README.md").read_text()


# --- The inputs -------------------------------------------------------------------------------------------------------------


def test_every_cluster_of_the_inputs_has_an_expected_answer():
    plan = load("terraform/plan.json")
    clusters = {r["address"] for r in plan["resource_changes"] if r["type"] == "aws_neptune_cluster"}
    assert clusters == set(expected("terraform"))
    assert set(templates()) == set(expected("cloudformation"))


def test_the_committed_plans_are_of_the_committed_configurations():
    for plan, configuration in [("terraform/plan.json", "terraform/*.tf"), ("changes/plan.json", "changes/after/*.tf")]:
        text = "".join(path.read_text() for path in INPUTS.glob(configuration))
        declared = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)}
        planned = {resource["address"] for resource in load(plan)["configuration"]["root_module"]["resources"]}
        assert declared == planned, plan


# --- No wrong pass ----------------------------------------------------------------------------------------------------------

KNOWN_WRONG = {
    # Checkov works out variables and locals by itself, and errs: the README says to let it judge plans.
    ("module.silent.aws_neptune_cluster.this", "generated", "Checkov, HCL"),
    ("aws_neptune_cluster.through_local", "generated", "Checkov, HCL"),
}


def answers(folder):
    for name, entry in expected(folder).items():
        for link in LINKS:
            if link not in entry:
                continue
            if folder == "cloudformation":
                yield name, link, entry[link], "Checkov", checkov("cloudformation", name).get(link)
                yield name, link, entry[link], "Guard", guard(name).get(link)
            else:
                yield name, link, entry[link], "Checkov, HCL", checkov("terraform", name).get(link)
                yield name, link, entry[link], "Checkov, plan", checkov("terraform_plan", name).get(link)
            yield name, link, entry[link], "Rego", rego_results().get(name, {}).get(link)


@pytest.mark.parametrize("folder", ["terraform", "cloudformation"])
def test_nothing_passes_that_is_broken_or_undecided(folder):
    wrong = {(name, link, engine) for name, link, truth, engine, answer in answers(folder) if is_wrong_pass(truth, answer)}
    assert wrong == {row for row in KNOWN_WRONG if folder == "terraform"}


@pytest.mark.parametrize("folder", ["terraform", "changes"])
def test_rego_answers_every_case_of_a_plan_rightly(folder):
    for name, entry in expected(folder).items():
        found = rego_results()[name]
        assert {link: found[link] for link in LINKS if link in entry} == {link: entry[link] for link in LINKS if link in entry}, name


@pytest.mark.parametrize("folder", ["terraform", "cloudformation"])
def test_every_policy_passes_something_and_fails_something(folder):
    seen = {}
    for _, link, _, engine, answer in answers(folder):
        seen.setdefault((engine, link), set()).add(answer)
    assert len(seen) == 3 * len(LINKS)
    for key, found in seen.items():
        assert {"holds", "broken"} <= found, key


def test_what_is_deleted_or_forgotten_is_not_judged():
    for address in ["aws_neptune_cluster.deleted", "aws_neptune_cluster.forgotten"]:
        assert address not in rego_results()
        assert not checkov("terraform_plan", address)


def test_the_example_of_a_good_cluster_passes():
    address = ("terraform", "neptune-cluster.tf", "aws_neptune_cluster.this")
    for link in ["generated", "exported", "attributed", "kept", "protected"]:
        assert checkov_results()[address].get(link) == "holds", link
        assert checkov("cloudformation", "neptune-cluster.yaml").get(link) == "holds", link
    rules = run_guard({"example": (ROOT / "examples/neptune-cluster.yaml").read_text()})["example"]["rules"]
    # Its retention is a parameter of the stack, of which Guard does not know the value.
    for link in ["generated", "exported", "attributed", "protected", "watched"]:
        assert rules[f"NEPTUNE_{link.upper()}"] == "PASS", link


def test_clusters_that_a_loop_makes_are_not_seen_by_checkov_and_refused_by_guard():
    assert not checkov("cloudformation", "loop.yaml")
    rules = run_guard({"loop": (INPUTS / "loop.yaml").read_text()})["loop"]["rules"]
    assert rules["NEPTUNE_LOOP"] == "FAIL" and rules["NEPTUNE_EXPORTED"] == "SKIP"


# --- Guard in Hooks ---------------------------------------------------------------------------------------------------------

# As CloudFormation hands a template to a Guard Hook:
# https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/guard-hooks-write-rules.html
HOOK = {
    "HookContext": {
        "AWSAccountID": "111122223333",
        "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/graph/1a2345b6-0000-00a0-a123-00abc0abc000",
        "HookTypeName": "org::neptuneaudit::hook",
        "HookTypeVersion": "00001",
        "InvocationPoint": "UPDATE_PRE_PROVISION",
        "TargetName": "graph",
        "TargetType": "STACK",
        "ChangeSetId": "",
    }
}


def hook(template, **more):
    return yaml.safe_dump(HOOK) + template + (yaml.safe_dump(more) if more else "")


def test_guard_judges_the_proposed_template_of_a_hook_and_not_the_previous_one():
    good, bad = templates()["full.yaml"], templates()["off.yaml"]
    results = run_guard(
        {
            "good": hook(good, Previous={"Resources": {"Cluster": {"Type": "AWS::Neptune::DBCluster", "Properties": {}}}}),
            "bad": hook(bad, Previous=json.loads(templates()["cdk.json"])),
        }
    )
    assert set(results["good"]["rules"].values()) == {"PASS", "SKIP"}
    assert results["good"]["rules"]["NEPTUNE_LOOP"] == "SKIP"
    assert results["bad"]["rules"]["NEPTUNE_GENERATED"] == "FAIL"


def test_guard_skips_a_stack_that_is_deleted_or_has_no_cluster():
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
    results = run_guard({"deleted": hook(""), "empty": hook("", Resources={}), "other": hook("", **topic)})
    for name, result in results.items():
        assert set(result["rules"].values()) == {"SKIP"}, name


def test_guard_cannot_find_the_group_of_a_single_resource():
    # A hook on RESOURCE gets one resource, with its functions resolved: the README says to use STACK.
    cluster = {"DBClusterParameterGroupName": "graph-audited-1abc", "EnableCloudwatchLogsExports": ["audit"], "IamAuthEnabled": True}
    alone = {"Resources": {"Cluster": {"Type": "AWS::Neptune::DBCluster", "Properties": cluster}}}
    rules = run_guard({"alone": hook("", **alone)})["alone"]["rules"]
    assert (rules["NEPTUNE_EXPORTED"], rules["NEPTUNE_ATTRIBUTED"], rules["NEPTUNE_GENERATED"]) == ("PASS", "PASS", "FAIL")


def test_a_rule_of_guard_that_fails_says_a_code():
    for name, result in guard_results().items():
        if "FAIL" in result["rules"].values():
            assert result["messages"], name
            assert all(re.match(r"\W*[A-Z]+(_[A-Z]+)*[:,]", message) for message in result["messages"]), (name, result["messages"])


def test_the_template_of_the_hook_is_one_that_cloudformation_takes():
    subprocess.run([ROOT / ".venv/bin/cfn-lint", "--non-zero-exit-code", "informational", POLICIES / "guard-hook.yaml"], check=True)
    hook_type = resources(parse((POLICIES / "guard-hook.yaml").read_text()), "AWS::CloudFormation::GuardHook")["Hook"]
    assert hook_type["Properties"]["TargetOperations"] == ["STACK", "CHANGE_SET"]


# --- The README -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["terraform", "cloudformation"])
def test_the_table_of_errors_is_what_the_engines_answer(name):
    table = tables()[name]
    assert in_readme(README, name) == table, f"policies/README.md should have:\n{table}"


def test_the_table_of_links_is_what_the_policies_cover():
    rows = {}
    for line in in_readme(README, "links").splitlines()[2:]:
        link, terraform, cloudformation, guard_rule, rego_link = [cell.strip() for cell in line.strip("|").split("|")]
        rows[link] = (terraform, cloudformation, guard_rule, rego_link)
    files = {path.relative_to(POLICIES / "checkov") for path in (POLICIES / "checkov").glob("*/*.yaml")}
    assert len(files) == len(checkov_policies())
    rules = "".join(guard_rules().values())
    texts = "".join(rego().values())
    for link, (terraform, cloudformation, guard_rule, rego_link) in rows.items():
        ids = {f"CKV2_NEPTUNE_{link.upper()}", f"CKV2_NEPTUNE_{link.upper()}_CFN"}
        if link in LINKS:
            assert {terraform.strip("`"), cloudformation.strip("`")} == ids <= set(checkov_policies()), link
            assert guard_rule == f"`NEPTUNE_{link.upper()}`" and f"rule {guard_rule.strip('`')} " in rules
            assert rego_link == "yes" and f'"{link}"' in texts
        else:
            assert {terraform, cloudformation, guard_rule, rego_link} == {"–"}, link
            assert not ids & set(checkov_policies()) and f"NEPTUNE_{link.upper()}" not in rules and f'"{link}"' not in texts
    assert list(rows) == ["generated", "in effect", *LINKS[1:], "flowing"]


# Those that a plan or a template can break.
CODES = {"PARAMETER_OFF", "CALLER_UNKNOWN", "EXPORT_OFF", "LOG_GROUP_MISSING", "RETENTION_TOO_SHORT", "RETENTION_TOO_LONG"}
CODES |= {"NOT_ENCRYPTED", "DELETABLE", "NOT_WATCHED", "NOT_FORWARDED"}


def test_the_policies_name_what_is_broken_as_the_rule_does():
    in_rego = set(re.findall(r'"([A-Z]+_[A-Z_]+|DELETABLE)"', "".join(rego().values())))
    in_guard = set(re.findall(r"^\s*(?:<<)?([A-Z_]{5,})(?=[:,])", "".join(guard_rules().values()), re.MULTILINE))
    # The classes and policies of log groups are AWS's words.
    assert in_rego - {"SUBSCRIPTION_FILTER_POLICY"} == CODES
    # Guard asks for no maximum.
    assert in_guard - {"UNDECIDED"} == CODES - {"RETENTION_TOO_LONG"}


def test_every_file_that_the_readme_names_exists():
    for path in re.findall(r"(?:policies|tests|docs)/[\w./-]+\.\w+", README):
        assert (ROOT / path).exists(), path
    assert re.search(rf"Checkov {version('checkov', 'checkov')}\b", README)
    assert re.search(rf"guardpycfn {version('guardpycfn', 'policies')}\b", README)
    assert re.search(rf"OPA {opa_version()}\b", README)


def test_the_parameters_of_the_readme_are_those_that_the_tests_ask():
    parameters = yaml.safe_load(re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1])
    assert parameters == {"neptune_audit_parameters": {"logTypes": "audit", **PARAMETERS}}


def version(package, requirements):
    text = (ROOT / f"tests/requirements-{requirements}.txt").read_text()
    return re.search(rf"^{package}==(\S+)$", text, re.MULTILINE)[1]


def opa_version():
    """Of the Go module inside the wheel."""
    environment = engine("policies/bin/python").parents[1]
    library = next(environment.glob("lib/*/site-packages/opa_bindings/libopabridge.so"))
    return re.search(rb"open-policy-agent/opa\tv([0-9.]+)\t", library.read_bytes())[1].decode()


def flag(parameter):
    return "--" + re.sub("([A-Z])", r"-\1", parameter).lower()


# --- The command -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, folder, files",
    [
        ("plan", "terraform", [INPUTS / "terraform/plan.json"]),
        ("plan", "changes", [INPUTS / "changes/plan.json"]),
        ("template", "cloudformation", [INPUTS / "cloudformation" / name for name in expected("cloudformation")]),
    ],
)
def test_the_command_gives_the_expected_answers(kind, folder, files):
    flags = [f"{flag(name)}={str(value).lower()}" for name, value in PARAMETERS.items()]
    run = subprocess.run([COMMAND, kind, "--format", "json", *flags, *files], capture_output=True, text=True)
    results = json.loads(run.stdout)["results"]
    states = {}
    for result in results:
        name = result["address"] if kind == "plan" else result["file"].rsplit("/", 1)[-1]
        for link in result["links"]:
            known = states.setdefault(name, {})
            state = link["state"]
            known[link["link"]] = max(state, known.get(link["link"], "not_asked"), key=["not_asked", "holds", "undecided", "broken"].index)
    for name, entry in expected(folder).items():
        assert {link: states[name][link] for link in LINKS if link in entry} == {link: entry[link] for link in LINKS if link in entry}, name
