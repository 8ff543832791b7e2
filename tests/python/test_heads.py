"""The head of an article, end to end: what is claimed as dateline, byline and headline, and what is left alone."""

import pytest

DUBAI, NEW_YORK, AMMAN = "دبي، الإمارات العربية المتحدة (CNN)--", "نيويورك، الولايات المتحدة الأمريكية (CNN) —", "عمان، الأردن (CNN) --"
# What follows a stripped head, so that an article is long enough to be one.
STRIPPED = "وقال الوزير ن الخط تشمل قروضا ميسر وعفات ضريبي للعديد من المنشت الصناعي الصغير والمتوسط في جميع المناطق"


def articles_of(project):
    build = project.build()
    articles = {row["source_path"]: row for row in build.rows("articles")}
    return {path: (articles[path], rows) for path, rows in build.sentences_by_path().items()}


def test_a_country_is_no_author(field_project):
    found = articles_of(field_project("01-lead-country-as-author"))
    for path, dateline, verb in [("a.txt", DUBAI, "قال"), ("b.txt", NEW_YORK, "كشفت"), ("c.txt", AMMAN, "شارك")]:
        article, rows = found[path]
        assert (article["byline"], article["dateline"]) == (None, dateline)
        assert [row["kind"] for row in rows] == ["dateline", "body", "body"]
        assert rows[1]["raw_text"].split()[0] == verb
        assert 0.9 < rows[0]["boundary_confidence"] < 1, "an estimate, not a certainty"


def test_a_line_break_ends_a_credit(field_project):
    found = articles_of(field_project("02-lead-across-line-break"))
    for path, body in [("a.txt", "معطيات"), ("b.txt", "أفادت"), ("c.txt", "الرئيس")]:
        article, rows = found[path]
        assert article["byline"] is None
        assert [row["raw_text"].split()[0] for row in rows[-2:]] == [body, {"a.txt": "وقالت", "b.txt": "ولم", "c.txt": "وقال"}[path]]


def test_a_place_in_a_sentence_is_no_dateline(field_project):
    found = articles_of(field_project("03-lead-subject-as-dateline"))
    assert {path: article["byline"] for path, (article, _) in found.items()} == dict.fromkeys(found)
    datelines = {path: article["dateline"] for path, (article, _) in found.items() if article["dateline"]}
    assert datelines == {"b.txt": "زغرب 16 يوليو (خدمة رويترز الرياضية العربية) -"}
    assert found["a.txt"][1][0]["raw_text"] == 'الجزائر وتونس يستهلان تصفيات "كان 2025" بفوز صعب.'
    assert found["d.txt"][1][0]["raw_text"].startswith("أوردت وكالة رويترز")
    assert len(found["e.txt"][1]) == 1


@pytest.mark.parametrize(
    ("head", "remnants"),
    [("بيونغ يانغ فب سقط منتخب الامارات", ["فب"]), ("برلين دب علنت الحكوم اللماني", ["دب"]), ("برلين د ب علنت الحكوم", ["د", "ب"]), ("الرياض واس صدر مر", ["واس"])],
    ids=["AFP", "DPA", "DPA with spaces", "SPA"],
)
def test_the_remains_of_an_agency_are_left_alone_and_not_tagged(empty_project, head, remnants):
    empty_project.write("a.txt", f"{head} {STRIPPED}")
    build = empty_project.build()
    rows = build.sentences_by_path()["a.txt"]
    dateline = rows[0]
    assert dateline["kind"] == "dateline"
    assert dateline["text"].split()[-len(remnants) :] == remnants
    surfaces = {row["surface"] for row in build.rows("keywords")}
    assert not surfaces & {*remnants, "دبي"}


