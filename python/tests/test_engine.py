"""Texts: what the engine says of one is what the program says, and its offsets are right."""

import doctest
import pickle
import subprocess
import sys
import threading

import numpy
import pyarrow as pa
import pytest
from conftest import INTACT, PROGRAM, STRIPPED, build_of, program, rows, stored

import tarmim

TABLE = pa.table({"text": [STRIPPED]})


def texts(seeds):
    return [
        *seeds.values(),
        STRIPPED,
        INTACT,
        "  سطر اول \n\n\tسطر ثان  \r\n",
        "😀 كتاب 𝄞 المسسات — English words here, and more English words",
        "ﻻ ﷲ کتاب ی",
        "",
        " \n",
        "الصناعي " * 3,
    ]


def test_repair_is_that_of_the_program(engine, seeds):
    for text in texts(seeds):
        repaired = engine.repair(text)
        assert repaired.text == subprocess_repair(text)
        assert repaired.text_punctuated == subprocess_repair(text, "--punctuate")


def subprocess_repair(text, *options):
    done = subprocess.run([PROGRAM, "repair", *options], input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode()


def test_offsets_slice_the_text_and_the_repaired_text(engine, seeds):
    for text in texts(seeds):
        repaired, data = engine.repair(text), text.encode()
        words = text.split()
        assert [text[token.start : token.end] for token in repaired.tokens] == words
        for token in repaired.tokens:
            assert data[token.byte_start : token.byte_end].decode() == text[token.start : token.end]
            assert repaired.text[token.form_start : token.form_end] == token.form
            assert 0 <= token.confidence <= 1
            assert all(0 <= other.confidence <= 1 for other in token.alternatives)
        # White space stays: what stands between the tokens is the same before and after.
        assert "".join(repaired.text.split()) == "".join("".join(token.form.split()) for token in repaired.tokens)


def test_tokens_are_a_sequence(engine):
    tokens = engine.repair(STRIPPED).tokens
    assert len(tokens) == len(STRIPPED.split()) == len(list(tokens))
    assert tokens[-1] == tokens[len(tokens) - 1] and tokens[2:4] == (tokens[2], tokens[3])
    assert tokens[0].raw == "عقدت" and not tokens[0].changed and tokens[1].changed
    for index in (len(tokens), -len(tokens) - 1):
        with pytest.raises(IndexError):
            tokens[index]


def test_damage_is_named(engine):
    assert engine.repair(STRIPPED * 3).damage == "stripped"
    assert engine.repair(INTACT * 3).damage == "intact"
    assert engine.repair(" ").damage is None


def test_sentences_keywords_and_keyphrases_are_those_of_a_build(engine, seeds, tmp_path):
    for name, text in seeds.items():
        folder = tmp_path / name
        (folder / "raw").mkdir(parents=True)
        (folder / "raw" / name).write_text(text, encoding="utf-8")
        build = build_of(folder)
        expected = rows(stored(build, "sentences"))
        found = engine.sentences(text)
        assert [s.text for s in found] == [row["text"] for row in expected]
        assert [s.text_punctuated for s in found] == [row["text_punctuated"] for row in expected]
        assert [(s.byte_start, s.byte_end, s.kind, s.token_count) for s in found] == [
            (row["source_start"], row["source_end"], row["kind"], row["token_count"]) for row in expected
        ]
        assert [s.boundary_confidence for s in found] == pytest.approx([row["boundary_confidence"] for row in expected])
        assert [" ".join(text[s.start : s.end].split()) for s in found] == [s.raw_text for s in found]
        hits = rows(stored(build, "keywords"))
        assert [(h.keyword_id, h.sentence_index, h.token_start, h.token_end, h.surface) for h in engine.keywords(text)] == [
            (row["keyword_id"], row["sentence_index"], row["token_start"], row["token_end"], row["surface"]) for row in hits
        ]
        phrases = rows(stored(build, "articles"))[0]["keyphrases"]
        assert [(p.text, p.count) for p in engine.keyphrases(text)] == [(row["text"], row["count"]) for row in phrases]


def test_settings_are_those_of_pipeline_toml(tmp_path, seeds):
    text = next(iter(seeds.values()))
    (tmp_path / "pipeline.toml").write_text("[split]\nmax_tokens = 12\n[tag]\nvocabularies = []\n", encoding="utf-8")
    by_file = tarmim.Engine(tmp_path / "pipeline.toml")
    by_argument = tarmim.Engine(max_tokens=12, vocabularies=[])
    default = tarmim.Engine()
    assert by_file.sentences(text) == by_argument.sentences(text) != default.sentences(text)
    assert by_argument.keywords(text) == [] != default.keywords(text)
    assert tarmim.Engine(tmp_path / "pipeline.toml", max_tokens=120).sentences(text) == default.sentences(text)
    assert tarmim.Engine(damage="intact").repair(STRIPPED).text != default.repair(STRIPPED).text
    vocabulary = tmp_path / "own.csv"
    vocabulary.write_text("id,label,category,variants\nx,الصناعة,c,\n", encoding="utf-8")
    for paths in ([vocabulary], (str(vocabulary),), vocabulary):
        assert [hit.keyword_id for hit in tarmim.Engine(vocabularies=paths).keywords(STRIPPED)] == ["x"]


def test_faulty_settings_are_named_all_at_once(tmp_path):
    with pytest.raises(tarmim.ConfigError) as raised:
        tarmim.Engine(damage="x", efort="full", max_tokens=0, vocabularies="nope.csv")
    message = str(raised.value)
    assert raised.value.code == 2
    for part in ("damage: expected one of", "unknown setting efort; did you mean effort?", "max_tokens: expected", "nope.csv", "4 faults"):
        assert part in message
    (tmp_path / "p.toml").write_text("[split]\nmax_tokens = 0\n", encoding="utf-8")
    with pytest.raises(tarmim.ConfigError, match=r"p\.toml:2: split\.max_tokens"):
        tarmim.Engine(tmp_path / "p.toml")
    with pytest.raises(tarmim.ConfigError, match="cannot be read"):
        tarmim.Engine("missing.toml")
    for jobs in (0, -1, 1.5, True, 10**9):
        with pytest.raises(tarmim.ConfigError, match="jobs: expected a whole number"):
            tarmim.Engine(jobs=jobs)
    with pytest.raises(tarmim.ConfigError, match="damage: object is no value") as raised:
        tarmim.Engine(damage=object())
    assert raised.value.code == 2


def test_settings_may_be_scalars_of_numpy(seeds):
    text = next(iter(seeds.values()))
    engine = tarmim.Engine(jobs=numpy.int64(1), max_tokens=numpy.int16(12), cut_confidence=numpy.float32(0.5), vocabularies=[])
    assert engine.sentences(text) == tarmim.Engine(max_tokens=12, cut_confidence=0.5, vocabularies=[]).sentences(text)
    with pytest.raises(tarmim.ConfigError, match="vocabularies: generator is no value"):
        tarmim.Engine(vocabularies=(path for path in []))
    with pytest.raises(tarmim.ConfigError, match="max_tokens: ndarray is no value"):
        tarmim.Engine(max_tokens=numpy.array([1, 2]))


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda _: tarmim.Engine(5), "config: expected a path .* found int"),
        (lambda _: tarmim.Engine(b"pipeline.toml"), "config: expected a path .* found bytes"),
        (lambda _: tarmim.Engine(""), "config: expected a path, found ''"),
        (lambda _: tarmim.run("a\0b"), "config: expected a path, found"),
        (lambda _: tarmim.run(None, input="x", progress="yes"), "progress: expected True, False or a function, found str"),
        (lambda _: tarmim.load(None), "output: expected a path .* found NoneType"),
        (lambda _: tarmim.load("x", build=7), "build: expected str or None, found int"),
        (lambda _: tarmim.load("x", build="../x"), "build: expected the id of a build, found '../x'"),
        (lambda engine: engine.annotate(TABLE, text=5), "text: expected str or None, found int"),
        (lambda engine: engine.annotate(TABLE, id=["x"]), "id: expected str or None, found list"),
        (lambda engine: engine.annotate_batches(TABLE, text=b"text"), "text: expected str or None, found bytes"),
        (lambda engine: engine.annotate(TABLE, source_path=""), "source_path: expected a name, found ''"),
        (lambda engine: engine.annotate(TABLE, text="\ud800"), "text: expected a name, found"),
        (lambda _: tarmim.Engine("\ud800"), "config: expected a path, found"),
        (lambda _: tarmim.Engine(**{"\ud800": 1}), "is no name of a setting"),
        (lambda _: tarmim.load("x", build="a\0"), "build: expected a name, found"),
        (lambda _: tarmim.run(None, input="x", force="no"), "force: expected True or False, found str"),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(engine, call, what):
    with pytest.raises(tarmim.InputError, match=what) as raised:
        call(engine)
    assert raised.value.code == 2


