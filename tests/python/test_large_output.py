"""Output of many row groups: their sizes, order, indexes and filters, and that readers use these to read less."""

import json
import os
import random
import subprocess
import sys

import duckdb
import polars
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from conftest import Project, seed_texts

GROUP_ROWS = 122_880
PART_ROWS = 8 * GROUP_ROWS
ARTICLES, SENTENCES = 280, 900
# Sentences of two words, all in full: the cheapest that a build can hold.
VERBS = "قال رفض كتب حضر سافر رجع دخل خرج وصل شكر طلب سمع فتح ترك درس لعب".split()
NOUNS = (
    "الوزير المدير الرئيس الطبيب المهندس الشاعر التاجر العامل "
    "الطالب المعلم الكاتب اللاعب المدرب السفير القائد المزارع"
).split()
TABLES_BY_ARTICLE = ("sentences", "articles", "keywords")
SORTED = {
    "sentences": ["article_index", "sentence_index"],
    "articles": ["article_index"],
    "keywords": ["article_index", "sentence_index", "token_start"],
    "rejects": [],
}
# The largest accepted share of false positives; the filters are sized for 0.05.
FALSE_ALARMS = 0.1


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """More than two full row groups of sentences, and enough rejects for two files."""
    project = Project(tmp_path_factory.mktemp("large") / "project", with_seeds=False)
    project.configure("dataset", "max_reject_ratio", 1)
    project.configure("dataset", "duplicates", '"off"')
    generator = random.Random(0)
    with project.write("articles.jsonl", "").open("w", encoding="utf-8") as file:
        for number in range(ARTICLES):
            text = " ".join(f"{generator.choice(VERBS)} {generator.choice(NOUNS)}." for _ in range(SENTENCES))
            file.write(json.dumps({"id": f"{number:04}", "text": text}, ensure_ascii=False) + "\n")
    project.write("broken.jsonl", "no json\n" * (PART_ROWS + 1))
    return project.build()


@pytest.fixture(scope="module")
def sentences(build):
    (path,) = build.files("sentences")
    return path


@pytest.fixture(scope="module")
def ids(build):
    """The articles' ids, by their places."""
    return build.table("articles").sort_by("article_index")["article_id"].to_pylist()


@pytest.fixture(scope="module")
def groups_of(sentences):
    """The row groups that hold each article, found without an index."""
    groups = {}
    file = pq.ParquetFile(sentences)
    for group in range(file.num_row_groups):
        for id in set(file.read_row_group(group, ["article_id"])["article_id"].to_pylist()):
            groups.setdefault(id, set()).add(group)
    return groups


@pytest.fixture(scope="module")
def wanted(ids, groups_of, sentences):
    """The place and the id of an article that lies in the middle row group only; the filters of the others exclude it."""
    return next((index, id) for index, id in enumerate(ids) if groups_of[id] == {1} == named_by_the_filters(sentences, id))


def named_by_the_filters(path, id):
    """The row groups that the Bloom filters do not exclude."""
    query = "select row_group_id from parquet_bloom_probe(?, 'article_id', ?) where not bloom_filter_excludes"
    return {group for (group,) in duckdb.execute(query, [str(path), id]).fetchall()}


# The row groups


def test_all_row_groups_but_the_last_are_full(sentences, build):
    metadata = pq.read_metadata(sentences)
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sizes[:-1] == [GROUP_ROWS, GROUP_ROWS] and 0 < sizes[-1] < GROUP_ROWS
    told = json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))
    assert sum(sizes) == told["counts"]["sentences"] == sum(row["sentence_count"] for row in build.rows("articles"))


def test_a_full_file_is_followed_by_another(build):
    """Tables of more than 983,040 rows lie in several files."""
    files = build.files("rejects")
    assert [path.name for path in files] == ["part-00000.parquet", "part-00001.parquet"]
    metadata = [pq.read_metadata(path) for path in files]
    assert [each.num_rows for each in metadata] == [PART_ROWS, 1]
    assert [metadata[0].row_group(group).num_rows for group in range(8)] == [GROUP_ROWS] * 8
    offsets = [row for path in files for row in pq.ParquetFile(path).read(["byte_offset"])["byte_offset"].to_pylist()]
    assert offsets == list(range(0, 8 * len(offsets), 8)), "each line once, in order"


