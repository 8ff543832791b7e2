"""Days of publication: the order of day and month is that of their source, and what is not known is not claimed."""

import datetime
import json

import pytest

from sources import by_path, by_record, extra, jsonl, page, rows, words


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def published(build):
    return {record: row["published"] for record, row in by_record(build).items()}


def write_dates(project, path, dates, column="date"):
    """Records whose ids are their places, from 0."""
    project.write(path, jsonl([{"id": str(n), "text": words(f"{path}{n}"), column: date} for n, date in enumerate(dates)]))


# The inputs as their owners had them


def test_dates_of_several_programs(field_project):
    found = published(field_project("19-dates").build())
    expected = ["2016-04-07", "2015-01-15", "2014-10-15", "2016-04-28", "2016-06-28", "2016-04-28", "2016-04-28", "2016-04-28"]
    assert found == {str(number): day(text) for number, text in enumerate(expected)}


# The order of day and month

COLUMNS = [
    (["10/11/2012", "10/13/2012"], ["2012-10-11", "2012-10-13"], "American"),
    (["10/11/2012", "13/10/2012"], ["2012-11-10", "2012-10-13"], "Arab"),
    (["10-11-2012", "10/13/2012"], ["2012-10-11", "2012-10-13"], "whatever the marks"),
    (["10/11/2012", "الخميس 11/10/2012"], ["2012-11-10", "2012-10-11"], "a day of the week tells"),
    (["10/11/2012", "7/3/2016 - 27/5/1437هـ"], ["2012-11-10", "2016-03-07"], "the other calendar tells"),
    (["10/11/2012", "2012-10-13", "13 أكتوبر 2012"], [None, "2012-10-13", "2012-10-13"], "nothing tells"),
    (["10/11/2012", "10/13/2012", "13/10/2012"], [None, "2012-10-13", "2012-10-13"], "they contradict each other"),
    (["10/10/2012"], ["2012-10-10"], "the same day either way"),
    (["الأحد 10/11/2012"], [None], "neither reading is a Sunday"),
    (["الأحد 7 مارس 2016"], [None], "it was a Monday"),
]


@pytest.mark.parametrize(("dates", "days", "why"), COLUMNS, ids=[why for _, _, why in COLUMNS])
def test_a_column_has_one_order(empty_project, dates, days, why):
    write_dates(empty_project, "a.jsonl", dates)
    build = empty_project.build()
    assert published(build) == {str(number): day(text or "") for number, text in enumerate(days)}, why
    for record, row in by_record(build).items():
        kept = {} if days[int(record)] else {"date": dates[int(record)]}
        assert extra(row) == kept, "what is not understood is kept as written"


def test_columns_and_folders_have_orders_of_their_own(empty_project):
    empty_project.write("a.jsonl", jsonl([{"id": "0", "text": words(0), "date": "", "published": "10/11/2012"}]))
    write_dates(empty_project, "us/x.jsonl", ["10/11/2012"])
    write_dates(empty_project, "us/y.jsonl", ["10/13/2012"])
    write_dates(empty_project, "eg/x.jsonl", ["10/11/2012"])
    write_dates(empty_project, "eg/y.jsonl", ["13/10/2012"])
    found = {path: row["published"] for path, row in by_path(empty_project.build()).items()}
    assert found["us/x.jsonl"] == day("2012-10-11"), "of the files beside it"
    assert found["eg/x.jsonl"] == day("2012-11-10")
    assert found["a.jsonl"] is None, "another column"


def test_the_order_can_be_set(empty_project):
    write_dates(empty_project, "a.jsonl", ["10/11/2012", "10/13/2012"])
    for order, first in [("day-first", "2012-11-10"), ("month-first", "2012-10-11")]:
        empty_project.configure("ingest", "date_order", f'"{order}"')
        assert published(empty_project.build()) == {"0": day(first), "1": day("2012-10-13")}


def test_sidecars_tables_and_pages_have_an_order_too(empty_project):
    empty_project.write("t/metadata.csv", rows([{"path": f"{n}.txt", "date": date} for n, date in enumerate(["10/11/2012", "10/13/2012"])]))
    empty_project.write("t/0.txt", words("t0"))
    empty_project.write("t/1.txt", words("t1"))
    for number, date in enumerate(["10/11/2012", "10/13/2012"]):
        empty_project.write(f"o/{number}.txt", words(f"o{number}"))
        empty_project.write(f"o/{number}.json", json.dumps({"date": date}))
        line = f'<p class="date">{date}</p>'
        empty_project.write(f"p/{number}.html", page([words(f"p{number}")], title=words(f"h{number}", 5), around=line))
    found = {path: row["published"] for path, row in by_path(empty_project.build()).items()}
    for place in ["t/0.txt", "o/0.txt", "p/0.html"]:
        assert found[place] == day("2012-10-11"), place


