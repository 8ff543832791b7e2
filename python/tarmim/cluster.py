"""What a worker of a cluster does, whichever cluster it is: Spark and Ray both call these functions, one part of the input at a time.

A build in parts reads its input twice, and repairs it once::

    survey    each record's name and signature (200 bytes an article): what has to be compared with all others
    compare   by the cluster: repeated keys, copies, the index of each article
    write     each part: repaired, split, tagged, written, checked
    publish   by the driver: totals, gates, manifest, output/current

Arrow batches come in and go out. A worker process loads the model once.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa

from tarmim import _tarmim, arguments
from tarmim.engine import Engine, with_default_vocabulary
from tarmim.errors import ConfigError, Error

TABLES = ("sentences", "articles", "keywords", "rejects")

#: Bytes of files that make a part.
PART_BYTES = 64 << 20

#: What :func:`survey` gives: a row for each record of a part, and one (row -1) with what they tell together.
SURVEYED = pa.schema([
    ("part", pa.int32()), ("row", pa.int64()), ("source_path", pa.string()), ("record", pa.string()), ("name", pa.string()),
    ("is_key", pa.bool_()), ("text_tag", pa.string()), ("article_id", pa.string()), ("signature", pa.binary()),
    ("anchors", pa.list_(pa.int64())), ("survey", pa.binary()), ("digest", pa.binary()),
])  # fmt: skip

#: What comparing decides about a record; there is a row only if something is decided.
VERDICTS = pa.schema([
    ("row", pa.int64()), ("new_name", pa.string()), ("duplicate_of", pa.string()), ("near_duplicate_of", pa.string()),
    ("similarity", pa.float32()), ("refusal", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class Job:
    """What is to be done: small, and sent to every worker."""

    config: str | None
    settings: dict[str, Any]
    text: str | None = None
    id: str | None = None
    source_path: str | None = None
    #: The file with the inventory, if the input is files, and the files of each part, from one index to another.
    inventory: str | None = None
    parts: tuple[tuple[int, int], ...] = ()

    def engine(self) -> Engine:
        """The engine of this process: made for the first part, and used for all others."""
        return _engine(pickle.dumps((self.config, self.settings)))

    def files_of(self, part: int) -> bytes:
        """The inventory of a part."""
        assert self.inventory is not None
        return _tarmim.part_of(_read(self.inventory), *self.parts[part])

    def arguments(self) -> dict[str, Any]:
        """The settings as the driver takes them: with the vocabulary that an engine has by default."""
        return with_default_vocabulary(self.config, self.settings)


@lru_cache(maxsize=4)
def _engine(pickled: bytes) -> Engine:
    config, settings = pickle.loads(pickled)
    return Engine(config, jobs=1, **settings)


@lru_cache(maxsize=2)
def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def job_of_rows(
    config: str | os.PathLike[str] | None, settings: dict[str, Any], text: str | None, id: str | None, source_path: str | None
) -> Job:
    """The job of annotating the rows of a distributed table."""
    if "jobs" in settings:
        raise ConfigError("jobs: a worker of a cluster has one thread; give the cluster more workers", 2)
    path = arguments.optional_path("config", config)
    return Job(None if path is None else os.path.abspath(path), settings, *arguments.columns(text, id, source_path))


def check_columns(job: Job, empty: pa.Table) -> None:
    """Says on the driver what every worker would say: a faulty setting, a column that is missing or has a wrong type."""
    _tarmim.surveyed_rows(job.engine()._engine, empty, job.text, job.id, job.source_path)


def job_of_files(config: str | os.PathLike[str] | None, settings: dict[str, Any], parts: int | None, work: Path) -> Job:
    """The job of building from the files of a folder, which all workers can read."""
    job = job_of_rows(config, settings, None, None, None)
    inventory, sizes = _tarmim.inventory(job.config, job.arguments())
    (work / "inventory").write_bytes(inventory)
    return Job(job.config, settings, inventory=str(work / "inventory"), parts=tuple(_cut(sizes, parts)))


def _cut(sizes: list[int], parts: int | None) -> Iterator[tuple[int, int]]:
    """Runs of files of about equal size."""
    most = max(1, sum(sizes) // parts) if parts else PART_BYTES
    start, held = 0, 0
    for index, size in enumerate(sizes):
        if index > start and held + size > most:
            yield start, index
            start, held = index, 0
        held += size
    if start < len(sizes):
        yield start, len(sizes)


def annotated(job: Job, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The tables of some rows, by name and batch by batch. Copies are not looked for: they may be among other rows."""
    stream = _stream(batches)
    if stream is None:
        return
    for annotation in job.engine().annotate_batches(stream, job.text, job.id, source_path=job.source_path):
        for table in TABLES:
            for batch in pa.RecordBatchReader.from_stream(getattr(annotation, table)):
                yield table, batch


