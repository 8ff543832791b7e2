"""A build of hostile articles, and readers of what `export` makes of it."""

import csv
import io
import json
import re

import pytest

from conftest import Project, seed_texts

HOSTILE = [
    {
        "id": "1",
        "title": "=cmd|' /C calc'!A0",
        "section": "=رياضة/../x",
        "author": "@sum(1)",
        "date": "2013-01-31",
        "text": '=1+1 قال "نعم"، ثم (لا)...\n-5 درجات | وقال: <b & \\ ]]> نعم\n+12 عبد\u202eالله',
        "note": "+extra\tx; y",
    },
    {
        "id": "2",
        "title": "سطر\nثان\tوثالث\u0001 \u202e معكوس, \"مقتبس\"",
        "section": "unknown",
        "date": "2014-02-01",
        "text": "عقد المجلس اجتماعه\u0001 عل هامش المتمر _x0041_ 3ر5 # @tag http://a.b/c _ -- 1 e\u0301",
    },
    {"id": "3", "section": "رياضة", "text": "\t=2+2 \ufffe كلمه &amp;lt; ﷲ ﻻ"},
    {"id": "4", "title": "<script>alert(1)</script> العنوان", "section": "رياضة", "text": "بقلم: سامي أحمد\nدبي - قال الوزير إنه سيعود غدا.\nواختتم حديثه."},
]


def hostile_records():
    """The hostile articles, and the shipped ones as records of the same file."""
    texts = [{"id": name, "text": text} for name, text in seed_texts().items()]
    return [*HOSTILE, *texts]


@pytest.fixture(scope="session")
def hostile_project(tmp_path_factory):
    """A built project over hostile articles, one file of several articles, and a file that is rejected. Two tokens are corrected by
    hand, one of them to two words. Tests only read it."""
    project = Project(tmp_path_factory.mktemp("hostile") / "project", with_seeds=False)
    lines = [json.dumps(record, ensure_ascii=False) for record in hostile_records()]
    project.write("news/x.jsonl", "\n".join(lines) + "\n")
    project.write("one.txt", "عقد المجلس اجتماعه عل هامش المتمر\n")
    project.write("broken.txt", b"\xff\xfe\x00")
    project.configure("dataset", "max_reject_ratio", "0.9")
    corrections = [("عل", "على حالها"), ("كلمه", "كلمةٌ")]
    with (project.root / "corrections.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "scope", "raw", "correction"])
        writer.writerows(["form", "corpus", raw, form] for raw, form in corrections)
    project.configure("review", "corrections", '["corrections.csv"]')
    project.build()
    return project


@pytest.fixture(scope="session")
def hostile_build(hostile_project):
    build = hostile_project.current()
    rows = build.rows("sentences")
    kinds = {row["kind"] for row in rows}
    origins = {repair["origin"] for row in rows for repair in row["repairs"]}
    # What the tests that use it are about.
    assert kinds >= {"headline", "body"} and origins == {"engine", "hand"}
    assert any(row["marks"] for row in rows) and any(row["number_gaps"] for row in rows) and any(row["doubts"] for row in rows)
    assert any(" " in token["form"] for row in rows for token in row["tokens"])
    assert len(build.rows("rejects")) == 1
    return build


FLAT = ("articles", "sentences", "keywords", "rejects", "tokens", "repairs")
JOINED = ("title", "section", "published")


def shown(number):
    """A number as text, a probability with the digits that it was rounded to."""
    return f"{round(number, 4):g}" if isinstance(number, float) else str(number)


def list_text(name, items):
    """A list as the text of a cell."""
    fields = {"keywords": ("id", "count"), "keyphrases": ("text",), "number_gaps": ("token", "confidence"), "marks": ("token", "mark"), "extra": ("name", "value")}
    if name == "keyword_ids":
        return ";".join(items)
    return ";".join(":".join(shown(item[field]) for field in fields[name]) for item in items)


def flat_row(row, article):
    """A row of a stored table without lists, with what is joined to it."""
    flat = {}
    for name, value in row.items():
        if name not in ("tokens", "repairs", "doubts"):
            flat[name] = list_text(name, value) if isinstance(value, list) else value
        if name == "source_path" and article:
            flat |= {joined: article[joined] for joined in JOINED}
    return flat


def flat_rows(build, table):
    """What an export of a flat table has to hold, made from the Parquet files."""
    articles = {row["article_id"]: row for row in build.rows("articles")}
    if table in ("tokens", "repairs"):
        rows = build.rows("sentences")
        return [token for row in rows for token in (tokens if table == "tokens" else repairs)(row, articles[row["article_id"]])]
    joined = articles if table in ("sentences", "keywords") else {}
    return [flat_row(row, joined.get(row.get("article_id"))) for row in build.rows(table)]


def place(row, article):
    names = ("article_id", "sentence_id", "source_path")
    return {name: row[name] for name in names} | {name: article[name] for name in ("section", "published")} | {"sentence_index": row["sentence_index"]}


def origin(row, index):
    return {repair["token"]: repair["origin"] for repair in row["repairs"]}.get(index)


def tokens(row, article):
    marks = {mark["token"]: mark["mark"] for mark in row["marks"]}
    gaps = {gap["token"]: gap["confidence"] for gap in row["number_gaps"]}
    changed = {repair["token"] for repair in row["repairs"]}
    for index, token in enumerate(row["tokens"]):
        found = {"repaired": index in changed, "origin": origin(row, index), "mark": marks.get(index), "number_gap": gaps.get(index)}
        yield place(row, article) | {"kind": row["kind"], "token": index} | token | found


def repairs(row, article):
    changed = {repair["token"]: repair for repair in row["repairs"]}
    for index, found in sorted(({doubt["token"]: doubt for doubt in row["doubts"]} | changed).items()):
        others = " | ".join(f"{other['form']} {other['confidence']:.4f}" for other in found["alternatives"])
        known = {name: found[name] for name in ("token", "raw", "repaired", "confidence")}
        yield place(row, article) | known | {"changed": index in changed, "origin": origin(row, index), "alternatives": others}


FORMULA = re.compile("\\s*[=+\\-@＝＋－＠]|[\t\r\n]")


def safe(text):
    """A text as a cell that is no formula: a second implementation of that rule."""
    return "'" + text if FORMULA.match(text) else text


def printable(text):
    """A text without the characters that XML forbids."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", "\ufffd", text)


def as_cell(value):
    """A value as CSV has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return shown(value) if isinstance(value, (int, float)) else safe(str(value))


def read_csv(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def read_tsv(text):
    unescaped = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
    assert text.endswith("\n")
    cells = [line.split("\t") for line in text[:-1].split("\n")]
    return [[re.sub(r"\\.", lambda found: unescaped[found.group()], cell) for cell in row] for row in cells]
