#!/usr/bin/env python3
"""Words per second at one and two workers: threads in one process, Spark and Ray beside the program, in one run.

    python tests/bench/scale.py target/release/tarmim [ARTICLES]     # in an environment with the wheel, pyspark and ray

Articles of 417 words are made from runs of words of the shipped ones, each different. Every system builds the same dataset from the same JSONL
file, copies and gates included (threads: it annotates the same table, and writes nothing). Starting a cluster is timed apart; loading the model is
part of each figure. Compare ratios within one run; machines are noisy.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.json
from rebuild import WORDS, write_articles

import tarmim
from tarmim import cluster

WORKERS = (1, 2)


def write_records(folder, count):
    """The articles as one JSONL file for each part of a cluster's work."""
    with tempfile.TemporaryDirectory() as texts:
        write_articles(Path(texts), count)
        paths = sorted(Path(texts).rglob("*.txt"))
        records = [{"id": path.stem, "text": path.read_text(encoding="utf-8")} for path in paths]
    parts = 8
    for part in range(parts):
        lines = [json.dumps(record, ensure_ascii=False) for record in records[part::parts]]
        (folder / f"part-{part}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def by_program(program, raw, output, workers):
    settings = f'[tag]\nvocabularies = ["{Path(tarmim.__file__).parent / "newspapers.ttl"}"]\n[dataset]\ncache = false\n'
    config = output / "pipeline.toml"
    config.write_text(settings, encoding="utf-8")
    command = [program, "--config", config, "--jobs", str(workers), "--quiet", "run", "--input", raw, "--output", output / "builds"]
    subprocess.run(command, check=True)


def by_threads(raw, workers):
    table = pyarrow.concat_tables([pyarrow.json.read_json(path) for path in sorted(raw.glob("*.jsonl"))])
    annotation = tarmim.Engine(jobs=workers).annotate(table, text="text", id="id")
    assert len(annotation.rejects) == 0


def by_spark(raw, output, workers, notes):
    import pyspark

    import tarmim.spark

    os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_HOSTNAME="localhost")
    builder = pyspark.sql.SparkSession.builder.master(f"local-cluster[{workers},1,1024]")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
    }.items():
        builder = builder.config(key, value)
    start = time.monotonic()
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    session.range(workers).mapInPandas(lambda frames: frames, "id long").collect()
    notes[f"Spark, starting {workers}"] = time.monotonic() - start
    start = time.monotonic()
    tarmim.spark.build(raw, output, spark=session, parts=8)
    seconds = time.monotonic() - start
    session.stop()
    return seconds


def by_ray(raw, output, workers, notes):
    import ray

    import tarmim.ray

    start = time.monotonic()
    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, object_store_memory=200 << 20)
    notes[f"Ray, starting {workers}"] = time.monotonic() - start
    start = time.monotonic()
    tarmim.ray.build(raw, output, actors=workers, parts=8)
    seconds = time.monotonic() - start
    ray.shutdown()
    return seconds


def timed(work, *arguments):
    start = time.monotonic()
    seconds = work(*arguments)
    return time.monotonic() - start if seconds is None else seconds


def main():
    program = Path(sys.argv[1]).resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    notes, rows = {}, []
    close = cluster.Output.close

    def measured_close(self):
        """Notes how much travelled between the steps."""
        for name in ("surveyed", "verdicts"):
            size = sum(path.stat().st_size for path in (self.work / name).rglob("*.parquet"))
            notes.setdefault(f"bytes an article, {name}", size / count)
        close(self)

    cluster.Output.close = measured_close
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        (root / "raw").mkdir()
        write_records(root / "raw", count)
        for workers in WORKERS:
            folders = [root / f"{name}-{workers}" for name in ("program", "spark", "ray")]
            for folder in folders:
                folder.mkdir()
            base = timed(by_program, program, root / "raw", folders[0], workers)
            rows.append(("program", workers, base, base))
            rows.append(("threads", workers, timed(by_threads, root / "raw", workers), base))
            rows.append(("Spark", workers, timed(by_spark, root / "raw", folders[1], workers, notes), base))
            rows.append(("Ray", workers, timed(by_ray, root / "raw", folders[2], workers, notes), base))
    words = count * WORDS
    print(f"{count:,} articles, {words:,} words\n")
    print("| system | workers | seconds | words/s | time, program = 1 | two workers, one = 1 |")
    print("| --- | --- | --- | --- | --- | --- |")
    first = {name: seconds for name, workers, seconds, _ in rows if workers == WORKERS[0]}
    for name, workers, seconds, base in rows:
        speedup = "" if workers == WORKERS[0] else f"{first[name] / seconds:.2f}"
        print(f"| {name} | {workers} | {seconds:.1f} | {words / seconds:,.0f} | {seconds / base:.2f} | {speedup} |")
    print()
    for name, value in notes.items():
        print(f"{name}: {value:.1f}")


if __name__ == "__main__":
    main()
