"""Input files: encodings, look-alike letters, folders; and files that cannot be used."""

import os
import random
import unicodedata

import pytest

from conftest import assert_sentences_are_the_source, scrambled, seed_texts, snapshot, unified

TEXT = next(iter(seed_texts().values())).strip()

# How each file is encoded, including its byte order mark, and the value of the column `encoding`.
ENCODINGS = {
    "utf8": (TEXT.encode(), "utf-8"),
    "utf8-mark": (TEXT.encode("utf-8-sig"), "utf-8"),
    "utf16le": (TEXT.encode("utf-16-le"), "utf-16le"),
    "utf16le-mark": (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16le"),
    "utf16be": (TEXT.encode("utf-16-be"), "utf-16be"),
    "utf16be-mark": (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16be"),
    "windows1256": (TEXT.encode("cp1256"), "windows-1256"),
}


def articles_by_path(build):
    return {row["source_path"]: row for row in build.rows("articles")}


def raw_text(build, source_path):
    return " ".join(row["raw_text"] for row in build.sentences_by_path()[source_path])


def write_good(project, count):
    """Valid articles, so that the share of rejects is known."""
    for number in range(count):
        project.write(f"good-{number:02}.txt", scrambled(random.Random(number), 60))


# Encodings


def test_every_encoding_gives_the_same_article(empty_project):
    for name, (content, _) in ENCODINGS.items():
        empty_project.write(f"{name}.txt", content)
    build = empty_project.build()
    articles, sentences = articles_by_path(build), build.sentences_by_path()
    assert {path[:-4]: row["encoding"] for path, row in articles.items()} == {k: e for k, (_, e) in ENCODINGS.items()}
    assert len({row["content_hash"] for row in articles.values()}) == 1
    assert len({row["text"] for row in articles.values()}) == 1
    for rows in sentences.values():
        assert_sentences_are_the_source(rows, TEXT)
    assert build.rows("rejects") == []


def test_a_configured_encoding_is_used_for_files_too_short_to_guess(empty_project):
    """Two words are too few to guess from."""
    empty_project.configure("ingest", "encoding", '"utf-16be"')
    empty_project.write("short.txt", "في عمان".encode("utf-16-be"))
    build = empty_project.build()
    assert articles_by_path(build)["short.txt"]["encoding"] == "utf-16be"
    assert raw_text(build, "short.txt") == "في عمان"


def presentation_forms(text):
    """Each letter as in text extracted from PDF: its isolated presentation form."""
    shapes = {}
    for shape in map(chr, range(0xFE80, 0xFEF5)):
        shapes.setdefault(unicodedata.normalize("NFKC", shape), shape)
    return "".join(shapes.get(letter, letter) for letter in text)


LOOK_ALIKES = {
    "presentation-forms": presentation_forms(TEXT),
    "tatweel": TEXT.replace("ا", "ـاـ"),
    "persian": TEXT.replace("ي", "ی").replace("ك", "ک"),
    "zero-width": "\u200f" + TEXT.replace("ل", "ل\u200c"),
    "tabs": TEXT.replace(" ", " \t "),
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_are_unified_and_sliced_from_the_source(empty_project, name):
    written = LOOK_ALIKES[name]
    assert written != TEXT
    empty_project.write("written.txt", written)
    empty_project.write("plain.txt", TEXT)
    build = empty_project.build()
    rows = build.sentences_by_path()["written.txt"]
    assert_sentences_are_the_source(rows, written)
    assert raw_text(build, "written.txt") == raw_text(build, "plain.txt")
    texts = {path: row["text"].split() for path, row in articles_by_path(build).items()}
    assert texts["written.txt"] == texts["plain.txt"]


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\n"])
def test_line_breaks_of_all_systems_separate_tokens(empty_project, line_break):
    words = TEXT.split()
    lines = [" ".join(words[i : i + 9]) for i in range(0, len(words), 9)]
    written = line_break.join(lines) + line_break
    empty_project.write("lines.txt", written)
    build = empty_project.build()
    assert_sentences_are_the_source(build.sentences_by_path()["lines.txt"], written)


def test_characters_other_than_letters_are_kept_unchanged(empty_project):
    """Digits, punctuation, diacritics, Latin letters, a ligature of four words: never dropped, joined or changed."""
    glued = "٣٫٥ 3,5 «قال، مُحَمَّد؛ ﷺ NATO ـ \u200f ! ?؟ (12/5) …"
    written = f"{TEXT} {glued} {TEXT}"
    empty_project.write("mixed.txt", written)
    rows = empty_project.build().sentences_by_path()["mixed.txt"]
    raw = " ".join(row["raw_text"] for row in rows)
    repaired = " ".join(row["text"] for row in rows)
    assert len(raw.split()) == len(written.split())
    for token in ("٣٫٥", "3,5", "مُحَمَّد؛", "ﷺ", "NATO", "?؟", "(12/5)", "…", "«قال،"):
        assert f" {token} " in raw
        assert f" {token} " in repaired
    source = written.encode()
    for row in rows:
        here = source[row["source_start"] : row["source_end"]].decode()
        assert len(here.split()) == row["token_count"]


def test_tatweel_that_spells_something_is_kept(field_project):
    """Field 22: in both texts; in a word it is ornament."""
    build = field_project("22-tatweel").build()
    rows = build.sentences_by_path()["a.txt"]
    for column in ("text", "raw_text"):
        tokens = " ".join(row[column] for row in rows).split()
        assert [token for token in tokens if "ـ" in token] == ["لـ«الشرق", "الـ", "1445هـ."]
        assert "الوزير" in tokens
    assert not any("ـ" in repair["repaired"] for row in rows for repair in row["repairs"])


@pytest.mark.parametrize(
    ("written", "raw"),
    [
        ("سنة ١٤٤٥هــــ بدأت", "سنة ١٤٤٥هـ بدأت"),
        ("ولـ\"الخليج\" بـ(دبي) كـ«بيت» وبالـCNN", "ولـ\"الخليج\" بـ(دبي) كـ«بيت» وبالـCNN"),
        ("للـ 15 والـ15 الـ20%", "للـ 15 والـ15 الـ20%"),
        ("ـالـــدار الصـــناعــــة، الجديدةـ", "الدار الصناعة، الجديدة"),
        ("القاهرة ـ رويترز", "القاهرة ـ رويترز"),
    ],
)
def test_tatweel_is_kept_at_the_edge_of_letters_and_clitics(empty_project, written, raw):
    empty_project.write("a.txt", f"{TEXT} {written} {TEXT}")
    build = empty_project.build()
    rows = build.sentences_by_path()["a.txt"]
    assert_sentences_are_the_source(rows, f"{TEXT} {written} {TEXT}")
    assert f" {raw} " in raw_text(build, "a.txt")


def test_a_vocabulary_finds_its_terms_beside_tatweel(empty_project):
    """`الاقتصاد` in a quotation behind a clitic, and widened."""
    empty_project.write("a.txt", "قالت الصحيفة لـ«الاقتصاد» إن الاقتـــصاد ينمو هذا العام في دول الخليج.\n")
    found = [row["surface"] for row in empty_project.build().rows("keywords")]
    assert "لـ«الاقتصاد»" in found and "الاقتصاد" in found


# Folders


def test_articles_are_found_in_nested_folders(empty_project):
    for number, source_path in enumerate(["top.txt", "اقتصاد/مقال.txt", "a/b/c/deep.txt", "a/with space.txt"]):
        empty_project.write(source_path, scrambled(random.Random(number), 60))
    articles = articles_by_path(empty_project.build())
    sections = {path: row["section"] for path, row in articles.items()}
    assert sections == {"top.txt": None, "اقتصاد/مقال.txt": "اقتصاد", "a/b/c/deep.txt": "c", "a/with space.txt": "a"}
    empty_project.configure("ingest", "path_pattern", '""')
    assert {row["section"] for row in articles_by_path(empty_project.build()).values()} == {None}


def test_skipped_files_are_neither_articles_nor_rejects(empty_project):
    write_good(empty_project, 2)
    empty_project.write("drafts/secret.txt", TEXT)
    empty_project.configure("ingest", "skip", '["drafts/**"]')
    build = empty_project.build()
    assert sorted(articles_by_path(build)) == ["good-00.txt", "good-01.txt"]
    assert build.rows("rejects") == []


# Rejects

HALF = len(TEXT) // 2
BROKEN = TEXT[:HALF].encode() + b"\xff" + TEXT[HALF:].encode()
FAULTY = {
    "broken.txt": (BROKEN, "broken_encoding", len(TEXT[:HALF].encode())),
    "broken-mark.txt": (b"\xef\xbb\xbf" + BROKEN, "broken_encoding", 3 + len(TEXT[:HALF].encode())),
    "cut-short.txt": (TEXT.encode()[:-1], "broken_encoding", len(TEXT.encode()) - 2),
    "picture.txt": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", "unsupported", None),
    "empty.txt": (b"", "empty", None),
    "blank.txt": (b" \r\n\t\n", "empty", None),
    "table.xlsx": (b"PK\3\4", "broken_table", None),
}


def test_each_file_that_cannot_be_read_is_a_row_of_rejects(empty_project):
    write_good(empty_project, 20)
    for source_path, (content, _, _) in FAULTY.items():
        empty_project.write(source_path, content)
    empty_project.configure("dataset", "max_reject_ratio", 0.5)
    build = empty_project.build()
    assert len(articles_by_path(build)) == 20
    rejects = {row["source_path"]: row for row in build.rows("rejects")}
    found = {path: (row["code"], row["byte_offset"]) for path, row in rejects.items()}
    assert found == {path: (code, offset) for path, (_, code, offset) in FAULTY.items()}
    for row in rejects.values():
        assert row["record"] is None
        assert row["stage"] == "ingest"
        assert len(row["message"]) > 10


def test_a_file_that_is_too_large_is_rejected(empty_project):
    write_good(empty_project, 2)
    empty_project.configure("ingest", "max_file_mib", 1)
    empty_project.configure("dataset", "max_reject_ratio", 0.5)
    empty_project.write("large.txt", (TEXT + "\n") * (2**20 // len(TEXT.encode()) + 1))
    rejects = empty_project.build().rows("rejects")
    assert [(row["source_path"], row["code"]) for row in rejects] == [("large.txt", "too_large")]


def test_too_many_rejects_keep_the_old_build(empty_project):
    empty_project.configure("dataset", "max_reject_ratio", 0.1)
    write_good(empty_project, 20)
    build = empty_project.build()
    before = build.bytes_by_path()
    for number in range(5):
        empty_project.write(f"broken-{number}.txt", BROKEN)
    done = empty_project.tarmim("run", expect=5)
    assert "broken-0.txt" in done.stderr, "the message names the files"
    assert empty_project.current().id == build.id
    assert empty_project.current().bytes_by_path() == before
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    assert empty_project.build().table("rejects").num_rows == 5


def test_too_many_rejects_in_a_first_run_publish_nothing(empty_project):
    empty_project.write("broken.txt", BROKEN)
    empty_project.tarmim("run", expect=5)
    assert not (empty_project.output / "current").exists()


def test_an_empty_input_folder_is_nothing_to_read(empty_project):
    empty_project.input.mkdir()
    done = empty_project.tarmim("run", expect=3)
    assert empty_project.input.name in done.stderr
    assert not (empty_project.output / "current").exists()


def test_a_missing_input_folder_is_nothing_to_read(empty_project):
    done = empty_project.tarmim("run", "--input", "not-there", expect=3)
    assert "not-there" in done.stderr


def test_input_that_is_no_folder_is_reported_as_what_it_is(project):
    os.mkfifo(project.root / "pipe")
    (project.root / "gone").symlink_to("nowhere")
    for name, kind in {"pipeline.toml": "a file", "pipe": "a named pipe", "gone": "a link to nowhere, which cannot be followed"}.items():
        told = project.tarmim("run", "--input", name, expect=3).stderr
        assert f"nothing to read in {name}: it is {kind}" in told and "--input DIR" in told


def test_if_all_input_is_skipped_the_patterns_are_named(empty_project):
    write_good(empty_project, 2)
    empty_project.configure("ingest", "skip", '["**/*"]')
    told = empty_project.tarmim("check", expect=3).stderr
    assert "other files: 0, 2 skipped by ingest.skip: **/*" in told and told.rstrip().endswith("or ingest.skip")


def test_nothing_to_read_keeps_the_old_build(project):
    project.build()
    before = snapshot(project.output / "builds")
    for path in project.input.iterdir():
        path.unlink()
    project.tarmim("run", expect=3)
    assert snapshot(project.output / "builds") == before
    assert project.current().table("articles").num_rows == 3


def test_unified_here_is_what_the_tests_need():
    """A check of the tests' own implementation."""
    assert unified(LOOK_ALIKES["presentation-forms"]) == TEXT.split()
    assert unified("می\u200cرود کتـاب") == ["ميرود", "كتاب"]
