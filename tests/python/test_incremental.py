"""Rebuilds process what has changed and nothing else, as `plan` predicts; the result is byte-identical to a full build."""

import fcntl
import json
import random
import shutil
import subprocess

import pytest

from conftest import PROGRAM
from rebuilds import (
    ARCHIVE,
    ARTICLES,
    METADATA,
    OWN_VOCABULARY,
    RECORDS,
    assert_only_later_stages_took_time,
    assert_redone_from,
    assert_run_did_what_was_planned,
    assert_same_bytes,
    delete,
    edit,
    full_build,
    planned,
    rebuild,
    redone,
    text,
    write_archive,
    write_metadata,
    write_records,
)


def rename(path, to):
    def change(project):
        (project.input / to).parent.mkdir(parents=True, exist_ok=True)
        (project.input / path).rename(project.input / to)

    return change


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
    # The number of threads varies with the case, so that it differs between full and incremental builds too.
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
def test_copies_follow_their_original_without_being_redone(mixed, tmp_path, change, policy, expected):
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


# Changed settings: every declared one is tried in test_settings.py


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


def test_a_vocabulary_on_the_command_line_counts_like_one_in_the_configuration(mixed, tmp_path):
    plan = planned(mixed, "--vocabulary", "own.csv")
    build = mixed.build("--vocabulary", "own.csv")
    assert_run_did_what_was_planned(build, plan)
    assert_redone_from(build, plan, "tag changed: vocabulary")
    assert_same_bytes(build, full_build(mixed, tmp_path / "full", "--vocabulary", "own.csv"))


@pytest.fixture(scope="module")
def other_model(mixed_template, tmp_path_factory):
    """A small model, trained on the project's text as the shipped model repairs it."""
    folder = tmp_path_factory.mktemp("model")
    (folder / "corpus").mkdir()
    rows = mixed_template.current().sentences_by_path().values()
    articles = [json.dumps({"text": " ".join(row["text"] + "." for row in article)}, ensure_ascii=False) for article in rows]
    (folder / "corpus" / "articles.jsonl").write_text("\n".join(articles * 6) + "\n", encoding="utf-8")
    arguments = ["--corpus", folder / "corpus", "--model", folder / "m.model", "--checkpoints", folder / "checkpoints"]
    subprocess.run([PROGRAM, "train", *arguments], check=True, capture_output=True)
    return folder / "m.model"


def test_another_model_redoes_repair_and_later_stages(mixed, other_model, tmp_path):
    mixed.configure("repair", "model", json.dumps(str(other_model)))
    build, plan = rebuild(mixed, tmp_path / "full")
    assert_redone_from(build, plan, "repair changed: model")


def test_the_shipped_model_as_a_file_redoes_nothing(mixed):
    """A model is identified by its content, not by its path."""
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


def test_all_changed_keys_of_a_stage_are_named(mixed, tmp_path):
    mixed.configure("tag", "nested", "true")
    mixed.configure("tag", "vocabularies", '["own.csv"]')
    build, plan = rebuild(mixed, tmp_path / "full")
    assert_redone_from(build, plan, "tag changed: configuration, vocabulary")


def test_a_setting_changed_back_redoes_its_stage(mixed, tmp_path):
    """Only the last run's results are cached. The older build is deleted, or it would be published again as it is."""
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
def test_after_any_chain_of_changes_a_build_is_identical_to_a_full_build(mixed, tmp_path, seed):
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


# Counts on which plan and run agree


def test_plan_and_run_agree_on_a_repeated_key(mixed, tmp_path):
    """The second record of a key is rejected; it must not show as an article that changes in every run."""
    write_records(mixed, [*RECORDS, RECORDS[0] | {"text": text(121)}])
    rebuild(mixed, tmp_path / "full")


@pytest.mark.parametrize("content", [b"", b" \n ", b"\xff\xfe\x00"], ids=["empty", "white-space", "no-encoding"])
def test_plan_and_run_agree_on_a_file_without_text(mixed, tmp_path, content):
    """It is rejected each time; it must not show as a new article in every run."""
    mixed.write("politics/no-text.txt", content)
    rebuild(mixed, tmp_path / "full")


def test_a_plan_for_the_input_of_a_kept_build_redoes_nothing(mixed):
    """Going back to an earlier input only swaps the link."""
    before = mixed.current()
    edit("politics/b.txt", 102)(mixed)
    mixed.build()
    edit("politics/b.txt", 2)(mixed)
    plan = planned(mixed)
    assert plan["build_id"] == before.id
    assert plan["work"] == {"unchanged": ARTICLES} and plan["articles"] == []


def test_a_limited_run_keeps_the_cache_of_the_other_articles(mixed):
    mixed.tarmim("run", "--limit", 2)
    assert planned(mixed)["work"] == {"unchanged": ARTICLES}


def test_a_plan_is_readable_without_json(mixed):
    assert "a run would write nothing" in mixed.tarmim("plan").stdout
    edit("politics/b.txt", 102)(mixed)
    delete("sport/g.txt")(mixed)
    delete("sport/g.json")(mixed)
    shown = mixed.tarmim("plan").stdout
    for part in ("1 article   content changed", "12 articles  unchanged", "1 article gone", "politics/b.txt"):
        assert part in shown
    assert "politics/b.txt" not in mixed.tarmim("plan", "--list", 0).stdout


def test_a_plan_before_the_first_build_lists_every_article_as_new(empty_project):
    empty_project.write("a.txt", text(1))
    plan = planned(empty_project)
    assert (plan["current"], plan["work"], plan["up_to_date"]) == (None, {"new": 1}, False)
    assert not empty_project.output.exists()


def test_plan_does_not_need_the_lock(mixed):
    edit("politics/b.txt", 102)(mixed)
    with open(mixed.output / ".lock", "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert planned(mixed)["work"] == {"content changed": 1, "unchanged": ARTICLES - 1}
