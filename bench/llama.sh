#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares our engine with llama.cpp: the same model files, threads and machine, in turns (A B A B …); medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/llama.sh [--quick] [--runs N] [--threads N] [--formats LIST] [--measures LIST]

Measures the default model on our engine and on llama.cpp, in turns. Prints one table, then one line of JSON.

  --quick          one turn, the model's own type only, a shorter mix: about two minutes
  --runs N         turns of each side (default 5; mix and memory take at most 3)
  --threads N      threads of each side (default: all processors)
  --formats LIST   tensor types for prefill and decode (default q4_1,q4_0,q8_0; the other measures take q4_1)
  --measures LIST  what to measure (default: everything):
                     prefill  tokens/s of a prompt of 512 tokens
                     decode   tokens/s of one stream
                     streams  tokens/s of 16 and of 32 streams that decode together
                     mix      tokens/s of 16 clients that ask again and again: prompts of 512 tokens, answers of 64
                     cached   time to the first token with 1,000 of 1,024 prompt tokens cached, over our time with none
                     memory   peak memory of a process that has filled 16 × 1,024 tokens of context
                     start    time from starting a process to its first token

AUTOGLM_BIN         our program (default .build/release/autoglm)
AUTOGLM_LLAMA_BIN   the folder of llama.cpp's programs, where they were built already
AUTOGLM_BENCH_DIR   where the peer is installed and kept (default .bench)
TEXT
}

runs=5
threads=$(nproc)
formats=q4_1,q4_0,q8_0
measures=prefill,decode,streams,mix,cached,memory,start
requests=32
repeats=3
while [ "$#" -gt 0 ]; do
    case $1 in
        --quick) runs=1 formats=q4_1 requests=16 repeats=1 ;;
        --runs | --threads | --formats | --measures)
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
name='(prefill|decode|streams|mix|cached|memory|start)'
[[ $measures =~ ^$name(,$name)*$ ]] ||
    fail "--measures is a list of prefill, decode, streams, mix, cached, memory and start."

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
model=$(scripts/fetch-model.sh)
find_llama
results=$(mktemp -d)
clean_up_with rm -rf "$results"

file_of() { # tensor type
    if [ "$1" = q4_1 ]; then printf '%s\n' "$model"; else requantised "$model" "$1"; fi
}

# Sets `ours` and `peer` to the commands of both sides; docs/performance.md says why they are the same work.
sides() { # measure, model file
    ours=("$autoglm" bench engine --model "$2" --threads "$threads" --runs "$repeats" --output json)
    local bench=("$llama_bin/llama-bench" -m "$2" -t "$threads" -r "$repeats" -o json)
    local batched=("$llama_bin/llama-batched-bench" -m "$2" -t "$threads" -tb "$threads" --output-format jsonl)
    case $1 in
        prefill) ours+=(--measure prefill --prompt-tokens 512) peer=("${bench[@]}" -p 512 -n 0) ;;
        decode) ours+=(--measure decode --streams 1 --generated-tokens 128) peer=("${bench[@]}" -p 0 -n 128) ;;
        streams)
            ours+=(--measure decode --streams 16,32 --generated-tokens 64 --runs 1)
            peer=("${batched[@]}" -c 8192 -npp 8 -ntg 64 -npl 16,32)
            ;;
        mix)
            ours+=(--measure mix --clients 16 --requests "$requests" --runs 1)
            peer=(python3 bench/mix.py --server "$llama_bin/llama-server" --model "$2" --prompts "$results/prompts"
                --threads "$threads" --clients 16 --requests "$requests")
            ;;
        cached) ours+=(--measure cached) peer=() ;;
        memory)
            ours+=(--measure memory --clients 16)
            peer=(python3 bench/process.py "${batched[@]}" -c 16384 -npp 960 -ntg 64 -npl 16 -pps)
            ;;
        start)
            local prompt='The capital of France is'
            ours=(python3 bench/process.py "$autoglm" generate --model "$2" --threads "$threads" --raw
                --max-tokens 1 --temperature 0 "$prompt")
            peer=(python3 bench/process.py "$llama_bin/llama-completion" -m "$2" -t "$threads" -tb "$threads" -c 512
                -fit off --no-warmup -no-cnv --no-display-prompt -n 1 --temp 0 -p "$prompt")
            ;;
    esac
}

# Lets both sides measure once; the results are named MEASURE.FORMAT.TURN.SIDE.
take_turn() { # measure, tensor type, turn
    sides "$1" "$(file_of "$2")"
    measure "$results/$1.$2.$3.ours" "${ours[@]}"
    if [ "${#peer[@]}" -gt 0 ]; then measure "$results/$1.$2.$3.peer" "${peer[@]}"; fi
}

for measure in ${measures//,/ }; do
    case $measure in
        mix) measure "$results/prompts" "$autoglm" bench prompts --model "$model" --count 96 --tokens 512 --output json ;;
        start) take_turn start q4_1 0 && rm "$results"/start.q4_1.0.* ;; # So that both programs are in the page cache.
    esac
done
for ((turn = 1; turn <= runs; turn++)); do
    for measure in ${measures//,/ }; do
        say "  turn $turn of $runs: $measure"
        case $measure in
            prefill | decode) for format in ${formats//,/ }; do take_turn "$measure" "$format" "$turn"; done ;;
            mix | memory) if [ "$turn" -le 3 ]; then take_turn "$measure" q4_1 "$turn"; fi ;;
            start) for repeat in 1 2 3 4 5; do take_turn start q4_1 "$turn-$repeat"; done ;;
            *) take_turn "$measure" q4_1 "$turn" ;;
        esac
    done
done

python3 bench/report.py "$results" "$threads" "$("$llama_bin/llama-completion" --version 2>&1 | sed -n 's/^version: //p')"
