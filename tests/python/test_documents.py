"""What the documents name exists, what they say of the code is so, what they compute is right, and their sentences are short."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from templates import load, rule_parameters

ROOT = Path(__file__).resolve().parents[2]
# Written by `make bench`, and about it, in the words of its figures.
GENERATED = {"docs/benchmarks.md", "crates/bench/README.md"}
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
OTHERS = [
    ".github/PULL_REQUEST_TEMPLATE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "crates/bench/README.md",
    "crates/emulator/README.md",
    "deploy/README.md",
    "deploy/terraform/README.md",
    "events/README.md",
    "policies/README.md",
    "remediation/README.md",
]
DOCUMENTS = PAGES + OTHERS
OWN_PAGES = [page for page in DOCUMENTS if page not in GENERATED]
MAKEFILES = (ROOT / "Makefile").read_text() + (ROOT / "deploy/deploy.mk").read_text()
# What the command is called with; its contract fixes these.
TASKS = {"scan", "plan", "template", "explain", "completions"}
LONGEST_SENTENCE = 35
# Words that say less than a plain one would, each with one that says more.
JARGON = {
    r"puts?": "report, write, set, make",
    r"floors?": "a function that does nothing",
    r"leverag\w+": "use",
    r"utili[sz]\w+": "use",
    r"seamless\w*": "say what happens",
    r"performant": "fast, with a figure",
    r"holistic\w*": "whole",
    r"granular\w*": "fine, small",
    r"ecosystems?": "say which programs",
    r"paradigms?": "way",
    r"best[- ]of[- ]breed|best-in-class|state[- ]of[- ]the[- ]art|world-class": "say what is better",
    r"out of the box": "without settings",
    r"happy path": "when nothing fails",
    r"blast radius": "what it can harm",
    r"single pane of glass": "one page",
    r"shift[- ]left": "before deployment",
    r"footguns?": "trap",
    r"onboard\w*": "begin, add",
    r"TL;DR|FYI|ASAP|LGTM": "a sentence",
}


def read(page):
    return (ROOT / page).read_text()


def rust_sources():
    """The sources of what decides, reads and reports, wherever they live in the workspace, without their tests."""
    folders = [ROOT / "src", ROOT / "crates/core/src", ROOT / "crates/scan/src"]
    return {path: path.read_text() for folder in folders for path in sorted(folder.rglob("*.rs")) if "test" not in path.name}


def section(page, title):
    return read(page).split(f"\n## {title}\n")[1].split("\n## ")[0]


def in_backticks(text):
    return re.findall(r"`([^`\n]+)`", text)


def rows(text):
    """The rows of a text's tables, as lists of cells, without the heads."""
    found = []
    lines = text.splitlines()
    for line, after in zip(lines, lines[1:] + [""]):
        if line.startswith("| ") and not line.startswith("| ---") and not after.startswith("| ---"):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)


