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
    from opa_bindings import OpaEngine

    answers, reached, lines = [], {}, {}
    with OpaEngine() as engine:
        for path, text in question["policies"].items():
            engine.add_policy(path, text)
        for run in question["runs"]:
            # All documents in one query, so that what they have in common is worked out once; and the same text for many runs, so that it
            # is prepared once.
            wanted = ", ".join(f'"{document}": data.{document}' for document in run["documents"])
            given = " with data.neptune_audit_parameters as input.parameters" if "parameters" in run else ""
            [answer] = engine.eval_query(f"answer := {{{wanted}}} with input as input.input{given}", run, coverage=True)
            answers.append(answer["answer"])
            for path, report in engine.last_coverage["files"].items():
                covered = numbers(report.get("covered", []))
                reached.setdefault(path, set()).update(covered)
                lines.setdefault(path, set()).update(covered | numbers(report.get("not_covered", [])))
    return {"answers": answers, "unreached": {path: sorted(lines[path] - reached[path]) for path in lines}}


def numbers(ranges):
    return {line for part in ranges for line in range(part["start"]["row"], part["end"]["row"] + 1)}


if __name__ == "__main__":
    json.dump({"guard": guard, "opa": opa}[sys.argv[1]](json.load(sys.stdin)), sys.stdout)
