"""The page of report.html in a browser: what it shows, what it lets people correct, and that nothing breaks it."""

import copy
import csv
import io
import re
from importlib import resources

import pytest
from playwright.sync_api import expect

from browser import COLUMNS, correct, download, rows, scroll_through, token

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
EVIL = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>\"'&</script>"


# Data

ARTICLES = [
    dict(
        id="a1",
        source="2013/one.txt",
        title="الأولى",
        section="اقتصاد",
        date="2013-01-05",
        byline=None,
        damage="stripped",
        confidence=0.95,
    ),
    dict(
        id="a2",
        source="2013/two.txt",
        title=None,
        section=None,
        date=None,
        byline="سالم",
        damage="intact",
        confidence=0.99,
    ),
]
CONCEPTS = [
    dict(id="government", label="حكومة", category="politics"),
    dict(id="oman", label="سلطنة عمان", category="places"),
]
SENTENCES = [
    dict(
        a=0,
        n=0,
        k=0,
        c=0.91,
        b=0.49,
        t=[
            "قال",
            ["الوزير", "الوزير", 0.97, []],
            ["ان", "إن", 0.62, [["أن", 0.37]]],
            ["الحكوم", "الحكومة", 0.9967, []],
            "مستمر",
        ],
        g=[[4, 0.8]],
        m=[[1, "،", 0.7]],
        w=[[0, 3, 4, "exact", 0.9967]],
    ),
    dict(
        a=0,
        n=1,
        k=0,
        c=0.97,
        b=0.88,
        t=["في", ["سلطن", "سلطنة", 0.98, [["سلطن", 0.02]]], "عمان", "من", "جديد"],
        w=[[1, 1, 3, "exact", 0.98]],
    ),
    dict(a=0, n=2, k=0, c=0.99, b=1, t=["وفي", ["الحكوم،", "الحكومة،", 0.99, []], "اليوم"]),
    dict(a=1, n=0, k=1, c=0.999, b=1, t=["=1+1", "عنوان", "قصير"]),
]


def report(**changes):
    """A small report; `changes` replace its parts."""
    whole = dict(
        build=dict(id="b1", name="Test build", version="1.9.0", model="2026", corrections_columns=COLUMNS),
        overview=dict(
            articles=2,
            sentences=4,
            tokens=16,
            repaired=4,
            corrected=0,
            unresolved=1,
            doubts=1,
            number_gaps=1,
            marks=1,
            keyword_hits=2,
            mean_confidence=0.97,
            first_date="2013-01-05",
            last_date="2013-01-05",
            damage=[["stripped", 1], ["intact", 1]],
            duplicates=dict(exact=0, near=1),
            rejects=[["encoding", 1]],
            reject_list=[dict(source_path="x.txt", record=None, code="encoding", message="not text")],
            gates=[
                dict(name="repaired_share", measured="0.25", limit="0.1 to 0.4", passed=True, fails=True),
                dict(name="sections", measured="0.5", limit="1", passed=False, fails=False),
            ],
            drift=None,
            corrections=dict(
                given=2,
                applied=1,
                places=3,
                unapplied=[dict(file="corrections.csv", line=3, raw="جه", status="not found")],
            ),
            warnings=[],
        ),
        charts=dict(
            sentence_lengths=[[1, 3, 2], [4, 9, 2]],
            confidence=[[0, 0.5, 0], [0.5, 0.9, 1], [0.9, 1, 15]],
            reliability=[
                dict(tokens_right=99.9, without_error=97.0, printable=None, sentences=60.0) | {"from": 0.98},
                dict(tokens_right=97.0, without_error=61.0, printable=72.0, sentences=40.0) | {"from": 0},
            ],
            letters=[["ة", 3], ["إ", 1]],
            sections=dict(names=["اقتصاد"], concepts=[0, 1], expected=[[1.0, 0.98]], tokens=[13]),
            months=dict(
                months=["2013-01", "2013-02"],
                articles=[1, 0],
                tokens=[13, 0],
                concepts=[dict(concept=0, expected=[1, 0], low=[0.8, 0], high=[1, 0], hits=[1, 0])],
            ),
            cooccurrence=dict(concepts=[0, 1], pairs=[[0, 1, 1]]),
        ),
        concepts=CONCEPTS,
        sample=dict(sentences=4, of=4, articles=2, of_articles=2, is_all=True, how="All of them."),
        articles=ARTICLES,
        sentences=SENTENCES,
        worst=dict(
            sentences=[0, 1],
            unexplained=[dict(word="مستمر", count=2, sentence=0)],
            spelt_two_ways=[dict(article=0, source="2013/one.txt", raw="ان", forms=[["إن", 2], ["أن", 1]], sentence=0)],
            unlike=[dict(article=1, source="2013/two.txt", why="shortest", value="3 words")],
        ),
    )
    return copy.deepcopy(whole) | changes


