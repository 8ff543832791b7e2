"""Names that come with the data do nothing on a terminal and in a shell: they name, and nothing else."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile

import duckdb
import pytest

from conftest import Project, seed_texts

# Escape sequences that set the title, the clipboard and colours, a bell, a backspace, and lines that look like the program's own.
EVIL = "a\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[31m\x08\rb\x9b32m\ntarmim: forged\nwarning: forged\npublished in 0.1 s: forged"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
TEXT = next(iter(seed_texts().values()))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A project in which everything that can have a name has an evil one, and the articles say the same."""
    project = Project(tmp_path_factory.mktemp("hostile") / "project")
    project.write(f"{EVIL}.txt", TEXT)
    project.write(f"{EVIL}.pdf", b"%PDF-1.4")
    project.write(f"{EVIL}/{EVIL}.json", "{")
    project.write(f"{EVIL}.jsonl", json.dumps({"id": EVIL, "text": f"{TEXT} {EVIL}", "section": EVIL, "title": EVIL, "date": EVIL}) + "\n" + '{"id": 1,')
    project.write("cells.csv", f'id,text,"{EVIL}"\n1,"{TEXT}",x\n2,,y\n')
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr(EVIL + ".txt", TEXT + " و")
        archive.writestr("../" + EVIL + ".txt", "\x00\x01\x02")
        archive.writestr(EVIL + ".docx", b"PK\x03\x04junk")
    project.write(f"{EVIL}.zip", stored.getvalue())
    (project.input / f"{EVIL}-link").symlink_to(f"{EVIL}-gone")
    with open(project.root / "own.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "label", "category", "variants", "gloss"], [EVIL, "دول", EVIL, "", EVIL], ["ok", "مجلس", "c", "", EVIL]])
    project.configure("tag", "vocabularies", '["own.csv"]')
    project.configure("dataset", "max_reject_ratio", 1.0)
    return project


def assert_harmless(done):
    for told in (done.stdout, done.stderr):
        assert not CONTROLS.search(told), repr(told)
        assert not re.search("^(tarmim|warning|published in 0.1 s): forged", told, re.MULTILINE), told


COMMANDS = [
    ["check"],
    ["plan"],
    ["run"],
    ["run"],
    ["plan"],
    ["builds"],
    ["stats"],
    ["kwic", "دول"],
    ["kwic", "مجلس"],
    ["diff"],
    ["trend", "ok", "--by", "section"],
    ["explain", f"raw/{EVIL}.txt"],
    ["explain", f"{EVIL}-nothing"],
    ["rollback", EVIL],
    ["trend", EVIL],
]


def test_nothing_reaches_a_terminal(hostile):
    (hostile.output / "builds" / "x\x1b[31m\ntarmim: forged").mkdir(parents=True)
    for command in COMMANDS:
        assert_harmless(hostile.tarmim(*command, expect=tuple(range(6))))
    assert hostile.current().rows("rejects"), "they are listed"


def test_nothing_reaches_a_terminal_when_a_vocabulary_is_faulty(hostile, tmp_path):
    project = Project(tmp_path / "project")
    for rows in ([["id", EVIL]], [["id", "label"], [EVIL, ""], [EVIL, EVIL]], [["id", "label", "category", "variants", "gloss"], [EVIL, "دول", EVIL]]):
        with open(project.root / "own.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        project.configure("tag", "vocabularies", '["own.csv"]')
        for command in ("check", "run"):
            assert_harmless(project.tarmim(command, expect=(0, 2)))


def test_a_label_of_ten_megabytes_is_not_printed_in_full(tmp_path):
    project = Project(tmp_path / "project")
    label = "ص" * 5_000_000
    (project.root / "own.csv").write_text(f"id,label,category,variants,gloss\nx,{label},c,,\nx,دول,c,,\n", encoding="utf-8")
    project.configure("tag", "vocabularies", '["own.csv"]')
    told = project.tarmim("check", expect=(0, 2))
    assert len(told.stdout) + len(told.stderr) < 10_000


@pytest.mark.parametrize("name", ["a b", "$HOME", "`id`", '"; id; "', "it's", "a!b", "$(touch owned)"])
def test_the_command_that_is_offered_does_what_it_says_in_a_shell(tmp_path, name):
    """It is pasted into a shell, so a path in it must stay a path."""
    project = Project(tmp_path / "project")
    told = project.tarmim("run", "--output", f"./{name}").stdout
    command = told.split("look at it:\n  ")[1].strip()
    shown = subprocess.run(["bash", "-c", command.replace("duckdb -c", "printf %s", 1)], cwd=project.root, capture_output=True, text=True, check=True)
    assert len(duckdb.sql(shown.stdout.replace("./", f"{project.root}/".replace("'", "''"), 1)).fetchall()) == 10
    assert sorted(path.name for path in project.root.iterdir()) == sorted([name, "model", "pipeline.toml", "raw", "vocabulary"])


def test_the_list_of_what_was_redone_has_no_formulas(tmp_path):
    project = Project(tmp_path / "project", with_seeds=False)
    for name in ("=cmd.txt", "+1.txt", "@x.txt", "-2.txt"):
        project.write(name, TEXT)
    project.write("records.jsonl", json.dumps({"id": "=1+1", "text": TEXT}))
    with open(project.build().folder / "redone.csv", encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'=cmd.txt" in cells and "'=1+1" in cells
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    shutil.rmtree(project.root)
