"""Runs CloudFormation Guard and Open Policy Agent for the tests, which have other Python packages: `engines.py guard` and `engines.py opa`
read a question in JSON and print the answers. Run by `.venv/policies/bin/python`."""

import json
import sys


def guard(question):
    """{"rules": [texts], "inputs": {name: text}}: for each input the status of each rule, and all messages."""
    from guardpycfn import validate_with_guard

    answers = {}
    for name, text in question["inputs"].items():
        answer = answers[name] = {"rules": {}, "messages": []}
        for rules in question["rules"]:
            # Verbose: the short report of this binding is cut off in some failures.
            report = validate_with_guard(text, rules, True)
            if not report["success"]:
                raise SystemExit(f"{name}: {report}")
            for node in walk(report["result"]):
                rule = node.get("RuleCheck")
                if rule:
                    answer["rules"].setdefault(rule["name"], rule["status"])
                if node.get("custom_message"):
                    answer["messages"].append(node["custom_message"])
    return answers


def walk(value):
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from walk(item)


def opa(question):
    """{"policies": {path: text}, "runs": [{"parameters": {}, "input": {}, "documents": [paths]}]}: for each run a value a document, and
    the lines of each policy that no run has reached."""
    from opa_bindings import OpaEngine, OpaUndefinedError

    answers, reached, lines = [], {}, {}
    for run in question["runs"]:
        with OpaEngine() as engine:
            for path, text in question["policies"].items():
                engine.add_policy(path, text)
            if "parameters" in run:
                engine.add_data({"neptune_audit_parameters": run["parameters"]})
            answer = {}
            for document in run["documents"]:
                try:
                    answer[document] = engine.eval_document(document, run["input"], coverage=True)
                except OpaUndefinedError:
                    answer[document] = None
                for path, report in engine.last_coverage["files"].items():
                    covered = numbers(report.get("covered", []))
                    reached.setdefault(path, set()).update(covered)
                    lines.setdefault(path, set()).update(covered | numbers(report.get("not_covered", [])))
            answers.append(answer)
    return {"answers": answers, "unreached": {path: sorted(lines[path] - reached[path]) for path in lines}}


def numbers(ranges):
    return {line for part in ranges for line in range(part["start"]["row"], part["end"]["row"] + 1)}


if __name__ == "__main__":
    json.dump({"guard": guard, "opa": opa}[sys.argv[1]](json.load(sys.stdin)), sys.stdout)