def empty():
    nothing = report(
        concepts=[], articles=[], sentences=[], worst=dict(sentences=[], unexplained=[], spelt_two_ways=[], unlike=[])
    )
    nothing["overview"].update(
        articles=0,
        sentences=0,
        tokens=0,
        repaired=0,
        mean_confidence=0,
        first_date=None,
        last_date=None,
        damage=[],
        rejects=[],
        reject_list=[],
        gates=[],
        corrections=None,
    )
    nothing["charts"] = dict(
        sentence_lengths=[],
        confidence=[],
        reliability=None,
        letters=[],
        sections=dict(names=[], concepts=[], expected=[], tokens=[]),
        months=None,
        cooccurrence=dict(concepts=[], pairs=[]),
    )
    return nothing


def only_rejects():
    rejected = empty()
    rejected["overview"].update(
        rejects=[["encoding", 300]],
        reject_list=[
            dict(source_path=f"{i}.txt", record=None, code="encoding", message="not text") for i in range(200)
        ],
    )
    return rejected


def one_sentence():
    return report(articles=ARTICLES[:1], sentences=SENTENCES[:1])


def hostile():
    long = "ا" * 5000
    bad = report(
        concepts=[dict(id='">' + EVIL, label=EVIL, category=EVIL), dict(id="x", label="\u202e" + long, category=None)]
    )
    bad["build"]["name"] = EVIL
    bad["articles"] = [
        dict(a, title=EVIL, source="../\u202e" + EVIL + "b" * 2000, section=EVIL, byline=long, date="2013-02-31")
        for a in ARTICLES
    ]
    bad["sentences"][0]["t"] = [
        EVIL,
        [long, long + "ة", 0.4, [[EVIL, 0.3]]],
        ["\u202eabc\u2066", "abc", 0.1, None],
        ["", "", 0, []],
        "a\tb",
    ]
    bad["sentences"][1] |= dict(
        t=[], g=[[-1, 0.9], [7, 0.1]], m=None, w=[[9, 0, 1, "exact", 1], [0, 3, 9, "exact", 1]], c=None, b=None
    )
    bad["overview"] |= dict(
        warnings=[EVIL, long],
        mean_confidence=None,
        duplicates=None,
        damage=[[EVIL, 1]],
        reject_list=[dict(source_path=EVIL, record=EVIL, code=EVIL, message=long)],
    )
    bad["charts"]["sections"]["names"] = [EVIL]
    bad["worst"] = dict(
        sentences=[0, 1, 99],
        unexplained=[dict(word=EVIL, count=1, sentence=None)],
        unlike=[dict(article=None, source=EVIL, why=EVIL, value=long)],
        spelt_two_ways=[dict(article=None, source=long, raw=EVIL, forms=[[EVIL, 1]], sentence=None)],
    )
    return bad


