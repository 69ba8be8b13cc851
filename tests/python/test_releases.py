"""The workflows do what they promise with no more than they need, and a release has notes, checksums, and what the pages say of it."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
MAKEFILES = (ROOT / "Makefile").read_text() + (ROOT / "deploy/deploy.mk").read_text()


def workflow(name):
    return yaml.safe_load((ROOT / ".github/workflows" / name).read_text())


def steps(of):
    return [step for job in of["jobs"].values() for step in job.get("steps", [])]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_one_commit_and_says_its_version(path):
    used = re.findall(r"uses: (?!\$/)(.*)", path.read_text())
    assert used
    wrong = [use for use in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)]
    assert not wrong


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_reads_and_only_the_last_one_of_a_release_writes(path):
    read = workflow(path.name)
    assert read["permissions"] == {}
    for name, job in read["jobs"].items():
        writes = {scope for scope, access in job["permissions"].items() if access != "read"}
        assert writes == ({"contents", "id-token", "attestations"} if name == "publish" else set())
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_no_job_of_the_checks_takes_longer_than_is_promised():
    assert {name: job["timeout-minutes"] for name, job in workflow("ci.yml")["jobs"].items() if job["timeout-minutes"] > 45} == {}
    for name, job in workflow("release.yml")["jobs"].items():
        assert "uses" in job or job["timeout-minutes"] <= 60, name


def test_the_tests_run_with_the_oldest_python_and_without_node():
    """As README.md promises. Node and npm are taken away before anything of this project runs, and a check says that they are gone."""
    check = workflow("ci.yml")["jobs"]["check"]["steps"]
    (python,) = [step["with"]["python-version"] for step in check if step.get("uses", "").startswith("actions/setup-python@")]
    assert f"Python {python} or later" in (ROOT / "README.md").read_text()
    commands = [step.get("run", "") for step in check]
    (without,) = [place for place, command in enumerate(commands) if "sudo rm" in command]
    assert without < commands.index(".ci/run")
    assert "for program in node npm npx;" in commands[without] and "if command -v node npm npx; then exit 1" in commands[without]


def test_a_release_is_published_only_when_its_tag_passes_every_check():
    """The release calls the workflow of the checks, so that both run the same."""
    release = workflow("release.yml")["jobs"]
    checks = [name for name, job in release.items() if job.get("uses") == "$/.github/workflows/ci.yml"]
    assert checks and set(checks) <= set(release["publish"]["needs"])
    # YAML reads the key `on` as a truth value.
    assert "workflow_call" in workflow("ci.yml")[True]
    assert all(job["permissions"] == {"contents": "read"} for job in workflow("ci.yml")["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_runs_exists(path):
    commands = "\n".join(step["run"] for step in steps(workflow(path.name)) if "run" in step)
    for target in re.findall(r"^make ([\w-]+)", commands, re.M):
        assert re.search(rf"^{target}:", MAKEFILES, re.M), target
    for script in re.findall(r"^\.ci/([\w-]+)", commands, re.M):
        assert (ROOT / ".ci" / script).exists(), script
    # What somebody names a tag or a branch is not a command.
    assert "${{" not in commands


def test_a_release_has_both_zips_and_the_command_for_linux_and_macos():
    release = workflow("release.yml")
    assert "make package" in [step.get("run") for step in release["jobs"]["function"]["steps"]]
    systems = {entry["system"] for entry in release["jobs"]["command"]["strategy"]["matrix"]["include"]}
    assert systems == {f"{system}-{processor}" for system in ("linux", "macos") for processor in ("x86_64", "arm64")}
    publish = release["jobs"]["publish"]
    assert set(publish["needs"]) == set(release["jobs"]) - {"publish"}
    attested = [step["with"] for step in publish["steps"] if step.get("uses", "").startswith("actions/attest@")]
    assert {"subject-checksums": "dist/SHA256SUMS"} in attested
    assert {step["sbom-path"] for step in attested if "sbom-path" in step} == {"dist/neptune-audit-rule.cdx.json", "dist/neptune-audit.cdx.json"}


def test_the_check_of_dependencies_is_the_one_that_was_tried():
    commands = [step.get("run", "") for step in steps(workflow("ci.yml"))]
    assert any(re.fullmatch(r"cargo install cargo-deny --locked --version [\d.]+", command) for command in commands)
    assert "cargo deny --workspace --locked check" in commands
    settings = tomllib.loads((ROOT / "deny.toml").read_text())
    assert {"advisories", "licenses", "bans", "sources"} <= set(settings)
    assert settings["sources"]["unknown-git"] == settings["sources"]["unknown-registry"] == "deny"


@pytest.fixture
def checkout(tmp_path):
    """What the script of the notes reads, the changelog to be written."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/notes", tmp_path / ".ci/notes")
    (tmp_path / "Cargo.toml").write_text('[workspace]\n[workspace.package]\nversion = "1.2.3"\n\n[package]\nversion = "9.9.9"\n')

    def notes(version, changelog):
        (tmp_path / "CHANGELOG.md").write_text(changelog)
        return subprocess.run([tmp_path / ".ci/notes", version], capture_output=True, text=True)

    return notes


