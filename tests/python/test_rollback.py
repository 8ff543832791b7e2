"""`builds` and `rollback`: one command makes an older build current, until something changes."""

import contextlib
import fcntl
import json
import random
import re

import pytest

from conftest import Build, Project, assert_builds_are_whole, scrambled, seed_texts, snapshot
from rebuilds import copy_of

CHANGING = "changing.txt"


def change(project, number):
    project.write(CHANGING, scrambled(random.Random(number), 60))


def listed(project):
    return json.loads(project.tarmim("builds", "--json").stdout)


def states(project):
    """The state that `builds` gives for each build, in its order: current, rolled back, or none."""
    return {row["build_id"]: row["state"].split(" on ")[0] for row in listed(project)}


def note(project):
    path = project.output / "rolled-back.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


@pytest.fixture(scope="module")
def three_template(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("three") / "project")
    ids = []
    for number in range(3):
        change(project, number)
        ids.append(project.build().id)
    assert len(set(ids)) == 3
    return project, ids


@pytest.fixture
def three(three_template, tmp_path):
    """A project with three builds, the newest one current; and their ids, oldest first."""
    project, ids = three_template
    return copy_of(project, tmp_path / "project"), ids


def assert_runs_leave_it_so(project, build_id, runs=3):
    before = snapshot(project.output)
    for _ in range(runs):
        told = project.tarmim("run").stdout
        assert "rolled back" in told.lower() and build_id in told and "--force" in told
        assert snapshot(project.output) == before
    assert project.current().id == build_id


def test_one_command_goes_back(three):
    project, (_, second, third) = three
    content = {build: Build(project.output / "builds" / build).bytes_by_path() for build in (second, third)}
    told = project.tarmim("rollback").stdout
    assert second in told and third in told
    assert project.current().id == second
    for build, bytes_by_path in content.items():
        assert Build(project.output / "builds" / build).bytes_by_path() == bytes_by_path
    assert note(project)["from"] == [third] and note(project)["to"] == second
    assert_builds_are_whole(project)


def test_a_rollback_survives_many_runs(three):
    project, (_, second, _) = three
    project.tarmim("rollback")
    assert_runs_leave_it_so(project, second, runs=5)


def test_a_run_reports_the_rollback_in_json_too(three):
    project, (_, second, _) = three
    project.tarmim("rollback")
    events = [json.loads(line) for line in project.tarmim("--log-format", "json", "run").stderr.splitlines()]
    (event,) = [event for event in events if event["event"] == "rolled_back"]
    assert event["build_id"] == second
    assert not any(event["event"] in ("published", "up_to_date") for event in events)


def test_quiet_says_nothing(three):
    project, (_, second, _) = three
    done = project.tarmim("rollback", "--quiet")
    assert (done.stdout, done.stderr) == ("", "")
    done = project.tarmim("run", "--quiet")
    assert (done.stdout, done.stderr) == ("", "")
    assert project.current().id == second


def test_readers_see_the_restored_build(three):
    project, _ = three
    project.tarmim("rollback")
    assert json.loads(project.tarmim("stats", "--json").stdout)
    rows = project.current().rows("articles")
    assert scrambled(random.Random(1), 60).split()[0] in json.dumps(rows, ensure_ascii=False)


def test_rolling_back_twice_goes_to_the_oldest(three):
    project, (first, second, third) = three
    project.tarmim("rollback")
    project.tarmim("rollback")
    assert project.current().id == first
    assert note(project)["from"] == sorted([second, third])
    assert states(project) == {first: "current", second: "rolled back", third: "rolled back"}
    assert_runs_leave_it_so(project, first)


def test_rolling_back_to_a_named_build(three):
    project, (first, second, third) = three
    project.tarmim("rollback", first)
    assert project.current().id == first
    assert states(project) == {first: "current", second: "", third: "rolled back"}
    assert_runs_leave_it_so(project, first)


def test_going_forward_again_by_name(three):
    project, (_, second, third) = three
    project.tarmim("rollback")
    project.tarmim("rollback", third)
    assert project.current().id == third
    assert "up to date" in project.tarmim("run").stdout
    assert states(project)[third] == "current"
    project.tarmim("rollback", second)
    assert_runs_leave_it_so(project, second)


def set_another_vocabulary(project):
    (project.root / "own.csv").write_text("id,label,category,variants,gloss\nx,صادرات,own,,exports\n", encoding="utf-8")
    project.configure("tag", "vocabularies", '["own.csv"]')


ENDS = {
    "an-input-edited": lambda project: change(project, 9),
    "an-input-added": lambda project: project.write("added.txt", next(iter(seed_texts().values()))),
    "an-input-deleted": lambda project: (project.input / CHANGING).unlink(),
    "the-configuration": lambda project: project.configure("split", "max_tokens", 30),
    "the-vocabulary": set_another_vocabulary,
}


