"""Layouts of pages that once lost text, or took in what is not the article: each with the lines that a reader sees as the article."""

from difflib import SequenceMatcher

import pytest
from conftest import Project
from pages import Writer

WRITER = Writer(77)
S = [WRITER.sentence() for _ in range(40)]
TITLE = "عنوان الخبر الجديد"
H1 = f"<h1>{TITLE}</h1>"
ITEMS = [f"البند {n} من القائمة" for n in range(8)]
STRIPPED = ["".join(c for c in s if c.isspace() or c in "بتثجحخدذرزسشصضطظعغفقكلمنهويا") for s in S[:5]]


def p(*lines):
    return "".join(f"<p>{line}</p>" for line in lines)


def div(*lines):
    return "".join(f"<div>{line}</div>" for line in lines)


LAYOUTS = {
    "advertisements between paragraphs": ("<div>" + "".join(f'<div class="css-1ab">{p(s)}</div><div class="ad-slot">إعلان</div>' for s in S[:5]) + "</div>", S[:5]),
    "two columns of one row": (f"<table><tr><td>{'<br>'.join(S[:3])}</td><td>{'<br>'.join(S[3:6])}</td></tr></table>", S[:6]),
    "cells without blocks": (f"<table><tr><td>{S[0]}</td><td>{S[1]}</td></tr><tr><td>{S[2]}</td><td>{S[3]}</td></tr></table>", S[:4]),
    "short answers": (f"<div>{H1}" + "".join(f"<p><strong>س: {s}</strong></p><p>نعم.</p>" for s in S[:5]) + "</div>", [x for s in S[:5] for x in ("س:", s, "نعم.")]),
    "verses": (f"<div>{H1}{p(S[0])}<p>{'<br>'.join(ITEMS)}</p>{p(S[1])}</div>", [S[0], *ITEMS, S[1]]),
    "a list in the middle": (f"<div>{H1}{p(S[0])}<ol>{''.join(f'<li>{item}</li>' for item in ITEMS)}</ol>{p(S[1])}</div>", [S[0], *ITEMS, S[1]]),
    "a list at the end": (f"<div>{H1}{p(*S[:2])}<ol>{''.join(f'<li>{item}</li>' for item in ITEMS)}</ol></div>", [*S[:2], *ITEMS]),
    "a quotation whose class sounds like something else": (f'<div>{p(*S[:2])}<blockquote class="card quote">{S[2]}</blockquote>{p(S[3])}</div>', S[:4]),
    "comments in the article's cell": (f"<table><tr><td>{'<br><br>'.join(S[:3])}<hr><b>التعليقات</b><br>{S[20]}<br>{S[21]}</td></tr></table>", S[:3]),
    "comments longer than the article, without a name": (f"<div class=x1>{p(*S[:4])}</div><div class=x2><h3>تعليقات القراء</h3>{div(*S[10:30])}</div>", S[:4]),
    "a word about comments in the article": (f"<div>{p(*S[:2])}<p>وتوالت التعليقات على القرار.</p>{p(S[2])}</div>", [*S[:2], "وتوالت التعليقات على القرار.", S[2]]),
    "spans that are blocks": ("<div>" + "".join(f'<span style="display: block">{s}</span>' for s in S[:4]) + "</div>", S[:4]),
    "a paragraph that is a link": (f"<div>{p(S[0])}<p><a href=x>{S[1]}</a></p>{p(*S[2:4])}</div>", S[:4]),
    "no marks at all": (f"<div>{p(*STRIPPED)}</div>", STRIPPED),
    "paragraphs as headings": ("<div>" + "".join(f"<h2>{s}</h2>" for s in S[:4]) + "</div>", S[:4]),
    "a standfirst in the header": (f"<article><header>{H1}{p(S[9])}</header><div class=b>{p(*S[:4])}</div></article>", [S[9], *S[:4]]),
    "hours as headings": ("<div>" + "".join(f"<div><h4>10:{n}0</h4>{p(s)}</div>" for n, s in enumerate(S[:5])) + "</div>", [x for n, s in enumerate(S[:5]) for x in (f"10:{n}0", s)]),
    "one paragraph": (f"<div><a href=1>أول</a></div><div>{p(S[0])}</div><div>جميع الحقوق محفوظة</div>", S[:1]),
    "two parts with other names": (f"<div class=a1>{p(*S[:3])}</div><div class=banner-ad>إعلان</div><div class=a2>{p(*S[3:5])}</div>", S[:5]),
    "a sentence that begins like a button": (f"<div>{p(S[0])}<p>شارك في المؤتمر خمسون باحثا.</p>{p(S[1])}</div>", [S[0], "شارك في المؤتمر خمسون باحثا.", S[1]]),
    "an agency at the end": (f"<div>{p(*S[:2])}<p>(وام)</p></div>", [*S[:2], "(وام)"]),
    "bare text among links": (f"<a href=1>الرئيسية</a> | <a href=2>سياسة</a><br><br>{S[0]}<br>{S[1]}<br><br>{S[2]}<br><br><a href=3>عودة</a>", S[:3]),
    "a notice without script": (f"<noscript>فعل جافاسكربت</noscript><div>{p(*S[:4])}</div>", S[:4]),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("layouts"), with_seeds=False)
    for name, (body, _) in LAYOUTS.items():
        project.write(f"{name}.html", f"<html><head><meta charset=utf-8><title>{TITLE}</title></head><body>{body}</body></html>")
    return project.build().sentences_by_path()


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_article_and_nothing_else(built, name):
    rows = built[f"{name}.html"]
    found = " ".join(row["raw_text"] for row in rows if row["raw_text"] != TITLE).split()
    expected = " ".join(LAYOUTS[name][1]).split()
    changes = SequenceMatcher(None, expected, found, autojunk=False).get_opcodes()
    assert [(tag, " ".join(expected[a:b]), " ".join(found[c:d])) for tag, a, b, c, d in changes if tag != "equal"] == []
