"""Imports point down only: each folder uses what the table allows, and no files or folders import each other in a circle.

The test reads the sources as text: it finds the modules of each crate, resolves every path that begins with `crate`, `super`
or `self` through re-exports to the file that defines the name, and judges the graph that results. Unit tests are left out.
"""

import re
from pathlib import Path

import pytest
from conftest import REPOSITORY

# For each folder (or file) at the root of a crate, those that it may use. Lower ones never know higher ones.
LAYERS = {
    "src": {
        "main": {"allocator", "cli", "commands", "progress", "interrupt", "panics", "failpoint"},
        "allocator": set(),
        "commands": {
            "cli", "pipeline", "config", "gates", "analysis", "export", "cache", "dataset", "ingest", "progress", "interrupt",
            "path_kind", "failpoint", "terminal", "shown",
        },
        "cli": {"analysis", "dataset", "export", "progress"},
        "pipeline": {
            "config", "gates", "analysis", "cache", "dataset", "ingest", "progress", "interrupt", "path_kind", "failpoint",
            "shown",
        },
        "config": {"gates", "dataset", "ingest", "path_kind"},
        "gates": {"dataset", "shown"},
        "analysis": {"dataset", "terminal"},
        "export": {"analysis", "dataset"},
        "cache": {"ingest", "hashing", "removal", "failpoint", "shown"},
        "dataset": {"hashing", "path_kind", "removal", "failpoint", "shown"},
        "ingest": {"hashing", "path_kind"},
        "progress": {"terminal"},
        "terminal": set(),
        "interrupt": set(),
        "panics": set(),
        "hashing": set(),
        "path_kind": {"shown"},
        "shown": set(),
        "removal": set(),
        "failpoint": set(),
    },
    "crates/engine/src": {
        "engine": {"document", "model", "passages", "repair", "review", "split", "tag", "tables"},
        "text_filter": {"document", "passages", "repair", "review", "split"},
        "tables": {"document", "repair", "split", "tag", "duplicates", "rounded"},
        "passages": {"document", "review", "split", "arabic"},
        "tag": {"split", "review", "repair", "csv_table", "document", "model", "arabic", "rounded", "settings", "regular_file"},
        "split": {"review", "repair", "document", "model", "newswire", "arabic", "rounded", "settings"},
        "review": {"repair", "csv_table", "document", "arabic", "regular_file"},
        "repair": {"encoder", "document", "model", "newswire", "arabic", "rounded", "settings", "regular_file"},
        "encoder": {"matrix", "model", "arabic"},
        "duplicates": {"document", "arabic", "settings"},
        "document": {"arabic"},
        "newswire": {"arabic"},
        "csv_table": set(),
        "model": {"regular_file"},
        "regular_file": set(),
        "matrix": set(),
        "arabic": set(),
        "rounded": set(),
        "settings": set(),
    },
    "crates/training/src": None,
    "crates/evaluation/src": None,
    "python/src": {
        "annotation": {"calls", "engine", "error", "pool", "spool", "streams", "table"},
        "parts": {"calls", "engine", "error", "pool", "spool", "streams", "table"},
        "streams": {"calls", "error", "values"},
        "run": {"calls", "engine", "error", "pool"},
        "engine": {"calls", "error", "pool", "streams", "tokens", "values"},
        "table": {"error", "spool"},
        "tokens": {"values"},
        "values": {"error"},
        "calls": {"error"},
        "spool": set(),
        "pool": set(),
        "error": set(),
    },
}

# Crates of the workspace, each with those that it may depend on.
CRATES = {
    "Cargo.toml": {"engine", "training", "evaluation"},
    "crates/engine/Cargo.toml": set(),
    "crates/training/Cargo.toml": {"engine"},
    "crates/evaluation/Cargo.toml": {"engine"},
    "python/Cargo.toml": {"engine"},
}

# What the engine must do without: tables on disk, dataframes, pages, archives, the command line, progress bars.
NOT_IN_THE_ENGINE = {"polars", "parquet", "clap", "indicatif", "html5ever", "dom_query", "zip", "tar", "flate2", "rustix"}


