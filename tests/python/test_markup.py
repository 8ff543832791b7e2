"""Markup in texts: tags and entities in records and text files, and newswires in SGML or XML."""

import datetime
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

PLANS = ["أعلنت الوزارة عن خطة جديدة لدعم الصناعات الصغيرة.", "وأضافت أن التنفيذ يبدأ غدا."]


def body(build, path, record=None):
    rows = build.sentences_by_path().get(path, [])
    named = {a["article_id"] for a in build.rows("articles") if record is None or a["record"] == record}
    return [row["raw_text"] for row in rows if row["kind"] != "headline" and row["article_id"] in named]


def article(build, path, record=None):
    (found,) = [a for a in build.rows("articles") if a["source_path"] == path and record in (None, a["record"])]
    return found


@pytest.fixture
def empty(project):
    for path in project.input.rglob("*.txt"):
        path.unlink()
    return project


# ---------------------------------------------------------------- tags and entities in fields


@pytest.mark.parametrize(
    "text",
    [
        "<style>p {color: red}</style><p>{0}</p><p>{1}</p>",
        "<o:p></o:p><span lang=AR-SA>{0}</span><p class=MsoNormal>{1}</p>",
        "<![CDATA[<p>{0}</p><p>{1}</p>]]>",
        "<p>{0}<\\/p><p>{1}<\\/p>",
        "{0}\\r\\n{1}\\n",
        "[caption id=\"1\"]صورة[/caption]{0}<!--more-->{1}",
        "{0}<ref>مصدر آخر</ref> {1}",
    ],
)
def test_a_text_file_is_read_as_the_same_text_in_a_record(empty, text):
    text = text.replace("{0}", PLANS[0]).replace("{1}", PLANS[1])
    empty.write("a.txt", text)
    empty.write("b.jsonl", json.dumps({"text": text}, ensure_ascii=False))
    build = empty.build()
    assert (body(build, "a.txt"), body(build, "b.jsonl")) == (PLANS, PLANS)


def test_field_14_markup_in_records(field_project):
    project = field_project("14-markup-in-fields")
    build = project.build()
    assert body(build, "a.jsonl", "1") == PLANS
    assert body(build, "a.jsonl", "2") == ['قال الوزير: "سنبدأ العمل غدا."', "وأضاف أن الخطة جاهزة.", "النص آخر."]
    assert article(build, "a.jsonl", "2")["title"] == 'وزير "الصناعة" يعلن الخطة'


HTML = "<p>" + PLANS[0] + "</p><p>وأضافت أن&nbsp;التنفيذ <b>يبدأ</b> غدا.</p>"


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "txt"])
def test_every_format_is_free_of_markup(empty, form):
    if form == "jsonl":
        content = json.dumps({"id": "1", "text": HTML}, ensure_ascii=False)
    elif form == "csv":
        content = f'id,text\n1,"{HTML}"\n'
    elif form == "txt":
        content = HTML
    else:
        sink = io.BytesIO()
        pq.write_table(pa.table({"id": ["1"], "text": [HTML]}), sink)
        content = sink.getvalue()
    empty.write(f"a.{form}", content)
    assert body(empty.build(), f"a.{form}") == PLANS


def test_source_bytes_count_in_the_text_without_markup(empty):
    empty.write("a.jsonl", json.dumps({"text": HTML}))
    for row in empty.build().rows("sentences"):
        text = "\n\n".join(PLANS).encode()
        assert text[row["source_start"] : row["source_end"]].decode() == row["raw_text"]


def test_text_about_markup_and_text_that_only_looks_like_it(empty):
    texts = [
        "إذا كان a < b فإن c > d في كل الحالات.",
        "قالت <<الخليج>> أمس إن R&D مهم & ضروري.",
        "يستخدم الوسم <br> لكسر السطر، والوسم <p> لفقرة جديدة.",
    ]
    empty.write("a.jsonl", "\n".join(json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts)))
    build = empty.build()
    for number, text in enumerate(texts):
        assert " ".join(body(build, "a.jsonl", str(number))) == text


def test_markup_is_left_where_that_is_wanted(empty):
    empty.write("a.jsonl", json.dumps({"text": "<p>أعلنت الوزارة خطة</p>"}))
    empty.configure("fields", "markup", '"none"')
    assert body(empty.build(), "a.jsonl") == ["<p>أعلنت الوزارة خطة</p>"]


# ---------------------------------------------------------------- SGML and XML


