"""An organization: what comes first, what is handed to several Regions, what is uploaded, and which accounts are let in."""

import importlib
import json
import re

import botocore.session
import networkx
import pytest
from botocore.stub import Stubber
from cfnlint.decode import decode
from cfnlint.graph import Graph
from cfnlint.template import Template

from aws_stand_in import aws, moto  # noqa: F401 (fixtures)
from templates import ROOT, load, resources, walk
from test_templates import CENTRAL, PACK, PERMISSIONS, STACK_SET, TEMPLATE, TEMPLATES, accepts, only, run
from workplace import PYTHON, REGION, TARGET, workplace, zipped  # noqa: F401

RULES = ("AWS::Config::ConfigRule", "AWS::Config::OrganizationConfigRule", "AWS::Config::OrganizationConformancePack")
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:neptune-audit-rule"
# A topic, a key and a log destination of one Region, as somebody would type them.
OF_ONE_REGION = [
    "arn:aws:sns:eu-west-1:111122223333:audit",
    "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
    "arn:aws:logs:eu-west-1:111122223333:destination:audit",
]


# AWS Config refuses a rule whose function it may not invoke, so the permission comes first.


def waits_for(path):
    """Each rule of a template, with what it cannot be made before: permissions of the template, and exports of other stacks."""
    parsed, _ = decode(str(path))
    template = Template(str(path), parsed, [REGION])
    template.transform()
    template = Template(str(path), template.template, [REGION])
    graph = (template.graph or Graph(template)).graph
    made = template.get_resources()
    found = {}
    for name, resource in made.items():
        if resource["Type"] in RULES:
            permissions = {before for before in networkx.descendants(graph, name) if made.get(before, {}).get("Type") == "AWS::Lambda::Permission"}
            exports = {json.dumps(part["Fn::ImportValue"]) for part in walk(resource["Properties"]) if "Fn::ImportValue" in part}
            found[name] = permissions | exports
    return found


# A pack's own template holds nothing but rules: the stack or the organization lets AWS Config invoke the function.
@pytest.mark.parametrize("path", [path for path in TEMPLATES if path != PACK])
def test_every_rule_waits_until_aws_config_may_invoke_its_function(path):
    for name, before in waits_for(ROOT / path).items():
        assert before, f"{path}: {name} waits for no permission"


def test_what_the_organizations_rule_imports_is_exported_after_every_permission():
    assert set(waits_for(ROOT / CENTRAL)) == {"OrganizationRule", "OrganizationPack"}
    for imported in waits_for(ROOT / CENTRAL).values():
        assert imported == {'{"Fn::Sub": "${PermissionsStackName}-FunctionArn"}'}
    # Exports are there when the stack is complete: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
    exported = load(PERMISSIONS)["Outputs"]["FunctionArn"]
    assert exported["Export"]["Name"] == {"Fn::Sub": "${AWS::StackName}-FunctionArn"}
    assert exported["Value"] == {"Ref": "FunctionArn"}
    (made,) = load(PERMISSIONS)["Resources"]
    assert made == "Fn::ForEach::Permissions"


