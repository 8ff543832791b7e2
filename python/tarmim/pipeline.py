"""Building a dataset, as the command ``tarmim run`` does."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tarmim import _tarmim, arguments
from tarmim.dataset import Build
from tarmim.engine import with_default_vocabulary
from tarmim.errors import InputTypeError
from tarmim.libraries import library

__all__ = ["Progress", "RunResult", "run"]

_log = logging.getLogger("tarmim")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    #: Name of the stage.
    stage: str
    #: What is counted, such as ``bytes``.
    unit: str
    #: Finished so far, and in all.
    done: int
    total: int
    #: Words processed so far.
    words: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended."""

    #: ``published``, ``up_to_date`` (nothing has changed since the last run) or ``rolled_back`` (somebody rolled back from this build).
    outcome: str
    #: The build that is current now.
    build: Build

    @property
    def counts(self) -> dict[str, Any]:
        """The build's numbers of articles, sentences, tokens, rejects and so on."""
        return dict(self.build.manifest["counts"])


def run(
    config: str | os.PathLike[str] | None = "pipeline.toml",
    *,
    limit: int | None = None,
    force: bool = False,
    jobs: int | None = None,
    progress: bool | Callable[[Progress], object] = False,
    **settings: Any,
) -> RunResult:
    """Builds the dataset and publishes it. Readers of ``output/current`` see the old build or the new one, never a part.

    Ctrl-C stops it; what was published stays, and it is safe to run again.

    Args:
        config: the configuration; ``None`` for the defaults (with ``input="…"`` and ``output="…"``).
        limit: read only so many articles.
        force: build even if nothing has changed, and ignore the cache.
        jobs: how many threads; by default one per core.
        progress: ``True`` for a bar (``pip install tarmim[progress]``; a widget in notebooks), or a function that is called with a
            :class:`Progress` again and again. An exception that it raises stops the run.
        settings: any setting of ``pipeline.toml`` by its name; they win over the file.

    Warnings of the run go to the logger ``tarmim``.

    Raises:
        tarmim.Error: with ``code``, what the command would exit with. ``ConfigError`` 2, ``NothingToReadError`` 3, ``RefusedError`` 4,
            ``TooManyRejectsError`` 5, ``LockedError`` 75.
        KeyboardInterrupt: on Ctrl-C.
    """
    if not isinstance(progress, bool) and not callable(progress):
        raise InputTypeError(f"progress: expected True, False or a function, found {type(progress).__name__}", 2)
    path, force = arguments.optional_path("config", config), arguments.switch("force", force)
    settings = with_default_vocabulary(path, settings)
    bar = _Bar() if progress is True else None
    report: Callable[[Progress], object] | None = bar if isinstance(progress, bool) else progress

    def listen(kind: str, *values: Any) -> None:
        if kind == "message":
            _log.warning(values[0].removeprefix("warning: "))
        elif report is not None:
            report(Progress(*values))

    try:
        outcome, folder = _tarmim.run(path, arguments.jobs(jobs), arguments.limit(limit), force, settings, listen)
    finally:
        if bar:
            bar.close()
    return RunResult(outcome, Build(folder))


class _Bar:
    """A bar of tqdm, a widget in notebooks."""

    def __init__(self) -> None:
        library("tqdm")
        from tqdm.auto import tqdm

        self._make = tqdm
        self._bar: Any = None

    def __call__(self, progress: Progress) -> None:
        if self._bar is None:
            self._bar = self._make(total=progress.total, unit=progress.unit, unit_scale=True, desc=progress.stage)
        self._bar.update(progress.done - self._bar.n)
        self._bar.set_postfix(words=progress.words)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
