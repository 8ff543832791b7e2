"""Spark: a real cluster of two worker processes on this machine; rows are those of the program."""

import os
import sys

import pyarrow as pa
import pytest
from conftest import INTACT, STRIPPED, build_of, rows, stored, write_jsonl

import tarmim

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed")
tarmim_spark = pytest.importorskip("tarmim.spark")

# Workers do not have this file.
pyspark.cloudpickle.register_pickle_by_value(sys.modules[__name__])

SCHEMA = "id string, title string, date string, section string, text string"


@pytest.fixture(scope="module")
def spark():
    os.environ.update(
        PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_HOSTNAME="localhost"
    )
    builder = pyspark.sql.SparkSession.builder.master("local-cluster[2,1,1024]")
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "3",
        "spark.task.maxFailures": "8",
    }
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def frame(spark, records, partitions=3):
    """Records as a DataFrame of several partitions, in their order."""
    names = [field.split()[0] for field in SCHEMA.split(", ")]
    listed = [tuple(record.get(name) for name in names) for record in records]
    return spark.createDataFrame(spark.sparkContext.parallelize(listed, partitions), SCHEMA)


def assert_same_rows(build, expected, exact_rejects=True):
    """The rows of two builds, in their order."""
    for table in ("articles", "sentences", "keywords", "rejects"):
        found, wanted = rows(stored(build, table)), rows(stored(expected, table))
        if table == "rejects" and not exact_rejects:
            # Where a record stands in its file, a table does not know.
            found, wanted = ([{key: row[key] for key in ("source_path", "stage", "code")} for row in side] for side in (found, wanted))
        assert found == wanted, table


@pytest.mark.parametrize("duplicates", ["flag", "drop"])
def test_a_build_has_the_rows_of_the_program(spark, records, tmp_path, duplicates):
    repeated = [*records, records[1], {**records[0], "text": INTACT}, {**records[0], "text": INTACT}, {**records[2], "id": None}]
    write_jsonl(tmp_path / "raw" / "articles.jsonl", repeated)
    expected = build_of(tmp_path, settings=f'duplicates = "{duplicates}"\n')
    build = tarmim_spark.build(
        frame(spark, repeated), tmp_path / "spark", source_path="articles.jsonl", max_reject_ratio=1.0, duplicates=duplicates
    )
    assert_same_rows(build.path, expected, exact_rejects=False)
    again = tarmim_spark.build(
        frame(spark, repeated, 2), tmp_path / "spark", source_path="articles.jsonl", max_reject_ratio=1.0, duplicates=duplicates
    )
    assert again.id == build.id, "equal input, however it is cut"
    assert sorted(path.name for path in (tmp_path / "spark").iterdir() if path.name.startswith(".work")) == []
    counts = build.manifest["counts"]
    assert counts["articles"] + counts["rejects"] + counts["dropped"] == counts["inputs"] == len(repeated)
    assert tarmim.load(tmp_path / "spark").id == build.id


def test_ids_take_the_place_of_paths(spark, engine, records, tmp_path):
    repeated = [*records, records[1], {**records[2], "id": None}, {**records[2], "id": None}]
    build = tarmim_spark.build(frame(spark, repeated), tmp_path / "spark", max_reject_ratio=1.0)
    annotation = engine.annotate(pa.Table.from_pylist(repeated))
    for table in ("articles", "sentences", "keywords"):
        assert rows(stored(build.path, table)) == rows(getattr(annotation, table)), table
    found, wanted = ([(row["source_path"], row["code"]) for row in rows(side)] for side in (stored(build.path, "rejects"), annotation.rejects))
    assert sorted(found) == sorted(wanted)