def test_a_race_is_found(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text((ROOT / TEMPLATE).read_text().replace("    DependsOn: ConfigPermission\n", ""))
    assert waits_for(path) == {"ConfigRule": set()}


def test_a_central_function_brings_no_rule_of_its_own():
    (rule,) = load(TEMPLATE)["Rules"].values()
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExecutionRoleName"}, ""]}]}
    assert {"Fn::Equals": [{"Ref": "CreateRule"}, "false"]} in [assertion["Assert"] for assertion in rule["Assertions"]]


# A stack set hands one value to every Region.


def test_no_arn_of_one_region_is_handed_to_several():
    template = load(STACK_SET)
    handed = {part["ParameterValue"]["Ref"] for part in only(template, "AWS::CloudFormation::StackSet")["Properties"]["Parameters"]}
    for name in sorted(handed):
        for arn in OF_ONE_REGION:
            # A tag and the key of an object may be any text, and neither is the name of something in a Region.
            if "AllowedPattern" in template["Parameters"][name] and name not in ("CodeKey", "ExemptTag"):
                assert not accepts(template["Parameters"][name], arn), f"{name} takes {arn}"


def resolve(value, region, parameters):
    """What CloudFormation makes of a value in a Region."""
    if isinstance(value, list):
        return [resolve(item, region, parameters) for item in value]
    if not isinstance(value, dict):
        return value
    ((function, given),) = value.items()
    if function == "Ref":
        return {"AWS::Region": region, **parameters}[given]
    if function == "Fn::Sub":
        return re.sub(r"\$\{([\w:]+)\}", lambda match: {"AWS::Region": region, **parameters}[match[1]], given)
    given = resolve(given, region, parameters)
    if function == "Fn::Join":
        return given[0].join(given[1])
    if function == "Fn::Split":
        return given[1].split(given[0])
    assert function == "Fn::Select", function
    return given[1][int(given[0])]


@pytest.fixture(scope="module")
def expanded():
    return json.loads(run(PYTHON, "deploy/expand.py", "stack-set", "x86_64"))


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("AlarmTopicArn", "arn:aws:sns:{region}:111122223333:audit"),
        ("NonCompliantTopicArn", "arn:aws:sns:{region}:111122223333:audit"),
        ("LogKmsKeyArn", "arn:aws:kms:{region}:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"),
        ("RemediationKmsKeyId", "arn:aws:kms:{region}:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"),
    ],
)
def test_each_stack_takes_the_topic_and_the_key_of_its_own_region(expanded, name, arn):
    assert accepts(load(STACK_SET)["Parameters"][name], arn) and accepts(load(STACK_SET)["Parameters"][name], "")
    joined = [part for part in walk(expanded["Resources"]) if "Fn::Join" in part and f"${{{name}}}{{region}}" in json.dumps(part["Fn::Join"][1][0])]
    assert joined
    for part in joined:
        for region in ("eu-west-1", "us-east-1"):
            assert resolve(part, region, {name: arn}) == arn.replace("{region}", region)
        # A blank is never used, but CloudFormation may look at it.
        resolve(part, REGION, {name: ""})
    # Nothing in the resources has the parameter itself.
    assert {"Ref": name} not in list(walk(expanded["Resources"]))


def test_another_accounts_topic_is_published_to_with_a_role_and_ones_own_without():
    template = load(TEMPLATE)
    rules = resources(template, "AWS::Events::Rule")
    assert set(rules) == {"ClusterTurnsNonCompliant", "RunbookFails"}
    for rule in rules.values():
        (target,) = rule["Properties"]["Targets"]
        assert target["RoleArn"] == {"Fn::If": ["PublishesElsewhere", {"Fn::GetAtt": ["NonCompliantPublisher", "Arn"]}, {"Ref": "AWS::NoValue"}]}
    elsewhere = template["Conditions"]["TopicIsElsewhere"]["Fn::Not"][0]["Fn::Equals"][0]
    for topic, account in [("arn:aws:sns:eu-west-1:444455556666:audit", "444455556666"), ("arn:aws:sns:{region}:111122223333:audit", "111122223333"), ("", "")]:
        assert resolve(elsewhere, REGION, {"NonCompliantTopicArn": topic}) == account
    role = template["Resources"]["NonCompliantPublisher"]["Properties"]
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("sns:Publish", {"Ref": "NonCompliantTopicArn"})
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_rule_log_and_dashboard_have_the_same_name_in_every_account():
    template = load(TEMPLATE)["Resources"]
    name = {"Fn::If": ["HasRuleName", {"Ref": "RuleName"}, {"Ref": "AWS::StackName"}]}
    assert template["ConfigRule"]["Properties"]["ConfigRuleName"] == name
    assert template["FunctionLogGroup"]["Properties"]["LogGroupName"] == {"Fn::Sub": ["/aws/lambda/${Name}", {"Name": name}]}
    assert template["Dashboard"]["Properties"]["DashboardName"] == {"Fn::Sub": ["${Name}-${AWS::Region}", {"Name": name}]}
    definition = load(TEMPLATE)["Parameters"]["RuleName"]
    # What a rule, a log group and a dashboard can all be called; GetComplianceDetailsByConfigRule knows 64 characters.
    assert accepts(definition, "n" * 64) and accepts(definition, "neptune-audit_rule-2")
    # The stacks of a stack set are called StackSet-<its name>-<a UUID>: each otherwise, and too long.
    assert not accepts(load(STACK_SET)["Parameters"]["RuleName"], "") and accepts(load(STACK_SET)["Parameters"]["RuleName"], "n" * 64)
    assert not [value for value in ("n" * 65, "2", "a.b", "a b", "a/b") if accepts(definition, value)]