def sentences(page):
    """The sentences of a page's prose: not of code, tables and headings."""
    kept = [line for line in without_code(read(page)).splitlines() if not re.match(r"\||#|<!--|!\[| {4}\S", line)]
    text = "\n".join(kept)
    text = re.sub(r"`[^`\n]*`", "code", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<https?://[^>]*>", "page", text)
    for paragraph in re.split(r"\n\s*\n|\n(?=- |\d+\. )", text):
        words = " ".join(paragraph.split())
        yield from re.split(r"(?<=[.!?])\*{0,2}(?=\s)\s+", words)


def test_every_page_is_looked_at():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a clone")
    assert set(listed.stdout.split()) == set(DOCUMENTS)


def test_the_readme_is_short():
    assert len(read("README.md").splitlines()) <= 170


@pytest.mark.parametrize("page", OWN_PAGES)
def test_no_sentence_is_long(page):
    long = [s for s in sentences(page) if len([word for word in s.split() if re.search(r"\w", word)]) > LONGEST_SENTENCE]
    assert not long


def test_a_long_sentence_would_be_seen(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("# A title\n\nShort one. " + "word " * 36 + "end. `code` [link](somewhere) here.\n\n| a | b |\n")
    monkeypatch.setattr("test_documents.read", lambda _: page.read_text())
    assert [len(sentence.split()) for sentence in sentences("page.md")] == [2, 37, 3]


@pytest.mark.parametrize("page", OWN_PAGES)
def test_no_word_is_jargon(page):
    text = re.sub(r"`[^`\n]*`", "code", without_code(read(page)))
    found = {word: instead for word, instead in JARGON.items() if re.search(rf"\b(?:{word})\b", text, re.I)}
    assert not found


@pytest.mark.parametrize("page", DOCUMENTS)
def test_every_linked_file_exists(page):
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", read(page)) if not link.startswith(("http", "#"))]
    folder = (ROOT / page).parent
    missing = [link for link in links if not (folder / link.split("#")[0]).exists()]
    assert not missing


@pytest.mark.parametrize("page", DOCUMENTS)
def test_every_linked_heading_exists(page):
    def anchors(text):
        return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", without_code(text), re.M)}

    folder = (ROOT / page).parent
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", read(page)) if "#" in link and not link.startswith("http")]
    for link in links:
        path, heading = link.split("#")
        assert heading in anchors((folder / path).read_text() if path else read(page)), link


@pytest.mark.parametrize("page", DOCUMENTS)
def test_every_named_path_exists(page):
    folder = (ROOT / page).parent
    named = [name for name in in_backticks(read(page)) if re.fullmatch(r"(\.\./)?[\w.-]+(/[\w.*-]+)+/?|[\w-]+\.(yaml|md|toml|py|rs|mk)", name)]
    ours = [name for name in named if name.split("/")[0] in {path.name for path in ROOT.iterdir()} or "/" not in name]
    # The tables of policies name the inputs that they were tried on.
    roots = (ROOT, folder, *((ROOT / "tests/policies").iterdir() if page.startswith("policies/") else ()))
    missing = [name for name in ours if not any(list(root.glob(name.rstrip("/"))) for root in roots) and "target" not in name]
    missing = [name for name in missing if not name.startswith((".venv", "tests/remediation/node_modules", "dist")) and name != "samconfig.toml"]
    assert not missing


# What a reader must replace.
PLACEHOLDER = r"\b(OWNER/REPOSITORY|OWNER|COMMIT)\b"


@pytest.mark.parametrize("page", DOCUMENTS)
def test_a_page_with_a_placeholder_says_what_to_write_there(page):
    used = {found for block in re.findall(r"^```.*?^```$", read(page), re.S | re.M) for found in re.findall(PLACEHOLDER, block)}
    prose = " ".join(without_code(read(page)).split())
    assert [word for word in sorted(used) if not re.search(rf"`{word}` stands for \w+", prose)] == []


def test_a_placeholder_is_seen():
    assert re.findall(PLACEHOLDER, "gh --repo OWNER/neptune; git+https://host/OWNER/REPOSITORY --rev COMMIT") == ["OWNER", "OWNER/REPOSITORY", "COMMIT"]


@pytest.mark.parametrize("page", DOCUMENTS)
def test_no_page_names_a_release_of_this_project_that_is_not_there(page):
    released = set(re.findall(r"^## \[(\d+\.\d+\.\d+)\]", read("CHANGELOG.md"), re.M))
    assert set(re.findall(r"(?:rev:|--tag|--branch) v(\d+\.\d+\.\d+)", read(page))) <= released


@pytest.mark.parametrize("page", DOCUMENTS)
def test_a_pipeline_installs_from_somewhere_else_than_the_readers_own_repository(page):
    pipelines = re.findall(r"^```yaml\n.*?^```$", read(page), re.S | re.M)
    installs = [line for pipeline in pipelines for line in re.findall(r"cargo install .*", pipeline)]
    assert [line for line in installs if not re.search(r"--locked --git https://\S+ --rev \S+ neptune-audit$", line)] == []


@pytest.mark.parametrize("page", DOCUMENTS)
def test_every_named_make_target_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILES, re.M))
    named = set(re.findall(r"(?:^|`|&& |\n {4})make ([a-z][a-z-]*)", read(page), re.M))
    assert named <= targets


