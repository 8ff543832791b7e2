#!/usr/bin/env bash
# Sets up what the tests need and runs them all: format, lints, Rust tests, then the real program end to end, its tables read
# by DuckDB, pyarrow and polars. Needs a Rust toolchain and Python 3; fails when anything fails.
#
#   TARMIM_BENCH  folder of the development sets (dev-*.jsonl and score.py); without it their checks are not run.
#   CARGO_TARGET_DIR, XDG_CACHE_HOME  as usual.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tarmim
export PYTHONDONTWRITEBYTECODE=1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

say() { printf '\n== %s\n' "$*"; }

say "format"
cargo fmt --check

say "lints (clippy in the release profile, so that the dependencies are compiled once)"
RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS="-Dwarnings__CLIPPY_HACKERY__" \
  cargo build --release --locked --workspace --all-targets

say "documentation (broken links are errors)"
RUSTDOCFLAGS=-Dwarnings cargo doc --release --locked --workspace --no-deps --lib --quiet

say "build"
cargo build --release --locked

say "Rust tests"
cargo test --release --locked --workspace

say "Python environment"
python=$(command -v python3) || { echo "python3 is needed for the end-to-end tests" >&2; exit 1; }
stamp=$({ "$python" --version; cat tests/requirements.txt; } | cksum | cut -d' ' -f1)
venv=$cache/python-$stamp
if [ ! -e "$venv/ready" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement tests/requirements.txt
  touch "$venv/ready"
fi

say "end to end"
if [ -z "${TARMIM_BENCH:-}" ]; then
  echo "development sets: not run (TARMIM_BENCH is not set)"
fi
TARMIM=$CARGO_TARGET_DIR/release/tarmim "$venv/bin/python" -m pytest -q -rs -p no:cacheprovider tests/python
