"""What people have: articles in files of every format, compressed, in archives; records with fields; metadata beside them.

The referee writes all of it with the tools that people use (gzip, lzma, zipfile, tarfile, csv, json, pyarrow) and works
out ids, texts and days by itself.
"""

import csv
import datetime
import decimal
import gzip
import io
import json
import lzma
import os
import random
import re
import shutil
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path

import blake3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import (
    Project,
    assert_builds_are_whole,
    assert_sentences_are_the_source,
    scrambled,
    snapshot,
    unified,
    wait_until,
)


def words(seed, count=60):
    """Text that no other seed gives."""
    return scrambled(random.Random(seed), count)


# Writing what people have


def jsonl(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def rows(records, delimiter=","):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(records[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue().encode()


def parquet(table, **options):
    out = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.Table.from_pylist(table), out, **options)
    return out.getvalue()


def zstd(content):
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(content)
    return out.getvalue().to_pybytes()


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


GOOD = [{"id": f"g{number}", "text": words(f"good {number}")} for number in range(3)]


# Reading what came of it


def by_path(build):
    return {row["source_path"]: row for row in build.rows("articles")}


def by_record(build):
    found = {row["record"]: row for row in build.rows("articles")}
    assert len(found) == build.table("articles").num_rows
    return found


def sentences_of(build, article):
    found = [row for row in build.rows("sentences") if row["article_id"] == article["article_id"]]
    return sorted(found, key=lambda row: row["sentence_index"])


def raw_text(build, article):
    return " ".join(row["raw_text"] for row in sentences_of(build, article))


def extra(article):
    return {field["name"]: field["value"] for field in article["extra"]}


def rejects(build):
    """Where each reject stands and what it is."""
    return sorted((row["source_path"], row["record"] or "", row["code"]) for row in build.rows("rejects"))


def article_id(source_path, record=None):
    return blake3.blake3(f"{source_path}\0{record or ''}".encode()).hexdigest()[:16]


def counts(build):
    return json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))["counts"]


def assert_all_inputs_are_counted(build):
    found = counts(build)
    assert found["inputs"] == found["articles"] + found["rejects"] + found["dropped"]
    assert found["articles"] == build.table("articles").num_rows
    assert found["rejects"] == build.table("rejects").num_rows


# Formats and what is around them

PARAGRAPHS = [words(f"paragraph {number}", 45) for number in range(4)]
BODY = "\n\n".join(PARAGRAPHS)
ARTICLE = {"title": words("title", 7), "date": "2016-03-07", "section": "اقتصاد", "byline": "سلمى الحداد"}
RECORD = {"id": "a-1", **ARTICLE, "text": BODY}


def page(body, title="", byline="", published="", section="", charset="utf-8", around=""):
    metadata = {"og:title": title, "article:published_time": published, "article:section": section}
    tags = "".join(f'<meta property="{name}" content="{value}">' for name, value in metadata.items() if value)
    tags += f'<meta name="author" content="{byline}">' if byline else ""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return (
        f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="{charset}"><title>{title}</title>{tags}</head>'
        f"<body>{around}<article><h1>{title}</h1>{text}</article></body></html>"
    ).encode("cp1256" if charset == "windows-1256" else charset)


# The article in each format: the files that say it, the article's own first.
FORMATS = {
    "txt": {"x.txt": BODY.encode(), "x.txt.json": json.dumps(ARTICLE).encode()},
    "html": {"x.html": page(PARAGRAPHS, ARTICLE["title"], ARTICLE["byline"], ARTICLE["date"], ARTICLE["section"])},
    "jsonl": {"x.jsonl": jsonl([RECORD])},
    "csv": {"x.csv": rows([RECORD])},
    "tsv": {"x.tsv": rows([RECORD], "\t")},
    "parquet": {"x.parquet": parquet([RECORD])},
}
COMPRESSIONS = {".gz": gzip.compress, ".zst": zstd, ".xz": lzma.compress}
ARCHIVES = {
    "a.zip": zipped,
    "stored.zip": lambda members: zipped(members, zipfile.ZIP_STORED),
    "a.tar": tarred,
    "a.tar.gz": lambda members: gzip.compress(tarred(members)),
    "a.tgz": lambda members: gzip.compress(tarred(members)),
    "a.tar.zst": lambda members: zstd(tarred(members)),
    "a.tar.xz": lambda members: lzma.compress(tarred(members)),
}


def every_container(members):
    """The files that hold the members in every way, by path, and the path of the first member in each."""
    (first, content), *beside = members.items()
    yield members, first
    for ending, compress in COMPRESSIONS.items():
        yield {first + ending: compress(content), **dict(beside)}, first + ending
    for name, archive in ARCHIVES.items():
        yield {name: archive(members)}, f"{name}!/{first}"
    folder = {f"2016/{name}": content for name, content in members.items()}
    nested = gzip.compress(tarred({"b/inner.zip": zipped(folder)}))
    yield {"outer.tar.gz": nested}, f"outer.tar.gz!/b/inner.zip!/2016/{first}"
    yield {"outer.zip": zipped({first + ".gz": gzip.compress(content), **dict(beside)})}, f"outer.zip!/{first}.gz"


