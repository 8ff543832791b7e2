#!/usr/bin/env python3
"""Choose the articles of this folder's sets from the project's development sets.

    choose.py DEVELOPMENT_SETS    a folder with dev-alkhaleej.jsonl and dev-seed.jsonl

Nothing is drawn at random: the articles of dev-alkhaleej are taken in the order of the file, whole, as long as they fit into
what is left of their section's share. dev-seed is taken as it is. Records are copied byte for byte.
"""

import json
import sys
from pathlib import Path

TOKENS_PER_SECTION = 660


def chosen(lines):
    left = {}
    for line in lines:
        record = json.loads(line)
        section, tokens = record["category"], len(record["gold"])
        if tokens <= left.setdefault(section, TOKENS_PER_SECTION):
            left[section] -= tokens
            yield line


def main():
    source, here = Path(sys.argv[1]), Path(__file__).resolve().parent
    lines = (source / "dev-alkhaleej.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (here / "alkhaleej.jsonl").write_text("".join(chosen(lines)), encoding="utf-8")
    (here / "seed.jsonl").write_bytes((source / "dev-seed.jsonl").read_bytes())


if __name__ == "__main__":
    main()
