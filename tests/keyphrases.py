#!/usr/bin/env python3
"""Score tarmim's keyphrases against hand-picked ones, and compare them with two baselines, YAKE and TF-IDF.

    python3 tests/keyphrases.py --gold dev.jsonl.zst --tarmim target/release/tarmim --damage bench/damage.py

The gold file has one JSON object per line, with id, text and keyphrases. The program builds a dataset from the texts, and with
--damage another from the damaged texts.

Two phrases are equal if their words have equal light10 stems (Larkey, Ballesteros and Connell 2007). Equal phrases count once on both
sides; of a system's phrases, the first ten different ones count.
Requires pyarrow, yake (pip install yake==0.7.3) for its baseline, and zstdcat for .zst files.
"""
import argparse
import collections
import functools
import importlib.util
import json
import math
import re
import subprocess
import tempfile
import unicodedata
from pathlib import Path

TOP = 10
REPOSITORY = Path(__file__).resolve().parents[1]
MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u0610-\u061a\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
WORD = re.compile(r"[^\W_]+")
FOLD = str.maketrans("أإآٱىة", "اااايه")
PREFIXES = ("ال", "وال", "بال", "كال", "فال", "لل")
SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي")


def plain(text):
    """Text in Unicode normal form, without diacritics, tatweel and invisible characters."""
    return MARKS.sub("", unicodedata.normalize("NFKC", unicodedata.normalize("NFC", text)))


@functools.lru_cache(maxsize=None)
def light10(word):
    """The light10 stem of a plain word."""
    word = word.translate(FOLD).lower()
    if word.startswith("و") and len(word) >= 4:
        word = word[1:]
    for prefix in PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 2:
            word = word[len(prefix):]
            break
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 2:
            word = word[:-len(suffix)]
    return word


def stems(phrase):
    return tuple(light10(word) for word in WORD.findall(plain(phrase)))


