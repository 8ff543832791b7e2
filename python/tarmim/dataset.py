"""Opening a dataset: its tables, and flat ones made of them, in polars, DuckDB or pandas."""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tarmim import arguments
from tarmim.errors import InputError, InputTypeError, NothingToReadError
from tarmim.libraries import library

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars

__all__ = ["TABLES", "Build", "load"]

#: The tables that a build holds, and the flat ones that are made of them.
TABLES = ("sentences", "articles", "keywords", "rejects", "tokens", "repairs", "doubts", "marks", "hits")

_STORED = TABLES[:4]

#: Columns of a sentence that its tokens, repairs, doubts and marks carry along.
_PLACE = ("article_id", "sentence_id", "article_index", "sentence_index")


def load(output: str | os.PathLike[str] = "output", *, build: str | None = None) -> Build:
    """Opens a build: the current one, or the one with an id.

    ``output/current`` is resolved once, so all tables are of one build, also if another is published meanwhile.

    Raises:
        tarmim.NothingToReadError: if there is no such build.
        tarmim.MissingLibraryError: if a table is asked for, and the library that reads it (polars, DuckDB) is not installed.

    >>> build = load("output")  # doctest: +SKIP
    >>> build.sentences.select("text", "repair_confidence").head().collect()  # doctest: +SKIP
    """
    folder = Path(arguments.path("output", output))
    build = arguments.optional_text("build", build)
    if build is not None and Path(build).name != build:
        raise InputError(f"build: expected the id of a build, found {build!r}", 2)
    link = folder / "current" if build is None else folder / "builds" / build
    try:
        return Build(link.resolve(strict=True))
    except (OSError, NothingToReadError):
        what = "no build yet; make one with tarmim.run or `tarmim run`" if build is None else f"no build {build}"
        raise NothingToReadError(f"nothing to read in {folder}: {what}", 3) from None


class Build:
    """A published build. Its tables as attributes are lazy polars frames; :meth:`duckdb` and :meth:`pandas` give them otherwise.

    Stored tables: ``sentences``, ``articles``, ``keywords``, ``rejects``, with the columns of the data dictionary; ``published`` is a
    datetime (midnight). Flat tables, each row with the ids and indices of its sentence:

    - ``tokens``: one row per token: ``token`` (index in the sentence), ``raw``, ``form``, ``confidence``.
    - ``repairs`` and ``doubts``: one row per changed, and per doubtful token, with its alternatives.
    - ``marks``: one row per restored punctuation mark.
    - ``hits``: one row per keyword hit, with ``section``, ``title`` and ``published`` of its article.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        # Absolute, so that it is the same build after a change of the working directory.
        self.path = Path(arguments.path("folder", folder)).absolute()
        if not (self.path / "manifest.json").is_file():
            raise NothingToReadError(f"{folder} is no build: it has no manifest.json; tarmim.load opens an output folder", 3)

    def __repr__(self) -> str:
        counts = self.manifest["counts"]
        return f"<tarmim.Build {self.id}: {counts['articles']} articles, {counts['sentences']} sentences>"

    @property
    def id(self) -> str:
        """The build's id."""
        return self.path.name

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What ``manifest.json`` says: counts, settings, model, files."""
        manifest: dict[str, Any] = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
        return manifest

    @property
    def sentences(self) -> polars.LazyFrame:
        """One row per sentence."""
        return self.polars("sentences")

    @property
    def articles(self) -> polars.LazyFrame:
        """One row per article."""
        return self.polars("articles")

    @property
    def keywords(self) -> polars.LazyFrame:
        """One row per keyword hit."""
        return self.polars("keywords")

    @property
    def rejects(self) -> polars.LazyFrame:
        """One row per input that could not be used."""
        return self.polars("rejects")

    @property
    def tokens(self) -> polars.LazyFrame:
        """One row per token."""
        return self.polars("tokens")

    @property
    def repairs(self) -> polars.LazyFrame:
        """One row per changed token."""
        return self.polars("repairs")

    @property
    def doubts(self) -> polars.LazyFrame:
        """One row per doubtful token."""
        return self.polars("doubts")

    @property
    def marks(self) -> polars.LazyFrame:
        """One row per restored punctuation mark."""
        return self.polars("marks")

    @property
    def hits(self) -> polars.LazyFrame:
        """One row per keyword hit, with what is known of its article."""
        return self.polars("hits")

    def polars(self, table: str) -> polars.LazyFrame:
        """A table as a lazy polars frame: nothing is read before ``collect``."""
        library("polars")
        from tarmim import frames_polars

        return frames_polars.frame(self, _known(table))

    def duckdb(self, table: str, connection: duckdb.DuckDBPyConnection | None = None) -> duckdb.DuckDBPyRelation:
        """A table as a DuckDB relation, by default of the connection that ``duckdb.sql`` uses."""
        if connection is not None and not hasattr(connection, "sql"):
            raise InputTypeError(f"connection: expected one of DuckDB, found {type(connection).__name__}", 2)
        library("duckdb")
        from tarmim import frames_duckdb

        return frames_duckdb.relation(self, _known(table), connection)

    def pandas(self, table: str) -> pandas.DataFrame:
        """A table as a pandas frame, read at once (through DuckDB)."""
        library("pandas")
        return self.duckdb(table).df()

    def files(self, table: Literal["sentences", "articles", "keywords", "rejects"]) -> list[Path]:
        """The Parquet files of a stored table, in the order of their rows; of a partitioned one, by folder."""
        if table not in _STORED:
            raise InputError(f"table: expected one of {', '.join(_STORED)}, found {table!r}", 2)
        return sorted((self.path / table).rglob("*.parquet"))


def _known(table: str) -> str:
    if table not in TABLES:
        raise InputError(f"table: expected one of {', '.join(TABLES)}, found {table!r}", 2)
    return table
