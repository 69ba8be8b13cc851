#!/usr/bin/env python3
"""Finds out what the parameters of a template shall be, and refuses what AWS would refuse minutes later.

Without a file it asks for each, and offers what the stack has now. With one (JSON: an object of names and values) it asks
nothing, and what the file leaves out has the template's default. Prints all of them as an object in JSON.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from samcli.yamlhelper import yaml_parse

# Questions that make sense with another answer only, and the answer that makes them pointless.
ONLY_WITH = {"OrganizationId": ("ExecutionRoleName", "")}
BLANK = "-"
# Recorded results are read of rules with such a name only: ConfigRuleName of
# https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByConfigRule.html
LONGEST_RULE_NAME = 64
# What a target builds, it builds for a processor; the others find a function that is there.
BUILDS = ("deploy", "deploy-stack-set")


class Refused(Exception):
    """An answer that cannot be; the text says why."""


def pointless(name, answers):
    other, off = ONLY_WITH.get(name, ("Remediation", "none") if name.startswith("Remediation") else (None, None))
    return name != other and other in answers and answers[other] == off


def text_of(name, value):
    """A value of JSON as CloudFormation takes it: a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    raise Refused(f"{name}: a text, a whole number, true or false is wanted, or a list of texts")


def check(name, definition, text):
    """Raises Refused for a value that CloudFormation would not take."""
    allowed = [text_of(name, value) for value in definition.get("AllowedValues", [])]
    if allowed and text not in allowed:
        raise Refused(f"{name}: `{text}` is not one of {', '.join(value or 'blank' for value in allowed)}")
    if not re.fullmatch(definition.get("AllowedPattern", ".*"), text, re.DOTALL):
        raise Refused(f"{name}: `{text}` {definition.get('ConstraintDescription', 'does not match ' + definition['AllowedPattern'])}")
    if len(text) > definition.get("MaxLength", 4096):
        raise Refused(f"{name}: {len(text)} characters, at most {definition['MaxLength']} are allowed")
    if definition["Type"] == "Number":
        low, high = definition.get("MinValue", 0), definition.get("MaxValue", sys.maxsize)
        if not text.isdecimal() or not low <= int(text) <= high:
            raise Refused(f"{name}: `{text}` is no whole number from {low} to {high}")
    if not text and "Default" not in definition:
        raise Refused(f"{name}: is needed. {definition['Description']}")


def holds(test, answers):
    """What a condition in a template's Rules says of the answers."""
    if not isinstance(test, dict):
        return test
    ((function, parts),) = test.items()
    if function == "Ref":
        return answers[parts]
    parts = [holds(part, answers) for part in parts]
    return {"Fn::Equals": lambda: parts[0] == parts[1], "Fn::Not": lambda: not parts[0], "Fn::And": lambda: all(parts), "Fn::Or": lambda: any(parts)}[function]()


def check_name(stack, answers):
    """Raises Refused where the stack gives its name to a rule, and it is too long for one."""
    if answers.get("CreateRule") == "true" and answers.get("RuleName") == "" and len(stack) > LONGEST_RULE_NAME:
        raise Refused(f"RuleName: the stack's name would be the rule's, and has {len(stack)} characters: name the rule, in at most {LONGEST_RULE_NAME}")


def check_together(template, answers):
    for rule in template.get("Rules", {}).values():
        if holds(rule.get("RuleCondition", True), answers):
            for assertion in rule["Assertions"]:
                if not holds(assertion["Assert"], answers):
                    raise Refused(assertion["AssertDescription"])


def from_file(path, definitions, target):
    try:
        given = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read: {error}") from error
    if not isinstance(given, dict):
        raise Refused(f"{path}: an object of parameters and their values is wanted")
    problems, answers = [], {}
    for name in given.keys() - definitions.keys():
        if name == "Architecture" and target in BUILDS:
            problems.append(f"Architecture: it is that of the zip; say `make {target} ARCHITECTURE=…`")
        else:
            problems.append(f"{name}: there is no such parameter; there are {', '.join(definitions)}")
    for name, definition in definitions.items():
        try:
            answers[name] = text_of(name, given.get(name, definition.get("Default", "")))
            check(name, definition, answers[name])
        except Refused as problem:
            problems.append(str(problem))
    if problems:
        raise Refused("\n".join(f"{path}: {problem}" for problem in sorted(problems)))
    return answers


def ask(definitions, present, target):
    """Asks for each parameter on the terminal, until the answer is one that can be."""
    say = lambda text: print(text, file=sys.stderr)  # standard output is for the answers
    say(f"Enter keeps what stands in [brackets]; {BLANK} makes it blank.")
    answers = {}
    for name, definition in definitions.items():
        offered = present.get(name, text_of(name, definition.get("Default", "")))
        if pointless(name, answers):
            answers[name] = offered
            continue
        say(f"\n{definition['Description']}")
        if "AllowedValues" in definition and len(definition["AllowedValues"]) < 8:
            say(f"  ({', '.join(text_of(name, value) for value in definition['AllowedValues'] if value != '')})")
        while name not in answers:
            print(f"{name} [{offered}]: ", end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                raise Refused(f"There is nobody to ask: give a file, `make {target} ANSWERS=answers.json`.")
            answer = line.strip() or offered
            answer = "" if answer == BLANK else answer
            try:
                check(name, definition, answer)
                answers[name] = answer
            except Refused as problem:
                say(problem)
    return answers


def present_values(stack, region):
    """What the stack has now, if there is one."""
    try:
        (found,) = boto3.client("cloudformation", region_name=region).describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    return {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in found.get("Parameters", [])}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--target", default="deploy", help="what make was called with")
    arguments.add_argument("--template", default="template.yaml")
    arguments.add_argument("--stack", required=True)
    arguments.add_argument("--region", required=True)
    arguments.add_argument("--file", help="the answers; without it they are asked for")
    arguments.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="an answer that somebody else has given")
    given = arguments.parse_args()
    template = yaml_parse(Path(given.template).read_text())
    settled = dict(pair.split("=", 1) for pair in given.set)
    # The architecture is that of the code; see expand.py.
    definitions = {name: definition for name, definition in template["Parameters"].items() if name not in {"Architecture", *settled}}
    try:
        if given.file:
            answers = from_file(given.file, definitions, given.target)
        else:
            answers = ask(definitions, present_values(given.stack, given.region), given.target)
        check_name(given.stack, answers)
        check_together(template, answers | settled)
    except (Refused, ClientError) as problem:
        sys.exit(str(problem))
    print(json.dumps(answers | settled, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
