"""Splitting, end to end: surviving marks and line breaks are kept, the head of an article gets separate rows, cuts can be undone."""

import random
import re
import textwrap

import duckdb
import pytest

from conftest import REPOSITORY, Project, seed_texts

BODY = "نظم النادي الثقافي العربي في الشارقة مساء أمس أمسية شعرية حضرها جمهور كبير من محبي الشعر. وشارك فيها ثلاثة شعراء."


def rows_of(project, name, text):
    project.write(f"{name}.txt", text)
    return [(row["kind"], row["text"]) for row in project.build().sentences_by_path()[f"{name}.txt"]]


def test_the_head_of_an_article_gets_separate_rows_and_nothing_is_lost(empty_project):
    text = f"أمسية في الشارقة\n\nالشارقة: غيث خوري\n{BODY}"
    rows = rows_of(empty_project, "head", text)
    assert [kind for kind, _ in rows] == ["headline", "dateline", "byline", "body", "body"]
    assert " ".join(text for _, text in rows).split() == text.split()
    article = empty_project.current().rows("articles")[0]
    assert (article["dateline"], article["byline"]) == ("الشارقة:", "غيث خوري")


def test_a_stripped_head_is_found_without_marks(empty_project):
    seed = next(iter(seed_texts().values()))
    rows = rows_of(empty_project, "head", f"دبي الخليج {seed}")
    assert rows[0] == ("dateline", "دبي الخليج")
    assert {kind for kind, _ in rows[1:]} == {"body"}


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("بلغ النمو 3.5 في المائة. وقال د. سالم: نعم... ثم مضى! هل عاد؟ لا.", 4),
        ("قال الوزير «إن الأمر انتهى.» ثم خرج (كما قيل.) وعاد.", 3),
        ("انتهى الأمر\nبدأ أمر آخر لا علاقة له بالأول\nثم انتهى", 3),
    ],
    ids=["decimals, initials, ellipses", "quotations and brackets", "one paragraph a line"],
)
def test_surviving_marks_and_line_breaks_are_respected(empty_project, text, sentences):
    assert len(rows_of(empty_project, "marks", text)) == sentences


def test_a_text_wrapped_at_a_width_is_not_cut_at_its_lines(empty_project):
    wrapped = textwrap.fill(BODY, width=30)
    assert wrapped.count("\n") > 2
    assert len(rows_of(empty_project, "wrapped", wrapped)) == 2


def raw_rows(build, name):
    return [row["raw_text"] for row in build.sentences_by_path()[name]]


ITEMS = ["زيادة الرواتب بنسبة خمسة في المئة", "خفض الضرائب على الشركات الصغيرة", "دعم الصادرات الوطنية"]


def test_an_item_of_a_list_is_a_row_and_keeps_its_number(field_project):
    """Field 12."""
    build = field_project("12-lists").build()
    numbered = [f"{number}. {item}" for number, item in enumerate(ITEMS, 1)]
    assert raw_rows(build, "a_numbered_lines.txt") == ["شملت القرارات ما يلي:", *numbered]
    bullets = ["- زيادة الرواتب", "- خفض الضرائب", "• دعم الصادرات", "* تنظيم السوق"]
    assert raw_rows(build, "b_bullets.txt") == ["جاء في البيان:", *bullets]
    assert raw_rows(build, "c_inline.txt") == ["شملت القرارات ما يلي:", *(f"{item}." for item in numbered)]


LABELS = {
    "brackets": ["(1)", "(2)", "(3)"],
    "one bracket": ["1)", "2)", "3)"],
    "arabic digits": ["١-", "٢-", "٣-"],
    "arabic digits and stops": ["١.", "٢.", "٣."],
    "letters": ["أ-", "ب-", "ج-"],
    "ordinals": ["أولاً:", "ثانياً:", "ثالثاً:"],
    "two tokens": ["1 -", "2 -", "3 -"],
    "tatweel": ["1ـ", "2ـ", "3ـ"],
    **{sign: [sign] * 3 for sign in "-–•*▪■·o"},
}


