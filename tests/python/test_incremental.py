"""Rebuilds redo what has changed and nothing else, as `plan` says beforehand; the bytes are those of a full build.

The yardstick is always the same: a build of the same project into an empty output folder, in which nothing can be taken up.
"""

import contextlib
import csv
import fcntl
import itertools
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time
import zipfile

import pytest
from blake3 import blake3

from conftest import (
    PROGRAM,
    Build,
    Project,
    assert_builds_are_whole,
    scrambled,
    snapshot,
    wait_until,
    write_scrambled_articles,
)

STAGES = ("ingest", "repair", "split", "tag")

# The project that most tests change: every kind of source, copies, sidecars, a file that is none.
ARCHIVE = {"in/x.txt": 11, "in/y.txt": 12, "in/z.txt": 13}
RECORDS = [
    {"id": "r1", "title": "عنوان اول", "text": scrambled(random.Random(21), 70)},
    {"id": "r2", "text": scrambled(random.Random(22), 70), "byline": "كاتب"},
    {"id": "r3", "text": scrambled(random.Random(23), 70), "page": 4},
    {"text": scrambled(random.Random(24), 70)},
]
METADATA = [{"path": "politics/a.txt", "title": "اخبار السياسه"}, {"path": "economy/c.txt", "title": "اخبار السوق"}]
ARTICLES = 14
OWN_VOCABULARY = "id,label,category,variants,gloss\nx-exports,صادرات,own,,exports\nx-ministry,وزارة,own,,ministry\n"


def text(number, words=90):
    return scrambled(random.Random(number), words)


def write_archive(project, members):
    project.input.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(project.input / "archive.zip", "w") as archive:
        for name, number in members.items():
            archive.writestr(zipfile.ZipInfo(name), text(number))


def write_records(project, records):
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    project.write("records.jsonl", "\n".join(lines) + "\n")


def write_metadata(project, rows):
    lines = ["path,title", *(f"{row['path']},{row['title']}" for row in rows)]
    project.write("metadata.csv", "\n".join(lines) + "\n")


def write_mixed_input(project):
    original = text(4)
    near = original.split()
    near[30] = "السوق"
    files = {
        "politics/a.txt": text(1),
        "politics/b.txt": text(2),
        "economy/c.txt": text(3),
        "economy/d.txt": original,
        "economy/e-copy.txt": original,
        "economy/f-near.txt": " ".join(near),
        "sport/g.txt": text(7),
        "sport/g.json": json.dumps({"title": "اخبار الرياضه", "date": "2021-05-06"}),
        "broken.pdf": b"%PDF-1.4",
    }
    for path, content in files.items():
        project.write(path, content)
    write_archive(project, ARCHIVE)
    write_records(project, RECORDS)
    write_metadata(project, METADATA)


def configure_mixed(project):
    project.configure("dataset", "max_reject_ratio", 0.9)
    # What is found in so few articles differs much; drift is not what these tests are about.
    project.configure("gates", "drift", '"off"')
    (project.root / "own.csv").write_text(OWN_VOCABULARY, encoding="utf-8")
    (project.root / "words.txt").write_text("الاقتصاد\nالصادرات\n", encoding="utf-8")


@pytest.fixture(scope="module")
def mixed_template(tmp_path_factory):
    """The mixed project, built once; tests get copies."""
    project = Project(tmp_path_factory.mktemp("mixed") / "project", with_seeds=False)
    write_mixed_input(project)
    configure_mixed(project)
    told = manifest(project.build())
    assert told["run"]["work"] == {"new": ARTICLES}
    for stage in ("repair", "tag"):
        assert told["run"]["stage_seconds"][stage] > 0, "so that zero means something"
    return project


@pytest.fixture
def mixed(mixed_template, tmp_path):
    return copy_of(mixed_template, tmp_path / "project")


def copy_of(project, root):
    shutil.copytree(project.root, root, symlinks=True)
    return reopened(root, project)


def reopened(root, project):
    """A project over a folder that is there already, settings and all."""
    copy = object.__new__(Project)
    copy.root, copy.config = root, root / "pipeline.toml"
    copy.input, copy.output = root / project.input.name, root / project.output.name
    return copy


