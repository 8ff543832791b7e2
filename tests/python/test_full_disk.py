"""A full disk, and files that cannot be written completely: the old build stays, and the error names the file."""

import os
import resource
import shutil
import signal
import subprocess
import sys

import pytest

from conftest import Project, assert_builds_are_whole, write_scrambled_articles
from rebuilds import assert_same_bytes, full_build, text

MANY = 120  # articles of the build that does not fit


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """An input that is large for a small disk, and a full build of it."""
    folder = tmp_path_factory.mktemp("many")
    write_scrambled_articles(folder / "articles", MANY, words=150)
    project = Project(folder / "project", with_seeds=False)
    return folder / "articles", full_build(project, folder / "full", "--input", folder / "articles")


def free(folder):
    """Bytes that are left on a file system."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def size(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MiB at the output folder of the test's project. Only root may mount one."""
    folder = tmp_path / "project" / "output"
    folder.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"not run: no file system may be mounted here ({done.stderr.strip()})")
    yield folder
    subprocess.run(["umount", folder], check=True)


# When the first files are made, while tables are written, while the cache is, while the report is; the tables and the cache take about 800 kB,
# the report 1.5 MB and more.
@pytest.mark.parametrize("left", [0, 8_192, 60_000, 200_000, 400_000, 700_000, 1_600_000])
def test_a_full_disk_keeps_the_old_build_and_gets_its_room_back(small_disk, project, many, left):
    articles, reference = many
    old = project.build()
    content = old.bytes_by_path()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(free(small_disk) - left))
    before, cached = free(small_disk), size(small_disk / ".cache")
    told = project.tarmim("run", "--input", articles, expect=1).stderr
    assert "No space left on device" in told
    assert "output/" in told, f"no file is named: {told}"
    assert project.current().id == old.id
    assert project.current().bytes_by_path() == content
    assert project.tarmim("stats").stdout
    # A run that went through all articles leaves their results to the next.
    kept = size(small_disk / ".cache") - cached
    assert free(small_disk) >= before - kept - 8 * 4096, "otherwise readers and other programs stay without room"
    ballast.unlink()
    assert_same_bytes(project.build("--input", articles), reference)
    assert_builds_are_whole(project)


@pytest.mark.skipif(os.geteuid() == 0, reason="not needed: root runs these tests as they are")
def test_a_full_disk_without_root(tmp_path):
    """The tests above once more, in a namespace in which this user may mount file systems."""
    inside = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("not run: this system gives users no namespaces; test_crashes.py fails every step as a full disk would")
    pytest_command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    chosen = [f"--basetemp={tmp_path / 'inside'}", __file__, "-k", "its_room_back"]
    done = subprocess.run([*inside, *pytest_command, *chosen], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "6 passed" in done.stdout, done.stdout + done.stderr


def limit_file_size(size):
    """For a child process: a limit on the size of each file, in bytes; writing more is an error, as on a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [0, 5_000, 30_000, 100_000])
def test_a_file_that_cannot_be_written_completely_keeps_the_old_build(tmp_path, many, size):
    """The effect of a full disk, without mounting one."""
    project = Project(tmp_path / "project")
    articles, reference = many
    old = project.build()
    content = old.bytes_by_path()
    limit = {"preexec_fn": limit_file_size(size), "restore_signals": False}
    assert "File too large" in project.tarmim("run", "--input", articles, expect=1, **limit).stderr
    assert project.current().id == old.id and project.current().bytes_by_path() == content
    assert_same_bytes(project.build("--input", articles), reference)
    assert_builds_are_whole(project)


def test_a_cache_that_cannot_be_written_is_reported_with_its_file(tmp_path):
    project = Project(tmp_path / "project")
    old = project.build()
    shutil.rmtree(project.output / ".cache")
    (project.output / ".cache").write_bytes(b"")
    project.write("added.txt", text(1))
    assert "output/.cache" in project.tarmim("run", expect=1).stderr
    assert project.current().id == old.id
