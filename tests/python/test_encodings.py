"""Encodings: what the bytes are decides, whatever was declared; and text that was misread before it came here is undone or refused."""

import quopri
import re
import subprocess
import unicodedata
import urllib.parse

import pytest

from conftest import FIELD

TEXT = (
    "أعلنت وزارة الصناعة أمس عن خطة جديدة لدعم الصناعات الصغيرة والمتوسطة في البلاد، وأضافت أن التنفيذ يبدأ مطلع الشهر "
    "المقبل بعد إقرار الموازنة العامة من مجلس الوزراء."
)
PAGE = '<!DOCTYPE html><html><head><meta charset="{}"><title>خطة</title></head><body><p>{}</p><p>{}</p></body></html>'


def of_paths(build):
    return {row["source_path"]: row for row in build.rows("articles")}


def words(build, path, record=None):
    rows = [row for row in build.rows("sentences") if row["source_path"] == path]
    if record is not None:
        article = next(r["article_id"] for r in build.rows("articles") if r["source_path"] == path and r["record"] == record)
        rows = [row for row in rows if row["article_id"] == article]
    return " ".join(row["raw_text"] for row in sorted(rows, key=lambda row: row["sentence_index"])).split()


def plain(text):
    """Without tatweel, and with marks in Unicode's order."""
    return unicodedata.normalize("NFC", text.replace("\u0640", "")).split()


def test_canonically_equivalent_files_are_equal(field_project):
    project = field_project("06-nfd-hamza")
    build = project.build()
    rows = of_paths(build)
    source = (project.input / "nfc.txt").read_text(encoding="utf-8")
    assert words(build, "nfc.txt") == words(build, "nfd.txt") == unicodedata.normalize("NFC", source).split()
    for row in rows.values():
        assert (row["damage"], row["repaired_count"]) == ("intact", 0)
        assert not re.search("[\u0653-\u0655]", row["text"])
    composed, decomposed = (rows[name]["text"] for name in ("nfc.txt", "nfd.txt"))
    assert composed == decomposed
    # The offsets are those of each file, whose bytes differ.
    for name in rows:
        bytes_ = (project.input / name).read_bytes()
        for row in build.sentences_by_path()[name]:
            here = bytes_[row["source_start"] : row["source_end"]].decode()
            assert plain(here) == row["raw_text"].split()


def test_the_filter_composes_letters(seed_project):
    assert seed_project.tarmim("repair", stdin="\u0627\u064f\u0654علن".encode()).stdout == "\u0623\u064fعلن"


def test_short_texts_in_windows_1256_are_read(field_project):
    project = field_project("07-cp1256-diacritics")
    build = project.build()
    assert build.rows("rejects") == []
    assert {row["encoding"] for row in build.rows("articles")} == {"windows-1256"}
    for name in ("headline.txt", "shadda.txt", "tatweel.txt"):
        assert plain(" ".join(words(build, name))) == plain((project.input / name).read_bytes().decode("cp1256"))
    for line in (project.input / "rows.csv").read_bytes().decode("cp1256").splitlines()[1:]:
        number, _, text = line.split(",")
        assert " ".join(plain(text)) in " ".join(plain(" ".join(words(build, "rows.csv", number))))


def test_pages_are_read_by_their_bytes(field_project):
    project = field_project("26-page-charset")
    build = project.build()
    rows = of_paths(build)
    assert build.rows("rejects") == []
    for name, encoding in [
        ("a_iso6.html", "iso-8859-6"),
        ("b_latin1_is_utf8.html", "utf-8"),
        ("c_latin1_is_1256.html", "windows-1256"),
        ("d_iso6.txt", "iso-8859-6"),
    ]:
        assert rows[name]["encoding"] == encoding
        source = (project.input / name).read_bytes().decode({"windows-1256": "cp1256"}.get(encoding, encoding))
        paragraphs = re.findall(r"<p>(.*?)</p>", source) or [source]
        assert set(plain(" ".join(paragraphs))) <= set(words(build, name))


