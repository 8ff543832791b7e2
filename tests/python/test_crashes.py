"""A run that is killed, or whose disk is full, at each step that changes the output folder.

After every one of them, readers find a whole build, nothing that was known is lost, and the next run gives the right bytes.
The steps are the failpoints of the program; a test checks that none of them is left out here.
"""

import pytest

from conftest import Build, Project, assert_builds_are_whole
from failpoints import KILLED, POINTS
from rebuilds import UNPUBLISHED, assert_files_are_those_of_the_manifest, assert_same_bytes, copy_of, full_build, planned, text

ARTICLES = 4
CHANGED = 9  # the text of the article that the run under test finds changed


class Scenario:
    """A run, the points that it passes, and what the output folder looks like before it."""

    def __init__(self, arguments, points, prepare=None, expect=0, always=""):
        self.arguments, self.points, self.expect, self.always = arguments, points.split(), expect, always
        self.prepare = prepare or (lambda project: None)

    def at(self, point, action):
        return ",".join(filter(None, [self.always, f"{point}={action}"]))


def change_input(project):
    project.write("changing.txt", text(CHANGED, 40))


def damage_current(project):
    with open(project.current().files("sentences")[0], "ab") as damaged:
        damaged.write(b"junk")


def set_a_gate_that_fails(project):
    change_input(project)
    project.configure("gates", "min_articles", 1)
    project.configure("gates", "mean_sentence_tokens", "[150.0, 200.0]")


SCENARIOS = {
    # The oldest build goes, since two are kept.
    "rebuild": Scenario(
        ["run"],
        "lock.sweep sweep.remove stage.create cache.create table.create cache.push table.close cache.finish cache.rename "
        "cache.forget-unfinished gates.judge publish.write-report publish.write-manifest publish.rename "
        "publications.add replace.write replace.rename current.link current.swap current.sync rollback.forget remove.rename remove.delete "
        "stage.discard",
        change_input,
    ),
    "replace": Scenario(["run", "--force"], "exchange.at-once stage.discard", damage_current),
    "replace-step-by-step": Scenario(
        ["run", "--force"], "exchange.aside exchange.replace exchange.keep", damage_current, always="exchange.at-once=full"
    ),
    "refuse": Scenario(["run"], "refuse.rename stage.discard", set_a_gate_that_fails, expect=4),
    "rollback": Scenario(
        ["rollback"],
        # The note of the rollback is written, then the list of publications.
        "replace.write replace.rename current.link current.swap current.sync replace.write#2 replace.rename#2",
    ),
}
CASES = [(name, point) for name, scenario in SCENARIOS.items() for point in scenario.points]
every_case = pytest.mark.parametrize(("name", "point"), CASES, ids=["-".join(case) for case in CASES])


