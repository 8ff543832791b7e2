"""Long articles: processed in passages whose seams do not show, with memory that does not grow with the article's words."""

import random
import subprocess
import sys

import pytest

from conftest import PROGRAM, Project, repaired_tokens, scrambled, seed_texts, unified

# More than a passage holds.
LONG_WORDS = 36_000
# More than a batch of articles holds, so that it is handed over in pieces.
HUGE_BYTES = 9 << 20
MOST_MEMORY_KB = 700_000
# Runs a command and prints the peak of its memory in kilobytes. A small process of its own: a child begins with the peak of its parent,
# and this one has read large tables.
PEAK_MEMORY = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
NUMBER = "12345678901234567890"


def numbers(size):
    """Text that takes the program little time: tokens without a word, in lines."""
    line = " ".join([NUMBER] * 9) + ".\n"
    return line * (size // len(line))


@pytest.fixture(scope="module")
def long_text():
    generator = random.Random(5)
    halves = [scrambled(generator, LONG_WORDS // 2) for _ in range(2)]
    return "\n\n".join(halves) + "\n"


@pytest.fixture(scope="module")
def long_project(tmp_path_factory, long_text):
    """Two copies of a long article among the shipped ones."""
    project = Project(tmp_path_factory.mktemp("long") / "project")
    project.write("long.txt", long_text)
    project.write("long-copy.txt", long_text.replace(" ", "  "))
    project.build()
    return project


@pytest.fixture(scope="module")
def long_rows(long_project):
    return long_project.current().sentences_by_path()["long.txt"]


def article(project, path):
    (row,) = [row for row in project.current().rows("articles") if row["source_path"] == path]
    return row


def test_every_token_is_in_one_sentence_in_order(long_rows, long_text):
    assert [token for row in long_rows for token in row["raw_text"].split(" ")] == unified(long_text)
    assert [row["sentence_index"] for row in long_rows] == list(range(len(long_rows)))
    assert max(row["token_count"] for row in long_rows) <= 120


def test_offsets_count_from_the_article_s_beginning(long_rows, long_text):
    source, end = long_text.encode(), 0
    for row in long_rows:
        assert end <= row["source_start"] < row["source_end"]
        end = row["source_end"]
        assert unified(source[row["source_start"] : end].decode()) == row["raw_text"].split(" ")


def test_the_article_is_the_sum_of_its_sentences(long_project, long_rows):
    row = article(long_project, "long.txt")
    assert row["text"] == "\n".join(sentence["text"] for sentence in long_rows)
    assert row["sentence_count"] == len(long_rows)
    for count in ("token_count", "repaired_count", "unresolved_count"):
        assert row[count] == sum(sentence[count] for sentence in long_rows), count
    hits = [hit for hit in long_project.current().rows("keywords") if hit["source_path"] == "long.txt"]
    assert sum(keyword["count"] for keyword in row["keywords"]) == len(hits) > 0
    counts = [keyword["count"] for keyword in row["keywords"]]
    assert counts == sorted(counts, reverse=True)
    scores = [phrase["score"] for phrase in row["keyphrases"]]
    assert len(scores) == 10 and scores == sorted(scores, reverse=True)
    assert row["damage"] == "stripped"


def test_a_long_copy_is_a_duplicate(long_project):
    assert article(long_project, "long.txt")["duplicate_of"] == article(long_project, "long-copy.txt")["article_id"]


def test_the_filter_repairs_it_as_a_build_does(long_project, long_rows, long_text):
    repaired = long_project.tarmim("repair", stdin=long_text.encode()).stdout
    assert repaired.split() == " ".join(token for row in long_rows for token in repaired_tokens(row)).split()
    assert repaired.endswith("\n") and repaired.count("\n\n") == 1


def test_its_last_sentence_can_be_explained(long_project, long_rows):
    last = long_rows[-1]
    explained = long_project.tarmim("explain", last["sentence_id"]).stdout
    assert f"[{last['sentence_index']}] raw: {last['raw_text']}\n    repaired: {last['text']}\n" in explained
    beyond = long_project.tarmim("explain", f"{last['article_id']}:{len(long_rows)}", expect=2).stderr
    assert f"has {len(long_rows)} sentences" in beyond.replace(",", "")


def test_a_short_article_beside_it_is_what_it_was(long_project, seed_build):
    texts = {row["source_path"]: row["text"] for row in seed_build.rows("articles")}
    for path in seed_texts():
        assert article(long_project, path)["text"] == texts[path]


@pytest.fixture(scope="module")
def huge_project(tmp_path_factory):
    """A huge article between two short ones, and a copy of it at the end."""
    project = Project(tmp_path_factory.mktemp("huge") / "project", with_seeds=False)
    for name, text in zip(("a.txt", "c.txt"), seed_texts().values()):
        project.write(name, text)
    project.write("b.txt", numbers(HUGE_BYTES))
    project.write("d.txt", numbers(HUGE_BYTES))
    project.build("--jobs", "2")
    return project


def test_a_huge_article_keeps_its_place(huge_project):
    build = huge_project.current()
    rows = build.rows("articles")
    assert [(row["source_path"], row["article_index"]) for row in rows] == [(f"{c}.txt", i) for i, c in enumerate("abcd")]
    places = [row["article_index"] for row in build.rows("sentences")]
    assert places == sorted(places)
    tokens = numbers(HUGE_BYTES).split()
    assert rows[1]["text"].split() == tokens and rows[1]["token_count"] == len(tokens)
    assert rows[3]["duplicate_of"] == rows[1]["article_id"]


def test_it_has_equal_bytes_on_any_number_of_cores(huge_project, tmp_path):
    huge_project.tarmim("run", "--jobs", "1", "--output", tmp_path)
    builds = [path for path in (tmp_path / "builds").iterdir() if not path.name.startswith(".")]
    (build,) = builds
    for path in huge_project.current().parquet_files():
        assert path.read_bytes() == (build / path.relative_to(huge_project.current().folder)).read_bytes(), path.name


def test_a_dropped_copy_has_no_rows(huge_project, tmp_path):
    before = huge_project.config.read_text(encoding="utf-8")
    huge_project.configure("dataset", "duplicates", '"drop"')
    huge_project.tarmim("run", "--output", tmp_path)
    huge_project.config.write_text(before, encoding="utf-8")
    text = huge_project.tarmim("stats", "--output", tmp_path).stdout
    assert "d.txt" not in text
    (rejects,) = [path for path in (tmp_path / "current" / "rejects").glob("*.parquet")]
    import pyarrow.parquet as pq

    assert [row["source_path"] for row in pq.read_table(rejects).to_pylist()] == ["d.txt"]
    assert len(pq.read_table(tmp_path / "current" / "articles")) == 3


def test_it_has_a_file_of_its_own_without_bounds_of_its_text(huge_project):
    """The bounds of a column are copies of its values in memory; of a single row, they tell readers nothing."""
    import pyarrow.parquet as pq

    files = [pq.ParquetFile(path) for path in huge_project.current().files("articles")]
    assert [file.read(["source_path"])["source_path"].to_pylist() for file in files] == [[f"{c}.txt"] for c in "abcd"]
    for file, is_huge in zip(files, [False, True, False, True], strict=True):
        columns = [file.metadata.row_group(0).column(index) for index in range(file.metadata.num_columns)]
        unbounded = [column.path_in_schema for column in columns if not column.has_column_index]
        assert unbounded == (["text", "text_punctuated"] if is_huge else [])
        assert all(column.has_offset_index for column in columns)


@pytest.mark.parametrize("command", ["run", "check", "repair"])
def test_memory_does_not_grow_with_the_words(tmp_path, command):
    """Twice what an article of this size once took is more than the limit."""
    project = Project(tmp_path / "project", with_seeds=False)
    path = project.write("article.txt", numbers(24 << 20))
    with path.open("rb") as text:
        launched = [sys.executable, "-c", PEAK_MEMORY, PROGRAM, command]
        measured = subprocess.run(launched, cwd=project.root, stdin=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert measured.returncode == 0, measured.stderr.decode()
    assert int(measured.stdout) < MOST_MEMORY_KB, f"{int(measured.stdout)} KB"
