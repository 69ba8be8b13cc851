"""`make deploy` and its kin, tried against moto with a toolchain that builds in no time: Region, architecture, questions, confirmation."""

import hashlib
import http.server
import json
import re
import shutil
import threading

import botocore.session
import pytest

from aws_stand_in import BUCKET, aws, moto  # noqa: F401 (fixtures)
from templates import ROOT, load, parse
from test_templates import BIN, run
from workplace import REGION, TARGET, Workplace, workplace, zipped  # noqa: F401

EXPIRED = b"<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token is expired</Message></Error></ErrorResponse>"


def deployed_template(aws):
    """The template that SAM uploaded, which the change set was made from."""
    (text,) = [body for key, body in aws.objects().items() if key.endswith(".template")]
    return parse(text.decode())


# Which account, which Region.


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-central-1"}, "eu-central-1"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-central-1"}, "eu-west-1"),
        ({"AWS_PROFILE": "audit"}, "eu-north-1"),
        ({"AWS_PROFILE": "audit", "AWS_REGION": "eu-west-1"}, "eu-west-1"),
    ],
)
def test_the_region_is_that_of_either_variable_or_of_the_profile(aws, workplace, variables, region):
    (workplace.root.parent / "config").write_text("[profile audit]\nregion = eu-north-1\n")
    done = workplace.script("place.py", **aws.environment, **variables)
    assert done.stdout == f"{region}\n", done.stderr
    assert done.stderr.startswith(f"Account 123456789012, Region {region}, as arn:aws:sts::123456789012:"), done.stderr


@pytest.mark.parametrize("target", ["deploy", "deploy-pack", "undeploy", "deploy-stack-set", "deploy-central", "package-organization"])
def test_without_a_region_nothing_is_done(aws, workplace, target):
    where = ["BUCKET_PREFIX=code", f"REGIONS={REGION}"]
    done = workplace.make(target, "ANSWERS=" + workplace.file("answers.json", {}), *where, **aws.environment)
    assert done.returncode != 0
    assert "There is no Region: set AWS_REGION" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert workplace.builds() == []
    assert aws.objects() == {}


@pytest.mark.parametrize("target", ["deploy", "undeploy"])
def test_a_failed_login_says_what_aws_said(workplace, target):
    class Refuses(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(403)
            self.send_header("Content-Length", str(len(EXPIRED)))
            self.end_headers()
            self.wfile.write(EXPIRED)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses) as refusing:
        threading.Thread(target=refusing.serve_forever, daemon=True).start()
        place = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{refusing.server_port}", "AWS_REGION": REGION}
        done = workplace.make(target, AWS_ACCESS_KEY_ID="old", AWS_SECRET_ACCESS_KEY="old", **place)
        refusing.shutdown()
    assert done.returncode != 0
    assert "(ExpiredToken)" in done.stderr and "The security token is expired" in done.stderr, done.stderr
    assert workplace.builds() == []


# What is deployed, and when.


def test_all_enter_uploads_code_and_runbook_shows_the_changes_and_deploys_nothing(aws, workplace):
    done = workplace.make("deploy", typed="\n" * 60, AWS_REGION="eu-central-1", **aws.environment)
    assert "CloudFormation stack changeset" in done.stdout, done.stdout + done.stderr
    assert "Deploy this changeset? [y/N]" in done.stdout
    # The Region was told by AWS_REGION, which SAM itself does not read.
    (change_set,) = aws.change_sets(region="eu-central-1")
    assert change_set["ExecutionStatus"] == "AVAILABLE"
    (stack,) = aws.client("cloudformation", "eu-central-1").describe_stacks(StackName="neptune-audit-rule")["Stacks"]
    assert stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert aws.change_sets() == []

    objects, template = aws.objects(), deployed_template(aws)
    uploaded = lambda address: objects[address.removeprefix(f"s3://{BUCKET}/")]
    function = template["Resources"]["NeptuneAuditRuleFunction"]["Properties"]
    assert uploaded(function["CodeUri"]) == zipped("arm64")
    assert function["Architectures"] == ["arm64"]
    runbook = template["Resources"]["Runbook"]["Properties"]["Content"]["Fn::Transform"]["Parameters"]["Location"]
    assert uploaded(runbook) == (ROOT / "remediation/NeptuneAuditLog-Enable.yaml").read_bytes()
    # Else the template is the one that is tested.
    ours = load("template.yaml")
    assert template["Parameters"] == {name: definition for name, definition in ours["Parameters"].items() if name != "Architecture"}
    for name, resource in ours["Resources"].items():
        if name not in ("NeptuneAuditRuleFunction", "Runbook"):
            assert template["Resources"][name]["Properties"] == resource["Properties"], name


