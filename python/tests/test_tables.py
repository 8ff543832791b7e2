"""Tables: rows are those of a build, byte for byte, whichever library holds the input; every row comes out once."""

import datetime
import sqlite3
import subprocess
import sys

import duckdb
import pandas
import polars
import pyarrow as pa
import pytest
from conftest import STRIPPED, TABLES, build_of, rows, stored, write_jsonl

import tarmim


def test_rows_are_those_of_a_build(engine, records, built):
    annotation = engine.annotate(pa.Table.from_pylist(records), source_path="articles.jsonl")
    for table in TABLES:
        expected = stored(built, table)
        found = pa.table(getattr(annotation, table))
        assert found.schema.names == expected.schema.names
        assert [field.type for field in found.schema] == [field.type for field in expected.schema]
        assert [field.metadata for field in found.schema] == [
            {key: value for key, value in (field.metadata or {}).items() if key != b"PARQUET:field_id"} for field in expected.schema
        ]
        if table == "rejects":
            # Where a record stands in its file, a table does not know.
            found, expected = (side.drop_columns(["byte_offset", "record", "message"]) for side in (found, expected))
        assert rows(found) == rows(expected), table


@pytest.mark.parametrize("duplicates", ["flag", "drop_exact", "drop", "off"])
def test_duplicates_are_judged_as_in_a_build(records, tmp_path, duplicates):
    write_jsonl(tmp_path / "raw" / "articles.jsonl", records)
    build = build_of(tmp_path, settings=f'duplicates = "{duplicates}"\n')
    annotation = tarmim.Engine(duplicates=duplicates).annotate(pa.Table.from_pylist(records), source_path="articles.jsonl")
    assert rows(annotation.articles) == rows(stored(build, "articles"))
    assert rows(annotation.sentences) == rows(stored(build, "sentences"))
    assert [row["code"] for row in rows(annotation.rejects)] == [row["code"] for row in rows(stored(build, "rejects"))]


def inputs(records):
    table = pa.Table.from_pylist(records)
    yield "pyarrow", table
    yield "stream", pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=7))
    yield "polars", polars.DataFrame(records)
    yield "pandas", pandas.DataFrame(records)
    yield "DuckDB", duckdb.from_arrow(table)
    yield "chunks", pa.concat_tables([table.slice(0, 5), table.slice(5)])
    large = [pa.field(field.name, pa.large_string()) for field in table.schema]
    yield "large strings", table.cast(pa.schema(large))
    yield "dictionary", table.set_column(4, "text", table["text"].dictionary_encode())


def test_every_library_gives_the_same(engine, records):
    results = {name: engine.annotate(table, text="text", id="id") for name, table in inputs(records)}
    expected = {table: rows(getattr(results["pyarrow"], table)) for table in TABLES}
    assert expected["rejects"] and expected["keywords"]
    for name, annotation in results.items():
        for table in TABLES:
            assert rows(getattr(annotation, table)) == expected[table], (name, table)


def test_every_library_reads_the_result(engine, records):
    annotation = engine.annotate(pa.Table.from_pylist(records), text="text", id="id")
    sentences = annotation.sentences
    count = len(sentences)
    assert count == sentences.to_pyarrow().num_rows == sentences.to_polars().height == len(sentences.to_pandas())
    assert duckdb.sql("select count(*) from sentences").fetchall() == [(count,)]
    assert polars.DataFrame(sentences)["text"].to_list() == pa.table(sentences)["text"].to_pylist()
    assert repr(sentences) == f"<tarmim.Table sentences: {count} rows, {len(sentences.column_names)} columns>"


def test_every_row_comes_out_once(engine, records):
    table = pa.Table.from_pylist([*records, records[1], {"id": None, "text": STRIPPED}])
    annotation = engine.annotate(table, text="text", id="id")
    articles, rejects = rows(annotation.articles), rows(annotation.rejects)
    assert len(articles) + len(rejects) == table.num_rows
    assert [row["article_index"] for row in articles] == list(range(len(articles)))
    assert {row["source_path"]: row["code"] for row in rejects} == {
        "a6": "no_text",
        "a7": "no_text",
        "a9": "binary",
        "a2": "duplicate_key",
        f"row {table.num_rows - 1}": "no_id",
    }
    ids = {row["source_path"] for row in articles}
    assert ids | {row["source_path"] for row in rejects} >= {row["id"] for row in records}
    assert {row["source_path"] for row in rows(annotation.sentences)} == ids


