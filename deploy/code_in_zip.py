#!/usr/bin/env python3
"""Tells for which processor the function in a zip was built, so that no other one is deployed with it."""

import argparse
import struct
import sys
import zipfile

# e_machine of an ELF file, and what Lambda calls the processor: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
MACHINES = {183: "arm64", 62: "x86_64"}


class NotCode(Exception):
    """The file is no zip that Lambda could run; the text says why."""


def architecture_of(path):
    """The architecture of the executable `bootstrap` in a zip, which is what Lambda's runtime `provided` starts."""
    try:
        with zipfile.ZipFile(path) as packed, packed.open("bootstrap") as file:
            header = file.read(20)
            mode = packed.getinfo("bootstrap").external_attr >> 16
    except FileNotFoundError:
        raise NotCode(f"there is no file `{path}`") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise NotCode(f"`{path}` cannot be read as a zip: {error}") from error
    except KeyError:
        raise NotCode(f"`{path}` has no file `bootstrap`") from None
    if len(header) < 20 or header[:4] != b"\x7fELF":
        raise NotCode(f"`bootstrap` in `{path}` is no executable for Linux")
    if not mode & 0o111:
        raise NotCode(f"`bootstrap` in `{path}` may not be executed: its mode lacks x")
    (machine,) = struct.unpack("<H", header[18:20])
    if machine not in MACHINES:
        raise NotCode(f"`bootstrap` in `{path}` is for another processor than {' or '.join(MACHINES.values())}")
    return MACHINES[machine]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("zip")
    arguments.add_argument("--expect", choices=sorted(MACHINES.values()), help="refuse a zip for any other processor")
    given = arguments.parse_args()
    try:
        architecture = architecture_of(given.zip)
    except NotCode as error:
        sys.exit(str(error))
    if given.expect and architecture != given.expect:
        sys.exit(f"`{given.zip}` is for {architecture}, not for {given.expect}")
    print(architecture)


if __name__ == "__main__":
    main()
