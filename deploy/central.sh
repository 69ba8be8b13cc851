#!/bin/sh
# Lets AWS Config of every account of the organization invoke the central function, then puts the organization's rule or pack:
# what `make deploy-central` does, told by the variables
#   STACK    the stack of the central function; the two made here are called after it
#   ANSWERS  a file with the parameters of deploy/organization-central.yaml; then nothing is asked, for pipelines
set -eu
cd "$(dirname "$0")/.."
python=.venv/sam/bin/python
work=.aws-sam/central
mkdir -p "$work"

region=$($python deploy/place.py)
$python deploy/answers.py --target deploy-central --template deploy/organization-central.yaml \
    --stack "$STACK-organization" --region "$region" ${ANSWERS:+--file "$ANSWERS"} --set "PermissionsStackName=$STACK-permissions" >"$work/answers.json"
$python deploy/members.py --stack "$STACK" --region "$region" --answers "$work/answers.json" >"$work/members.json"
# The order matters: AWS Config refuses a rule whose function it may not invoke.
deploy/stack.sh "$STACK-permissions" deploy/organization-permissions.yaml "$region" "$work/members.json" ${ANSWERS:+--yes}
deploy/stack.sh "$STACK-organization" deploy/organization-central.yaml "$region" "$work/answers.json" ${ANSWERS:+--yes}
