#!/bin/sh
# Uploads code and templates for a whole organization, and with --deploy deploys deploy/organization-stackset.yaml:
# what `make package-organization` and `make deploy-stack-set` do, told by the variables
#   BUCKET_PREFIX, REGIONS  a bucket <prefix>-<Region> is there for each Region
#   ARCHITECTURE, ZIP       as for `make deploy`
#   STACK, ANSWERS          with --deploy: the stack with the stack set, and its parameters
set -eu
cd "$(dirname "$0")/.."
python=.venv/sam/bin/python
work=.aws-sam/organization
mkdir -p "$work"

# ready.sh has looked at code and arguments. The buckets and the answers come before minutes of building too.
region=$($python deploy/place.py)
# shellcheck disable=SC2086 # Regions are words
$python deploy/upload.py --check --bucket-prefix "$BUCKET_PREFIX" --regions $REGIONS
if [ "${1:-}" = --deploy ]; then
    $python deploy/answers.py --target deploy-stack-set --template deploy/organization-stackset.yaml \
        --stack "$STACK" --region "$region" ${ANSWERS:+--file "$ANSWERS"} --set "CodeBucketPrefix=$BUCKET_PREFIX" --set CodeKey= --set TemplateUrl= --set Regions= >"$work/answers.json"
fi

zip=$(deploy/zip.sh)
$python deploy/expand.py stack-set "$($python deploy/code_in_zip.py "$zip")" >"$work/template.json"
$python deploy/expand.py runbook >"$work/runbook.json"
# shellcheck disable=SC2086
$python deploy/upload.py --bucket-prefix "$BUCKET_PREFIX" --regions $REGIONS --zip "$zip" --template "$work/template.json" \
    --pack deploy/conformance-pack.yaml >"$work/uploaded.json"
cat "$work/uploaded.json"
if [ "${1:-}" = --deploy ]; then
    $python -c 'import json, sys; json.dump(json.load(open(sys.argv[1])) | json.load(open(sys.argv[2])), sys.stdout)' \
        "$work/answers.json" "$work/uploaded.json" >"$work/parameters.json"
    deploy/stack.sh "$STACK" deploy/organization-stackset.yaml "$region" "$work/parameters.json" ${ANSWERS:+--yes}
fi
