"""The output folder may hold what is not tarmim's, and what lies in it may be damaged: nothing of others is touched, damage is mended."""

import json
import os
import random

import pytest

from conftest import Project, assert_builds_are_whole, scrambled, snapshot
from failpoints import KILLED
from rebuilds import copy_of


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A project with two builds."""
    project = Project(tmp_path_factory.mktemp("folder") / "project")
    ids = []
    for number in range(2):
        change(project, number)
        ids.append(project.build().id)
    return project, ids


@pytest.fixture
def two(template, tmp_path):
    project, ids = template
    return copy_of(project, tmp_path / "project"), ids


def change(project, number):
    project.write("changing.txt", scrambled(random.Random(number), 60))


# What is not tarmim's

STRANGERS = ["android/app.apk", "0123456789abcdef/notes.txt", ".staging-area/a", ".removed-x/a", ".failed/a", ".failed-tests/a", "notes.txt"]


def test_folders_of_others_are_left_alone(two):
    """`--output` may be pointed at any project that has a folder `builds`."""
    project, _ = two
    strangers = [project.output / "builds" / stranger for stranger in STRANGERS]
    for stranger in strangers:
        stranger.parent.mkdir(exist_ok=True)
        stranger.write_text("mine", encoding="utf-8")
    for number in (2, 3, 4):
        change(project, number)
        told = project.tarmim("run").stderr
        for name in ("android", "0123456789abcdef", "notes.txt"):
            assert f"{name} is no build of tarmim, and is left alone" in told
    project.tarmim("rollback")
    project.tarmim("run")
    project.tarmim("run", "--force")
    assert all(stranger.read_text(encoding="utf-8") == "mine" for stranger in strangers)
    assert "android" not in project.tarmim("builds").stdout


def in_the_place_of_current(project):
    (project.output / "current").unlink()
    (project.output / "current").mkdir()


def a_file_for_current(project):
    (project.output / "current").unlink()
    (project.output / "current").write_text("mine", encoding="utf-8")


def a_link_elsewhere(project):
    (project.output / "current").unlink()
    (project.root / "elsewhere").mkdir()
    (project.output / "current").symlink_to(project.root / "elsewhere")


def a_file_for_the_next_link(project):
    (project.output / ".current").write_text("mine", encoding="utf-8")


def a_file_for_builds(project):
    (project.output / "current").unlink()
    (project.output / "builds").rename(project.root / "moved")
    (project.output / "builds").write_text("mine", encoding="utf-8")


@pytest.mark.parametrize(
    ("occupy", "named"),
    [
        (in_the_place_of_current, "output/current is a folder, where the link to the current build belongs"),
        (a_file_for_current, "output/current is a file, where"),
        (a_link_elsewhere, "/elsewhere, where the link to the current build belongs"),
        (a_file_for_the_next_link, "output/.current is a file, where"),
        (a_file_for_builds, "output/builds is a file, where the folder of builds belongs"),
    ],
)
def test_a_place_that_is_taken_is_refused_before_any_work(two, occupy, named):
    project, _ = two
    occupy(project)
    change(project, 9)
    before = snapshot(project.output)
    for command in ("run", "plan"):
        told = project.tarmim(command, expect=1).stderr
        assert named in told and "move it elsewhere, or give another output folder" in told
    assert snapshot(project.output) == before


def test_an_output_that_is_a_file_is_refused(project):
    project.output.write_text("mine", encoding="utf-8")
    assert "output is a file, and a folder is expected" in project.tarmim("run", expect=2).stderr
    assert project.output.read_text(encoding="utf-8") == "mine"


def test_a_link_to_a_build_that_is_gone_is_mended(two):
    project, (_, second) = two
    content = project.current().bytes_by_path()
    (project.output / "builds" / second).rename(project.root / "gone")
    assert project.build().bytes_by_path() == content
    assert_builds_are_whole(project)


def test_files_are_not_written_through_links(two):
    """Names that a run uses for a moment are known, and somebody may have put links there."""
    project, _ = two
    victim = project.root / "victim.txt"
    victim.write_text("mine", encoding="utf-8")
    for name in (".rolled-back.json", ".publications.jsonl", ".current"):
        (project.output / name).symlink_to(victim)
    change(project, 2)
    project.build()
    for name in (".rolled-back.json", ".publications.jsonl"):
        (project.output / name).symlink_to(victim)
    project.tarmim("rollback")
    assert victim.read_text(encoding="utf-8") == "mine"
    assert_builds_are_whole(project)


# What was current before is never forgotten


def publications(project):
    lines = (project.output / "publications.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["build_id"] for line in lines]


@pytest.mark.parametrize("point", ["publications.add", "replace.write", "replace.rename", "current.link", "current.swap", "current.sync"])
def test_a_kill_while_publishing_keeps_the_way_back(failpoints, two, point):
    project, ids = two
    change(project, 2)
    failpoints.run(project, "run", at=f"{point}=kill", expect=KILLED)
    current = project.current().id
    before = ids[0] if current == ids[1] else ids[1]
    assert json.loads(project.tarmim("diff", "--json").stdout)["before"]["build_id"] == before
    third = project.build().id
    assert publications(project) == [*ids, third]
    project.tarmim("rollback")
    assert project.current().id == ids[1]
    assert publications(project) == ids


@pytest.mark.parametrize("damage", ["", "x", '{"build_id":'])
def test_a_damaged_list_is_mended_by_the_next_run(two, damage):
    project, (_, second) = two
    (project.output / "publications.jsonl").write_text(damage, encoding="utf-8")
    project.tarmim("run")
    assert publications(project) == [second]
    change(project, 2)
    third = project.build().id
    project.tarmim("rollback")
    assert project.current().id == second != third


def test_a_build_that_never_became_current_is_not_gone_back_to(failpoints, two):
    project, ids = two
    change(project, 2)
    failpoints.run(project, "run", at="current.swap=kill", expect=KILLED)
    change(project, 3)
    project.build()
    project.tarmim("rollback")
    assert project.current().id == ids[1]


def test_a_run_with_nothing_to_do_cleans_up_after_a_killed_one(failpoints, two):
    project, _ = two
    failpoints.run(project, "run", "--force", at="gates.judge=kill", expect=KILLED)
    failpoints.run(project, "run", "--force", at="cache.push#2=kill", expect=KILLED)
    assert list((project.output / "builds").glob(".staging-*")) and (project.output / ".cache" / "next").exists()
    assert "up to date" in project.tarmim("run").stdout
    assert_builds_are_whole(project)
    assert [path.name for path in (project.output / ".cache").iterdir()] == ["articles"]


# A damaged build is made again


def emptied(path):
    path.write_bytes(b"")


def replaced(content):
    return lambda path: path.write_bytes(content)


def of_another_count(path):
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["counts"]["articles"] += 1
    path.write_text(json.dumps(manifest, indent=2), encoding="utf-8")


def a_letter_changed(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGE = {
    "manifest-without-anything": ("manifest.json", replaced(b"{}")),
    "manifest-emptied": ("manifest.json", emptied),
    "manifest-of-null": ("manifest.json", replaced(b"null")),
    "manifest-with-another-count": ("manifest.json", of_another_count),
    "manifest-with-a-bit-flipped": ("manifest.json", a_letter_changed),
    "manifest-removed": ("manifest.json", os.unlink),
    "report-emptied": ("report.json", emptied),
    "report-without-anything": ("report.json", replaced(b"{}")),
    "report-removed": ("report.json", os.unlink),
    "page-emptied": ("report.html", emptied),
    "card-removed": ("README.md", os.unlink),
    "croissant-changed": ("croissant.json", a_letter_changed),
    "package-changed": ("datapackage.json", a_letter_changed),
    "list-changed": ("redone.csv", a_letter_changed),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_to_any_file_of_the_current_build_is_mended(two, damage):
    project, (_, second) = two
    content = project.current().bytes_by_path()
    name, change_file = DAMAGE[damage]
    change_file(project.current().folder / name)
    done = project.tarmim("run")
    assert f"the current build {second} is damaged: {name} " in done.stderr and "published" in done.stdout
    assert project.current().bytes_by_path() == content
    assert json.loads((project.current().folder / "manifest.json").read_text(encoding="utf-8"))["counts"]["articles"] == 4
    assert json.loads((project.current().folder / "report.json").read_text(encoding="utf-8"))["build_id"] == second
    assert "up to date" in project.tarmim("run").stdout
    assert_builds_are_whole(project)


def test_a_manifest_of_another_build_is_damage(two):
    project, ids = two
    builds = [project.output / "builds" / build for build in ids]
    (builds[1] / "manifest.json").write_bytes((builds[0] / "manifest.json").read_bytes())
    assert "is damaged: manifest.json " in project.tarmim("run").stderr
    assert "up to date" in project.tarmim("run").stdout


def test_a_damaged_build_is_not_gone_back_to(two):
    project, (first, second) = two
    (project.output / "builds" / first / "manifest.json").write_text("{}", encoding="utf-8")
    project.tarmim("rollback", expect=2)
    assert project.current().id == second
