"""Every dependency has a licence that deny.toml allows, without needing cargo-deny to be installed."""
import json
import pathlib
import re
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def is_allowed(expression, allowed):
    """Whether an SPDX expression can be met with the allowed licences: an `or` needs one side, an `and` both."""
    tokens = re.findall(r"\(|\)|\bOR\b|\bAND\b|[^()\s]+(?: WITH [^()\s]+)?", expression.replace("/", " OR "))
    python = [{"OR": "or", "AND": "and", "(": "(", ")": ")"}.get(token, str(token in allowed)) for token in tokens]
    return eval(" ".join(python))  # only True, False, and, or and brackets


def test_every_dependency_has_an_allowed_licence():
    with open(ROOT / "deny.toml", "rb") as file:
        allowed = set(tomllib.load(file)["licenses"]["allow"])
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    packages = metadata["packages"]
    assert len(packages) > 100
    refused = [f"{p['name']} {p['version']}: {p['license']}" for p in packages if not is_allowed(p["license"] or "none", allowed)]
    assert not refused, refused


def test_licence_expressions_are_parsed_correctly():
    assert is_allowed("MIT OR GPL-3.0", {"MIT"})
    assert not is_allowed("MIT AND GPL-3.0", {"MIT"})
    assert is_allowed("(MIT OR GPL-3.0) AND Zlib", {"MIT", "Zlib"})
    assert is_allowed("Apache-2.0 WITH LLVM-exception", {"Apache-2.0 WITH LLVM-exception"})
