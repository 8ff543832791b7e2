"""report.html as a run writes it: what it tells is what the tables say, it is bounded, and corrections made in it are applied."""

import json

import pyarrow.compute as pc
import pytest

from browser import correct, data_of, download, rows, token
from conftest import write_scrambled_articles
from test_review import statuses

MOST = 15_000_000
RESTORED = "ةىأإآءئؤ"


def page_of(build):
    return (build.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def told(seed_build):
    return data_of(page_of(seed_build))


def test_the_overview_says_what_the_tables_say(told, seed_build, sentences, articles, keywords):
    overview = told["overview"]
    tokens = [token for row in sentences for token in row["tokens"]]
    counts = {
        "articles": len(articles),
        "sentences": len(sentences),
        "tokens": len(tokens),
        "repaired": sum(token["raw"] != token["form"] for token in tokens),
        "doubts": sum(len(row["doubts"]) for row in sentences),
        "unresolved": sum(row["unresolved_count"] for row in sentences),
        "number_gaps": sum(len(row["number_gaps"]) for row in sentences),
        "marks": sum(len(row["marks"]) for row in sentences),
        "keyword_hits": len(keywords),
        "corrected": 0,
    }
    assert {name: overview[name] for name in counts} == counts
    assert overview["mean_confidence"] == pytest.approx(sum(token["confidence"] for token in tokens) / len(tokens), abs=1e-4)
    assert all(gate["passed"] for gate in overview["gates"]) and len(overview["gates"]) > 20
    letters = {letter: sum(max(0, token["form"].count(letter) - token["raw"].count(letter)) for token in tokens) for letter in RESTORED}
    assert dict(told["charts"]["letters"]) == letters
    assert sum(count for _, _, count in told["charts"]["sentence_lengths"]) == len(sentences)
    assert sum(count for _, _, count in told["charts"]["confidence"]) == len(tokens)
    assert told["build"]["id"] == seed_build.id


def test_the_text_is_that_of_the_tables(told, sentences, keywords):
    assert told["sample"]["is_all"] and len(told["sentences"]) == len(sentences)
    shown = {(told["articles"][row["a"]]["id"], row["n"]): row for row in told["sentences"]}
    labels = {concept["id"]: index for index, concept in enumerate(told["concepts"])}
    for row in sentences:
        page = shown[row["article_id"], row["sentence_index"]]
        forms = [token if isinstance(token, str) else token[1] for token in page["t"]]
        assert " ".join(forms) == row["text"]
        assert [gap[0] for gap in page.get("g", [])] == [gap["token"] for gap in row["number_gaps"]]
        assert [mark[:2] for mark in page.get("m", [])] == [[mark["token"], mark["mark"]] for mark in row["marks"]]
        hits = [hit for hit in keywords if hit["sentence_id"] == row["sentence_id"]]
        assert [hit[:3] for hit in page.get("w", [])] == [[labels[hit["keyword_id"]], hit["token_start"], hit["token_end"]] for hit in hits]
    worst = [told["sentences"][index]["c"] for index in told["worst"]["sentences"]]
    assert worst == sorted(worst) and len(worst) > 10


def test_a_hostile_title_does_not_end_the_data(empty_project):
    hostile = "</script><script>alert(1)</script> الأخبار"
    empty_project.configure("fields", "markup", '"none"')
    empty_project.write("a.jsonl", json.dumps({"id": "1", "title": hostile, "section": hostile, "text": "الانشط الصناعي بدول المجلس"}))
    told = data_of(page_of(empty_project.build()))
    assert hostile.split(" ")[0] in told["articles"][0]["section"]


def test_it_can_be_left_out_and_written_later(project):
    project.configure("dataset", "report", "false")
    build = project.build()
    assert not (build.folder / "report.html").exists()
    project.configure("dataset", "report", "true")
    assert "up to date" in project.tarmim("run").stdout, "no byte of the tables depends on it"
    project.tarmim("report", "page.html")
    written = data_of((project.root / "page.html").read_text(encoding="utf-8"))
    assert written["build"]["id"] == build.id and written["overview"]["gates"]
    assert "page.html" in project.tarmim("report", "page.html", expect=1).stderr, "nothing is overwritten"


def test_equal_builds_have_equal_reports(project, tmp_path):
    project.tarmim("run", "--output", tmp_path / "one", "--jobs", 2)
    project.tarmim("run", "--output", tmp_path / "two", "--jobs", 1)
    first, second = [(tmp_path / name / "current" / "report.html").read_bytes() for name in ("one", "two")]
    assert first == second


def test_a_large_build_has_a_bounded_report(empty_project):
    """Some 100,000 sentences, of which whole articles are drawn."""
    write_scrambled_articles(empty_project.input, 4_000, words=700)
    empty_project.configure("split", "max_tokens", "28")
    empty_project.configure("repair", "effort", '"fast"')
    build = empty_project.build()
    page = page_of(build)
    told, count = data_of(page), build.table("sentences").num_rows
    assert count >= 100_000 and len(page.encode()) < MOST
    assert told["overview"]["sentences"] == told["sample"]["of"] == count
    assert 5_000 < len(told["sentences"]) < count and not told["sample"]["is_all"]
    least = pc.min(build.table("sentences").filter(pc.field("token_count") >= 4)["repair_confidence"]).as_py()
    assert told["sentences"][told["worst"]["sentences"][0]]["c"] == pytest.approx(least)


def test_corrections_made_in_the_report_are_applied_by_the_next_run(project, open_file):
    before = project.build()
    page = open_file(before.folder / "report.html")
    told = data_of(page_of(before))
    sentence = next(index for index, row in enumerate(told["sentences"]) if row["k"] == 0 and len(row["t"]) > 12)
    page.fill("#f-q", "")
    token(page, sentence, 3).scroll_into_view_if_needed()
    correct(page, sentence, 3, "مختلف")
    correct(page, sentence, 6, "متغير", scope="article")
    content = download(page)
    assert [row["scope"] for row in rows(content)] == ["here", "article"]
    (project.root / "corrections.csv").write_bytes(content)
    project.configure("review", "corrections", '["corrections.csv"]')
    build = project.build()
    assert [status for status, _ in statuses(build).values()] == ["applied", "applied"]
    changed = {(row["article_id"], row["sentence_index"]): row for row in build.rows("sentences")}
    row = changed[told["articles"][told["sentences"][sentence]["a"]]["id"], told["sentences"][sentence]["n"]]
    assert (row["tokens"][3]["form"], row["tokens"][6]["form"]) == ("مختلف", "متغير")
    again = data_of(page_of(build))
    assert again["overview"]["corrections"] == {"given": 2, "applied": 2, "places": sum(places for _, places in statuses(build).values()), "unapplied": []}


ARTICLE = "الانشط الصناعي بدول المجلس لا تتركز في قطاع واحد"


def dated(days):
    return "".join(json.dumps({"id": str(number), "text": f"{ARTICLE} {number}", "published": day}, ensure_ascii=False) + "\n" for number, day in enumerate(days))


def test_an_article_with_a_wrong_year_does_not_push_the_others_out(empty_project):
    """Of a time that is too long for months, years are shown."""
    empty_project.configure("gates", "drift", '"off"')
    days = [f"{2010 + number // 12}-{number % 12 + 1:02}-03" for number in range(40)]
    empty_project.write("a.jsonl", dated(days))
    months = data_of(page_of(empty_project.build()))["charts"]["months"]
    assert (len(months["months"]), months["are_years"]) == (40, False)
    for day, years in (("2090-01-01", 81), ("1801-12-31", 213)):
        empty_project.write("a.jsonl", dated([*days, day]))
        months = data_of(page_of(empty_project.build()))["charts"]["months"]
        assert (len(months["months"]), months["are_years"]) == (years, True)
        articles = dict(zip(months["months"], months["articles"], strict=True))
        assert [articles[str(year)] for year in range(2010, 2014)] == [12, 12, 12, 4]


def test_foreign_text_is_not_believed_to_be_wrong(empty_project):
    empty_project.write("en.txt", "The ministry of industry said on Monday that exports of cement rose again this year.")
    overview = data_of(page_of(empty_project.build()))["overview"]
    assert overview["tokens"] == 15 and overview["mean_confidence"] is None
    empty_project.write("ar.txt", ARTICLE)
    told = data_of(page_of(empty_project.build()))
    assert told["overview"]["mean_confidence"] > 0.8
    assert sum(count for _, _, count in told["charts"]["confidence"]) == len(ARTICLE.split())


def test_a_report_written_later_is_the_same(project):
    project.build()
    project.write("more.txt", ARTICLE)
    project.configure("gates", "drift", '"warn"')
    build = project.build()
    told = data_of(page_of(build))
    assert [drift for drift in told["overview"]["drift"] if drift["before"]]
    written = project.tarmim("report", "-").stdout
    assert data_of(written)["overview"] == told["overview"]
    assert not (project.root / "-").exists()


def test_tags_without_text_are_no_section(empty_project):
    record = {"id": "1", "section": "<b></b>", "title": "<br>", "byline": " ", "text": ARTICLE}
    empty_project.write("a.jsonl", json.dumps(record, ensure_ascii=False))
    (row,) = empty_project.build().rows("articles")
    assert (row["section"], row["title"], row["byline"]) == (None, None, None)
    assert "a section 0" in empty_project.tarmim("stats").stdout
