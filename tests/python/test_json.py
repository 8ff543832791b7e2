"""JSON as people have it: whatever layout a file called .json has, and numbers that are none."""

import gzip
import json

import pytest

from sources import by_path, by_record, extra, jsonl, parquet, raw_text, rejects, rows, words, zipped

RECORDS = [{"title": words(f"t{number}", 4), "text": words(number, 30)} for number in range(3)]


def texts(build):
    """Titles and texts of the articles, in order."""
    return [(row["title"], raw_text(build, row).removeprefix(f"{row['title']} ")) for row in build.rows("articles")]


def dumped(value, **options):
    return json.dumps(value, ensure_ascii=False, **options)


LAYOUTS = {
    "list.json": dumped(RECORDS),
    "indented.json": dumped(RECORDS, indent=2),
    "lines.json": jsonl(RECORDS).decode(),
    "concatenated.json": "".join(dumped(record, indent=1) for record in RECORDS),
    "comma.json": ",\n".join(dumped(record) for record in RECORDS),
    "wrapped.json": dumped({"status": "ok", "tags": [{"name": "x"}], "articles": RECORDS}),
    "deep.json": dumped({"response": {"docs": RECORDS}}, indent=2),
    "two.json": dumped({"a": RECORDS[:1], "b": RECORDS[1:]}),
    "keyed.json": dumped({f"k{number}": record for number, record in enumerate(RECORDS)}),
    "list.jsonl": dumped(RECORDS, indent=1),
    "indented.jsonl": "".join(dumped(record, indent=1) for record in RECORDS),
    "lines.jl": jsonl(RECORDS).decode(),
    "lines.jsonlines": jsonl(RECORDS).decode(),
    "mark.json": "\ufeff" + dumped(RECORDS),
}


@pytest.mark.parametrize("name", ["08-json-invisible"])
def test_json_files_are_articles(field_project, name):
    build = field_project(name).build()
    assert rejects(build) == []
    found = {}
    for row in build.rows("articles"):
        found.setdefault(row["source_path"], []).append((row["title"], raw_text(build, row)))
    assert found["one.json"] == [("عنوان", "عنوان أعلنت الوزارة عن خطة جديدة لدعم الصناعات الصغيرة.")]
    assert [title for title, _ in found["news.json"]] == ["عنوان أول", "عنوان ثان"]
    assert [text for _, text in found["lines.json"]] == ["أعلنت الوزارة عن خطة جديدة.", "قال الوزير إن العمل مستمر."]


def test_every_layout_gives_the_same_articles(empty_project):
    for name, content in LAYOUTS.items():
        empty_project.write(name, content)
        empty_project.write(f"utf-16/{name}", b"\xff\xfe" + content.removeprefix("\ufeff").encode("utf-16-le"))
    empty_project.write("a.zip", zipped({"a.json.gz": gzip.compress(LAYOUTS["list.json"].encode())}))
    build = empty_project.build()
    assert rejects(build) == []
    expected = [(record["title"], record["text"]) for record in RECORDS]
    assert texts(build) == expected * (2 * len(LAYOUTS) + 1)


def test_one_article_is_named_by_its_path_and_keeps_its_id_when_it_is_edited(empty_project):
    empty_project.write("a.json", dumped({"id": 7, **RECORDS[0]}))
    (before,) = empty_project.build().rows("articles")
    empty_project.write("a.json", dumped({"id": 7, **RECORDS[1]}))
    (after,) = empty_project.build().rows("articles")
    assert before["article_id"] == after["article_id"]
    assert (after["record"], extra(after)) == (None, {"id": "7"})


def test_a_faulty_item_costs_no_other_and_is_told_with_its_place(empty_project):
    content = f"[{dumped(RECORDS[0])},\n {{\"text\": nope}},\n {dumped(RECORDS[1])}, 7]"
    empty_project.write("a.json", content)
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    assert texts(build) == [(record["title"], record["text"]) for record in RECORDS[:2]]
    first, second = build.rows("rejects")
    at = len(content[: content.index("nope")].encode())
    assert first["message"].startswith(f"line 2, byte {at}: not a JSON object: expected a value: ")
    assert "found \"nope}" in first["message"]
    assert (first["record"], second["record"]) == ("item 2", "item 4")
    assert "expected one object in braces; found \"7\"" in second["message"]


def test_a_list_that_is_cut_off_gives_what_is_before_the_cut(empty_project):
    for name, value in (("list", RECORDS), ("wrapped", {"articles": RECORDS})):
        empty_project.write(f"{name}.json", dumped(value).encode()[:-40])
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    assert texts(build) == [(record["title"], record["text"]) for record in RECORDS[:2]] * 2
    assert [code for _, _, code in rejects(build)] == ["broken_record"] * 2
    assert all("cut off" in row["message"] for row in build.rows("rejects"))


