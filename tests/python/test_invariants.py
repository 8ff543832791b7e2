"""The invariants of the dataset: rows agree with each other and with the source, and every repair is one that the damage allows."""

import itertools
import json
import math
import random
import re
from collections import Counter

import pytest

from conftest import Project, assert_sentences_are_the_source, repaired_tokens, seed_texts, unified
from damage import STATES, STRIPPED, explains, judge
from scorer import read_benchmark
from test_accuracy import TESTS


# Identity


def test_ids_are_made_as_promised_and_unique(sentences, articles):
    ids = [row["sentence_id"] for row in sentences]
    assert len(set(ids)) == len(ids)
    for row in sentences:
        assert row["sentence_id"] == f"{row['article_id']}:{row['sentence_index']}"
    article_ids = [row["article_id"] for row in articles]
    assert len(set(article_ids)) == len(article_ids)
    for article_id in article_ids:
        assert re.fullmatch("[0-9a-f]{16}", article_id)
    sentence_sources, article_sources = ({r["article_id"]: r["source_path"] for r in rows} for rows in (sentences, articles))
    assert sentence_sources == article_sources


def test_sentence_indices_count_from_zero(seed_build):
    for rows in seed_build.sentences_by_path().values():
        assert [row["sentence_index"] for row in rows] == list(range(len(rows)))


# The text


def test_every_token_of_the_source_is_in_one_sentence_in_order(seed_build):
    by_path = seed_build.sentences_by_path()
    assert by_path.keys() == seed_texts().keys()
    for source_path, text in seed_texts().items():
        assert_sentences_are_the_source(by_path[source_path], text)


def test_applying_the_repairs_gives_the_text(sentences):
    for row in sentences:
        assert " ".join(repaired_tokens(row)) == row["text"]


def test_repairs_list_the_changed_tokens_and_no_others(sentences):
    for row in sentences:
        raw = row["raw_text"].split(" ")
        places = [repair["token"] for repair in row["repairs"]]
        assert places == sorted(set(places)), "one repair per token, in order"
        for repair in row["repairs"]:
            assert raw[repair["token"]] == repair["raw"] != repair["repaired"]
            assert repair["origin"] == "engine"


def test_tokens_are_those_of_the_texts_and_of_the_repairs(seed_project, sentences):
    threshold = seed_project.settings["repair"]["doubt_threshold"]
    for row in sentences:
        tokens = row["tokens"]
        assert [token["raw"] for token in tokens] == row["raw_text"].split(" ")
        assert [token["form"] for token in tokens] == repaired_tokens(row)
        listed = {reading["token"]: reading["confidence"] for reading in row["repairs"] + row["doubts"]}
        for place, token in enumerate(tokens):
            assert token["confidence"] == listed[place] if place in listed else token["confidence"] >= threshold


# Every repair, judged by the second implementation of the damage in damage.py

# Damaged newspaper words, words in other states of writing, digits, Latin letters and punctuation.
ODD_TOKENS = (
    "عل ال ل ن و في الت الصناعي التجاري المسسات الانشط هذه الدول مر كثر بن ر ما بين قد سنو لهمي اكد ان جميع القطاعين وزار الماضي مليون "
    "درهم ماقورن منطقفي ذلكبموجب الاستيرادي واكسير اجواك ابسوس خيييييير ظظظ 2010 15% (عل الأنشطة مُحمَّد المُتمر ايضاً عليهِ مدرسً Gulf "
    "پارس الت، كت/عل «الحكوم» أ ى ئ"
).split()
SEPARATORS = (" ", " ", " ", "  ", "\n", "\n\n", "\t")


def odd_text(generator):
    """Text that no editor would write, mostly of damaged words."""
    tokens = generator.choices(ODD_TOKENS, k=generator.randint(1, 60))
    if generator.random() < 0.2:
        # ASCII, Arabic letters, Arabic digits; diacritics are left out, because Unicode normalisation reorders them.
        ranges = ((0x20, 0x7F), (0x621, 0x64B), (0x660, 0x66B))
        anything = "".join(chr(generator.randrange(*generator.choice(ranges))) for _ in range(40))
        tokens.insert(generator.randrange(len(tokens)), anything)
    return "".join(token + generator.choice(SEPARATORS) for token in tokens)


