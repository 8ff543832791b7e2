"""Runs that a signal ends: the old build stays, and the next run takes up what was finished."""

import pytest

from conftest import Project, assert_builds_are_whole, write_scrambled_articles
from rebuilds import UNPUBLISHED, assert_run_did_what_was_planned, assert_same_bytes, full_build, manifest, planned

ARTICLES = 1100
BATCH = 256  # articles that are handed on together
# Batches that can be finished when the first article of one is being written: itself, one that waits, one being worked on.
AHEAD = 3 * BATCH
SIGNALS = pytest.mark.parametrize(("signal", "code"), [("int", 130), ("term", 143)])


class Many:
    """More articles than can be finished at once, and a full build of them."""

    def __init__(self, folder):
        self.input = folder / "articles"
        write_scrambled_articles(self.input, ARTICLES, words=24)
        project = Project(folder / "project", with_seeds=False)
        self.build = full_build(project, folder / "full", "--input", self.input)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return Many(tmp_path_factory.mktemp("many"))


@SIGNALS
def test_an_interrupted_run_keeps_the_old_build_and_is_taken_up(failpoints, tmp_path, many, signal, code):
    project = Project(tmp_path / "project")
    old = project.build()
    content = old.bytes_by_path()
    failpoints.run(project, "run", "--input", many.input, at=f"cache.push#1={signal}", expect=code)
    assert project.current().id == old.id and project.current().bytes_by_path() == content
    plan = planned(project, "--input", many.input)
    assert plan["work"].keys() == {"new", UNPUBLISHED}
    assert BATCH <= plan["work"][UNPUBLISHED] <= AHEAD
    build = project.build("--input", many.input)
    assert_run_did_what_was_planned(build, plan)
    assert_same_bytes(build, many.build)
    assert_builds_are_whole(project)
    assert [path.name for path in (project.output / ".cache").iterdir()] == ["articles"]
    assert planned(project, "--input", many.input)["up_to_date"]


@SIGNALS
@pytest.mark.parametrize("point", ["stage.create", "table.close", "cache.rename", "gates.judge"])
def test_an_interrupted_first_run_publishes_nothing(failpoints, project, point, signal, code):
    failpoints.run(project, "run", at=f"{point}={signal}", expect=code)
    assert not (project.output / "current").exists()
    assert list((project.output / "builds").iterdir()) == []
    project.build()
    assert_builds_are_whole(project)


@SIGNALS
@pytest.mark.parametrize("point", ["publish.rename", "publications.add", "current.swap"])
def test_a_signal_that_comes_during_publication_is_too_late(failpoints, project, point, signal, code):
    """It takes milliseconds and is not left half done."""
    failpoints.run(project, "run", at=f"{point}={signal}", expect=0)
    assert_builds_are_whole(project)


@SIGNALS
def test_a_second_signal_ends_a_run_at_once(failpoints, project, tmp_path, signal, code):
    """A person must be able to stop a program that hangs; the output survives that too."""
    old = project.build()
    project.write("added.txt", "كلم زايد")
    failpoints.run(project, "run", at=f"cache.push#1={signal},cache.push#2={signal}", expect=code)
    assert list((project.output / "builds").glob(".staging-*")), "it had no time to clean up"
    assert project.current().id == old.id
    assert_same_bytes(project.build(), full_build(project, tmp_path / "full"))
    assert_builds_are_whole(project)


def test_runs_interrupted_again_and_again_get_further_each_time(failpoints, tmp_path, many):
    project = Project(tmp_path / "project", with_seeds=False)

    def interrupt(at):
        failpoints.run(project, "run", "--input", many.input, at=f"{at}=term", expect=143)
        return planned(project, "--input", many.input)["work"][UNPUBLISHED]

    first = interrupt("cache.push#1")
    assert first >= BATCH
    second = interrupt(f"cache.push#{first + 1}")
    assert second > first
    # One that is stopped early loses nothing of what was finished before it.
    for point in ("stage.create", "table.create", "cache.push#1"):
        assert interrupt(point) >= second
    assert_same_bytes(project.build("--input", many.input), many.build)


def test_a_run_interrupted_under_other_settings_does_not_push_aside_the_present_ones(failpoints, tmp_path, many):
    """What was interrupted later, under the settings that hold, counts more than a longer run under others."""
    project = Project(tmp_path / "project", with_seeds=False)
    for threshold, article in ((0.5, 800), (0.9, 1)):
        project.configure("repair", "doubt_threshold", threshold)
        failpoints.run(project, "run", "--input", many.input, at=f"cache.push#{article}=term", expect=143)
    assert planned(project, "--input", many.input)["work"].get(UNPUBLISHED, 0) >= BATCH
    assert_same_bytes(project.build("--input", many.input), many.build)


def test_an_interrupted_rebuild_keeps_the_results_of_the_last_whole_run(failpoints, tmp_path, many):
    """The rest of the articles is still known from before."""
    project = Project(tmp_path / "project", with_seeds=False)
    project.configure("tag", "nested", "true")
    project.build("--input", many.input)
    project.configure("tag", "nested", "false")
    failpoints.run(project, "run", "--input", many.input, at="cache.push#1=int", expect=130)
    plan = planned(project, "--input", many.input)
    assert plan["work"].keys() == {UNPUBLISHED, "tag changed: configuration"}
    build = project.build("--input", many.input)
    assert_run_did_what_was_planned(build, plan)
    assert manifest(build)["run"]["stage_seconds"]["repair"] == 0
    assert_same_bytes(build, many.build)
