"""Runs `tarmim run` every night in Airflow 3, and does with each exit code what docs/operations.md says."""

import logging
import subprocess
from datetime import datetime, timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

FOLDER = "/srv/tarmim"
COMMAND = ["tarmim", "--quiet", "run"]

NOTHING_TO_READ = 3
REFUSED = {4: "a quality gate failed", 5: "too many inputs were rejected"}
# Another run holds the lock, or this one was interrupted or killed: the next attempt continues from the cached results.
RETRY = {75, 130, 137, 143}


def alert(message):
    """Tells a person. Put your own channel here: mail, chat, a pager."""
    logging.getLogger("tarmim").error("ALERT: %s", message)


def act_on(code, message):
    """Raises what makes Airflow skip, retry or fail the task; returns if the run went well."""
    if code == 0:
        return
    if code == NOTHING_TO_READ:
        raise AirflowSkipException(message)
    if code in RETRY:
        raise AirflowException(message)
    if code in REFUSED:
        alert(f"{REFUSED[code]}; readers keep the old build\n{message}")
    raise AirflowFailException(message)


def run_tarmim(command, folder):
    done = subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, text=True, check=False)
    # Python gives a process that died of a signal a negative code, a shell gives it 128 and the signal.
    code = 128 - done.returncode if done.returncode < 0 else done.returncode
    act_on(code, done.stderr.strip() or f"exit code {code}")


@dag(schedule="30 2 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def tarmim():
    @task(retries=3, retry_delay=timedelta(minutes=15))
    def build():
        run_tarmim(COMMAND, FOLDER)

    @task
    def use():
        """What stands on the dataset; skipped if there was nothing to read."""

    build() >> use()


tarmim()
