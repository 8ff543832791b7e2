"""Gates: metrics outside their limits and drift keep the old build, say why, and keep the refused build for inspection."""

import json
import random
import re
import shutil

import duckdb
import pytest

from conftest import assert_builds_are_whole, scrambled, snapshot

INTACT = "أعلنت وزارة الصناعة أمس أنها ستدعم المصانع الصغيرة والمتوسطة في المنطقة الشرقية. "
WITHOUT_KEYWORDS = "ثم سار إلى هناك وعاد."
LATIN = "the quarterly report was published by the ministry"


def write_articles(project, count, text):
    """Writes articles: one text for all, or a function of their number."""
    for number in range(count):
        project.write(f"{number:03}.txt", text(number) if callable(text) else text)


def stripped(number, words=60):
    return scrambled(random.Random(number), words)


def kept_builds(project):
    return sorted(path.name for path in (project.output / "builds").glob(".failed-*"))


def rows_of_the_printed_command(project, stderr):
    """DuckDB's answer to the command in a message, run as printed."""
    query = re.search(r'duckdb -c "(.*)"', stderr).group(1)
    return duckdb.sql(query.replace("'output/", f"'{project.output}/")).fetchall()


@pytest.fixture
def judged(empty_project):
    """A project whose builds the gates judge, however small they are."""
    empty_project.configure("gates", "min_articles", 1)
    return empty_project


# (key, limits, input): takes each metric outside its limits
BEYOND = {
    "much-repaired": ("repaired_share", "[0.0, 0.05]", stripped),
    "little-repaired": ("repaired_share", "[0.05, 1.0]", INTACT),
    "unresolved": ("unresolved_share", "[0.0, 0.3]", INTACT + "قظغطذ ضظغثخ ذظضغط " * 3),
    "long-sentences": ("mean_sentence_tokens", "[1.0, 4.0]", stripped),
    "short-sentences": ("mean_sentence_tokens", "[4.0, 50.0]", "قال الوزير.\n\nرفض المدير."),
    "capped": ("capped_share", "[0.0, 0.2]", stripped),
    "one-word": ("one_word_share", "[0.0, 0.2]", f"نعم.\n\n{INTACT}"),
    "few-sentences": ("sentences_per_article", "[2, 9]", INTACT),
    "many-sentences": ("sentences_per_article", "[1, 2]", INTACT * 5),
    "few-keywords": ("keywords_per_article", "[1, 1000]", WITHOUT_KEYWORDS),
    "many-keywords": ("keywords_per_article", "[0, 2]", INTACT * 5),
    "without-keywords": ("without_keywords_share", "[0, 0.5]", WITHOUT_KEYWORDS),
    "foreign": ("foreign_share", "[0, 0.2]", LATIN),
}


@pytest.mark.parametrize("case", BEYOND)
def test_a_metric_outside_its_limits_keeps_the_old_build(empty_project, case):
    judged = empty_project
    key, limits, text = BEYOND[case]
    if key == "capped_share":
        judged.configure("split", "max_tokens", 5)
    write_articles(judged, 3, text)
    old = judged.build()
    content = old.bytes_by_path()
    judged.write("more.txt", text(99) if callable(text) else text)
    judged.configure("gates", "min_articles", 1)
    judged.configure("gates", key, limits)
    done = judged.tarmim("run", expect=4)
    low, high = json.loads(limits)
    told = re.search(rf"^  {key}: .*: expected (\S+) to (\S+) \(gates\.{key}\), found (\S+)$", done.stderr, re.MULTILINE)
    assert told, done.stderr
    assert (float(told[1]), float(told[2])) == (low, high)
    assert not low <= float(told[3]) <= high
    assert "1 of " in done.stderr, "no other gate fails"
    assert judged.current().id == old.id
    assert old.bytes_by_path() == content
    assert rows_of_the_printed_command(judged, done.stderr)


