"""Ray: a real local cluster with actors in processes of their own; rows are those of the program."""

import os
from pathlib import Path

import pyarrow as pa
import pytest
from conftest import INTACT, STRIPPED, build_of, rows, stored, write_jsonl

import tarmim

ray = pytest.importorskip("ray", reason="ray is not installed")
tarmim_ray = pytest.importorskip("tarmim.ray")


@pytest.fixture(scope="module", autouse=True)
def cluster():
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=200 << 20)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def dataset(records, blocks=3):
    table = pa.Table.from_pylist(records)
    size = -(-len(records) // blocks)
    return ray.data.from_arrow([table.slice(start, size) for start in range(0, len(records), size)])


def table_of(ds):
    return [row for ref in ds.to_arrow_refs() for row in ray.get(ref).to_pylist()]


@pytest.mark.parametrize("duplicates", ["flag", "drop_exact"])
def test_a_build_has_the_rows_of_the_program(records, tmp_path, duplicates):
    repeated = [*records, records[1], {**records[0], "text": INTACT}, {**records[0], "text": INTACT}, {**records[2], "id": None}]
    write_jsonl(tmp_path / "raw" / "articles.jsonl", repeated)
    expected = build_of(tmp_path, settings=f'duplicates = "{duplicates}"\n')
    build = tarmim_ray.build(
        dataset(repeated), tmp_path / "ray", source_path="articles.jsonl", max_reject_ratio=1.0, duplicates=duplicates
    )
    for table in ("articles", "sentences", "keywords"):
        assert rows(stored(build.path, table)) == rows(stored(expected, table)), table
    codes = [[(row["source_path"], row["code"]) for row in rows(stored(path, "rejects"))] for path in (build.path, expected)]
    assert codes[0] == codes[1]


def test_a_folder_gives_the_rows_of_the_program(records, seeds, tmp_path):
    for name, text in seeds.items():
        write_jsonl(tmp_path / "raw" / "a" / f"{name}.jsonl", records)
        (tmp_path / "raw" / name).write_text(text, encoding="utf-8")
    expected = build_of(tmp_path)
    build = tarmim_ray.build(tmp_path / "raw", tmp_path / "ray", config=tmp_path / "pipeline.toml", parts=3)
    for table in ("articles", "sentences", "keywords", "rejects"):
        assert rows(stored(build.path, table)) == rows(stored(expected, table)), table


def test_annotate_gives_the_tables(records):
    settings = {"date_order": "day-first"}
    annotation = tarmim_ray.annotate(dataset(records), text="text", id="id", actors=2, **settings).materialize()
    expected = tarmim.Engine(duplicates="off", **settings).annotate(pa.Table.from_pylist(records), text="text", id="id")
    long = {row["source_path"] for row in rows(expected.articles) if row["token_count"] > 40}
    for table in ("articles", "sentences", "keywords"):
        sides = []
        for side in (table_of(getattr(annotation, table)), rows(getattr(expected, table))):
            picked = [{**row, "article_index": 0} for row in side if row["source_path"] in long]
            sides.append(sorted(picked, key=repr))
        assert sides[0] == sides[1], table
    assert annotation.articles.count() + annotation.rejects.count() == len(records)


def test_a_poisoned_row_is_a_reject(tmp_path):
    texts = [STRIPPED, "\0", None, "", "a" * 300_000, "�" * 10, INTACT]
    records = [{"id": f"p{number}", "text": text} for number, text in enumerate(texts)]
    build = tarmim_ray.build(dataset(records), tmp_path / "ray", max_reject_ratio=1.0)
    counts = build.manifest["counts"]
    assert counts["inputs"] == len(records) == counts["articles"] + counts["rejects"]


def test_an_actor_that_dies_changes_nothing(records, tmp_path):
    """An actor is killed while it annotates, and one while a build is written."""
    expected = sorted(map(repr, table_of(tarmim_ray.annotate(dataset(records), text="text", id="id").sentences)))
    flag = tmp_path / "flag"

    def die_once(batch: pa.Table) -> pa.Table:
        if "a5" in batch["id"].to_pylist() and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), 9)
        return batch

    deadly = dataset(records).map_batches(die_once, batch_format="pyarrow")
    found = table_of(tarmim_ray.annotate(deadly, text="text", id="id").sentences)
    assert flag.exists() and sorted(map(repr, found)) == expected

    build = tarmim_ray.build(dataset(records), tmp_path / "whole", max_reject_ratio=1.0)
    killed = tmp_path / "killed"
    deadly_build = build_with_a_death(records, killed, tmp_path / "again")
    assert killed.exists() and deadly_build.id == build.id
    files = lambda build: {str(path.relative_to(build.path)): path.read_bytes() for path in build.path.rglob("*.parquet")}  # noqa: E731
    assert files(deadly_build) == files(build)


def build_with_a_death(records, killed, output):
    """Kills the actors once while they write, from outside, as a machine that is lost."""
    import threading
    import time

    def kill():
        while not list(output.glob(".work-*/attempts/attempt-*")):
            time.sleep(0.01)
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if command.read_bytes().startswith(b"ray::_Worker"):
                    os.kill(int(command.parent.name), 9)
                    killed.touch()
            except OSError:
                pass  # It ended by itself meanwhile.

    killer = threading.Thread(target=kill)
    killer.start()
    build = tarmim_ray.build(dataset(records), output, max_reject_ratio=1.0)
    killer.join()
    return build


def test_what_cannot_be_built_is_named(records, tmp_path):
    with pytest.raises(tarmim.ConfigError, match="output: expected a folder that the driver and all workers share"):
        tarmim_ray.build(dataset(records), "s3://bucket/output")
    with pytest.raises(tarmim.NothingToReadError):
        tarmim_ray.build(tmp_path / "missing", tmp_path / "ray")
    with pytest.raises(Exception, match="the column nope is missing; columns found: id"):
        tarmim_ray.build(dataset(records), tmp_path / "ray", text="nope")
    assert not (tmp_path / "ray" / "current").exists()
