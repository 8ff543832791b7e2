"""Metadata of an article: from sidecars, paths and pages; and its date, as newspapers write it."""

import datetime
import gzip
import json
from pathlib import Path

import pytest

from conftest import unified
from sources import (
    ARCHIVES,
    ARTICLE,
    BODY,
    PARAGRAPHS,
    article_id,
    assert_all_inputs_are_counted,
    by_path,
    by_record,
    extra,
    jsonl,
    page,
    raw_text,
    rejects,
    rows,
    tarred,
    words,
    zipped,
)

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


def test_metadata_without_an_article_are_reported(empty_project):
    empty_project.write("a.txt", words(1))
    empty_project.write("metadata.csv", rows([{"path": "a.txt", "byline": "هند"}, {"path": "gone.txt", "byline": "مازن"}]))
    empty_project.write("lost.txt.json", json.dumps({"byline": "نادر"}))
    members = {"b.txt": words(2).encode(), "metadata.csv": rows([{"path": "c.txt", "byline": "سلمى"}])}
    empty_project.write("z.zip", zipped(members))
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    told = empty_project.tarmim("run").stderr
    build = empty_project.current()
    assert rejects(build) == []
    for said in ("lost.txt.json", "metadata.csv: 1 of 2 rows", "gone.txt", "z.zip!/metadata.csv: none of its rows (1)"):
        assert said in told
    assert by_path(build)["a.txt"]["byline"] == "هند"
    assert_all_inputs_are_counted(build)


def test_metadata_of_a_file_of_records_are_not_lost(empty_project):
    """They are joined to its records, or reported as unused."""
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
    "الاثنين 27/5/1437هـ - الموافق 7/3/2016م": (2016, 3, 7),
}
NO_DAYS = ["أمس", "مارس 2016", "07/03/16", "31/02/2016", "7 مارس 2016 أو 8 مارس 2016"]


def test_dates_are_parsed_as_newspapers_write_them(empty_project):
    records = [{"id": written, "text": words(written), "published": written} for written in [*DAYS, *NO_DAYS]]
    empty_project.write("a.jsonl", jsonl(records))
    found = by_record(empty_project.build())
    assert {w: found[w]["published"] for w in DAYS} == {w: datetime.date(*day) for w, day in DAYS.items()}
    assert all(found[written]["extra"] == [] for written in DAYS)
    for written in NO_DAYS:
        assert found[written]["published"] is None, written
        assert extra(found[written]) == {"published": written}, "what cannot be read is kept"


def test_an_unparsable_date_is_kept_even_if_the_path_gives_one(empty_project):
    empty_project.configure("ingest", "path_pattern", '"{date}/*"')
    empty_project.write("2016-03-07/a.jsonl", jsonl([{"text": words(1), "date": "صباح أمس"}]))
    (article,) = empty_project.build().rows("articles")
    assert article["published"] == datetime.date(2016, 3, 7)
    assert extra(article) == {"date": "صباح أمس"}, "under the field's own name"


# Paths


def test_a_path_gives_section_and_date(empty_project):
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
def test_an_invalid_path_pattern_is_an_error_with_its_line(empty_project, pattern):
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
def test_a_page_is_reduced_to_its_article(empty_project, charset):
    title = ARTICLE["title"]
    empty_project.write("a.html", page(PARAGRAPHS, title, "هند", "7 آذار 2016", "محليات", charset, AROUND))
    build = empty_project.build()
    (article,) = build.rows("articles")
    assert raw_text(build, article).split() == unified(f"{title} {BODY}")
    assert (article["title"], article["byline"], article["section"]) == (title, "هند", "محليات")
    assert article["published"] == datetime.date(2016, 3, 7)
    assert article["encoding"] == charset


def test_pages_give_the_text_that_a_person_extracted(empty_project):
    folder = Path(__file__).resolve().parents[1] / "data" / "pages"
    pages = sorted(folder.glob("*.html"))
    empty_project.write("pages.zip", zipped({path.name: path.read_bytes() for path in pages}))
    build = empty_project.build()
    found = {path: " ".join(row["raw_text"] for row in rows) for path, rows in build.sentences_by_path().items()}
    assert len(found) == len(pages)
    for path in pages:
        expected = unified(path.with_suffix(".txt").read_text(encoding="utf-8"))
        assert found[f"pages.zip!/{path.name}"].split()[-len(expected) :] == expected, path.name


def test_metadata_of_a_page_that_differ_from_its_sidecar_are_kept(empty_project):
    title = ARTICLE["title"]
    empty_project.write("a.html", page(PARAGRAPHS, title, "هند", "7 آذار 2016", "محليات", "utf-8", AROUND))
    sidecar = {"title": words("other", 4), "author": "زيد", "section": "محليات", "date": "2016-03-08"}
    empty_project.write("a.json", json.dumps(sidecar))
    (article,) = empty_project.build().rows("articles")
    assert (article["title"], article["byline"]) == (words("other", 4), "زيد")
    assert article["published"] == datetime.date(2016, 3, 8)
    assert extra(article) == {"page_title": title, "page_byline": "هند", "page_published": "7 آذار 2016"}


def test_a_page_without_an_article_is_rejected(empty_project):
    empty_project.write("menu.html", "<html><body><nav><a href='/'>الرئيسيه</a></nav></body></html>")
    empty_project.write("a.txt", words(1))
    empty_project.configure("dataset", "max_reject_ratio", 0.5)
    assert rejects(empty_project.build()) == [("menu.html", "", "empty")]
