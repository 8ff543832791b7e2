"""The cache: it can be turned off, deleted or damaged at any time; the results of a refused build are reused."""

import random
import shutil

import pytest

from conftest import Project, snapshot
from rebuilds import (
    UNPUBLISHED,
    ARTICLES,
    assert_only_later_stages_took_time,
    assert_run_did_what_was_planned,
    assert_same_bytes,
    configure_mixed,
    delete,
    edit,
    full_build,
    manifest,
    planned,
    rebuild,
    redone,
    text,
)

# Forced builds, builds without a cache


def test_force_redoes_everything(mixed, tmp_path):
    edit("politics/b.txt", 102)(mixed)
    build = mixed.build("--force")
    assert manifest(build)["run"]["work"] == {"forced": ARTICLES}
    assert {row["reason"] for row in redone(build)} == {"forced"} and len(redone(build)) == ARTICLES
    assert {row["first_stage"] for row in redone(build)} == {"ingest"}
    assert manifest(build)["run"]["stage_seconds"]["repair"] > 0
    assert_same_bytes(build, full_build(mixed, tmp_path / "full"))
    edit("politics/b.txt", 103)(mixed)
    _, plan = rebuild(mixed, tmp_path / "full")
    assert plan["work"] == {"content changed": 1, "unchanged": ARTICLES - 1}, "forced results are cached too"


def test_without_a_cache_every_article_is_new(mixed, tmp_path):
    shutil.rmtree(mixed.output)
    mixed.configure("dataset", "cache", "false")
    first = mixed.build()
    assert not (mixed.output / ".cache").exists()
    edit("politics/b.txt", 102)(mixed)
    build, plan = rebuild_without_cache(mixed)
    assert build.id != first.id and plan["work"] == {"new": ARTICLES}
    assert not (mixed.output / ".cache").exists()
    assert_same_bytes(build, full_build(mixed, tmp_path / "full"))
    mixed.configure("dataset", "cache", "true")
    assert planned(mixed)["up_to_date"], "keeping a cache changes nothing of the build"
    assert_same_bytes(build, full_build(mixed, tmp_path / "full"))


def rebuild_without_cache(project):
    plan = planned(project)
    build = project.build()
    assert_run_did_what_was_planned(build, plan)
    return build, plan


def test_a_cache_that_is_turned_off_is_neither_read_nor_written(mixed, tmp_path):
    cache = snapshot(mixed.output / ".cache")
    mixed.configure("dataset", "cache", "false")
    edit("politics/b.txt", 102)(mixed)
    build, plan = rebuild_without_cache(mixed)
    assert plan["work"] == {"new": ARTICLES}
    assert snapshot(mixed.output / ".cache") == cache
    assert_same_bytes(build, full_build(mixed, tmp_path / "full"))
    mixed.configure("dataset", "cache", "true")
    edit("sport/g.txt", 107)(mixed)
    _, plan = rebuild(mixed, tmp_path / "full")
    assert plan["work"] == {"content changed": 2, "unchanged": ARTICLES - 2}, "an old cache still holds for what it knows"


@pytest.mark.parametrize("left", ["nothing", "an-empty-folder", "an-empty-file", "junk"])
def test_the_cache_may_be_deleted_at_any_time(mixed, tmp_path, left):
    cache = mixed.output / ".cache"
    shutil.rmtree(cache)
    if left != "nothing":
        cache.mkdir()
    if left == "an-empty-file":
        (cache / "articles").touch()
    elif left == "junk":
        (cache / "articles").write_bytes(random.Random(0).randbytes(5000))
    assert planned(mixed)["up_to_date"]
    assert "up to date" in mixed.tarmim("run").stdout
    edit("politics/b.txt", 102)(mixed)
    _, plan = rebuild(mixed, tmp_path / "full")
    assert plan["work"] == {"new": ARTICLES}


# A damaged cache