@pytest.mark.parametrize("declared", ["utf-8", "windows-1256", "iso-8859-6", "iso-8859-1", "windows-1252", "klingon"])
@pytest.mark.parametrize("written", ["utf-8", "cp1256", "iso-8859-6"])
def test_whatever_a_page_declares(empty_project, declared, written):
    page = PAGE.format(declared, TEXT.replace("،", ""), TEXT).encode(written)
    empty_project.write("a.html", page)
    (row,) = empty_project.build().rows("articles")
    assert row["encoding"] == {"cp1256": "windows-1256"}.get(written, written)
    assert TEXT.split()[0] in row["text"] and "\ufffd" not in row["text"]


def test_records_of_one_table_may_differ_in_encoding(empty_project):
    lines = [f"{number},{TEXT}".encode(encoding) for number, encoding in enumerate(["utf-8", "cp1256", "iso-8859-6", "cp1256"])]
    empty_project.write("a.csv", b"\n".join([b"id,text", *lines]))
    build = empty_project.build()
    assert [row["encoding"] for row in build.rows("articles")] == ["utf-8", "windows-1256", "iso-8859-6", "windows-1256"]
    assert len({row["text"] for row in build.rows("articles")}) == 1


def test_advice_works_when_followed(empty_project):
    """Each reject says what to set or to do; doing that, the text is read."""
    empty_project.configure("ingest", "encoding", '"utf-8"')
    empty_project.configure("dataset", "max_reject_ratio", "1.0")
    empty_project.write("a.txt", TEXT.encode("cp1256"))
    empty_project.write("b.txt", TEXT)
    reject, = empty_project.build().rows("rejects")
    assert reject["code"] == "broken_encoding"
    value = re.search(r'set ingest.encoding to ("auto")', reject["message"])[1]
    empty_project.configure("ingest", "encoding", value)
    build = empty_project.build()
    assert {row["encoding"] for row in build.rows("articles")} == {"utf-8", "windows-1256"} and not build.rows("rejects")

    empty_project.write("c.txt", b"\xd8" + TEXT.encode())
    reject, = empty_project.build().rows("rejects")
    assert "iconv -f utf-8 -t utf-8 -c" in reject["message"] and reject["byte_offset"] == 0
    empty_project.write("c.txt", TEXT.encode())
    assert not empty_project.build().rows("rejects")


def test_every_encoding_that_a_message_names_can_be_set(empty_project):
    """A text too short and odd to be recognised is read if its encoding is set."""
    empty_project.configure("dataset", "max_reject_ratio", "1.0")
    empty_project.write("a.txt", "é ٌ".encode("cp1256"))
    empty_project.write("b.txt", TEXT)
    reject, = empty_project.build().rows("rejects")
    for encoding in re.findall("windows-1256|iso-8859-6", reject["message"]):
        empty_project.configure("ingest", "encoding", f'"{encoding}"')
        empty_project.tarmim("check", expect=(0, 5))
    empty_project.configure("ingest", "encoding", '"windows-1256"')
    assert any(row["source_path"] == "a.txt" for row in empty_project.build().rows("articles"))


def test_a_mark_in_the_middle_of_a_file_is_no_letter(empty_project):
    empty_project.write("a.txt", TEXT.encode() + b"\n\n\xef\xbb\xbf" + TEXT.encode())
    build = empty_project.build()
    assert words(build, "a.txt") == TEXT.split() * 2


# ---------------------------------------------------------------- mojibake


def misread(text, written, read_as):
    return text.encode(written).decode(read_as)


