"""The exceptions of tarmim: the words of the program, and its exit code as ``code``."""

from __future__ import annotations

__all__ = [
    "ConfigError",
    "Error",
    "InputError",
    "InputTypeError",
    "LockedError",
    "MissingLibraryError",
    "NothingToReadError",
    "RefusedError",
    "TooManyRejectsError",
]


class Error(Exception):
    """Something failed.

    Attributes:
        code: what the command ``tarmim`` would exit with: 1 unexpected failure, 2 usage or configuration, 3 nothing to read, 4 a quality
            gate failed, 5 too many rejects, 75 another run holds the lock.
    """

    code: int

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type[Error], tuple[str, int]]:
        # Workers of a cluster send their exceptions home; without this, ``code`` would be lost on the way.
        return type(self), (str(self), self.code)


class ConfigError(Error, ValueError):
    """A setting, a vocabulary or the model is faulty; the message lists every fault."""


class InputError(Error, ValueError):
    """A text, a table or an argument cannot be used; the message names what was expected, what was found, and what to do."""


class InputTypeError(InputError, TypeError):
    """A text, a table or an argument has a type that cannot be used."""


class MissingLibraryError(Error, ImportError):
    """A library that is needed for this is not installed; the message names it."""


class NothingToReadError(Error):
    """The input folder is missing or holds nothing to read."""


class RefusedError(Error):
    """A quality gate failed; the build that was current stays current."""


class TooManyRejectsError(RefusedError):
    """Too many inputs were rejected; the build that was current stays current."""


class LockedError(Error):
    """Another run holds the lock of the output folder; run again later."""


_BY_CODE: dict[int, type[Error]] = {
    2: ConfigError,
    3: NothingToReadError,
    4: RefusedError,
    5: TooManyRejectsError,
    75: LockedError,
}


def error_of(code: int, message: str) -> Error:
    """The exception for an exit code of the program."""
    return _BY_CODE.get(code, Error)(message, code)