@pytest.mark.parametrize("page", DOCUMENTS)
def test_every_named_task_of_the_command_exists(page):
    assert set(re.findall(r"(?:^|[`|] ?)neptune-audit ([a-z]+)", read(page), re.M)) <= TASKS


def test_the_versions_are_those_that_are_checked():
    said = read("README.md")
    rust = re.search(r'^rust-version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
    node = json.loads(read("tests/remediation/package.json"))["engines"]["node"].removeprefix(">=")
    python = re.search(r"version_info < \((\d+), (\d+)\)", read(".ci/needs")).groups()
    assert f"Rust {rust} or later" in said
    assert f"node {node} or later" in said
    assert f"Python {'.'.join(python)} or later" in said


def test_what_is_missing_is_said_before_anything_starts():
    needs = ROOT / ".ci/needs"
    bare = {"PATH": "/usr/bin:/bin", "PYTHON": "python-that-nobody-has"}
    done = subprocess.run([needs, "rust", "python"], env=bare, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Python 3.11 or later is needed" in done.stderr
    done = subprocess.run([needs, "disk=99999999"], capture_output=True, text=True)
    assert done.returncode == 1 and "of free disk" in done.stderr
    for arguments, said in {("invoke",): "Say which event", ("invoke", "EVENT=none"): "no event none", ("scan", "FLEET=none"): "no fleet none"}.items():
        done = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode != 0 and said in done.stdout and "cargo build" not in done.stdout


# Two disks: 2 GB are free where the project is, 9 GB where somebody lets cargo build, or the other way round.
DF = """#!/bin/sh
case $2 in *elsewhere*) free=%d disk=/elsewhere ;; *) free=%d disk=/ ;; esac
echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
echo "/dev/disk 1 1 $((free * 1048576)) 1%% $disk"
"""


@pytest.mark.parametrize(
    ("elsewhere", "here", "needs", "lacking"),
    [
        pytest.param(9, 2, ["disk=6"], None, id="the build goes elsewhere, and nothing is needed here"),
        pytest.param(9, 2, ["disk=6", "tools=2"], None, id="room for both"),
        pytest.param(9, 2, ["disk=6", "tools=3"], "3 GB of free disk are needed in {here}, there are 2", id="no room here"),
        pytest.param(2, 9, ["disk=6", "tools=2"], "6 GB of free disk are needed in {elsewhere}, there are 2", id="no room elsewhere"),
    ],
)
def test_free_disk_is_measured_where_cargo_builds_and_where_tools_are_installed(elsewhere, here, needs, lacking, tmp_path):
    """The target folder itself is not there before the first build; the nearest one above it is."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "df").write_text(DF % (elsewhere, here))
    (tmp_path / "df").chmod(0o755)
    variables = {"PATH": f"{tmp_path}:/usr/bin:/bin", "CARGO_TARGET_DIR": str(tmp_path / "elsewhere/not/yet/there")}
    done = subprocess.run([ROOT / ".ci/needs", *needs], env=variables, capture_output=True, text=True)
    assert (done.returncode == 0) is (lacking is None), done.stderr
    if lacking:
        assert lacking.format(here=ROOT, elsewhere=tmp_path / "elsewhere") in done.stderr


def test_on_one_disk_both_must_fit(tmp_path):
    (tmp_path / "df").write_text(DF % (9, 9))
    (tmp_path / "df").chmod(0o755)
    variables = {"PATH": f"{tmp_path}:/usr/bin:/bin", "CARGO_TARGET_DIR": str(ROOT / "target")}
    done = subprocess.run([ROOT / ".ci/needs", "disk=8", "tools=2"], env=variables, capture_output=True, text=True)
    assert done.returncode == 1 and "About 10 GB of free disk are needed" in done.stderr


def test_make_lists_every_target_in_groups_and_no_wider_than_the_terminal():
    for width in (64, 80, 200):
        command = ["awk", "-v", f"width={width}", "-f", ".ci/help.awk", "Makefile", "deploy/deploy.mk"]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert max(map(len, told.splitlines())) <= width
        assert re.findall(r"^  make ([a-z-]+)", told, re.M)[0] == "demo"
        assert set(re.findall(r"^  make ([a-z-]+)", told, re.M)) == set(re.findall(r"^([a-z-]+):.*## ", MAKEFILES, re.M)) - {"help"}
        assert re.findall(r"^[A-Z].*", told, re.M)[:2] == ["Try it, without an AWS account", "Deploy"]


def test_the_parameters_are_those_of_the_code():
    told = [in_backticks(row[0]) for row in rows(section("README.md", "Rule parameters"))]
    assert [name for names in told for name in names] == rule_parameters()


def test_the_strict_set_asks_for_known_parameters():
    strict = json.loads(re.search(r"```json\n(.*?)```", read("README.md"), re.S)[1])
    known = {in_backticks(row[0])[0] for row in rows(section("README.md", "Rule parameters"))}
    assert set(strict) <= known
    # AWS Config passes texts.
    assert all(isinstance(value, str) for value in strict.values())


def test_the_codes_are_those_of_the_code():
    told = [code for row in rows(section("README.md", "Verdicts")) for code in re.findall(r"`([A-Z][A-Z_]+)`", row[2])]
    assert told == re.findall(r"^## ([A-Z_]+)$", read("docs/links.md"), re.M)
    sources = "".join(rust_sources().values())
    assert [code for code in told if f'"{code}"' not in sources] == []


def test_the_error_types_of_the_faults_exist():
    sources = "".join(rust_sources().values())
    told = {word for word in in_backticks(read("docs/failures.md")) if re.fullmatch(r"[A-Z][a-z]+([A-Z][a-z]+)+", word)}
    assert {name for name in told if f'"{name}"' not in sources} <= {"FailedEvaluations"}
    assert {"InvalidEvent", "InvalidParameter", "ForeignAccount", "RoleNotAssumed", "IncompleteEvaluation"} <= told


def test_the_events_are_those_of_the_code():
    sources = "".join(rust_sources().values())
    told = {word for row in rows(read("docs/events.md")) for word in in_backticks(row[0]) if re.match(r"[A-Z]", word)}
    assert told and all(f'"{name}"' in sources for name in told)


def test_the_metrics_are_those_of_the_code():
    told = {word for row in rows(section("docs/signals.md", "Metrics")) for word in in_backticks(row[0])}
    body = re.search(r"pub fn finish.*?\n}", (ROOT / "src/signals.rs").read_text(), re.S).group(0)
    written = set(re.findall(r'metric\("(\w+)"', body)) | set(re.findall(r'"(\w+)"', re.search(r"let clusters = \[(.*?)\]", body).group(1)))
    assert told == written


def test_the_alarms_are_those_of_the_template():
    told = {word for row in rows(section("docs/signals.md", "Alarms")) for word in in_backticks(row[0])}
    assert told == {name for name, resource in load("template.yaml")["Resources"].items() if resource.get("Type") == "AWS::CloudWatch::Alarm"}


def test_every_parameter_that_reads_more_says_its_permission():
    table = rows(section("docs/deployment.md", "Upgrade and remove"))
    known = {in_backticks(row[0])[0] for row in rows(section("README.md", "Rule parameters"))}
    sources = "".join(rust_sources().values())
    for parameter, permission in table:
        assert set(in_backticks(parameter)) <= known
        assert all(f'"{action}"' in sources for action in in_backticks(permission))


def test_nothing_names_a_path_of_a_machine_or_an_account_of_somebody():
    texts = [path for pattern in ("*.md", "*.yaml", "*.yml", "*.json", "*.rs", "*.py", "*.toml", "*.tf", "*.mjs") for path in ROOT.rglob(pattern)]
    skipped = {"target", ".venv", "node_modules", ".git", ".aws-sam", "dist"}
    for path in texts:
        if skipped & set(path.relative_to(ROOT).parts) or path == Path(__file__):
            continue
        text = path.read_text()
        assert not re.search(r"(?<![\w.])/(work|root|home/\w+)/", text), path
        accounts = set(re.findall(r"(?<=:)\d{12}(?=:)", text))
        assert accounts <= {"111122223333", "444455556666", "123456789012", "000000000000"}, (path, accounts)