KINDS = {
    "utf-8 read as iso-8859-1": misread(TEXT, "utf-8", "latin-1"),
    "utf-8 read as windows-1256": misread(TEXT, "utf-8", "cp1256"),
    "utf-8 read as macintosh": misread(TEXT, "utf-8", "mac-roman"),
    "utf-8 read as cp437": misread(TEXT, "utf-8", "cp437"),
    "utf-8 read as cp850": misread(TEXT, "utf-8", "cp850"),
    "windows-1256 read as windows-1252": misread(TEXT, "cp1256", "latin-1"),
    "windows-1256 read as macintosh": misread(TEXT, "cp1256", "mac-roman"),
    "utf-8 read as windows-1251": misread(TEXT, "utf-8", "cp1251"),
    "utf-8 read as koi8-r": misread(TEXT, "utf-8", "koi8-r"),
    "utf-8 read as iso-8859-1 3 times": misread(misread(misread(TEXT, "utf-8", "latin-1"), "utf-8", "latin-1"), "utf-8", "latin-1"),
    "percent-encoding": urllib.parse.quote(TEXT),
    "quoted-printable": quopri.encodestring(TEXT.encode()).decode(),
    "json escapes": TEXT.encode("unicode_escape").decode(),
    "visual order": TEXT[::-1],
    "iso-8859-6 read as windows-1256": misread(TEXT, "iso-8859-6", "cp1256"),
    "utf-8 read as iso-8859-1 twice": misread(misread(TEXT, "utf-8", "latin-1"), "utf-8", "latin-1"),
    "html character references": "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in TEXT),
}


def test_the_collection_that_was_misread(field_project):
    """Mojibake is undone and told; what is not Arabic is nowhere called intact."""
    project = field_project("15-not-arabic-intact")
    done = project.tarmim("run")
    assert "mojibake" in done.stdout
    build = project.current()
    rows = of_paths(build)
    expected = {
        "a_utf8_as_1252.txt": "utf-8 read as windows-1252",
        "b_utf8_as_1256.txt": "utf-8 read as windows-1256",
        "c_1256_as_1252.txt": "windows-1256 read as windows-1252",
    }
    restored = {rows[path]["text"] for path in expected}
    assert {path: rows[path]["encoding"] for path in expected} == expected
    assert len(restored) == 1 and restored.pop().startswith("أعلنت وزارة الصناعة أمس")
    for path in ("d_question_marks.txt", "e_english.txt", "f_persian.txt"):
        row = rows[path]
        assert (row["damage"], row["repaired_count"], row["mean_confidence"], row["keyphrases"]) == ("foreign", 0, 0, [])
        assert row["text"].split() == (project.input / path).read_text(encoding="utf-8").split()
    assert build.rows("rejects") == []


def test_every_kind_of_mojibake_is_undone_and_named(empty_project):
    for number, spoiled in enumerate(KINDS.values()):
        empty_project.write(f"{number}.txt", spoiled)
    build = empty_project.build()
    rows = of_paths(build)
    named = [rows[f"{number}.txt"]["encoding"] for number in range(len(KINDS))]
    # The references are resolved before, as markup, if `fields.markup` says so.
    assert named[:-1] == list(KINDS)[:-1] and named[-1] in ("utf-8", list(KINDS)[-1])
    for row in rows.values():
        assert (row["damage"], "".join(row["text"].split())) == ("intact", "".join(TEXT.split()))


def test_a_page_may_be_mojibake(empty_project):
    """Before it is parsed: some of its characters would pass for white space."""
    page = PAGE.format("utf-8", TEXT, TEXT)
    empty_project.write("a.html", misread(page, "utf-8", "latin-1"))
    empty_project.write("b.html", page)
    first, second = empty_project.build().rows("articles")
    assert (first["encoding"], second["encoding"]) == ("utf-8 read as iso-8859-1", "utf-8")
    assert (first["title"], first["text"]) == (second["title"], second["text"])


def test_a_part_of_a_record_may_be_mojibake(empty_project):
    title, spoiled = "خبر عاجل", misread("خبر عاجل", "utf-8", "cp1256")
    paragraph = misread(TEXT, "cp1256", "latin-1")
    empty_project.write("a.jsonl", f'{{"title": "{spoiled}", "text": "{TEXT}\\n{paragraph}", "n": "{spoiled}"}}\n{{"title": "???? ????", "text": "{TEXT}"}}')
    first, second = empty_project.build().rows("articles")
    assert first["title"] == title and first["extra"] == [{"name": "n", "value": title}]
    assert first["text"].splitlines()[1:] in ([TEXT, TEXT], [TEXT] * 2)
    assert "windows-1256 read as windows-1252" in first["encoding"] and "utf-8 read as windows-1256" in first["encoding"]
    assert (second["title"], second["extra"]) == (None, [{"name": "title", "value": "???? ????"}])


