"""Checks of arguments, so that a wrong one is named before any work begins."""

from __future__ import annotations

import os
from collections.abc import Callable
from operator import index
from typing import Any

from tarmim.errors import ConfigError, InputError, InputTypeError


def path(name: str, value: Any) -> str:
    """A path, as text."""
    if not isinstance(value, str | os.PathLike):
        raise InputTypeError(f"{name}: expected a path (str or os.PathLike), found {type(value).__name__}", 2)
    found = os.fspath(value)
    if not isinstance(found, str):
        raise InputTypeError(f"{name}: expected a path of text, found one of {type(found).__name__}; os.fsdecode makes it text", 2)
    if not found or not _can_be_encoded(found, os.fsencode):
        raise InputError(f"{name}: expected a path, found {found!r}", 2)
    return found


def optional_path(name: str, value: Any) -> str | None:
    """A path, as text, or none."""
    return None if value is None else path(name, value)


def optional_text(name: str, value: Any) -> str | None:
    """A name that is not empty, or none."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputTypeError(f"{name}: expected str or None, found {type(value).__name__}", 2)
    if not value.strip() or not _can_be_encoded(value, str.encode):
        raise InputError(f"{name}: expected a name, found {value!r}; leave it out if there is none", 2)
    return value


def switch(name: str, value: Any) -> bool:
    """``True`` or ``False``."""
    if not isinstance(value, bool):
        raise InputTypeError(f"{name}: expected True or False, found {type(value).__name__}", 2)
    return value


def _can_be_encoded(text: str, encode: Callable[[str], bytes]) -> bool:
    try:
        return b"\0" not in encode(text)
    except UnicodeEncodeError:
        return False


def columns(text: Any, id: Any, source_path: Any) -> tuple[str | None, str | None, str | None]:
    """The names of the columns of a table, and of the file that its rows count as records of."""
    return optional_text("text", text), optional_text("id", id), optional_text("source_path", source_path)


def jobs(value: Any) -> int:
    """The number of threads as the engine takes it: 0 stands for one per core."""
    return 0 if value is None else _whole_number("jobs", value, 1024, "from 1 to 1024")


def limit(value: Any) -> int | None:
    """The number of articles to read, if there is a limit."""
    return None if value is None else _whole_number("limit", value, (1 << 63) - 1, "from 1")


def _whole_number(name: str, value: Any, most: int, expected: str) -> int:
    try:
        number = 0 if isinstance(value, bool) else index(value)
    except TypeError:
        number = 0
    if not 1 <= number <= most:
        raise ConfigError(f"{name}: expected a whole number {expected}, found {value!r}", 2)
    return number
