"""Answers without SQL: `kwic`, `trend` and `review export` say what the tables say; `run --metrics` what an alert needs."""

import csv
import io
import json
import re
import time

import duckdb
import pytest
from prometheus_client.parser import text_string_to_metric_families

from conftest import Project, seed_texts

COLUMNS = ["kind", "scope", "article", "before", "raw", "after", "now", "correction", "confidence", "alternatives", "sentence", "source", "title"]


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    """A project over articles of four months and two sections."""
    project = Project(tmp_path_factory.mktemp("dated"), with_seeds=False)
    texts = list(seed_texts().values())
    rows = [
        {"id": str(n), "text": texts[n % 3] + f" {n}", "section": ["اقتصاد", "رياضة"][n % 2], "date": f"2013-{1 + n % 4 + (n % 4 > 1):02}-05"}
        for n in range(8)
    ]
    project.write("a.jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    project.configure("dataset", "duplicates", '"off"')
    project.build()
    return project


def sql(project, query):
    current = project.output / "current"
    return duckdb.sql(query.replace("{keywords}", f"'{current}/keywords/*.parquet'").replace("{articles}", f"'{current}/articles/*.parquet'")).fetchall()


def distribution_of_true_mentions(confidences):
    """The probability of each number of true mentions, the hits taken for independent."""
    distribution = [1.0]
    for p in confidences:
        distribution = [a * (1 - p) + b * p for a, b in zip([*distribution, 0.0], [0.0, *distribution], strict=True)]
    return distribution


def test_a_trend_is_the_sum_of_the_confidences(dated):
    ((concept,),) = sql(dated, "select keyword_id from {keywords} group by 1 order by count(*) desc, 1 limit 1")
    told = json.loads(dated.tarmim("trend", concept, "--by", "month,section", "--json").stdout)
    by_key = {(row["month"], row["section"]): row for row in told}
    query = f"""select strftime(published, '%Y-%m'), section, count(*), sum(confidence), list(confidence)
               from {{keywords}} join {{articles}} using (article_id) where keyword_id = '{concept}' group by all"""
    counted = sql(dated, query)
    assert len(counted) == 4
    for month, section, hits, expected, confidences in counted:
        row = by_key[month, section]
        assert row["hits"] == hits and row["expected"] == pytest.approx(expected, abs=1e-3)
        assert 0 <= row["low"] <= row["expected"] <= row["high"] <= hits
        distribution = distribution_of_true_mentions(confidences)
        inside = [p for number, p in enumerate(distribution) if row["low"] <= number <= row["high"]]
        assert sum(inside) >= 0.95 - 1e-9
        assert row["high"] - row["low"] <= 6 * (sum(p * (1 - p) for p in confidences) ** 0.5) + 2, "and they are no wider than need be"
    monthly = json.loads(dated.tarmim("trend", concept, "--json").stdout)
    assert [row["month"] for row in monthly] == ["2013-01", "2013-02", "2013-04", "2013-05"], "a month of which nothing was published is none"
    assert sum(row["hits"] for row in monthly) == sum(row["hits"] for row in told)
    assert "2013-04" in dated.tarmim("trend", concept).stdout


def test_the_table_of_counts_has_the_trends_of_all_concepts(dated):
    rows = list(csv.DictReader(io.StringIO(dated.tarmim("export", "csv", "-", "--table", "counts").stdout, newline="")))
    query = """select strftime(published, '%Y-%m'), section, keyword_id, count(*), sum(confidence)
               from {keywords} join {articles} using (article_id) group by all"""
    counted = {row[:3]: row[3:] for row in sql(dated, query)}
    assert len(rows) == len(counted) > 50
    for row in rows:
        hits, expected = counted[row["month"], row["section"], row["keyword_id"]]
        assert int(row["hits"]) == hits and float(row["expected"]) == pytest.approx(expected, abs=1e-3)
        assert float(row["low"]) <= float(row["expected"]) <= float(row["high"]) and int(row["articles"]) == 2
    assert "one row for many articles" in dated.tarmim("export", "csv", "x", "--table", "counts", "--each", "section", expect=2).stderr


def test_an_unknown_concept_is_named_with_the_nearest(dated):
    assert "the nearest is export " in dated.tarmim("trend", "exprot", expect=2).stderr


def test_a_concordance_has_every_occurrence(seed_project, sentences):
    told = json.loads(seed_project.tarmim("kwic", "دول", "--json").stdout)
    expected = [row["sentence_id"] for row in sentences for token in row["tokens"] if re.sub("[،.]", "", token["form"]) == "دول"]
    assert [row["sentence_id"] for row in told] == expected and expected
    for row in told:
        sentence = next(one for one in sentences if one["sentence_id"] == row["sentence_id"])
        assert " ".join(part for part in (row["before"], row["text"], row["after"]) if part) == sentence["text"]
    starred = json.loads(seed_project.tarmim("kwic", "*صناع*", "--json", "--limit", "1000").stdout)
    assert len(starred) > 20 and all("صناع" in row["text"] for row in starred)
    assert len(json.loads(seed_project.tarmim("kwic", "*صناع*", "--json", "--limit", "3").stdout)) == 3
    for impossible in ("2013", "صناع*ية", ""):
        assert "cannot be looked for" in seed_project.tarmim("kwic", impossible, expect=2).stderr
    phrase = sum(row["text"].count("دول المجلس ") for row in sentences)
    assert len(json.loads(seed_project.tarmim("kwic", "دول المجلس", "--json").stdout)) >= phrase > 0
    assert "the nearest is" in seed_project.tarmim("kwic", "exprot", "--concept", expect=2).stderr


def test_a_concordance_of_a_concept_is_its_hits(seed_project, keywords):
    told = json.loads(seed_project.tarmim("kwic", "export", "--concept", "--json").stdout)
    assert [(row["sentence_id"], row["text"]) for row in told] == [(hit["sentence_id"], hit["surface"]) for hit in keywords if hit["keyword_id"] == "export"]


def test_the_sheet_lists_what_is_least_certain_first(seed_project, sentences, keywords, tmp_path):
    seed_project.tarmim("review", "export", tmp_path / "sheet.csv", "--limit", "100000")
    content = (tmp_path / "sheet.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == COLUMNS and not any(row["correction"] for row in rows)
    confidences = [float(row["confidence"]) for row in rows]
    assert confidences == sorted(confidences)
    assert sum(row["kind"] == "form" for row in rows) == sum(len(row["doubts"]) for row in sentences)
    assert sum(row["kind"] == "keyword" for row in rows) == sum(hit["confidence"] < 0.9 for hit in keywords)
    assert all("⟪" in row["sentence"] for row in rows)
    few = seed_project.tarmim("review", "export", "-", "--limit", "5", "--kind", "form").stdout
    assert [row["kind"] for row in csv.DictReader(io.StringIO(few.lstrip("\ufeff")))] == ["form"] * 5


def test_a_sheet_that_was_filled_in_is_applied(project):
    project.build()
    project.tarmim("review", "export", "sheet.csv")
    rows = list(csv.DictReader(io.StringIO((project.root / "sheet.csv").read_text(encoding="utf-8-sig"), newline="")))
    other = {"form": "مختلف", "sentence_end": "no", "keyword": "none"}
    for row in rows:
        row["correction"] = other[row["kind"]]
    with (project.root / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    project.configure("review", "corrections", '["sheet.csv"]')
    project.configure("gates", "drift", '"off"')
    done = project.tarmim("run")
    assert f"{len(rows)} of {len(rows)} corrections" in done.stdout, done.stderr
    hand = [repair for row in project.current().rows("sentences") for repair in row["repairs"] if repair["origin"] == "hand"]
    assert len(hand) >= sum(row["kind"] == "form" for row in rows)


def metrics_of(path):
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return {sample.name: sample for family in families for sample in family.samples}


def test_metrics_are_written_however_a_run_ends(project):
    started = time.time()
    project.tarmim("run", "--metrics", "m.prom")
    metrics = metrics_of(project.root / "m.prom")
    build = json.loads((project.output / "current" / "manifest.json").read_text(encoding="utf-8"))
    assert metrics["tarmim_run_exit_code"].value == 0
    assert metrics["tarmim_build_articles"].value == 3 and metrics["tarmim_build_tokens"].value == build["counts"]["tokens"]
    assert metrics["tarmim_build_info"].labels["build_id"] == build["build_id"]
    assert metrics["tarmim_build_created_timestamp_seconds"].value >= started - 1
    project.write("broken.pdf", b"%PDF-1.4")
    project.tarmim("run", "--metrics", "m.prom", expect=5)
    refused = metrics_of(project.root / "m.prom")
    assert refused["tarmim_run_exit_code"].value == 5
    assert refused["tarmim_build_articles"].value == 3, "what is told of is the build that readers have"
    project.tarmim("run", "--input", "gone", "--metrics", "m.prom", expect=3)
    assert metrics_of(project.root / "m.prom")["tarmim_run_exit_code"].value == 3
    project.configure("gates", "mean_sentence_tokens", '"many"')
    project.tarmim("run", "--metrics", "m.prom", expect=2)
    metrics = metrics_of(project.root / "m.prom")
    assert metrics["tarmim_run_exit_code"].value == 2
    assert metrics["tarmim_build_articles"].value > 0, "the old build is still there"
    assert "could not be written" in project.tarmim("run", "--metrics", "no/such/folder/m.prom", expect=2).stderr