@pytest.mark.parametrize(
    ("spoiled", "code", "named"),
    [
        ("".join(c for c in misread(TEXT, "utf-8", "latin-1") if c.isprintable()), "mojibake", "utf-8 read as"),
        (TEXT.encode("cp1256").decode("utf-8", "replace"), "lost_letters", "U+FFFD"),
        ((TEXT + " CNN").encode("latin-1", "replace").decode(), "lost_letters", "question marks"),
        ("CNN (?????) 2010", "lost_letters", "question marks"),
        ("BBC \ufffd\ufffd\ufffd", "lost_letters", "U+FFFD"),
        ((TEXT + " 2010")[::-1], "visual_order", "logical order"),
        (urllib.parse.quote(TEXT.encode("cp1256")), "mojibake", "percent-encoding"),
    ],
)
def test_what_cannot_be_undone_is_refused_with_its_kind(empty_project, spoiled, code, named):
    empty_project.configure("dataset", "max_reject_ratio", "1.0")
    empty_project.write("a.txt", spoiled)
    empty_project.write("b.txt", TEXT)
    reject, = empty_project.build().rows("rejects")
    assert reject["code"] == code and named in reject["message"]


@pytest.mark.parametrize("lost", ["?????", "؟؟؟؟؟ ؟؟؟", "\ufffd\ufffd\ufffd"])
def test_a_title_of_lost_letters_is_none_and_a_text_is_lost_or_not_arabic(empty_project, lost):
    empty_project.configure("dataset", "max_reject_ratio", "1.0")
    empty_project.write("a.csv", f"id,title,text\n1,{lost},{TEXT}\n2,خبر,{lost}\n3,,{lost}\n".encode())
    build = empty_project.build()
    titled, marks = build.rows("articles")
    assert (titled["record"], titled["title"], titled["extra"]) == ("1", None, [{"name": "title", "value": lost}])
    assert titled["damage"] == "intact"
    assert (marks["record"], marks["damage"], marks["mean_confidence"], marks["repaired_count"]) == ("3", "foreign", 0, 0)
    (reject,) = build.rows("rejects")
    assert (reject["code"], reject["record"]) == ("lost_letters", "2")


def test_a_lost_letter_is_no_certain_word(empty_project):
    empty_project.write("a.txt", TEXT.replace("الصناعات", "الصنا\ufffdات", 1))
    build = empty_project.build()
    (row,) = build.rows("articles")
    assert row["unresolved_count"] >= 1 and row["mean_confidence"] < 1
    assert any("\ufffd" in doubt["raw"] and doubt["confidence"] == 0 for s in build.rows("sentences") for doubt in s["doubts"])


# ---------------------------------------------------------------- other languages

PERSIAN = (
    "وزیر صنعت دیروز از برنامه‌ای تازه برای پشتیبانی از صنایع کوچک خبر داد. او گفت که اجرای آن از فردا آغاز می‌شود و تا پایان سال "
    "ادامه خواهد داشت."
)
URDU = "وزیر صنعت نے کل چھوٹی صنعتوں کی مدد کے لیے ایک نئے منصوبے کا اعلان کیا۔ انہوں نے کہا کہ اس پر عمل کل سے شروع ہو گا۔"
ENGLISH = "The ministry announced a new plan for small industries yesterday. It starts tomorrow, the minister said."
FRENCH = "Le ministère a annoncé hier un nouveau plan pour les petites industries. Il commence demain."
KURDISH = "وەزیری پیشەسازی دوێنێ پلانێکی نوێی بۆ پشتگیریی پیشەسازییە بچووکەکان ڕاگەیاند"
PASHTO = "د صنایعو وزیر پرون د کوچنیو صنعتونو د ملاتړ لپاره د نوي پلان خبر ورکړ چې سبا به پیل شي"
FOREIGN = {"fa": PERSIAN, "ur": URDU, "en": ENGLISH, "fr": FRENCH, "ku": KURDISH, "ps": PASHTO}


