#!/usr/bin/env python3
"""Uploads what deploy/organization-stackset.yaml points to, and prints the parameters that say where.

Lambda reads a zip from a bucket of its own Region, and AWS Config a pack's template likewise:
https://docs.aws.amazon.com/config/latest/APIReference/API_PutConformancePack.html. So there is a bucket <prefix>-<Region> for
each Region. Every key has a digest of what lies there: new content is a new key, which is how CloudFormation sees an update.
"""

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

FOLDER = "neptune-audit-rule"


def check(prefix, regions):
    """Whether each Region has its bucket, before anything is built."""
    if not prefix or not regions:
        sys.exit("Say where: make package-organization BUCKET_PREFIX=my-lambda-code REGIONS='eu-west-1 eu-central-1'")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,40}", prefix):
        sys.exit(f"`{prefix}` is not the beginning of a bucket's name")
    problems = []
    for region in regions:
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
            problems.append(f"`{region}` is no Region")
            continue
        bucket = f"{prefix}-{region}"
        try:
            found = boto3.client("s3", region_name=region).head_bucket(Bucket=bucket)
            if found.get("BucketRegion", region) != region:
                problems.append(f"{bucket} is in {found['BucketRegion']}, and Lambda reads code from its own Region only")
        except (BotoCoreError, ClientError) as error:
            problems.append(f"{bucket}: {error}")
    if problems:
        sys.exit("\n".join(problems))


def put(prefix, region, path, suffix):
    """Uploads a file to a Region's bucket, and tells its key."""
    content = path.read_bytes()
    key = f"{FOLDER}/{hashlib.sha256(content).hexdigest()[:12]}{suffix}"
    boto3.client("s3", region_name=region).put_object(Bucket=f"{prefix}-{region}", Key=key, Body=content)
    return key


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bucket-prefix", default="")
    arguments.add_argument("--regions", nargs="*", default=[])
    arguments.add_argument("--check", action="store_true", help="only look whether the buckets are there")
    for name in ("zip", "template", "pack"):
        arguments.add_argument(f"--{name}", type=Path)
    given = arguments.parse_args()
    prefix, regions = given.bucket_prefix, given.regions
    check(prefix, regions)
    if given.check:
        return
    try:
        for region in regions:
            code = put(prefix, region, given.zip, ".zip")
            pack = put(prefix, region, given.pack, "-pack.yaml")
        template = put(prefix, regions[0], given.template, ".json")
    except (BotoCoreError, ClientError) as error:
        sys.exit(str(error))
    for region in regions:
        print(f"PackTemplateS3Uri=s3://{prefix}-{region}/{pack}", file=sys.stderr)
    # S3's endpoints in China have a name of their own; there is no log export there, but the rule says so of each cluster.
    suffix = "amazonaws.com.cn" if regions[0].startswith("cn-") else "amazonaws.com"
    where = {
        "CodeBucketPrefix": prefix,
        "CodeKey": code,
        "TemplateUrl": f"https://{prefix}-{regions[0]}.s3.{regions[0]}.{suffix}/{template}",
        "Regions": ",".join(regions),
    }
    print(json.dumps(where, indent=1))


if __name__ == "__main__":
    main()