@lru_cache(maxsize=1)
def table_schemas() -> dict[str, pa.Schema]:
    """The schemas of the tables, without the descriptions of their columns."""
    annotation = Engine(vocabularies=[], jobs=1).annotate(pa.table({"text": pa.array([], pa.string())}))
    return {table: pa.table(getattr(annotation, table)).schema.remove_metadata() for table in TABLES}


def together_schema() -> pa.Schema:
    """The schema of the tables side by side: a column for each, with its rows as structs."""
    return pa.schema([(table, pa.struct(list(schema))) for table, schema in table_schemas().items()])


def together(job: Job, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The tables of some rows side by side: in each row, one of the four columns has a value."""
    schema = together_schema()
    for table, batch in annotated(job, batches):
        columns = {name: pa.nulls(len(batch), schema.field(name).type) for name in TABLES}
        columns[table] = pa.StructArray.from_arrays(batch.columns, fields=list(table_schemas()[table]))
        yield pa.RecordBatch.from_pydict(columns, schema)


def survey_of_files(job: Job, part: int) -> bytes:
    """What the files of a part tell about others."""
    return _tarmim.survey_files(job.engine()._engine, job.files_of(part))


def surveyed(job: Job, part: int, batches: Iterable[pa.RecordBatch], known: bytes | None = None) -> Iterator[pa.RecordBatch]:
    """The names and signatures of a part's records, as :data:`SURVEYED`."""
    engine = job.engine()._engine
    if job.inventory is not None:
        assert known is not None
        table = _tarmim.surveyed_files(engine, job.files_of(part), known)
    else:
        stream = _stream(batches)
        if stream is None:
            return
        table = _tarmim.surveyed_rows(engine, stream, job.text, job.id, job.source_path)
    for batch in pa.RecordBatchReader.from_stream(table):
        columns = [pa.array([part] * len(batch), pa.int32()), *batch.columns]
        yield pa.RecordBatch.from_arrays(columns, names=SURVEYED.names).cast(SURVEYED)


@dataclass(frozen=True)
class Staged:
    """A build whose parts are to be written."""

    build_id: str
    folder: str
    #: A folder for files that are not finished, on the same file system.
    work: str
    survey: bytes
    #: Of each part: articles before it, and records in it.
    before: dict[int, int]
    records: dict[int, int]


def written(job: Job, staged: Staged, part: int, batches: Iterable[pa.RecordBatch], verdicts: pa.Table) -> str | None:
    """Writes a part; returns its summary. Done again, it gives the same files."""
    stream = None if job.inventory is not None else _stream(batches)
    if job.inventory is None and stream is None:
        return None
    # Finished elsewhere and then moved, so that nothing unfinished stands in the build, whenever the worker dies.
    attempt = Path(staged.work, f"attempt-{part}-{uuid.uuid4().hex}")
    attempt.mkdir(parents=True)
    try:
        summary = _tarmim.write_part(
            job.engine()._engine,
            table=stream,
            part=None if job.inventory is None else job.files_of(part),
            text=job.text,
            id=job.id,
            source_path=job.source_path,
            survey=staged.survey,
            verdicts=verdicts,
            number=part,
            before=staged.before.get(part, 0),
            build_id=staged.build_id,
            folder=attempt,
        )
        _check_records(summary, staged, part)
        for file in sorted(attempt.rglob("*.parquet")):
            target = Path(staged.folder, file.relative_to(attempt))
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
    finally:
        shutil.rmtree(attempt, ignore_errors=True)
    return summary


def _check_records(summary: str, staged: Staged, part: int) -> None:
    found, expected = json.loads(summary)["counts"]["inputs"], staged.records.get(part, 0)
    if found != expected:
        raise Error(
            f"part {part} had {expected} records when it was surveyed and {found} when it was written: the input gives other rows each "
            "time it is read; write it to a table first, and build from that"
        )


def _stream(batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader | None:
    """Batches as a stream; ``None`` if there is none."""
    rest = iter(batches)
    first = next(rest, None)
    if first is None:
        return None

    def all_of_them() -> Iterator[pa.RecordBatch]:
        yield first
        yield from rest

    return pa.RecordBatchReader.from_batches(first.schema, all_of_them())


@dataclass
class Output:
    """The output folder of a build in parts, and a folder in it for what travels between its steps."""

    folder: Path
    work: Path = field(init=False)

    def __post_init__(self) -> None:
        self.work = self.folder / f".work-{uuid.uuid4().hex}"
        self.work.mkdir(parents=True)

    @classmethod
    def of(cls, output: str | os.PathLike[str]) -> Output:
        """The output folder, which driver and workers must share."""
        path = os.fspath(output)
        if "://" in path and not path.startswith("file://"):
            raise ConfigError(
                f"output: expected a folder that the driver and all workers share (NFS, Lustre, a mounted bucket), found {path}; build "
                "into such a folder, and copy builds/<id> to the object storage from there",
                2,
            )
        return cls(Path(path.removeprefix("file://")).absolute())

    def close(self) -> None:
        """Removes what travelled between the steps."""
        shutil.rmtree(self.work, ignore_errors=True)


def starts(admitted: dict[int, int]) -> dict[int, int]:
    """The number of articles before each part, by the number in each."""
    parts = sorted(admitted)
    if not parts:
        return {}
    return dict(zip(parts, accumulate([0, *(admitted[part] for part in parts[:-1])]), strict=True))


@dataclass
class Compared:
    """What comparing all records decided."""

    #: The verdicts of each part, as :data:`VERDICTS`.
    verdicts: list[pa.Table]
    #: The number of articles of each part that get in.
    admitted: dict[int, int]


def compared_in_order(job: Job, surveys: Iterable[pa.Table]) -> Compared:
    """Compares the records of all parts one after another, in one process: 240 bytes of memory an article."""
    judge, names, ids = _tarmim.CopyJudge(job.engine()._engine), Names(job.source_path is not None), set()
    verdicts, admitted = [], {}
    for part, survey in enumerate(surveys):
        rows, admitted[part] = [], 0
        for record in survey.drop_columns(["anchors", "survey", "digest"]).to_pylist():
            verdict = dict.fromkeys(VERDICTS.names) | {"row": record["row"]}
            verdict["new_name"] = names.new_name(record)
            if record["article_id"] is not None:
                article_id = record["article_id"] if verdict["new_name"] is None else names.id_of(record, verdict["new_name"])
                if article_id in ids:
                    verdict["refusal"] = "repeated_key"
                else:
                    ids.add(article_id)
                    exact, near, similarity, is_left_out = judge.judge(article_id, record["signature"])
                    verdict |= {"duplicate_of": exact, "near_duplicate_of": near, "similarity": similarity}
                    verdict["refusal"] = "copy" if is_left_out else None
                admitted[part] += verdict["refusal"] is None
            if any(value is not None for name, value in verdict.items() if name != "row"):
                rows.append(verdict)
        verdicts.append(pa.Table.from_pylist(rows, VERDICTS))
    return Compared(verdicts, admitted)


class Names:
    """Names for rows whose own an earlier row has, as the file readers of ``run`` name them."""

    def __init__(self, of_one_file: bool) -> None:
        self._of_one_file = of_one_file
        self._seen: Counter[str] = Counter()

    def _times(self, name: str) -> int:
        self._seen[name] += 1
        return self._seen[name]

    def new_name(self, record: dict[str, Any]) -> str | None:
        """The name of a record that may not have its own."""
        name = record["name"]
        # Of rows with one id, the second is a reject unless they are records of one file.
        if name is None or (record["is_key"] and not self._of_one_file) or (times := self._times(name)) == 1:
            return None
        if record["is_key"]:
            name = f"{name}#{record['text_tag']}"
            times = self._times(name)
        return str(name) if times == 1 else f"{name}#{times}"

    def id_of(self, record: dict[str, Any], name: str) -> str:
        """The id of the article with another name."""
        origin = (record["source_path"], name) if self._of_one_file else (name, None)
        return _tarmim.article_ids([origin])[0]
