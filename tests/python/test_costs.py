"""The page about costs does its arithmetic right, and counts what the templates make."""

import json
import re

from templates import ROOT, load, resources

PAGE = (ROOT / "docs/costs.md").read_text()
RUNS_A_MONTH = 730
DAYS_A_MONTH = RUNS_A_MONTH / 24


def section(title):
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text):
    """The rows of the tables in a text, without their headings."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [row for row in found[2:] if not set("".join(row)) <= set("-: ")]


def number(text):
    return float(text.replace(",", ""))


PRICES = {row[0]: number(row[1]) for row in rows(PAGE.split("\n## ")[0])}


def price(*words):
    (found,) = [value for name, value in PRICES.items() if all(word in name for word in words)]
    return found


def evaluations(count):
    first, second, rest = price("first 100,000"), price("next 400,000"), price("beyond")
    in_first, in_second = min(count, 100_000), min(max(count - 100_000, 0), 400_000)
    return in_first * first + in_second * second + (count - in_first - in_second) * rest


def dollars(amount):
    return f"{amount:,.2f}"


def test_every_price_has_a_source_of_aws():
    source = None
    for row in rows(PAGE.split("\n## ")[0]):
        source = re.search(r"\((https://aws\.amazon\.com/\S+/pricing/)\)", row[2]) or (source if row[2] == "the same" else None)
        assert source, row


def test_evaluations_cost_clusters_times_runs():
    table = rows(section("Evaluations"))
    assert len(table) == 3
    for clusters, hourly, daily in table:
        count = number(clusters)
        assert (hourly, daily) == (dollars(evaluations(count * RUNS_A_MONTH)), dollars(evaluations(count * DAYS_A_MONTH)))


def test_changes_of_other_engines_cost_an_evaluation_each():
    said = re.search(r"A hundred Aurora clusters that change ten times a day cost ([\d.]+) a month", PAGE)[1]
    assert said == dollars(evaluations(100 * 10 * DAYS_A_MONTH))


def test_the_results_of_a_deleted_rule_are_items():
    said = re.search(r"1,000 clusters then cost (\d+\.\d\d)", PAGE)[1]
    assert said == dollars(1000 * price("recorded continuously"))


def test_a_stack_has_the_alarms_metrics_and_dashboards_that_the_template_makes():
    template = load("template.yaml")
    dashboard = json.loads(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    # The dashboard shows every metric that the function writes; another test compares it with the source.
    metrics = {metric[1] for widget in dashboard["widgets"] for metric in widget["properties"].get("metrics", []) if metric[0] == "NeptuneAuditRule"}
    counts = {
        "alarms": (len(resources(template, "AWS::CloudWatch::Alarm")), price("alarm")),
        "metrics": (len(metrics), price("metric")),
        "dashboard": (len(resources(template, "AWS::CloudWatch::Dashboard")), price("dashboard")),
    }
    table = {row[0]: row[1:] for row in rows(section("What a stack costs by itself"))}
    together = table.pop("together")
    assert table == {name: [str(count), dollars(count * each)] for name, (count, each) in counts.items()}
    assert together == ["", dollars(sum(count * each for count, each in counts.values()))]


def test_a_stack_set_costs_a_stack_for_each_account_and_region():
    own = {row[0]: number(row[2]) for row in rows(section("What a stack costs by itself"))}
    table = rows(section("Of a stack set"))
    assert len(table) == 3
    for stacks, without, with_dashboards in table:
        assert without == dollars(number(stacks) * (own["alarms"] + own["metrics"]))
        assert with_dashboards == dollars(number(stacks) * own["together"])
    assert load("deploy/organization-stackset.yaml")["Parameters"]["CreateDashboard"]["Default"] == "false"


def test_the_function_costs_less_on_the_default_processor():
    arm, x86 = re.search(r"200 ms with 128 MB cost ([\d.]+) on arm64, the default, and ([\d.]+) on x86_64", PAGE).groups()
    parameters = load("template.yaml")["Parameters"]
    assert parameters["MemorySize"]["Default"] == 128 and parameters["Architecture"]["Default"] == "arm64"
    for said, processor in ((arm, "arm64"), (x86, "x86_64")):
        assert said == dollars(1e6 * 0.2 * 128 / 1024 * price("GB-second", processor) + price("a million requests"))


def test_the_log_costs_what_its_lines_weigh():
    said = re.search(r"1,000 clusters checked hourly come to ([\d.]+) a month", PAGE)[1]
    assert said == dollars(1000 * RUNS_A_MONTH * 500 / 1e9 * price("a GB taken in"))


def test_a_run_of_the_runbook_takes_no_more_steps_than_the_page_says():
    most, run, refused = re.search(r"at most (\d+) steps,\s+so ([\d.]+); .*? takes one step, ([\d.]+)\.", PAGE, re.S).groups()
    steps = load("remediation/NeptuneAuditLog-Enable.yaml")["mainSteps"]
    # Where nothing is missing each branch goes on to the next one.
    idle = [step for step in steps if step["action"] in ("aws:executeScript", "aws:branch")]
    assert len(idle) <= int(most) <= len(idle) + 3
    assert run == dollars(int(most) * price("a step"))
    assert number(refused) == price("a step")
    daily, hourly = re.search(r"up to ([\d.]+) a month on a daily schedule, and ([\d.]+) on an hourly one", PAGE).groups()
    assert daily == dollars(int(most) * price("a step") * DAYS_A_MONTH)
    assert hourly == dollars(int(most) * price("a step") * RUNS_A_MONTH)