CHANGES = "# Changelog\n\n## [Unreleased]\n\n- later\n\n## [1.2.3] - 2026-11-25\n\n### Added\n\n- this\n\n## [1.2.2]\n\n- before\n\n[1.2.3]: https://example.org\n"


def test_the_notes_are_the_section_of_the_version(checkout):
    done = checkout("1.2.3", CHANGES)
    assert done.returncode == 0
    assert done.stdout.strip() == "### Added\n\n- this"


@pytest.mark.parametrize(
    ("version", "changelog"),
    [
        pytest.param("1.2.2", CHANGES, id="not the version of Cargo.toml"),
        pytest.param("1.2.3", "## [Unreleased]\n\n- later\n", id="no section"),
        pytest.param("1.2.3", "## [1.2.3]\n\n\n## [1.2.2]\n\n- before\n", id="a blank section"),
    ],
)
def test_a_release_without_notes_is_refused(checkout, version, changelog):
    done = checkout(version, changelog)
    assert done.returncode == 1 and done.stderr


# The files that hold versions, and who of Dependabot reads them.
LOCKS = {"Cargo.lock": "cargo", "package-lock.json": "npm", "requirements*.txt": "pip", ".github/workflows/*.yml": "github-actions"}
BUILT = {"target", ".venv", "node_modules", ".aws-sam", "dist"}


def watched():
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    return [(update["package-ecosystem"], folder) for update in updates for folder in update.get("directories", [update.get("directory")])]


def test_dependabot_watches_every_file_that_holds_versions_and_nothing_else():
    there = set()
    for pattern, ecosystem in LOCKS.items():
        for path in ROOT.rglob(pattern):
            folder = path.relative_to(ROOT).parent
            if not BUILT & set(folder.parts):
                # Workflows are told by the project's folder.
                there.add((ecosystem, "/" if ecosystem == "github-actions" else f"/{folder}".rstrip(".")))
    assert len(watched()) == len(set(watched()))
    assert set(watched()) == there


def test_how_to_release_is_written_down_and_names_what_is_there():
    page = (ROOT / "CONTRIBUTING.md").read_text().split("## Release\n")[1].split("\n## ")[0]
    for word in ("Cargo.toml", "Cargo.lock", "fuzz/Cargo.lock", "CHANGELOG.md", "[Unreleased]", ".ci/notes", "git tag", "release.yml"):
        assert word in page, word
    assert workflow("release.yml")[True]["push"]["tags"] == ["v[0-9]+.[0-9]+.[0-9]+"]
    assert re.search(r"git tag .*\bv1\.2\.3\b", page)
