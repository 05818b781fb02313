#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares what a pipeline's steps cost, apart from their work, with Haystack and LangGraph, in turns; medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/orchestrator.sh [--runs N] [--steps N] [--width N] [--crashes N]

Runs a chain of steps that do nothing, and a loop of many turns at the same time, in our program, in Haystack and in
LangGraph, in turns; then kills runs of ours at random moments and resumes them. Prints one table, then one line of JSON.
Steps are recorded as runs have it by default, safe against kill -9 (step_durable_us), and against the loss of power, where each
waits for the disk (step_durable_power_us).

  --runs N     turns of each side (default 3)
  --steps N    steps of the chain (default 100)
  --width N    turns of the loop at the same time (default 1000)
  --crashes N  runs to kill and resume, which takes a second or two each (default 200); 0 leaves that out

AUTOGLM_BIN         our program (default .build/release/autoglm)
AUTOGLM_BENCH_DIR   where the peers are installed and kept (default .bench)
TEXT
}

runs=3
steps=100
width=1000
crashes=200
while [ "$#" -gt 0 ]; do
    case $1 in
        --runs | --steps | --width | --crashes)
            [ "$#" -gt 1 ] || fail "$1 needs a value." "See bench/orchestrator.sh --help"
            printf -v "${1#--}" '%s' "$2"
            shift
            ;;
        --help | -h) usage && exit ;;
        *) fail "Unknown option '$1'." "See bench/orchestrator.sh --help" ;;
    esac
    shift
done
[[ $runs$steps$width =~ ^[0-9]+$ && $runs -gt 0 && $steps -gt 1 && $width -gt 0 ]] ||
    fail "--runs, --steps and --width are numbers from 1 up."
[[ $crashes =~ ^[0-9]+$ ]] || fail "--crashes is '$crashes'; it must be a whole number."

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
peers=$bench_dir/orchestrators
if [ ! -x "$peers/bin/python" ] || ! "$peers/bin/python" -c 'import haystack, langgraph' 2>/dev/null; then
    mkdir -p "$bench_dir"
    logged "$bench_dir/orchestrators.log" "Making a Python environment" python3 -m venv "$peers"
    logged "$bench_dir/orchestrators.log" "Installing haystack-ai and langgraph" \
        "$peers/bin/pip" install haystack-ai langgraph
fi
# Neither sends what it measures of itself anywhere.
export HAYSTACK_TELEMETRY_ENABLED=False LANGSMITH_TRACING=false
work=$(mktemp -d)
clean_up_with rm -rf "$work"
results=$work/results
mkdir "$results"

for ((turn = 1; turn <= runs; turn++)); do
    say "  turn $turn of $runs"
    measure "$results/ours.$turn" "$autoglm" bench orchestrator --steps "$steps" --width "$width" \
        --store "$work/runs.sqlite" --output json
    for peer in haystack langgraph; do
        measure "$results/$peer.$turn" "$peers/bin/python" bench/orchestrator-peers.py "$peer" "$steps" "$width"
    done
done
if [ "$crashes" -gt 0 ]; then
    say "  killing and resuming $crashes runs, twice"
    measure "$results/ours.crashes" scripts/crash.sh "$crashes"
fi

version() { "$peers/bin/python" -c "from importlib.metadata import version; print(version('$1'))"; }
python3 bench/orchestrator-report.py "$results" "$(version haystack-ai)" "$(version langgraph)"
