"""The pages about Python are true: their scripts run as they stand, and print what they say."""

import contextlib
import io
import re
import shutil

import pytest
from conftest import REPOSITORY

PAGES = [REPOSITORY / name for name in ("README.md", "docs/python.md")]


def scripts(page):
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def outputs(script):
    """What the comments of a script say that it prints: behind a `print`, or in lines of their own below it."""
    for line in script.splitlines():
        said = re.fullmatch(r"(?:print\(.*\)\s+)?# (.*)", line)
        if said:
            yield said[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_scripts_run_and_print_what_they_say(page, tmp_path, monkeypatch):
    for name in ("raw", "vocabulary"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copyfile(REPOSITORY / "pipeline.toml", tmp_path / "pipeline.toml")
    monkeypatch.chdir(tmp_path)
    shared = {}
    found = [script for script in scripts(page) if "tarmim." in script]
    assert found
    for script in found:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(script, page.name, "exec"), shared)
        said = list(outputs(script))
        if said:
            assert printed.getvalue().splitlines() == said


def test_the_first_page_shows_what_is_printed(capsys):
    page = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    script, shown = re.search(r"^```python\n(import tarmim.*?)^```\n\n```text\n(.*?)^```$", page, re.DOTALL | re.MULTILINE).groups()
    exec(script, {})
    assert capsys.readouterr().out == shown
