"""`tarmim repair`: text in, repaired text out, white space unchanged."""

import re

import pytest

from conftest import repaired_tokens, seed_texts
from damage import FOLDED, STRIPPED, explains

FOLD = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"})


def repair(project, text, *arguments):
    return project.tarmim("repair", *arguments, stdin=text.encode()).stdout


def white_space(text):
    """The white space between the tokens, and before and after them."""
    return re.split(r"\S+", text)


def test_the_known_damage_is_repaired(seed_project):
    assert repair(seed_project, "الانشط الصناعي عل") == "الأنشطة الصناعية على"


def test_white_space_is_unchanged(seed_project):
    text = "\n\n  الانشط\t\tالصناعي \r\n عل\u00a0اساس\u2003المقاولات\x0b\n\tال جانب  \n \n"
    repaired = repair(seed_project, text)
    assert white_space(repaired) == white_space(text)
    assert repaired != text


def test_a_missing_last_line_break_stays_missing(seed_project):
    for text in ("الانشط الصناعي", "الانشط الصناعي\n", "الانشط الصناعي\r\n"):
        assert white_space(repair(seed_project, text)) == white_space(text)


@pytest.mark.parametrize("text", ["", "\n", " \t\r\n\n"])
@pytest.mark.parametrize("arguments", [[], ["--lines"]])
def test_empty_input_gives_empty_output(seed_project, text, arguments):
    assert repair(seed_project, text, *arguments) == text


def test_the_filter_and_the_build_agree(seed_project, seed_build):
    """One engine: an article has the same form in a pipe and in the dataset."""
    for source_path, rows in seed_build.sentences_by_path().items():
        tokens = " ".join(token for row in rows for token in repaired_tokens(row)).split()
        assert repair(seed_project, seed_texts()[source_path]).split() == tokens


def test_with_lines_each_line_is_a_separate_text(seed_project):
    lines = ["الانشط الصناعي عل جميع الاصعد", "", "  في طار الجهود\tالمبذول ", "المسسات الصناعي الصغير"]
    text = "\n".join(lines) + "\n"
    repaired = repair(seed_project, text, "--lines")
    assert white_space(repaired) == white_space(text)
    assert repaired.split("\n")[:-1] == [repair(seed_project, line) for line in lines]
    assert repaired != text


def test_input_that_is_not_utf8_is_an_error(seed_project):
    """Invalid bytes must not be replaced silently."""
    done = seed_project.tarmim("repair", stdin=b"\xd8\xa7 \xff\xfe\xfd \xd8\xa7", expect=1)
    assert done.stderr
    assert done.stdout == ""


def test_with_lines_the_invalid_line_is_named(seed_project):
    lines = ["الانشط الصناعي".encode()] * 4 + [b"\xff\xfe", b"x"]
    done = seed_project.tarmim("repair", "--lines", stdin=b"\n".join(lines), expect=1)
    assert done.stderr.startswith("tarmim: standard input, line 5 (expected UTF-8 text): "), done.stderr
    assert len(done.stdout.splitlines()) == 4, "the lines before it are repaired"


@pytest.fixture(scope="module")
def restored(seed_build):
    """Well-spelt text, of more than a thousand words: the shipped articles as the program repairs them."""
    return " ".join(row["text"] for row in seed_build.rows("sentences"))


def test_well_spelt_text_comes_out_unchanged(seed_project, restored):
    assert repair(seed_project, restored) == restored


def test_normalised_text_is_repaired_by_its_own_channel(seed_project, restored):
    """If letters were merged and none deleted, only merged letters are restored, and most are."""
    merged = restored.translate(FOLD)
    assert not re.search("[أإآىة]", merged)
    repaired = repair(seed_project, merged).split()
    assert len(repaired) == len(merged.split())
    for form, raw in zip(repaired, merged.split()):
        assert explains(form, raw, FOLDED), f"{form} cannot have become {raw}"
    right = sum(form == want for form, want in zip(repaired, restored.split()))
    assert right >= 0.95 * len(repaired)


@pytest.mark.parametrize(
    "damaged, repaired",
    [
        ("ناقش الوزير ايضاً خطه الحكومه لدعم الاقتصاد", "ناقش الوزير أيضاً خطة الحكومة لدعم الاقتصاد"),
        ("عقد المجلس اجتماعه عل هامش المُتمر الاقتصادي", "عقد المجلس اجتماعه على هامش المُؤتمر الاقتصادي"),
        ("قال الوزير يضاً ن الحكوم ستدعم القطاع الخاص", "قال الوزير أيضاً إن الحكومة ستدعم القطاع الخاص"),
    ],
)
def test_a_word_with_a_diacritic_is_repaired_and_keeps_it(seed_project, damaged, repaired):
    assert repair(seed_project, damaged) == repaired


def test_the_second_implementation_of_the_damage_is_right_on_known_cases():
    """Cases found by hand in the shipped articles, and repairs that would invent a letter."""
    for form, raw in [
        ("الأنشطة", "الانشط"), ("على", "عل"), ("إلى", "ل"), ("إلى", "ال"), ("المؤسسات", "المسسات"), ("تحظى", "تحظي"),
        ("التي", "الت"), ("الخليجية", "الخليجيه"), ("فإلى", "فل"), ("ما قورن", "ماقورن"),
    ]:  # fmt: skip
        assert explains(form, raw, STRIPPED), f"{form} → {raw}"
    for form, raw in [("الدولة", "الدو"), ("كتاب", "كتب"), ("كتب", "كتاب"), ("3ر5", "ر"), ("يوم", "وم")]:
        assert not explains(form, raw, STRIPPED), f"{form} → {raw}"
    assert not explains("مدرسة", "مدرس", FOLDED)
