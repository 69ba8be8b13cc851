#!/bin/sh
# Makes dist/neptune-audit-rule-<architecture>.zip, what AWS Lambda takes, with its checksum, for the architectures named as
# arguments (default: both). Needs cargo, and cargo-lambda on the PATH (`make venv` has it). An architecture whose standard library
# is not installed is left out, and said so: nothing is downloaded behind your back.
set -eu
cd "$(dirname "$0")/.."
mkdir -p dist
made=0
for architecture in ${*:-arm64 x86_64}; do
    case $architecture in
    arm64) target=aarch64-unknown-linux-gnu option=--arm64 ;;
    x86_64) target=x86_64-unknown-linux-gnu option=--x86-64 ;;
    *)
        echo "unknown architecture $architecture: arm64 or x86_64" >&2
        exit 2
        ;;
    esac
    if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; then
        echo "$architecture is left out: Rust's standard library for it is not installed (rustup target add $target)." >&2
        continue
    fi
    zip=neptune-audit-rule-$architecture.zip
    echo "Building for $architecture. The first build takes minutes."
    cargo lambda build --release --locked $option --skip-target-check --bin neptune-audit-rule --output-format zip --lambda-dir "dist/$architecture"
    mv "dist/$architecture/neptune-audit-rule/bootstrap.zip" "dist/$zip"
    rm -r "dist/$architecture"
    (cd dist && sha256sum "$zip" >"$zip.sha256" && cat "$zip.sha256")
    made=$((made + 1))
done
if [ "$made" -eq 0 ]; then
    echo "No package was made." >&2
    exit 1
fi
