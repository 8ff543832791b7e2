"""tarmim on Spark: annotate a DataFrame, or build a whole dataset from one or from a folder of files.

The workers need the package ``tarmim`` and ``pyarrow``; each Python worker process loads the model once.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from tarmim import _tarmim, cluster
from tarmim.cluster import SURVEYED, TABLES, VERDICTS, Job, Output, Staged
from tarmim.dataset import Build

__all__ = ["SparkAnnotation", "annotate", "build"]

_log = logging.getLogger("tarmim")

_PLACE = ["part", "row"]


@dataclass(frozen=True)
class SparkAnnotation:
    """The four tables of an annotated DataFrame, each a DataFrame with the columns of the contract.

    They are parts of one computation: :meth:`persist` it before you use more than one of them.
    """

    sentences: DataFrame
    articles: DataFrame
    keywords: DataFrame
    rejects: DataFrame
    together: DataFrame

    def persist(self) -> SparkAnnotation:
        """Keeps the result, so that each row is annotated once however many tables are used."""
        self.together.persist()
        return self


def annotate(
    df: DataFrame,
    text: str | None = None,
    id: str | None = None,
    *,
    source_path: str | None = None,
    config: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> SparkAnnotation:
    """Annotates a DataFrame, one article a row, where its rows are: nothing is shuffled.

    Arguments are those of :meth:`tarmim.Engine.annotate` and of :class:`tarmim.Engine`. Every row becomes an article or a row of
    ``rejects``. What needs other rows is left out, because they may be on other machines: copies are not looked for, repeated ids only
    within a partition, and ``article_index`` counts within the partition. :func:`build` does all that.
    """
    job = cluster.job_of_rows(config, {**settings, "duplicates": "off"}, text, id, source_path)
    cluster.check_columns(job, df.limit(0).toArrow())
    together = df.mapInArrow(lambda batches: cluster.together(job, batches), from_arrow_schema(cluster.together_schema()))
    tables = {table: together.where(F.col(table).isNotNull()).select(f"{table}.*") for table in TABLES}
    return SparkAnnotation(**tables, together=together)


def build(
    source: DataFrame | str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    text: str | None = None,
    id: str | None = None,
    source_path: str | None = None,
    config: str | os.PathLike[str] | None = None,
    parts: int | None = None,
    spark: SparkSession | None = None,
    **settings: Any,
) -> Build:
    """Builds a dataset on the cluster and publishes it, with the rows that ``tarmim run`` gives for the same input.

    Args:
        source: a DataFrame, one article a row, in its order; or a folder of files of any format, which all workers can read.
        output: the folder of the builds, which driver and workers share.
        text, id, source_path: of a DataFrame, as for :meth:`tarmim.Engine.annotate`. With ``source_path="articles.jsonl"`` the rows, and their
            ids, are those that ``run`` makes of a file of that name.
        config: a ``pipeline.toml`` that all workers can read.
        parts: how many parts the files are cut into; by default, of 64 MiB.
        settings: any setting of ``pipeline.toml`` by its name.

    A worker that dies is replaced by Spark, and its part is written again, with the same bytes. If the build fails, what was
    published stays.

    Raises:
        tarmim.Error: as :func:`tarmim.run`.
    """
    place = Output.of(output)
    settings = {**settings, "output": str(place.folder)}
    try:
        if isinstance(source, DataFrame):
            job = cluster.job_of_rows(config, settings, text, id, source_path)
            cluster.check_columns(job, source.limit(0).toArrow())
            return _Run(source.sparkSession, job, place, source).build()
        session = spark or SparkSession.builder.getOrCreate()
        job = cluster.job_of_files(config, {**settings, "input": os.path.abspath(source)}, parts, place.work)
        return _Run(session, job, place, session.range(0, len(job.parts), 1, len(job.parts))).build()
    finally:
        place.close()


@dataclass
class _Run:
    """A build: the steps of :mod:`tarmim.cluster`, each a job of Spark."""

    spark: SparkSession
    job: Job
    place: Output
    input: DataFrame

    def build(self) -> Build:
        work = str(self.place.work)
        known = self._survey_of_files() if self.job.inventory else None
        job = self.job
        survey = self.input.mapInArrow(lambda batches: _surveyed(job, batches, known), from_arrow_schema(SURVEYED))
        survey.write.parquet(f"{work}/surveyed")
        surveyed = self.spark.read.schema(from_arrow_schema(SURVEYED)).parquet(f"{work}/surveyed")
        told = surveyed.where("row = -1").orderBy("part").select("part", "survey", "digest").collect()
        if known is None:
            known = _tarmim.merged_surveys([bytes(row["survey"]) for row in told])
        folder, build_id, begun = _tarmim.begin(job.config, job.arguments(), [bytes(row["digest"]) for row in told])
        if begun is None:
            return Build(folder)
        try:
            records = surveyed.where("row >= 0").drop("survey", "digest")
            verdicts, admitted, repeated = _compared(records, job)
            verdicts.write.partitionBy("part").parquet(f"{work}/verdicts")
            counts = {row["part"]: row["count"] for row in records.groupBy("part").count().collect()}
            before = cluster.starts({part: admitted.get(part, 0) for part in counts})
            staged = Staged(build_id, str(folder), f"{work}/attempts", known, before, counts)
            written = self.input.mapInArrow(lambda batches: _written(job, staged, f"{work}/verdicts", batches), "summary string")
            summaries = [row["summary"] for row in written.collect()]
            begun.publish(summaries, repeated, _log.warning)
        finally:
            begun.give_up()
        return Build(self.place.folder / "builds" / build_id)

    def _survey_of_files(self) -> bytes:
        job = self.job
        told = self.input.mapInArrow(lambda batches: _survey_of_files(job, batches), "part int, survey binary").collect()
        return _tarmim.merged_surveys([bytes(row["survey"]) for row in sorted(told, key=lambda row: row["part"])])


def _part() -> int:
    context = TaskContext.get()
    assert context is not None
    return context.partitionId()


def _survey_of_files(job: Job, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for _ in batches:
        survey = cluster.survey_of_files(job, _part())
        yield pa.RecordBatch.from_pydict({"part": pa.array([_part()], pa.int32()), "survey": pa.array([survey], pa.binary())})


def _surveyed(job: Job, batches: Iterable[pa.RecordBatch], known: bytes | None) -> Iterator[pa.RecordBatch]:
    yield from cluster.surveyed(job, _part(), batches, known)


def _written(job: Job, staged: Staged, verdicts: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    part = _part()
    own = os.path.join(verdicts, f"part={part}")
    decided = pq.read_table(own, schema=VERDICTS, partitioning=None) if os.path.isdir(own) else VERDICTS.empty_table()
    summary = cluster.written(job, staged, part, batches, decided)
    if summary is not None:
        yield pa.RecordBatch.from_pydict({"summary": [summary]})


def _compared(records: DataFrame, job: Job) -> tuple[DataFrame, dict[int, int], int]:
    """The verdicts on records, the number of articles of each part that get in, and how many of these have another's id."""
    policy, least = job.engine()._engine.duplicates
    names = _new_names(records, job.source_path is not None)
    articles = records.where("article_id is not null").join(names, _PLACE, "left")
    articles = articles.select(*_PLACE, F.coalesce("new_id", "article_id").alias("id"), "signature", "anchors")
    rank = F.row_number().over(Window.partitionBy("id").orderBy(*_PLACE))
    ranked = articles.withColumn("rank", rank).persist()
    try:
        repeated = ranked.where("rank > 1").select(*_PLACE, F.lit("repeated_key").alias("refusal"))
        copies = _copies(ranked.where("rank = 1").drop("rank"), policy, least, job)
        verdicts = names.select(*_PLACE, "new_name").join(copies, _PLACE, "full").join(repeated, _PLACE, "full")
        refusal = F.coalesce("refusal", F.when(F.col("is_left_out"), F.lit("copy")))
        verdicts = verdicts.withColumn("refusal", refusal).select("part", *VERDICTS.names).persist()
        refused = verdicts.where("refusal is not null").select(*_PLACE)
        admitted = ranked.join(refused, _PLACE, "left_anti")
        counts = {row["part"]: row["count"] for row in admitted.groupBy("part").count().collect()}
        distinct = admitted.agg(F.count_distinct("id").alias("ids")).collect()[0]["ids"]
        return verdicts, counts, sum(counts.values()) - distinct
    finally:
        ranked.unpersist()