def test_the_metrics_reported_are_those_of_the_tables(judged):
    write_articles(judged, 3, stripped)
    judged.configure("gates", "keywords_per_article", "[0, 0]")
    done = judged.tarmim("run", expect=4)
    folder = judged.output / "builds" / kept_builds(judged)[0]
    hits = duckdb.sql(f"select count(*) from '{folder}/keywords/*.parquet'").fetchall()[0][0]
    assert f"found {round(hits / 3, 4):g}" in done.stderr


def test_all_failed_metrics_are_reported_together(judged):
    write_articles(judged, 3, stripped)
    judged.configure("gates", "repaired_share", "[0, 0.01]")
    judged.configure("gates", "keywords_per_article", "[0, 0.01]")
    done = judged.tarmim("run", expect=4)
    assert "2 of " in done.stderr
    assert "\n  repaired_share: " in done.stderr and "\n  keywords_per_article: " in done.stderr


def test_the_refused_build_does_not_count_as_a_build(judged):
    write_articles(judged, 3, stripped)
    judged.configure("gates", "repaired_share", "[0, 0.01]")
    judged.tarmim("run", expect=4)
    assert not (judged.output / "current").exists()
    (name,) = kept_builds(judged)
    judged.tarmim("run", expect=4)
    assert kept_builds(judged) == [name], "it was built and judged again"
    judged.configure("gates", "repaired_share", "[0, 1]")
    build = judged.build()
    assert name == f".failed-{build.id}", "limits are no part of a build's identity"
    assert_builds_are_whole(judged)


def test_only_the_newest_refused_build_is_kept(judged):
    write_articles(judged, 3, stripped)
    judged.configure("gates", "repaired_share", "[0, 0.01]")
    judged.tarmim("run", expect=4)
    before = kept_builds(judged)
    judged.write("more.txt", stripped(7))
    judged.tarmim("run", expect=4)
    assert len(kept_builds(judged)) == 1 and kept_builds(judged) != before


def test_a_small_build_causes_warnings_and_is_published(empty_project):
    empty_project.write("one.txt", f"{INTACT} {LATIN}")
    empty_project.configure("gates", "repaired_share", "[0.2, 0.3]")
    done = empty_project.tarmim("run")
    assert "warning: repaired_share: " in done.stderr
    assert empty_project.current().table("articles").num_rows == 1


def test_the_defaults_pass_normal_text(empty_project):
    """Intact, laced with English, two words, a list of words: a hundred articles of each pass without a warning."""
    texts = {"intact": INTACT * 3, "laced": f"{INTACT} {LATIN}", "short": "الاقتصاد والتجارة", "list": "نفط\nذهب\nقمح"}
    for name, text in texts.items():
        empty_project.configure("dataset", "output", f'"output-{name}"')
        shutil.rmtree(empty_project.input, ignore_errors=True)
        write_articles(empty_project, 100, text)
        assert "warning" not in empty_project.tarmim("run").stderr, name


def test_an_impossible_limit_is_an_error_of_the_configuration(project):
    line = project.configure("gates", "repaired_share", "[0.5, 0.1]")
    done = project.tarmim("run", expect=2)
    assert f"pipeline.toml:{line}: gates.repaired_share: expected two numbers from 0 to 1" in done.stderr


# Drift


@pytest.fixture
def drifting(judged):
    """A project with a build of stripped articles whose input is now intact."""
    write_articles(judged, 5, stripped)
    judged.build()
    write_articles(judged, 5, INTACT * 3)
    return judged


def test_a_metric_that_jumps_keeps_the_old_build(drifting):
    old = drifting.current().id
    done = drifting.tarmim("run", expect=4)
    told = re.search(
        r"^  drift_repaired_share: .* fell from 0\.\d+ to 0\S*; expected .*\(gates\.max_drift = 0\.5 allows ±50 %\)$",
        done.stderr,
        re.MULTILINE,
    )
    assert told, done.stderr
    assert 'drift = "warn"' in done.stderr, "what to do where the change is meant"
    assert drifting.current().id == old
    assert rows_of_the_printed_command(drifting, done.stderr)


