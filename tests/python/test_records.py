"""Records with fields: how fields are mapped, that the others are kept, and how a record is identified."""

import datetime
import json
import random
import re

import pytest

from conftest import Project, assert_sentences_are_the_source, scrambled, snapshot
from sources import (
    GOOD,
    article_id,
    assert_all_inputs_are_counted,
    by_path,
    by_record,
    extra,
    jsonl,
    parquet,
    raw_text,
    rejects,
    rows,
    sentences_of,
    words,
    zipped,
)

# Fields


def test_field_names_can_be_configured(empty_project):
    names = {
        "text": '["المتن", "full text"]',
        "title": '["العنوان"]',
        "published": '["يوم النشر"]',
        "section": '["Rubrik/Ressort"]',
        "byline": '["بقلم"]',
        "id": '["№"]',
    }
    for key, value in names.items():
        empty_project.configure("fields", key, value)
    record = {"№": "12/3", "Full Text ": words(1), "العنوان": words("t", 5), "rubrik/ressort": "ثقافة", "بقلم": "نادر"}
    record |= {"يوم النشر": "17/3/2016"}
    # A name that is no longer configured is a field like any other.
    record |= {"text": "نص", "title": "عنوان", "url": "https://example.com/1"}
    empty_project.write("a.jsonl", jsonl([record]))
    empty_project.write("a.csv", rows([record]))
    empty_project.write("a.parquet", parquet([record]))
    build = empty_project.build()
    assert rejects(build) == []
    assert len(by_path(build)) == 3
    for row in by_path(build).values():
        assert raw_text(build, row) == f"{record['العنوان']} {words(1)}"
        assert (row["record"], row["title"], row["section"], row["byline"]) == ("12/3", record["العنوان"], "ثقافة", "نادر")
        assert row["published"] == datetime.date(2016, 3, 17)
        assert extra(row) == {"text": "نص", "title": "عنوان", "url": "https://example.com/1"}


def test_the_first_name_with_a_value_is_used_and_the_others_are_kept(empty_project):
    record = {"text": " ", "body": "", "content": words(1), "article": words(2), "Title": None, "HEADLINE": words("t", 5)}
    empty_project.write("a.jsonl", jsonl([record]))
    build = empty_project.build()
    (article,) = build.rows("articles")
    assert raw_text(build, article) == f"{record['HEADLINE']} {words(1)}"
    assert extra(article)["article"] == words(2)


def test_every_other_field_is_kept_as_it_is_in_its_order(empty_project):
    record = {
        "z": "  نص\nله سطور ",
        "text": words(1),
        "عدد": 12,
        "long": 12345678901234567890,
        "share": 0.1,
        "yes": True,
        "tags": ["محلي", "سياسة"],
        "place": {"b": 1, "a": [None]},
        "a": "<b>&amp;",
        "none": None,
        "empty": "",
    }
    empty_project.write("a.jsonl", jsonl([record]))
    (article,) = empty_project.build().rows("articles")
    kept = {name: value for name, value in record.items() if name != "text" and value not in (None, "")}
    assert list(extra(article)) == list(kept)
    for name, value in extra(article).items():
        expected = kept[name]
        assert value == expected if isinstance(expected, str) else json.loads(value) == expected, name


ENCODINGS = {
    "utf-8": ("a", "utf-8"),
    "mark": ("b", "utf-8-sig"),
    "utf-16le": ("c", "utf-16-le"),
    "utf-16be": ("d", "utf-16-be"),
    "windows-1256": ("e", "cp1256"),
}


def test_records_are_read_in_every_encoding(empty_project):
    records = [{"id": str(number), "title": words(f"t{number}", 5), "text": words(number)} for number in range(3)]
    for folder, codec in ENCODINGS.values():
        for name, content in {"a.jsonl": jsonl(records), "a.csv": rows(records), "a.tsv": rows(records, "\t")}.items():
            empty_project.write(f"{folder}/{name}", content.decode().encode(codec))
    build = empty_project.build()
    assert rejects(build) == []
    found = build.rows("articles")
    assert len(found) == len(ENCODINGS) * 9
    for row in found:
        number = int(row["record"])
        assert (row["title"], row["content_hash"]) == (records[number]["title"], found[number]["content_hash"])
    assert raw_text(build, found[0]) == f"{records[0]['title']} {records[0]['text']}"
    said = {row["source_path"][0]: row["encoding"] for row in found}
    assert said == {folder: "utf-8" if name == "mark" else name for name, (folder, _) in ENCODINGS.items()}