def _new_names(records: DataFrame, of_one_file: bool) -> DataFrame:
    """Rows whose names an earlier row has, with other names; as the file readers of ``run`` name them."""
    named = records.where("name is not null")
    rank = F.row_number().over(Window.partitionBy("name").orderBy(*_PLACE))
    later = named.withColumn("rank", rank).where("rank > 1")
    numbered = later.where("not is_key").withColumn("new_name", F.concat_ws("#", "name", F.col("rank").cast("string")))
    if of_one_file:
        # The second record of a key is named by key and text, and of several with the same text, by a number as well.
        tagged = later.where("is_key").withColumn("name", F.concat_ws("#", "name", "text_tag"))
        again = tagged.withColumn("rank", rank)
        number = F.when(F.col("rank") > 1, F.col("rank").cast("string"))
        numbered = numbered.unionByName(again.withColumn("new_name", F.concat_ws("#", "name", number)))
    origin = [F.when(F.lit(of_one_file), F.col("source_path")).otherwise(F.col("new_name")).alias("source_path")]
    origin.append(F.when(F.lit(of_one_file), F.col("new_name")).alias("record"))
    schema = "part int, row long, new_name string, new_id string"
    return numbered.select(*_PLACE, "new_name", *origin).mapInArrow(_with_ids, schema)


