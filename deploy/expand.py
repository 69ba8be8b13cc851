#!/usr/bin/env python3
"""Prints template.yaml as a plain CloudFormation template, for stack sets.

A stack set with service-managed permissions takes no transform (so neither SAM nor AWS::Include) and no nested stack:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-custom-execution-role.html. So SAM's own translator
does here what CloudFormation would do on deployment, the runbook is put in its place, and the code is named by
parameters, because Lambda reads a zip from a bucket of its own Region only.

With --runbook: only the runbook and its role, for the members of a central function.

Needs the packages aws-sam-translator and PyYAML; `.venv/sam` has them.
"""

import argparse
import json
import sys
from pathlib import Path

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parents[1]
FUNCTION = "NeptuneAuditRuleFunction"
CODE_PARAMETERS = {
    "CodeBucketPrefix": {
        "Type": "String",
        "Description": "The function's zip lies in the bucket <prefix>-<Region>.",
    },
    "CodeKey": {"Type": "String", "Description": "Key of the function's zip."},
}
# What --runbook keeps: the resources, and what they refer to.
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


def expand(template):
    template = include_files(template)
    template["Parameters"].update(CODE_PARAMETERS)
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
    arguments.add_argument("--runbook", action="store_true", help="only the runbook and its role")
    wanted = only_runbook if arguments.parse_args().runbook else expand
    try:
        plain = wanted(yaml_parse((ROOT / "template.yaml").read_text()))
    except InvalidDocumentException as error:
        sys.exit(f"template.yaml: {error.message}: {', '.join(cause.message for cause in error.causes)}")
    json.dump(plain, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
