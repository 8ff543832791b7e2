"""What must never end the interpreter: forks, exits in the midst of work, large texts, several engines."""

import copy
import multiprocessing
import os
import subprocess
import sys
import threading

import pyarrow as pa
import pytest
from conftest import STRIPPED, rows

import tarmim


def run_script(script, **options):
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, **options)


def test_an_engine_works_after_a_fork(engine):
    expected = engine.repair(STRIPPED).text
    table = pa.table({"text": [STRIPPED] * 50})
    engine.annotate(table)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            # The parent's threads are not here: the child makes its own.
            ok = engine.repair(STRIPPED).text == expected and len(engine.annotate(table).articles) == 50
            ok = ok and tarmim.Engine().repair(STRIPPED).text == expected
            os.write(write, b"y" if ok else b"n")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    assert os.read(read, 1) == b"y"
    assert len(engine.annotate(table).articles) == 50, "the parent goes on"


def test_a_child_forked_during_a_call_ends():
    """The call under way is counted in the parent, and its thread is not in the child."""
    script = f"""
import os, sys, threading, tarmim
engine = tarmim.Engine(jobs=1, effort="fast", vocabularies=[])
thread = threading.Thread(target=engine.repair, args=({STRIPPED!r} * 3_000,))
thread.start()
if os.fork() == 0:
    assert engine.repair({STRIPPED!r}).text != {STRIPPED!r}
    sys.exit(7)
_, status = os.wait()
thread.join()
print(os.waitstatus_to_exitcode(status))
"""
    done = run_script(script, timeout=120)
    assert done.stdout == "7\n", (done.stdout, done.stderr)


def test_results_go_to_other_processes(engine):
    repaired = engine.repair(STRIPPED)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map(engine.repair, [STRIPPED] * 3)
    assert [list(other.tokens) for other in found] == [list(repaired.tokens)] * 3
    assert copy.deepcopy(repaired).text == repaired.text and copy.copy(engine) is engine


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_an_engine_goes_to_other_processes(engine, method):
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(engine_text, [(engine, STRIPPED)] * 4) == [engine.repair(STRIPPED).text] * 4


def engine_text(given):
    engine, text = given
    return engine.repair(text).text


def test_an_interpreter_may_exit_while_threads_work(seeds):
    script = f"""
import threading, tarmim, pyarrow as pa
engine = tarmim.Engine(jobs=2)
text = {" ".join(seeds.values())!r}
def repair():
    while True:
        engine.repair(text)
def annotate():
    while True:
        engine.annotate(pa.table({{"text": [text] * 50}}))
for work in (repair, annotate, repair):
    threading.Thread(target=work, daemon=True).start()
print("working", flush=True)
"""
    for _ in range(3):
        done = run_script(script)
        assert done.returncode == 0 and done.stdout == "working\n", (done.returncode, done.stderr[-2000:])
        assert "panicked" not in done.stderr and "Fatal" not in done.stderr


WAITING = f"""
import signal, sys, threading, time, pyarrow as pa, tarmim
engine = tarmim.Engine(jobs=1, vocabularies=[])
schema = pa.schema([("text", pa.string())])
asked = threading.Event()
def batches():
    yield pa.record_batch([[{STRIPPED!r}]], schema=schema)
    asked.set()
    while wait():
        pass
stream = pa.RecordBatchReader.from_batches(schema, batches())
class Other:
    __arrow_c_stream__ = stream.__arrow_c_stream__
"""


SLEEPS, WAITS = "time.sleep(0.05) is None", "threading.Event().wait()"


# On the main thread a lock that is waited for without end may miss a signal that comes at that very moment.
@pytest.mark.parametrize(
    ("work", "wait"),
    [("engine.annotate(stream)", SLEEPS), ("list(engine.annotate_batches(stream))", SLEEPS), ("engine.annotate(Other)", WAITS)],
)
def test_a_stream_that_never_goes_on_is_left(work, wait):
    """Ctrl-C ends the call although its producer waits for ever, and the interpreter exits."""
    script = f"""
wait = lambda: {wait}
{WAITING}
def interrupt():
    asked.wait()
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    {work}
except KeyboardInterrupt:
    print("stopped", engine.repair({STRIPPED!r}).text != {STRIPPED!r})
"""
    done = run_script(script, timeout=60)
    assert (done.returncode, done.stdout) == (0, "stopped True\n"), done.stderr