def test_the_same_article_in_every_format_and_container_is_the_same_article(empty_project):
    expected = {}
    for format_name, members in FORMATS.items():
        for number, (files, inner) in enumerate(every_container(members)):
            folder = f"{format_name}/{number:02}"
            for name, content in files.items():
                empty_project.write(f"{folder}/{name}", content)
            expected[f"{folder}/{inner}"] = None if format_name in ("txt", "html") else RECORD["id"]
    build = empty_project.build()
    assert rejects(build) == []
    found = by_path(build)
    assert {path: row["record"] for path, row in found.items()} == expected
    assert {path: row["article_id"] for path, row in found.items()} == {p: article_id(p, r) for p, r in expected.items()}
    given = ("title", "section", "published", "byline")
    same = (*given, "content_hash", "text", "encoding", "damage", "keywords", "keyphrases")
    first = next(iter(found.values()))
    for path, row in found.items():
        assert {name: row[name] for name in same} == {name: first[name] for name in same}, path
        assert row["extra"] == [], path
    assert first["title"] == ARTICLE["title"]
    assert first["byline"] == ARTICLE["byline"]
    assert first["section"] == ARTICLE["section"]
    assert first["published"] == datetime.date(2016, 3, 7)
    places = ("kind", "raw_text", "text", "source_start", "source_end", "repairs")
    of_first, *others = build.sentences_by_path().values()
    for sentences in others:
        assert [[row[name] for name in places] for row in sentences] == [[row[name] for name in places] for row in of_first]
    assert_sentences_are_the_source(of_first, f"{ARTICLE['title']}\n\n{BODY}")


def test_packing_an_archive_anew_keeps_the_ids(empty_project):
    """An id hangs on names, not on the order of members or on how they are compressed."""
    members = {f"{name}.txt": words(name).encode() for name in "abc"}
    empty_project.write("a.zip", zipped(members))
    before = {path: row["article_id"] for path, row in by_path(empty_project.build()).items()}
    again = {"new.txt": words("new").encode(), **dict(reversed(members.items()))}
    empty_project.write("a.zip", zipped(again, zipfile.ZIP_STORED))
    after = {path: row["article_id"] for path, row in by_path(empty_project.build()).items()}
    assert len(before) == 3
    assert after == {**before, "a.zip!/new.txt": article_id("a.zip!/new.txt")}


def test_endings_count_whatever_their_case_and_names_may_be_arabic(empty_project):
    empty_project.write("A.TXT", words(1))
    empty_project.write("أخبار.JSONL.GZ", gzip.compress(jsonl([{"text": words(2)}])))
    empty_project.write("أرشيف.ZIP", zipped({"رياضة/مقال.Txt": words(3).encode()}))
    assert sorted(by_path(empty_project.build())) == ["A.TXT", "أخبار.JSONL.GZ", "أرشيف.ZIP!/رياضة/مقال.Txt"]


