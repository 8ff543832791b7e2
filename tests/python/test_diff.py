"""`diff`: the changes between two builds, compared with those that pyarrow and difflib find."""

import difflib
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import Build, Project

TOP = "اجتمع المجلس صباح اليوم في مقر الغرف"
CHANGED = "غدا"


def tokens(rows):
    return [row["raw_text"] for row in rows]


def diff(project, *arguments):
    return json.loads(project.tarmim("diff", "--json", *arguments).stdout)


def lists(project, folder, *arguments):
    """The counts and the whole lists of a comparison."""
    counted = diff(project, "--parquet", folder, *arguments)
    return counted, *(pq.read_table(folder / f"{name}.parquet").to_pylist() for name in ("articles", "sentences"))


def articles(build):
    return {row["article_id"]: row for row in build.rows("articles")}


def sentences(build):
    """The rows of each article's sentences, in order."""
    grouped = {}
    for row in sorted(build.rows("sentences"), key=lambda row: row["sentence_index"]):
        grouped.setdefault(row["article_id"], []).append(row)
    return grouped


def expected_articles(before, after):
    """The change of each article, found from its rows and those of its sentences."""
    (old, new), (old_sentences, new_sentences) = map(articles, (before, after)), map(sentences, (before, after))
    for id in sorted(old.keys() | new.keys(), key=lambda id: ((old.get(id) or new[id])["source_path"], id)):
        if not (id in old and id in new):
            yield id, "added" if id in new else "removed", None
            continue
        one, two = old[id], new[id]
        cuts, other_cuts = ([len(row["raw_text"].split(" ")) for row in all[id]] for all in (old_sentences, new_sentences))
        differ = {
            "content": one["content_hash"] != two["content_hash"],
            "text": one["text"].split() != two["text"].split(),
            "metadata": any(one[key] != two[key] for key in ("title", "section", "byline", "dateline", "published", "damage")),
        }
        if one["content_hash"] == two["content_hash"]:
            differ["cuts"] = cuts != other_cuts
            differ["keywords"] = one["keywords"] != two["keywords"] or (
                not differ["cuts"]
                and [row["keyword_ids"] for row in old_sentences[id]] != [row["keyword_ids"] for row in new_sentences[id]]
            )
        if any(differ.values()) or tokens(old_sentences[id]) != tokens(new_sentences[id]):
            yield id, "edited", {name for name, differs in differ.items() if differs}


def same_raw(before, after):
    """Pairs of rows whose raw text is the same, in order."""
    matcher = difflib.SequenceMatcher(None, tokens(before), tokens(after), autojunk=False)
    for block in matcher.get_matching_blocks():
        yield from zip(before[block.a : block.a + block.size], after[block.b : block.b + block.size])


def check(project, folder, before, after):
    """Compares the whole output of `diff` with what can be computed from the two builds; returns that output."""
    counted, listed_articles, listed_sentences = lists(project, folder, before.id, after.id)
    expected = list(expected_articles(before, after))
    found = {row["article_id"]: row for row in listed_articles}
    beyond = {"keyphrases", "number_gaps", "marks", "kind"}  # what the expectation does not look at
    edited_beyond = {id for id, row in found.items() if row["change"] == "edited" and set(row["what"]) <= beyond}
    assert [(id, row["change"]) for id, row in found.items() if id not in edited_beyond] == [row[:2] for row in expected]
    for id, change, what in expected:
        if change == "edited":
            compared = {"content", "text", "metadata"} | ({"cuts", "keywords"} if "content" not in what else set())
            assert set(found[id]["what"]) & compared == what & compared, id
    check_sentences(before, after, listed_sentences)
    check_counts(before, after, counted, listed_articles, listed_sentences)
    return counted, listed_articles, listed_sentences