def test_articles_lie_side_by_side_across_row_groups(sentences, groups_of, ids):
    rows = pq.ParquetFile(sentences).read(["article_index", "sentence_index", "article_id"])
    keys = list(zip(rows["article_index"].to_pylist(), rows["sentence_index"].to_pylist()))
    assert keys == sorted(set(keys))
    assert all(ids[index] == id for index, id in zip(rows["article_index"].to_pylist(), rows["article_id"].to_pylist()))
    assert {len(groups) for groups in groups_of.values()} == {1, 2}
    assert sum(len(groups) == 2 for groups in groups_of.values()) <= 2, "only one can lie across each border"


# Metadata of the files


def test_files_declare_their_order(build):
    for table, names in SORTED.items():
        for path in build.files(table):
            metadata = pq.read_metadata(path)
            for group in range(metadata.num_row_groups):
                declared = metadata.row_group(group).sorting_columns
                assert [metadata.schema.column(column.column_index).path for column in declared] == names
                assert not any(column.descending or column.nulls_first for column in declared)


def test_every_column_has_statistics_and_a_page_index(build):
    for path in build.parquet_files():
        metadata = pq.read_metadata(path)
        for group in (metadata.row_group(index) for index in range(metadata.num_row_groups)):
            for column in (group.column(index) for index in range(group.num_columns)):
                where = f"{path}: {column.path_in_schema}"
                assert column.has_column_index and column.has_offset_index, where
                assert column.is_stats_set and column.statistics.has_null_count, where
                assert column.compression == "ZSTD", where


def test_statistics_of_row_groups_bound_their_articles(build):
    for table in TABLES_BY_ARTICLE:
        for path in build.files(table):
            file, last = pq.ParquetFile(path), 0
            at = file.schema_arrow.get_field_index("article_index")
            for group in range(file.num_row_groups):
                told = file.metadata.row_group(group).column(at).statistics
                held = file.read_row_group(group, ["article_index"])["article_index"].to_pylist()
                assert (told.min, told.max) == (min(held), max(held)) and told.min >= last
                last = told.max


def test_only_article_ids_have_bloom_filters(build):
    for table in SORTED:
        for path in build.files(table):
            columns = duckdb.execute(
                "select distinct path_in_schema from parquet_metadata(?) where bloom_filter_offset is not null", [str(path)]
            )
            assert columns.fetchall() == ([("article_id",)] if table in TABLES_BY_ARTICLE else []), table


def test_bloom_filters_are_sized_for_articles_not_rows(build):
    """One sized for the rows of a row group would take 128 KiB."""
    query = "select distinct row_group_id, bloom_filter_length from parquet_metadata(?) where path_in_schema = 'article_id'"
    for table in TABLES_BY_ARTICLE:
        for path in build.files(table):
            assert all(0 < size <= 64 + 2 * ARTICLES for _, size in duckdb.execute(query, [str(path)]).fetchall())


def test_files_name_what_wrote_them(build):
    told = json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))
    for table in SORTED:
        for path in build.files(table):
            metadata = pq.read_metadata(path)
            assert metadata.created_by == f"tarmim version {told['provenance']['tarmim']}"
            key_values = {key.decode(): value.decode() for key, value in metadata.metadata.items() if key != b"ARROW:schema"}
            assert key_values == {
                "tarmim.table": table,
                "tarmim.schema_version": told["schema_version"],
                "tarmim.build_id": build.id,
                "tarmim.model_id": told["provenance"]["model_id"],
            }


# Readers use them


def scan_of(query, parameter):
    """The table scan in DuckDB's profile of a query, and the rows of the query."""
    database = duckdb.connect()
    plan = json.loads(database.execute(f"explain (analyze, format json) {query}", [parameter]).fetchall()[0][1])
    operators = list(plan["operator"])
    for operator in operators:
        operators.extend(operator.get("children", []))
    (scan,) = (operator for operator in operators if operator["type"] == "TABLE_SCAN")
    return scan, database.execute(query, [parameter]).fetchall()


