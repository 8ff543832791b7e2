#!/usr/bin/env bash
# Runs every check: format, lints, documentation, Rust tests, then the real program end to end, its tables read by DuckDB,
# pyarrow and polars. Needs a Rust toolchain and Python 3; sets up the rest. Fails when anything fails.
#
#   TARMIM_BENCH    folder of the development sets (dev-*.jsonl and score.py); without it, only the sets of the repository are scored
#   PYTEST_WORKERS  how many tests run at once (default: the number of cores, at most 4)
#   CARGO_TARGET_DIR, XDG_CACHE_HOME  as usual
#
# Arguments are passed to pytest: `bash tests/run.sh -k rollback`.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tarmim
export PYTHONDONTWRITEBYTECODE=1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
programs=$CARGO_TARGET_DIR/release

step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

step "format"
cargo fmt --check

# Workspace crates at opt-level 0, since what is compiled here is thrown away; the dependencies are those of the release build.
step "lints and documentation"
unoptimised=()
for crate in tarmim tarmim-engine tarmim-training tarmim-evaluation; do
  unoptimised+=(--config "profile.release.package.$crate.opt-level=0")
done
RUSTC_WORKSPACE_WRAPPER=$PWD/tests/lint.sh CLIPPY_ARGS="-Dwarnings__CLIPPY_HACKERY__" TARMIM_DOC=$CARGO_TARGET_DIR/doc \
  cargo build --release --locked --workspace --all-targets --features failpoints "${unoptimised[@]}"

# The program as users build it comes last, so that it is what lies in the folder. Only the root crate is compiled twice, with failpoints at
# opt-level 0: those tests kill runs, they do not time them.
step "the program, with failpoints and as users build it"
cargo build --release --locked --features failpoints "${unoptimised[@]:0:2}"
cp "$programs/tarmim" "$programs/tarmim-failpoints"
cargo build --release --locked

step "Rust tests"
cargo test --release --locked --workspace

step "Python environment"
python=$(command -v python3) || { echo "python3 is needed for the end-to-end tests" >&2; exit 1; }
stamp=$({ "$python" --version; cat tests/requirements.txt; } | cksum | cut -d' ' -f1)
venv=$cache/python-$stamp
if [ ! -e "$venv/ready" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement tests/requirements.txt
  touch "$venv/ready"
fi

step "end to end"
if [ -z "${TARMIM_BENCH:-}" ]; then
  echo "development sets: not run (TARMIM_BENCH is not set)"
fi
cores=$(getconf _NPROCESSORS_ONLN)
workers=${PYTEST_WORKERS:-$((cores < 4 ? cores : 4))}
TARMIM=$programs/tarmim TARMIM_FAILPOINTS=$programs/tarmim-failpoints \
  "$venv/bin/python" -m pytest -q -rs -p no:cacheprovider --durations=15 --numprocesses="$workers" --dist=loadfile tests/python "$@"
step "done"
