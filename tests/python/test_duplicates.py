"""Duplicates: which articles are flagged as copies of earlier ones, checked by a second count, and which are left out."""

import re
import json
import random

import pytest

from conftest import Project, seed_texts
from damage import STRIPPED

# Articles on different news items, written for this test; they share set phrases and nothing else.
FLOOD = (
    "أعلنت هيئة إدارة الأزمات مساء أمس أن السيول التي اجتاحت القرى الواقعة على ضفاف الوادي ألحقت أضرارا كبيرة "
    "بالمزارع والمنازل، وأجبرت مئات الأسر على مغادرة بيوتها إلى مراكز إيواء مؤقتة. وقال رئيس الهيئة إن فرق الإنقاذ "
    "تمكنت من إجلاء جميع العالقين، مؤكدا أن إعادة فتح الطرق الرئيسية ستستغرق أسبوعا كاملا. وأضاف أن الحكومة ستصرف "
    "تعويضات عاجلة للمتضررين، ودعا الأهالي إلى الابتعاد عن مجاري المياه حتى تنتهي الأحوال الجوية السيئة."
)
CHESS = (
    "توج اللاعب الشاب بلقب بطولة الشطرنج المدرسية بعد منافسة قوية استمرت خمسة أيام في قاعة النادي الثقافي، وشارك "
    "فيها أكثر من ستين لاعبا من مختلف المدارس. وأعرب المدرب عن سعادته بهذا الإنجاز، مشيرا إلى أن الفريق سيبدأ "
    "قريبا الاستعداد للمسابقة الإقليمية المقبلة. وقد كرم مدير النادي الفائزين بكؤوس وشهادات تقدير، ووعد بإنشاء "
    "أكاديمية صغيرة لتعليم اللعبة للناشئين في العطلة الصيفية."
)
TRADE = (
    "أعلنت وزارة التجارة أن صادرات التمور ارتفعت خلال الربع الأول من العام بنسبة كبيرة، وعزت ذلك إلى افتتاح أسواق "
    "جديدة في شرق آسيا وتحسن جودة التعبئة. وقال وكيل الوزارة إن المصانع المحلية رفعت طاقتها الإنتاجية، وأن لجنة "
    "مشتركة ستبحث تخفيض رسوم الشحن. ويتوقع خبراء أن يستمر النمو إذا حافظ المزارعون على المعايير المطلوبة واستفادوا "
    "من برامج التمويل الميسر."
)
FORMULA = "دبي - وكالات الأنباء"

# How far the estimate of a similarity may be from the true one: four standard errors at 0.5, where they are largest.
TOLERANCE = 0.19
# Letters that do not distinguish two copies of a word: the damage deletes or replaces them.
LOST = str.maketrans("", "", "اأإآءئؤةى")


def stripped(text):
    """The text without the letters that the damage can delete."""
    return " ".join("".join(c for c in word if c.isalpha() and (c not in STRIPPED)) for word in text.split())


def edited(words, share, seed):
    """The words with a share of them replaced, at random places."""
    generator, words = random.Random(seed), list(words)
    others = " ".join(seed_texts().values()).split()
    for at in generator.sample(range(len(words)), round(len(words) * share)):
        words[at] = generator.choice([other for other in others if other != words[at]])
    return words


def similarity(one, other):
    """A second count: the share of common pairs of neighbouring words, in the letters that every copy keeps."""
    pairs = []
    for text in (one, other):
        letters = ("".join(filter(str.isalpha, token)) for token in text.split())
        words = [word for token in letters if (word := token.translate(LOST).rstrip("هي"))]
        pairs.append(set(zip(words, words[1:])))
    return 2 * len(pairs[0] & pairs[1]) / (len(pairs[0]) + len(pairs[1]))


