"""Runs `tarmim run` in Dagster, and does with each exit code what docs/operations.md says.

dagster job execute -f dagster_job.py -j tarmim
"""

import subprocess

import dagster as dg

NOTHING_TO_READ = 3
REFUSED = {4: "a quality gate failed", 5: "too many inputs were rejected"}
# Another run holds the lock, or this one was interrupted or killed: the next attempt continues from the cached results.
RETRY = {75, 130, 137, 143}


class Settings(dg.Config):
    folder: str = "/srv/tarmim"
    command: list[str] = ["tarmim", "--quiet", "run"]
    retries: int = 3
    wait_seconds: int = 15 * 60


@dg.failure_hook
def alert(context):
    """Tells a person if a gate refused the build. Put your own channel here: mail, chat, a pager."""
    failure = context.op_exception
    if isinstance(failure, dg.Failure) and "refused" in failure.metadata:
        context.log.error(f"ALERT: {failure.description}")


@dg.op(out=dg.Out(str, is_required=False), description="The folder of the build that is current; no output if there was nothing to read.")
def build(context: dg.OpExecutionContext, config: Settings):
    done = subprocess.run(config.command, cwd=config.folder, stderr=subprocess.PIPE, text=True, check=False)
    # Python gives a process that died of a signal a negative code, a shell gives it 128 and the signal.
    code = 128 - done.returncode if done.returncode < 0 else done.returncode
    message = done.stderr.strip() or f"exit code {code}"
    if code == 0:
        yield dg.Output(f"{config.folder}/output/current")
    elif code == NOTHING_TO_READ:
        context.log.warning(message)
    elif code in RETRY:
        raise dg.RetryRequested(max_retries=config.retries, seconds_to_wait=config.wait_seconds) from RuntimeError(message)
    elif code in REFUSED:
        description = f"{REFUSED[code]}; readers keep the old build\n{message}"
        raise dg.Failure(description, metadata={"refused": code}, allow_retries=False)
    else:
        raise dg.Failure(message, allow_retries=False)


@dg.op
def use(context: dg.OpExecutionContext, folder: str):
    """What stands on the dataset; skipped if there was nothing to read."""
    context.log.info(f"reading {folder}")


@dg.job(hooks={alert})
def tarmim():
    use(build())


definitions = dg.Definitions(
    jobs=[tarmim],
    schedules=[dg.ScheduleDefinition(job=tarmim, cron_schedule="30 2 * * *")],
)
