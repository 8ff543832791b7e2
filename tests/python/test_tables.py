"""Tables as people have them: every dialect of CSV, spreadsheets, an index without a name, keys that are none."""

import csv
import datetime
import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from sources import GOOD, by_path, by_record, extra, jsonl, raw_text, rejects, rows, words, zipped

RECORDS = [
    {"id": f"r{number}", "title": words(f"t{number}", 4), "text": f'قال: "{words(number, 9)}"، ثم; عاد, {words(-number, 9)}'}
    for number in range(3)
]


def texts(build):
    return {row["record"]: raw_text(build, row) for row in build.rows("articles")}


EXPECTED = {record["id"]: f"{record['title']} {record['text']}" for record in RECORDS}


def written(delimiter=",", **options):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(RECORDS[0]), delimiter=delimiter, **options)
    writer.writeheader()
    writer.writerows(RECORDS)
    return out.getvalue()


ESCAPED = {"doublequote": False, "escapechar": "\\"}
DIALECTS = {
    "semicolon": written(";").encode("utf-8-sig"),
    "tab": written("\t").encode(),
    "bar": written("|").encode(),
    "ctrl-a": written("\x01").encode(),
    "told": b"sep=;\r\n" + written(";").encode(),
    "told-quoted": b'"sep=|"\r\n' + written("|").encode(),
    "backslash": written(**ESCAPED).encode(),
    "backslash-all": written(";", quoting=csv.QUOTE_ALL, **ESCAPED).encode(),
    "unquoted": written("\t", quoting=csv.QUOTE_NONE, quotechar=None).encode(),
    "unicode-text": b"\xff\xfe" + written("\t").encode("utf-16-le"),
    "cp1256": written(";").encode("cp1256"),
    "empty-rows": written(";").encode() + b";;\r\n;;\r\n",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_every_dialect_is_found(empty_project, dialect, name):
    empty_project.write(name, DIALECTS[dialect])
    build = empty_project.build()
    assert rejects(build) == []
    assert texts(build) == EXPECTED


def test_the_dialects_of_the_field_are_read(field_project):
    build = field_project("25-csv-dialects").build()
    assert rejects(build) == []
    news = "عنوان أعلنت الوزارة عن خطة جديدة لدعم الصناعات الصغيرة."
    assert {path: raw_text(build, row) for path, row in by_path(build).items()} == {
        "backslash.csv": 'عنوان قال الوزير: "نعم", ثم غادر.',
        "excel_unicode.csv": news,
        "semicolon.csv": news,
        "sep.csv": news,
    }


def test_a_dialect_can_be_set(empty_project):
    content = written("^", quoting=csv.QUOTE_NONE, quotechar=None).encode()
    empty_project.write("a.csv", content)
    empty_project.tarmim("run", expect=5)
    empty_project.configure("ingest", "delimiter", '"^"')
    empty_project.configure("ingest", "quotes", '"none"')
    assert texts(empty_project.build()) == EXPECTED


@pytest.mark.parametrize("value", ['"ab"', '"a"', '"\\""', "1"])
def test_what_cannot_separate_fields_is_refused(project, value):
    line = project.configure("ingest", "delimiter", value)
    told = project.tarmim("check", expect=2).stderr
    assert "delimiter" in told and f":{line}:" in told


def test_a_faulty_row_is_told_with_its_line_and_what_could_be_set(empty_project):
    content = b'id,text\r\n1,"' + words(1, 9).encode() + b'\r\n\r\n\r\nx"\r\n2,"a" b\r\n3,x,y\r\n'
    empty_project.write("a.csv", content)
    empty_project.write("b.txt", words(2))
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    build = empty_project.build()
    misquoted, long = build.rows("rejects")
    assert misquoted["message"].startswith("line 6: ") and 'ingest.quotes = "backslash"' in misquoted["message"]
    assert long["message"].startswith("line 7: 3 fields, but the header has 2") and "ingest.delimiter" in long["message"]
    assert misquoted["byte_offset"] == content.index(b'2,"a" b')


def test_an_index_without_a_name_is_a_column_like_any_other(field_project, empty_project):
    build = field_project("20-pandas-csv").build()
    assert rejects(build) == []
    assert [(row["title"], row["published"]) for row in build.rows("articles")] == [
        ("عنوان أول", datetime.date(2020, 1, 5)),
        ("عنوان ثان", datetime.date(2020, 1, 6)),
    ]
    assert [extra(row) for row in build.rows("articles")] == [{"column 1": "0"}, {"column 1": "1"}]
    empty_project.write("a.csv", f",,Unnamed: 0,text,\n0,5,7,{words(1)},\n")
    (article,) = empty_project.build().rows("articles")
    assert extra(article) == {"column 1": "0", "column 2": "5", "Unnamed: 0": "7"}


# Keys


def test_articles_with_one_key_are_all_kept_and_told(field_project):
    project = field_project("23-duplicate-ids")
    told = project.tarmim("run").stderr
    build = project.current()
    assert rejects(build) == []
    assert len(by_record(build)) == 4
    (line,) = [line for line in told.splitlines() if "all.csv" in line]
    assert line.startswith("warning: ") and "2" in line and "fields.id = []" in line
    assert line in project.tarmim("run").stderr, "an up-to-date run says so again"
    assert line.removeprefix("warning: ") in project.tarmim("check").stdout
    project.configure("fields", "id", "[]")
    assert "warning" not in project.tarmim("run").stderr
    assert len(by_record(project.current())) == 4


def test_the_ids_of_articles_with_one_key_are_stable(empty_project):
    records = [{"id": "k", "text": words(number)} for number in (1, 2, 3, 2)]
    empty_project.write("a.jsonl", jsonl(records))
    before = [(row["record"], row["article_id"]) for row in empty_project.build().rows("articles")]
    assert before[0][0] == "k" and len({article for _, article in before}) == 4
    empty_project.write("a.jsonl", jsonl([records[0], {"id": "new", "text": words(9)}, records[2]]))
    after = [(row["record"], row["article_id"]) for row in empty_project.build().rows("articles")]
    assert after[::2] == [before[0], before[2]]


# Metadata


def test_a_table_that_describes_more_articles_than_there_are_rejects_none(empty_project):
    table = [{"path": f"{number}.txt", "byline": "هند"} for number in range(5000)]
    empty_project.write("metadata.csv", rows(table))
    for number in range(40):
        empty_project.write(f"{number * 7}.txt", words(number, 12))
    told = empty_project.tarmim("run").stderr
    build = empty_project.current()
    assert rejects(build) == []
    assert [row["byline"] for row in build.rows("articles")] == ["هند"] * 40
    (line,) = [line for line in told.splitlines() if "metadata.csv" in line]
    assert "4960 of 5000 rows" in line and "row 2, 1.txt" in line
    assert line in empty_project.tarmim("run").stderr
    assert line in empty_project.tarmim("check").stdout
    assert line in empty_project.tarmim("plan").stdout


def test_metadata_that_describe_nothing_are_told(empty_project):
    empty_project.write("a.txt", words(1))
    empty_project.write("other/metadata.csv", rows([{"path": "a.txt", "byline": "هند"}]))
    told = empty_project.tarmim("run").stderr
    assert "warning: other/metadata.csv: none of its rows (1) describes an article" in told
    assert "row 1, other/a.txt" in told


def test_metadata_alone_are_nothing_to_read(empty_project):
    empty_project.write("gone.txt.json", '{"title": "x"}')
    for command in ("run", "check", "plan"):
        told = empty_project.tarmim(command, expect=3)
        assert "gone.txt.json" in told.stderr + told.stdout


@pytest.mark.parametrize("name", ["metadata.csv", "Metadata.CSV", "metadata.tsv.gz", "metadata.xlsx"])
def test_metadata_come_in_every_dialect(empty_project, name):
    empty_project.write("a.txt", words(1))
    table = [{"file_name": "a", "author": "هند"}]
    content = {"gz": lambda: __import__("gzip").compress(rows(table, ";")), "xlsx": lambda: xlsx([[list(table[0]), list(table[0].values())]])}
    empty_project.write(name, content.get(name.split(".")[-1], lambda: rows(table, ";"))())
    (article,) = empty_project.build().rows("articles")
    assert article["byline"] == "هند"


# Spreadsheets


class Date(str):
    """A day as Excel has it: a number, with a style that makes a date of it."""


def cell(place, value):
    if value is None:
        return ""
    if isinstance(value, Date):
        days = (datetime.date.fromisoformat(value) - datetime.date(1899, 12, 30)).days
        return f'<c r="{place}" s="1"><v>{days}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def xlsx(sheets):
    """A workbook as Excel writes it, with the sheets given as lists of rows."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="ورقة {n}" sheetId="{n}" r:id="rId{n}"/>' for n in names)
    targets = "".join(f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in names)
    styles = f'<Relationship Id="rId99" Type="{office}/styles" Target="styles.xml"/>'
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}">{targets}{styles}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    for number, table in enumerate(sheets, 1):
        lines = "".join(
            f'<row r="{r}">' + "".join(cell(f"{chr(64 + c)}{r}", value) for c, value in enumerate(row, 1)) + "</row>"
            for r, row in enumerate(table, 1)
        )
        members[f"xl/worksheets/sheet{number}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'
    return zipped(members)


NEWS = [["id", "title", "text", "date"], *[[n, words(f"t{n}", 4), words(n, 20), Date(f"2020-01-0{n}")] for n in (1, 2)]]


def test_a_spreadsheet_is_a_table_of_articles(empty_project):
    empty_project.write("news.xlsx", xlsx([NEWS]))
    empty_project.write("a.zip", zipped({"news.xlsx": xlsx([NEWS])}, zipfile.ZIP_STORED))
    build = empty_project.build()
    assert rejects(build) == []
    for path in ("news.xlsx", "a.zip!/news.xlsx"):
        found = {row["record"]: row for row in build.rows("articles") if row["source_path"] == path}
        assert {key: row["published"] for key, row in found.items()} == {
            "1": datetime.date(2020, 1, 1),
            "2": datetime.date(2020, 1, 2),
        }
        assert raw_text(build, found["1"]) == f"{words('t1', 4)} {words(1, 20)}"


def test_the_first_sheet_with_a_usable_header_is_read_and_the_others_are_told(empty_project):
    report = [["تقرير"], [], *NEWS, [None, None, None, None], [3, words("t3", 4), words(3, 20), None]]
    empty_project.write("news.xlsx", xlsx([[["ملاحظات"]], report, NEWS]))
    told = empty_project.tarmim("run").stderr
    build = empty_project.current()
    assert rejects(build) == []
    assert list(by_record(build)) == ["1", "2", "3"]
    (line,) = [line for line in told.splitlines() if "news.xlsx" in line]
    assert '"ورقة 2"' in line and '"ورقة 1" (1 rows), "ورقة 3" (3 rows)' in line


def test_a_spreadsheet_that_cannot_be_used_is_told(empty_project):
    empty_project.write("a.txt", words(1))
    empty_project.write("header.xlsx", xlsx([[["a", "b"], [1, 2]]]))
    empty_project.write("broken.xlsx", xlsx([NEWS])[:-30])
    empty_project.write("page.xls", b"<html><table></table></html>")
    empty_project.write("large.xlsx", xlsx([[["text"], ["x" * (1 << 20)]]]))
    empty_project.configure("ingest", "max_file_mib", 1)
    empty_project.configure("dataset", "max_reject_ratio", 0.9)
    found = {row["source_path"]: row for row in empty_project.build().rows("rejects")}
    assert {path: row["code"] for path, row in found.items()} == {
        "header.xlsx": "broken_header",
        "broken.xlsx": "broken_table",
        "page.xls": "unsupported",
        "large.xlsx": "too_large",
    }
    assert "a table in HTML or XML" in found["page.xls"]["message"]
    assert "a, b" in found["header.xlsx"]["message"] and "fields.text" in found["header.xlsx"]["message"]


# Vocabularies

HEADER = ["id", "label", "category", "variants"]
CONCEPTS = [["industry", "صناعة", "economy", "مصنع;معمل"], ["covid", "كوفيد-19", "health", ""]]
VOCABULARIES = {
    "v.csv": rows([dict(zip(HEADER, concept)) for concept in CONCEPTS], ";"),
    "v.tsv": b"\xff\xfe" + rows([dict(zip(HEADER, concept)) for concept in CONCEPTS], "\t").decode().encode("utf-16-le"),
    "windows.csv": rows([dict(zip(HEADER, concept)) for concept in CONCEPTS]).decode().encode("cp1256"),
    "v.xlsx": xlsx([[["مفردات"]], [HEADER, *CONCEPTS]]),
}


@pytest.mark.parametrize("name", VOCABULARIES)
def test_a_vocabulary_comes_in_every_dialect(empty_project, name):
    (empty_project.root / name).write_bytes(VOCABULARIES[name])
    empty_project.write("a.txt", "ارتفعت إصابات كوفيد-19 في المصانع والمعامل أمس، وتوقفت الصناعة في المدينة.")
    build = empty_project.build("--vocabulary", name)
    found = [(row["keyword_id"], row["surface"]) for row in build.rows("keywords")]
    assert ("covid", "كوفيد-19") in found and ("industry", "الصناعة") in found


def test_labels_that_are_resources_are_found(field_project):
    project = field_project("17-skos-xl")
    build = project.build("--vocabulary", "xl.ttl")
    found = [(row["keyword_id"], row["surface"]) for row in build.rows("keywords")]
    assert found == [("c1", "الصناعات الصغيرة"), ("c1", "والمصانع الصغرى.")]
    assert "notice" not in project.tarmim("check", "--vocabulary", "xl.ttl").stdout


def test_labels_with_numbers_other_scripts_and_persian_letters_are_found(field_project):
    project = field_project("18-vocabulary-digits")
    build = project.build("--vocabulary", "v.csv")
    found = {row["keyword_id"]: row["surface"] for row in build.rows("keywords")}
    expected = {"covid": "كوفيد-19", "g20": "مجموعة العشرين G20", "congress": "المؤتمر العام", "bank": "بانك مركزي"}
    assert found == expected
    assert build.table("keywords").num_rows == 4
    assert "notice" not in project.tarmim("check", "--vocabulary", "v.csv").stdout


USELESS = {
    "empty.csv": ("id,label,category,variants\n", "has no concept"),
    "latin.ttl": (
        '@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n<urn:x:a> a skos:Concept ; skos:prefLabel "oil"@en .\n',
        "none of its concepts (1)",
    ),
    "half.csv": ("id,label,category,variants\na,(1),x,\nb,(2),x,\nc,نفط,x,\n", "only 1 of 3 concepts"),
}


@pytest.mark.parametrize("name", USELESS)
def test_a_vocabulary_of_which_little_can_be_found_is_a_warning_on_every_run(empty_project, name):
    content, said = USELESS[name]
    (empty_project.root / name).write_text(content, encoding="utf-8")
    empty_project.write("a.jsonl", jsonl(GOOD))
    for _ in range(2):
        told = empty_project.tarmim("run", "--vocabulary", name).stderr
        assert any(line.startswith(f"warning: {name}: ") and said in line for line in told.splitlines()), told
    assert f"warning: {name}: " in empty_project.tarmim("check", "--vocabulary", name).stdout
    assert f"warning: {name}" not in empty_project.tarmim("run").stderr
