#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures what the host of plugins adds to a call, in the program's process and in one of the plugin's own, and swaps under load.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/plugins.sh [--runs N] [--calls N] [--swaps N]

Builds two versions of a plugin in C that gives back what it is given, calls it, and replaces it while it is called. Prints one
table, then one line of JSON. The peer of calls in a process of the plugin's own is Python's multiprocessing.Pipe between two
processes that do the same.

  --runs N     runs of each measure (default 5)
  --calls N    calls of a run (default 20000)
  --swaps N    swaps under load (default 1000)

AUTOGLM_BIN   our program (default .build/release/autoglm)
TEXT
}

runs=5
calls=20000
swaps=1000
while [ "$#" -gt 0 ]; do
    case $1 in
        --runs | --calls | --swaps)
            [ "$#" -gt 1 ] || fail "$1 needs a value." "See bench/plugins.sh --help"
            printf -v "${1#--}" '%s' "$2"
            shift
            ;;
        --help | -h) usage && exit ;;
        *) fail "Unknown option '$1'." "See bench/plugins.sh --help" ;;
    esac
    shift
done
[[ $runs$calls$swaps =~ ^[0-9]+$ && $runs -gt 0 && $calls -gt 0 && $swaps -gt 0 ]] ||
    fail "--runs, --calls and --swaps are numbers from 1 up."

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
work=$(mktemp -d)
clean_up_with rm -rf "$work"
for version in 1.0.0 2.0.0; do
    mkdir -p "$work/$version"
    "${CC:-cc}" -std=c11 -O2 -fPIC -shared -DVERSION="\"$version\"" -I Sources/Adapters/CPluginABI/include bench/plugins/echo.c \
        -o "$work/libecho.so"
    sed "s/VERSION/$version/" bench/plugins/echo.yaml >"$work/echo.yaml"
    "$autoglm" plugin pack "$work/libecho.so" --manifest "$work/echo.yaml" --plugins "$work/$version" >/dev/null
done
measure "$work/ours" "$autoglm" bench plugins --first "$work/1.0.0/echo" --second "$work/2.0.0/echo" --runs "$runs" \
    --calls "$calls" --swaps "$swaps" --output json
measure "$work/peer" python3 bench/plugins/pipe.py "$runs" "$calls"
python3 bench/plugins/report.py "$work/ours" "$work/peer"
