"""One run at a time writes to an output folder; readers are never kept out."""

import fcntl
import shutil

import pytest

from conftest import assert_builds_are_whole, seed_texts

LOCKED = 75


@pytest.fixture
def built(project):
    """A project with a build, and one more article in its input."""
    project.build()
    project.write("added.txt", next(iter(seed_texts().values())))
    return project


def is_locked(project):
    with open(project.output / ".lock", "rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@pytest.mark.parametrize("point", ["lock.sweep", "cache.push", "table.close", "gates.judge", "current.swap", "remove.rename"])
def test_a_run_beside_a_running_one_is_refused_and_readers_are_not(failpoints, built, point):
    built.configure("dataset", "keep_builds", 1)
    old = built.current()
    if point == "remove.rename":
        built.build()  # The build before the current one stays; this makes one more.
        built.write("added.txt", "كلم زايد")
    with failpoints.hold(built, "run", at=point) as run:
        assert is_locked(built)
        refused = built.tarmim("run", "--force", expect=LOCKED)
        assert refused.stderr, "it says why"
        built.tarmim("rollback", expect=LOCKED)
        assert built.tarmim("stats").stdout and built.tarmim("builds").stdout
        assert built.tarmim("plan").stdout
        assert run.release() == 0
    assert not is_locked(built)
    assert built.current().id != old.id
    assert_builds_are_whole(built)


def test_the_lock_of_a_killed_run_is_free(failpoints, built):
    with failpoints.hold(built, "run", at="cache.push") as run:
        assert is_locked(built)
        run.process.kill()
        run.process.communicate()
    assert not is_locked(built)
    built.build()
    assert_builds_are_whole(built)


def test_a_run_is_refused_while_another_program_holds_the_lock(built):
    before = built.current().id
    with open(built.output / ".lock", "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert built.tarmim("run", expect=LOCKED).stderr
        assert built.current().id == before
    assert built.build().id != before


@pytest.mark.parametrize("lost", ["manifest.json", "sentences"])
def test_a_half_removed_old_build_is_never_published_again(project, lost):
    """A person may delete one by hand; going back to its input must build it again."""
    old = project.build()
    content = old.bytes_by_path()
    added = project.write("added.txt", next(iter(seed_texts().values())))
    assert project.build().id != old.id
    if lost == "sentences":
        shutil.rmtree(old.folder / lost)
    else:
        (old.folder / lost).unlink()
    added.unlink()
    again = project.build()
    assert again.id == old.id
    assert again.bytes_by_path() == content
    assert_builds_are_whole(project)
