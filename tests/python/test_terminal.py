"""What people read on a terminal: Arabic stays in its place under the bidirectional algorithm, words do not break, bars fit."""

import fcntl
import json
import os
import pty
import re
import struct
import termios
import unicodedata

import pytest
from bidi import get_display

from conftest import ISOLATES, PROGRAM

FSI, RLI, PDI = "\u2068", "\u2067", "\u2069"
ARABIC = re.compile("[\u0621-\u064a]")

COMMANDS = {
    "explain": ["explain", "raw/000_523761b92a4e15b0.txt"],
    "stats": ["stats"],
    "kwic": ["kwic", "دول*"],
    "trend": ["trend", "export"],
    "tag-test": ["tag-test", "vocabulary/newspapers.ttl", "ارتفعت أسعار النفط في دول الخليج"],
}


def pieces(line):
    """The isolated pieces of a line, and what stands between them. Fails if isolates are not balanced."""
    inside, outside, depth, piece = [], [""], 0, ""
    for c in line:
        if c in (FSI, RLI):
            assert depth == 0
            depth, piece = 1, ""
        elif c == PDI:
            assert depth == 1
            depth = 0
            inside.append(piece)
            outside.append("")
        elif depth:
            piece += c
        else:
            outside[-1] += c
    assert depth == 0, line
    return inside, outside


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_all_arabic_is_isolated(seed_project, arguments):
    shown = seed_project.tarmim(*arguments, isolates=True).stdout
    assert ARABIC.search(shown)
    for line in shown.splitlines():
        _, outside = pieces(line)
        assert not any(ARABIC.search(text) for text in outside), line


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_plain_text_has_no_marks_and_the_same_words(seed_project, arguments):
    shown, plain = [seed_project.tarmim(*options, *arguments, isolates=True).stdout for options in ([], ["--plain"])]
    assert not ISOLATES.search(plain)
    assert ISOLATES.sub("", shown) == plain


def displayed(line):
    """The line as a terminal shows it, from left to right, by an implementation of the bidirectional algorithm."""
    return ISOLATES.sub("", get_display(line, base_dir="L"))


def test_numbers_and_arrows_stay_where_they_are(seed_project):
    """Of each line of `explain`, what stands outside of the Arabic pieces is displayed in the order in which it is written."""
    lines = [line for line in seed_project.tarmim(*COMMANDS["explain"], isolates=True).stdout.splitlines() if "→" in line]
    assert len(lines) > 50
    for line in lines:
        inside, outside = pieces(line)
        assert inside[0] and "→" in outside[1], "raw comes before repaired"
        place, shown = 0, displayed(line)
        for text in outside:
            found = shown.find(text.strip(), place)
            assert found >= 0, f"{text!r} of {line!r} is displayed elsewhere: {shown!r}"
            place = found + len(text.strip())
        mirrored = displayed(inside[0])
        assert shown.index(mirrored) < shown.index("→")


def test_without_isolates_they_would_not(seed_project):
    """The test above can fail: the algorithm moves the numbers of some plain lines."""
    plain = seed_project.tarmim("--plain", *COMMANDS["explain"]).stdout
    lines = [line for line in plain.splitlines() if "→" in line and line.count(".") > 2]
    assert any(re.sub("[^0-9.→]", "", displayed(line)) != re.sub("[^0-9.→]", "", line) for line in lines)


def in_terminal(project, *arguments, columns=60):
    """Runs the program in a terminal of some columns; returns what it shows."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(project.root)
        for stream in (0, 1, 2):
            os.dup2(follower, stream)
        os.execve(PROGRAM, ["tarmim", *map(str, arguments)], os.environ | {"TERM": "xterm"})
    os.close(follower)
    shown = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(leader)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown.decode()
    return shown.decode()


def width(text):
    text = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", ISOLATES.sub("", text))
    return sum(not unicodedata.combining(c) for c in text)


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_words_do_not_break_at_the_edge(seed_project, columns):
    shown = in_terminal(seed_project, *COMMANDS["explain"], columns=columns).replace("\r", "")
    assert max(width(line) for line in shown.split("\n")) <= columns
    for line in shown.split("\n"):
        pieces(line)
    plain = seed_project.tarmim("--plain", *COMMANDS["explain"]).stdout
    assert ISOLATES.sub("", shown).split() == plain.split(), "no word is cut"


def test_the_bar_fits_and_counts(project):
    for number in range(300):
        project.write(f"more/{number}.txt", " ".join(["الانشط الصناعي بدول المجلس"] * 40 + [str(number)]))
    project.configure("gates", "drift", '"off"')
    shown = in_terminal(project, "run", columns=60)
    bars = [line for line in re.split("[\r\n]", shown) if "words" in line and "articles" in line and "%" in line]
    assert bars
    for bar in bars:
        # The rest of a line is blank, up to the next.
        assert width(bar.rstrip()) <= 60 and width(re.sub(" {3,}.*", "", bar)) <= 60, bar
        assert "0s left" not in bar.replace("10s", "").replace("20s", "")


def test_events_have_a_time_and_a_level(project):
    lines = project.tarmim("run", "--log-format", "json").stderr.splitlines()
    events = [json.loads(line) for line in lines]
    assert events and all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"]) for event in events)
    assert {event["level"] for event in events} <= {"info", "warning"}
    failed = json.loads(project.tarmim("run", "--input", "gone", "--log-format", "json", expect=3).stderr.splitlines()[-1])
    assert (failed["event"], failed["level"], failed["exit_code"]) == ("error", "error", 3)


def test_data_can_neither_move_the_cursor_nor_forge_a_line(empty_project):
    evil = "الأخبار \u001b[2J\u0007\ntarmim: everything is fine \u202eabc"
    empty_project.write("a.jsonl", json.dumps({"id": "1", "section": evil, "text": "الانشط الصناعي بدول المجلس"}))
    empty_project.build()
    shown = empty_project.tarmim("stats", isolates=True).stdout
    assert "everything is fine" in shown
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", shown)
    assert not any(line.startswith("tarmim:") for line in shown.splitlines())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_every_command(seed_project, shell):
    script = seed_project.tarmim("completions", shell).stdout
    assert all(command in script for command in ("rollback", "kwic", "review"))


def test_manual_pages_are_written_for_every_command(seed_project, tmp_path):
    seed_project.tarmim("man", tmp_path / "man1")
    names = {path.name for path in (tmp_path / "man1").iterdir()}
    assert {"tarmim.1", "tarmim-run.1", "tarmim-kwic.1"} <= names
    page = (tmp_path / "man1" / "tarmim-run.1").read_text(encoding="utf-8")
    assert ".SH NAME" in page and "metrics" in page


def test_help_lists_the_commands_in_groups(seed_project):
    shown = seed_project.tarmim("--help").stdout
    headings = [line for line in shown.splitlines() if re.fullmatch("[A-Z][a-z ]+:", line)]
    assert headings[:2] == ["Build:", "Look:"]
    assert "Example:" in seed_project.tarmim("trend", "--help").stdout
