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
for crate in tarmim tarmim-engine tarmim-training tarmim-evaluation tarmim-python; do
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

step "the wheel, in an empty environment"
# Two environments: one in which nothing else is, and one with the libraries that the wheel works with.
rm -rf "$programs/wheels" "$programs/empty"
# In the profile of the program, whose dependencies are compiled already; that of the wheel differs in how hard the compiler tries.
MATURIN_PEP517_ARGS="--profile release" "$venv/bin/pip" wheel --quiet --no-deps --wheel-dir "$programs/wheels" ./python
"$python" -m venv "$programs/empty"
"$programs/empty/bin/pip" install --quiet --no-index "$programs"/wheels/tarmim-*.whl
(cd / && "$programs/empty/bin/python" -c "import tarmim; assert tarmim.Engine().repair('الانشط الصناعي').text == 'الأنشطة الصناعية'")

stamp=$({ "$python" --version; cat python/tests/requirements.txt; } | cksum | cut -d' ' -f1)
wheel_venv=$cache/wheel-$stamp
if [ ! -e "$wheel_venv/ready" ]; then
  rm -rf "$wheel_venv"
  "$python" -m venv "$wheel_venv"
  "$wheel_venv/bin/pip" install --quiet --requirement python/tests/requirements.txt
  # dbt and Airflow want other versions of what the rest wants: each has an environment of its own.
  "$python" -m venv "$wheel_venv/dbt"
  "$wheel_venv/dbt/bin/pip" install --quiet 'dbt-core==1.11.16' 'dbt-duckdb==1.11.1'
  "$python" -m venv "$wheel_venv/airflow"
  "$wheel_venv/airflow/bin/pip" install --quiet 'apache-airflow==3.3.2'
  touch "$wheel_venv/ready"
fi
"$wheel_venv/bin/pip" install --quiet --no-deps --no-index --force-reinstall "$programs"/wheels/tarmim-*.whl
# Spark runs on Java.
if ! command -v java > /dev/null; then
  echo "installing a Java runtime for Spark: apt-get install openjdk-17-jre-headless"
  { apt-get update -qq && apt-get install -qq --yes openjdk-17-jre-headless > /dev/null; } ||
    { echo "the tests of Spark need Java 17 or later; install it (on Debian: openjdk-17-jre-headless)" >&2; exit 1; }
fi

# Reports are opened in a real browser.
if [ -z "${CHROMIUM:-}" ] && [ ! -x /usr/bin/chromium ]; then
  echo "installing a browser for the tests of report.html: apt-get install chromium"
  { apt-get update -qq && apt-get install -qq --yes chromium > /dev/null; } ||
    { echo "the tests of report.html need Chromium; install it (on Debian: chromium), or name one in CHROMIUM" >&2; exit 1; }
fi

step "end to end"
if [ -z "${TARMIM_BENCH:-}" ]; then
  echo "development sets: not run (TARMIM_BENCH is not set)"
fi
cores=$(getconf _NPROCESSORS_ONLN)
workers=${PYTEST_WORKERS:-$((cores < 4 ? cores : 4))}
export TARMIM=$programs/tarmim TARMIM_FAILPOINTS=$programs/tarmim-failpoints
export DBT=$wheel_venv/dbt/bin/dbt AIRFLOW_PYTHON=$wheel_venv/airflow/bin/python

# Runs a suite with the Python of its environment.
suite() {
  local environment=$1 tests=$2 code=0
  shift 2
  "$environment/bin/python" -m pytest -q -rs -p no:cacheprovider -o tmp_path_retention_policy=failed --durations=15 --numprocesses="$workers" --dist=loadfile "$tests" "$@" ||
    code=$?
  # An argument that names tests may find none in one of the two suites (code 5).
  [ "$code" = 0 ] || { [ "$code" = 5 ] && [ "$#" -gt 0 ]; }
}
suite "$wheel_venv" python/tests "$@"
suite "$venv" tests/python "$@"
step "done"
