#!/bin/sh
# Looks at tools and arguments before anything is installed, built or asked of AWS: `ready.sh [code] [regions]`, told by the
# variables of deploy.mk.
#   code     the function's code is needed: ZIP, or a Rust that can build it for ARCHITECTURE
#   regions  the buckets of BUCKET_PREFIX and REGIONS are needed
set -eu
cd "$(dirname "$0")/.."
code=no regions=no
for need; do
    case $need in
    code) code=yes ;;
    regions) regions=yes ;;
    esac
done

refuse() {
    echo "$1" >&2
    exit 1
}

# Whether $1 is a letter and, up to $2 characters in all, letters, digits and hyphens.
is_name() {
    case $1 in
    [!A-Za-z]* | *[!A-Za-z0-9-]* | '') return 1 ;;
    esac
    [ "${#1}" -le "$2" ]
}

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
is_name "$STACK" 128 || refuse "\`$STACK\` is no name for a stack: letters, digits and hyphens, a letter first, at most 128"
# https://docs.aws.amazon.com/config/latest/APIReference/API_PutConformancePack.html
is_name "$PACK" 256 || refuse "\`$PACK\` is no name for a conformance pack: letters, digits and hyphens, a letter first, at most 256"
if [ -n "$ANSWERS" ] && [ ! -f "$ANSWERS" ]; then
    refuse "there is no file \`$ANSWERS\`: ANSWERS is a file with the parameters, see docs/deployment.md"
fi
if [ "$regions" = yes ] && { [ -z "$BUCKET_PREFIX" ] || [ -z "$REGIONS" ]; }; then
    refuse "Say where: make … BUCKET_PREFIX=my-lambda-code REGIONS='eu-west-1 eu-central-1'"
fi
room=
if [ ! -f .venv/sam/.installed ]; then
    room=tools=1
fi
if [ "$code" = yes ] && [ -z "$ZIP" ]; then
    if [ ! -f .venv/.installed ]; then
        room="tools=2 disk=3"
    fi
    # shellcheck disable=SC2086 # needs are words
    .ci/needs platform python $room
    .ci/needs rust || refuse "A zip that is built already needs no Rust: ZIP=file.zip"
    deploy/package.sh --check "${ARCHITECTURE:-arm64}"
else
    # shellcheck disable=SC2086
    .ci/needs platform python $room
fi
if [ "$code" = yes ] && [ -n "$ZIP" ]; then
    "${PYTHON:-python3}" deploy/code_in_zip.py "$ZIP" ${ARCHITECTURE:+--expect "$ARCHITECTURE"} >/dev/null
fi
