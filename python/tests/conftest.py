"""The tests of the wheel, run in an environment where it is installed: `TARMIM=target/release/tarmim pytest python/tests`.

TARMIM names the program that the results are compared with.
"""

import json
import os
import random
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tarmim

REPOSITORY = Path(__file__).resolve().parents[2]
RAW = REPOSITORY / "raw"
PROGRAM = Path(os.environ.get("TARMIM", "")).resolve()
TABLES = ("sentences", "articles", "keywords", "rejects")

STRIPPED = "عقدت لجن الصناع والتجار اجتماعها امس وبحثت اثر زياد الواردات عل الاسواق المحلي"
INTACT = "أعلنت هيئة الأرصاد مساء الأحد أن عاصفة رملية قوية ستضرب سواحل المدينة خلال ساعات الليل."


def pytest_configure():
    if not os.access(PROGRAM, os.X_OK) or PROGRAM.is_dir():
        raise pytest.UsageError("set TARMIM to the program that the wheel is compared with: TARMIM=target/release/tarmim")
    if REPOSITORY in Path(tarmim.__file__).parents:
        raise pytest.UsageError(f"the wheel under test is {tarmim.__file__}; install it and test that")


def program(*arguments, stdin="", code=0):
    """Runs the program and returns what it printed."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def engine():
    return tarmim.Engine()


@pytest.fixture(scope="session")
def seeds():
    """The shipped articles, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(RAW.glob("*.txt"))}


@pytest.fixture(scope="session")
def records(seeds):
    """Records of every kind: articles, copies, near copies, repeated ids, headlines, dates of an open order, no text."""
    generator = random.Random(7)
    words = " ".join(seeds.values()).split()

    def text(count):
        return " ".join(generator.choices(words, k=count))

    first = text(300)
    near = " ".join(word if place % 40 else "كلمة" for place, word in enumerate(first.split()))
    made = [
        {"id": "a1", "title": "زياد الصادرات", "date": "13/10/2012", "section": "اقتصاد", "text": first},
        {"id": "a2", "title": None, "date": "7/3/2012", "section": "محليات", "text": text(120)},
        {"id": "a3", "title": "خبر", "date": None, "section": "اقتصاد", "text": first},
        {"id": "a4", "title": "خبر", "date": "2014-05-06", "section": None, "text": near},
        {"id": "a5", "title": None, "date": "غدا", "section": "محليات", "text": "وصل وفد من الشرك"},
        {"id": "a6", "title": None, "date": None, "section": None, "text": None},
        {"id": "a7", "title": None, "date": None, "section": None, "text": " \n "},
        {"id": "a8", "title": None, "date": None, "section": "رياضة", "text": INTACT + " " + INTACT},
        {"id": "a9", "title": None, "date": None, "section": None, "text": "\0"},
    ]
    made += [
        {"id": f"b{number}", "title": None, "date": f"2013-01-{1 + number % 28:02}", "section": "محليات", "text": text(80)}
        for number in range(60)
    ]
    return made


@pytest.fixture(scope="session")
def built(records, tmp_path_factory):
    """A build of the program from the records as `articles.jsonl`."""
    folder = tmp_path_factory.mktemp("built")
    write_jsonl(folder / "raw" / "articles.jsonl", records)
    return build_of(folder)


def write_jsonl(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")


def build_of(folder, *options, settings=""):
    """Runs the program on `raw` in a folder; returns the folder of the build."""
    configuration = f'[tag]\nvocabularies = ["{REPOSITORY}/vocabulary/newspapers.ttl"]\n'
    if "max_reject_ratio" not in settings:
        configuration += "[dataset]\nmax_reject_ratio = 1.0\n"
    (folder / "pipeline.toml").write_text(configuration + settings, encoding="utf-8")
    program("--config", folder / "pipeline.toml", "run", *options)
    return (folder / "output" / "current").resolve()


def stored(build, table):
    """A table of a build, as pyarrow reads it."""
    return pa.concat_tables([pq.ParquetFile(path).read() for path in sorted((build / table).rglob("*.parquet"))])


def rows(table):
    """A table as rows. Floats of the two sides are the same bits, so they are compared as they are."""
    return (table if isinstance(table, pa.Table) else pa.table(table)).to_pylist()
