"""What the system refuses, or asks of a run: an error with a message and an exit code, never a panic or silence."""

import os
import resource
import subprocess

import pytest

from conftest import PROGRAM, assert_builds_are_whole

NOBODY = 65534


def limited(project, limit, value, *arguments):
    """Runs the program with a limit; as somebody else if need be, since the superuser may have as many threads as he likes."""

    def restrict():
        resource.setrlimit(limit, (value, value))
        if limit == resource.RLIMIT_NPROC and os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)

    return subprocess.run(
        [PROGRAM, *arguments], cwd=project.root, preexec_fn=restrict, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture
def built(project):
    project.build()
    return project


@pytest.fixture
def open_project(project):
    """A project that anybody may read and write."""
    for folder in [project.root, *project.root.parents]:
        if folder.stat().st_uid == os.geteuid() and folder != folder.parent:
            folder.chmod(folder.stat().st_mode | 0o777)
    subprocess.run(["chmod", "-R", "a+rwX", project.root], check=True)
    return project


@pytest.mark.parametrize("command", [["run", "--jobs", "2"], ["stats"], ["export", "jsonl", "-"], ["review", "export", "-"]])
def test_too_few_threads_are_an_error_that_says_what_to_do(open_project, command):
    """At each number of threads, from none at all to enough for all."""
    if command[0] != "run":
        open_project.build()
        subprocess.run(["chmod", "-R", "a+rwX", open_project.root], check=True)
    codes = []
    for threads in range(1, 16):
        done = limited(open_project, resource.RLIMIT_NPROC, threads, *command)
        codes.append(done.returncode)
        if "thread" in done.stderr:
            assert done.returncode == 1 and "raise the limit on processes (ulimit -u)" in done.stderr
        assert done.returncode in (0, 1, 2) and "panicked" not in done.stderr and "backtrace" not in done.stderr.lower()
    assert codes[0] == 1


@pytest.mark.parametrize("size", [100, 10_000, 100_000])
def test_the_largest_size_of_a_file_is_an_error(built, size):
    content = built.current().bytes_by_path()
    built.write("added.txt", "كلم زايد")
    done = limited(built, resource.RLIMIT_FSIZE, size, "run")
    assert done.returncode == 1 and "File too large" in done.stderr and "output" in done.stderr
    assert built.current().bytes_by_path() == content
    built.build()
    assert_builds_are_whole(built)


def test_few_open_files_are_an_error_or_enough(built):
    """From fewer than a program needs to start to enough for a run."""
    built.write("added.txt", "كلم زايد")
    for files in (4, 6, 8, 12, 16, 24, 32, 64):
        done = limited(built, resource.RLIMIT_NOFILE, files, "run")
        if done.returncode == 127:
            continue  # The system could not load the program.
        assert done.returncode in (0, 1, 2), done
        assert "panicked" not in done.stderr
        if done.returncode:
            assert "Too many open files" in done.stderr or "threads" in done.stderr, done.stderr
        else:
            assert_builds_are_whole(built)
    assert done.returncode == 0


def test_a_closed_terminal_ends_a_run_as_other_signals_do(failpoints, project):
    failpoints.run(project, "run", at="gates.judge=hup", expect=129)
    assert not (project.output / "current").exists() and list((project.output / "builds").iterdir()) == []
    project.build()


def test_a_run_under_nohup_outlives_its_terminal(failpoints, project):
    environment = {"TARMIM_FAILPOINT": "gates.judge=hup"}
    project.tarmim(failpoints.path, "run", program="nohup", environment=environment)
    assert_builds_are_whole(project)


