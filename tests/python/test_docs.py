"""The documentation is true: every query, script, setting and command on its pages runs, every link leads somewhere."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import duckdb
import pytest
from conftest import PROGRAM, REPOSITORY, Project, write_training_corpus

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
LINKED = [*PAGES, REPOSITORY / "ARCHITECTURE.md", REPOSITORY / "CHANGELOG.md", REPOSITORY / "model" / "MODEL_CARD.md"]

# Commands that the pages show and that cannot run inside a test, each with what covers it instead.
ELSEWHERE = {
    "cargo run --release -- run": "the program under test is built the same way, and every build here is such a run",
    "bash tests/run.sh": "it is running",
    "cargo install --path . --locked": "it compiles the program once more",
    "cargo install --path . --locked --root /usr/local": "it writes to /usr/local",
    "mkdir -p /srv/tarmim && cp -r pipeline.toml vocabulary raw /srv/tarmim/": "it writes to /srv",
    "cp operations/tarmim.service operations/tarmim.timer /etc/systemd/system/": "test_operations.py has systemd check the units",
    "systemctl daemon-reload && systemctl enable --now tarmim.timer": "it needs a running systemd",
    "systemctl list-timers tarmim.timer": "it needs a running systemd",
    "systemctl edit tarmim.service": "it needs a running systemd",
    "journalctl -u tarmim.service": "it needs a running systemd",
    "cargo bench --bench pipeline": "run.sh builds the benchmarks; they take minutes",
    "cargo bench --bench vocabulary": "run.sh builds the benchmarks; they take minutes",
    "cargo bench --bench duplicates -- CORPUS": "run.sh builds the benchmarks; it needs a corpus",
    "python3 tests/bench/rebuild.py target/release/tarmim 50000": "it takes half an hour",
    "pip install ./python": "run.sh builds the wheel and installs it",
    "pip install './python[pandas,duckdb,progress]'": "run.sh builds the wheel and installs it",
    "python tests/bench/scale.py target/release/tarmim": "it takes minutes",
}


def blocks(language):
    """Every fenced block of a language, with a name that tells where it stands."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            line = text[: match.start()].count("\n") + 1
            yield pytest.param(match.group(1), id=f"{page.name}:{line}")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A project with two builds and everything that the pages name, and a `tarmim` on the path."""
    project = Project(tmp_path_factory.mktemp("docs") / "project")
    project.build()
    shutil.copytree(REPOSITORY / "operations", project.root / "operations")
    project.write("more/a.txt", "عقد المجلس اجتماعه عل هامش المتمر")
    project.build()
    for name, text in {"names.txt": "أبسوس\n", "as-they-are.txt": "المنتج\n", "in.txt": "عقد المجلس اجتماعه عل هامش المتمر\n", "corrections.csv": "kind,scope,raw,correction\nform,corpus,المتمر,المؤتمر\n"}.items():
        (project.root / name).write_text(text, encoding="utf-8")
    shutil.copyfile(next((REPOSITORY / "tests/data/accuracy").glob("*seed*.jsonl")), project.root / "benchmark.jsonl")
    corpus = project.root / "corpus"
    corpus.mkdir()
    write_training_corpus(project.current(), corpus)
    benchmarks = project.root / "benchmarks"
    benchmarks.mkdir()
    shutil.copyfile(project.root / "benchmark.jsonl", benchmarks / "benchmark.jsonl")
    words = project.root / "lexicon"
    words.mkdir()
    words.joinpath("words.wordlist").write_text("أبسوس\n", encoding="utf-8")
    shim = project.root / "bin" / "tarmim"
    shim.parent.mkdir()
    shim.symlink_to(PROGRAM)
    return project


def shell(workplace, command):
    """Runs a command as a reader of the page would, in the project's folder."""
    replaced = {
        "--corpus DIR": "--corpus corpus",
        "--benchmarks DIR": "--benchmarks benchmarks",
        "--lexicon DIR": "--lexicon lexicon",
        "/path/to/articles": str(workplace.input),
        "/path/to/dataset": str(workplace.root / "elsewhere"),
        "diff A B": "diff current current",
        "--parquet DIR": "--parquet lists",
        "--lineage FILE": "--lineage events.jsonl",
        "/usr/local/bin/tarmim": str(PROGRAM),
        "/srv/tarmim": str(workplace.root),
    }
    for placeholder, value in replaced.items():
        command = command.replace(placeholder, value)
    environment = os.environ | {"PATH": f"{workplace.root / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-ec", command], cwd=workplace.root, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