def test_the_size_limit_applies_to_records_not_to_files(empty_project):
    generator = random.Random(0)
    records = [{"id": str(number), "text": scrambled(generator, 20000)} for number in range(6)]
    empty_project.configure("ingest", "max_file_mib", 1)
    for name, content in {"a.jsonl": jsonl(records), "b.csv": rows(records), "c.parquet": parquet(records)}.items():
        assert name.endswith("parquet") or len(content) > 2**20
        empty_project.write(name, content)
    build = empty_project.build("--limit", 13)
    assert rejects(build) == []
    assert len(build.rows("articles")) == 13


@pytest.mark.parametrize("write", [jsonl, rows, parquet])
def test_a_record_above_the_size_limit_is_rejected(empty_project, write):
    name = {jsonl: "a.jsonl", rows: "a.csv", parquet: "a.parquet"}[write]
    large = " ".join([words(1, 1000)] * 250)
    assert len(large.encode()) > 2**20
    empty_project.configure("ingest", "max_file_mib", 1)
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    empty_project.write(name, write([GOOD[0], {"id": "large", "text": large}, GOOD[1]]))
    build = empty_project.build()
    assert [(path, code) for path, _, code in rejects(build)] == [(name, "too_large")]
    assert list(by_record(build)) == [record["id"] for record in GOOD[:2]]


# Records and their ids


def test_records_are_identified_by_their_key(empty_project):
    records = {f"k{number}": words(number) for number in range(6)}
    empty_project.write("a.jsonl", jsonl({"id": key, "text": text} for key, text in records.items()))
    before = {row["record"]: row["article_id"] for row in empty_project.build().rows("articles")}
    assert before == {key: article_id("a.jsonl", key) for key in records}
    # Others come and go, the order changes, a text is edited.
    changed = {"new": words("new"), "k5": records["k5"], "k1": words("edited"), "k0": records["k0"]}
    empty_project.write("a.jsonl", jsonl({"id": key, "text": text} for key, text in changed.items()))
    build = empty_project.build()
    after = {row["record"]: row["article_id"] for row in build.rows("articles")}
    assert after == {key: article_id("a.jsonl", key) for key in changed}
    assert list(after) == list(changed), "in the order of the file"
    assert raw_text(build, by_record(build)["k1"]) == words("edited")


def test_records_without_a_key_keep_their_ids_when_others_come_and_go(empty_project):
    texts = [words(number) for number in range(5)]
    empty_project.write("a.csv", rows([{"text": text} for text in texts]))
    first = empty_project.build()
    before = {raw_text(first, row): row["article_id"] for row in first.rows("articles")}
    assert set(before) == set(texts)
    empty_project.write("a.csv", rows([{"text": text} for text in [words("new"), *texts[1:]]]))
    second = empty_project.build()
    after = {raw_text(second, row): row["article_id"] for row in second.rows("articles")}
    assert {text: after[text] for text in texts[1:]} == {text: before[text] for text in texts[1:]}
    assert after[words("new")] not in before.values()


def test_the_same_text_twice_is_two_articles(empty_project):
    empty_project.write("a.jsonl", jsonl([{"text": words(1)}, {"text": words(2)}, {"text": words(1)}]))
    build = empty_project.build()
    assert rejects(build) == []
    first, _, third = build.rows("articles")
    assert first["article_id"] != third["article_id"]
    assert raw_text(build, first) == raw_text(build, third) == words(1)
    assert third["duplicate_of"] == first["article_id"]


def test_a_key_is_that_of_its_file(empty_project):
    records = [{"id": "k", "text": words(1)}, {"id": "other", "text": words(2)}]
    empty_project.write("a.jsonl", jsonl(records))
    empty_project.write("b.jsonl", jsonl(records[:1]))
    assert "warning" not in empty_project.tarmim("run").stderr
    build = empty_project.current()
    found = {(row["source_path"], row["record"]): raw_text(build, row) for row in build.rows("articles")}
    assert found == {("a.jsonl", "k"): words(1), ("a.jsonl", "other"): words(2), ("b.jsonl", "k"): words(1)}
    assert_all_inputs_are_counted(build)


