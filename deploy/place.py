#!/usr/bin/env python3
"""Says to which account and Region the next steps go, and prints the Region for them; stops where there is none.

boto3 reads AWS_DEFAULT_REGION alone, SAM offers us-east-1 where it finds none, other tools read AWS_REGION. So every step is
told the Region that is found here: of the two variables, else of the profile.
"""

import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def region_of(session):
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or session.region_name


def main():
    try:
        session = boto3.Session()
        region = region_of(session)
        if not region:
            sys.exit("There is no Region: set AWS_REGION, for example AWS_REGION=eu-west-1, or give your profile one.")
        caller = session.client("sts", region_name=region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"AWS cannot be asked who you are: {error}\nLog in, and set AWS_PROFILE if you use profiles.")
    print(f"Account {caller['Account']}, Region {region}, as {caller['Arn']}", file=sys.stderr)
    print(region)


if __name__ == "__main__":
    main()