def test_a_file_of_answers_deploys_without_a_question(aws, workplace):
    answers = workplace.file("answers.json", {"LogTypes": ["audit", "slowquery"], "MinimumRetentionDays": 365, "LogGroupEncrypted": True})
    done = workplace.make("deploy", f"ANSWERS={answers}", AWS_REGION=REGION, **aws.environment)
    assert "Deploy this changeset?" not in done.stdout
    # moto makes the change set, and cannot make what is in it; see the last line of SAM.
    assert "Changeset created successfully" in done.stdout, done.stdout + done.stderr
    assert "executing" in (done.stdout + done.stderr).lower()
    (change_set,) = aws.change_sets()
    found = aws.client("cloudformation").describe_change_set(ChangeSetName=change_set["ChangeSetId"], StackName="neptune-audit-rule")
    given = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in found["Parameters"]}
    definitions = load("template.yaml")["Parameters"]
    # Everything is said, so what the file leaves out has the template's default, and not what the stack had before.
    defaults = {name: str(definition["Default"]) for name, definition in definitions.items() if name != "Architecture"}
    assert given == defaults | {"LogTypes": "audit,slowquery", "MinimumRetentionDays": "365", "LogGroupEncrypted": "true"}


# The architecture.


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_function_runs_on_what_it_was_built_for(aws, workplace, architecture):
    done = workplace.make("deploy", f"ARCHITECTURE={architecture}", typed="\n" * 60, AWS_REGION=REGION, **aws.environment)
    (build,) = workplace.builds()
    assert f"--target {TARGET[architecture]}" in build and "--skip-target-check" in build and "--locked" in build
    function = deployed_template(aws)["Resources"]["NeptuneAuditRuleFunction"]["Properties"]
    assert function["Architectures"] == [architecture], done.stdout
    assert zipped(architecture) in aws.objects().values()


