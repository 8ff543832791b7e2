"""Runs that are killed, interrupted, failed or held at a named step of the program (`src/failpoint.rs`).

No test waits for a time to pass: the program itself acts when it reaches the point.
"""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
# Every point of the program: a new one is found here.
POINTS = sorted({point for file in SOURCE.rglob("*.rs") for point in re.findall(r'\breach\("([\w.-]+)"\)', file.read_text("utf-8"))})

KILLED = -signal.SIGKILL


class FailpointProgram:
    """The program, built with the feature `failpoints`."""

    def __init__(self, path):
        self.path = path

    def run(self, project, *arguments, at, **options):
        """Runs to the end, with `point=action` or `point#n=action` (several, separated by commas)."""
        return project.tarmim(*arguments, program=self.path, environment={"TARMIM_FAILPOINT": at}, **options)

    def hold(self, project, *arguments, at):
        """Starts a run and returns when it waits at the point."""
        return Held(project, self.path, arguments, at)

    def kernels(self):
        """The kernels that this processor can run, fastest first."""
        environment = os.environ | {"TARMIM_KERNEL": "which?"}
        done = subprocess.run([self.path, "dictionary"], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 2, done.stderr
        return re.fullmatch(r"tarmim: .* can run the kernels (.*)\n", done.stderr)[1].split(", ")

    def with_kernel(self, project, kernel, *arguments, **options):
        """Runs with the kernel of this name in the encoder."""
        return project.tarmim(*arguments, program=self.path, environment={"TARMIM_KERNEL": kernel}, **options)


class Held:
    """A run that waits at a point until it is released or killed."""

    def __init__(self, project, program, arguments, point):
        environment = {"TARMIM_FAILPOINT": f"{point}=pause"}
        self.reported = ""
        self.process = project.start(*arguments, program=program, environment=environment, stdin=subprocess.PIPE)
        marker = f"failpoint: {point.partition('#')[0]}"
        # Reading blocks until the run reaches the point or ends.
        reported = []
        for line in self.process.stderr:
            reported.append(line.decode())
            if marker in reported[-1]:
                return
        self.process.communicate()
        raise AssertionError(f"the run ended before it reached {point}: {''.join(reported)}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def release(self):
        """Lets the run go on to its end; returns its exit code and keeps what it writes to standard error."""
        _, reported = self.process.communicate(input=b"\n")
        self.reported = reported.decode()
        return self.process.returncode


def pytest_terminal_summary(terminalreporter):
    if program := os.environ.get("TARMIM_FAILPOINTS"):
        terminalreporter.write_line(f"kernels that this processor can run: {', '.join(FailpointProgram(program).kernels())}")


@pytest.fixture(scope="session")
def failpoints():
    program = os.environ.get("TARMIM_FAILPOINTS")
    if not program:
        pytest.skip("not run: TARMIM_FAILPOINTS is not set (cargo build --release --features failpoints)")
    return FailpointProgram(Path(program).resolve(strict=True))
