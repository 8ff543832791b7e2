"""The engine: texts and tables in; repaired, split and tagged texts and tables out."""

from __future__ import annotations

import copy
import operator
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, overload

from tarmim import _tarmim, arguments, notebook
from tarmim._tarmim import Table

__all__ = ["Alternative", "Annotation", "Engine", "Keyphrase", "Keyword", "Repaired", "Sentence", "Token", "Tokens"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another form that a token may have had."""

    form: str
    #: Posterior probability of that form, from 0 to 1.
    confidence: float


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a text: a run of characters without white space."""

    #: The token before repair, its letters unified (presentation forms, Persian look-alikes).
    raw: str
    #: The token after repair; holds a space if two words had run together.
    form: str
    #: Posterior probability that the form is right, from 0 to 1; 0 for foreign words, of which nothing is known.
    confidence: float
    #: The next best forms, best first; of tokens that were changed or are in doubt.
    alternatives: tuple[Alternative, ...]
    #: The punctuation mark that was restored after it, if any.
    mark: str | None
    #: First character in the text that was given (as Python counts them), and the one after the last.
    start: int
    end: int
    #: The same in bytes of the text in UTF-8.
    byte_start: int
    byte_end: int
    #: Where ``form`` stands in ``Repaired.text``, in characters.
    form_start: int
    form_end: int

    @property
    def changed(self) -> bool:
        """Whether the repair changed it."""
        return self.raw != self.form


class Tokens(Sequence[Token]):
    """The tokens of a text, in order. A long text has millions, so each is made when it is asked for."""

    __slots__ = ("_tokens",)

    def __init__(self, tokens: _tarmim.Tokens | Sequence[Any]) -> None:
        self._tokens = tokens

    def __reduce__(self) -> tuple[Any, ...]:
        # What is compiled stays in its process; the tokens travel as they are shown.
        return Tokens, ([self._tokens[index] for index in range(len(self))],)

    def __len__(self) -> int:
        return len(self._tokens)

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Token, ...]: ...
    def __getitem__(self, index: int | slice) -> Token | tuple[Token, ...]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        index = operator.index(index)
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(f"token {index} of {len(self)}")
        raw, form, confidence, others, mark, at_bytes, at, at_form = self._tokens[index]
        alternatives = tuple(Alternative(*other) for other in others)
        return Token(raw, form, confidence, alternatives, mark, *at, *at_bytes, *at_form)

    def __iter__(self) -> Iterator[Token]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        return f"<tarmim.Tokens: {len(self)} tokens>"


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """A text after repair. In a notebook it shows right to left, its changes marked."""

    #: The text with its words repaired; white space is as it was.
    text: str
    #: The same with the punctuation that was deleted, as far as it can be told.
    text_punctuated: str
    #: State of the writing: ``stripped``, ``normalised``, ``soft``, ``intact``, ``foreign`` (also a text without letters) or ``mixed``;
    #: ``None`` of a text without tokens.
    damage: str | None
    #: What was found about each token.
    tokens: Tokens

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return notebook.repaired_html(self)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a text, with the columns of the table ``sentences``."""

    text: str
    text_punctuated: str
    raw_text: str
    #: ``body``, ``headline``, ``byline`` or ``dateline``.
    kind: str
    #: First character in the text that was given (as Python counts them), and the one after the last.
    start: int
    end: int
    #: The same in bytes of the text in UTF-8.
    byte_start: int
    byte_end: int
    token_count: int
    #: Mean over the tokens of the probability that the form is right, from 0 to 1.
    repair_confidence: float
    #: Probability that a sentence ends here, from 0 to 1.
    boundary_confidence: float


@dataclass(frozen=True, slots=True)
class Keyword:
    """A concept of the vocabulary found in a text, with the columns of the table ``keywords``."""

    keyword_id: str
    label: str
    category: str
    #: The words that were matched, as they are after repair.
    surface: str
    #: How it was found: ``exact``, ``inflected``, ``skeleton`` or ``broader``.
    layer: str
    #: Probability that the sentence has these words, from 0 to 1.
    confidence: float
    #: Index of the sentence among ``engine.sentences(text)``.
    sentence_index: int
    #: Tokens of the sentence, from the first to the one after the last.
    token_start: int
    token_end: int


@dataclass(frozen=True, slots=True)
class Keyphrase:
    """A phrase that says what a text is about."""

    text: str
    #: Weight; comparable within one text.
    score: float
    #: Occurrences, in any form.
    count: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """The four tables of an annotated table, with the columns of a dataset's Parquet files.

    Each speaks the Arrow PyCapsule interface and can be read any number of times: ``pyarrow.table(annotation.sentences)``,
    ``polars.DataFrame(…)``, ``pandas.DataFrame.from_arrow(…)``, or by name in DuckDB.
    """

    #: One row per sentence.
    sentences: Table
    #: One row per article, in the order of the input.
    articles: Table
    #: One row per keyword hit.
    keywords: Table
    #: One row per input that could not be used, with the reason.
    rejects: Table


class Engine:
    """Repairs, splits and tags Arabic text.

    Loading takes half a second and some 200 MB; an engine never changes, may be used by many threads at once and does not hold
    the interpreter's lock while it works. It can be pickled (the settings are, and the other side loads the model).

    Args:
        config: a ``pipeline.toml``; paths in it are relative to its folder. Without one, the defaults hold, with the vocabulary that
            comes with the package.
        jobs: how many threads ``annotate`` uses; by default one per core.
        settings: any setting of ``pipeline.toml`` by its name, such as ``damage="stripped"``, ``effort="fast"``, ``max_tokens=60`` or
            ``vocabularies=["mine.csv"]``; they win over the file. Paths are relative to the working directory.

    Raises:
        tarmim.ConfigError: with all faults of the settings and of the files that they name.

    >>> engine = Engine()
    >>> engine.repair("الانشط الصناعي").text
    'الأنشطة الصناعية'
    """

    __slots__ = ("_config", "_engine", "_jobs", "_settings")

    def __init__(self, config: str | os.PathLike[str] | None = None, *, jobs: int | None = None, **settings: Any) -> None:
        path = arguments.optional_path("config", config)
        # Absolute and copied: another process, or this one later, must make the same engine of it.
        self._config = None if path is None else os.path.abspath(path)
        self._engine = _tarmim.Engine(path, arguments.jobs(jobs), with_default_vocabulary(path, settings))
        self._jobs, self._settings = jobs, copy.deepcopy(settings)

    def __copy__(self) -> Engine:
        return self

    def __deepcopy__(self, memo: object) -> Engine:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _engine_of, (self._config, self._jobs, self._settings)

    def __repr__(self) -> str:
        arguments = [repr(self._config)] if self._config is not None else []
        arguments += [f"{name}={value!r}" for name, value in {"jobs": self._jobs, **self._settings}.items() if value is not None]
        return f"tarmim.Engine({', '.join(arguments)})"

    @property
    def model_id(self) -> str:
        """The id of the model: 16 hex digits, as in a build's ``manifest.json``."""
        return self._engine.model_id

    def repair(self, text: str) -> Repaired:
        """Restores the spelling of a text. White space stays as it is; the result is that of the command ``tarmim repair``.

        Raises:
            tarmim.InputError: if ``text`` is no ``str``, or holds lone surrogates.

        >>> repaired = Engine().repair("عل المسسات")
        >>> repaired.text, repaired.damage
        ('على المؤسسات', 'stripped')
        >>> token = repaired.tokens[1]
        >>> token.raw, token.form, (token.start, token.end), (token.byte_start, token.byte_end)
        ('المسسات', 'المؤسسات', (3, 10), (5, 19))
        """
        repaired, punctuated, damage, tokens = self._engine.repair(text)
        return Repaired(repaired, punctuated, damage, Tokens(tokens))

    def sentences(self, text: str) -> list[Sentence]:
        """The sentences of an article, repaired, in order.

        >>> [sentence.text for sentence in Engine().sentences("وصل الوزير امس. وغادر اليوم.")]
        ['وصل الوزير أمس.', 'وغادر اليوم.']
        """
        found, _, _ = self._engine.read(text)
        return [
            Sentence(repaired, punctuated, raw, kind, *at, *at_bytes, tokens, repair_confidence, boundary_confidence)
            for repaired, punctuated, raw, kind, at_bytes, at, tokens, repair_confidence, boundary_confidence in found
        ]

    def keywords(self, text: str) -> list[Keyword]:
        """The concepts of the vocabulary in an article, hit by hit.

        >>> [hit.label for hit in Engine().keywords("زيادة الصادرات")]
        ['تنمية الصادرات']
        """
        _, found, _ = self._engine.read(text)
        return [
            Keyword(concept, label, category, surface, layer, confidence, sentence, *tokens)
            for concept, label, category, surface, layer, confidence, sentence, tokens in found
        ]

    def keyphrases(self, text: str) -> list[Keyphrase]:
        """The phrases that say what an article is about, best first."""
        _, _, found = self._engine.read(text)
        return [Keyphrase(*phrase) for phrase in found]

    def annotate(
        self, table: Any, text: str | None = None, id: str | None = None, *, source_path: str | None = None
    ) -> Annotation:
        """Annotates a table, one article a row, on all threads of the engine.

        Every row becomes an article or a row of ``rejects``. Title, section, byline, date and other columns are taken as from the
        files of a run (``[fields]``). Duplicates and repeated ids are looked for in the whole table. Input and result may be larger
        than memory: beyond 64 MiB each they go through temporary files.

        Args:
            table: anything with the Arrow PyCapsule interface: of pyarrow, polars, pandas, DuckDB, or a stream of any length.
            text: the column with the text; by default the first of ``fields.text`` that has one.
            id: the column with a unique id, text or whole numbers; by default the first of ``fields.id`` that has one. It
                becomes ``source_path``, so that all tables can be joined to yours; a row without one is named by a hash of its text.
            source_path: the file that the rows count as records of. Then ids are the keys of records (``articles.record``),
                repeated ones are kept, and all rows are those that ``run`` makes of such a file.

        Raises:
            tarmim.InputError: if a column is missing or has a type that cannot be used.

        >>> import pyarrow
        >>> table = pyarrow.table({"id": ["a", "b"], "text": ["الانشط الصناعي", None]})
        >>> annotation = Engine().annotate(table, text="text", id="id")
        >>> annotation.sentences.to_pyarrow()["text"].to_pylist()
        ['الأنشطة الصناعية']
        >>> annotation.rejects.to_pyarrow().select(["source_path", "code"]).to_pylist()
        [{'source_path': 'b', 'code': 'no_text'}]
        """
        return Annotation(*_tarmim.annotate(self._engine, table, *arguments.columns(text, id, source_path)))

    def annotate_batches(
        self, table: Any, text: str | None = None, id: str | None = None, *, source_path: str | None = None
    ) -> Iterator[Annotation]:
        """The same batch by batch, as they come: for a stream that does not end, or whose result goes elsewhere at once.

        Ids and duplicates are compared with all batches before. What later rows tell (the state of writing around very short
        texts, the order of day and month) is not known.
        """
        batches = _tarmim.annotate_batches(self._engine, table, *arguments.columns(text, id, source_path))
        return (Annotation(*tables) for tables in batches)


def with_default_vocabulary(config: str | None, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with the vocabulary of the package, if neither a file nor they name one."""
    if config is not None or "vocabularies" in settings:
        return settings
    return {"vocabularies": [str(files("tarmim") / "newspapers.ttl")], **settings}


def _engine_of(config: str | None, jobs: int | None, settings: dict[str, Any]) -> Engine:
    return Engine(config, jobs=jobs, **settings)