def closing(text, opened):
    """The place after the brace that closes the one before `opened`."""
    depth = 1
    while depth:
        depth += {"{": 1, "}": -1}.get(text[opened], 0)
        opened += 1
    return opened


def code_of(file):
    """A file's code without comments, strings and unit tests."""
    text = re.sub(r"//[^\n]*", "", file.read_text(encoding="utf-8"))
    text = re.sub(r'b?"(?:[^"\\]|\\.)*"', '""', text, flags=re.DOTALL)
    while (start := re.search(r"#\[cfg\(test\)\]\s*(?:pub(?:\([a-z]+\))?\s+)?mod \w+\s*\{", text)) is not None:
        text = text[: start.start()] + text[closing(text, start.end()) :]
    # In a module written inside the file, the parent is the file itself.
    for inner in reversed(list(re.finditer(r"\bmod \w+\s*\{", text))):
        end = closing(text, inner.end())
        text = text[: inner.end()] + text[inner.end() : end].replace("super::", "self::") + text[end:]
    return text


def use_tree(tree):
    """The paths of a use tree, each with the name that it gives: `a::{b, c as d}` is a::b named b, and a::c named d."""
    tree = tree.strip()
    if "{" not in tree:
        path, _, alias = tree.partition(" as ")
        segments = [segment.strip() for segment in path.split("::") if segment.strip()]
        return [(segments, alias.strip() or segments[-1])]
    head, _, rest = tree.partition("{")
    prefix = [segment.strip() for segment in head.split("::") if segment.strip()]
    items, depth, item = [], 0, ""
    for character in rest[: rest.rindex("}")] + ",":
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            items.append(item)
            item = ""
        else:
            item += character
    found = []
    for item in filter(str.strip, items):
        for segments, name in use_tree(item):
            last = prefix[-1:] if segments == ["self"] else segments
            found.append((prefix + [s for s in segments if s != "self"], last[-1] if segments == ["self"] else name))
    return found


class Crate:
    """The modules of a crate, and which of them each file uses."""

    def __init__(self, root):
        self.files = {}
        for file in sorted(root.rglob("*.rs")):
            parts = list(file.relative_to(root).with_suffix("").parts)
            if parts[-1] in ("mod", "lib"):
                parts.pop()
            if "tests" not in parts and parts[-1:] != ["golden"]:
                self.files[tuple(parts)] = code_of(file)
        self.exports = {module: {} for module in self.files}
        for module, code in self.files.items():
            for visible, tree in re.findall(r"\b(pub(?:\([a-z :]+\))?\s+)?use\s+([^;]+);", code):
                for segments, name in use_tree(tree):
                    if visible:
                        self.exports[module][name] = segments

    def absolute(self, module, segments):
        """A path from the root of the crate; None for a path into another crate."""
        head, *rest = segments
        if head == "crate":
            return rest
        if head == "self":
            return [*module, *rest]
        if head == "super":
            base = list(module)
            while segments and segments[0] == "super":
                base.pop()
                segments = segments[1:]
            return [*base, *segments]
        if (*module, head) in self.files:
            return [*module, *segments]
        return None

    def defining(self, path, depth=0):
        """The file that defines what a path names: the deepest module on it, then on through re-exports."""
        module, rest = (), list(path)
        while rest and (*module, rest[0]) in self.files:
            module, rest = (*module, rest[0]), rest[1:]
        exported = self.exports.get(module, {}).get(rest[0]) if rest else None
        if exported is not None and depth < 8:
            onward = self.absolute(module, exported)
            return self.defining([*onward, *rest[1:]], depth + 1) if onward is not None else module
        return module

    def uses(self, module):
        """The files whose names a file uses."""
        code = self.files[module]
        paths = [segments for tree in re.findall(r"\buse\s+([^;]+);", code) for segments, _ in use_tree(tree)]
        inline = re.sub(r"\buse\s+[^;]+;", "", code)
        paths += [path.split("::") for path in re.findall(r"\b(?:crate|super|self)(?:::\w+)+", inline)]
        own = [self.absolute(module, path) for path in paths]
        return {self.defining(path) for path in own if path} - {module}


