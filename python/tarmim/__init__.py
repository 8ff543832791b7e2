"""tarmim restores Arabic newspaper text whose letters were deleted.

>>> import tarmim
>>> engine = tarmim.Engine()
>>> engine.repair("الانشط الصناعي").text
'الأنشطة الصناعية'

``Engine`` repairs texts and tables, ``run`` builds a dataset, ``load`` opens one; ``tarmim.spark`` and ``tarmim.ray`` do the
same on a cluster.
"""

import atexit
from importlib.metadata import PackageNotFoundError, version

from tarmim import _tarmim
from tarmim._tarmim import Table
from tarmim.dataset import Build, load
from tarmim.engine import (
    Alternative,
    Annotation,
    Engine,
    Keyphrase,
    Keyword,
    Repaired,
    Sentence,
    Token,
    Tokens,
)
from tarmim.errors import (
    ConfigError,
    Error,
    InputError,
    InputTypeError,
    LockedError,
    MissingLibraryError,
    NothingToReadError,
    RefusedError,
    TooManyRejectsError,
)
from tarmim.pipeline import Progress, RunResult, run

__all__ = [
    "Alternative",
    "Annotation",
    "Build",
    "ConfigError",
    "Engine",
    "Error",
    "InputError",
    "InputTypeError",
    "Keyphrase",
    "Keyword",
    "LockedError",
    "MissingLibraryError",
    "NothingToReadError",
    "Progress",
    "RefusedError",
    "Repaired",
    "RunResult",
    "Sentence",
    "Table",
    "Token",
    "Tokens",
    "TooManyRejectsError",
    "load",
    "run",
]

try:
    __version__ = version("tarmim")
except PackageNotFoundError:
    __version__ = "unknown"

# Calls under way are stopped before the interpreter is gone: a thread that came back to it later would end the process.
atexit.register(_tarmim.close)