@pytest.mark.parametrize("glue", ["\n", "\n\n"], ids=["lines", "blank lines"])
@pytest.mark.parametrize("name", LABELS)
def test_lists_of_all_kinds_by_lines(empty_project, name, glue):
    lines = ["شملت القرارات ما يلي:", *(f"{label} {item}" for label, item in zip(LABELS[name], ITEMS)), "وتنفذ كلها في العام المقبل."]
    assert [text for _, text in rows_of(empty_project, "list", glue.join(lines))] == lines


@pytest.mark.parametrize("name", ["one bracket", "arabic digits", "arabic digits and stops", "letters", "ordinals", "two tokens", "•", "-"])
def test_lists_of_many_kinds_within_a_line(empty_project, name):
    rows = ["شملت القرارات ما يلي:", *(f"{label} {item}" for label, item in zip(LABELS[name], ITEMS))]
    assert [text for _, text in rows_of(empty_project, "list", " ".join(rows))] == rows


def test_a_wrapped_item_is_one_row(empty_project):
    text = f"{BODY}\nوجاء في بيان صدر عن النادي ما يلي:\n- تنظيم أمسية شعرية كل شهر يحضرها جمهور كبير من محبي الشعر\n- دعوة الشعراء الشباب\n"
    wrapped = "\n".join(textwrap.fill(line, width=34) for line in text.splitlines())
    rows = [text for _, text in rows_of(empty_project, "wrapped", wrapped)]
    assert rows[-3:] == text.splitlines()[-3:]


def test_a_stop_ends_a_sentence_after_years_questions_and_titles(field_project):
    """Field 13."""
    build = field_project("13-stops").build()
    assert raw_rows(build, "a_era.txt") == [
        "ولد الكاتب عام 1950 م.", "ونشر روايته الأولى سنة 1975 م.", "ثم انتقل إلى القاهرة.", "وتوفي جده سنة 1300 هـ.", "ودفن في مكة.",
    ]  # fmt: skip
    assert raw_rows(build, "b_question_dots.txt") == [
        "ماذا حدث أمس؟..", "لا أحد يعرف.", "عجيب أمر الناس!..", "كيف صدقوا ذلك؟", "وقال الحارس إنه لم ير شيئا.",
    ]  # fmt: skip
    assert raw_rows(build, "c_clitic_initial.txt") == ["حضر اللقاء د. محمد سالم ود. علي حسن وأ.د. خالد عمر من الجامعة.", "ثم غادروا."]


def test_a_sentence_ends_at_a_misplaced_space(field_project):
    """Field 24: a space left out after a stop, or put before it."""
    build = field_project("24-no-space-after-stop").build()
    assert raw_rows(build, "a.txt") == ["انتهى الاجتماع أمس.", "وقال الوزير إن الخطة جاهزة.", "وأضاف أن التنفيذ يبدأ غدا.", "ثم غادر."]
    assert raw_rows(build, "b.txt") == ["انتهى الاجتماع أمس", ".وقال الوزير إن الخطة جاهزة", ".وأضاف أن التنفيذ يبدأ غدا."]


def test_offsets_of_glued_sentences_slice_the_source(empty_project):
    text = "قال إن الـ 15 دولة اتفقت أمس.وقال الوزير إن الخطة جاهزة.ثم غادر"
    empty_project.write("glued.txt", text)
    rows = empty_project.build().sentences_by_path()["glued.txt"]
    sliced = [text.encode()[row["source_start"] : row["source_end"]].decode() for row in rows]
    assert sliced == ["قال إن الـ 15 دولة اتفقت أمس.", "وقال الوزير إن الخطة جاهزة.", "ثم غادر"]


