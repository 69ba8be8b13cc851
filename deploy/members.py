#!/usr/bin/env python3
"""Prints the parameters of deploy/organization-permissions.yaml: the central function, and the accounts of the organization.

Run again when an account has joined: AWS Config puts the organization's rule there by itself, and its permission is this.
"""

import argparse
import json
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from stacks import function_without_rule

# A function's policy holds 20 KB, and a statement with ARN, account and generated id takes up to 361 bytes; one is for its own account.
MOST_ACCOUNTS = 50


def members(region, excluded):
    """Every active account of the organization but this one and the excluded ones, and who manages it."""
    organizations = boto3.client("organizations", region_name=region)
    own = boto3.client("sts", region_name=region).get_caller_identity()["Account"]
    manager = organizations.describe_organization()["Organization"]["MasterAccountId"]
    pages = organizations.get_paginator("list_accounts").paginate()
    active = {account["Id"] for page in pages for account in page["Accounts"] if account.get("State", account.get("Status")) == "ACTIVE"}
    return sorted(active - {own} - excluded), manager


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--stack", required=True)
    arguments.add_argument("--region", required=True)
    arguments.add_argument("--answers", required=True, help="the parameters of deploy/organization-central.yaml")
    given = arguments.parse_args()
    with open(given.answers) as file:
        answers = json.load(file)
    function, parameters = function_without_rule(given.stack, given.region)
    if parameters.get("ExecutionRoleName") != answers["ExecutionRoleName"]:
        sys.exit(
            f"The stack {given.stack} may assume the role `{parameters.get('ExecutionRoleName')}`, the rule would ask for `{answers['ExecutionRoleName']}`.\n"
            "Give both the same ExecutionRoleName."
        )
    try:
        accounts, manager = members(given.region, {account.strip() for account in answers["ExcludedAccountIds"].split(",")})
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"The accounts of the organization cannot be listed: {error}")
    if not accounts:
        sys.exit("The organization has no other account: make deploy is enough.")
    if len(accounts) > MOST_ACCOUNTS:
        sys.exit(f"{len(accounts)} accounts: a function's policy has room for about {MOST_ACCOUNTS}. Take the stack set: make deploy-stack-set")
    print(f"{len(accounts)} accounts beside this one: {', '.join(accounts)}", file=sys.stderr)
    if manager in accounts:
        print(
            f"The management account {manager} is among them, and no service-managed stack set reaches it: deploy deploy/member-role.yaml there by hand.",
            file=sys.stderr,
        )
    print(json.dumps({"FunctionArn": function, "MemberAccountIds": ",".join(accounts)}, indent=1))


if __name__ == "__main__":
    main()
