#!/bin/sh
# Prints where the function's zip lies: that of the variable ZIP, else one that is built now for ARCHITECTURE (arm64 if blank).
# ready.sh has looked at both.
set -eu
cd "$(dirname "$0")/.."
if [ -z "$ZIP" ]; then
    deploy/package.sh "${ARCHITECTURE:=arm64}" >&2
    ZIP=dist/neptune-audit-rule-$ARCHITECTURE.zip
fi
echo "$ZIP"
