"""The tables of a build as DuckDB relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from tarmim.dataset import _PLACE, _STORED

if TYPE_CHECKING:
    from tarmim.dataset import Build

_IDS = ", ".join(_PLACE)

_TOKENS = f"""
    with listed as (select {_IDS}, unnest(tokens) as item, (unnest(range(len(tokens))))::integer as token from {{sentences}})
    select {_IDS}, token, unnest(item) from listed
"""


def relation(build: Build, table: str, connection: duckdb.DuckDBPyConnection | None) -> duckdb.DuckDBPyRelation:
    """A table of a build."""
    connection = duckdb.default_connection() if connection is None else connection
    found: duckdb.DuckDBPyRelation = connection.sql(_sql(build, table))
    return found


def _sql(build: Build, table: str) -> str:
    if table == "articles":
        return f"select * replace (published::timestamp as published) from {_files(build, table)}"
    if table in _STORED:
        return f"select * from {_files(build, table)}"
    if table == "tokens":
        return _TOKENS.format(sentences=_files(build, "sentences"))
    if table == "hits":
        about = f"(select article_id, section, title, published::timestamp as published from {_files(build, 'articles')})"
        return f"select * from {_files(build, 'keywords')} left join {about} using (article_id)"
    listed = f"select {_IDS}, unnest({table}) as item from {_files(build, 'sentences')}"
    return f"select {_IDS}, unnest(item) from ({listed})"


def _files(build: Build, table: str) -> str:
    files = ", ".join("'" + str(file).replace("'", "''") + "'" for file in build.files(table))  # type: ignore[arg-type]
    return f"read_parquet([{files}], hive_partitioning = false)"
