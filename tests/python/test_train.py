"""Training from nothing: the same corpus gives the same model, a killed run is resumed, errors name the line.

The corpus is a few clean articles: far too small for a useful model, large enough to go through every step.
"""

import json
import os
import subprocess

import pytest

from conftest import PROGRAM, write_training_corpus
from failpoints import KILLED


@pytest.fixture(scope="module")
def corpus(seed_build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    write_training_corpus(seed_build, folder)
    return folder


def arguments(corpus, folder):
    return ["train", "--corpus", corpus, "--model", folder / "m.model", "--checkpoints", folder / "checkpoints"]


def train(corpus, folder, *more, expect=0):
    done = subprocess.run([PROGRAM, *arguments(corpus, folder), *more], capture_output=True, text=True)
    assert done.returncode == expect, done.stderr
    return done


@pytest.fixture(scope="module")
def trained(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    train(corpus, folder)
    return folder / "m.model"


def test_the_same_corpus_gives_the_same_model(corpus, trained, tmp_path):
    train(corpus, tmp_path, "--jobs", "1")
    assert (tmp_path / "m.model").read_bytes() == trained.read_bytes()


BEFORE_THE_ENCODER = ["features", "lengths", "phrases", "repair"]


@pytest.mark.parametrize(
    ("point", "stages_before"),
    [
        ("train.pass", BEFORE_THE_ENCODER),
        ("train.step#2", BEFORE_THE_ENCODER),
        # The encoder makes five passes; the sixth is that of the second pass.
        ("train.pass#6", sorted([*BEFORE_THE_ENCODER, "encoder"])),
    ],
)
def test_a_killed_training_goes_on_and_ends_the_same(failpoints, corpus, trained, tmp_path, point, stages_before):
    environment = os.environ | {"TARMIM_FAILPOINT": f"{point}=kill"}
    done = subprocess.run([failpoints.path, *arguments(corpus, tmp_path)], env=environment, capture_output=True)
    assert done.returncode == KILLED
    assert not (tmp_path / "m.model").exists()
    stages = tmp_path / "checkpoints"
    finished = {path: path.stat().st_mtime_ns for path in stages.glob("*.stage")}
    assert sorted(path.name.partition("-")[0] for path in finished) == stages_before
    train(corpus, tmp_path)
    assert (tmp_path / "m.model").read_bytes() == trained.read_bytes()
    for path, written in finished.items():
        assert path.stat().st_mtime_ns == written, f"{path.name} was learnt again"


def test_another_corpus_does_not_take_the_checkpoints_of_the_first(corpus, trained, tmp_path):
    train(corpus, tmp_path)
    other = tmp_path / "corpus"
    other.mkdir()
    lines = (corpus / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    (other / "articles.jsonl").write_text("\n".join(lines[:30]) + "\n", encoding="utf-8")
    train(other, tmp_path)
    assert (tmp_path / "m.model").read_bytes() != trained.read_bytes()


def test_a_trained_model_repairs(trained):
    done = subprocess.run([PROGRAM, "repair", "--model", trained], input="الانشط الصناعي", capture_output=True, text=True, check=True)
    assert done.stdout == "الأنشطة الصناعية"


def test_a_build_says_which_model_made_it(project, trained):
    shipped = project.build().id
    project.configure("repair", "model", json.dumps(str(trained)))
    assert project.build().id != shipped


def test_a_line_that_is_no_article_is_an_error(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "كتاب"}\n{"txt": "كتاب"}\n', encoding="utf-8")
    assert "a.jsonl:2: " in train(tmp_path, tmp_path, expect=2).stderr


def test_copies_and_articles_of_benchmarks_are_not_trained_on(corpus, trained, tmp_path):
    lines = (corpus / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    benchmarks = tmp_path / "benchmarks"
    benchmarks.mkdir()
    texts = [json.loads(line)["text"] for line in lines]
    records = [{"id": "b", "gold": text.replace(".", "").split(" ")} for text in texts[:3]]
    (benchmarks / "b.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    with_copies = tmp_path / "corpus"
    with_copies.mkdir()
    (with_copies / "articles.jsonl").write_text("\n".join([*lines, *lines[5:9]]) + "\n", encoding="utf-8")
    done = train(with_copies, tmp_path, "--benchmarks", benchmarks)
    (report,) = [line for line in done.stderr.splitlines() if "left out: " in line]
    assert f": {len(lines) - 3} articles of " in report
    assert "left out: 4 copies of " in report
    assert ", 3 articles of " in report


def test_a_line_of_a_benchmark_that_is_no_record_is_an_error(corpus, tmp_path):
    (tmp_path / "b.jsonl").write_text('{"gold": "كتاب"}\n', encoding="utf-8")
    assert "b.jsonl:1: " in train(corpus, tmp_path, "--benchmarks", tmp_path, expect=2).stderr


def test_an_unfinished_training_gives_a_model(corpus, tmp_path):
    train(corpus, tmp_path, "--unfinished")
    done = subprocess.run([PROGRAM, "repair", "--model", tmp_path / "m.model"], input="في", capture_output=True, text=True, check=True)
    assert done.stdout == "في"


def test_an_empty_corpus_is_an_error(tmp_path):
    assert ".jsonl" in train(tmp_path, tmp_path, expect=3).stderr


def test_corrected_sentences_are_learnt_from(corpus, trained, tmp_path):
    """A word that the corpus lacks is known to a model that was trained with its correction."""
    rows = [f"form,a,غرنبوط,غرنبوطة,قال إن {word} ⟪غرنبوط⟫ في السوق" for word in ("البضاعة", "السلعة", "التجارة")]
    (tmp_path / "c.csv").write_text("\n".join(["kind,article,raw,correction,sentence", *rows, "form,a,x,,لا ⟪شيء⟫"]) + "\n", encoding="utf-8")
    done = train(corpus, tmp_path, "--corrections", tmp_path / "c.csv")
    assert "corrections: 3 articles of 18 words" in done.stderr

    def repaired(model):
        text = "قال ان السلع غرنبوط في السوق"
        return subprocess.run([PROGRAM, "repair", "--damage", "stripped", "--model", model], input=text, capture_output=True, text=True).stdout

    assert "غرنبوطة" not in repaired(trained) and "غرنبوطة" in repaired(tmp_path / "m.model")
    (tmp_path / "c.csv").write_text("kind,raw,correction\nword,x,y\n", encoding="utf-8")
    assert "c.csv:2: the kind is" in train(corpus, tmp_path, "--corrections", tmp_path / "c.csv", expect=2).stderr