# Titles


def test_a_title_is_the_first_row(empty_project):
    title = words("title", 6)
    cases = {"apart": words(1), "repeated": f"{title}\n\n{words(2)}", "runs-on": f"{title} {words(3)}"}
    empty_project.write("a.jsonl", jsonl({"id": key, "title": title, "text": text} for key, text in cases.items()))
    build = empty_project.build()
    for key, article in by_record(build).items():
        sentences = sentences_of(build, article)
        decoded = f"{title}\n\n{cases[key]}" if key == "apart" else cases[key]
        assert_sentences_are_the_source(sentences, decoded)
        assert article["title"] == title
        if key != "runs-on":
            assert (sentences[0]["kind"], sentences[0]["raw_text"]) == ("headline", title)
            assert sentences[0]["source_start"] == 0
            assert sentences[0]["source_end"] == len(title.encode())
            assert "headline" not in {row["kind"] for row in sentences[1:]}
        assert article["text"].split() == [word for row in sentences for word in row["text"].split()]


# check, explain, --limit


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """A built project: an archive with records, a text and its title, and something that is rejected."""
    project = Project(tmp_path_factory.mktemp("archived") / "project", with_seeds=False)
    members = {"news.jsonl": jsonl(GOOD) + b"{broken\n", "x.txt": words("x").encode(), "sheet.xlsx": b"PK"}
    members["x.txt.json"] = json.dumps({"title": words("tx", 5)}).encode()
    project.write("a.zip", zipped(members))
    project.write("b.txt", words("b"))
    project.write("b.txt.json", json.dumps({"title": words("tb", 5)}))
    project.configure("dataset", "max_reject_ratio", 0.9)
    project.build()
    return project


def test_check_counts_and_names_what_a_run_would_reject(archived):
    before = snapshot(archived.root)
    told = archived.tarmim("check").stdout
    assert snapshot(archived.root) == before
    assert re.search(r"\b5 articles\b", told) and re.search(r"\b2 of 7 inputs\b", told)
    for row in archived.current().rows("rejects"):
        (line,) = [line for line in told.splitlines() if row["message"] in line]
        assert row["source_path"] in line and (row["record"] or "") in line
    assert archived.current().table("rejects").num_rows == 2


def test_explain_finds_a_record_in_an_archive_by_its_ids(archived):
    build = archived.current()
    for article in build.rows("articles"):
        by_id = archived.tarmim("explain", article["article_id"])
        assert not by_id.stderr
        sentences = sentences_of(build, article)
        assert article["article_id"] in by_id.stdout and article["source_path"] in by_id.stdout
        assert all(row["raw_text"] in by_id.stdout and row["text"] in by_id.stdout for row in sentences)
        last = archived.tarmim("explain", sentences[-1]["sentence_id"]).stdout
        assert sentences[-1]["raw_text"] in last
        assert len(sentences) == 1 or sentences[0]["raw_text"] not in last


@pytest.mark.parametrize("source_path", ["a.zip!/x.txt", "b.txt"])
def test_explain_takes_a_path_and_shows_what_its_id_shows(archived, source_path):
    by_id = archived.tarmim("explain", article_id(source_path)).stdout
    title = words("tx" if "zip" in source_path else "tb", 5)
    assert f"raw: {title}" in by_id, "with the title that the sidecar gives"
    assert archived.tarmim("explain", (archived.input / source_path).relative_to(archived.root)).stdout == by_id


def test_explain_of_an_unknown_record_says_so(archived):
    for target in (article_id("a.zip!/news.jsonl", "none"), f"{article_id('a.zip!/x.txt')}:99"):
        assert target in archived.tarmim("explain", target, expect=2).stderr


def test_limit_counts_articles(empty_project):
    empty_project.write("a.jsonl", jsonl(GOOD))
    empty_project.write("b.zip", zipped({f"{number}.txt": words(number).encode() for number in range(4)}))
    everything = [(row["source_path"], row["record"]) for row in empty_project.build().rows("articles")]
    assert len(everything) == 7
    for limit in (1, 2, 3, 5, 7, 9):
        rows_of_limit = empty_project.build("--limit", limit).rows("articles")
        assert [(row["source_path"], row["record"]) for row in rows_of_limit] == everything[:limit]