def check_sentences(before, after, listed):
    old, new = ({row["sentence_id"]: row for row in build.rows("sentences")} for build in (before, after))
    gone = [row["sentence_id_before"] for row in listed if row["sentence_id_before"]]
    come = [row["sentence_id_after"] for row in listed if row["sentence_id_after"]]
    assert len(set(gone)) == len(gone) and len(set(come)) == len(come), "each sentence is listed once"
    for row in listed:
        one, two = old.get(row["sentence_id_before"]), new.get(row["sentence_id_after"])
        assert row["change"] == ("added" if one is None else "removed" if two is None else "edited")
        for side, suffix in ((one, "before"), (two, "after")):
            assert row[suffix] == (side and side["text"]) and row[f"raw_{suffix}"] == (side and side["raw_text"])
            assert row[f"keyword_ids_{suffix}"] == (side and side["keyword_ids"])
        if one and two:
            differ = {key for key in ("raw_text", "text", "kind") if one[key] != two[key]}
            if one["keyword_ids"] != two["keyword_ids"]:
                differ.add("keywords")
            assert set(row["what"]) - {"boundaries", "number_gaps", "marks"} == differ and row["what"]
    # What is not listed is the same, and in the same order; difflib finds no sentence unchanged that is listed for its raw text.
    kept_old = [row["raw_text"] for row in before.rows("sentences") if row["sentence_id"] not in set(gone)]
    kept_new = [row["raw_text"] for row in after.rows("sentences") if row["sentence_id"] not in set(come)]
    assert kept_old == kept_new
    old, new = sentences(before), sentences(after)
    same = sum(1 for id in old.keys() & new.keys() for _ in same_raw(old[id], new[id]))
    listed_same = sum(row["change"] == "edited" and "raw_text" not in row["what"] for row in listed)
    assert len(kept_old) + listed_same == same


def check_counts(before, after, counted, listed_articles, listed_sentences):
    for table, listed in (("articles", listed_articles), ("sentences", listed_sentences)):
        tally = counted[table]
        for change in ("added", "removed", "edited"):
            assert tally[change] == sum(row["change"] == change for row in listed), (table, change)
        what = {}
        for row in listed:
            for name in row["what"]:
                what[name] = what.get(name, 0) + 1
        assert tally["what"] == what
        rows = [len(build.rows(table)) for build in (before, after)]
        both = tally["edited"] + tally["confidence_only"] + tally["unchanged"]
        assert rows == [both + tally["removed"], both + tally["added"]]
    order = [(row["source_path"], row["article_id"]) for row in listed_articles]
    assert order == sorted(order)
    assert [path for path, _ in order if path in {row["source_path"] for row in listed_sentences}] == list(
        dict.fromkeys(row["source_path"] for row in listed_sentences)
    )
    for figure, key in (("articles", "articles"), ("sentences", "sentences"), ("keyword hits", "keywords")):
        shown = next(row for row in counted["figures"] if row["name"] == figure)
        assert [shown["before"], shown["after"]] == [len(build.rows(key)) for build in (before, after)]


@pytest.fixture(scope="session")
def edited(tmp_path_factory):
    """A project before and after articles were edited, added and deleted: the project and both builds."""
    project = Project(tmp_path_factory.mktemp("edited") / "project")
    project.write("politics/short.txt", "عقد المجلس اجتماعه عل هامش المتمر\n")
    project.write("politics/same.txt", "تدعم الوزار الصناعات الصغير والمتوسط\n")
    before = project.build()
    names = sorted(path.name for path in project.input.glob("*.txt"))
    words = (project.input / names[0]).read_text(encoding="utf-8").split()
    project.write(names[0], " ".join([*words[:200], CHANGED, *words[201:]]) + "\n")
    (project.input / names[1]).unlink()
    text = (project.input / names[2]).read_text(encoding="utf-8")
    project.write(names[2], f"{TOP}\n\n{text}")
    project.write("politics/new.txt", "بحث الوزير مع نظيره سبل التعاون بين البلدين\n")
    return project, names, before, project.build()


def test_edited_added_and_deleted_articles_are_found(edited, tmp_path):
    project, names, before, after = edited
    counted, listed, _ = check(project, tmp_path, before, after)
    changes = {row["source_path"]: row["change"] for row in listed}
    assert changes == {names[0]: "edited", names[1]: "removed", names[2]: "edited", "politics/new.txt": "added"}
    assert [row["name"] for row in counted["provenance"]] == ["inputs"]
    texts = {build.id: {row["article_id"]: row["text"] for row in build.rows("articles")} for build in (before, after)}
    for row in listed:
        assert row["before"] == texts[before.id].get(row["article_id"])
        assert row["after"] == texts[after.id].get(row["article_id"])