@pytest.mark.parametrize("name", ENDS)
def test_a_rollback_ends_when_something_changes(three, name):
    project, ids = three
    project.tarmim("rollback")
    assert_runs_leave_it_so(project, ids[1], runs=1)
    ENDS[name](project)
    told = project.tarmim("run").stdout
    assert "published" in told and "rolled back" not in told
    assert project.current().id not in ids
    assert note(project) is None
    assert set(states(project).values()) == {"current", ""}
    assert "up to date" in project.tarmim("run").stdout
    assert_builds_are_whole(project)


def test_the_build_after_a_rollback_is_identical_to_a_full_build(three, tmp_path):
    """The cache is still that of the build rolled back from."""
    project, _ = three
    project.tarmim("rollback")
    change(project, 9)
    build = project.build()
    project.tarmim("run", "--output", tmp_path / "full")
    assert build.bytes_by_path() == Build((tmp_path / "full" / "current").resolve()).bytes_by_path()
    told = json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["run"]["work"] == {"content changed": 1, "unchanged": 3}


def test_force_ends_a_rollback(three):
    project, (_, _, third) = three
    content = project.current().bytes_by_path()
    project.tarmim("rollback")
    assert "published" in project.tarmim("run", "--force").stdout
    assert project.current().id == third and project.current().bytes_by_path() == content
    assert note(project) is None
    assert set(states(project).values()) == {"current", ""}


def test_a_change_that_is_reverted_ends_a_rollback_too(three):
    """The build rolled back from is published again only because another was published in between."""
    project, (_, _, third) = three
    project.tarmim("rollback")
    change(project, 9)
    project.tarmim("run")
    change(project, 2)
    project.tarmim("run")
    assert project.current().id == third and note(project) is None


def test_changing_the_input_to_that_of_the_restored_build_ends_a_rollback(three):
    """The run then gives the current build; a later change is a change like any other."""
    project, (_, second, third) = three
    project.tarmim("rollback")
    change(project, 1)
    assert "up to date" in project.tarmim("run").stdout
    assert project.current().id == second
    change(project, 2)
    assert "published" in project.tarmim("run").stdout
    assert project.current().id == third


def test_the_plan_says_that_a_run_would_write_nothing(three):
    project, (_, second, _) = three
    project.tarmim("rollback")
    before = snapshot(project.output)
    shown = project.tarmim("plan").stdout
    assert snapshot(project.output) == before
    assert second in shown
    assert "would publish" not in shown, "the next run says that it is rolled back, and publishes nothing"


def test_a_rollback_in_another_output_folder(three, tmp_path):
    project, (_, second, _) = three
    moved = tmp_path / "moved"
    project.output.rename(moved)
    project.tarmim("rollback", "--output", moved)
    assert (moved / "current").resolve().name == second
    assert [row["state"] for row in json.loads(project.tarmim("builds", "--json", "--output", moved).stdout)][1] == "current"


# Errors: nothing is written


@contextlib.contextmanager
def nothing_changes(project):
    before = snapshot(project.output)
    yield
    assert snapshot(project.output) == before


def test_an_unknown_build_is_refused_and_the_known_ones_are_listed(three):
    project, ids = three
    with nothing_changes(project):
        told = project.tarmim("rollback", "0123456789abcdef", expect=2).stderr
    assert "0123456789abcdef" in told and all(build in told for build in ids)


@pytest.mark.parametrize("name", ["", ".", "..", "../builds", "current"])
def test_an_invalid_id_is_refused(three, name):
    project, ids = three
    with nothing_changes(project):
        told = project.tarmim("rollback", name, expect=2).stderr
    assert ids[0] in told and "panicked" not in told


@pytest.mark.parametrize("form", ["./{}", "{}/", "../builds/{}", "{folder}/{}"])
def test_a_path_is_not_accepted_as_an_id(three, form):
    """`current` would point to the build under another name, and the next run would undo the rollback."""
    project, ids = three
    with nothing_changes(project):
        project.tarmim("rollback", form.format(ids[0], folder=project.output / "builds"), expect=2)
    assert project.current().id == ids[2]


def test_the_current_build_is_refused(three):
    project, ids = three
    with nothing_changes(project):
        assert "already current" in project.tarmim("rollback", ids[2], expect=2).stderr


def test_a_missing_older_build_is_reported(project):
    build = project.build()
    with nothing_changes(project):
        assert build.id in project.tarmim("rollback", expect=2).stderr
    assert note(project) is None


def test_rolling_back_beyond_the_oldest_is_refused(three):
    project, (first, _, _) = three
    project.tarmim("rollback")
    project.tarmim("rollback")
    with nothing_changes(project):
        project.tarmim("rollback", expect=2)
    assert project.current().id == first


def test_a_missing_build_is_reported(project):
    assert "tarmim run" in project.tarmim("rollback", expect=3).stderr
    assert not project.output.exists()
    assert "tarmim run" in project.tarmim("builds").stdout
    assert listed(project) == []
    assert not project.output.exists()