@pytest.fixture
def languages(empty_project):
    for name, text in FOREIGN.items():
        empty_project.write(f"{name}.txt", text)
    empty_project.write("ar.txt", TEXT)
    return empty_project


def test_other_languages_are_published_as_they_are(languages):
    rows = of_paths(languages.build())
    assert rows.pop("ar.txt")["damage"] == "intact"
    for path, row in rows.items():
        assert (row["damage"], row["repaired_count"], row["mean_confidence"]) == ("foreign", 0, 0), path
        assert row["text"].split() == FOREIGN[path[:2]].split()
        assert row["keywords"] == row["keyphrases"] == [] and row["byline"] is row["dateline"] is None


def test_other_languages_are_rejected_if_asked(languages):
    languages.configure("ingest", "foreign", '"reject"')
    languages.configure("dataset", "max_reject_ratio", "1.0")
    build = languages.build()
    assert [row["source_path"] for row in build.rows("articles")] == ["ar.txt"]
    assert {row["code"] for row in build.rows("rejects")} == {"foreign"}
    assert languages.tarmim("check", expect=(0, 5)).returncode in (0, 5)


def test_a_gate_watches_their_share(languages):
    languages.configure("gates", "min_articles", "1")
    languages.configure("gates", "foreign_share", "[0.0, 0.3]")
    assert "foreign_share" in languages.tarmim("run", expect=4).stderr
    languages.configure("gates", "foreign_share", "[0.0, 0.9]")
    languages.build()


def test_a_foreign_paragraph_is_left_alone_within_an_article(empty_project):
    stripped = "تسع المسسات الصغير والمتوسط ال زياد النتاج والتنمي الصناعي في دول مجلس التعاون وتطوير القتصاد الوطن من خلال دعم القطاع الخاص"
    english = ENGLISH + " " + ENGLISH
    empty_project.write("a.txt", f"{stripped}\n{english}\n{stripped}")
    build = empty_project.build()
    (row,) = build.rows("articles")
    assert row["damage"] == "mixed" and 0 < row["mean_confidence"] < 1 and row["repaired_count"] > 10
    assert english.split() == [word for word in row["text"].split() if word.isascii()]


@pytest.mark.parametrize(
    "text",
    [
        "فاز Real Madrid على Manchester United في نهائي Champions League",
        "محمد احمد علي حسن سالم خالد ناصر راشد سعيد حمد عمر",
        "شلونك عيني چانت اگلك هواي زين وين رايح اليوم يمعود",
        "بِسْمِ اللَّهِ الرَّحْمَٰنِ الرَّحِيمِ ٱلْحَمْدُ لِلَّهِ رَبِّ ٱلْعَٰلَمِينَ",
        "اعلن وزیر الصناعة فی مؤتمر صحفی ان الخطة تشمل قروضا میسرة لکل المصانع",
        "خبر",
    ],
)
def test_arabic_is_not_called_foreign(empty_project, text):
    empty_project.write("a.txt", text)
    (row,) = empty_project.build().rows("articles")
    assert row["damage"] != "foreign"


# ---------------------------------------------------------------- the state of writing, by neighbours and by setting


def test_headlines_of_an_intact_file_stay_as_they_are(field_project):
    build = field_project("28-short-intact").build()
    assert len(build.rows("articles")) == 34
    assert [row["record"] for row in build.rows("articles") if row["repaired_count"]] == []


BARE = "باحث فرنسي مارين لوبان من نسل النبي محمد"
KEPT = "أعلنت الحكومة عن الخطة رقم {} لدعم الأسر المحتاجة في القرى النائية."
STRIPPED = "علنت الحكوم عن الخط رقم لدعم السر المحتاج في القر الناي وكدت الوزار نها ستبد التنفيذ"


def damage_of(project, path):
    return of_paths(project.build())[path]["damage"]


