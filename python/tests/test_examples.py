"""The examples, each run with the real tools in a folder of its own.

dbt and Airflow want environments of their own: DBT names the program `dbt`, AIRFLOW_PYTHON a Python that has Airflow. A test whose
tool is missing is skipped.
"""

import fcntl
import importlib
import json
import os
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from conftest import PROGRAM, RAW, REPOSITORY

import tarmim

EXAMPLES = REPOSITORY / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))

#: Settings that refuse the build of the examples below.
GATES = "[gates]\nmin_articles = 1\nrepaired_share = [0.99, 1.0]\n"
REJECTS = "[dataset]\nmax_reject_ratio = 0.0\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the examples with their build: the notebooks write beside themselves."""
    copy = tmp_path_factory.mktemp("examples") / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("data", "__pycache__", "target", "logs"))
    subprocess.run([sys.executable, "make_articles.py", "data/raw"], cwd=copy, check=True)
    tarmim.run(None, input=copy / "data" / "raw", output=copy / "data" / "output")
    return copy


def test_the_articles_are_always_the_same_and_damaged(folder, tmp_path):
    subprocess.run([sys.executable, EXAMPLES / "make_articles.py", tmp_path], check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    articles = (tmp_path / "articles.jsonl").read_text(encoding="utf-8")
    assert articles == (folder / "data" / "raw" / "articles.jsonl").read_text(encoding="utf-8")
    texts = [json.loads(line)["text"] for line in articles.splitlines()]
    assert len(texts) == 600 and not set("ةىأإآءئؤ0123456789،؛؟:.!") & set("".join(texts))
    build = tarmim.load(folder / "data" / "output")
    assert set(build.articles.collect()["damage"]) == {"stripped"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_without_outputs(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path, folder):
    for package in ("nbclient", "ipykernel", "polars", "matplotlib", "networkx"):
        pytest.importorskip(package, reason=f"the notebooks need {package}")
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(folder / path.name, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    drawn = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(drawn) == sum("plt.show()" in cell.source for cell in notebook.cells)


#: What becomes of a run with each exit code.
ACTIONS = dict.fromkeys((75, 130, 137, 143), "retried") | dict.fromkeys((1, 2, 4, 5), "failed") | {0: "done", 3: "skipped"}


def cases(folder):
    """Commands that end with each exit code, and the code; each in a folder of its own."""
    for code, settings in {0: "", 1: "", 2: "faulty\n", 3: "", 4: GATES, 5: REJECTS}.items():
        place = folder / str(code)
        (place / "raw").mkdir(parents=True)
        (place / "pipeline.toml").write_text(f"[tag]\nvocabularies = []\n{settings}", encoding="utf-8")
        if code != 3:
            shutil.copy(min(RAW.glob("*.txt")), place / "raw")
        if code == 5:
            (place / "raw" / "article.pdf").write_bytes(b"%PDF-1.7")
        if code == 1:
            (place / "output").mkdir()
            (place / "output" / "builds").write_text("no folder", encoding="utf-8")
        yield code, place, [str(PROGRAM), "--jobs", "1", "--quiet", "run"]
    for signal in (130, 137, 143):
        yield signal, folder, ["bash", "-c", f"kill -{signal - 128} $$"]


@pytest.fixture
def locked(tmp_path):
    """A folder whose lock another process holds."""
    (tmp_path / "locked" / "output").mkdir(parents=True)
    (tmp_path / "locked" / "raw").mkdir()
    shutil.copy(min(RAW.glob("*.txt")), tmp_path / "locked" / "raw")
    (tmp_path / "locked" / "pipeline.toml").write_text("[tag]\nvocabularies = []\n", encoding="utf-8")
    with (tmp_path / "locked" / "output" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield 75, tmp_path / "locked", [str(PROGRAM), "--jobs", "1", "--quiet", "run"]


def test_the_cases_end_with_their_exit_codes(tmp_path, locked):
    for code, folder, command in [*cases(tmp_path / "cases"), locked]:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == (128 - code if code > 128 else code), done.stderr


def test_dagster_acts_on_exit_codes(tmp_path, locked, monkeypatch, capfd):
    pytest.importorskip("dagster", reason="the Dagster example needs dagster")
    monkeypatch.syspath_prepend(EXAMPLES / "orchestration")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    job = importlib.import_module("dagster_job").tarmim
    found = {}
    for code, folder, command in [*cases(tmp_path / "cases"), locked]:
        settings = {"folder": str(folder), "command": command, "retries": 1, "wait_seconds": 0}
        result = job.execute_in_process(run_config={"ops": {"build": {"config": settings}}}, raise_on_error=False)
        events = {(event.step_key, event.event_type_value) for event in result.all_events}
        found[code] = (
            "retried" if ("build", "STEP_UP_FOR_RETRY") in events
            else "failed" if ("build", "STEP_FAILURE") in events
            else "skipped" if ("use", "STEP_SKIPPED") in events
            else "done"
        )  # fmt: skip
        assert ("ALERT" in capfd.readouterr().err) == (code in (4, 5))
    assert found == ACTIONS


AIRFLOW = """
import json, sys
import airflow_dag
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

alerts, found = [], {}
airflow_dag.alert = alerts.append
for code, folder, command in json.load(sys.stdin):
    before = len(alerts)
    try:
        airflow_dag.run_tarmim(command, folder)
        found[code] = "done"
    except AirflowSkipException:
        found[code] = "skipped"
    except AirflowFailException:
        found[code] = "failed"
    except airflow_dag.AirflowException:
        found[code] = "retried"
    assert (len(alerts) > before) == (code in (4, 5)), alerts
task = airflow_dag.tarmim().get_task("build")
assert task.retries == 3 and task.retry_delay.total_seconds() == 900
print(json.dumps(found))
"""


def test_airflow_acts_on_exit_codes(tmp_path, locked):
    python = os.environ.get("AIRFLOW_PYTHON")
    if not python:
        pytest.skip("the Airflow example needs apache-airflow: AIRFLOW_PYTHON names a Python that has it")
    todo = [(code, str(folder), command) for code, folder, command in [*cases(tmp_path / "cases"), locked]]
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(EXAMPLES / "orchestration"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [python, "-c", AIRFLOW], input=json.dumps(todo), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {str(code): action for code, action in ACTIONS.items()}


def test_dbt_builds_on_the_tables(folder):
    dbt = os.environ.get("DBT") or shutil.which("dbt")
    if not dbt:
        pytest.skip("the dbt example needs dbt-duckdb: DBT names the program")
    build = (folder / "data" / "output" / "current").resolve()
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    environment.pop("PYTHONPATH", None)
    command = [dbt, "build", "--profiles-dir", ".", "--vars", f"build: {build}"]
    done = subprocess.run(command, cwd=folder / "dbt", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "ERROR=0" in done.stdout, done.stdout + done.stderr
    results = json.loads((folder / "dbt" / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    assert {result["status"] for result in results} == {"success", "pass"} and len(results) == 9
    assert sum(pq.read_metadata(path).num_rows for path in (build / "keywords").glob("*.parquet")) > 0


def test_the_container_copies_what_the_program_needs():
    """Images cannot be built here. What can be checked: that nothing which the build needs is left out of it."""
    ignored = (EXAMPLES / "Containerfile.containerignore").read_text(encoding="utf-8")
    assert ignored == (EXAMPLES / "Containerfile.dockerignore").read_text(encoding="utf-8")
    assert not {"crates", "model", "src", "vocabulary", "Cargo.lock", "python"} & set(ignored.split())
    assert 'ENTRYPOINT ["tarmim"]' in (EXAMPLES / "Containerfile").read_text(encoding="utf-8")