@pytest.mark.parametrize(
    "text",
    [
        "حضر اللقاء د.محمد سالم وأ.د.خالد عمر من قناة بي.بي.سي وموقع العربية.نت وكتبا إلى info@example.ae أمس",
        "سجل المؤشر 3.5 نقطة في القرن الثالث ق.م في بلاد U.S. وكندا على موقع www.example.ae/x.html أمس",
        "بقي الرجل (كما قيل. ثم قيل غير ذلك) في بيته... ثم خرج إلى الناس… وعاد إليه أمس",
        "يكتب إلى ص.ب. 123 في دبي ويلتقي م. سالم وم. خالد بعد 20 كم من المدينة أمس",
    ],
    ids=["glued short forms", "numbers and addresses", "asides and ellipses", "post-office boxes and engineers"],
)
def test_a_sentence_does_not_end_inside(empty_project, text):
    rows = rows_of(empty_project, "one", f"{text}. ثم غادر الجميع المكان في هدوء.")
    assert [row for _, row in rows] == [f"{text}.", "ثم غادر الجميع المكان في هدوء."]


def test_rows_of_a_table_are_rows(empty_project):
    lines = ["الصنف السعر", "تفاح 5.5 درهم", "برتقال 3 دراهم", "موز 4 دراهم"]
    assert [text for _, text in rows_of(empty_project, "table", "\n".join(lines))] == lines


def mixture(generator):
    """Words, numbers and marks in any order."""
    parts = "كتاب وقال الوزير أمس. لماذا؟ د. ود. 1. 2. 2- (1) 3.5 2010. - • * . ، » « ( ) [ ] ... … م. هـ. كذا.ثم .وقال :".split()
    return "".join(generator.choice(parts) + generator.choice([" ", " ", " ", "\n", "\n\n"]) for _ in range(generator.randint(1, 60)))


def test_random_mixtures_of_words_and_marks_give_whole_rows(empty_project):
    """Rows cover the source in order; a row of marks alone is the whole article, and no row is a bare label with a stop."""
    generator = random.Random(17)
    texts = {f"{number:03}.txt": mixture(generator) for number in range(150)}
    for name, text in texts.items():
        empty_project.write(name, text)
    by_path = empty_project.build().sentences_by_path()
    assert by_path.keys() == texts.keys()
    for name, rows in by_path.items():
        source, end = texts[name].encode(), 0
        for row in rows:
            assert source[end : row["source_start"]].decode().strip() == ""
            end = row["source_end"]
            is_last = row is rows[-1]
            assert re.search(r"\w", row["raw_text"]) or len(rows) == 1, (texts[name], row["raw_text"])
            assert is_last or not re.fullmatch(r"\d{1,2}[.-]|[-•*]", row["raw_text"]), (texts[name], row["raw_text"])
        assert source[end:].decode().strip() == ""


def test_max_tokens_holds_in_text_without_any_cue(empty_project):
    empty_project.configure("split", "max_tokens", "12")
    rows = rows_of(empty_project, "long", "، ".join(["كتاب جديد"] * 40))
    assert max(len(text.split()) for _, text in rows) <= 12
    assert all(text.endswith("،") for _, text in rows[:-1]), "cut at commas, where it must be cut"


def test_cut_confidence_trades_precision_for_recall(tmp_path):
    counts = []
    for confidence in ("0.1", "0.4", "0.8"):
        project = Project(tmp_path / confidence)
        project.configure("split", "cut_confidence", confidence)
        counts.append(len(project.build().rows("sentences")))
    assert counts[0] > counts[1] > counts[2]


def test_the_documented_query_joins_uncertain_sentences(seed_project, seed_build):
    page = (REPOSITORY / "docs" / "dataset.md").read_text(encoding="utf-8")
    query = next(block for block in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "boundary_confidence >=" in block)
    query = query.replace("output/current", str(seed_project.output / "current"))
    joined = duckdb.sql(query).fetchall()
    sentences = [row for row in seed_build.rows("sentences") if row["kind"] == "body"]
    assert 3 <= len(joined) < len(sentences)
    text = {article: [] for article, _, _ in joined}
    for article, _, part in joined:
        text[article].append(part)
    for article, parts in text.items():
        rows = sorted((row for row in sentences if row["article_id"] == article), key=lambda row: row["sentence_index"])
        assert " ".join(parts) == " ".join(row["text"] for row in rows)
