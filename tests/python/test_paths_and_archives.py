"""Names of files, folders and archives: what they say about articles, and what they say wrongly."""

import bz2
import gzip
import io
import struct
import tarfile
import zlib

import pytest

from conftest import Build
from sources import by_path, extra, jsonl, page, parquet, rejects, words, zipped, zstd


def raw_zip(members, extra_of=lambda name: b""):
    """A zip archive whose names are bytes, without the flag that says they are UTF-8."""
    files, directory = b"", b""
    for name, text in members.items():
        data, more = text.encode(), extra_of(name)
        # From the flags to the length of the extra field, as both headers have it.
        common = struct.pack("<HHHHIIIHH", 0, 0, 0, 0, zlib.crc32(data), len(data), len(data), len(name), len(more))
        directory += struct.pack("<4sHH", b"PK\1\2", 20, 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(files)) + name + more
        files += struct.pack("<4sH", b"PK\3\4", 20) + common + name + more + data
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(files), 0)
    return files + directory + end


# The inputs as their owners had them


@pytest.mark.parametrize("archive", ["cp720.zip", "cp1256.zip"])
def test_zip_archives_of_an_arabic_windows(field_project, archive):
    found = {path: row["section"] for path, row in by_path(field_project("10-zip-names").build()).items() if path.startswith(archive)}
    assert found == {f"{archive}!/اقتصاد/خبر.txt": "اقتصاد", f"{archive}!/رياضة/خبر.txt": "رياضة"}


def test_partition_columns_in_paths(field_project):
    found = by_path(field_project("11-hive-section").build())
    assert {(row["section"], extra(row)["year"]) for row in found.values()} == {("رياضة", "2019"), ("sport", "2020")}


def test_what_windows_leaves_in_folders_is_passed_over(field_project):
    project = field_project("27-junk-and-formats")
    project.write("~$خبر.docx", b"\0")
    build = project.build()
    assert (len(build.rows("articles")), rejects(build)) == (10, [])


# Names in zip archives


def test_names_in_zip_archives_can_be_set(empty_project):
    empty_project.write("a.zip", raw_zip({"رياضة.txt".encode("cp1256"): words(1)}))
    assert list(by_path(empty_project.build())) == ["a.zip!/رياضة.txt"]
    empty_project.configure("ingest", "zip_names", '"cp437"')
    assert list(by_path(empty_project.build())) == ["a.zip!/" + "رياضة.txt".encode("cp1256").decode("cp437")]


def test_unicode_names_beside_those_of_the_system_are_used(empty_project):
    def unicode_path(name):
        utf8 = name.decode("cp720").encode()
        field = b"\1" + zlib.crc32(name).to_bytes(4, "little") + utf8
        return b"up" + len(field).to_bytes(2, "little") + field

    # Under the other encoding that is set, the name would be another.
    empty_project.configure("ingest", "zip_names", '"windows-1256"')
    empty_project.write("a.zip", raw_zip({"اقتصاد.txt".encode("cp720"): words(1)}, unicode_path))
    assert list(by_path(empty_project.build())) == ["a.zip!/اقتصاد.txt"]


def test_european_names_stay_what_they_are(empty_project):
    empty_project.write("a.zip", raw_zip({"café/naïve.txt".encode("cp437"): words(1), b"x.txt": words(2)}))
    empty_project.write("b.zip", raw_zip({"خبر.txt".encode(): words(3)}))
    assert list(by_path(empty_project.build())) == ["a.zip!/café/naïve.txt", "a.zip!/x.txt", "b.zip!/خبر.txt"]


# Files that nobody put there

LEFTOVERS = ["Thumbs.db", "a/desktop.ini", "a/Desktop.ini", "~$x.docx", ".DS_Store", "._a.txt", "a/.directory", "Icon\r", "a/x.txt~"]
LEFTOVERS += ["$RECYCLE.BIN/x.txt", "System Volume Information/x.txt", "__MACOSX/._a.txt", ".nfs0001", ".Spotlight-V100/x.txt", "@eaDir/x.txt"]


