"""Training from a cold start: the same corpus gives the same model, an interrupted run goes on, faults are named.

The corpus is a few clean articles, far too small to be good for anything but showing that the way is open from end to end.
"""

import json
import signal
import subprocess

import pytest

from conftest import PROGRAM, wait_until


@pytest.fixture(scope="module")
def corpus(seed_build, tmp_path_factory):
    """Clean articles: the shipped ones as repaired, a full stop after each sentence, many times over."""
    folder = tmp_path_factory.mktemp("corpus")
    articles = {}
    for row in seed_build.rows("sentences"):
        articles.setdefault(row["article_id"], []).append(row["text"] + ".")
    lines = [json.dumps({"text": " ".join(sentences)}, ensure_ascii=False) for sentences in articles.values()]
    (folder / "articles.jsonl").write_text("\n".join(lines * 20) + "\n", encoding="utf-8")
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


def test_an_interrupted_training_goes_on_and_ends_the_same(corpus, trained, tmp_path):
    process = subprocess.Popen([PROGRAM, *arguments(corpus, tmp_path)], stderr=subprocess.DEVNULL)
    stages = tmp_path / "checkpoints"
    wait_until(lambda: list(stages.glob("repair-*.stage")), "the first stage")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "m.model").exists()
    finished = {path: path.stat().st_mtime_ns for path in stages.glob("*.stage")}
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


def test_a_line_that_is_no_article_is_told(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "كتاب"}\n{"txt": "كتاب"}\n', encoding="utf-8")
    assert "a.jsonl:2: " in train(tmp_path, tmp_path, expect=2).stderr


def test_an_empty_corpus_is_told(tmp_path):
    assert ".jsonl" in train(tmp_path, tmp_path, expect=3).stderr
