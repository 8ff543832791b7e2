"""Restored punctuation: marks, the texts with them, the threshold, the filter."""

import itertools

from conftest import repaired_tokens, seed_texts

INSIDE, ENDING = {"،", "؛", ":"}, {".", "؟"}

QUESTIONS = (
    "هل تستطيع الحكوم ان تنفذ خطتها الجديد قبل نهاي العام قال الوزير ان الامر صعب واضاف ان الوزار تعمل عل ذلك "
    "لماذا تخرت المشروعات الكبر في المدين الجديد اجاب المدير ان التمويل لم يصل بعد"
)
PUNCTUATED = "أعلنت الوزارة أمس، أنها ستدعم المصانع. وتبلغ قيمة الدعم مليوني ريال. هل تكفي؟ قال الوزير: نعم."


def with_marks(row):
    """The row's tokens as repaired, with the row's marks."""
    tokens = repaired_tokens(row)
    for mark in row["marks"]:
        tokens[mark["token"]] += mark["mark"]
    return " ".join(tokens)


def test_marks_make_the_punctuated_text(sentences, articles):
    assert sum(len(row["marks"]) for row in sentences) > len(sentences)
    for row in sentences:
        places = [mark["token"] for mark in row["marks"]]
        assert places == sorted(set(places)) and all(0 <= place < row["token_count"] for place in places)
        assert row["text_punctuated"] == with_marks(row)
    for article in articles:
        own = [row["text_punctuated"] for row in sentences if row["article_id"] == article["article_id"]]
        assert article["text_punctuated"] == "\n".join(own)


def test_marks_and_sentences_agree(sentences):
    """Only a sentence's last token has a mark that ends one, and only the others have a mark that does not."""
    for row in sentences:
        for mark in row["marks"]:
            is_last = mark["token"] == row["token_count"] - 1
            assert mark["mark"] in (ENDING if is_last else INSIDE)


def test_no_mark_is_below_the_threshold(seed_project, sentences):
    least = seed_project.settings["split"]["mark_confidence"]
    confidences = [mark["confidence"] for row in sentences for mark in row["marks"]]
    assert all(least - 1e-4 <= confidence <= 1 for confidence in confidences)
    assert any(confidence < least + 0.1 for confidence in confidences)


def test_a_question_gets_its_mark(empty_project):
    empty_project.write("a.txt", QUESTIONS)
    rows = empty_project.build().rows("sentences")
    questions = [row["text"].split(" ")[0] for row in rows if row["text_punctuated"].endswith("؟")]
    assert questions == ["هل", "لماذا"]


def test_surviving_marks_are_kept_and_none_is_added(empty_project):
    empty_project.write("intact.txt", PUNCTUATED)
    stripped = "".join(c for c in PUNCTUATED if c not in "ةىأإآءئؤ")
    empty_project.write("stripped.txt", stripped)
    for row in empty_project.build().rows("sentences"):
        assert row["marks"] == [] and row["text_punctuated"] == row["text"]


def test_heads_get_no_marks(empty_project):
    headline = "وزير الصناع يفتتح المعرض الدولي"
    empty_project.write("a.txt", f"{headline}\n\n" + "\n\n".join(seed_texts().values()))
    rows = empty_project.build().rows("sentences")
    assert rows[0]["kind"] == "headline" and rows[0]["marks"] == []
    assert any(row["marks"] for row in rows[1:])


def test_the_threshold_trades_precision_for_recall(project):
    counts, marks = [], []
    for least in ("0.9", "0.5", "0.2"):
        project.configure("split", "mark_confidence", least)
        rows = project.build().rows("sentences")
        marks.append({(row["sentence_id"], mark["token"], mark["mark"]) for row in rows for mark in row["marks"]})
        counts.append([row["text"] for row in rows])
    assert all(fewer < more for fewer, more in itertools.pairwise(marks)), "a lower threshold only adds marks"
    assert counts[0] == counts[1] == counts[2], "sentences and their text stay"


def test_the_filter_restores_marks_and_keeps_white_space(project, seed_build):
    path, text = next(iter(seed_texts().items()))
    rows = seed_build.sentences_by_path()[path]
    spaced = text.strip().replace(" ", "  ", 3)
    punctuated = project.tarmim("repair", "--punctuate", stdin=spaced.encode()).stdout
    assert punctuated.split() == " ".join(row["text_punctuated"] for row in rows).split()
    assert punctuated.count("  ") == 3
    plain = project.tarmim("repair", stdin=spaced.encode()).stdout
    assert plain.split() == " ".join(row["text"] for row in rows).split()


def test_each_line_gets_its_own_marks(project):
    lines = QUESTIONS.replace(" قال ", "\nقال ").replace(" لماذا ", "\nلماذا ").replace(" اجاب ", "\nاجاب ")
    found = project.tarmim("repair", "--punctuate", "--lines", stdin=lines.encode()).stdout
    assert [line[-1] for line in found.splitlines()] == ["؟", ".", "؟", "."]


def test_explain_shows_marks(seed_project, sentences):
    row = max(sentences, key=lambda row: len(row["marks"]))
    shown = seed_project.tarmim("explain", row["sentence_id"]).stdout
    for mark in row["marks"]:
        assert f"«{mark['mark']}» probably stood after {repaired_tokens(row)[mark['token']]} ({mark['confidence']:.4f})" in shown
