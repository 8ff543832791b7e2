"""Partitioned output: Hive folder names, the rows of a plain build, and every command and reader on both."""

import json
import re
import urllib.parse
from collections import Counter

import duckdb
import pandas
import polars
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from conftest import TABLES, Project, assert_builds_are_whole

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
TEXT = (
    "أعلنت وزارة الصناعة أمس أنها ستدعم المصانع الصغيرة والمتوسطة في المنطقة الشرقية. وقال الوزير إن الخطة تبدأ في "
    "الشهر المقبل. وسيعقد المجلس جلسة {} لبحث أسعار النفط."
)
ORDINALS = ["أولى", "ثانية", "ثالثة", "رابعة", "خامسة", "سادسة", "سابعة", "ثامنة", "تاسعة", "عاشرة"]
# Sections that cannot be folder names unchanged, and some that can; twice each, in different files.
MARKS = ["a/b", "..", ".", "=", "%41", "*", "[x]", "{a,b}", "a b", "a\\b", "'q'", "~"]
ODD = [*MARKS, "é", NO_VALUE, "nul", "007", "أخبار محلية", "رياضة"]
# The folder of articles without a section.
NONE = [None, "", " "]
DAYS = ["1999-12-31", "2001-01-02", "2001-06-07", None, "", "يوم ما"]
KEYS = {"section": "by_section", "year": "by_year"}
COUNTED = ("sentences", "articles", "keywords")


def record(key, number, **fields):
    text = TEXT.format(f"{ORDINALS[number % 10]} {ORDINALS[number // 10 % 10]}")
    return {"id": key, "text": text, **{name: value for name, value in fields.items() if value != "-"}}


def write_records(project, path, records):
    project.write(path, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))


def partitioned(project, by, *arguments):
    project.configure("dataset", "partition_by", f'"{by}"')
    return project.build(*arguments)


def folders(build, table):
    return sorted(path.name for path in (build.folder / table).iterdir())


def partition_of(by, row):
    """The name of the folder for a row of articles: a second implementation."""
    value = row["section"] if by == "section" else row["published"] and str(row["published"].year)
    return f"{KEYS[by]}={escaped(value) if value else NO_VALUE}"


def escaped(value):
    """Percent-escapes characters that a file system or a reader may misread."""

    def shown(index, letter):
        at_end = index in (0, len(value) - 1)
        is_plain = letter.isprintable() and letter not in '%/\\:*?"<>|={}[]#' and not (at_end and letter in ". ")
        return letter if is_plain or letter == " " and not at_end else "".join(f"%{byte:02X}" for byte in letter.encode())

    name = "".join(shown(index, letter) for index, letter in enumerate(value))
    return name.replace("_", "%5F", 1) if name == NO_VALUE else name


def in_order(build, table):
    """All rows, each article's in the order of the files, articles in the order of the build."""
    rows = build.rows(table)
    return rows if table == "rejects" else sorted(rows, key=lambda row: row["article_index"])