@pytest.fixture(scope="module")
def odd_build(tmp_path_factory):
    """A build of 300 odd texts, and the texts by record."""
    project = Project(tmp_path_factory.mktemp("odd") / "project", with_seeds=False)
    project.configure("dataset", "max_reject_ratio", 1)
    generator = random.Random(11)
    texts = {str(number): odd_text(generator) for number in range(300)}
    records = [json.dumps({"id": number, "text": text}) for number, text in texts.items()]
    project.write("odd.jsonl", "\n".join(records) + "\n")
    return project.build(), texts


def judged(build):
    """How many forms were judged, and those that the damage cannot have made the token of."""
    articles = {row["article_id"]: row for row in build.rows("articles")}
    sentences = build.rows("sentences")
    forms = sum(1 + len(token["alternatives"]) for row in sentences for token in row["repairs"] + row["doubts"])
    return forms, [wrong for row in sentences for wrong in judge(articles[row["article_id"]], row)]


def test_the_damage_explains_every_repair_and_every_alternative(seed_build):
    forms, wrong = judged(seed_build)
    assert wrong == []
    assert forms > 400, "the three articles have 481 damaged tokens"


def test_the_damage_explains_every_repair_of_odd_texts(odd_build):
    build, _ = odd_build
    forms, wrong = judged(build)
    assert wrong == []
    assert forms > 1000
    assert {row["damage"] for row in build.rows("articles")} >= STATES.keys() - {"soft"}


def test_odd_texts_keep_their_tokens(odd_build):
    build, texts = odd_build
    tokens = {}
    for row in build.rows("sentences"):
        tokens.setdefault(row["article_id"], []).extend(row["raw_text"].split(" "))
        assert " ".join(repaired_tokens(row)) == row["text"]
        assert re.sub(r"\D", "", row["text"]) == re.sub(r"\D", "", row["raw_text"]), "no digit is made, lost or changed"
    for article in build.rows("articles"):
        # A full stop between two words ends a token, so there may be more of them, of the same letters.
        assert "".join(tokens[article["article_id"]]) == "".join(unified(texts[article["record"]]))


def test_the_second_implementation_accepts_real_damage_and_nothing_else():
    """Every damaged token of the accuracy set is explained by its gold; with one plain letter changed, it is not."""
    generator = random.Random(5)
    for record in read_benchmark(TESTS / "data" / "accuracy" / "alkhaleej.jsonl"):
        for raw, gold in zip(record["damaged"].split(), record["gold"]):
            form = gold.replace("_", " ")
            assert explains(form, raw, STRIPPED), f"{form} → {raw}"
            at = generator.randrange(len(raw))
            for wrong in (raw[:at] + "ض" + raw[at + 1 :], raw[:at] + "ض" + raw[at:]):
                assert explains(form, wrong, STRIPPED) == (wrong == raw), f"{form} → {wrong}"


# Counts and confidences


def test_counts_agree_with_what_they_count(seed_project, sentences, articles):
    longest = seed_project.settings["split"]["max_tokens"]
    for row in sentences:
        assert 0 < row["token_count"] == len(row["raw_text"].split(" ")) <= longest
        assert row["repaired_count"] == len(row["repairs"])
        assert 0 <= row["unresolved_count"] <= row["token_count"]
    for article in articles:
        own = [row for row in sentences if row["article_id"] == article["article_id"]]
        assert article["sentence_count"] == len(own)
        for count in ("token_count", "repaired_count", "unresolved_count"):
            assert article[count] == sum(row[count] for row in own), count


def test_an_article_is_the_text_of_its_sentences(seed_build, articles):
    by_path = seed_build.sentences_by_path()
    for article in articles:
        assert article["text"].split() == " ".join(row["text"] for row in by_path[article["source_path"]]).split()
        assert article["damage"] == "stripped"
        assert article["encoding"] == "utf-8"
        assert article["published"] is None, "the shipped articles have no date"


def confidences(row):
    """Every probability of a sentence."""
    yield row["repair_confidence"]
    yield row["boundary_confidence"]
    yield from (token["confidence"] for token in row["tokens"])
    yield from (gap["confidence"] for gap in row["number_gaps"])
    for reading in row["repairs"] + row["doubts"]:
        yield reading["confidence"]
        yield from (alternative["confidence"] for alternative in reading["alternatives"])