def commands_of(block):
    """The commands of a console block, each with the output shown for it, or None where only commands are shown."""
    if not block.startswith("$ "):
        return [(line.split("  #")[0].strip(), None) for line in block.splitlines() if line.strip()]
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


@pytest.mark.parametrize("query", list(blocks("sql")))
def test_every_query_runs(workplace, query):
    duckdb.sql(query.replace("output/current", str(workplace.output / "current"))).fetchall()


@pytest.mark.parametrize("script", [block for block in blocks("python") if not ("tarmim." in block.values[0] or block.id.startswith("python.md"))])
def test_every_script_runs(workplace, script):
    # Scripts that use the package are run where it is installed, by python/tests/test_docs.py.
    done = subprocess.run([sys.executable, "-c", script], cwd=workplace.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def as_toml(value):
    """A value of a setting on one line, a table included."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {as_toml(value)}" for key, value in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("settings", list(blocks("toml")))
def test_every_setting_is_accepted(workplace, tmp_path, settings):
    project = Project(tmp_path / "project")
    for name in ("names.txt", "as-they-are.txt", "corrections.csv"):
        shutil.copyfile(workplace.root / name, project.root / name)
    for table, keys in tomllib.loads(settings).items():
        for key, value in keys.items():
            project.configure(table, key, as_toml(value))
    project.tarmim("check")


@pytest.mark.parametrize("block", list(blocks("console")))
def test_every_command_runs(workplace, block):
    for command, shown in commands_of(block):
        if command in ELSEWHERE:
            continue
        if command.startswith("duckdb "):
            # The command line of DuckDB is another program; its library answers the same query.
            query = shlex.split(command.split("|")[0])[2].replace("output/current", str(workplace.output / "current"))
            query = re.sub(r"article_id = '\w+'", f"article_id = '{workplace.current().rows('articles')[0]['article_id']}'", query)
            assert "Row Groups Scanned" in duckdb.sql(query).fetchall()[0][1]
            continue
        done = shell(workplace, command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        # The pages are for people, who do not see the marks that keep Arabic in its place.
        assert shown is None or re.sub("[\u2066-\u2069]", "", done.stdout) == shown, command


@pytest.mark.parametrize("block", list(blocks("cron")))
def test_the_cron_line_runs_and_prints_nothing(workplace, block):
    command = re.fullmatch(r"\S+ \S+ \S+ \S+ \S+ (.*)\n", block).group(1)
    done = shell(workplace, command)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_every_command_in_running_text_is_one(workplace):
    """`tarmim stats` in a sentence names a command that the program has, with options that it knows."""
    for page in PAGES:
        for command in re.findall(r"`(tarmim [^`\n]+)`", page.read_text(encoding="utf-8")):
            words = command.split()[1:]
            name = words[0] if words[0] != "help" else "run"
            help_text = shell(workplace, f"tarmim help {name}")
            assert help_text.returncode == 0, f"{page.name}: {command}"
            for option in re.findall(r"--[a-z-]+", command):
                assert option in help_text.stdout, f"{page.name}: {command}: {option}"


def anchors_of(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors_of(file), target


def test_every_page_is_listed_in_the_readme():
    readme = PAGES[0].read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"(docs/{page.name})" not in readme] == []


def test_every_command_of_the_program_is_documented():
    listed = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z-]+)  ", listed.partition("Build:")[2].partition("Options:")[0], re.MULTILINE)
    page = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")
    table = page.partition("| command |")[2].partition("\n\n")[0]
    assert len(commands) > 10
    assert [command for command in commands if f"`{command}`" not in table and f"`{command} export`" not in table] == []


def exit_codes(page):
    """The codes in the first column of the tables of a page."""
    rows = re.findall(r"^\| ([0-9, ]+) \|", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {int(code) for row in rows for code in row.split(",")}


def test_every_exit_code_is_explained():
    listed, explained = (exit_codes(REPOSITORY / "docs" / name) for name in ("commands.md", "operations.md"))
    assert listed == {0, 1, 2, 3, 4, 5, 75, 130, 143}
    assert listed <= explained
