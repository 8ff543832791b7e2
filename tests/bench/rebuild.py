#!/usr/bin/env python3
"""The cost of rebuilds relative to a full build: after 1 % of the articles changed, after the vocabulary changed, and after no change.

    python3 tests/bench/rebuild.py target/release/tarmim [ARTICLES] [FOLDER]

Articles of 417 words are made from runs of words of the shipped ones, each article different. Compare ratios within one run; machines are noisy.
"""

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
WORDS = 417


def write_articles(folder, count):
    words = " ".join(path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "raw").glob("*.txt"))).split()
    generator = random.Random(1)
    for number in range(count):
        text = []
        while len(text) < WORDS:
            start = generator.randrange(len(words) - 30)
            text += words[start : start + generator.randint(8, 25)]
        path = folder / f"section-{number % 7}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(" ".join(text[:WORDS]), encoding="utf-8")


def timed(what, command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cores = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return what, seconds, cores, after.ru_maxrss / 1024


def main():
    program = Path(sys.argv[1]).resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    with tempfile.TemporaryDirectory(dir=sys.argv[3] if len(sys.argv) > 3 else None) as place:
        root = Path(place)
        shutil.copyfile(REPOSITORY / "pipeline.toml", root / "pipeline.toml")
        shutil.copytree(REPOSITORY / "vocabulary", root / "vocabulary")
        write_articles(root / "raw", count)
        command = [program, "--config", root / "pipeline.toml", "run"]
        lines = [timed("full build", command)]
        changed = sorted((root / "raw").rglob("*.txt"))[7::100]
        for path in changed:
            path.write_text(path.read_text(encoding="utf-8") + " كلم جديد", encoding="utf-8")
        lines.append(timed(f"{len(changed)} articles changed", command))
        with (root / "vocabulary/newspapers.ttl").open("a", encoding="utf-8") as vocabulary:
            vocabulary.write("\n# another one\n")
        (root / "vocabulary/more.csv").write_text("id,label,category,variants\nnew,كلمة جديدة,test,\n", encoding="utf-8")
        names = [root / "vocabulary/newspapers.ttl", root / "vocabulary/more.csv"]
        lines.append(timed("vocabulary changed", [*command, "--vocabulary", *names]))
        lines.append(timed("nothing changed", [*command, "--vocabulary", *names]))
        run = json.loads((root / "output/current/manifest.json").read_text())["run"]
        full = lines[0]
        print(f"{count} articles of {WORDS} words; stages of the last build in core seconds: {run['stage_seconds']}")
        print("| run | seconds | of a full build | core seconds | of a full build | peak MB so far |\n| --- | --- | --- | --- | --- | --- |")
        for what, seconds, cores, megabytes in lines:
            print(f"| {what} | {seconds:.1f} | {seconds / full[1]:.1%} | {cores:.1f} | {cores / full[2]:.1%} | {megabytes:.0f} |")


if __name__ == "__main__":
    main()