def test_field_16_sgml_in_txt(field_project):
    project = field_project("16-sgml-in-txt")
    build = project.build()
    path = "politics/JA-politics-1-20160307.txt"
    found = article(build, path)
    assert (found["title"], found["published"], found["section"]) == ("خطة جديدة للصناعة", datetime.date(2016, 3, 7), "politics")
    assert found["record"] == "JA-politics-1-20160307"
    assert body(build, path) == PLANS


GIGAWORD = "".join(
    f"""<DOC id="AFP_ARB_19940513.000{n}" type="story" >
<HEADLINE>
خطة جديدة للصناعة
</HEADLINE>
<TEXT>
<P>
أعلنت الوزارة عن خطة جديدة
لدعم الصناعات الصغيرة.
</P>
<P>
وأضافت أن التنفيذ يبدأ غدا.
</P>
</TEXT>
</DOC>
"""
    for n in (1, 2, 3)
)


@pytest.mark.parametrize("name", ["a.sgml", "a.sgm", "a.xml", "a.txt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1256"])
def test_a_newswire_of_many_articles(empty, name, encoding):
    empty.write(name, GIGAWORD.encode(encoding))
    build = empty.build()
    for number in (1, 2, 3):
        record = f"AFP_ARB_19940513.000{number}"
        found = article(build, name, record)
        assert (found["title"], found["published"]) == ("خطة جديدة للصناعة", datetime.date(1994, 5, 13))
        assert body(build, name, record) == PLANS


def test_the_elements_of_other_corpora(empty):
    text = " ".join(PLANS)
    empty.write("abu.xml", f"<Techreen>\n<ID>T_1</ID>\n<URL>http://x/1</URL>\n<Headline>عنوان أول</Headline>\n<Dateline>21/1/2014</Dateline>\n<Text>{text}</Text>\n</Techreen>\n<Techreen>\n<ID>T_2</ID>\n<Headline>عنوان ثان</Headline>\n<Dateline>22/1/2014</Dateline>\n<Text>{text}</Text>\n</Techreen>")
    empty.write(
        "feed.xml",
        f"""<?xml version="1.0"?><rss version="2.0"><channel><title>المرسى</title><description>أخبار</description>
<item><title>عنوان</title><link>http://x/1</link><pubDate>Mon, 07 Mar 2016 10:00:00 GMT</pubDate><description><![CDATA[<p>{PLANS[0]}</p><p>{PLANS[1]}</p>]]></description></item></channel></rss>""",
    )
    empty.write("bad.xml", f"<DOC><DOCNO>1<TITLE>عنوان<TEXT>{text}\n<DOC><DOCNO>2<TITLE>عنوان<TEXT>{text} a < b & <<نعم>>.")
    empty.write("own.xml", f"<أخبار><خبر><العنوان>عنوان</العنوان><النص>{text}</النص></خبر></أخبار>")
    build = empty.build()
    assert [article(build, "abu.xml", f"T_{n}")["published"].day for n in (1, 2)] == [21, 22]
    assert article(build, "feed.xml")["title"] == "عنوان" and article(build, "feed.xml")["published"] == datetime.date(2016, 3, 7)
    assert article(build, "own.xml")["title"] == "عنوان"
    for path, record in [("abu.xml", "T_1"), ("abu.xml", "T_2"), ("feed.xml", None), ("bad.xml", "1"), ("own.xml", None)]:
        assert body(build, path, record) == PLANS, path
    assert " ".join(body(build, "bad.xml", "2")).endswith("a < b & <<نعم>>.")


def test_what_cannot_be_read_is_told(empty):
    empty.write("good.sgml", GIGAWORD)
    empty.write("unknown.xml", "<catalogue><thing><name>شيء</name></thing><thing><name>آخر</name></thing></catalogue>")
    empty.write("stray.sgml", GIGAWORD + "<DOCNO>9</DOCNO><TEXT>" + " ".join(PLANS) + "</TEXT></DOC>")
    empty.configure("dataset", "max_reject_ratio", "1.0")
    empty.tarmim("run", expect=(0, 5))
    rejects = {row["source_path"]: row for row in empty.current().rows("rejects")}
    assert rejects["unknown.xml"]["code"] == "unknown_markup"
    assert "name (2), thing (2)" in rejects["unknown.xml"]["message"]
    assert "fields.text" in rejects["unknown.xml"]["message"]
    assert rejects["stray.sgml"]["code"] == "broken_record"
    assert "good.sgml" not in rejects
