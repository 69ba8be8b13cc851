"""The page with a section for each code: whole, in the links' order, and its commands and templates are ones that AWS takes."""

import json
import re
import shlex

import botocore.session
import cfnlint.api
import hcl2
import pytest
from botocore import xform_name
from botocore.validate import ParamValidator

from templates import ROOT

PAGE = (ROOT / "docs/links.md").read_text()
CODES = [
    "PARAMETER_OFF",
    "NOT_IN_EFFECT",
    "CALLER_UNKNOWN",
    "EXPORT_OFF",
    "EXPORT_PENDING",
    "LOG_GROUP_MISSING",
    "RETENTION_TOO_SHORT",
    "RETENTION_TOO_LONG",
    "NOT_ENCRYPTED",
    "DELETABLE",
    "NOT_WATCHED",
    "NOT_FORWARDED",
    "SILENT",
]
SECTIONS = {part.split("\n", 1)[0]: part.split("\n", 1)[1] for part in re.split(r"^## ", PAGE, flags=re.M)[1:]}
REGION = "eu-west-1"
BOTOCORE = botocore.session.get_session()


def blocks(language):
    """Each fenced block of a language, with the code it stands under."""
    return [
        pytest.param(block, id=f"{code}-{number}")
        for code, section in SECTIONS.items()
        for number, block in enumerate(re.findall(rf"^```{language}\n(.*?)^```", section, re.S | re.M))
    ]


def commands():
    """Every command of the page, as words."""
    found = []
    for parameter in blocks("bash"):
        lines = parameter.values[0].replace("\\\n", " ").splitlines()
        found += [pytest.param(shlex.split(line), id=f"{parameter.id}-{number}") for number, line in enumerate(lines)]
    return found


def test_each_code_has_its_section_in_the_order_of_the_links():
    assert [title for title in SECTIONS if re.fullmatch(r"[A-Z_]+", title)] == CODES


@pytest.mark.parametrize("code", CODES)
def test_a_section_stands_alone(code):
    section = SECTIONS[code]
    assert re.match(r"\n[A-Z][^\n]{10,98}\.\n\n### ", section), "a line that sums it up comes first"
    assert re.findall(r"^### (.+)$", section, re.M) == ["Meaning", "Risk", "Fix", "Controls", "Annotation"]
    fix = section.split("### Fix")[1].split("### ")[0]
    assert re.findall(r"^(Console|AWS CLI|Terraform|CloudFormation)\b", fix, re.M)[0] == "Console"
    assert {"AWS CLI", "Terraform", "CloudFormation"} <= set(re.findall(r"^(Console|AWS CLI|Terraform|CloudFormation)\b", fix, re.M))
    for language in ("bash", "hcl", "yaml"):
        assert f"```{language}\n" in fix, language
    controls = section.split("### Controls")[1].split("### ")[0]
    assert re.findall(r"^- (PCI DSS|NIST|ISO|SOC 2|HIPAA)", controls, re.M) == ["PCI DSS", "NIST", "ISO", "SOC 2", "HIPAA"]
    assert "<https://docs.aws.amazon.com/" in controls
    annotation = re.search(r"### Annotation\n\n```text\n(.*)\n```\n", section)[1]
    assert annotation.startswith(f"audit: {code}. ")
    assert len(annotation) <= 256
    assert "(#" not in section, "a link to another section leads nowhere once the section is printed alone"


def test_lines_fit_a_terminal():
    wide = [line for line in PAGE.splitlines() if len(line) > 100 and not line.startswith(("audit: ", "| ", "<https://"))]
    assert not wide


def read_value(shape, text):
    """A value as the AWS CLI reads it: JSON, or `key=value,key=value`."""
    if shape.type_name == "string":
        return text
    if shape.type_name in ("integer", "long"):
        return int(text)
    if text.startswith(("{", "[")):
        return json.loads(text)
    if shape.type_name == "list":
        return [read_value(shape.member, word) for word in text.split()]
    assert shape.type_name == "structure", (shape, text)
    return dict(pair.split("=", 1) for pair in text.split(","))


@pytest.mark.parametrize("words", commands())
def test_a_command_is_one_of_the_aws_cli_and_its_arguments_are_valid(words):
    program, service, operation, *rest = words
    assert program == "aws"
    model = BOTOCORE.get_service_model(service)
    if operation == "wait":
        waiters = BOTOCORE.get_waiter_model(service)
        operation, *rest = rest
        names = {xform_name(name, "-"): waiters.get_waiter(name).operation for name in waiters.waiter_names}
        name = names[operation]
    else:
        name = {xform_name(name, "-"): name for name in model.operation_names}[operation]
    shape = model.operation_model(name).input_shape
    options = {f"--{xform_name(member, '-')}": member for member in shape.members}
    given = {}
    while rest:
        option, *rest = rest
        values = []
        while rest and not rest[0].startswith("--"):
            values.append(rest.pop(0))
        if option == "--query":
            continue
        negated = option.replace("--no-", "--", 1)
        if negated in options and shape.members[options[negated]].type_name == "boolean":
            assert not values
            given[options[negated]] = negated == option
            continue
        assert option in options, f"{service} {operation} has no option {option}"
        given[options[option]] = read_value(shape.members[options[option]], " ".join(values))
    report = ParamValidator().validate(given, shape)
    assert not report.has_errors(), report.generate_report()
    for member, value in given.items():
        # The validator knows nothing of enumerations.
        allowed = getattr(shape.members[member], "enum", None)
        assert not allowed or value in allowed, (member, value)


@pytest.mark.parametrize("template", blocks("yaml"))
def test_a_template_is_one_that_cloudformation_takes(template):
    matches = [match for match in cfnlint.api.lint(template, regions=[REGION]) if match.rule.severity != "informational"]
    assert [str(match) for match in matches] == []


@pytest.mark.parametrize("text", blocks("hcl"))
def test_a_terraform_block_is_well_formed(text):
    assert hcl2.loads(text)["resource"]