def test_a_dashboard_can_be_left_out():
    assert load(TEMPLATE)["Resources"]["Dashboard"]["Condition"] == "CreatesDashboard"
    assert load(TEMPLATE)["Conditions"]["CreatesDashboard"] == {"Fn::Equals": [{"Ref": "CreateDashboard"}, "true"]}


def test_a_stack_set_goes_on_to_as_many_accounts_at_once_as_it_is_told():
    preferences = only(load(STACK_SET), "AWS::CloudFormation::StackSet")["Properties"]["OperationPreferences"]
    assert preferences["ConcurrencyMode"] == "SOFT_FAILURE_TOLERANCE"


# What a stack set points to.


def uploaded(aws, workplace, *arguments, regions=("eu-west-1", "eu-central-1")):
    for region in regions:
        aws.make_bucket(f"code-{region}", region)
    return workplace.make("package-organization", "BUCKET_PREFIX=code", f"REGIONS={' '.join(regions)}", *arguments, AWS_REGION=REGION, **aws.environment)


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_stack_sets_zip_and_template_are_for_the_same_processor(aws, workplace, architecture):
    done = uploaded(aws, workplace, f"ARCHITECTURE={architecture}")
    assert done.returncode == 0, done.stderr
    (build,) = workplace.builds()
    assert TARGET[architecture] in build
    where = json.loads(done.stdout[done.stdout.index("{\n") :])
    for region in ("eu-west-1", "eu-central-1"):
        assert aws.objects(f"code-{region}")[where["CodeKey"]] == zipped(architecture)
    template = json.loads(aws.objects("code-eu-west-1")[where["TemplateUrl"].removeprefix("https://code-eu-west-1.s3.eu-west-1.amazonaws.com/")])
    assert template["Resources"]["NeptuneAuditRuleFunction"]["Properties"]["Architectures"] == [architecture]
    assert "Architecture" not in template["Parameters"] and "Architecture" not in load(STACK_SET)["Parameters"]
    # What was printed are parameters of the stack set's template, and it takes them.
    for name, value in where.items():
        assert accepts(load(STACK_SET)["Parameters"][name], value), name


def test_the_packs_template_lies_in_a_bucket_of_each_region(aws, workplace):
    done = uploaded(aws, workplace)
    addresses = re.findall(r"PackTemplateS3Uri=s3://(code-\S+?)/(\S+)", done.stderr)
    assert [bucket for bucket, _ in addresses] == ["code-eu-west-1", "code-eu-central-1"]
    for bucket, key in addresses:
        assert aws.objects(bucket)[key] == (ROOT / PACK).read_bytes()
        assert accepts(load(CENTRAL)["Parameters"]["PackTemplateS3Uri"], f"s3://{bucket}/{key}")


def test_a_changed_template_has_a_new_address(aws, workplace):
    """CloudFormation sees an update by its parameters, so the same address would leave every account as it is."""
    address = lambda done: re.search(r'"TemplateUrl": "(.+)"', done.stdout)[1]
    first = address(uploaded(aws, workplace, regions=["eu-west-1"]))
    template = workplace.root / "template.yaml"
    template.write_text(template.read_text().replace("Timeout: 300", "Timeout: 301"))
    command = ("package-organization", "BUCKET_PREFIX=code", "REGIONS=eu-west-1")
    assert address(workplace.make(*command, AWS_REGION=REGION, **aws.environment)) != first


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["BUCKET_PREFIX="], "Say where: make … BUCKET_PREFIX="),
        (["REGIONS="], "Say where: make … BUCKET_PREFIX="),
        (["BUCKET_PREFIX=Code"], "`Code` is not the beginning of a bucket's name"),
        (["REGIONS=eu-west-1,eu-central-1"], "`eu-west-1,eu-central-1` is no Region"),
        (["REGIONS=eu-west-1 us-east-1"], "code-us-east-1: An error occurred (404)"),
    ],
)
def test_buckets_are_looked_for_before_the_build(aws, workplace, arguments, said):
    done = uploaded(aws, workplace, *arguments, regions=["eu-west-1"])
    assert done.returncode != 0
    assert said in done.stderr, done.stderr
    assert workplace.builds() == []


