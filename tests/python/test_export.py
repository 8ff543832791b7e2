"""`export`: the same rows as JSON, the text as plain text, whole files or none."""

import json
import subprocess

import pyarrow.parquet as pq
import pytest

from conftest import PROGRAM, TABLES, seed_texts


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


@pytest.mark.parametrize("form", ["text", "jsonl"])
@pytest.mark.parametrize("table", ["articles", "sentences"])
def test_a_full_standard_output_is_named(seed_project, form, table):
    with open("/dev/full", "wb") as full:
        command = [PROGRAM, "export", form, "-", "--table", table]
        done = subprocess.run(command, cwd=seed_project.root, stdout=full, stderr=subprocess.PIPE, check=False)
    told = done.stderr.decode()
    assert done.returncode == 1 and told.startswith("tarmim: standard output: No space left on device"), told


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_closed_pipe_is_no_failure(seed_project, form):
    process = seed_project.start("export", form, "-", "--table", "sentences")
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, b"")


def test_an_older_build_can_be_named(project):
    first = project.build()
    project.configure("split", "max_tokens", "12")
    second = project.build()
    count = len(lines(project.tarmim("export", "jsonl", "-", "--table", "sentences", "--build", first.id).stdout))
    assert count == pq.read_table(first.folder / "sentences").num_rows < pq.read_table(second.folder / "sentences").num_rows


def test_errors_of_export_are_reported(seed_project, empty_project, tmp_path):
    assert "only articles and sentences have text" in seed_project.tarmim(
        "export", "text", "-", "--table", "keywords", expect=2
    ).stderr
    assert "name a folder" in seed_project.tarmim("export", "text", "-", "--each", "article", expect=2).stderr
    told = seed_project.tarmim("export", "text", "-", "--build", "0123", expect=2).stderr
    assert "no build 0123" in told and seed_project.current().id in told
    assert "there is no build yet" in empty_project.tarmim("export", "text", "-", "--build", "0123", expect=3).stderr
    assert "there is no build yet" in empty_project.tarmim("export", "text", tmp_path / "x", expect=3).stderr