def records(path):
    """The JSON objects of a .jsonl or .jsonl.zst file."""
    if path.endswith(".zst"):
        with subprocess.Popen(["zstdcat", path], stdout=subprocess.PIPE) as process:
            yield from map(json.loads, process.stdout)
    else:
        with open(path, encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def counts(gold, predicted):
    """(hits, predicted phrases, gold phrases) of one article."""
    gold = set(filter(None, map(stems, gold)))
    predicted = list(dict.fromkeys(filter(None, map(stems, predicted))))[:TOP]
    return len(gold & set(predicted)), len(predicted), len(gold)


def f1(hits, predicted, gold):
    return 2 * hits / (predicted + gold) if predicted + gold else 0.0


def measure(articles, predictions):
    """F1 at ten, macro (mean over articles) and micro (over all phrases), and micro precision and recall."""
    each = [counts(a["keyphrases"], predictions.get(a["id"], [])) for a in articles]
    hits, predicted, gold = map(sum, zip(*each))
    macro = sum(f1(*e) for e in each) / len(each)
    return macro, f1(hits, predicted, gold), hits / max(predicted, 1), hits / max(gold, 1)


def yake_phrases(text):
    """YAKE with its default settings and Arabic stop words. It may repeat a phrase, so more than ten are requested."""
    import yake
    return [phrase for phrase, _ in yake.KeywordExtractor(lan="ar", n=3, top=3 * TOP).extract_keywords(text)]


class Candidates:
    """1- to 3-grams that cross no punctuation and neither begin nor end with a stop word."""

    def __init__(self, stop):
        self.stop = stop

    def is_stop(self, word):
        bare = word.translate(FOLD)
        return len(word) < 2 or word.isdigit() or bare in self.stop or (bare[0] in "وف" and bare[1:] in self.stop)

    def ngrams(self, text):
        for clause in re.split(r"[^\w\s]+|\n", plain(text)):
            words = WORD.findall(clause)
            stop = [self.is_stop(word) for word in words]
            for n in (1, 2, 3):
                for i in range(len(words) - n + 1):
                    if not stop[i] and not stop[i + n - 1]:
                        yield tuple(words[i:i + n])


def documents(articles, candidates, key):
    """The frequency of each candidate in each article, and its most frequent form."""
    tables, forms = [], collections.defaultdict(collections.Counter)
    for article in articles:
        table = collections.Counter()
        for ngram in candidates.ngrams(article["text"]):
            table[key(ngram)] += 1
            forms[key(ngram)][" ".join(ngram)] += 1
        tables.append(table)
    return tables, {k: max(f, key=lambda form: (f[form], form)) for k, f in forms.items()}


def tf_idf(articles, tables, forms, frequency, size):
    """Phrases by tf x idf; of equal ones, the earlier in the text first."""
    out = {}
    for article, table in zip(articles, tables):
        score = {k: n * math.log((size + 1) / (frequency[k] + 1)) for k, n in table.items()}
        out[article["id"]] = [forms[k] for k in sorted(table, key=lambda k: -score[k])[:3 * TOP]]
    return out


def tf_idf_variants(articles, candidates):
    """TF-IDF over surface forms and over stems; document frequencies are those of the articles themselves."""
    for name, key in (("forms", lambda ngram: ngram), ("stems", lambda ngram: tuple(map(light10, ngram)))):
        tables, forms = documents(articles, candidates, key)
        frequency = collections.Counter(k for table in tables for k in table)
        yield f"TF-IDF, {name}", tf_idf(articles, tables, forms, frequency, len(articles))


def stop_words():
    """The words of the program's list that belong to no phrase: its first section. # begins a comment, @ the next section."""
    text = (REPOSITORY / "crates/engine/src/tag/phrases/stop_words.txt").read_text(encoding="utf-8")
    lines = text.split("\n@")[0].split("\n")
    return {word.translate(FOLD) for line in lines if not line.startswith("#") for word in line.split()}


def tarmim_phrases(program, texts):
    """The keyphrases, by id, of a dataset that the program builds from the texts."""
    import pyarrow.parquet
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "raw").mkdir()
        ids = {}
        for number, (key, text) in enumerate(texts.items()):
            path = folder / "raw" / f"{number:05}.txt"
            path.write_text(text, encoding="utf-8")
            ids[path.name] = key
        (folder / "pipeline.toml").write_text("[tag]\nvocabularies = []\n", encoding="utf-8")
        subprocess.run([Path(program).resolve(), "run", "--quiet"], cwd=folder, check=True)
        table = pyarrow.parquet.read_table(folder / "output/current/articles", columns=["source_path", "keyphrases"])
        return {ids[row["source_path"]]: [phrase["text"] for phrase in row["keyphrases"]] for row in table.to_pylist()}


def damaged_texts(articles, script):
    """The texts, damaged by the benchmark's script."""
    spec = importlib.util.spec_from_file_location("damage", script)
    damage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(damage)
    record = lambda a: damage.damage_document(a["id"], damage.split_clean(a["text"]), damage.seeded(a["id"]))  # noqa: E731
    return {a["id"]: record(a)["damaged"] for a in articles}


def systems(articles, args):
    """The name of each system, and its phrases for each article."""
    if args.tarmim:
        yield "tarmim", tarmim_phrases(args.tarmim, {a["id"]: a["text"] for a in articles})
        if args.damage:
            yield "tarmim, damaged text", tarmim_phrases(args.tarmim, damaged_texts(articles, args.damage))
    if not args.no_baselines:
        yield from tf_idf_variants(articles, Candidates(stop_words()))
        yield "YAKE", {a["id"]: yake_phrases(a["text"]) for a in articles}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gold", required=True, help="articles with their keyphrases")
    parser.add_argument("--tarmim", help="the program")
    parser.add_argument("--damage", help="script that simulates the damage (damage.py)")
    parser.add_argument("--no-baselines", action="store_true", help="score the program only")
    args = parser.parse_args()
    articles = list(records(args.gold))
    print(f"{'F1 at 10':24}{'by article':>12}{'by phrase':>12}{'precision':>12}{'recall':>12}")
    for name, predictions in systems(articles, args):
        print(f"{name:24}" + "".join(f"{metric:12.4f}" for metric in measure(articles, predictions)))


if __name__ == "__main__":
    main()
