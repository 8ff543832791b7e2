"""How well the shipped model repairs and splits, held against floors, by a scorer that shares no code with `tarmim eval`.

The sets in tests/data/accuracy are part of the repository; the development sets are scored too if TARMIM_BENCH names their folder.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Project, repaired_tokens
from scorer import is_spared, predictions, read_benchmark, score, write_input

TESTS = Path(__file__).resolve().parents[1]
FLOORS = json.loads((TESTS / "floors.json").read_text(encoding="utf-8"))
OWN_SETS = ["alkhaleej", "seed"]
DEVELOPMENT_SETS = ["dev-alkhaleej", "dev-flores", "dev-milder", "dev-outlets", "dev-seed"]

# What `eval` adds to the scorer's figures, because only the program can know it.
OWN_FIGURES = [
    "ceiling", "strict_ceiling", "candidates",
    "calibration_error", "sure_share", "sure_right", "boundary_calibration_error",
    "colon_f1", "question_f1", "stop_f1", "mark_calibration_error",
    "tag_hits", "tag_hit_p", "tag_hit_r", "tag_hit_f1", "tag_article_p", "tag_article_r", "tag_article_f1",
]  # fmt: skip


class Scored:
    """One set: a build of its damaged texts, the scorer's figures, and those that `tarmim eval --json` prints."""

    def __init__(self, benchmark, folder):
        self.benchmark = benchmark
        self.records = read_benchmark(benchmark)
        project = Project(folder / "project", with_seeds=False)
        write_input(self.records, project.input)
        self.build = project.build()
        self.figures = score(self.records, predictions(self.build))
        (line,) = project.tarmim("eval", "--json", benchmark).stdout.splitlines()
        self.printed = json.loads(line)


@pytest.fixture(scope="module")
def scored(request, tmp_path_factory):
    name = request.param
    folder = TESTS / "data" / "accuracy" if name in OWN_SETS else request.getfixturevalue("bench")
    return Scored(folder / f"{name}.jsonl", tmp_path_factory.mktemp(name))


every_set = pytest.mark.parametrize("scored", OWN_SETS + DEVELOPMENT_SETS, indirect=True, scope="module")


@every_set
def test_accuracy_is_not_below_its_floor(scored):
    assert scored.figures["missing"] == 0
    figures = scored.printed | scored.figures
    floors = FLOORS[scored.benchmark.stem]
    for name, floor in floors.items():
        is_error = name.endswith(("harm", "error"))
        assert figures[name] <= floor if is_error else figures[name] >= floor, f"{name}: {figures[name]}, floor {floor}"


@every_set
def test_eval_prints_the_scorers_figures_to_the_digit(scored):
    printed = list(scored.printed.items())
    expected = list(scored.figures.items())
    assert printed[: len(expected)] == expected, "equal figures under equal names in one order"
    assert [name for name, _ in printed[len(expected) :]] == OWN_FIGURES
    assert scored.printed["ceiling"] >= scored.figures["lenient_acc"], "no choice is better than the best candidate"


