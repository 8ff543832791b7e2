"""Articles in files of every format, compressed, in archives: the same article is the same wherever it comes from.

Ids and texts are computed a second time, here.
"""

import datetime
import decimal
import gzip
import json
import os
import re
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from conftest import assert_sentences_are_the_source, snapshot
from sources import (
    ARCHIVES,
    ARTICLE,
    BODY,
    COMPRESSIONS,
    FORMATS,
    RECORD,
    article_id,
    by_path,
    extra,
    jsonl,
    parquet,
    raw_text,
    rejects,
    tarred,
    words,
    zipped,
)


def every_container(members):
    """The members in every container: files by path, and the path of the first member in each."""
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


def test_repacking_an_archive_keeps_the_ids(empty_project):
    """An id depends on names, not on the order or the compression of members."""
    members = {f"{name}.txt": words(name).encode() for name in "abc"}
    empty_project.write("a.zip", zipped(members))
    before = {path: row["article_id"] for path, row in by_path(empty_project.build()).items()}
    again = {"new.txt": words("new").encode(), **dict(reversed(members.items()))}
    empty_project.write("a.zip", zipped(again, zipfile.ZIP_STORED))
    after = {path: row["article_id"] for path, row in by_path(empty_project.build()).items()}
    assert len(before) == 3
    assert after == {**before, "a.zip!/new.txt": article_id("a.zip!/new.txt")}


def test_extensions_ignore_case_and_names_may_be_arabic(empty_project):
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


def test_nothing_is_unpacked_to_disk(failpoints, empty_project, tmp_path, monkeypatch):
    """The run is held while it reads the archive, which holds more articles than the program reads ahead; and twice later."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    members = {f"member-{number:04}.txt": words(number, 8).encode() for number in range(1800)}
    table = {"member.parquet": parquet([{"id": n, "text": words(f"row {n}", 8)} for n in range(200)])}
    empty_project.write("a.tar.gz", gzip.compress(tarred({"member.zip": zipped(members), **table})))
    ours = snapshot(empty_project.root)
    written = set()
    for point in ("cache.push", "table.close", "publish.write-report"):
        with failpoints.hold(empty_project, "run", "--force", "--quiet", at=point) as run:
            found = open_for_writing(run.process.pid)
            assert found, "it writes its tables"
            written |= found
            assert list(temporary.iterdir()) == []
            assert run.release() == 0
    assert all(path.startswith(f"{empty_project.output}/") for path in written), written
    after = snapshot(empty_project.root)
    kept = {path: state for path, state in after.items() if not path.startswith(str(empty_project.output))}
    of_root = {str(empty_project.root): None}  # the output folder was made in it
    assert kept | of_root == ours | of_root
    assert not [path for path in {*written, *after} if "member" in path]
    assert empty_project.current().table("articles").num_rows == 2000


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
        assert extra(found["8"]) == {}, "null fields are left out"
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


def test_a_column_of_bytes_is_read_as_text(empty_project):
    """Old writers do not mark their strings as strings. Escapes such as b"\\xd8" are no article."""
    record = {"id": "k", "text": words(1), "title": words("t", 5), "place": "عمان"}
    empty_project.write("a.parquet", parquet([{name: value.encode() for name, value in record.items()}]))
    (article,) = empty_project.build().rows("articles")
    assert (article["record"], article["title"]) == ("k", words("t", 5))
    assert extra(article) == {"place": "عمان"}
    assert article["token_count"] == 65


def test_row_groups_are_read_in_order(empty_project):
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


def test_binary_text_of_another_encoding_is_named_and_the_advice_works(empty_project):
    """A binary column of UTF-8 is text; of other bytes nothing says what they are."""
    empty_project.configure("dataset", "max_reject_ratio", "1.0")
    text = words(1)
    empty_project.write("b.parquet", parquet(pa.table({"text": [words(2).encode()]})))
    empty_project.write("a.parquet", parquet(pa.table({"text": [text.encode("cp1256")]})))
    (reject,) = empty_project.build().rows("rejects")
    assert reject["source_path"] == "a.parquet" and "text is binary" in reject["message"] and "decode it" in reject["message"]
    empty_project.write("a.parquet", parquet(pa.table({"text": [text]})))
    assert empty_project.build().rows("rejects") == []