def write_folder(folder, records, seeds):
    """Files of several kinds, with what is told about them in others."""
    for name, text in seeds.items():
        path = folder / "واحد" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "واحد" / "metadata.csv").write_text("path,title,date\n" + f"{min(seeds)},خبر,7/3/2012\n", encoding="utf-8")
    write_jsonl(folder / "b" / "articles.jsonl", records)
    (folder / "c.txt").write_text(next(iter(seeds.values())), encoding="utf-8")
    (folder / "d.bin").write_bytes(b"\0\1\2")
    (folder / "e" / "short.txt").parent.mkdir()
    (folder / "e" / "short.txt").write_text("وصل وفد", encoding="utf-8")
    (folder / "e" / "win.txt").write_bytes("كتاب جديد عن تاريخ المدينة القديمة وأهلها".encode("cp1256"))


def test_a_folder_gives_the_rows_of_the_program(spark, records, seeds, tmp_path):
    write_folder(tmp_path / "raw", records, seeds)
    expected = build_of(tmp_path, settings='partition_by = "section"\n')
    build = tarmim_spark.build(tmp_path / "raw", tmp_path / "spark", config=tmp_path / "pipeline.toml", parts=4, spark=spark)
    plain = tarmim_spark.build(
        tmp_path / "raw", tmp_path / "plain", config=tmp_path / "pipeline.toml", parts=4, spark=spark, partition_by="none"
    )
    in_order = lambda build, table: sorted(rows(stored(build, table)), key=lambda row: (row.get("article_index", 0), str(row)))  # noqa: E731
    for table in ("articles", "sentences", "keywords", "rejects"):
        assert in_order(build.path, table) == in_order(expected, table) == in_order(plain.path, table), table
    parts = {path.name.split("-")[1] for path in plain.files("articles")}
    assert len(parts) > 1, "several parts were written"


def test_annotate_gives_the_tables(spark, records):
    # What other rows tell of a date is not known here.
    settings = {"date_order": "day-first"}
    annotation = tarmim_spark.annotate(frame(spark, records), text="text", id="id", **settings).persist()
    engine = tarmim.Engine(duplicates="off", **settings)
    expected = engine.annotate(pa.Table.from_pylist(records), text="text", id="id")
    # Of very short texts, other rows tell the state of writing; here they are elsewhere.
    long = {row["source_path"] for row in rows(expected.articles) if row["token_count"] > 40}
    for table, key in (("articles", "source_path"), ("sentences", "sentence_id"), ("keywords", "sentence_id")):
        found = getattr(annotation, table).drop("article_index").toArrow().to_pylist()
        wanted = [{name: value for name, value in row.items() if name != "article_index"} for row in rows(getattr(expected, table))]
        order = lambda row: (row[key], row.get("token_start", 0), row.get("token_end", 0), row.get("keyword_id", ""))  # noqa: E731, B023
        pick = lambda side: sorted((row for row in side if row["source_path"] in long), key=order)  # noqa: E731, B023
        assert plain(pick(found)) == plain(pick(wanted)), table
    assert {row["code"] for row in annotation.rejects.collect()} == {row["code"] for row in rows(expected.rejects)}
    assert annotation.articles.count() + annotation.rejects.count() == len(records)


