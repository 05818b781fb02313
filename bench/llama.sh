#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares our engine with llama.cpp: the same model files, threads and machine, in turns (A B A B …); medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/llama.sh [--quick] [--runs N] [--threads N] [--formats LIST]

Measures prefill of 512 tokens and decoding of 128 tokens (one sequence) of the default model, in its own tensor type
(q4_1) and in files that llama.cpp's tool makes of it (q4_0, q8_0). Prints a table, then one line of JSON.

  --quick         two turns, the model's own type only
  --runs N        turns of each side (default 5)
  --threads N     threads of each side (default: all processors)
  --formats LIST  for example q4_1,q8_0

AUTOGLM_BIN         our program (default .build/release/autoglm)
AUTOGLM_LLAMA_BIN   the folder of llama.cpp's programs, where they were built already
AUTOGLM_BENCH_DIR   where the peer is installed and kept (default .bench)
TEXT
}

runs=5
threads=$(nproc)
formats=q4_1,q4_0,q8_0
while [ "$#" -gt 0 ]; do
    case $1 in
        --quick) runs=2 formats=q4_1 ;;
        --runs | --threads | --formats)
            [ "$#" -gt 1 ] || fail "$1 needs a value." "See bench/llama.sh --help"
            printf -v "${1#--}" '%s' "$2"
            shift
            ;;
        --help | -h) usage && exit ;;
        *) fail "Unknown option '$1'." "See bench/llama.sh --help" ;;
    esac
    shift
done
[[ $runs =~ ^[1-9][0-9]*$ && $threads =~ ^[1-9][0-9]*$ ]] || fail "--runs and --threads are numbers from 1 up."
[[ $formats =~ ^(q4_0|q4_1|q8_0)(,(q4_0|q4_1|q8_0))*$ ]] || fail "--formats is a list of q4_1, q4_0 and q8_0."

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
model=$(scripts/fetch-model.sh)
find_llama
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

for format in ${formats//,/ }; do
    case $format in
        q4_1) file=$model ;;
        *) file=$(requantised "$model" "$format") ;;
    esac
    for ((run = 1; run <= runs; run++)); do
        say "  $format, turn $run of $runs"
        measure "$results/$format.$run.ours.json" "$autoglm" bench engine --model "$file" --threads "$threads" \
            --prompt-tokens 512 --generated-tokens 128 --output json
        measure "$results/$format.$run.llama.json" "$llama_bin/llama-bench" -m "$file" -t "$threads" -p 512 -n 128 -r 3 -o json
    done
done

python3 bench/report.py "$results" "$threads"