def test_a_path_tells_which_day_is_meant(empty_project):
    empty_project.write("20121110-a.txt", words(1))
    empty_project.write("20121110-a.json", json.dumps({"date": "10/11/2012"}))
    (article,) = empty_project.build().rows("articles")
    assert (article["published"], extra(article)) == (day("2012-11-10"), {})


def test_another_file_can_change_the_order_of_articles_from_the_cache(empty_project):
    write_dates(empty_project, "a.jsonl", ["10/11/2012"])
    assert published(empty_project.build()) == {"0": None}
    write_dates(empty_project, "b.jsonl", ["10/13/2012"])
    found = {path: row["published"] for path, row in by_path(empty_project.build()).items()}
    assert found["a.jsonl"] == day("2012-10-11")


def test_dates_that_are_not_understood_are_told(empty_project):
    write_dates(empty_project, "a.jsonl", ["10/11/2012", "5/6/2013", "07/03/16", "2012-05", "2012"])
    for told in [empty_project.tarmim("run").stderr, empty_project.tarmim("check").stdout]:
        assert "2 articles without a date, because the one given can be two days" in told
        assert "date_order" in told
        assert "«10/11/2012» in a.jsonl (0)" in told
        assert "1 article without a date, because the year has two digits" in told
        assert "2 articles without a date, because the one given names no day" in told
    assert [extra(row)["date"] for row in by_record(empty_project.current()).values()].count("2012-05") == 1


# Dates in paths


def test_a_date_in_the_path_is_found(empty_project):
    for number, path in enumerate(["2004-05-17_x.txt", "20040517-x.html", "sport/2004/05/17/x.txt", "0501234567.txt", "ids/12345678.txt"]):
        empty_project.write(path, page([words(number)]) if path.endswith("html") else words(number))
    found = by_path(empty_project.build())
    assert {path: row["published"] for path, row in found.items()} == {
        "2004-05-17_x.txt": day("2004-05-17"),
        "20040517-x.html": day("2004-05-17"),
        "sport/2004/05/17/x.txt": day("2004-05-17"),
        "0501234567.txt": None,
        "ids/12345678.txt": None,
    }
    assert found["sport/2004/05/17/x.txt"]["section"] == "sport", "not «17»"
    empty_project.configure("ingest", "path_dates", "false")
    assert {row["published"] for row in empty_project.build().rows("articles")} == {None}


def test_numbers_of_eight_digits_are_ids_where_some_are_no_days(empty_project):
    for number in [20040517, 20040518, 20049999]:
        empty_project.write(f"{number}.txt", words(number))
    assert {row["published"] for row in empty_project.build().rows("articles")} == {None}


def test_a_dump_is_not_the_issue_of_its_day(empty_project):
    write_dates(empty_project, "dump-2020-05-17.jsonl", [""])
    write_dates(empty_project, "2020-05-17.jsonl", [""])
    found = {path: row["published"] for path, row in by_path(empty_project.build()).items()}
    assert found == {"dump-2020-05-17.jsonl": None, "2020-05-17.jsonl": day("2020-05-17")}


def test_a_sidecar_that_contradicts_the_path_is_told_and_both_are_kept(empty_project):
    empty_project.write("2004-05-17.txt", words(1))
    empty_project.write("2004-05-17.json", json.dumps({"date": "2005-01-01"}))
    done = empty_project.tarmim("run")
    (article,) = empty_project.current().rows("articles")
    assert (article["published"], extra(article)) == (day("2005-01-01"), {"path_published": "2004-05-17"})
    assert "1 article with a date in the path that differs" in done.stderr
    assert "1 article with a date in the path that differs" in empty_project.tarmim("check").stdout


def test_a_pattern_that_fits_no_path_is_told(empty_project):
    empty_project.write("a.txt", words(1))
    assert "path_pattern" not in empty_project.tarmim("check").stdout, "the default need not fit"
    empty_project.configure("ingest", "path_pattern", '"news/{date}/*"')
    for told in [empty_project.tarmim("check").stdout, empty_project.tarmim("run").stderr]:
        assert 'ingest.path_pattern "news/{date}/*" describes no path, such as a.txt' in told


def test_what_is_known_of_articles_is_counted(empty_project):
    empty_project.write("a.jsonl", jsonl([
        {"id": "1", "text": words(1), "date": "2016-03-07", "section": "رياضة", "author": "هند سالم"},
        {"id": "2", "text": words(2), "date": "2016-03-08"},
        {"id": "3", "text": words(3)},
    ]))  # fmt: skip
    assert "2 of the articles with a date, 1 with a section, 1 with an author" in empty_project.tarmim("run").stdout
    assert "a date 2, a section 1, an author 1" in empty_project.tarmim("stats").stdout
    assert json.loads(empty_project.tarmim("stats", "--json").stdout)["articles_with"] == {"published": 2, "section": 1, "byline": 1}
