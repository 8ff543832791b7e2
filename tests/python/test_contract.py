"""The build of the shipped articles has the files, columns and metadata that other tools rely on."""

import itertools
import re

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import REPOSITORY, TABLES, assert_builds_are_whole, seed_texts

# Every column of every table, in order, with its Arrow type; a question mark says that it may be null. What is not here must not
# be in a table: other tools rely on this list, so a new column is added here by hand.
ALTERNATIVES = "list<struct<form: utf8, confidence: float32>>"
CONTRACT = {
    "sentences": {
        "sentence_id": "utf8",
        "article_id": "utf8",
        "source_path": "utf8",
        "article_index": "int64",
        "sentence_index": "int32",
        "kind": "utf8",
        "raw_text": "utf8",
        "text": "utf8",
        "text_punctuated": "utf8",
        "source_start": "int64",
        "source_end": "int64",
        "tokens": "list<struct<raw: utf8, form: utf8, confidence: float32>>",
        "repairs": "list<struct<token: int32, raw: utf8, repaired: utf8, confidence: float32, origin: utf8, "
        f"alternatives: {ALTERNATIVES}>>",
        "doubts": f"list<struct<token: int32, raw: utf8, repaired: utf8, confidence: float32, alternatives: {ALTERNATIVES}>>",
        "repair_confidence": "float32",
        "boundary_confidence": "float32",
        "number_gaps": "list<struct<token: int32, confidence: float32>>",
        "marks": "list<struct<token: int32, mark: utf8, confidence: float32>>",
        "keyword_ids": "list<utf8>",
        "token_count": "int32",
        "repaired_count": "int32",
        "unresolved_count": "int32",
    },
    "articles": {
        "article_id": "utf8",
        "source_path": "utf8",
        "record": "utf8?",
        "article_index": "int64",
        "content_hash": "utf8",
        "encoding": "utf8",
        "title": "utf8?",
        "section": "utf8?",
        "byline": "utf8?",
        "dateline": "utf8?",
        "published": "date32?",
        "text": "utf8",
        "text_punctuated": "utf8",
        "damage": "utf8",
        "token_count": "int32",
        "sentence_count": "int32",
        "repaired_count": "int32",
        "unresolved_count": "int32",
        "mean_confidence": "float32",
        "keywords": "list<struct<id: utf8, label: utf8, category: utf8, count: int32>>",
        "keyphrases": "list<struct<text: utf8, score: float32, count: int32>>",
        "duplicate_of": "utf8?",
        "near_duplicate_of": "utf8?",
        "near_duplicate_similarity": "float32?",
        "extra": "list<struct<name: utf8, value: utf8>>",
    },
    "keywords": {
        "article_id": "utf8",
        "sentence_id": "utf8",
        "source_path": "utf8",
        "article_index": "int64",
        "sentence_index": "int32",
        "keyword_id": "utf8",
        "iri": "utf8?",
        "label": "utf8",
        "category": "utf8",
        "surface": "utf8",
        "layer": "utf8",
        "confidence": "float32",
        "token_start": "int32",
        "token_end": "int32",
    },
    "rejects": {
        "source_path": "utf8",
        "record": "utf8?",
        "stage": "utf8",
        "code": "utf8",
        "message": "utf8",
        "byte_offset": "int64?",
    },
}


def spelled(data_type):
    """An Arrow type as the table above writes it; large and view types differ from the plain ones."""
    if pa.types.is_list(data_type):
        return f"list<{spelled_field(data_type.value_field)}>"
    if pa.types.is_struct(data_type):
        return "struct<" + ", ".join(f"{field.name}: {spelled_field(field)}" for field in data_type) + ">"
    return {"string": "utf8", "float": "float32", "date32[day]": "date32"}.get(str(data_type), str(data_type))


def spelled_field(field):
    return spelled(field.type) + ("?" if field.nullable else "")


def members(field, path=None):
    """The dotted path of a field and of every struct member inside it, each with its field."""
    path = path or field.name
    yield path, field
    inner = field.type
    while pa.types.is_list(inner):
        inner = inner.value_type
    if pa.types.is_struct(inner):
        for member in inner:
            yield from members(member, f"{path}.{member.name}")


def described(schema):
    """Description and unit of every field, nested ones too, by its path."""
    fields = itertools.chain.from_iterable(map(members, schema))
    reported = {path: field.metadata or {} for path, field in fields}
    return {path: tuple(found.get(key, b"").decode().strip() for key in (b"description", b"unit")) for path, found in reported.items()}


# The layout


def test_current_is_a_relative_link_to_the_build(seed_project, seed_build):
    link = seed_project.output / "current"
    assert link.is_symlink()
    assert str(link.readlink()) == f"builds/{seed_build.id}", "a relative link survives moving the folder"
    assert_builds_are_whole(seed_project)


