#!/bin/sh
# Deploys a template as a stack, in a Region that is told: stack.sh STACK TEMPLATE REGION PARAMETERS [--yes]
#
# PARAMETERS is a file with an object in JSON. SAM uploads what the template names on this machine, to CODE_BUCKET or else to a
# bucket that it makes for itself, shows the changes and waits for a yes, unless --yes says that there is nobody to ask.
# Without a change there is nothing to do, which is no failure. SAM is another program in its place.
set -eu
stack=$1 template=$2 region=$3 parameters=$4
bucket=--resolve-s3
if [ -n "${CODE_BUCKET:-}" ]; then
    bucket=--s3-bucket=$CODE_BUCKET
fi
confirm=--confirm-changeset
if [ "${5:-}" = --yes ]; then
    confirm=--no-confirm-changeset
fi
# SAM reads parameters from YAML, which JSON is, and tells it by the name.
cp "$parameters" "$parameters.yaml"
# A samconfig.toml that SAM wrote for somebody is not read: SAM looks for it beside the template.
SAM_CLI_TELEMETRY=0 exec "${SAM:-$(dirname "$0")/../.venv/sam/bin/sam}" deploy --stack-name "$stack" --template-file "$template" --region "$region" \
    "$bucket" --language-extensions --s3-prefix "$stack" --capabilities CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND \
    "$confirm" --no-fail-on-empty-changeset --parameter-overrides "file://$(cd "$(dirname "$parameters")" && pwd)/$(basename "$parameters").yaml"