def test_confidences_are_probabilities_with_four_decimals(sentences, articles):
    for value in itertools.chain(*map(confidences, sentences), (a["mean_confidence"] for a in articles)):
        assert 0 <= value <= 1
        assert math.isclose(value, round(value, 4), abs_tol=1e-7)


def test_alternatives_are_rivals_best_first(sentences):
    with_rivals = 0
    for reading in itertools.chain.from_iterable(row["repairs"] + row["doubts"] for row in sentences):
        rivals = reading["alternatives"]
        with_rivals += bool(rivals)
        assert reading["repaired"] not in [rival["form"] for rival in rivals]
        likeliest_first = [reading["confidence"], *(rival["confidence"] for rival in rivals)]
        assert likeliest_first == sorted(likeliest_first, reverse=True)
        assert sum(likeliest_first) <= 1 + 1e-3
    assert with_rivals


def test_doubts_are_the_tokens_below_the_threshold(seed_project, sentences):
    threshold = seed_project.settings["repair"]["doubt_threshold"]
    assert any(row["doubts"] for row in sentences)
    for row in sentences:
        tokens, raw = repaired_tokens(row), row["raw_text"].split(" ")
        doubted = {doubt["token"] for doubt in row["doubts"]}
        for doubt in row["doubts"]:
            assert doubt["confidence"] < threshold
            assert (doubt["raw"], doubt["repaired"]) == (raw[doubt["token"]], tokens[doubt["token"]])
        for repair in row["repairs"]:
            assert (repair["confidence"] < threshold) == (repair["token"] in doubted)


def test_mean_confidences_agree_with_those_of_the_tokens(sentences, articles):
    for row in sentences:
        mean = sum(token["confidence"] for token in row["tokens"]) / row["token_count"]
        assert math.isclose(row["repair_confidence"], mean, abs_tol=1e-4)
    for article in articles:
        own = [row for row in sentences if row["article_id"] == article["article_id"]]
        total = sum(row["repair_confidence"] * row["token_count"] for row in own)
        assert math.isclose(article["mean_confidence"], total / article["token_count"], abs_tol=2e-4)


def test_number_gaps_stand_after_tokens_of_their_sentence(sentences):
    assert any(row["number_gaps"] for row in sentences), "the shipped articles lost their numbers"
    for row in sentences:
        places = [gap["token"] for gap in row["number_gaps"]]
        assert places == sorted(set(places))
        first = -1 if row["sentence_index"] == 0 else 0
        assert all(first <= place < row["token_count"] for place in places)


# Keywords


def test_a_keyword_hit_is_at_the_tokens_that_it_names(sentences, keywords):
    by_id = {row["sentence_id"]: row for row in sentences}
    for hit in keywords:
        row = by_id[hit["sentence_id"]]
        assert row["article_id"] == hit["article_id"]
        assert 0 <= hit["token_start"] < hit["token_end"] <= row["token_count"]
        assert hit["surface"] == " ".join(repaired_tokens(row)[hit["token_start"] : hit["token_end"]])
        assert hit["keyword_id"] and hit["label"] and hit["layer"]


def test_sentences_list_the_keywords_found_in_them(sentences, keywords):
    found = {}
    for hit in keywords:
        found.setdefault(hit["sentence_id"], []).append((hit["token_start"], hit["keyword_id"]))
    for row in sentences:
        in_order = [keyword for _, keyword in sorted(found.get(row["sentence_id"], []))]
        assert row["keyword_ids"] == list(dict.fromkeys(in_order))


def test_articles_count_the_keywords_found_in_them(articles, keywords):
    for article in articles:
        hits = [hit for hit in keywords if hit["article_id"] == article["article_id"]]
        expected = Counter((hit["keyword_id"], hit["label"], hit["category"]) for hit in hits)
        assert {(k["id"], k["label"], k["category"]): k["count"] for k in article["keywords"]} == expected
        counts = [keyword["count"] for keyword in article["keywords"]]
        assert counts == sorted(counts, reverse=True)
