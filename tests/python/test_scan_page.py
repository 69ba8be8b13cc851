"""The page that `neptune-audit scan --format html` writes, in a real browser: Debian's Chromium, judged by axe-core."""

import json
import shutil
import subprocess

import pytest

from scan_stage import EVERYWHERE, HOME, HOSTILE, OTHER, ROOT, stage

PAGE = ROOT / "tests/page"
BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine (`apt-get install chromium`)"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this machine (`make venv` installs it)"),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What the browser found."""
    if not (PAGE / "node_modules/axe-core").is_dir():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", PAGE], check=True)
    folder = tmp_path_factory.mktemp("page")
    with stage(folder) as made:
        run = made.scan(*EVERYWHERE, "--exempt-tag", "audited=no", "--minimum-retention-days", "90", "-q", "--output", "html=report.html")
        assert run.returncode == 3, run
    looked = subprocess.run(["node", PAGE / "page.mjs", BROWSER, folder / "report.html", folder], capture_output=True, text=True, timeout=240)
    assert looked.returncode == 0, looked.stderr
    return json.loads(looked.stdout)


def test_nothing_is_asked_for_and_nothing_complains(seen):
    assert seen["requests"] == []
    assert seen["console"] == []
    assert seen["dialogs"] == [], "a name ran as a script"


def test_everybody_can_read_it(seen):
    """axe-core's rules, contrast among them, at two widths, in light and in dark."""
    assert seen["violations"] == []


def test_nothing_sticks_out_at_either_width(seen):
    assert [(each["width"], each["overflow"]) for each in seen["widths"]] == [(390, 0), (390, 0), (1280, 0), (1280, 0)]


def test_the_text_can_be_selected_and_says_when_who_where_and_what(seen):
    for part in [
        "arn:aws:sts::111122223333:assumed-role/",
        f"{HOME}, {OTHER}",
        "eu-west-1, us-east-1",
        "minimumRetentionDays = 90",
        "PARAMETER_OFF",
        "What to do:",
        "Suppressed until 2999-03-31",
        "Not looked at",
        "rds:DescribeDBClusters",
        HOSTILE,
    ]:
        assert part in seen["text"], part


def test_what_needs_somebody_comes_first_and_nothing_is_left_out(seen):
    assert seen["clusters"] == [HOSTILE, "orders", "legacy", "payments", "payments", "search", "sandbox"]
    assert seen["withoutScripts"] == len(seen["clusters"])


def test_the_buttons_show_one_verdict_each(seen):
    filtered = {label.rstrip("0123456789 "): names for label, names in seen["filtered"].items()}
    assert filtered == {
        "All": seen["clusters"],
        "Non-compliant": [HOSTILE, "orders"],
        "Suppressed": ["legacy"],
        "Compliant": ["payments", "payments", "search"],
        "Not applicable": ["sandbox"],
    }
    assert seen["byKeyboard"] == "show-broken"


def test_what_makes_no_sense_on_paper_is_not_printed(seen):
    assert seen["printed"] is False