def test_a_library_that_is_missing_is_named(engine, monkeypatch, tmp_path):
    annotation = engine.annotate(TABLE)
    (tmp_path / "manifest.json").touch()
    build = tarmim.Build(tmp_path)
    calls = {
        "polars": [annotation.sentences.to_polars, lambda: build.sentences],
        "pyarrow": [annotation.sentences.to_pyarrow],
        "pandas": [annotation.sentences.to_pandas, lambda: build.pandas("tokens")],
        "duckdb": [lambda: build.duckdb("tokens")],
        "tqdm": [lambda: tarmim.run(None, progress=True)],
    }
    for name, uses in calls.items():
        with monkeypatch.context() as without:
            without.setitem(sys.modules, name, None)
            for use in uses:
                with pytest.raises(tarmim.MissingLibraryError, match=f"{name} is needed for this .* pip install {name}") as raised:
                    use()
                assert isinstance(raised.value, ImportError) and raised.value.code == 2


@pytest.mark.parametrize(
    ("text", "error", "what"),
    [
        (None, TypeError, "found NoneType"),
        (b"x", TypeError, "decode it first"),
        (1.5, TypeError, "expected str, found float"),
        (["x"], TypeError, "found list"),
        ("a\ud800b", ValueError, "lone surrogates"),
    ],
)
def test_what_is_no_text_is_named(engine, text, error, what):
    for method in (engine.repair, engine.sentences, engine.keywords, engine.keyphrases):
        with pytest.raises(error, match=what) as raised:
            method(text)
        assert isinstance(raised.value, tarmim.InputError) and raised.value.code == 2