def test_fields_inside_fields_are_named_by_their_path(empty_project):
    feature = {"type": "Feature", "properties": {"name": words("n", 4), "text": words(1), "lang": "ar"}}
    empty_project.write("a.json", dumped({"type": "FeatureCollection", "features": [feature]}))
    told = empty_project.tarmim("run", expect=5).stderr
    assert 'in features[].properties.text; set fields.text = ["properties.text"] to read each item' in told
    empty_project.configure("fields", "text", '["properties.text"]')
    empty_project.configure("fields", "title", '["properties.name"]')
    empty_project.write("b.parquet", parquet([feature]))
    build = empty_project.build()
    assert texts(build) == [(words("n", 4), words(1))] * 2
    for row in build.rows("articles"):
        assert extra(row) == {"type": "Feature", "properties": '{"lang":"ar"}'}


def test_paragraphs_inside_a_list_of_objects_are_joined(empty_project):
    empty_project.configure("fields", "text", '["blocks.text"]')
    empty_project.write("a.json", dumped({"blocks": [{"text": words(1, 20)}, {"image": "x"}, {"text": words(2, 20)}]}))
    build = empty_project.build()
    (article,) = build.rows("articles")
    assert raw_text(build, article) == f"{words(1, 20)} {words(2, 20)}"


def test_lists_inside_objects_are_told_once(empty_project):
    """Blocks of one article look like a list of articles."""
    blocks = [{"type": "paragraph", "text": words(number, 20)} for number in range(3)]
    for name in "ab":
        empty_project.write(f"{name}.json", dumped({"title": words(name, 4), "blocks": blocks}))
    told = empty_project.tarmim("run").stderr
    (line,) = [line for line in told.splitlines() if line.startswith("warning: ")]
    assert "2 .json files (the first: a.json)" in line and 'fields.text = ["blocks.text"]' in line
    assert empty_project.current().table("articles").num_rows == 6
    empty_project.configure("fields", "text", '["blocks.text"]')
    build = empty_project.build()
    assert texts(build) == [(words(name, 4), " ".join(block["text"] for block in blocks)) for name in "ab"]


def test_a_data_frame_by_columns_is_told(empty_project):
    columns = {name: {str(number): record[name] for number, record in enumerate(RECORDS)} for name in ("title", "text")}
    empty_project.write("a.json", dumped(columns))
    assert 'orient="records"' in empty_project.tarmim("run", expect=5).stderr


# What stands for no value


def test_nan_in_json_and_the_words_for_no_value_are_none(field_project):
    build = field_project("21-nan-json").build()
    assert rejects(build) == []
    assert [(row["title"], row["byline"]) for row in build.rows("articles")] == [("عنوان", None), (None, None)]
    assert [row["raw_text"] for row in build.sentences_by_path()["b.csv"]] == ["أعلنت الوزارة عن خطة جديدة لدعم الصناعات."]


def test_numbers_that_are_none_are_null_wherever_they_are(empty_project):
    empty_project.write("a.jsonl", f'{{"text": "{words(1)}", "author": NaN, "n": [-Infinity, 1], "t": "NaN"}}\n')
    empty_project.write("b.txt", words(2))
    empty_project.write("b.json", '{"section": "ثقافة", "share": Infinity}')
    found = by_path(empty_project.build())
    assert extra(found["a.jsonl"]) == {"n": "[null,1]", "t": "NaN"}
    assert (found["b.txt"]["section"], extra(found["b.txt"])) == ("ثقافة", {})


@pytest.mark.parametrize("missing", ["nan", "NaN", "None", "null", "NULL", "N/A", "<NA>", "NaT", "\\N", "NA", ""])
def test_the_words_for_no_value_are_none_in_every_format(empty_project, missing):
    record = {"id": "k", "title": missing, "author": missing, "date": missing, "category": missing, "text": words(1)}
    empty_project.write("a.csv", rows([record]))
    empty_project.write("a.parquet", parquet([record]))
    empty_project.write("b.txt", words(2))
    empty_project.write("b.txt.json", dumped({"title": missing}))
    build = empty_project.build()
    for row in build.rows("articles"):
        assert [row[name] for name in ("title", "byline", "published", "section")] == [None] * 4
        assert row["extra"] == []


def test_other_words_for_no_value_can_be_configured(empty_project):
    empty_project.configure("fields", "missing", '["غير معروف"]')
    records = [{"id": "a", "author": "غير معروف", "text": words(1)}, {"id": "b", "author": "nan", "text": words(2)}]
    empty_project.write("a.csv", rows(records))
    found = by_record(empty_project.build())
    assert (found["a"]["byline"], found["b"]["byline"]) == (None, "nan")


