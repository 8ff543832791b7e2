"""Input files as users have them, written with the usual tools, and helpers that read the resulting build."""

import csv
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile

import blake3
import pyarrow as pa
import pyarrow.parquet as pq

from conftest import scrambled


def words(seed, count=60):
    """Text that differs for each seed."""
    return scrambled(random.Random(seed), count)


# Input files


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


# Reading a build


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
    """Source, record and code of each reject."""
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


# One article, in every format and container

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


# The article in each format: its files, the one with the text first.
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
