"""Input that is malformed, truncated, encrypted, empty, or that changes during the run.

Each fault is reported with its position, and the other articles of the file are published.
"""

import gzip
import io
import random
import shutil
import subprocess
import tarfile
import zipfile

import pyarrow as pa
import pytest

from conftest import assert_builds_are_whole, scrambled
from sources import (
    COMPRESSIONS,
    GOOD,
    assert_all_inputs_are_counted,
    by_path,
    jsonl,
    parquet,
    raw_text,
    rejects,
    rows,
    tarred,
    words,
    zipped,
    zstd,
)


def with_bad_line(line):
    """Two good records with a bad line between them, and the byte offset of that line."""
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
    """The only reject of a file whose other articles were published."""
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


def test_a_bad_line_is_rejected_with_its_position(empty_project):
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
def test_a_row_with_too_many_or_too_few_fields_is_rejected_with_its_position(empty_project, line):
    content, offset = with_bad_row(line)
    reject = reject_of(empty_project, "a.csv", content, TEXTS[:2])
    assert (reject["source_path"], reject["record"], reject["code"]) == ("a.csv", "row 2", "broken_record")
    assert reject["byte_offset"] == offset


def test_an_unclosed_quote_does_not_lose_the_records_before_it(empty_project):
    header, first, second = rows(GOOD[:2]).splitlines(keepends=True)
    reject = reject_of(empty_project, "a.csv", header + first + b'g9,"open\r\n' + second, TEXTS[:1])
    assert (reject["record"], reject["code"]) == ("row 2", "broken_record")


def test_a_quote_closed_in_a_later_record_does_not_silently_merge_the_two(empty_project):
    """A lenient parser reads the two records as one, whose text contains the other's."""
    header, first, second = rows(GOOD[:2]).splitlines(keepends=True)
    swallowed = b'g8,"open\r\n' + b'g9,closed" here\r\n'
    reject = reject_of(empty_project, "a.csv", header + first + swallowed + second, TEXTS[:2])
    assert (reject["record"], reject["code"]) == ("row 2", "broken_record")
    assert "quote" in reject["message"]


OTHER_ENCODINGS = {"utf-32": "unknown_encoding", "utf-32-le": "unknown_encoding"}


@pytest.mark.parametrize("encoding", OTHER_ENCODINGS)
def test_arabic_in_an_unsupported_encoding_is_rejected(empty_project, encoding):
    """Read in a supported encoding, it would be published as other letters."""
    letters = words("other").replace("\n", " ")
    reject = reject_of(empty_project, "a.txt", letters.encode(encoding), [])
    assert (reject["source_path"], reject["code"]) == ("a.txt", OTHER_ENCODINGS[encoding])
    assert "UTF-8" in reject["message"]


def test_a_record_with_a_nul_is_rejected(empty_project):
    content, _ = with_bad_line(b'{"id": "k", "text": "\\u0000\xd8\xa7"}')
    reject = reject_of(empty_project, "a.jsonl", content, TEXTS[:2])
    assert (reject["record"], reject["code"]) == ("k", "binary")


def test_members_with_a_parent_path_are_articles_too(empty_project):
    """Nothing is unpacked, so such a name does no harm; and it is not a hidden file, as .git is."""
    empty_project.write("a.zip", zipped({"../n.txt": words("above").encode(), "../.hidden.txt": words("hidden").encode()}))
    build = empty_project.build()
    found = {path: raw_text(build, row) for path, row in by_path(build).items()}
    assert found == {"a.zip!/../n.txt": words("above")}


@pytest.mark.parametrize("ending", COMPRESSIONS)
def test_a_truncated_compressed_file_gives_the_articles_before_the_cut(empty_project, ending):
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


# Archives with a good.txt and a fault: the position and code of the fault.
CONTAINERS = {
    "unsupported.zip": (lambda good: zipped({"bad.docx": b"PK", **good}), "!/bad.docx", "unsupported"),
    "unsupported.tar": (lambda good: tarred({"bad.docx": b"PK", **good}), "!/bad.docx", "unsupported"),
    "damaged.zip": (damaged_zip, "!/bad.txt", "broken_archive"),
    "link.tar": (tar_with_link, "!/bad.txt", "link"),
    "twice.tar": (twice_in_tar, "!/good.txt", "duplicate_path"),
    "large.zip": (lambda good: zipped({"bad.txt": b" " * (3 << 20), **good}), "!/bad.txt", "too_large"),
    "large.tgz": (lambda good: gzip.compress(tarred({"bad.txt": b" " * (3 << 20), **good})), "!/bad.txt", "too_large"),
    "binary.zip": (lambda good: zipped({"bad.txt": b"\x89PNG\0\0\0", **good}), "!/bad.txt", "unsupported"),
    "wrapped.zip": (lambda good: zipped({"bad.tar.gz": b"no gzip", **good}), "!/bad.tar.gz", "broken_compression"),
    "table.zip": (lambda good: zipped({"bad.parquet": parquet(GOOD)[:-20], **good}), "!/bad.parquet", "broken_table"),
}


def test_a_fault_in_an_archive_is_reported_and_its_neighbours_are_published(empty_project):
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


def test_a_truncated_archive_gives_the_articles_before_the_cut(empty_project):
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


def test_a_file_that_is_not_what_its_extension_says_is_one_reject(empty_project):
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


def test_a_file_without_any_article_is_reported(empty_project):
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


def test_too_many_invalid_records_keep_the_old_build(empty_project):
    empty_project.write("a.jsonl", jsonl(GOOD))
    old = empty_project.build()
    empty_project.write("a.jsonl", jsonl(GOOD) + b"{\n")
    told = empty_project.tarmim("run", expect=5).stderr
    assert "a.jsonl" in told and "line 4" in told
    assert empty_project.current().id == old.id


# Input that changes


@pytest.mark.parametrize("change", ["appended", "replaced", "removed"])
def test_a_file_that_changes_during_the_run_ends_it_and_keeps_the_old_build(failpoints, empty_project, change):
    """The run is held after it has listed its input and before it reads it."""
    empty_project.write("z.txt", words("z"))
    old = empty_project.build()
    content = old.bytes_by_path()
    empty_project.write("a.jsonl", jsonl(GOOD))
    last = empty_project.input / "z.txt"
    with failpoints.hold(empty_project, "run", at="stage.create") as run:
        if change == "appended":
            with last.open("a", encoding="utf-8") as file:
                file.write(" " + words("more"))
        elif change == "replaced":
            other = empty_project.root / "other"
            other.write_text(words("w"), encoding="utf-8")
            other.replace(last)
        else:
            last.unlink()
        assert run.release() == 1
        assert "z.txt" in run.reported
    assert empty_project.current().id == old.id
    assert empty_project.current().bytes_by_path() == content
    empty_project.write("z.txt", words("z"))
    empty_project.write("a.jsonl", jsonl(GOOD))
    assert empty_project.build().table("articles").num_rows == 4
    assert_builds_are_whole(empty_project)
