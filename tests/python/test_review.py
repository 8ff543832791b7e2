"""Corrections by hand: where they are applied, what they change and what not, and what is told of those that no longer apply."""

import csv
import io

import pytest

from conftest import repaired_tokens
from rebuilds import assert_same_bytes, full_build, planned, redone

COLUMNS = ["kind", "scope", "article", "before", "raw", "after", "now", "correction"]


def correct(project, *rows, name="corrections.csv"):
    """Writes a file of corrections and configures it."""
    with (project.root / name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    project.configure("review", "corrections", f'["{name}"]')


def statuses(build):
    """What review.csv says of each correction, by its line."""
    with (build.folder / "review.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["line"]): (row["status"], int(row["places"])) for row in csv.DictReader(file)}


def place(row, token, width=5):
    """The columns that name a token of a sentence."""
    raw = row["raw_text"].split(" ")
    before, after = raw[max(0, token - width) : token], raw[token + 1 : token + 1 + width]
    return {"article": row["article_id"], "before": " ".join(before), "raw": raw[token], "after": " ".join(after)}


def body(build, least=12):
    """The long sentences of the first article."""
    rows = build.rows("sentences")
    return [row for row in rows if row["article_id"] == rows[0]["article_id"] and row["token_count"] >= least and row["kind"] == "body"]


def articles_redone(build):
    return {row["article_id"] for row in redone(build)}


def test_a_form_is_applied_at_its_place_alone_and_marked(project):
    before = project.build()
    row = body(before)[1]
    correct(project, {"kind": "form"} | place(row, 6) | {"correction": "كلمتان اثنتان"})
    build = project.build()
    assert statuses(build) == {2: ("applied", 1)}
    (changed,) = [new for new, old in zip(build.rows("sentences"), before.rows("sentences")) if new["text"] != old["text"]]
    (repair,) = [repair for repair in changed["repairs"] if repair["origin"] == "hand"]
    assert (changed["sentence_id"], repair["token"], repair["repaired"], repair["confidence"]) == (row["sentence_id"], 6, "كلمتان اثنتان", 1.0)
    assert changed["tokens"][6] == {"raw": repair["raw"], "form": "كلمتان اثنتان", "confidence": 1.0}
    assert changed["text"] == " ".join(repaired_tokens(changed))
    assert all(doubt["token"] != 6 for doubt in changed["doubts"])
    assert articles_redone(build) == {row["article_id"]}, "the other two articles are as they were"


def test_a_kept_word_is_certain_and_no_repair(project):
    row = next(row for row in body(project.build()) if row["repairs"])
    token = row["repairs"][0]["token"]
    correct(project, {"kind": "form"} | place(row, token) | {"correction": row["repairs"][0]["raw"]})
    changed = {new["sentence_id"]: new for new in project.build().rows("sentences")}[row["sentence_id"]]
    assert changed["repaired_count"] == row["repaired_count"] - 1
    assert changed["tokens"][token]["confidence"] == 1.0 and changed["tokens"][token]["form"] == row["repairs"][0]["raw"]
    assert all(doubt["token"] != token for doubt in changed["doubts"])


def test_a_sentence_end_is_set_and_another_removed(project):
    before = project.build()
    first, second = body(before)[1:3]
    assert second["sentence_index"] == first["sentence_index"] + 1
    last = first["token_count"] - 1
    after = " ".join(second["raw_text"].split(" ")[:5])
    correct(
        project,
        {"kind": "sentence_end"} | place(first, 5) | {"now": "no", "correction": "yes"},
        {"kind": "sentence_end"} | place(first, last) | {"after": after, "now": "yes", "correction": "no"},
    )
    build = project.build()
    assert [status for status, _ in statuses(build).values()] == ["applied", "applied"]
    rows = [row for row in build.rows("sentences") if row["article_id"] == first["article_id"]]
    raw = [row["raw_text"] for row in rows]
    tokens = first["raw_text"].split(" ")
    (head,) = [row for row in rows if row["raw_text"] == " ".join(tokens[:6])]
    assert head["boundary_confidence"] == 1.0
    assert not any(text.endswith(" " + tokens[last]) and second["raw_text"].startswith(raw[at + 1]) for at, text in enumerate(raw[:-1])), "they are one"
    assert " ".join(raw) == " ".join(row["raw_text"] for row in before.rows("sentences") if row["article_id"] == first["article_id"])


def test_keywords_are_dropped_and_added(project):
    before = project.build()
    hit = before.rows("keywords")[0]
    row = next(row for row in before.rows("sentences") if row["sentence_id"] == hit["sentence_id"])
    raw = row["raw_text"].split(" ")
    start, end = hit["token_start"], hit["token_end"]
    mention = place(row, start) | {"raw": " ".join(raw[start:end]), "after": " ".join(raw[end : end + 5])}
    other = next(one["keyword_id"] for one in before.rows("keywords") if one["keyword_id"] != hit["keyword_id"])
    correct(project, {"kind": "keyword"} | mention | {"now": hit["keyword_id"], "correction": other})
    build = project.build()
    at_place = [
        (one["keyword_id"], one["layer"], one["confidence"])
        for one in build.rows("keywords")
        if one["sentence_id"] == row["sentence_id"] and (one["token_start"], one["token_end"]) == (start, end)
    ]
    assert at_place == [(other, "hand", 1.0)]
    correct(project, {"kind": "keyword"} | mention | {"now": hit["keyword_id"], "correction": "none"})
    assert len(project.build().rows("keywords")) == len(before.rows("keywords")) - 1
    correct(project, {"kind": "keyword"} | mention | {"correction": "no-such-concept"})
    assert statuses(project.build()) == {2: ("the vocabulary has no concept no-such-concept", 0)}


def test_a_rule_holds_for_a_word_in_an_article_or_everywhere(empty_project):
    text = "قال المدير ان الام جاءت الي البيت مع الام الاخري ثم عادت، ورأت الام، ولدها"
    empty_project.write("a.txt", text)
    empty_project.write("b.txt", f"وفي المساء {text}")
    empty_project.configure("gates", "drift", '"off"')
    correct(
        empty_project,
        {"kind": "form", "scope": "corpus", "raw": "الام", "correction": "الأم"},
        {"kind": "form", "scope": "article", "article": "b.txt", "raw": "الام،", "correction": "الأمة،"},
        {"kind": "form", "article": "b.txt", "before": "رأت", "raw": "مع", "correction": "معا"},
    )
    build = empty_project.build()
    forms = {path: [token["form"] for row in rows for token in row["tokens"] if token["raw"].startswith("الام")] for path, rows in build.sentences_by_path().items()}
    assert forms == {"a.txt": ["الأم", "الأم", "الأم،"], "b.txt": ["الأمة", "الأمة", "الأمة،"]}, "marks stay where they were"
    assert statuses(build) == {2: ("applied", 3), 3: ("applied", 3), 4: ("no such text", 0)}
    assert empty_project.tarmim("repair", stdin="جاءت الام".encode()).stdout.endswith("الأم"), "the filter knows the rules for all"


def test_corrections_survive_edits_elsewhere_and_those_that_do_not_are_listed(project):
    row = body(project.build())[2]
    source = project.input / row["source_path"]
    correct(
        project,
        {"kind": "form"} | place(row, 8) | {"correction": "مختلف"},
        {"kind": "form"} | place(row, 4) | {"raw": "لايوجد", "correction": "مختلف"},
        {"kind": "form"} | place(row, 4) | {"article": "gone.txt", "correction": "مختلف"},
        {"kind": "form"} | place(row, 9) | {"correction": "أول"},
        {"kind": "form"} | place(row, 9) | {"correction": "ثان"},
    )
    raw = row["raw_text"].split(" ")
    text = source.read_text(encoding="utf-8")
    assert text.count(f"{raw[3]} {raw[4]} {raw[5]}") == 1
    source.write_text("كلام جديد في البداية " + text.replace(f"{raw[3]} {raw[4]} {raw[5]}", f"{raw[3]} زائد {raw[4]} {raw[5]}"), encoding="utf-8")
    done = project.tarmim("run")
    assert "3 of 5 corrections were not applied" in done.stderr
    assert [status for status, _ in statuses(project.current()).values()] == [
        "applied",
        "no such text",
        "no such article in the build; perhaps it is left out as a copy, or rejected",
        "another correction of the same place wins",
        "applied",
    ]
    again = project.tarmim("run")
    assert "up to date" in again.stdout and "3 of 5 corrections" in again.stderr, "later runs tell it, too"


def test_a_place_that_could_be_several_is_not_guessed(empty_project):
    empty_project.write("a.txt", "جاءت الام الي البيت ثم خرجت الام من البيت مع ولدها الصغير في المساء")
    empty_project.configure("gates", "drift", '"off"')
    correct(
        empty_project,
        {"kind": "form", "article": "a.txt", "raw": "الام", "correction": "الأم"},
        {"kind": "form", "article": "a.txt", "before": "خرجت", "raw": "الام", "correction": "الأمة"},
    )
    build = empty_project.build()
    assert statuses(build) == {2: ("2 places fit; give more of the text before and after", 0), 3: ("applied", 1)}


def test_a_rebuild_with_corrections_is_a_full_build_and_a_plan_foresees_it(project, tmp_path):
    row = body(project.build())[1]
    correct(project, {"kind": "form"} | place(row, 6) | {"correction": "مختلف"})
    assert planned(project)["work"] == {"unchanged": 2, "corrections changed": 1}
    build = project.build()
    assert_same_bytes(build, full_build(project, tmp_path / "full"))
    correct(project, {"kind": "form", "scope": "corpus", "raw": "لايوجد", "correction": "مختلف"})
    assert planned(project)["work"] == {"unchanged": 2, "corrections changed": 1}, "what was corrected is as it was before"
    build = project.build()
    assert articles_redone(build) == {row["article_id"]}
    assert_same_bytes(build, full_build(project, tmp_path / "full-again"))


@pytest.mark.parametrize("line, what", [
    ("word,here,a,,x,,,y", "the kind is"),
    ("form,here,,,x,,,y", '"article" is empty'),
    ("form,here,a,,x y,,,z", "expected one token"),
    ("sentence_end,here,a,,x,,,perhaps", "expected yes or no"),
    ("keyword,corpus,a,,x,,,oil", "only the kind form"),
])
def test_a_faulty_row_is_named_with_its_line(project, line, what):
    (project.root / "c.csv").write_text(",".join(COLUMNS) + "\n" + line + "\n", encoding="utf-8")
    project.configure("review", "corrections", '["c.csv"]')
    for command in ("run", "check"):
        done = project.tarmim(command, expect=2)
        assert "c.csv:2: " in done.stderr and what in done.stderr
    project.configure("review", "corrections", '["missing.csv"]')
    assert "review.corrections" in project.tarmim("check", expect=2).stderr


def test_what_a_spreadsheet_saves_is_read(project):
    row = body(project.build())[1]
    fields = {"kind": "form"} | place(row, 6) | {"correction": "مختلف"}
    expected = None
    for name, encoding, separator in [("c.csv", "utf-8-sig", ","), ("c.csv", "utf-16", "\t"), ("c.csv", "cp1256", ";")]:
        page = io.StringIO()
        writer = csv.DictWriter(page, COLUMNS, restval="", delimiter=separator)
        writer.writeheader()
        writer.writerow(fields)
        (project.root / name).write_bytes(page.getvalue().encode(encoding))
        project.configure("review", "corrections", f'["{name}"]')
        build = project.build()
        assert statuses(build) == {2: ("applied", 1)}, encoding
        expected = expected or build.bytes_by_path()
        tables = {path: content for path, content in build.bytes_by_path().items() if "sentences" in path}
        assert len(tables) == 1


# What a fresh pair of eyes found


def written(project, rows, header="kind,scope,article,before,raw,after,now,correction"):
    (project.root / "c.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    project.configure("review", "corrections", '["c.csv"]')


def test_rows_that_a_spreadsheet_left_short_are_read(empty_project):
    """Excel leaves out the empty cells at the end of some rows, and takes an id without letters for a number."""
    empty_project.write("a.txt", "جاءت الام ال البيت")
    header = "kind,scope,article,before,raw,after,now,correction,confidence,alternatives,sentence,source,title"
    written(empty_project, ["form,here,5.97432E+15,جاءت,الام,ال البيت,,الأم,,,,a.txt", "form,here,a.txt,,جاءت,الام,,", "form,here,a.txt"], header)
    build = empty_project.build()
    assert [token["form"] for row in build.rows("sentences") for token in row["tokens"]][1] == "الأم"
    assert statuses(build) == {2: ("applied", 1)}


def test_a_row_with_a_separator_too_many_is_a_fault_that_says_what_to_do(empty_project):
    empty_project.write("a.txt", "جاءت الام")
    written(empty_project, ["form,here,a.txt,,الام,,,الأم،,x,y"])
    told = empty_project.tarmim("run", expect=2).stderr
    assert "c.csv:2: 10 cells, and the header has 8; put a cell that holds a separator into double quotes" in told


def test_a_short_context_that_fits_twice_is_not_enough(empty_project):
    """Four tokens around a place, all as given, make it the same passage written twice."""
    passage = "وان قل من هذه الصناعات تتطلع ال الاسواق"
    empty_project.write("a.txt", f"{passage}\n\n{passage}\n")
    written(empty_project, ["form,here,a.txt,وان,قل,,,أقل", "form,here,a.txt,الصناعات,تتطلع,ال,,تتطلّع", "form,here,a.txt,من هذه,الصناعات,تتطلع ال,,الصناعات"])
    assert statuses(empty_project.build()) == {
        2: ("2 places fit; give more of the text before and after", 0),
        3: ("2 places fit; give more of the text before and after", 0),
        4: ("applied", 2),
    }


def test_a_keyword_gives_way_to_a_sentence_end_within_it(project):
    row = next(row for row in body(project.build()) if len(row["tokens"]) > 12)
    raw = row["raw_text"].split(" ")
    after = " ".join(raw[6:8])
    written(
        project,
        [
            f"sentence_end,here,{row['source_path']},{' '.join(raw[2:4])},{raw[4]},{' '.join(raw[5:7])},,yes",
            f"keyword,here,{row['source_path']},{' '.join(raw[2:4])},{raw[4]} {raw[5]},{after},,national-labour",
        ],
    )
    build = project.build()
    assert statuses(build) == {2: ("applied", 1), 3: ("another correction of the same place wins", 0)}
    assert not [hit for hit in build.rows("keywords") if hit["layer"] == "hand"]


def test_the_same_correction_twice_is_applied(empty_project):
    empty_project.write("a.txt", "جاءت الام ال البيت")
    written(empty_project, ["form,here,a.txt,جاءت,الام,ال البيت,,الأم"] * 2)
    done = empty_project.tarmim("run")
    assert "not applied" not in done.stderr
    assert statuses(empty_project.current()) == {2: ("applied", 1), 3: ("applied", 1)}


def test_a_form_with_its_mark_gets_no_second_one(project):
    build = project.build()
    row = next(row for row in body(build) if [mark for mark in row["marks"] if mark["mark"] == "،"])
    at = next(mark["token"] for mark in row["marks"] if mark["mark"] == "،")
    raw = row["raw_text"].split(" ")
    written(project, [f"form,here,{row['source_path']},{' '.join(raw[max(0, at - 2) : at])},{raw[at]},{' '.join(raw[at + 1 : at + 3])},,\"مختلف،\""])
    build = project.build()
    text = " ".join(row["text_punctuated"] for row in build.rows("sentences"))
    assert "مختلف،" in text and "،،" not in text
