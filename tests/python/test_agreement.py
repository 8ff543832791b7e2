"""`check`, `plan` and `run` say the same of the same input: the same counts, the same exit code. `run` and `builds` see a damaged build."""

import json
import os
import re

import pytest

from conftest import write_scrambled_articles
from rebuilds import UNPUBLISHED

GOOD = "أعلنت الوزارة عن خطة جديدة لدعم الصناعات الصغيرة.\n"


def rejected(text):
    """Numbers of rejects and of inputs in a message."""
    found = re.search(r"(\d+) of (\d+) inputs? (?:are )?rejected", text) or re.search(r"reject (\d+) of (\d+) inputs?", text)
    return tuple(map(int, found.groups()))


def with_rejects(project, good, empty):
    for number in range(good):
        project.write(f"good-{number}.txt", GOOD + str(number))
    for number in range(empty):
        project.write(f"empty-{number:03}.txt", "")
    return project


def test_too_many_rejects_are_foreseen(empty_project):
    project = with_rejects(empty_project, good=3, empty=2)
    check = project.tarmim("check", expect=5)
    plan = project.tarmim("plan", expect=5)
    run = project.tarmim("run", expect=5)
    assert {rejected(done.stderr) for done in (check, plan, run)} == {(2, 5)}
    assert rejected(check.stdout) == (2, 5)
    assert not (project.output / "current").exists()


def test_rejects_within_the_limit_end_nothing(empty_project):
    project = with_rejects(empty_project, good=19, empty=1)
    assert rejected(project.tarmim("check").stdout) == (1, 20)
    assert json.loads(project.tarmim("plan", "--json").stdout)["refusal"] is None
    project.build()


def test_a_fault_of_many_inputs_is_told_ten_times_and_counted(empty_project):
    project = with_rejects(empty_project, good=1, empty=25)
    for command in ("check", "plan"):
        told = project.tarmim(command, expect=5).stdout
        assert len(re.findall(r"empty-\d+\.txt", told)) == 10, told
        assert "15 more" in told


def test_only_a_build_that_exists_is_said_to_be_kept(empty_project):
    project = with_rejects(empty_project, good=1, empty=1)
    assert "old" not in project.tarmim("run", expect=5).stderr.replace("no older", "")
    (project.input / "empty-000.txt").unlink()
    project.build()
    project.write("empty-000.txt", "")
    assert "the old one is kept" in project.tarmim("run", expect=5).stderr


def narrowed(project):
    project.configure("gates", "min_articles", "1")
    project.configure("gates", "repaired_share", "[0.9, 1.0]")


def test_gates_narrowed_since_the_last_build_are_applied_to_it(project):
    build = project.build()
    narrowed(project)
    for command in ("run", "plan", "check"):
        done = project.tarmim(command, expect=4)
        assert "gates.repaired_share" in done.stderr
    assert project.current().id == build.id, "it stays: there is no better one"
    project.configure("gates", "repaired_share", "[0.0, 0.8]")
    for command in ("run", "plan", "check"):
        project.tarmim(command)


def test_a_reject_ratio_narrowed_since_the_last_build_is_applied_to_it(empty_project):
    project = with_rejects(empty_project, good=19, empty=1)
    project.build()
    project.configure("dataset", "max_reject_ratio", "0.01")
    for command in ("run", "plan", "check"):
        assert rejected(project.tarmim(command, expect=5).stderr) == (1, 20)


def test_narrowed_gates_are_applied_before_an_older_build_becomes_current_again(project):
    first = project.build()
    extra = project.write("extra.txt", GOOD)
    second = project.build()
    extra.unlink()
    narrowed(project)
    assert "the old one is kept" in project.tarmim("run", expect=4).stderr
    assert project.current().id == second.id != first.id


def test_a_change_once_accepted_is_not_judged_as_drift_again(empty_project):
    project = empty_project
    write_scrambled_articles(project.input, 12, words=20)
    project.configure("gates", "min_articles", "1")
    project.build()
    write_scrambled_articles(project.input, 4, words=400, seed=1)
    for path in sorted(project.input.rglob("*.txt"))[4:]:
        path.unlink()
    project.tarmim("run", expect=4)
    project.configure("gates", "drift", '"warn"')
    project.build()
    project.configure("gates", "drift", '"fail"')
    project.tarmim("run")


