"""Pages: the words of the article that a reader sees, each once and in order, and no others."""

from difflib import SequenceMatcher

import pytest
from conftest import Project
from pages import pages

COUNT = 200


def compare(page, found):
    """Joined, lost and foreign words of a page."""
    joined, lost, foreign = [], [], []
    pairs = {a + b for a, b in zip(page.words, page.words[1:])}
    for tag, a, b, c, d in SequenceMatcher(None, page.words, found, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        lost += page.words[a:b]
        for word in found[c:d]:
            (joined if word in pairs else foreign).append(word)
    # What stands at the head of the article may be in the text as well as in columns.
    return joined, lost, [word for word in foreign if word not in page.head_words]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("pages"), with_seeds=False)
    written = pages(COUNT)
    for page in written:
        project.write(f"{page.name}.html", page.html)
    return written, project.build()


def texts(build):
    """The words of each page's rows, headlines left out."""
    found = {}
    for path, rows in build.sentences_by_path().items():
        found[path] = " ".join(row["raw_text"] for row in rows if row["kind"] != "headline").split()
    return found


def test_the_words_of_generated_pages(built):
    written, build = built
    found = texts(build)
    faults = {"joined": {}, "lost": {}, "foreign": {}}
    for page in written:
        for kind, words in zip(faults, compare(page, found.get(f"{page.name}.html", []))):
            if words:
                faults[kind][page.name] = " ".join(words)
    assert faults == {"joined": {}, "lost": {}, "foreign": {}}


def test_date_and_author_at_the_head_are_not_lost(built):
    written, build = built
    found, articles = texts(build), {row["source_path"]: row for row in build.rows("articles")}
    lost = {}
    for page in written:
        article, words = articles.get(f"{page.name}.html"), found.get(f"{page.name}.html", [])
        if article is None:
            lost[page.name] = "no article"
            continue
        if page.published and str(article["published"]) != page.published and page.published[:4] not in " ".join(words[:12]):
            lost[page.name] = f"{page.published}, not {article['published']}"
        if page.byline and article["byline"] != page.byline and page.byline.split()[1] not in words[:12]:
            lost[page.name] = f"{page.byline}, not {article['byline']}"
    assert lost == {}


PLAN = """أعلنت وزارة الصناعة أمس عن خطة جديدة لدعم الصناعات الصغيرة والمتوسطة في البلاد، وأضافت أن التنفيذ يبدأ مطلع الشهر المقبل بعد إقرار الموازنة.
وقال الوزير في مؤتمر صحفي إن الخطة تشمل قروضا ميسرة وإعفاءات ضريبية، مشيرا إلى أن عدد المستفيدين سيتجاوز عشرة آلاف منشأة خلال عامين.
وأوضح أن اللجنة المشرفة ستعلن الشروط قريبا، ودعا أصحاب المنشآت إلى تجهيز ملفاتهم قبل نهاية العام.""".splitlines()


def rows(build, path):
    return [row["raw_text"] for row in build.sentences_by_path()[path] if row["kind"] != "headline" or row["raw_text"] != "خطة"]


def test_field_04_line_breaks_beside_paragraphs(field_project):
    build = field_project("04-html-br-glued").build()
    assert rows(build, "a.html") == PLAN
    assert " ".join(rows(build, "b.html")).split()[:4] == "مدينة بيروت مراسل الجريدة".split()
    assert rows(build, "b.html")[-3:] == PLAN
    assert " ".join(rows(build, "c.html")).split()[:2] == ["أولى", "ثانية"]
    assert rows(build, "c.html")[-3:] == PLAN


def test_field_05_the_head_and_the_second_row(field_project):
    build = field_project("05-html-head-lost").build()
    articles = {row["source_path"]: row for row in build.rows("articles")}
    assert (str(articles["a.html"]["published"]), articles["a.html"]["byline"]) == ("2020-01-05", "سالم الرحبي")
    assert rows(build, "a.html")[-3:] == PLAN
    assert rows(build, "b.html") == PLAN


CONTAINERS = ["section", "main", "center", "blockquote", "form", "dd", "font", "span", "body", "td", "li", "div", "p", "article", "pre", "big", "fieldset"]


def test_no_container_joins_words(tmp_path):
    """Every container, with each mixture of line breaks and blocks between its paragraphs."""
    project = Project(tmp_path / "project", with_seeds=False)
    wrapped = {"td": "<table><tr><td>{}</td></tr></table>", "dd": "<dl><dt>س</dt><dd>{}</dd></dl>", "li": "<ul><li>{}</li></ul>", "body": "{}"}
    between = {"one": "<br>", "two": "<br><br>", "block": "<div></div>", "rule": "<hr>", "spaced": "<br> \n <br/>", "mixed": "<br><!-- x --><br><span></span>"}
    for container in CONTAINERS:
        for name, border in between.items():
            inner = wrapped.get(container, f"<{container}>{{}}</{container}>").format(border.join(PLAN))
            project.write(f"{container}-{name}.html", f"<html><head><meta charset=utf-8><title>خطة</title></head><body>{inner}</body></html>")
    build = project.build()
    words = " ".join(PLAN).split()
    wrong = {path: found for path in build.sentences_by_path() if (found := " ".join(rows(build, path)).split())[-len(words) :] != words}
    assert wrong == {} and len(build.sentences_by_path()) == len(CONTAINERS) * len(between)
