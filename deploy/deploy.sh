#!/bin/sh
# Deploys template.yaml as the stack STACK of this account: what `make deploy` does, told by the variables
#   STACK         name of the stack
#   ARCHITECTURE  arm64 (if blank) or x86_64: what the function is built for
#   ZIP           a zip that is built already, in the place of a build
#   ANSWERS       a file with the parameters; then nothing is asked, for pipelines
set -eu
cd "$(dirname "$0")/.."
python=.venv/sam/bin/python
work=.aws-sam/deploy
mkdir -p "$work"

# ready.sh has looked at code and arguments. The answers come before minutes of building too.
region=$($python deploy/place.py)
$python deploy/answers.py --stack "$STACK" --region "$region" ${ANSWERS:+--file "$ANSWERS"} >"$work/answers.json"

zip=$(deploy/zip.sh)
$python deploy/expand.py stack "$zip" >"$work/template.json"
deploy/stack.sh "$STACK" "$work/template.json" "$region" "$work/answers.json" ${ANSWERS:+--yes}
echo "The answers are in $work/answers.json; a copy deploys the same without questions: make deploy ANSWERS=copy.json"