def test_what_no_build_has_is_not_called_unchanged(project):
    project.build()
    project.write("extra.txt", GOOD)
    project.configure("gates", "min_articles", "1")
    project.configure("gates", "repaired_share", "[0.9, 1.0]")
    project.tarmim("run", expect=4)
    project.configure("gates", "repaired_share", "[0.0, 0.8]")
    plan = json.loads(project.tarmim("plan", "--json").stdout)
    assert plan["work"] == {"unchanged": 3, UNPUBLISHED: 1}
    build = project.build()
    assert json.loads((build.folder / "manifest.json").read_text())["run"]["work"] == plan["work"]
    assert json.loads(project.tarmim("plan", "--json").stdout)["work"] == {"unchanged": 4}


def test_a_changed_article_that_no_build_has_is_not_called_unchanged(project):
    project.write("extra.txt", GOOD)
    project.build()
    project.write("extra.txt", GOOD + GOOD)
    project.configure("gates", "min_articles", "1")
    project.configure("gates", "repaired_share", "[0.9, 1.0]")
    for _ in range(2):
        project.tarmim("run", expect=4)
        work = json.loads(project.tarmim("plan", "--json").stdout)["work"]
        assert work == {"unchanged": 3, UNPUBLISHED: 1}


def appended(path):
    path.write_bytes(path.read_bytes() + b"x")


def one_bit_flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def removed(path):
    path.unlink()


def doubled(path):
    (path.parent / "part-00099.parquet").write_bytes(path.read_bytes())


DAMAGES = [appended, one_bit_flipped, removed, doubled]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", ["sentences/part-00000.parquet", "rejects/part-00000.parquet"])
def test_damage_to_the_current_build_is_noticed(project, damage, file):
    build = project.build()
    content = build.bytes_by_path()
    damage(build.folder / file)
    folder = file.partition("/")[0]
    assert re.search(rf"{build.id}.*current, damaged: {folder}/", project.tarmim("builds").stdout)
    assert f"damaged ({folder}/" in project.tarmim("plan").stdout
    run = project.tarmim("run")
    assert f"the current build {build.id} is damaged: {folder}/" in run.stderr
    assert project.current().bytes_by_path() == content
    assert "damaged" not in project.tarmim("builds").stdout


@pytest.mark.parametrize("damage", [removed, appended])
def test_a_damaged_manifest_is_noticed(project, damage):
    build = project.build()
    damage(build.folder / "manifest.json")
    assert f"{build.id}  current, damaged: manifest.json" in project.tarmim("builds").stdout
    assert "is damaged: manifest.json" in project.tarmim("run").stderr
    assert project.current().id == build.id


@pytest.mark.parametrize("file", ["sentences/part-00000.parquet", "manifest.json"])
@pytest.mark.parametrize("damage", [one_bit_flipped, removed])
def test_damage_does_not_undo_a_rollback(project, damage, file):
    first = project.build()
    project.write("extra.txt", GOOD)
    second = project.build()
    project.tarmim("rollback")
    if (file, damage) == ("manifest.json", one_bit_flipped):
        (first.folder / file).write_text("{")
    else:
        damage(first.folder / file)
    for command in ("run", "plan", "check"):
        told = project.tarmim(command, expect=1).stderr
        assert first.id in told and second.id in told and file in told
    assert project.current().id == first.id
    assert project.current().folder.is_dir(), "tables that are left are not removed"
    project.tarmim("run", "--force")
    assert project.current().id == second.id


def test_an_output_that_is_a_file_is_refused_by_all(project):
    project.output.write_text("not a folder")
    told = {project.tarmim(command, expect=2).stderr for command in ("check", "plan", "run")}
    assert len(told) == 1 and "is a file, and a folder is expected" in told.pop()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_check_and_plan_see_what_cannot_be_written(project):
    project.output.mkdir()
    project.output.chmod(0o500)
    for command in ("check", "plan", "run"):
        assert "ermission denied" in project.tarmim(command, expect=1).stderr