def test_an_interpreter_exits_while_a_stream_waits():
    script = f"""
wait = lambda: {WAITS}
{WAITING}
threading.Thread(target=engine.annotate, args=(stream,), daemon=True).start()
asked.wait()
print("waiting", flush=True)
"""
    done = run_script(script, timeout=60)
    assert (done.returncode, done.stdout) == (0, "waiting\n"), done.stderr


def test_an_interpreter_exits_while_a_stream_sleeps():
    script = f"""
import threading, time, pyarrow as pa, tarmim
engine = tarmim.Engine(jobs=1, vocabularies=[])
batch = pa.record_batch({{"text": [{STRIPPED!r}]}})
asked = threading.Event()
def batches():
    while True:
        asked.set()
        time.sleep(0.1)
        yield batch
class Other:
    def __init__(self, stream):
        self.__arrow_c_stream__ = stream.__arrow_c_stream__
works = [engine.annotate, lambda stream: list(engine.annotate_batches(stream)), lambda stream: engine.annotate(Other(stream))]
for work in works:
    threading.Thread(target=work, args=(pa.RecordBatchReader.from_batches(batch.schema, batches()),), daemon=True).start()
asked.wait()
"""
    for _ in range(3):
        done = run_script(script, timeout=60)
        assert done.returncode == 0, done.stderr


def test_two_engines_differ(engine):
    other = tarmim.Engine(damage="intact", vocabularies=[])
    results = {}

    def work(name, which):
        results[name] = [which.repair(STRIPPED).text for _ in range(20)]

    threads = [threading.Thread(target=work, args=item) for item in [("a", engine), ("b", other)]]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert set(results["a"]) == {engine.repair(STRIPPED).text}
    assert set(results["b"]) == {other.repair(STRIPPED).text}
    assert results["a"] != results["b"]


def test_a_text_of_many_megabytes(seeds):
    """The whole of it is repaired, and what is kept is a small multiple of its size. TARMIM_TEXT_MB=50 takes minutes."""
    size = int(os.environ.get("TARMIM_TEXT_MB", "4")) * 1_000_000
    script = f"""
import resource, tarmim
text = {" ".join(seeds.values())!r} + "\\n"
text *= {size} // len(text.encode()) + 1
engine = tarmim.Engine(effort="fast", vocabularies=[])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
repaired = engine.repair(text)
assert len(repaired.tokens) == len(text.split())
last = repaired.tokens[-1]
assert text[last.start : last.end] == text.split()[-1] and repaired.text[last.form_start : last.form_end] == last.form
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = run_script(script)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) < 300 + 40 * size // 1_000_000, "MiB"


def test_nothing_is_held_of_what_is_gone(engine):
    """Results, streams and failed calls give their memory back."""
    script = f"""
import gc, resource, pyarrow as pa, tarmim
engine = tarmim.Engine(jobs=1, vocabularies=[])
table = pa.table({{"text": [{STRIPPED!r}] * 200}})
def work():
    annotation = engine.annotate(table)
    pa.table(annotation.sentences); annotation.articles.__arrow_c_stream__(); annotation.articles.__arrow_c_schema__()
    engine.repair({STRIPPED!r})
    try: engine.repair(None)
    except tarmim.InputError: pass
    list(engine.annotate_batches(table)); engine.annotate_batches(table)
for _ in range(30): work()
gc.collect()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(60): work()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = run_script(script)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 40, "MiB"


def test_a_full_disk_is_an_exception(tmp_path):
    """The folder for temporary files is gone: an annotation that needs one says so."""
    script = """
import pyarrow as pa, tarmim
engine = tarmim.Engine(vocabularies=[])
table = pa.table({"text": pa.nulls(1_000, pa.string()), "extra": ["x" * 100_000] * 1_000})
try:
    engine.annotate(table)
except tarmim.Error as error:
    print(type(error).__name__, error.code, error)
"""
    done = run_script(script, env={**os.environ, "TMPDIR": str(tmp_path / "missing")})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Error 1 the tables cannot be kept in "), done.stdout


def test_rejects_name_what_to_do(engine):
    annotation = engine.annotate(pa.table({"id": ["x", "x"], "text": [STRIPPED, STRIPPED]}), text="text", id="id")
    (reject,) = rows(annotation.rejects)
    assert reject["code"] == "duplicate_key" and "the same key x" in reject["message"]
