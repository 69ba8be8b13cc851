"""Reads the deployment's files, and the parts of the sources that they must agree with."""

import copy
import functools
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
FUNCTION = "NeptuneAuditRuleFunction"


class _Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's short forms: `!GetAtt A.B` becomes `{"Fn::GetAtt": ["A", "B"]}`."""


def _intrinsic(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def parse(text):
    return yaml.load(text, _Loader)


@functools.cache
def _load(path):
    return parse((ROOT / path).read_text())


def load(path):
    """A file, parsed; the caller's own to change."""
    return copy.deepcopy(_load(path))


def resources(template, kind):
    """The resources of one type, by logical id. A loop (`Fn::ForEach`) is none."""
    return {name: r for name, r in template["Resources"].items() if isinstance(r, dict) and r["Type"] == kind}


def walk(value):
    """Every dict inside a value, itself included."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def as_list(value):
    return value if isinstance(value, list) else [value]


def allowed_actions(resource):
    """Every action that the policies written into a role allow."""
    return {
        action
        for part in walk(resource["Properties"]["Policies"])
        if part.get("Effect") == "Allow"
        for action in as_list(part["Action"])
    }


def function_sources():
    """The function's own sources, and of the crates that decide and read for it. The command's permissions are its own."""
    return sorted(path for folder in ("src", "crates/core/src", "crates/scan/src") for path in (ROOT / folder).rglob("*.rs"))


@functools.cache
def actions_in_code():
    """The IAM actions that the function's sources name where they call AWS, as `"rds:DescribeDBClusters"`."""
    found = set()
    for source in function_sources():
        found.update(re.findall(r'"((?:rds|logs|config|sts):[A-Z]\w+)"', source.read_text()))
    return found


@functools.cache
def rule_parameters():
    """The names of the rule's parameters, from the tables of them in the function's sources."""
    names = []
    for source in function_sources():
        for table in re.findall(r"const \w+: &?\[(?:Parameter<.*?>|&str); \d+\] = &?\[\n(.*?)\n\];", source.read_text(), re.DOTALL):
            names += re.findall(r'^ +(?:name: )?"([a-z]+[A-Z]\w+)",$', table, re.M)
    assert len(names) >= 9 and len(names) == len(set(names)), f"the table of parameters is not found in the sources: {names}"
    return names


def template_name(parameter):
    """How templates spell a parameter of the rule."""
    return parameter[0].upper() + parameter[1:]
