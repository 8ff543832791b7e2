#!/usr/bin/env bash
# Lints one crate: clippy, and for a library rustdoc too. Cargo calls it in place of rustc for the crates of the workspace
# (RUSTC_WORKSPACE_WRAPPER), so lints and documentation use the dependencies as `cargo build --release` compiled them.
# `cargo clippy` and `cargo doc` would go through all dependencies once more, to check them.
set -euo pipefail
clippy-driver "$@"

shift # the path of rustc
arguments=()
is_library=false
while [ $# -gt 0 ]; do
  case $1 in
    --test | - | ___) exit 0 ;;
    --crate-type) [ "$2" != lib ] || is_library=true ;;&
    # What only a compiler understands.
    --out-dir | --json | --error-format | --diagnostic-width) shift 2; continue ;;
    --emit=* | --json=* | --error-format=* | --diagnostic-width=* | -Cincremental=*) shift; continue ;;
    -C) shift 2; continue ;;
  esac
  arguments+=("$1")
  shift
done
if $is_library; then
  rustdoc -Dwarnings "${arguments[@]}" --out-dir "$TARMIM_DOC"
fi
