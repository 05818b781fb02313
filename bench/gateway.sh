#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares our proxy with LiteLLM's: the same backend, load, connections and processor, in turns (A B A B …); medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/gateway.sh [--quick] [--runs N] [--connections N] [--measures LIST]

Measures `autoglm serve` and LiteLLM's proxy before a backend that answers at once. Prints one table, then one line of JSON.
A proxy has processor 0 to itself; the backend and the load share processor 1. Accounts are kept; every answer is checked.

  --quick           one turn, fewer requests: about a minute
  --runs N          turns of each side (default 3)
  --connections N   connections of the load (default 32)
  --measures LIST   what to measure (default: everything):
                      rps      requests/s of whole answers
                      stream   requests/s of streamed answers of 16 tokens
                      p99      what a proxy adds to the 99th percentile at half of its own requests/s, and what one adds
                               that does nothing but be as busy as ours: the machine's own share (proxy_p99_floor_ms)
                      memory   growth of our resident memory over 200,000 requests

AUTOGLM_BIN         our program (default .build/release/autoglm)
AUTOGLM_BENCH_DIR   where the peer is installed and kept (default .bench)
TEXT
}

options=()
while [ "$#" -gt 0 ]; do
    case $1 in
        --quick) options+=(--quick); shift ;;
        --runs | --connections | --measures)
            [ "$#" -ge 2 ] || fail "$1 needs a value."
            options+=("$1" "$2"); shift 2 ;;
        -h | --help) usage; exit ;;
        *) fail "There is no option '$1'." "bench/gateway.sh --help tells which there are." ;;
    esac
done

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
[ "$(nproc)" -ge 2 ] || fail "This takes two processors: one for the proxy, one for backend and load."
command -v taskset >/dev/null || fail "taskset is missing." "On Debian: apt-get install util-linux"
command -v cc >/dev/null || fail "The load is compiled with cc, which is missing." "On Debian: apt-get install gcc"

litellm=$bench_dir/litellm
if [ ! -x "$litellm/bin/litellm" ]; then
    mkdir -p "$bench_dir"
    logged "$bench_dir/litellm-venv.log" "Making a Python environment for LiteLLM" python3 -m venv "$litellm"
    logged "$bench_dir/litellm.log" "Installing LiteLLM's proxy" "$litellm/bin/pip" install 'litellm[proxy]'
fi
tools=$bench_dir/gateway
mkdir -p "$tools"
for source in bench/gateway/mock.c bench/gateway/floor.c bench/load/load.c; do
    tool=$(basename "$source" .c)
    logged "$tools/$tool.log" "Compiling the $tool" cc -O2 -o "$tools/$tool" "$source"
done
exec python3 bench/gateway/compare.py "$autoglm" "$litellm" "$tools" ${options[@]+"${options[@]}"}
