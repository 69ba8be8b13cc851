"""What it takes to build for arm64 and to run that here, where rustup's target or Debian's packages have it.

Debian's packages are unpacked into a folder of the build, never installed: Rust's standard library for arm64 with the compiler
that it belongs to, qemu, and the C library that the function is linked to.
"""

import os
import platform
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

from binaries import TARGET as TARGET_FOLDER
from templates import ROOT

TARGET = "aarch64-unknown-linux-gnu"
FOLDER = TARGET_FOLDER / "arm64"
HOST = ["rustc-web", "libstd-rust-web-dev", "qemu-user-static"]
FOREIGN = ["libstd-rust-web-dev:arm64", "libc6:arm64", "libgcc-s1:arm64"]


class Missing(Exception):
    """There is no way to build for arm64, or to run it, on this machine; the text says why."""


def output(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise Missing(f"{' '.join(map(str, command[:2]))}: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return done.stdout


def installed_target():
    return (Path(output("rustc", "--print", "sysroot").strip()) / "lib/rustlib" / TARGET / "lib").is_dir()


def unpack_debians_packages():
    """apt with lists and a cache of its own, so that nothing of the machine changes."""
    if (FOLDER / "complete").exists():
        return
    if platform.machine() != "x86_64" or not all(map(shutil.which, ("apt-get", "dpkg"))):
        raise Missing("the standard library for arm64 is not installed (rustup target add aarch64-unknown-linux-gnu), and this is no Debian for x86_64")
    shutil.rmtree(FOLDER, ignore_errors=True)
    lists, archives = FOLDER / "apt/lists", FOLDER / "apt/archives"
    for folder in (lists, archives):
        (folder / "partial").mkdir(parents=True)
    options = [
        *("-q", "-y", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root", "-o", "APT::Install-Recommends=0"),
        *("-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={FOLDER / 'apt'}", "-o", f"Dir::Cache::archives={archives}"),
        *("-o", "APT::Architectures::=amd64", "-o", "APT::Architectures::=arm64"),
    ]
    # Those of this machine with whatever they need and it lacks, of the other processor only themselves.
    output("apt-get", *options, "update")
    output("apt-get", *options, "install", "--download-only", *HOST)
    output("apt-get", *options, "download", *FOREIGN, cwd=archives)
    for package in archives.glob("*.deb"):
        output("dpkg", "-x", package, FOLDER / ("arm64" if "_arm64" in package.name and "rust" not in package.name else "unpacked"))
    shutil.rmtree(FOLDER / "apt")
    (FOLDER / "complete").touch()


def debians_compiler():
    """A program that runs the unpacked compiler with its libraries."""
    libraries = {str(path.parent) for name in ("librustc_driver-*.so", "libLLVM*.so*", "*.so.*") for path in (FOLDER / "unpacked/usr/lib").rglob(name)}
    compiler = FOLDER / "rustc"
    compiler.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={":".join(sorted(libraries))} exec {FOLDER}/unpacked/usr/bin/rustc "$@"\n')
    compiler.chmod(0o755)
    version = re.search(r"rustc (\d+\.\d+\.\d+)", output(compiler, "--version"))[1]
    needed = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["rust-version"]
    if [*map(int, version.split("."))] < [*map(int, needed.split("."))]:
        raise Missing(f"Debian's compiler for arm64 is Rust {version}, and {needed} is needed")
    return str(compiler)


def build_environment():
    """The variables with which `deploy/package.sh arm64` can build."""
    common = {**os.environ, "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"}
    if installed_target():
        return common
    unpack_debians_packages()
    # Another compiler than that of `target`, so another folder.
    return {**common, "RUSTC": debians_compiler(), "CARGO_TARGET_DIR": str(FOLDER / "build")}


def runner():
    """The command that runs a program for arm64; nothing where this machine is one."""
    if platform.machine() == "aarch64":
        return []
    library = next((path for path in (Path("/usr/aarch64-linux-gnu"), FOLDER / "arm64") if (path / "lib/ld-linux-aarch64.so.1").exists()), None)
    emulator = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    if not library or not emulator:
        unpack_debians_packages()
        library, emulator = FOLDER / "arm64", FOLDER / "unpacked/usr/bin/qemu-aarch64-static"
    return [str(emulator), "-L", str(library)]