@pytest.mark.parametrize("column", ["article_id", "article_index"])
def test_duckdb_reads_one_row_group_for_one_article(sentences, wanted, column):
    index, id = wanted
    query = f"select text from '{sentences}' where {column} = ?"
    scan, rows = scan_of(query, id if column == "article_id" else index)
    assert (scan["row_groups_scanned"], scan["total_row_groups_to_scan"]) == (1, 3)
    assert scan["rows_scanned"] <= GROUP_ROWS and len(rows) == pytest.approx(SENTENCES, abs=5)


def test_duckdb_reads_nothing_for_an_article_that_is_not_there(sentences):
    """The ids of every row group range from 0… to f…, so only the Bloom filters can exclude it."""
    candidates = (f"{number:016x}" for number in range(0x5000 << 48, 0xF000 << 48, 1 << 52))
    absent = next(id for id in candidates if not named_by_the_filters(sentences, id))
    scan, rows = scan_of(f"select text from '{sentences}' where article_id = ?", absent)
    assert rows == [] and scan.get("row_groups_scanned", 0) == 0


def test_explain_analyze_shows_how_many_row_groups_were_read(sentences, wanted):
    """As the README shows."""
    query = f"explain analyze select text from '{sentences}' where article_id = '{wanted[1]}'"
    assert "Row Groups Scanned: 1 / 3" in duckdb.sql(query).fetchall()[0][1]


def test_bloom_filters_never_exclude_a_present_article(sentences, groups_of):
    """And have few false positives."""
    false_alarms = 0
    for id, groups in groups_of.items():
        named = named_by_the_filters(sentences, id)
        assert named >= groups, id
        false_alarms += len(named - groups)
    others = sum(3 - len(groups) for groups in groups_of.values())
    assert false_alarms <= FALSE_ALARMS * others


def test_polars_reads_one_row_group_for_one_article(sentences, wanted):
    """Polars reports this only if POLARS_VERBOSE is set when it starts."""
    condition = f"polars.col('article_index') == {wanted[0]}"
    script = f"import polars; print(polars.scan_parquet({str(sentences)!r}).filter({condition}).collect().height)"
    environment = os.environ | {"POLARS_VERBOSE": "1"}
    done = subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert int(done.stdout.split()[-1]) == pytest.approx(SENTENCES, abs=5)
    assert "reading 1 / 3 row groups" in done.stderr


def test_pyarrow_reads_one_row_group_for_one_article(sentences, wanted):
    index, id = wanted
    (fragment,) = ds.dataset(sentences).get_fragments()
    condition = ds.field("article_index") == index
    assert [group.id for group in fragment.subset(condition).row_groups] == [1]
    assert set(ds.dataset(sentences).to_table(filter=condition)["article_id"].to_pylist()) == {id}


# Their content


def test_readers_agree_on_lists_across_row_groups(sentences):
    rows = pq.ParquetFile(sentences).read(["sentence_id", "keyword_ids", "doubts", "repairs"]).to_pylist()
    repaired = [[repair["repaired"] for repair in row["repairs"]] for row in rows]
    expected = [(row["sentence_id"], row["keyword_ids"], len(row["doubts"]), forms) for row, forms in zip(rows, repaired)]
    assert any(row["keyword_ids"] for row in rows[-1000:]) and any(row["repairs"] or row["doubts"] for row in rows)
    duck = duckdb.sql(
        f"select sentence_id, keyword_ids, len(doubts), list_transform(repairs, lambda r: r.repaired) from '{sentences}' "
        "order by article_index, sentence_index"
    )
    assert duck.fetchall() == expected
    frame = polars.read_parquet(sentences).select(
        "sentence_id",
        "keyword_ids",
        polars.col("doubts").list.len(),
        polars.col("repairs").list.eval(polars.element().struct["repaired"]),
    )
    assert frame.rows() == expected


def test_a_small_build_stays_small(seed_build):
    """In a build of three articles, metadata take less than twice the space of the data, except in rejects, which is empty."""
    assert len(seed_texts()) == 3
    for table in TABLES_BY_ARTICLE:
        for path in seed_build.files(table):
            metadata = pq.read_metadata(path)
            group = metadata.row_group(0)
            held = sum(group.column(index).total_compressed_size for index in range(group.num_columns))
            assert path.stat().st_size < 3 * held, table
            assert path.stat().st_size < 64 << 10
