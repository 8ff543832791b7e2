"""Splitting, end to end: surviving marks and line breaks are kept, the head of an article gets separate rows, cuts can be undone."""

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
