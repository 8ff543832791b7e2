"""The systemd units, judged by systemd's own checker."""

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