def stub_sam(workplace):
    """A SAM that only writes down what it is asked; moto knows neither stack sets' templates nor loops."""
    calls = workplace.root / "sam-calls"
    path = workplace.tools / "stub-sam"
    path.write_text(f'#!/bin/sh\necho "$@" >>{calls}\n')
    path.chmod(0o755)
    workplace.environment["SAM"] = str(path)
    return lambda: [re.search(r"--stack-name (\S+) --template-file (\S+) --region (\S+) .*(--\S*confirm-changeset)", line).groups() for line in calls.read_text().splitlines()]


def test_the_stack_set_is_deployed_with_what_was_uploaded(aws, workplace):
    asked = stub_sam(workplace)
    aws.make_bucket("code-eu-west-1")
    answers = workplace.file("answers.json", {"OrganizationalUnitIds": ["ou-abcd-11111111"], "MinimumRetentionDays": 365})
    arguments = ["BUCKET_PREFIX=code", "REGIONS=eu-west-1", f"ANSWERS={answers}"]
    done = workplace.make("deploy-stack-set", *arguments, AWS_REGION=REGION, **aws.environment)
    assert done.returncode == 0, done.stderr
    assert asked() == [("neptune-audit-rule-stack-set", STACK_SET, REGION, "--no-confirm-changeset")]
    given = json.loads((workplace.root / ".aws-sam/organization/parameters.json.yaml").read_text())
    assert set(given) == set(load(STACK_SET)["Parameters"])
    assert given["CodeKey"] in aws.objects("code-eu-west-1")
    assert (given["Regions"], given["OrganizationalUnitIds"], given["MinimumRetentionDays"]) == ("eu-west-1", "ou-abcd-11111111", "365")
    for name, value in given.items():
        assert accepts(load(STACK_SET)["Parameters"][name], value) or load(STACK_SET)["Parameters"][name]["Type"] == "Number", name


def test_the_stack_set_needs_to_know_its_units(aws, workplace):
    aws.make_bucket("code-eu-west-1")
    arguments = ["BUCKET_PREFIX=code", "REGIONS=eu-west-1", "ANSWERS=" + workplace.file("answers.json", {})]
    done = workplace.make("deploy-stack-set", *arguments, AWS_REGION=REGION, **aws.environment)
    assert done.returncode != 0
    assert "OrganizationalUnitIds: is needed" in done.stderr
    assert workplace.builds() == []


# One central function.


def organization(aws, accounts):
    organizations = aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = [organizations.create_account(Email=f"{number}@example.com", AccountName=str(number))["CreateAccountStatus"]["AccountId"] for number in range(accounts)]
    aws.make_stack(outputs={"FunctionArn": FUNCTION}, CreateRule="false", ExecutionRoleName="NeptuneAuditRuleMember")
    return made


def central(aws, workplace, answers=None):
    asked = stub_sam(workplace)
    done = workplace.make("deploy-central", "ANSWERS=" + workplace.file("answers.json", answers or {}), AWS_REGION=REGION, **aws.environment)
    return done, asked


def test_the_permissions_of_every_account_come_before_the_organizations_rule(aws, workplace):
    accounts = organization(aws, 3)
    done, asked = central(aws, workplace)
    assert done.returncode == 0, done.stderr
    assert asked() == [
        ("neptune-audit-rule-permissions", PERMISSIONS, REGION, "--no-confirm-changeset"),
        ("neptune-audit-rule-organization", CENTRAL, REGION, "--no-confirm-changeset"),
    ]
    work = workplace.root / ".aws-sam/central"
    given = json.loads((work / "members.json").read_text())
    assert given == {"FunctionArn": FUNCTION, "MemberAccountIds": ",".join(sorted(accounts))}
    assert set(given) == set(load(PERMISSIONS)["Parameters"])
    assert json.loads((work / "answers.json").read_text())["PermissionsStackName"] == "neptune-audit-rule-permissions"


