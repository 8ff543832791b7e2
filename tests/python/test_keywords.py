"""Keywords, end to end: custom vocabularies, what is found and why."""

from conftest import write_scrambled_articles

TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix tag: <urn:tarmim:tagging#> .
@prefix : <http://example.org/subjects/> .

:economy a skos:Concept ;
    skos:prefLabel "اقتصاد"@ar, "economy"@en ;
    dct:subject "economy" .

:prices a skos:Concept ;
    skos:prefLabel "أسعار النفط"@ar, "oil prices"@en ;
    skos:altLabel "سعر البرميل"@ar ;
    dct:subject "energy" ;
    skos:broader :oil .

:oil a skos:Concept ;
    skos:prefLabel "نفط"@ar, "oil"@en ;
    skos:hiddenLabel "بترول"@ar ;
    dct:subject "energy" ;
    skos:broader :economy .

:qatar a skos:Concept, tag:Name ;
    skos:prefLabel "قطر"@ar, "Qatar"@en ;
    skos:altLabel "دولة قطر"@ar ;
    tag:cue "أمير"@ar, "الدوحة"@ar ;
    dct:subject "places" .
"""
ALIF = str.maketrans("أإآ", "ااا")
TEXT = "ارتفعت أسعار النفط. ووصل أمير قطر. وبلغ قطر الدائرة عشرة أمتار. وباقتصادها القوي."


def with_vocabulary(project, name, content):
    (project.root / name).write_text(content, encoding="utf-8")
    project.configure("tag", "vocabularies", f'["{name}"]')
    return project


def hits(project, text):
    project.write("a.txt", text)
    rows = project.build().rows("keywords")
    return [(row["keyword_id"], row["surface"], row["layer"]) for row in rows]


def test_the_concepts_of_a_skos_vocabulary_are_found(empty_project):
    found = hits(with_vocabulary(empty_project, "own.ttl", TURTLE), TEXT)
    assert found == [
        ("prices", "أسعار النفط.", "exact"),
        ("qatar", "قطر.", "exact"),
        ("qatar", "قطر", "exact"),
        ("economy", "وباقتصادها", "inflected"),
    ], "evidence for a name counts for the whole article"
    assert {row["iri"] for row in empty_project.current().rows("keywords")} >= {"http://example.org/subjects/prices"}


def test_a_common_word_is_no_name_without_evidence(empty_project):
    project = with_vocabulary(empty_project, "own.ttl", TURTLE)
    assert hits(project, "بلغ قطر الدائرة عشرة أمتار.") == []


def test_nested_and_broader_concepts_are_found_on_request(empty_project):
    project = with_vocabulary(empty_project, "own.ttl", TURTLE)
    plain = hits(project, "ارتفعت أسعار النفط.")
    assert [found[0] for found in plain] == ["prices"]
    project.configure("tag", "nested", "true")
    assert [found[0] for found in hits(project, "ارتفعت أسعار النفط.")] == ["prices", "oil"]
    project.configure("tag", "nested", "false")
    project.configure("tag", "expand_broader", "true")
    found = hits(project, "ارتفعت أسعار النفط.")
    assert [(concept, layer) for concept, _, layer in found] == [("prices", "exact"), ("oil", "broader"), ("economy", "broader")]
    article = project.current().rows("articles")[0]
    assert [keyword["id"] for keyword in article["keywords"]] == ["economy", "prices", "oil"], "in the vocabulary's order"


def test_a_wrong_repair_does_not_hide_a_hit(project):
    """A likely form that repair did not choose is found, in a separate layer, with its probability."""
    write_scrambled_articles(project.input, 12, words=300)
    rivals = {}
    for row in project.build().rows("sentences"):
        for doubt in row["doubts"]:
            best = max(doubt["alternatives"], key=lambda rival: rival["confidence"], default={"confidence": 0})
            if best["confidence"] >= 0.4 and " " not in best["form"] + doubt["repaired"]:
                rivals[row["sentence_id"], doubt["token"]] = (best["form"], doubt["repaired"], best["confidence"])
    # A form with another ending may be an inflection of the same word, and matching folds the kinds of alif.
    begin = lambda form: form.translate(ALIF)[:3]  # noqa: E731
    chosen = {begin(repaired) for _, repaired, _ in rivals.values()}
    hidden = {place: rival for place, rival in rivals.items() if begin(rival[0]) not in chosen}
    assert len(hidden) >= 3
    forms = {form for form, _, _ in hidden.values()}
    # A form that begins with a clitic before another is a hit of that one.
    hidden = {place: rival for place, rival in hidden.items() if rival[0][1:] not in forms}
    forms = sorted(forms)
    rows = "".join(f"c{number},{form},own,\n" for number, form in enumerate(forms))
    with_vocabulary(project, "own.csv", f"id,label,category,variants\n{rows}")
    hits = {(row["sentence_id"], row["token_start"]): row for row in project.build().rows("keywords")}
    for place, (form, _, confidence) in hidden.items():
        hit = hits[place]
        # Other forms of the word may mention the concept, too.
        assert (hit["label"], hit["layer"]) == (form, "skeleton") and hit["confidence"] >= confidence


def test_faults_of_a_vocabulary_stop_the_run_and_notices_do_not(project):
    with_vocabulary(project, "own.ttl", TURTLE.replace(":prices a", ":prices ax"))
    told = project.tarmim("run", expect=2).stderr
    assert "own.ttl:10: invalid Turtle" in told
    with_vocabulary(project, "own.ttl", TURTLE.replace('"نفط"@ar', '"نفط (2)"@ar').replace("broader :oil", "broader :coal"))
    told = project.tarmim("check").stdout
    assert "own.ttl:16: \"نفط (2)\" of oil contains something other than words, numbers and hyphens and is ignored" in told
    assert "own.ttl:10: the broader concept http://example.org/subjects/coal of prices is not in the vocabulary" in told
    project.build()


def test_tag_test_shows_what_is_found_and_why(tmp_path, seed_project):
    vocabulary = tmp_path / "own.ttl"
    vocabulary.write_text(TURTLE, encoding="utf-8")
    shown = seed_project.tarmim("tag-test", vocabulary, "اسعار النفط ف قطر ونفطها", cwd=tmp_path).stdout
    assert "أسعار النفط في قطر ونفطها" in shown
    assert "prices  «أسعار النفط»  exact «أسعار النفط»  tokens 0–2" in shown
    assert "oil  «ونفطها»  inflected «نفط»  tokens 4–5" in shown
    assert "qatar  «قطر»  dropped" in shown and "أمير، الدوحة" in shown
    nested = seed_project.tarmim("tag-test", vocabulary, "-", "--nested", cwd=tmp_path, stdin="أسعار النفط".encode()).stdout
    assert "oil  «النفط»" in nested
    assert "nothing found" in seed_project.tarmim("tag-test", vocabulary, "لا شيء", cwd=tmp_path).stdout


def test_keyphrases_are_words_of_their_article(seed_build):
    rows = seed_build.rows("articles")
    for row in rows:
        phrases = row["keyphrases"]
        assert 4 <= len(phrases) <= 10
        assert [phrase["score"] for phrase in phrases] == sorted((phrase["score"] for phrase in phrases), reverse=True)
        assert len({phrase["text"] for phrase in phrases}) == len(phrases)
        for phrase in phrases:
            # The first word is shown without its clitics: للصناعات as الصناعات.
            _, *rest = phrase["text"].split()
            first = phrase["text"].split()[0].removeprefix("ال")
            assert first in row["text"] and " ".join(rest) in row["text"], phrase
            assert phrase["count"] >= 1
    assert any("الصناعات الصغيرة" in phrase["text"] for row in rows for phrase in row["keyphrases"])
