"""tarmim on Ray Data: annotate a dataset on a pool of actors, or build a whole dataset from one.

The actors need the package ``tarmim``; each loads the model once.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

import ray
from ray.data import ActorPoolStrategy, Dataset
from tarmim import _tarmim, cluster
from tarmim.cluster import TABLES, Job, Output, Staged
from tarmim.dataset import Build

__all__ = ["annotate", "build"]

_log = logging.getLogger("tarmim")


@dataclass(frozen=True)
class RayAnnotation:
    """The four tables of an annotated dataset, each a Ray dataset with the columns of the contract.

    They are parts of one computation: :meth:`materialize` it before you use more than one of them.
    """

    sentences: Dataset
    articles: Dataset
    keywords: Dataset
    rejects: Dataset
    together: Dataset

    def materialize(self) -> RayAnnotation:
        """Computes the result, so that each row is annotated once however many tables are used."""
        return _tables(self.together.materialize())


def _tables(together: Dataset) -> RayAnnotation:
    tables = {
        table: together.map_batches(
            _rows_of,  # type: ignore[arg-type]
            fn_kwargs={"table": table},
            batch_format="pyarrow",
            zero_copy_batch=True,
        )
        for table in TABLES
    }
    return RayAnnotation(**tables, together=together)


def _rows_of(batch: pa.Table, table: str) -> pa.Table:
    column = batch[table].combine_chunks()
    return pa.Table.from_struct_array(column.filter(column.is_valid()))


class _Annotator:
    """An actor that annotates blocks; it loads the model before the first."""

    def __init__(self, job: Job) -> None:
        self._job = job
        job.engine()

    def __call__(self, batch: pa.Table) -> pa.Table:
        return pa.Table.from_batches(cluster.together(self._job, batch.to_batches()), cluster.together_schema())


def annotate(
    ds: Dataset,
    text: str | None = None,
    id: str | None = None,
    *,
    source_path: str | None = None,
    config: str | os.PathLike[str] | None = None,
    actors: int | tuple[int, int] = (1, 2),
    **settings: Any,
) -> RayAnnotation:
    """Annotates a dataset, one article a row, by ``map_batches`` on a pool of actors.

    Arguments are those of :meth:`tarmim.Engine.annotate` and of :class:`tarmim.Engine`; ``actors`` is their number, or the least and the
    greatest. Every row becomes an article or a row of ``rejects``. What needs other rows is left out: copies are not looked for,
    repeated ids only within a block, and ``article_index`` counts within the block. :func:`build` does all that.
    """
    job = cluster.job_of_rows(config, {**settings, "duplicates": "off"}, text, id, source_path)
    cluster.check_columns(job, _empty(ds))
    together = ds.map_batches(
        _Annotator,
        fn_constructor_args=(job,),
        batch_format="pyarrow",
        zero_copy_batch=True,
        compute=_pool(actors),
        num_cpus=1,
    )
    return _tables(together)


def _empty(ds: Dataset) -> pa.Table:
    """A table without rows, with the columns of a dataset."""
    schema = ds.schema()
    return pa.schema(list(zip(schema.names, schema.types, strict=True))).empty_table() if schema else pa.table({})


def _pool(actors: int | tuple[int, int]) -> ActorPoolStrategy:
    if isinstance(actors, int):
        return ActorPoolStrategy(size=actors)
    return ActorPoolStrategy(min_size=actors[0], max_size=actors[1])


@ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)
class _Worker:
    """An actor that works on parts. One that dies is started again, and its part is done again, with the same result."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def survey_of_files(self, part: int) -> bytes:
        return cluster.survey_of_files(self._job, part)

    def surveyed(self, part: int, block: pa.Table | None, known: bytes | None) -> pa.Table:
        batches = [] if block is None else block.to_batches()
        return pa.Table.from_batches(cluster.surveyed(self._job, part, batches, known), cluster.SURVEYED)

    def written(self, part: int, block: pa.Table | None, staged: Staged, verdicts: pa.Table) -> str | None:
        return cluster.written(self._job, staged, part, [] if block is None else block.to_batches(), verdicts)


def build(
    source: Dataset | str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    text: str | None = None,
    id: str | None = None,
    source_path: str | None = None,
    config: str | os.PathLike[str] | None = None,
    parts: int | None = None,
    actors: int = 2,
    **settings: Any,
) -> Build:
    """Builds a dataset on the cluster and publishes it, with the rows that ``tarmim run`` gives for the same input.

    Arguments are those of :func:`tarmim.spark.build`, with a Ray dataset in place of a DataFrame. Each of its blocks is a part. Names and
    signatures are compared on the driver, which takes 240 bytes an article.
    """
    place = Output.of(output)
    settings = {**settings, "output": str(place.folder)}
    try:
        if isinstance(source, Dataset):
            job = cluster.job_of_rows(config, settings, text, id, source_path)
            cluster.check_columns(job, _empty(source))
            # Kept, so that both readings see the same rows in the same blocks.
            blocks = [ref for bundle in source.materialize().iter_internal_ref_bundles() for ref in bundle.block_refs]
        else:
            job = cluster.job_of_files(config, {**settings, "input": os.path.abspath(source)}, parts, place.work)
            blocks = [None] * len(job.parts)
        return _build(job, place, blocks, actors)
    finally:
        place.close()


def _build(job: Job, place: Output, blocks: list[Any], actors: int) -> Build:
    workers = [_Worker.remote(job) for _ in range(actors)]  # type: ignore[attr-defined]
    known = None
    if job.inventory is not None:
        known = _tarmim.merged_surveys(list(_each(workers, "survey_of_files", [(part,) for part in range(len(blocks))])))
    surveys = list(_each(workers, "surveyed", [(part, block, known) for part, block in enumerate(blocks)]))
    told = [survey.slice(len(survey) - 1).to_pylist()[0] for survey in surveys if len(survey) > 0]
    if known is None:
        known = _tarmim.merged_surveys([row["survey"] for row in told])
    folder, build_id, begun = _tarmim.begin(job.config, job.arguments(), [row["digest"] for row in told])
    if begun is None:
        return Build(folder)
    try:
        compared = cluster.compared_in_order(job, [survey.slice(0, max(0, len(survey) - 1)) for survey in surveys])
        records = {part: max(0, len(survey) - 1) for part, survey in enumerate(surveys)}
        before = cluster.starts(compared.admitted)
        staged = Staged(build_id, str(folder), str(place.work / "attempts"), known, before, records)
        calls = [(part, block, staged, compared.verdicts[part]) for part, block in enumerate(blocks)]
        summaries = [summary for summary in _each(workers, "written", calls) if summary is not None]
        begun.publish(summaries, 0, _log.warning)
    finally:
        begun.give_up()
    return Build(place.folder / "builds" / build_id)


def _each(workers: list[Any], method: str, calls: list[tuple[Any, ...]]) -> Iterator[Any]:
    """The results of calls, in their order. A worker has one call at a time and takes the next that waits."""
    pool = ray.util.ActorPool(workers)
    return iter(pool.map(lambda worker, call: getattr(worker, method).remote(*call), calls))