def manifest(build):
    return json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The shipped articles, records with odd sections and days, and a file that cannot be read."""
    project = Project(tmp_path_factory.mktemp("partitions") / "project")
    for name in ("one", "two"):
        sections = [*ODD, *NONE]
        records = [record(f"{name}{i}", i, section=value, date=DAYS[i % 6]) for i, value in enumerate(sections)]
        write_records(project, f"{name}.jsonl", records)
    project.write("zz.pdf", b"%PDF-1.4")
    return project


@pytest.fixture(scope="module")
def builds(project):
    """The same input without partitions and with each kind."""
    return {by: partitioned(project, by) for by in ("none", "section", "year")}


@pytest.fixture(params=["section", "year"])
def by(request):
    return request.param


# The folders


def test_folders_are_named_after_sections(builds):
    expected = {f"by_section={escaped(value)}" for value in ODD} | {f"by_section={NO_VALUE}"}
    assert "by_section=رياضة" in expected and "by_section=a%2Fb" in expected, "the test's own"
    for table in COUNTED:
        assert set(folders(builds["section"], table)) == expected
    assert folders(builds["section"], "rejects") == ["part-00000.parquet"]


def test_folders_are_named_after_years(builds):
    for table in COUNTED:
        assert folders(builds["year"], table) == ["by_year=1999", "by_year=2001", f"by_year={NO_VALUE}"]


def test_folder_names_can_be_decoded(builds):
    names = [name.removeprefix("by_section=") for name in folders(builds["section"], "articles")]
    assert sorted(map(urllib.parse.unquote, names)) == sorted([*ODD, NO_VALUE]), "a section of that very name is another"
    assert f"by_section={escaped(NO_VALUE)}" != f"by_section={NO_VALUE}"


def test_each_row_is_in_the_folder_of_its_article(builds, by):
    build = builds[by]
    place = {row["article_id"]: partition_of(by, row) for row in build.rows("articles")}
    for table in COUNTED:
        for path in build.files(table):
            assert re.fullmatch(r"part-\d{5}\.parquet", path.name) and path.parent.parent.name == table
            ids = pq.ParquetFile(path).read(["article_id"])["article_id"].to_pylist()
            assert {place[id] for id in ids} == {path.parent.name}


def test_a_value_too_long_for_a_folder_name_is_shortened(empty_project):
    """Arabic takes six bytes a letter when it is escaped, and no file system has names of more than 255."""
    section = "أخبار المجتمع المحلي والفعاليات الثقافية والفنية والرياضية"
    write_records(empty_project, "a.jsonl", [record("one", 1, section=section), record("two", 2, section="رياضة")])
    build = partitioned(empty_project, "section")
    assert {row["section"] for row in build.rows("articles")} == {section, "رياضة"}
    assert len(folders(build, "articles")) == 2


def test_a_partition_without_keywords_has_no_folder_in_that_table(empty_project):
    without = {"id": "two", "text": "the end", "section": "b"}
    write_records(empty_project, "a.jsonl", [record("one", 1, section="a"), without])
    build = partitioned(empty_project, "section")
    assert folders(build, "sentences") == ["by_section=a", "by_section=b"]
    assert folders(build, "keywords") == ["by_section=a"]


# The rows


@pytest.mark.parametrize("table", TABLES)
def test_the_rows_are_those_of_the_build_without_partitions(builds, by, table):
    rows = in_order(builds[by], table)
    assert rows == builds["none"].rows(table) and rows


def test_a_single_partition_is_the_plain_file_except_for_the_build_id(empty_project):
    for number in range(3):
        empty_project.write(f"{number}.txt", TEXT.format(ORDINALS[number]))
    plain, by_section = partitioned(empty_project, "none"), partitioned(empty_project, "section")
    assert plain.id != by_section.id
    for table in COUNTED:
        (one,), (other,) = plain.files(table), by_section.files(table)
        assert other.parent.name == f"by_section={NO_VALUE}"
        assert one.read_bytes().replace(plain.id.encode(), by_section.id.encode()) == other.read_bytes()


def test_rows_within_a_file_are_sorted_as_it_declares(builds, by):
    for table in COUNTED:
        for path in builds[by].files(table):
            file = pq.ParquetFile(path)
            names = [file.schema.column(column.column_index).name for column in file.metadata.row_group(0).sorting_columns]
            keys = [tuple(row.values()) for row in file.read(columns=names).to_pylist()]
            assert names[0] == "article_index" and keys == sorted(keys)


def test_the_manifest_lists_the_files_in_their_folders(builds, by):
    build = builds[by]
    told = manifest(build)
    listed = {file["path"]: file for files in told["tables"].values() for file in files}
    assert listed.keys() == build.bytes_by_path().keys()
    assert all(pq.read_metadata(build.folder / path).num_rows == file["rows"] for path, file in listed.items())
    assert told["counts"] == manifest(builds["none"])["counts"]


def test_the_same_input_gives_the_same_bytes(project, builds, by):
    """At any number of workers, cached or not."""
    before = builds[by].bytes_by_path()
    for jobs in (1, 3):
        assert partitioned(project, by, "--force", "--jobs", jobs).bytes_by_path() == before


# The commands


def test_repartitioning_processes_no_article_again(builds, by):
    assert list(manifest(builds[by])["run"]["work"]) == ["unchanged"]


def test_stats_are_those_of_the_build_without_partitions(project, builds, by):
    partitioned(project, "none")
    plain = project.tarmim("stats", "--json").stdout
    partitioned(project, by)
    assert project.tarmim("stats", "--json").stdout == plain
    assert json.loads(plain)["articles"] == len(builds["none"].rows("articles"))


def test_diff_finds_only_the_changed_setting(project, builds, by):
    told = json.loads(project.tarmim("diff", "--json", builds["none"].id, builds[by].id).stdout)
    for table in ("articles", "sentences"):
        assert {told[table][change] for change in ("added", "removed", "edited", "confidence_only")} == {0}
        assert told[table]["unchanged"] == builds[by].table(table).num_rows
    assert [change["name"] for change in told["provenance"]] == ["settings.dataset.partition_by"]


@pytest.mark.parametrize("table", TABLES)
def test_export_writes_every_row(project, builds, by, table):
    done = (project.tarmim("export", "jsonl", "-", "--table", table, "--build", builds[each].id) for each in ("none", by))
    plain, by_section = (Counter(each.stdout.splitlines()) for each in done)
    assert by_section == plain and plain
    assert all(KEYS[by] not in json.loads(line) for line in by_section), "folder names are not a column"


def test_export_writes_a_file_for_each_article(project, builds, by, tmp_path):
    """The records of one file are spread over several folders."""
    for each in ("none", by):
        project.tarmim("export", "text", tmp_path / each, "--each", "article", "--build", builds[each].id)
    written = {
        each: {str(path.relative_to(tmp_path / each)): path.read_bytes() for path in (tmp_path / each).rglob("*.txt")}
        for each in ("none", by)
    }
    assert written[by] == written["none"] and len(written[by]) == builds[by].table("articles").num_rows
    records = [row for row in builds[by].rows("articles") if row["record"]]
    assert records
    for row in records:
        name = f"{row['source_path']}/{row['article_id']}.txt"
        assert written[by][name].decode().strip() == row["text"], "records have a file each, named by the id"


def test_explain_finds_a_sentence(project, builds):
    row = next(row for row in builds["section"].rows("sentences") if row["source_path"].endswith(".txt") and row["repairs"])
    assert row["text"] in project.tarmim("explain", row["sentence_id"]).stdout


def test_rollback_works_across_a_change_of_partitions(empty_project):
    empty_project.write("a.txt", TEXT.format(ORDINALS[0]))
    plain = partitioned(empty_project, "none")
    by_section = partitioned(empty_project, "section")
    content = by_section.bytes_by_path()
    assert empty_project.tarmim("rollback").stdout and empty_project.current().id == plain.id
    assert plain.id in empty_project.tarmim("builds").stdout
    empty_project.tarmim("rollback", by_section.id)
    assert empty_project.current().bytes_by_path() == content
    assert_builds_are_whole(empty_project)


def test_an_incremental_partitioned_build_is_identical_to_a_full_build(empty_project):
    """Articles change their folder, appear and disappear; so do folders."""
    records = [record(f"r{i}", i, section=f"s{i % 3}", date=f"{2000 + i}-01-01") for i in range(9)]
    write_records(empty_project, "a.jsonl", records)
    first = partitioned(empty_project, "section")
    assert folders(first, "articles") == ["by_section=s0", "by_section=s1", "by_section=s2"]
    records = [each | ({"section": "s9"} if each["section"] == "s1" else {}) for each in records[1:]]
    write_records(empty_project, "a.jsonl", [*records, record("new", 20, section="s0")])
    second = empty_project.build()
    assert folders(second, "articles") == ["by_section=s0", "by_section=s2", "by_section=s9"]
    assert sum(manifest(second)["run"]["work"].values()) == 9 and manifest(second)["run"]["work"]["unchanged"] >= 5
    content = second.bytes_by_path()
    assert empty_project.build("--force").bytes_by_path() == content


def test_a_damaged_partitioned_build_is_rebuilt(empty_project):
    write_records(empty_project, "a.jsonl", [record("one", 1, section="a"), record("two", 2, section="b")])
    build = partitioned(empty_project, "section")
    content = build.bytes_by_path()
    build.files("sentences")[-1].unlink()
    assert "up to date" not in empty_project.tarmim("run").stdout
    assert empty_project.current().bytes_by_path() == content


def rows_of_the_printed_command(project, text):
    query = re.search(r'duckdb -c "(.*)"', text).group(1)
    return duckdb.sql(query.replace("'output/", f"'{project.output}/")).fetchall()


def test_gates_judge_a_partitioned_build(empty_project):
    write_records(empty_project, "a.jsonl", [record(f"r{i}", i, section=f"s{i % 3}") for i in range(9)])
    old = partitioned(empty_project, "section")
    empty_project.configure("gates", "min_articles", 1)
    empty_project.configure("gates", "keywords_per_article", "[0, 0.5]")
    write_records(empty_project, "b.jsonl", [record("more", 10, section="s1")])
    done = empty_project.tarmim("run", expect=4)
    expected = old.table("keywords").num_rows / 9
    found = float(re.search(r"keywords_per_article: .*, found (\S+)$", done.stderr, re.MULTILINE).group(1))
    assert found == pytest.approx(expected, rel=0.2) and "1 of " in done.stderr
    assert empty_project.current().id == old.id


def test_the_command_that_a_failed_gate_prints_works(empty_project):
    write_records(empty_project, "a.jsonl", [record(f"r{i}", i, section=f"s{i % 3}") for i in range(9)])
    empty_project.configure("gates", "min_articles", 1)
    empty_project.configure("gates", "keywords_per_article", "[0, 0.5]")
    empty_project.configure("dataset", "partition_by", '"section"')
    assert rows_of_the_printed_command(empty_project, empty_project.tarmim("run", expect=4).stderr)


def test_the_command_that_a_run_prints_works(empty_project, by):
    empty_project.write("a.txt", TEXT.format(ORDINALS[0]))
    empty_project.configure("dataset", "partition_by", f'"{by}"')
    assert rows_of_the_printed_command(empty_project, empty_project.tarmim("run").stdout)


def test_partitions_change_neither_duplicates_nor_drift(empty_project):
    """Duplicates are found in the order of the sources, not of the folders."""
    empty_project.configure("dataset", "duplicates", '"drop_exact"')
    records = [record("one", 1, section="z"), record("two", 1, section="a"), record("three", 2, section="m")]
    write_records(empty_project, "a.jsonl", records)
    build = partitioned(empty_project, "section")
    assert folders(build, "articles") == ["by_section=m", "by_section=z"]
    assert [row["record"] for row in in_order(build, "articles")] == ["one", "three"]
    assert manifest(build)["counts"]["dropped"] == 1


# Other readers


def expected_values(build, by):
    """What a reader derives from the folder names: the section or year of each article."""
    values = {"section": lambda row: row["section"], "year": lambda row: row["published"] and row["published"].year}[by]
    return {row["article_id"]: values(row) or None for row in build.rows("articles")}


def assert_values_of_the_folders(build, by, told):
    """What a reader derives for each article is right; a section with the name of the null folder may be null."""
    expected = expected_values(build, by)
    assert told.keys() == expected.keys(), "every article of these tables has rows in each"
    for id, value in told.items():
        assert value == expected[id] or (value is None and expected[id] == NO_VALUE)


@pytest.mark.parametrize("table", COUNTED)
def test_duckdb_reads_the_folders_as_a_column_or_not(builds, by, table):
    build, key = builds[by], KEYS[by]
    files = f"'{build.folder}/{table}/**/*.parquet'"
    plain = duckdb.sql(f"select * from '{builds['none'].folder}/{table}/*.parquet'")
    off = duckdb.sql(f"select * from read_parquet({files}, hive_partitioning = false)")
    assert off.columns == plain.columns
    keys = ("article_index", "sentence_index", "token_start", "token_end", "keyword_id")
    order = ", ".join(key for key in keys if key in off.columns)
    assert off.order(order).fetchall() == plain.order(order).fetchall()
    on = duckdb.sql(f"select * from read_parquet({files}, hive_partitioning = true)")
    assert on.columns == [*plain.columns, key]
    assert_values_of_the_folders(build, by, dict(on.select("article_id", key).fetchall()))


def test_duckdb_reads_only_the_folders_of_a_filter(builds):
    """A condition on the folders' column leaves files out before they are opened."""
    for by, value in (("section", "رياضة"), ("section", "a/b"), ("year", 2001)):
        files = f"'{builds[by].folder}/articles/**/*.parquet'"
        query = f"select article_id from read_parquet({files}, hive_partitioning = true) where {KEYS[by]} = {value!r}"
        expected = {id for id, told in expected_values(builds[by], by).items() if told == value}
        assert {id for (id,) in duckdb.sql(query).fetchall()} == expected and expected
        plan = duckdb.sql(f"explain analyze {query}").fetchall()[0][1]
        assert "Total Files Read: 1" in plan, plan