def test_a_sentence_inserted_at_the_top_leaves_the_others_unchanged(edited, tmp_path):
    project, names, before, after = edited
    _, _, listed = lists(project, tmp_path, before.id, after.id)
    here = [row for row in listed if row["source_path"] == names[2]]
    added = [row for row in here if row["change"] == "added"]
    assert TOP in " ".join(row["raw_after"] for row in added)
    rows = [row for row in before.rows("sentences") if row["source_path"] == names[2]]
    assert len(rows) > 8 and len(here) <= 3, "all but the first are as they were"


def test_a_changed_word_is_shown_before_and_after(edited, tmp_path):
    project, names, before, after = edited
    _, _, listed = lists(project, tmp_path, before.id, after.id)
    here = [row for row in listed if row["source_path"] == names[0]]
    assert any(row["change"] == "edited" and CHANGED in row["raw_after"].split() for row in here)
    assert not any(CHANGED in (row["raw_before"] or "").split() for row in here)


def test_in_the_other_direction_added_is_removed(edited):
    project, _, before, after = edited
    forth, back = diff(project, before.id, after.id), diff(project, after.id, before.id)
    for table in ("articles", "sentences"):
        assert forth[table]["added"] == back[table]["removed"] and forth[table]["removed"] == back[table]["added"]
        assert forth[table]["unchanged"] == back[table]["unchanged"]


def test_a_build_does_not_differ_from_itself(edited):
    project, _, before, _ = edited
    same = diff(project, before.id, before.id)
    assert same["provenance"] == [] and same["listed"] == {"articles": [], "sentences": []}
    assert same["articles"]["unchanged"] == len(before.rows("articles"))
    assert same["sentences"]["unchanged"] == len(before.rows("sentences"))


def test_another_vocabulary_changes_keywords_alone(project, tmp_path):
    before = project.build()
    csv = tmp_path / "own.csv"
    csv.write_text("id,label,category,variants\nown,صناعة,own,صناعات;الصناعات\n", encoding="utf-8")
    after = project.build("--vocabulary", csv)
    counted, listed, sentences = check(project, tmp_path / "lists", before, after)
    assert {row["name"] for row in counted["provenance"]} >= {"vocabulary"}
    assert listed and all(row["what"] == ["keywords"] for row in listed)
    assert sentences and all(row["what"] == ["keywords"] for row in sentences)
    expected = {row["sentence_id"]: row["keyword_ids"] for row in before.rows("sentences")}
    changed = {row["sentence_id"] for row in after.rows("sentences") if row["keyword_ids"] != expected[row["sentence_id"]]}
    assert {row["sentence_id_after"] for row in sentences} == changed


def test_another_setting_moves_cuts(project, tmp_path):
    before = project.build()
    project.configure("split", "max_tokens", "12")
    after = project.build()
    counted, listed, sentences = check(project, tmp_path / "lists", before, after)
    assert [(row["name"], row["before"], row["after"]) for row in counted["provenance"]] == [
        ("settings.split.max_tokens", 120, 12)
    ]
    assert all("cuts" in row["what"] and not {"content", "text"} & set(row["what"]) for row in listed)
    assert all("boundaries" in row["what"] for row in sentences if row["change"] == "edited")


def test_changes_of_confidence_alone_are_counted_and_not_listed(project, tmp_path):
    before = project.build()
    project.configure("repair", "doubt_threshold", "0.5")
    after = project.build()
    counted, listed, sentences = check(project, tmp_path / "lists", before, after)
    old = {row["sentence_id"]: row["doubts"] for row in before.rows("sentences")}
    changed = sum(old[row["sentence_id"]] != row["doubts"] for row in after.rows("sentences"))
    assert listed == [] and sentences == [] and changed > 0
    assert counted["sentences"]["confidence_only"] == changed


def test_by_default_the_previous_build_is_compared_with_the_current_one(project):
    first = project.build()
    project.configure("split", "max_tokens", "12")
    second = project.build()
    for arguments in ((), (first.id,), (first.id, "current"), (first.folder, second.folder)):
        shown = diff(project, *arguments)
        assert (shown["before"]["build_id"], shown["after"]["build_id"]) == (first.id, second.id)