def test_every_point_of_the_program_is_tested():
    tested = {point.partition("#")[0] for _, point in CASES}
    assert sorted(tested) == [point for point in POINTS if not point.startswith("train.")]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A project with two builds, and what a run that was killed has left; and full builds of its input before and after."""
    project = Project(tmp_path_factory.mktemp("crashes") / "project", with_seeds=False)
    project.configure("dataset", "keep_builds", 2)
    project.configure("gates", "drift", '"off"')
    for number in range(ARTICLES - 1):
        project.write(f"{number}.txt", text(number, 40))
    for number in (7, 8):
        project.write("changing.txt", text(number, 40))
        project.build()
    (project.output / "builds" / ".staging-0123456789abcdef").mkdir()
    change_input(project)
    reference = full_build(project, project.root.parent / "full")
    project.write("changing.txt", text(8, 40))
    return project, reference


class Case:
    """A scenario over a project of its own, and all builds that readers may find after it."""

    def __init__(self, name, template, folder):
        project, reference = template
        self.scenario = SCENARIOS[name]
        self.project = copy_of(project, folder / "project")
        self.old = self.project.current().id
        builds = [*(self.project.output / "builds").iterdir(), reference.folder]
        self.content = {build.name: Build(build).bytes_by_path() for build in builds if not build.name.startswith(".")}
        self.reference = reference
        self.scenario.prepare(self.project)

    def assert_readers_find_a_whole_build(self, point):
        link = self.project.output / "current"
        if self.scenario.always and point in ("exchange.replace", "exchange.keep") and not link.exists():
            return  # A file system that cannot exchange folders has no damaged build here for a moment, instead of a good one.
        build = self.project.current()
        if self.scenario.prepare is damage_current and build.bytes_by_path() != self.content[build.id]:
            return  # It is still the damaged build.
        assert_files_are_those_of_the_manifest(build)
        assert build.bytes_by_path() == self.content[build.id]
        assert self.project.tarmim("stats").stdout

    def assert_nothing_is_lost(self):
        """What earlier runs found out of the other articles is still known."""
        work = planned(self.project)["work"]
        assert work.get("unchanged", 0) + work.get(UNPUBLISHED, 0) >= ARTICLES - 1, work
        assert work.keys() <= {"unchanged", UNPUBLISHED, "content changed"}

    def assert_next_run_succeeds(self):
        project, arguments = self.project, self.scenario.arguments
        if self.scenario.expect == 4:
            project.tarmim("run", expect=4)
            project.configure("gates", "mean_sentence_tokens", "[1.5, 200.0]")
        if arguments == ["rollback"]:
            # Where the rollback did not get as far as the link, the run finds nothing changed.
            assert project.build().id in self.content
            assert project.build("--force").id == self.old
        elif arguments == ["run"]:
            assert_same_bytes(project.build(), self.reference)
        else:
            assert project.build("--force").bytes_by_path() == self.content[self.old]
        assert_builds_are_whole(project)
        assert planned(project)["up_to_date"]


@every_case
def test_a_killed_run_leaves_a_whole_build_and_the_next_run_the_right_bytes(failpoints, template, tmp_path, name, point):
    case = Case(name, template, tmp_path)
    failpoints.run(case.project, *case.scenario.arguments, at=case.scenario.at(point, "kill"), expect=KILLED)
    case.assert_readers_find_a_whole_build(point)
    case.assert_nothing_is_lost()
    case.assert_next_run_succeeds()


# A full disk

# Steps that may fail without failing the run: the build is published with or without them.
MAY_FAIL = {"replace.write#2", "replace.rename#2", "remove.rename", "remove.delete", "exchange.at-once"}

# Steps that clean up, and the renaming of a cache that is complete: what they leave is swept or overwritten by the next run.
LEAVES_SOMETHING = {"lock.sweep", "sweep.remove", "remove.delete", "stage.discard", "cache.rename"}


@every_case
def test_a_full_disk_leaves_a_whole_build_and_the_next_run_the_right_bytes(failpoints, template, tmp_path, name, point):
    case = Case(name, template, tmp_path)
    scenario = case.scenario
    expect = scenario.expect if point in MAY_FAIL or point == "stage.discard" else 1
    if point == "refuse.rename":
        expect = 4  # That the refused build cannot be kept must not hide why it was refused.
    done = failpoints.run(case.project, *scenario.arguments, at=scenario.at(point, "full"), expect=expect)
    if expect == 1:
        assert "No space left on device" in done.stderr
        assert "output" in done.stderr, "it names the file or the folder"
    case.assert_readers_find_a_whole_build(point)
    case.assert_nothing_is_lost()
    if point not in LEAVES_SOMETHING and not scenario.always:
        assert_its_room_is_given_back(case.project)
    case.assert_next_run_succeeds()


def assert_its_room_is_given_back(project):
    """Otherwise readers and other programs stay without room until the next run that succeeds."""
    builds, cache = project.output / "builds", project.output / ".cache"
    assert not [path.name for path in builds.iterdir() if path.name.startswith((".staging", ".removed"))]
    assert {path.name for path in cache.iterdir()} <= {"articles", "unfinished"}