def test_what_systems_leave_behind_is_passed_over_everywhere(empty_project):
    # Also where the user chose other patterns.
    empty_project.configure("ingest", "skip", "[]")
    for name in LEFTOVERS:
        empty_project.write(f"folder/{name}", b"\0x")
    members = {name: "\0x" for name in LEFTOVERS} | {"a.txt": words(1), "__MACOSX/._b.zip": "x"}
    empty_project.write("a.zip", zipped(members))
    build = empty_project.build()
    assert (list(by_path(build)), rejects(build)) == (["a.zip!/a.txt"], [])


# bzip2


def test_bzip2_is_read_wherever_gzip_is(empty_project):
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:bz2") as archive:
        data = words("t").encode()
        member = tarfile.TarInfo("x.txt")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    two_streams = bz2.compress(words(1, 30).encode() + b" ") + bz2.compress(words(2, 30).encode())
    empty_project.write("a.txt.bz2", two_streams)
    empty_project.write("b.tar.bz2", tar.getvalue())
    empty_project.write("c.tbz2", tar.getvalue())
    empty_project.write("cut.txt.bz2", bz2.compress(words(3).encode())[:-5])
    empty_project.configure("dataset", "max_reject_ratio", "0.9")
    build = empty_project.build()
    assert set(by_path(build)) == {"a.txt.bz2", "b.tar.bz2!/x.txt", "c.tbz2!/x.txt"}
    assert by_path(build)["a.txt.bz2"]["token_count"] == 60
    assert rejects(build) == [("cut.txt.bz2", "", "broken_compression")]


# Contents where names say nothing

ARABIC = "أعلنت الوزارة عن خطة جديدة لدعم الصناعات الصغيرة والمتوسطة في جميع أنحاء البلاد خلال العام المقبل"


def test_names_that_say_nothing_leave_it_to_the_contents(empty_project):
    text = f"{ARABIC} {words(0)}"
    files = {
        "noname": text,
        "خبر.اقتصاد": text.encode("cp1256"),
        "page.html?id=5": page([f"{ARABIC} {words(1)}"]),
        "news.aspx": page([f"{ARABIC} {words(2)}"]),
        "a.php@p=1": page([f"{ARABIC} {words(3)}"]),
        "records": jsonl([{"id": "1", "text": words(4)}]),
        "packed": gzip.compress(words(5).encode()),
        "packed2": zstd(words(6).encode()),
        "archive": zipped({"x.txt": words(7)}),
        "table": parquet([{"id": "1", "text": words(8)}]),
        "d/lines.jl": jsonl([{"id": "1", "text": words(9)}]),
    }
    for name, content in files.items():
        empty_project.write(name, content)
    empty_project.write("all.zip", zipped(files))
    build = empty_project.build()
    assert rejects(build) == []
    names = set(files) - {"archive"} | {"archive!/x.txt"}
    assert set(by_path(build)) == names | {f"all.zip!/{name}" for name in names}


FOREIGN = {
    "a.pdf": "PDF",
    "b.docx": ".txt",
    "c.rtf": ".txt",
    "d.epub": "book",
    "e.7z": ".zip or .tar",
    "f.rar": ".zip or .tar",
    "g.warc": "warcio",
    "g.warc.gz": "warcio",
    "h.wet.gz": "warcio",
    "i.numbers": ".csv",
    "j.mht": ".html",
    "k.jpg": "image",
    "l.zip.001": "join the parts",
}


def test_other_formats_are_told_with_what_to_do(empty_project):
    for name in FOREIGN:
        empty_project.write(name, b"x")
    empty_project.write("licence", "All rights reserved.")
    empty_project.write("binary", bytes(range(256)))
    empty_project.write("broken.gz", b"no gzip data")
    empty_project.write("empty", b"")
    empty_project.write("document", b"%PDF-1.4\n")
    empty_project.write("word", zipped({"[Content_Types].xml": "x", "word/document.xml": "x"}))
    empty_project.write("good.txt", words(1))
    empty_project.configure("dataset", "max_reject_ratio", "0.99")
    told = {row["source_path"]: row["message"] for row in empty_project.build().rows("rejects")}
    assert set(told) == {*FOREIGN, "licence", "binary", "broken.gz", "empty", "document", "word"}
    hints = FOREIGN | {"document": "pdftotext", "word": "office program", "licence": "neither its name nor its contents"}
    hints |= {"broken.gz": "broken gzip data", "empty": "no text: 0 bytes"}
    for name, hint in hints.items():
        assert hint in told[name], (name, told[name])


