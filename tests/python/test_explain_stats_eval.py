"""The commands that tell about a build, and the scorer against the one that comes with the development sets."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Project

SETS = ["dev-alkhaleej", "dev-flores", "dev-milder", "dev-seed"]
FLOORS = json.loads((Path(__file__).resolve().parents[1] / "floors.json").read_text(encoding="utf-8"))


def without_grouping(text):
    """Numbers without the marks that part their thousands."""
    return re.sub(r"(?<=\d)[,_\u2009\u202f\u00a0 ](?=\d{3}\b)", "", text)


# explain


@pytest.fixture(scope="module")
def richest(seed_build):
    """A sentence with many repairs, some with alternatives."""
    return max(seed_build.rows("sentences"), key=lambda row: sum(bool(r["alternatives"]) for r in row["repairs"]))


def test_explain_shows_the_repairs_of_a_sentence_with_their_alternatives(seed_project, richest):
    shown = seed_project.tarmim("explain", richest["sentence_id"]).stdout
    for reading in richest["repairs"]:
        assert reading["raw"] in shown and reading["repaired"] in shown
    rivals = [rival["form"] for reading in richest["repairs"] for rival in reading["alternatives"][:1]]
    assert rivals and all(rival in shown for rival in rivals)


def test_explain_takes_an_article_by_its_id_or_its_path(seed_project, seed_build, richest):
    by_id = seed_project.tarmim("explain", richest["article_id"]).stdout
    source_path = (seed_project.input / richest["source_path"]).relative_to(seed_project.root)
    assert seed_project.tarmim("explain", source_path).stdout == by_id
    rows = [row for row in seed_build.rows("sentences") if row["article_id"] == richest["article_id"]]
    assert len(rows) > 1
    for row in rows:
        assert all(repair["repaired"] in by_id for repair in row["repairs"])
    assert len(by_id) > len(seed_project.tarmim("explain", richest["sentence_id"]).stdout)


def test_explain_knows_an_article_by_its_absolute_path(seed_project, richest):
    by_id = seed_project.tarmim("explain", richest["article_id"]).stdout
    assert seed_project.tarmim("explain", seed_project.input / richest["source_path"]).stdout == by_id


def test_explain_says_when_it_is_not_the_current_build_that_it_explains(project):
    """It works from the input; a reader who compares with the tables must be told when the two have parted."""
    build = project.build()
    row = build.rows("sentences")[0]
    assert not project.tarmim("explain", row["sentence_id"]).stderr
    project.write(row["source_path"], "كلم زايد")
    done = project.tarmim("explain", row["sentence_id"])
    assert build.id in done.stderr and "changed" in done.stderr
    assert row["text"] not in done.stdout


@pytest.mark.parametrize("target", ["0123456789abcdef", "0123456789abcdef:0", "nowhere.txt"])
def test_explain_says_when_there_is_no_such_article(seed_project, target):
    done = seed_project.tarmim("explain", target, expect=2)
    assert target in done.stderr and not done.stdout


def test_explain_says_what_a_target_is_that_is_no_file(seed_project, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to("nowhere")
    kinds = {tmp_path: "a folder", tmp_path / "pipe": "a named pipe", tmp_path / "gone": "a link to nowhere, which cannot be followed"}
    for target, kind in kinds.items():
        assert f"{target}: it is {kind}" in seed_project.tarmim("explain", target, expect=2).stderr


# stats


def totals(build):
    sentences = build.rows("sentences")
    return {
        "articles": build.table("articles").num_rows,
        "sentences": len(sentences),
        "tokens": sum(row["token_count"] for row in sentences),
        "doubts": sum(len(row["doubts"]) for row in sentences),
        "number_gaps": sum(len(row["number_gaps"]) for row in sentences),
        "keyword_hits": build.table("keywords").num_rows,
    }


def test_stats_tells_the_sums_of_the_build(seed_project, seed_build):
    shown = without_grouping(seed_project.tarmim("stats").stdout)
    for what, total in totals(seed_build).items():
        assert re.search(rf"\b{total}\b", shown), what


def test_stats_as_json_tells_the_same(seed_project, seed_build):
    found = json.loads(seed_project.tarmim("stats", "--json").stdout)
    expected = totals(seed_build)
    assert {name: found[name] for name in expected} == expected
    sentences = seed_build.rows("sentences")
    repaired = sum(row["repaired_count"] for row in sentences)
    lengths = [row["token_count"] for row in sentences]
    assert found["repaired_share"] == pytest.approx(repaired / sum(lengths), abs=1e-4)
    assert found["sentence_tokens"]["longest"] == max(lengths)
    assert found["sentence_tokens"]["mean"] == pytest.approx(sum(lengths) / len(lengths), abs=0.1)
    assert found["damage"] == [{"name": "stripped", "count": 3}]


def test_stats_reads_the_build_of_another_output_folder(seed_project, tmp_path):
    expected = seed_project.tarmim("stats", "--json").stdout
    arguments = ("stats", "--json", "--config", seed_project.config, "--output", seed_project.output)
    assert seed_project.tarmim(*arguments, cwd=tmp_path).stdout == expected


def test_stats_says_when_there_is_no_build_yet(project):
    assert "tarmim run" in project.tarmim("stats", expect=3).stderr, "it says what to do"


# eval: these need the development sets


def scorer(bench, *arguments):
    """One line of the scorer that comes with the sets."""
    done = subprocess.run([sys.executable, bench / "score.py", *map(str, arguments)], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.fixture(scope="module")
def evaluated(bench, tmp_path_factory):
    """What `tarmim eval --json` prints for each set."""
    project = Project(tmp_path_factory.mktemp("eval") / "project", with_seeds=False)
    lines = project.tarmim("eval", "--json", *(bench / f"{name}.jsonl" for name in SETS)).stdout.splitlines()
    assert len(lines) == len(SETS)
    return dict(zip(SETS, lines))


@pytest.mark.parametrize("name", SETS)
def test_eval_and_a_scored_build_agree_to_the_digit(bench, evaluated, tmp_path, name):
    project = Project(tmp_path / "project", with_seeds=False)
    scorer(bench, "prepare", bench / f"{name}.jsonl", project.input)
    project.build()
    line = scorer(bench, "score", bench / f"{name}.jsonl", project.current().folder / "sentences")
    expected, found = (list(json.loads(text).items()) for text in (line, evaluated[name]))
    assert found[: len(expected)] == expected, "the same figures under the same names in the same order"
    reach = ["ceiling", "strict_ceiling", "candidates"]
    assert [name for name, _ in found[len(expected) :]] == [
        *reach,
        "calibration_error",
        "sure_share",
        "sure_right",
        "boundary_calibration_error",
        "tag_hits",
        *(f"tag_{unit}_{figure}" for unit in ("hit", "article") for figure in ("p", "r", "f1")),
    ]
    assert found[len(expected)][1] >= dict(found)["lenient_acc"], "nobody chooses better than what there is to choose from"


@pytest.mark.parametrize("name", FLOORS)
def test_quality_has_not_fallen_below_its_floor(evaluated, name):
    scores = json.loads(evaluated[name])
    assert scores["missing"] == 0
    for measure, bound in FLOORS[name].items():
        is_error = measure.endswith(("harm", "error"))
        assert scores[measure] <= bound if is_error else scores[measure] >= bound, f"{name}: {measure}"


def test_eval_of_a_faulty_set_names_the_line(seed_project, tmp_path):
    faulty = tmp_path / "faulty.jsonl"
    record = {"id": "a", "damaged": "عل", "gold": ["على"], "ends": [0]}
    faulty.write_text(json.dumps(record) + '\n{"id": 1}\n', encoding="utf-8")
    assert "faulty.jsonl:2" in seed_project.tarmim("eval", faulty, expect=(1, 2)).stderr


def test_eval_of_an_empty_set_is_nothing_to_read(seed_project, tmp_path):
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    done = seed_project.tarmim("eval", tmp_path / "empty.jsonl", expect=3)
    assert "empty.jsonl" in done.stderr and not done.stdout


def test_eval_scores_a_set_of_ones_own(seed_project, tmp_path):
    """The scorer works without the development sets, on figures that can be checked by hand."""
    own = tmp_path / "own.jsonl"
    record = {"id": "a", "damaged": "الانشط الصناعي عل", "gold": ["الأنشطة", "الصناعية", "في"], "ends": [2]}
    own.write_text(json.dumps(record) + "\n", encoding="utf-8")
    scores = json.loads(seed_project.tarmim("eval", "--json", own).stdout)
    assert (scores["docs"], scores["tokens"], scores["base"]) == (1, 3, 0.0)
    assert scores["word_acc"] == scores["damaged_acc"] == 0.6667