def _with_ids(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        origins = list(zip(batch["source_path"].to_pylist(), batch["record"].to_pylist(), strict=True))
        columns = {name: batch[name] for name in (*_PLACE, "new_name")}
        yield pa.RecordBatch.from_pydict({**columns, "new_id": pa.array(_tarmim.article_ids(origins), pa.string())})


_COPIES = "part int, row long, duplicate_of string, near_duplicate_of string, similarity float, is_left_out boolean"


def _copies(articles: DataFrame, policy: str, least: float, job: Job) -> DataFrame:
    """The articles that are copies of earlier ones."""
    if policy == "off":
        return articles.sparkSession.createDataFrame([], _COPIES)
    if policy == "drop":
        # Each verdict depends on the one before, so one task goes through the signatures: 240 bytes of memory an article.
        in_order = articles.select(*_PLACE, "id", "signature").repartition(1).sortWithinPartitions(*_PLACE)
        return in_order.mapInArrow(lambda batches: _judged(job, batches), _COPIES)
    text_hash = F.substring("signature", 1, 16)
    compared = articles.withColumn("hash", text_hash).where(F.col("hash") != F.lit(bytes(16)))
    same = Window.partitionBy("hash").orderBy(*_PLACE)
    compared = compared.withColumn("first", F.first("id").over(same)).withColumn("place", F.row_number().over(same))
    exact = compared.where("place > 1").select(*_PLACE, F.col("first").alias("duplicate_of"))
    exact = exact.withColumn("is_left_out", F.lit(policy == "drop_exact"))
    near = _near_copies(compared.where("place = 1").select(*_PLACE, "id", "signature", "anchors"), least)
    return exact.unionByName(near, allowMissingColumns=True)


def _near_copies(originals: DataFrame, least: float) -> DataFrame:
    """Of articles that differ, those that are nearly copies, with the most similar earlier one (the first, if several are).

    Only articles with a common anchor are compared, and of each anchor the first articles, as ``DuplicateIndex`` does.
    """
    anchored = originals.select(*_PLACE, F.explode("anchors").alias("anchor"))
    order = F.row_number().over(Window.partitionBy("anchor").orderBy(*_PLACE))
    first = anchored.withColumn("order", order).where(F.col("order") <= _tarmim.BUCKET)
    first = first.select("anchor", F.col("part").alias("of_part"), F.col("row").alias("of_row"))
    is_earlier = (F.col("of_part") < F.col("part")) | ((F.col("of_part") == F.col("part")) & (F.col("of_row") < F.col("row")))
    pairs = anchored.join(first, "anchor").where(is_earlier).select(*_PLACE, "of_part", "of_row").distinct()
    signatures = originals.select(*_PLACE, "signature")
    others = originals.select(
        F.col("part").alias("of_part"), F.col("row").alias("of_row"), F.col("id").alias("near_duplicate_of"),
        F.col("signature").alias("of_signature"),
    )  # fmt: skip
    schema = "part int, row long, of_part int, of_row long, near_duplicate_of string, similarity float"
    similar = pairs.join(signatures, _PLACE).join(others, ["of_part", "of_row"]).mapInArrow(_similarities, schema)
    best = Window.partitionBy(*_PLACE).orderBy(F.desc("similarity"), "of_part", "of_row")
    found = similar.where(F.col("similarity") >= F.lit(least)).withColumn("best", F.row_number().over(best)).where("best = 1")
    return found.select(*_PLACE, "near_duplicate_of", "similarity", F.lit(False).alias("is_left_out"))


def _similarities(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        pairs = list(zip(batch["signature"].to_pylist(), batch["of_signature"].to_pylist(), strict=True))
        columns = {name: batch[name] for name in (*_PLACE, "of_part", "of_row", "near_duplicate_of")}
        yield pa.RecordBatch.from_pydict({**columns, "similarity": pa.array(_tarmim.similarities(pairs), pa.float32())})


def _judged(job: Job, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    judge = _tarmim.CopyJudge(job.engine()._engine)
    for batch in batches:
        verdicts = [judge.judge(*article) for article in zip(batch["id"].to_pylist(), batch["signature"].to_pylist(), strict=True)]
        rows = [
            {"part": part, "row": row, "duplicate_of": exact, "near_duplicate_of": near, "similarity": similarity, "is_left_out": left_out}
            for part, row, (exact, near, similarity, left_out) in zip(
                batch["part"].to_pylist(), batch["row"].to_pylist(), verdicts, strict=True
            )
            if exact or near
        ]
        schema = pa.schema([
            ("part", pa.int32()), ("row", pa.int64()), ("duplicate_of", pa.string()), ("near_duplicate_of", pa.string()),
            ("similarity", pa.float32()), ("is_left_out", pa.bool_()),
        ])  # fmt: skip
        yield pa.RecordBatch.from_pylist(rows, schema=schema)
