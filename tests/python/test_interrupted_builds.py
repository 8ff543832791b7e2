"""Runs that are interrupted or killed at any moment.

The old build stays whole, and the next run takes up what was worked out.
"""

import itertools
import random
import shutil
import signal
import subprocess
import time

import pytest
from blake3 import blake3

from conftest import Project, assert_builds_are_whole, wait_until, write_scrambled_articles
from rebuilds import assert_run_did_what_was_planned, assert_same_bytes, full_build, manifest, planned, text

LARGE = 1500
BATCH = 256  # articles are handed on in batches of so many


class Large:
    """Many articles, and what a full build makes of them."""

    def __init__(self, folder):
        self.input = folder / "articles"
        write_scrambled_articles(self.input, LARGE, words=120)
        project = Project(folder / "project", with_seeds=False)
        started = time.monotonic()
        self.build = full_build(project, folder / "full", "--input", self.input)
        self.seconds = time.monotonic() - started


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return Large(tmp_path_factory.mktemp("large"))


def interrupt_when(project, large, number, size, *arguments):
    """Starts a build and sends a signal when its cache has grown to so many bytes; returns the exit code."""
    next_cache = project.output / ".cache" / "next"
    process = project.start("run", "--input", large.input, *arguments)

    def grown():
        return next_cache.exists() and next_cache.stat().st_size >= size

    wait_until(lambda: grown() or process.poll() is not None, "a cache being written", seconds=120)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode in (130, 143), told.decode()
    return process.returncode


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_is_taken_up(tmp_path, large, number, code):
    project = Project(tmp_path / "project")
    old = project.build()
    content = old.bytes_by_path()
    assert interrupt_when(project, large, number, 1 << 20) == code
    assert project.current().id == old.id and project.current().bytes_by_path() == content
    plan = planned(project, "--input", large.input)
    assert plan["work"].keys() == {"new", "unchanged"}
    assert BATCH <= plan["work"]["unchanged"] < LARGE
    build = project.build("--input", large.input)
    assert_run_did_what_was_planned(build, plan)
    assert_same_bytes(build, large.build)
    assert_builds_are_whole(project)
    assert [path.name for path in (project.output / ".cache").iterdir()] == ["articles"]
    assert planned(project, "--input", large.input)["up_to_date"]


def test_runs_interrupted_again_and_again_get_further_each_time(tmp_path, large):
    project = Project(tmp_path / "project", with_seeds=False)
    done = [0]
    for size in (1 << 20, 2 << 20):
        interrupt_when(project, large, signal.SIGTERM, size)
        done.append(planned(project, "--input", large.input)["work"]["unchanged"])
    assert done == sorted(set(done))
    # One that is stopped at once loses nothing of what was done before it.
    process = project.start("run", "--input", large.input)
    wait_until(lambda: (project.output / ".cache" / "next").exists() or process.poll() is not None, "a run that has begun")
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert planned(project, "--input", large.input)["work"]["unchanged"] >= done[-1]
    assert_same_bytes(project.build("--input", large.input), large.build)


def test_a_run_interrupted_under_other_settings_does_not_push_aside_the_present_ones(tmp_path, large):
    """What was interrupted later, under the settings that hold, counts more than a longer run under others."""
    project = Project(tmp_path / "project", with_seeds=False)
    project.configure("repair", "doubt_threshold", 0.5)
    interrupt_when(project, large, signal.SIGTERM, 2 << 20)
    project.configure("repair", "doubt_threshold", 0.9)
    interrupt_when(project, large, signal.SIGTERM, 1 << 20)
    assert planned(project, "--input", large.input)["work"].get("unchanged", 0) >= BATCH
    assert_same_bytes(project.build("--input", large.input), large.build)


def test_an_interrupted_rebuild_keeps_what_the_last_whole_run_worked_out(tmp_path, large):
    """The rest of the articles is still known from before."""
    project = Project(tmp_path / "project", with_seeds=False)
    project.configure("tag", "nested", "true")
    project.build("--input", large.input)
    project.configure("tag", "nested", "false")
    interrupt_when(project, large, signal.SIGINT, 1 << 20)
    plan = planned(project, "--input", large.input)
    assert plan["work"].keys() == {"unchanged", "tag changed: configuration"}
    build = project.build("--input", large.input)
    assert_run_did_what_was_planned(build, plan)
    assert manifest(build)["run"]["stage_seconds"]["repair"] == 0
    assert_same_bytes(build, large.build)


def assert_hashes_are_those_of_the_manifest(build):
    for file in itertools.chain(*manifest(build)["tables"].values()):
        content = (build.folder / file["path"]).read_bytes()
        assert (len(content), blake3(content).hexdigest()) == (file["bytes"], file["blake3"])


def kill_after(process, delay):
    """Whether the run was still alive to be killed."""
    try:
        process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate(timeout=60)
    return process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("forced", [True, False], ids=["full", "incremental"])
def test_a_run_killed_at_any_moment_leaves_a_whole_build_and_the_next_one_the_right_bytes(tmp_path, forced):
    """Half of the kills come when tables are closed, checked and published, which is in the last part of a run."""
    project = Project(tmp_path / "project", with_seeds=False)
    write_scrambled_articles(project.input, 250 if forced else 60, words=100)
    references = {}
    for number in range(2):
        project.write("changing.txt", text(number))
        references[number] = full_build(project, tmp_path / f"full-{number}")
    project.build()
    generator = random.Random(3)
    arguments = ["--force"] if forced else []
    project.write("changing.txt", text(0))
    started = time.monotonic()
    project.build(*arguments)
    usual = time.monotonic() - started
    killed = 0
    for number in range(15):
        old = project.current()
        project.write("changing.txt", text((number + 1) % 2))
        reference = references[(number + 1) % 2]
        # No build of this input is kept, so that the run has work to do.
        for build in (project.output / "builds").iterdir():
            if build != old.folder:
                shutil.rmtree(build)
        delay = generator.uniform(0, 0.8) if number % 2 else generator.uniform(0.8, 1.1)
        if kill_after(project.start("run", *arguments), delay * usual):
            killed += 1
        else:
            # It takes no longer than that: the run that was timed met a busy machine.
            usual = min(usual, delay * usual)
        assert project.current().id in (old.id, reference.id)
        assert_hashes_are_those_of_the_manifest(project.current())
        assert_same_bytes(project.build(), reference)
        assert_builds_are_whole(project)
        assert planned(project)["up_to_date"]
    assert killed >= 7
