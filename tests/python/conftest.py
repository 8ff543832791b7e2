"""Fixtures and helpers of the end-to-end tests: they drive the built program and read what it wrote with other tools.

Environment variables name what they use:

    TARMIM             the program under test
    TARMIM_FAILPOINTS  the same program, built with the feature `failpoints`; tests that need it are skipped without it
    TARMIM_BENCH       the folder of the development sets; likewise

Nothing is written into the repository: each test works on a project of its own in a temporary folder.
"""

import json
import os
import random
import re
import shutil
import subprocess
import tomllib
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

# Fixtures of more than one file; and helpers whose assertions pytest explains.
pytest_plugins = ["rebuilds", "failpoints", "browser", "exported"]
pytest.register_assert_rewrite("sources", "damage")

REPOSITORY = Path(__file__).resolve().parents[2]
RAW = REPOSITORY / "raw"
# Inputs as their owners have them, each of which a version of the program once read wrongly.
FIELD = REPOSITORY / "tests" / "data" / "field"
TABLES = ("sentences", "articles", "keywords", "rejects")

PROGRAM = Path(os.environ.get("TARMIM", "")).resolve()


ISOLATES = re.compile("[\u2066-\u2069]")
# Commands whose output is data.
DATA = {"repair", "export", "review", "--json"}


def pytest_configure():
    if not os.environ.get("TARMIM"):
        raise pytest.UsageError("set TARMIM to the program to be tested: TARMIM=target/release/tarmim pytest tests/python")
    if not os.access(PROGRAM, os.X_OK) or PROGRAM.is_dir():
        raise pytest.UsageError(f"TARMIM names {PROGRAM}, which is no program; build it: cargo build --release")


def seed_texts():
    """The three shipped articles, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(RAW.glob("*.txt"))}


def scrambled(generator, words):
    """Text of some words of the shipped articles: as damaged as they are, and different each time."""
    vocabulary = " ".join(seed_texts().values()).split()
    return " ".join(generator.choices(vocabulary, k=words))


def write_scrambled_articles(folder, count, words=120, seed=0):
    """Fills a folder and its subfolders with articles that depend on the arguments alone."""
    generator = random.Random(seed)
    for number in range(count):
        path = folder / f"section-{number % 7}" / f"article-{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(scrambled(generator, generator.randint(words // 2, words * 3 // 2)) + "\n", encoding="utf-8")


# Words that stay together in every article of a training corpus: fewer than the runs by which copies are known.
PHRASE = 6


def write_training_corpus(build, folder):
    """Clean articles: the phrases of a build's articles as repaired, in other orders, since copies are not trained on."""
    articles = {}
    for row in build.rows("sentences"):
        words = row["text"].split(" ")
        phrases = [" ".join(words[start : start + PHRASE]) for start in range(0, len(words), PHRASE)]
        articles.setdefault(row["article_id"], []).extend([*phrases[:-1], phrases[-1] + "."])
    lines = []
    for order in range(20):
        for phrases in articles.values():
            random.Random(order).shuffle(phrases)
            lines.append(json.dumps({"text": " ".join(phrases)}, ensure_ascii=False))
    (folder / "articles.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def snapshot(folder):
    """Every path under a folder, with the attributes that change if it is touched."""
    paths = [folder, *sorted(folder.rglob("*"))]
    stats = {path: path.lstat() for path in paths}
    return {str(path): (s.st_mtime_ns, s.st_size, s.st_ino, s.st_mode) for path, s in stats.items()}


class Build:
    """A finished build, read without the program."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.id = self.folder.name

    def files(self, table):
        return sorted((self.folder / table).rglob("*.parquet"))

    def parquet_files(self):
        return [path for table in TABLES for path in self.files(table)]

    def table(self, name):
        return pa.concat_tables([pq.ParquetFile(path).read() for path in self.files(name)])

    def rows(self, name):
        return self.table(name).to_pylist()

    def sentences_by_path(self):
        """The rows of each article's sentences, in order."""
        articles = {}
        for row in sorted(self.rows("sentences"), key=lambda row: (row["source_path"], row["sentence_index"])):
            articles.setdefault(row["source_path"], []).append(row)
        return articles

    def bytes_by_path(self):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.parquet_files()}