def plain(value):
    """Values as they are, whatever the containers: Spark's nested lists come back as Arrow gives them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def test_a_poisoned_row_is_a_reject(spark, tmp_path):
    texts = [STRIPPED, "\0", None, "", "a" * 300_000, "�" * 10, INTACT]
    records = [{"id": f"p{number}", "text": text} for number, text in enumerate(texts)]
    build = tarmim_spark.build(frame(spark, records), tmp_path / "spark", max_reject_ratio=1.0)
    counts = build.manifest["counts"]
    assert counts["inputs"] == len(records) == counts["articles"] + counts["rejects"]
    assert {row["source_path"]: row["code"] for row in rows(stored(build.path, "rejects"))} == {"p1": "binary", "p2": "no_text", "p3": "no_text"}


def kill_the_executor_once(flag, when):
    """Passes rows on; at its `when`-th call on the second partition, ends the executor that runs it."""

    def pass_on(batches):
        from pyspark import TaskContext

        part = TaskContext.get().partitionId()
        for batch in batches:
            yield batch
            if part != 1:
                continue
            calls = len(list(flag.glob("call-*"))) + 1
            (flag / f"call-{calls}").touch()
            if calls == when:
                os.kill(executor_of(os.getpid()), 9)

    return pass_on


def executor_of(process):
    """The Java process above a Python worker."""
    while True:
        with open(f"/proc/{process}/stat", encoding="utf-8") as stat:
            process = int(stat.read().rsplit(")", 1)[1].split()[1])
        with open(f"/proc/{process}/cmdline", encoding="utf-8") as command:
            if "CoarseGrainedExecutorBackend" in command.read():
                return process


@pytest.mark.parametrize("when", [1, 2])
def test_an_executor_that_dies_changes_nothing(spark, records, tmp_path, when):
    """The first time the part is read, to be surveyed; or the second, when it is written."""
    flag = tmp_path / "flag"
    flag.mkdir()
    expected = tarmim_spark.build(frame(spark, records), tmp_path / "expected", max_reject_ratio=1.0)
    deadly = frame(spark, records).mapInArrow(kill_the_executor_once(flag, when), SCHEMA)
    build = tarmim_spark.build(deadly, tmp_path / "spark", max_reject_ratio=1.0)
    assert len(list(flag.glob("call-*"))) > when, "it was killed, and its work redone"
    assert build.id == expected.id
    files = lambda build: {str(path.relative_to(build.path)): path.read_bytes() for path in build.path.rglob("*.parquet")}  # noqa: E731
    assert files(build) == files(expected)


def test_a_refused_build_leaves_the_old_one(spark, records, tmp_path):
    build = tarmim_spark.build(frame(spark, records[:4]), tmp_path / "spark")
    with pytest.raises(tarmim.TooManyRejectsError, match="inputs are rejected") as raised:
        tarmim_spark.build(frame(spark, [*records[:2], *[{"id": f"n{number}"} for number in range(5)]]), tmp_path / "spark")
    assert raised.value.code == 5
    assert tarmim.load(tmp_path / "spark").id == build.id
    assert list((tmp_path / "spark" / "builds").glob(".staging*")) == []


def test_what_cannot_be_built_is_named(spark, records, tmp_path):
    with pytest.raises(tarmim.ConfigError, match="output: expected a folder that the driver and all workers share"):
        tarmim_spark.build(frame(spark, records), "s3://bucket/output")
    with pytest.raises(tarmim.NothingToReadError):
        tarmim_spark.build(tmp_path / "missing", tmp_path / "spark", spark=spark)
    with pytest.raises(tarmim.ConfigError, match="max_tokens"):
        tarmim_spark.build(frame(spark, records), tmp_path / "spark", max_tokens=0)
    with pytest.raises(Exception, match="the column nope is missing; columns found: id"):
        tarmim_spark.build(frame(spark, records), tmp_path / "spark", text="nope")
    assert not (tmp_path / "spark" / "current").exists()


def test_the_model_is_loaded_once_per_worker(spark, records):
    def report(batches):
        from tarmim import cluster

        for batch in batches:
            yield pa.RecordBatch.from_pydict({
                "process": pa.array([os.getpid()] * len(batch), pa.int64()),
                "loads": pa.array([cluster._engine.cache_info().misses] * len(batch), pa.int64()),
            })

    def loads():
        seen = frame(spark, records, 6).mapInArrow(report, "process long, loads long").collect()
        return {row["process"]: row["loads"] for row in seen}

    before = loads()
    tarmim_spark.annotate(frame(spark, records, 6), text="text", id="id", max_tokens=77).articles.count()
    more = {process: count - before.get(process, 0) for process, count in loads().items()}
    assert max(more.values()) == 1, "once in each process that worked, for all parts"