LONG = random.Random(5).choices(" ".join(seed_texts().values()).split(), k=400)
EDITS = {0.05: 1, 0.1: 2, 0.2: 3}
# In the order of their paths; (text, original of the same words, original of nearly the same words)
TEXTS = {
    "a/flood.txt": (FLOOD, None, None),
    "a/formula.txt": (FORMULA, None, None),
    "a/long.txt": (" ".join(LONG), None, None),
    "b/again.txt": (FLOOD, "a/flood.txt", None),
    "b/chess.txt": (CHESS, None, None),
    "b/marks.txt": (FLOOD.replace("،", " -").replace(".", "!").replace("أن", "أنّ"), "a/flood.txt", None),
    "c/damaged.txt": (stripped(FLOOD), None, "a/flood.txt"),
    "c/damaged_again.txt": (stripped(FLOOD), "c/damaged.txt", None),
    "c/formula.txt": ("دبي: «وكالات الأنباء»", "a/formula.txt", None),
    "d/trade.txt": (TRADE, None, None),
    **{f"e/edited-{share}.txt": (" ".join(edited(LONG, share, seed)), None, "a/long.txt") for share, seed in EDITS.items()},
    "f/spelt.txt": (CHESS.replace("أ", "ا").replace("إ", "ا"), None, "b/chess.txt"),
}
# Copies across formats: each record repeats the article of a file, which comes first.
RECORDS = {
    "one": (CHESS, "b/chess.txt", None),
    "two": (stripped(TRADE), None, "d/trade.txt"),
    "three": (FORMULA[:9], None, None),
    "titled": (f"عنوان آخر\n{TRADE}", None, "d/trade.txt"),
}
ALL = TEXTS | {f"g/records.jsonl/{key}": told for key, told in RECORDS.items()}
EXACT = {place for place, (_, exact, _) in ALL.items() if exact}
NEAR = {place for place, (_, _, near) in ALL.items() if near}


def place(row):
    return row["source_path"] + (f"/{row['record']}" if row["record"] is not None else "")


def write(project):
    for path, (text, *_) in TEXTS.items():
        project.write(path, text)
    records = [{"id": key, "text": text, "author": f"كاتب {key}"} for key, (text, *_) in RECORDS.items()]
    # A title is a part of the article, as it is if it stands in the text.
    records[-1]["title"], records[-1]["text"] = records[-1]["text"].split("\n")
    project.write("g/records.jsonl", "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))


def manifest(build):
    return json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))


def by_place(build):
    return {place(row): row for row in build.rows("articles")}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("duplicates") / "project", with_seeds=False)
    write(project)
    return project


@pytest.fixture(scope="module")
def builds(project):
    """A build of the same articles with each policy; not one reject is allowed."""
    project.configure("dataset", "max_reject_ratio", 0)
    told = {}
    for policy in ("off", "drop_exact", "drop", "flag"):
        project.configure("dataset", "duplicates", f'"{policy}"')
        told[policy] = (project.tarmim("run").stdout, project.current())
    return told


@pytest.fixture(scope="module")
def flagged(builds):
    return by_place(builds["flag"][1])


# Which articles are copies


@pytest.mark.parametrize("case", ALL)
def test_copies_are_flagged(flagged, case):
    _, exact, near = ALL[case]
    row = flagged[case]
    assert row["duplicate_of"] == (flagged[exact]["article_id"] if exact else None)
    assert row["near_duplicate_of"] == (flagged[near]["article_id"] if near else None)
    assert (row["near_duplicate_similarity"] is None) == (near is None)


@pytest.mark.parametrize("case", sorted(NEAR))
def test_the_similarity_agrees_with_a_second_count(flagged, case):
    text, _, near = ALL[case]
    found, expected = flagged[case]["near_duplicate_similarity"], similarity(text, ALL[near][0])
    assert abs(found - expected) < TOLERANCE
    assert found == pytest.approx(round(found, 4), abs=1e-6)
    assert (found == 1) == (expected == 1), "a copy that differs only by the damage has a similarity of exactly 1"


def test_more_edits_are_less_similar(flagged):
    found = [flagged[f"e/edited-{share}.txt"]["near_duplicate_similarity"] for share in sorted(EDITS)]
    assert 1 > found[0] > found[1] > found[2] > 0.6
    assert similarity(" ".join(LONG), " ".join(edited(LONG, 0.05, 1))) == pytest.approx(0.95**2, abs=0.03), "the test's own"