def test_table_folders_hold_only_parquet_files(seed_build):
    beside = {"manifest.json", "report.json", "report.html", "redone.csv", "croissant.json", "README.md", "datapackage.json"}
    assert {path.name for path in seed_build.folder.iterdir()} == {*TABLES, *beside}
    for table in TABLES:
        names = sorted(path.name for path in (seed_build.folder / table).iterdir())
        assert names == [f"part-{number:05}.parquet" for number in range(len(names))] and names


def test_each_table_has_the_rows_it_should(seed_build, sentences):
    assert sorted(row["source_path"] for row in seed_build.rows("articles")) == sorted(seed_texts())
    assert len(sentences) > 3, "articles of 400 words are not one sentence each"
    assert seed_build.rows("keywords")
    assert seed_build.rows("rejects") == []


# The columns


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_columns_of_the_contract_and_no_others(seed_build, table):
    for path in seed_build.files(table):
        found = [(field.name, spelled_field(field)) for field in pq.read_schema(path)]
        assert found == list(CONTRACT[table].items())


@pytest.mark.parametrize("table", TABLES)
def test_every_field_has_a_description_and_every_number_a_unit(seed_build, table):
    for path in seed_build.files(table):
        schema = pq.read_schema(path)
        fields = dict(itertools.chain.from_iterable(map(members, schema)))
        for name, (description, unit) in described(schema).items():
            is_number = pa.types.is_integer(fields[name].type) or pa.types.is_floating(fields[name].type)
            assert description, f"{table}: {name} has no description"
            assert bool(unit) == is_number, f"{table}: {name} has the unit {unit!r}"


def dictionary_page(table):
    """Description and unit of every field of a table, as docs/data-dictionary.md has them."""
    page = (REPOSITORY / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {table}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in section.splitlines() if line.startswith("| `")]
    return {name.strip("`"): (meaning, unit) for name, _, unit, _, meaning in rows}


@pytest.mark.parametrize("table", TABLES)
def test_the_data_dictionary_documents_every_field_as_the_files_do(seed_build, table):
    for path in seed_build.files(table):
        assert described(pq.read_schema(path)) == dictionary_page(table)


# The Parquet files


def test_files_are_zstd_by_tarmim_with_a_page_index(seed_build):
    for path in seed_build.parquet_files():
        metadata = pq.read_metadata(path)
        assert "tarmim" in metadata.created_by
        groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        assert sum(group.num_rows for group in groups) == metadata.num_rows
        for column in (group.column(index) for group in groups for index in range(group.num_columns)):
            assert column.compression == "ZSTD", f"{path}: {column.path_in_schema}"
            assert column.has_column_index and column.has_offset_index, f"{path}: {column.path_in_schema}"


@pytest.mark.parametrize("table", ["sentences", "articles"])
def test_rows_are_sorted_as_the_file_declares(seed_build, table):
    for path in seed_build.files(table):
        file = pq.ParquetFile(path)
        for index in range(file.metadata.num_row_groups):
            declared = file.metadata.row_group(index).sorting_columns
            assert declared, f"{path}: no sorting columns"
            assert not any(column.descending for column in declared)
            names = [file.metadata.schema.column(column.column_index).path for column in declared]
            rows = file.read_row_group(index, columns=names).to_pylist()
            keys = [tuple(v.encode() if isinstance(v := row[name], str) else v for name in names) for row in rows]
            assert keys == sorted(keys)
            assert table != "sentences" or names[-1] == "sentence_index"


def test_files_name_their_schema_their_build_and_their_model(seed_build):
    models = set()
    for path in seed_build.parquet_files():
        found = {k.decode(): v.decode() for k, v in pq.read_metadata(path).metadata.items() if k != b"ARROW:schema"}
        by_topic = {topic: [v for k, v in found.items() if topic in k.lower()] for topic in ("schema", "build", "model")}
        assert by_topic["build"] == [seed_build.id]
        assert re.fullmatch(r"\d+(\.\d+)*", *by_topic["schema"])
        models.update(by_topic["model"])
    assert len(models) == 1 and models.pop()


# Other readers


def test_duckdb_polars_and_pyarrow_read_the_same(seed_project, seed_build):
    for table in TABLES:
        pattern = seed_project.output / "current" / table / "*.parquet"
        arrow = seed_build.table(table)
        frame = polars.read_parquet(pattern)
        duck = duckdb.sql(f"select * from '{pattern}'")
        columns = [field.name for field in arrow.schema if spelled(field.type) == "utf8"]
        assert arrow.num_rows == frame.height == duck.shape[0]
        assert set(frame.columns) == set(duck.columns) == set(arrow.column_names)
        expected = sorted(map(repr, zip(*(arrow[name].to_pylist() for name in columns))))
        assert sorted(map(repr, frame.select(columns).rows())) == expected
        assert sorted(map(repr, duck.select(*columns).fetchall())) == expected
