"""`export` of corpora: CoNLL-U and TEI, judged by the validators of those formats and read by other tools."""

import lzma
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import conllu
import pytest
from lxml import etree

from conftest import REPOSITORY
from exported import printable

TEI = "{http://www.tei-c.org/ns/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"


def as_line(text):
    """A text as a comment of CoNLL-U has it."""
    return " ".join(unicodedata.normalize("NFC", printable(text)).replace("\ufffd", "□").split())


@pytest.fixture(scope="module", params=["text", "text_punctuated"])
def treebank(request, hostile_project, hostile_build, tmp_path_factory):
    """The path of an export with marks or without, and the column that it is made of."""
    path = tmp_path_factory.mktemp("conllu") / "build.conllu"
    hostile_project.tarmim("export", "conllu", path, *(["--punctuated"] if request.param == "text_punctuated" else []))
    return path, request.param


def validate(path, level):
    """What the validator of Universal Dependencies says of a file."""
    command = [Path(sys.executable).with_name("udvalidate"), "--lang", "ud", "--level", level, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ("PASSED" in done.stdout + done.stderr) == (done.returncode == 0)
    return done.returncode == 0, done.stdout + done.stderr


def with_trees(text):
    """The same sentences with a head for each word, without which the validator looks at nothing else of level 2."""
    tree = lambda row: "\t".join([row[1], row[2], "_", "X", "_", "_", str(int(row[1]) - 1), "root" if row[1] == "1" else "dep", "_", row[3]])
    return re.sub(r"^(\d+)\t(.*?)\t(?:_\t){7}(.*)$", tree, text, flags=re.MULTILINE)


def test_conllu_is_valid(treebank, tmp_path):
    """Level 1 is the format; level 2 also says what a comment or the last column may be, and that the forms make up the text."""
    passed, told = validate(treebank[0], "1")
    assert passed, told
    text = with_trees(treebank[0].read_text(encoding="utf-8"))
    whole = tmp_path / "trees.conllu"
    whole.write_text(text, encoding="utf-8")
    passed, told = validate(whole, "2")
    assert passed, told
    # The validator sees what is wrong.
    whole.write_text(text.replace("SpaceAfter=No", "SpaceAfter=On", 1), encoding="utf-8")
    passed, told = validate(whole, "2")
    assert not passed and "spaceafter-value" in told


def read(treebank):
    sentences = conllu.parse(treebank[0].read_text(encoding="utf-8"))
    return {sentence.metadata["sent_id"]: sentence for sentence in sentences}


def joined(words):
    spaced = [word["form"] + ("" if (word["misc"] or {}).get("SpaceAfter") == "No" else " ") for word in words]
    return "".join(spaced).rstrip(" ")


def test_sentences_of_conllu_are_those_of_the_build(treebank, hostile_build):
    sentences, rows = read(treebank), hostile_build.rows("sentences")
    assert list(sentences) == [row["sentence_id"] for row in rows]
    articles = {row["article_id"]: row for row in hostile_build.rows("articles")}
    begun = []
    for row in rows:
        sentence = sentences[row["sentence_id"]]
        known = sentence.metadata
        assert known["text"] == joined(sentence) == as_line(row[treebank[1]])
        assert (known["raw_text"], known["kind"]) == (as_line(row["raw_text"]), row["kind"])
        for name in ("repair_confidence", "boundary_confidence"):
            assert float(known[name]) == round(row[name], 4)
        if "newdoc id" in known:
            article = articles[known["newdoc id"]]
            begun.append(article["article_id"])
            for name in ("source_path", "title", "section", "byline", "published"):
                assert known.get(name) == (None if article[name] is None else as_line(str(article[name])))
    assert begun == list(articles)


def test_words_of_conllu_tell_what_was_found(treebank, hostile_build):
    words = [word for sentence in read(treebank).values() for word in sentence]
    found = lambda name: [word["misc"][name] for word in words if name in (word["misc"] or {})]
    rows = hostile_build.rows("sentences")
    marks = [mark["mark"] for row in rows for mark in row["marks"]]
    restored = [word["form"] for word in words if (word["misc"] or {}).get("Restored") == "Yes"]
    assert restored == (marks if treebank[1] == "text_punctuated" else []) and marks
    repairs = [repair for row in rows for repair in row["repairs"]]
    assert len(found("Repaired")) == len(repairs) and len(found("Origin")) == sum(repair["origin"] == "hand" for repair in repairs)
    stripped = lambda text: unicodedata.normalize("NFC", text).strip("\"'().,،؛:؟!-«»…")
    assert [stripped(raw) for raw in found("Raw")] == [stripped(repair["raw"]) for repair in repairs]
    doubts = [doubt for row in rows for doubt in row["doubts"] if doubt["token"] not in {repair["token"] for repair in row["repairs"]}]
    expected = [len(known["alternatives"]) for known in [*repairs, *doubts] if known["alternatives"]]
    assert sorted(others.count(",") + 1 for others in found("Alternatives")) == sorted(expected) and expected
    gaps = sorted(round(gap["confidence"], 4) for row in rows for gap in row["number_gaps"])
    assert sorted(float(gap) for gap in found("NumberGap") + found("NumberGapBefore")) == gaps and gaps
    # A token that is one mark has a word of its own, too.
    assert len(found("Confidence")) == sum(row["token_count"] for row in rows) + len(restored)


def test_keywords_of_conllu_name_their_words(treebank, hostile_build):
    sentences = read(treebank)
    text = treebank[0].read_text(encoding="utf-8")
    comments = re.findall(r"^# sent_id = (\S+)$|^# keyword = (.*)$", text, re.MULTILINE)
    hits, current = [], None
    for sentence_id, keyword in comments:
        current = sentence_id or current
        if keyword:
            concept, category, label, surface, place = keyword.split(" | ")
            first, last = map(int, place.split("-"))
            assert joined(word for word in sentences[current][first - 1 : last] if (word["misc"] or {}).get("Restored") != "Yes") == surface
            hits.append((current, concept, category, label, surface))
    expected = [tuple(row[name] for name in ("sentence_id", "keyword_id", "category", "label", "surface")) for row in hostile_build.rows("keywords")]
    assert hits == expected and hits


@pytest.fixture(scope="session")
def schema():
    """The schema of all of TEI P5. Reading it takes some twenty seconds."""
    text = lzma.decompress((REPOSITORY / "tests/data/tei/tei_all.rng.xz").read_bytes())
    return etree.RelaxNG(etree.fromstring(text))


@pytest.fixture(scope="module")
def corpus(hostile_project, hostile_build, tmp_path_factory):
    path = tmp_path_factory.mktemp("tei") / "build.xml"
    hostile_project.tarmim("export", "tei", path)
    return etree.parse(path)


def test_tei_is_valid(schema, corpus, hostile_project, hostile_build, tmp_path):
    assert corpus.getroot().tag == f"{TEI}teiCorpus"
    assert schema.validate(corpus), schema.error_log
    for each, count in (("article", len(hostile_build.rows("articles"))), ("section", 5)):
        folder = tmp_path / each
        hostile_project.tarmim("export", "tei", folder, "--each", each)
        files = [etree.parse(path) for path in folder.rglob("*.xml")]
        assert len(files) == count
        assert {file.getroot().tag for file in files} == {TEI + ("TEI" if each == "article" else "teiCorpus")}
        assert all(schema.validate(file) for file in files), schema.error_log
    # The schema finds what is wrong.
    corpus = etree.fromstring(etree.tostring(corpus))
    etree.SubElement(corpus.find(f".//{TEI}s"), f"{TEI}head")
    assert not schema.validate(corpus)


def reading(element, chosen):
    """The text of an element, with one of the forms of each choice, without restored marks."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{TEI}choice":
            child_text = next(form.text for form in child if form.tag in chosen)
        else:
            child_text = "" if child.tag == f"{TEI}pc" else reading(child, chosen)
        parts += [child_text, child.tail or ""]
    return "".join(parts)


def test_tei_reads_as_the_build(corpus, hostile_build):
    """Once as repaired, once as ingested."""
    sentences = list(corpus.iter(f"{TEI}s"))
    rows = hostile_build.rows("sentences")
    assert [s.get(f"{XML}id") for s in sentences] == [f"s-{row['sentence_id'].replace(':', '-')}" for row in rows]
    for s, row in zip(sentences, rows):
        assert reading(s, (f"{TEI}corr", f"{TEI}unclear")) == printable(row["text"])
        assert reading(s, (f"{TEI}sic", f"{TEI}unclear")) == printable(row["raw_text"])
        assert "".join(s.itertext(f"{TEI}pc", with_tail=False)) == "".join(mark["mark"] for mark in row["marks"])
        assert float(s.get("cert")) == round(row["boundary_confidence"], 4)


def test_tei_tells_what_was_found(corpus, hostile_build):
    rows = hostile_build.rows("sentences")
    ids = corpus.xpath("//@xml:id")
    assert len(ids) == len(set(ids))
    assert {pointer[1:] for pointer in corpus.xpath("//@resp | //@prev")} <= set(ids)
    repairs = [repair for row in rows for repair in row["repairs"]]
    forms = [form for form in corpus.iter(f"{TEI}corr") if form.get("type") is None]
    assert [(form.text, form.get("resp")[1:], float(form.get("cert"))) for form in forms] == [
        (repair["repaired"], {"engine": "tarmim"}.get(repair["origin"], "hand"), round(repair["confidence"], 4)) for repair in repairs
    ]
    assert len(list(corpus.iter(f"{TEI}gap"))) == sum(len(row["number_gaps"]) for row in rows)
    others = [form.text for form in corpus.iter(f"{TEI}corr") if form.get("type") == "alternative"]
    assert others == [other["form"] for repair in repairs for other in repair["alternatives"]] and others
    unclear = [row["tokens"][doubt["token"]]["form"] for row in rows for doubt in row["doubts"] if doubt["token"] not in {repair["token"] for repair in row["repairs"]}]
    first = [choice[0].text for choice in corpus.iter(f"{TEI}choice") if choice[0].tag == f"{TEI}unclear"]
    alone = [form.text for form in corpus.iter(f"{TEI}unclear") if form.getparent().tag != f"{TEI}choice"]
    assert sorted(first + alone) == sorted(unclear)
    hits = sorted((rs.get("key"), reading(rs, (f"{TEI}corr", f"{TEI}unclear"))) for rs in corpus.iter(f"{TEI}rs"))
    assert hits == sorted((row["keyword_id"], row["surface"]) for row in hostile_build.rows("keywords"))


def test_heads_of_articles_have_their_elements(corpus, hostile_build):
    names = {"headline": "head", "byline": "byline", "dateline": "dateline", "body": "ab"}
    parents = [s.getparent().tag.removeprefix(TEI) for s in corpus.iter(f"{TEI}s")]
    assert parents == [names[row["kind"]] for row in hostile_build.rows("sentences")]
    assert set(parents) == set(names.values())


def test_headers_of_tei_say_what_is_known(corpus, hostile_build):
    texts = corpus.findall(f"{TEI}TEI")
    for tei, article in zip(texts, hostile_build.rows("articles"), strict=True):
        bibl = tei.find(f".//{TEI}bibl")
        known = {"title": bibl.findtext(f"{TEI}title"), "byline": bibl.findtext(f"{TEI}author"), "section": bibl.findtext(f"{TEI}biblScope")}
        known["published"] = bibl.findtext(f"{TEI}date")
        assert known == {name: None if article[name] is None else printable(str(article[name])) for name in known}
        assert [idno.text for idno in bibl.iter(f"{TEI}idno")] == [article["source_path"], article["article_id"]]
        assert [term.text for term in tei.iter(f"{TEI}term")] == [phrase["text"] for phrase in article["keyphrases"]]


def test_markup_of_articles_is_text(corpus):
    """No element that an article could have brought along."""
    assert {element.tag for element in corpus.iter() if not str(element.tag).startswith(TEI)} == set()
    assert corpus.findall(f".//{TEI}b") == [] and any("<b" in (s.text or "") for s in corpus.iter(f"{TEI}s"))
