#!/usr/bin/env python3
"""Puts the conformance pack on the function of a stack, or deletes it."""

import argparse
import re
import sys
import time
from pathlib import Path

import boto3
from answers import Refused, from_file
from botocore.exceptions import BotoCoreError, ClientError
from samcli.yamlhelper import yaml_parse
from stacks import function_without_rule

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "deploy/conformance-pack.yaml"
# https://docs.aws.amazon.com/config/latest/APIReference/API_PutConformancePack.html
NAME = r"[a-zA-Z][-a-zA-Z0-9]{0,255}"
DENIED = ("AccessDenied", "AccessDeniedException")
WAIT_SECONDS, PATIENCE_SECONDS = 5, 600


def input_parameters(file):
    """What the pack is given. Its template knows no allowed values, template.yaml does."""
    pack = yaml_parse(TEMPLATE.read_text())["Parameters"]
    strict = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    definitions = {name: strict.get(name, definition) for name, definition in pack.items() if name != "FunctionArn"}
    return from_file(file, definitions, "deploy-pack") if file else {}


def request(name, function, parameters):
    """The request of PutConformancePack. A list, not a line of text: so a value may have commas."""
    given = {"FunctionArn": function, **parameters}
    return {
        "ConformancePackName": name,
        "TemplateBody": TEMPLATE.read_text(),
        "ConformancePackInputParameters": [{"ParameterName": key, "ParameterValue": value} for key, value in given.items()],
    }


def wait(config, name):
    """Waits until AWS Config has made the pack, which it does after its answer, and says what went wrong."""
    for _ in range(PATIENCE_SECONDS // WAIT_SECONDS):
        (status,) = config.describe_conformance_pack_status(ConformancePackNames=[name])["ConformancePackStatusDetails"]
        if not status["ConformancePackState"].endswith("IN_PROGRESS"):
            break
        time.sleep(WAIT_SECONDS)
    print(f"The conformance pack {name}: {status['ConformancePackState']}")
    if status["ConformancePackState"] != "CREATE_COMPLETE":
        sys.exit(status.get("ConformancePackStatusReason", "AWS Config gives no reason."))


def put(given, config):
    parameters = input_parameters(given.file)
    function, _ = function_without_rule(given.stack, given.region)
    config.put_conformance_pack(**request(given.name, function, parameters))
    wait(config, given.name)


def delete(given, config):
    pages = config.get_paginator("describe_conformance_packs").paginate()
    try:
        names = {pack["ConformancePackName"] for page in pages for pack in page["ConformancePackDetails"]}
    except ClientError as error:
        # Most stacks have no pack, and who deletes them need not be allowed to see those of others.
        if error.response["Error"]["Code"] not in DENIED:
            raise
        print(
            f"Whether there is a conformance pack {given.name} may not be seen: {error}\nIf there is one, it goes first: "
            f"aws configservice delete-conformance-pack --conformance-pack-name {given.name} --region {given.region}",
            file=sys.stderr,
        )
        return
    if given.name not in names:
        return
    if input(f"Delete the conformance pack {given.name}? [y/N] ").strip().lower() not in ("y", "yes"):
        sys.exit("Nothing was deleted.")
    config.delete_conformance_pack(ConformancePackName=given.name)
    print("The conformance pack is being deleted.")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", choices=["check", "put", "delete"])
    arguments.add_argument("--name", required=True)
    arguments.add_argument("--region")
    arguments.add_argument("--stack", help="the stack with the function")
    arguments.add_argument("--file", help="the pack's parameters: an object in JSON")
    given = arguments.parse_args()
    if not re.fullmatch(NAME, given.name):
        sys.exit(f"`{given.name}` is no name for a conformance pack: letters, digits and hyphens, a letter first")
    try:
        if given.what == "check":
            input_parameters(given.file)
        else:
            {"put": put, "delete": delete}[given.what](given, boto3.client("config", region_name=given.region))
    except (Refused, BotoCoreError, ClientError) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