def test_polars_reads_the_folders_as_a_column_or_not(builds, by):
    build, key = builds[by], KEYS[by]
    for table in COUNTED:
        plain = polars.read_parquet(builds["none"].folder / table / "*.parquet")
        off = polars.scan_parquet(build.folder / table, hive_partitioning=False).collect()
        assert off.schema == plain.schema
        assert off.sort("article_index", maintain_order=True).equals(plain)
        on = polars.scan_parquet(build.folder / table).collect()
        assert on.columns == [*plain.columns, key]
        assert_values_of_the_folders(build, by, dict(on.select("article_id", key).rows()))


def test_pyarrow_reads_the_folders_as_a_column_or_not(builds, by):
    build, key = builds[by], KEYS[by]
    for table in COUNTED:
        plain = builds["none"].table(table)
        off = ds.dataset(build.folder / table).to_table()
        assert off.column_names == plain.column_names
        stable = [row for _, row in sorted(enumerate(off.to_pylist()), key=lambda pair: (pair[1]["article_index"], pair[0]))]
        assert stable == plain.to_pylist()
        on = ds.dataset(build.folder / table, partitioning="hive").to_table()
        assert_values_of_the_folders(build, by, dict(zip(on["article_id"].to_pylist(), on[key].to_pylist())))


def test_pandas_reads_the_files_without_the_folders(builds, by):
    """If one folder means null, pandas cannot make categories of the folder names (pandas issue 55400)."""
    for table in COUNTED:
        frame = pandas.read_parquet(builds[by].folder / table, partitioning=None)
        assert list(frame.columns) == builds["none"].table(table).column_names
        plain = pandas.read_parquet(builds["none"].folder / table)
        names = ["article_id", "source_path"]
        ordered = frame.sort_values("article_index", kind="stable")[names].reset_index(drop=True)
        assert ordered.equals(plain[names])


def test_pandas_reads_the_folders_as_a_column(builds, by):
    """`to_pandas` cannot make categories with a null, so the column keeps pyarrow's type."""
    frame = pandas.read_parquet(builds[by].folder / "articles", dtype_backend="pyarrow")
    told = dict(zip(frame["article_id"], frame[KEYS[by]]))
    assert_values_of_the_folders(builds[by], by, {id: None if pandas.isna(value) else value for id, value in told.items()})


def test_datasets_loads_a_partitioned_build(builds, by, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    for table in TABLES:
        rows = load_dataset(str(builds[by].folder), table, split="train", cache_dir=str(tmp_path / "cache"))
        plain = builds["none"].table(table)
        assert rows.column_names == plain.column_names
        column = "source_path" if table == "rejects" else "article_id"
        assert Counter(rows[column]) == Counter(plain[column].to_pylist())
