"""What the AWS provider of Terraform knows, as HashiCorp declared it for other languages, and where a module disagrees.

The provider itself is fetched by no test. Its declarations are a package of npm, the last one that was made of it:
`python tests/python/provider.py` keeps those of its resources in .venv, as `make provider` does.
"""

import base64
import functools
import hashlib
import re
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "@cdktf/provider-aws@21.22.1"
INTEGRITY = "BuSHeaQFUL9l33pBzIMRT7cTQ69AM2mLtijjteCPhVQRmvuhuj9Lvfymf7knAMhYqAT6+Lrls9jiGVW/Us3zrQ=="
DECLARATIONS = Path(__file__).parents[2] / ".venv/terraform/declarations.zip"

# What Terraform itself knows in each block.
OF_TERRAFORM = {"count", "depends_on", "for_each", "lifecycle", "provider"}
# Attributes that the provider still has and warns of, which its declarations do not tell:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade
DEPRECATED = {("data.aws_region", "name")}


def keep_declarations():
    """Takes the package from its registry, and keeps of it what the tests read."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE], check=True, stdout=subprocess.DEVNULL)
        (package,) = Path(folder).iterdir()
        if hashlib.sha512(package.read_bytes()).digest() != base64.b64decode(INTEGRITY):
            raise SystemExit(f"{PACKAGE} is not the package that was meant")
        DECLARATIONS.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(package) as found, zipfile.ZipFile(DECLARATIONS, "w", zipfile.ZIP_DEFLATED) as kept:
            for member in found:
                if name := re.fullmatch(r"package/lib/([\w-]+)/index\.d\.ts", member.name):
                    kept.writestr(name[1], found.extractfile(member).read())


@functools.cache
def declaration(address):
    """The declaration of a type of resource, `aws_sqs_queue`, or of a data source, `data.aws_region`; None where there is no such type."""
    name = address.replace("data.aws_", "data-aws-").replace("aws_", "", 1) if address.startswith("data.") else address.removeprefix("aws_")
    if not DECLARATIONS.is_file():
        raise FileNotFoundError(f"{DECLARATIONS} is missing: `make provider` takes it from npm")
    with zipfile.ZipFile(DECLARATIONS) as kept:
        try:
            return kept.read(name.replace("_", "-")).decode()
        except KeyError:
            return None


def provider_version(address):
    """The version of the provider that was declared."""
    return re.search(r"/hashicorp/aws/([\d.]+)/", declaration(address))[1]


@functools.cache
def interfaces(address):
    """Each interface of a declaration, and the one of the resource itself: name → argument → (whether it is needed, its kind)."""
    found = {}
    for name, body in re.findall(r"^export interface (\w+)[^{]*\{(.*?)^\}", declaration(address), re.S | re.M):
        found[name] = {field: (not optional, kind) for field, optional, kind in re.findall(r"readonly (\w+)(\??): (\{[^}]*\}|[^;]+);", body)}
    (own,) = re.findall(r"^export interface (\w+) extends cdktf\.TerraformMetaArguments", declaration(address), re.M)
    return found, own


@functools.cache
def attributes(address):
    """What may be read of a resource: what its class gives, and not those of its blocks."""
    (own,) = re.findall(r"^export declare class \w+ extends cdktf\.Terraform(?:Resource|DataSource) \{(.*?)^\}", declaration(address), re.S | re.M)
    return set(re.findall(r"^    get (\w+)\(\)", own, re.M))


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def block_problems(place, body, known, interface):
    """What is wrong with the arguments of a block, and of the blocks in it."""
    fields = known[interface]
    body = {name: value for name, value in body.items() if name not in OF_TERRAFORM}
    for dynamic in body.pop("dynamic", []):
        for name, block in dynamic.items():
            body.setdefault(name, []).extend(block["content"])
    for name, value in body.items():
        if camel(name) not in fields:
            yield f"{place}: no argument {name}"
            continue
        _, kind = fields[camel(name)]
        nested = next((word for word in re.findall(r"\w+", kind) if word in known), None)
        is_block = isinstance(value, list) and any(isinstance(item, dict) for item in value)
        if nested and is_block:
            for block in value:
                yield from block_problems(f"{place}.{name}", block, known, nested)
        elif nested or is_block:
            yield f"{place}: {name} is {'a block' if nested else 'no block'}"
        elif wrong := wrong_kind(value, kind):
            yield f"{place}: {name} is {wrong}, not {kind}"
    for name, (needed, _) in fields.items():
        if needed and name not in {camel(given) for given in body}:
            yield f"{place}: {re.sub(r'(?=[A-Z])', '_', name).lower()} is needed"


def wrong_kind(value, kind):
    """What a value is, where that is not what is asked for. An expression may be anything."""
    if isinstance(value, bool):
        return "" if "boolean" in kind else "a boolean"
    if isinstance(value, list):
        return "" if "[]" in kind else "a list"
    if isinstance(value, dict):
        return "" if kind.startswith("{") else "a map"
    if isinstance(value, str):
        return "" if value.startswith("${") or "string" in kind and not kind.endswith("[]") else "a text"
    return "" if "number" in kind else "a number"


def problems(parsed, text):
    """Everything in files of Terraform, parsed and as they are, that the provider does not know; empty when nothing is."""
    declared = set()
    for block_kind, prefix in (("resource", ""), ("data", "data.")):
        for kind, named in (pair for block in parsed.get(block_kind, []) for pair in block.items()):
            address = prefix + kind
            if declaration(address) is None:
                yield f"{address}: the provider does not have it"
                continue
            known, own = interfaces(address)
            for label, body in named.items():
                declared.add((address, label))
                yield from block_problems(f"{address}.{label}", body, known, own)
    for prefix, kind, label, attribute in re.findall(r"\b(data\.)?(aws_\w+)\.(\w+)(?:\[[^\]]*\])?\.(\w+)", text):
        address = prefix + kind
        if (address, label) not in declared:
            yield f"{address}.{label}: is not declared"
        elif camel(attribute) not in attributes(address):
            yield f"{address}.{label}: has no attribute {attribute}"
        elif (address, attribute) in DEPRECATED:
            yield f"{address}.{label}: the provider warns of {attribute}"


if __name__ == "__main__":
    keep_declarations()
