"""Opening builds: every library gives the same tables, and the flat ones agree with the stored ones."""

import datetime

import duckdb
import pandas
import polars
import pytest
from conftest import build_of, rows, stored, write_jsonl

import tarmim
from tarmim.dataset import TABLES


@pytest.fixture(scope="module")
def build(built):
    return tarmim.load(built.parents[1])


def in_order(frame):
    """The rows of a polars frame in an order of their own, so that two frames can be compared."""
    return sorted(map(repr, frame.rows()))


@pytest.mark.parametrize("table", TABLES)
def test_every_library_gives_the_same(build, table):
    lazy = build.polars(table)
    assert isinstance(lazy, polars.LazyFrame)
    ours, theirs = lazy.collect(), build.duckdb(table).pl()
    assert ours.columns == theirs.columns
    assert in_order(ours) == in_order(theirs.cast(dict(ours.schema)))
    frame = build.pandas(table)
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == ours.columns and len(frame) == ours.height


def test_stored_tables_are_those_of_the_files(build, built):
    assert build.id == built.name and build.path == built
    for table in ("sentences", "keywords", "rejects"):
        assert getattr(build, table).collect().to_arrow().to_pylist() == rows(stored(built, table))
    assert build.manifest["counts"]["articles"] == build.articles.collect().height


def test_published_is_a_datetime(build):
    assert build.articles.collect().schema["published"] == polars.Datetime("us")
    frame = build.pandas("articles")
    assert pandas.api.types.is_datetime64_any_dtype(frame["published"])
    assert build.duckdb("articles").filter("record = 'a4'").project("published").fetchall() == [(datetime.datetime(2014, 5, 6),)]
    assert frame.set_index("record")["published"]["a4"] == pandas.Timestamp("2014-05-06")


def test_tokens_repairs_and_marks_give_the_sentences(build):
    tokens = build.tokens.collect()
    sentences = build.sentences.collect()
    assert tokens.height == sentences["token_count"].sum()
    joined = tokens.group_by("sentence_id", maintain_order=True).agg(
        raw=polars.col("raw").str.join(" "), text=polars.col("form").str.join(" "), tokens=polars.col("token")
    )
    both = sentences.join(joined, on="sentence_id")
    assert both.height == sentences.height
    assert both["raw"].to_list() == both["raw_text"].to_list() and both["text_right"].to_list() == both["text"].to_list()
    assert all(list(found) == list(range(len(found))) for found in joined["tokens"])
    repairs = build.repairs.collect()
    assert repairs.height == sentences["repaired_count"].sum()
    changed = tokens.filter(polars.col("raw") != polars.col("form"))
    assert changed.height == repairs.height
    assert changed["confidence"].to_list() == repairs["confidence"].to_list()
    means = tokens.group_by("sentence_id", maintain_order=True).agg(mean=polars.col("confidence").cast(polars.Float64).mean())
    assert (means["mean"] - both["repair_confidence"]).abs().max() < 1e-4
    assert build.marks.collect().height == sum(len(marks) for marks in sentences["marks"])
    hits = build.hits.collect()
    assert hits.height == build.keywords.collect().height and {"section", "title", "published"} <= set(hits.columns)


def test_one_build_is_read_while_another_is_published(records, tmp_path):
    write_jsonl(tmp_path / "raw" / "articles.jsonl", records[:4])
    build_of(tmp_path)
    build = tarmim.load(tmp_path / "output")
    write_jsonl(tmp_path / "raw" / "articles.jsonl", records[:2])
    settings = 'drift = "off"\n'
    build_of(tmp_path, settings="[gates]\n" + settings)
    assert build.articles.collect().height == 4
    newer = tarmim.load(tmp_path / "output")
    assert newer.articles.collect().height == 2 and newer.id != build.id
    assert tarmim.load(tmp_path / "output", build=build.id).articles.collect().height == 4


def test_a_partitioned_build_has_the_same_rows(records, built, tmp_path):
    write_jsonl(tmp_path / "raw" / "articles.jsonl", records)
    build_of(tmp_path, settings='partition_by = "section"\n')
    partitioned, plain = tarmim.load(tmp_path / "output"), tarmim.load(built.parents[1])
    assert len(partitioned.files("articles")) > 1
    for table in TABLES:
        frame = partitioned.polars(table).collect()
        assert in_order(frame) == in_order(plain.polars(table).collect())
        assert in_order(frame) == in_order(partitioned.duckdb(table).pl().cast(dict(frame.schema)))


def test_a_folder_with_a_quote_and_a_connection_of_ones_own(built, tmp_path):
    folder = tmp_path / "it's 50% [new]*?"
    folder.symlink_to(built.parents[1])
    build = tarmim.load(folder)
    build = tarmim.Build(folder / "builds" / build.id)
    connection = duckdb.connect()
    count = build.duckdb("articles", connection).count("*").fetchall()[0][0]
    assert count == build.articles.collect().height == len(build.pandas("articles"))


def test_what_is_not_there_is_named(tmp_path, built):
    with pytest.raises(tarmim.NothingToReadError, match="no build yet; make one with tarmim.run") as raised:
        tarmim.load(tmp_path)
    assert raised.value.code == 3
    with pytest.raises(tarmim.NothingToReadError, match="no build nope"):
        tarmim.load(built.parents[1], build="nope")
    with pytest.raises(tarmim.NothingToReadError, match="is no build: it has no manifest.json"):
        tarmim.Build(tmp_path)
    with pytest.raises(tarmim.InputError, match="table: expected one of sentences, .* found 'tokens'"):
        tarmim.load(built.parents[1]).files("tokens")
    with pytest.raises(tarmim.InputTypeError, match="connection: expected one of DuckDB, found int"):
        tarmim.load(built.parents[1]).duckdb("tokens", 5)
    with pytest.raises(ValueError, match="expected one of sentences, .* found 'nope'"):
        tarmim.load(built.parents[1]).polars("nope")