# Sidecars


def test_a_compressed_sidecar_is_joined(field_project):
    build = field_project("09-json-gz-sidecar").build()
    assert rejects(build) == []
    (article,) = build.rows("articles")
    assert (article["title"], article["byline"]) == ("فوز جديد", "سالم الرحبي")


@pytest.mark.parametrize("container", ["folder", "zip"])
def test_a_json_beside_an_article_is_its_metadata_and_any_other_an_article(empty_project, container):
    members = {
        "x.html.txt.gz": gzip.compress(words(1).encode()),
        "x.html.json.gz": gzip.compress(b'{"section": "a"}'),
        "y.txt": words(2).encode(),
        "y.json": dumped({"section": "b", "text": words("own")}).encode(),
        "z.txt": words(3).encode(),
        "z.json": dumped(RECORDS).encode(),
        "alone.json": dumped(RECORDS[0]).encode(),
        "gone.txt.json": b'{"section": "c"}',
    }
    prefix = ""
    if container == "zip":
        empty_project.write("a.zip", zipped(members))
        prefix = "a.zip!/"
    else:
        for name, content in members.items():
            empty_project.write(name, content)
    told = empty_project.tarmim("run").stderr
    build = empty_project.current()
    assert rejects(build) == []
    found = [row["source_path"].removeprefix(prefix) for row in build.rows("articles")]
    assert sorted(found) == ["alone.json", "x.html.txt.gz", "y.txt", "z.json", "z.json", "z.json", "z.txt"]
    sections = {path.removeprefix(prefix): row["section"] for path, row in by_path(build).items()}
    assert (sections["x.html.txt.gz"], sections["y.txt"], sections["z.txt"]) == ("a", "b", None)
    for name in ("gone.txt.json", "y.json", "z.json"):
        assert f"(the first: {prefix}{name})" in told
    again = empty_project.tarmim("run").stderr
    assert all(line in again for line in told.splitlines() if line.startswith("warning: "))


def test_a_json_without_a_text_that_describes_nothing_is_told_with_its_fields(empty_project):
    empty_project.write("a.json", dumped({"headline": words(1), "story": words(2)}))
    told = empty_project.tarmim("run", expect=5).stderr
    assert "columns found: headline, story" in told and "fields.text" in told


@pytest.mark.parametrize("around", [("callback(", ");"), ("/**/ app.news_1 (", ")\n")])
def test_a_call_around_the_json_is_named_and_the_advice_works(empty_project, around):
    empty_project.configure("dataset", "max_reject_ratio", "1.0")
    before, after = around
    record = dumped({"text": words(1)})
    empty_project.write("a.json", f"{before}{record}{after}")
    empty_project.write("b.txt", words(2))
    (reject,) = empty_project.build().rows("rejects")
    assert "JSONP" in reject["message"] and before.strip(" (/*") in reject["message"]
    empty_project.write("a.json", record)
    assert empty_project.build().rows("rejects") == []


@pytest.mark.parametrize("value", ["null", " null\n", "12", '"نص"'])
def test_a_file_of_one_value_is_named_and_the_advice_works(empty_project, value):
    empty_project.configure("dataset", "max_reject_ratio", "1.0")
    empty_project.write("a.json", value)
    empty_project.write("b.txt", words(2))
    (reject,) = empty_project.build().rows("rejects")
    assert "all that the file holds is" in reject["message"] and "ingest.skip" in reject["message"]
    empty_project.configure("ingest", "skip", '["a.json"]')
    assert empty_project.build().rows("rejects") == []


def test_what_the_api_of_wordpress_gives_is_read_without_a_setting(empty_project):
    post = {
        "id": 9, "title": {"rendered": f" {words(1, 4)} &#8211; نعم"}, "authors": [{"name": "سالم"}, {"name": "ليلى"}],
        "content": {"rendered": f"<p>{words(2)}</p>", "protected": False},
    }
    empty_project.write("a.json", dumped([post]))
    build = empty_project.build()
    assert texts(build) == [(f"{words(1, 4)} – نعم", words(2))]
    assert [row["byline"] for row in build.rows("articles")] == ["سالم، ليلى"]


def test_a_long_number_is_a_key_with_all_its_digits(empty_project):
    number = "12345678901234567890123"
    empty_project.write("a.jsonl", "".join(f'{{"id": {number}{n}, "text": "{words(n)}"}}\n' for n in (1, 2)))
    assert [row["record"] for row in empty_project.build().rows("articles")] == [number + "1", number + "2"]
