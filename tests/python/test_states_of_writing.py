"""Milder states of writing: each is recognised, repaired by its own channel only, and never made worse."""

import random
import re

import pytest

from conftest import Project, assert_sentences_are_the_source, repaired_tokens, seed_texts
from damage import judge

FOLD = {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"}


def folded(text, share):
    """Text with a share of its letters merged with their bare twins."""
    generator = random.Random(share)
    return "".join(FOLD[c] if c in FOLD and generator.random() < share else c for c in text)


def punctuated(text):
    """Text with marks and numbers as in a newspaper: attached to words, and between them."""
    words = text.split()
    for at in range(5, len(words), 11):
        words[at] += "،"
    for at in range(8, len(words), 23):
        words[at] = f"«{words[at]}» 12,5 ٪ ٢٠٠٤"
    for at in range(10, len(words), 17):
        if len(words[at].strip("،")) > 1:  # a letter and a full stop are an initial
            words[at] += "."
    return " ".join(words)


@pytest.fixture(scope="module")
def sources(seed_build):
    """One article in each state, from the shipped articles as the program repairs them."""
    restored = " ".join(row["text"] for row in seed_build.rows("sentences"))
    return {
        "stripped": punctuated(" ".join(seed_texts().values())),
        "normalised": punctuated(folded(restored, 1)),
        "soft": punctuated(folded(restored, 0.3)),
        "intact": punctuated(restored),
    }


@pytest.fixture(scope="module")
def build(sources, tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("states") / "project", with_seeds=False)
    for state, text in sources.items():
        project.write(f"{state}.txt", text)
    return project.build()


def test_each_state_is_recognised(build, sources):
    assert {row["source_path"][:-4]: row["damage"] for row in build.rows("articles")} == {state: state for state in sources}


@pytest.mark.parametrize("state", ["stripped", "normalised", "soft", "intact"])
def test_the_invariants_hold_in_every_state(build, sources, state):
    rows = build.sentences_by_path()[f"{state}.txt"]
    assert_sentences_are_the_source(rows, sources[state])
    for row in rows:
        assert " ".join(repaired_tokens(row)) == row["text"]
        # Characters other than letters stay where they are; so no number is added, lost or changed.
        assert re.sub(r"[\u0621-\u064a ]", "", row["text"]) == re.sub(r"[\u0621-\u064a ]", "", row["raw_text"])
        assert judge({"damage": state}, row) == []


def test_intact_text_is_left_alone(build):
    assert not [row["repairs"] for row in build.sentences_by_path()["intact.txt"] if row["repairs"]]


@pytest.mark.parametrize("state", ["normalised", "soft"])
def test_most_merged_letters_are_restored(build, sources, state):
    tokens = [token for row in build.sentences_by_path()[f"{state}.txt"] for token in repaired_tokens(row)]
    wanted, given = sources["intact"].split(), sources[state].split()
    wrong_before = sum(have != want for have, want in zip(given, wanted))
    wrong_after = sum(have != want for have, want in zip(tokens, wanted))
    assert wrong_before > 100
    assert wrong_after < 0.2 * wrong_before


def test_sentences_end_at_surviving_marks(build):
    """They are the writer's own."""
    for state in ("stripped", "normalised", "intact"):
        rows = build.sentences_by_path()[f"{state}.txt"]
        assert sum(row["raw_text"].endswith(".") for row in rows) >= 0.9 * len(rows)
        assert [row["raw_text"] for row in rows if re.search(r"[^\d]\. ", row["raw_text"])] == []


# Articles of which only a part was stripped


@pytest.fixture(scope="module")
def mixed(seed_build, tmp_path_factory):
    """Each shipped article stripped and restored, one part after the other: both parts, and the build."""
    texts = {path: (" ".join(row["text"] for row in rows), seed_texts()[path].strip()) for path, rows in
             seed_build.sentences_by_path().items()}  # fmt: skip
    project = Project(tmp_path_factory.mktemp("mixed") / "project", with_seeds=False)
    for number, (path, (intact, stripped)) in enumerate(texts.items()):
        intact = punctuated(intact)
        project.write(path, [f"{intact}\n\n{stripped}", f"{stripped}\n{intact}", f"{intact} {stripped}"][number])
    return texts, project.build()


def test_a_mixed_article_is_recognised(mixed):
    assert {row["damage"] for row in mixed[1].rows("articles")} == {"mixed"}


def test_each_part_of_a_mixed_article_is_repaired_as_if_alone(mixed, seed_build):
    texts, build = mixed
    alone = seed_build.sentences_by_path()
    for path, rows in build.sentences_by_path().items():
        tokens = [token for row in rows for token in repaired_tokens(row)]
        intact = punctuated(texts[path][0]).split()
        stripped = [token for row in alone[path] for token in repaired_tokens(row)]
        parts = [stripped, intact] if tokens[-len(intact) :] == intact else [intact, stripped]
        assert len(tokens) == len(intact) + len(stripped)
        wanted = parts[0] + parts[1]
        wrong = [pair for pair in zip(tokens, wanted) if pair[0] != pair[1]]
        # Words at the seam have another context now.
        assert len(wrong) <= 0.02 * len(stripped), wrong


def test_numbers_are_missing_in_the_stripped_part_only(mixed):
    texts, build = mixed
    found = 0
    for path, rows in build.sentences_by_path().items():
        half = len(punctuated(texts[path][0]).split())
        stripped_first = not any(c in rows[0]["raw_text"] for c in "أإآةى")
        first = 0
        for row in rows:
            for gap in row["number_gaps"]:
                at = first + gap["token"]
                assert (at < sum(r["token_count"] for r in rows) - half) if stripped_first else at >= half - 1
                found += 1
            first += row["token_count"]
    assert found