def test_an_account_that_joined_is_let_in_by_the_next_run(aws, workplace):
    organization(aws, 2)
    central(aws, workplace)
    joined = aws.client("organizations").create_account(Email="new@example.com", AccountName="new")["CreateAccountStatus"]["AccountId"]
    central(aws, workplace)
    assert joined in json.loads((workplace.root / ".aws-sam/central/members.json").read_text())["MemberAccountIds"]


def test_an_excluded_account_is_not_let_in(aws, workplace):
    first, second = organization(aws, 2)
    central(aws, workplace, {"ExcludedAccountIds": [first]})
    assert json.loads((workplace.root / ".aws-sam/central/members.json").read_text())["MemberAccountIds"] == second


def test_under_a_delegated_administrator_the_management_account_is_let_in_and_asked_for_its_role(monkeypatch, tmp_path, capsys):
    """moto lists no accounts to anybody but the management account, so botocore's stubs answer here."""
    monkeypatch.syspath_prepend(str(ROOT / "deploy"))
    members = importlib.import_module("members")
    manager, own, other = "111122223333", "444455556666", "123456789012"
    organizations, sts = (botocore.session.get_session().create_client(name, REGION) for name in ("organizations", "sts"))
    with Stubber(organizations) as told, Stubber(sts) as caller:
        told.add_response("describe_organization", {"Organization": {"MasterAccountId": manager}})
        accounts = [{"Id": account, "State": "ACTIVE"} for account in (manager, own, other)] + [{"Id": "000000000000", "State": "SUSPENDED"}]
        told.add_response("list_accounts", {"Accounts": accounts})
        caller.add_response("get_caller_identity", {"Account": own})
        monkeypatch.setattr(members.boto3, "client", lambda name, region_name: {"organizations": organizations, "sts": sts}[name])
        monkeypatch.setattr(members, "function_without_rule", lambda stack, region: (FUNCTION, {"ExecutionRoleName": "Member"}))
        (tmp_path / "answers.json").write_text('{"ExecutionRoleName": "Member", "ExcludedAccountIds": ""}')
        monkeypatch.setattr("sys.argv", ["members.py", "--stack", "s", "--region", REGION, "--answers", str(tmp_path / "answers.json")])
        members.main()
    printed = capsys.readouterr()
    assert json.loads(printed.out)["MemberAccountIds"] == f"{manager},{other}"
    # The stack set of member roles reaches every account but the one that manages the organization.
    assert f"The management account {manager} is among them" in printed.err and "deploy/member-role.yaml there by hand" in printed.err


def test_more_accounts_than_a_functions_policy_holds_are_refused_with_the_other_way(aws, workplace):
    organization(aws, 51)
    done, _ = central(aws, workplace)
    assert done.returncode != 0
    assert "51 accounts" in done.stderr and "make deploy-stack-set" in done.stderr
    assert not (workplace.root / "sam-calls").exists()


def test_fifty_permissions_fit_into_a_functions_policy():
    """20 KB, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. CloudFormation makes up names and ids."""
    statement = {
        "Sid": "neptune-audit-rule-permissions-Permission111122223333-ABCDEFGHIJKL",
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws:lambda:ap-southeast-2:111122223333:function:neptune-audit-rule-NeptuneAuditRuleFunction-ABCDEFGHIJKL",
        "Condition": {"StringEquals": {"AWS:SourceAccount": "444455556666"}},
    }
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": [statement] * 51}
    assert len(json.dumps(policy, separators=(",", ":"))) <= 20_480


def test_a_central_stack_that_assumes_another_role_than_the_rule_says_is_refused(aws, workplace):
    organization(aws, 1)
    done, _ = central(aws, workplace, {"ExecutionRoleName": "Other"})
    assert done.returncode != 0
    assert "Give both the same ExecutionRoleName" in done.stderr
