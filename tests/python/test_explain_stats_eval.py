"""The commands that show a build (`explain`, `stats`) and the errors of `eval`."""

import json
import os
import re

import pytest


def without_grouping(text):
    """The text without separators of thousands in its numbers."""
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


def test_explain_warns_if_the_input_differs_from_the_current_build(project):
    """It reads the input, so a reader who compares with the tables must know when the two differ."""
    build = project.build()
    row = build.rows("sentences")[0]
    assert not project.tarmim("explain", row["sentence_id"]).stderr
    project.write(row["source_path"], "كلم زايد")
    done = project.tarmim("explain", row["sentence_id"])
    assert build.id in done.stderr and "changed" in done.stderr
    assert row["text"] not in done.stdout


@pytest.mark.parametrize("target", ["0123456789abcdef", "0123456789abcdef:0", "nowhere.txt"])
def test_explain_reports_an_unknown_article(seed_project, target):
    done = seed_project.tarmim("explain", target, expect=2)
    assert target in done.stderr and not done.stdout


def test_explain_says_what_a_target_is_if_not_a_file(seed_project, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to("nowhere")
    kinds = {tmp_path: "a folder", tmp_path / "pipe": "a named pipe", tmp_path / "gone": "a link to nowhere, which cannot be followed"}
    for target, kind in kinds.items():
        assert f"{target} is {kind}" in seed_project.tarmim("explain", target, expect=2).stderr


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


def test_stats_prints_the_sums_of_the_build(seed_project, seed_build):
    shown = without_grouping(seed_project.tarmim("stats").stdout)
    for what, total in totals(seed_build).items():
        assert re.search(rf"\b{total}\b", shown), what


def test_stats_as_json_has_the_same_sums(seed_project, seed_build):
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


def test_stats_says_if_there_is_no_build_yet(project):
    assert "tarmim run" in project.tarmim("stats", expect=3).stderr, "it says what to do"


# eval; accuracy and the figures of whole sets are the subject of test_accuracy.py


def test_eval_of_a_faulty_set_names_the_line(seed_project, tmp_path):
    faulty = tmp_path / "faulty.jsonl"
    record = {"id": "a", "damaged": "عل", "gold": ["على"], "ends": [0]}
    faulty.write_text(json.dumps(record) + '\n{"id": 1}\n', encoding="utf-8")
    assert "faulty.jsonl:2" in seed_project.tarmim("eval", faulty, expect=(1, 2)).stderr


def test_eval_of_an_empty_set_is_nothing_to_read(seed_project, tmp_path):
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    done = seed_project.tarmim("eval", tmp_path / "empty.jsonl", expect=3)
    assert "empty.jsonl" in done.stderr and not done.stdout


def test_eval_scores_any_set(seed_project, tmp_path):
    """The figures can be checked by hand."""
    own = tmp_path / "own.jsonl"
    record = {"id": "a", "damaged": "الانشط الصناعي عل", "gold": ["الأنشطة", "الصناعية", "في"], "ends": [2]}
    own.write_text(json.dumps(record) + "\n", encoding="utf-8")
    scores = json.loads(seed_project.tarmim("eval", "--json", own).stdout)
    assert (scores["docs"], scores["tokens"], scores["base"]) == (1, 3, 0.0)
    assert scores["word_acc"] == scores["damaged_acc"] == 0.6667