def test_names_that_lie_are_read_by_contents_and_told(empty_project):
    empty_project.write("a.html.gz", page([words(1)]))
    empty_project.write("b.txt", gzip.compress(words(2).encode()))
    empty_project.write("c.jsonl", zstd(jsonl([{"id": "1", "text": words(3)}])))
    empty_project.write("d.txt.gz", bz2.compress(words(4).encode()))
    done = empty_project.tarmim("run")
    build = empty_project.current()
    assert rejects(build) == []
    assert set(by_path(build)) == {"a.html.gz", "b.txt", "c.jsonl", "d.txt.gz"}
    for name in ["a.html.gz", "b.txt", "c.jsonl"]:
        assert any(name in line and "warning" in line for line in done.stderr.splitlines()), done.stderr
    assert "b.txt" in empty_project.tarmim("check").stdout


# Partition columns


def test_partition_columns_of_other_layouts(empty_project):
    table = parquet([{"id": "1", "text": words(1), "section": "من السجل"}])
    empty_project.write("by_section=%2Fx/part-00000.parquet", table)
    empty_project.write("section=__HIVE_DEFAULT_PARTITION__/a.txt", words(2))
    empty_project.write("year=2020/month=05/day=17/b.txt", words(3))
    empty_project.write("sport/year=2020/c.txt", words(4))
    found = by_path(empty_project.build())
    assert found["by_section=%2Fx/part-00000.parquet"]["section"] == "من السجل", "the record counts more"
    assert found["section=__HIVE_DEFAULT_PARTITION__/a.txt"]["section"] is None
    assert str(found["year=2020/month=05/day=17/b.txt"]["published"]) == "2020-05-17"
    assert (found["sport/year=2020/c.txt"]["section"], extra(found["sport/year=2020/c.txt"])) == ("sport", {"year": "2020"})


def test_a_partitioned_dataset_of_ours_is_input(empty_project, tmp_path):
    empty_project.write("a.jsonl", jsonl([{"id": "1", "text": words(1), "section": "رياضة/كرة"}]))
    empty_project.configure("dataset", "partition_by", '"section"')
    (part,) = empty_project.build().files("articles")
    other = empty_project.input.parent / "second"
    (other / part.parent.name).mkdir(parents=True)
    (other / part.parent.name / "x.txt").write_text(words(2), encoding="utf-8")
    empty_project.tarmim("run", "--input", other, "--output", tmp_path / "out")
    (article,) = Build((tmp_path / "out" / "current").resolve()).rows("articles")
    assert article["section"] == "رياضة/كرة"


def test_months_in_folders_are_no_sections(empty_project):
    days = {"y/2019/مارس/5": "y", "y/2019/آذار/06": "y", "2019/03-March/07/رياضة": "رياضة", "y/2019/maris/8": "y"}
    for number, folder in enumerate(days):
        empty_project.write(f"{folder}/a.txt", words(number))
    found = by_path(empty_project.build())
    assert {path.removesuffix("/a.txt"): row["section"] for path, row in found.items()} == days
    assert {str(row["published"]) for row in found.values()} == {f"2019-03-0{day}" for day in (5, 6, 7, 8)}


def test_text_named_as_a_spreadsheet_is_read_or_told(empty_project):
    empty_project.write("a.xls", f"id\ttitle\ttext\n1\tعنوان\t{words(1)}\n")
    empty_project.write("b.xls", f"<html><table><tr><td>text</td></tr><tr><td>{words(2)}</td></tr></table></html>")
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    assert [row["title"] for row in build.rows("articles")] == ["عنوان"]
    (told,) = build.rows("rejects")
    assert (told["source_path"], "save it as .xlsx" in told["message"]) == ("b.xls", True)


def test_another_output_folder_within_the_input_is_no_input(empty_project):
    empty_project.write("a.txt", words(1))
    empty_project.tarmim("run", "--output", str(empty_project.input / "out"))
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    assert [row["source_path"] for row in build.rows("articles")] == ["a.txt"]
    assert [(row["source_path"], row["code"]) for row in build.rows("rejects")] == [("out", "output_folder")]