@pytest.mark.parametrize("scored", DEVELOPMENT_SETS, indirect=True, scope="module")
def test_the_scorer_of_the_development_sets_has_the_same_figures(scored, bench):
    command = [sys.executable, "-B", bench / "score.py", "score", scored.benchmark, scored.build.folder / "sentences"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert list(json.loads(done.stdout).items()) == list(scored.figures.items())


@pytest.mark.parametrize("scored", ["dev-outlets"], indirect=True, scope="module")
def test_the_dataset_card_tells_what_repair_confidence_meant(scored):
    """The card's table, computed from the sentences of a build and their right spelling."""
    card = (scored.build.folder / "README.md").read_text(encoding="utf-8")
    section = card.split("## What `repair_confidence` means")[1].split("\n## ")[0]
    shown = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| 0")]
    sentences = list(rightness(scored))
    below = 2.0
    for band, *figures in shown:
        least = float(band.split()[0])
        inside = [right for confidence, right in sentences if least <= confidence < below]
        tokens = [is_right for right in inside for is_right in right]
        share, without_error = len(inside) / len(sentences), sum(map(all, inside)) / len(inside)
        measured = [f"{100 * share:.1f} %", f"{100 * sum(tokens) / len(tokens):.2f} %", f"{100 * without_error:.1f} %"]
        assert [figure.strip() for figure in figures] == measured, band
        below = least
    assert below == 0, "the bands cover all sentences"


def rightness(scored):
    """Per sentence, its `repair_confidence` and whether each of its tokens is right, in the lenient sense."""
    by_path = scored.build.sentences_by_path()
    for record in scored.records:
        gold = iter(record["gold"])
        for row in by_path[f"{record['id']}.txt"]:
            forms = [form.replace(" ", "_") for form in repaired_tokens(row)]
            right = [any(form == one or is_spared(form, one) for one in next(gold).split("|")) for form in forms]
            yield row["repair_confidence"], right


def test_every_floor_belongs_to_a_set():
    assert sorted(FLOORS) == sorted(OWN_SETS + DEVELOPMENT_SETS)


# The scorer itself, on figures that can be checked by hand


class Rows:
    """A build of which only the sentences are known."""

    def __init__(self, rows):
        self.rows = rows

    def sentences_by_path(self):
        return {"a.txt": self.rows}


def sentence(raw, repairs=(), gaps=(), kind="body", marks=()):
    fixes = [{"token": token, "raw": raw.split(" ")[token], "repaired": form} for token, form in repairs]
    return {
        "raw_text": raw,
        "repairs": fixes,
        "number_gaps": [{"token": token} for token in gaps],
        "kind": kind,
        "marks": [{"token": token, "mark": mark} for token, mark in marks],
    }


def test_a_token_is_right_spared_or_wrong():
    record = {"id": "a", "damaged": "عل اكثر كان في ماهو", "gold": ["على", "اكثر", "كان", "في", "ماهو"], "ends": [4]}
    rows = [sentence(record["damaged"], [(0, "على"), (1, "أكثر"), (2, "كأن"), (4, "ما هو")])]
    figures = score([record], predictions(Rows(rows)))
    assert (figures["word_acc"], figures["lenient_acc"], figures["damaged_acc"]) == (0.4, 0.8, 1.0)
    assert (figures["harm"], figures["lenient_harm"], figures["base"]) == (0.75, 0.25, 0.8)


def test_ends_gaps_and_marks_are_found_at_their_token():
    record = {"id": "a", "damaged": "ا ب ج د ه و", "gold": list("ابجدهو"), "ends": [1, 3, 5], "gaps": [0, 4],
              "marks": {"0": "،", "1": ".", "3": "؟", "5": "."}}  # fmt: skip
    rows = [
        sentence("ا ب", gaps=[0], marks=[(0, "؛"), (1, "!")]),
        sentence("ج", kind="dateline"),
        sentence("د ه", gaps=[0], marks=[(0, ".")]),
        sentence("و", marks=[(0, ".")]),
    ]
    figures = score([record], predictions(Rows(rows)))
    assert [figures[f"gap_{name}"] for name in ("p", "r", "f1")] == [0.5, 0.5, 0.5]
    assert [figures[f"seg_{name}"] for name in ("p", "r", "f1")] == [0.5, 0.5, 0.5]
    assert figures["seg_macro_f1"] == 0.6667
    assert [figures[f"mark_{name}"] for name in ("p", "r", "f1")] == [0.6667, 0.6667, 0.6667]
    assert figures["comma_f1"] == 1.0


def test_an_article_with_another_number_of_tokens_counts_as_untouched():
    record = {"id": "a", "damaged": "عل في", "gold": ["على", "في"], "ends": [1]}
    figures = score([record], predictions(Rows([sentence("عل", [(0, "على")])])))
    assert (figures["missing"], figures["word_acc"]) == (1, 0.5)
