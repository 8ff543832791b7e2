"""`export`: rows as JSON and as tables, the text as plain text; whole files or none; nothing in them but data."""

import csv
import datetime
import io
import json
import re
import resource
import subprocess

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest

from conftest import PROGRAM, TABLES, seed_texts
from exported import FLAT, as_cell, flat_rows, printable, read_csv, read_tsv


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def as_json(value):
    """A value as JSON has it: a 32-bit number with the digits that it was rounded to."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return {key: as_json(item) for key, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("table", TABLES)
def test_jsonl_holds_every_row_with_every_column(seed_project, seed_build, table):
    exported = lines(seed_project.tarmim("export", "jsonl", "-", "--table", table).stdout)
    assert exported == [as_json(row) for row in seed_build.rows(table)]


def test_text_holds_the_articles_as_repaired(seed_project, seed_build):
    text = seed_project.tarmim("export", "text", "-").stdout
    assert text == "".join(f"{row['text']}\n\n" for row in seed_build.rows("articles"))
    text = seed_project.tarmim("export", "text", "-", "--table", "sentences").stdout
    assert text.splitlines() == [row["text"] for row in seed_build.rows("sentences")]


def test_each_article_gets_its_own_file(seed_project, seed_build, tmp_path):
    seed_project.tarmim("export", "jsonl", tmp_path / "all", "--table", "sentences", "--each", "article")
    for path, rows in seed_build.sentences_by_path().items():
        exported = lines((tmp_path / "all" / f"{path}.jsonl").read_text(encoding="utf-8"))
        assert [row["sentence_id"] for row in exported] == [row["sentence_id"] for row in rows]
    assert len(list((tmp_path / "all").rglob("*"))) == len(seed_build.rows("articles"))


def test_a_source_with_the_longest_possible_name_gets_a_file_too(empty_project, tmp_path):
    """With the extension added, its name would be too long for the file system."""
    text = next(iter(seed_texts().values()))
    for letter in ("a", "ب"):
        name = letter * (250 // len(letter.encode())) + ".txt"
        assert len(name.encode()) == 254
        empty_project.write(name, text)
    build = empty_project.build()
    empty_project.tarmim("export", "text", tmp_path / "all", "--each", "article")
    texts = [path.read_text(encoding="utf-8").strip() for path in sorted((tmp_path / "all").iterdir())]
    assert texts == [row["text"].strip() for row in build.rows("articles")]
    assert len(texts) == 2


def test_nothing_is_overwritten(seed_project, tmp_path):
    target = tmp_path / "articles.jsonl"
    seed_project.tarmim("export", "jsonl", target)
    first = target.read_bytes()
    assert first and "is there already" in seed_project.tarmim("export", "jsonl", target, expect=1).stderr
    assert target.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == [target.name], "no half-written file is left"


@pytest.mark.parametrize("form", ["text", "jsonl", "csv", "tsv", "xlsx"])
@pytest.mark.parametrize("table", ["articles", "sentences"])
def test_a_full_standard_output_is_named(seed_project, form, table):
    with open("/dev/full", "wb") as full:
        command = [PROGRAM, "export", form, "-", "--table", table]
        done = subprocess.run(command, cwd=seed_project.root, stdout=full, stderr=subprocess.PIPE, check=False)
    told = done.stderr.decode()
    assert done.returncode == 1 and told.startswith("tarmim: standard output: No space left on device"), told


@pytest.mark.parametrize("form", ["text", "jsonl", "csv", "xlsx", "conllu", "tei"])
def test_a_closed_pipe_is_no_failure(seed_project, form):
    process = seed_project.start("export", form, "-", *([] if form in ("conllu", "tei") else ["--table", "sentences"]))
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, b"")


def test_an_older_build_can_be_named(project):
    first = project.build()
    project.configure("split", "max_tokens", "12")
    second = project.build()
    count = len(lines(project.tarmim("export", "jsonl", "-", "--table", "sentences", "--build", first.id).stdout))
    assert count == pq.read_table(first.folder / "sentences").num_rows < pq.read_table(second.folder / "sentences").num_rows


@pytest.mark.parametrize("table", FLAT)
@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_tables_hold_every_row_and_no_formula(hostile_project, hostile_build, form, table):
    rows = flat_rows(hostile_build, table)
    assert rows
    # Not through text of the standard library, which would take the ends of lines for one.
    text = hostile_project.tarmim("export", form, "-", "--table", table).stdout
    header, *found = (read_csv if form == "csv" else read_tsv)(text)
    assert header == list(rows[0])
    assert found == [[as_cell(value) for value in row.values()] for row in rows]
    texts = [cell for row, cells in zip(rows, found) for value, cell in zip(row.values(), cells) if isinstance(value, str)]
    assert not any(re.match("\\s*[=+@-]|[\t\r\n]", cell) for cell in texts)


def test_the_hostile_build_has_formulas(hostile_build):
    """What the test above looks for is there to be found."""
    for table in ("articles", "sentences", "tokens"):
        assert any(str(value).startswith("=") for row in flat_rows(hostile_build, table) for value in row.values())


@pytest.mark.parametrize("table", FLAT)
def test_csv_is_that_of_the_standard(hostile_project, tmp_path, table):
    target = tmp_path / "table.csv"
    hostile_project.tarmim("export", "csv", target, "--table", table)
    written = target.read_bytes().decode()
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\r\n").writerows(read_csv(written))
    assert written == again.getvalue()
    ((count,),) = duckdb.sql(f"select count(*) from read_csv('{target}', header = true, all_varchar = true, strict_mode = true)").fetchall()
    assert count == len(read_csv(written)) - 1


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_byte_order_mark_on_demand(seed_project, tmp_path, form):
    for name, options in (("plain", []), ("marked", ["--bom"])):
        seed_project.tarmim("export", form, tmp_path / name, *options)
    assert (tmp_path / "marked").read_bytes() == b"\xef\xbb\xbf" + (tmp_path / "plain").read_bytes()


@pytest.mark.parametrize("table", ["tokens", "repairs"])
def test_flat_tables_are_objects_in_jsonl(hostile_project, hostile_build, table):
    exported = lines(hostile_project.tarmim("export", "jsonl", "-", "--table", table).stdout)
    plain = [{k: str(v) if isinstance(v, datetime.date) else as_json(v) if isinstance(v, float) else v for k, v in row.items()} for row in flat_rows(hostile_build, table)]
    assert exported == plain


def test_tokens_make_up_the_text(hostile_project, hostile_build):
    texts = {}
    for row in lines(hostile_project.tarmim("export", "jsonl", "-", "--table", "tokens").stdout):
        texts.setdefault(row["sentence_id"], []).append(row["form"])
    assert {key: " ".join(forms) for key, forms in texts.items()} == {row["sentence_id"]: row["text"] for row in hostile_build.rows("sentences")}


def excel_text(text):
    """A text as Excel shows it: `_x0041_` stands for a character."""
    return re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), text)


def as_excel(value):
    """A value as a sheet holds it; an empty text is an empty cell."""
    if isinstance(value, (bool, int, float)):
        return round(value, 4)
    return printable(str(value)) if value not in (None, "") else None


@pytest.mark.parametrize("table", FLAT)
def test_workbooks_hold_every_row_as_strings(hostile_project, hostile_build, tmp_path, table):
    rows = flat_rows(hostile_build, table)
    paths = [tmp_path / name for name in ("one.xlsx", "other.xlsx")]
    for path in paths:
        hostile_project.tarmim("export", "xlsx", path, "--table", table)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["one.xlsx", "other.xlsx"]
    book = openpyxl.load_workbook(paths[0])
    assert book.sheetnames == [table]
    sheet = book[table]
    assert sheet.sheet_view.rightToLeft and sheet.freeze_panes == "A2"
    header, *cells = sheet.iter_rows()
    assert [cell.value for cell in header] == list(rows[0])
    assert all(cell.data_type in "snb" and cell.hyperlink is None for row in cells for cell in row)
    shown = [[excel_text(cell.value) if isinstance(cell.value, str) else cell.value for cell in row] for row in cells]
    assert shown == [[as_excel(value) for value in row.values()] for row in rows]


def test_what_exceeds_a_cell_is_cut_and_told(empty_project, tmp_path):
    empty_project.write("long.txt", "😀 word " * 6000)
    (row,) = empty_project.build().rows("articles")
    target = tmp_path / "articles.xlsx"
    told = empty_project.tarmim("export", "xlsx", target).stderr
    assert "2 cells cut" in told and "export as jsonl or csv" in told
    cells = dict(zip(*openpyxl.load_workbook(target)["articles"].iter_rows(values_only=True)))
    kept = cells["text"]
    assert row["text"].startswith(kept) and len(kept.encode("utf-16-le")) // 2 in (32766, 32767)
    assert "cut" not in empty_project.tarmim("export", "csv", tmp_path / "articles.csv").stderr


@pytest.mark.parametrize("form", ["csv", "tsv", "xlsx", "jsonl"])
def test_each_section_gets_its_own_file(hostile_project, hostile_build, tmp_path, form):
    folder = tmp_path / "sections"
    hostile_project.tarmim("export", form, folder, "--table", "tokens", "--each", "section")
    rows = flat_rows(hostile_build, "tokens")
    sections = {row["section"] for row in rows}
    assert len(sections) == 5 and None in sections
    paths = sorted(folder.rglob("*"))
    assert len(paths) == len(sections) and all(path.parent == folder and path.suffix == f".{form}" for path in paths)
    assert {path.stem for path in paths} >= {"رياضة", "news", "unknown"}
    counts = {}
    for path in paths:
        if form == "xlsx":
            header, *cells = openpyxl.load_workbook(path)["tokens"].iter_rows(values_only=True)
            found = [dict(zip(header, row)) for row in cells]
        elif form == "jsonl":
            found = lines(path.read_text(encoding="utf-8"))
        else:
            header, *cells = (read_csv if form == "csv" else read_tsv)(path.read_bytes().decode())
            found = [dict(zip(header, row)) for row in cells]
        (section,) = {row["section"] or None for row in found}
        counts[section.removeprefix("'") if section else None] = [row["sentence_id"] for row in found]
    assert counts == {section: [row["sentence_id"] for row in rows if row["section"] == section] for section in sections}


def test_a_full_temporary_folder_is_named(seed_project, tmp_path):
    """The rows of a workbook wait there."""
    small = tmp_path / "small"
    small.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"not run: no file system may be mounted here ({done.stderr.strip()})")
    try:
        target = tmp_path / "tokens.xlsx"
        told = seed_project.tarmim("export", "xlsx", target, "--table", "tokens", expect=1, environment={"TMPDIR": str(small)}).stderr
    finally:
        subprocess.run(["umount", small], check=True)
    assert told.startswith(f"tarmim: {target}: its rows wait in {small} (TMPDIR): No space left on device")
    assert list(tmp_path.iterdir()) == [small], "no half-written file is left"


def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def test_more_sections_than_files_may_be_open(empty_project, tmp_path):
    """Twice over, so that each file is taken up again."""
    records = [{"id": str(number), "section": f"قسم {number % 90}", "text": f"عقد المجلس اجتماعه {number}"} for number in range(180)]
    empty_project.write("x.jsonl", "\n".join(json.dumps(record) for record in records))
    build = empty_project.build()
    empty_project.tarmim("export", "csv", tmp_path / "csv", "--each", "section", preexec_fn=few_files)
    files = [read_csv(path.read_bytes().decode()) for path in (tmp_path / "csv").iterdir()]
    assert len(files) == 90 and {len(file) for file in files} == {3}
    assert sorted(row[0] for file in files for row in file[1:]) == sorted(row["article_id"] for row in build.rows("articles"))
    # A workbook is written as a whole, so its rows wait in a file that stays open.
    told = empty_project.tarmim("export", "xlsx", tmp_path / "xlsx", "--each", "section", expect=1, preexec_fn=few_files).stderr
    assert "Too many open files" in told and str(tmp_path / "xlsx") in told
    assert list((tmp_path / "xlsx").iterdir()) == [], "no half-written file is left"


@pytest.mark.parametrize("table", FLAT)
def test_each_article_has_a_table_with_a_header(hostile_project, hostile_build, tmp_path, table):
    folder = tmp_path / "articles"
    hostile_project.tarmim("export", "csv", folder, "--table", table, "--each", "article")
    rows = flat_rows(hostile_build, table)
    files = [read_csv(path.read_bytes().decode()) for path in folder.rglob("*.csv")]
    assert len(files) == len({(row["source_path"], row.get("article_id")) for row in rows})
    assert all(header == list(rows[0]) for header, *_ in files)
    found = sorted(tuple(row) for _, *cells in files for row in cells)
    assert found == sorted(tuple(as_cell(value) for value in row.values()) for row in rows)


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["csv", "-", "--bom", "--each", "section"], "--each: name a folder"),
        (["jsonl", "-", "--bom"], "--bom: only csv and tsv"),
        (["tei", "-", "--table", "tokens"], "--table tokens: tei writes whole articles; leave it out, or export tokens as csv"),
        (["conllu", "-", "--table", "articles"], "--table articles: conllu writes whole articles"),
        (["punctuated", "-", "--table", "repairs"], "export repairs as jsonl or csv"),
        (["csv", "x", "--table", "rejects", "--each", "section"], "rejects belong to no section"),
        (["csv", "-", "--punctuated"], "only conllu can be with or without"),
    ],
)
def test_what_is_impossible_is_told(seed_project, arguments, told):
    assert told in seed_project.tarmim("export", *arguments, expect=2).stderr


def test_errors_of_export_are_reported(seed_project, empty_project, tmp_path):
    assert "only articles and sentences have text" in seed_project.tarmim(
        "export", "text", "-", "--table", "keywords", expect=2
    ).stderr
    assert "name a folder" in seed_project.tarmim("export", "text", "-", "--each", "article", expect=2).stderr
    told = seed_project.tarmim("export", "text", "-", "--build", "0123", expect=2).stderr
    assert "no build 0123" in told and seed_project.current().id in told
    assert "there is no build yet" in empty_project.tarmim("export", "text", "-", "--build", "0123", expect=3).stderr
    assert "there is no build yet" in empty_project.tarmim("export", "text", tmp_path / "x", expect=3).stderr