DAMAGES = 42


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small project, its cache, and the bytes of its full builds with the shipped and with another vocabulary."""
    project = Project(tmp_path_factory.mktemp("small") / "project", with_seeds=False)
    for number in range(4):
        project.write(f"{number}.txt", text(number, 40))
    configure_mixed(project)
    cache = project.build() and (project.output / ".cache" / "articles").read_bytes()
    references = {}
    for arguments in ((), ("--vocabulary", "own.csv")):
        references[arguments] = full_build(project, project.root / "full", *arguments).bytes_by_path()
    return project, cache, references


def damaged(generator, cache, number):
    """The bytes of a cache, damaged: one byte anywhere, at the start or the end; several bytes; cut off; 50 bytes replaced."""
    harmed = bytearray(cache)
    kind = number % 6
    if kind < 3:
        places = [range(len(cache)), range(64), range(len(cache) - 64, len(cache))][kind]
        harmed[generator.choice(places)] ^= generator.randrange(1, 256)
    elif kind == 3:
        for _ in range(20):
            harmed[generator.randrange(len(cache))] ^= 1 << generator.randrange(8)
    elif kind == 4:
        del harmed[generator.randrange(len(cache)) :]
    else:
        at = generator.randrange(len(cache) - 50)
        harmed[at : at + 50] = generator.randbytes(generator.randrange(100))
    return bytes(harmed)


@pytest.mark.parametrize("arguments", [(), ("--vocabulary", "own.csv")], ids=["unchanged", "vocabulary"])
def test_a_damaged_cache_never_changes_a_build(small, arguments):
    project, cache, references = small
    generator = random.Random(len(arguments))
    for number in range(DAMAGES):
        shutil.rmtree(project.output)
        (project.output / ".cache").mkdir(parents=True)
        harmed = damaged(generator, cache, number)
        (project.output / ".cache" / "articles").write_bytes(harmed)
        planned(project, *arguments)
        build = project.build(*arguments, "--jobs", 1 + number % 2)
        content = build.bytes_by_path()
        differing = [path for path in content if content[path] != references[arguments][path]]
        assert content.keys() == references[arguments].keys() and not differing, f"damage {number}"
        mended = (project.output / ".cache" / "articles").read_bytes()
        assert arguments or mended == cache, f"damage {number}: the run did not leave a sound cache"


def test_an_article_with_a_damaged_entry_is_listed_as_redone(small):
    """redone.csv lists every article that was processed; this one was, from the first stage on."""
    project, cache, _ = small
    shutil.rmtree(project.output)
    (project.output / ".cache").mkdir(parents=True)
    harmed = bytearray(cache)
    harmed[16 + 200] ^= 1  # in the first entry, which follows the magic of 16 bytes
    (project.output / ".cache" / "articles").write_bytes(harmed)
    build = project.build()
    told = manifest(build)["run"]
    assert told["stage_seconds"]["repair"] > 0, "it was worked on"
    assert [row["source_path"] for row in redone(build)] == ["0.txt"]
    assert told["work"][UNPUBLISHED] == 3


# Gates


def test_results_of_a_refused_build_are_reused(mixed, tmp_path):
    old = mixed.current()
    mixed.configure("gates", "min_articles", 1)
    mixed.configure("gates", "mean_sentence_tokens", "[150.0, 200.0]")
    mixed.configure("repair", "doubt_threshold", 0.5)
    assert planned(mixed)["work"] == {"repair changed: configuration": ARTICLES}
    mixed.tarmim("run", expect=4)
    assert mixed.current().id == old.id
    assert planned(mixed)["work"] == {UNPUBLISHED: ARTICLES}
    mixed.configure("gates", "mean_sentence_tokens", "[1.5, 200.0]")
    build, _ = rebuild(mixed, tmp_path / "full")
    assert_only_later_stages_took_time(build, None)


def test_results_are_reused_after_too_many_rejects(mixed, tmp_path):
    for number in range(20):
        mixed.write(f"junk-{number}.pdf", b"%PDF-1.4")
    mixed.configure("dataset", "max_reject_ratio", 0.1)
    mixed.configure("repair", "doubt_threshold", 0.5)
    mixed.tarmim("run", expect=5)
    for number in range(20):
        delete(f"junk-{number}.pdf")(mixed)
    build, plan = rebuild(mixed, tmp_path / "full")
    assert plan["work"] == {UNPUBLISHED: ARTICLES}
    assert_only_later_stages_took_time(build, None)
