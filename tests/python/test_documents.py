"""What the documents name exists: files, make targets, rule parameters, codes, error types, IAM actions, metrics. What they compute is right."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "deploy/README.md", "events/README.md", "remediation/README.md", "crates/emulator/README.md")]
README = (ROOT / "README.md").read_text()
MAKEFILES = (ROOT / "Makefile").read_text() + (ROOT / "deploy/deploy.mk").read_text()


def source(pattern):
    return "\n".join(path.read_text() for path in sorted((ROOT / "src").glob(pattern)))


def section(title):
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def in_backticks(text):
    return re.findall(r"`([^`\n]+)`", text)


def first_cells(table):
    return [row.split("|")[1] for row in table.splitlines() if row.startswith("| ") and not row.startswith("| ---")][1:]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_linked_file_exists(document):
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text()) if not link.startswith(("http", "#"))]
    missing = [link for link in links if not (document.parent / link.split("#")[0]).exists()]
    assert not missing


def test_every_linked_heading_exists():
    headings = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", README, re.M)}
    linked = set(re.findall(r"\]\(#([^)]+)\)", README))
    assert linked and linked <= headings


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_named_path_exists(document):
    named = [name for name in in_backticks(document.read_text()) if re.fullmatch(r"(\.\./)?[\w.-]+(/[\w.*-]+)+/?|[\w-]+\.(yaml|md|toml|py|rs|mk)", name)]
    ours = [name for name in named if name.split("/")[0] in {path.name for path in ROOT.iterdir()} or "/" not in name]
    missing = [name for name in ours if not any(list(folder.glob(name.rstrip("/"))) for folder in (ROOT, document.parent)) and "target" not in name]
    missing = [name for name in missing if not name.startswith((".venv", "tests/remediation/node_modules", "dist")) and name != "samconfig.toml"]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_named_make_target_exists(document):
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILES, re.M))
    named = set(re.findall(r"(?:^|`|&& |\n {4})make ([a-z][a-z-]*)", document.read_text(), re.M))
    assert named <= targets


def test_the_parameters_are_those_of_the_code():
    names = re.search(r"NAMES: \[&str; \d+\] = \[(.*?)\]", source("parameters.rs"), re.S).group(1)
    told = [name for cell in first_cells(section("Rule parameters")) for name in in_backticks(cell)]
    assert told == re.findall(r'"(\w+)"', names)


def test_the_codes_are_those_of_the_code():
    codes = re.findall(r'Code = Code\("(\w+)"\)', source("links/*.rs"))
    rows = [row for row in section("Verdicts").splitlines() if row.startswith("| ")]
    told = [code for row in rows for code in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[3])]
    assert sorted(told) == sorted(codes)


def test_the_error_types_of_the_faults_exist():
    types = set(re.findall(r'=> "(\w+)",', re.search(r"fn error_type.*?\n    }", source("error.rs"), re.S).group(0)))
    told = {word for word in in_backticks(section("When things fail")) if re.fullmatch(r"[A-Z][a-z]+([A-Z][a-z]+)+", word)}
    assert told - {"FailedEvaluations"} <= types
    assert {"InvalidEvent", "InvalidParameter", "ForeignAccount", "RoleNotAssumed", "IncompleteEvaluation"} <= told


def test_the_permissions_are_the_calls_of_the_code():
    called = set(re.findall(r'"((?:rds|logs|config|sts):\w+)"', source("aws/*.rs")))
    told = set(re.findall(r"`((?:rds|logs|config|sts):\w+)`", section("Permissions")))
    by_lambda = {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert told == called | by_lambda


def test_the_metrics_are_those_of_the_code():
    told = {word for word in in_backticks(section("Signals")) if re.fullmatch(r"[A-Z]\w+", word)} - {"NeptuneAuditRule"}
    body = re.search(r"pub fn finish.*?\n}", source("signals.rs"), re.S).group(0)
    written = set(re.findall(r'metric\("(\w+)"', body)) | set(re.findall(r'"(\w+)"', re.search(r"let clusters = \[(.*?)\]", body).group(1)))
    assert told == written


def test_the_costs_are_what_the_prices_and_the_arithmetic_give():
    text = section("Cost")
    runs = int(re.search(r"a run an hour being (\d+) a month", text)[1])
    first, first_size, second, second_size, rest = (
        float(number.replace(",", ""))
        for number in re.search(
            r"At ([\d.]+) US dollars each for the first ([\d,]+) of a Region and month, ([\d.]+) for the next\s+([\d,]+) and ([\d.]+) beyond", text
        ).groups()
    )

    def dollars(evaluations):
        in_first = min(evaluations, first_size)
        in_second = min(evaluations - in_first, second_size)
        return f"{in_first * first + in_second * second + (evaluations - in_first - in_second) * rest:.2f}"

    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\| [\d,]+ \|.*$", text, re.M)]
    assert len(rows) == 3
    for clusters, hourly, daily in rows:
        count = int(clusters.replace(",", ""))
        assert (hourly, daily) == (dollars(count * runs), dollars(count * runs / 24)), clusters


def test_nothing_names_a_path_of_a_machine_or_an_account_of_somebody():
    texts = [path for pattern in ("*.md", "*.yaml", "*.json", "*.rs", "*.py", "*.toml", "*.tf", "*.mjs") for path in ROOT.rglob(pattern)]
    skipped = {"target", ".venv", "node_modules", ".git", ".aws-sam", "dist"}
    for path in texts:
        if skipped & set(path.relative_to(ROOT).parts) or path == Path(__file__):
            continue
        text = path.read_text()
        assert not re.search(r"(?<![\w.])/(work|root|home/\w+)/", text), path
        accounts = set(re.findall(r"(?<=:)\d{12}(?=:)", text))
        assert accounts <= {"111122223333", "444455556666", "123456789012", "000000000000"}, (path, accounts)
