"""Each action is allowed on something that IAM knows for it, and the page about permissions says what the templates say."""

import json
import re

import pytest

from templates import ROOT, allowed_actions, as_list, load, walk
from test_templates import MEMBER_ROLE, TEMPLATE, run

PAGE = (ROOT / "docs/permissions.md").read_text()
ROLES = [(TEMPLATE, "FunctionRole"), (TEMPLATE, "RunbookRole"), (TEMPLATE, "NonCompliantPublisher"), (MEMBER_ROLE, "MemberRole")]
# Allowed on everything though IAM knows log groups for it: what the account's policies ask for is not documented.
WIDER = {"logs:DescribeSubscriptionFilters"}
# Younger than the data of policy_sentry 0.13.
UNKNOWN = {"logs:PutLogGroupDeletionProtection"}
QUERY = """
import json, sys
from policy_sentry.querying.actions import get_action_data
found = {}
for action in sys.argv[1:]:
    service, name = action.split(":")
    found[action] = sorted({row["resource_arn_format"] for row in (get_action_data(service, name) or {}).get(service, [])})
print(json.dumps(found))
"""
# What stands for a resource of the template in a policy.
MADE = {
    # The ARN of a log group ends in `:*`, which covers its streams.
    "FunctionLogGroup": "arn:aws:logs:r:1:log-group:name:log-stream:*",
    "FailedEvents": "arn:aws:sqs:r:1:name",
    "NonCompliantTopicArn": "arn:aws:sns:r:1:name",
}


@pytest.fixture(scope="module")
def known():
    """The resource types that IAM knows for each action; policy_sentry comes with checkov."""
    actions = sorted({action for path, role in ROLES for action in allowed_actions(load(path)["Resources"][role])})
    return json.loads(run(ROOT / ".venv/checkov/bin/python", "-c", QUERY, *actions))


def plain(resource):
    """A policy's resource with plain words for pseudo parameters and references."""
    if isinstance(resource, str):
        return resource
    ((function, value),) = resource.items()
    if function == "Fn::Sub":
        return re.sub(r"\$\{[^}]+\}", "1", value)
    return MADE[value if function == "Ref" else value[0]]


def statements(role):
    return [part for part in walk(role["Properties"]["Policies"]) if part.get("Effect") == "Allow"]


def check_resources(role, known):
    for statement in statements(role):
        for action in as_list(statement["Action"]):
            if action in UNKNOWN:
                continue
            formats = known[action]
            assert formats, f"IAM knows no action {action}"
            for resource in map(plain, as_list(statement["Resource"])):
                if formats == ["*"]:
                    assert resource == "*", f"IAM knows no resource for {action}, so {resource} allows nothing"
                elif resource == "*":
                    assert action in WIDER, f"{action} can be narrowed to {formats}"
                else:
                    patterns = [re.sub(r"\\\$\\\{[^}]+\\\}", ".+", re.escape(text)) for text in formats if text != "*"]
                    assert any(re.fullmatch(pattern, resource) for pattern in patterns), f"{action} on {resource}; IAM knows {formats}"


@pytest.mark.parametrize(("path", "role"), ROLES)
def test_every_action_is_allowed_on_a_resource_that_iam_knows_for_it(path, role, known):
    check_resources(load(path)["Resources"][role], known)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:111122223333:log-group:*"),
        ("rds:DescribeDBClusters", "*"),
        ("rds:DescribeDBClusters", "arn:aws:rds:eu-west-1:111122223333:cluster-pg:*"),
    ],
)
def test_an_action_on_a_resource_that_iam_does_not_know_for_it_is_found(action, resource, known):
    role = load(TEMPLATE)["Resources"]["FunctionRole"]
    role["Properties"]["Policies"] = [{"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}}]
    with pytest.raises(AssertionError):
        check_resources(role, known)


def test_the_page_about_permissions_has_every_action_of_the_function_on_its_resource():
    table = PAGE.split("## The function\n")[1].split("\n## ")[0]
    rows = {}
    for actions, resource in re.findall(r"^\| (`.+?) \| (.+?) \| .+ \|$", table, re.M):
        rows |= {action: resource for action in re.findall(r"`([a-z]+:\w+)`", actions)}
    role = load(TEMPLATE)["Resources"]["FunctionRole"]
    assert set(rows) == allowed_actions(role)
    for statement in statements(role):
        for action in as_list(statement["Action"]):
            resource = plain(statement["Resource"])
            if rows[action].startswith("`"):
                assert resource == "*" if rows[action] == "`*`" else resource.endswith(":" + rows[action].strip("`")), action


def test_the_statement_for_a_topic_names_the_role_that_the_template_makes():
    statement = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.S)[1])
    name = load(TEMPLATE)["Resources"]["NonCompliantPublisher"]["Properties"]["RoleName"]["Fn::Sub"].partition("${")[0]
    assert statement["Condition"]["ArnLike"]["aws:PrincipalArn"] == f"arn:aws:iam::*:role/{name}*"
