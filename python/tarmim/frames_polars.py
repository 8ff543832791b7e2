"""The tables of a build as lazy polars frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tarmim.dataset import _PLACE, _STORED

if TYPE_CHECKING:
    from tarmim.dataset import Build


def frame(build: Build, table: str) -> pl.LazyFrame:
    """A table of a build."""
    if table in _STORED:
        # The folders of a partitioned table repeat a column that its rows have.
        stored = pl.scan_parquet(build.files(table), hive_partitioning=False, glob=False)  # type: ignore[arg-type]
        return stored.with_columns(pl.col("published").cast(pl.Datetime("us"))) if table == "articles" else stored
    if table == "tokens":
        return _tokens(frame(build, "sentences"))
    if table == "hits":
        about = frame(build, "articles").select("article_id", "section", "title", "published")
        return frame(build, "keywords").join(about, on="article_id", how="left", maintain_order="left")
    return _listed(frame(build, "sentences"), table)


def _listed(sentences: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """The items of a column of lists, each a row."""
    items = sentences.select(*_PLACE, column).filter(pl.col(column).list.len() > 0)
    return items.explode(column).unnest(column)


def _tokens(sentences: pl.LazyFrame) -> pl.LazyFrame:
    places = pl.int_ranges(pl.col("token_count"), dtype=pl.Int32)
    return sentences.select(*_PLACE, "tokens", token=places).explode("token", "tokens").select(*_PLACE, "token", "tokens").unnest("tokens")
