"""The shipped vocabulary, read by a second SKOS reader."""

import re
from collections import defaultdict

import pytest
from rdflib import Graph, Namespace
from rdflib.namespace import DCTERMS, RDF, SKOS

from conftest import REPOSITORY

FILE = REPOSITORY / "vocabulary/newspapers.ttl"
TAG = Namespace("urn:tarmim:tagging#")
FOLD = str.maketrans("أإآىة", "ااايه")
CATEGORIES = {
    "culture", "economy", "education", "energy", "environment", "finance", "health", "industry", "institutions", "labour", "law",
    "media", "places", "politics", "religion", "society", "sports", "technology", "trade", "transport",
}  # fmt: skip


@pytest.fixture(scope="module")
def graph():
    return Graph().parse(FILE)


@pytest.fixture(scope="module")
def concepts(graph):
    return set(graph.subjects(RDF.type, SKOS.Concept))


def arabic_labels(graph, concept):
    labels = [label for kind in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel) for label in graph.objects(concept, kind)]
    return [str(label) for label in labels if label.language == "ar"]


def folded(label):
    return label.translate(FOLD).removeprefix("ال")


def test_every_category_has_enough_concepts(graph, concepts):
    assert len(concepts) >= 800
    fields = {str(subject) for concept in concepts for subject in graph.objects(concept, DCTERMS.subject)}
    assert fields == CATEGORIES


def test_every_concept_has_one_label_a_gloss_and_a_category(graph, concepts):
    for concept in concepts:
        preferred = list(graph.objects(concept, SKOS.prefLabel))
        assert sorted(label.language for label in preferred) == ["ar", "en"], concept
        assert len(list(graph.objects(concept, DCTERMS.subject))) == 1, concept


def test_no_id_is_used_twice():
    ids = re.findall(r"^:([\w-]+) a skos:Concept", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(ids) == len(set(ids))


def test_every_broader_concept_exists_and_none_is_its_own(graph, concepts):
    broader = defaultdict(set)
    for concept, wider in graph.subject_objects(SKOS.broader):
        assert wider in concepts, wider
        broader[concept].add(wider)
    assert len(broader) > len(concepts) // 2

    def climb(concept, below):
        assert concept not in below, f"a circle at {concept}"
        for wider in broader[concept]:
            climb(wider, below | {concept})

    for concept in concepts:
        climb(concept, frozenset())


def test_no_label_is_a_stop_word_or_anything_but_arabic_words(graph, concepts):
    listed = (REPOSITORY / "crates/engine/src/tag/phrases/stop_words.txt").read_text(encoding="utf-8").split("\n@")[0]
    stop_words = {word.translate(FOLD) for line in listed.splitlines() if not line.startswith("#") for word in line.split()}
    for concept in concepts:
        for label in arabic_labels(graph, concept):
            assert re.fullmatch("[ء-غف-ي]+( [ء-غف-ي]+)*", label), (concept, label)
            assert label.translate(FOLD) not in stop_words, (concept, label)


def test_no_two_labels_fold_together(graph, concepts):
    owners = {}
    for concept in sorted(concepts):
        for label in arabic_labels(graph, concept):
            other = owners.setdefault(folded(label), (concept, label))
            assert other == (concept, label), f"{label} of {concept} and {other}"


def test_cues_are_single_words_and_stand_with_labels_of_one_word(graph, concepts):
    for concept in concepts:
        cues = [str(cue) for cue in graph.objects(concept, TAG.cue)]
        assert all(re.fullmatch("[ء-غف-ي]+", cue) for cue in cues), concept
        if cues:
            assert any(" " not in label for label in arabic_labels(graph, concept)), concept