def many(number):
    """About 9 MB of sentences."""
    words = [
        "قال",
        ["الحكوم", "الحكومة", 0.9967, []],
        "في",
        ["ان", "إن", 0.62, [["أن", 0.37]]],
        "اليوم",
        ["جديد", "جديدة", 0.97, [["جديد", 0.03]]],
        "من",
        "الاقتصاد",
    ]
    articles = [dict(ARTICLES[0], id=f"{i:016x}", source=f"{i}.txt", title=f"عنوان {i}") for i in range(number // 20)]
    sentences = [
        dict(a=i // 20, n=i % 20, k=0, c=round(0.8 + (i * 37 % 200) / 1000, 4), b=0.9, t=(words * 2)[i % 8 :] + words)
        for i in range(number)
    ]
    sentences[number - 7]["t"] = ["زعفران"] + words
    return report(
        articles=articles, sentences=sentences, worst=dict(sentences=[], unexplained=[], spelt_two_ways=[], unlike=[])
    )


# Tests


@pytest.mark.parametrize(
    "data",
    [report, empty, only_rejects, one_sentence, hostile, lambda: dict(build=dict(id="0"), overview=None, charts=None)],
)
@pytest.mark.parametrize("width", [1280, 390])
def test_opens_without_a_fault_and_fits(open_report, data, width):
    page = open_report(data(), width=width)
    scroll_through(page)
    expect(page.locator("#text-count")).to_contain_text("sentence")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_text_stays_text(open_report):
    page = open_report(hostile())
    scroll_through(page)
    page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
    token(page, 0, 1).click()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 4, "data, library, page and the library when it runs"
    expect(page.locator("h1")).to_have_text(EVIL)


def test_says_what_the_build_holds(open_report):
    page = open_report(report())
    overview = page.locator("#overview")
    for text in [
        "2 articles with 4 sentences and 16 words",
        "25\u00a0%",
        "1 of 2 gates did not pass",
        "! warning",
        "corrections.csv, line 3",
        "encoding",
        "no earlier build",
    ]:
        expect(overview).to_contain_text(text)


def test_says_what_confidence_has_meant(open_report):
    page = open_report(report())
    reliability = page.locator("#reliability")
    expect(reliability).to_contain_text("of .98 or more, about 97 in a hundred are without a wrong word")
    expect(reliability).to_contain_text("below .98, about 7 in ten can be printed as they stand")


def test_says_if_it_was_not_measured(open_report):
    expect(open_report(empty()).locator("#reliability")).to_contain_text("Not measured for this model")


def test_charts_are_drawn_when_seen_and_have_their_figures_as_text(open_report):
    page = open_report(report())
    last = page.locator(".chart").last
    assert last.locator("svg").count() == 0
    last.scroll_into_view_if_needed()
    expect(last.locator("svg")).to_have_count(1)
    figure = page.locator("figure", has_text="Restored letters")
    figure.locator("summary").click()
    expect(figure.locator("table")).to_contain_text("ة375\u00a0%")


def test_raw_comes_before_repaired(open_report):
    page = open_report(report())
    pair = page.locator('[data-sentence="0"] .pair')
    assert pair.get_attribute("dir") == "rtl" and pair.get_attribute("lang") == "ar"
    assert pair.evaluate("(pair) => [...pair.children].map((child) => child.className)") == ["raw", "repaired"]
    raw, repaired = (pair.locator(part).bounding_box() for part in (".raw", ".repaired"))
    assert raw["x"] > repaired["x"] and abs(raw["y"] - repaired["y"]) < 5
    page.set_viewport_size(dict(width=390, height=900))
    raw, repaired = (pair.locator(part).bounding_box() for part in (".raw", ".repaired"))
    assert raw["y"] < repaired["y"]


def test_marks_what_was_restored(open_report):
    page = open_report(report())
    assert token(page, 0, 3).locator("ins").all_text_contents() == ["ة"]
    assert token(page, 0, 1).locator("ins").count() == 0
    sentence = page.locator('[data-sentence="0"]')
    expect(sentence.locator(".mark")).to_have_attribute("aria-label", "restored punctuation ،, confidence .7000")
    expect(sentence.locator(".gap")).to_have_attribute("aria-label", "a number is missing here, confidence .8000")
    expect(sentence.locator(".boundary")).to_contain_text("49\u00a0%")
    expect(sentence.locator(".keyword")).to_have_text("حكومة")


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("الحكومه", 2),
        ("الحكوم", 2),
        ("حكومة مستمر", 1),
        ('"قال الوزير"', 1),
        ('"الوزير قال"', 0),
        ('"أن الحكومه"', 1),
        ("سُلْطَنَة", 1),
        ("", 4),
    ],
)
def test_search_folds_letters_and_announces_how_many(open_report, query, number):
    page = open_report(report())
    page.fill("#f-q", query)
    expect(page.locator("#sentences [data-sentence]")).to_have_count(number)
    expect(page.locator("#text-count")).to_contain_text(f"{number} of 4" if number != 4 else "4 sentences")


@pytest.mark.parametrize(
    ("fragment", "shown"),
    [
        ("section=اقتصاد", [0, 1, 2]),
        ("section=(none)", [3]),
        ("damage=intact", [3]),
        ("kind=headline", [3]),
        ("concept=oman", [1]),
        ("min=.95&max=.98", [1]),
        ("changed=1", [0, 1, 2]),
        ("doubtful=1", [0]),
        ("since=2013-01-01&until=2013-12-31", [0, 1, 2]),
        ("article=a2", [3]),
        ("article=الاولي", [0, 1, 2]),
        ("sort=sure", [3, 2, 1, 0]),
        ("q=الحكومة&sort=sure", [2, 0]),
    ],
)
def test_every_view_can_be_linked(open_report, fragment, shown):
    page = open_report(report(), f"#text?{fragment}")
    assert (
        page.locator("#sentences [data-sentence]").evaluate_all(
            "(all) => all.map((one) => Number(one.dataset.sentence))"
        )
        == shown
    )


def test_the_address_follows_the_filters(open_report):
    page = open_report(report())
    page.select_option("#f-damage", "intact")
    expect(page).to_have_url(re.compile("#text[?]damage=intact$"))
    page.click("#clear-filters")
    expect(page).to_have_url(re.compile("#text$"))


def test_worst_first_leads_to_the_text(open_report):
    page = open_report(report())
    page.locator("#worst table a").first.click()
    expect(page.locator(".sentence.target")).to_have_attribute("data-sentence", "0")
    expect(page.locator("#f-article")).to_have_value("a1")


def test_alternatives_when_pointed_at(open_report):
    page = open_report(report())
    token(page, 0, 2).hover()
    expect(page.locator("#card")).to_contain_text("أن .3700")
    page.mouse.move(5, 5)
    expect(page.locator("#card")).to_be_hidden()


def test_keyboard(open_report):
    page = open_report(report())
    token(page, 0, 0).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(token(page, 0, 2)).to_be_focused()
    assert page.locator('[data-sentence="0"] .repaired [tabindex="0"]').count() == 1
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    expect(token(page, 0, 2)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(token(page, 1, 0)).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator('[data-sentence="1"] .boundary')).to_be_focused()


def test_concordance_runs_from_right_to_left(open_report):
    page = open_report(report(), "#concordance?word=الحكومه&by=before")
    expect(page.locator("#concordance-count")).to_have_text("2 lines")
    line = page.locator(".kwic tbody tr").first
    before, match, after = (line.locator(f".{part}").bounding_box() for part in ("before", "match", "after"))
    assert before["x"] > match["x"] > after["x"]
    expect(line.locator(".before")).to_have_text("قال الوزير إن")
    word, edge = line.locator(".before span").bounding_box(), line.locator(".before").bounding_box()
    assert abs(word["x"] - edge["x"]) < 12, "the words before stand at the match"


def test_concordance_of_a_concept(open_report):
    page = open_report(report(), "#concordance?kwic=oman")
    expect(page.locator(".kwic .match")).to_have_text("سلطنة عمان")


def test_corrections_become_the_agreed_file(open_report):
    page = open_report(report())
    correct(page, 0, 2, "أن")
    correct(page, 0, 3, "الحكومي", "article")
    correct(page, 1, 1, "سلطان", "corpus")
    token(page, 1, 2).click()
    page.get_by_text("End a sentence after it").click()
    page.locator('[data-sentence="0"] .boundary').click()
    page.get_by_text("remove this end").click()
    page.locator('[data-sentence="0"] .keyword').click()
    page.get_by_text("Drop it here").click()
    token(page, 1, 3).click()
    page.get_by_text("Mark a keyword from here").click()
    token(page, 1, 4).click()
    page.fill("#card [name=concept]", "حكومة")
    page.click("#card .primary")
    correct(page, 3, 0, "+2")
    found = rows(download(page))
    same = dict(article="a1", source="2013/one.txt", title="الأولى")
    first, second = "قال الوزير إن الحكومة مستمر", "في سلطنة عمان من جديد"

    def mark(text, part):
        return text.replace(part, f"⟪{part}⟫")

    assert found == [
        dict(
            same,
            kind="form",
            scope="here",
            before="قال الوزير",
            raw="ان",
            after="الحكوم مستمر في سلطن عمان",
            now="إن",
            correction="أن",
            confidence=".6200",
            alternatives="أن .3700",
            sentence=mark(first, "إن"),
        ),
        dict(
            same,
            kind="form",
            scope="article",
            before="",
            raw="الحكوم",
            after="",
            now="الحكومة",
            correction="الحكومي",
            confidence=".9967",
            alternatives="",
            sentence=mark(first, "الحكومة"),
        ),
        dict(
            same,
            kind="form",
            scope="corpus",
            article="",
            before="",
            raw="سلطن",
            after="",
            now="سلطنة",
            correction="سلطان",
            confidence=".9800",
            alternatives="سلطن .0200",
            sentence=mark(second, "سلطنة"),
        ),
        dict(
            same,
            kind="sentence_end",
            scope="here",
            before="ان الحكوم مستمر في سلطن",
            raw="عمان",
            after="من جديد وفي الحكوم، اليوم",
            now="no",
            correction="yes",
            confidence="",
            alternatives="",
            sentence=mark(second, "عمان"),
        ),
        dict(
            same,
            kind="sentence_end",
            scope="here",
            before="قال الوزير ان الحكوم",
            raw="مستمر",
            after="في سلطن عمان من جديد",
            now="yes",
            correction="no",
            confidence=".4900",
            alternatives="",
            sentence=mark(first, "مستمر"),
        ),
        dict(
            same,
            kind="keyword",
            scope="here",
            before="قال الوزير ان",
            raw="الحكوم",
            after="مستمر في سلطن عمان من",
            now="government",
            correction="none",
            confidence=".9967",
            alternatives="",
            sentence=mark(first, "الحكومة"),
        ),
        dict(
            same,
            kind="keyword",
            scope="here",
            before="الحكوم مستمر في سلطن عمان",
            raw="من جديد",
            after="وفي الحكوم، اليوم",
            now="",
            correction="government",
            confidence="",
            alternatives="",
            sentence=mark(second, "من جديد"),
        ),
        dict(
            kind="form",
            scope="here",
            article="a2",
            before="",
            raw="'=1+1",
            after="عنوان قصير",
            now="'=1+1",
            correction="'+2",
            confidence="",
            alternatives="",
            sentence="⟪=1+1⟫ عنوان قصير",
            source="2013/two.txt",
            title="",
        ),
    ]


def test_corrections_show_can_be_undone_and_loaded_again(open_report, tmp_path):
    page = open_report(report())
    correct(page, 0, 3, "الحكومي", "article")
    expect(token(page, 0, 3)).to_have_text("الحكومي")
    expect(token(page, 2, 1)).to_have_text("الحكومي،")
    expect(token(page, 2, 1)).to_have_class(re.compile("by-hand"))
    correct(page, 0, 2, "أن")
    expect(page.locator("#correction-count")).to_have_text("2")
    saved = tmp_path / "corrections.csv"
    saved.write_bytes(download(page))
    page.click("#open-corrections")
    page.locator("#correction-list").get_by_role("button", name="Undo").first.click()
    expect(page.locator("#correction-count")).to_have_text("1")
    expect(token(page, 2, 1)).to_have_text("الحكومة،")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#clear-corrections")
    expect(token(page, 0, 2)).to_have_text("إن")
    page.set_input_files("#load-corrections", saved)
    expect(page.locator("#corrections-status")).to_have_text("2 corrections loaded.")
    expect(token(page, 0, 2)).to_have_text("أن")
    expect(token(page, 2, 1)).to_have_text("الحكومي،")
    page.click("#close-corrections")
    assert download(page) == saved.read_bytes()


@pytest.mark.parametrize("dialect", ["excel", "semicolon", "tab", "told"])
def test_a_sheet_from_a_spreadsheet_is_loaded_and_its_empty_rows_are_not(open_report, dialect):
    """`review export` lists many rows, of which a person fills in some; Excel writes semicolons where commas are decimal points."""
    page = open_report(report())
    separator = {"semicolon": ";", "told": ";", "tab": "\t"}.get(dialect, ",")
    lines = [["Kind", "scope", "article", "before", "raw", "after", "now", "correction", "title"]]
    lines += [["form", "corpus", "", "", "الام", "", "", "الأم", ""], ["form", "here", "a", "", "قال", "", "قال", ""], ["sentence_end", "here", "a", "", "قال", "", "yes"]]
    text = "".join(separator.join(line) + "\r\n" for line in lines)
    if dialect == "told":
        text = f"sep={separator}\r\n{text}"
    page.set_input_files("#load-corrections", dict(name="x.csv", mimeType="text/csv", buffer=("\ufeff" + text).encode()))
    expect(page.locator("#corrections-status")).to_contain_text("1 correction loaded.")
    assert [row["correction"] for row in rows(download(page))] == ["الأم"]


@pytest.mark.parametrize("content", ["", "a,b\r\n1,2\r\n", 'kind,scope,raw,correction\r\n"form,here'])
def test_a_file_that_is_none_is_refused(open_report, content):
    page = open_report(report())
    page.click("#open-corrections")
    page.set_input_files("#load-corrections", dict(name="x.csv", mimeType="text/csv", buffer=content.encode()))
    expect(page.locator("#corrections-status")).to_contain_text("The file could not be read")


@pytest.mark.parametrize(
    ("form", "message"), [("", "Choose a form"), ("ا ب ج", "one space at most"), ("إن", "already says so")]
)
def test_a_form_that_cannot_be_is_refused(open_report, form, message):
    page = open_report(report())
    correct(page, 0, 2, form)
    expect(page.locator("#card .error")).to_contain_text(message)


def test_warns_before_corrections_are_lost(open_report):
    page = open_report(report())
    correct(page, 0, 2, "أن")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]
    expect(token(page, 0, 2)).to_have_text("أن")
    download(page)
    page.reload()
    assert asked == ["beforeunload"]


