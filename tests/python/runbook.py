"""Reads the remediation runbook, and says where it disagrees with itself or with the models of AWS."""

import ast
import re

import botocore.session
import yaml
from botocore import xform_name
from botocore.validate import ParamValidator

from templates import ROOT

RUNBOOK = "remediation/NeptuneAuditLog-Enable.yaml"
ROLE = "remediation/role.yaml"

API_ACTIONS = {"aws:executeAwsApi", "aws:waitForAwsResourceProperty", "aws:assertAwsResourceProperty"}
# Inputs of those steps that are not parameters of the API.
OWN_INPUTS = {"Service", "Api", "PropertySelector", "DesiredValues"}
# The IAM prefix where it is not the name of the service: Neptune's control plane is that of RDS.
IAM_PREFIXES = {"neptune": "rds"}
SAMPLES = {"String": "sample", "Integer": 1, "Boolean": True, "StringList": ["sample"], "StringMap": {}, "MapList": [{}]}
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html counts the run's inputs too.
MAXIMUM_BYTES = 64 * 1024

_session = botocore.session.get_session()


def load_runbook():
    return yaml.safe_load((ROOT / RUNBOOK).read_text())


def steps(document):
    """Every step, those inside loops too, each with the loop it is in or None, in the order of the document."""
    for step in document["mainSteps"]:
        yield step, None
        for inner in step["inputs"].get("Steps", []):
            yield inner, step


def scripts(document):
    return [step["inputs"]["Script"] for step, _ in steps(document) if step["action"] == "aws:executeScript"]


def references(value):
    """What `{{ … }}` names anywhere inside a value."""
    return re.findall(r"{{\s*([^}\s]+)\s*}}", repr(value))


def operations_of_script(script):
    """The API operations that a script calls, `(service, Operation)`: every string or method named like one."""
    words = {node.attr for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Attribute)}
    words |= {node.value for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    services = re.findall(r'boto3\.client\("(\w+)"', script)
    return {
        (service, operation)
        for service in services
        for operation in _session.get_service_model(service).operation_names
        if xform_name(operation) in words
    }


def actions(document):
    """The IAM actions that a run needs, `rds:DescribeDBClusters`."""
    calls = {(s["inputs"]["Service"], s["inputs"]["Api"]) for s, _ in steps(document) if s["action"] in API_ACTIONS}
    for script in scripts(document):
        calls |= operations_of_script(script)
    return {f"{IAM_PREFIXES.get(service, service)}:{operation}" for service, operation in calls}


def types(document):
    """The type of everything that `{{ … }}` may name."""
    known = {name: parameter["type"] for name, parameter in document["parameters"].items()}
    for step, _ in steps(document):
        for output in step.get("outputs", []):
            known[f"{step['name']}.{output['Name']}"] = output.get("Type", "String")
        if step["action"] == "aws:loop":
            known[f"{step['name']}.CurrentIteratorValue"] = step["inputs"].get("IteratorDataType", "String")
    return known


def _sample(value, known):
    """The value with each reference replaced by a sample of its type."""
    if isinstance(value, dict):
        return {key: _sample(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_sample(item, known) for item in value]
    if not isinstance(value, str) or not references(value):
        return value
    whole = re.fullmatch(r"{{\s*([^}\s]+)\s*}}", value)
    if whole:
        return SAMPLES[known.get(whole[1], "String")]
    return re.sub(r"{{.*?}}", "sample", value)


def _selected(shape, selector):
    """The shape that a selector of the form `$.A[0].B` names in an output shape, or None."""
    for name, index in re.findall(r"\.(\w+)(\[\d+\])?", selector.removeprefix("$")):
        shape = shape.members.get(name) if shape is not None and shape.type_name == "structure" else None
        if index and shape is not None:
            shape = shape.member if shape.type_name == "list" else None
    return shape


def _api_problems(step, known):
    inputs = step["inputs"]
    try:
        model = _session.get_service_model(inputs["Service"])
    except botocore.exceptions.UnknownServiceError:
        yield f"no service {inputs['Service']}"
        return
    if inputs["Api"] not in model.operation_names:
        yield f"no API {inputs['Service']}:{inputs['Api']}"
        return
    operation = model.operation_model(inputs["Api"])
    params = {name: _sample(value, known) for name, value in inputs.items() if name not in OWN_INPUTS}
    report = ParamValidator().validate(params, operation.input_shape)
    if report.has_errors():
        yield report.generate_report()
    selectors = [output["Selector"] for output in step.get("outputs", [])] + [inputs.get("PropertySelector")]
    for selector in filter(None, selectors):
        if operation.output_shape is None or _selected(operation.output_shape, selector) is None:
            yield f"{inputs['Api']} answers nothing at {selector}"


def problems(document):
    """Everything that is wrong with a runbook; empty when nothing is."""
    found = []
    known = types(document)
    top = [step["name"] for step in document["mainSteps"]]
    names = [step["name"] for step, _ in steps(document)]
    seen = set(document["parameters"])

    found += [f"{name}: declared twice" for name in set(names) if names.count(name) > 1]
    # `{{ Name.CurrentIteratorValue }}` and `{{ Name }}` would name different things.
    found += [f"{name}: a parameter has that name too" for name in names if name in document["parameters"]]
    found += [f"outputs: nothing is named {output}" for output in document["outputs"] if output not in known]
    for step, loop in steps(document):
        name, inputs = step["name"], step["inputs"]
        if not re.fullmatch(r"[a-zA-Z0-9_\-.]{3,128}", name):
            found.append(f"{name}: not a step name")
        # A step knows the parameters, what came before it, and the value of the loop it is in.
        visible = seen | ({f"{loop['name']}.CurrentIteratorValue"} if loop else set())
        own = {k: v for k, v in inputs.items() if k not in ("Steps", "Script")}
        found += [f"{name}: {ref} is not known there" for ref in references(own) if ref not in visible]
        if step["action"] in API_ACTIONS:
            found += [f"{name}: {problem}" for problem in _api_problems(step, known)]
        if step["action"] == "aws:loop" and known.get(references(inputs["Iterators"])[0]) != "StringList":
            found.append(f"{name}: its iterators are not a list")
        if step["action"] == "aws:branch":
            targets = [choice["NextStep"] for choice in inputs["Choices"]] + [inputs["Default"]]
            found += [f"{name}: leads to {t}, which does not come after it" for t in targets
                      if t not in top[top.index(name) + 1:]]
        if step["action"] == "aws:executeScript":
            handlers = {n.name for n in ast.parse(inputs["Script"]).body if isinstance(n, ast.FunctionDef)}
            if inputs["Handler"] not in handlers:
                found.append(f"{name}: the script has no function {inputs['Handler']}")
        seen |= {reference for reference in known if reference.split(".")[0] == name and "CurrentIterator" not in reference}
    # Nothing is asked for that nothing uses.
    used = set(references([step["inputs"] for step in document["mainSteps"]]) + references(document["assumeRole"]))
    found += [f"parameter {name} is used nowhere" for name in document["parameters"] if name not in used]
    found += [f"output {name} is used nowhere" for name in known
              if name not in used | set(document["outputs"]) and "CurrentIterator" not in name]
    return found