def test_drift_can_be_set_to_warn_or_off(drifting):
    drifting.configure("gates", "drift", '"warn"')
    done = drifting.tarmim("run")
    assert "warning: drift_repaired_share: " in done.stderr
    assert_builds_are_whole(drifting)
    write_articles(drifting, 5, stripped)
    drifting.write("more.txt", stripped(7))
    drifting.configure("gates", "drift", '"off"')
    assert "drift" not in drifting.tarmim("run").stderr


def test_a_larger_drift_may_be_allowed(drifting):
    drifting.configure("gates", "max_drift", 50)
    assert "drift" not in drifting.tarmim("run").stderr


def test_drift_of_small_builds_only_causes_a_warning(drifting):
    drifting.configure("gates", "min_articles", 100)
    assert "warning: drift_repaired_share: " in drifting.tarmim("run").stderr


def test_a_loss_of_articles_keeps_the_old_build(judged):
    write_articles(judged, 6, stripped)
    judged.build()
    for number in range(1, 6):
        (judged.input / f"{number:03}.txt").unlink()
    assert "  drift_articles: " in judged.tarmim("run", expect=4).stderr


def test_a_limited_run_may_be_smaller(judged):
    write_articles(judged, 6, stripped)
    judged.build()
    assert "warning: drift_articles: " in judged.tarmim("run", "--limit", 1).stderr
    assert judged.current().table("articles").num_rows == 1


def test_the_same_kind_of_input_does_not_drift(judged):
    write_articles(judged, 20, lambda number: stripped(number, 200))
    judged.build()
    write_articles(judged, 22, lambda number: stripped(number + 100, 200))
    assert "drift" not in judged.tarmim("run").stderr


def test_metrics_in_the_report_of_the_previous_build_are_used(judged):
    """They are not measured again."""
    write_articles(judged, 5, stripped)
    old = judged.build()
    figures = {
        "articles": 5, "sentences": 9, "tokens": 90, "largest_sentence_tokens": 20, "repaired_share": 0.9,
        "unresolved_share": 0.0, "mean_sentence_tokens": 10.0, "capped_share": 0.0, "one_word_share": 0.0,
        "sentences_per_article": 1.8, "keywords_per_article": 3.0, "without_keywords_share": 0.0, "duplicate_share": None,
    }
    (old.folder / "report.json").write_text(json.dumps({"figures": figures}), encoding="utf-8")
    judged.write("more.txt", stripped(7))
    assert " fell from 0.9 to " in judged.tarmim("run", expect=4).stderr


def test_an_unreadable_previous_build_does_not_prevent_publishing(judged):
    write_articles(judged, 5, stripped)
    old = judged.build()
    (old.folder / "report.json").unlink()
    old.files("sentences")[0].write_bytes(b"PAR1")
    judged.write("more.txt", stripped(7))
    assert "warning: drift: " in judged.tarmim("run").stderr
    assert judged.current().id != old.id


# Rejects


def test_too_many_rejects_have_their_own_exit_code(judged):
    write_articles(judged, 3, stripped)
    old = judged.build()
    judged.write("broken.txt", "نص".encode("utf-16")[:-1])
    judged.configure("gates", "keywords_per_article", "[0, 0.01]")
    done = judged.tarmim("run", expect=5)
    assert "1 of 4 inputs are rejected, more than max_reject_ratio = 0.1 allows" in done.stderr
    assert "broken.txt: " in done.stderr
    assert "\n  keywords_per_article: " in done.stderr, "other failures are reported too"
    assert judged.current().id == old.id
    ((_, count, example, _),) = rows_of_the_printed_command(judged, done.stderr)
    assert (count, example) == (1, "broken.txt")


def test_passing_gates_leave_nothing_behind(judged):
    write_articles(judged, 3, stripped)
    judged.build()
    before = snapshot(judged.output)
    judged.tarmim("run")
    assert snapshot(judged.output) == before
    assert_builds_are_whole(judged)
