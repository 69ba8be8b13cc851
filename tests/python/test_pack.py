"""`make deploy-pack` and `make undeploy`: what AWS Config is asked for, judged by botocore as the AWS CLI would judge it."""

import json

import botocore.session
import pytest
from botocore.validate import ParamValidator

from aws_stand_in import aws, moto, packs  # noqa: F401 (fixtures)
from templates import ROOT, load
from workplace import REGION, workplace  # noqa: F401

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:neptune-audit-rule"
PACK = "deploy/conformance-pack.yaml"


def put(aws, packs, workplace, *arguments):
    aws.make_stack(outputs={"FunctionArn": FUNCTION}, CreateRule="false")
    done = workplace.make("deploy-pack", *arguments, AWS_REGION=REGION, **aws.environment)
    requests = [request for action, request in packs.asked if action == "PutConformancePack"]
    return done, requests


def test_values_with_commas_reach_the_pack_as_they_are(aws, packs, workplace):
    answers = {"LogTypes": "audit,slowquery", "MinimumRetentionDays": 365, "LogGroupEncrypted": True, "ForwardingDestination": "arn:aws:logs:*"}
    done, (request,) = put(aws, packs, workplace, "ANSWERS=" + workplace.file("pack.json", answers))
    assert done.returncode == 0, done.stderr
    given = {parameter["ParameterName"]: parameter["ParameterValue"] for parameter in request["ConformancePackInputParameters"]}
    defaults = {name: definition["Default"] for name, definition in load(PACK)["Parameters"].items() if name != "FunctionArn"}
    expected = defaults | {"LogTypes": "audit,slowquery", "MinimumRetentionDays": "365", "LogGroupEncrypted": "true", "ForwardingDestination": "arn:aws:logs:*"}
    assert given == expected | {"FunctionArn": FUNCTION}
    assert request["TemplateBody"] == (ROOT / PACK).read_text()
    assert set(packs.regions) == {REGION}


def test_the_request_is_one_that_aws_config_knows(aws, packs, workplace):
    _, (request,) = put(aws, packs, workplace)
    shape = botocore.session.get_session().get_service_model("config").operation_model("PutConformancePack").input_shape
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    assert len(request["TemplateBody"]) <= shape.members["TemplateBody"].metadata["max"]
    assert len(request["ConformancePackInputParameters"]) <= shape.members["ConformancePackInputParameters"].metadata["max"]


@pytest.mark.parametrize(
    ("arguments", "answers", "said"),
    [
        ([], {"MinimumRetentionDays": "4000"}, "MinimumRetentionDays: `4000` must be blank"),
        ([], {"Logtypes": "audit"}, "Logtypes: there is no such parameter"),
        ([], {"FunctionArn": "other"}, "FunctionArn: there is no such parameter"),
        (["PACK=my_pack"], {}, "`my_pack` is no name for a conformance pack"),
    ],
)
def test_what_aws_config_would_refuse_is_refused_at_once(aws, packs, workplace, arguments, answers, said):
    done, requests = put(aws, packs, workplace, *arguments, "ANSWERS=" + workplace.file("pack.json", answers))
    assert done.returncode != 0
    assert said in done.stderr, done.stderr
    assert requests == []


def test_a_pack_beside_a_rule_of_the_stack_is_refused(aws, packs, workplace):
    aws.make_stack(outputs={"FunctionArn": FUNCTION}, CreateRule="true")
    done = workplace.make("deploy-pack", AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0
    assert "judged, and paid for, twice" in done.stderr
    assert packs.asked == []


def test_a_pack_without_its_stack_says_what_to_do(aws, packs, workplace):
    done = workplace.make("deploy-pack", AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0
    assert "The stack neptune-audit-rule cannot be found in eu-west-1" in done.stderr
    assert "CreateRule=false" in done.stderr and "Traceback" not in done.stderr


def test_a_pack_that_cannot_be_made_fails_with_the_reason(aws, packs, workplace):
    packs.states = ["CREATE_FAILED"]
    done, _ = put(aws, packs, workplace)
    assert done.returncode != 0
    assert "CREATE_FAILED" in done.stdout and "the function cannot be invoked" in done.stderr


@pytest.mark.parametrize(("answer", "deleted"), [("", False), ("n", False), ("y", True)])
def test_undeploy_asks_in_the_region_that_it_printed(aws, packs, workplace, answer, deleted):
    packs.packs = [{"ConformancePackName": name, "ConformancePackArn": "arn", "ConformancePackId": name} for name in ("other", "neptune-audit-rule")]
    done = workplace.make("undeploy", typed=f"{answer}\nn\nn\n", AWS_REGION="eu-central-1", **aws.environment)
    assert "Region eu-central-1" in done.stderr, done.stderr
    assert set(packs.regions) == {"eu-central-1"}
    requests = [request for action, request in packs.asked if action == "DeleteConformancePack"]
    assert requests == ([{"ConformancePackName": "neptune-audit-rule"}] if deleted else [])
    if not deleted:
        assert done.returncode != 0 and "Nothing was deleted." in done.stderr


def test_a_stack_without_a_pack_is_deleted_by_somebody_who_may_not_see_packs(aws, packs, workplace):
    aws.make_stack(CreateRule="true")
    packs.denied = "config:DescribeConformancePacks"
    done = workplace.make("undeploy", typed="y\ny\ny\n", AWS_REGION=REGION, **aws.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "may not be seen" in done.stderr and "config:DescribeConformancePacks" in done.stderr and "delete-conformance-pack" in done.stderr
    assert aws.client("cloudformation").describe_stacks()["Stacks"] == []


def test_what_else_goes_wrong_with_a_pack_stops_the_deletion(aws, packs, workplace):
    aws.make_stack(CreateRule="true")
    packs.packs = [{"ConformancePackName": "neptune-audit-rule", "ConformancePackArn": "arn", "ConformancePackId": "id"}]
    packs.denied = "config:DeleteConformancePack"
    done = workplace.make("undeploy", typed="y\ny\ny\n", AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0 and "config:DeleteConformancePack" in done.stderr
    assert len(aws.client("cloudformation").describe_stacks()["Stacks"]) == 1


def test_the_stack_is_deleted_in_the_region_that_was_printed(aws, packs, workplace):
    aws.make_stack(CreateRule="true")
    done = workplace.make("undeploy", typed="y\ny\ny\n", AWS_REGION=REGION, **aws.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in the region eu-west-1" in done.stdout
    assert aws.client("cloudformation").describe_stacks()["Stacks"] == [], json.dumps(packs.asked)
