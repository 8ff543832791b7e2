"""Libraries that a part of the package stands on, and that the engine does without."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tarmim.errors import MissingLibraryError


def library(name: str) -> Any:
    """A library as a module.

    Raises:
        tarmim.MissingLibraryError: if it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise MissingLibraryError(f"{name} is needed for this and is not installed; pip install {name}", 2) from None
