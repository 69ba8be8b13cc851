#!/usr/bin/env python3
"""Prints template.yaml in the form that a deployment needs.

`stack-set`: a plain CloudFormation template. A stack set with service-managed permissions takes no transform (so neither SAM
nor AWS::Include) and no nested stack:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-custom-execution-role.html. So SAM's own translator
does here what CloudFormation would do on deployment, the runbook stands where it is included, the code is named by
parameters, because Lambda reads a zip from a bucket of its own Region only, and {region} in an ARN is the stack's own.

`stack`: the template for `sam deploy`, with the zip as its code.

`runbook`: only the runbook and its role, for the members of a central function.

The first two are for one zip, and its architecture is written into them: it cannot be answered otherwise.

Needs the packages aws-sam-translator and PyYAML; `.venv/sam` has them.
"""

import argparse
import json
import sys
from pathlib import Path

import boto3
from code_in_zip import NotCode, architecture_of
from samcli.yamlhelper import yaml_parse
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parents[1]
STACK_SET = "deploy/organization-stackset.yaml"
FUNCTION = "NeptuneAuditRuleFunction"
# Where a stack set says that the zip lies: in the bucket <prefix>-<Region>.
OF_THE_CODE = ("CodeBucketPrefix", "CodeKey")
# In a stack set, ARNs of what is of one Region, so that one value serves every Region. Their patterns are the stack set's.
OF_A_REGION = ("LogKmsKeyArn", "AlarmTopicArn", "NonCompliantTopicArn", "RemediationKmsKeyId")
PLACEHOLDER = "{region}"
# What `runbook` keeps: the resources, and what they refer to.
RUNBOOK = {
    "Parameters": ["RemediationRebootInstances"],
    "Conditions": ["RebootsAllowed"],
    "Resources": ["Runbook", "RunbookRole"],
    "Outputs": ["RunbookName", "RunbookRoleArn"],
}


def include_files(value):
    """Puts each file that an AWS::Include names in the place of the transform."""
    if isinstance(value, list):
        return [include_files(item) for item in value]
    if not isinstance(value, dict):
        return value
    transform = value.get("Fn::Transform")
    if transform and transform["Name"] == "AWS::Include":
        return yaml_parse((ROOT / transform["Parameters"]["Location"]).read_text())
    return {key: include_files(item) for key, item in value.items()}


def fix_architecture(template, architecture):
    """The architecture of the code, in the place of a parameter that might be answered otherwise."""
    del template["Parameters"]["Architecture"]
    template["Resources"][FUNCTION]["Properties"]["Architectures"] = [architecture]


def in_its_region(name):
    """A parameter's ARN with the stack's Region for the placeholder. (One more placeholder: a blank has two parts too.)"""
    parts = {"Fn::Split": [PLACEHOLDER, {"Fn::Sub": "${" + name + "}" + PLACEHOLDER}]}
    return {"Fn::Join": ["", [{"Fn::Select": [0, parts]}, {"Ref": "AWS::Region"}, {"Fn::Select": [1, parts]}]]}


def follow_the_region(value):
    """Every mention of such an ARN, in resources, becomes that of the stack's Region."""
    if isinstance(value, list):
        return [follow_the_region(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("Ref") in OF_A_REGION:
        return in_its_region(value["Ref"])
    return {key: follow_the_region(item) for key, item in value.items()}


def for_a_stack_set(template, architecture):
    template = include_files(template)
    fix_architecture(template, architecture)
    template["Resources"] = follow_the_region(template["Resources"])
    stack_set = yaml_parse((ROOT / STACK_SET).read_text())["Parameters"]
    template["Parameters"] = {name: stack_set.get(name, definition) for name, definition in template["Parameters"].items()}
    template["Parameters"].update({name: stack_set[name] for name in OF_THE_CODE})
    template["Resources"][FUNCTION]["Properties"]["CodeUri"] = {
        "Bucket": {"Fn::Sub": "${CodeBucketPrefix}-${AWS::Region}"},
        "Key": {"Ref": "CodeKey"},
    }
    # No managed policy is named by its short name, so there is none to look up. The translator wants some Region to
    # know the partition of ARNs that it makes itself; here it makes none, and a test looks for the name.
    session = boto3.Session(region_name="us-east-1")
    plain = Translator({}, Parser(), boto_session=session).translate(template, parameter_values={})
    plain.pop("Transform", None)
    return plain


def for_a_stack(template, code):
    fix_architecture(template, architecture_of(code))
    template["Resources"][FUNCTION]["Properties"]["CodeUri"] = str(code.resolve())
    # SAM uploads it, from wherever the printed template lies.
    included = template["Resources"]["Runbook"]["Properties"]["Content"]["Fn::Transform"]["Parameters"]
    included["Location"] = str(ROOT / included["Location"])
    return template


def only_runbook(template):
    template = include_files(template)
    kept = {"AWSTemplateFormatVersion": template["AWSTemplateFormatVersion"]}
    kept["Description"] = "The runbook that repairs the audit trail of Neptune clusters, and its role."
    for section, names in RUNBOOK.items():
        kept[section] = {name: template[section][name] for name in names}
        for part in kept[section].values():
            # Here they are always made.
            if isinstance(part, dict) and part.get("Condition") == "Remediates":
                del part["Condition"]
    return kept


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    form = arguments.add_subparsers(dest="form", required=True)
    form.add_parser("stack-set", help="a plain template").add_argument("architecture", choices=["arm64", "x86_64"])
    form.add_parser("stack", help="for sam deploy").add_argument("zip", type=Path, help="the function's zip")
    form.add_parser("runbook", help="only the runbook and its role")
    given = arguments.parse_args()
    template = yaml_parse((ROOT / "template.yaml").read_text())
    try:
        if given.form == "stack-set":
            printed = for_a_stack_set(template, given.architecture)
        elif given.form == "stack":
            printed = for_a_stack(template, given.zip)
        else:
            printed = only_runbook(template)
    except InvalidDocumentException as error:
        sys.exit(f"template.yaml: {error.message}: {', '.join(cause.message for cause in error.causes)}")
    except NotCode as error:
        sys.exit(str(error))
    json.dump(printed, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