def circles(graph):
    """The strongly connected components of more than one node (Tarjan)."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for target in graph[node]:
            if target not in order:
                visit(target)
            if target in stack:
                low[node] = min(low[node], low[target])
        if low[node] == order[node]:
            component = []
            while True:
                component.append(stack.pop())
                if component[-1] == node:
                    break
            if len(component) > 1:
                found.append(sorted(component))

    for node in graph:
        if node not in order:
            visit(node)
    return found


@pytest.fixture(scope="module", params=LAYERS)
def crate(request):
    root = REPOSITORY / request.param
    crate = Crate(root)
    assert len(crate.files) > 5
    return request.param, crate


def test_no_files_import_each_other(crate):
    name, crate = crate
    graph = {module: crate.uses(module) & crate.files.keys() for module in crate.files}
    shown = [["/".join(module) or "(root)" for module in circle] for circle in circles(graph)]
    assert shown == [], name


def test_no_folders_import_each_other(crate):
    """A folder is used from outside by its files; two folders that use each other are one folder in two places."""
    name, crate = crate
    graph = {}
    for module in crate.files:
        for used in crate.uses(module):
            shared = next((i for i, (a, b) in enumerate(zip(module, used)) if a != b), min(len(module), len(used)))
            # Compared where the two paths part: below that they are siblings, and only siblings can form a circle.
            if len(module) > shared and len(used) > shared:
                graph.setdefault(module[: shared + 1], set()).add(used[: shared + 1])
                graph.setdefault(used[: shared + 1], set())
    assert [["/".join(folder) for folder in circle] for circle in circles(graph)] == [], name


def test_each_folder_uses_what_the_table_allows(crate):
    name, crate = crate
    table = LAYERS[name]
    if table is None:
        pytest.skip("a crate of one folder")
    tops = {module[0] for module in crate.files if module}
    assert tops - table.keys() == set(), "a new folder needs a line in the table"
    wrong = {
        f"{module[0]} uses {used[0]} ({'/'.join(module)})"
        for module in crate.files
        if module
        for used in crate.uses(module)
        if used and used[0] != module[0] and used[0] not in table[module[0]]
    }
    assert sorted(wrong) == []


def test_the_table_has_no_circle():
    for table in filter(None, LAYERS.values()):
        assert circles({folder: used & table.keys() for folder, used in table.items()}) == []


@pytest.mark.parametrize("manifest", CRATES)
def test_crates_depend_downwards(manifest):
    text = (REPOSITORY / manifest).read_text(encoding="utf-8")
    named = set(re.findall(r"^(engine|training|evaluation)\.workspace = true|^(engine|training|evaluation) = \{ workspace", text, re.M))
    assert {name for pair in named for name in pair if name} <= CRATES[manifest]


def test_the_engine_stands_alone():
    import subprocess

    command = ["cargo", "tree", "-p", "tarmim-engine", "-e", "normal", "--prefix", "none", "--locked", "--offline"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert len(names) > 20
    assert {name for name in names if name in NOT_IN_THE_ENGINE or name.startswith("polars")} == set()


def test_the_wheel_has_no_polars():
    import subprocess

    command = ["cargo", "tree", "-p", "tarmim-python", "-e", "normal", "--prefix", "none", "--locked", "--offline"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert "pyo3" in names
    assert {name for name in names if name.startswith("polars") or name in {"tarmim-training", "tarmim-evaluation"}} == set()


def test_a_circle_is_found(tmp_path):
    """The test itself: a re-export is followed to the file behind it, and a child that uses its parent's item is a circle."""
    sources = {
        "lib.rs": "pub mod a; pub mod b;",
        "a/mod.rs": "mod x; pub use x::X; use x::helper; pub struct Own;",
        "a/x.rs": "use super::Own; // crate::b in a comment does not count\npub struct X;",
        "b.rs": "use crate::a::{X, Own as Mine}; #[cfg(test)] mod tests { use crate::c::Nothing; }",
    }
    for name, text in sources.items():
        path = Path(tmp_path, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    crate = Crate(tmp_path)
    assert crate.uses(("b",)) == {("a", "x"), ("a",)}
    assert circles({module: crate.uses(module) & crate.files.keys() for module in crate.files}) == [[("a",), ("a", "x")]]