def test_theme_can_be_chosen(open_report):
    page = open_report(report(), color_scheme="light")
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(colour)
    page.click("#theme-toggle")
    assert page.evaluate(colour) != light
    page.emulate_media(media="print")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"


def test_twenty_thousand_sentences(open_report):
    page = open_report(many(20_000))
    assert page.evaluate("document.querySelectorAll('*').length") < 5000
    page.fill("#f-q", "زعفران")
    expect(page.locator("#text-count")).to_have_text("1 of 20,000 sentences")
    page.fill("#f-q", "")
    expect(page.locator("#text-count")).to_have_text("20,000 sentences, page 1 of 1,000")
    page.locator("#text-pages input").fill("1000")
    page.locator("#text-pages input").press("Enter")
    expect(page.locator("#text-count")).to_contain_text("page 1,000 of 1,000")
    assert page.evaluate("document.querySelectorAll('*').length") < 5000


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(open_report, scheme, width):
    page = open_report(report(), width=width, color_scheme=scheme, bypass_csp=True)
    scroll_through(page)
    page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
    page.evaluate(AXE)

    def check(view):
        found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
        assert [(view, fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []

    check("page")
    token(page, 0, 2).click()
    check("card")
    page.fill("#card [name=other]", "أن")
    page.click("#card .primary")
    page.click("#open-corrections")
    check("drawer")