def manifest(build):
    return json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))


def planned(project, *arguments):
    """What `plan` says; it writes nothing."""
    before = snapshot(project.output) if project.output.exists() else None
    told = json.loads(project.tarmim("plan", "--json", "--list", 100_000, *arguments).stdout)
    assert (snapshot(project.output) if project.output.exists() else None) == before, "plan writes nothing"
    return told


def redone(build):
    with open(build.folder / "redone.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def full_build(project, folder, *arguments):
    """The yardstick: the same project, built into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    project.tarmim("run", "--output", folder, *arguments)
    build = Build((folder / "current").resolve(strict=True))
    assert manifest(build)["run"]["work"].keys() <= {"new"}
    return build


def assert_same_bytes(build, other):
    assert build.id == other.id
    mine, theirs = build.bytes_by_path(), other.bytes_by_path()
    assert mine.keys() == theirs.keys()
    assert [path for path in mine if mine[path] != theirs[path]] == []


def assert_run_did_what_was_planned(build, plan):
    told = manifest(build)["run"]
    assert plan["build_id"] == build.id
    assert told["work"] == plan["work"]
    rows = [row | {"record": row["record"] or ""} for row in plan["articles"]]
    assert redone(build) == rows
    assert len(rows) == sum(count for reason, count in plan["work"].items() if reason != "unchanged")
    report = json.loads((build.folder / "report.json").read_text(encoding="utf-8"))
    assert report["run"] == told


def assert_only_later_stages_took_time(build, first):
    """No stage before the first one that is redone was entered; `first` is None where none is redone."""
    seconds = manifest(build)["run"]["stage_seconds"]
    passed_over = STAGES if first is None else STAGES[: STAGES.index(first)]
    assert {stage: seconds[stage] for stage in passed_over} == dict.fromkeys(passed_over, 0)


def rebuild(project, reference, *arguments):
    """Plans, runs, and compares with the plan and with a full build; returns the build and the plan."""
    plan = planned(project)
    assert not plan["up_to_date"]
    build = project.build(*arguments)
    assert_run_did_what_was_planned(build, plan)
    assert_same_bytes(build, full_build(project, reference))
    after = planned(project)
    assert after["up_to_date"] and after["current"] == build.id
    assert after["work"].keys() <= {"unchanged"} and after["articles"] == []
    return build, plan


# Changed inputs


def edit(path, number):
    return lambda project: project.write(path, text(number))


def rename(path, to):
    def change(project):
        (project.input / to).parent.mkdir(parents=True, exist_ok=True)
        (project.input / path).rename(project.input / to)

    return change


def delete(path):
    return lambda project: (project.input / path).unlink()


def archive(**members):
    named = {f"in/{name}.txt": number for name, number in members.items()}
    return lambda project: write_archive(project, {k: v for k, v in (ARCHIVE | named).items() if v is not None})


def records(change):
    return lambda project: write_records(project, change([dict(record) for record in RECORDS]))


def metadata(*rows):
    return lambda project: write_metadata(project, rows)


# name: (change, articles changed, new ones, gone ones)
INPUTS = {
    "edit": (edit("politics/b.txt", 102), 1, 0, 0),
    "edit-one-letter": (lambda project: project.write("politics/b.txt", text(2) + "ا"), 1, 0, 0),
    "edit-two": (lambda project: [edit("politics/b.txt", 102)(project), edit("sport/g.txt", 107)(project)], 2, 0, 0),
    "add": (edit("politics/added.txt", 108), 0, 1, 0),
    "add-a-copy-before-its-original": (edit("aaa.txt", 1), 0, 1, 0),
    "delete": (delete("politics/b.txt"), 0, 0, 1),
    "delete-all-but-an-archive": (
        lambda project: [shutil.rmtree(project.input / name) for name in ("politics", "economy", "sport")]
        + [delete("records.jsonl")(project), write_metadata(project, [])],
        0,
        0,
        11,
    ),
    "rename": (rename("politics/b.txt", "politics/renamed.txt"), 0, 1, 1),
    "move-to-another-section": (rename("politics/b.txt", "society/b.txt"), 0, 1, 1),
    "swap-two-texts": (lambda project: [edit("politics/b.txt", 7)(project), edit("sport/g.txt", 2)(project)], 2, 0, 0),
    "archive-edit": (archive(y=112), 1, 0, 0),
    "archive-add": (archive(added=114), 0, 1, 0),
    "archive-remove": (archive(x=None), 0, 0, 1),
    "archive-rename": (rename("archive.zip", "other.zip"), 0, 3, 3),
    "archive-other-order": (lambda project: write_archive(project, dict(reversed(ARCHIVE.items()))), 0, 0, 0),
    "record-edit": (records(lambda rows: [*rows[:1], rows[1] | {"text": text(122)}, *rows[2:]]), 1, 0, 0),
    "record-title": (records(lambda rows: [rows[0] | {"title": "عنوان اخر"}, *rows[1:]]), 1, 0, 0),
    "record-extra-field": (records(lambda rows: [*rows[:2], rows[2] | {"page": 5}, *rows[3:]]), 1, 0, 0),
    "record-other-id": (records(lambda rows: [rows[0] | {"id": "r9"}, *rows[1:]]), 0, 1, 1),
    "record-without-id-edit": (records(lambda rows: [*rows[:3], {"text": text(124)}]), 0, 1, 1),
    "record-gone": (records(lambda rows: rows[1:]), 0, 0, 1),
    "record-put-first": (records(lambda rows: [{"id": "r0", "text": text(120)}, *rows]), 0, 1, 0),
    "records-other-order": (records(lambda rows: rows[::-1]), 0, 0, 0),
    "metadata-title": (metadata(METADATA[0], METADATA[1] | {"title": "سوق المال"}), 1, 0, 0),
    "metadata-more": (metadata(*METADATA, {"path": "politics/b.txt", "title": "خبر"}), 1, 0, 0),
    "metadata-less": (metadata(METADATA[0]), 1, 0, 0),
    "metadata-gone": (delete("metadata.csv"), 2, 0, 0),
    "metadata-other-order": (metadata(*reversed(METADATA)), 0, 0, 0),
    "sidecar-edit": (lambda project: project.write("sport/g.json", json.dumps({"title": "مباراه"})), 1, 0, 0),
    "sidecar-gone": (delete("sport/g.json"), 1, 0, 0),
    "sidecar-new": (lambda project: project.write("politics/b.json", json.dumps({"byline": "كاتب"})), 1, 0, 0),
    "file-that-is-none": (delete("broken.pdf"), 0, 0, 0),
}


@pytest.mark.parametrize("name", INPUTS)
def test_a_changed_input_redoes_its_articles_and_no_others(mixed, tmp_path, name):
    change, changed, new, gone = INPUTS[name]
    change(mixed)
    # As many threads as the number of the case, so that full and incremental builds differ in them too.
    build, plan = rebuild(mixed, tmp_path / "full", "--jobs", 1 + list(INPUTS).index(name) % 3)
    unchanged = ARTICLES - gone - changed
    expected = {"content changed": changed, "new": new, "unchanged": unchanged}
    assert plan["work"] == {reason: count for reason, count in expected.items() if count}
    assert plan["gone"] == gone
    assert {row["first_stage"] for row in plan["articles"]} <= {"ingest"}
    assert plan["rejects"] == (0 if name == "file-that-is-none" else 1)
    if changed + new == 0:
        assert_only_later_stages_took_time(build, None)


def duplicates_of(build):
    articles = {row["article_id"]: row for row in build.rows("articles")}
    name = {key: row["source_path"] for key, row in articles.items()}
    return {
        row["source_path"]: (name.get(row["duplicate_of"]), name.get(row["near_duplicate_of"])) for row in articles.values()
    }


ORIGINAL, COPY, NEAR = "economy/d.txt", "economy/e-copy.txt", "economy/f-near.txt"


@pytest.mark.parametrize(
    ("change", "policy", "expected"),
    [
        (lambda project: None, "flag", {ORIGINAL: (None, None), COPY: (ORIGINAL, None), NEAR: (None, ORIGINAL)}),
        (delete(ORIGINAL), "flag", {COPY: (None, None), NEAR: (None, COPY)}),
        (edit(ORIGINAL, 104), "flag", {ORIGINAL: (None, None), COPY: (None, None), NEAR: (None, COPY)}),
        (delete(COPY), "flag", {ORIGINAL: (None, None), NEAR: (None, ORIGINAL)}),
        (rename(ORIGINAL, "zz.txt"), "flag", {COPY: (None, None), NEAR: (None, COPY), "zz.txt": (COPY, None)}),
        (delete(ORIGINAL), "drop", {COPY: (None, None)}),
        (edit(ORIGINAL, 104), "drop", {ORIGINAL: (None, None), COPY: (None, None)}),
        (delete(ORIGINAL), "drop_exact", {COPY: (None, None), NEAR: (None, COPY)}),
    ],
)
def test_copies_follow_their_original_though_they_are_not_redone(mixed, tmp_path, change, policy, expected):
    if policy != "flag":
        mixed.configure("dataset", "duplicates", f'"{policy}"')
        assert COPY not in duplicates_of(mixed.build()), "the copy was left out, and comes back"
    change(mixed)
    if planned(mixed)["up_to_date"]:
        build = mixed.current()
    else:
        build, plan = rebuild(mixed, tmp_path / "full")
        assert COPY not in {row["source_path"] for row in plan["articles"]}
    found = duplicates_of(build)
    of_interest = {ORIGINAL, COPY, NEAR, "zz.txt"}
    assert {path: of for path, of in found.items() if path in of_interest} == expected


# Changed settings

# name: (table, key, value, reason; None where nothing of an article's outcome depends on it)
SETTINGS = {
    "path_pattern": ("ingest", "path_pattern", '"{section}/**/*"', "ingest changed: configuration"),
    "encoding": ("ingest", "encoding", '"utf-8"', "ingest changed: configuration"),
    "max_file_mib": ("ingest", "max_file_mib", 63, "ingest changed: configuration"),
    "doubt_threshold": ("repair", "doubt_threshold", 0.5, "repair changed: configuration"),
    "keep_raw_below": ("repair", "keep_raw_below", 0.6, "repair changed: configuration"),
    "lexicons": ("repair", "lexicons", '["words.txt"]', "repair changed: configuration"),
    "protect": ("repair", "protect", '["words.txt"]', "repair changed: configuration"),
    "max_tokens": ("split", "max_tokens", 12, "split changed: configuration"),
    "cut_confidence": ("split", "cut_confidence", 0.6, "split changed: configuration"),
    "length_weight": ("split", "length_weight", 0.5, "split changed: configuration"),
    "nested": ("tag", "nested", "true", "tag changed: configuration"),
    "expand_broader": ("tag", "expand_broader", "true", "tag changed: configuration"),
    "vocabularies": ("tag", "vocabularies", '["own.csv"]', "tag changed: vocabulary"),
    "more-vocabularies": ("tag", "vocabularies", '["vocabulary/newspapers.ttl", "own.csv"]', "tag changed: vocabulary"),
    "duplicates": ("dataset", "duplicates", '"off"', None),
    "duplicates-drop": ("dataset", "duplicates", '"drop"', None),
    "similarity": ("dataset", "near_duplicate_similarity", 0.99, None),
    "partition_by": ("dataset", "partition_by", '"section"', None),
    "card": ("card", "name", '"Another name"', None),
}


def assert_redone_from(build, plan, reason):
    first = None if reason is None else reason.split()[0]
    assert plan["work"] == {reason or "unchanged": ARTICLES}
    told = {(row["first_stage"], row["reason"]) for row in plan["articles"]}
    assert told == (set() if reason is None else {(first, reason)})
    assert_only_later_stages_took_time(build, first)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_changed_setting_redoes_from_the_stage_that_it_belongs_to(mixed, tmp_path, name):
    table, key, value, reason = SETTINGS[name]
    mixed.configure(table, key, value)
    build, plan = rebuild(mixed, tmp_path / "full", "--jobs", 1 + list(SETTINGS).index(name) % 3)
    assert_redone_from(build, plan, reason)


# How many records have the field that a key of [fields] finds, or finds no more: they are other records then.
FIELDS = {
    "title": ('["headline"]', 4),
    "byline": ('["author"]', 1),
    "section": ('["page"]', 1),
    "text": ('["nothing", "text"]', 0),
}


@pytest.mark.parametrize("key", FIELDS)
def test_a_changed_field_name_redoes_all_from_the_start(mixed, tmp_path, key):
    value, records_that_have_it = FIELDS[key]
    mixed.configure("fields", key, value)
    build, plan = rebuild(mixed, tmp_path / "full")
    expected = {"content changed": records_that_have_it, "ingest changed: configuration": ARTICLES - records_that_have_it}
    assert plan["work"] == {reason: count for reason, count in expected.items() if count}
    assert {row["first_stage"] for row in plan["articles"]} == {"ingest"}
    assert len(redone(build)) == ARTICLES


def test_settings_of_the_gates_redo_nothing(mixed):
    mixed.configure("gates", "max_drift", 0.4)
    plan = planned(mixed)
    assert plan["up_to_date"] and plan["work"] == {"unchanged": ARTICLES}


def test_a_vocabulary_edited_in_place_redoes_tags_only(mixed, tmp_path):
    mixed.configure("tag", "vocabularies", '["own.csv"]')
    mixed.build()
    (mixed.root / "own.csv").write_text(OWN_VOCABULARY + "x-minister,وزير,own,,minister\n", encoding="utf-8")
    build, plan = rebuild(mixed, tmp_path / "full")
    assert_redone_from(build, plan, "tag changed: vocabulary")


def test_a_word_list_edited_in_place_redoes_repair(mixed, tmp_path):
    mixed.configure("repair", "protect", '["words.txt"]')
    mixed.build()
    (mixed.root / "words.txt").write_text("الاقتصاد\n", encoding="utf-8")
    build, plan = rebuild(mixed, tmp_path / "full")
    assert_redone_from(build, plan, "repair changed: configuration")


def test_the_vocabulary_of_the_command_line_counts_as_that_of_the_configuration(mixed, tmp_path):
    plan = planned(mixed, "--vocabulary", "own.csv")
    build = mixed.build("--vocabulary", "own.csv")
    assert_run_did_what_was_planned(build, plan)
    assert_redone_from(build, plan, "tag changed: vocabulary")
    assert_same_bytes(build, full_build(mixed, tmp_path / "full", "--vocabulary", "own.csv"))


@pytest.fixture(scope="module")
def other_model(mixed_template, tmp_path_factory):
    """A small model, trained from what the shipped one made of the project."""
    folder = tmp_path_factory.mktemp("model")
    (folder / "corpus").mkdir()
    rows = mixed_template.current().sentences_by_path().values()
    articles = [json.dumps({"text": " ".join(row["text"] + "." for row in article)}, ensure_ascii=False) for article in rows]
    (folder / "corpus" / "articles.jsonl").write_text("\n".join(articles * 6) + "\n", encoding="utf-8")
    arguments = ["--corpus", folder / "corpus", "--model", folder / "m.model", "--checkpoints", folder / "checkpoints"]
    subprocess.run([PROGRAM, "train", *arguments], check=True, capture_output=True)
    return folder / "m.model"


def test_another_model_redoes_repair_and_all_after_it(mixed, other_model, tmp_path):
    mixed.configure("repair", "model", json.dumps(str(other_model)))
    build, plan = rebuild(mixed, tmp_path / "full")
    assert_redone_from(build, plan, "repair changed: model")


def test_the_shipped_model_as_a_file_redoes_nothing(mixed):
    """A model is known by its content, not by its place."""
    mixed.configure("repair", "model", '"model/tarmim.model"')
    assert planned(mixed)["up_to_date"]


def test_of_several_changes_the_earliest_stage_counts_for_each_article(mixed, tmp_path):
    mixed.configure("tag", "nested", "true")
    mixed.configure("split", "max_tokens", 20)
    edit("politics/b.txt", 102)(mixed)
    edit("politics/added.txt", 108)(mixed)
    build, plan = rebuild(mixed, tmp_path / "full")
    assert plan["work"] == {"content changed": 1, "new": 1, "split changed: configuration": ARTICLES - 1}
    told = {row["source_path"]: (row["first_stage"], row["reason"]) for row in redone(build)}
    assert told["politics/b.txt"] == ("ingest", "content changed")
    assert told["politics/added.txt"] == ("ingest", "new")
    assert told["politics/a.txt"] == ("split", "split changed: configuration")


def test_several_keys_of_a_stage_are_all_told(mixed, tmp_path):
    mixed.configure("tag", "nested", "true")
    mixed.configure("tag", "vocabularies", '["own.csv"]')
    build, plan = rebuild(mixed, tmp_path / "full")
    assert_redone_from(build, plan, "tag changed: configuration, vocabulary")


def test_a_setting_put_back_is_worked_out_again_from_its_stage(mixed, tmp_path):
    """Only the last run's outcomes are kept; the older build must not be there to be taken as it is."""
    old = mixed.current()
    mixed.configure("split", "max_tokens", 12)
    mixed.build()
    shutil.rmtree(old.folder)
    mixed.configure("split", "max_tokens", 120)
    build, plan = rebuild(mixed, tmp_path / "full")
    assert build.id == old.id
    assert_redone_from(build, plan, "split changed: configuration")


def random_change(generator, project, step):
    """One change of the input or of the configuration."""
    path = generator.choice(["politics/a.txt", "politics/b.txt", "economy/d.txt", "economy/e-copy.txt", "sport/g.txt"])
    number = generator.randrange(1, 9)
    vocabulary = generator.choice(['["own.csv"]', '["vocabulary/newspapers.ttl"]'])
    changes = [
        edit(path, number),
        edit(path, 1000 + step),
        edit(f"more/{step}.txt", number),
        archive(**{generator.choice("xyz"): 1000 + step}),
        records(lambda rows: generator.sample(rows, generator.randrange(1, 5))),
        metadata(*generator.sample(METADATA, generator.randrange(3))),
        lambda project: project.configure("split", "max_tokens", generator.randrange(10, 120)),
        lambda project: project.configure("repair", "doubt_threshold", generator.randrange(1, 99) / 100),
        lambda project: project.configure("tag", "nested", generator.choice(["true", "false"])),
        lambda project: project.configure("tag", "vocabularies", vocabulary),
        lambda project: project.configure("dataset", "duplicates", generator.choice(['"flag"', '"drop"', '"off"'])),
    ]
    generator.choice(changes)(project)


@pytest.mark.parametrize("seed", range(3))
def test_any_chain_of_changes_ends_in_the_bytes_of_a_full_build(mixed, tmp_path, seed):
    generator = random.Random(seed)
    built = 0
    for step in range(6):
        for _ in range(generator.randrange(1, 4)):
            random_change(generator, mixed, step)
        known = {path.name for path in (mixed.output / "builds").iterdir()}
        plan = planned(mixed)
        if plan["build_id"] not in known:
            rebuild(mixed, tmp_path / "full", "--jobs", generator.randrange(1, 5))
            built += 1
    assert built > 2


# Forced, without a cache, without the cache that was there


def test_force_redoes_all(mixed, tmp_path):
    edit("politics/b.txt", 102)(mixed)
    build = mixed.build("--force")
    assert manifest(build)["run"]["work"] == {"forced": ARTICLES}
    assert {row["reason"] for row in redone(build)} == {"forced"} and len(redone(build)) == ARTICLES
    assert {row["first_stage"] for row in redone(build)} == {"ingest"}
    assert manifest(build)["run"]["stage_seconds"]["repair"] > 0
    assert_same_bytes(build, full_build(mixed, tmp_path / "full"))
    edit("politics/b.txt", 103)(mixed)
    _, plan = rebuild(mixed, tmp_path / "full")
    assert plan["work"] == {"content changed": 1, "unchanged": ARTICLES - 1}, "what was forced is taken up again"


def test_without_a_cache_none_is_written_and_all_is_new(mixed, tmp_path):
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


def test_a_cache_that_was_there_is_neither_read_nor_written_when_it_is_turned_off(mixed, tmp_path):
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
    """A small project with what full builds of it give, as it is and with another vocabulary."""
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
    """The bytes of a cache, harmed: one byte anywhere, at the start or the end; several; cut off; a stretch replaced."""
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


def test_an_article_whose_entry_is_damaged_is_told_to_be_redone(small):
    """redone.csv lists each article that was worked on; this one was, from the start."""
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
    assert told["work"]["unchanged"] == 3


# What plan and run count alike


def test_the_plan_counts_a_key_that_comes_twice_as_the_run_does(mixed, tmp_path):
    """The second record of a key is a reject; it must not show as an article that changes for ever."""
    write_records(mixed, [*RECORDS, RECORDS[0] | {"text": text(121)}])
    rebuild(mixed, tmp_path / "full")


@pytest.mark.parametrize("content", [b"", b" \n ", b"\xff\xfe\x00"], ids=["empty", "white-space", "no-encoding"])
def test_the_plan_counts_a_file_without_text_as_the_run_does(mixed, tmp_path, content):
    """It is read as text to no end each time; it must not show as a new article for ever."""
    mixed.write("politics/no-text.txt", content)
    rebuild(mixed, tmp_path / "full")


def test_a_plan_for_an_input_that_a_kept_build_holds_says_that_nothing_is_redone(mixed):
    """Going back to an earlier input only moves the link."""
    before = mixed.current()
    edit("politics/b.txt", 102)(mixed)
    mixed.build()
    edit("politics/b.txt", 2)(mixed)
    plan = planned(mixed)
    assert plan["build_id"] == before.id
    assert plan["work"] == {"unchanged": ARTICLES} and plan["articles"] == []


def test_a_limited_run_keeps_what_was_worked_out_of_the_other_articles(mixed):
    mixed.tarmim("run", "--limit", 2)
    assert planned(mixed)["work"] == {"unchanged": ARTICLES}


def test_a_plan_is_readable_without_json(mixed):
    assert "a run would write nothing" in mixed.tarmim("plan").stdout
    edit("politics/b.txt", 102)(mixed)
    delete("sport/g.txt")(mixed)
    delete("sport/g.json")(mixed)
    shown = mixed.tarmim("plan").stdout
    for part in ("1 articles  content changed", "12 articles  unchanged", "1 articles gone", "politics/b.txt"):
        assert part in shown
    assert "politics/b.txt" not in mixed.tarmim("plan", "--list", 0).stdout


def test_a_plan_before_the_first_build_says_that_all_is_new(empty_project):
    empty_project.write("a.txt", text(1))
    plan = planned(empty_project)
    assert (plan["current"], plan["work"], plan["up_to_date"]) == (None, {"new": 1}, False)
    assert not empty_project.output.exists()


def test_a_plan_is_not_stopped_by_a_running_build(mixed):
    edit("politics/b.txt", 102)(mixed)
    with open(mixed.output / ".lock", "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert planned(mixed)["work"] == {"content changed": 1, "unchanged": ARTICLES - 1}


# Gates


def test_what_a_refused_build_worked_out_is_taken_up(mixed, tmp_path):
    old = mixed.current()
    mixed.configure("gates", "min_articles", 1)
    mixed.configure("gates", "mean_sentence_tokens", "[150.0, 200.0]")
    mixed.configure("repair", "doubt_threshold", 0.5)
    assert planned(mixed)["work"] == {"repair changed: configuration": ARTICLES}
    mixed.tarmim("run", expect=4)
    assert mixed.current().id == old.id
    assert planned(mixed)["work"] == {"unchanged": ARTICLES}
    mixed.configure("gates", "mean_sentence_tokens", "[1.5, 200.0]")
    build, _ = rebuild(mixed, tmp_path / "full")
    assert_only_later_stages_took_time(build, None)


def test_what_was_worked_out_is_taken_up_after_too_many_rejects(mixed, tmp_path):
    for number in range(20):
        mixed.write(f"junk-{number}.pdf", b"%PDF-1.4")
    mixed.configure("dataset", "max_reject_ratio", 0.1)
    mixed.configure("repair", "doubt_threshold", 0.5)
    mixed.tarmim("run", expect=5)
    for number in range(20):
        delete(f"junk-{number}.pdf")(mixed)
    build, plan = rebuild(mixed, tmp_path / "full")
    assert plan["work"] == {"unchanged": ARTICLES}
    assert_only_later_stages_took_time(build, None)


# Interrupted and killed runs

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
        killed += kill_after(project.start("run", *arguments), delay * usual)
        assert project.current().id in (old.id, reference.id)
        assert_hashes_are_those_of_the_manifest(project.current())
        assert_same_bytes(project.build(), reference)
        assert_builds_are_whole(project)
        assert planned(project)["up_to_date"]
    assert killed >= 7


# A full disk

MANY = 120  # articles of the build that does not fit


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """An input that is large for a small disk, and a full build of it."""
    folder = tmp_path_factory.mktemp("many")
    write_scrambled_articles(folder / "articles", MANY, words=150)
    project = Project(folder / "project", with_seeds=False)
    return folder / "articles", full_build(project, folder / "full", "--input", folder / "articles")


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of so many bytes at a folder; skips the test where none may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"not run: no file system may be mounted here ({done.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def room(folder):
    """Bytes that are free."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@pytest.fixture
def nearly_full(tmp_path, request):
    """A project with a build on a disk on which so many bytes are left; and the file that takes up the room."""
    project = Project(tmp_path / "project")
    with small_disk(project.output, "4m"):
        project.build()
        ballast = project.output / "ballast"
        ballast.write_bytes(bytes(room(project.output) - request.param))
        yield project, ballast


# When the first files are made, while tables are written, while the cache is; the build and its cache take about 800 kB.
FREE = [0, 8_192, 60_000, 200_000, 400_000, 700_000]


@pytest.mark.parametrize("nearly_full", FREE, indirect=True)
def test_a_full_disk_leaves_the_old_build_and_the_next_run_succeeds(nearly_full, many):
    project, ballast = nearly_full
    articles, reference = many
    old = project.current()
    content = old.bytes_by_path()
    told = project.tarmim("run", "--input", articles, expect=1).stderr
    assert "No space left on device" in told
    assert project.current().id == old.id
    assert project.current().bytes_by_path() == content
    assert project.tarmim("stats").stdout
    ballast.unlink()
    assert_same_bytes(project.build("--input", articles), reference)
    assert_builds_are_whole(project)


@pytest.mark.parametrize("nearly_full", FREE, indirect=True)
def test_a_full_disk_is_told_with_the_file_that_did_not_fit(nearly_full, many):
    project, _ = nearly_full
    told = project.tarmim("run", "--input", many[0], expect=1).stderr
    assert "No space left on device" in told
    assert "output/" in told, f"no file is named: {told}"


@pytest.mark.parametrize("nearly_full", FREE, indirect=True)
def test_a_run_that_failed_gives_back_the_room_that_it_took(nearly_full, many):
    """Otherwise readers and other programs stay without room until the next run that succeeds."""
    project, _ = nearly_full
    before = room(project.output)
    project.tarmim("run", "--input", many[0], expect=1)
    assert room(project.output) >= before - 4 * 4096


def limit_file_size(size):
    """For a child process: no file may grow beyond so many bytes; writing more is an error, as on a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [0, 5_000, 30_000, 100_000])
def test_a_file_that_cannot_be_written_to_its_end_leaves_the_old_build(tmp_path, many, size):
    """What a full disk does, also where no file system may be mounted."""
    project = Project(tmp_path / "project")
    articles, reference = many
    old = project.build()
    content = old.bytes_by_path()
    limits = {"preexec_fn": limit_file_size(size), "restore_signals": False}
    command = [PROGRAM, "run", "--input", articles]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False, **limits)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert "File too large" in done.stderr
    assert project.current().id == old.id and project.current().bytes_by_path() == content
    assert_same_bytes(project.build("--input", articles), reference)
    assert_builds_are_whole(project)


def test_a_cache_that_cannot_be_written_is_told_with_its_file(tmp_path):
    project = Project(tmp_path / "project")
    old = project.build()
    shutil.rmtree(project.output / ".cache")
    (project.output / ".cache").write_bytes(b"")
    project.write("added.txt", text(1))
    assert "output/.cache" in project.tarmim("run", expect=1).stderr
    assert project.current().id == old.id
