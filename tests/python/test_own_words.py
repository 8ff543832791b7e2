"""What users configure for repair: custom lexicons, protected words, and how sure a change must be."""

import pytest

from conftest import repaired_tokens

TEXT = "زار الوفد مدين زظوس ثم عاد الى دول الامارات وقال وزير الصناع ان الشرك تدعم القطاع الخاص".replace("الى", "ال")
NORMALISED = "زار الوفد مدينه زظوسه في زياره للمؤسسات الصغيره والانشطه الصناعيه والهيئات العامه"


def write_list(project, key, text, name=None):
    """Writes a word list beside the configuration and names it there."""
    name = name or f"{key}.txt"
    (project.root / name).write_text(text, encoding="utf-8")
    return project.configure("repair", key, f'["{name}"]')


def repair(project, text):
    return project.tarmim("repair", stdin=text.encode()).stdout


def only_sentences(project, text):
    project.write("a.txt", text)
    return project.build().rows("sentences")


def readings(rows, column):
    """The rows of `repairs` or `doubts`, by raw token."""
    return {reading["raw"]: reading for row in rows for reading in row[column]}


def test_a_custom_word_is_found_behind_clitics_too(empty_project):
    assert "زظوسة" not in repair(empty_project, TEXT)
    write_list(empty_project, "lexicons", "# مدن\n\nزظوسة  # مدينة\n")
    assert "زظوسة" in repair(empty_project, TEXT).split()
    assert "وبزظوسة" in repair(empty_project, TEXT.replace("زظوس", "وبزظوس")).split()
    assert "والزظوسة" in repair(empty_project, TEXT.replace("زظوس", "والزظوس")).split()
    assert "زظوسة" in repair(empty_project, NORMALISED).split(), "in every state of writing"


def test_a_custom_word_does_not_count_as_unresolved(empty_project):
    before = only_sentences(empty_project, TEXT)
    write_list(empty_project, "lexicons", "زظوسة\n")
    after = only_sentences(empty_project, TEXT)
    assert sum(row["unresolved_count"] for row in after) == sum(row["unresolved_count"] for row in before) - 1
    assert readings(after, "repairs")["زظوس"]["repaired"] == "زظوسة"
    assert "زظوسة" in empty_project.tarmim("explain", empty_project.input / "a.txt").stdout


def test_a_common_word_that_fits_is_not_displaced(empty_project):
    write_list(empty_project, "lexicons", "عئل\nشرئكة\n")
    assert repair(empty_project, "عقد المجلس اجتماعه عل هامش المتمر") == "عقد المجلس اجتماعه على هامش المؤتمر"
    assert "الشركة" in repair(empty_project, TEXT).split()


def test_a_listed_name_wins_over_a_rare_one(empty_project):
    """توباز is in the lexicon, with one occurrence in millions of words."""
    text = "زار الوفد توباز في دول الامارات وقال وزير الصناع ان الشرك كبير"
    assert "توباز" in repair(empty_project, text).split()
    write_list(empty_project, "lexicons", "توبازة\n")
    assert "توبازة" in repair(empty_project, text).split()


def test_a_protected_word_is_never_changed(empty_project):
    assert readings(only_sentences(empty_project, TEXT), "repairs")["الشرك"]["repaired"] == "الشركة"
    write_list(empty_project, "protect", "الشرك\nزظوس\n")
    rows = only_sentences(empty_project, TEXT)
    assert not {"الشرك", "زظوس"} & (readings(rows, "repairs") | readings(rows, "doubts")).keys()
    assert sum(row["unresolved_count"] for row in rows) == 0
    assert readings(rows, "repairs")["الصناع"]["repaired"] == "الصناعة", "its neighbours are repaired"
    assert "الشرك" in repair(empty_project, TEXT).split()


@pytest.mark.parametrize("command", ["run", "check", "repair"])
def test_errors_in_word_lists_are_reported_with_their_lines(project, command):
    (project.root / "b.txt").write_text("دبي\nالإمارات العربية\nGulf\n", encoding="utf-8")
    project.configure("repair", "lexicons", '["b.txt"]')
    project.configure("repair", "protect", '["nowhere.txt"]')
    told = project.tarmim(command, expect=2, stdin=b"").stderr
    assert "b.txt:2: " in told and "b.txt:3: " in told and "nowhere.txt: cannot be read" in told
    assert "3 faults" in told
    assert not project.output.exists()


def test_check_prints_how_many_words_were_read(project):
    write_list(project, "lexicons", "دبي\nعجمان\nدبي\n")
    write_list(project, "protect", "ابوظبي\n")
    assert "2 custom words, 1 protected word" in project.tarmim("check").stdout


def test_the_build_depends_on_the_words_and_not_on_their_file_name(project):
    plain = project.build().id
    write_list(project, "lexicons", "زظوسة\nعجمان\n")
    listed = project.build().id
    write_list(project, "lexicons", "# the same\nعجمان\nزظوسة\n", name="renamed.txt")
    same = project.build().id
    write_list(project, "lexicons", "زظوسة\n")
    assert len({plain, listed, project.build().id}) == 3
    assert same == listed


def test_repairs_below_keep_raw_below_are_not_applied(project):
    project.configure("repair", "keep_raw_below", "0.95")
    rows = project.build().rows("sentences")
    assert all(repair["confidence"] >= 0.95 for row in rows for repair in row["repairs"])
    kept = [d for row in rows for d in row["doubts"] if d["alternatives"] and d["alternatives"][0]["confidence"] > d["confidence"]]
    assert len(kept) > 5, "the shipped articles have doubtful words"
    for doubt in kept:
        assert doubt["repaired"] == doubt["raw"] and doubt["alternatives"][0]["confidence"] < 0.95
        assert doubt["raw"] not in [alternative["form"] for alternative in doubt["alternatives"]]
    for row in rows:
        assert " ".join(repaired_tokens(row)) == row["text"]


def test_repairs_not_applied_are_doubts_whatever_the_threshold(project):
    project.configure("repair", "keep_raw_below", "0.95")
    project.configure("repair", "doubt_threshold", "0")
    rows = project.build().rows("sentences")
    assert any(row["doubts"] for row in rows)
    assert all(doubt["repaired"] == doubt["raw"] for row in rows for doubt in row["doubts"])


def test_at_one_nothing_is_changed_because_nothing_is_certain(project):
    project.configure("repair", "keep_raw_below", "1")
    rows = project.build().rows("sentences")
    assert [repair for row in rows for repair in row["repairs"]] == []
    assert all(row["text"] == row["raw_text"] for row in rows)
    assert sum(len(row["doubts"]) for row in rows) > 400, "and every change not made is a doubt"