def test_the_folder_tells_where_the_text_is_too_short(empty_project):
    empty_project.write("one/short.txt", BARE)
    empty_project.write("two/short.txt", BARE)
    assert damage_of(empty_project, "one/short.txt") == "stripped"
    for number in range(12):
        empty_project.write(f"one/{number}.txt", KEPT.format(number))
        empty_project.write(f"two/{number}.txt", STRIPPED)
    rows = of_paths(empty_project.build())
    assert (rows["one/short.txt"]["damage"], rows["two/short.txt"]["damage"]) == ("intact", "stripped")


def test_a_text_that_came_into_new_company_is_done_again(empty_project, tmp_path):
    """An incremental build is that of a full one, though an article's result depends on the others of its folder."""
    empty_project.write("one/short.txt", BARE)
    empty_project.build()
    for number in range(12):
        empty_project.write(f"one/{number}.txt", KEPT.format(number))
    incremental = empty_project.build("--jobs", "1").bytes_by_path()
    empty_project.tarmim("run", "--force", "--jobs", "3", "--output", tmp_path / "full")
    full = {str(p.relative_to(c)): p.read_bytes() for c in [(tmp_path / "full/current").resolve()] for p in sorted(c.rglob("*.parquet"))}
    assert incremental == full
    assert of_paths(empty_project.current())["one/short.txt"]["damage"] == "intact"
    assert empty_project.tarmim("explain", empty_project.input / "one/short.txt").stdout.splitlines()[0].endswith("intact")


def test_a_setting_settles_the_state_of_writing(empty_project):
    empty_project.write("old/a.txt", BARE)
    empty_project.write("new/a.txt", BARE)
    empty_project.configure("repair", "damage", '"intact"')
    rows = of_paths(empty_project.build())
    assert [row["damage"] for row in rows.values()] == ["intact"] * 2
    empty_project.configure("repair", "damage_by_path", '{ "old/**" = "stripped", "**" = "auto" }')
    rows = of_paths(empty_project.build())
    assert rows["old/a.txt"]["damage"] == "stripped"
    assert "old" in empty_project.config.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ('{ "a" = "broken" }', 'expected one of "auto", "stripped", "normalised", "soft", "intact", found "broken"'),
        ('{ "a[" = "soft" }', "expected a pattern"),
        ('"intact"', "expected a table of strings"),
        ('{ "a" = 3 }', "expected a table of strings"),
    ],
)
def test_faults_in_the_table_of_paths_are_told(empty_project, value, told):
    line = empty_project.configure("repair", "damage_by_path", value)
    empty_project.write("a.txt", TEXT)
    error = empty_project.tarmim("check", expect=2).stderr
    assert told in error and f":{line}:" in error


@pytest.mark.parametrize(("state", "unchanged"), [("intact", True), ("stripped", False), ("auto", False)])
def test_the_filter_takes_a_state_of_writing(seed_project, state, unchanged):
    text = "الانشط الصناعي عل"
    assert (seed_project.tarmim("repair", "--damage", state, stdin=text.encode()).stdout == text) == unchanged


# ---------------------------------------------------------------- the encoding of short values


WORDS = ["الحمامات", "ارتفاع", "المغرب", "قفصة", "لبنان", "حالة", "بلاغ", "وزير", "بعد", "ألفة", "فوز جديد", "اتفاق"]


@pytest.mark.parametrize(("written", "named"), [("cp1256", "windows-1256"), ("iso-8859-6", "iso-8859-6")])
def test_the_values_of_a_table_and_the_files_of_a_folder_tell_their_encoding_together(empty_project, written, named):
    for number, word in enumerate(WORDS):
        empty_project.write(f"files/{number:02}.txt", word.encode(written))
        empty_project.write(f"told/{number:02}.txt", f"{TEXT} {number}")
    table = "\n".join(f"{number:02}.txt,{word}" for number, word in enumerate(WORDS))
    empty_project.write("told/metadata.csv", f"path,title\n{table}\n".encode(written))
    empty_project.write("records.csv", "\n".join(["text", *WORDS]).encode(written))
    build = empty_project.build()
    assert build.rows("rejects") == []
    rows = of_paths(build)
    assert [rows[f"told/{number:02}.txt"]["title"] for number in range(len(WORDS))] == WORDS
    short = [row for row in build.rows("articles") if row["source_path"].startswith(("files", "records"))]
    assert {row["encoding"] for row in short} == {named}
    given = [row["raw_text"] for row in build.rows("sentences") if row["source_path"].startswith(("files", "records"))]
    assert sorted(given) == sorted(WORDS * 2)