@pytest.mark.parametrize("target", ["deploy", "package", "package-organization"])
def test_a_missing_target_is_asked_for_and_not_installed(aws, tmp_path, target):
    workplace = Workplace(tmp_path, targets=["x86_64"])
    aws.make_bucket(f"code-{REGION}")
    old = workplace.root / "dist/neptune-audit-rule-arm64.zip"
    old.parent.mkdir()
    old.write_bytes(zipped("arm64"))
    done = workplace.make(target, "ARCHITECTURE=arm64", "BUCKET_PREFIX=code", f"REGIONS={REGION}", typed="\n" * 60, AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0
    assert "Type: rustup target add aarch64-unknown-linux-gnu" in done.stderr, done.stderr
    assert workplace.builds() == [], "neither cargo nor rustup was asked for anything"
    assert aws.objects() == {} and aws.objects(f"code-{REGION}") == {}, "an older zip was uploaded"


def test_a_package_for_every_architecture_leaves_no_older_zip_of_the_one_left_out(tmp_path):
    workplace = Workplace(tmp_path, targets=["x86_64"])
    old = workplace.root / "dist/neptune-audit-rule-arm64.zip"
    old.parent.mkdir()
    old.write_bytes(zipped("arm64"))
    done = workplace.make("package")
    assert done.returncode == 0, done.stderr
    assert "rustup target add aarch64-unknown-linux-gnu" in done.stderr
    assert sorted(path.name for path in old.parent.iterdir()) == ["neptune-audit-rule-x86_64.zip", "neptune-audit-rule-x86_64.zip.sha256"]


@pytest.mark.parametrize("program", ["sha256sum", "shasum"])
def test_a_package_has_its_checksum_whichever_program_makes_it(workplace, program):
    """Older versions of macOS have shasum alone, and a Linux may have the other one alone."""
    if shutil.which({"sha256sum": "shasum", "shasum": "sha256sum"}[program]) is None:
        pytest.skip("this machine has one of them only")
    workplace.without(program)
    done = workplace.make("package", "ARCHITECTURE=arm64")
    assert done.returncode == 0, done.stderr
    said = (workplace.root / "dist/neptune-audit-rule-arm64.zip.sha256").read_text()
    assert said == f"{hashlib.sha256(zipped('arm64')).hexdigest()}  neptune-audit-rule-arm64.zip\n"


def test_a_build_for_another_processor_than_asked_is_not_taken(aws, workplace):
    builds = workplace.root.parent / "builds"
    (builds / f"{TARGET['arm64']}.zip").write_bytes(zipped("x86_64"))
    done = workplace.make("deploy", "ANSWERS=" + workplace.file("answers.json", {}), AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0
    assert "is for x86_64, not for arm64" in done.stderr
    assert aws.objects() == {}


def test_a_released_zip_is_deployed_without_rust(aws, workplace):
    workplace.without_rust()
    released = workplace.root / "released.zip"
    released.write_bytes(zipped("x86_64"))
    workplace.make("deploy", f"ZIP={released}", typed="\n" * 60, AWS_REGION=REGION, **aws.environment)
    function = deployed_template(aws)["Resources"]["NeptuneAuditRuleFunction"]["Properties"]
    assert function["Architectures"] == ["x86_64"]
    assert released.read_bytes() in aws.objects().values()
    refused = workplace.make("deploy", AWS_REGION=REGION, **aws.environment)
    assert "or later is needed: https://rustup.rs" in refused.stderr and "ZIP=" in refused.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file"),
        (b"no zip", "cannot be read as a zip"),
        (zipped("arm64", name="neptune-audit-rule"), "has no file `bootstrap`"),
        (zipped("arm64", mode=0o644), "may not be executed"),
        (zipped("arm64").replace(b"\x7fELF", b"\x7fEXE"), "cannot be read as a zip|no executable"),
        (zipped("x86_64"), "is for x86_64, not for arm64"),
    ],
)
def test_a_zip_that_lambda_could_not_run_is_refused_before_anything_is_done(aws, workplace, content, said):
    released = workplace.root / "released.zip"
    if content is not None:
        released.write_bytes(content)
    done = workplace.make("deploy", f"ZIP={released}", "ARCHITECTURE=arm64", AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0
    assert re.search(said, done.stderr), done.stderr
    assert "Account" not in done.stderr
    assert aws.objects() == {}


# The answers.


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"MinimumRetentionDays": 0}, "MinimumRetentionDays: `0` must be blank, or whole days from 1 to 3653"),
        ({"ForwardingDestination": "nonsense"}, "ForwardingDestination: `nonsense` must be blank, or an ARN"),
        ({"LogTypes": "error"}, "LogTypes: `error` is not one of audit, slowquery, audit,slowquery, slowquery,audit, blank"),
        ({"MemorySize": 64}, "MemorySize: `64` is no whole number from 128 to 10240"),
        ({"MemorySize": 128.5}, "MemorySize: a text, a whole number, true or false is wanted"),
        ({"ExemptTag": "x" * 201}, "ExemptTag: 201 characters, at most 200 are allowed"),
        ({"Logtypes": "audit"}, "Logtypes: there is no such parameter; there are LogTypes, "),
        ({"Architecture": "x86_64"}, "Architecture: it is that of the zip; say `make deploy ARCHITECTURE=…`"),
        ({"ExecutionRoleName": "Member", "CreateRule": "false"}, "ExecutionRoleName needs OrganizationId"),
        ({"ExecutionRoleName": "Member", "OrganizationId": "o-abcdefghij"}, "ExecutionRoleName needs CreateRule=false"),
        (["LogTypes"], "an object of parameters and their values is wanted"),
    ],
)
def test_an_answer_that_aws_would_refuse_is_refused_before_the_build(aws, workplace, answers, said):
    done = workplace.make("deploy", "ANSWERS=" + workplace.file("answers.json", answers), AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0
    assert said in done.stderr, done.stderr
    assert workplace.builds() == []
    assert aws.change_sets() == []


def test_a_stack_whose_name_is_too_long_for_a_rule_needs_a_name_for_it(aws, workplace):
    """Recorded results can be read of rules with at most 64 characters; a stack's name has up to 128."""
    limit = botocore.session.get_session().get_service_model("config").operation_model("GetComplianceDetailsByConfigRule")
    assert limit.input_shape.members["ConfigRuleName"].metadata["max"] == 64
    said = "the stack's name would be the rule's, and has 65 characters"
    for answers, refused in [({}, True), ({"RuleName": "neptune"}, False), ({"CreateRule": "false"}, False)]:
        command = ["answers.py", "--stack", "s" * 65, "--region", REGION, "--file", workplace.file("answers.json", answers)]
        done = workplace.script(*command, **aws.environment)
        assert (said in done.stderr) is refused is (done.returncode != 0), done.stderr
    done = workplace.script("answers.py", "--stack", "s" * 64, "--region", REGION, "--file", workplace.file("answers.json", {}), **aws.environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", [["ANSWERS=nowhere.json"], ["ARCHITECTURE=sparc"], ["ZIP=nowhere.zip"]])
def test_arguments_are_looked_at_before_the_build(aws, workplace, arguments):
    done = workplace.make("deploy", *arguments, AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0
    assert re.search("nowhere|sparc", done.stderr), done.stderr
    assert workplace.builds() == []


def ask(aws, workplace, typed):
    command = ["deploy/answers.py", "--stack", "neptune-audit-rule", "--region", REGION]
    return workplace.run(ROOT / ".venv/sam/bin/python", *command, typed=typed, **aws.environment)


def test_a_question_is_asked_again_until_its_answer_can_be(aws, workplace):
    questions = [name for name in load("template.yaml")["Parameters"] if name != "Architecture"]
    done = ask(aws, workplace, "nonsense\naudit\n" + "\n" * len(questions))
    assert "LogTypes: `nonsense` is not one of" in done.stderr
    assert json.loads(done.stdout)["LogTypes"] == "audit", done.stderr
    assert list(json.loads(done.stdout)) == questions


def test_what_only_remediation_needs_is_asked_with_remediation_only(aws, workplace):
    names = list(load("template.yaml")["Parameters"])
    before = len(names[: names.index("Remediation")]) - 2  # neither Architecture nor OrganizationId
    without = ask(aws, workplace, "\n" * 60)
    assert "RemediationRebootInstances [" not in without.stderr
    done = ask(aws, workplace, "\n" * before + "manual\n" + "\n" * 20)
    assert "RemediationRebootInstances [false]: " in done.stderr, done.stderr
    assert json.loads(done.stdout)["Remediation"] == "manual"


def test_enter_keeps_what_the_stack_has_and_a_hyphen_makes_it_blank(aws, workplace):
    aws.make_stack(MinimumRetentionDays="365", LogTypes="slowquery")
    kept = json.loads(ask(aws, workplace, "\n" * 60).stdout)
    assert (kept["LogTypes"], kept["MinimumRetentionDays"]) == ("slowquery", "365")
    names = [name for name in load("template.yaml")["Parameters"] if name != "Architecture"]
    blank = json.loads(ask(aws, workplace, "\n" * names.index("MinimumRetentionDays") + "-\n" + "\n" * 60).stdout)
    assert blank["MinimumRetentionDays"] == ""


def test_where_nobody_answers_nothing_is_guessed(aws, workplace):
    done = ask(aws, workplace, "")
    assert done.returncode != 0
    assert "There is nobody to ask: give a file, `make deploy ANSWERS=answers.json`" in done.stderr and done.stdout == ""


@pytest.mark.parametrize(("target", "template"), [("deploy-stack-set", "organization-stackset"), ("deploy-central", "organization-central")])
def test_what_an_answer_needs_is_said_of_the_target_that_was_called(aws, workplace, target, template):
    command = ["answers.py", "--target", target, "--template", f"deploy/{template}.yaml", "--stack", "s", "--region", REGION]
    assert f"`make {target} ANSWERS=answers.json`" in workplace.script(*command, **aws.environment).stderr
    refused = workplace.script(*command, "--file", workplace.file("answers.json", {"Architecture": "arm64"}), **aws.environment).stderr
    # A central function is there already, on some processor.
    said = "there is no such parameter" if target == "deploy-central" else f"it is that of the zip; say `make {target} ARCHITECTURE=…`"
    assert f"Architecture: {said}" in refused
    # The script behind the target says which one it is.
    assert f"--target {target} " in "".join(path.read_text() for path in (ROOT / "deploy").glob("*.sh"))


def test_every_shell_script_is_what_shellcheck_accepts():
    run(BIN / "shellcheck", ROOT / ".ci/run", *sorted((ROOT / "deploy").glob("*.sh")), ROOT / ".ci/needs", ROOT / ".ci/notes", ROOT / ".ci/sbom")


# The page about it.


def test_the_page_about_deployment_has_every_parameter_with_its_default():
    page = (ROOT / "docs/deployment.md").read_text()
    table = page.split("## Parameters of the template\n")[1].split("\n## ")[0]
    told = {}
    for names, defaults in re.findall(r"^\| (`.+?) \| (.+?) \|", table, re.M):
        names = re.findall(r"`(\w+)`", names)
        defaults = [None] * len(names) if defaults == "as the rule's" else defaults.split(":")[0].split(", ")
        defaults = defaults * len(names) if len(defaults) == 1 else defaults
        told |= dict(zip(names, defaults, strict=True))
    parameters = load("template.yaml")["Parameters"]
    assert set(told) == set(parameters)
    for name, default in told.items():
        if default:
            assert default == (f"`{parameters[name]['Default']}`" if parameters[name]["Default"] != "" else "blank"), name


def test_the_page_about_deployment_has_every_variable_and_alarm():
    page = (ROOT / "docs/deployment.md").read_text()
    alarms = {name for name, resource in load("template.yaml")["Resources"].items() if resource["Type"] == "AWS::CloudWatch::Alarm"}
    assert set(re.findall(r"^\| `(\w+)` \|", page.split("## Alarms\n")[1].split("\n## ")[0], re.M)) == alarms
    variables = set(re.findall(r"^(\w+) \?=", (ROOT / "deploy/deploy.mk").read_text(), re.M))
    told = set(re.findall(r"`(\w+)`", page.split("## Variables\n")[1].split("\n## ")[0]))
    assert variables - told == {"PACK", "BUCKET_PREFIX", "REGIONS"}, "what only the other ways need is on their page"
    assert {"BUCKET_PREFIX", "REGIONS"} <= set(re.findall(r"\b[A-Z_]{4,}\b", (ROOT / "deploy/README.md").read_text()))