@pytest.mark.parametrize("remnant", ["وفا", "قنا", "فب", "ف ب", "دب", "وام", "رويترز"])
def test_an_agency_at_the_end_is_left_alone(empty_project, remnant):
    empty_project.write("a.txt", f"علنت الحكوم عن خط جديد لدعم الصناعات {STRIPPED} {remnant}")
    build = empty_project.build()
    text = " ".join(row["text"] for row in build.sentences_by_path()["a.txt"])
    assert text.endswith(f" {remnant}")


def test_a_headline_that_runs_into_stripped_text_is_a_row(empty_project):
    headline = "سقوط الامارات في فخ التعادل السلبي مع كوريا الشمالي"
    empty_project.write("a.txt", f"{headline} بيونغ يانغ فب سقط منتخب الامارات لكر القدم في فخ التعادل السلبي {STRIPPED}")
    rows = empty_project.build().sentences_by_path()["a.txt"]
    assert [(row["kind"], row["raw_text"]) for row in rows[:2]] == [("headline", headline), ("dateline", "بيونغ يانغ فب")]


BODY = "أعلنت وزارة الصحة أمس عن خطة جديدة لتوسيع المستشفيات في جميع المناطق، وقال الوزير إن العمل يبدأ في الشهر المقبل ويستمر ثلاث سنوات على الأقل."


@pytest.mark.parametrize(
    ("head", "kinds"),
    [
        ("خطة جديدة للمستشفيات", ["headline"]),
        ("المستشفيات", ["headline"]),
        ("ارتفع المؤشر العام للسوق ووصل إلى 2723 نقطة\n.وبلغ إجمالي التداول 158 مليون درهم في جلسة أمس التي شهدت نشاطا كبيرا في قطاع العقار", []),
        ("وتجذب المدينة الشريحة الأكبر من السياحة ففيها\nآثار كثيرة من كل العصور", []),
        ("جسيمة\nتصحيح المخالفة مع إحالة المخالف", []),
        ("رقم 4 وتاريخ 28 / 2 / 1446 الموافق 1 / 9 / 2024", []),
        ("الصادرة بموجب القرار الوزاري رقم 710", []),
    ],
    ids=["a headline", "of one word", "full stop on the next line", "open clause", "cell of a table", "number of a law", "under the title of a law"],
)
def test_a_first_line_is_a_headline_only_if_it_stands_for_itself(empty_project, head, kinds):
    empty_project.write("a.txt", f"{head}\n{BODY}")
    rows = empty_project.build().sentences_by_path()["a.txt"]
    assert [row["kind"] for row in rows if row["kind"] != "body"] == kinds


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (f"إعداد: محمد صالح القرق\n{BODY}", ["إعداد: محمد صالح القرق"]),
        (f"إعداد: محمد صالح القرق {BODY}", ["إعداد: محمد صالح القرق"]),
        (f"إعداد: أمل سرور لحظة تاريخية هي تلك التي شهدت الافتتاح. {BODY}", ["إعداد: أمل سرور"]),
        # Nothing shows where one name ends and the next begins: in doubt, the words stay in the text.
        (f"إعداد: محمد صالح القرق أبو قحافة هو والد الخليفة. {BODY}", []),
        (f"واكدت الاناضول ان الدفاع التركي علنت عن خط جديد {STRIPPED}", []),
    ],
    ids=["line of its own", "before a report", "before a headline", "before a headline of names", "a verb before the agency"],
)
def test_a_credit_ends_where_something_shows_it(empty_project, text, claims):
    empty_project.write("a.txt", text)
    rows = empty_project.build().sentences_by_path()["a.txt"]
    assert [row["text"] for row in rows if row["kind"] != "body"] == claims


def test_the_place_of_the_next_reporter_is_no_name(empty_project):
    empty_project.write("a.txt", f"بوظبي مهند داغر دبي نور داود شهد سوق دبي سيول استثناي {STRIPPED}")
    rows = empty_project.build().sentences_by_path()["a.txt"]
    assert not [row["text"] for row in rows if row["kind"] == "byline" and "دبي" in row["text"]]