def test_rows_without_an_id_are_named_by_their_text(engine):
    texts = [STRIPPED, STRIPPED + " كتاب", STRIPPED]
    names = [row["source_path"] for row in rows(engine.annotate(pa.table({"text": texts})).articles)]
    assert names[0].startswith("text:") and names[2] == names[0] + "#2" and len(set(names)) == 3
    other = [row["source_path"] for row in rows(engine.annotate(pa.table({"text": texts[1:]})).articles)]
    assert other == [names[1], names[0]], "a name does not depend on the other rows"


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64(), pa.decimal128(38, 0), None], ids=str)
def test_ids_may_be_numbers(engine, kind):
    ids = pa.array([3, 12345678901234])
    table = pa.table({"id": ids.cast(kind) if kind else ids.dictionary_encode(), "text": [STRIPPED, "كتاب جديد"]})
    assert [row["source_path"] for row in rows(engine.annotate(table, id="id").articles)] == ["3", "12345678901234"]


def test_batches_come_one_by_one(engine, records):
    table = pa.Table.from_pylist(records)
    asked = []

    def batches():
        for number, batch in enumerate(table.to_batches(max_chunksize=10)):
            asked.append(number)
            yield batch

    stream = pa.RecordBatchReader.from_batches(table.schema, batches())
    annotations = engine.annotate_batches(stream, text="text", id="id")
    first = next(annotations)
    assert len(asked) <= 2, "the stream is read as its results are"
    found = [*rows(first.articles), *(row for annotation in annotations for row in rows(annotation.articles))]
    whole = rows(engine.annotate(table, text="text", id="id").articles)
    assert [row["text"] for row in found if row["token_count"] > 40] == [row["text"] for row in whole if row["token_count"] > 40]
    assert [row["article_index"] for row in found] == list(range(len(found)))
    assert [row["duplicate_of"] for row in found] == [row["duplicate_of"] for row in whole]


def test_an_endless_stream_is_read_in_bounded_memory(engine):
    schema = pa.schema([("text", pa.string())])

    def endless():
        while True:
            yield pa.record_batch([[STRIPPED]], schema=schema)

    annotations = engine.annotate_batches(pa.RecordBatchReader.from_batches(schema, endless()))
    assert sum(len(next(annotations).articles) for _ in range(50)) == 50


@pytest.mark.parametrize(
    ("table", "arguments", "what"),
    [
        (pa.table({"x": ["a"]}), {"text": "text"}, "the column text is missing; columns found: x"),
        (pa.table({"x": ["a"]}), {}, "the column text, or body, or .* is missing; columns found: x"),
        (pa.table({"text": [1.5]}), {"text": "text"}, "the column text should be text; it is Float64"),
        (pa.table({"text": [b"x"]}), {"text": "text"}, "the column text should be text; it is Binary"),
        (pa.table({"text": ["a"], "id": [1.5]}), {"id": "id"}, "the column id should be text or whole numbers; it is Float64"),
        (pa.table({"text": ["a"]}), {"id": "id"}, "the column id is missing"),
        (pa.table([["a"], ["b"]], names=["text", "text"]), {}, "two columns are named text"),
        (pandas.DataFrame({"text": ["a", 1.5, b"x"]}), {}, "if a column holds values of several types, give it one"),
        ([STRIPPED], {}, "expected a table that speaks Arrow .* found list"),
        (STRIPPED, {}, "for one text, call engine.repair"),
    ],
)
def test_a_table_that_cannot_be_used_is_named(engine, table, arguments, what):
    with pytest.raises(tarmim.InputError, match=what) as raised:
        engine.annotate(table, **arguments)
    assert raised.value.code == 2


def test_a_column_nested_too_deep_is_named(engine):
    """Reading it would overflow the stack, and end the process."""
    for nest in (pa.list_, lambda item: pa.struct([("x", item)])):
        kind = pa.int8()
        for _ in range(3_000):
            kind = nest(kind)
        with pytest.raises(tarmim.InputError, match="the column x is nested more than 64 deep|cannot be read"):
            engine.annotate(pa.table({"text": [STRIPPED], "x": pa.nulls(1, kind)}))
        kind = pa.int8()
        for _ in range(30):
            kind = nest(kind)
        assert len(engine.annotate(pa.table({"text": [STRIPPED], "x": pa.nulls(1, kind)})).articles) == 1


