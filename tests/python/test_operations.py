"""The page on scheduled runs and the units beside it: systemd's own checker, and the exit codes that the program has."""

import re
import shutil
import subprocess

import pytest
from conftest import REPOSITORY

OPERATIONS = REPOSITORY / "operations"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="not run: systemd-analyze is not installed")
@pytest.mark.parametrize("unit", ["tarmim.service", "tarmim.timer"])
def test_systemd_accepts_the_units(unit):
    command = ["systemd-analyze", "verify", "--man=no", OPERATIONS / unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "tarmim" in line]
    assert done.returncode == 0 and not ours, done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="not run: systemd-analyze is not installed")
def test_systemd_refuses_a_unit_that_is_wrong(tmp_path):
    broken = (OPERATIONS / "tarmim.service").read_text().replace("ExecStart=", "ExecStrat=")
    (tmp_path / "tarmim.service").write_text(broken)
    command = ["systemd-analyze", "verify", "--man=no", tmp_path / "tarmim.service"]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def codes_of_a_table(text):
    """The codes in the first column of the tables of a page."""
    rows = re.findall(r"^\| ([0-9, ]+) \|", text, flags=re.MULTILINE)
    return {int(code) for row in rows for code in row.split(",")}


def test_the_page_knows_every_exit_code_of_the_readme():
    listed = codes_of_a_table((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    explained = codes_of_a_table((OPERATIONS / "README.md").read_text(encoding="utf-8"))
    assert {0, 1, 2, 3, 4, 5, 75, 130, 143} <= listed
    assert listed <= explained