@pytest.mark.parametrize("table", ["sentences", "articles", "keywords", "rejects"])
def test_a_damaged_build_is_refused(three, table):
    project, (_, second, third) = three
    path = Build(project.output / "builds" / second).files(table)[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    for arguments in ((), (second,)):
        with nothing_changes(project):
            assert second in project.tarmim("rollback", *arguments, expect=2).stderr
        assert project.current().id == third


@pytest.mark.parametrize("lost", ["file", "manifest"])
def test_an_incomplete_build_is_refused(three, lost):
    project, (first, second, third) = three
    folder = project.output / "builds" / second
    (Build(folder).files("articles")[0] if lost == "file" else folder / "manifest.json").unlink()
    assert second in project.tarmim("rollback", second, expect=2).stderr
    assert project.current().id == third
    project.tarmim("rollback", first)
    assert project.current().id == first


def test_a_held_lock_refuses_a_rollback(three):
    project, ids = three
    with open(project.output / ".lock", "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with nothing_changes(project):
            assert project.tarmim("rollback", expect=75).stderr
        assert list(states(project)) == ids, "reading is free"
    project.tarmim("rollback")


def test_a_damaged_note_counts_as_none(three):
    """It was edited by hand or truncated; a run then ignores it."""
    project, (_, _, third) = three
    project.tarmim("rollback")
    (project.output / "rolled-back.json").write_text("{", encoding="utf-8")
    assert "published" in project.tarmim("run").stdout
    assert project.current().id == third and note(project) is None


def test_leftovers_of_a_killed_rollback_are_removed(three):
    """Its note and its link, both not yet renamed."""
    project, _ = three
    (project.output / ".rolled-back.json").write_text("{", encoding="utf-8")
    (project.output / ".current").symlink_to("builds")
    change(project, 9)
    project.build()
    assert_builds_are_whole(project)


# The builds that are kept


def test_builds_are_listed_oldest_first_with_their_counts(three):
    project, ids = three
    rows = listed(project)
    assert [row["build_id"] for row in rows] == ids
    assert [row["state"] for row in rows] == ["", "", "current"]
    assert [row["created"] for row in rows] == sorted(row["created"] for row in rows)
    for row in rows:
        build = Build(project.output / "builds" / row["build_id"])
        for table in ("articles", "sentences", "keywords", "rejects"):
            assert row["counts"][table] == build.table(table).num_rows
    lines = project.tarmim("builds").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ids
    assert [line.endswith("current") for line in lines] == [False, False, True]


def test_builds_rolled_back_from_are_marked_with_the_time(three):
    project, (first, second, third) = three
    project.tarmim("rollback")
    assert states(project) == {first: "", second: "current", third: "rolled back"}
    line = project.tarmim("builds").stdout.splitlines()[2]
    assert re.fullmatch(rf"{third} .*rolled back on \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line)
    assert note(project)["at"] in line


def test_listing_builds_writes_nothing(three):
    project, _ = three
    with nothing_changes(project):
        project.tarmim("builds")
        project.tarmim("builds", "--json")


def test_a_refused_build_is_not_listed_and_cannot_be_restored(three):
    project, ids = three
    project.configure("gates", "min_articles", 1)
    project.configure("gates", "mean_sentence_tokens", "[150.0, 200.0]")
    change(project, 9)
    project.tarmim("run", expect=4)
    assert list(states(project)) == ids
    (failed,) = (path.name for path in (project.output / "builds").glob(".failed-*"))
    project.tarmim("rollback", failed, expect=2)
    project.tarmim("rollback", failed.removeprefix(".failed-"), expect=2)
    project.tarmim("rollback")
    assert project.current().id == ids[1]


def test_builds_beyond_keep_builds_are_removed(project):
    project.configure("dataset", "keep_builds", 3)
    ids = []
    for number in range(6):
        change(project, number)
        ids.append(project.build().id)
        assert [row["build_id"] for row in listed(project)] == ids[-3:]
    assert ids[3] in project.tarmim("rollback", ids[0], expect=2).stderr
    project.tarmim("rollback", ids[3])
    assert project.current().id == ids[3]


@pytest.mark.parametrize("times", [1, 3])
def test_force_removes_no_build_within_keep_builds(project, times):
    """Building the same build again does not add one."""
    project.configure("dataset", "keep_builds", 2)
    ids = []
    for number in range(2):
        change(project, number)
        ids.append(project.build().id)
    for _ in range(times):
        project.tarmim("run", "--force")
    assert [row["build_id"] for row in listed(project)] == ids
    project.tarmim("rollback")
    assert project.current().id == ids[0]


def test_the_restored_build_is_kept_when_the_next_one_is_published(project):
    """Readers may still have it open, and it is the last one known to be good."""
    project.configure("dataset", "keep_builds", 2)
    ids = []
    for number in range(2):
        change(project, number)
        ids.append(project.build().id)
    project.tarmim("rollback")
    change(project, 9)
    build = project.build()
    assert {row["build_id"] for row in listed(project)} == {ids[0], build.id}
    project.tarmim("rollback")
    assert project.current().id == ids[0]


def test_after_an_input_is_reverted_a_rollback_goes_to_the_build_published_before(three):
    """The oldest build was published again, so the newest one came before it."""
    project, (first, _, third) = three
    change(project, 0)
    assert project.build().id == first
    project.tarmim("rollback")
    assert project.current().id == third