class Project:
    """A folder with the shipped configuration, model and vocabularies; the input is the shipped articles or written by the test."""

    def __init__(self, root, with_seeds=True):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.config = root / "pipeline.toml"
        shutil.copyfile(REPOSITORY / "pipeline.toml", self.config)
        for name in ("model", "vocabulary"):
            if (REPOSITORY / name).exists():
                (root / name).symlink_to(REPOSITORY / name)
        self.input = root / self.settings["ingest"]["input"]
        self.output = root / self.settings["dataset"]["output"]
        if with_seeds:
            shutil.copytree(RAW, self.input)

    @property
    def settings(self):
        return tomllib.loads(self.config.read_text(encoding="utf-8"))

    def configure(self, table, key, value, rename=None):
        """Sets one key of the configuration (TOML text); returns the number of its line, from 1."""
        lines = self.config.read_text(encoding="utf-8").splitlines()
        start = next(i for i, line in enumerate(lines) if line.strip() == f"[{table}]")
        end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))
        assignment = f"{rename or key} = {value}"
        at = next((i for i in range(start + 1, end) if re.match(rf"#?\s*{key}\s*=", lines[i])), None)
        if at is None:
            at = start + 1
            lines.insert(at, assignment)
        else:
            last = at
            while lines[at].count("[") > "\n".join(lines[at : last + 1]).count("]"):
                last += 1
            # Blank lines keep the line numbers below unchanged.
            lines[at : last + 1] = [assignment] + [""] * (last - at)
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return at + 1

    def write(self, source_path, content):
        """Writes one input file, text as UTF-8."""
        path = self.input / source_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def tarmim(self, *arguments, expect=0, stdin=None, cwd=None, program=PROGRAM, environment=None, isolates=False, **options):
        """Runs the program in the project's folder and checks its exit code (one, or any of several).

        What it says to people has no isolates, unless a test asks for them; data are left as they are.
        """
        done = subprocess.run(
            [program, *map(str, arguments)],
            cwd=cwd or self.root,
            input=stdin,
            capture_output=True,
            timeout=600,
            check=False,
            env=os.environ | (environment or {}),
            **options,
        )
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        if not isolates:
            done.stderr = ISOLATES.sub("", done.stderr)
            if not DATA & set(map(str, arguments)):
                done.stdout = ISOLATES.sub("", done.stdout)
        shown = f"tarmim {' '.join(map(str, arguments))}\n--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}"
        expected = expect if isinstance(expect, tuple) else (expect,)
        assert done.returncode in expected, f"exit code {done.returncode}, not {expect}: {shown}"
        return done

    def start(self, *arguments, program=PROGRAM, environment=None, stdin=None):
        """Starts the program and does not wait for it."""
        return subprocess.Popen(
            [program, *map(str, arguments)],
            cwd=self.root,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | (environment or {}),
        )

    def current(self):
        """The current build."""
        return Build((self.output / "current").resolve(strict=True))

    def build(self, *arguments):
        self.tarmim("run", *arguments)
        return self.current()


@pytest.fixture
def project(tmp_path):
    """A project over the three shipped articles."""
    return Project(tmp_path / "project")


@pytest.fixture
def field_project(tmp_path):
    """Makes a project over an input of tests/data/field, named by its folder."""

    def make(name):
        project = Project(tmp_path / name, with_seeds=False)
        shutil.copytree(FIELD / name, project.root, dirs_exist_ok=True)
        return project

    return make


@pytest.fixture
def empty_project(tmp_path):
    """A project without input."""
    return Project(tmp_path / "project", with_seeds=False)


@pytest.fixture(scope="session")
def seed_project(tmp_path_factory):
    """A project over the shipped articles that is already built. Tests only read it."""
    project = Project(tmp_path_factory.mktemp("seeds") / "project")
    project.build()
    return project


@pytest.fixture(scope="session")
def seed_build(seed_project):
    return seed_project.current()


@pytest.fixture(scope="session")
def sentences(seed_build):
    return seed_build.rows("sentences")


@pytest.fixture(scope="session")
def articles(seed_build):
    return seed_build.rows("articles")


@pytest.fixture(scope="session")
def keywords(seed_build):
    return seed_build.rows("keywords")


@pytest.fixture(scope="session")
def bench():
    """The folder of the development sets and their scorer."""
    folder = os.environ.get("TARMIM_BENCH")
    if not folder:
        pytest.skip("not run: TARMIM_BENCH is not set")
    return Path(folder).resolve()


PERSIAN = str.maketrans("یېۍےکڪہھۃٱ", "ييييككههةا")
INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")


INSIDE = re.compile("(?<=[\u0621-\u063f\u0641-\u065f\u0670])ـ+(?=[\u064b-\u065f\u0670]*[\u0621-\u063f\u0641-\u064a])")
TATWEEL = re.compile("([\u0621-\u063f\u0641-\u065f]*)ـ+(?=([\u0621-\u063f\u0641-\u065f]?))")
# A letter by itself, or clitics that wait for a word.
WAITING = re.compile("[\u0621-\u064a]|[أوف]*[بكلس]?(ال|ل)?")


def without_ornament(token):
    """A token with the tatweel that spells something, once, and without the tatweel that widens a word."""
    token = INSIDE.sub("", token)

    def stroke(found):
        left, right = found.groups()
        before, after = token[: found.start()], token[found.end() :]
        if left:
            kept = not right and WAITING.fullmatch(re.sub("[\u064b-\u065f]", "", left))
        else:
            kept = before if right else before or after
        return left + "ـ" * bool(kept)

    return TATWEEL.sub(stroke, token) or token


def unified(text):
    """The tokens of a text with one encoding for each letter, as in `raw_text`: a second implementation of that rule."""
    return [without_ornament(INVISIBLE.sub("", unicodedata.normalize("NFKC", token)).translate(PERSIAN)) for token in text.split()]


def repaired_tokens(row):
    """The tokens of a sentence after its repairs."""
    tokens = row["raw_text"].split(" ")
    for repair in row["repairs"]:
        tokens[repair["token"]] = repair["repaired"]
    return tokens


def assert_sentences_are_the_source(rows, decoded):
    """The sentences hold every token of the source once, in order, and their byte offsets point at them."""
    tokens = [token for row in rows for token in row["raw_text"].split(" ")]
    assert tokens == unified(decoded)
    source = decoded.encode()
    for row in rows:
        here = source[row["source_start"] : row["source_end"]].decode()
        assert here == here.strip()
        assert unified(here) == row["raw_text"].split(" ")


def assert_builds_are_whole(project):
    """The output folder holds nothing but whole builds, the link to the current one, the cache, the lock and two lists."""
    assert {path.name for path in project.output.iterdir()} <= {"current", "builds", ".lock", ".cache", "rolled-back.json", "publications.jsonl"}
    builds = list((project.output / "builds").iterdir())
    assert builds
    for build in builds:
        assert (build / "manifest.json").is_file(), f"{build} is no whole build"
    assert project.current().folder in [build.resolve() for build in builds]
