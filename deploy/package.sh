#!/bin/sh
# Makes dist/neptune-audit-rule-<architecture>.zip, what AWS Lambda takes, with its checksum, for the architectures named as
# arguments; for each that this toolchain can build where none is named. With --check it only says whether it could.
#
# Needs cargo (see .ci/needs), Python, and cargo-lambda on the PATH (`make venv` has it). An architecture whose standard library is missing is
# an error with the command that installs it: nothing is downloaded behind your back, and no older zip is left in its place.
# DIST is another folder than dist.
set -eu
cd "$(dirname "$0")/.."
dist=${DIST:-dist}

target_of() {
    case $1 in
    arm64) echo aarch64-unknown-linux-gnu ;;
    x86_64) echo x86_64-unknown-linux-gnu ;;
    *)
        echo "unknown architecture \`$1\`: arm64 or x86_64" >&2
        exit 2
        ;;
    esac
}

# Whether Rust's standard library for an architecture is installed.
can_build() {
    [ -d "$("${RUSTC:-rustc}" --print sysroot)/lib/rustlib/$(target_of "$1")/lib" ]
}

# Older versions of macOS have no sha256sum, and Linux need not have shasum.
checksum() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1"
    else
        shasum -a 256 "$1"
    fi
}

check_only=no
if [ "${1:-}" = --check ]; then
    check_only=yes
    shift
fi
wanted=$*
if [ -z "$wanted" ]; then
    for architecture in arm64 x86_64; do
        if can_build "$architecture"; then
            wanted="$wanted $architecture"
        else
            rm -f "$dist/neptune-audit-rule-$architecture.zip" "$dist/neptune-audit-rule-$architecture.zip.sha256"
            echo "$architecture is left out: to build for it, type: rustup target add $(target_of "$architecture")" >&2
        fi
    done
fi
for architecture in $wanted; do
    target=$(target_of "$architecture")
    if ! can_build "$architecture"; then
        echo "Rust cannot build for $architecture yet. Type: rustup target add $target" >&2
        exit 1
    fi
done
if [ -z "$wanted" ]; then
    exit 1
fi
if [ "$check_only" = yes ]; then
    exit 0
fi

mkdir -p "$dist"
for architecture in $wanted; do
    zip=neptune-audit-rule-$architecture.zip
    rm -f "$dist/$zip" "$dist/$zip.sha256"
    echo "Building for $architecture. The first build takes minutes." >&2
    cargo lambda build --release --locked --target "$(target_of "$architecture")" --skip-target-check --bin neptune-audit-rule \
        --output-format zip --lambda-dir "$dist/$architecture" >&2
    mv "$dist/$architecture/neptune-audit-rule/bootstrap.zip" "$dist/$zip"
    rm -r "${dist:?}/$architecture"
    "${PYTHON:-python3}" deploy/code_in_zip.py --expect "$architecture" "$dist/$zip" >/dev/null
    (cd "$dist" && checksum "$zip" >"$zip.sha256" && cat "$zip.sha256")
done
