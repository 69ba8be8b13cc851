"""The command on a real terminal of a certain width: colour, progress, and no word broken in two."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import pytest

from scan_stage import COMMAND, EVERYWHERE, stage

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("scan")) as made:
        yield made


def on_terminal(staged, arguments, columns, piped=(), **environment):
    """What a terminal gets to show of standard output and of standard error."""
    shown = {}
    masters, slaves = {}, {}
    for name in ("stdout", "stderr"):
        if name in piped:
            slaves[name] = subprocess.PIPE
            continue
        masters[name], slaves[name] = pty.openpty()
        fcntl.ioctl(slaves[name], termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    running = subprocess.Popen([COMMAND, "scan", *arguments], cwd=staged.folder, env=staged.environment(**environment), stdin=subprocess.DEVNULL, **slaves)
    for name in masters:
        os.close(slaves[name])
    for name, master in masters.items():
        shown[name] = read_all(master)
        os.close(master)
    for name in piped:
        shown[name] = getattr(running, name).read().decode()
        getattr(running, name).close()
    running.wait(60)
    return shown["stdout"], shown["stderr"]


def read_all(master):
    text = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says so where the other side is closed
            return text.decode()
        if not chunk:
            return text.decode()
        text += chunk


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.mark.parametrize("columns", [80, 200])
def test_a_table_fits_the_terminal_and_breaks_no_word(staged, columns):
    shown, _ = on_terminal(staged, EVERYWHERE, columns)
    assert ESCAPE.search(shown), f"no colour on a terminal: {shown}"
    plain = ESCAPE.sub("", shown).replace("\r\n", "\n")
    lines = plain.splitlines()
    assert max(width(line) for line in lines) <= columns
    for word in ["neptune_enable_audit_log", "NON_COMPLIANT", "PARAMETER_OFF", "logs:DescribeLogStreams", "unreadable"]:
        assert word in plain, word
    flowing = " ".join(plain.split())
    assert "COULD NOT LOOK" in flowing and "could not look: 2" in flowing
    assert lines[-1].endswith("could not look: 2")


def test_a_wide_terminal_shows_a_cluster_and_its_place_on_one_line(staged):
    shown, _ = on_terminal(staged, EVERYWHERE, 200)
    plain = ESCAPE.sub("", shown)
    assert re.search(r"COMPLIANT\s+payments\s+111122223333 us-east-1\s+audit: generated", plain)


def test_no_color_is_heeded_and_color_can_be_forced(staged):
    shown, _ = on_terminal(staged, [], 80, NO_COLOR="1")
    assert not ESCAPE.search(shown)
    shown, _ = on_terminal(staged, ["--color", "always"], 80, NO_COLOR="1")
    assert ESCAPE.search(shown)
    assert not ESCAPE.search(staged.scan().stdout), "no colour in a pipe"
    assert ESCAPE.search(staged.scan("--color", "always").stdout)


def test_progress_is_shown_on_a_terminal_and_goes_away(staged):
    staged.control("latency", {"milliseconds": 60})
    try:
        shown, progress = on_terminal(staged, ["--format", "json", *EVERYWHERE], 120, piped=("stdout",))
    finally:
        staged.control("latency", {"milliseconds": 0})
    assert "of 4 accounts and Regions" in progress and "clusters so far" in progress
    assert "accounts and Regions" not in shown


def test_nothing_is_said_beside_the_report_where_nobody_watches(staged):
    assert staged.scan(*EVERYWHERE).stderr == ""
    _, progress = on_terminal(staged, ["-q", *EVERYWHERE], 120, piped=("stdout",))
    assert progress == ""


def test_a_reader_who_has_seen_enough_is_no_failure(staged):
    command = f"{COMMAND} scan --format csv | head -1"
    run = subprocess.run(["bash", "-c", command], env=staged.environment(), cwd=staged.folder, capture_output=True, text=True)
    assert run.stdout.startswith("account,region,cluster") and "panicked" not in run.stderr and "error" not in run.stderr