def test_originals_come_earlier_and_are_no_copies_themselves(flagged):
    by_id = {row["article_id"]: row for row in flagged.values()}
    for row in flagged.values():
        for column in ("duplicate_of", "near_duplicate_of"):
            if row[column] is not None:
                assert by_id[row[column]]["article_index"] < row["article_index"]
                assert by_id[row[column]]["duplicate_of"] is None


def test_the_threshold_is_a_setting(empty_project):
    write(empty_project)
    empty_project.configure("dataset", "near_duplicate_similarity", 0.95)
    rows = by_place(empty_project.build())
    told = {where for where, row in rows.items() if row["near_duplicate_of"] is not None}
    assert told == {where for where in NEAR if not where.startswith("e/")}
    exact = {where for where, row in rows.items() if row["duplicate_of"] is not None}
    assert exact == EXACT, "exact copies are not asked for it"


def test_another_first_article_is_the_original(empty_project):
    """The order of the sources decides, not that in which files were made or built."""
    empty_project.write("m.txt", FLOOD)
    empty_project.build()
    empty_project.write("a.txt", stripped(FLOOD))
    empty_project.write("z.txt", FLOOD)
    rows = by_place(empty_project.build())
    assert rows["a.txt"]["near_duplicate_of"] is None
    assert rows["m.txt"]["near_duplicate_of"] == rows["a.txt"]["article_id"]
    assert rows["z.txt"]["duplicate_of"] == rows["m.txt"]["article_id"]
    (empty_project.input / "a.txt").unlink()
    again = by_place(empty_project.build())
    assert again["m.txt"]["near_duplicate_of"] is None, "its original is gone"
    assert again["z.txt"]["duplicate_of"] == again["m.txt"]["article_id"]


# The policies


def test_off_flags_nothing(builds):
    rows = builds["off"][1].rows("articles")
    assert len(rows) == len(ALL)
    for column in ("duplicate_of", "near_duplicate_of", "near_duplicate_similarity"):
        assert {row[column] for row in rows} == {None}


LEFT_OUT = {"drop_exact": EXACT, "drop": EXACT | NEAR, "flag": set(), "off": set()}


@pytest.mark.parametrize("policy, left_out", LEFT_OUT.items())
def test_copies_are_left_out(builds, policy, left_out):
    told, build = builds[policy]
    assert by_place(build).keys() == ALL.keys() - left_out
    counts = manifest(build)["counts"]
    assert counts["dropped"] == len(left_out)
    assert counts["inputs"] == len(ALL) and counts["articles"] == len(ALL) - len(left_out)
    assert counts["rejects"] == 0, "nobody is at fault"
    assert f"none of {len(ALL)} inputs rejected" in told
    assert ("left out" in told) == bool(left_out)


@pytest.mark.parametrize("policy", ["drop_exact", "drop"])
def test_copies_left_out_are_listed_with_their_original(builds, flagged, policy):
    build = builds[policy][1]
    rejects = {place(row): row for row in build.rows("rejects")}
    assert rejects.keys() == LEFT_OUT[policy]
    published = {row["article_id"] for row in build.rows("articles")}
    for where, row in rejects.items():
        assert (row["stage"], row["code"]) == ("duplicates", "duplicate")
        assert flagged[where]["duplicate_of"] or flagged[where]["near_duplicate_of"]
        (original,) = re.findall(r"article ([0-9a-f]{16})", row["message"])
        assert original in published, "the original is in the build"
        assert where in NEAR or "nearly the same text" not in row["message"] or policy == "drop"


@pytest.mark.parametrize("policy", ["drop_exact", "drop"])
def test_no_table_has_a_row_of_a_copy_left_out(builds, policy):
    build = builds[policy][1]
    articles = build.rows("articles")
    ids = [row["article_id"] for row in articles]
    assert [row["article_index"] for row in articles] == list(range(len(articles))), "places are counted without gaps"
    assert set(build.table("sentences")["article_id"].to_pylist()) == set(ids)
    assert set(build.table("keywords")["article_id"].to_pylist()) <= set(ids)