def test_odd_texts_come_back(engine):
    for text in ("\0", "\0 كتاب \0", "‏‎⁦⁩", "�", "a" * 100_000, "ا" * 100_000, "\u0301" * 500, "أ\n" * 5_000):
        repaired = engine.repair(text)
        assert [text[token.start : token.end] for token in repaired.tokens] == text.split()
        engine.sentences(text)


def test_an_engine_is_shared_between_threads(engine, seeds):
    expected = {name: engine.repair(text).text for name, text in seeds.items()}
    wrong = []

    def work(name, text):
        if any(engine.repair(text).text != expected[name] for _ in range(3)):
            wrong.append(name)

    threads = [threading.Thread(target=work, args=item) for item in list(seeds.items()) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_engine_and_its_errors_can_be_pickled(engine):
    copy = pickle.loads(pickle.dumps(tarmim.Engine(damage="stripped", jobs=1)))
    assert repr(copy) == "tarmim.Engine(jobs=1, damage='stripped')"
    assert copy.model_id == engine.model_id
    error = pickle.loads(pickle.dumps(tarmim.ConfigError("what", 2)))
    assert (type(error), str(error), error.code) == (tarmim.ConfigError, "what", 2)


def test_a_notebook_shows_changes_right_to_left(engine):
    html = engine.repair(STRIPPED + " <script>x</script>")._repr_html_()
    assert 'dir="rtl"' in html and 'lang="ar"' in html
    assert ">لجنة</mark>" in html and "لجن ← لجنة" in html
    assert "<script>" not in html and "&lt;script&gt;" in html
    doubtful = engine.repair("عقدت اللجن الثقافي اجتماعها الول مس وناقشت ثر سعار الورق")
    unchanged = [token for token in doubtful.tokens if token.alternatives and not token.changed]
    assert unchanged and f">{unchanged[0].form}</span>" in doubtful._repr_html_()
    assert "100 %" not in html and "99.7 %" in html, "nothing is shown as certain that is not"
    long = engine.repair("الصناعي " * 6_000)._repr_html_()
    assert "the first 5000 of 6000 tokens are shown" in long and len(long) < 3_000_000


def test_docstrings_are_true():
    for module in (tarmim, tarmim.engine, tarmim.dataset):
        result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
        assert result.failed == 0
    assert doctest.testmod(tarmim.engine).attempted > 10


def test_the_package_is_typed():
    """mypy accepts the package, strictly, and a program that uses it."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "--cache-dir=/dev/null", "-p", "tarmim"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_version_is_that_of_the_program():
    assert program("--version").split()[-1] == tarmim.__version__
