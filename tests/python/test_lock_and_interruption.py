"""One run at a time; and whatever stops a run, readers keep the old build and the next run cleans up."""

import contextlib
import fcntl
import itertools
import json
import random
import shutil
import signal
import subprocess
import threading
import time

import pytest

from conftest import Project, assert_builds_are_whole, scrambled, seed_texts, wait_until, write_scrambled_articles

LARGE = 4000  # articles: some seconds of work, so that a signal surely comes before the end


@pytest.fixture(scope="module")
def large_input(tmp_path_factory):
    """Many generated articles, shared by the tests, which only read them."""
    folder = tmp_path_factory.mktemp("large") / "articles"
    write_scrambled_articles(folder, LARGE, words=300)
    return folder


@pytest.fixture
def built(tmp_path):
    """A project with an old build, whose bytes the tests compare."""
    project = Project(tmp_path / "project")
    project.build()
    return project


def is_locked(project):
    with open(project.output / ".lock", "rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def builds(project):
    return set((project.output / "builds").iterdir())


def start_large_build(project, large_input):
    """Starts a build and returns when it is well under way: the first of its tables has begun to be written."""
    before = builds(project)
    process = project.start("run", "--input", large_input)

    def is_writing():
        return any(any(folder.glob("sentences/*.parquet")) for folder in builds(project) - before)

    wait_until(lambda: is_writing() or process.poll() is not None, "a staged table")
    assert process.poll() is None, f"the build was over too early: {process.communicate()}"
    assert is_locked(project)
    return process


def assert_next_run_is_clean(project):
    """The next run succeeds, and leaves nothing of the stopped one."""
    project.write("another.txt", next(iter(seed_texts().values())))
    build = project.build()
    assert build.table("articles").num_rows == len(list(project.input.iterdir()))
    assert_builds_are_whole(project)


def test_a_second_run_is_refused_while_one_holds_the_lock(built):
    before = built.current().id
    built.write("added.txt", next(iter(seed_texts().values())))
    with open(built.output / ".lock", "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        done = built.tarmim("run", expect=75)
        assert done.stderr, "it says why"
        assert built.current().id == before
        # Readers are never locked out.
        assert built.tarmim("stats").stdout
    assert built.build().id != before


def test_the_lock_is_free_after_a_run(built):
    assert not is_locked(built)


def test_a_run_beside_a_running_one_is_refused(built, large_input):
    process = start_large_build(built, large_input)
    try:
        built.tarmim("run", "--force", expect=75)
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_keeps_the_old_build(built, large_input, number, code):
    old = built.current()
    content = old.bytes_by_path()
    process = start_large_build(built, large_input)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == code, told.decode()
    assert built.current().id == old.id
    assert built.current().bytes_by_path() == content
    assert not is_locked(built)
    assert_next_run_is_clean(built)


def test_an_interrupted_first_run_publishes_nothing(tmp_path, large_input):
    project = Project(tmp_path / "project", with_seeds=False)
    project.output.mkdir()
    (project.output / "builds").mkdir()
    process = start_large_build(project, large_input)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert not (project.output / "current").exists()


def test_a_killed_run_keeps_the_old_build(built, large_input):
    old = built.current()
    content = old.bytes_by_path()
    process = start_large_build(built, large_input)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert built.current().id == old.id
    assert built.current().bytes_by_path() == content
    assert_next_run_is_clean(built)


def test_readers_find_a_whole_build_whenever_a_run_is_killed(built):
    """Kills come at any moment of many short runs, that of publication among them; `current` is whole after each."""
    generator = random.Random(0)
    started = time.monotonic()
    built.tarmim("run", "--force")
    usual = time.monotonic() - started
    survivors = 0
    for number in range(40):
        built.write("changing.txt", scrambled(generator, 60))
        process = built.start("run", "--force")
        try:
            process.communicate(timeout=generator.uniform(0.1, 1.5) * usual)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=60)
        survivors += process.returncode == 0
        manifest = json.loads((built.current().folder / "manifest.json").read_text(encoding="utf-8"))
        for file in itertools.chain(*manifest["tables"].values()):
            assert (built.current().folder / file["path"]).stat().st_size == file["bytes"], f"kill {number}"
    assert 0 < survivors < 40, "kills came before and after the end of runs"


@pytest.mark.parametrize("lost", ["manifest.json", "sentences"])
def test_a_half_removed_old_build_is_never_published_again(built, lost):
    """A kill can come while an old build is being removed; going back to its input must make it anew."""
    old = built.current()
    content = old.bytes_by_path()
    added = built.write("added.txt", next(iter(seed_texts().values())))
    assert built.build().id != old.id
    if lost == "sentences":
        shutil.rmtree(old.folder / lost)
    else:
        (old.folder / lost).unlink()
    added.unlink()
    again = built.build()
    assert again.id == old.id
    assert again.bytes_by_path() == content
    assert_builds_are_whole(built)


def test_what_is_left_of_a_half_removed_build_is_swept(built):
    """Otherwise each such kill leaves a folder that nobody removes."""
    old = built.current()
    built.write("added.txt", next(iter(seed_texts().values())))
    built.build()
    (old.folder / "manifest.json").unlink()
    assert_next_run_is_clean(built)


@contextlib.contextmanager
def reading_all_the_while(project):
    """Reads the manifest of `current` again and again; yields the ids found, fails where there was none."""
    stop, found, faults = threading.Event(), set(), []

    def read():
        manifest = project.output / "current" / "manifest.json"
        while not stop.is_set():
            try:
                found.add(json.loads(manifest.read_text(encoding="utf-8"))["build_id"])
            except OSError as error:
                faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield found
    finally:
        stop.set()
        reader.join()
    assert not faults


def test_readers_never_find_current_missing_while_builds_are_published(built):
    with reading_all_the_while(built) as found:
        for number in range(6):
            built.write("changing.txt", scrambled(random.Random(number), 60))
            built.tarmim("run")
            built.tarmim("run", "--force")
    assert len(found) >= 6


def test_readers_never_find_current_missing_while_a_damaged_build_is_replaced(built):
    """The same work has the same id, so the good build must take the place of the bad one while it is being read."""
    content = built.current().bytes_by_path()
    with reading_all_the_while(built) as found:
        for _ in range(15):
            with open(built.current().files("sentences")[0], "ab") as damaged:
                damaged.write(b"junk")
            built.tarmim("run", "--force")
            assert built.current().bytes_by_path() == content
    assert found


def test_an_interrupted_build_can_be_finished(built, large_input):
    process = start_large_build(built, large_input)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    build = built.build("--input", large_input)
    assert build.table("articles").num_rows == LARGE
    assert_builds_are_whole(built)