@pytest.mark.parametrize("word", ["وزير", "فوز جديد", "غزة", "آراء", "شؤون", "ظل"])
def test_a_word_alone_is_read_as_windows_1256(empty_project, word):
    """Beside numbers and Latin letters of other columns, and as the only label of a vocabulary."""
    empty_project.write("a/1.txt", TEXT)
    empty_project.write("a/metadata.csv", b"path,title\n1.txt," + word.encode("cp1256") + b"\n")
    labels = empty_project.root / "labels.csv"
    labels.write_bytes(b"id,label,category,variants\nx1," + word.encode("cp1256") + b",sport,\n")
    build = empty_project.build()
    assert build.rows("rejects") == []
    assert [row["title"] for row in build.rows("articles")] == [word]
    assert "x1" in empty_project.tarmim("tag-test", labels, f"{TEXT} {word}").stdout


# ---------------------------------------------------------------- advice, followed


def python_of(message):
    """The converter that a message names, as a function of bytes."""
    codec = re.search(r"encoding='(mac_arabic|cp720)'", message)[1]
    return lambda data: data.decode(codec).encode()


def iconv_of(message):
    command = re.search(r"\(((?:tail[^(]*)?iconv[^)]*)\)", message)[1]
    return lambda data: subprocess.run(["sh", "-c", command], input=data, capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    ("written", "named"), [("mac_arabic", "Mac Arabic"), ("cp720", "code page 720")]
)
def test_other_arabic_encodings_are_named_and_the_advice_works(empty_project, written, named):
    empty_project.configure("dataset", "max_reject_ratio", "1.0")
    text = TEXT.replace("،", ",")
    spoiled = text.encode(written)
    empty_project.write("a.txt", spoiled)
    empty_project.write("b.txt", TEXT)
    reject, = empty_project.build().rows("rejects")
    assert named in reject["message"] and reject["code"] == "unknown_encoding"
    empty_project.write("a.txt", python_of(reject["message"])(spoiled))
    build = empty_project.build()
    assert build.rows("rejects") == [] and words(build, "a.txt") == text.split()


@pytest.mark.parametrize("table", [False, True])
def test_a_mark_of_utf_8_before_windows_1256_is_none(empty_project, table):
    body = TEXT.encode("cp1256")
    empty_project.write(*(("a.csv", b"\xef\xbb\xbfid,text\n1," + body) if table else ("a.txt", b"\xef\xbb\xbf" + body)))
    build = empty_project.build()
    assert build.rows("rejects") == [] and [row["encoding"] for row in build.rows("articles")] == ["windows-1256"]
    assert words(build, "a.csv" if table else "a.txt") == TEXT.split()


@pytest.mark.parametrize("arguments", [(), ("--lines",)])
@pytest.mark.parametrize(
    ("written", "mark", "named"),
    [
        ("utf-16-le", b"", "utf-16le"),
        ("utf-16-be", b"", "utf-16be"),
        ("utf-16-le", b"\xff\xfe", "utf-16le"),
        ("utf-16-be", b"\xfe\xff", "utf-16be"),
        ("cp1256", b"", "windows-1256"),
        ("cp1256", b"\xef\xbb\xbf", "windows-1256"),
        ("iso-8859-6", b"", "iso-8859-6"),
    ],
)
def test_the_filter_names_the_encoding_and_the_advice_works(seed_project, written, mark, named, arguments):
    text = TEXT.replace("«", "").replace("»", "")
    spoiled = mark + f"{text}\n".encode(written)
    done = seed_project.tarmim("repair", *arguments, stdin=spoiled, expect=1)
    assert named in done.stderr and done.stdout == ""
    again = seed_project.tarmim("repair", *arguments, stdin=iconv_of(done.stderr)(spoiled))
    assert again.stdout == f"{text}\n"