def test_the_text_has_aligned_columns_and_arabic_last(edited):
    project, _, before, after = edited
    text = project.tarmim("diff", before.id, after.id, "--limit", "2").stdout
    assert text == project.tarmim("diff", before.id, after.id, "--limit", "2").stdout
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("sentence  "))
    column = lines[at].index("text")
    shown = [line for line in lines[at + 1 :] if line and not line.startswith("…")]
    assert shown and all(line[column - 2 : column] == "  " and line[:column].isascii() for line in shown)
    assert sum("more (--limit, --parquet)" in line for line in lines) == 2


def test_builds_of_other_versions_are_compared_in_their_common_columns(edited, tmp_path):
    project, _, before, after = edited
    older = tmp_path / "older"
    shutil.copytree(before.folder, older)
    for table, column in (("sentences", "number_gaps"), ("articles", "keyphrases")):
        for path in (older / table).glob("*.parquet"):
            rows = pq.ParquetFile(path).read().drop_columns([column])
            pq.write_table(rows.append_column("of_old", pa.array(range(len(rows)))), path)
    manifest = json.loads((older / "manifest.json").read_text(encoding="utf-8"))
    manifest["schema_version"] = "0.9"
    del manifest["provenance"]["stages"]
    (older / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    shown, whole = diff(project, older, after.id), diff(project, before.id, after.id)
    assert "versions 0.9 and" in shown["remarks"][0]
    assert any("only the later build has number_gaps" in remark for remark in shown["remarks"])
    assert any("only the earlier build has of_old" in remark for remark in shown["remarks"])
    for change in ("added", "removed", "edited"):
        assert shown["articles"][change] == whole["articles"][change]


def test_articles_of_one_file_are_distinguished_by_their_index(edited, tmp_path):
    """Builds whose tables have `article_index` and one source for all articles, as those of record files have."""
    project, _, before, after = edited
    folders = []
    for build in (before, after):
        folder = tmp_path / build.id
        shutil.copytree(build.folder, folder)
        places = {row["article_id"]: place for place, row in enumerate(build.rows("articles"))}
        for table in ("articles", "sentences"):
            for path in (folder / table).glob("*.parquet"):
                rows = pq.ParquetFile(path).read()
                index = pa.array([places[id] for id in rows["article_id"].to_pylist()], pa.int64())
                rows = rows.drop_columns([name for name in rows.column_names if name == "article_index"])
                rows = rows.append_column("article_index", index)
                source = pa.array(["all.jsonl"] * len(rows))
                pq.write_table(rows.set_column(rows.schema.get_field_index("source_path"), "source_path", source), path)
        folders.append(folder)
    _, listed, _ = check_folders(project, tmp_path / "lists", folders)
    places = {row["article_id"]: place for place, row in enumerate(after.rows("articles"))}
    order = [places[row["article_id"]] for row in listed if row["change"] != "removed"]
    assert order == sorted(order) and len(order) == 3


def check_folders(project, folder, builds):
    counted, listed_articles, listed_sentences = lists(project, folder, *builds)
    check_sentences(*map(Build, builds), listed_sentences)
    return counted, listed_articles, listed_sentences


def test_lists_are_not_overwritten(edited, tmp_path):
    project, _, before, after = edited
    (tmp_path / "sentences.parquet").write_text("mine", encoding="utf-8")
    refused = project.tarmim("diff", before.id, after.id, "--parquet", tmp_path, expect=1)
    assert "is there already" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["sentences.parquet"], "nothing else is left"
    assert (tmp_path / "sentences.parquet").read_text(encoding="utf-8") == "mine"


def test_an_unknown_build_is_reported_with_those_that_are_kept(edited, empty_project):
    project, _, before, after = edited
    error = project.tarmim("diff", "0123", expect=2).stderr
    assert "no build 0123" in error and before.id in error and after.id in error
    for arguments in ([], ["0123"], ["0123", "4567"]):
        assert "there is no build yet" in empty_project.tarmim("diff", *arguments, expect=3).stderr


def test_a_single_build_has_nothing_to_compare_with(seed_project, seed_build):
    error = seed_project.tarmim("diff", expect=3).stderr
    assert "only one build exists" in error and seed_build.id in error
