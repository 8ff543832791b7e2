"""One run at a time; and whatever stops a run, readers keep the old build and the next run cleans up."""

import fcntl
import signal

import pytest

from conftest import Project, assert_builds_are_whole, seed_texts, wait_until, write_scrambled_articles

LARGE = 6000  # articles: some seconds of work, so that a signal surely comes before the end


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
    """Starts a build and returns when it is well under way: its staging folder is there."""
    before = builds(project)
    process = project.start("run", "--input", large_input)
    wait_until(lambda: builds(project) - before or process.poll() is not None, "a staging folder")
    assert process.poll() is None, f"the build was over too early: {process.communicate()}"
    assert is_locked(project)
    return process


def assert_next_run_is_clean(project):
    """The next run succeeds, and leaves nothing of the stopped one."""
    project.write("added.txt", next(iter(seed_texts().values())))
    build = project.build()
    assert build.table("articles").num_rows == len(seed_texts()) + 1
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
        built.tarmim("run", expect=75)
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


def test_an_interrupted_build_can_be_finished(built, large_input):
    process = start_large_build(built, large_input)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    build = built.build("--input", large_input)
    assert build.table("articles").num_rows == LARGE
    assert_builds_are_whole(built)