def test_the_rows_of_published_articles_do_not_depend_on_the_policy(builds, flagged):
    neither = ("article_index", "duplicate_of", "near_duplicate_of", "near_duplicate_similarity")
    for policy in ("off", "drop_exact", "drop"):
        for where, row in by_place(builds[policy][1]).items():
            assert {k: v for k, v in row.items() if k not in neither} == {
                k: v for k, v in flagged[where].items() if k not in neither
            }, (policy, where)


def test_near_copies_are_flagged_if_only_exact_ones_are_left_out(builds, flagged):
    rows = by_place(builds["drop_exact"][1])
    told = {where: row["near_duplicate_of"] for where, row in rows.items()}
    assert told == {where: flagged[where]["near_duplicate_of"] for where in rows}
    assert {row["duplicate_of"] for row in rows.values()} == {None}
    assert {id for id in told.values() if id} <= {row["article_id"] for row in rows.values()}, "originals are published"


def test_copies_do_not_make_rejects_too_many(empty_project):
    """Nine of ten are copies; a file that cannot be read counts all the same."""
    empty_project.configure("dataset", "duplicates", '"drop_exact"')
    empty_project.configure("dataset", "max_reject_ratio", 0)
    for number in range(10):
        empty_project.write(f"{number}.txt", FLOOD)
    old = empty_project.build()
    assert manifest(old)["counts"]["dropped"] == 9
    empty_project.write("broken.txt", "نص".encode("utf-16")[:-1])
    done = empty_project.tarmim("run", expect=5)
    assert "1 of 11 inputs are rejected" in done.stderr
    assert empty_project.current().id == old.id


def test_a_copy_that_was_left_out_comes_back_when_its_original_goes(empty_project):
    empty_project.configure("dataset", "duplicates", '"drop"')
    for name, text in (("a.txt", FLOOD), ("b.txt", FLOOD), ("c.txt", CHESS)):
        empty_project.write(name, text)
    assert by_place(empty_project.build()).keys() == {"a.txt", "c.txt"}
    (empty_project.input / "a.txt").unlink()
    build = empty_project.build()
    assert by_place(build).keys() == {"b.txt", "c.txt"}
    assert manifest(build)["run"]["work"] == {"unchanged": 2}, "copies left out are cached too"
    assert manifest(build)["counts"]["dropped"] == 0


def test_an_article_is_left_out_only_for_one_that_is_published(empty_project):
    """Never for one that is left out itself."""
    empty_project.configure("dataset", "duplicates", '"drop"')
    words = LONG
    for number in range(6):
        empty_project.write(f"{number}.txt", " ".join(words))
        words = edited(words, 0.12, number)
    build = empty_project.build()
    published = {row["article_id"] for row in build.rows("articles")}
    for row in build.rows("rejects"):
        assert any(id in row["message"] for id in published), f"{row['source_path']}: {row['message']}"


def test_changing_the_policy_processes_no_article_again(builds):
    for policy in ("drop_exact", "drop", "flag"):
        assert manifest(builds[policy][1])["run"]["work"] == {"unchanged": len(ALL)}


def test_the_difference_between_policies_is_what_was_left_out(project, builds):
    (_, flag), (_, drop) = builds["flag"], builds["drop"]
    told = json.loads(project.tarmim("diff", "--json", flag.id, drop.id).stdout)
    assert told["articles"]["removed"] == len(EXACT | NEAR)
    assert told["articles"]["added"] == told["articles"]["edited"] == 0


def test_the_share_of_copies_is_a_gate(empty_project):
    for name in ("a.txt", "b.txt", "c.txt"):
        empty_project.write(name, FLOOD)
    empty_project.configure("gates", "min_articles", 1)
    empty_project.configure("gates", "duplicate_share", "[0, 0.5]")
    done = empty_project.tarmim("run", expect=4)
    assert "duplicate_share" in done.stderr and "found 0.6667" in done.stderr
    empty_project.configure("dataset", "duplicates", '"drop_exact"')
    assert empty_project.build().table("articles").num_rows == 1
