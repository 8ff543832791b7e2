"""A second implementation of the accuracy figures, which shares no code with `tarmim eval`.

A benchmark is a JSON Lines file with one article a line:

    id       the article's name
    damaged  the damaged text, tokens separated by single spaces
    gold     the intact form of each token; several accepted forms are separated by "|", a lost space is written "_"
    ends     indices of the tokens that end a sentence
    gaps     indices of the tokens after which a number was deleted (-1: before the first token)
    marks    the punctuation mark that followed a token, by its index; absent if the marks are not known

It is scored against a build of the damaged texts, one file an article, as `write_input` writes them.
"""

import json
from collections import Counter
from pathlib import PurePath

MARK_KINDS = {
    "،": "comma", ",": "comma", "؛": "comma", ";": "comma",
    ":": "colon",
    "؟": "question", "?": "question",
    ".": "stop", "!": "stop",
}  # fmt: skip


def read_benchmark(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_input(records, folder):
    """One file of damaged text for each article."""
    folder.mkdir(parents=True, exist_ok=True)
    for record in records:
        (folder / f"{record['id']}.txt").write_text(record["damaged"] + "\n", encoding="utf-8")


class Prediction:
    """What a build says of one article."""

    def __init__(self, rows):
        self.tokens, self.ends, self.gaps, self.marks = [], set(), set(), {}
        for row in rows:
            first, tokens = len(self.tokens), row["raw_text"].split(" ")
            for repair in row["repairs"]:
                assert tokens[repair["token"]] == repair["raw"]
                tokens[repair["token"]] = repair["repaired"].replace(" ", "_")
            self.tokens += tokens
            self.gaps |= {first + gap["token"] for gap in row["number_gaps"]}
            self.marks |= {first + mark["token"]: mark["mark"] for mark in row.get("marks") or []}
            # Where a headline, byline or dateline stops is no sentence boundary of the gold.
            if row["kind"] == "body":
                self.ends.add(len(self.tokens) - 1)


def predictions(build):
    """What a build says of each article, by the article's name."""
    return {PurePath(path).stem: Prediction(rows) for path, rows in build.sentences_by_path().items()}


def is_spared(form, gold):
    """Whether the lenient measure accepts a form that the gold does not have.

    The newspapers themselves leave hamzas out and run words together, so a hamza where the gold has a bare alif is accepted,
    and so is a space more or less. `كأن` for `كان` is another word, not another spelling.
    """
    if form.replace("_", "") == gold.replace("_", ""):
        return True
    same = len(form) == len(gold) and all(a == b or (a in "أإآ" and b == "ا") for a, b in zip(form, gold))
    return same and gold != "كان"


def ratio(part, whole):
    return round(part / whole, 4) if whole else 0.0


class Found:
    """Counts of what was to be found, what was given, and what was rightly given."""

    def __init__(self):
        self.wanted = self.given = self.right = 0

    def add(self, wanted, given):
        self.wanted += len(wanted)
        self.given += len(given)
        self.right += len(wanted & given)

    def figures(self, name):
        f1 = ratio(2 * self.right, self.wanted + self.given)
        return {f"{name}_p": ratio(self.right, self.given), f"{name}_r": ratio(self.right, self.wanted), f"{name}_f1": f1}


def token_counts(record, tokens):
    counts = Counter()
    for raw, gold, form in zip(record["damaged"].split(), record["gold"], tokens):
        forms = gold.split("|")
        right = form in forms
        lenient = right or any(is_spared(form, accepted) for accepted in forms)
        # What the damage left as it was can only be harmed, and what it changed can only be repaired.
        was = "intact" if raw in forms else "damaged"
        counts.update(["tokens", was])
        counts.update(name for name, true in ((f"{was}_right", right), (f"{was}_lenient", lenient)) if true)
    return counts


def mark_kinds(marks, last):
    """The marks of an article and their kinds; the one after the last token is not scored."""
    found = {(int(token), MARK_KINDS.get(mark)) for token, mark in marks.items()}
    return {(token, kind) for token, kind in found if kind and token != last}


def score(records, predicted):
    """The figures under the names, in the order and with the rounding that `tarmim eval --json` has."""
    counts, gaps, ends, marks, commas = Counter(), Found(), Found(), Found(), Found()
    missing, f1_of_articles = 0, []
    for record in records:
        raw = record["damaged"].split()
        last = len(raw) - 1
        prediction = predicted.get(record["id"])
        if prediction is None or len(prediction.tokens) != len(raw):
            missing += 1
            prediction = Prediction([])
            prediction.tokens = raw
        counts += token_counts(record, prediction.tokens)
        gaps.add(set(record.get("gaps", ())), prediction.gaps)
        wanted, given = set(record["ends"]) - {last}, prediction.ends - {last}
        ends.add(wanted, given)
        # The end of the article counts here, on both sides.
        f1_of_articles.append(2 * (len(wanted & given) + 1) / (len(wanted) + len(given) + 2))
        if "marks" in record:
            wanted, given = mark_kinds(record["marks"] or {}, last), mark_kinds(prediction.marks, last)
            marks.add(wanted, given)
            commas.add(*({mark for mark in side if mark[1] == "comma"} for side in (wanted, given)))
    right, lenient = (counts[f"intact_{name}"] + counts[f"damaged_{name}"] for name in ("right", "lenient"))
    return {
        "docs": len(records),
        "missing": missing,
        "tokens": counts["tokens"],
        "base": ratio(counts["intact"], counts["tokens"]),
        "word_acc": ratio(right, counts["tokens"]),
        "lenient_acc": ratio(lenient, counts["tokens"]),
        "damaged_acc": ratio(counts["damaged_right"], counts["damaged"]),
        "harm": ratio(counts["intact"] - counts["intact_right"], counts["intact"]),
        "lenient_harm": ratio(counts["intact"] - counts["intact_lenient"], counts["intact"]),
        **gaps.figures("gap"),
        **ends.figures("seg"),
        "seg_macro_f1": round(sum(f1_of_articles) / len(f1_of_articles), 4),
        **marks.figures("mark"),
        "comma_f1": commas.figures("comma")["comma_f1"],
    }
