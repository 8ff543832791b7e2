"""Building datasets from Python: the same bytes as the program, the same errors, progress, and a stop in between."""

import logging
import os
import pickle
import signal
import subprocess
import sys
import time

import pytest
from conftest import REPOSITORY, RAW, STRIPPED, build_of, program, write_jsonl

import tarmim


def files(build):
    return {str(path.relative_to(build)): path.read_bytes() for path in build.rglob("*.parquet")}


def test_a_build_has_the_bytes_of_the_program(records, tmp_path):
    write_jsonl(tmp_path / "a" / "raw" / "articles.jsonl", records)
    by_program = build_of(tmp_path / "a")
    output = tmp_path / "output"
    result = tarmim.run(tmp_path / "a" / "pipeline.toml", output=output)
    assert result.outcome == "published" and result.build.id == by_program.name
    assert files(result.build.path) == files(by_program)
    assert result.counts["articles"] == result.build.articles.collect().height
    assert tarmim.run(tmp_path / "a" / "pipeline.toml", output=output).outcome == "up_to_date"
    assert tarmim.load(output).id == result.build.id


def test_without_a_configuration_the_defaults_hold(tmp_path):
    result = tarmim.run(None, input=RAW, output=tmp_path / "output", jobs=1)
    assert result.counts["articles"] == 3
    program("--config", REPOSITORY / "pipeline.toml", "run", "--output", tmp_path / "other")
    assert result.build.id == (tmp_path / "other" / "current").resolve().name


def test_progress_is_reported(tmp_path, records, caplog):
    write_jsonl(tmp_path / "raw" / "articles.jsonl", records)
    seen = []
    settings = {"input": tmp_path / "raw", "output": tmp_path / "output", "max_reject_ratio": 1.0}
    with caplog.at_level(logging.WARNING, "tarmim"):
        tarmim.run(None, progress=seen.append, **settings)
    assert seen and all(isinstance(progress, tarmim.Progress) for progress in seen)
    assert seen[-1].done == seen[-1].total and seen[-1].unit == "bytes" and seen[-1].words > 0
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert caplog.messages, "warnings of the run go to the logger"
    tarmim.run(None, progress=True, force=True, **settings)


def test_a_failing_callback_stops_the_run(tmp_path):
    def fail(progress):
        raise ZeroDivisionError("the callback's own error")

    with pytest.raises(ZeroDivisionError, match="own error"):
        tarmim.run(None, input=RAW, output=tmp_path / "output", progress=fail)
    assert not (tmp_path / "output" / "current").exists()


def test_errors_have_the_words_and_the_code_of_the_program(tmp_path):
    (tmp_path / "raw").mkdir()
    cases = [
        ({}, 3, tarmim.NothingToReadError),
        ({"max_tokens": 0}, 2, tarmim.ConfigError),
    ]
    for settings, code, kind in cases:
        with pytest.raises(kind) as raised:
            tarmim.run(None, input=tmp_path / "raw", output=tmp_path / "output", **settings)
        assert raised.value.code == code
    write_jsonl(tmp_path / "raw" / "a.jsonl", [{"id": 1, "text": None}, {"id": 2, "text": STRIPPED}])
    with pytest.raises(tarmim.TooManyRejectsError, match="1 of 2 inputs are rejected") as raised:
        tarmim.run(None, input=tmp_path / "raw", output=tmp_path / "output", vocabularies=[])
    (tmp_path / "pipeline.toml").write_text("[tag]\nvocabularies = []\n", encoding="utf-8")
    done = subprocess.run(
        [os.environ["TARMIM"], "--plain", "--config", tmp_path / "pipeline.toml", "run", "--output", tmp_path / "output"],
        capture_output=True, text=True, check=False,
    )
    assert raised.value.code == done.returncode == 5
    assert str(raised.value) in done.stderr
    with pytest.raises(tarmim.ConfigError, match="run in the folder of pipeline.toml"):
        tarmim.run(tmp_path / "missing.toml")


def test_a_result_outlives_its_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.toml").write_text("[tag]\nvocabularies = []\n", encoding="utf-8")
    result = tarmim.run("p.toml", input=str(RAW), output="out")
    engine = tarmim.Engine("p.toml")
    monkeypatch.chdir("/")
    assert result.counts["articles"] == result.build.articles.collect().height == 3
    assert pickle.loads(pickle.dumps(engine)).repair(STRIPPED).text == engine.repair(STRIPPED).text


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "x", 2**70])
def test_a_limit_is_a_number_of_articles(tmp_path, limit):
    with pytest.raises(tarmim.ConfigError, match="limit: expected a whole number from 1"):
        tarmim.run(None, input=RAW, output=tmp_path / "output", limit=limit)


def test_ctrl_c_stops_a_run_and_leaves_no_trace(tmp_path, seeds):
    words = " ".join(seeds.values())
    write_jsonl(tmp_path / "raw" / "a.jsonl", [{"id": n, "text": f"{n} {words}"} for n in range(3_000)])
    script = f"""
import tarmim
tarmim.run(None, input={str(tmp_path / "raw")!r}, output={str(tmp_path / "output")!r}, progress=lambda p: print(p.done, flush=True))
"""
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout.readline(), "it works"
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate()
    assert child.returncode == -signal.SIGINT and "KeyboardInterrupt" in errors
    assert not (tmp_path / "output" / "current").exists()
    assert list((tmp_path / "output" / "builds").glob("*")) == []


def test_ctrl_c_stops_an_annotation(seeds):
    script = f"""
import pyarrow as pa, tarmim
engine = tarmim.Engine()
text = {" ".join(seeds.values())!r}
print("ready", flush=True)
engine.annotate(pa.table({{"text": [f"{{n}} {{text}}" for n in range(3_000)]}}))
"""
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stdout.readline()
    # It is asked again and again, so that the test does not depend on where the first request comes.
    while child.poll() is None:
        child.send_signal(signal.SIGINT)
        time.sleep(0.05)
    assert "KeyboardInterrupt" in child.stderr.read()