def test_a_batch_that_is_not_as_its_stream_says_is_named(engine):
    schema = pa.schema([("text", pa.string())])
    for batch in (
        pa.record_batch({"text": [1, 2]}),
        pa.record_batch({"text": pa.array(["x"], pa.large_string())}),
        pa.record_batch({"text": pa.array(["x"], pa.string_view())}),
        pa.record_batch({"other": ["x"]}),
        pa.record_batch({"text": ["x"], "other": ["x"]}),
        pa.record_batch({}),
    ):
        stream = pa.RecordBatchReader.from_batches(schema, iter([batch]))
        with pytest.raises(tarmim.InputError, match="a batch does not have the schema of its stream but"):
            engine.annotate(stream)


def test_odd_columns_give_rejects(engine):
    assert rows(engine.annotate(pa.table({"text": pa.array([], pa.string())})).rejects) == []
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")])
    for column, codes in [
        (pa.array([None, None], pa.null()), ["no_text"] * 2),
        (broken, ["not_utf8"]),
        (pa.array(["ا\0"]), ["binary"]),
        (pa.array([1.5, None]), ["no_text"] * 2),
        (pa.array([[STRIPPED, "سطر"], []]), ["no_text"]),
    ]:
        assert [row["code"] for row in rows(engine.annotate(pa.table({"text": column})).rejects)] == codes


def test_a_stream_that_fails_raises(engine):
    schema = pa.schema([("text", pa.string())])

    def failing():
        yield pa.record_batch([[STRIPPED]], schema=schema)
        raise RuntimeError("the source is gone")

    for method in (engine.annotate, lambda stream: list(engine.annotate_batches(stream))):
        with pytest.raises(RuntimeError, match="the source is gone"):
            method(pa.RecordBatchReader.from_batches(schema, failing()))


def test_a_generator_runs_where_its_caller_does(engine):
    """It may use what belongs to its thread, such as a connection of SQLite."""
    schema = pa.schema([("text", pa.string())])
    database = sqlite3.connect(":memory:")
    database.execute("create table articles (text)")
    database.executemany("insert into articles values (?)", [(STRIPPED,)] * 3)

    def batches():
        for row in database.execute("select text from articles"):
            yield pa.record_batch([list(row)], schema=schema)

    assert len(engine.annotate(pa.RecordBatchReader.from_batches(schema, batches())).articles) == 3
    assert sum(len(tables.articles) for tables in engine.annotate_batches(pa.RecordBatchReader.from_batches(schema, batches()))) == 3


def test_metadata_is_kept(engine, records):
    found = {row["source_path"]: row for row in rows(engine.annotate(pa.Table.from_pylist(records), id="id").articles)}
    assert found["a1"]["title"] == "زياد الصادرات" and found["a1"]["section"] == "اقتصاد"
    assert found["a2"]["published"] == datetime.date(2012, 3, 7), "the other dates of the column tell its order"
    assert found["a5"]["published"] is None and found["a5"]["extra"] == [{"name": "date", "value": "غدا"}]


def test_many_rows_go_through_a_file(tmp_path):
    """More than is held in memory: the result is larger than the spool, and memory is not."""
    script = """
import resource, sys
import pyarrow as pa, tarmim
engine = tarmim.Engine(duplicates="off", effort="fast", vocabularies=[])
schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
def batches(count):
    for number in range(count):
        yield pa.record_batch([list(range(number * 20_000, (number + 1) * 20_000)), ["كتاب"] * 20_000], schema=schema)
def peak(count):
    annotation = engine.annotate(pa.RecordBatchReader.from_batches(schema, batches(count)), text="text", id="id")
    assert len(annotation.articles) == count * 20_000, len(annotation.articles)
    total = sum(len(batch) for batch in pa.RecordBatchReader.from_stream(annotation.sentences))
    assert total == count * 20_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
small, large = peak(3), peak(9)
assert large < small * 1.3, (small, large)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == [], "temporary files have no names"
