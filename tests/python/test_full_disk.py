"""A disk that is full, and files that cannot be written to their end: the old build stays, and the fault is told."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess

import pytest

from conftest import PROGRAM, Project, assert_builds_are_whole, write_scrambled_articles
from rebuilds import assert_same_bytes, full_build, text

MANY = 120  # articles of the build that does not fit


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """An input that is large for a small disk, and a full build of it."""
    folder = tmp_path_factory.mktemp("many")
    write_scrambled_articles(folder / "articles", MANY, words=150)
    project = Project(folder / "project", with_seeds=False)
    return folder / "articles", full_build(project, folder / "full", "--input", folder / "articles")


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of so many bytes at a folder; skips the test where none may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"not run: no file system may be mounted here ({done.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def room(folder):
    """Bytes that are free."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@pytest.fixture
def nearly_full(tmp_path, request):
    """A project with a build on a disk on which so many bytes are left; and the file that takes up the room."""
    project = Project(tmp_path / "project")
    with small_disk(project.output, "4m"):
        project.build()
        ballast = project.output / "ballast"
        ballast.write_bytes(bytes(room(project.output) - request.param))
        yield project, ballast


# When the first files are made, while tables are written, while the cache is; the build and its cache take about 800 kB.
FREE = [0, 8_192, 60_000, 200_000, 400_000, 700_000]


@pytest.mark.parametrize("nearly_full", FREE, indirect=True)
def test_a_full_disk_leaves_the_old_build_and_the_next_run_succeeds(nearly_full, many):
    project, ballast = nearly_full
    articles, reference = many
    old = project.current()
    content = old.bytes_by_path()
    told = project.tarmim("run", "--input", articles, expect=1).stderr
    assert "No space left on device" in told
    assert project.current().id == old.id
    assert project.current().bytes_by_path() == content
    assert project.tarmim("stats").stdout
    ballast.unlink()
    assert_same_bytes(project.build("--input", articles), reference)
    assert_builds_are_whole(project)


@pytest.mark.parametrize("nearly_full", FREE, indirect=True)
def test_a_full_disk_is_told_with_the_file_that_did_not_fit(nearly_full, many):
    project, _ = nearly_full
    told = project.tarmim("run", "--input", many[0], expect=1).stderr
    assert "No space left on device" in told
    assert "output/" in told, f"no file is named: {told}"


@pytest.mark.parametrize("nearly_full", FREE, indirect=True)
def test_a_run_that_failed_gives_back_the_room_that_it_took(nearly_full, many):
    """Otherwise readers and other programs stay without room until the next run that succeeds."""
    project, _ = nearly_full
    before = room(project.output)
    project.tarmim("run", "--input", many[0], expect=1)
    assert room(project.output) >= before - 4 * 4096


def limit_file_size(size):
    """For a child process: no file may grow beyond so many bytes; writing more is an error, as on a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [0, 5_000, 30_000, 100_000])
def test_a_file_that_cannot_be_written_to_its_end_leaves_the_old_build(tmp_path, many, size):
    """What a full disk does, also where no file system may be mounted."""
    project = Project(tmp_path / "project")
    articles, reference = many
    old = project.build()
    content = old.bytes_by_path()
    limits = {"preexec_fn": limit_file_size(size), "restore_signals": False}
    command = [PROGRAM, "run", "--input", articles]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False, **limits)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert "File too large" in done.stderr
    assert project.current().id == old.id and project.current().bytes_by_path() == content
    assert_same_bytes(project.build("--input", articles), reference)
    assert_builds_are_whole(project)


def test_a_cache_that_cannot_be_written_is_told_with_its_file(tmp_path):
    project = Project(tmp_path / "project")
    old = project.build()
    shutil.rmtree(project.output / ".cache")
    (project.output / ".cache").write_bytes(b"")
    project.write("added.txt", text(1))
    assert "output/.cache" in project.tarmim("run", expect=1).stderr
    assert project.current().id == old.id