def open_for_writing(pid):
    """Paths of the regular files that a process may write to."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            path = os.readlink(descriptor)
            flags = re.search(r"flags:\s*(\d+)", Path(f"/proc/{pid}/fdinfo/{descriptor.name}").read_text(encoding="ascii"))
        except OSError:  # closed meanwhile
            continue
        if path.startswith("/") and not path.startswith("/dev/") and int(flags[1], 8) & os.O_ACCMODE != os.O_RDONLY:
            found.add(path)
    return found


def test_nothing_is_unpacked_to_disk(empty_project, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    members = {f"member-{number:03}.txt": words(number).encode() for number in range(400)}
    table = {"member.parquet": parquet([{"id": n, "text": words(f"row {n}")} for n in range(200)])}
    empty_project.write("a.tar.gz", gzip.compress(tarred({"member.zip": zipped(members), **table})))
    ours = snapshot(empty_project.root)
    process = empty_project.start("run", "--quiet")
    written, looks = set(), 0
    while process.poll() is None:
        try:
            written |= open_for_writing(process.pid)
        except OSError:  # it has just ended
            break
        looks += bool(written)
        assert list(temporary.iterdir()) == []
        time.sleep(0.002)
    assert process.wait() == 0, process.communicate()
    assert looks > 5, "the run was watched while it wrote"
    assert all(path.startswith(f"{empty_project.output}/") for path in written), written
    after = snapshot(empty_project.root)
    kept = {path: state for path, state in after.items() if not path.startswith(str(empty_project.output))}
    of_root = {str(empty_project.root): None}  # the output folder was made in it
    assert kept | of_root == ours | of_root
    assert not [path for path in {*written, *after} if "member" in path]
    assert empty_project.current().table("articles").num_rows == 600


# Parquet


def typed_table():
    moment = datetime.datetime(2016, 3, 7, 22, 30, 15)
    return pa.table(
        {
            "id": pa.array([7, 8, 9], pa.int32()),
            "text": pa.array([[words(7, 30), words(77, 30)], [words(8)], [words(9)]], pa.list_(pa.string())),
            "published": pa.array([moment.date(), None, datetime.date(1999, 12, 31)], pa.date32()),
            "authors": pa.array([["هند العلي", "مازن قاسم"], ["نادر سليم"], None], pa.list_(pa.string())),
            "category": pa.array(["رياضة", "اقتصاد", "رياضة"]).dictionary_encode(),
            "seen": pa.array([moment, None, None], pa.timestamp("ms")),
            "place": pa.array([{"city": "عمان", "at": [31, 35]}, None, None]),
            "price": pa.array([decimal.Decimal("2.50"), None, None], pa.decimal128(9, 2)),
            "share": pa.array([0.25, None, None], pa.float64()),
            "is_front": pa.array([True, None, False]),
            "views": pa.array([2**63, None, 3], pa.uint64()),
            "nothing": pa.array([None, None, None], pa.null()),
        }
    )


def test_columns_of_every_type_are_read(empty_project):
    empty_project.write("typed.parquet", parquet(typed_table()))
    empty_project.write("a.zip", zipped({"typed.parquet": parquet(typed_table())}))
    build = empty_project.build()
    assert rejects(build) == []
    for path in ("typed.parquet", "a.zip!/typed.parquet"):
        found = {row["record"]: row for row in build.rows("articles") if row["source_path"] == path}
        assert list(found) == ["7", "8", "9"]
        assert raw_text(build, found["7"]) == f"{words(7, 30)} {words(77, 30)}"
        assert found["7"]["published"] == datetime.date(2016, 3, 7)
        assert found["8"]["published"] is None
        assert found["9"]["published"] == datetime.date(1999, 12, 31)
        assert [row["byline"] for row in found.values()] == ["هند العلي، مازن قاسم", "نادر سليم", None]
        assert [row["section"] for row in found.values()] == ["رياضة", "اقتصاد", "رياضة"]
        others = extra(found["7"])
        assert list(others) == ["seen", "place", "price", "share", "is_front", "views"]
        assert re.match(r"2016-03-07[ T]22:30:15", others["seen"])
        assert json.loads(others["place"]) == {"city": "عمان", "at": [31, 35]}
        assert (others["price"], others["share"]) == ("2.50", "0.25")
        assert (others["is_front"], others["views"]) == ("true", str(2**63))
        assert extra(found["8"]) == {}, "what is null is left out"
        assert extra(found["9"]) == {"is_front": "false", "views": "3"}


def test_a_time_of_publication_gives_its_day(empty_project):
    moment = datetime.datetime(2016, 3, 7, 22, 30)
    for unit in ("ms", "us", "ns"):
        table = pa.table({"text": [words(unit)], "date": pa.array([moment], pa.timestamp(unit))})
        empty_project.write(f"{unit}.parquet", parquet(table))
    days = {path: row["published"] for path, row in by_path(empty_project.build()).items()}
    assert days == {f"{unit}.parquet": datetime.date(2016, 3, 7) for unit in ("ms", "ns", "us")}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Dubai"])
def test_times_with_a_zone_are_read(empty_project, zone):
    """Spark writes all times so, pandas those that know their zone. Noon is the same day everywhere between."""
    noon = pa.array([datetime.datetime(2016, 3, 7, 12)], pa.timestamp("us", zone))
    empty_project.write("a.parquet", parquet(pa.table({"text": [words(1)], "date": noon, "seen": noon})))
    (article,) = empty_project.build().rows("articles")
    assert article["published"] == datetime.date(2016, 3, 7)
    assert extra(article)["seen"].startswith("2016-03-07")


def test_text_that_is_marked_as_bytes_is_text(empty_project):
    """Old writers do not say that their strings are strings. Escapes such as b"\\xd8" are no article."""
    record = {"id": "k", "text": words(1), "title": words("t", 5), "place": "عمان"}
    empty_project.write("a.parquet", parquet([{name: value.encode() for name, value in record.items()}]))
    (article,) = empty_project.build().rows("articles")
    assert (article["record"], article["title"]) == ("k", words("t", 5))
    assert extra(article) == {"place": "عمان"}
    assert article["token_count"] == 65


def test_row_groups_follow_each_other(empty_project):
    records = [{"id": f"r{number}", "text": words(number, 20)} for number in range(23)]
    expected = {record["id"]: record["text"] for record in records}
    for name, size in (("one", 23), ("many", 4)):
        for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
            content = parquet(records, row_group_size=size, compression=codec)
            empty_project.write(f"{name}-{codec}.parquet", content)
    empty_project.write("a.tar", tarred({"many.parquet": parquet(records, row_group_size=4)}))
    build = empty_project.build()
    assert rejects(build) == []
    texts = {}
    for path, sentences in build.sentences_by_path().items():
        for row in sorted(sentences, key=lambda row: (row["article_index"], row["sentence_index"])):
            texts.setdefault(path, {}).setdefault(row["article_id"], []).append(row["raw_text"])
    assert len(texts) == 13
    for path, found in texts.items():
        by_id = {article_id(path, record): text for record, text in expected.items()}
        assert {key: " ".join(parts) for key, parts in found.items()} == by_id
        assert list(found) == list(by_id), "in the order of the rows"


# Fields


def test_fields_may_have_any_names(empty_project):
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
    record |= {"يوم النشر": "7/3/2016"}
    # What is no name any more is a field like others.
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
        assert row["published"] == datetime.date(2016, 3, 7)
        assert extra(row) == {"text": "نص", "title": "عنوان", "url": "https://example.com/1"}


def test_the_first_name_that_holds_something_counts_and_the_others_are_kept(empty_project):
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


def test_the_largest_size_is_that_of_a_record_not_of_a_file(empty_project):
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
def test_a_record_above_the_largest_size_is_rejected(empty_project, write):
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


def test_records_are_known_by_the_key_that_they_bring(empty_project):
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


def test_the_second_record_of_a_key_is_rejected(empty_project):
    records = [{"id": "k", "text": words(1)}, {"id": "other", "text": words(2)}, {"id": "k", "text": words(3)}]
    empty_project.write("a.jsonl", jsonl(records))
    empty_project.write("b.jsonl", jsonl(records[:1]))
    empty_project.configure("dataset", "max_reject_ratio", 0.5)
    build = empty_project.build()
    assert rejects(build) == [("a.jsonl", "k", "duplicate_key")], "in another file the key is another record's"
    (reject,) = build.rows("rejects")
    assert reject["byte_offset"] == len(jsonl(records[:2]))
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


# Sidecars


def test_metadata_beside_texts_are_joined(empty_project):
    texts = {name: words(name) for name in ("a.txt", "sport/b.txt", "c.txt.gz", "d.html", "e.txt")}
    for name, text in texts.items():
        content = page([text, words("more")]) if name == "d.html" else text.encode()
        empty_project.write(name, gzip.compress(content) if name.endswith(".gz") else content)
    table = [
        {"path": "a.txt", "title": words("ta", 5), "date": "2001-01-01", "desk": "A"},
        {"path": "sport/b.txt", "title": words("tb", 5), "date": "2001-01-02", "desk": "B"},
        {"path": "c.txt", "title": words("tc", 5), "date": "2001-01-03", "desk": "C"},
    ]
    empty_project.write("metadata.csv", rows(table))
    empty_project.write("d.json", json.dumps({"author": "هند", "id": 4}))
    empty_project.write("e.txt.json", json.dumps({"section": "ثقافة", "tags": ["x"]}))
    build = empty_project.build()
    assert rejects(build) == []
    found = by_path(build)
    assert set(found) == set(texts), "sidecars are no articles"
    for number, name in enumerate(("a.txt", "sport/b.txt", "c.txt.gz")):
        row, given = found[name], table[number]
        assert (row["title"], row["published"]) == (given["title"], datetime.date(2001, 1, number + 1))
        assert extra(row) == {"desk": given["desk"]}
        assert raw_text(build, row) == f"{given['title']} {texts[name]}"
        assert row["article_id"] == article_id(name)
    assert (found["d.html"]["byline"], extra(found["d.html"])) == ("هند", {"id": "4"})
    assert (found["e.txt"]["section"], extra(found["e.txt"])) == ("ثقافة", {"tags": '["x"]'})


def test_metadata_in_an_archive_are_of_its_members(empty_project):
    members = {name: words(name).encode() for name in ("one/a.txt", "one/b.txt", "two/a.txt")}
    members["one/metadata.csv"] = rows([{"file": "a.txt", "byline": "هند"}])
    members["two/a.txt.json"] = json.dumps({"byline": "مازن"}).encode()
    for name in ("a.zip", "a.tar.gz"):
        empty_project.write(name, ARCHIVES[name](members))
    empty_project.write("one/a.txt", words("outside"))
    build = empty_project.build()
    assert rejects(build) == []
    bylines = {path: row["byline"] for path, row in by_path(build).items()}
    inside = {"one/a.txt": "هند", "one/b.txt": None, "two/a.txt": "مازن"}
    assert bylines == {"one/a.txt": None} | {f"{a}!/{m}": who for a in ("a.zip", "a.tar.gz") for m, who in inside.items()}


def test_metadata_of_no_article_are_told(empty_project):
    empty_project.write("a.txt", words(1))
    empty_project.write("metadata.csv", rows([{"path": "a.txt", "byline": "هند"}, {"path": "gone.txt", "byline": "مازن"}]))
    empty_project.write("lost.txt.json", json.dumps({"byline": "نادر"}))
    members = {"b.txt": words(2).encode(), "metadata.csv": rows([{"path": "c.txt", "byline": "سلمى"}])}
    empty_project.write("z.zip", zipped(members))
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    assert rejects(build) == [
        ("lost.txt.json", "", "unmatched_metadata"),
        ("metadata.csv", "row 2", "unmatched_metadata"),
        ("z.zip!/metadata.csv", "row 1", "unmatched_metadata"),
    ]
    assert any("gone.txt" in row["message"] for row in build.rows("rejects"))
    assert by_path(build)["a.txt"]["byline"] == "هند"
    assert_all_inputs_are_counted(build)


def test_metadata_of_a_file_of_records_are_not_lost(empty_project):
    """They are joined to its records, or it is told that they are not; never silence."""
    empty_project.write("a.jsonl", jsonl([{"text": words(1)}, {"text": words(2)}]))
    empty_project.write("metadata.csv", rows([{"path": "a.jsonl", "section": "ثقافة", "licence": "CC-BY"}]))
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    joined = all(row["section"] == "ثقافة" and extra(row) == {"licence": "CC-BY"} for row in build.rows("articles"))
    assert joined or rejects(build) == [("metadata.csv", "row 1", "unmatched_metadata")]


def test_an_edited_sidecar_is_another_input(empty_project):
    empty_project.write("a.txt", words(1))
    sidecar = empty_project.write("a.txt.json", json.dumps({"byline": "هند"}))
    first = empty_project.build()
    sidecar.write_text(json.dumps({"byline": "مازن"}), encoding="utf-8")
    second = empty_project.build()
    assert first.id != second.id
    assert by_path(second)["a.txt"]["byline"] == "مازن"


# Days

DAYS = {
    "2016-03-07": (2016, 3, 7),
    "2016-03-07T23:30:00+04:00": (2016, 3, 7),
    "07/03/2016": (2016, 3, 7),
    "٧/٣/٢٠١٦": (2016, 3, 7),
    "الاثنين 7 مارس 2016": (2016, 3, 7),  # Egypt and the Gulf
    "7 آذار 2016": (2016, 3, 7),  # the Levant and Iraq
    "15 كانون الأول 2014": (2014, 12, 15),
    "20 غشت 1953": (1953, 8, 20),  # Morocco
    "1 رمضان 1445": (2024, 3, 11),
    "1/1/1446هـ": (2024, 7, 7),
    "السبت 27/5/1437هـ - الموافق 7/3/2016م": (2016, 3, 7),
}
NO_DAYS = ["أمس", "مارس 2016", "07/03/16", "31/02/2016", "7 مارس 2016 أو 8 مارس 2016"]


def test_days_are_read_as_newspapers_write_them(empty_project):
    records = [{"id": written, "text": words(written), "published": written} for written in [*DAYS, *NO_DAYS]]
    empty_project.write("a.jsonl", jsonl(records))
    found = by_record(empty_project.build())
    assert {w: found[w]["published"] for w in DAYS} == {w: datetime.date(*day) for w, day in DAYS.items()}
    assert all(found[written]["extra"] == [] for written in DAYS)
    for written in NO_DAYS:
        assert found[written]["published"] is None, written
        assert extra(found[written]) == {"published": written}, "what cannot be read is kept"


def test_an_unreadable_day_is_kept_even_where_the_path_tells_one(empty_project):
    empty_project.configure("ingest", "path_pattern", '"{date}/*"')
    empty_project.write("2016-03-07/a.jsonl", jsonl([{"text": words(1), "date": "صباح أمس"}]))
    (article,) = empty_project.build().rows("articles")
    assert article["published"] == datetime.date(2016, 3, 7)
    assert "صباح أمس" in extra(article).values()


# Paths


def test_a_path_tells_section_and_day(empty_project):
    empty_project.configure("ingest", "path_pattern", '"**/{date}/{section}-*"')
    empty_project.write("paper/2016-03-07/sport-1.txt", words(1))
    record = {"text": words(2), "section": "ثقافة", "date": "2015-01-01"}
    empty_project.write("paper/2016-03-07/sport-2.jsonl", jsonl([record]))
    empty_project.write("a.zip", zipped({"1 رمضان 1445/رياضة-1.txt": words(3).encode()}))
    empty_project.write("elsewhere.txt", words(4))
    empty_project.write("someday/local-1.txt", words(5))
    found = by_path(empty_project.build())
    assert {path: (row["section"], row["published"]) for path, row in found.items()} == {
        "paper/2016-03-07/sport-1.txt": ("sport", datetime.date(2016, 3, 7)),
        "paper/2016-03-07/sport-2.jsonl": ("ثقافة", datetime.date(2015, 1, 1)),
        "a.zip!/1 رمضان 1445/رياضة-1.txt": ("رياضة", datetime.date(2024, 3, 11)),
        "elsewhere.txt": (None, None),
        "someday/local-1.txt": ("local", None),
    }


def test_the_name_of_an_archive_is_no_section(empty_project):
    members = {"a.txt": words(1).encode(), "sport/b.txt": words(2).encode(), "c.jsonl": jsonl([{"text": words(3)}])}
    empty_project.write("2016.zip", zipped(members))
    empty_project.write("local/2017.tar.gz", gzip.compress(tarred(members)))
    sections = {path: row["section"] for path, row in by_path(empty_project.build()).items()}
    assert sections["2016.zip!/sport/b.txt"] == sections["local/2017.tar.gz!/sport/b.txt"] == "sport"
    assert not [path for path, section in sections.items() if section and section.endswith("!")]


@pytest.mark.parametrize("pattern", ["{day}/*", "{section}/{section}/*"])
def test_a_faulty_path_pattern_is_a_fault_with_its_line(empty_project, pattern):
    line = empty_project.configure("ingest", "path_pattern", f'"{pattern}"')
    empty_project.write("a.txt", words(1))
    told = empty_project.tarmim("check", expect=2).stderr
    assert "path_pattern" in told and str(line) in told


# Pages

AROUND = (
    '<nav class="menu"><ul><li><a href="/">الرئيسيه</a></li><li><a href="/s">الاقسام</a></li></ul></nav>'
    '<div id="cookie-banner" class="cookie-consent"><p>نستخدم ملفات الارتباط لتحسين تجربتك في الموقع</p></div>'
    "<script>var كود = 1;</script><style>p { color: red }</style>"
    '<aside class="related"><h3>اقرا ايضا</h3><ul><li><a href="/n/1">خبر اخر من الموقع</a></li></ul></aside>'
    '<footer class="footer"><p>جميع الحقوق محفوظه</p></footer>'
)


@pytest.mark.parametrize("charset", ["utf-8", "windows-1256"])
def test_of_a_page_the_article_remains(empty_project, charset):
    title = ARTICLE["title"]
    empty_project.write("a.html", page(PARAGRAPHS, title, "هند", "7 آذار 2016", "محليات", charset, AROUND))
    build = empty_project.build()
    (article,) = build.rows("articles")
    assert raw_text(build, article).split() == unified(f"{title} {BODY}")
    assert (article["title"], article["byline"], article["section"]) == (title, "هند", "محليات")
    assert article["published"] == datetime.date(2016, 3, 7)
    assert article["encoding"] == charset


def test_pages_give_the_text_that_a_person_took_out_of_them(empty_project):
    folder = Path(__file__).resolve().parents[1] / "data" / "pages"
    pages = sorted(folder.glob("*.html"))
    empty_project.write("pages.zip", zipped({path.name: path.read_bytes() for path in pages}))
    build = empty_project.build()
    found = {path: " ".join(row["raw_text"] for row in rows) for path, rows in build.sentences_by_path().items()}
    assert len(found) == len(pages)
    for path in pages:
        expected = unified(path.with_suffix(".txt").read_text(encoding="utf-8"))
        assert found[f"pages.zip!/{path.name}"].split()[-len(expected) :] == expected, path.name


def test_a_page_without_an_article_is_rejected(empty_project):
    empty_project.write("menu.html", "<html><body><nav><a href='/'>الرئيسيه</a></nav></body></html>")
    empty_project.write("a.txt", words(1))
    empty_project.configure("dataset", "max_reject_ratio", 0.5)
    assert rejects(empty_project.build()) == [("menu.html", "", "empty")]


# Rejects

def with_bad_line(line):
    """Two good records with a bad line between, and where that begins."""
    before = jsonl(GOOD[:1])
    return before + line + b"\n" + jsonl(GOOD[1:2]), len(before)


def with_bad_row(line):
    header, first, second = rows(GOOD[:2]).splitlines(keepends=True)
    return header + first + line + b"\r\n" + second, len(header + first)


def encrypted_zip(folder):
    """An archive with an encrypted member and one that is not."""
    if not shutil.which("zip"):
        pytest.skip("not run: zip is not installed")
    (folder / "secret.txt").write_text(words("secret"), encoding="utf-8")
    subprocess.run(["zip", "-q", "-P", "password", "locked.zip", "secret.txt"], cwd=folder, check=True)
    with zipfile.ZipFile(folder / "locked.zip", "a") as archive:
        archive.writestr("open.txt", words("open"))
    return (folder / "locked.zip").read_bytes()


def reject_of(project, name, content, good):
    """The only reject of a file, after the articles that stand in it were found beside it."""
    project.write("beside.txt", words("beside"))
    project.write(name, content)
    project.configure("dataset", "max_reject_ratio", 0.9)
    build = project.build()
    assert_all_inputs_are_counted(build)
    texts = {raw_text(build, row) for row in build.rows("articles")}
    assert texts == {words("beside"), *good}
    (reject,) = build.rows("rejects")
    assert len(reject["message"]) > 10
    return reject


TEXTS = [record["text"] for record in GOOD]


ARABIC = words("damaged").encode()
BAD_LINES = {
    "cut": (b'{"text": "', "broken_record", 0),
    "list": (b"[1, 2]", "broken_record", 0),
    "surrogate": (b'{"text": "\\ud800"}', "broken_record", 0),
    "twice": (b'{"id": 1, "id": 2, "text": "x"}', "broken_record", 0),
    "no-text": (b'{"id": "k", "title": "x"}', "no_text", 0),
    "encoding": (b'{"text": "' + ARABIC + b"\xff" + ARABIC + b'"}', "broken_encoding", 10 + len(ARABIC)),
    "large": (b'{"text": "' + b"x" * 2**20 + b'"}', "too_large", 0),
}


def test_a_bad_line_is_rejected_where_it_stands(empty_project):
    empty_project.configure("ingest", "max_file_mib", 1)
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    members = {f"{name}.jsonl": with_bad_line(line)[0] for name, (line, _, _) in BAD_LINES.items()}
    empty_project.write("a.zip", zipped(members))
    build = empty_project.build()
    assert_all_inputs_are_counted(build)
    found = {row["source_path"]: (row["record"], row["code"], row["byte_offset"]) for row in build.rows("rejects")}
    offset = with_bad_line(b"")[1]
    assert found == {f"a.zip!/{name}.jsonl": ("line 2", code, offset + at) for name, (_, code, at) in BAD_LINES.items()}
    good = {(row["source_path"], row["record"]) for row in build.rows("articles")}
    assert good == {(f"a.zip!/{name}", record["id"]) for name in members for record in GOOD[:2]}


@pytest.mark.parametrize("line", [b"id,text,more", b"alone"])
def test_a_row_with_too_many_or_too_few_fields_is_rejected_where_it_stands(empty_project, line):
    content, offset = with_bad_row(line)
    reject = reject_of(empty_project, "a.csv", content, TEXTS[:2])
    assert (reject["source_path"], reject["record"], reject["code"]) == ("a.csv", "row 2", "broken_record")
    assert reject["byte_offset"] == offset


def test_a_quote_that_is_not_closed_does_not_swallow_what_stands_before(empty_project):
    header, first, second = rows(GOOD[:2]).splitlines(keepends=True)
    reject = reject_of(empty_project, "a.csv", header + first + b'g9,"open\r\n' + second, TEXTS[:1])
    assert (reject["record"], reject["code"]) == ("row 2", "broken_record")


@pytest.mark.parametrize("ending", COMPRESSIONS)
def test_a_compressed_file_that_is_cut_off_gives_what_came_before(empty_project, ending):
    generator = random.Random(0)
    records = [{"id": str(number), "text": scrambled(generator, 60)} for number in range(2000)]
    content = COMPRESSIONS[ending](jsonl(records))
    empty_project.write(f"a.jsonl{ending}", content[: len(content) // 2])
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    assert_all_inputs_are_counted(build)
    found = build.rows("articles")
    assert 100 < len(found) < 2000
    assert [row["record"] for row in found] == [record["id"] for record in records[: len(found)]]
    (reject,) = build.rows("rejects")
    assert (reject["source_path"], reject["code"]) == (f"a.jsonl{ending}", "broken_compression")


def damaged_zip(good):
    """A stored member whose bytes were changed, so that its checksum is wrong."""
    content = bytearray(zipped({"bad.txt": words("bad").encode(), **good}, zipfile.ZIP_STORED))
    content[content.index(words("bad").encode()) + 3] ^= 1
    return bytes(content)


def tar_with(good, entry, content=b""):
    """A tar archive with one more entry behind the good ones."""
    out = io.BytesIO(tarred(good))
    with tarfile.open(fileobj=out, mode="a") as archive:
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def tar_with_link(good):
    link = tarfile.TarInfo("bad.txt")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
    return tar_with(good, link)


def twice_in_tar(good):
    return tar_with(good, tarfile.TarInfo("good.txt"), words("second").encode())


# Archives with a good.txt and something that is wrong; where, and what.
CONTAINERS = {
    "unsupported.zip": (lambda good: zipped({"bad.docx": b"PK", **good}), "!/bad.docx", "unsupported"),
    "unsupported.tar": (lambda good: tarred({"bad.docx": b"PK", **good}), "!/bad.docx", "unsupported"),
    "damaged.zip": (damaged_zip, "!/bad.txt", "broken_archive"),
    "link.tar": (tar_with_link, "!/bad.txt", "link"),
    "twice.tar": (twice_in_tar, "!/good.txt", "duplicate_path"),
    "large.zip": (lambda good: zipped({"bad.txt": b" " * (3 << 20), **good}), "!/bad.txt", "too_large"),
    "large.tgz": (lambda good: gzip.compress(tarred({"bad.txt": b" " * (3 << 20), **good})), "!/bad.txt", "too_large"),
    "binary.zip": (lambda good: zipped({"bad.txt": b"\x89PNG\0\0\0", **good}), "!/bad.txt", "binary"),
    "wrapped.zip": (lambda good: zipped({"bad.tar.gz": b"no gzip", **good}), "!/bad.tar.gz", "broken_compression"),
    "table.zip": (lambda good: zipped({"bad.parquet": parquet(GOOD)[:-20], **good}), "!/bad.parquet", "broken_table"),
}


def test_what_is_wrong_in_an_archive_is_told_and_its_neighbours_are_published(empty_project):
    empty_project.configure("ingest", "max_file_mib", 1)
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    for name, (make, _, _) in CONTAINERS.items():
        empty_project.write(name, make({"good.txt": words(name).encode()}))
    build = empty_project.build()
    assert_all_inputs_are_counted(build)
    assert rejects(build) == sorted((name + inner, "", code) for name, (_, inner, code) in CONTAINERS.items())
    assert all(len(row["message"]) > 10 for row in build.rows("rejects"))
    found = {path: raw_text(build, row) for path, row in by_path(build).items()}
    assert found == {f"{name}!/good.txt": words(name) for name in CONTAINERS}


def test_an_archive_that_is_cut_off_gives_what_came_before(empty_project):
    content = tarred({"good.txt": TEXTS[0].encode(), "cut.txt": words("cut", 900).encode()})[:5000]
    for name, archive in (("a.tar", content), ("b.tar.zst", zstd(content))):
        empty_project.write(name, archive)
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    assert_all_inputs_are_counted(build)
    assert sorted(by_path(build)) == ["a.tar!/good.txt", "b.tar.zst!/good.txt"]
    assert {(path, code) for path, _, code in rejects(build)} >= {
        ("a.tar!/cut.txt", "broken_archive"),
        ("b.tar.zst!/cut.txt", "broken_archive"),
    }


def test_an_encrypted_member_is_rejected(empty_project, tmp_path):
    reject = reject_of(empty_project, "locked.zip", encrypted_zip(tmp_path), [words("open")])
    assert (reject["source_path"], reject["code"]) == ("locked.zip!/secret.txt", "encrypted")


def test_a_file_that_is_nothing_of_what_its_name_says_is_one_reject(empty_project):
    names = ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.parquet", "a.jsonl.zst"]
    for name in names:
        empty_project.write(f"empty/{name}", b"")
        empty_project.write(f"other/{name}", b"something else entirely, and no line break " * 40)
    empty_project.write("a.txt", words(1))
    empty_project.configure("dataset", "max_reject_ratio", 0.95)
    build = empty_project.build()
    expected = sorted(f"{kind}/{name}" for kind in ("empty", "other") for name in names)
    assert [path for path, _, _ in rejects(build)] == expected
    assert_all_inputs_are_counted(build)


NOTHING_IN_IT = {
    "lines.jsonl": b"",
    "blank.jsonl": b"\n\n",
    "header.csv": b"id,text\n",
    "prose.csv": b"no table at all\n",
    "members.zip": zipped({}),
    "members.tar": tarred({}),
    "rows.parquet": parquet(pa.table({"text": pa.array([], pa.string())})),
}


def test_a_file_without_any_article_is_not_passed_over_in_silence(empty_project):
    empty_project.write("a.txt", words(1))
    for name, content in NOTHING_IN_IT.items():
        empty_project.write(name, content)
    empty_project.configure("dataset", "max_reject_ratio", 0.95)
    assert [path for path, _, _ in rejects(empty_project.build())] == sorted(NOTHING_IN_IT)


def test_members_are_skipped_on_purpose(empty_project):
    members = {"a.txt": words(1), "drafts/b.txt": words(2), "__MACOSX/._a.txt": "x", ".DS_Store": "x", "notes.md": "x"}
    empty_project.write("a.zip", zipped({name: text.encode() for name, text in members.items()}))
    empty_project.configure("ingest", "skip", '["**/.*", "**/__MACOSX/**", "**/drafts/**", "**/*.md"]')
    build = empty_project.build()
    assert list(by_path(build)) == ["a.zip!/a.txt"]
    assert rejects(build) == []


def test_too_many_faulty_records_keep_the_old_build(empty_project):
    empty_project.write("a.jsonl", jsonl(GOOD))
    old = empty_project.build()
    empty_project.write("a.jsonl", jsonl(GOOD) + b"{\n")
    told = empty_project.tarmim("run", expect=5).stderr
    assert "a.jsonl" in told and "line 4" in told
    assert empty_project.current().id == old.id


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
    assert re.search(r"\b5 articles\b", told) and re.search(r"\b2 inputs\b", told)
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


# Input that changes


@pytest.mark.parametrize("change", ["appended", "replaced", "removed"])
def test_a_file_that_changes_during_the_run_ends_it_and_keeps_the_old_build(empty_project, change):
    empty_project.write("z.txt", words("z"))
    old = empty_project.build()
    content = old.bytes_by_path()
    generator = random.Random(0)
    empty_project.write("a.jsonl", jsonl({"text": scrambled(generator, 60)} for _ in range(2500)))
    staged = empty_project.output / "builds"
    process = empty_project.start("run")
    # The inventory is taken, and more records stand before the last file than are read ahead.
    wait_until(lambda: any(staged.glob(".staging-*")) or process.poll() is not None, "a staged build")
    assert process.poll() is None, process.communicate()
    last = empty_project.input / "z.txt"
    if change == "appended":
        with last.open("a", encoding="utf-8") as file:
            file.write(" " + words("more"))
    elif change == "replaced":
        other = empty_project.root / "other"
        other.write_text(words("w"), encoding="utf-8")
        other.replace(last)
    else:
        last.unlink()
    _, told = process.communicate(timeout=120)
    assert process.returncode == 1, told.decode()
    assert "z.txt" in told.decode()
    assert empty_project.current().id == old.id
    assert empty_project.current().bytes_by_path() == content
    empty_project.write("z.txt", words("z"))
    empty_project.write("a.jsonl", jsonl(GOOD))
    assert empty_project.build().table("articles").num_rows == 4
    assert_builds_are_whole(empty_project)
